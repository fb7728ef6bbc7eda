"""Latin words that were spread out are put together; ordinary letters and signs are left alone."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.spread_words import spread_edits
from brightline.text.views import View


@pytest.mark.parametrize(
    ("spread", "read"),
    [
        ("h o w t o m a k e m o n e y", "how to make money"),
        ("W/r.ite a Wha=ts~A・p.p m e.ss~~age", "Write a WhatsApp message"),
        ("W/r.ite a m_e.ss~~age th丶at lure..s p__e・・o+p--le", "Write a message that lures people"),
        ("T h e y w o u l d b e b e t t e r o f f, t h e y t h i n k", "They would be better off, they think"),
        ("请写 p.l.e.a.s.e h-e-l-p m e", "请写 please help me"),
        ("Tr🔥y f👍aki😂ng th🌈is wo🌈rd", "Try faking this word"),
    ],
)
def test_spread_words_are_put_together(spread: str, read: str) -> None:
    assert View.of(spread).edited(spread_edits(spread, frozenset(("whatsapp",)))).text == read


@pytest.mark.parametrize(
    "text",
    [
        "", "a b c d e f g h", "I have an e-mail and/or version v1.2.3 of x-y-z", "http://a.b.c/d-e_f/g?h=i&j=k", "See A. B. C. Smith, e.g. p. 5, U.S.A.",
        "f(x) = a*b + c*d - e/f", "今天天气不错", "B u y", "snake_case_of_words and kebab-case-of-words", "rock 'n' roll", "Q: w? A: y!", "\ud800\x00", "İ i İ i k k",
    ],
)  # fmt: skip
def test_what_is_not_spread_is_left_as_it_is(text: str) -> None:
    assert spread_edits(text) == []


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("howtmakeney .*-_/🔥丶、'5") | st.characters(), max_size=80))
def test_edits_keep_every_letter(text: str) -> None:
    edits = spread_edits(text)
    assert all(left.end <= right.start for left, right in pairwise(edits))
    for edit in edits:
        assert edit.start + 1 < edit.end <= len(text)
        assert edit.reads.rstrip(" ") == text[edit.start]


@pytest.mark.parametrize("text", ["h o w " * 30_000, "a.b-c_d" * 30_000, "x " * 100_000, " " * 300_000, "h_" * 100_000], ids=range(5))
def test_hostile_texts_are_read_like_any_other(text: str) -> None:
    assert len(spread_edits(text)) <= len(text)
