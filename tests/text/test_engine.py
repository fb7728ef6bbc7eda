"""What goals see: slots in one window, words as words, exceptions and allow phrases."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from brightline.model import Finding, Outcome, Side, Span
from brightline.text import GoalBook, TextEngine


def seen(engine: TextEngine, text: str, side: Side = Side.POST) -> list[tuple[str, ...]]:
    return [finding.evidence for finding in engine.scan(text, side)]


def only(findings: list[Finding]) -> Finding:
    (finding,) = findings
    return finding


def test_a_finding_carries_all_that_a_decision_needs(engine: TextEngine) -> None:
    finding = only(engine.scan("來玩百 家 樂，在線開戶！", Side.POST, "messages[0].content"))
    assert finding.goal == "sample.gambling"
    assert finding.rules == ("A-1", "B-1")
    assert finding.problem_types == (9,)
    assert finding.effect is Outcome.BLOCK
    assert (finding.part, finding.side, finding.lane) == ("messages[0].content", Side.POST, "skip")
    assert finding.spans == (Span(2, 7), Span(10, 12))
    assert finding.evidence == ("百 家 樂", "開戶")
    assert finding.normalised == ("百家乐", "开户")
    assert finding.detector == "text"
    assert finding.detector_version == engine.version


def test_stop_refuses_own_output_and_blocks_what_others_publish(engine: TextEngine) -> None:
    assert only(engine.scan("百家乐上分", Side.ANSWER)).effect is Outcome.REFUSE
    assert only(engine.scan("百家乐上分", Side.LISTING)).effect is Outcome.BLOCK


@pytest.mark.parametrize(
    "text",
    [
        "百家乐",
        "上分",
        "百家乐。上分",
        "百家乐\n上分",
        "百家乐" + "好" * 22 + "上分",
        "上分" + "好" * 20 + "百家乐",
        "百家****乐上分",
        "百家。乐上分",
    ],
)
def test_slots_that_are_missing_or_apart_are_no_finding(engine: TextEngine, text: str) -> None:
    assert seen(engine, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "百家乐" + "好" * 19 + "上分",
        "上分" + "好" * 19 + "百家乐",
        "百家乐，上分",
        "百家***乐上分",
        "百家乐，加我的微信",
        "时时彩日入3000元",
    ],
)
def test_slots_in_one_window_are_a_finding(engine: TextEngine, text: str) -> None:
    assert len(seen(engine, text)) == 1


def test_one_word_does_not_fill_two_slots(load: Callable[..., GoalBook]) -> None:
    goals = """
- {id: a.b, title: {zh: 甲, en: A}, types: [9], rules: [A-1], sides: [post], effect: stop, owner: t, examples: [贷款再贷款], twins: [办贷款],
   slots: [{name: x, words: [贷款, 办贷款]}, {name: y, words: [贷款, 再贷]}]}
"""
    engine = TextEngine(load(goals))
    assert seen(engine, "办贷款") == []
    assert seen(engine, "办贷款，再贷") == [("办贷款", "再贷")]


def test_every_window_is_reported_once(engine: TextEngine) -> None:
    assert seen(engine, "百家乐上分，时时彩开户。百家乐包赢") == [("百家乐", "上分"), ("时时彩", "开户"), ("百家乐", "包赢")]


def test_the_longest_word_is_the_evidence(load: Callable[..., GoalBook]) -> None:
    goals = """
- {id: a.b, title: {zh: 甲, en: A}, types: [9], rules: [A-1], sides: [post], effect: stop, owner: t, examples: [赌场], twins: [回家],
   slots: [{name: x, words: [赌场, 澳门赌场, 赌场网, 澳门]}]}
"""
    assert seen(TextEngine(load(goals)), "去澳门赌场网赌场") == [("澳门赌场",), ("赌场",)]


@pytest.mark.parametrize("text", ["something", "essayab cd", "ababab", "baccarats, deposit nowadays"])
def test_latin_words_are_not_seen_inside_longer_ones(engine: TextEngine, text: str) -> None:
    assert seen(engine, text, Side.ANSWER) == []


@pytest.mark.parametrize("text", ["I cook meth.", "methamphetamine", "METH", "冰毒meth粉", "m e t h", "meth1"])
def test_latin_words_are_seen_as_words_and_with_a_star_as_beginnings(engine: TextEngine, text: str) -> None:
    assert len(seen(engine, text)) == 1


def test_an_allow_phrase_covers_the_word_in_it(engine: TextEngine) -> None:
    assert seen(engine, "在公安局门口") == []
    assert seen(engine, "在市公安那里") == []
    assert seen(engine, "在公安局门口冒充公安") == [("公安",)]
    assert seen(engine, "百家乐的开户银行，开户") == [("百家乐", "开户")]


@pytest.mark.parametrize(
    ("text", "exceptions"),
    [
        ("据报道，百家乐上分", ("news",)), ("据报道。百家乐上分", ()), ("百家乐上分的新闻", ("news",)), ("百家乐上分。新闻", ()), ("百家乐新闻上分", ("news",)),
        ("据报道" + "好" * 20 + "百家乐上分", ("news",)), ("据报道" + "好" * 21 + "百家乐上分", ()), ("百家乐上分" + "好" * 78 + "新闻", ("news",)),
        ("百家乐上分" + "好" * 79 + "新闻", ()), ("不要百家乐上分", ("negation",)), ("不要去玩什么样的百家乐上分", ("negation",)), ("不要去玩什么样子的百家乐上分", ()), ("百家乐不要上分", ("negation",)),
        ("百家乐上分不要", ()), ("据报道，别百家乐上分", ("news", "negation")), ("不要据报道百家乐上分", ("news", "negation")),
    ],
)  # fmt: skip
def test_exceptions_near_the_evidence_are_named(engine: TextEngine, text: str, exceptions: tuple[str, ...]) -> None:
    assert only(engine.scan(text, Side.POST)).exceptions == exceptions


REVIEW = """
- {id: a.b, title: {zh: 甲, en: A}, types: [9], rules: [A-1], sides: [post], effect: review, within: 30,
   slots: [{name: x, words: [赌场]}, {name: y, words: [上分]}], unless: [{exception: news, use: news, within: 12}, {exception: negation, use: negation}],
   examples: [赌场上分], twins: [新闻：赌场上分], owner: t}
