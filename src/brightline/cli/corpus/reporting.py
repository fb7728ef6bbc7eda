"""``brightline corpus report``, ``diff`` and ``verify``: the account of a run, what changed since another, and whether a file is what was signed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from brightline.cli.corpus.opened import BY, opened, records
from brightline.cli.corpus.watching import watching
from brightline.cli.terminal import console, print_json
from brightline.corpus.reporting import Report
from brightline.corpus.reporting.difference import diff as difference
from brightline.errors import InputError
from brightline.store import CorpusReports

__all__ = ["diff", "report", "verify"]

_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]


def report(
    corpus: Annotated[str, typer.Argument(help="Name of the corpus, or id of a run.")],
    as_json: _JSON = False,
) -> None:
    """Account for a run: JSON, HTML, PDF, data card, Croissant, ML-BOM, public summary; the JSON's digest goes into the ledger."""
    with opened() as curation:
        from brightline.curation.reporting import report_of

        with watching(as_json) as told:
            run = curation.find(corpus)
            made = report_of(run, told, by=BY)
    if as_json:
        print_json(
            {
                "run": run.id,
                "report": made.record.id,
                "digest": made.report.digest,
                "folder": f"{run.workspace.uri}/report",
                "files": made.files,
            }
        )
        return
    console.print(f"report [bold]{made.record.id}[/], SHA-256 {made.report.digest}", soft_wrap=True)
    for name in made.files:
        console.print(Text(f"  {run.workspace.uri}/report/{name}"), soft_wrap=True)
    for name in made.missing:
        console.print(Text(f"  not made: {name} (needs typst, which comes with the extra corpus, and a Chinese typeface)", style="yellow"))


def diff(
    before: Annotated[str, typer.Argument(help="A corpus name, a report's id, or a report.json.")],
    after: Annotated[str, typer.Argument(help="The same, later. With one corpus name alone: its last report, and the one before it.")] = "",
    lang: Annotated[str, typer.Option(help="Language of the sentences: zh or en.")] = "en",
    as_json: _JSON = False,
) -> None:
    """Tell what changed between two reports. Exit code 0: nothing; 1: something did."""
    with records() as (store, settings):
        reports = CorpusReports(store.database)
        if after:
            older, newer = (_report(reports, each, settings.tenant) for each in (before, after))
        else:
            last = reports.page(tenant=settings.tenant, corpus=before, limit=2)
            if len(last) < 2:
                raise InputError("BL-CORPUS-098", f"{before!r} has no two reports to compare", "name two reports, or report again later")
            newer, older = (Report.parse(reports.canonical(each.id, tenant=settings.tenant)) for each in last)
    found = difference(older, newer)
    if as_json:
        print_json(found.document)
    else:
        console.print(Text(found.text("zh" if lang.startswith("zh") else "en")), soft_wrap=True)
    raise typer.Exit(int(not found.empty))


def verify(
    file: Annotated[Path, typer.Argument(help="A report.json.")],
    as_json: _JSON = False,
) -> None:
    """Tell whether this installation signed exactly this report. Exit code 0: it did, and the ledger holds; 1: it did not."""
    content = _bytes(file)
    with records() as (store, settings):
        signature = CorpusReports(store.database).verify(content, tenant=settings.tenant)
    holds = signature is not None and signature.holds
    if as_json:
        print_json({"signed": signature is not None, "holds": holds, "entry": None if signature is None else signature.event.seq})
    elif signature is None:
        console.print(Text("not signed here, or changed since", style="bold red"))
    else:
        where = "pending" if signature.event.seq is None else f"entry {signature.event.seq} of the ledger"
        console.print(Text.assemble(("signed", "bold green") if holds else ("altered", "bold red"), f" by this installation: {where}"))
    raise typer.Exit(int(not holds))


def _report(reports: CorpusReports, named: str, tenant: str) -> Report:
    """A report by file, id, or the newest of a corpus."""
    if Path(named).is_file():
        return Report.parse(_bytes(Path(named)))
    newest = reports.page(tenant=tenant, corpus=named, limit=1)
    return Report.parse(reports.canonical(newest[0].id if newest else named, tenant=tenant))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as problem:
        raise InputError("BL-INPUT-020", f"{file} cannot be read: {problem.strerror}", "check the name and the permissions") from None
