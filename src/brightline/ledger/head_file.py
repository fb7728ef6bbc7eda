"""The last signed head, kept outside the database, so that a database which was rolled back or edited gives itself away.

The file holds the checkpoint as a signed note. It is replaced in one step and only ever moves forward: a slower process
does not put an older head over a newer one. Any checkpoint of the log that was kept elsewhere can take its place.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from brightline.errors import LedgerError
from brightline.ledger.durable import replace_file
from brightline.ledger.note import Checkpoint, VerifierKey, open_checkpoint

__all__ = ["HeadFile"]


class HeadFile:
    """The head file of one log, whose heads one of ``keys`` signs."""

    def __init__(self, path: Path, keys: Sequence[VerifierKey]) -> None:
        self.path = path
        self._keys = keys

    def read(self) -> Checkpoint | None:
        """The head in the file, or None if there is no file.

        Raises ``LedgerError`` BL-LEDGER-017 if the file cannot be read or is not a head that this log signed.
        """
        try:
            note = self.path.read_text("utf-8")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as problem:
            raise self._unusable(str(problem)) from None
        try:
            return open_checkpoint(note, self._keys)
        except LedgerError as problem:
            raise self._unusable(problem.message) from None

    def advance(self, size: int, note: str) -> None:
        """Put a newer head in the file; an older head changes nothing. Raises ``LedgerError`` BL-LEDGER-017."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                current = self.read()
                if current is None or current.size <= size:
                    replace_file(self.path, note)
        except OSError as problem:
            raise self._unusable(f"it cannot be written: {problem}") from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        descriptor = os.open(self.path.with_name(self.path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _unusable(self, why: str) -> LedgerError:
        return LedgerError(
            "BL-LEDGER-017",
            f"the file with the last signed head ({self.path}) cannot be used: {why}",
            "restore it from a backup, or put any checkpoint of this log in its place that was kept elsewhere",
        )
