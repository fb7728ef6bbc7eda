"""``brightline corpus sample`` and ``review``: draw a sample, and look at its documents with the keyboard.

The keys of a review: p passes, f fails, u unsure, b takes the last answer back, q stops. After f come the numbers of what is broken, and a note
where there is something to say. Answers are blind: nobody sees another's. Where standard input is no terminal, each line is one answer:
``p``, ``f 2 4 a note``, ``u``, ``b``, ``q``.
"""

from __future__ import annotations

import sys
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from brightline.cli.corpus.opened import BY, opened, person, records
from brightline.cli.terminal import console, print_json
from brightline.corpus.percent import percent_text
from brightline.corpus.sampling import Answer, Desk, Plan, Task, sheet_of
from brightline.curation.keys import CorpusKey
from brightline.curation.rules import CorpusRule, families
from brightline.errors import InputError
from brightline.store import CorpusSamples, Store, StoredSample

__all__ = ["review", "sample", "sheet", "visible"]

_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
_LABELS = {"p": "pass", "f": "fail", "u": "unsure"}
_HIDDEN = ("Cc", "Cf")
"""Categories of characters that nobody sees, or that a terminal obeys: controls, zero width, directions, tags (Unicode 16.0, 4.5 and 23.2)."""
_TAGS = "\U000e0000"  # from here on nothing is seen: tags and selectors of variants, in which poisoning hides bytes


def sample(
    corpus: Annotated[str, typer.Argument(help="Name of the corpus, or id of a run.")],
    kind: Annotated[str, typer.Option(help="human, technical, removed, or source (each source as it came).")] = "human",
    size: Annotated[int, typer.Option(min=0, help="Another number than the standard's; then the standard is not met.")] = 0,
    as_json: _JSON = False,
) -> None:
    """Draw a sample: who has the run's corpus and the seed, published at its end, draws the same one again.

    Exit code 1 for a technical sample that does not pass.
    """
    with opened() as curation:
        from brightline.curation.samples import KINDS, draw_sample

        if kind not in KINDS:
            raise InputError("BL-CORPUS-094", f"there is no sample of kind {kind!r}", f"one of: {', '.join(KINDS)}")
        drawn = draw_sample(curation.find(corpus), kind, size=size, by=BY)
    if as_json:
        print_json(_document(drawn))
    else:
        _show_plan(drawn)
        if drawn.outcome:
            _show_outcome(drawn.outcome)
        else:
            console.print(f"sample {drawn.id}\n  [dim]→ brightline corpus review {drawn.id}[/]", soft_wrap=True)
    raise typer.Exit(int(bool(drawn.outcome) and not _is_good(drawn.outcome)))


def sheet(
    sample_id: Annotated[str, typer.Argument(metavar="SAMPLE", help="Id of a closed sample.")],
    population: Annotated[
        bool, typer.Option("--population", help="In its place, what it was drawn from: document, tab, stratum, one a line.")
    ] = False,
) -> None:
    """Write what an auditor needs to draw a closed sample again, as JSON: plan, commitment, seed, documents. `corpus verify` checks it."""
    if population:
        with opened() as curation:
            from brightline.curation.samples import population_of

            stored = CorpusSamples(curation.store.database).get(sample_id, tenant=curation.settings.tenant)
            for member in population_of(curation.find(stored.run), Plan.from_document(stored.plan)):
                typer.echo(f"{member.doc_id}\t{member.stratum}")
        return
    with records() as (store, settings):
        print_json(sheet_of(store.database, sample_id, tenant=settings.tenant))


