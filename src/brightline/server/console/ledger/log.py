"""Reading the log for people: its heads, how it grew, its entries, and proofs between any two of its states.

Everything here reads in bounded time, however long the log is: pages by keys, growth by bisection over the signed heads.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, select

from brightline.errors import LedgerError, NotFound
from brightline.ledger import Checkpoint, Proof, VerifierKey, leaf_hash, open_checkpoint, parse_entry, verify_consistency, verify_inclusion
from brightline.ledger.tree import consistency_proof, inclusion_proof, node_hash, root_hash
from brightline.model import LedgerEntry
from brightline.service import Service
from brightline.store import AUDIT_KINDS, LedgerTransaction
from brightline.store.tables import audit_events, ledger_checkpoints, ledger_entries
from brightline.stored_payloads import payload_check

__all__ = [
    "Consistency",
    "Evidence",
    "Growth",
    "Row",
    "SignedHead",
    "checkpoint_note",
    "consistency",
    "entries",
    "evidence",
    "growth",
    "heads",
]

_WINDOW = 500
_LOOKED_THROUGH = 20_000  # entries of a kind that has no index are looked for so far back at a time: some 40 ms
_HOURS, _DAYS = 24, 30


class Row(NamedTuple):
    """A line of the list of entries; ``entry`` is None where the stored bytes are no entry any more. ``about`` is what it concerns:
    its subject, or that of the event which it names."""

    seq: int
    entry: LedgerEntry | None
    about: str = ""


class SignedHead(NamedTuple):
    """A stored checkpoint. ``root`` is empty and ``problem`` says why where it does not verify; ``signers`` as the note names them."""

    size: int
    saved_at: int
    root: str
    signers: tuple[str, ...]
    problem: str


class Growth(NamedTuple):
    """Entries by hour or day: the beginning of each period in the reader's zone, and how many came in it."""

    hourly: bool
    names: tuple[str, ...]
    counts: tuple[int, ...]


class Step(NamedTuple):
    """One step from the leaf to the root: the other hash, on which side it stands, and what the two give."""

    side: str
    other: str
    gives: str


class Evidence(NamedTuple):
    """An entry, and the proof that it is in the log as signed, or the code of why it is not.

    ``fits``: what is stored for it is what was logged (None: erased, or never held).
    """

    seq: int
    raw: bytes
    entry: LedgerEntry | None
    size: int
    leaf: str
    steps: tuple[Step, ...]
    root: str
    proof: str
    problem: str
    fits: bool | None


class Consistency(NamedTuple):
    """That the tree of ``old`` entries is the beginning of the tree of ``new`` ones; the proof in base64, as monitors exchange it."""

    old: int
    new: int
    old_root: str
    new_root: str
    proof: tuple[str, ...]


def heads(service: Service, before: int | None, limit: int) -> list[SignedHead]:
    """Up to ``limit`` signed heads, the largest tree first, each with its signatures checked."""
    query = select(ledger_checkpoints.c.size, ledger_checkpoints.c.saved_at, ledger_checkpoints.c.note)
    if before is not None:
        query = query.where(ledger_checkpoints.c.size < before)
    with service.store.database.reading() as connection:
        found = connection.execute(query.order_by(ledger_checkpoints.c.size.desc()).limit(limit)).all()
    return [_signed_head(*row, service.signer.verifiers) for row in found]


def checkpoint_note(service: Service, size: int) -> str:
    """The signed head over exactly so many entries. Raises ``NotFound`` BL-INPUT-741."""
    with service.store.database.reading() as connection:
        note = connection.execute(select(ledger_checkpoints.c.note).where(ledger_checkpoints.c.size == size)).scalar()
    if note is None:
        raise NotFound("BL-INPUT-741", f"no head was signed over {size} entries", "take one from the list of signed heads")
    return str(note)


def entries(service: Service, kind: str, before: int | None, limit: int) -> tuple[list[Row], int | None]:
    """Up to ``limit`` entries below ``before``, newest first, of that kind (empty: of any), and where to go on; None at the end."""
    with service.store.database.reading() as connection:
        top = _size(connection) if before is None else before
        find = _events_of_kind if kind in AUDIT_KINDS else _entries_of_kind
        found, following = find(connection, kind, top, limit)
        return _with_subjects(connection, found), following


