"""Gathers what a report says beside its Parquet from the store: the run, register, samples, complaints, appeals, people, schedule.

No pyarrow: the console can do it. A source's verdict is the one that decisions rest on: from closed checks in any run of the corpus, that is, from
people who looked at documents before anything was taken out (SEC-D2). Everything is of one tenant.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal, cast

from brightline.corpus.percent import percent_text
from brightline.corpus.reporting.facts import Facts, Failures, Quarantined, Remark, SampleFacts, SourceFacts, VerdictFacts
from brightline.corpus.reporting.report import fixed
from brightline.corpus.sampling.schedule import due
from brightline.corpus.sampling.staff import AnnotationRules, StaffRecord, objections_to, rules_in_force
from brightline.corpus.shard import Shard
from brightline.corpus.sources.checks import checked_sources
from brightline.corpus.sources.completeness import completeness
from brightline.corpus.sources.objections import objections
from brightline.corpus.sources.register import Register
from brightline.corpus.sources.source import Source
from brightline.corpus.sources.verdict import SourceVerdict
from brightline.store import CorpusComplaints, CorpusRun, CorpusRuns, CorpusSamples, CorpusSchedules, CorpusStaff, Cursor, StoredSample
from brightline.store.engine import Database

__all__ = ["gather", "moment"]

_ANNOTATE = "annotate"
_AT_ONCE = 200


def gather(
    database: Database,
    run: CorpusRun,
    shards: Iterable[Shard],
    *,
    made_by: str,
    made_at: int,
    appeals: Mapping[str, int] | None = None,
    workers: int = 0,
    seconds: int = 0,
) -> Facts:
    """The facts of a run. ``shards``: those it was planned with, to say which bytes a quarantined one has. ``made_at``: now, in UTC
    microseconds. ``appeals``: of this run, by status. ``workers``: how many processes there were, where
    the plan left that to the machine. Raises ``StoreError``.
    """
    samples = _samples(database, run)
    today = datetime.fromtimestamp(made_at / 1_000_000, UTC).date()
    kernels = _kernels(run)
    return Facts(
        corpus=run.corpus,
        made_at=moment(made_at),
        made_by=made_by,
        run=run.id,
        engine=str(run.plan.get("engine", "native")),
        workers=workers or int(run.plan.get("workers", 0)),
        seconds=seconds,
        kernels=kernels,
        versions={name: version for name, version in run.versions.items() if name not in kernels},
        models=bool(run.plan.get("models", False)),
        sources=_sources(database, run, today),
        samples=[_sample(sample) for sample in samples],
        quarantined=_quarantined(database, run, {shard.number: shard for shard in shards}),
        failures=_failures(run),
        complaints=CorpusComplaints(database).counts(tenant=run.tenant),
        appeals=appeals or {},
        schedule=_schedule(database, run, made_at),
        staff=_staff(database, run.tenant, today),
        policy=_policy(run),
    )


def _policy(run: CorpusRun) -> dict[str, str]:
    decided = run.figures.get("decide") or {}
    return {name: str(decided.get(key, "")) for name, key in (("version", "policy"), ("by", "policy_by"), ("since", "policy_since"))}


def moment(at: int) -> str:
    """UTC microseconds as RFC 3339, in whole seconds; nothing for no time."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).isoformat().replace("+00:00", "Z") if at else ""


def _kernels(run: CorpusRun) -> dict[str, str]:
    """Kernels that were to run, from the plan, or else from what the stage noted. A kernel without a version was planned and never ran."""
    named = run.plan.get("kernels") or run.figures.get(_ANNOTATE, {}).get("kernels", {})
    return {str(name): run.versions.get(str(name), "") for name in named}


def _failures(run: CorpusRun) -> list[Failures]:
    kernels: Mapping[str, Any] = run.figures.get(_ANNOTATE, {}).get("kernels", {})
    return [Failures(name, reason, int(n)) for name, its in kernels.items() for reason, n in its.get("failures", {}).items()]


def _quarantined(database: Database, run: CorpusRun, shards: Mapping[int, Shard]) -> list[Quarantined]:
    found = []
    for row in CorpusRuns(database).shards(run.id, _ANNOTATE, status="quarantined"):
        shard = shards.get(row.number)
        reason = str(row.outcome.get("reason", ""))
        pieces = [(each.file, each.begin, each.end or each.size_bytes) for each in shard.files()] if shard else []
        found += [Quarantined(*piece, reason) for piece in pieces or [(str(row.outcome.get("file", "")), 0, 0)]]
    return found


def _samples(database: Database, run: CorpusRun) -> list[StoredSample]:
    samples, found = CorpusSamples(database), list[StoredSample]()
    after: Cursor | None = None
    while page := samples.page(run=run.id, tenant=run.tenant, after=after, limit=_AT_ONCE):
        found += page
        after = Cursor(page[-1].made_at, page[-1].id)
    return found


