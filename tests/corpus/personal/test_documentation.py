"""What docs/personal-data.md says is so: its example prints what stands there, its tables have as many rows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path

from brightline.corpus.personal import RULES
from brightline.corpus.personal.families import FAMILIES

PAGE = (Path(__file__).parents[3] / "docs" / "personal-data.md").read_text("utf-8")


def test_the_example_prints_what_the_page_says(tmp_path: Path) -> None:
    (code,), (printed,) = (re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL) for kind in ("python", "text"))
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == printed


def test_every_rule_stands_on_the_page() -> None:
    assert [rule for rule in RULES if f"`{rule.removeprefix('personal.')}`" not in PAGE] == []


def test_the_phrasings_are_as_many_as_the_page_says() -> None:
    said = re.search(r"has (\d+) such\s+phrasings by trade and (\d+) that only look alike", PAGE)
    counted = [0, 0]
    for path in (Path(__file__).parent / "phrasings").glob("*.txt"):
        lines = (line for line in path.read_text("utf-8").splitlines() if line.strip() and not line.startswith("##"))
        counted[path.stem.startswith("decoys")] += len(list(lines))
    assert said is not None
    assert [int(number) for number in said.groups()] == counted


def test_the_tables_have_as_many_rows_as_the_page_says() -> None:
    said = {name: int(rows.replace(",", "")) for name, rows in re.findall(r"\| `(\w+\.csv)` \| ([\d,]+) \|", PAGE)}
    folder = resources.files("brightline.corpus.personal").joinpath("data")
    counted = {table.name: len(table.read_text("utf-8").splitlines()) - 1 for table in folder.iterdir() if table.name.endswith(".csv")}
    del counted["rules.csv"]
    assert said == counted
    assert f"each of {len(FAMILIES)} families" in PAGE
    assert f"issuer's prefix ({said['bins.csv']:,})" in PAGE
    assert f"({said['keys.csv']} shapes of issuers)" in PAGE
    assert f"({said['national_ids.csv']} numbers)" in PAGE
    assert f"in the table ({said['given_names.csv']})" in PAGE
