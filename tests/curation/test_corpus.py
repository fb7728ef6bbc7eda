"""``from brightline import Corpus``: nothing happens before it is asked for, and everything that it needs happens then."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline import Corpus
from brightline.config import Settings
from brightline.corpus.errors import CorpusError, NotInstalled
from tests.curation.town import KERNELS

SOURCES = "- {id: town-news, name: n, kind: own, status: approved}\n- {id: street-forum, name: f, kind: own, status: approved}\n"


def _corpus(town: Path, settings: Settings, **more: object) -> Corpus:
    options = {"name": "town", "kernels": KERNELS, "settings": settings, "workers": -1, **more}
    return Corpus(town, **options)  # type: ignore[arg-type]  # options of tests


def test_nothing_is_opened_or_read_before_it_is_asked_for(tmp_path: Path, settings: Settings) -> None:
    corpus = _corpus(tmp_path / "nowhere", settings)

    assert not settings.home.exists()
    with corpus, pytest.raises(CorpusError, match="BL-CORPUS-001"):
        corpus.inspect()


def test_a_stage_does_those_before_it_and_each_once(town: Path, tmp_path: Path, settings: Settings) -> None:
    sources = tmp_path / "sources.yaml"
    sources.write_text(SOURCES, "utf-8")
    with _corpus(town, settings, sources=sources) as corpus:
        emitted = corpus.emit(tmp_path / "out")
        run = corpus.run

        assert emitted["documents"] == 3
        assert corpus.inspect()["shards_redone"] == 3  # once, for the emission; not again for the question
        assert corpus.status()["run"] == run
        assert sorted(path.name for path in (tmp_path / "out" / "clean").iterdir()) == ["000000.jsonl", "000001.jsonl", "000002.jsonl"]
        assert corpus.cluster()["clusters"] == 1


def test_results_show_themselves_in_a_notebook(town: Path, settings: Settings) -> None:
    with _corpus(town, settings) as corpus:
        result = corpus.inspect()

    assert "<th>documents</th><td>6</td>" in result._repr_html_()
    assert str(result).startswith("annotate: ")


def test_annotations_come_as_arrow_and_as_daft_in_the_order_of_the_corpus(town: Path, settings: Settings) -> None:
    with _corpus(town, settings) as corpus:
        found = corpus.annotations("language")

        table = found.to_arrow()
        assert table.column("language").to_pylist() == ["zh-Hans", "en", "zh-Hans", "zh-Hans", "zh-Hans", "en"]
        assert sum(batch.num_rows for batch in found.batches()) == 6
        assert found.to_daft().where("language = 'en'").count_rows() == 2
        assert corpus.table("rejects").to_arrow().column("line").to_pylist() == [2]
        assert corpus.annotations("never").to_arrow().num_rows == 0


def test_a_frame_is_of_the_tables_of_this_workspace_whatever_it_is_called(town: Path, tmp_path: Path, settings: Settings) -> None:
    with _corpus(town, settings, workspace=tmp_path / "town [1]*?") as corpus:
        assert corpus.annotations("language").to_daft().count_rows() == 6
        with pytest.raises(CorpusError, match="BL-CORPUS-034"):
            corpus.table("lineage").to_daft()


def test_a_sample_of_what_is_removed_is_drawn_after_the_decisions(town: Path, settings: Settings) -> None:
    with _corpus(town, settings) as corpus:
        drawn = corpus.sample("removed")

    assert drawn.kind == "removed"
    assert sum(drawn.plan["strata"].values()) == 6  # without a register every source is unknown


def test_what_cannot_be_done_is_refused_at_once(town: Path, settings: Settings) -> None:
    with pytest.raises(CorpusError, match="BL-CORPUS-004"):
        _corpus(town, settings, kernels=("taste",))


def test_two_policies_at_once_are_refused_before_anything_is_done(town: Path, tmp_path: Path, settings: Settings) -> None:
    with _corpus(town, settings) as corpus, pytest.raises(CorpusError, match="BL-CORPUS-097"):
        corpus.decide(tmp_path / "policy.yaml", shipped=True)
    assert not settings.home.exists()


def test_without_the_extra_it_says_what_to_install(town: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "brightline.curation.runs", None)

    with _corpus(town, settings) as corpus, pytest.raises(NotInstalled, match="pip install"):
        corpus.inspect()
