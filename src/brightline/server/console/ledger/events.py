"""Who did what, when: the audit events, filtered by kind, person and time, in pages that new events never shift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from brightline.store import AUDIT_KINDS, AuditEvent, Cursor, Store

__all__ = ["EventFilter", "EventPage", "page_of_events"]

_LONGEST_NAME = 100
_LATEST = 2**62


@dataclass(frozen=True, slots=True)
class EventFilter:
    """What the address asks for. ``since`` and ``until`` are kept as they were written; ``wrong`` names those that are no times."""

    kind: str = ""
    person: str = ""
    since: str = ""
    until: str = ""
    after: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> EventFilter:
        """From the query of an address; what is unknown is as good as absent."""
        kind = query.get("kind", "")
        texts = {name: query.get(name, "").strip()[:_LONGEST_NAME] for name in ("person", "since", "until", "after")}
        return cls(kind=kind if kind in AUDIT_KINDS else "", **texts)

    def query(self, **changes: str) -> str:
        """The query string of this filter with changes; empty values are left out."""
        kept = {name: getattr(self, name) for name in ("kind", "person", "since", "until")} | changes
        return urlencode({name: value for name, value in kept.items() if value})

    def is_set(self) -> bool:
        """True if anything is filtered."""
        return any((self.kind, self.person, self.since, self.until))

    def wrong(self, zone: str) -> tuple[str, ...]:
        """Which of ``since`` and ``until`` are no times."""
        return tuple(name for name in ("since", "until") if getattr(self, name) and _moment(getattr(self, name), zone) is None)


class EventPage(NamedTuple):
    """A page of events, newest first, and the cursor behind it (empty on the last page)."""

    events: list[AuditEvent]
    next: str


def page_of_events(store: Store, wanted: EventFilter, zone: str, tenant: str, limit: int) -> EventPage:
    """The events that the filter leaves. Times are read in the reader's ``zone``. Raises ``StoreError``."""
    since, until = _moment(wanted.since, zone), _moment(wanted.until, zone)
    after = Cursor.parse(wanted.after)
    if after is None and until is not None:
        after = Cursor(until, "")
    found = store.audit.events(kind=wanted.kind or None, actor=wanted.person or None, after=after, limit=limit + 1, tenant=tenant)
    kept = [event for event in found if since is None or event.at >= since]
    more = len(kept) > limit
    shown = kept[:limit]
    return EventPage(shown, str(Cursor(shown[-1].at, shown[-1].id)) if more else "")


def _moment(text: str, zone: str) -> int | None:
    """UTC microseconds of ``2026-11-22`` or ``2026-11-22T09:30`` in that zone."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC if zone == "UTC" else ZoneInfo(zone))
        return min(max(int(moment.timestamp() * 1_000_000), 0), _LATEST)
    except (ValueError, OverflowError):
        return None
