"""The register of sources of one installation: what is kept of each, every revision, and which rows of a corpus it covers.

A corpus is only as traceable as its rows: a row that names a source which nobody registered, or none at all, is counted and told (SEC-D4,
TC260-003, 5.1). It is never given to the source that it probably came from.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import NamedTuple

from brightline.corpus.day import day_in_china
from brightline.corpus.errors import CorpusError, NotRegistered
from brightline.corpus.sources.objections import Use, objections
from brightline.corpus.sources.source import STATUSES, Source
from brightline.corpus.sources.yaml_file import load_sources
from brightline.store import CorpusSources, NewRevision, SourceRevision
from brightline.store.engine import Database

__all__ = ["Imported", "Register", "Registered", "RowCheck", "check_rows"]


@dataclass(frozen=True, slots=True)
class Registered:
    """A source at one revision. ``made_at`` UTC microseconds."""

    source: Source
    revision: int
    made_at: int
    made_by: str


class Imported(NamedTuple):
    """What a file did to the register: ids of sources."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RowCheck:
    """Rows of a corpus by what the register says of their source. ``unregistered``: rows by the name that nobody registered; ``unnamed``:
    rows that name none."""

    registered: Mapping[str, int]
    unregistered: Mapping[str, int]
    unnamed: int

    @property
    def covered(self) -> float:
        """Share of the rows whose source is registered; 1 for a corpus without rows."""
        total = sum(self.registered.values()) + sum(self.unregistered.values()) + self.unnamed
        return sum(self.registered.values()) / total if total else 1.0


class Register:
    """The register of one store and tenant."""

    def __init__(self, database: Database, *, tenant: str = "default") -> None:
        self._sources = CorpusSources(database)
        self._tenant = tenant

    def all(self, *, status: str | None = None) -> list[Registered]:
        """Every source as it stands, by id."""
        return [_registered(row) for row in self._sources.latest(status=status, tenant=self._tenant)]

    def get(self, source_id: str) -> Registered:
        """A source as it stands. Raises ``NotRegistered`` BL-CORPUS-040."""
        row = self._sources.get(source_id, tenant=self._tenant)
        if row is None:
            raise NotRegistered("BL-CORPUS-040", f"nobody registered a source {source_id[:80]!r}", "brightline corpus register FILE")
        return _registered(row)

    def revisions(self, source_id: str) -> list[Registered]:
        """All revisions of a source, newest first. Raises ``NotRegistered`` BL-CORPUS-040."""
        rows = self._sources.revisions(source_id, tenant=self._tenant)
        if not rows:
            raise NotRegistered("BL-CORPUS-040", f"nobody registered a source {source_id[:80]!r}", "brightline corpus register FILE")
        return [_registered(row) for row in rows]

    def save(self, source: Source, *, by: str, revision: int | None = None, reason: str = "") -> Registered:
        """Add a source or a revision of one. ``revision``: the one that was looked at when the change was made, 0 for none.

        A source becomes ``approved`` only if nothing forbids its use. Raises ``CorpusError`` BL-CORPUS-041 (a field), -042 (cannot be
        approved), ``InputError`` -043 (somebody was faster), ``StoreError``.
        """
        return self._save([(source, revision, reason)], by)[0]

    def set_status(self, source_id: str, status: str, *, reason: str, by: str, use: Use | None = None) -> Registered:
        """Approve, suspend, blacklist or retire a source, with a reason. Raises as ``save``, and ``NotRegistered`` BL-CORPUS-040."""
        if status not in STATUSES or not reason.strip():
            raise CorpusError(
                "BL-CORPUS-042", f"a source cannot become {status[:40]!r} without a reason", f"choose from {', '.join(STATUSES)}"
            )
        found = self.get(source_id)
        return self._save([(found.source.with_status(status), found.revision, reason.strip())], by, use)[0]

    def import_file(self, path: Path, by: str) -> Imported:
        """Take over a ``sources.yaml``. Raises as ``load_sources`` and ``save``."""
        return self.import_sources(load_sources(path), by=by)

    def import_sources(self, sources: Sequence[Source], *, by: str, reason: str = "import") -> Imported:
        """Take over the sources of a file, all or none; those of the register that it does not name stay. Raises as ``save``.

        The status of a source that is registered stays, too: it changes with a reason of its own, never because a file is older, nor
        because it was changed while the file was read (BL-CORPUS-043: import it again).
        """
        before = {row.source.id: row for row in self.all()}
        taken = [source.with_status(before[source.id].source.status) if source.id in before else source for source in sources]
        seen = {source_id: row.revision for source_id, row in before.items()}
        after = self._save([(source, seen.get(source.id, 0), reason) for source in taken], by)
        added = tuple(row.source.id for row in after if row.source.id not in before)
        changed = tuple(row.source.id for row in after if row.source.id in before and row.revision != before[row.source.id].revision)
        unchanged = tuple(row.source.id for row in after if row.source.id in before and row.revision == before[row.source.id].revision)
        return Imported(added, changed, unchanged)

    def _save(self, changes: Iterable[tuple[Source, int | None, str]], by: str, use: Use | None = None) -> list[Registered]:
        today = day_in_china()
        new = []
        for source, revision, reason in changes:
            document = source.to_document()
            checked = Source.from_document(document)
            if checked.status == "approved":
                _must_be_usable(checked, use or Use(), today)
            new.append(NewRevision(checked.id, checked.status, document, revision, reason))
        return [_registered(row) for row in self._sources.save(new, by=by, tenant=self._tenant)]


def check_rows(rows: Mapping[str | None, int], register: Iterable[Registered] | Iterable[str]) -> RowCheck:
    """Rows of a corpus, counted by the source that they name, against the register or the ids in it."""
    known = {each if isinstance(each, str) else each.source.id for each in register}
    named = {name: count for name, count in rows.items() if name and count > 0}
    return RowCheck(
        {name: count for name, count in sorted(named.items()) if name in known},
        {name: count for name, count in sorted(named.items()) if name not in known},
        sum(count for name, count in rows.items() if not name),
    )


def _must_be_usable(source: Source, use: Use, today: date) -> None:
    against = [each for each in objections(source, use=use, today=today) if each.forbids]
    if against:
        reasons = "; ".join(each.en for each in against)
        raise CorpusError("BL-CORPUS-042", f"{source.id} cannot be approved: {reasons}", "remove the cause, or leave the source proposed")


def _registered(row: SourceRevision) -> Registered:
    return Registered(Source.from_document(row.document), row.revision, row.made_at, row.made_by)