def review(
    sample_id: Annotated[str, typer.Argument(metavar="SAMPLE", help="Id of an open sample; the list of them without it.")] = "",
    as_person: Annotated[str, typer.Option("--as", help="Who answers. Default: the name of your account.")] = "",
    adjudicate: Annotated[bool, typer.Option("--adjudicate", help="Decide where two differ or somebody was unsure.")] = False,
    close: Annotated[bool, typer.Option("--close", help="Close the sample: outcome kept, texts emptied, seed published.")] = False,
    partial: Annotated[bool, typer.Option("--partial", help="With --close: although documents have no verdict.")] = False,
    as_json: _JSON = False,
) -> None:
    """Look at the documents of a sample, one key an answer. With --close, exit code 1 where the sample does not pass."""
    who = as_person or person()
    with _desk() as (store, desk, tenant):
        if not sample_id:
            _list(CorpusSamples(store.database).page(tenant=tenant, status="open"), as_json)
            return
        if close:
            outcome = desk.close(sample_id, BY, partial=partial).to_document()
            if as_json:
                print_json(outcome)
            else:
                _show_outcome(outcome)
            raise typer.Exit(int(not _is_good(outcome)))
        answered = _adjudicate(desk, sample_id, who) if adjudicate else _review(desk, sample_id, who)
        progress, blind = desk.progress(sample_id), desk.is_blind(sample_id, who)
    if as_json:
        told = {"answered": answered, "answers": progress.answers, "answers_wanted": progress.answers_wanted}
        print_json(told if blind else told | {"decided": progress.decided, "items": progress.items, "for_a_third": progress.third})
        return
    if blind:  # what the answers come to would tell whoever goes on what others said
        console.print(f"{answered} answered; {progress.answers} of {progress.answers_wanted} answers are in")
        return
    console.print(
        f"{answered} answered; {progress.decided} of {progress.items} documents decided, {progress.third} wait for a third person"
    )
    if progress.third:
        console.print(f"  [dim]→ brightline corpus review {sample_id} --adjudicate --as SOMEBODY[/]", soft_wrap=True)
    elif progress.can_close:
        console.print(f"  [dim]→ brightline corpus review {sample_id} --close[/]", soft_wrap=True)


@contextmanager
def _desk() -> Iterator[tuple[Store, Desk, str]]:
    with records() as (store, settings):
        yield store, Desk(store.database, key_hex=CorpusKey.of(settings).sampling, tenant=settings.tenant), settings.tenant


def _review(desk: Desk, sample_id: str, who: str) -> int:
    answered = 0
    while (task := desk.next_for(sample_id, who)) is not None:
        shown = time.monotonic()
        _show_task(task, desk, sample_id)
        while True:
            said = _asked("p pass · f fail · u unsure · b back · q stop")
            if said is None or said.startswith("q"):
                return answered
            if said.startswith("b"):
                desk.undo(sample_id, who)
                answered = max(0, answered - 1)
                break
            if said[:1] in _LABELS:
                desk.answer(sample_id, task.item.position, who, _answer(said, shown))
                answered += 1
                break
    return answered


def _adjudicate(desk: Desk, sample_id: str, who: str) -> int:
    answered = 0
    for open_case in desk.open_disagreements(sample_id, who):
        shown = time.monotonic()
        _show_task(open_case.task, desk, sample_id)
        for given in open_case.answers:
            said = given.document
            console.print(
                Text(visible(f"  {given.role}: {given.label} {' '.join(said.get('rules', ()))} {said.get('note', '')}")), soft_wrap=True
            )
        said_now = _asked("p pass · f fail · q stop")
        while said_now is not None and said_now[:1] not in ("p", "f", "q"):
            said_now = _asked("p pass · f fail · q stop")
        if said_now is None or said_now.startswith("q"):
            break
        desk.adjudicate(sample_id, open_case.task.item.position, who, _answer(said_now, shown))
        answered += 1
    return answered


