"""``brightline corpus report``, ``diff`` and ``verify``: the account of a run, what changed since another, and whether a file is what was signed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, NoReturn

import orjson
import typer
from rich.text import Text

from brightline.cli.corpus.opened import BY, opened, records
from brightline.cli.corpus.watching import watching
from brightline.cli.terminal import console, print_json
from brightline.corpus.reporting import Report
from brightline.corpus.reporting.difference import diff as difference
from brightline.corpus.sampling import verify_sheet
from brightline.corpus.sampling.sheet import FORMAT as SHEET
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
    file: Annotated[Path, typer.Argument(help="A report.json, or the sheet of a sample.")],
    documents: Annotated[
        Path | None, typer.Option(help="With a sheet: what it was drawn from (document, tab, stratum, one a line), where no run is here.")
    ] = None,
    as_json: _JSON = False,
) -> None:
    """Tell whether this installation signed exactly this report, or draw a sample again from its sheet.

    Exit code 0: it did, and the ledger holds, or the same documents were drawn; 1: not so.
    """
    content = _bytes(file)
    if (given := _sheet(content)) is not None:
        _verify_sheet(given, documents, as_json)
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


def _sheet(content: bytes) -> dict[str, Any] | None:
    """The sheet of a sample; None for what is none, a report above all."""
    try:
        given = orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
    return given if isinstance(given, dict) and given.get("format") == SHEET else None


def _verify_sheet(given: dict[str, Any], documents: Path | None, as_json: bool) -> NoReturn:
    """Draw it again: from pairs alone, as an auditor elsewhere does, or from the run's own tables and with the ledger's events."""
    if documents is not None:
        problems = verify_sheet(given, _pairs(documents))
    else:
        with opened() as curation:
            from brightline.curation.samples import verify_drawn

            problems = verify_drawn(curation.find(str(given.get("run", ""))), given)
    if as_json:
        print_json({"drawn_again": not problems, "problems": list(problems)})
    elif problems:
        for problem in problems:
            console.print(Text(problem, style="bold red"))
    else:
        console.print(Text.assemble(("the same", "bold green"), f" {len(given['documents']):,} documents are drawn again by the seed"))
    raise typer.Exit(int(bool(problems)))


def _pairs(file: Path) -> Iterator[tuple[str, str]]:
    for line in _bytes(file).decode("utf-8", "replace").split("\n"):
        doc_id, tab, stratum = line.rstrip("\r").partition("\t")
        if tab:
            yield doc_id, stratum


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
