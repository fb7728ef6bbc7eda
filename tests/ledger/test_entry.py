"""Entry bytes."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from brightline.errors import LedgerError
from brightline.ledger import encode_entry, parse_entry
from brightline.model import LedgerEntry

ENTRY = LedgerEntry(7, 1_764_000_000_000_000, "decision", "default", "key-1", "0190-id", "ab" * 32)
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
entries = st.builds(
    LedgerEntry,
    seq=st.integers(0, 2**53 - 1),
    ts=st.integers(0, 2**53 - 1),
    kind=names,
    tenant=names,
    actor=names,
    subject=names,
    commitment=st.binary(min_size=32, max_size=32).map(bytes.hex),
)


def test_an_entry_is_one_line_of_canonical_json() -> None:
    assert encode_entry(ENTRY) == (
        b'{"actor":"key-1","commitment":"' + b"ab" * 32 + b'","kind":"decision","seq":7,"subject":"0190-id",'
        b'"tenant":"default","ts":1764000000000000,"v":1}'
    )


@given(entries)
def test_an_entry_is_read_as_it_was_written_and_is_rfc_8785(entry: LedgerEntry) -> None:
    raw = encode_entry(entry)
    assert parse_entry(raw) == entry
    assert raw == rfc8785.dumps(json.loads(raw))


def test_an_entry_too_long_for_a_tile_is_refused() -> None:
    with pytest.raises(LedgerError, match="more than 65535"):
        encode_entry(replace(ENTRY, actor="x" * 66_000))


@pytest.mark.parametrize("commitment", ["", "ab" * 31, "AB" * 32, "xy" * 32, "ab" * 32 + "\n"])
def test_what_is_no_commitment_is_refused(commitment: str) -> None:
    with pytest.raises(LedgerError, match="64 hex digits"):
        encode_entry(replace(ENTRY, commitment=commitment))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        encode_entry(ENTRY) + b"\n",
        encode_entry(ENTRY).replace(b'"v":1', b'"v":2'),
        encode_entry(ENTRY).replace(b'"seq":7', b'"seq":"7"'),
        encode_entry(ENTRY).replace(b'"seq":7', b'"seq":true'),
        encode_entry(ENTRY).replace(b'"seq":7', b'"seq": 7'),
        encode_entry(ENTRY).replace(b'"v":1', b'"v":1,"w":1'),
    ],
)
def test_what_is_not_exactly_an_entry_is_refused(raw: bytes) -> None:
    with pytest.raises(LedgerError, match="BL-LEDGER-013"):
        parse_entry(raw)


@given(st.binary())
def test_any_bytes_are_an_entry_or_a_ledger_error(raw: bytes) -> None:
    with contextlib.suppress(LedgerError):
        parse_entry(raw)
