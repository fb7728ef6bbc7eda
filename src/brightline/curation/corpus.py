"""The Python door to training data: ``from brightline import Corpus``.

    with Corpus("data/", name="town", sources="sources.yaml") as corpus:
        corpus.inspect()["documents"]
        corpus.annotations("personal").to_arrow()
        corpus.decide()
        corpus.emit("clean/")

Lazy: nothing is opened or read before a stage or a figure is asked for, and each stage first does those before it. What an earlier run
of the same name did and still holds is taken over, so doing something twice costs little.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from brightline.config import Settings, load_settings
from brightline.corpus.errors import CorpusError, NotInstalled
from brightline.corpus.shard import ReadOptions
from brightline.curation.plan import EVERY_KERNEL, Engine, RunPlan

if TYPE_CHECKING:
    from brightline.corpus.emitting.replacing import Style
    from brightline.corpus.engine import Progress
    from brightline.corpus.reporting import Report
    from brightline.corpus.reporting.difference import Difference
    from brightline.curation.reporting import Signed
    from brightline.curation.results import Annotations, StageResult
    from brightline.curation.runs import Curation, Run
    from brightline.store import StoredSample

__all__ = ["Corpus"]

_BY = "python"


class Corpus:
    """A set of training data. ``inputs``: files, folders, globs or ``s3://`` addresses. ``name``: under which its runs follow one another.

    ``sources``: a ``sources.yaml`` to take into the register first. ``source``: the registered source of rows that name none.
    ``kernels``: only these. ``keywords``: a library of one's own. ``workers`` 0: the setting. ``progress``: told at least once a second.
    Raises ``CorpusError`` BL-CORPUS-004 for what cannot be done; ``NotInstalled`` BL-CORPUS-020 on first use without the extra.
    """

    def __init__(
        self,
        inputs: str | PathLike[str] | Sequence[str | PathLike[str]],
        *,
        name: str,
        workspace: str | PathLike[str] | None = None,
        sources: str | PathLike[str] | None = None,
        source: str | None = None,
        engine: Engine = "native",
        address: str = "",
        workers: int = 0,
        kernels: Sequence[str] = EVERY_KERNEL,
        keywords: str | PathLike[str] | None = None,
        models: bool = False,
        reading: ReadOptions | None = None,
        settings: Settings | None = None,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        given = [inputs] if isinstance(inputs, str | PathLike) else inputs
        self.settings = settings or load_settings()
        # The workspace is known once the installation is open; all else is checked here, before anything is read.
        self._plan = RunPlan(
            corpus=name,
            inputs=tuple(str(each) for each in given),
            workspace=str(workspace or ""),
            kernels=tuple(sorted(set(kernels) - {"keywords"})),
            engine=engine,
            address=address,
            workers=workers or self.settings.corpus_workers,
            shard_bytes=self.settings.corpus_shard_mib * 1024 * 1024,
            models=models,
            reading=reading or ReadOptions(source=source),
        )
        self._sources = Path(sources) if sources is not None else None
        self._keywords = Path(keywords) if keywords is not None else None
        self._told = progress
        self._curation: Curation | None = None
        self._run: Run | None = None
        self._done: dict[str, StageResult] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the store. What was done stays."""
        if self._curation is not None:
            self._curation.close()
        self._curation = self._run = None
        self._done = {}

    @property
    def run(self) -> str:
        """The id of the run, which is begun if it was not."""
        return self._begun().id

    def inspect(self) -> StageResult:
        """Let every kernel look at every document: findings with rule and span, hashes, language, bands."""
        return self._stage("annotate")

    def cluster(self) -> StageResult:
        """Find exact and near copies."""
        return self._stage("cluster")

    def decide(self, policy: str | PathLike[str] | None = None, *, shipped: bool = False) -> StageResult:
        """Keep, redact, quarantine or drop each document. ``policy``: a table of one's own of what follows from what; it counts in later runs of
        the corpus, too, until ``shipped`` takes it away (figures ``policy_by``, ``policy_since``).
        Raises ``CorpusError`` BL-CORPUS-097 for both at once.
        """
        if policy is not None and shipped:
            raise CorpusError("BL-CORPUS-097", "two policies are named", "give a table of your own, or shipped=True")
        return self._stage("decide", **({"shipped": True} if shipped else {} if policy is None else {"policy": Path(policy)}))

    def emit(self, out: str | PathLike[str] = "", *, style: Style = "placeholder", language: str = "zh") -> StageResult:
        """Write what stays under ``out`` (in ``clean/``; the workspace without it), with personal data covered in a style."""
        return self._stage("emit", out=str(out), style=style, language=language)

    def report(self) -> Signed:
        """Build, sign and write the report. ``.report`` is the document, ``.files`` are its forms in the workspace's ``report/``."""
        self._stage("decide")
        from brightline.curation.reporting import report_of

        return report_of(self._begun(), self._told, by=_BY)

    def diff(self, other: Corpus | Report) -> Difference:
        """What changed from ``other`` (a corpus or a report) to this corpus' newest report; both are reported where they were not."""
        from brightline.corpus.reporting.difference import diff

        return diff(other._reported() if isinstance(other, Corpus) else other, self._reported())

    def annotations(self, kernel: str) -> Annotations:
        """What a kernel wrote of each document, in the order of the corpus."""
        self.inspect()
        return self.table(f"annotations/{kernel}")

    def table(self, folder: str) -> Annotations:
        """The rows of a folder of the workspace: documents, rejects, decisions, lineage, redactions."""
        from brightline.curation.results import Annotations

        return Annotations(folder, self._begun())

    def sample(self, kind: str = "human", size: int = 0) -> StoredSample:
        """Draw a sample for inspection: human, technical, removed (all of decided documents), or source."""
        self._stage("annotate" if kind == "source" else "decide")
        from brightline.curation.samples import draw_sample

        return draw_sample(self._begun(), kind, size=size, by=_BY)  # type: ignore[arg-type]  # checked there

    def status(self) -> dict[str, Any]:
        """State, stage and figures of the newest run of this name; empty before the first."""
        record = self._opened().runs.latest(corpus=self._plan.corpus, tenant=self.settings.tenant)
        return {} if record is None else {"run": record.id, "status": record.status, "stage": record.stage, "figures": record.figures}

    def _reported(self) -> Report:
        from brightline.corpus.reporting import Report
        from brightline.store import CorpusReports

        reports = CorpusReports(self._opened().store.database)
        newest = reports.page(tenant=self.settings.tenant, corpus=self._plan.corpus, limit=1)
        return Report.parse(reports.canonical(newest[0].id, tenant=self.settings.tenant)) if newest else self.report().report

    def _stage(self, name: str, **options: Any) -> StageResult:
        """A stage, after those that it needs and that this object has not done yet."""
        run = self._begun()  # before the imports: it says what is not installed
        from brightline.curation.results import StageResult
        from brightline.curation.stages import ORDER, STAGES

        wanted = [stage for stage in ORDER[: ORDER.index(name) + 1] if stage not in self._done]
        if options and name in self._done:
            wanted.append(name)  # asked again, perhaps otherwise: what is the same is taken over
        if wanted:
            with run.working(_BY):
                for stage in wanted:
                    figures = STAGES[stage](run, self._told, **(options if stage == name else {}))
                    self._done[stage] = StageResult(stage, run.id, figures)
        return self._done[name]

    def _opened(self) -> Curation:
        if self._curation is None:
            try:
                from brightline.curation.runs import Curation
            except ImportError as problem:
                raise NotInstalled(missing=problem.name or str(problem)) from None
            self._curation = Curation.open(self.settings)
        return self._curation

    def _begun(self) -> Run:
        if self._run is None:
            curation = self._opened()
            if self._sources is not None:
                from brightline.corpus.sources import Register

                Register(curation.store.database, tenant=self.settings.tenant).import_file(self._sources, by=_BY)
            self._run = curation.begin(self._plan, keywords=self._keywords, by=_BY)
        return self._run
