"""``brightline corpus decide``, ``emit`` and ``appeal``: what becomes of each document, the cleaned corpus, and who contests a decision."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.corpus.inspecting import worked
from brightline.cli.corpus.opened import opened, person, records
from brightline.cli.terminal import console, print_json
from brightline.corpus.percent import percent_text
from brightline.errors import InputError
from brightline.store import CorpusAppeals, CorpusRuns

__all__ = ["appeal", "decide", "emit"]

_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
_CORPUS = Annotated[str, typer.Argument(help="Name of the corpus, or id of a run.")]
_COLOURS = {"keep": "green", "redact": "cyan", "quarantine": "magenta", "drop": "red"}
_STYLES = ("placeholder", "pseudonym", "mask")
_SHOWN_RULES = 20


def decide(
    corpus: _CORPUS,
    policy: Annotated[
        Path | None, typer.Option(help="Your own table of what follows from what; it counts for later runs of the corpus, too.")
    ] = None,
    shipped: Annotated[
        bool, typer.Option("--shipped-policy", help="Back to the policy that ships: your own table counts no more.")
    ] = False,
    lang: Annotated[str, typer.Option(help="Language of the rules' titles: zh or en.")] = "en",
    as_json: _JSON = False,
) -> None:
    """Decide on each document: keep, redact, quarantine or drop, with rules and reasons. Exit code 1: shards were put aside."""
    if policy is not None and shipped:
        raise InputError("BL-CORPUS-097", "two policies are named", "--policy FILE or --shipped-policy")
    options: dict[str, Any] = {"decide": {"policy": policy, "shipped": shipped}}
    with opened() as curation:
        from brightline.curation.stages import require_inspection

        run = curation.find(corpus)
        require_inspection(run)
        figures = worked(run, ("decide",), as_json, **options)["decide"]
    if as_json:
        print_json({"run": run.id, "corpus": run.plan.corpus, "figures": figures})
    else:
        _show_decisions(figures, "zh" if lang.startswith("zh") else "en")
        console.print(f"  [dim]→ brightline corpus emit {run.plan.corpus} --out FOLDER[/]", soft_wrap=True)
    raise typer.Exit(int(any(figures.get(name) for name in ("quarantined", "left_out"))))


def emit(
    corpus: _CORPUS,
    out: Annotated[str, typer.Option(help="Folder or s3:// address under which clean/ goes. Default: the workspace.")] = "",
    style: Annotated[str, typer.Option(help="How personal data are covered: placeholder, pseudonym (keyed) or mask.")] = "placeholder",
    lang: Annotated[str, typer.Option(help="Language of placeholders: zh or en.")] = "zh",
    as_json: _JSON = False,
) -> None:
    """Write what stays, in its own format. Covered texts are looked at again. Exit code 1: shards were put aside, or a text was held back."""
    if style not in _STYLES:
        raise InputError("BL-CORPUS-097", f"nothing is covered in the style {style!r}", f"one of: {', '.join(_STYLES)}")
    with opened() as curation:
        run = curation.find(corpus)
        options = {"out": out, "style": style, "language": "en" if lang.startswith("en") else "zh"}
        figures = worked(run, ("emit",), as_json, emit=options)["emit"]
    if as_json:
        print_json({"run": run.id, "corpus": run.plan.corpus, "figures": figures})
    else:
        console.print(
            f"[bold]{figures.get('documents', 0):,}[/] documents written to {figures['out']}/clean, "
            f"{figures.get('redactions', 0):,} passages covered in {figures.get('redacted', 0):,} of them",
            soft_wrap=True,
        )
        _show_put_aside(figures)
        if figures.get("left_out"):
            console.print(f"[red]{figures['left_out']:,} shards are not among them: they were put aside before[/]", soft_wrap=True)
        if figures.get("unproven"):
            console.print(f"[red]{figures['unproven']:,} held back: personal data could not be covered for certain[/]")
        console.print(f"  [dim]→ brightline corpus report {run.plan.corpus}[/]", soft_wrap=True)
    raise typer.Exit(int(any(figures.get(name) for name in ("quarantined", "left_out", "unproven"))))


def appeal(
    corpus: _CORPUS,
    document: Annotated[str, typer.Argument(help="Id of the document whose decision is contested; the appeals without it.")] = "",
    reason: Annotated[str, typer.Option(help="Why it is contested, or why it was decided so.")] = "",
    decide: Annotated[str, typer.Option(metavar="ID", help="Decide on this appeal: with --restore or --uphold.")] = "",
    restore: Annotated[bool | None, typer.Option("--restore/--uphold", help="The document comes back, or the decision stands.")] = None,
    as_person: Annotated[str, typer.Option("--as", help="Who contests or decides. Default: the name of your account.")] = "",
    as_json: _JSON = False,
) -> None:
    """Contest a decision on a document, decide on an appeal (somebody else does that), or list them.

    What is restored comes back with the next decide and emit, and counts as a wrong decision in the report.
    """
    who = as_person or person()
    contested = _outcome_of(corpus, document) if document and not decide else ""
    with records() as (store, settings):
        runs, appeals = CorpusRuns(store.database), CorpusAppeals(store.database)
        run = runs.latest(corpus=corpus, tenant=settings.tenant) or runs.get(corpus, tenant=settings.tenant)
        if decide:
            if restore is None:
                raise InputError("BL-CORPUS-096", "it is not said how the appeal is decided", "--restore or --uphold")
            found = [appeals.decide(decide, by=who, restore=restore, reason=reason, tenant=settings.tenant)]
        elif document:
            found = [appeals.open(run.id, document, by=who, reason=reason, contested=contested, tenant=settings.tenant)]
        else:
            found = appeals.page(run=run.id, tenant=settings.tenant)
    for each in found:
        if as_json:
            print_json(each._asdict())
        else:
            console.print(Text(f"{each.id}  {each.status:9} {each.doc_id}"), soft_wrap=True)
    if not found and not as_json:
        console.print("Nothing is contested in this run.")


def _outcome_of(corpus: str, doc_id: str) -> str:
    """What was decided on a document; nothing where there is no such document or decision."""
    from brightline.corpus.deciding.looking import find_documents

    with opened() as curation:
        run = curation.find(corpus)
        found = find_documents(run.workspace, run.shards, doc_id=doc_id, limit=1)
        return str(found[0].decision["outcome"]) if found and found[0].decision else ""


def _show_decisions(figures: dict[str, Any], lang: str) -> None:
    from brightline.curation.rules import corpus_rule

    total = max(figures.get("documents", 0), 1)
    for outcome, colour in _COLOURS.items():
        count = figures.get(outcome, 0)
        console.print(Text.assemble((f"{outcome:11}", f"bold {colour}"), f"{count:>12,}  {percent_text(count / total):>6}%"))
    _show_put_aside(figures)
    if figures.get("left_out"):
        console.print(f"[red]{figures['left_out']:,} shards were put aside before: nothing is decided on them[/]", soft_wrap=True)
    if figures["policy_by"] == "operator":
        console.print(f"[yellow]by a policy of your own[/], since {figures['policy_since']} (back: --shipped-policy)")
    else:
        console.print(f"[dim]by the policy that ships, since {figures['policy_since']}[/]")
    found = sorted(((count, rule) for rule, count in figures["rules"].items() if "." in rule and not rule[0].isupper()), reverse=True)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("documents", "rule", "what it is"):
        table.add_column(heading, justify="right" if heading == "documents" else "left", no_wrap=heading != "what it is")
    for count, rule in found[:_SHOWN_RULES]:
        try:
            known = corpus_rule(rule)
            title = known.title_zh if lang == "zh" else known.title_en
        except KeyError:
            title = ""
        table.add_row(f"{count:,}", Text(rule), Text(title))
    console.print(table)


def _show_put_aside(figures: dict[str, Any]) -> None:
    for number, reason in figures["quarantined"].items():
        console.print(Text(f"put aside: shard {number}: {reason}", style="red"), soft_wrap=True)
