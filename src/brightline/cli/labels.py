"""``brightline labels``: what a transformation did to a label, whose text this is, what an agreement says, what is checked.

brightline labels diff before.mp4 after.mp4      Labelling Measures, Art. 10
brightline labels text letter.txt                "did we generate this?"
brightline labels agreement terms.md             Art. 8
brightline labels checks
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.terminal import console, print_json
from brightline.config import load_settings
from brightline.errors import InputError

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

_JSON = Annotated[bool, typer.Option("--json", help="JSON for programs.")]
_LANG = Annotated[str, typer.Option(help="Language of the sentences: zh or en. Default: the setting language.")]
_COLOURS = {"kept": "green", "none": "dim", "added": "cyan", "lost": "red", "changed": "yellow", "duplicated": "red", "unreadable": "red"}


@app.callback()
def _labels() -> None:
    """Compare the labels of two files, recognise our own texts, check a user agreement, list the checks."""


@app.command()
def diff(
    before: Annotated[Path, typer.Argument(help="The file before a transformation.")],
    after: Annotated[Path, typer.Argument(help="The file after it.")],
    as_json: _JSON = False,
) -> None:
    """Tell what became of the label. Exit code 0: kept, added or rightly passed on; 1: lost, altered or doubled; 2: cannot be told."""
    from brightline.labels.comparing import difference

    for path in (before, after):
        if not path.is_file():
            raise InputError("BL-INPUT-020", f"{path} cannot be read: no such file", "check the name and the permissions")
    found = difference(before, after)
    if as_json:
        print_json(found.to_document())
    else:
        line = Text()
        line.append(found.change, style=f"bold {_COLOURS[found.change]}")
        line.append(f"  {before} → {after}")
        console.print(line, soft_wrap=True)
        if found.fields:
            table = Table(box=None, padding=(0, 2, 0, 2))
            for heading in ("key", "before", "after"):
                table.add_column(heading, overflow="fold")
            for key, (old, new) in found.fields.items():
                table.add_row(key, Text(old or "—"), Text(new or "—"))
            console.print(table)
        for place, sites in (("before", found.before), ("after", found.after)):
            for site in sites:
                console.print(Text(f"  {place}: {site.place} at byte {site.offset}", style="dim"))
        notes = [f"rules: {', '.join(found.rules)}"] if found.rules else []
        notes += [f"other metadata that is gone: {', '.join(found.lost_metadata)}"] if found.lost_metadata else []
        notes += [f"C2PA manifest: {found.c2pa}"] if found.c2pa != "none" else []
        for note in (*notes, *(f"not inspected: {gap}" for gap in found.gaps)):
            console.print(Text(f"  {note}"), soft_wrap=True)
    raise typer.Exit(2 if found.change == "unreadable" else int(found.breaks_rule))


@app.command()
def text(
    file: Annotated[Path, typer.Argument(help="A text file in UTF-8; - for standard input.", allow_dash=True)],
    as_json: _JSON = False,
) -> None:
    """Did this installation generate this text? Exit code 0: no answer on record is like it; 1: one is; 2: it cannot be told."""
    from brightline.cli.own_records import own_records
    from brightline.labels.fingerprints import LEAST_LETTERS, normalised_letters

    asked = _text_of(file)
    letters = len(normalised_letters(asked))
    if letters < LEAST_LETTERS:
        raise InputError("BL-INPUT-071", f"{letters} letters are too few to tell whose they are", f"give {LEAST_LETTERS} letters or more")
    settings = load_settings()
    with own_records(settings) as labelling:
        found = labelling.whose_text(asked)
    kept_days = settings.label_fingerprint_days
    if as_json:
        names = ("decision", "made_at", "exact", "shared", "grams")
        print_json({"matches": [{name: getattr(each, name) for name in names} for each in found], "kept_days": kept_days})
    elif found:
        table = Table(box=None, padding=(0, 2, 0, 0))
        for heading in ("decision", "generated at (UTC)", "what agrees"):
            table.add_column(heading, overflow="fold")
        for each in found:
            when = datetime.fromtimestamp(each.made_at / 1e6, UTC).strftime("%Y-%m-%d %H:%M:%S")
            table.add_row(each.decision, when, "the whole text" if each.exact else f"{each.shared} of {each.grams} passages")
        console.print(table)
    else:
        kept = f"answers of the last {kept_days} days" if kept_days else "answers (none are kept now: label_fingerprint_days is 0)"
        console.print(f"No passage agrees with the {kept}. That proves nothing about older or altered text.", soft_wrap=True)
    raise typer.Exit(int(bool(found)))


@app.command()
def agreement(
    file: Annotated[Path, typer.Argument(help="The user agreement as text in UTF-8; - for standard input.", allow_dash=True)],
    lang: _LANG = "",
    as_json: _JSON = False,
) -> None:
    """Look for what Article 8 asks of a user agreement. Exit code 0: each required point has a passage; 1: one has none.

    Found by patterns and shown as evidence; whether what they say is right, a person reads.
    """
    from brightline.labels.agreement import check_agreement

    found = check_agreement(_text_of(file))
    if as_json:
        print_json({"file": str(file), **found.to_document()})
        raise typer.Exit(int(found.state != "found"))
    chosen = "en" if (lang or load_settings().language) == "en" else "zh"
    for point in found.points:
        has = bool(point.passages)
        word, colour = ("found", "green") if has else ("missing", "red") if point.required else ("not said", "yellow")
        said = point.en if chosen == "en" else point.zh
        console.print(Text.assemble((f"{word:9}", f"bold {colour}"), f"{said}  [{point.rule}]"), soft_wrap=True)
        for passage in point.passages:
            console.print(Text(f"         {passage.start}–{passage.stop}: {passage.text}", style="dim"), soft_wrap=True)
        if not has:
            console.print(Text(f"         + {point.sample_en if chosen == 'en' else point.sample_zh}", style="dim"), soft_wrap=True)
    raise typer.Exit(int(found.state != "found"))


def _text_of(file: Path) -> str:
    """The text of a file or of standard input. Raises ``InputError``: BL-INPUT-020 no such file, -070 no text in UTF-8."""
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig")
    except OSError as problem:
        raise InputError("BL-INPUT-020", f"{file} cannot be read: {problem.strerror}", "check the name and the permissions") from None
    except UnicodeDecodeError as problem:
        raise InputError("BL-INPUT-070", f"{file} is no text in UTF-8 (byte {problem.start})", "convert it to UTF-8 first") from None


@app.command()
def checks(
    lang: Annotated[str, typer.Option(help="Language of the sentences: zh or en.")] = "en",
    as_json: _JSON = False,
) -> None:
    """List the checks of `brightline verify`, with the rule behind each."""
    from brightline.labels.verification import catalogue

    rows = list(catalogue().values())
    if as_json:
        print_json([{"id": row.id, "rule": row.rule, "worst": row.worst, "title": dict(row.title)} for row in rows])
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("id", "rule", "a violation is", "what it looks at"):
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(row.id, row.rule, row.worst, row.title["zh" if lang.startswith("zh") else "en"])
    console.print(table)
