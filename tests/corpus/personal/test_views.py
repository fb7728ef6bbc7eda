"""Folding keeps places; undoing escapes remembers them."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.personal.views import view_of

_PIECES = st.sampled_from(
    [
        "<td>",
        "</td>",
        "<b>",
        "</b>",
        "&nbsp;",
        "&#64;",
        "&#x4e2d;",
        "\\u4e2d",
        "\\ud83d\\ude00",
        "\\n",
        "%40",
        "\u200b",
        "１",
        "③",
        "𝟗",
        "：",
        "中",
        "a",
        " ",
        "<",
        "&",
        "\\",
    ]
)


@given(st.lists(_PIECES, max_size=40).map("".join))
@settings(max_examples=100, deadline=None)
def test_every_character_of_a_view_knows_its_place(raw: str) -> None:
    view = view_of(raw)
    spans = [view.raw_span(place, place + 1) for place in range(len(view.text))]
    ends = [0, *(end for _, end in spans)]
    assert all(0 <= start < end <= len(raw) for start, end in spans)
    assert ends == sorted(ends)
    assert view.places is not None or len(view.text) == len(raw)


def test_what_is_escaped_is_read_where_it_stands() -> None:
    raw = json.dumps({"电话": "１３８"})
    view = view_of(raw)
    assert "电话" in view.text
    start = view.text.index("电")
    assert raw[slice(*view.raw_span(start, start + 2))] == "\\u7535\\u8bdd"


def test_cells_become_bars_and_inline_tags_vanish() -> None:
    assert view_of("<td>1</td><td>2</td>").text == "|1|2"
    assert view_of("1<b>3</b>8").text == "138"
    assert view_of("a<br/>b<p>c").text == "a\nb\nc"


def test_tags_whose_attributes_may_tell_something_stay() -> None:
    raw = '<a href="mailto:x@y.cn">mail</a>'
    assert "x@y.cn" in view_of(raw).text


def test_comparisons_are_no_tags() -> None:
    assert view_of("a < b && c > d \\ e").text == "a < b && c > d \\ e"
