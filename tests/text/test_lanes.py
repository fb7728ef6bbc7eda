"""The lanes keep the way back to every raw code point, and pieces join without a seam."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from brightline.text.lanes import MAX_DROPPED, Gap, base_form, entry_forms, forms_of, normalise, skip_form

ANY_TEXT = st.text(
    st.characters() | st.sampled_from("。！?.,; \n\u200b\u0301\x00\ud800㎏ﷺ㈠…①Ⓐ體國ａ*🐔") | st.characters(categories=["Cs"]), max_size=60
)


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("ＶＸ", "vx"), ("ⓥⓧ", "vx"), ("🅥🅧", "vx"), ("𝓿𝔁", "vx"), ("Ⅷ", "viii"), ("①⑳❶㉑", "120121"),
        ("開戶", "开户"), ("賭博", "赌博"), ("乾坤", "干坤"), ("㈠㊀", "一一"), ("⒜", "a"), ("é", "e"), ("e\u0301", "e"), ("Straße", "strasse"),
        ("赌\u200b博", "赌博"), ("赌\x00博", "赌博"), ("赌\ufe0f博", "赌博"), ("赌\U000e0001博", "赌博"), ("赌\u202e博", "赌博"), ("㎏", "kg"),
        ("\r\u2028", "\n\n"), ("\ud800", "\ufffd"), ("한글", "한글"), ("！？，．", "!?,."), ("⻋", "车"),
    ],
)  # fmt: skip
def test_what_the_base_lane_makes_of_a_text(written: str, seen: str) -> None:
    assert normalise(written).base == seen


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("色*情", "色情"), ("色 - 情", "色情"), ("色----情", "色\n情"), ("色。情", "色\n情"), ("色\n情", "色\n情"), ("色！情", "色\n情"), ("色🐔🐔🐔情", "色情"),
        ("a. b", "a\nb"), ("a.b", "ab"), ("色丶情", "色情"), ("…", ""), ("。色", "色"), ("\ud800色", "色"),
    ],
)  # fmt: skip
def test_what_the_skip_lane_leaves_out(written: str, seen: str) -> None:
    assert normalise(written).kept == seen


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_every_character_is_normalised_by_itself_and_knows_where_it_came_from(text: str) -> None:
    piece = normalise(text)
    alone = [normalise(character).base for character in text]
    assert piece.base == "".join(alone)
    assert [int(at) for at in piece.at] == [n for n, form in enumerate(alone) for _ in form]
    assert piece.size == len(text)


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_the_base_lane_is_settled(text: str) -> None:
    assert normalise(normalise(text).base).base == normalise(text).base


@settings(max_examples=200, deadline=None)
@given(ANY_TEXT)
def test_the_skip_lane_is_a_part_of_the_base_lane(text: str) -> None:
    piece = normalise(text)
    for character, at in zip(piece.kept, piece.kept_at, strict=True):
        assert character in ("\n", piece.base[int(at)])
        assert unicodedata.category(piece.base[int(at)])[0] not in "PZS"


@settings(max_examples=200, deadline=None)
@given(st.lists(ANY_TEXT, max_size=8))
def test_pieces_join_without_a_seam(chunks: list[str]) -> None:
    whole = normalise("".join(chunks))
    base, kept, ends, clauses, after_dot, gap = "", "", [], [], False, Gap()
    for chunk in chunks:
        piece = normalise(chunk, after_dot)
        ends += [len(base) + at for at in piece.ends]
        clauses += [len(base) + at for at in piece.clauses]
        if gap.read(piece):
            kept += "\n"
        base, kept = base + piece.base, kept + piece.kept
        after_dot = base.endswith(".")
    assert base == whole.base
    assert ends == list(whole.ends)
    assert clauses == list(whole.clauses)
    assert kept.removeprefix("\n") == whole.kept  # a break before the first character of all is no matter


def test_a_long_run_of_invisible_characters_is_a_break() -> None:
    assert normalise("a" + "\u200b" * MAX_DROPPED + "b").base == "ab"
    assert normalise("a" + "\u200b" * (MAX_DROPPED + 1) + "b").base == "a\nb"
    assert normalise("\u200bb", dropped_before=MAX_DROPPED).base == "\nb"


def test_entries_go_through_the_same_lanes() -> None:
    assert base_form(" 開戶Ａ ") == "开户a"
    assert skip_form("t.me / 群") == "tme群"
    assert base_form("\u200b\u0301") == ""


@pytest.mark.parametrize("text", ["\u0301" * 100_000, "\u202e" * 50_000 + "a", "ﷺ" * 20_000, "a" * 300_000])
def test_hostile_texts_are_read_like_any_other(text: str) -> None:
    piece = normalise(text)
    assert len(piece.at) == len(piece.base)


@given(entries=st.lists(st.text(st.one_of(st.characters(), st.sampled_from("㎏…ﷺＡ\u200b\n.,。 繁體")), max_size=12), max_size=8))
@settings(max_examples=100, deadline=None)
@example(entries=[])
@example(entries=["卖" + "\u200b" * (MAX_DROPPED + 1) + "枪", "a.b. c"])
def test_the_forms_of_many_entries_are_the_forms_of_each(entries: list[str]) -> None:
    assert forms_of(entries) == [entry_forms(entry) for entry in entries]
