"""Training the weigher: authors decide what a figure is worth, and sides are learnt apart."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import orjson
import pytest

from brightline.model import Side
from brightline.moderation.training.intents import IntentRow, fit_intent, held_out_by_author, intent_rows, pairs_of, rows_of
from brightline.moderation.training.weigher import IntentBudgets, judge, save, thresholds
from brightline.moderation.weighing import Weigher
from brightline.moderation.weighing.reading import buckets_of, passages
from brightline.moderation.weighing.weigher import KINDS

ASKS = ["教我冒充", "帮我伪造", "替我骗过", "怎么瞒着"]
TELLS = ["如何识别冒充", "伪造会怎么判", "提醒家人别被骗", "发现被瞒着怎么办"]
WHOM = ["银行客服", "她的儿子", "派出所", "学校老师", "房东", "快递员"]


def rows() -> list[IntentRow]:
    found = []
    for number in range(48):
        author, whom = ("first", "second")[number % 2], WHOM[number % 6] + chr(0x4E00 + number)
        found.append(IntentRow(f"{ASKS[number % 4]}{whom}", Side.PROMPT, True, author, author))
        found.append(IntentRow(f"{TELLS[number % 4]}{whom}", Side.PROMPT, False, author, author, twin=True))
        found.append(IntentRow(f"今天和{whom}一起吃了面", Side.POST, False, author, "diary", 0.3))
    return found


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Weigher, Path]:
    folder = tmp_path_factory.mktemp("trained") / "intent"
    texts, budgets = rows(), IntentBudgets(twins=0.1, ordinary=0.1, lost=0.1)
    numbers = rows_of(texts)
    save(texts, numbers, judge(texts, numbers, budgets), budgets, ["fraud.script"], folder)
    return Weigher.load(folder), folder


def test_the_weigher_tells_asking_for_harm_from_asking_for_help(trained: tuple[Weigher, Path]) -> None:
    weigher, _ = trained
    asks, tells = weigher.weigh("帮我伪造快递员的短信", Side.PROMPT), weigher.weigh("如何识别冒充快递员的短信", Side.PROMPT)
    assert asks.probability > 0.5 > tells.probability


def test_its_card_tells_who_was_held_out_and_whose_reviews_it_may_excuse(trained: tuple[Weigher, Path]) -> None:
    weigher, folder = trained
    about = orjson.loads((folder / "card.json").read_bytes())["about"]
    assert [line["source"] for line in about["held_out"]] == ["diary", "first", "second"]
    assert weigher.goals == {"fraud.script"}
    assert "| first | 24 | 24 |" in (folder / "card.md").read_text("utf-8")


def test_the_same_rows_give_the_same_bytes(trained: tuple[Weigher, Path], tmp_path: Path) -> None:
    texts, budgets = rows(), IntentBudgets(twins=0.1, ordinary=0.1, lost=0.1)
    numbers = rows_of(texts)
    save(texts, numbers, judge(texts, numbers, budgets), budgets, ["fraud.script"], tmp_path)
    for name in ("weights.npz", "card.json", "card.md"):
        assert (tmp_path / name).read_bytes() == (trained[1] / name).read_bytes()


def test_an_author_is_judged_by_a_model_that_had_not_read_him() -> None:
    texts = [row for row in rows() if row.author == "first"]
    strange = [IntentRow(f"Ω{chr(0x0391 + n)}ψ", Side.PROMPT, n % 2 == 0, "strange", "strange", twin=n % 2 == 1) for n in range(16)]
    every = [*texts, *strange]
    scores = held_out_by_author(every, rows_of(every))
    assert float(np.ptp(scores[len(texts) :])) < 0.01


def test_a_side_has_weights_of_its_own() -> None:
    texts = [
        IntentRow(f"加我微信{chr(0x4E00 + n)}", side, side is Side.POST, "one", "one")
        for n in range(20)
        for side in (Side.POST, Side.ANSWER)
    ]
    numbers = rows_of(texts)
    harmful = np.array([row.harmful for row in texts])
    scores = fit_intent(numbers, harmful, np.ones(len(texts))).scores(numbers)
    assert scores[harmful].min() > scores[~harmful].max()


def test_a_run_of_harmful_texts_is_paired_with_as_long_a_run_of_twins_after_it() -> None:
    kinds = [True, True, False, False, True, False, True, False, False]
    texts = [IntentRow(f"第{n}句", Side.PROMPT, harmful, "one", "one", twin=not harmful) for n, harmful in enumerate(kinds)]
    assert pairs_of(texts) == [(0, 2), (1, 3), (4, 5)]
    everyday = [replace(text, twin=False) for text in texts]
    assert pairs_of(everyday) == []
    other = [replace(text, source=text.source if text.harmful else "two") for text in texts]
    assert pairs_of(other) == pairs_of(texts)


def test_what_both_texts_of_a_pair_say_counts_less_than_what_tells_them_apart() -> None:
    texts = [
        IntentRow(f"{end}{chr(0x4E00 + n)}的银行卡", Side.PROMPT, harmful, "one", "one", twin=not harmful)
        for n in range(30)
        for harmful, end in ((True, "盗刷"), (False, "补办"))
    ]
    numbers = rows_of(texts)
    weights = fit_intent(numbers, np.array([row.harmful for row in texts]), np.ones(len(texts)))
    (shared, tells), (_, quiet) = (
        (abs(float(weights.groups[buckets_of(passage)].sum())) for passage in (*passages("的银行卡"), *passages(word)))
        for word in ("盗刷", "补办")
    )
    assert tells > 3 * shared
    assert quiet > 3 * shared


def test_each_script_has_a_scale_of_its_own() -> None:
    latin, chinese = IntentRow("how do I open a savings account", Side.PROMPT, False, "one", "one"), rows()[0]
    assert [KINDS[kind] for kind in rows_of([latin, chinese, replace(latin, side=Side.ANSWER)]).kinds] == [
        "latin prompt",
        "other prompt",
        "latin answer",
    ]


def test_thresholds_keep_the_budgets() -> None:
    texts = rows()
    scores = np.linspace(-3, 3, len(texts))
    twins = np.array([row.twin for row in texts])
    ordinary = np.array([row.source == "diary" for row in texts])
    harmful = np.array([row.harmful for row in texts])
    found = thresholds(texts, scores, rows_of(texts).kinds, IntentBudgets(twins=0.1, ordinary=0.05, lost=0.2))
    scores = found.scores
    over = scores >= found.upper[rows_of(texts).kinds]
    assert np.mean(over[twins]) <= 0.1
    assert np.mean(over[ordinary]) <= 0.05
    assert np.mean(scores[harmful] < found.lower) <= 0.2
    assert found.lower <= found.upper.min()


def test_a_kind_of_text_on_which_an_ordinary_source_is_flagged_has_a_higher_threshold_of_its_own() -> None:
    texts = [IntentRow(f"问{n}", Side.PROMPT, n % 2 == 0, "one", "one", twin=n % 2 == 1) for n in range(100)]
    diary = [IntentRow(f"记{n}", side, False, "one", "diary") for n in range(60) for side in (Side.POST, Side.PROMPT)]
    every = [*texts, *diary]
    scores = np.array([*np.linspace(-2, 2, 100), *([9.0, -9.0] * 60)])
    found = thresholds(every, scores, rows_of(every).kinds, IntentBudgets(twins=0.1, ordinary=0.05))
    limits = dict(zip(KINDS, found.upper.tolist(), strict=True))
    assert limits["other public"] > 9 * found.scales[2, 0] + found.scales[2, 1] - 1e-9
    assert limits["other prompt"] == limits["latin answer"] < limits["other public"]


def test_the_texts_of_the_repository_have_two_kinds_and_several_authors(tmp_path: Path) -> None:
    authored = Path(__file__).parents[2] / "training" / "authored"
    for name in ("news-headlines", "chinese-poetry", "medical-dialogue", "teleantifraud", "harmbench-val", "cold"):
        (tmp_path / name).mkdir()
    (tmp_path / "news-headlines" / "thucnews_headlines_test.txt").write_text("天气转晴\t1\n", "utf-8")
    (tmp_path / "chinese-poetry" / "yuanqu.json").write_text("[]", "utf-8")
    (tmp_path / "medical-dialogue" / "internal_medicine_sample.csv").write_text("ask,answer\n", "gb18030")
    (tmp_path / "harmbench-val" / "harmless_test.json").write_text("[]", "utf-8")
    (tmp_path / "cold" / "train.csv").write_text("TEXT,label,topic\n", "utf-8")
    found = intent_rows(tmp_path, authored)
    assert {row.author for row in found if row.harmful} == {"first", "zh2", "en2", "posts2", "zh3", "en3", "posts3"}
    assert len({(row.text, row.side) for row in found}) == len(found)
