"""Pieces: every row of a batch once and in its order, none too large, and what is packed comes out as it went in."""

from __future__ import annotations

from itertools import pairwise

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.pieces import PIECE_BYTES, Found, packed, pieces_of, rows_digest, unpacked
from brightline.corpus.schema import INPUT


def documents(texts: list[str | None]) -> pa.Table:
    columns = {field.name: pa.nulls(len(texts), field.type) for field in INPUT}
    columns |= {"doc_id": pa.array([f"{number:032x}" for number in range(len(texts))]), "text": pa.array(texts, pa.string())}
    return pa.table(columns)


def size(piece: pa.Table) -> int:
    return sum(len(text.encode()) for text in piece["text"].to_pylist() if text is not None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.integers(0, 900_000), max_size=40))
def test_pieces_are_the_batch_and_none_is_too_large(sizes: list[int | None]) -> None:
    whole = documents([None if each is None else "文" * (each // 3) for each in sizes])

    pieces = list(pieces_of(whole))

    assert all(piece.num_rows for piece in pieces)
    assert [name for piece in pieces for name in piece["doc_id"].to_pylist()] == whole["doc_id"].to_pylist()
    assert all(size(piece) <= PIECE_BYTES or sum(map(bool, piece["text"].to_pylist())) == 1 for piece in pieces)
    assert all(size(one) + size(next_) > PIECE_BYTES / 2 for one, next_ in pairwise(pieces))


def test_pieces_of_like_rows_are_of_like_size() -> None:
    pieces = list(pieces_of(documents(["x" * 1000] * 2000)))

    assert len(pieces) == -(-2_000_000 // PIECE_BYTES)
    assert max(piece.num_rows for piece in pieces) - min(piece.num_rows for piece in pieces) <= 2000 // 100


def test_a_digest_is_of_every_column_and_row() -> None:
    whole = documents(["one", "two", None])
    others = [documents(["one", "two", ""]), documents(["one", "twO", None]), documents(["one", "two"]), documents(["two", "one", None])]
    others += [
        whole.set_column(whole.schema.get_field_index("url"), whole.schema.field("url"), pa.array(["", None, None], pa.string())),
        whole.set_column(0, whole.schema.field(0), pa.array(["a", "b", "c"])),
    ]

    digests = {rows_digest(each) for each in [whole, *others]}

    assert len(digests) == 1 + len(others)
    assert rows_digest(pa.concat_tables([documents(["zero"]), whole]).combine_chunks().slice(1)) == rows_digest(whole)


_COLUMNS = pa.schema(
    [
        pa.field("number", pa.int32()),
        pa.field("with.dot", pa.list_(pa.struct([pa.field("rule", pa.string(), nullable=False), pa.field("score", pa.float32())]))),
        pa.field("digest", pa.binary(4)),
    ]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-5, 5),
            st.none() | st.lists(st.fixed_dictionaries({"rule": st.text(), "score": st.none() | st.floats(width=32, allow_nan=False)})),
            st.none() | st.binary(min_size=4, max_size=4),
        )
    ),
    st.lists(st.tuples(st.text(), st.integers(1, 9)), unique_by=lambda each: each[0]),
)
def test_what_is_packed_comes_out_as_it_went_in(rows: list[tuple[object, ...]], failures: list[tuple[str, int]]) -> None:
    table = pa.Table.from_pylist([dict(zip(_COLUMNS.names, row, strict=True)) for row in rows], schema=_COLUMNS)
    chunked = pa.concat_tables([table, table])

    found = unpacked(packed(Found(chunked, dict(failures))).to_pybytes())

    assert found.table.equals(chunked)
    assert found.table.schema.equals(_COLUMNS, check_metadata=True)
    assert list(found.failures.items()) == failures
