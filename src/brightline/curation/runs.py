"""The corpora of one installation, opened: begin a run, find it again, go on with it.

A corpus has one workspace, and its runs follow one another in it: a shard whose input, kernels and code are the same is taken over
from the run before. What a run was asked lies in the store and in the workspace; documents only ever in the workspace.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson

from brightline._version import __version__
from brightline.config import Settings
from brightline.corpus.annotating import AnnotateTask
from brightline.corpus.engine.locking import workspace_lock
from brightline.corpus.errors import CorpusError
from brightline.corpus.kernel import KernelSpec
from brightline.corpus.objects import is_remote
from brightline.corpus.planning import SMALL_BYTES, plan_document, plan_shards, shards_of_plan
from brightline.corpus.shard import Shard
from brightline.corpus.storage import Workspace
from brightline.curation import kernels
from brightline.curation.keys import CorpusKey
from brightline.curation.keywords import shelve
from brightline.curation.plan import RunPlan
from brightline.store import CorpusRun, CorpusRuns, Store

__all__ = ["Curation", "Run", "absolute", "keep_apart"]

_PLAN = "plan.json"
_SHARD_FILE = re.compile(r"(?:^|/)(\d{6,})\.[a-z0-9.]+$")
_SHARD_FOLDERS = (
    "annotations/", "clean/", "clusters/members/", "decisions/", "documents/", "figures/report/", "lineage/", "redactions/", "rejects/",
)  # fmt: skip


class Curation:
    """Everything that stages need of an installation. Close it, or use it as a context."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.runs = CorpusRuns(store.database)
        self.key = CorpusKey.of(settings)

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Open the installation of ``settings``; its home is made where there is none. Raises ``StoreError``, ``CorpusError`` BL-CORPUS-090."""
        try:
            settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as problem:
            message = f"the folder {settings.home} cannot be made: {problem.strerror}"
            raise CorpusError("BL-CORPUS-090", message, "set BRIGHTLINE_HOME to a folder of yours") from None
        store = Store.open(settings.effective_database_url)
        try:
            return cls(settings, store)
        except BaseException:
            store.close()
            raise

    def close(self) -> None:
        """Close the store."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def workspace_of(self, corpus: str) -> str:
        """Where the runs of a corpus lie unless somebody says otherwise: a folder of its name under ``corpus_dir``."""
        name = re.sub(r"[^\w-]+", "-", corpus).strip("-")
        if name != corpus:  # two names that differ in signs only are still two corpora
            name += f"-{hashlib.sha256(corpus.encode()).hexdigest()[:8]}"
        root = self.settings.corpus_dir or str(Path(self.settings.home, "corpora").resolve())
        return f"{root.rstrip('/')}/{name}"

    def begin(self, plan: RunPlan, *, keywords: Path | None = None, by: str) -> Run:
        """A new run of ``plan``, nothing of it done; in its corpus' own place where the plan names none. ``keywords``: a library that is put onto the workspace's shelf first.

        Raises ``CorpusError`` for inputs, kernels or keywords that cannot be used, BL-CORPUS-035 where a run is at work there already.
        """
        plan = replace(plan, workspace=absolute(plan.workspace or self.workspace_of(plan.corpus)))
        workspace = Workspace(plan.workspace)
        shards = plan_shards(plan.inputs, plan.shard_bytes, small_bytes=SMALL_BYTES)
        keep_apart(plan, shards, plan.workspace)
        if keywords is not None:
            shelved = shelve(keywords, workspace)["name"]
            plan = replace(plan, keywords=shelved, kernels=tuple(sorted({*plan.kernels, "keywords"})))
        task = AnnotateTask(workspace, self.kernels_of(plan), plan.reading)
        tenant = self.settings.tenant
        with workspace_lock(workspace) as held:
            record = self.runs.begin(
                corpus=plan.corpus,
                workspace=plan.workspace,
                versions={**task.versions, "code": __version__},
                plan=plan.to_document(),
                made_by=by,
                tenant=tenant,
                holds_lock=held,
                shards=len(shards),
            )
            workspace.write_bytes(_PLAN, plan_document(shards))
            _drop_strays(workspace, len(shards))
            self._commit_seeds(record.id, by)
            self.runs.finish(record.id, "interrupted")  # begun, and nobody is at work on it yet
        detail = {"corpus": plan.corpus, "shards": len(shards), "bytes": sum(map(_size, shards)), "kernels": list(plan.kernels)}
        self.store.audit.record("corpus.run_begun", actor=by, subject=record.id, detail=detail, tenant=tenant)
        return Run(self, record, plan, workspace, shards)

    def kernels_of(self, plan: RunPlan) -> tuple[KernelSpec, ...]:
        """The kernels of a plan as they run here: with this installation's key and goals."""
        return kernels.specs(plan, self.key, self._goal_files() if "illegal" in plan.kernels else ())

    def _goal_files(self) -> Sequence[Path]:
        from brightline.pipeline import operator_goals  # the engine of texts, for which only one kernel has a use

        return operator_goals(self.settings.goals_dir)

    def find(self, corpus_or_run: str) -> Run:
        """A run by its id, or the newest of the corpus of that name.

        Raises ``NotFound`` BL-CORPUS-036, ``CorpusError``: BL-CORPUS-003, -005 a plan that cannot be read, -100 a run whose tables are those of
        a later run by now, or are gone.
        """
        tenant = self.settings.tenant
        named = self.runs.latest(corpus=corpus_or_run, tenant=tenant) if corpus_or_run else None  # no name is no corpus, not any of them
        record = named or self.runs.get(corpus_or_run, tenant=tenant)
        plan = RunPlan.from_document(record.plan)
        workspace = Workspace(plan.workspace)
        newest = self.runs.latest(workspace=plan.workspace, tenant=tenant)
        if newest is not None and newest.id != record.id:
            raise CorpusError("BL-CORPUS-100", f"the run {record.id} has been followed by {newest.id} in its workspace", "use that one")
        if not workspace.exists(_PLAN):
            again = "put it back, or inspect the corpus anew"
            raise CorpusError("BL-CORPUS-100", f"the workspace {plan.workspace} of the run {record.id} is gone", again)
        return Run(self, record, plan, workspace, shards_of_plan(workspace.read_bytes(_PLAN)))

    def _commit_seeds(self, run: str, by: str) -> None:
        """Before anybody knows what the run will find: so nobody can be said to have drawn until a sample suited."""
        from brightline.corpus.sampling import commit_seeds

        commit_seeds(self.store.database, self.key.sampling, run, by=by, tenant=self.settings.tenant)


