"""A stream in any chunking sees what a scan sees, and nothing that a goal stops has left."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Finding, Side
from brightline.text import TextEngine, TextStream

FRAGMENTS = [
    "百家乐", "百家", "乐", "时时彩", "开户", "开户网", "开户银行", "上分", "上", "分", "加我微信", "加", "微信", "vx", "VX", "日入", "300", "5", "元",
    "公安", "公安局", "市", "警官证", "meth", "method", "a", "z", "头孢", "停药", "吃", "片", "你的", "我的病", "布洛芬", "50毫克", "mg", "毫克",
    "据报道", "新闻", "科普", "什么是", "不", "不要", "do not ", "baccarat", "deposit now", "bonus", " now", "box", "win", "wins ", "x", "b", "turbo", "ab", "cd",
    "。", "，", "！", ".", " ", ". ", "\n", "*", "***", "****", "🐔", "\u200b", "\u0301", "\x00", "\ud800", "㎏", "…", "百傢樂", "開戶", "如何", "换脸软件", "换脸", "脱衣", "方", "法", "大夫", "大", "Ｖx", "①",
    "这是普通的一句话", "hello world", "\\", "\"", "丶",
]  # fmt: skip

texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=24).map("".join)
sides = st.sampled_from(list(Side))
cuts = st.lists(st.integers(0, 200), max_size=40)


def pieces_of(text: str, cuts: list[int]) -> list[str]:
    borders = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    return [text[a:b] for a, b in pairwise(borders)]


def run(stream: TextStream, chunks: list[str]) -> str:
    out = ""
    fed = 0
    for chunk in chunks:
        out += stream.feed(chunk)
        fed += len(chunk)
        assert stream.fed == fed
        assert stream.released == len(out)
        assert stream.held_chars == fed - len(out)
    return out + stream.finish()


def guarded_start(engine: TextEngine, finding: Finding) -> int:
    """Where the first evidence begins that says something by itself (that of companion slots does not)."""
    slots = engine.book[finding.goal].slots
    return min(span.start for span, slot in zip(finding.spans, slots, strict=True) if not slot.companion)


def up_to_first_stop(findings: list[Finding]) -> list[Finding]:
    for number, finding in enumerate(findings):
        if finding.effect.stops and not finding.exceptions:
            return findings[: number + 1]
    return findings


@settings(max_examples=200, deadline=None)
@given(text=texts, cuts=cuts, side=sides, each=st.booleans())
def test_any_chunking_sees_what_a_scan_sees_and_lets_no_evidence_out(
    engine: TextEngine, text: str, cuts: list[int], side: Side, each: bool
) -> None:
    expected = engine.scan(text, side, "p")
    stream = engine.stream(side, "p", lambda finding: finding.effect.stops)
    released = run(stream, list(text) if each else pieces_of(text, cuts))

    assert stream.findings == up_to_first_stop(expected)
    assert text.startswith(released)
    if stream.stopped is None:
        assert released == text
        assert not any(finding.effect.stops and not finding.exceptions for finding in expected)
    else:
        assert stream.stopped is stream.findings[-1]
        assert len(released) <= guarded_start(engine, stream.stopped)
        assert stream.feed("more") == ""
        assert stream.finish() == ""


@settings(max_examples=200, deadline=None)
@given(
    parts=st.lists(st.sampled_from("公安局警官证百家乐上分 。*\u200b😀.新闻不据报道meth如何换脸软件"), min_size=2, max_size=9), side=sides
)
def test_short_texts_character_by_character(engine: TextEngine, parts: list[str], side: Side) -> None:
    text = "".join(parts)
    stream = engine.stream(side, "p", lambda finding: finding.effect.stops)
    released = run(stream, list(text))
    assert stream.findings == up_to_first_stop(engine.scan(text, side, "p"))
    assert stream.stopped is not None or released == text
    assert stream.stopped is None or len(released) <= guarded_start(engine, stream.stopped)


@settings(max_examples=150, deadline=None)
@given(text=texts, cuts=cuts, each=st.booleans())
def test_a_stream_that_stops_nothing_sees_all_findings_and_lets_everything_out(
    engine: TextEngine, text: str, cuts: list[int], each: bool
) -> None:
    stream = engine.stream(Side.ANSWER, "p", lambda finding: False)
    assert run(stream, list(text) if each else pieces_of(text, cuts)) == text
    assert stream.findings == engine.scan(text, Side.ANSWER, "p")


@settings(max_examples=150, deadline=None)
@given(text=texts, side=sides)
def test_spans_and_excerpts_name_the_raw_text(engine: TextEngine, text: str, side: Side) -> None:
    for finding in engine.scan(text, side):
        assert finding.evidence == tuple(text[span.start : span.end] for span in finding.spans)
        assert text[finding.excerpt_start :].startswith(finding.excerpt)
        assert finding.excerpt_start <= min(span.start for span in finding.spans)
        assert finding.excerpt_start + len(finding.excerpt) >= max(span.end for span in finding.spans)


@settings(max_examples=150, deadline=None)
@given(text=texts, cuts=cuts, ascii_only=st.booleans(), each=st.booleans())
def test_json_escapes_are_decoded_in_any_chunking_and_spans_name_the_escaped_text(
    engine: TextEngine, text: str, cuts: list[int], ascii_only: bool, each: bool
) -> None:
    raw = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    plain = up_to_first_stop(engine.scan(json.loads(f'"{raw}"'), Side.ANSWER, "p"))
    stream = engine.stream(Side.ANSWER, "p", lambda finding: finding.effect.stops, json_escapes=True)
    released = run(stream, list(raw) if each else pieces_of(raw, cuts))

    assert raw.startswith(released)
    assert [finding.goal for finding in stream.findings] == [finding.goal for finding in plain]
    for found, known in zip(stream.findings, plain, strict=True):
        assert found.evidence == tuple(raw[span.start : span.end] for span in found.spans)
        assert tuple(json.loads(f'"{piece}"') for piece in found.evidence) == known.evidence
        assert found.normalised == known.normalised
    if stream.stopped is None:
        assert released == raw
    else:
        assert len(released) <= guarded_start(engine, stream.stopped)


@settings(max_examples=100, deadline=None)
@given(raw=st.text(alphabet='\\u"n8d4cdDeE0百家乐上分', max_size=40), cuts=cuts)
def test_broken_escapes_stay_as_they_are_in_any_chunking(engine: TextEngine, raw: str, cuts: list[int]) -> None:
    whole = engine.stream(Side.ANSWER, "p", lambda finding: False, json_escapes=True)
    cut = engine.stream(Side.ANSWER, "p", lambda finding: False, json_escapes=True)
    assert run(whole, [raw]) == raw
    assert run(cut, pieces_of(raw, cuts)) == raw
    assert cut.findings == whole.findings


def test_ordinary_text_leaves_at_once(engine: TextEngine) -> None:
    stream = engine.stream(Side.ANSWER, "p", lambda finding: True)
    assert stream.feed("今天天气很好，") == "今天天气很好，"
    assert stream.held_chars == 0


def test_only_the_beginning_of_an_entry_is_held(engine: TextEngine) -> None:
    stream = engine.stream(Side.POST, "p", lambda finding: True)
    assert stream.feed("他们在百家") == "他们在"
    assert stream.feed("争鸣") == "百家争鸣"


def test_goals_that_only_notify_hold_nothing(engine: TextEngine) -> None:
    stream = engine.stream(Side.POST, "p", lambda finding: True)
    assert stream.feed("头孢每次5") == "头孢每次5"
    assert stream.feed("0毫克") == "0毫克"
    stream.finish()
    assert [finding.goal for finding in stream.findings] == ["sample.notice"]


def test_the_first_slot_is_held_while_the_second_may_still_come(engine: TextEngine) -> None:
    stream = engine.stream(Side.PROMPT, "p", lambda finding: True)
    assert stream.feed("来玩百家乐吧") == "来玩"
    assert stream.feed("。") == "百家乐吧。"


def test_a_word_that_a_nearer_one_made_superfluous_does_not_leave_either(engine: TextEngine) -> None:
    stream = engine.stream(Side.ANSWER, "", lambda finding: True)
    out = run(stream, list("请看：百家乐，时时彩，开户。"))
    assert stream.stopped is not None
    assert stream.stopped.evidence == ("时时彩", "开户")
    assert out == "请看："


@pytest.mark.parametrize(
    ("text", "stops"), [("baccarat bonus now", True), ("baccarat，turbobonus now", False), ("baccarat 加bonus now", True)]
)
def test_a_pattern_that_begins_with_a_letter_begins_a_word(engine: TextEngine, text: str, stops: bool) -> None:
    stream = engine.stream(Side.PROMPT, "p", lambda finding: True)
    run(stream, list(text + "。"))
    assert (stream.stopped is not None) is stops


def test_companion_words_leave_but_what_they_accompany_does_not(engine: TextEngine) -> None:
    stream = engine.stream(Side.PROMPT, "p", lambda finding: True)
    assert stream.feed("如何使用") == "如何使用"
    assert stream.feed("换脸软件呢") == ""
    assert stream.stopped is not None
    assert stream.stopped.evidence == ("换脸软件", "如何")

    stream = engine.stream(Side.PROMPT, "p", lambda finding: True)
    assert stream.feed("换脸软件的使用") == ""
    assert stream.feed("方法") == ""
    assert stream.stopped is not None


def test_evidence_waits_for_an_exception_until_the_sentence_ends(engine: TextEngine) -> None:
    stream = engine.stream(Side.PROMPT, "p", lambda finding: True)
    assert stream.feed("百家乐上分，这是") == ""
    assert stream.feed("新闻里的") == "百家乐上分，这是新闻里的"
    stream.finish()
    assert [finding.exceptions for finding in stream.findings] == [("news",)]

    stream = engine.stream(Side.PROMPT, "p", lambda finding: True)
    assert stream.feed("你好。百家乐上分，快来") == "你好。"
    assert stream.feed("！") == ""
    assert stream.stopped is not None


def test_a_separator_inside_an_entry_extends_the_hold(engine: TextEngine) -> None:
    stream = engine.stream(Side.ANSWER, "p", lambda finding: True)
    assert stream.feed("是公**") == "是"
    assert stream.feed("*") == ""
    assert stream.feed("*") == "公****"


def test_memory_of_an_endless_stream_stays_bounded(engine: TextEngine) -> None:
    stream = engine.stream(Side.ANSWER, "p", lambda finding: False)
    for number in range(3000):
        stream.feed(f"第{number}句，头孢，不，新闻。百家乐上分，市公安\u200b局 meth\n")
    matching, judging = stream._matching, stream._judging
    assert len(stream._raw._text) < 10000
    assert len(matching.base.text) < 2000
    assert max(map(len, (judging.sentences.positions, judging.clauses.positions, matching.queue, judging._waiting))) < 1500
    assert len(stream.findings) < 200


@pytest.mark.parametrize("filler", ["\u200b", "*", "\u0301"])
def test_a_run_of_fillers_does_not_hold_text_for_ever(engine: TextEngine, filler: str) -> None:
    stream = engine.stream(Side.ANSWER, "p", lambda finding: True)
    stream.feed("公")
    stream.feed(filler * 3000)
    stream.feed(filler * 3000)
    assert stream.held_chars == 0


def test_runs_of_invisible_characters_break_at_the_same_place_in_any_chunking(engine: TextEngine) -> None:
    for count in (4095, 4096, 4097, 8192, 8193, 8194, 12300):
        text = "我是公" + "\u200b" * count + "安"
        for size in (1000, 4096, 4097, 70000):
            stream = engine.stream(Side.ANSWER, "p", lambda finding: False)
            assert run(stream, [text[n : n + size] for n in range(0, len(text), size)]) == text
            assert bool(stream.findings) == (count <= 4096)


def test_texts_longer_than_a_block_are_read_whole(engine: TextEngine) -> None:
    for pad in range(65530, 65540):
        text = "好" * pad + "百家乐上分" + "。" * 70000 + "我是公安"
        findings = engine.scan(text, Side.ANSWER)
        assert [finding.evidence for finding in findings] == [("百家乐", "上分"), ("公安",)]
        assert findings[0].spans[0].start == pad


def test_one_chunk_longer_than_a_block_is_read_whole(engine: TextEngine) -> None:
    for pad in (65533, 65535, 65536, 140_000):
        text = "好" * pad + "我是公安" + "好" * 70_000
        stream = engine.stream(Side.ANSWER, "p", lambda finding: finding.effect.stops)
        assert stream.feed(text) == "好" * pad + "我是"
        assert stream.findings == engine.scan(text, Side.ANSWER, "p")


def test_long_escaped_streams_are_forgotten_too_and_spans_stay_right(engine: TextEngine) -> None:
    unit = json.dumps("你说头孢。一天50毫克，新闻里百家乐上分。\n")[1:-1]
    stream = engine.stream(Side.ANSWER, "p", lambda finding: False, json_escapes=True)
    raw = unit * 400
    assert run(stream, [raw[n : n + 7] for n in range(0, len(raw), 7)]) == raw
    assert len(stream._raw._text) < 20_000
    assert len(stream._raw._starts) < 5_000
    assert len(stream.findings) == 40
    for finding in stream.findings:
        assert finding.evidence == tuple(raw[span.start : span.end] for span in finding.spans)
        assert raw[finding.excerpt_start :].startswith(finding.excerpt)
    whole = engine.stream(Side.ANSWER, "p", lambda finding: False, json_escapes=True)
    assert run(whole, [raw]) == raw
    assert whole.findings == stream.findings


def test_long_plain_streams_are_forgotten_and_spans_stay_right(engine: TextEngine) -> None:
    text = "".join(
        f"第{n}句：市公安局旁，头孢一天{n % 90 + 10}毫克。百家乐开户{'新闻' if n % 2 else ''}。{'好' * (n % 300)}" for n in range(300)
    )
    stream = engine.stream(Side.ANSWER, "p", lambda finding: False)
    assert run(stream, [text[n : n + 5] for n in range(0, len(text), 5)]) == text
    assert stream.findings == engine.scan(text, Side.ANSWER, "p")
