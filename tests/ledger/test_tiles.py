"""The tlog-tiles export: paths and widths of the specification, verification of the folder alone, tampering."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.errors import LedgerError
from brightline.ledger import Sequencer, Signer, export_tiles, verify_tiles
from brightline.ledger.tiles import tile_path
from tests.ledger.memory import MemoryLedger


def grow(ledger: MemoryLedger, sequencer: Sequencer, count: int) -> None:
    ledger.submit(count)
    sequencer.round()


def files(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in folder.rglob("*") if path.is_file()}


def test_tile_paths_are_those_of_the_specification() -> None:
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(3, 5, 17) == "tile/3/005.p/17"
    assert tile_path("entries", 1000) == "tile/entries/x001/000"
    assert tile_path(0, 0) == "tile/0/000"


def test_a_tree_of_256_has_a_full_tile_and_a_partial_one_above(
    ledger: MemoryLedger, sequencer: Sequencer, signer: Signer, tmp_path: Path
) -> None:
    grow(ledger, sequencer, 256)
    export_tiles(ledger, tmp_path / "out", signer.verifiers)
    found = files(tmp_path / "out")
    assert found.keys() == {"checkpoint", "tile/0/000", "tile/1/000.p/1", "tile/entries/000"}
    assert (found["tile/0/000"], found["tile/1/000.p/1"]) == (8192, 32)


def test_a_tree_of_70_000_has_the_tiles_that_the_specification_counts(
    ledger: MemoryLedger, sequencer: Sequencer, signer: Signer, tmp_path: Path
) -> None:
    ledger.submit(70_000)
    sequencer.drain()
    checkpoint = export_tiles(ledger, tmp_path / "out", signer.verifiers)
    found = files(tmp_path / "out")
    assert sum(path.startswith("tile/0/") and ".p/" not in path for path in found) == 273
    assert {path: size // 32 for path, size in found.items() if ".p/" in path and "entries" not in path} == {
        "tile/0/273.p/112": 112,
        "tile/1/001.p/17": 17,
        "tile/2/000.p/1": 1,
    }
    assert verify_tiles(tmp_path / "out", signer.verifiers) == checkpoint


@pytest.mark.parametrize("size", [1, 2, 255, 257, 700])
def test_an_exported_folder_verifies_alone(size: int, ledger: MemoryLedger, sequencer: Sequencer, signer: Signer, tmp_path: Path) -> None:
    grow(ledger, sequencer, size)
    told: list[tuple[int, int]] = []
    checkpoint = export_tiles(ledger, tmp_path / "out", signer.verifiers, lambda done, total: told.append((done, total)))
    assert checkpoint.size == size
    assert told[-1] == (size, size)
    assert verify_tiles(tmp_path / "out", signer.verifiers) == checkpoint


def test_a_later_export_continues_an_earlier_one(ledger: MemoryLedger, sequencer: Sequencer, signer: Signer, tmp_path: Path) -> None:
    for count in (10, 300, 3):
        grow(ledger, sequencer, count)
        export_tiles(ledger, tmp_path / "out", signer.verifiers)
    assert verify_tiles(tmp_path / "out", signer.verifiers).size == 313


@pytest.mark.parametrize(
    "path", ["tile/0/000", "tile/0/001.p/4", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/4", "checkpoint"]
)
def test_a_changed_cut_or_missing_file_is_found(
    path: str, ledger: MemoryLedger, sequencer: Sequencer, signer: Signer, tmp_path: Path
) -> None:
    grow(ledger, sequencer, 260)
    folder = tmp_path / "out"
    export_tiles(ledger, folder, signer.verifiers)
    good = (folder / path).read_bytes()
    changed = bytearray(good)
    changed[len(good) // 2] ^= 1
    for content in (bytes(changed), good[:-1], good + b"\x00", b""):
        (folder / path).write_bytes(content)
        with pytest.raises(LedgerError):
            verify_tiles(folder, signer.verifiers)
    (folder / path).unlink()
    with pytest.raises(LedgerError, match="BL-LEDGER-016"):
        verify_tiles(folder, signer.verifiers)


def test_another_key_does_not_verify_the_folder(ledger: MemoryLedger, sequencer: Sequencer, signer: Signer, tmp_path: Path) -> None:
    grow(ledger, sequencer, 3)
    export_tiles(ledger, tmp_path / "out", signer.verifiers)
    stranger = Signer.load_or_create(tmp_path / "other.key", signer.origin)
    with pytest.raises(LedgerError, match="BL-LEDGER-002"):
        verify_tiles(tmp_path / "out", stranger.verifiers)


def test_a_damaged_log_is_not_exported(ledger: MemoryLedger, sequencer: Sequencer, signer: Signer, tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="nothing is signed yet"):
        export_tiles(ledger, tmp_path / "out", signer.verifiers)
    grow(ledger, sequencer, 5)
    seq, subject, raw, leaf = ledger.rows[2]
    ledger.rows[2] = (seq, subject, raw + b" ", leaf)
    with pytest.raises(LedgerError, match="do not lead to the signed root"):
        export_tiles(ledger, tmp_path / "out", signer.verifiers)
    assert not (tmp_path / "out" / "checkpoint").exists()
    del ledger.rows[2]
    with pytest.raises(LedgerError, match="entries are missing"):
        export_tiles(ledger, tmp_path / "out", signer.verifiers)


def test_a_folder_of_a_newer_export_is_not_overwritten(ledger: MemoryLedger, sequencer: Sequencer, signer: Signer, tmp_path: Path) -> None:
    grow(ledger, sequencer, 5)
    yesterday = ledger.snapshot()
    grow(ledger, sequencer, 5)
    export_tiles(ledger, tmp_path / "out", signer.verifiers)
    with pytest.raises(LedgerError, match="holds 10 entries"):
        export_tiles(yesterday, tmp_path / "out", signer.verifiers)
