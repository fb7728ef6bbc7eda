"""How each registered source stands on the day of a decision: status, whether its use is licensed, what forbids it, and its 5 % verdict.

The verdict is that of people: the closed checks of the source (``corpus sample --kind source``) over all runs of the corpus (``sources/checks.py``). What
nobody checked is neither clear nor blacklisted.
"""

from __future__ import annotations

from datetime import date

from brightline.corpus.deciding import SourceStanding
from brightline.corpus.sources import Register, Source, SourceVerdict, checked_sources, objections
from brightline.store.engine import Database

__all__ = ["standing", "standings"]


def standings(database: Database, corpus: str, *, today: date, tenant: str = "default") -> dict[str, SourceStanding]:
    """Every registered source, by id."""
    checked = {source: each.verdict for source, each in checked_sources(database, corpus, tenant=tenant).items()}
    rows = Register(database, tenant=tenant).all()
    return {row.source.id: standing(row.source, checked.get(row.source.id), today) for row in rows}


def standing(source: Source, verdict: SourceVerdict | None, today: date) -> SourceStanding:
    """How one source stands. A status is told by its own rule, so it is not among the objections."""
    forbids = {each.code for each in objections(source, today=today) if each.forbids} - {"blacklisted", "suspended", "retired"}
    return SourceStanding(
        source.status,
        licensed=not forbids and _is_licensed(source),
        over_limit=verdict is not None and verdict.verdict == "blacklisted",
        objections=tuple(sorted(forbids)),
    )


def _is_licensed(source: Source) -> bool:
    """A licence that was seen, a contract or users' authorisation that permits training, or one's own work."""
    return bool(
        source.kind in ("own", "synthetic")
        or source.contract.permits_training
        or (source.licence.spdx and source.licence.evidence.where)
        or source.authorisation.where
    )
