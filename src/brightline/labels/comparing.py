"""What a transformation did to a label: the file before, the file after, and one word for it.

Labelling Measures, Article 10, forbids to delete, alter, forge or hide labels; tools do it without a word (ffmpeg drops the
field from WAV, AVI and MP4, Pillow from every format that it saves again). So put this around any transform of labelled
files: in a pipeline (``brightline labels diff A B``), in a test, or in the API.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal

from brightline.labels.containers.reading import Entry
from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError
from brightline.labels.label import KEYS, PRODUCER_KEYS
from brightline.labels.registry import Read, read
from brightline.labels.sites import Site, is_label

__all__ = ["Change", "Difference", "difference"]

Change = Literal["kept", "added", "lost", "changed", "duplicated", "unreadable", "none"]
"""``kept``: the same seven values, once · ``added``, ``lost``, ``changed`` · ``duplicated``: more than one where one stood ·
``unreadable``: one of the files could not be read to its end, so nothing is known · ``none``: neither has a label."""


_MOST_COMPARED = 16  # own choice: labels of one file; it may have one (GB 45438-2025, 6.1 c), and the worst that was seen has two


@dataclass(frozen=True, slots=True)
class Difference:
    """``fields``: key → (before, after) of those that changed. ``lost_metadata``: names of other metadata that is gone.

    ``propagated``: only the propagator's keys changed, and with them perhaps the attribute, as a platform has to do (Art. 6). ``c2pa``: what
    happened to a manifest store. ``breaks_rule``: the change is one that Article 10 forbids unless the user may make it.
    """

    change: Change
    before: tuple[Site, ...]
    after: tuple[Site, ...]
    fields: dict[str, tuple[str, str]]
    propagated: bool
    moved: bool
    lost_metadata: tuple[str, ...]
    c2pa: Literal["kept", "added", "lost", "none"]
    gaps: tuple[str, ...]

    @property
    def breaks_rule(self) -> bool:
        """True where a label is gone, altered beyond propagation, doubled (GB 45438-2025, 6.1 c), or nothing can be known."""
        return self.change in ("lost", "duplicated", "unreadable") or (self.change == "changed" and not self.propagated)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rulebook's ids behind ``breaks_rule``."""
        if not self.breaks_rule or self.change == "unreadable":
            return ()
        return ("GB-6.1c",) if self.change == "duplicated" else ("LM-10.2",)

    def to_document(self) -> dict[str, Any]:
        """The difference as JSON values with stable names."""
        return {
            "format": "brightline-label-difference/1",
            "change": self.change,
            "breaks_rule": self.breaks_rule,
            "rules": list(self.rules),
            "propagated": self.propagated,
            "moved": self.moved,
            "fields": {key: {"before": before, "after": after} for key, (before, after) in self.fields.items()},
            "before": [{"place": site.place, "offset": site.offset, "fields": dict(site.fields)} for site in self.before],
            "after": [{"place": site.place, "offset": site.offset, "fields": dict(site.fields)} for site in self.after],
            "lost_metadata": list(self.lost_metadata),
            "c2pa": self.c2pa,
            "gaps": list(self.gaps),
        }


def difference(
    before: str | Path | bytes | BinaryIO, after: str | Path | bytes | BinaryIO, names: tuple[str, str] = ("", "")
) -> Difference:
    """Compare the labels of two files, of the same format or of two. Raises ``OSError`` for a path that cannot be read."""
    (old, old_gaps), (new, new_gaps) = _read(before, names[0]), _read(after, names[1])
    gaps = (*(f"before: {gap}" for gap in old_gaps), *(f"after: {gap}" for gap in new_gaps))
    sites_before, sites_after = old.labels if old else (), new.labels if new else ()
    fields = _changed_fields(sites_before, sites_after)
    return Difference(
        _change(sites_before, sites_after, fields, known=old is not None and new is not None and not (new_gaps and not sites_after)),
        sites_before,
        sites_after,
        fields,
        _is_propagation(fields.keys()),
        bool(sites_before and sites_after) and {site.place for site in sites_before} != {site.place for site in sites_after},
        tuple(sorted(_names(old) - _names(new))),
        _c2pa(old, new),
        gaps,
    )


def _read(file: str | Path | bytes | BinaryIO, name: str) -> tuple[Read | None, list[str]]:
    with opened(file, name) as source:
        return _read_source(source)


def _read_source(source: Source) -> tuple[Read | None, list[str]]:
    try:
        found = read(source)
    except LabelError as problem:
        return None, [f"{problem.code}: {problem.message}"]
    return found, [gap.reason for gap in found.reading.gaps]


def _change(before: tuple[Site, ...], after: tuple[Site, ...], fields: dict[str, tuple[str, str]], *, known: bool) -> Change:
    if not known:
        return "unreadable"
    if not before:
        return "added" if after else "none"
    if not after:
        return "lost"
    if len(after) > max(1, len(before)):
        return "duplicated"
    return "changed" if fields else "kept"


def _is_propagation(changed: Set[str]) -> bool:
    """The producer's keys stay, and who changed the attribute says who they are: a platform that passes the content on."""
    names_the_platform = not changed.isdisjoint({"ContentPropagator", "PropagateID"})
    return bool(changed) and changed.isdisjoint(PRODUCER_KEYS) and (names_the_platform or "Label" not in changed)


def _changed_fields(before: tuple[Site, ...], after: tuple[Site, ...]) -> dict[str, tuple[str, str]]:
    """What changed between the two labels, of several on a side, that are most alike: one of them was meant to stay."""
    pairs = (_differing(old, new) for old in before[:_MOST_COMPARED] for new in after[:_MOST_COMPARED])
    return min(pairs, key=lambda fields: (not fields.keys().isdisjoint(PRODUCER_KEYS), len(fields)), default={})


def _differing(before: Site, after: Site) -> dict[str, tuple[str, str]]:
    old, new = before.fields, after.fields
    keys = [*KEYS, *sorted((set(old) | set(new)) - set(KEYS))]
    return {key: (old.get(key, ""), new.get(key, "")) for key in keys if old.get(key, "") != new.get(key, "")}


def _names(found: Read | None) -> set[str]:
    """Names of metadata besides labels; formats name the same thing differently, so only the last part of a place counts."""
    return {_name(entry) for entry in found.reading.entries if not is_label(entry)} if found else set()


def _name(entry: Entry) -> str:
    return entry.key or entry.place.rsplit(".", 1)[-1]


def _c2pa(old: Read | None, new: Read | None) -> Literal["kept", "added", "lost", "none"]:
    had, has = (found is not None and "c2pa" in found.reading.facts for found in (old, new))
    return ("kept" if has else "lost") if had else "added" if has else "none"
