"""The whole log as one archive: the folder of C2SP tlog-tiles, with the verifier key, the auditor's program and what to do with them.

The export is made in the home first, where it is held against the signed head, and leaves only if it verifies: an archive
that breaks off half-way would look like an attack. Then it is sent piece by piece (POSIX ustar), whatever its size.
"""

from __future__ import annotations

import shutil
import tarfile
import tempfile
import time
from collections.abc import Generator
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from brightline.ledger import Checkpoint, export_tiles
from brightline.service import Service

__all__ = ["Archive", "make_archive", "verifier_program"]

_BLOCK = tarfile.BLOCKSIZE
_PIECE_BYTES = 256 * 1024
_READ_ME = """\
The tamper-evident log {origin}, {size} entries.

tiles/           the log as static files (c2sp.org/tlog-tiles): checkpoint, tile/…
vkey             the verifier key. Compare it with one that you have from elsewhere.
verify_proof.py  checks the proof of a single decision: python verify_proof.py proof.json --vkey "$(cat vkey)"

Check the whole log, without any installation of the service it came from:

    brightline ledger verify --folder tiles --vkey "$(cat vkey)"

This shows that the entries lead to the signed head. It does not show that everything was logged, nor that what was logged is true.
"""


class Archive(NamedTuple):
    """An archive that waits to be sent: its head, its size on the wire, and its pieces; closing ``pieces`` gives the archive up."""

    checkpoint: Checkpoint
    size_bytes: int
    pieces: Generator[bytes, None, None]


def make_archive(service: Service) -> Archive:
    """Export, verify, and prepare for sending. Raises ``LedgerError`` BL-LEDGER-016 for a log that does not verify."""
    folder = Path(tempfile.mkdtemp(prefix="export-", dir=service.settings.home))
    try:
        checkpoint = export_tiles(service.store.ledger, folder / "tiles", service.signer.verifiers, _rest)
        (folder / "vkey").write_text(service.signer.vkey + "\n", "utf-8")
        (folder / "README.txt").write_text(_READ_ME.format(origin=checkpoint.origin, size=checkpoint.size), "utf-8")
        (folder / "verify_proof.py").write_bytes(verifier_program())
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        size = sum(_BLOCK + _rounded(path.stat().st_size) for path in files) + 2 * _BLOCK
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    pieces = _sent(folder, files, f"ledger-{checkpoint.size}")
    next(pieces)  # from here on the folder goes when the pieces are read, closed or forgotten
    return Archive(checkpoint, size, pieces)


def verifier_program() -> bytes:
    """The single file with which an auditor checks a proof."""
    return resources.files("brightline.ledger").joinpath("verify_proof.py").read_bytes()


def _sent(folder: Path, files: list[Path], name: str) -> Generator[bytes, None, None]:
    try:
        yield b""
        for path in files:
            about = tarfile.TarInfo(f"{name}/{path.relative_to(folder).as_posix()}")
            about.size, about.mtime, about.mode = path.stat().st_size, int(time.time()), 0o644
            yield about.tobuf(tarfile.USTAR_FORMAT)
            with path.open("rb") as source:
                while piece := source.read(_PIECE_BYTES):
                    yield piece
            yield bytes(_rounded(about.size) - about.size)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    yield bytes(2 * _BLOCK)


def _rounded(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _rest(_done: int, _total: int) -> None:
    time.sleep(0.02)  # some twenty slices a second at most leave the other threads their turns
