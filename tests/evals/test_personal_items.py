"""The items of ``evals/personal``: they are what their phrasings give, and every number in them is proved."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PERSONAL = Path(__file__).parents[2] / "evals" / "personal"


@pytest.mark.parametrize("author", ["third", "fourth"])
def test_a_set_is_what_its_phrasings_give_and_all_that_it_claims_is_so(author: str) -> None:
    done = subprocess.run(
        [sys.executable, str(PERSONAL / author / "make.py"), "--check"], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[:2000]


def test_no_value_that_can_be_looked_up_stands_in_two_sets() -> None:
    third, fourth = (values(author) for author in ("third", "fourth"))
    assert not third & fourth


def values(author: str) -> set[str]:
    """Numbers, keys and addresses of the network; names, places and dates may meet by chance."""
    may_meet = {"personal.name", "personal.address", "personal.birth_date"}
    rows = [json.loads(line) for line in (PERSONAL / author / "items.jsonl").read_text("utf-8").splitlines()]
    return {row["text"][start:end] for row in rows for start, end, rule in row["spans"] if rule not in may_meet}
