"""A small corpus, a store with a run, and a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from brightline.corpus.planning import plan_shards
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace
from brightline.store import CorpusRuns, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(f"sqlite:///{tmp_path / 'brightline.db'}")
    yield store
    store.close()


@pytest.fixture
def runs(store: Store) -> CorpusRuns:
    return CorpusRuns(store.database)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace(str(tmp_path / "workspace"))


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """Where tasks leave a mark each time that they begin a shard."""
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.fixture
def shards(tmp_path: Path) -> list[Shard]:
    """Eight files, a shard each."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(8):
        (folder / f"{number}.txt").write_text(f"text {number} " * 1000)
    return plan_shards([str(folder)])
