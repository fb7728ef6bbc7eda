"""Exact hashes: copies meet, and anybody can compute the hash again."""

from __future__ import annotations

import hashlib
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.annotators.exact import kernel
from tests.corpus.annotators.documents import annotated, table

ODD = st.characters(exclude_categories=("Cs",))
COMBINING = st.sampled_from("e\u0301 ﬁ \u1100\u1161\u11a8 ㎏ ß İ \u3000 \u0345 ｶﾞ Σς 각")


def _by_the_book(text: str) -> str:
    return hashlib.sha256(" ".join(unicodedata.normalize("NFKC", text).casefold().split()).encode()).hexdigest()


@given(texts=st.lists(st.text(st.one_of(ODD, COMBINING, st.sampled_from(" \t\n\0Aa，。")), max_size=30), max_size=6))
@settings(max_examples=100, deadline=None)
def test_the_hash_is_the_one_that_the_documentation_tells_how_to_compute(texts: list[str]) -> None:
    assert kernel().annotate(table(texts)).column("sha256").to_pylist() == list(map(_by_the_book, texts))


def test_every_character_of_the_first_planes_becomes_what_the_documentation_says() -> None:
    # In documents of 256, beside a letter: what depends on its neighbour must not hide what does not.
    points = [point for point in range(0x20000) if not 0xD800 <= point < 0xE000 and not 0x3400 <= point < 0xA000]
    texts = ["".join(f"a{chr(point)}" for point in points[at : at + 256]) for at in range(0, len(points), 256)]
    texts += [f"x{chr(point)}" for point in points if len(unicodedata.normalize("NFKC", chr(point)).casefold()) > 1]
    assert kernel().annotate(table(texts)).column("sha256").to_pylist() == list(map(_by_the_book, texts))


@pytest.mark.parametrize(
    "copy",
    ["Hello，World 你好", "hello,world 你好", "  HELLO,\u3000world\n\n你好 ", "ｈｅｌｌｏ,ｗｏｒｌｄ 你好"],
    ids=["as is", "case", "space", "width"],
)
def test_copies_with_another_width_case_or_spacing_meet(copy: str) -> None:
    if copy.startswith("  "):
        copy = copy.replace(",\u3000", ",")
    assert annotated(kernel(), copy)["sha256"] == _by_the_book("hello,world 你好")


def test_one_character_more_is_another_text() -> None:
    assert annotated(kernel(), "今天天气很好")["sha256"] != annotated(kernel(), "今天天气很好了")["sha256"]


def test_the_prefix_is_the_beginning_of_the_hash_as_a_signed_number() -> None:
    row = annotated(kernel(), "某个文本")
    assert row["prefix"] == int.from_bytes(bytes.fromhex(row["sha256"])[:8], "big", signed=True)
