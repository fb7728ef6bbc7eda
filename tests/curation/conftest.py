"""A small corpus and an installation to inspect it with: kernels that take no seconds to load, so that tests are about the glue."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from brightline.config import Settings, load_settings
from brightline.curation.runs import Curation
from tests.curation.town import write_town


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(home=tmp_path / "home", corpus_workers=1, corpus_shard_mib=1)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """The folder of a corpus of three files."""
    return write_town(tmp_path / "town")


@pytest.fixture
def curation(settings: Settings) -> Iterator[Curation]:
    with Curation.open(settings) as opened:
        yield opened
