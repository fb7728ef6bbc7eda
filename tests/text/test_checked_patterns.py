"""A checked pattern gives the matches that pass, in characters and in bytes, wherever the search begins."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.checked_patterns import checked_pattern
from brightline.text.patterns import compile_pattern


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["12", "7", "1", "a1", "号7", "号", " ", "好", "x" * 300, "1" * 300]), max_size=12).map("".join))
def test_a_checked_pattern_gives_the_matches_that_pass_in_text_and_bytes(text: str) -> None:
    """Against the definition: leftmost, not inside a number, and passing; each begins after the one before has ended."""
    plain, checked = compile_pattern(r"(?:号|\d)\d{1,3}"), checked_pattern(r"(?:号|\d)\d{1,3}", lambda found: "7" in found, "sevens")
    expected, at = [], 0
    while at < len(text):
        match = plain.full.fullmatch(text[at : at + 4]) or next((m for n in (3, 2) if (m := plain.full.fullmatch(text[at : at + n]))), None)
        inside = at > 0 and text[at].isdigit() and text[at - 1].isdigit()
        if match is not None and not inside and "7" in match.group():
            expected.append((at, at + len(match.group())))
            at += len(match.group())
        else:
            at += 1
    assert [match.span() for match in checked.full.finditer(text)] == expected
    encoded = [text.encode()[match.start() : match.end()].decode() for match in checked.full.finditer(text.encode())]
    assert encoded == [text[start:end] for start, end in expected]
