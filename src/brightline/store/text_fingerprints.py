"""Fingerprints of generated answers: "did we generate this text?", asked without keeping a word of any answer.

Kept are a keyed hash of the normalised text and keyed hashes of winnowed n-grams (``labels/fingerprints.py`` makes both; the
key never enters the database). Each expires after the operator's retention, and goes at once when its decision is erased.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple

import uuid_utils
from sqlalchemy import delete, func, select

from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.tables import text_fingerprints, text_grams

__all__ = ["FingerprintMatch", "NewFingerprint", "TextFingerprints"]

_SWEPT = 200  # expired fingerprints deleted in one write; each has up to some hundred grams
_ASKED_AT_ONCE = 500  # values in one IN list: SQLite took 999 at most before 3.32
_MOST_MATCHES = 20
_TOO_COMMON = 1_000
"""A gram that stands in more fingerprints than this says nothing about where a text comes from; it is passed over. Own choice."""


class NewFingerprint(NamedTuple):
    """``digest``: keyed hash of the whole text, hex. ``grams``: signed 64-bit hashes, each once."""

    digest: str
    grams: tuple[int, ...]
    decision: str


class FingerprintMatch(NamedTuple):
    """An answer that has ``shared`` of its ``grams`` grams in the text that was asked about; ``exact``: the whole text is the same."""

    decision: str
    made_at: int
    shared: int
    grams: int
    exact: bool


class TextFingerprints:
    """The fingerprints of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, fingerprints: Iterable[NewFingerprint], *, keep_days: int, tenant: str = "default") -> int:
        """Keep several in one transaction; how many. Raises ``StoreError``."""
        now = now_us()
        heads, grams = [], []
        for each in fingerprints:
            identifier = str(uuid_utils.uuid7())
            heads.append(
                {
                    "id": identifier,
                    "tenant": tenant,
                    "made_at": now,
                    "digest": each.digest,
                    "grams": len(set(each.grams)),
                    "decision": each.decision,
                    "expires_at": now + keep_days * 86_400_000_000,
                }
            )
            grams += [{"gram": gram, "fingerprint": identifier} for gram in sorted(set(each.grams))]
        if not heads:
            return 0
        with self._database.writing() as connection:
            connection.execute(text_fingerprints.insert(), heads)
            if grams:
                connection.execute(text_grams.insert(), grams)
        return len(heads)

    def matches(self, digest: str, grams: Collection[int], *, tenant: str = "default") -> list[FingerprintMatch]:
        """Answers that are this text, or share grams with it: the exact ones first, then by share; at most 20. Raises ``StoreError``."""
        now, heads = now_us(), text_fingerprints.c
        alive = (heads.tenant == tenant) & (heads.expires_at > now)
        shared: dict[str, int] = {}
        with self._database.reading() as connection:
            exact = {row.id for row in connection.execute(select(heads.id).where(alive, heads.digest == digest).limit(_MOST_MATCHES))}
            for some in _slices(sorted(set(grams))):
                common = select(text_grams.c.gram).where(text_grams.c.gram.in_(some)).group_by(text_grams.c.gram)
                common = common.having(func.count() > _TOO_COMMON)
                query = (
                    select(text_grams.c.fingerprint, func.count())
                    .where(text_grams.c.gram.in_(some), text_grams.c.gram.not_in(common))
                    .group_by(text_grams.c.fingerprint)
                )
                for identifier, count in connection.execute(query):
                    shared[identifier] = shared.get(identifier, 0) + count
            best = sorted(exact | set(shared), key=lambda each: (each not in exact, -shared.get(each, 0)))[: 4 * _MOST_MATCHES]
            rows = connection.execute(select(text_fingerprints).where(alive, heads.id.in_(best))).all() if best else []
        found = [FingerprintMatch(row.decision, row.made_at, shared.get(row.id, 0), row.grams, row.id in exact) for row in rows]
        found.sort(key=lambda match: (not match.exact, -match.shared / max(1, match.grams), -match.made_at))
        return found[:_MOST_MATCHES]

    def erase(self, decision: str, *, by: str = "brightline", tenant: str = "default") -> int:
        """Forget the fingerprints of a decision; how many they were. The audit log gets the event in the same transaction,
        if there were any. Raises ``StoreError``.
        """
        heads = text_fingerprints.c
        with self._database.writing() as connection:
            forgotten = connection.execute(delete(text_fingerprints).where(heads.decision == decision, heads.tenant == tenant)).rowcount
            if forgotten:
                write_event(connection, "label.forgotten", actor=by, subject=decision, detail={"texts": forgotten}, tenant=tenant)
            return forgotten

    def count(self, *, tenant: str = "default") -> int:
        """How many are kept."""
        with self._database.reading() as connection:
            query = select(func.count()).select_from(text_fingerprints).where(text_fingerprints.c.tenant == tenant)
            return connection.execute(query).scalar_one()

    def is_empty(self, *, tenant: str = "default") -> bool:
        """True where none is kept."""
        with self._database.reading() as connection:
            return connection.execute(select(text_fingerprints.c.id).where(text_fingerprints.c.tenant == tenant).limit(1)).first() is None

    def prune(self) -> int:
        """Delete expired ones, some hundred at a time; how many. Raises ``StoreError``."""
        old = select(text_fingerprints.c.id).where(text_fingerprints.c.expires_at <= now_us()).limit(_SWEPT)
        with self._database.reading() as connection:
            if connection.execute(old.limit(1)).first() is None:
                return 0
        with self._database.writing() as connection:
            return connection.execute(delete(text_fingerprints).where(text_fingerprints.c.id.in_(old.scalar_subquery()))).rowcount


def _slices(values: list[int]) -> Iterable[list[int]]:
    return (values[start : start + _ASKED_AT_ONCE] for start in range(0, len(values), _ASKED_AT_ONCE))
