"""What counts as personal data here: one rule for each kind, with its class and where that class comes from (``data/rules.csv``).

Classes: ``general`` and ``sensitive`` are those of PIPL Art. 28, read as GB/T 35273-2020 Annexes A and B list kinds of data;
``secret`` opens an account and is taken out whoever owns it; ``organisation`` is no personal data in itself and is only reported.
GB/T 45652-2025 asks that both classes are found and handled in pre-training and tuning data; it sets no list of its own that we know.

Nothing here needs more than Python, so that reports, doors and the console may import it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

from brightline.corpus.errors import CorpusError

__all__ = ["RULES", "PersonalRule", "placeholder", "read_rules"]

_CLASSES = ("general", "sensitive", "secret", "organisation")


@dataclass(frozen=True, slots=True)
class PersonalRule:
    """``kind`` is one of the four classes; ``score`` what a finding gets when everything that can be checked was checked (0–1)."""

    id: str
    title_zh: str
    title_en: str
    placeholder_zh: str
    placeholder_en: str
    kind: str
    score: float
    source: str

    @property
    def sensitive(self) -> bool:
        """Sensitive personal information (PIPL Art. 28); secrets are handled like it."""
        return self.kind in ("sensitive", "secret")

    @property
    def informational(self) -> bool:
        """Reported, but no reason to take anything out."""
        return self.kind == "organisation"


def read_rules(text: str, name: str = "rules.csv") -> dict[str, PersonalRule]:
    """The table. Raises ``CorpusError`` BL-CORPUS-081 with file and line for a row that cannot be used."""
    rules: dict[str, PersonalRule] = {}
    for row in (rows := csv.DictReader(text.splitlines())):
        problem = _problem(row, rules)
        if problem:
            raise CorpusError("BL-CORPUS-081", f"{name}:{rows.line_num}: {problem}", "correct the row")
        rules[row["id"]] = PersonalRule(
            row["id"],
            row["title_zh"],
            row["title_en"],
            row["placeholder_zh"],
            row["placeholder_en"],
            row["class"],
            float(row["score"]),
            row["source"],
        )
    return rules


def placeholder(rule: str, language: str = "zh") -> str:
    """What stands in a cleaned text for a finding of this rule: ``[身份证号]`` or ``[ID_CARD]``. Raises KeyError for an unknown rule."""
    known = RULES[rule]
    return f"[{known.placeholder_en if language == 'en' else known.placeholder_zh}]"


def _problem(row: Mapping[str, str | None], earlier: Mapping[str, PersonalRule]) -> str:
    if None in row or None in row.values() or not all(row.values()):
        return "a column is empty or too many"
    identity = str(row["id"])
    if not identity.startswith("personal.") or identity in earlier:
        return f"{identity!r} does not begin with personal. or is there twice"
    if earlier and identity < max(earlier):
        return f"{identity!r} is not in alphabetical order"
    if row["class"] not in _CLASSES:
        return f"{row['class']!r} is none of {', '.join(_CLASSES)}"
    try:
        score = float(str(row["score"]))
    except ValueError:
        return f"{row['score']!r} is no number"
    return "" if 0 < score <= 1 else f"{score} is not above 0 and at most 1"


RULES: Mapping[str, PersonalRule] = MappingProxyType(
    read_rules(resources.files("brightline.corpus.personal").joinpath("data/rules.csv").read_text("utf-8"))
)
"""All rules by their id."""
