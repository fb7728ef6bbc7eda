"""Which of several checks of a source counts: people looked at it more than once, and not every look decides anything.

The newest check counts, with one exception: a check that decides nothing does not lift an earlier one that blacklisted the source. Otherwise drawing a
second sample and closing it half done would clear a source of which more than 5 % was proved to be illegal (SEC-D2). Only a check that
finds it clear does. A check in which nobody answered for a source is none of that source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from brightline.corpus.sampling.outcome import Count
from brightline.corpus.sources.verdict import SourceVerdict, verdicts_of
from brightline.store import CorpusRuns, CorpusSamples, Cursor, StoredSample
from brightline.store.engine import Database

__all__ = ["Checked", "checked_sources", "verdicts_of_checks"]

_PAGE = 200


class Checked(NamedTuple):
    """A verdict, and the sample that it comes from."""

    verdict: SourceVerdict
    sample: str


def checked_sources(database: Database, corpus: str | None = None, *, tenant: str = "default") -> dict[str, Checked]:
    """Source → what people found in it, over all runs of a corpus, or of all corpora. Raises ``StoreError``."""
    samples = CorpusSamples(database)
    runs = [None] if corpus is None else list(_runs(database, corpus, tenant))
    return verdicts_of_checks(each for run in runs for each in _closed(samples, run, tenant))


def verdicts_of_checks(samples: Iterable[StoredSample]) -> dict[str, Checked]:
    """Source → what its checks come to. ``samples``: in any order, of any kind; only closed ones of everything as it came are checks: who looks on
    at an open one could otherwise read what is answered before it stands."""
    checks = [each for each in samples if each.status == "closed" and each.plan.get("population") == "all"]
    counting: dict[str, Checked] = {}
    settled: set[str] = set()
    for check in sorted(checks, key=lambda each: (each.made_at, each.id), reverse=True):
        answered = [count for count in (Count(**row) for row in check.outcome["sources"]) if count.decided]
        for source, verdict in verdicts_of(answered, check.plan["strata"]).items():
            if source not in counting or (verdict.verdict == "blacklisted" and source not in settled):
                counting[source] = Checked(verdict, check.id)
            if verdict.verdict != "undecided":
                settled.add(source)
    return counting


def _runs(database: Database, corpus: str, tenant: str) -> Iterator[str]:
    after = ""
    while page := CorpusRuns(database).page(corpus=corpus, tenant=tenant, after=after, limit=_PAGE):
        yield from (run.id for run in page)
        after = page[-1].id


def _closed(samples: CorpusSamples, run: str | None, tenant: str) -> Iterator[StoredSample]:
    after: Cursor | None = None
    while page := samples.page(run=run, status="closed", tenant=tenant, after=after, limit=_PAGE):
        yield from page
        after = Cursor(page[-1].made_at, page[-1].id)
