"""The log's signing keys: a file of one ``PRIVATE+KEY+…`` line a key, readable by its owner only.

The first line is the current key. Further lines are keys that are being retired: they sign every checkpoint next to the
current one, so that whoever only has the old verifier key can still check new heads. The name of the keys is the
origin of the log; it is chosen when the file is made and never changes, because it is the log's identity.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from collections.abc import Sequence
from pathlib import Path

from brightline.errors import LedgerError
from brightline.ledger.durable import create_file, replace_file
from brightline.ledger.note import Checkpoint, SigningKey, sign_note

__all__ = ["Signer"]


class Signer:
    """Signs checkpoints under the log's origin with one key, or two while keys are changed."""

    def __init__(self, keys: Sequence[SigningKey]) -> None:
        """Raises ``LedgerError`` BL-LEDGER-007 if there is no key, or keys of more than one name."""
        if len({key.name for key in keys}) != 1:
            raise _unusable("it must hold at least one key, and all keys of a log must have the same name")
        self._keys = tuple(keys)
        self.origin = keys[0].name
        self.verifiers = tuple(key.verifier for key in keys)

    @classmethod
    def load_or_create(cls, path: Path, name: str = "", tenant: str = "default") -> Signer:
        """The signer of this installation; a new key, in a file with mode 0600, if there is none at ``path``.

        ``name`` is the origin; empty means the one in the file, or for a new file ``brightline/<tenant>/<random>``.
        Raises ``LedgerError`` BL-LEDGER-007 if the file is readable by others, damaged, or for another origin.
        """
        if not path.exists():
            chosen = name or f"brightline/{re.sub(r'[^A-Za-z0-9._-]', '-', tenant)}/{secrets.token_hex(4)}"
            key = SigningKey.generate(chosen)
            path.parent.mkdir(parents=True, exist_ok=True)
            create_file(path, key.secret_line() + "\n", mode=0o600)
        signer = cls(_read_keys(path))
        if name and signer.origin != name:
            raise _unusable(
                f"{path} is for the log {signer.origin!r}, the settings say {name!r}",
                "put the old ledger_name back: the name is the log's identity and does not change",
            )
        return signer

    @property
    def vkey(self) -> str:
        """The current verifier key as text: publish it where people can find it without asking you."""
        return str(self.verifiers[0])

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note. Raises ``LedgerError`` BL-LEDGER-003 for a checkpoint of another log."""
        if checkpoint.origin != self.origin:
            raise LedgerError("BL-LEDGER-003", f"a checkpoint of {checkpoint.origin!r} is not ours ({self.origin!r}) to sign")
        return sign_note(checkpoint.text(), self._keys)

    @staticmethod
    def rotate(path: Path) -> Signer:
        """Put a new key first in the file; the previous one goes on signing next to it. Restart to use it."""
        keys = _read_keys(path)
        keys = [SigningKey.generate(keys[0].name), keys[0]]
        _write_keys(path, keys)
        return Signer(keys)

    @staticmethod
    def retire(path: Path) -> Signer:
        """Remove all keys but the current one from the file, when the overlap is over. Restart to use it."""
        keys = _read_keys(path)[:1]
        _write_keys(path, keys)
        return Signer(keys)


def _read_keys(path: Path) -> list[SigningKey]:
    try:
        if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise _unusable(f"{path} can be read by others", f"chmod 600 {path}, and rotate the key if somebody may have read it")
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise _unusable(f"{path} cannot be read: {problem}") from None
    return [SigningKey.parse(line) for line in lines if line]


def _write_keys(path: Path, keys: Sequence[SigningKey]) -> None:
    replace_file(path, "".join(key.secret_line() + "\n" for key in keys), mode=0o600)


def _unusable(why: str, hint: str = "restore the key file from its backup; a new key would be a new log") -> LedgerError:
    return LedgerError("BL-LEDGER-007", f"the ledger's key file cannot be used: {why}", hint)
