"""Names judged by two readers (``evals/personal_precision.py``): the sheet can be drawn again and tells nothing, the answers are counted as they stand."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

EVALS = Path(__file__).parents[2] / "evals"
SONGS = [{"paragraphs": [f"第{number}首。张国强先生来到了门前，李秀兰女士也来了。"]} for number in range(30)]


@pytest.fixture
def precision(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The script, with a small folder of data of its own."""
    monkeypatch.syspath_prepend(EVALS)
    module = importlib.import_module("personal_precision")
    songs, heads = tmp_path / "data/open/chinese-poetry", tmp_path / "data/open/news-headlines"
    songs.mkdir(parents=True)
    heads.mkdir()
    (songs / "yuanqu.json").write_text(json.dumps(SONGS), "utf-8")
    lines = [f"记者{name}报道昨日大雨\t3" for name in ("王建国", "赵志强", "刘德民", "陈晓红")]
    (heads / "thucnews_headlines_test.txt").write_text("\n".join(lines) + "\n", "utf-8")
    monkeypatch.setattr(module, "DATA", tmp_path / "data")
    return module


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def answered(path: Path, answers: dict[str, str]) -> Path:
    path.write_text("id,answer,person\n" + "".join(f"{identity},{answer}\n" for identity, answer in answers.items()), "utf-8")
    return path


@pytest.fixture
def sheet(precision: ModuleType, tmp_path: Path) -> Path:
    """Four findings of two sources, written down without the detector."""
    path = tmp_path / "four.jsonl"
    found = [precision.Finding(each * 16, source, each, f"⟦{each}⟧", "model", 0.5) for each, source in zip("abcd", "xxxy", strict=True)]
    path.write_text("".join(json.dumps({"id": one.id, "source": one.source, "text": one.text}) + "\n" for one in found), "utf-8")
    key = {"kernel": "k", "findings": {"x": 9, "y": 1}, "drawn": {one.id: {"source": one.source, "validator": "model"} for one in found}}
    precision.key_of(path).write_text(json.dumps(key), "utf-8")
    return path


def test_the_same_seed_draws_the_same_sheet_and_another_one_others(precision: ModuleType, tmp_path: Path) -> None:
    for name, seed in (("one", "a"), ("again", "a"), ("other", "b")):
        precision.draw(tmp_path / name, 5, seed)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "again").read_bytes()
    assert {row["id"] for row in rows_of(tmp_path / "one")} != {row["id"] for row in rows_of(tmp_path / "other")}


def test_a_reader_sees_the_finding_and_its_surroundings_and_nothing_of_the_detector(precision: ModuleType, tmp_path: Path) -> None:
    precision.draw(tmp_path / "sheet", 100, "a")
    rows = rows_of(tmp_path / "sheet")
    assert rows
    for row in rows:
        assert set(row) == {"id", "source", "text"}
        assert row["text"].count("⟦") == row["text"].count("⟧") == 1


def test_one_name_stands_at_most_twice_in_the_sheet_for_a_source(precision: ModuleType, tmp_path: Path) -> None:
    precision.draw(tmp_path / "sheet", 100, "a")
    of_songs = [row["text"].partition("⟦")[2].partition("⟧")[0] for row in rows_of(tmp_path / "sheet") if row["source"] == "songs"]
    assert of_songs
    assert max(map(of_songs.count, of_songs)) == precision.ALIKE
    key = json.loads(precision.key_of(tmp_path / "sheet").read_text("utf-8"))
    assert key["all_findings"]["songs"] > key["findings"]["songs"]


def test_a_sheet_is_not_written_into_the_repository(precision: ModuleType) -> None:
    with pytest.raises(SystemExit, match="outside of the repository"):
        precision.draw(EVALS / "sheet.jsonl", 5, "a")
    assert not (EVALS / "sheet.jsonl").exists()


def test_small_sources_leave_their_share_to_the_others(precision: ModuleType) -> None:
    assert precision.equal_shares(300, {"a": 1000, "b": 4, "c": 100, "d": 500}) == {"a": 99, "b": 4, "c": 99, "d": 98}
    assert precision.equal_shares(10, {"a": 3, "b": 2}) == {"a": 3, "b": 2}
    assert precision.equal_shares(5, {"a": 9, "b": 9}) == {"a": 3, "b": 2}


