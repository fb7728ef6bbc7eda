"""Export as static files: C2SP tlog-tiles (c2sp.org/tlog-tiles), and verification of such a folder without a database.

``checkpoint`` is the signed head; ``tile/<L>/<N>[.p/<W>]`` holds up to 256 hashes of level ``8 * L``; ``tile/entries/<N>[.p/<W>]``
holds up to 256 entries, each after its length as a big-endian uint16. Any web server can serve the folder to any tiles client.

One generator makes all files from the entries. Exporting writes what it yields; verifying compares what it yields.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from brightline.errors import LedgerError
from brightline.ledger.durable import replace_file
from brightline.ledger.note import Checkpoint, VerifierKey, open_checkpoint
from brightline.ledger.storage import LedgerStorage
from brightline.ledger.tree import Frontier, leaf_hash

__all__ = ["export_tiles", "tile_path", "verify_tiles"]

_WIDTH = 256  # hashes a tile, entries a bundle
_HEIGHT = 8  # levels a tile spans
_SLICE = 16 * _WIDTH


def export_tiles(
    storage: LedgerStorage, directory: Path, keys: Sequence[VerifierKey], progress: Callable[[int, int], None] | None = None
) -> Checkpoint:
    """Write the log as it stands at its latest checkpoint; the folder may hold an earlier export of the same log.

    The checkpoint is written last, and only if the entries lead to its root hash. Raises ``LedgerError`` BL-LEDGER-016 if
    they do not, if nothing is signed yet, or if the folder holds another log; -001 to -003 for a damaged checkpoint.
    """
    with storage.reading() as transaction:
        note = transaction.checkpoint()
    if note is None:
        raise _no_export("nothing is signed yet", "start the service once, or wait for the first round")
    checkpoint = open_checkpoint(note, keys)
    target = directory / "checkpoint"
    if target.exists():
        earlier = Checkpoint.parse(target.read_text("utf-8", "replace").rpartition("\n\n")[0] + "\n")
        if earlier.origin != checkpoint.origin or earlier.size > checkpoint.size:
            raise _no_export(f"{directory} holds {earlier.size} entries of {earlier.origin}", "export to an empty folder")
    frontier = Frontier()
    for path, content in _files(_stored_entries(storage, checkpoint.size, progress), frontier):
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    if frontier.size != checkpoint.size or frontier.root() != checkpoint.root:
        raise _no_export("the entries do not lead to the signed root hash", "run `brightline ledger verify`")
    directory.mkdir(parents=True, exist_ok=True)
    replace_file(target, note)
    return checkpoint


def verify_tiles(directory: Path, keys: Sequence[VerifierKey], origin: str | None = None) -> Checkpoint:
    """Verify an exported folder from its entries up: every tile, the root hash, the signature.

    Raises ``LedgerError`` BL-LEDGER-016 with the file that is missing or differs; -001 to -003 for the checkpoint.
    """
    note = _read(directory, "checkpoint").decode("utf-8", "replace")
    checkpoint = open_checkpoint(note, keys, origin)
    frontier = Frontier()
    for path, content in _files(_exported_entries(directory, checkpoint.size), frontier):
        if _read(directory, path) != content:
            raise _no_export(f"{path} is not what the entries give", "the folder was altered or is incomplete")
    if frontier.root() != checkpoint.root:
        raise _no_export("the entries do not lead to the signed root hash", "the folder was altered")
    return checkpoint


def tile_path(level: int | str, index: int, width: int = _WIDTH) -> str:
    """Path of a tile (``level`` "entries" for an entry bundle): index in groups of three digits, all but the last after an x."""
    groups = [f"{index % 1000:03}"]
    while index := index // 1000:
        groups.insert(0, f"x{index % 1000:03}")
    suffix = "" if width == _WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(groups)}{suffix}"


def _files(entries: Iterable[bytes], frontier: Frontier) -> Iterator[tuple[str, bytes]]:
    # Every file of the export but the checkpoint: full tiles as they fill, then the partial ones.
    bundle: list[bytes] = []
    tiles: dict[int, list[bytes]] = {}
    made: list[tuple[int, int, bytes]] = []

    def full(key: int | str, index: int, pieces: list[bytes]) -> Iterator[tuple[str, bytes]]:
        if len(pieces) == _WIDTH:
            yield tile_path(key, index // _WIDTH), b"".join(pieces)
            pieces.clear()

    for seq, entry in enumerate(entries):
        leaf = leaf_hash(entry)
        made.clear()
        frontier.append(leaf, made)
        bundle.append(len(entry).to_bytes(2, "big") + entry)
        yield from full("entries", seq, bundle)
        for level, index, digest in [(0, seq, leaf), *made]:
            if level % _HEIGHT == 0:
                tile = tiles.setdefault(level // _HEIGHT, [])
                tile.append(digest)
                yield from full(level // _HEIGHT, index, tile)
    if bundle:
        yield tile_path("entries", frontier.size // _WIDTH, len(bundle)), b"".join(bundle)
    for level, tile in tiles.items():
        if tile:
            yield tile_path(level, (frontier.size >> level * _HEIGHT) // _WIDTH, len(tile)), b"".join(tile)


def _stored_entries(storage: LedgerStorage, size: int, progress: Callable[[int, int], None] | None) -> Iterator[bytes]:
    for start in range(0, size, _SLICE):
        stop = min(start + _SLICE, size)
        with storage.reading() as transaction:
            found = list(transaction.entries(start, stop))
        if [seq for seq, _ in found] != list(range(start, stop)):
            raise _no_export(f"entries are missing between {start} and {stop}", "run `brightline ledger verify`")
        yield from (raw for _, raw in found)
        if progress is not None:
            progress(stop, size)


def _exported_entries(directory: Path, size: int) -> Iterator[bytes]:
    for index in range((size + _WIDTH - 1) // _WIDTH):
        width = min(_WIDTH, size - index * _WIDTH)
        path = tile_path("entries", index, width)
        content = _read(directory, path)
        position = 0
        for _ in range(width):
            start = position + 2
            position = start + int.from_bytes(content[position:start], "big")
            if position > len(content) or start > len(content):
                raise _no_export(f"{path} is cut off", "the folder was altered or is incomplete")
            yield content[start:position]
        if position != len(content):
            raise _no_export(f"{path} has more than {width} entries", "the folder was altered")


def _read(directory: Path, path: str) -> bytes:
    try:
        return (directory / path).read_bytes()
    except OSError as problem:
        raise _no_export(f"{path} cannot be read: {problem.strerror}", "the folder is incomplete") from None


def _no_export(why: str, hint: str) -> LedgerError:
    return LedgerError("BL-LEDGER-016", f"the exported log does not verify: {why}", hint)
