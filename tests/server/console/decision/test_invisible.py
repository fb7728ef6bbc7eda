from __future__ import annotations

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.server.console.decision.invisible import pieces_of, unseen_in

HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from("\u200b\u200d\u202e\u2066\ufe0f\u0301\u0338\x00\r\n\x1b\U000e0061👨👩#1a中ع"),
    ),
    max_size=60,
)


@given(HOSTILE)
@settings(max_examples=100)
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    assert "".join(piece.text for piece in pieces_of(text)) == text


@given(HOSTILE)
@settings(max_examples=100)
def test_nothing_unseen_stays_in_an_ordinary_piece_but_what_belongs_to_an_emoji(text: str) -> None:
    for piece in pieces_of(text):
        if not piece.sign:
            hidden = {character for character in piece.text if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")}
            assert hidden <= set("\n\t\u200d\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2") | _shaped()


def _shaped() -> set[str]:
    """Format characters that have a shape, and need no sign."""
    return {chr(code) for code in (0x110BD, 0x110CD, *range(0x13430, 0x13440))}


def test_every_control_and_format_character_has_a_sign() -> None:
    shaped = _shaped() | set("\n\t\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
    hidden = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Zl", "Zp", "Cs") and chr(code) not in shaped
    ]
    assert [f"{ord(character):x}" for character in hidden if not pieces_of(character)[0].sign] == []


@pytest.mark.parametrize("character", ["\x00", "\r", "\x1b", "\x7f", "\x85", "\ud800"])
def test_what_html_cannot_carry_is_shown_by_a_stand_in(character: str) -> None:
    (piece,) = pieces_of(character)
    assert piece.text == character
    assert piece.shown != character
    assert piece.shown.isprintable()
    piece.shown.encode()


@pytest.mark.parametrize("character", "\u202a\u202b\u202d\u202e\u202c\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
def test_characters_that_turn_the_direction_are_told_apart(character: str) -> None:
    assert [piece.turns for piece in pieces_of(f"a{character}b")] == [False, True, False]


@pytest.mark.parametrize("emoji", ["👨‍👩‍👧", "❤️", "1️⃣", "👩🏽‍🚀", "🏳️‍🌈"])
def test_an_emoji_stays_whole(emoji: str) -> None:
    assert [piece.text for piece in pieces_of(f"好{emoji}好")] == [f"好{emoji}好"]


def test_a_joiner_between_words_is_shown() -> None:
    assert [piece.sign for piece in pieces_of("微\u200d信")] == ["", "ZWJ", ""]


def test_unseen_characters_are_counted_the_most_frequent_first() -> None:
    found = unseen_in(["a\u200bb\u200b", "c\u202e"])
    assert [(one.sign, one.count, one.code) for one in found] == [("ZWSP", 2, "U+200B"), ("RLO", 1, "U+202E")]
