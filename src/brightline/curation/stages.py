"""The stages of a run, one function each: what every door calls, in this order.

    annotate → cluster → decide → emit          (report: ``reporting.py``, samples: ``samples.py``)

Each takes what the ones before left in the workspace, may be interrupted at any moment and called again, and notes what it counted
with the run. None of them decides anything itself.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import Any

import orjson

from brightline.corpus.annotating import AnnotateTask, annotate_figures, annotation_name
from brightline.corpus.day import day_in_china
from brightline.corpus.deciding import Policy, load_policy
from brightline.corpus.deciding.task import DecideTask, elect_standins
from brightline.corpus.deciding.withdrawn import Withdrawn
from brightline.corpus.duplicates.clustering import cluster as find_copies
from brightline.corpus.duplicates.options import DuplicateOptions
from brightline.corpus.emitting.replacing import Style
from brightline.corpus.emitting.task import EmitTask
from brightline.corpus.emitting.writing import clean_name
from brightline.corpus.engine import Progress, StageOutcome, run_stage
from brightline.corpus.errors import CorpusError
from brightline.corpus.shard import ShardTask
from brightline.corpus.storage import Workspace
from brightline.curation.plan import KERNELS
from brightline.curation.runs import Run, absolute, keep_apart
from brightline.curation.standings import standings
from brightline.store import CorpusAppeals, CorpusSchedules

__all__ = [
    "ORDER",
    "STAGES",
    "Told",
    "annotate",
    "cluster",
    "decide",
    "emission",
    "emit",
    "inputs_digest",
    "options_of",
    "require_decisions",
    "require_inspection",
    "run_over",
]

_POLICY = "policy.yaml"
_POLICY_SINCE = ".policy.json"
"""Version of the policy that counts, whose it is, and since which day."""
_CLEANED = ".emitted.json"
"""Which files in ``clean/`` are a corpus' own: only those are ever removed."""

Told = Callable[[Progress], None]
"""Who is told how far a stage is, at least once a second."""


def annotate(run: Run, told: Told = lambda _: None) -> dict[str, Any]:
    """Let every kernel look at every document. What is recorded of an earlier run and still holds is taken over."""
    before = run.refresh().figures
    run.forget("annotate")  # until it is through
    versions = {name: version for name, version in run.record.versions.items() if name != "code"}
    task = AnnotateTask(_of_shards(run, run.workspace), run.curation.kernels_of(run.plan), run.plan.reading, versions)
    outcome = run_over(run, task, told)
    _drop_tables(run, outcome)
    if outcome.redone or "annotate" not in before:
        run.forget("cluster", "decide", "emit")  # they were about other annotations
    inspected = {name: version for name, version in versions.items() if name in run.plan.kernels}
    CorpusSchedules(run.curation.store.database).inspected(
        run.plan.corpus, inspected, run=run.id, tenant=run.curation.settings.tenant
    )  # fmt: skip
    return _noted(run, outcome, **annotate_figures(run.curation.runs.shards(run.id, "annotate")))


def cluster(run: Run, told: Told = lambda _: None, options: DuplicateOptions | None = None) -> dict[str, Any]:
    """Find exact and near copies, and say which document of each cluster stays. Needs the kernel ``bands``."""
    run.curation.runs.enter(run.id, "cluster")
    del told  # it works on bands, not on shards, and is done in a fraction of the time
    found = asdict(find_copies(run.workspace, run.shards, run.plan.reading, options, workers=run.plan.workers or 1))
    run.note("cluster", found)
    return found


