"""The operator's own published terms: a ground beside the law, and never mixed up with it.

An operator may act under its terms where no law suffices; the Statement then says that no legal ground is claimed and
quotes the term. A term therefore needs a title and a text in both languages, and says what it permits at most. The
file is a YAML list, one row a term::

    - id: terms.no-tip-selling
      title: {zh: 不提供荐股服务, en: No stock tips}
      text: {zh: 本服务不提供个股买卖建议。, en: This service gives no advice to buy or sell single stocks.}
      at_most: refuse

It deliberately does not fetch or date terms: which of them were published on a day is ``Context.terms``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from brightline.model import Outcome
from brightline.rulebook.rows import Row, read_rows

__all__ = ["OperatorTerm", "load_terms"]


@dataclass(frozen=True, slots=True)
class OperatorTerm:
    """One clause of the operator's published terms. ``at_most`` is the harshest outcome that it permits.

    ``refuse`` covers the operator's own output only; what somebody else published is stopped by a term only if it
    says ``block``.
    """

    id: str
    title_zh: str
    title_en: str
    text_zh: str
    text_en: str
    at_most: Outcome

    def title(self, lang: str = "zh") -> str:
        """The title in ``zh`` (default) or ``en``."""
        return self.title_en if lang.lower().startswith("en") else self.title_zh

    def text(self, lang: str = "zh") -> str:
        """The clause itself in ``zh`` (default) or ``en``."""
        return self.text_en if lang.lower().startswith("en") else self.text_zh


def load_terms(path: Path | str) -> dict[str, OperatorTerm]:
    """Read the operator's terms, by id in the order of the file.

    Raises ``DataError`` with file and line: BL-DATA-101 to -105 as for every file of rows, -161 (not usable as an id),
    -162 (an id occurs twice).
    """
    terms: dict[str, OperatorTerm] = {}
    for row in read_rows(Path(path), "term"):
        term = _term(row)
        if term.id in terms:
            raise row.fail("BL-DATA-162", f"the id {term.id!r} occurs twice", "give each term its own id", "id")
        terms[term.id] = term
    return terms


_ID = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,63}")
_ACTING = tuple(outcome.value for outcome in Outcome if outcome is not Outcome.ALLOW)


def _term(row: Row) -> OperatorTerm:
    term_id = row.text("id")
    if not _ID.fullmatch(term_id):
        raise row.fail("BL-DATA-161", f"{term_id!r} is not an id", "a letter, then up to 63 letters, digits, '.', '_' or '-'", "id")
    title_zh, title_en = _both_languages(row, "title")
    text_zh, text_en = _both_languages(row, "text")
    at_most = Outcome(row.choice("at_most", _ACTING))
    row.finish()
    return OperatorTerm(term_id, title_zh, title_en, text_zh, text_en, at_most)


def _both_languages(row: Row, field: str) -> tuple[str, str]:
    sentences = row.row(field)
    both = sentences.text("zh").strip(), sentences.text("en").strip()
    sentences.finish()
    return both
