"""A glance sees the slots that a stream sees, and the exceptions, wherever they stand."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Side
from brightline.text import GoalBook, TextEngine

FRAGMENTS = [
    "百家乐", "时时彩", "开户", "开户银行", "上分", "加我微信", "加", "vx", "日入300", "公安", "公安局", "meth", "method", "头孢", "停药", "吃2片", "mg",
    "据报道", "科普", "不要", "do not ", "baccarat", "deposit now", "bonus now", "wins ", "ab", "cd", "百。家乐", "百*家*乐", "上 分", "百家\u200b乐",
    "。", "，", ". ", " ", "*", "****", "好", "b", "Ｖx", "x",
]  # fmt: skip

texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=3), max_size=16).map("".join)


@settings(max_examples=100, deadline=None)
@given(texts, st.sampled_from(list(Side)))
def test_an_inspection_names_the_slots_that_a_reading_sees(engine: TextEngine, text: str, side: Side) -> None:
    reading, inspection = engine.read(text, side), engine.inspect(text, side)
    numbers = {name: number for number, name in enumerate(engine.slot_names)}
    slots = {numbers[f"{seen.goal}/{engine.book[seen.goal].slots[seen.slot].name}"] for seen in reading.slots}
    assert inspection.seen.slots == tuple(sorted(slots))
    assert inspection.findings == reading.findings


def names(engine: TextEngine, text: str, side: Side = Side.POST) -> tuple[list[str], list[str]]:
    seen = engine.inspect(text, side).seen
    return [engine.slot_names[number] for number in seen.slots], [engine.exception_names[number] for number in seen.exceptions]


def test_slots_are_seen_whether_or_not_they_meet(engine: TextEngine) -> None:
    assert names(engine, "百家乐" + "好" * 90 + "。上分") == (["sample.gambling/game", "sample.gambling/offer"], [])
    assert engine.scan("百家乐" + "好" * 90 + "。上分", Side.POST) == []


def test_exceptions_are_seen_by_name(engine: TextEngine) -> None:
    assert names(engine, "据报道，今天不要出门") == ([], ["negation", "news"])


def test_what_an_allow_phrase_hides_is_not_seen(engine: TextEngine) -> None:
    assert names(engine, "在公安局门口，据报道") == ([], ["news"])


def test_a_side_sees_its_own_goals_alone(engine: TextEngine) -> None:
    assert names(engine, "我是公安", Side.POST)[0] == ["sample.police/organ"]
    assert names(engine, "我是公安", Side.PROMPT)[0] == []


def test_a_long_text_is_seen_whole(engine: TextEngine) -> None:
    text = "据报道，百家乐。" + "这是普通的一句话。" * 400 + "上分"
    assert names(engine, text) == (["sample.gambling/game", "sample.gambling/offer"], ["news"])


def test_cut_words_are_not_seen(engine: TextEngine) -> None:
    assert names(engine, "the method of baccarats")[0] == ["sample.police/organ"]
    assert names(engine, "a baccarat")[0] == ["sample.gambling/game"]


def test_an_empty_book_sees_nothing() -> None:
    engine = TextEngine(GoalBook((), ""))
    assert engine.inspect("百家乐上分", Side.POST).seen == ((), ())
    assert engine.slot_names == engine.exception_names == ()
