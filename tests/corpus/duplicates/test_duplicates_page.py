"""What docs/corpus-duplicates.md says is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from brightline.corpus.duplicates import bands
from brightline.corpus.duplicates.clustering import CLUSTERS_FILE, cluster
from brightline.corpus.duplicates.grams import ANCHOR, COMPARED
from brightline.corpus.duplicates.options import DuplicateOptions
from brightline.corpus.duplicates.verifying import MOST_CHARS
from tests.corpus.duplicates.making import READING, corpus, text

PAGE = (Path(__file__).parents[3] / "docs" / "corpus-duplicates.md").read_text("utf-8")


def test_the_example_runs(tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    workspace, shards = corpus(tmp_path, [{"id": str(number), "text": text(1)} for number in range(2)])
    names = {"workspace": workspace, "shards": shards, "reading": READING}
    exec(example, names)  # noqa: S102  # the page's own words
    assert names["found"].exact == 1
    assert workspace.exists(CLUSTERS_FILE)
    assert names["cluster"] is cluster


def test_the_options_have_the_defaults_that_the_page_names() -> None:
    named = dict(re.findall(r"^\| `(\w+)` \| ([^|]+) \|", PAGE, re.MULTILINE))
    options = DuplicateOptions()
    assert set(named) == set(DuplicateOptions.__slots__)
    for name in ("covered", "jaccard", "sketched", "rows_at_once"):
        assert float(named[name].replace(",", "")) == getattr(options, name)


@pytest.mark.parametrize("share", [0.02, 0.05, 0.10, 0.15, 0.20, 0.30])
def test_the_table_is_what_the_formulas_give(share: float) -> None:
    row = next(row for row in PAGE.splitlines() if row.startswith("|") and row.strip("| *").startswith(f"{share:.0%}".replace("%", " %")))
    jaccard, covered, anchors, found, usual = (float(cell.strip(" *")) for cell in row.strip("|").split("|")[1:])
    assert jaccard == pytest.approx(_jaccard(share, COMPARED), abs=6e-4)
    assert covered == pytest.approx(_covered(share), abs=6e-3)
    assert anchors == pytest.approx(_jaccard(share, ANCHOR), abs=6e-4)
    assert found == pytest.approx(1 - (1 - _jaccard(share, ANCHOR)) ** bands.BANDS, abs=6e-4)
    assert usual == pytest.approx(1 - (1 - _jaccard(share, 5) ** 8) ** 14, abs=6e-4)


def test_the_numbers_in_the_text_are_those_of_the_code() -> None:
    assert f"{bands.BANDS} values a document" in PAGE
    assert f"one byte of each of {bands.SKETCH} values" in PAGE
    assert f"Texts under {bands.LEAST_CHARS} characters" in PAGE
    assert f"more than {MOST_CHARS:,} characters" in PAGE
    assert f"An annotation of {16 + 4 * bands.BANDS + bands.SKETCH + 4} bytes a document" in PAGE


def _jaccard(share: float, gram: int) -> float:
    survives = (1 - share) ** gram
    return survives / (2 - survives)


def _covered(share: float) -> float:
    """An unchanged character in an unchanged run of at least five: one minus the chances of runs of one to four, each counted for
    every character of it."""
    short = sum(length * (1 - share) ** (length - 1) * share**2 for length in range(1, COMPARED))
    return (1 - share) * (1 - short)
