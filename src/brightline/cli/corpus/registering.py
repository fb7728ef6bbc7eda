"""``brightline corpus register`` and ``complain``: where training data come from, what is missing of it, and who complains of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.corpus.opened import BY, person, records
from brightline.cli.terminal import console, print_json
from brightline.config import load_settings
from brightline.corpus.day import day_in_china
from brightline.corpus.sources import (
    Complaint,
    Register,
    Registered,
    Remedy,
    completeness,
    decide_complaint,
    dump_sources,
    erase_complainant,
    objections,
    receive_complaint,
)
from brightline.errors import InputError
from brightline.store import CorpusComplaints, Store

__all__ = ["complain", "register"]

_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
_COLOURS = {"approved": "green", "proposed": "yellow", "suspended": "magenta", "blacklisted": "red", "retired": "dim"}


def register(
    file: Annotated[Path | None, typer.Argument(help="sources.yaml to take over; the register without it.")] = None,
    show: Annotated[str, typer.Option(metavar="SOURCE", help="All that is known of one source, and what is missing.")] = "",
    status: Annotated[
        str, typer.Option(metavar="STATUS", help="With --show: set proposed, approved, suspended, blacklisted, retired.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why the status is set.")] = "",
    export: Annotated[bool, typer.Option("--export", help="Write the register as YAML to standard output.")] = False,
    as_json: _JSON = False,
) -> None:
    """Take sources over, list them, show what the standard asks for and is missing. Exit code 1: something forbids the use of a source."""
    with _register() as (known, _store):
        if file is not None:
            done = known.import_file(file, by=BY)
            if as_json:
                print_json({"added": list(done.added), "changed": list(done.changed), "unchanged": list(done.unchanged)})
            else:
                console.print(f"{len(done.added)} added, {len(done.changed)} changed, {len(done.unchanged)} as they were")
            return
        if show and status:
            known.set_status(show, status, reason=reason, by=BY)
        rows = [known.get(show)] if show else known.all()
    if export:
        typer.echo(dump_sources(row.source for row in rows), nl=False)
        return
    if as_json:
        for row in rows:
            print_json(_document(row))
    elif show:
        _show(rows[0])
    else:
        _list(rows)
    forbidden = any(
        each.forbids for row in rows if row.source.status == "approved" for each in objections(row.source, today=day_in_china())
    )
    raise typer.Exit(int(forbidden))


def complain(
    what: Annotated[str, typer.Argument(help="What is complained of, in words; or nothing, with --decide or to list complaints.")] = "",
    kind: Annotated[str, typer.Option(help="What kind of complaint: copyright, personal, illegal or other.")] = "copyright",
    contact: Annotated[str, typer.Option(help="How to reach who complains.")] = "",
    complainant: Annotated[str, typer.Option(help="Who complains.")] = "",
    source: Annotated[str, typer.Option(help="The source it is about.")] = "",
    doc_id: Annotated[list[str] | None, typer.Option("--document", help="A document that it is about; may be repeated.")] = None,
    url: Annotated[list[str] | None, typer.Option("--url", help="An address that it is about; may be repeated.")] = None,
    decide: Annotated[str, typer.Option(metavar="ID", help="Decide on this complaint: with --uphold or --reject.")] = "",
    uphold: Annotated[bool | None, typer.Option("--uphold/--reject", help="Whether it is justified.")] = None,
    remedy: Annotated[Remedy, typer.Option(help="With --uphold.")] = "drop_documents",
    reason: Annotated[str, typer.Option(help="Why it was decided so.")] = "",
    erase: Annotated[
        str,
        typer.Option(metavar="ID", help="Erase name, address and evidence of who complained from this closed complaint (PIPL, Art. 47)."),
    ] = "",
    words: Annotated[bool, typer.Option("--words", help="With --erase: also what they wrote and were answered.")] = False,
    as_person: Annotated[str, typer.Option("--as", help="Who receives or decides. Default: the name of your account.")] = "",
    as_json: _JSON = False,
) -> None:
    """Receive a complaint of a rights-holder or a person concerned, decide on one, or list those that are open."""
    who = as_person or person()
    with _register() as (_known, store):
        tenant = load_settings().tenant
        if decide:
            if uphold is None:
                raise InputError("BL-CORPUS-096", "it is not said how the complaint is decided", "--uphold or --reject")
            found = [
                decide_complaint(
                    store.database, decide, uphold=uphold, reason=reason, by=who, remedy=remedy if uphold else "none", tenant=tenant
                )
            ]
        elif erase:
            found = [erase_complainant(store.database, erase, by=who, words=words, tenant=tenant)]
        elif what:
            found = [
                receive_complaint(
                    store.database,
                    kind=kind,
                    what=what,
                    contact=contact,
                    complainant=complainant,
                    source=source,
                    doc_ids=tuple(doc_id or ()),
                    urls=tuple(url or ()),
                    by=who,
                    tenant=tenant,
                )
            ]
        else:
            found = [Complaint.of(row) for row in CorpusComplaints(store.database).page(tenant=tenant, status="open")]
    if as_json:
        for each in found:
            print_json(_complaint(each))
        return
    if not found:
        console.print("No complaint is open.")
    for each in found:
        console.print(Text(f"{each.id}  {each.status}  {each.kind}  {each.source or 'no source'}: {each.what}"), soft_wrap=True)


@contextmanager
def _register() -> Iterator[tuple[Register, Store]]:
    with records() as (store, settings):
        yield Register(store.database, tenant=settings.tenant), store


def _document(row: Registered) -> dict[str, Any]:
    return {
        "source": row.source.to_document(),
        "revision": row.revision,
        "missing": [
            {"field": each.field, "clause": each.clause, "en": each.en, "zh": each.zh} for each in completeness(row.source).missing
        ],
        "objections": [
            {"code": each.code, "forbids": each.forbids, "clause": each.clause, "en": each.en, "zh": each.zh}
            for each in objections(row.source, today=day_in_china())
        ],
    }


def _list(rows: list[Registered]) -> None:
    if not rows:
        console.print("No source is registered: brightline corpus register sources.yaml")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("source", "status", "kind", "licence", "complete", "objections"):
        table.add_column(heading, no_wrap=heading in ("source", "status"))
    for row in rows:
        each, told = row.source, completeness(row.source)
        against = objections(each, today=day_in_china())
        table.add_row(
            Text(each.id),
            Text(each.status, style=_COLOURS[each.status]),
            each.kind,
            Text(each.licence.spdx or "—"),
            f"{told.share:.0%}",
            Text(", ".join(one.code for one in against) or "—", style="red" if any(one.forbids for one in against) else ""),
        )
    console.print(table)


def _show(row: Registered) -> None:
    console.print(Text(dump_sources([row.source])), soft_wrap=True)
    for missing in completeness(row.source).missing:
        console.print(Text(f"missing   {missing.field}: {missing.en} ({missing.clause})", style="yellow"), soft_wrap=True)
    for against in objections(row.source, today=day_in_china()):
        word = "forbids  " if against.forbids else "remark   "
        console.print(
            Text(f"{word} {against.code}: {against.en} ({against.clause})", style="red" if against.forbids else ""), soft_wrap=True
        )


def _complaint(complaint: Complaint) -> dict[str, Any]:
    return {
        "id": complaint.id,
        "status": complaint.status,
        "kind": complaint.kind,
        "source": complaint.source,
        "what": complaint.what,
        "contact": complaint.contact,
    }
