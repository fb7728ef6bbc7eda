"""Tables of signals: rows that are wrong are refused with file and line, those that ship can be met."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.corpus.annotators.batch import Stretch
from brightline.corpus.annotators.signals import read_signals, shipped_signals, sightings
from brightline.corpus.errors import CorpusError

HEADER = "rule\tanchors\texpression\treach\tscore\tsource\n"


def _written(tmp_path: Path, row: str) -> Path:
    file = tmp_path / "signals_own.tsv"
    file.write_text(HEADER + row + "\n", "utf-8")
    return file


def test_a_row_has_anchors_and_an_expression(tmp_path: Path) -> None:
    (signal,) = read_signals(_written(tmp_path, "rights.own\tcopyright|©\t(?:©|copyright) \\d+\t20\t0.5\town"))
    assert signal.anchors == ("copyright", "©")
    assert signal.expression is not None
    assert (signal.reach, signal.score) == (20, 0.5)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("rights.own\tword\t\t0\t0.5", "5 cells"),
        ("other.own\tword\t\t0\t0.5\town", "no rule"),
        ("rights.own\tWord\t\t0\t0.5\town", "lower case"),
        ("rights.own\tword|\t\t0\t0.5\town", "empty"),
        ("rights.own\tword\t(\t0\t0.5\town", "unterminated"),
        ("rights.own\tword\t\t9999\t0.5\town", "reach"),
        ("rights.own\tword\t\t0\t2\town", "score"),
        ("rights.own\tword\t\t0\thigh\town", "float"),
        ("rights.own\tword\t\t0\t0.5\t", "source"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path: Path, row: str, problem: str) -> None:
    with pytest.raises(CorpusError, match=r"signals_own\.tsv, line 2") as refused:
        read_signals(_written(tmp_path, row))
    assert refused.value.code == "BL-CORPUS-081"
    assert problem in str(refused.value)


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "signals_own.tsv"
    file.write_text("word\tscore\n", "utf-8")
    with pytest.raises(CorpusError, match="line 1"):
        read_signals(file)


def test_shipped_tables_are_sorted_and_name_their_sources() -> None:
    signals = shipped_signals()
    assert all(signal.source for signal in signals)
    for prefix in ("rights.", "poisoning.", "generated."):
        rules = [signal.rule for signal in signals if signal.rule.startswith(prefix)]
        assert rules == sorted(rules)


@pytest.mark.parametrize(
    "text",
    [f"{anchor} " * 300 for anchor in ("train", "未经", "prior", "<!--", "指令", "登录", "font-size:0", "as an ai", "©")],
    ids=lambda text: text[:8],
)
def test_a_row_of_nothing_but_anchors_finds_little_and_ends(text: str) -> None:
    found = list(sightings(Stretch([text * 20]), ""))
    assert len(found) <= 2 * 300 * 20  # an anchor leads to a match or to none, never to a search of the whole text


def test_an_anchor_inside_a_longer_word_is_none() -> None:
    stretch = Stretch(["subcopyright2021x", "Copyright 2021 by nobody"])
    assert {seen.document for seen in sightings(stretch, "rights.")} == {1}
