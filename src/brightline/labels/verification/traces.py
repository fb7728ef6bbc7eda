"""Traces of generators in the metadata of a file: which tool made it, as far as the tool itself says so.

Follows the Labelling Measures, Art. 6(3): a platform that finds *other traces of generation or synthesis* shows the content
as suspected. Only metadata is read, and only by structure (``trace_table``). Pixels and sounds are not judged here or
anywhere: statistical detectors do not decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from brightline.labels.containers.reading import Entry
from brightline.labels.verification.trace_table import Means, TraceRow, entry_name, trace_table

__all__ = ["Named", "Trace", "digital_source_type", "named_values", "traces_in"]

_UNREAD = frozenset({"xmp-unreadable", "xmp-too-large"})  # defects of ``xmp_values`` with which a label may have been missed
_EXCERPT = 120  # characters of a value that are shown as evidence; own choice: prompts may be long and personal


@dataclass(frozen=True, slots=True)
class Trace:
    """One trace with its evidence: the row of the table, and the entry that shows it (the first of several)."""

    id: str
    generator: str
    means: Means
    rule: str
    place: str
    key: str
    offset: int
    length: int
    excerpt: str


class Named(NamedTuple):
    """One metadata value under its name (as ``entry_name`` gives it); ``key`` as it stands in the file."""

    name: str
    value: str
    key: str
    entry: Entry


def named_values(entries: Iterable[Entry]) -> tuple[list[Named], list[Entry]]:
    """The metadata by name, XMP packets as their properties; and the packets that could not be read at all.

    Quotations (places that end with ``.quoted``), front matter and bytes without a key have no names that count.
    """
    named: list[Named] = []
    unread: list[Entry] = []
    for entry in entries:
        if entry.place.endswith(".quoted") or entry.kind in ("yaml", "blob") or not entry.value.strip("\x00 \t\r\n"):
            continue
        if entry.kind != "xmp":
            named.append(Named(entry_name(entry.key), entry.value.strip("\x00"), entry.key, entry))
            continue
        from brightline.labels.xmp import xmp_values

        values = xmp_values(entry.value)
        if _UNREAD.intersection(values.defects):
            unread.append(entry)
        named += (Named(entry_name(name), value, name, entry) for name, value in values.other.items())
    return named, unread


def traces_in(values: Iterable[Named], table: Sequence[TraceRow] | None = None) -> tuple[Trace, ...]:
    """Every trace in metadata by name, in the order of the table."""
    rows = trace_table() if table is None else table
    known = frozenset(key for row in rows for clause in row.clauses for key in clause.keys)
    named = [each for each in values if each.name in known]
    if not named:
        return ()
    pairs = [(each.name, each.value) for each in named]
    found = []
    memory: dict[str, Any] = {}
    for row in rows:
        matched = row.match(pairs, memory)
        if matched is not None:
            found.append(_trace(row, named[matched[0]]))
    return tuple(found)


def digital_source_type(values: Iterable[Named]) -> str:
    """The first IPTC DigitalSourceType, as it stands in the file; empty where there is none."""
    for each in values:
        if each.name == "digitalsourcetype" and each.value.strip():
            return each.value.strip().splitlines()[0]
    return ""


def _trace(row: TraceRow, seen: Named) -> Trace:
    excerpt = " ".join(seen.value.split())
    shown = excerpt if len(excerpt) <= _EXCERPT else excerpt[: _EXCERPT - 1] + "…"
    return Trace(row.id, row.generator, row.means, row.rule, seen.entry.place, seen.key, seen.entry.offset, seen.entry.length, shown)
