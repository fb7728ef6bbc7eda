"""The example corpus: the same bytes again, what was planted is there, and nobody in it lives."""

from __future__ import annotations

import json
import random
from pathlib import Path

import stdnum.cn.ric as ric
import stdnum.luhn as luhn

from brightline.curation.example import make_example
from brightline.curation.example_persons import bank_card, identity_card


def test_the_same_size_and_seed_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        make_example(tmp_path / name, 200_000, seed=3)

    first, second = (
        sorted((path.relative_to(tmp_path / name), path.read_bytes()) for path in (tmp_path / name).rglob("*") if path.is_file())
        for name in ("a", "b")
    )
    assert first == second


def test_it_has_the_size_that_was_asked_for_and_counts_what_it_planted(tmp_path: Path) -> None:
    planted = make_example(tmp_path, 1_000_000)

    lines = (tmp_path / "corpus" / "part-000.jsonl").read_bytes().splitlines()
    assert planted.size_bytes == sum(len(line) + 1 for line in lines)
    assert 1_000_000 <= planted.size_bytes < 1_050_000
    assert len(lines) == planted.documents + planted.bad_lines
    assert planted.exact_copies
    assert planted.near_copies
    assert planted.with_personal
    assert planted.illegal
    assert json.loads((tmp_path / "planted.json").read_text())["documents"] == planted.documents


def test_sentences_of_the_callers_own_are_recombined(tmp_path: Path) -> None:
    make_example(tmp_path, 50_000, sentences=["这句话是我自己写的。", "I wrote this sentence myself."])

    texts = (tmp_path / "corpus" / "part-000.jsonl").read_text("utf-8", "replace")
    assert "这句话是我自己写的" in texts
    assert "I wrote this sentence myself" in texts


def test_identity_cards_hold_their_check_digit_and_nobody_so_old_is_alive() -> None:
    chance = random.Random(1)

    for number in (identity_card(chance) for _ in range(200)):
        assert ric.calc_check_digit(number) == number[-1]
        assert 1901 <= ric.get_birth_date(number).year <= 1909


def test_bank_cards_hold_luhns_digit() -> None:
    chance = random.Random(1)

    assert all(luhn.is_valid(bank_card(chance)) for _ in range(200))
