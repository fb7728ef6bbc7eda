"""Linear models in the pipeline: what excuses the goals of a family excuses its model, and an advert buys no pass with other words."""

from __future__ import annotations

import pytest

from brightline.config import load_settings
from brightline.model import Door, Outcome, Part, Side
from brightline.moderation.weighing import GOAL
from brightline.pipeline import Pipeline

AD = "注册送彩金，最新平台出款快，天天返水，老带新佣金日结，稳赚上岸找我"


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(load_settings())


def weighed(pipeline: Pipeline, text: str, family: str = "gambling") -> list[tuple[str, ...]]:
    return [one.exceptions for one in pipeline.weigh(Part("text", Side.POST, text)) if one.goal == f"model.{family}"]


def test_an_advert_is_found_without_an_excuse(pipeline: Pipeline) -> None:
    assert weighed(pipeline, AD) == [()]


@pytest.mark.parametrize(
    ("before", "name"), [("警方通报：捣毁一个网络赌博团伙，其宣传称：", "news"), ("防骗提醒，看到下面这种话千万别信：", "education")]
)
def test_a_context_that_excuses_the_goals_excuses_the_model(pipeline: Pipeline, before: str, name: str) -> None:
    ((*found,),) = weighed(pipeline, before + AD)
    assert name in found
    part = Part("text", Side.POST, before + AD)
    judged = pipeline.judge(pipeline.weigh(part), pipeline.context(Door.API))
    assert judged.outcome is Outcome.ALLOW


def test_a_negation_somewhere_excuses_nothing(pipeline: Pipeline) -> None:
    assert weighed(pipeline, "不要犹豫，" + AD) == [()]


def test_intent_beside_a_context_that_excuses_most_goals_is_excused(pipeline: Pipeline) -> None:
    warned = "防骗提醒，看到下面这种话千万别信：" + AD
    (found,) = [one for one in pipeline.weigh(Part("text", Side.POST, warned)) if one.goal == GOAL]
    assert found.exceptions == ("education",)
