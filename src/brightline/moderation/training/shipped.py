"""The models that ship: which families there are, what grounds a review, which texts teach them.

``rules`` are those that the review goals of the same family cite; ``rulebook.policy.strongest`` must reach ``review`` on every side.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from brightline.moderation.training.open_data import LICENCES, authored_rows, benign_rows, cold_rows
from brightline.moderation.training.recipe import Recipe, Trained, Trial, train, trial
from brightline.moderation.training.rows import Row
from brightline.text.weights import ModelCard

__all__ = ["FAMILIES", "Family", "build", "card_of", "rows_of"]


_NOTES = (
    "chineseharm-half (eval-only) was only ever measured, in totals, after weights and thresholds were fixed; docs/models.md has figures and dates.",
    "Chinese only: English harmful texts were not in training, and ordinary English is rarely flagged.",
)


@dataclass(frozen=True, slots=True)
class Family:
    """``authored`` are the names under which texts were written for it; ``cold``: COLD's offensive posts belong to it.

    Insults and discrimination are two families: together, each was found worse on sources that were held out.
    """

    name: str
    title_zh: str
    title_en: str
    rules: tuple[str, ...]
    problem_types: tuple[int, ...]
    authored: tuple[str, ...] = ()
    cold: bool = False


FAMILIES = {
    family.name: family
    for family in (
        Family("abuse", "疑似辱骂、低俗攻击", "Probably abusive", ("ECO-7", "ECO-6.10", "PSA-50", "CSL-49"), (9,), ("vulgar_abuse", "abuse")),
        Family(
            "black_market", "疑似黑灰产推广", "Probably black-market trade", ("ECO-24", "FRA-31", "FRA-14", "CSL-48", "CSL-49"), (2, 12),
            ("black_market",),
        ),
        Family("discrimination", "疑似群体歧视", "Probably discriminating", ("ECO-7", "ECO-6.10", "IM-4.2"), (4, 9), cold=True),
        Family("fraud", "疑似诈骗", "Probably fraud", ("PSA-58", "CRI-266", "FRA-25", "CSL-49"), (2, 10), ("fraud",)),
        Family("gambling", "疑似赌博推广", "Probably gambling", ("PSA-82", "CRI-303", "CSL-49"), (9, 12), ("gambling",)),
        Family(
            "sexual", "疑似色情低俗", "Probably sexual or vulgar", ("ECO-7", "RPM-24", "PSA-80", "CSL-49", "QL25-2.3c"), (9,), ("sexual",),
        ),
    )
}  # fmt: skip


def rows_of(family: Family, data: Path, authored: Path) -> list[Row]:
    """All texts that may teach the family."""
    return [
        *cold_rows(data, harmful=family.cold),
        *benign_rows(data),
        *authored_rows(authored, family.authored),
    ]


def card_of(family: Family, rows: list[Row]) -> ModelCard:
    """The card before training: names, rules, sources and licences."""
    sources = sorted({row.source for row in rows})
    known = {name: licence._asdict() for name, licence in LICENCES.items() if any(source.startswith(name) for source in sources)}
    return ModelCard(
        family.name, family.title_zh, family.title_en, family.rules, family.problem_types,
        bits=0, slope=1.0, intercept=0.0, borderline=1.0, violating=1.0, sha256="", about={"sources": sources, "licences": known, "notes": list(_NOTES)},
    )  # fmt: skip


def build(
    family: Family, data: Path, authored: Path, recipe: Recipe, told: Callable[[str], None] = lambda _: None
) -> tuple[Trial, Trained]:
    """Judge and train one shipped family."""
    rows = rows_of(family, data, authored)
    judged = trial(rows, recipe, told)
    return judged, train(judged, recipe, card_of(family, rows))
