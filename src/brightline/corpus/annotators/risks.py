"""The 31 risks of the safety standard, and which rules of the annotators speak of each (TC260-003 and GB/T 45654, Annex A).

``data/risks.tsv``: code, titles, prefixes of rules, and what to know. Some risks have no rule: lists of political dissent never ship, and
some things cannot be seen in a document. A report names them instead of passing over them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from brightline.corpus.errors import CorpusError

__all__ = ["Risk", "risks", "risks_of", "uncovered"]

_FILE = Path(__file__).parent / "data" / "risks.tsv"
_COLUMNS = 5


class Risk(NamedTuple):
    """``rules``: prefixes of the rules of findings that speak of it; none: no rule does. ``note``: what limits that."""

    code: str
    title_zh: str
    title_en: str
    rules: tuple[str, ...]
    note: str


@cache
def risks() -> tuple[Risk, ...]:
    """All of them, in the order of the annex. Raises ``CorpusError`` BL-CORPUS-081 where a row is wrong."""
    found = []
    for number, line in enumerate(_FILE.read_text("utf-8").splitlines()[1:], 2):
        cells = line.split("\t")
        if len(cells) != _COLUMNS or not all(cells[:3]):
            raise CorpusError(
                "BL-CORPUS-081", f"{_FILE.name}, line {number}: wants {_COLUMNS} cells, the first three filled", "correct the row"
            )
        found.append(Risk(cells[0], cells[1], cells[2], tuple(filter(None, cells[3].split("|"))), cells[4]))
    return tuple(found)


def risks_of(rule: str) -> tuple[str, ...]:
    """The codes of the risks that a finding of ``rule`` speaks of."""
    return tuple(
        risk.code for risk in risks() if any(rule == prefix or rule.startswith((f"{prefix}.", f"{prefix}_")) for prefix in risk.rules)
    )


def uncovered() -> tuple[Risk, ...]:
    """The risks that no rule speaks of."""
    return tuple(risk for risk in risks() if not risk.rules)
