"""Whatever a finding was made under has a name in both languages; what nothing of today has, has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from brightline.config import load_settings
from brightline.pipeline import Pipeline
from brightline.server.console.naming import goal_name, goal_names


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    return Pipeline(load_settings(home=tmp_path_factory.mktemp("home")))


def test_goals_and_models_have_names(pipeline: Pipeline) -> None:
    for each in [*(goal.id for goal in pipeline.engine.book), *pipeline.model_cards]:
        assert goal_name(pipeline, each, "zh"), each
        assert goal_name(pipeline, each, "en"), each


@pytest.mark.parametrize(
    ("goal", "zh", "en"),
    [
        ("model.gambling", "疑似赌博推广", "Probably gambling"),
        ("likeness.bare_over_turns", "多轮对话：去除他人衣物", "Over turns: undress a person"),
        ("guard.violent", "暴力", "Violence"),
        ("guard.not_answered", "护栏模型未作答", "The guard model did not answer"),
    ],
)
def test_what_is_no_goal_of_the_rulebook_has_a_name_too(pipeline: Pipeline, goal: str, zh: str, en: str) -> None:
    assert (goal_name(pipeline, goal, "zh"), goal_name(pipeline, goal, "en")) == (zh, en)


def test_every_goal_that_only_conversations_meet_has_a_name(pipeline: Pipeline) -> None:
    names = goal_names(pipeline)
    assert pipeline.dialogues.broad_goals
    for each in [*pipeline.dialogues.broad_goals, *pipeline.model_cards, *(goal.id for goal in pipeline.engine.book)]:
        assert names[each].of("zh") == goal_name(pipeline, each, "zh")
        assert names[each].of("en") == goal_name(pipeline, each, "en")
        assert all(names[each])


@pytest.mark.parametrize("goal", ["", "of.yesterday", "model.nobody", "guard.", "guard.<b>"])
def test_what_nothing_of_today_has_no_name(pipeline: Pipeline, goal: str) -> None:
    assert goal_name(pipeline, goal, "en") == ""


def test_a_guard_s_map_of_the_operator_names_its_categories(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("reads: llama_guard\ncategories:\n  S99: {types: [9], rules: [PSA-82], zh: 本店所禁, en: Not here}\n", "utf-8")
    pipeline = Pipeline(load_settings(home=tmp_path, guard_url="http://127.0.0.1:9/v1", guard_map=str(own)))
    assert goal_name(pipeline, "guard.s99", "zh") == "本店所禁"
    own.write_text("no map any more", "utf-8")
    assert goal_name(pipeline, "guard.s99", "en") == "Not here"