def decide(run: Run, told: Told = lambda _: None, policy: Path | None = None, shipped: bool = False) -> dict[str, Any]:
    """Say of each document whether it is kept, redacted, quarantined or dropped, and why. ``policy``: an operator's table, which is kept
    in the corpus' workspace and counts from then on, in later runs too, until another one is given or ``shipped`` takes it away. What counts,
    and since when, is among the figures. Sources, complaints and appeals count as they stand now. Raises ``DataError`` for an unusable policy.
    """
    require_inspection(run)
    if policy is not None:
        load_policy(policy)  # an unusable one is refused before anything is forgotten, or it is kept
    curation, tenant = run.curation, run.curation.settings.tenant
    database = curation.store.database
    run.forget("decide", "emit")  # until it is through: what is half decided is put out by nobody
    if policy is not None:
        run.workspace.write_bytes(_POLICY, policy.read_bytes())
    elif shipped:
        run.workspace.remove(_POLICY)
    task = DecideTask(
        _of_shards(run, run.workspace),
        {name: run.record.versions[name] for name in run.plan.kernels},
        standings(database, run.plan.corpus, today=day_in_china(), tenant=tenant),
        Withdrawn.load(database, tenant=tenant),
        CorpusAppeals(database).standing(run.id, tenant=tenant),
        _policy_of(run),
        run.plan.reading,
        annotated=_annotations_digest(run, run.plan.kernels),
        titles=_goal_titles(run),
    )
    outcome = run_over(run, elect_standins(task, run.shards), told)
    _drop_tables(run, outcome)
    rules: Counter[str] = Counter()
    for shard in curation.runs.shards(run.id, "decide", status="done"):
        rules.update(shard.outcome.get("rules", {}))  # a shard that was put aside before has none
    return _noted(run, outcome, rules=dict(sorted(rules.items())), **_policy_figures(run, task.policy))


def emit(run: Run, told: Told = lambda _: None, out: str = "", style: Style = "placeholder", language: str = "zh") -> dict[str, Any]:
    """Write what stays, in its own format, with personal data covered and looked at again. ``out``: folder or ``s3://`` address under
    which ``clean/`` goes, whose cleaned files of former runs are removed; the workspace without it. The redaction log and the lineage always
    lie in the workspace. Raises ``CorpusError`` BL-CORPUS-093 where the decisions are not finished, or are of other annotations or another policy.
    """
    task = emission(run, out, style, language)
    said = {"out": (task.out or run.workspace).uri, "style": style, "language": language}
    run.note("emit", said)  # whoever goes on after an interruption has to know
    former = _claim_cleaned(run, task.out or run.workspace)
    outcome = run_over(run, task, told)
    _drop_tables(run, outcome)
    _drop_cleaned(run, task.out or run.workspace, former)
    return _noted(run, outcome, **said)


def emission(run: Run, out: str = "", style: Style = "placeholder", language: str = "zh") -> EmitTask:
    """What puts the documents of a run out, after its decisions. Raises as ``emit`` does."""
    plan, key = run.plan, run.curation.key
    policy = require_decisions(run)
    target = absolute(out)
    if out:
        keep_apart(plan, run.shards, f"{target}/clean")
    finding = tuple(name for name in ("personal", "keywords") if name in plan.kernels)
    proof = next((spec for spec in run.curation.kernels_of(plan) if spec.factory == KERNELS["personal"]), None)
    return EmitTask(
        _of_shards(run, run.workspace),
        finding,
        plan.reading,
        style,
        language,
        key.pseudonyms if style == "pseudonym" else "",
        proof,
        policy,
        _emission_digest(run, finding),
        _of_shards(run, Workspace(target)) if out else None,
    )


def options_of(run: Run, stage: str) -> dict[str, Any]:
    """With what a stage that was begun has to go on."""
    noted = run.record.figures.get(stage, {}) if stage == "emit" else {}
    options = {name: noted[name] for name in ("out", "style", "language") if name in noted}
    return options | {"out": ""} if options.get("out") == run.workspace.uri else options


