"""What changed between two reports of one corpus: sources, rules, counts, verdicts, versions, coverage, samples.

Lists of the document are matched by what their rows are about, so that a new source is one addition and not a shift of all that follow.
The block ``made`` says when and by whom, and is left out. Pure; ``diff(a, a)`` is empty.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from brightline.corpus.reporting.report import PARTS, Report
from brightline.corpus.reporting.words import Lang, said

__all__ = ["Change", "Difference", "diff"]

_KEYS: Mapping[str, tuple[str, ...]] = {
    "checks": ("rule",),
    "corpus.formats": ("format", "packed"),
    "coverage.failures": ("kernel", "reason"),
    "coverage.kernels": ("kernel",),
    "coverage.quarantined": ("file", "begin", "end"),
    "coverage.rejected.reasons": ("reason",),
    "decisions.not_inspected": ("kernel",),
    "decisions.outcomes": ("outcome",),
    "decisions.rules": ("rule", "outcome"),
    "duplicates.sizes": ("from",),
    "languages": ("language",),
    "lengths": ("from",),
    "licences": ("stated", "in_text"),
    "limits": ("limit", "name"),
    "redactions": ("rule",),
    "risks": ("risk",),
    "rules": ("rule",),
    "samples": ("sample",),
    "source_rules": ("source", "rule"),
    "sources.rows": ("source",),
    "sources.rows.missing": ("word", "clause"),
    "sources.rows.objections": ("word", "clause"),
    "versions.kernels": ("name",),
    "versions.others": ("name",),
}
"""What a row of a list is about; lists of words are compared whole."""

_POLICY = "decisions.policy"
"""Told as one: a version without whose it is, or the day without the version, says nothing."""


class Change(NamedTuple):
    """``part``: the member of the document. ``place``: names and keys on the way below it. ``kind``: added, removed or changed;
    ``before`` and ``after`` are JSON values, None where there was or is none."""

    part: str
    place: tuple[str, ...]
    kind: Literal["added", "removed", "changed"]
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes, in the order of the document. ``before`` and ``after`` are the digests of the two reports."""

    before: str
    after: str
    changes: tuple[Change, ...]

    @property
    def empty(self) -> bool:
        """Whether the two say the same."""
        return not self.changes

    @property
    def document(self) -> dict[str, Any]:
        """JSON values, for ``--json`` and the API."""
        changes = [change._asdict() | {"place": list(change.place)} for change in self.changes]
        return {"format": "brightline-corpus-diff/1", "before": self.before, "after": self.after, "changes": changes}

    def text(self, lang: Lang) -> str:
        """For people: a heading for each part, a line for each change."""
        if self.empty:
            return said(lang, "diff/none") + "\n"
        lines: list[str] = []
        part = ""
        for change in self.changes:
            if change.part != part:
                part = change.part
                lines += ["", said(lang, f"part/{part}")]
            lines.append("  " + _line(change, lang))
        return "\n".join(lines[1:]) + "\n"


def diff(before: Report, after: Report) -> Difference:
    """What is different in ``after``."""
    changes = [
        change for part in PARTS if part not in ("made", "format") for change in _changes(part, before.document[part], after.document[part])
    ]
    return Difference(before.digest, after.digest, tuple(changes))


def _changes(part: str, before: Any, after: Any) -> Iterator[Change]:
    for place, old, new in _walk(part, (), before, after):
        kind: Literal["added", "removed", "changed"] = "added" if old is None else "removed" if new is None else "changed"
        yield Change(part, place, kind, old, new)


def _walk(path: str, place: tuple[str, ...], before: Any, after: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    if before == after and type(before) is type(after):
        return
    if path == _POLICY:
        yield place, before, after
    elif isinstance(before, Mapping) and isinstance(after, Mapping):
        if before.keys() == after.keys() == {"count", "of", "percent"}:
            yield place, dict(before), dict(after)
            return
        for name in sorted(before.keys() | after.keys()):
            yield from _walk(f"{path}.{name}", (*place, name), before.get(name), after.get(name))
    elif path in _KEYS and isinstance(before, Sequence) and isinstance(after, Sequence):
        old, new = _by_key(before, _KEYS[path]), _by_key(after, _KEYS[path])
        for key in sorted(old.keys() | new.keys()):
            row = " · ".join(word or "–" for word in key)
            yield from _walk(path, (*place, row), old.get(key), new.get(key))
    else:
        yield place, before, after


def _by_key(rows: Sequence[Mapping[str, Any]], names: tuple[str, ...]) -> dict[tuple[str, ...], Mapping[str, Any]]:
    return {tuple(_key(row[name]) for name in names): row for row in rows}


def _key(value: Any) -> str:
    return f"{value:020d}" if isinstance(value, int) else str(value)


def _line(change: Change, lang: Lang) -> str:
    words = [_place(word, lang) for word in change.place if word not in _CONTAINERS]
    place = " › ".join(word for word, before in zip(words, [None, *words], strict=False) if word != before)
    kind = change.place[-1] if change.place else ""
    before, after = (_word(value, kind, lang) for value in (change.before, change.after))
    colon = said(lang, "colon")
    if change.kind == "changed":
        return f"{place or said(lang, 'diff/changed')}{colon}{before} → {after}"
    return f"{said(lang, f'diff/{change.kind}')} {place}{colon}{after if change.kind == 'added' else before}"


_COUNTED = re.compile(r"[0-9]{20}", re.ASCII)
"""A number in a key (``_key``); what a corpus calls itself may be digits of any kind, and stays as it is."""

_CONTAINERS = {"rows", "kernels", "others", "reasons", "sizes", "outcomes"}
"""Members that only hold rows: nobody needs to read their names."""


def _place(word: str, lang: Lang) -> str:
    if _COUNTED.fullmatch(word):
        return f"{int(word)}"
    return said(lang, f"name/{word}", said(lang, f"outcome/{word}", said(lang, f"kernel/{word}", word)))


def _word(value: Any, kind: str, lang: Lang) -> str:
    if kind == "policy" and isinstance(value, Mapping) and value["by"]:
        return said(lang, f"policy/{value['by']}").format(since=value["since"], version=value["version"]).rstrip(".。")
    return said(lang, f"{kind}/{value}", value) if isinstance(value, str) and value else _short(value)


def _short(value: Any) -> str:
    if isinstance(value, Mapping) and value.keys() == {"count", "of", "percent"}:
        return f"{value['count']} / {value['of']}" + (f" ({value['percent']} %)" if value["percent"] is not None else "")
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_short(each)}" for name, each in value.items() if each not in ("", 0, None, [], {}))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_short(each) for each in value) or "–"
    return "–" if value is None or value == "" else str(value)
