"""What upheld complaints take out of every corpus, as a table that travels to workers: whoever decides on documents asks it, and nothing else.

Complaints themselves, and the store in which they lie, are ``corpus.sources.complaints``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import re2

if TYPE_CHECKING:
    from brightline.corpus.sources.complaints import Complaint
    from brightline.store.engine import Database

__all__ = ["Withdrawn"]


@dataclass(frozen=True)
class Withdrawn:
    """The documents that upheld complaints take out of every corpus: from id, address and pattern to the complaint. Travels to workers."""

    doc_ids: Mapping[str, str] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    beginnings: tuple[tuple[str, str], ...] = ()
    patterns: tuple[tuple[str, str], ...] = ()

    @classmethod
    def load(cls, database: Database, *, tenant: str = "default") -> Withdrawn:
        """What is withdrawn now."""
        from brightline.corpus.sources.complaints import upheld_complaints  # it brings the store, and whoever only asks has no use for that

        return cls.of(upheld_complaints(database, tenant))

    @classmethod
    def of(cls, complaints: Iterable[Complaint]) -> Withdrawn:
        """What these complaints withdraw."""
        upheld = [each for each in complaints if each.withdraws]
        addresses = [(url, each.id) for each in upheld for url in each.targets.urls]
        return cls(
            {doc_id: each.id for each in upheld for doc_id in each.targets.doc_ids},
            {url: id_ for url, id_ in addresses if not url.endswith("*")},
            tuple((url[:-1], id_) for url, id_ in addresses if url.endswith("*")),
            tuple((each.targets.pattern, each.id) for each in upheld if each.targets.pattern),
        )

    def __bool__(self) -> bool:
        return bool(self.doc_ids or self.urls or self.beginnings or self.patterns)

    @property
    def needs_text(self) -> bool:
        """Whether a document's text has to be looked at."""
        return bool(self.patterns)

    def complaint_about(self, *, doc_id: str, url: str | None = None, text: str | None = None) -> str:
        """The id of the upheld complaint that takes a document out, empty where none does."""
        found = self.doc_ids.get(doc_id) or (self.urls.get(url) if url else None)
        if found is None and url:
            found = next((id_ for beginning, id_ in self.beginnings if url.startswith(beginning)), None)
        if found is None and text:
            found = next((id_ for pattern, id_ in self._compiled if pattern.search(text)), None)
        return found or ""

    @cached_property
    def _compiled(self) -> list[tuple[Any, str]]:
        return [(re2.compile(pattern), id_) for pattern, id_ in self.patterns]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_compiled"}