def _sample(sample: StoredSample) -> SampleFacts:
    outcome, plan = sample.outcome, sample.plan
    closed = sample.status == "closed"
    strata: Mapping[str, int] = plan.get("strata", {})
    drawn = sum(plan.get("core", {}).values()) + sum(plan.get("extra", {}).values())
    if sample.kind == "technical" and closed:
        drawn = int(outcome.get("size", drawn))  # drawn by a cut: about as many as planned
    agreement = outcome.get("agreement", {}) if closed else {}
    size, failures = (int(outcome.get("size", 0)), int(outcome.get("failures", 0))) if closed else (0, 0)
    failures += int(outcome.get("undecided", 0)) if closed else 0
    interval = outcome.get("interval") if closed else None
    return SampleFacts(
        sample=sample.id,
        kind=cast(Literal["human", "technical", "removed"], sample.kind),  # the table's own check
        status="closed" if closed else "open",
        population=sum(strata.values()),
        drawn=drawn,
        of=str(plan.get("population", "kept")),
        strata=len(strata),
        passed=size - failures,
        failed=failures,
        double=int(agreement.get("pairs", 0)),
        adjudicated=int(outcome.get("adjudicated", 0)),
        reviewers=len(outcome.get("reviewers", ())) if closed else 0,
        legal=_answer(outcome, "legal", "met") if closed else None,
        confident=_answer(outcome, "confidence", "holds") if closed else None,
        lower=percent_text(interval[0]) if interval else "",
        upper=percent_text(interval[1]) if interval else "",
        kappa="" if agreement.get("kappa") is None else fixed(agreement["kappa"], 4),
        agreement=percent_text(agreement["raw"]) if agreement.get("pairs") else "",
        seed_commitment=str(outcome.get("commitment", "")),
        closed_at=moment(sample.closed_at or 0),
    )


def _answer(outcome: Mapping[str, Any], part: str, name: str) -> bool | None:
    found = outcome.get(part)
    return None if found is None else bool(found[name])


def _sources(database: Database, run: CorpusRun, today: date) -> list[SourceFacts]:
    checked = {source: each.verdict for source, each in checked_sources(database, run.corpus, tenant=run.tenant).items()}
    return [_source(each.source, today, checked.get(each.source.id)) for each in Register(database, tenant=run.tenant).all()]


def _told(verdict: SourceVerdict) -> VerdictFacts:
    lower, upper = (percent_text(end) for end in verdict.interval)
    return VerdictFacts(verdict.inspected, verdict.bad, verdict.verdict, lower, upper, verdict.more or 0)


def _source(source: Source, today: date, verdict: SourceVerdict | None) -> SourceFacts:
    return SourceFacts(
        source=source.id,
        name=source.name,
        kind=source.kind,
        status=source.status,
        licence=source.licence.spdx,
        country=source.country,
        languages=source.languages,
        media=source.media,
        url=source.url,
        personal_basis=source.personal.basis,
        collected_from=_day(source.collected_from),
        collected_to=_day(source.collected_until),
        owner=source.owner,
        robots=source.robots.verdict,
        opt_out=source.opt_out.verdict,
        missing=[Remark(each.field, each.clause, each.zh, each.en) for each in completeness(source).missing],
        objections=[Remark(each.code, each.clause, each.zh, each.en, each.forbids) for each in objections(source, today=today)],
        verdict=None if verdict is None else _told(verdict),
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _schedule(database: Database, run: CorpusRun, now: int) -> dict[str, int | str | bool]:
    """As it stands for this inspection: it is overdue only if its time had come although this run is done."""
    mine = [each for each in CorpusSchedules(database).all(tenant=run.tenant) if each.corpus == run.corpus]
    if not mine:
        return {}
    late = [each for each in due(mine, run.versions, now) if each.reason != "rules"]
    return {"every_days": mine[0].every_days, "due_at": moment(mine[0].due_at)[:10], "overdue": bool(late)}


def _staff(database: Database, tenant: str, today: date) -> dict[str, int | bool]:
    staff = CorpusStaff(database)
    people = [StaffRecord.from_document(row.person, row.document) for row in staff.latest(tenant=tenant)]
    people = [person for person in people if person.active]
    against = [{each.code for each in objections_to(person, person.functions[0], today=today)} for person in people]
    rules = [AnnotationRules.from_document(row.person, row.document) for row in staff.every_rules(tenant=tenant)]
    return {
        "people": len(people),
        "trained": sum("not_trained" not in codes for codes in against),
        "examined": sum(not codes & {"not_examined", "expired"} for codes in against),
        "rules": len(rules_in_force(rules, today=today)),
        "separated": bool(people) and not any("functions_joined" in codes for codes in against),
    }
