"""What people call that which a finding was made under: a goal of texts or of conversations, the linear model of a family, a category of
a guard model.

An id of another day, which nothing of today has any more, has no name: old decisions keep the goals of their time.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from typing import NamedTuple

from brightline.errors import DataError
from brightline.moderation.guards.reading import SHIPPED, load_guard_map
from brightline.pipeline import Pipeline
from brightline.rulebook import load_rulebook
from brightline.second_look import NOT_ANSWERED

__all__ = ["Name", "goal_name", "goal_names"]


class Name(NamedTuple):
    """A name in both languages."""

    zh: str
    en: str

    def of(self, lang: str) -> str:
        """It in that language."""
        return self.en if lang == "en" else self.zh


def goal_name(pipeline: Pipeline, goal_id: str, lang: str) -> str:
    """Its name in that language; empty where nothing of today has that id."""
    name = _name(pipeline, goal_id)
    return "" if name is None else name.of(lang)


def goal_names(pipeline: Pipeline) -> dict[str, Name]:
    """All that findings can stand under today without a guard, by id: goals of texts and of conversations, and the models."""
    goals = {goal_id: Name(goal.title_zh, goal.title_en) for goal_id, goal in sorted(pipeline.dialogues.goals.items())}
    return goals | {goal_id: Name(card.title_zh, card.title_en) for goal_id, card in pipeline.model_cards.items()}


def _name(pipeline: Pipeline, goal_id: str) -> Name | None:
    goal = pipeline.dialogues.goals.get(goal_id)  # those of the engine, and those that only conversations meet
    if goal is not None:
        return Name(goal.title_zh, goal.title_en)
    card = pipeline.model_cards.get(goal_id)
    if card is not None:
        return Name(card.title_zh, card.title_en)
    if goal_id.startswith("guard."):
        return _of_guards(pipeline.settings.guard_map if pipeline.settings.guard_url else "").get(goal_id)
    return None


@cache
def _of_guards(own: str) -> Mapping[str, Name]:
    """The categories of the shipped maps and of the operator's; whatever map was in force when a decision was made."""
    names = {NOT_ANSWERED: Name("护栏模型未作答", "The guard model did not answer")}
    for path_or_name in (*SHIPPED, own):
        with suppress(DataError):  # one that cannot be read any more only leaves its categories without names
            categories = load_guard_map(path_or_name, load_rulebook()).categories.values()
            names |= {category.goal: Name(category.title_zh, category.title_en) for category in categories if category is not None}
    return names
