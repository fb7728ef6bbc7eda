"""How each registered source stands on the day of a decision: status, whether its use is licensed, what forbids it, and its 5 % verdict.

The verdict is that of people: the newest closed check of the source (``corpus sample --kind source``) over all runs of the corpus. What
nobody checked is neither clear nor blacklisted.
"""

from __future__ import annotations

from datetime import date

from brightline.corpus.deciding import SourceStanding
from brightline.corpus.sources import Register, Source, SourceVerdict, objections, source_verdict
from brightline.store import CorpusRuns, CorpusSamples, Cursor
from brightline.store.engine import Database

__all__ = ["checked_sources", "standing", "standings"]

_PAGE = 200


def standings(database: Database, corpus: str, *, today: date, tenant: str = "default") -> dict[str, SourceStanding]:
    """Every registered source, by id."""
    verdicts = checked_sources(database, corpus, tenant=tenant)
    rows = Register(database, tenant=tenant).all()
    return {row.source.id: standing(row.source, verdicts.get(row.source.id), today) for row in rows}


def standing(source: Source, verdict: SourceVerdict | None, today: date) -> SourceStanding:
    """How one source stands. A status is told by its own rule, so it is not among the objections."""
    forbids = {each.code for each in objections(source, today=today) if each.forbids} - {"blacklisted", "suspended", "retired"}
    return SourceStanding(
        source.status,
        licensed=not forbids and _is_licensed(source),
        over_limit=verdict is not None and verdict.verdict == "blacklisted",
        objections=tuple(sorted(forbids)),
    )


def checked_sources(database: Database, corpus: str, *, tenant: str = "default") -> dict[str, SourceVerdict]:
    """The verdict on each source that people checked, from the newest closed check of it in any run of the corpus."""
    runs, samples = CorpusRuns(database), CorpusSamples(database)
    found: dict[str, SourceVerdict] = {}
    last = ""
    while page := runs.page(corpus=corpus, tenant=tenant, after=last, limit=_PAGE):
        for run in page:
            after: Cursor | None = None
            while closed := samples.page(run=run.id, status="closed", tenant=tenant, after=after, limit=_PAGE):
                for sample in closed:
                    if sample.plan.get("population") == "all":
                        populations = sample.plan["strata"]
                        for count in sample.outcome["sources"]:
                            verdict = source_verdict(count["decided"], count["failures"], populations.get(count["name"]))
                            found.setdefault(count["name"], verdict)
                after = Cursor(closed[-1].made_at, closed[-1].id)
        last = page[-1].id
    return found


def _is_licensed(source: Source) -> bool:
    """A licence that was seen, a contract or users' authorisation that permits training, or one's own work."""
    return bool(
        source.kind in ("own", "synthetic")
        or source.contract.permits_training
        or (source.licence.spdx and source.licence.evidence.where)
        or source.authorisation.where
    )