def require_inspection(run: Run) -> None:
    """Raises ``CorpusError`` BL-CORPUS-097 while documents wait to be annotated, or to be compared with each other."""
    needed = ("annotate", "cluster") if "bands" in run.plan.kernels else ("annotate",)
    if any(stage not in run.refresh().figures for stage in needed):
        raise CorpusError("BL-CORPUS-097", "the inspection of this corpus is not finished", f"brightline corpus resume {run.id}")


def require_decisions(run: Run) -> Policy:
    """The policy by which all documents of this run were decided. Raises ``CorpusError`` BL-CORPUS-093 where they were not, or were by another."""
    policy = _policy_of(run)
    decided = run.refresh().figures.get("decide")
    again = f"brightline corpus decide {run.plan.corpus}"
    if not decided:
        raise CorpusError("BL-CORPUS-093", "this run has no decisions yet, or not all of them", again)
    if decided.get("policy") != policy.version:
        raise CorpusError("BL-CORPUS-093", "the policy changed since the documents were decided", again)
    return policy


STAGES: Mapping[str, Callable[..., dict[str, Any]]] = {"annotate": annotate, "cluster": cluster, "decide": decide, "emit": emit}
"""By name, in their order."""

ORDER = tuple(STAGES)


def inputs_digest(run: Run) -> str:
    """What a report counts: the outputs of every stage before it, as the manifest has them."""
    digest = hashlib.sha256()
    for stage in STAGES:
        for shard in run.curation.runs.shards(run.id, stage, status="done"):
            digest.update(repr((stage, shard.number, sorted(shard.outcome.get("outputs", {}).items()))).encode())
    return digest.hexdigest()


def _annotations_digest(run: Run, kernels: Sequence[str], digest: hashlib._Hash | None = None) -> str:
    """What documents there are and what kernels found in them, over all shards."""
    digest = digest or hashlib.sha256()
    digest.update(run.plan.reading.digest.encode())
    for row in run.curation.runs.shards(run.id, "annotate"):
        outputs = row.outcome.get("outputs", {}) if row.status == "done" else {}
        shard = run.shards[row.number]
        names = [f"documents/{shard.name}.parquet", *(annotation_name(kernel, shard) for kernel in kernels)]
        digest.update(repr([row.number, *((name, outputs.get(name)) for name in names)]).encode())
    return digest.hexdigest()


def _emission_digest(run: Run, kernels: Sequence[str]) -> str:
    """What was decided over all shards, and what is to be covered: another decision or finding anywhere is another corpus."""
    digest = hashlib.sha256()
    for shard in run.curation.runs.shards(run.id, "decide", status="done"):
        digest.update(repr(sorted(shard.outcome["outputs"].items())).encode())
    return _annotations_digest(run, kernels, digest)


def _of_shards(run: Run, workspace: Workspace) -> Workspace:
    """Where tables of shards go: synced together at the end of a stage, unless other machines write them, which nobody could tell to."""
    return workspace if run.plan.engine == "ray" else workspace.settled_later()


def _goal_titles(run: Run) -> Mapping[str, tuple[str, str]]:
    """What the goals are called whose findings reasons may name."""
    if "illegal" not in run.plan.kernels:
        return {}
    from brightline.curation.rules import goal_titles  # both load the engine of texts, for which only this kernel has a use
    from brightline.pipeline import operator_goals

    return goal_titles(operator_goals(run.curation.settings.goals_dir))


_TABLES = {
    "annotate": ("documents/", "rejects/", "annotations/", "clusters/members/", "decisions/", "lineage/", "redactions/", "clean/"),
    "decide": ("decisions/", "lineage/", "redactions/", "clean/"),
    "emit": ("lineage/", "redactions/", "clean/"),
}
"""What a stage makes of a shard, and what is made of that."""


def _drop_tables(run: Run, outcome: StageOutcome) -> None:
    """Remove what an earlier run left of shards that this one put aside: nobody may take it for inspected."""
    aside = {run.shards[number].name for number in outcome.quarantined}
    for name in run.workspace.names() if aside else ():
        if name.startswith(_TABLES[outcome.stage]) and PurePosixPath(name).name.partition(".")[0] in aside:
            run.workspace.remove(name)


