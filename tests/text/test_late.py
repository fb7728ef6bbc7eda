"""The late lanes: what they find, how much may follow, and that a stream in any chunking sees what a scan sees."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Finding, Outcome, Side
from brightline.text import TextEngine
from brightline.text.late import LONGEST_RUN, LONGEST_SEGMENT, SEGMENT
from tests.text.test_stream import FRAGMENTS, cuts, pieces_of, sides

OFFER = "百家乐上分找我"
FILLER = "今天和家人去公园散步，天气很好，孩子们玩得很开心，回家路上还买了菜。"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def late(findings: list[Finding], goal: str = "sample.gambling") -> list[Finding]:
    return [finding for finding in findings if finding.goal == goal and finding.lane not in ("base", "skip")]


@pytest.mark.parametrize(
    ("text", "lane", "effect", "evidence"),
    [
        (encoded(OFFER), "decoded", Outcome.BLOCK, (encoded(OFFER), encoded(OFFER))),
        ("百佳楽上分", "sound", Outcome.REVIEW, ("百佳楽", "上分")),
        ("bai jia le 上分", "sound", Outcome.REVIEW, ("bai jia le", "上分")),
        ("分上来乐家百", "order", Outcome.REVIEW, ("乐家百", "分上")),
        ("bаccаrаt deposit now", "shape", Outcome.BLOCK, ("bаccаrаt", "deposit now")),
    ],
)
def test_a_disguised_text_is_found_with_its_raw_evidence(
    engine: TextEngine, text: str, lane: str, effect: Outcome, evidence: tuple[str, ...]
) -> None:
    found = late(engine.scan(text, Side.POST))
    assert [(each.lane, each.effect) for each in found] == [(lane, effect)]
    assert found[0].evidence == evidence
    assert found[0].manifest is (effect is Outcome.BLOCK)
    assert all(text[span.start : span.end] == piece for span, piece in zip(found[0].spans, found[0].evidence, strict=True))


def test_what_the_block_lanes_found_is_not_said_twice(engine: TextEngine) -> None:
    found = engine.scan("百家乐上分，百佳楽上分", Side.POST)
    assert [each.lane for each in found if each.goal == "sample.gambling"] == ["base", "sound"]
    assert late(engine.scan(OFFER, Side.POST)) == []


def test_an_exception_counts_in_the_late_lanes_too(engine: TextEngine) -> None:
    found = late(engine.scan("据报道，百佳楽上分害了他", Side.POST))
    assert [each.exceptions for each in found] == [("news",)]


def test_a_stop_by_a_late_lane_comes_at_the_end_of_the_sentence_and_takes_its_evidence_back(engine: TextEngine) -> None:
    text = FILLER * 8 + encoded(OFFER) + "。" + FILLER * 10
    stream = engine.stream(Side.ANSWER, "a", lambda finding: finding.effect.stops)
    out = ""
    for character in text:
        out += stream.feed(character)
        if stream.stopped:
            break
    assert stream.stopped is not None
    assert stream.stopped.lane == "decoded"
    start = text.index(encoded(OFFER))
    assert stream.stopped.spans[0].start == start
    assert start < len(out) <= start + LONGEST_SEGMENT
    assert stream.feed("x") == stream.finish() == ""


def test_segments_end_with_sentences_and_never_cut_a_run_that_may_be_encoded(engine: TextEngine) -> None:
    long = encoded((FILLER * 12) + OFFER)
    assert SEGMENT < LONGEST_SEGMENT < len(long) < LONGEST_RUN
    text = FILLER * 3 + long + "，好"
    assert [each.lane for each in late(engine.scan(text, Side.POST))] == ["decoded"]


def test_evidence_across_two_segments_is_found_once(engine: TextEngine) -> None:
    for shift in range(0, 40, 7):
        text = "好" * (SEGMENT - 20 + shift) + "百佳楽。上分" + "好" * 100
        assert len(late(engine.scan(text.replace("。", ""), Side.POST))) <= 1
        text = "好" * (SEGMENT - 20 + shift) + "百佳楽上分" + "好" * LONGEST_SEGMENT
        assert len(late(engine.scan(text, Side.POST))) == 1, shift


DISGUISED = [
    *FRAGMENTS,
    encoded(OFFER),
    encoded("百家乐"),
    "百佳楽",
    "乐家百",
    "分上",
    "bai jia le",
    "bаccаrаt",
    "氵去",
    "🐔",
    "%E7%99%BE",
    FILLER,
    FILLER * 4,
]


@settings(max_examples=150, deadline=None)
@given(
    text=st.lists(st.sampled_from(DISGUISED) | st.text(max_size=3), max_size=30).map("".join),
    where=cuts,
    side=sides,
    stopping=st.booleans(),
)
def test_any_chunking_sees_the_same(engine: TextEngine, text: str, where: list[int], side: Side, stopping: bool) -> None:
    def stops(finding: Finding) -> bool:
        return stopping and finding.effect.stops

    whole = engine.stream(side, "a", stops)
    whole.feed_all(text)
    stream = engine.stream(side, "a", stops)
    for piece in pieces_of(text, where):
        stream.feed(piece)
    stream.finish()
    assert stream.stopped == whole.stopped
    assert stream.findings == whole.findings
    if not stopping:
        assert whole.findings == engine.scan(text, side, "a")


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=400))
def test_any_text_is_read(engine: TextEngine, text: str) -> None:
    for finding in engine.scan(text, Side.ANSWER):
        assert all(0 <= span.start < span.end <= len(text) for span in finding.spans)
