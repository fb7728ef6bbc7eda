"""Is the media the same after labelling, and do other people's readers see the label where the guide puts it? Goal: always.

    .venv/bin/python evals/label_lossless.py [--contents 2] [--format png …] [--variants] [--no-peers] [--json]

Makes files of every format by many encoders (``evals/labels/variants*.py``), each with several contents; labels each into a new file, then labels
that file again in place with another number; and compares what the three decode to, by decoders that are not ours
(``outside_decoders.py``). Readers that are not ours (``outside_readers.py``) have to show the label, with the second number and nothing else,
at the guide's place: every reader, on every file of the formats that it supports. Our own reader has to find exactly one label.

Peers in the same run, on the first content of each variant: the same label written by exiftool, ffmpeg and Pillow (``outside_writers.py``), judged
by the same decoders and readers.

Exit status 1 if one file of ours differs, is not read where it should be, or cannot be labelled.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from evals.labels.outside_decoders import decoded
from evals.labels.outside_readers import by_exiftool, exiftool_place, exiftool_supports, readers_of, same_label
from evals.labels.outside_writers import WRITERS
from evals.labels.variants import Variant
from evals.labels.variants_documents import documents
from evals.labels.variants_pictures import pictures
from evals.labels.variants_streams import films, sounds

from brightline.labels.errors import LabelError
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.registry import read

GOAL_FILES, GOAL_ENCODERS = 500, 20  # the issue's
PRODUCER = "001191000000MA0BR1GHTQ10001"  # a code made for tests: region 000000 is assigned to nobody
FIRST, SECOND = (ImplicitLabel.first(PRODUCER, f"0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e1{number}") for number in (1, 2))


@dataclass
class Made:
    """One file of ours: where it is, what it decoded to before, and what came of it. ``wrong``: what is not as it should be."""

    variant: Variant
    number: int
    path: Path
    before: dict[str, str]
    seen: dict[str, bool] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    is_identical: bool = False


@dataclass
class Written:
    """What a peer made of the files of one format."""

    peer: str
    format: str
    files: int = 0
    written: int = 0
    at_place: int = 0
    identical: int = 0
    both: int = 0


def main() -> int:
    options = _options()
    logging.getLogger("pypdf").setLevel(logging.ERROR)
    start = time.perf_counter()
    variants = [each for each in chain(pictures(), sounds(), films(), documents()) if not options.format or each.format in options.format]
    with tempfile.TemporaryDirectory(prefix="brightline-lossless-") as folder:
        made = list(_labelled(variants, options.contents, Path(folder)))
        _ask_readers(made, Path(folder) / "labelled")
        peers = [] if options.no_peers else list(_peers([each for each in made if each.number == 0], Path(folder)))
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    report = {
        "files": len(made),
        "variants": len(variants),
        "encoders": len({each.encoder for each in variants}),
        "identical": sum(each.is_identical for each in made),
        "readings": sum(len(each.seen) for each in made),
        "seen": sum(sum(each.seen.values()) for each in made),
        "cpu_s": round(sum(each.ru_utime + each.ru_stime for each in used), 1),
        "wall_s": round(time.perf_counter() - start, 1),
        "load": os.getloadavg()[0],
        "formats": _formats(made),
        "wrong": [f"{_name(each)}: {what}" for each in made for what in each.wrong],
        "peers": [asdict(each) for each in peers],
    }
    if options.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _print(report, made if options.variants else [])
    enough = bool(options.format) or (len(made) >= GOAL_FILES and report["encoders"] >= GOAL_ENCODERS)
    return 0 if enough and not report["wrong"] else 1


def _labelled(variants: Iterable[Variant], contents: int, folder: Path) -> Iterator[Made]:
    """Every file, made, labelled, and labelled again in place; with what went wrong on the way."""
    came, labelled = folder / "came", folder / "labelled"
    came.mkdir()
    labelled.mkdir()
    for place, variant in enumerate(variants):
        for number in range(contents):
            path = came / f"{variant.format}-{place:03d}-{number}{variant.suffix}"
            variant.make(path, number)
            yield _label(Made(variant, number, path, decoded(path, variant.format)), labelled / path.name)


def _label(made: Made, target: Path) -> Made:
    original = made.path.read_bytes()
    if not made.before:
        made.wrong.append("no decoder here opens the original")
    try:
        mark(made.path, FIRST, out=target)
        once = decoded(target, made.variant.format)
        mark(target, SECOND, in_place=True)
    except (LabelError, OSError) as problem:
        made.wrong.append(f"cannot be labelled: {problem}")
        return made
    twice = decoded(target, made.variant.format)
    made.is_identical = bool(made.before) and once == made.before == twice
    if not made.is_identical:
        differing = {name for seen in (once, twice) for name in made.before if seen.get(name) != made.before[name]}
        made.wrong.append(f"decodes to something else: {', '.join(sorted(differing))}")
    if made.path.read_bytes() != original:
        made.wrong.append("the original was changed")
    labels = read(target).labels
    if [site.label for site in labels] != [SECOND]:
        made.wrong.append(f"{len(labels)} labels where one should be")
    return made


def _ask_readers(made: Iterable[Made], folder: Path) -> None:
    tags = by_exiftool(folder)
    for each in made:
        target = folder / each.path.name
        if target.exists():
            each.seen = _seen(each, target, tags, SECOND)
            each.wrong += [f"{reader} does not see the label at its place" for reader, sees in each.seen.items() if not sees]


def _seen(made: Made, file: Path, tags: Mapping[Path, Mapping[str, str]], label: ImplicitLabel) -> dict[str, bool]:
    """Reader → whether it sees the label in ``file`` at the place of the format."""
    format_ = made.variant.format
    found = {name: same_label(ask(file), label.fields) for name, ask in readers_of(made.path, format_).items()}
    if exiftool_supports(file, format_):
        found["exiftool"] = same_label(exiftool_place(tags.get(file, {}), format_), label.fields)
    return found


def _peers(made: list[Made], folder: Path) -> Iterator[Written]:
    for name, write in WRITERS.items():
        out = folder / "peer"
        out.mkdir()
        write(((each.path, each.variant.format) for each in made), FIRST.to_json(), out)
        tags = by_exiftool(out)
        rows: dict[str, Written] = {}
        for each in made:
            row = rows.setdefault(each.variant.format, Written(name, each.variant.format))
            row.files += 1
            target = out / each.path.name
            if target.exists():
                _judge(row, each, target, tags)
        yield from (row for row in rows.values() if row.written)
        shutil.rmtree(out)


def _judge(row: Written, made: Made, target: Path, tags: Mapping[Path, Mapping[str, str]]) -> None:
    row.written += 1
    try:
        at_place = any(_seen(made, target, tags, FIRST).values())
        identical = decoded(target, row.format) == made.before
    except Exception:  # whatever a decoder raises over what a peer wrote: not the same media
        at_place = identical = False
    row.at_place += at_place
    row.identical += identical
    row.both += at_place and identical


# The answer


def _formats(made: list[Made]) -> list[dict[str, object]]:
    rows = []
    for format_ in dict.fromkeys(each.variant.format for each in made):
        of_it = [each for each in made if each.variant.format == format_]
        readers = {
            reader: sum(each.seen.get(reader, False) for each in of_it) for reader in dict.fromkeys(r for e in of_it for r in e.seen)
        }
        rows.append(
            {
                "format": format_,
                "variants": len({(each.variant.encoder, each.variant.options) for each in of_it}),
                "encoders": sorted({each.variant.encoder for each in of_it}),
                "files": len(of_it),
                "identical": sum(each.is_identical for each in of_it),
                "decoders": sorted({decoder for each in of_it for decoder in each.before}),
                "readers": readers,
            }
        )
    return rows


def _name(made: Made) -> str:
    return f"{made.variant.format}, {made.variant.encoder}, {made.variant.options}, content {made.number}"


def _print(report: Mapping[str, object], listed: list[Made]) -> None:
    console = Console(width=150)
    table = Table("format", "variants", "encoders", "files", "media identical", "by", "readers that see the label at its place")
    for row in report["formats"]:  # type: ignore[attr-defined]  # one report, written as JSON as well
        readers = ", ".join(f"{name} {count}" for name, count in row["readers"].items())
        counts = (str(row["variants"]), str(len(row["encoders"])), str(row["files"]), str(row["identical"]))
        table.add_row(row["format"], *counts, ", ".join(row["decoders"]), readers)
    console.print(table)
    if listed:
        each_variant = Table("format", "encoder", "options", "files", "identical", "seen")
        rows: dict[tuple[str, str, str], list[Made]] = {}
        for each in listed:
            rows.setdefault((each.variant.format, each.variant.encoder, each.variant.options), []).append(each)
        for key, of_it in rows.items():
            seen = sum(all(each.seen.values()) and bool(each.seen) for each in of_it)
            each_variant.add_row(*key, str(len(of_it)), str(sum(each.is_identical for each in of_it)), str(seen))
        console.print(each_variant)
    if report["peers"]:
        others = Table("peer", "format", "files", "written", "label at its place", "media identical", "both")
        for row in report["peers"]:  # type: ignore[attr-defined]  # as above
            others.add_row(*map(str, row.values()))
        console.print(others)
    for line in report["wrong"]:  # type: ignore[attr-defined]  # as above
        console.print(f"wrong: {line}", markup=False)
    console.print(
        f"{report['files']} files by {report['encoders']} encoders: media identical in {report['identical']}; "
        f"{report['seen']} of {report['readings']} readings by others show the label at its place. "
        f"{report['cpu_s']} CPU seconds, {report['wall_s']} s at load {report['load']:.1f}."
    )


def _options() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--contents", type=int, default=2, help="files of each variant")
    options.add_argument("--format", action="append", default=[], help="only this format; may be repeated")
    options.add_argument("--variants", action="store_true", help="a line for each variant")
    options.add_argument("--no-peers", action="store_true")
    options.add_argument("--json", action="store_true")
    return options.parse_args()


if __name__ == "__main__":
    sys.exit(main())
