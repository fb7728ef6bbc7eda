"""Whether what is stored today is what the ledger committed to: decisions, erasures and the events of the console.

The other half of a verification: the tree shows that no entry was changed, this that nothing was changed behind the entries.
"""

from __future__ import annotations

from collections.abc import Callable

from brightline.documents import canonical_json
from brightline.errors import NotFound
from brightline.ledger import commits_to
from brightline.model import LedgerEntry
from brightline.store import AUDIT_KINDS, Store, Unreadable

__all__ = ["payload_check"]

_EVENTS = frozenset(AUDIT_KINDS)


def payload_check(store: Store) -> Callable[[LedgerEntry], bool | None]:
    """A test for ``ledger.verify_log``: true if the payload of an entry fits, None if it was erased or never held. Raises ``StoreError``."""

    def fits(entry: LedgerEntry) -> bool | None:
        if entry.kind in _EVENTS:
            return _fits_event(store, entry)
        if entry.kind not in ("decision", "erasure"):
            return None
        stored = store.look_up([entry.subject]).get(entry.subject)
        if stored is None:
            return False  # an erasure leaves the row; this one was deleted
        if entry.kind == "erasure":  # names nobody, and so is committed to without a salt
            erasure = {"actor": entry.actor, "decision": entry.subject, "erased_at": stored.erased_at}
            return commits_to(entry.commitment, b"", canonical_json(erasure))
        if isinstance(stored, Unreadable):
            return None if stored.erased_at is not None else False
        return None if stored.salt is None else commits_to(entry.commitment, stored.salt, stored.body)

    return fits


def _fits_event(store: Store, entry: LedgerEntry) -> bool:
    try:
        return store.audit.verify(entry.subject)
    except NotFound:
        return False  # events are never deleted
