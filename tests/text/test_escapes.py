"""JSON escapes decode the same in any chunking, and every character knows its raw length."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.escapes import EscapeDecoder


def decode(chunks: list[str]) -> tuple[str, list[int]]:
    decoder, text, lengths = EscapeDecoder(), "", []
    for chunk in chunks:
        more, sizes = decoder.feed(chunk)
        assert len(more) == len(sizes)
        text, lengths = text + more, lengths + sizes
        assert sum(lengths) + len(decoder.pending) == sum(map(len, chunks[: chunks.index(chunk) + 1])) or chunks.count(chunk) > 1
    more, sizes = decoder.feed("", final=True)
    return text + more, lengths + sizes


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(categories=["L", "N", "P", "S", "Cc", "Cs"]), max_size=20), st.booleans(), st.integers(1, 5))
def test_what_json_writes_is_read_back(text: str, ascii_only: bool, size: int) -> None:
    raw = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
    decoded, lengths = decode([raw[n : n + size] for n in range(0, len(raw), size)])
    assert decoded == json.loads(f'"{raw}"')
    assert sum(lengths) == len(raw)


@settings(max_examples=200, deadline=None)
@given(st.text('\\u"nd83DE0cf/x', max_size=30), st.integers(1, 4))
def test_broken_escapes_read_the_same_in_any_chunking(raw: str, size: int) -> None:
    assert decode([raw]) == decode([raw[n : n + size] for n in range(0, len(raw), size)])


def test_an_escape_cut_by_a_chunk_border_waits() -> None:
    decoder = EscapeDecoder()
    assert decoder.feed("a\\u8d") == ("a", [1])
    assert decoder.pending == "\\u8d"
    assert decoder.feed("4cb") == ("赌b", [6, 1])
    assert decoder.feed("\\ud83d\\u") == ("", [])
    assert decoder.feed("dc14") == ("🐔", [12])
    assert decoder.feed("\\\\u12") == ("\\u12", [2, 1, 1, 1])


def test_an_unfinished_escape_at_the_end_stays_as_it_is() -> None:
    decoder = EscapeDecoder()
    decoder.feed("a\\u8d")
    assert decoder.feed("", final=True) == ("\\u8d", [1, 1, 1, 1])