def evidence(service: Service, seq: int) -> Evidence:
    """Entry ``seq`` with its proof against the latest signed head.

    Raises ``NotFound`` BL-INPUT-742 if there is none, or none under a signed head yet; ``LedgerError`` if that head cannot be used.
    """
    head = service.sequencer.head()
    if head is None or not 0 <= seq < head.size:
        raise NotFound("BL-INPUT-742", f"there is no entry {seq} under a signed head", "take one from the list of entries")
    with service.store.ledger.reading() as transaction:
        raw = _raw(transaction, seq)
        leaf, entry, hashes, problem = leaf_hash(raw), _parsed(raw), [], ""
        try:
            hashes = inclusion_proof(seq, head.size, transaction.node)
            verify_inclusion(leaf, seq, head.size, hashes, head.root)
        except LedgerError as found:
            problem = found.code
    return Evidence(
        seq,
        raw,
        entry,
        head.size,
        leaf.hex(),
        () if problem else tuple(_steps(leaf, seq, head.size, hashes)),
        head.root.hex(),
        "" if problem else Proof(seq, tuple(hashes), head.note).text(),
        problem,
        None if entry is None else payload_check(service.store)(entry),
    )


def consistency(service: Service, old: int, new: int) -> Consistency:
    """The proof that nothing was changed between two sizes, verified before it is given.

    Raises ``LedgerError`` BL-LEDGER-006 if the sizes are in the wrong order or do not fit, -005 beyond the log.
    """
    with service.store.ledger.reading() as transaction:
        if new > transaction.size():
            raise LedgerError("BL-LEDGER-005", f"the log has {transaction.size()} entries, not {new}", "give a smaller number")
        proof = consistency_proof(old, new, transaction.node)
        roots = root_hash(old, transaction.node), root_hash(new, transaction.node)
    verify_consistency(old, new, *roots, proof)
    return Consistency(old, new, roots[0].hex(), roots[1].hex(), tuple(base64.b64encode(each).decode() for each in proof))


def growth(service: Service, zone: str, now: datetime, known: dict[int, int] | None = None) -> Growth | None:
    """Entries of the last 24 hours by hour, or of the last 30 days by day where the log is older; None before the first head.

    ``known`` keeps what was found: how large the log was at a moment that is over does not change any more.
    """
    place: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
    with service.store.database.reading() as connection:
        first = connection.execute(_HEADS.order_by(ledger_checkpoints.c.size).limit(1)).first()
        last = connection.execute(_HEADS.order_by(ledger_checkpoints.c.size.desc()).limit(1)).first()
        if first is None or last is None:
            return None
        hourly = now.timestamp() * 1_000_000 - first.saved_at < 2 * 24 * 3600 * 1_000_000
        begins = _periods(now.astimezone(place), hourly)
        sizes: list[int] = []
        known = {} if known is None else known
        for moment in (int(begin.timestamp() * 1_000_000) for begin in begins):
            if moment not in known:
                known[moment] = _size_at(connection, moment, sizes[-1] if sizes else 0, last.size)
            sizes.append(known[moment])
    counts = tuple(after - before for before, after in zip(sizes, [*sizes[1:], int(last.size)], strict=True))
    return Growth(hourly, tuple(begin.strftime("%H:%M" if hourly else "%m-%d") for begin in begins), counts)


_HEADS = select(ledger_checkpoints.c.size, ledger_checkpoints.c.saved_at)


def _periods(now: datetime, hourly: bool) -> list[datetime]:
    if hourly:
        this = now.replace(minute=0, second=0, microsecond=0)
        return [this - timedelta(hours=back) for back in reversed(range(_HOURS))]
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return [today - timedelta(days=back) for back in reversed(range(_DAYS))]


def _size_at(connection: Connection, moment: int, least: int, size: int) -> int:
    """How many entries were under a signed head at ``moment``: heads only grow, so a bisection finds it without reading them all."""
    low, high, best = least, size, least
    while low < high:
        middle = (low + high + 1) // 2
        nearest = connection.execute(
            _HEADS.where(ledger_checkpoints.c.size <= middle).order_by(ledger_checkpoints.c.size.desc()).limit(1)
        ).first()
        if nearest is None or nearest.size <= low:
            low = middle
        elif nearest.saved_at <= moment:
            best, low = int(nearest.size), middle
        else:
            high = int(nearest.size) - 1
    return best


