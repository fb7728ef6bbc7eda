"""The pairs of the contrast set keep their form: families, parts, twins in the same words, no pair written twice.

A failure names ids and numbers, never a text: who writes goals must be able to run this.
"""

from __future__ import annotations

import json
import re
import statistics
from collections import Counter
from itertools import combinations
from pathlib import Path
from types import ModuleType

import pytest

from brightline.model import Outcome, Side

PAIRS = Path(__file__).parents[2] / "evals" / "contrast" / "pairs"
FAMILIES = {  # the goals of issue 4
    *("undressing", "minors_protection", "cloning", "official_documents", "fake_notices", "impersonation", "phone_fraud"),
    *("investment_fraud", "gambling", "drugs", "weapons", "black_market", "data_trade", "accounts_trade", "paid_posting"),
    *("abuse_tools", "label_removal", "sexual", "solicitation", "gore", "fortune", "medication", "diagnosis", "investment_advice"),
    *("guaranteed_returns", "self_harm", "rumour_drafting", "article_mills", "jailbreak", "criminal_methods"),
}
SAME_WORDS = 0.4  # median Dice overlap of character bigrams within a pair; measured 0.46 when the set was made
NEAR_DUPLICATE = 0.5  # Dice overlap of character 4-grams between pairs


def grams(text: str, size: int) -> frozenset[str]:
    letters = re.sub(r"\W", "", text.lower())
    return frozenset(letters[at : at + size] for at in range(len(letters) - size + 1))


def dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / max(1, len(one) + len(other))


def test_every_family_has_twenty_pairs_in_two_languages_and_a_third_is_held(contrast: ModuleType) -> None:
    pairs = contrast.read_pairs(PAIRS)
    families = Counter(pair.family for pair in pairs)
    assert set(families) == FAMILIES
    assert min(families.values()) >= 20
    assert len(pairs) >= 620
    for family in FAMILIES:
        mine = [pair for pair in pairs if pair.family == family]
        assert sum(pair.part == "held" for pair in mine) == len(mine) // 3, family
        assert {pair.lang for pair in mine} == {"zh", "en"}, family
    assert 0.65 <= sum(pair.lang == "zh" for pair in pairs) / len(pairs) <= 0.8


def test_ids_are_unique(contrast: ModuleType) -> None:
    ids = Counter(pair.id for pair in contrast.read_pairs(PAIRS))
    assert [name for name, count in ids.items() if count > 1] == []


def test_twins_share_their_words(contrast: ModuleType) -> None:
    overlaps = {pair.id: dice(grams(pair.harmful, 2), grams(pair.benign, 2)) for pair in contrast.read_pairs(PAIRS)}
    assert statistics.median(overlaps.values()) >= SAME_WORDS
    assert [name for name, overlap in overlaps.items() if overlap < 0.15] == []


def test_no_pair_is_nearly_another(contrast: ModuleType) -> None:
    pairs = contrast.read_pairs(PAIRS)
    texts = [(pair.id, grams(text, 4)) for pair in pairs for text in (pair.harmful, pair.benign)]
    near = [(one, other) for (one, mine), (other, yours) in combinations(texts, 2) if one != other and dice(mine, yours) > NEAR_DUPLICATE]
    assert near == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("id", "drugs-zh-002"),
        ("family", "weapons"),
        ("lang", "fr"),
        ("side", "radio"),
        ("expect", "pass"),
        ("part", "held"),
        ("benign", " "),
    ],
)
def test_a_row_that_breaks_the_form_ends_the_run_with_file_and_line(contrast: ModuleType, tmp_path: Path, key: str, value: str) -> None:
    row = {
        "id": "drugs-zh-001",
        "family": "drugs",
        "lang": "zh",
        "side": "post",
        "expect": "stop",
        "harmful": "甲",
        "benign": "乙",
        "part": "dev",
    }
    (tmp_path / "drugs.jsonl").write_text(json.dumps(row | {key: value}) + "\n", "utf-8")
    with pytest.raises(SystemExit, match=r"drugs\.jsonl:1: "):
        contrast.read_pairs(tmp_path)


@pytest.fixture
def judged(contrast: ModuleType) -> list[object]:
    """Four invented outcomes: told apart, unseen, over-blocked, and a person in distress who was merely refused."""

    def one(number: int, family: str, expect: str, harmful: Outcome, twin: Outcome) -> object:
        part = "dev" if number % 3 else "held"
        pair = contrast.Pair(f"{family}-zh-{number:03}", family, "zh", Side.POST, expect, "甲", "乙", part)
        return contrast.PairJudged(pair, harmful, twin, words_harmful=True, words_twin=True)

    return [
        one(1, "drugs", "stop", Outcome.BLOCK, Outcome.LABEL),
        one(2, "drugs", "stop", Outcome.ALLOW, Outcome.ALLOW),
        one(3, "drugs", "stop", Outcome.REVIEW, Outcome.NOTICE),
        one(1, "self_harm", "notice", Outcome.REFUSE, Outcome.ALLOW),
    ]


def test_reactions_twins_and_the_list_of_words_are_counted_by_family_and_part(contrast: ModuleType, judged: list[object]) -> None:
    rows = {(row.group, row.part): {head: one.hits for head, one in row.shares.items()} for row in contrast.tabulate_pairs(judged)}
    assert rows["drugs", "all"] == {
        "reacted": 2,
        "expected": 1,
        "twins passed": 2,
        "told apart": 1,
        "words reacted": 3,
        "words passed": 0,
    }
    assert rows["drugs", "held"]["twins passed"] == 0
    assert ("self_harm", "held") not in rows


def test_a_bare_refusal_is_not_what_a_person_in_distress_should_get(contrast: ModuleType, judged: list[object]) -> None:
    rows = {(row.group, row.part): row for row in contrast.tabulate_pairs(judged)}
    assert rows["self_harm", "all"].shares["reacted"].hits == 1
    assert rows["self_harm", "all"].shares["expected"].hits == 0


def test_what_goal_authors_may_run_prints_counts_and_no_text(contrast: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert contrast.main(["--kinds"]) == 0
    printed = capsys.readouterr().out
    texts = [text for pair in contrast.read_pairs(PAIRS) for text in (pair.harmful, pair.benign)]
    assert not any(text in printed for text in texts)
    assert all(f"{family} " in printed for family in FAMILIES)


def test_the_json_of_the_pairs_holds_rows_and_no_text(contrast: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert contrast.main(["--kinds", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert set(document["pairs"]) == {"sha256", "rows"}
    assert {"group", "part", "pairs", "shares"} == set(document["pairs"]["rows"][0])
