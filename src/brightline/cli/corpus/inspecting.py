"""``brightline corpus inspect``, ``resume`` and ``status``: look at every document of a corpus, go on after an interruption, see how far it is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.corpus.opened import BY, opened, records
from brightline.cli.corpus.watching import watching
from brightline.cli.terminal import console, print_json
from brightline.corpus.shard import ReadOptions
from brightline.curation.plan import EVERY_KERNEL, KERNELS, RunPlan
from brightline.errors import BrightlineError, InputError
from brightline.store import CorpusRun, CorpusRuns

if TYPE_CHECKING:
    from brightline.curation.runs import Curation, Run

__all__ = ["inspect", "resume", "status"]

_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
_STATES = {"done": "green", "running": "cyan", "interrupted": "yellow", "failed": "red"}


def inspect(
    inputs: Annotated[list[str], typer.Argument(help="Files, folders, globs or s3:// addresses: JSONL, Parquet, CSV, text, WARC.")],
    name: Annotated[str, typer.Option("--name", help="The name of the corpus; its runs follow one another under it.")],
    workspace: Annotated[
        str, typer.Option(help="Folder or s3:// address for all that the run writes. Default: by name in corpus_dir.")
    ] = "",
    kernels: Annotated[str, typer.Option(help=f"Only these, with commas: {', '.join(KERNELS)}.")] = "",
    keywords: Annotated[Path | None, typer.Option(help="A library of your own: one word a line, optionally a tab and a category.")] = None,
    refutations: Annotated[
        Path | None,
        typer.Option(help="A library of refuted claims, JSONL: claim, refutation, url, published_at. Documents that repeat one are found."),
    ] = None,
    own_answers: Annotated[
        bool,
        typer.Option("--own-answers", help="Also tell what this installation's models wrote themselves, by the fingerprints it keeps."),
    ] = False,
    models: Annotated[bool, typer.Option("--models", help="Also the linear models, not only the goals. Slower.")] = False,
    source: Annotated[str, typer.Option(help="The registered source of rows that name none. Default: such rows are flagged.")] = "",
    text_field: Annotated[list[str] | None, typer.Option("--text-field", help="Where the text stands; dots reach into objects.")] = None,
    encoding: Annotated[
        list[str] | None,
        typer.Option(help="Of text and CSV files that are not UTF-8: gb18030, or GLOB=gb18030 for some of them. Never guessed."),
    ] = None,
    engine: Annotated[str, typer.Option(help="native: this machine. ray: a cluster.")] = "native",
    address: Annotated[str, typer.Option(help="Address of the Ray cluster, such as ray://head:10001.")] = "",
    workers: Annotated[int, typer.Option(min=0, help="Processes. 0: the setting corpus_workers.")] = 0,
    shard_mib: Annotated[int, typer.Option("--shard-mib", min=0, help="Input of one shard in MiB. 0: the setting corpus_shard_mib.")] = 0,
    as_json: _JSON = False,
) -> None:
    """Inspect a corpus: every kernel looks at every document, then copies are found. What an earlier run found and still holds is kept.

    Exit code 0: every document was inspected; 1: shards were put aside, or a kernel failed on documents.
    """
    reading = ReadOptions(source=source or None, text=tuple(text_field or ReadOptions().text), encodings=tuple(encoding or ()))
    with opened() as curation:
        settings = curation.settings
        plan = RunPlan(
            corpus=name,
            inputs=tuple(inputs),
            workspace=workspace,
            kernels=tuple(sorted(filter(None, kernels.split(",")))) or EVERY_KERNEL,
            engine="ray" if engine == "ray" else "native" if engine == "native" else _no_engine(engine),
            address=address,
            workers=workers or settings.corpus_workers,
            shard_bytes=(shard_mib or settings.corpus_shard_mib) * 1024 * 1024,
            models=models,
            reading=reading,
            refutations=str(refutations.resolve()) if refutations else "",
            own_answers=_own_answers(curation) if own_answers else "",
        )
        run = curation.begin(plan, keywords=keywords, by=BY)
        figures = worked(run, ("annotate", "cluster"), as_json)
    _show_inspection(run, figures, as_json)


def resume(
    corpus: Annotated[str, typer.Argument(help="Name of the corpus, or id of a run.")],
    as_json: _JSON = False,
) -> None:
    """Go on with a run that was interrupted or failed, from where it stopped, through the stages that it had begun."""
    with opened() as curation:
        from brightline.curation.stages import ORDER, options_of  # needs the extra, whose absence `opened` tells

        run = curation.find(corpus)
        reached = max((ORDER.index(stage) for stage in (run.record.stage, *run.record.figures) if stage in ORDER), default=0)
        figures = worked(run, ORDER[: max(reached, ORDER.index("cluster")) + 1], as_json, emit=options_of(run, "emit"))
    _show_inspection(run, figures, as_json)


def status(
    corpus: Annotated[str, typer.Argument(help="Name of a corpus or id of a run; all corpora without it.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many runs.", min=1, max=10_000)] = 20,
    as_json: _JSON = False,
) -> None:
    """Show runs: state, stage, shards done and put aside. Exit code 1 for one run that has shards put aside."""
    with records() as (store, settings):
        runs = CorpusRuns(store.database)
        if not corpus:
            found = runs.page(tenant=settings.tenant, limit=limit)
            _show_runs([_row(runs, run) for run in found], as_json)
            return
        run = runs.latest(corpus=corpus, tenant=settings.tenant) or runs.get(corpus, tenant=settings.tenant)
        row = _row(runs, run)
        row["put_aside"] = [
            {"stage": stage, "shard": shard.number, "file": shard.outcome.get("file", ""), "reason": shard.outcome.get("reason", "")}
            for stage in row["shards"]
            for shard in runs.shards(run.id, stage, status="quarantined")
        ]
    _show_run(row, as_json)
    raise typer.Exit(int(bool(row["put_aside"])))


def worked(run: Run, stages: Sequence[str], as_json: bool, **options: Any) -> dict[str, dict[str, Any]]:
    """Work through ``stages``; what each counted. Ctrl-C leaves a run that can be resumed, and says how."""
    from brightline.curation.stages import STAGES

    figures: dict[str, dict[str, Any]] = {}
    try:
        with run.working(BY), watching(as_json) as told:
            for stage in stages:
                figures[stage] = STAGES[stage](run, told, **options.get(stage, {}))
    except KeyboardInterrupt:
        sys.stderr.write(f"\ninterrupted; nothing is lost. Go on with: brightline corpus resume {run.id}\n")
        raise
    except BrightlineError as problem:
        problem.hint = f"{problem.hint}; then go on with: brightline corpus resume {run.id}".lstrip("; ")
        raise
    return figures


def _own_answers(curation: Curation) -> str:
    """The snapshot of the fingerprints of today. Its key makes it a secret of the installation: it lies beside the keys, not in a workspace."""
    from brightline.curation.generated import keep_snapshot
    from brightline.labelling.keys import own_secret

    settings = curation.settings
    key = own_secret(settings.home / "keys" / "fingerprint.key")
    place, known = keep_snapshot(curation.store.database, settings.home / "keys" / "own-answers", key, tenant=settings.tenant)
    if not known:
        sys.stderr.write("no answer of this installation is on record: see the setting label_fingerprint_days\n")
    return str(place.resolve())


def _no_engine(engine: str) -> Any:
    raise InputError("BL-CORPUS-092", f"there is no engine {engine!r}", "--engine native or --engine ray")


def _show_inspection(run: Run, figures: dict[str, dict[str, Any]], as_json: bool) -> None:
    annotated = figures["annotate"]
    incomplete = bool(annotated["quarantined"]) or annotated["not_inspected"] > 0
    if as_json:
        print_json({"run": run.id, "corpus": run.plan.corpus, "workspace": run.workspace.uri, "figures": figures})
        raise typer.Exit(int(incomplete))
    seconds = max(annotated["seconds"], 1e-9)
    console.print(
        f"[bold]{annotated.get('documents', 0):,}[/] documents, {annotated['bytes'] / 1e6:,.1f} MB in {seconds:.1f} s "
        f"({annotated['bytes'] / 1e6 / seconds:.1f} MB/s), {annotated.get('rejects', 0):,} lines rejected, "
        f"{annotated['shards'] - annotated['shards_redone']} of {annotated['shards']} shards taken over"
    )
    if "cluster" in figures:
        found = figures["cluster"]
        console.print(f"{found['clusters']:,} clusters of copies: {found['exact']:,} exact and {found['near']:,} near ones could go")
    if annotated.get("rejects"):
        _show_rejects(run)
    for name, kernel in annotated["kernels"].items():
        if kernel["not_inspected"]:
            why = "; ".join(f"{reason}: {count}" for reason, count in kernel["failures"].items())
            console.print(Text(f"not inspected by {name}: {kernel['not_inspected']} documents ({why})", style="yellow"), soft_wrap=True)
    for number, reason in annotated["quarantined"].items():
        console.print(Text(f"put aside: shard {number}: {reason}", style="red"), soft_wrap=True)
    console.print(f"run {run.id}\n  [dim]→ brightline corpus decide {run.plan.corpus}[/]", soft_wrap=True)
    raise typer.Exit(int(incomplete))


def _show_rejects(run: Run) -> None:
    from brightline.curation.results import rejected_for

    for each in rejected_for(run):
        said = f"rejected: {each.times:,} {each.reason}, first {each.place}"
        console.print(Text(f"{said}: {each.detail}" if each.detail else said, style="yellow"), soft_wrap=True)
    console.print(Text(f"  all of them: {run.workspace.uri}/rejects", style="dim"), soft_wrap=True)


def _row(runs: CorpusRuns, run: CorpusRun) -> dict[str, Any]:
    stages = dict.fromkeys((*run.figures, *([run.stage] if run.stage else [])))
    shards = {stage: counted for stage in stages if (counted := runs.counts(run.id, stage))}
    return {
        "run": run.id,
        "corpus": run.corpus,
        "status": run.status,
        "stage": run.stage,
        "begun": datetime.fromtimestamp(run.made_at / 1e6, UTC).isoformat(timespec="seconds"),
        "workspace": run.workspace,
        "shards": shards,
        "figures": run.figures,
    }


def _show_runs(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        for row in rows:
            print_json(row)
        return
    if not rows:
        console.print("No corpus was inspected yet: brightline corpus inspect FOLDER --name NAME")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("corpus", "state", "stage", "shards", "documents", "begun (UTC)", "run"):
        table.add_column(heading, no_wrap=heading in ("state", "run"))
    for row in rows:
        counted = row["shards"].get(row["stage"], {})
        shards = f"{counted.get('done', 0)}/{sum(counted.values())}" if counted else ""
        aside = counted.get("quarantined", 0)
        table.add_row(
            Text(row["corpus"]),
            Text(row["status"], style=_STATES[row["status"]]),
            row["stage"],
            shards + (f" ({aside} put aside)" if aside else ""),
            f"{row['figures'].get('annotate', {}).get('documents', 0):,}",
            row["begun"][:19].replace("T", " "),
            row["run"],
        )
    console.print(table)


def _show_run(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(row)
        return
    console.print(
        Text.assemble((row["status"], f"bold {_STATES[row['status']]}"), f"  {row['corpus']}, stage {row['stage'] or 'none yet'}")
    )
    console.print(Text(f"  run {row['run']}, begun {row['begun']}, in {row['workspace']}"), soft_wrap=True)
    for stage, counted in row["shards"].items():
        console.print(f"  {stage}: " + ", ".join(f"{count} {state}" for state, count in sorted(counted.items())))
    for aside in row["put_aside"]:
        console.print(
            Text(f"  put aside in {aside['stage']}: shard {aside['shard']}, {aside['file']}: {aside['reason']}", style="red"),
            soft_wrap=True,
        )
    if row["status"] in ("interrupted", "failed"):
        console.print(f"  [dim]→ brightline corpus resume {row['run']}[/]", soft_wrap=True)