def _claim_cleaned(run: Run, out: Workspace) -> list[str]:
    """Write down, before anything else is written, which files in ``clean/`` are this corpus' own; those of its former runs.

    Raises ``CorpusError`` BL-CORPUS-101 where another corpus was put out: its files would be overwritten or stay among these.
    """
    noted = orjson.loads(out.read_bytes(_CLEANED)) if out.exists(_CLEANED) else {"corpus": run.plan.corpus, "files": []}
    if noted["corpus"] != run.plan.corpus:
        raise CorpusError("BL-CORPUS-101", f"{out.uri} holds the cleaned corpus {noted['corpus']!r}", "name a folder of its own")
    _note_cleaned(run, out, {*noted["files"], *map(clean_name, run.shards)})
    return sorted(noted["files"])


def _drop_cleaned(run: Run, out: Workspace, former: Iterable[str]) -> None:
    """Remove the cleaned files of former runs that are none of this run's: of more shards, another format, a shard that was put aside."""
    put_out = {row.number for row in run.curation.runs.shards(run.id, "emit", status="done") if not row.outcome.get("left_out")}
    ours = {clean_name(shard) for shard in run.shards if shard.number in put_out}
    for name in {*former, *map(clean_name, run.shards)} - ours:
        out.remove(name)
    _note_cleaned(run, out, ours)


def _note_cleaned(run: Run, out: Workspace, names: Iterable[str]) -> None:
    out.write_bytes(_CLEANED, orjson.dumps({"corpus": run.plan.corpus, "files": sorted(names)}, option=orjson.OPT_INDENT_2))


def _policy_figures(run: Run, policy: Policy) -> dict[str, str]:
    """By which policy, whose it is, and since which day this corpus is decided on by it: what was given once counts until it is taken back,
    and nobody who reads a later run remembers."""
    noted = orjson.loads(run.workspace.read_bytes(_POLICY_SINCE)) if run.workspace.exists(_POLICY_SINCE) else {}
    if noted.get("version") != policy.version:
        own = run.workspace.exists(_POLICY)
        day = day_in_china().isoformat()
        noted = {"by": "operator" if own else "shipped", "since": day, "version": policy.version}
        run.workspace.write_bytes(_POLICY_SINCE, orjson.dumps(noted, option=orjson.OPT_INDENT_2))
    return {"policy": policy.version, "policy_by": noted["by"], "policy_since": noted["since"]}


def _policy_of(run: Run) -> Policy:
    if not run.workspace.exists(_POLICY):
        return load_policy()
    with NamedTemporaryFile(suffix=".yaml") as file:
        file.write(run.workspace.read_bytes(_POLICY))
        file.flush()
        return load_policy(Path(file.name))


def run_over(run: Run, task: ShardTask, told: Told) -> StageOutcome:
    """Do a task with every shard of a run, as its plan says: on this machine or a cluster."""
    plan = run.plan
    return run_stage(
        task,
        run.shards,
        run.curation.runs.manifest(run.id),
        runner=plan.engine,
        workers=plan.workers,
        address=plan.address or None,
        progress=told,
        workspace=run.workspace,
    )


def _noted(run: Run, outcome: StageOutcome, **more: Any) -> dict[str, Any]:
    """What a stage over shards counted: its sums, and which shards were put aside and why."""
    figures = {
        **outcome.counts,
        "shards": outcome.done,
        "shards_redone": outcome.redone,
        "quarantined": {str(number): reason for number, reason in sorted(outcome.quarantined.items())},
        **more,
    }
    run.note(outcome.stage, figures)
    # Time is no fact about the corpus: it is told, not kept, so that the same run leaves the same files.
    return figures | {"seconds": outcome.seconds, "bytes": outcome.bytes}
