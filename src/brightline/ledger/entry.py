"""Entry bytes: one line of the log as canonical JSON (RFC 8785), exactly as hashed into a leaf.

``{"actor":…,"commitment":…,"kind":…,"seq":…,"subject":…,"tenant":…,"ts":…,"v":1}``. There is no content in an entry:
``commitment`` is salted (``commitment.py``), ``actor`` a pseudonym, ``subject`` the id of what happened.
"""

from __future__ import annotations

import re
from dataclasses import fields

import orjson

from brightline.documents import canonical_json
from brightline.errors import LedgerError
from brightline.model import LedgerEntry

__all__ = ["MAX_ENTRY_BYTES", "encode_entry", "parse_entry"]

VERSION = 1
MAX_ENTRY_BYTES = 65_535  # tlog-tiles: entries in a bundle are prefixed by a uint16 length
_COMMITMENT = re.compile("[0-9a-f]{64}")
_TYPES = {"seq": int, "ts": int, "kind": str, "tenant": str, "actor": str, "subject": str, "commitment": str}
assert set(_TYPES) == {field.name for field in fields(LedgerEntry)}  # noqa: S101 - the two lists belong together


def encode_entry(entry: LedgerEntry) -> bytes:
    """The bytes of an entry. Raises ``LedgerError`` BL-LEDGER-013 if it cannot be logged."""
    if not _COMMITMENT.fullmatch(entry.commitment):
        raise _bad_entry(f"the commitment of {entry.subject!r} is not 64 hex digits")
    raw = canonical_json(
        {
            "v": VERSION,
            "seq": entry.seq,
            "ts": entry.ts,
            "kind": entry.kind,
            "tenant": entry.tenant,
            "actor": entry.actor,
            "subject": entry.subject,
            "commitment": entry.commitment,
        }
    )
    if len(raw) > MAX_ENTRY_BYTES:
        raise _bad_entry(f"the entry of {entry.subject[:80]!r} has {len(raw)} bytes, more than {MAX_ENTRY_BYTES}")
    return raw


def parse_entry(raw: bytes) -> LedgerEntry:
    """The inverse of ``encode_entry``. Raises ``LedgerError`` BL-LEDGER-013 unless the bytes are exactly such an entry."""
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        raise _bad_entry("it is not JSON") from None
    if not isinstance(document, dict) or document.pop("v", None) != VERSION or set(document) != set(_TYPES):
        raise _bad_entry(f"it has not the fields of version {VERSION}")
    if any(type(document[name]) is not kind for name, kind in _TYPES.items()):
        raise _bad_entry("a field has the wrong type")
    entry = LedgerEntry(**document)
    if encode_entry(entry) != raw:
        raise _bad_entry("it is not canonical")
    return entry


def _bad_entry(why: str) -> LedgerError:
    return LedgerError("BL-LEDGER-013", f"not an entry of the log: {why}", "entries are written by the sequencer only")
