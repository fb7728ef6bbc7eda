"""The table of consequences: from a corpus rule to the outcome that it justifies, with its grounds and its reason in both languages.

``data/policy.yaml`` is what ships; an operator's own file replaces it row by row (rows with the same rule). Errors on loading are those
of every file of rows (BL-DATA-101 to -105) and BL-DATA-295: a row stands twice or out of order, its score is none, a ground is no entry
of the rulebook, or something is to be redacted of which nothing is ever covered.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from brightline.rulebook import load_rulebook
from brightline.rulebook.rows import Row, read_rows

__all__ = ["OUTCOMES", "SHIPPED", "Policy", "PolicyRow", "load_policy", "read_policy_rows", "severity", "shipped_policy"]

OUTCOMES = ("keep", "redact", "quarantine", "drop")
"""From the mildest to the most severe. ``quarantine``: not in the cleaned corpus until a person has looked."""

SHIPPED = Path(__file__).parent / "data" / "policy.yaml"
_EVERYTHING_ELSE = "*"
_COVERED = ("keywords", "personal")  # the kernels whose findings have spans that emission covers
_LANGUAGES = ("zh", "en")


def severity(outcome: str) -> int:
    """0 for keep to 3 for drop."""
    return OUTCOMES.index(outcome)


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """See the head of ``data/policy.yaml``."""

    rule: str
    outcome: str
    from_score: float
    proved_by: tuple[str, ...]
    otherwise: str
    unless_licensed: bool
    grounds: tuple[str, ...]
    reason_zh: str
    reason_en: str

    def outcome_of(self, score: float, validator: str, *, licensed: bool) -> str:
        """What follows from a finding. What was excused, and what a licence covers, has no consequence."""
        if validator.startswith("excused") or (self.unless_licensed and licensed):
            return OUTCOMES[0]
        # Scores are stored with 32 bits: 0.8 comes back as 0.800000012.
        proved = round(score, 6) >= self.from_score and (not self.proved_by or validator in self.proved_by)
        return self.outcome if proved else self.otherwise


@dataclass(frozen=True, slots=True)
class Policy:
    """``rows``: by rule. It can be pickled and says by ``version`` when decisions have to be made anew."""

    rows: Mapping[str, PolicyRow]

    def row_of(self, rule: str) -> PolicyRow:
        """The row of a rule: its own, that of the nearest family above it, or that of everything else."""
        name = rule
        while name not in self.rows:
            name = name.rpartition(".")[0]
            if not name:
                return self.rows[_EVERYTHING_ELSE]
        return self.rows[name]

    @property
    def version(self) -> str:
        """16 hex characters of all rows."""
        return hashlib.sha256(repr(sorted(self.rows.items())).encode()).hexdigest()[:16]


def load_policy(path: Path | None = None) -> Policy:
    """The shipped table, with the rows of an operator's file in place of its own. Raises ``DataError``."""
    shipped = shipped_policy()
    if path is None:
        return shipped
    return Policy({**shipped.rows, **read_policy_rows(path)})


@cache
def shipped_policy() -> Policy:
    """The shipped table. Its grounds are held against the rulebook by a test: loading that takes seconds, which every run would pay."""
    return Policy(_rows(SHIPPED, None))


def read_policy_rows(path: Path) -> dict[str, PolicyRow]:
    """The rows of a file, each held against the rulebook. Raises ``DataError``."""
    return _rows(path, load_rulebook().rules)


def _rows(path: Path, known: Collection[str] | None) -> dict[str, PolicyRow]:
    found: dict[str, PolicyRow] = {}
    for row in read_rows(path, "a consequence"):
        read = _row(row, known)
        if found and read.rule <= max(found):
            raise row.fail("BL-DATA-295", f"`{read.rule}` stands twice or not in alphabetical order", "sort the rows by rule", "rule")
        found[read.rule] = read
    return found


def _row(row: Row, known: Collection[str] | None) -> PolicyRow:
    rule, outcome = row.text("rule"), row.choice("outcome", OUTCOMES)
    written = row.text("from_score", "0")
    proved_by, grounds = row.texts("proved_by"), row.texts("grounds", required=True)
    otherwise = row.text("otherwise", OUTCOMES[0])
    unless = row.text("unless", "")
    reasons = row.row("reason")
    zh, en = (reasons.text(language) for language in _LANGUAGES)
    reasons.finish()
    row.finish()
    if otherwise not in OUTCOMES:
        raise row.fail("BL-DATA-105", f"`{otherwise}` is not a value of `otherwise`", f"one of: {', '.join(OUTCOMES)}", "otherwise")
    if "redact" in (outcome, otherwise) and rule.partition(".")[0] not in _COVERED:
        raise row.fail(
            "BL-DATA-295",
            f"nothing of `{rule}` is covered when documents are put out",
            f"redact is for {' and '.join(_COVERED)}",
            "outcome",
        )
    if unless not in ("", "licensed"):
        raise row.fail("BL-DATA-105", f"`{unless}` is not a value of `unless`", "licensed, or leave it out", "unless")
    if severity(otherwise) > severity(outcome):
        raise row.fail("BL-DATA-295", "what is doubtful would have the graver outcome", "`otherwise` is at most `outcome`", "otherwise")
    if known is not None and (unknown := [ground for ground in grounds if ground not in known]):
        raise row.fail("BL-DATA-295", f"`{unknown[0]}` is no rule of the rulebook", "see: brightline rules list", "grounds")
    for language, reason in (("zh", zh), ("en", en)):
        if "{rules}" not in reason:
            raise row.fail("BL-DATA-295", f"the reason ({language}) does not name the rules", "write {rules} where they belong", "reason")
    try:
        score = float(written)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise row.fail("BL-DATA-295", f"`{written}` is no score", "write a number from 0 to 1 in quotes", "from_score")
    return PolicyRow(rule, outcome, score, proved_by, otherwise, unless == "licensed", grounds, zh, en)