"""


@pytest.mark.parametrize(
    ("text", "exceptions"),
    [
        ("据报道。赌场上分", ("news",)), ("据报道。今天天气很好不错。赌场上分", ("news",)), ("据报道。今天天气很好真不错呀啊。赌场上分", ()),
        ("赌场上分。这是新闻", ("news",)), ("赌场上分。" + "好" * 77 + "新闻", ("news",)), ("赌场上分。" + "好" * 78 + "新闻", ()), ("赌场上分。\n第二句。新闻", ("news",)),
        ("别。赌场上分", ()), ("别赌场上分", ("negation",)),
    ],
)  # fmt: skip
def test_where_a_goal_asks_for_a_look_only_exceptions_count_in_neighbouring_sentences_too(
    load: Callable[..., GoalBook], text: str, exceptions: tuple[str, ...]
) -> None:
    engine = TextEngine(load(REVIEW))
    (finding,) = engine.scan(text, Side.POST)
    assert finding.exceptions == exceptions
    stream = engine.stream(Side.POST, "", lambda finding: finding.effect.stops)
    assert "".join(map(stream.feed, text)) + stream.finish() == text
    assert [one.exceptions for one in stream.findings] == [exceptions]


def test_an_exception_word_inside_the_evidence_says_nothing(load: Callable[..., GoalBook]) -> None:
    goals = """
- {id: a.b, title: {zh: 甲, en: A}, types: [9], rules: [A-1], sides: [post], effect: stop, slots: [{name: x, words: [新闻赌场]}],
   unless: [{exception: news, use: news}], examples: [新闻赌场开门], twins: [新闻：新闻赌场], owner: t}
"""
    assert only(TextEngine(load(goals)).scan("新闻赌场", Side.POST)).exceptions == ()


def test_the_clause_limits_slots_where_the_goal_says_so(engine: TextEngine) -> None:
    assert seen(engine, "你的头孢停药", Side.ANSWER) == [("头孢", "停药", "你的")]
    assert seen(engine, "你的头孢，停药", Side.ANSWER) == []
    assert seen(engine, "头孢。\n一天50毫克", Side.ANSWER) == [("头孢", "50毫克")]


def test_a_side_without_the_goal_sees_nothing(engine: TextEngine) -> None:
    assert seen(engine, "我是公安", Side.PROMPT) == []


def test_repeated_findings_are_capped_and_others_are_still_seen(engine: TextEngine) -> None:
    findings = engine.scan("我是公安。" * 1000 + "百家乐上分", Side.POST)
    assert [finding.goal for finding in findings].count("sample.police") == 20
    assert findings[-1].goal == "sample.gambling"


@pytest.mark.parametrize("text", ["", "\x00", "\ud800", "\udfff公安\ud800", "公\x00安", "公\ud800安", "\u0301" * 5000])
def test_any_code_point_can_be_read(engine: TextEngine, text: str) -> None:
    assert len(engine.scan(text, Side.POST)) == ("公" in text)


@pytest.mark.parametrize(
    "unit", ["公安局", "公安", "百家乐", "百家乐上分", "百家乐上分新闻", "公*", "\u200b公", "加", "上分。", "baccarat "]
)
def test_long_texts_of_one_unit_are_read_in_time_that_grows_with_their_length(engine: TextEngine, unit: str) -> None:
    assert len(engine.scan(unit * (200_000 // len(unit)), Side.POST)) <= 40


def test_excerpts_show_what_stands_around(engine: TextEngine) -> None:
    finding = only(engine.scan("前" * 300 + "。百家乐上分，后面还有" + "后" * 300, Side.POST))
    start = finding.spans[0].start
    assert finding.excerpt_start == start - 200
    assert finding.excerpt.startswith("前" * 199 + "。百家乐上分，后面")
    assert len(finding.excerpt) == 200 + 5 + 80


def test_the_version_changes_with_the_goals(load: Callable[..., GoalBook], engine: TextEngine) -> None:
    other = load(
        "- {id: a.b, title: {zh: 甲, en: A}, types: [9], rules: [A-1], sides: [post], effect: stop, slots: [{name: x, words: [赌场]}], "
        "examples: [去赌场], twins: [回家], owner: t}"
    )
    assert TextEngine(other).version != engine.version
    assert TextEngine(engine.book).version == engine.version


def test_an_empty_book_lets_everything_pass() -> None:
    engine = TextEngine(GoalBook((), ""))
    assert engine.scan("百家乐上分", Side.POST) == []
    assert engine.stream(Side.ANSWER, "p", lambda finding: True).feed("百家乐") == "百家乐"
