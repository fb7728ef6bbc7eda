"""``brightline train`` as a program: the cross-source table first, then files that the models load."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from brightline.model import Side
from brightline.moderation.families import FamilyModels
from brightline.rulebook import load_rulebook

LURES = ["注册送彩金", "上分下分找我", "稳赢计划群", "返水秒到账", "真人荷官在线"]
PLAIN = ["今天天气很好", "晚饭吃了面条", "孩子考试得了第一", "周末去爬山", "这本书写得不错", "地铁又晚点了"]


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "brightline", "train", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    for source in ("forum", "chat"):
        rows = [{"text": f"{LURES[n % 5]}{LURES[(n * 2 + 1) % 5]}{chr(0x4E00 + n)}", "label": 1, "source": source} for n in range(20)]
        rows += [{"text": f"{PLAIN[n % 6]}，{PLAIN[(n + 2) % 6]}{chr(0x5E00 + n)}", "label": 0, "source": source} for n in range(20)]
        (folder / f"{source}.jsonl").write_bytes(b"\n".join(map(orjson.dumps, rows)))
    return folder


def test_the_table_comes_first_and_the_model_loads(data: Path, tmp_path: Path) -> None:
    done = run("--data", data, "--family", "gambling", "--out", tmp_path / "models")
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("did not see it") < done.stdout.index("wrote")
    assert "forum" in done.stdout
    models = FamilyModels.load(load_rulebook(), [tmp_path / "models"])
    assert "model.gambling" in {finding.goal for finding in models.findings("注册送彩金，返水秒到账，稳赢计划群", Side.POST)}


def test_one_source_is_refused_unless_the_operator_insists(data: Path, tmp_path: Path) -> None:
    arguments = ("--data", data / "forum.jsonl", "--family", "gambling", "--out", tmp_path / "models")
    done = run(*arguments)
    assert done.returncode == 2
    assert "BL-INPUT-866" in done.stderr
    assert not (tmp_path / "models").exists()
    assert run(*arguments, "--i-know-one-source").returncode == 0


def test_a_family_of_ones_own_needs_rules_that_ground_a_review(data: Path, tmp_path: Path) -> None:
    arguments = ("--data", data, "--family", "lottery", "--out", tmp_path / "models")
    assert "BL-INPUT-867" in run(*arguments).stderr
    assert "BL-DATA-255" in run(*arguments, "--rule", "CRI-367").stderr
    assert run(*arguments, "--rule", "PSA-82", "--rule", "CSL-49", "--type", "9").returncode == 0


def test_json_has_table_and_card(data: Path, tmp_path: Path) -> None:
    done = run("--data", data, "--family", "gambling", "--out", tmp_path / "models", "--json")
    told = json.loads(done.stdout)
    assert {line["source"] for line in told["held_out"]} == {"chat", "forum"}
    assert told["card"]["sha256"] == json.loads((tmp_path / "models" / "gambling" / "card.json").read_text("utf-8"))["sha256"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--family", "Not A Name", "--data", "."), "BL-INPUT-865"),
        (("--family", "gambling", "--data", "nowhere.jsonl"), "BL-INPUT-860"),
        (("--shipped", "--data", "."), "BL-INPUT-864"),
        (("--shipped", "--family", "weather", "--data", ".", "--data", "."), "BL-INPUT-865"),
    ],
)
def test_wrong_arguments_are_told_with_a_cure(tmp_path: Path, arguments: tuple[str, ...], code: str) -> None:
    done = run(*arguments, "--out", tmp_path)
    assert done.returncode == 2
    assert code in done.stderr
    assert "→" in done.stderr
