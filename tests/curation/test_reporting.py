"""A report is made of what was counted now, or not at all."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import pytest

from brightline import Corpus
from brightline.config import Settings
from brightline.corpus.errors import CorpusError
from tests.curation.town import KERNELS


def test_a_shard_that_cannot_be_counted_again_is_no_old_figure(town: Path, tmp_path: Path, settings: Settings) -> None:
    workspace = tmp_path / "workspace"
    with Corpus(town, name="town", kernels=KERNELS, settings=settings, workers=-1, workspace=str(workspace)) as corpus:
        corpus.report()
        shipped = resources.files("brightline.corpus.deciding").joinpath("data", "policy.yaml").read_text("utf-8")
        (tmp_path / "policy.yaml").write_text(shipped.replace("quarantine", "drop"), "utf-8")
        corpus.decide(tmp_path / "policy.yaml")  # what was counted before is out of date from here
        (decisions,) = workspace.rglob("decisions/000001.parquet")
        decisions.write_bytes(decisions.read_bytes()[:-20])

        with pytest.raises(CorpusError, match="BL-CORPUS-071"):
            corpus.report()