def _asked(keys: str) -> str | None:
    """What was pressed, or the next line; None at the end of the input."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        return line.strip() or None if line else None
    console.print(f"[dim]{keys}[/]")
    pressed = typer.getchar().lower()
    if pressed != "f":
        return pressed
    for number, family in enumerate(_reasons().values(), 1):
        console.print(Text(f"  {number} {family.title_zh} {family.title_en}"))
    return f"f {typer.prompt('numbers and a note', default='', show_default=False)}"


def _answer(said: str, shown: float) -> Answer:
    """From ``f 2 4 a note``: the label, the families of what is broken, the note. A number that is none of theirs begins the note."""
    label, *words = said.split()
    names = list(_reasons())
    rules = []
    while words and words[0].isdecimal() and 1 <= int(words[0]) <= len(names):
        rules.append(names[int(words.pop(0)) - 1])
    took = round((time.monotonic() - shown) * 1000)
    return Answer(_LABELS[label[0]], tuple(dict.fromkeys(rules)), (), " ".join(words), took)  # type: ignore[arg-type]  # keys of _LABELS


def _reasons() -> dict[str, CorpusRule]:
    """Why a document may fail: what a person can see in it, so neither complaints nor what no program looked at."""
    return {name: known for name, known in families().items() if name not in ("complaint", "coverage")}


def visible(text: str) -> str:
    """A text of a stranger as it may be shown on a terminal: what hides in it, or would move and hide what stands around it, by its number."""
    plain = text.replace("\r\n", "\n")
    return "".join(f"⟨U+{ord(each):04X}⟩" if _hides(each) else each for each in plain)


def _hides(letter: str) -> bool:
    return letter not in "\n\t" and (letter >= _TAGS or unicodedata.category(letter) in _HIDDEN)


def _show_task(task: Task, desk: Desk, sample_id: str) -> None:
    progress = desk.progress(sample_id)
    text = Text(visible(task.item.text))
    text.highlight_regex(r"⟨U\+[0-9A-F]{4,6}⟩", "bold red")
    for warning in task.warnings:
        console.print(Text(warning.en, style="yellow"))
    title = visible(f"{progress.answers + 1}/{progress.answers_wanted} · {task.item.source or 'no source'} · {task.item.lineage}")
    console.print(Panel(text, title=Text(title), title_align="left"))
    console.print(Text(f"{task.question_zh}  {task.question_en}", style="bold"))


def _list(samples: list[StoredSample], as_json: bool) -> None:
    if as_json:
        for each in samples:
            print_json(_document(each))
        return
    if not samples:
        console.print("No sample is open: brightline corpus sample CORPUS")
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("sample", "kind", "documents"):
        table.add_column(heading, no_wrap=True)
    for each in samples:  # the id whole, on a terminal of 80 columns: the next command asks for it
        table.add_row(each.id, each.kind, f"{Plan.from_document(each.plan).drawn:,}")
    console.print(table)


def _show_plan(drawn: StoredSample) -> None:
    plan = Plan.from_document(drawn.plan)
    console.print(
        f"[bold]{plan.drawn:,}[/] of {plan.total:,} documents from {len(plan.strata)} strata, {plan.double:,} of them looked at twice"
    )
    if plan.population != "removed" and len(plan.strata) > 1 and not plan.is_census:
        excluded = percent_text(plan.excludes, 1)
        console.print(
            f"  of each source at least {plan.least:,}: if none of them fails, more than {excluded} % of a source is excluded at 95 %"
        )
    if plan.acceptance is None:
        return
    legal, proved = plan.acceptance.most_failures, plan.acceptance.confident
    console.print(f"  the standard ({', '.join(plan.rules)}): at least {plan.pass_percent} % pass, so at most {legal:,} may fail")
    if plan.size < plan.asked_size:
        console.print(f"  [yellow]it cannot be met[/]: {plan.size:,} documents stand for the whole, and it asks for {plan.asked_size:,}")
    words = f"with at most {proved:,}" if proved >= 0 else "not even with none"
    console.print(f"  proved at {plan.confidence:.0%}, that fewer than {100 - plan.pass_percent} % of all are bad: {words} that fail")


def _show_outcome(outcome: dict[str, Any]) -> None:
    low, high = outcome["interval"]
    console.print(
        f"{outcome['failures']:,} of {outcome['size']:,} fail: {percent_text(outcome['rate'])} % "
        f"(95 %: {percent_text(low)} to {percent_text(high)} %)"
    )
    if legal := outcome["legal"]:
        word, colour = ("met", "green") if legal["met"] else ("not met", "red")
        console.print(Text.assemble((f"{word:8}", f"bold {colour}"), f" {legal['rule']}: {legal['passed']:,} of {legal['size']:,} pass"))
    if proof := outcome["confidence"]:
        word, colour = ("proved", "green") if proof["holds"] else ("not proved", "yellow")
        console.print(Text.assemble((f"{word:8}", f"bold {colour}"), f" at {proof['level']:.0%}: fewer than {proof['limit']:.1%} are bad"))
    agreement = outcome["agreement"]
    if agreement["pairs"]:
        kappa = agreement["kappa"]
        console.print(f"{agreement['pairs']:,} looked at twice; κ {'cannot be told' if kappa is None else f'{kappa:.2f}'}")


def _is_good(outcome: dict[str, Any]) -> bool:
    return outcome["legal"] is None or bool(outcome["legal"]["met"])


def _document(drawn: StoredSample) -> dict[str, Any]:
    return {
        "sample": drawn.id, "run": drawn.run, "kind": drawn.kind, "status": drawn.status, "plan": drawn.plan, "outcome": drawn.outcome,
    }  # fmt: skip
