"""The report of a run: counted by the workers, built from what the workspace and the store hold, signed into the ledger, written in all forms."""

from __future__ import annotations

from dataclasses import dataclass

from brightline.corpus.errors import CorpusError
from brightline.corpus.reporting import FILES, Report
from brightline.corpus.reporting.building import build
from brightline.corpus.reporting.count_task import CountTask, counted_of
from brightline.corpus.reporting.gathering import gather
from brightline.corpus.reporting.publishing import publish
from brightline.curation.rules import corpus_rule
from brightline.curation.runs import Run
from brightline.curation.stages import Told, inputs_digest, require_decisions, run_over
from brightline.rulebook import load_rulebook
from brightline.store import CorpusAppeals, CorpusReport, CorpusReports
from brightline.store.clock import now_us

__all__ = ["Signed", "report_of"]


@dataclass(frozen=True, slots=True)
class Signed:
    """A report, its record in the store (and so in the ledger), and the names of its files under ``report/``."""

    report: Report
    record: CorpusReport
    files: tuple[str, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        """Forms that could not be made here: a PDF needs Typst and a Chinese typeface."""
        return tuple(name for name in FILES if name not in self.files)


def report_of(run: Run, told: Told = lambda _: None, *, by: str) -> Signed:
    """Build, sign and publish the report of a run as it stands. The same figures again are another report only in when they were made.

    Raises ``CorpusError`` BL-CORPUS-093 where the decisions that lie there are those of an earlier run, of another policy, or half made.
    """
    if run.workspace.names("decisions/"):
        require_decisions(run)
    curation, tenant = run.curation, run.curation.settings.tenant
    database = curation.store.database
    with run.working(by):
        outcome = run_over(run, CountTask(run.workspace, run.plan.kernels, inputs_digest(run)), told)
        record = run.refresh()
    if outcome.quarantined:
        number, reason = next(iter(outcome.quarantined.items()))
        message = f"{len(outcome.quarantined)} shards could not be counted; shard {number}: {reason}"
        raise CorpusError("BL-CORPUS-071", message, "a report with holes says too little: cure the reason and report again")
    facts = gather(
        database, record, run.shards, made_by=by, made_at=now_us(), appeals=CorpusAppeals(database).counts(run.id, tenant=tenant), seconds=round(outcome.seconds)
    )  # fmt: skip
    report = build(
        run.workspace, run.shards, facts, titled=_titles, rulebook=load_rulebook(), counted=counted_of(run.workspace, run.shards)
    )
    reports = CorpusReports(database)
    signed = reports.sign(run.id, report.canonical, content_digest=report.content_digest, made_by=by, tenant=tenant)
    earlier = [Report.parse(reports.canonical(each.id, tenant=tenant)) for each in reports.earlier(signed)]
    return Signed(report, signed, tuple(publish(run.workspace, report, earlier)))


def _titles(rule: str) -> tuple[str, str]:
    found = corpus_rule(rule)
    return found.title_zh, found.title_en
