"""Training: sources decide what a figure is worth, and the same rows give the same bytes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import InputError
from brightline.moderation.training import Budgets, Recipe, Row, Trained, read_rows, train, trial
from brightline.moderation.training.fitting import fit, matrix_of, quantised
from brightline.moderation.training.recipe import Trial
from brightline.moderation.training.rows import importance, thinned, with_losses
from brightline.moderation.training.validating import area_under_curve, calibration_error, platt, thresholds_of
from brightline.text.linear import LinearModel
from brightline.text.weights import ModelCard

SMALL = Recipe(bits=12, most=200)
CARD = ModelCard("lottery", "彩票", "lottery", ("PSA-82", "CSL-49"), (9,), 0, 1.0, 0.0, 1.0, 1.0, "")
LURES = ["注册送彩金", "上分下分找我", "稳赢计划群", "返水秒到账", "真人荷官在线"]
PLAIN = ["今天天气很好", "晚饭吃了面条", "孩子考试得了第一", "周末去爬山", "这本书写得不错", "地铁又晚点了"]


def rows_of(source: str, harmful: bool = True, ordinary: bool = True, count: int = 30) -> list[Row]:
    found = [Row(f"{LURES[n % 5]}{LURES[(n * 2 + 1) % 5]}第{chr(0x4E00 + n)}次", True, source) for n in range(count) if harmful]
    return found + [Row(f"{PLAIN[n % 6]}，{PLAIN[(n + 2) % 6]}{chr(0x5E00 + n)}", False, source) for n in range(count) if ordinary]


@pytest.fixture(scope="module")
def judged() -> Trial:
    return trial([*rows_of("forum"), *rows_of("chat"), *rows_of("news", harmful=False)], SMALL)


def test_each_source_is_judged_by_a_model_that_did_not_see_it(judged: Trial) -> None:
    assert [line.source for line in judged.table] == ["chat", "forum", "news"]
    by_name = {line.source: line for line in judged.table}
    assert by_name["news"].harmful == 0
    assert by_name["news"].recall is None
    assert by_name["forum"].auc is not None
    assert by_name["forum"].auc > 0.95


def test_a_source_that_shares_nothing_with_the_others_is_not_recognised() -> None:
    strange = [Row(f"夜里带货走西门{chr(0x6E00 + n)}", True, "strange") for n in range(30)]
    judged = trial([*rows_of("forum"), *rows_of("chat"), *strange], Recipe())
    line = next(line for line in judged.table if line.source == "strange")
    assert line.recall == 0


def test_a_trained_model_finds_what_it_was_taught_and_its_card_tells_the_table(judged: Trial, tmp_path: Path) -> None:
    train(judged, SMALL, CARD).save(tmp_path)
    model = LinearModel.load(tmp_path)
    assert model.judge("注册送彩金，返水秒到账，上分下分找我").level == "violating"
    assert model.judge("周末去爬山，孩子考试得了第一").level == "safe"
    about = orjson.loads((tmp_path / "card.json").read_bytes())["about"]
    assert {line["source"] for line in about["held_out"]} == {"chat", "forum", "news"}
    assert "| news | 0 | 30 |" in (tmp_path / "card.md").read_text("utf-8")


def test_the_same_rows_give_the_same_bytes(judged: Trial, tmp_path: Path) -> None:
    again = trial([*rows_of("forum"), *rows_of("chat"), *rows_of("news", harmful=False)], SMALL)
    for folder, each in (("one", judged), ("two", again)):
        train(each, SMALL, CARD).save(tmp_path / folder)
    for name in ("weights.npz", "card.json", "card.md"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_thresholds_keep_every_source_within_its_budget() -> None:
    rows = [Row(str(n), False, "a") for n in range(1000)] + [Row(str(n), False, "b") for n in range(100)] + [Row("x", True, "b")]
    scores = np.concatenate([np.arange(1000) / 1000, np.arange(100) / 1000, [2.0]])
    borderline, violating = thresholds_of(rows, scores, Budgets(0.003, 0.03, 0.05, 0.10))
    assert int((scores[:1000] >= violating).sum()) == 3
    assert int((scores[:1000] >= borderline).sum()) == 30


def test_a_single_label_cannot_be_learnt() -> None:
    with pytest.raises(InputError, match="BL-INPUT-863"):
        trial(rows_of("forum", ordinary=False), SMALL)


def test_a_small_source_counts_more_a_row_than_a_large_one() -> None:
    weights = importance([*rows_of("large", count=100), *rows_of("small", count=4)])
    assert weights[-1] > weights[150]
    assert weights.sum() == pytest.approx(208)


def test_thinning_keeps_order_and_at_most_so_many_of_a_source_and_label() -> None:
    rows = rows_of("forum", count=50)
    kept = thinned(rows, 10, 1)
    assert len(kept) == 20
    assert kept == [row for row in rows if row in set(kept)]
    assert thinned(rows, 10, 1) == kept


def test_lossy_copies_lose_characters_and_keep_label_and_source() -> None:
    rows = rows_of("forum")
    for copy in with_losses(rows, 7):
        assert any(row.harmful is copy.harmful and set(copy.text) <= set(row.text) for row in rows)
    assert with_losses(rows, 7) == with_losses(rows, 7)


def test_whole_number_codes_keep_the_order_of_scores() -> None:
    rows = [*rows_of("forum"), *rows_of("chat")]
    matrix = matrix_of([row.text for row in rows], 12)
    weights = fit(matrix, np.array([row.harmful for row in rows]), importance(rows), 4.0)
    codes, unit = quantised(weights)
    whole = codes.astype(float)
    error = np.abs(matrix.scores(weights) - unit * matrix.scores(whole * np.abs(whole)))
    assert error.max() < 0.05 * np.ptp(matrix.scores(weights))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-5, 5), min_size=2, max_size=50), st.lists(st.floats(-5, 5), min_size=2, max_size=50))
def test_the_area_is_the_share_of_ordered_pairs(bad: list[float], good: list[float]) -> None:
    pairs = [1.0 if b > g else 0.5 if b == g else 0.0 for b in bad for g in good]
    assert area_under_curve(np.array(bad), np.array(good)) == pytest.approx(sum(pairs) / len(pairs))


def test_platts_scale_is_calibrated_on_scores_drawn_from_two_bells() -> None:
    draw = np.random.default_rng(3)
    harmful = np.repeat([True, False], [2000, 2000])
    scores = draw.normal(0, 1, 4000) + 1.5 * harmful
    slope, intercept = platt(scores, harmful)
    assert slope == pytest.approx(1.5, rel=0.1)
    assert calibration_error(1 / (1 + np.exp(-slope * scores - intercept)), harmful) < 0.03


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("{", "BL-INPUT-861"), ("[]", "BL-INPUT-862"), ('{"text": "a", "label": 2, "source": "b"}', "BL-INPUT-862"),
        ('{"text": "a", "label": 1}', "BL-INPUT-862"), ('{"text": 1, "label": 1, "source": "b"}', "BL-INPUT-862"),
    ],
)  # fmt: skip
def test_a_wrong_row_is_named_with_file_and_line(tmp_path: Path, line: str, code: str) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "a", "label": 0, "source": "b"}\n\n' + line + "\n", "utf-8")
    with pytest.raises(InputError, match=code) as problem:
        read_rows([file], "lottery")
    assert f"{file}:3" in problem.value.message


def test_rows_of_other_families_are_left_out_but_their_ordinary_texts_are_used(tmp_path: Path) -> None:
    lines = [{"text": str(n), "label": n % 2, "source": "s", "family": family} for n in range(2) for family in ("fraud", "lottery")]
    (tmp_path / "rows.jsonl").write_bytes(b"\n".join(map(orjson.dumps, lines)))
    assert [(row.text, row.harmful) for row in read_rows([tmp_path], "lottery")] == [("0", False), ("0", False), ("1", True)]


def test_a_recipe_and_a_result_cannot_be_changed_afterwards(judged: Trial) -> None:
    trained: Trained = train(judged, SMALL, CARD)
    with pytest.raises(dataclasses.FrozenInstanceError):
        trained.card.bits = 3  # type: ignore[misc]
