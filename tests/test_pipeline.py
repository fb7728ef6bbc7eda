"""What models say of a text from which a goal takes a clause out: only what is said of the rest counts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from brightline.config import load_settings
from brightline.model import Finding, Outcome, Part, Side, Span
from brightline.pipeline import Pipeline

AD = "新人开户送彩金，百家乐稳赚不赔，加微信上分秒到账。"
TEXT = f"今天天气很好，我们去公园散步。{AD}晚上一起回家做饭。"
ANSWER = Part("answer", Side.ANSWER, TEXT)


@pytest.fixture(scope="module")
def pipeline() -> Pipeline:
    return Pipeline(load_settings())


def of_models(pipeline: Pipeline, *findings: Finding) -> set[str]:
    return {finding.goal for finding in pipeline.weigh(ANSWER, findings) if finding.goal.startswith("model.") and finding not in findings}


def taken_out(pipeline: Pipeline, clause: str) -> Finding:
    """A finding that has ``clause`` left out of the answer."""
    seen = next(finding for finding in pipeline.inspect([ANSWER]) if finding.goal == "gambling.promotion")
    start = TEXT.index(clause)
    return replace(seen, effect=Outcome.REWRITE, spans=(Span(start, start + len(clause)),), evidence=(clause,), normalised=())


def test_what_models_say_of_a_clause_that_is_taken_out_does_not_count(pipeline: Pipeline) -> None:
    assert {"model.gambling", "model.fraud"} <= of_models(pipeline)
    assert not of_models(pipeline, taken_out(pipeline, AD)) & {"model.gambling", "model.fraud"}


def test_what_models_say_of_the_rest_counts_still(pipeline: Pipeline) -> None:
    assert {"model.gambling", "model.fraud"} <= of_models(pipeline, taken_out(pipeline, "晚上一起回家做饭。"))


def test_an_excused_finding_takes_nothing_out(pipeline: Pipeline) -> None:
    excused = replace(taken_out(pipeline, AD), exceptions=("news",))
    assert {"model.gambling", "model.fraud"} <= of_models(pipeline, excused)


def test_a_finding_of_another_effect_takes_nothing_out(pipeline: Pipeline) -> None:
    held = replace(taken_out(pipeline, AD), effect=Outcome.REVIEW)
    assert {"model.gambling", "model.fraud"} <= of_models(pipeline, held)
