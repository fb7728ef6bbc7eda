from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.model import Side, Span
from brightline.server.console.decision.normalised import BREAK_SIGN, read_passage
from brightline.server.console.decision.passages import Passage, runs_of
from brightline.text.lanes import normalise


def passage(text: str, *spans: tuple[int, Span]) -> Passage:
    return Passage("text", Side.POST, 0, text, True, len(text), (), runs_of(text, spans), False)


@given(st.text(st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("ＡＢ證㎏\u200b\u0301。\n")), max_size=60))
@settings(max_examples=100)
def test_the_lanes_read_as_the_engine_reads(text: str) -> None:
    base, skip = read_passage(passage(text, (1, Span(0, len(text)))), frozenset()).lanes
    piece = normalise(text)
    assert "".join(run.text for run in base.runs) == piece.base
    assert "".join(run.text for run in skip.runs).replace(BREAK_SIGN, "") == piece.kept


def test_a_mark_stands_where_its_characters_have_come_to() -> None:
    base, skip = read_passage(passage("加\u200b 微ＡＢ", (1, Span(0, 4)), (2, Span(4, 6))), frozenset({"skip"})).lanes
    assert [(run.text, run.numbers) for run in base.runs] == [("加 微", (1,)), ("ab", (2,))]
    assert [(run.text, run.numbers) for run in skip.runs] == [("加微", (1,)), ("ab", (2,))]
    assert skip.used
    assert not base.used


def test_an_expanded_character_keeps_its_mark() -> None:
    base, _ = read_passage(passage("㎏", (1, Span(0, 1))), frozenset()).lanes
    assert [(run.text, run.numbers) for run in base.runs] == [("kg", (1,))]


def test_what_was_changed_is_named_by_its_kind() -> None:
    kinds = {
        "".join(piece.text for piece in change.was): (change.now, change.kind)
        for change in read_passage(passage("Aｂ證\u200b㎏"), frozenset()).changes
    }
    assert kinds == {"A": ("a", "case"), "ｂ": ("b", "width"), "證": ("证", "script"), "\u200b": ("", "dropped"), "㎏": ("kg", "expanded")}


def test_many_kinds_of_changes_are_cut_and_counted() -> None:
    text = "".join(chr(0xFF21 + number) for number in range(26)) + "".join(chr(0xFF41 + number) for number in range(26))
    reading = read_passage(passage(text), frozenset())
    assert len(reading.changes) == 40
    assert reading.more_changes == 12
