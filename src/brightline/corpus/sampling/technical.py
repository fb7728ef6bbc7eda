"""The technical sample: a tenth of what is kept, inspected again by rules and models that the first inspection did not use.

SEC-D8 (TC260-003, 9.2): keyword and classifier sampling of at least 10 % of the total, at least 98 % pass. The documents are drawn by a
cut (``cut.py``), so they are counted, not kept; of those that failed the first by id are kept with their place in the corpus for a person to see. What
inspects them again is the caller's: all lanes, lower thresholds, an operator's models. An inspection by the same settings would prove
nothing but that programs repeat themselves.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from brightline.corpus.sampling.agreement import agreement
from brightline.corpus.sampling.flow import settled
from brightline.corpus.sampling.outcome import Outcome, outcome_of
from brightline.corpus.sampling.plans import Plan
from brightline.store import CorpusReviews, CorpusSamples, NewItem, StoredSample
from brightline.store.engine import Database

__all__ = ["KEPT_FAILURES", "TechnicalTally", "record_technical"]

KEPT_FAILURES = 200
"""Failed documents that are kept to be looked at (own choice: an afternoon's work)."""


@dataclass(slots=True)
class TechnicalTally:
    """Counts as documents are inspected again; tallies of several workers are added up by ``merge``."""

    inspected: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    kept: list[tuple[NewItem, tuple[str, ...]]] = field(default_factory=list)

    def add(self, item: NewItem, rules: Sequence[str]) -> None:
        """One document, with the rules that it breaks: none means that it passed. Its text is not kept."""
        self.inspected[item.stratum] += 1
        if not rules:
            return
        self.failed[item.stratum] += 1
        self.rules.update(set(rules))
        insort(self.kept, (item._replace(text="", double=False), tuple(rules)), key=_doc_id)
        del self.kept[KEPT_FAILURES:]

    def merge(self, other: TechnicalTally) -> None:
        """Take another worker's counts over."""
        self.inspected.update(other.inspected)
        self.failed.update(other.failed)
        self.rules.update(other.rules)
        self.kept = sorted([*self.kept, *other.kept], key=_doc_id)[:KEPT_FAILURES]

    def outcome(self, plan: Plan) -> Outcome:
        """What the counts say."""
        counts = {(name, name, "fail"): self.failed[name] for name in self.inspected}
        counts |= {(name, name, "pass"): total - self.failed[name] for name, total in self.inspected.items()}
        counts = {key: count for key, count in counts.items() if count}
        rules = ((0, (rule,)) for rule, count in self.rules.items() for _each in range(count))
        return outcome_of(plan, verdicts=counts, core=counts, rules=rules, agreement=agreement(()))


def _doc_id(row: tuple[NewItem, tuple[str, ...]]) -> str:
    """What failures are kept by: not by when a worker met them, so that any number of workers keeps the same."""
    return row[0].doc_id


def record_technical(
    database: Database, *, run: str, plan: Plan, tally: TechnicalTally, seed: bytes, by: str, commitment: str = "", tenant: str = "default"
) -> StoredSample:
    """Keep a technical sample that is done: its outcome, and the first failures with the rules they break. Gives back the closed sample.

    Raises ``NotFound`` BL-CORPUS-055 for no such run, ``StoreError``.
    """
    samples, reviews = CorpusSamples(database), CorpusReviews(database)
    items = [item for item, _rules in tally.kept]
    sample = samples.create(
        run=run, kind="technical", plan=plan.to_document(), items=items, by=by, commitment=commitment, tenant=tenant
    )  # fmt: skip
    for position, (_item, rules) in enumerate(tally.kept):
        document = {"note": "", "rules": list(rules), "spans": []}
        reviews.add(sample.id, position, by, label="fail", took_ms=0, document=document, settle=settled, role="technical")
    document = tally.outcome(plan).to_document() | {"answers": 0, "commitment": commitment, "reviewers": [], "seed": seed.hex()}
    return samples.close(sample.id, document, by=by, seed=seed.hex(), tenant=tenant)
