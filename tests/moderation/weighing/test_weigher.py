"""The weigher: review at most when it finds, nothing but reviews when it excuses, and files that are read with suspicion."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import orjson
import pytest

from brightline.config import load_settings
from brightline.errors import DataError
from brightline.model import Door, Finding, Outcome, Part, Side, Span
from brightline.moderation.families import check_grounds
from brightline.moderation.weighing import GOAL, ORDINARY, SHIPPED, Weigher
from brightline.moderation.weighing.reading import BITS, buckets_of, passage_of
from brightline.moderation.weighing.weigher import KINDS, LONGEST_EXCUSED, TRUSTED
from brightline.pipeline import Pipeline
from brightline.rulebook import load_rulebook
from brightline.text.weights import ModelCard, save_weights

SHIPPED_WEIGHER = Weigher.load()
CARD = ModelCard(
    "intent", "意图", "intent", ("CSL-49",), (4,), BITS + 2, 0.02, 0.0, 0.3, 0.9, "",
    about={"goals": ["fraud.script", "minors.any", "sexual.any", "likeness.any"], "scales": [[0.02, 0.0]] * 6, "violating": [0.9] * 6},
)  # fmt: skip
HARM, PLAIN = "教我冒充她儿子", "孩子考试得了第一"


def taught(folder: Path, side_of_harm: Side = Side.PROMPT) -> Weigher:
    """A weigher that knows two sentences: one of harm on one side, one of ordinary life on all."""
    codes = np.zeros((4, 1 << BITS), np.int8)
    for number, side in enumerate((Side.PROMPT, Side.ANSWER, Side.POST, Side.LISTING)):
        codes[number, [*known(PLAIN) - known(HARM)]] = -10
        if side is side_of_harm:
            codes[number, [*known(HARM) - known(PLAIN)]] = 10
    save_weights(folder, CARD, codes.ravel())
    return Weigher.load(folder)


def known(text: str) -> set[int]:
    passage = passage_of(text)
    assert passage is not None
    return set(buckets_of(passage).tolist())


@pytest.fixture(scope="module")
def weigher(tmp_path_factory: pytest.TempPathFactory) -> Weigher:
    return taught(tmp_path_factory.mktemp("weigher") / "intent")


def review(goal: str = "fraud.script", **changes: object) -> Finding:
    finding = Finding(
        detector="text", detector_version="t", goal=goal, rules=("CSL-49",), problem_types=(2,), effect=Outcome.REVIEW, part="text",
        side=Side.PROMPT, lane="base", spans=(Span(0, 2),), evidence=("孩子",), manifest=False,
    )  # fmt: skip
    return replace(finding, **changes)  # type: ignore[arg-type]


def test_what_reads_as_harm_is_found_with_its_place_and_sent_to_review(weigher: Weigher) -> None:
    (found,) = weigher.findings(f"你好。{HARM}", Side.PROMPT, "text", [])
    assert (found.goal, found.effect, found.manifest, found.lane) == (GOAL, Outcome.REVIEW, False, "model")
    assert "".join(found.evidence) in f"你好。{HARM}"
    assert all(f"你好。{HARM}"[span.start : span.end] == said for span, said in zip(found.spans, found.evidence, strict=True))


def test_the_same_words_may_mean_harm_on_one_side_only(weigher: Weigher) -> None:
    assert weigher.weigh(HARM, Side.PROMPT).probability > 0.9
    assert weigher.weigh(HARM, Side.POST).probability == 0.5


def test_a_review_of_what_reads_as_ordinary_is_kept_and_excused(weigher: Weigher) -> None:
    (kept,) = weigher.findings(PLAIN, Side.PROMPT, "text", [review()])
    assert kept == review(exceptions=(ORDINARY,))


def test_each_script_and_side_has_its_scale(weigher: Weigher) -> None:
    scales = tuple((0.02, float(kind)) for kind in range(len(KINDS)))
    scaled = replace(weigher, scales=scales)
    odds = {side: 1 / (1 + math.exp(-shift)) for side, shift in ((Side.PROMPT, 3), (Side.ANSWER, 4), (Side.POST, 5), (Side.LISTING, 5))}
    assert {side: scaled.weigh("nothing known", side).probability for side in odds} == pytest.approx(odds)
    assert scaled.weigh("没有学过", Side.ANSWER).probability == pytest.approx(1 / (1 + math.exp(-1)))


def test_each_script_and_side_has_its_threshold(weigher: Weigher) -> None:
    (found,) = weigher.findings(HARM, Side.PROMPT, "text", [])
    strict = replace(weigher, violating=(1.0, *weigher.violating[1:]))
    assert strict.findings(HARM, Side.PROMPT, "text", []) == []
    lenient_elsewhere = replace(weigher, violating=(weigher.violating[0], *(0.1 for _ in KINDS[1:])))
    assert lenient_elsewhere.findings(HARM, Side.PROMPT, "text", []) == [found]


def test_reviews_of_families_that_are_right_more_often_stand_at_less(weigher: Weigher) -> None:
    limit = weigher.card.borderline
    stands = {family: weigher.excuses(review(f"{family}.any"), limit - 0.05) for family in ("sexual", "likeness")}
    assert stands == {"sexual": False, "likeness": True}
    assert weigher.excuses(review("likeness.any"), limit + 0.05)
    assert not weigher.excuses(review("fraud.script"), limit + 0.05)
    assert not weigher.excuses(review("minors.any"), 0.0)
    assert set(TRUSTED) <= {goal.partition(".")[0] for goal in SHIPPED_WEIGHER.goals} | {"abuse"}


def test_a_text_longer_than_those_it_learnt_from_is_not_excused(weigher: Weigher) -> None:
    longer = PLAIN + "，" + PLAIN * (LONGEST_EXCUSED // len(PLAIN))
    assert weigher.weigh(longer, Side.PROMPT).probability < weigher.card.borderline
    assert weigher.findings(longer, Side.PROMPT, "text", [review()]) == [review()]


@pytest.mark.parametrize("effect", [Outcome.NOTICE, Outcome.REVIEW, Outcome.REFUSE])
def test_where_something_else_asks_it_adds_nothing(weigher: Weigher, effect: Outcome) -> None:
    assert weigher.findings(HARM, Side.PROMPT, "text", [review(effect=effect)]) == [review(effect=effect)]


def test_a_technique_or_an_excused_finding_does_not_keep_it_silent(weigher: Weigher) -> None:
    for quiet in (review(effect=Outcome.ALLOW), review(exceptions=("news",))):
        assert [one.goal for one in weigher.findings(HARM, Side.PROMPT, "text", [quiet])] == [quiet.goal, GOAL]


def test_a_review_of_what_may_be_harm_stands(weigher: Weigher) -> None:
    assert weigher.findings("今天有雨", Side.PROMPT, "text", [review()]) == [review()]


@pytest.mark.parametrize(
    "finding",
    [
        review(effect=Outcome.REFUSE),
        review(effect=Outcome.BLOCK),
        review(effect=Outcome.NOTICE),
        review(effect=Outcome.REWRITE),
        review(effect=Outcome.LIMIT),
        review(effect=Outcome.LABEL),
        review("minors.any"),
        review("operator.own"),
        review(term="T-1"),
        review(lane="shape"),
        review(lane="skip"),
        review(lane="dialogue"),
        review(exceptions=("news",)),
    ],
    ids=lambda finding: f"{finding.effect}-{finding.goal}-{finding.lane}-{finding.term}-{len(finding.exceptions)}",
)
def test_nothing_else_is_excused(weigher: Weigher, finding: Finding) -> None:
    assert weigher.findings(PLAIN, Side.PROMPT, "text", [finding]) == [finding]


def test_ordinary_words_around_do_not_hide_harm_in_a_long_text(weigher: Weigher) -> None:
    filler = "".join(f"第{chr(0x4E00 + number)}天有雨。" for number in range(120))
    long = weigher.weigh(filler + PLAIN + "。" + filler + HARM + "。" + filler, Side.PROMPT)
    assert long.probability > weigher.weigh(filler, Side.PROMPT).probability


def test_a_text_without_tokens_means_nothing(weigher: Weigher) -> None:
    assert weigher.weigh(" \n", Side.POST) == (0.0, None)
    assert weigher.findings("", Side.POST, "text", []) == []


def test_what_speaks_against_harm_can_be_shown(weigher: Weigher) -> None:
    passage = weigher.weigh(PLAIN, Side.PROMPT).passage
    assert passage is not None
    assert weigher.evidence(passage, Side.PROMPT) == []
    (shown,) = weigher.evidence(passage, Side.PROMPT, against=True)
    assert shown.start == 0
    assert shown.end <= len(PLAIN)


# -- files -------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SHIPPED, tmp_path / "intent")
    return tmp_path / "intent"


def refused(folder: Path) -> str:
    with pytest.raises(DataError) as problem:
        Weigher.load(folder)
    return problem.value.code


def changed(folder: Path, **fields: object) -> None:
    file = folder / "card.json"
    file.write_bytes(orjson.dumps(orjson.loads(file.read_bytes()) | fields))


@pytest.mark.parametrize(
    "about", [{}, {"goals": "fraud"}, {"goals": [1]}, {"goals": None}, {"scales": []}, {"scales": [[1.0, 0.0]] * 5},
              {"violating": [0.9] * 5}, {"violating": [0.0] * 6}, {"violating": ["1"] * 6}, {"violating": None}, {"scales": [[0.0, 1.0]] * 6}, {"scales": [["1", 0.0]] * 6}, {"scales": [[1.0]] * 6}, {"scales": None}],
)  # fmt: skip
def test_a_card_without_names_of_goals_or_scales_is_none_of_a_weigher(folder: Path, about: dict[str, object]) -> None:
    known = SHIPPED_WEIGHER.card.about
    changed(folder, about={name: known[name] for name in ("goals", "scales", "violating")} | about if about else {})
    assert refused(folder) == "BL-DATA-251"


def test_the_model_of_a_family_is_no_weigher() -> None:
    assert refused(SHIPPED.parents[1] / "models" / "gambling") == "BL-DATA-251"


def test_weights_that_were_touched_do_not_load(folder: Path) -> None:
    content = bytearray((folder / "weights.npz").read_bytes())
    content[5000] ^= 1
    (folder / "weights.npz").write_bytes(bytes(content))
    assert refused(folder) == "BL-DATA-252"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path / "nothing") == "BL-DATA-250"


def test_thresholds_belong_to_the_version(folder: Path) -> None:
    changed(folder, violating=0.999)
    assert Weigher.load(folder).version != SHIPPED_WEIGHER.version


# -- as shipped --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(load_settings())


def test_the_shipped_weigher_rests_on_rules_that_ground_a_review() -> None:
    check_grounds(SHIPPED_WEIGHER.card.rules, load_rulebook(), date(2026, 11, 23))


def test_it_may_excuse_the_shipped_goals_and_families_of_today(pipeline: Pipeline) -> None:
    families = {f"model.{model.card.family}" for model in pipeline.models.models}
    assert {goal.id for goal in pipeline.engine.book} | families <= pipeline.weigher.goals


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("今天天气真好，下午去公园走走", Side.POST),
        ("这道数学题怎么做，能一步一步讲吗", Side.PROMPT),
        ("How do I sort a list of names in Python?", Side.PROMPT),
        ("出一辆九成新的自行车，自提，价格可小刀", Side.LISTING),
        ("您可以在设置里打开通知，再重新登录一次。", Side.ANSWER),
    ],
)
def test_everyday_texts_pass(pipeline: Pipeline, text: str, side: Side) -> None:
    judged = pipeline.judge(pipeline.inspect([Part("text", side, text)]), pipeline.context(Door.API))
    assert judged.outcome is Outcome.ALLOW


def test_the_decision_names_the_version_of_the_weigher(pipeline: Pipeline) -> None:
    assert pipeline.versions["weigher"] == SHIPPED_WEIGHER.version


def test_an_excused_review_allows_and_says_why(pipeline: Pipeline) -> None:
    judged = pipeline.judge([review(exceptions=(ORDINARY,))], pipeline.context(Door.API))
    assert judged.outcome is Outcome.ALLOW
    assert "ordinary as a whole" in judged.reason_en or ORDINARY in "".join(judged.steps)
