"""A log in memory with its signer, sequencer and head file."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.ledger import Sequencer, Signer
from tests.ledger.decisions import record
from tests.ledger.installed import log_of
from tests.ledger.memory import MemoryLedger


@pytest.fixture
def ledger() -> MemoryLedger:
    """An empty database."""
    return MemoryLedger()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """A fresh key for the log ``example.org/log``."""
    return Signer.load_or_create(tmp_path / "keys" / "ledger.key", "example.org/log")


@pytest.fixture
def head_file(tmp_path: Path) -> Path:
    """Where the last signed head is kept."""
    return tmp_path / "head"


@pytest.fixture
def sequencer(ledger: MemoryLedger, signer: Signer, head_file: Path) -> Sequencer:
    """A sequencer over the empty database."""
    return Sequencer(ledger, signer, head_file)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation with five decisions in its log."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BRIGHTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("BRIGHTLINE_DATABASE_URL", raising=False)
    (tmp_path / "home").mkdir()
    Signer.load_or_create(tmp_path / "home" / "keys" / "ledger.key", "example.org/log")
    with log_of(tmp_path / "home") as (store, sequencer):
        store.write([record(number) for number in range(5)])
        sequencer.drain()
    return tmp_path / "home"
