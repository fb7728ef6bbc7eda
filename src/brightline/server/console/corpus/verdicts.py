"""What source checks say of each source by the rule of 5 % (SEC-D1, SEC-D2): the newest closed check that looked at it counts."""

from __future__ import annotations

from brightline.corpus.sampling import Count
from brightline.corpus.sources import SourceVerdict, verdicts_of
from brightline.store import CorpusSamples, Store

__all__ = ["verdicts_on_sources"]

_MOST_CHECKS = 20  # the newest samples among which source checks are looked for; own choice
_EVERY = 200


def verdicts_on_sources(store: Store, tenant: str) -> dict[str, tuple[SourceVerdict, str]]:
    """Source → its verdict and the sample that it comes from. An open sample says nothing yet: who looks on could
    otherwise read what is answered before it stands."""
    found: dict[str, tuple[SourceVerdict, str]] = {}
    checks = [
        each
        for each in CorpusSamples(store.database).page(limit=_EVERY, tenant=tenant)
        if each.plan.get("population") == "all" and each.status == "closed"
    ]
    for sample in checks[:_MOST_CHECKS]:
        counts = [Count(**row) for row in sample.outcome["sources"]]
        for source, verdict in verdicts_of((count for count in counts if count.decided), dict(sample.plan["strata"])).items():
            found.setdefault(source, (verdict, sample.id))
    return found
