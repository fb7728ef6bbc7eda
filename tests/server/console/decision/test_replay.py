from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path

import pytest

from brightline.config import load_settings
from brightline.model import Decision, Door, Item, ItemKind, Outcome, Part, Side
from brightline.pipeline import Pipeline
from brightline.server.console.decision.replay import replay

PAPERS = "专业办理各种证件，毕业证学位证，网上可查，加微信 abc12345"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    home: Path = tmp_path_factory.mktemp("home")
    return Pipeline(load_settings(home=home))


def decide(pipeline: Pipeline, text: str = PAPERS, **details: object) -> Decision:
    item = Item(ItemKind.TEXT, (Part("text", Side.POST, text),))
    return pipeline.decide_item(item, pipeline.context(Door.API), **details)


def test_a_decision_of_today_replays_to_itself(pipeline: Pipeline) -> None:
    result = replay(decide(pipeline), pipeline)
    assert result.same
    assert not any(version.differs for version in result.versions)
    assert [step.number for step in result.steps] == list(range(1, len(result.steps) + 1))
    assert any(step.decisive and step.why == "keys" and step.rules for step in result.steps)


def test_what_differs_is_told(pipeline: Pipeline) -> None:
    stored = decide(pipeline)
    old = dataclasses.replace(stored, outcome=Outcome.REVIEW, rules=("OLD-1",), reason_zh="旧", versions={"rulebook": "old", "gone": "1"})
    result = replay(old, pipeline)
    assert result.outcome_differs
    assert result.reason_differs
    assert result.rules_differ
    assert not result.same
    assert {rule.rule for rule in result.rules if rule.was and not rule.now} == {"OLD-1"}
    assert {(version.name, version.was, version.differs) for version in result.versions} >= {("rulebook", "old", True), ("gone", "1", True)}


def test_under_the_law_of_another_day(pipeline: Pipeline) -> None:
    result = replay(decide(pipeline), pipeline, on=date(1990, 1, 1))
    assert result.on == date(1990, 1, 1)
    assert result.now.outcome is Outcome.ALLOW
    assert result.outcome_differs


def test_excerpts_are_inspected_again_and_said_to_be_excerpts(pipeline: Pipeline) -> None:
    inspected = replay(decide(pipeline), pipeline).inspected
    assert inspected is not None
    assert not inspected.whole
    assert inspected.judgement is None
    assert not inspected.of("lost")
    assert not inspected.of("added")
    assert len(inspected.of("kept")) == len(decide(pipeline).findings)


def test_evidence_far_into_a_text_is_found_again_at_its_place(pipeline: Pipeline) -> None:
    stored = decide(pipeline, "今天天气很好。\n" * 200 + PAPERS)
    assert stored.findings[0].excerpt_start > 1000
    inspected = replay(stored, pipeline).inspected
    assert inspected is not None
    assert not inspected.of("lost")


def test_whole_texts_give_a_judgement_and_what_was_added_or_lost(pipeline: Pipeline) -> None:
    stored = decide(pipeline, texts={"text": PAPERS})
    gone = dataclasses.replace(stored.findings[0], goal="old.goal")
    result = replay(dataclasses.replace(stored, findings=(gone,)), pipeline).inspected
    assert result is not None
    assert result.whole
    assert result.judgement is not None
    assert result.judgement.outcome is Outcome.BLOCK
    assert [fate.goal for fate in result.of("lost")] == ["old.goal"]
    assert [fate.number for fate in result.of("lost")] == [1]
    assert {fate.goal for fate in result.of("added")} == {finding.goal for finding in stored.findings}


def test_without_text_nothing_is_inspected_again(pipeline: Pipeline) -> None:
    assert replay(decide(pipeline, "今天天气怎么样？"), pipeline).inspected is None


def test_an_answer_is_inspected_as_an_answer(pipeline: Pipeline) -> None:
    stored = decide(pipeline, "好", texts={"choices[0].message.content": PAPERS, "messages[0].content": PAPERS})
    stored = dataclasses.replace(stored, request={"channels": ["choices[0].message.content"]})
    result = replay(stored, pipeline).inspected
    assert result is not None
    sides = {finding.side for finding in pipeline.inspect([Part("choices[0].message.content", Side.ANSWER, PAPERS)])}
    assert sides <= {Side.ANSWER}
    assert {fate.part for fate in result.of("added")} >= {"messages[0].content"}
