"""The shelf: rulebook and goals, tied together. Which goals serve a rule, where a rule grounds something, what lies in a text.

Everything here follows from the data that the pipeline has loaded, the operator's own goals included, and is worked out once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal
from urllib.parse import quote

from brightline.config import Settings
from brightline.model import Instrument, Rule, Status
from brightline.pipeline import Pipeline
from brightline.rulebook import BlockGround
from brightline.server.console.rulebook.search import Finder, article_key
from brightline.text import Goal

__all__ = ["SENSITIVE_FAMILIES", "Family", "Shelf", "Use", "shelf_of"]

SENSITIVE_FAMILIES = frozenset({"minors", "self_harm", "sexual"})
"""Families of goals whose words and examples are folded until somebody opens them."""

_SENSITIVE_WORDS = ("undress", "nude", "sexual")
_SENSITIVE_TYPES = frozenset({9, 13})  # obscene or gory content, minors: for goals of the operator, whose families are unknown

Role = Literal["label", "limit", "key_a", "key_b", "exception"]


@dataclass(frozen=True, slots=True)
class Use:
    """Where the basis of a problem type names a rule: as what, and in which pair of keys (None for label and limit)."""

    problem_type: int
    role: Role
    ground: BlockGround | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """Goals whose ids begin alike."""

    name: str
    goals: tuple[Goal, ...]


@lru_cache(maxsize=2)
def shelf_of(pipeline: Pipeline) -> Shelf:
    """The shelf of a pipeline, worked out once for each: the one in force, and the one before it while pages of it are made."""
    return Shelf(pipeline, pipeline.settings)


class Shelf:
    """The law and what serves it, as loaded."""

    def __init__(self, pipeline: Pipeline, settings: Settings) -> None:
        self.book = pipeline.rulebook
        self.goals = pipeline.engine.book
        self.by_goal_id = {goal.id: goal for goal in self.goals}
        self._own_folder = settings.goals_dir

    @cached_property
    def finder(self) -> Finder:
        """The search index; takes a fifth of a second once."""
        return Finder(self.book, self.goals)

    @cached_property
    def goals_of(self) -> dict[str, tuple[Goal, ...]]:
        """Rule id → the goals that cite it, in the order of their files."""
        found: defaultdict[str, list[Goal]] = defaultdict(list)
        for goal in self.goals:
            for rule in self.rules_of(goal):
                found[rule.id].append(goal)
        return {rule_id: tuple(goals) for rule_id, goals in found.items()}

    @cached_property
    def uses_of(self) -> dict[str, tuple[Use, ...]]:
        """Rule id → where the bases of the problem types name it."""
        found: defaultdict[str, list[Use]] = defaultdict(list)
        for number, basis in self.book.bases.items():
            for rule_id in basis.label:
                found[rule_id].append(Use(number, "label"))
            for rule_id in basis.limit:
                found[rule_id].append(Use(number, "limit"))
            for ground in basis.grounds:
                for rule_id in ground.key_a:
                    found[rule_id].append(Use(number, "key_a", ground))
                for rule_id in ground.key_b:
                    found[rule_id].append(Use(number, "key_b", ground))
                for rule_id in ground.exceptions:
                    found[rule_id].append(Use(number, "exception", ground))
        return {rule_id: tuple(uses) for rule_id, uses in found.items()}

    @cached_property
    def families(self) -> tuple[Family, ...]:
        """All goals by the first word of their ids."""
        found: defaultdict[str, list[Goal]] = defaultdict(list)
        for goal in self.goals:
            found[goal.id.partition(".")[0]].append(goal)
        return tuple(Family(name, tuple(goals)) for name, goals in sorted(found.items()))

    @cached_property
    def contents(self) -> dict[str, tuple[Rule, ...]]:
        """Instrument id → its rules in the order of the text."""
        found: defaultdict[str, list[Rule]] = defaultdict(list)
        for rule in self.book.rules.values():
            found[rule.instrument].append(rule)
        return {each: tuple(sorted(rules, key=lambda rule: (article_key(rule.article), rule.id))) for each, rules in found.items()}

    def by_rank(self) -> list[tuple[Status, list[Instrument]]]:
        """All texts, the highest rank first, within a rank by name."""
        texts = sorted(self.book.instruments.values(), key=lambda each: each.title_en)
        return [(status, of_rank) for status in Status if (of_rank := [each for each in texts if each.status is status])]

    def in_order(self, rules: Iterable[Rule]) -> list[Rule]:
        """Rules by rank of their text, text, and article."""
        ranks = {status: place for place, status in enumerate(Status)}
        return sorted(rules, key=lambda rule: (ranks[rule.status], rule.instrument, article_key(rule.article), rule.id))

    def rules_of(self, goal: Goal) -> list[Rule]:
        """The rules that a goal cites, each once, in its order."""
        known = (self.book.get(rule_id) for rule_id in goal.rules)
        return list({rule.id: rule for rule in known if rule is not None}.values())

    def is_own(self, goal: Goal) -> bool:
        """True for a goal of the operator's folder."""
        return self._own_folder is not None and goal.file.startswith(f"{self._own_folder}/")

    def is_sensitive(self, goal: Goal) -> bool:
        """True where words and examples may be hard to look at."""
        family = goal.id.partition(".")[0]
        if family in SENSITIVE_FAMILIES or any(word in goal.id for word in _SENSITIVE_WORDS):
            return True
        return self.is_own(goal) and not _SENSITIVE_TYPES.isdisjoint(goal.types)

    def citation(self, rule: Rule | str, lang: str) -> str:
        """Official name and article."""
        return self.book.citation(rule if isinstance(rule, str) else rule.id, lang)

    @staticmethod
    def rule_path(rule: Rule | str) -> str:
        """Address of a rule's page."""
        return f"/console/rulebook/{quote(rule if isinstance(rule, str) else rule.id, safe='()')}"

    @staticmethod
    def goal_path(goal: Goal | str) -> str:
        """Address of a goal's page."""
        return f"/console/rulebook/goals/{quote(goal if isinstance(goal, str) else goal.id, safe='')}"

    @staticmethod
    def text_path(instrument: Instrument | str) -> str:
        """Address of the page of a law or another text."""
        return f"/console/rulebook/texts/{quote(instrument if isinstance(instrument, str) else instrument.id, safe='')}"