def test_strict_counts_whole_names_lenient_also_parts_and_unclear_is_wrong(precision: ModuleType, sheet: Path, tmp_path: Path) -> None:
    answers = {"a" * 16: "name,public", "b" * 16: "border,private", "c" * 16: "none,", "d" * 16: "unclear,"}
    same = answered(tmp_path / "first.csv", answers)
    out = precision.judged(sheet, same, same, None)
    by_source = {row["source"]: row for row in out["settled"]}
    assert (by_source["x"]["judged"], by_source["x"]["strict"], by_source["x"]["lenient"]) == (
        3,
        pytest.approx(1 / 3),
        pytest.approx(2 / 3),
    )
    assert (by_source["y"]["strict"], by_source["y"]["unclear"]) == (0, 1)
    assert by_source["the sheet"]["strict"] == 0.25
    assert by_source["weighted by findings"]["lenient"] == pytest.approx(0.9 * 2 / 3)
    assert out["kappa"]["kappa"] == 1
    assert out["persons"] == {"public": 1, "private": 1}


def test_what_two_readers_disagree_on_lies_between_two_bounds_until_a_third_decides(
    precision: ModuleType, sheet: Path, tmp_path: Path
) -> None:
    first = answered(tmp_path / "first.csv", {"a" * 16: "name,", "b" * 16: "name,", "c" * 16: "none,", "d" * 16: "name,"})
    second = answered(tmp_path / "second.csv", {"a" * 16: "name,", "b" * 16: "none,", "c" * 16: "none,", "d" * 16: "border,"})
    out = precision.judged(sheet, first, second, None)
    shares = {name: next(row for row in out[name] if row["source"] == "the sheet") for name in ("at_least", "at_most")}
    assert (shares["at_least"]["strict"], shares["at_most"]["strict"]) == (0.25, 0.75)
    assert (shares["at_least"]["lenient"], shares["at_most"]["lenient"]) == (0.5, 0.75)
    assert [row["id"][0] for row in out["open"]] == ["b", "d"]
    assert (out["kappa"]["agreed"], out["kappa_name_or_not"]["agreed"]) == (2, 3)
    third = answered(tmp_path / "third.csv", {"b" * 16: "none,", "d" * 16: "name,"})
    settled = precision.judged(sheet, first, second, third)
    assert settled["open"] == []
    assert next(row for row in settled["settled"] if row["source"] == "the sheet")["strict"] == 0.5


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("zz,name,private", "no finding 'zz'"),
        ("aaaaaaaaaaaaaaaa,perhaps,", "'perhaps' is none of"),
        ("aaaaaaaaaaaaaaaa,name,famous", "'famous' is none of"),
        ("aaaaaaaaaaaaaaaa,none,\naaaaaaaaaaaaaaaa,name,", "answered twice"),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_with_its_line(
    precision: ModuleType, sheet: Path, tmp_path: Path, line: str, problem: str
) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(f"id,answer,person\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match=rf"answers\.csv:\d: .*{problem}"):
        precision.judged(sheet, path, path, None)


def test_the_json_document_holds_no_row_of_the_sheet(
    precision: ModuleType, sheet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = answered(tmp_path / "first.csv", {"a" * 16: "name,", "b" * 16: "name,"})
    second = answered(tmp_path / "second.csv", {"a" * 16: "none,", "b" * 16: "name,"})
    left = tmp_path / "left.jsonl"
    assert precision.main(["judge", *map(str, (sheet, first, second)), "--disagreements", str(left), "--json"]) == 0
    printed = capsys.readouterr().out
    assert "⟦" not in printed
    assert json.loads(printed)["unanswered"] == [2, 2]
    assert [row["text"] for row in rows_of(left)] == ["⟦a⟧"]


def test_the_table_names_readers_bounds_and_kappa(
    precision: ModuleType, sheet: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = answered(tmp_path / "first.csv", {"a" * 16: "name,public", "d" * 16: "name,"})
    second = answered(tmp_path / "second.csv", {"a" * 16: "none,", "d" * 16: "name,"})
    precision.main(["judge", *map(str, (sheet, first, second))])
    printed = capsys.readouterr().out
    assert all(word in printed for word in ("first reader", "second reader", "at least", "at most", "weighted by findings", "κ of answers"))
