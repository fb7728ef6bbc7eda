"""Full verification: every entry is hashed again, every stored hash compared, the root held against every head we know.

The log is read in slices, each in a short transaction of its own, so that it goes on being written meanwhile; what is
verified is the log as it was when verification began. Findings are collected, not raised: an auditor wants to know
*which* rows were touched.

What this cannot show: events that were never logged, and a log rewritten with its key where nobody kept a head.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from brightline.errors import LedgerError
from brightline.ledger.entry import parse_entry
from brightline.ledger.head_file import HeadFile
from brightline.ledger.note import Checkpoint, VerifierKey, open_checkpoint
from brightline.ledger.storage import LedgerStorage, LedgerTx, nodes_between
from brightline.ledger.tree import EMPTY_ROOT, Frontier, leaf_hash
from brightline.model import LedgerEntry

__all__ = ["CheckPayload", "Problem", "Verification", "verify_log"]

_SLICE = 4096
_MOST_PROBLEMS = 100
_DAMAGE = ("entry", "gap", "leaf", "node")

CheckPayload = Callable[[LedgerEntry], bool | None]
"""Whether the payload that is stored for an entry fits its commitment; None where it was erased or never held."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that does not verify: its kind (``leaf``, ``node``, ``entry``, ``gap``, ``extra``,
    ``payload``, ``head``), a sentence, and the entries concerned (half-open range)."""

    kind: str
    message: str
    first: int
    stop: int


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked and what was found."""

    origin: str
    size: int
    root: bytes
    hashes_checked: int
    payloads_checked: int
    payloads_absent: int
    heads_checked: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """True if nothing was found."""
        return not self.problems


