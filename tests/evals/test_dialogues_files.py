"""The authored conversations keep their form: families, parts, turns. A failure names ids and numbers, never a text."""

from __future__ import annotations

import importlib
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DIALOGUES = Path(__file__).parents[2] / "evals" / "dialogues"
FAMILIES = {  # the requests of issue 4 that are worth splitting, and what is about none of them
    *("gambling_advert", "forged_papers", "undressing", "voice_cloning", "fraud_script", "data_trade", "drug_advert", "batch_accounts"),
    *("fake_notice", "rumour_drafting", "label_removal", "impersonation", "medication", "guaranteed_returns", "fortune_for_money"),
    *("paid_posting", "everyday"),
}
SECOND = DIALOGUES / "second.jsonl"  # another author, all families in one file; of the first author's only the held part is left


@pytest.fixture
def dialogues(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``evals/dialogues.py``, which measures them."""
    monkeypatch.syspath_prepend(DIALOGUES.parent)
    return importlib.import_module("dialogues")


def user_turns(turns: Iterable[tuple[str, str]]) -> int:
    return sum(role == "user" for role, _ in turns)


def test_the_reader_reads_every_line(dialogues: ModuleType) -> None:
    lines = sum(bool(line.strip()) for path in DIALOGUES.glob("*.jsonl") for line in path.read_text("utf-8").split("\n"))
    assert len(list(dialogues.authored(None))) == lines >= 150


def test_half_are_benign_and_three_quarters_are_chinese(dialogues: ModuleType) -> None:
    written = list(dialogues.authored(None))
    assert 0.45 <= sum(not one.harmful for one in written) / len(written) <= 0.55
    assert 0.65 <= sum(one.lang == "zh" for one in written) / len(written) <= 0.85
    assert {one.lang for one in written} == {"zh", "en"}


def rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n") if line]


def test_a_third_of_each_half_is_held() -> None:
    parts = Counter((row["harmful"], row["part"]) for row in rows(SECOND))
    assert {part for _, part in parts} == {"dev", "held"}
    for harmful in (True, False):
        assert 0.3 <= parts[harmful, "held"] / (parts[harmful, "held"] + parts[harmful, "dev"]) <= 0.36


def test_of_the_first_author_only_what_was_held_is_left() -> None:
    assert {row["part"] for path in DIALOGUES.glob("*.jsonl") if path != SECOND for row in rows(path)} == {"held"}


def test_every_request_is_split_over_two_to_five_turns_of_the_user(dialogues: ModuleType) -> None:
    wrong = [one.id for one in dialogues.authored(None) if one.harmful and not 2 <= user_turns(one.turns) <= 5]
    assert wrong == []


def test_benign_conversations_have_two_to_eight_turns_of_the_user(dialogues: ModuleType) -> None:
    wrong = [one.id for one in dialogues.authored(None) if not one.harmful and not 2 <= user_turns(one.turns) <= 8]
    assert wrong == []


def test_ids_are_unique_and_no_conversation_is_written_twice(dialogues: ModuleType) -> None:
    written = list(dialogues.authored(None))
    for values in (Counter(one.id for one in written), Counter(one.turns for one in written)):
        assert max(values.values()) == 1


def test_a_file_is_a_family_and_each_has_both_halves(dialogues: ModuleType) -> None:
    assert {path.stem for path in DIALOGUES.glob("*.jsonl")} == FAMILIES | {SECOND.stem}
    for path in DIALOGUES.glob("*.jsonl"):
        if path != SECOND:
            assert {row["family"] for row in rows(path)} == {path.stem}
    halves = Counter((one.family, one.harmful) for one in dialogues.authored(None))
    assert min(halves[family, harmful] for family in FAMILIES - {"everyday"} for harmful in (True, False)) >= 5
    assert halves["everyday", True] == 0


def test_turns_have_a_known_role_and_words(dialogues: ModuleType) -> None:
    wrong = [
        one.id for one in dialogues.authored(None) for role, text in one.turns if role not in {"user", "assistant"} or not text.strip()
    ]
    assert wrong == []
