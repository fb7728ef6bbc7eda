"""``brightline check FILE…|-``: inspect text, Markdown and JSONL from the command line.

Text and Markdown files are one Item each; a JSONL file is one Item a line, either a string or an object whose
``--field`` (default ``text``) holds the text. With ``--dialogue`` files hold conversations (``check_dialogue``). What cannot be read is an error with file and line and exit code 2;
the rest is still inspected and printed. Other kinds of file are refused, never passed as clean.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TextIO

import orjson
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from brightline.cli.check_dialogue import dialogues_in
from brightline.cli.explaining import as_document, excused, print_explanation
from brightline.cli.terminal import COLOURS, console, print_json, report
from brightline.config import load_settings
from brightline.documents import decision_to_document
from brightline.errors import BrightlineError, InputError
from brightline.model import AgeBand, Decision, Door, Item, ItemKind, Outcome, Part, Side, Strictness
from brightline.pipeline import Pipeline
from brightline.service import Service

__all__ = ["check"]

_TEXT = {".txt", ".text", ".md", ".markdown", ""}
_JSONL = {".jsonl", ".ndjson"}
_BATCH = 500  # decisions recorded in one transaction; bounds memory on files of any length


@dataclass(frozen=True, slots=True)
class _Source:
    """One text with the name a person would give it (file, or file:line)."""

    name: str
    item: Item


def check(
    files: Annotated[list[Path], typer.Argument(help="Text, Markdown or JSONL files; - for standard input.", allow_dash=True)],
    side: Annotated[Side, typer.Option(help="From which side the text comes.")] = Side.POST,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Read standard input as JSONL.")] = False,
    field: Annotated[str, typer.Option(help="Field of a JSONL object that holds the text.")] = "text",
    dialogue: Annotated[bool, typer.Option("--dialogue", help="Files hold conversations: JSONL turns, or lines like `user: …`.")] = False,
    strictness: Annotated[Strictness | None, typer.Option(help="lenient, standard or strict.")] = None,
    age_band: Annotated[AgeBand, typer.Option(help="Whom the text is for.")] = AgeBand.UNKNOWN,
    lang: Annotated[str, typer.Option(help="Language of the reasons: zh or en.")] = "",
    record: Annotated[bool, typer.Option("--record", help="Store the decisions and put them into the ledger.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One decision a line as JSON.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show how each text was read: lanes, slots, and what came near.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only what was found.")] = False,
) -> None:
    """Inspect texts. Exit code 0: nothing found; 1: something found; 2: something could not be inspected."""
    settings = load_settings()
    service = Service.open(settings) if record else None
    pipeline = service.pipeline if service else Pipeline(settings)
    chosen: Literal["zh", "en"] = "en" if (lang or settings.language) == "en" else "zh"
    context = pipeline.context(Door.CLI, strictness=strictness, age_band=age_band)
    problems: list[BrightlineError] = []
    found = False
    waiting: list[Decision] = []
    try:
        sources = _dialogues(files, problems) if dialogue else _sources(files, side, jsonl, field, problems)
        for source in sources:
            decision = pipeline.decide_item(source.item, context)
            found = found or decision.outcome is not Outcome.ALLOW
            if as_json:
                more = {"explanation": as_document(pipeline, source.item, decision)} if explain else {}
                print_json({"source": source.name} | decision_to_document(decision) | more)
            elif not (quiet and decision.outcome is Outcome.ALLOW):
                _print(source.name, decision, chosen, pipeline)
                if explain:
                    print_explanation(pipeline, source.item, decision, chosen)
            waiting.append(decision)
            if service and len(waiting) >= _BATCH:
                service.record_now(waiting)
                waiting.clear()
            elif not service:
                waiting.clear()
        if service and waiting:
            service.record_now(waiting)
    finally:
        if service:
            service.close()
    for problem in problems:
        report(problem)
    raise typer.Exit(2 if problems else int(found))


def _sources(files: list[Path], side: Side, jsonl: bool, field: str, problems: list[BrightlineError]) -> Iterator[_Source]:
    for path in files:
        try:
            if str(path) == "-":
                raw = sys.stdin.buffer.read()
                yield from _lines("-", raw.splitlines(), side, field, problems) if jsonl else [_whole("-", raw, side)]
            elif path.suffix.lower() in _JSONL:
                yield from _lines(str(path), _read(path).splitlines(), side, field, problems)
            elif path.suffix.lower() in _TEXT:
                yield _whole(str(path), _read(path), side)
            else:
                raise InputError(
                    "BL-INPUT-021",
                    f"{path}: files of kind {path.suffix} are not inspected here",
                    "give .txt, .md or .jsonl; nothing was checked in this file",
                )
        except BrightlineError as problem:
            problems.append(problem)


def _dialogues(files: list[Path], problems: list[BrightlineError]) -> Iterator[_Source]:
    for path in files:
        wrong: list[InputError] = []
        try:
            raw = sys.stdin.buffer.read() if str(path) == "-" else _read(path)
            yield from (_Source(name, item) for name, item in dialogues_in(str(path), _decode(str(path), raw), wrong))
        except BrightlineError as problem:
            problems.append(problem)
        problems += wrong


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise InputError("BL-INPUT-020", f"{path} cannot be read: {problem.strerror}", "check the name and the permissions") from None


def _whole(name: str, raw: bytes, side: Side) -> _Source:
    return _Source(name, Item(ItemKind.TEXT, (Part("text", side, _decode(name, raw)),), source="cli", source_id=name))


def _lines(name: str, lines: list[bytes], side: Side, field: str, problems: list[BrightlineError]) -> Iterator[_Source]:
    for number, line in enumerate(_with_progress(name, lines), 1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            text = _text_of(where, line, field)
        except InputError as problem:
            problems.append(problem)
            continue
        yield _Source(where, Item(ItemKind.TEXT, (Part(field, side, text),), source="cli", source_id=where))


def _text_of(where: str, line: bytes, field: str) -> str:
    try:
        row: Any = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        raise InputError(
            "BL-INPUT-022", f"{where}: not JSON: {problem.msg}", "one JSON value a line; this line was not inspected"
        ) from None
    text = row.get(field) if isinstance(row, dict) else row
    if not isinstance(text, str):
        raise InputError("BL-INPUT-023", f"{where}: no text in field {field!r}", "name the field with --field; this line was not inspected")
    return text


def _decode(name: str, raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise InputError(
            "BL-INPUT-024", f"{name}: not UTF-8 at byte {problem.start}", "convert the file to UTF-8; nothing was checked in it"
        ) from None


def _with_progress(name: str, lines: list[bytes]) -> Iterable[bytes]:
    stream: TextIO = sys.stderr
    if not stream.isatty() or len(lines) < 200:
        yield from lines
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=type(console)(stderr=True), transient=True) as progress:
        yield from progress.track(lines, description=name)


def _print(name: str, decision: Decision, lang: Literal["zh", "en"], pipeline: Pipeline) -> None:
    line = Text()
    line.append(f"{decision.outcome.value:8}", style=f"bold {COLOURS[decision.outcome]}")
    line.append(f" {name}")
    console.print(line)
    for finding in decision.findings:
        why = excused(finding, lang)
        for (part, span), evidence in zip(finding.places, finding.evidence, strict=True):
            turn = f"{part}  " if decision.item_kind is ItemKind.DIALOGUE else ""
            console.print(
                Text(f"         {turn}{span.start}–{span.end}  {evidence!r}  {finding.goal} · lane {finding.lane}{why}", style="dim")
            )
    for rule in decision.rules:
        console.print(Text(f"         {rule}  {pipeline.rulebook.citation(rule, lang)}"))
    if decision.reason(lang) and decision.outcome is not Outcome.ALLOW:
        console.print(Text(f"         {decision.reason(lang)}"))
