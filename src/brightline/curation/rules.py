"""From a corpus rule (``personal.id_card``, ``illegal.gambling.site``) to its titles and the rulebook's entries it stands on.

``data/rules.yaml`` has one row a family; kernels that know more of a rule (personal data, goals) give its own title. What follows from
a rule is policy, not here (``corpus.deciding``). Errors on loading: BL-DATA-101 to -105 as for every file of rows, BL-DATA-296 a rule
that stands twice, is not in order, or names no entry of the rulebook.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import yaml

from brightline.corpus.personal.rules import RULES as PERSONAL
from brightline.errors import DataError
from brightline.moderation import goals_in_force
from brightline.moderation.detectors import goal_paths
from brightline.rulebook import Rulebook, load_rulebook
from brightline.rulebook.rows import read_rows

__all__ = ["CorpusRule", "corpus_rule", "families", "goal_titles", "load_families"]

_SHIPPED = Path(__file__).parent / "data" / "rules.yaml"
_LANGUAGES = ("zh", "en")
_ID_AND_TITLE = re.compile(r"^- id: .*\n  title: .*$", re.MULTILINE)


class CorpusRule(NamedTuple):
    """``id`` as findings name it; ``rules``: ids of the rulebook, the most telling one first."""

    id: str
    title_zh: str
    title_en: str
    rules: tuple[str, ...]


def corpus_rule(rule: str) -> CorpusRule:
    """What stands behind a rule of findings or decisions. Raises ``KeyError`` for one of no family."""
    family = _longest(families(), rule)
    if rule.startswith("illegal.") and (goal := _goals().get(rule.removeprefix("illegal."))):
        # What the goal stands on comes first; why it matters in a corpus stands behind it.
        return CorpusRule(rule, goal.title_zh, goal.title_en, tuple(dict.fromkeys((*goal.rules, *family.rules))))
    if rule in PERSONAL:
        known = PERSONAL[rule]
        sensitive = ("PIP-28", "PIP-29") if known.kind == "sensitive" else ()
        return CorpusRule(rule, known.title_zh, known.title_en, (*sensitive, *family.rules))
    return family._replace(id=rule)


def goal_titles(operator_files: Sequence[Path] = ()) -> dict[str, tuple[str, str]]:
    """What findings of goals are called, in Chinese and English: the shipped goals and an operator's. Raises ``DataError`` as ``goals_in_force``."""
    if not operator_files:
        return dict(_shipped_titles())
    book = goals_in_force(load_rulebook(), operator_files)
    return {f"illegal.{goal.id}": (goal.title_zh, goal.title_en) for goal in book}


@cache
def _shipped_titles() -> Mapping[str, tuple[str, str]]:
    """From the lines that say them: to read goals as goals takes three CPU seconds, which every decision on a corpus would pay."""
    found = {}
    for path in goal_paths():
        lines = "\n".join(_ID_AND_TITLE.findall(path.read_text("utf-8")))
        for row in yaml.load(lines, getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or ():  # noqa: S506 - safe loaders, the faster one first
            found[f"illegal.{row['id']}"] = (str(row["title"]["zh"]), str(row["title"]["en"]))
    return found


@cache
def families() -> Mapping[str, CorpusRule]:
    """The shipped rows, by rule."""
    return load_families(_SHIPPED, load_rulebook())


def load_families(path: Path, rulebook: Rulebook) -> dict[str, CorpusRule]:
    """The rows of a file, each held against the rulebook. Raises ``DataError``."""
    found: dict[str, CorpusRule] = {}
    last = ""
    for row in read_rows(path, "a corpus rule"):
        rule, rules, title = row.text("rule"), row.texts("rules", required=True), row.row("title")
        zh, en = (title.text(language) for language in _LANGUAGES)
        title.finish()
        row.finish()
        if rule <= last:
            raise row.fail("BL-DATA-296", f"`{rule}` stands twice or not in alphabetical order", "sort the rows by rule", "rule")
        if unknown := [each for each in rules if each not in rulebook.rules]:
            raise row.fail("BL-DATA-296", f"`{unknown[0]}` is no rule of the rulebook", "see: brightline rules list", "rules")
        if not rules:
            raise DataError("BL-DATA-296", f"`{rule}` stands on nothing", "name a rule", file=path.name, line=row.line)
        found[rule] = CorpusRule(rule, zh, en, rules)
        last = rule
    return found


def _longest(rows: Mapping[str, CorpusRule], rule: str) -> CorpusRule:
    name = rule
    while name not in rows:
        name, dot, _ = name.rpartition(".")
        if not dot:
            raise KeyError(rule)
    return rows[name]


@cache
def _goals() -> Mapping[str, CorpusRule]:
    book = goals_in_force(load_rulebook())
    return {goal.id: CorpusRule(goal.id, goal.title_zh, goal.title_en, goal.rules) for goal in book}