def _signed_head(size: int, saved_at: int, note: str, keys: tuple[VerifierKey, ...]) -> SignedHead:
    signers = tuple(line.split(" ")[1] for line in note.rpartition("\n\n")[2].splitlines() if line.count(" ") >= 2)
    try:
        checkpoint: Checkpoint = open_checkpoint(note, keys)
    except LedgerError as problem:
        return SignedHead(size, saved_at, "", signers, problem.code)
    return SignedHead(size, saved_at, checkpoint.root.hex(), signers, "" if checkpoint.size == size else "BL-LEDGER-010")


def _raw(transaction: LedgerTransaction, seq: int) -> bytes:
    return next((found for _, found in transaction.entries(seq, seq + 1)), b"")


def _size(connection: Connection) -> int:
    last = connection.execute(select(ledger_entries.c.seq).order_by(ledger_entries.c.seq.desc()).limit(1)).scalar()
    return 0 if last is None else int(last) + 1


def _descending(connection: Connection, bottom: int, top: int) -> Iterator[Row]:
    query = select(ledger_entries.c.seq, ledger_entries.c.entry).where(ledger_entries.c.seq >= bottom, ledger_entries.c.seq < top)
    for seq, raw in connection.execute(query.order_by(ledger_entries.c.seq.desc())):
        yield Row(int(seq), _loosely(raw))


def _entries_of_kind(connection: Connection, kind: str, top: int, limit: int) -> tuple[list[Row], int | None]:
    found: list[Row] = []
    floor = max(0, top - _LOOKED_THROUGH)
    while top > floor:
        bottom = max(floor, top - _WINDOW)
        for row in _descending(connection, bottom, top):
            if not kind or (row.entry is not None and row.entry.kind == kind):
                found.append(row)
                if len(found) == limit:
                    return found, row.seq or None
        top = bottom
    return found, top or None


def _events_of_kind(connection: Connection, kind: str, top: int, limit: int) -> tuple[list[Row], int | None]:
    query = (
        select(ledger_entries.c.seq, ledger_entries.c.entry)
        .join(audit_events, audit_events.c.id == ledger_entries.c.subject)
        .where(audit_events.c.kind == kind, ledger_entries.c.seq < top)
        .order_by(ledger_entries.c.seq.desc())
        .limit(limit + 1)
    )
    found = [Row(int(seq), _loosely(raw)) for seq, raw in connection.execute(query)]
    return found[:limit], found[limit - 1].seq if len(found) > limit else None


def _with_subjects(connection: Connection, rows: list[Row]) -> list[Row]:
    ids = [row.entry.subject for row in rows if row.entry is not None and row.entry.kind in AUDIT_KINDS]
    query = select(audit_events.c.id, audit_events.c.subject).where(audit_events.c.id.in_(ids))
    subjects = {row.id: row.subject for row in connection.execute(query)} if ids else {}
    return [row if row.entry is None else row._replace(about=subjects.get(row.entry.subject, row.entry.subject)) for row in rows]


def _loosely(raw: bytes | str) -> LedgerEntry | None:
    """An entry for a list: its canonical spelling is checked where one entry is shown, and by a verification."""
    try:
        document = orjson.loads(raw)
        document.pop("v", None)
        return LedgerEntry(**document)
    except (ValueError, TypeError, AttributeError):
        return None


def _parsed(raw: bytes) -> LedgerEntry | None:
    try:
        return parse_entry(raw)
    except LedgerError:
        return None


def _steps(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> Iterator[Step]:
    """The computation of RFC 9162, 2.1.3.2, step by step, for showing; ``verify_inclusion`` has judged it already."""
    fn, sn, computed = index, size - 1, leaf
    for sibling in hashes:
        if fn & 1 or fn == sn:
            computed = node_hash(sibling, computed)
            yield Step("left", sibling.hex(), computed.hex())
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            computed = node_hash(computed, sibling)
            yield Step("right", sibling.hex(), computed.hex())
        fn, sn = fn >> 1, sn >> 1