@dataclass(slots=True)
class Run:
    """One run. ``shards``: as they were planned when it began."""

    curation: Curation
    record: CorpusRun
    plan: RunPlan
    workspace: Workspace
    shards: list[Shard]

    @property
    def id(self) -> str:
        """The run's id."""
        return self.record.id

    @contextmanager
    def working(self, by: str) -> Iterator[None]:
        """Stages run inside. An end is recorded whatever it is: done, interrupted (Ctrl-C), failed."""
        runs, tenant = self.curation.runs, self.curation.settings.tenant
        with workspace_lock(self.workspace) as held:
            self.record = runs.resume(self.id, tenant=tenant, holds_lock=held)
            status = "failed"
            try:
                yield
                status = "done"
            except (KeyboardInterrupt, SystemExit):
                status = "interrupted"
                raise
            finally:
                runs.finish(self.id, status)
                stages = sorted(self.refresh().figures)
                detail = {"corpus": self.plan.corpus, "status": status, "stages": stages}
                self.curation.store.audit.record("corpus.run_ended", actor=by, subject=self.id, detail=detail, tenant=tenant)

    def refresh(self) -> CorpusRun:
        """The record as it stands now."""
        self.record = self.curation.runs.get(self.id, tenant=self.curation.settings.tenant)
        return self.record

    def forget(self, *stages: str) -> None:
        """These stages have to be done again before anything may stand on them."""
        self.curation.runs.forget(self.id, stages)
        for stage in stages:
            self.workspace.remove(f"figures/{stage}.json")

    def note(self, stage: str, figures: dict[str, Any]) -> None:
        """Keep what a stage counted, in the store and in the workspace."""
        self.curation.runs.note(self.id, stage, figures)
        self.workspace.write_bytes(f"figures/{stage}.json", orjson.dumps(figures, option=orjson.OPT_SORT_KEYS | orjson.OPT_INDENT_2))


def absolute(place: str) -> str:
    """A folder as it is called from everywhere: whoever resumes may stand somewhere else."""
    return place if is_remote(place) else str(Path(place.removeprefix("file://")).resolve())


def keep_apart(plan: RunPlan, shards: Sequence[Shard], place: str) -> None:
    """Refuse to write among the inputs, where the next run would read what this one wrote. Raises ``CorpusError`` BL-CORPUS-004."""
    among = next((uri for shard in shards for uri in shard.uris if uri.startswith(f"{place.rstrip('/')}/")), "")
    if not among:
        among = next((each for each in plan.inputs if _holds(absolute(each), place)), "")
    if among:
        raise CorpusError("BL-CORPUS-004", f"{place} and the input {among} lie in one another", "write to a folder of its own")


def _holds(folder: str, place: str) -> bool:
    """Whether planning would find what is written there: hidden folders it leaves out."""
    inside = place.removeprefix(f"{folder.rstrip('/')}/")
    hidden = any(part.startswith((".", "_")) for part in inside.split("/"))
    return folder == place or (inside != place and not hidden)


def _drop_strays(workspace: Workspace, shards: int) -> None:
    """Tables of an earlier run of the corpus, when it had more shards than now: nobody may take them for this run's."""
    for name in workspace.names():
        if name.startswith(_SHARD_FOLDERS) and (number := _SHARD_FILE.search(name)) and int(number[1]) >= shards:
            workspace.remove(name)


def _size(shard: Shard) -> int:
    return (shard.end or shard.size_bytes) - shard.begin
