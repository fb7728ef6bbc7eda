"""Keys, pins and anchors by their files. Each is read when it is needed and kept until its file changes, so that a replaced key
counts without a restart; a file that can no longer be used is an error at the next use, never the old key.

Files of the operator: the SM2 key that signs labels, the chain and key for C2PA, pinned keys, anchors. Files of the
installation, made on first use: the keys of watermarks and fingerprints. What was made under one of these is not found
again once it is lost; they belong into the backup of the home folder.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from brightline.config import Settings
from brightline.errors import ConfigError
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError
from brightline.ledger.durable import create_file

if TYPE_CHECKING:
    from brightline.labels.provenance import Credential
    from brightline.labels.security import Pins, Sm2Key

__all__ = ["Trust", "credential_of", "own_secret", "signing_key", "trust_of"]

_SECRET_BYTES = 32
"""256 bits, more than twice what is asked of such keys (NIST SP 800-131A rev. 2: 112 bits at least)."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count: ``pins`` for labels, ``anchors`` (PEM) for C2PA."""

    pins: Pins | None
    anchors: str

    def provenance(self, source: Source) -> Any:
        """The reader of C2PA manifests for ``labels.verify``, with these anchors."""
        from brightline.labels.verification.provenance import read_provenance

        return read_provenance(source, self.anchors)


def trust_of(settings: Settings) -> Trust:
    """Pins and anchors of the settings. Raises ``DataError`` for pins that cannot be used, ``ConfigError`` BL-CONFIG-007 for anchors."""
    pins, anchors = settings.label_pins_file, settings.label_c2pa_anchors
    return Trust(_pins(pins, _state_of(pins)) if pins else None, _anchors(anchors, _state_of(anchors)) if anchors else "")


def signing_key(path: Path | None) -> Sm2Key | None:
    """The SM2 key that signs labels, or None. Raises ``LabelError`` BL-LABEL-030 for a file that holds none."""
    return _sm2_key(path, _state_of(path)) if path else None


def credential_of(chain: Path | None, key: Path | None) -> Credential | None:
    """Certificate chain and key for C2PA, or None. Raises ``LabelError`` BL-LABEL-040 for files that cannot be used."""
    return _credential(chain, key, _state_of(chain), _state_of(key)) if chain and key else None


def own_secret(path: Path) -> bytes:
    """32 secret bytes, made on first use; mode 0600. Threads and processes that make them together end with the same ones.

    Raises ``LabelError`` BL-LABEL-082 for a file that cannot be made or read, or holds something else.
    """
    try:
        if not path.exists():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            create_file(path, secrets.token_hex(_SECRET_BYTES), mode=0o600)  # not where another was faster: its key counts then
    except OSError as problem:
        raise _unusable(path, problem.strerror or str(problem)) from None
    return _secret(path, _state_of(path))


class _State(NamedTuple):
    """What changes when a file is replaced, rewritten, or shut to others (stat(2)): all that an old reading depends on."""

    inode: int
    size: int
    changed_ns: int


def _state_of(path: Path) -> _State | None:
    """None for a file that is not there or not to be seen: whoever reads it then says so."""
    try:
        found = path.stat()
    except OSError:
        return None
    return _State(found.st_ino, found.st_size, found.st_ctime_ns)


# One entry is what an installation needs; a few more for several in one process. Errors are not kept.


@lru_cache(maxsize=4)
def _sm2_key(path: Path, _: _State | None) -> Sm2Key:
    from brightline.labels.security import Sm2Key

    return Sm2Key.load(path)


@lru_cache(maxsize=4)
def _credential(chain: Path, key: Path, _chain: _State | None, _key: _State | None) -> Credential:
    from brightline.labels.provenance import Credential

    return Credential.load(chain, key)


@lru_cache(maxsize=4)
def _pins(path: Path, _: _State | None) -> Pins:
    from brightline.labels.security import load_pins

    return load_pins(path)


@lru_cache(maxsize=4)
def _anchors(path: Path, _: _State | None) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as problem:
        raise ConfigError("BL-CONFIG-007", f"label_c2pa_anchors = {path} cannot be read: {problem}", "name a PEM file") from None


@lru_cache(maxsize=8)
def _secret(path: Path, _: _State | None) -> bytes:
    try:
        found = bytes.fromhex(path.read_text("ascii"))
    except OSError as problem:
        raise _unusable(path, problem.strerror or str(problem)) from None
    except ValueError:
        found = b""
    if len(found) != _SECRET_BYTES:
        raise _unusable(path, f"it does not hold {_SECRET_BYTES} bytes in hexadecimal digits")
    return found


def _unusable(path: Path, why: str) -> LabelError:
    hint = "restore it from the backup; a new one (remove the file) does not find what was made under the old one"
    return LabelError("BL-LABEL-082", f"the key {path} cannot be used: {why}", hint)