def verify_log(
    storage: LedgerStorage,
    keys: Sequence[VerifierKey],
    head_file: Path | None = None,
    since: Sequence[str] = (),
    check_payload: CheckPayload | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Verification:
    """Verify a stored log against its checkpoint, the head file and the checkpoints that somebody kept (``since``, notes).

    ``progress`` is called with ``(entries done, entries in all)`` after each slice. Raises ``LedgerError`` BL-LEDGER-001 to
    -003 if a note in ``since`` is not one of this log; everything that is wrong with the log itself is a ``Problem``.
    """
    kept = [("the checkpoint you gave", open_checkpoint(note, keys)) for note in since]
    return _Run(storage, keys, check_payload).verify(head_file, kept, progress)


class _Run:
    def __init__(self, storage: LedgerStorage, keys: Sequence[VerifierKey], check_payload: CheckPayload | None) -> None:
        self._storage = storage
        self._keys = keys
        self._check_payload = check_payload
        self._frontier = Frontier()
        self._problems: list[Problem] = []
        self._damaged: list[tuple[int, int]] = []  # ranges of entries already reported, see _compare
        self._hashes = self._payloads = self._absent = 0

    def verify(
        self, head_file: Path | None, kept: list[tuple[str, Checkpoint]], progress: Callable[[int, int], None] | None
    ) -> Verification:
        with self._storage.reading() as transaction:
            size = transaction.size()
            heads = [*self._stored_head(transaction, size), *self._file_head(head_file, size), *kept]
        # Entries behind every head have been reported, and are not read: a single one could claim any place.
        size = min(size, max((checkpoint.size for _, checkpoint in heads), default=0))
        wanted = {checkpoint.size for _, checkpoint in heads}
        roots = {0: EMPTY_ROOT}
        for start in range(0, size, _SLICE):
            stop = min(start + _SLICE, size)
            with self._storage.reading() as transaction:
                self._slice(transaction, start, stop, wanted, roots)
            if progress is not None:
                progress(stop, size)
        for name, checkpoint in heads:
            self._hold_against(name, checkpoint, size, roots)
        return Verification(
            origin=self._keys[0].name,
            size=size,
            root=self._frontier.root(),
            hashes_checked=self._hashes,
            payloads_checked=self._payloads,
            payloads_absent=self._absent,
            heads_checked=tuple(name for name, _ in heads),
            problems=tuple(self._problems),
        )

    def _stored_head(self, transaction: LedgerTx, size: int) -> list[tuple[str, Checkpoint]]:
        name = "the checkpoint in the database"
        note = transaction.checkpoint()
        if note is None:
            if size:
                self._report("head", f"{name} is missing", 0, size)
            return []
        try:
            checkpoint = open_checkpoint(note, self._keys)
        except LedgerError as problem:
            self._report("head", f"{name} cannot be used: {problem.message}", 0, size)
            return []
        if checkpoint.size < size:
            self._report("extra", f"{name} covers {checkpoint.size} of {size} entries", checkpoint.size, size)
        return [(name, checkpoint)]

    def _file_head(self, path: Path | None, size: int) -> list[tuple[str, Checkpoint]]:
        if path is None:
            return []
        try:
            checkpoint = HeadFile(path, self._keys).read()
        except LedgerError as problem:
            self._report("head", problem.message, 0, size)
            return []
        if checkpoint is None:
            if size:
                self._report("head", f"the file with the last signed head ({path}) is gone", 0, size)
            return []
        return [("the last signed head, kept outside the database", checkpoint)]

    def _slice(self, transaction: LedgerTx, start: int, stop: int, wanted: set[int], roots: dict[int, bytes]) -> None:
        nodes: list[tuple[int, int, bytes]] = []
        leaves: list[bytes] = []
        rows = dict(transaction.entries(start, stop))
        for seq in range(start, stop):
            raw = rows.get(seq)
            if raw is None:
                self._report("gap", f"entry {seq} was deleted", seq, seq + 1)
                raw = b""
            else:
                self._check_entry(seq, raw)
            leaf = leaf_hash(raw)
            leaves.append(leaf)
            self._frontier.append(leaf, nodes)
            if seq + 1 in wanted:
                roots[seq + 1] = self._frontier.root()
        self._compare(transaction, 0, start, leaves)
        by_level: dict[int, list[tuple[int, bytes]]] = {}
        for level, index, digest in nodes:
            by_level.setdefault(level, []).append((index, digest))
        for level, found in sorted(by_level.items()):
            self._compare(transaction, level, found[0][0], [digest for _, digest in found])

    def _check_entry(self, seq: int, raw: bytes) -> None:
        try:
            entry = parse_entry(raw)
        except LedgerError as problem:
            self._report("entry", f"entry {seq}: {problem.message}", seq, seq + 1)
            return
        if entry.seq != seq:
            self._report("entry", f"entry {seq} says that it is entry {entry.seq}", seq, seq + 1)
        if self._check_payload is None:
            return
        fits = self._check_payload(entry)
        if fits is None:
            self._absent += 1
        elif fits:
            self._payloads += 1
        else:
            self._report("payload", f"what is stored for {entry.subject} (entry {seq}) is not what was logged", seq, seq + 1)

    def _compare(self, transaction: LedgerTx, level: int, start: int, computed: list[bytes]) -> None:
        stored = nodes_between(transaction, level, start, start + len(computed))
        self._hashes += len(computed)
        if list(stored.values()) == computed:
            return
        for index, digest in enumerate(computed, start):
            first, stop = index << level, (index + 1) << level
            if stored.get(index) == digest or any(bad < stop and first < end for bad, end in self._damaged):
                continue  # a wrong row makes every hash above it wrong; the lowest one says where
            what = "missing" if index not in stored else "not what the entries give"
            where = f"entry {first}" if level == 0 else f"entries {first} to {stop - 1}"
            self._report("leaf" if level == 0 else "node", f"the stored hash of {where} is {what}", first, stop)

    def _hold_against(self, name: str, checkpoint: Checkpoint, size: int, roots: dict[int, bytes]) -> None:
        if checkpoint.size > size:
            message = f"{name} covers {checkpoint.size} entries, but the log has {size}: it was cut or rolled back"
            self._report("head", message, size, checkpoint.size)
        elif roots[checkpoint.size] != checkpoint.root:
            self._report("head", f"the first {checkpoint.size} entries are not those of {name}", 0, checkpoint.size)

    def _report(self, kind: str, message: str, first: int, stop: int) -> None:
        if len(self._problems) < _MOST_PROBLEMS:
            self._problems.append(Problem(kind, message, first, stop))
            if kind in _DAMAGE:
                self._damaged.append((first, stop))
