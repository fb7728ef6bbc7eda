"""False marks on ordinary files: how many of thousands of files that no model made are confirmed, possible or suspected. Goal: none.

    .venv/bin/python evals/label_negatives.py [--files 6000] [--seed 20261123] [--folder DIR] [--json]

The files are built into a temporary folder (``evals/labels/ordinary.py``: photos with camera EXIF that speaks of AI, editors' pictures,
documents, pages and code about labels, quoted labels, sounds and films with tags) and verified as a platform would: metadata, words of
texts, no character recognition. ``--folder`` takes a folder of real files instead. ``inconclusive`` is shown apart: it marks nobody,
but somebody has to look.

Peer in the same run: the words that such files are searched for elsewhere (``aigc``, names of generators, ``ai generated``) anywhere in
the bytes. It shows what looking for words instead of structure costs; it is no measurement of any product.

Exit status 1 if a single file is marked.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from evals.labels.ordinary import ordinary_files

from brightline.labels.verification import verify

MARKED = ("confirmed", "possible", "suspected")
WORDS = re.compile(
    rb"aigc|trainedalgorithmicmedia|stable diffusion|midjourney|comfy|novelai|made with suno|ai[ -]?generated|ai\xe7\x94\x9f\xe6\x88\x90",
    re.I,
)
MOST_SHOWN = 20


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="brightline-negatives-") as folder:
        if options.folder:
            files = [
                (path.suffix.lower() or "(none)", path)
                for path in sorted(options.folder.rglob("*"))
                if path.is_file() and not path.is_symlink()
            ]
        else:
            files = list(_built(Path(folder), options.files, options.seed))
        counts, by_words, marked, seconds = _verified(files)
    total = sum(sum(kind.values()) for kind in counts.values())
    report = {
        "files": total,
        "marked": sum(kind[state] for kind in counts.values() for state in MARKED),
        "inconclusive": sum(kind["inconclusive"] for kind in counts.values()),
        "marked_by_words": sum(by_words.values()),
        "files_per_second": round(total / seconds),
        "kinds": {name: dict(kind) for name, kind in counts.items()},
        "examples": marked[:MOST_SHOWN],
    }
    if options.json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        _print(report, by_words)
    return int(bool(report["marked"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--files", type=int, default=6000)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--folder", type=Path, help="count real files instead of built ones")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def _built(folder: Path, count: int, seed: int) -> Iterable[tuple[str, Path]]:
    for kind, name, data in ordinary_files(count, seed):
        path = folder / name
        path.write_bytes(data)
        yield kind, path


def _verified(files: Iterable[tuple[str, Path]]) -> tuple[dict[str, Counter[str]], Counter[str], list[str], float]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    by_words: Counter[str] = Counter()
    marked = []
    seconds = 0.0
    for kind, path in files:
        began = time.perf_counter()
        answer = verify(path)
        seconds += time.perf_counter() - began
        counts[kind][str(answer.state)] += 1
        if str(answer.state) in MARKED:
            marked.append(f"{path.name}: {answer.state} by {answer.decided_by.what if answer.decided_by else ''}")
        by_words[kind] += bool(WORDS.search(path.read_bytes()))
    return counts, by_words, marked, seconds


def _print(report: dict[str, object], by_words: Counter[str]) -> None:
    console = Console()
    table = Table("kind", "files", "marked", "none", "inconclusive", "words mark", title="ordinary files")
    kinds = report["kinds"]
    assert isinstance(kinds, dict)
    for name, states in kinds.items():
        marked = sum(states.get(state, 0) for state in MARKED)
        row = (sum(states.values()), marked, states.get("none", 0), states.get("inconclusive", 0), by_words[name])
        table.add_row(name, *map(str, row))
    console.print(table)
    console.print(
        f"{report['files']} files: {report['marked']} marked (goal 0), {report['inconclusive']} inconclusive; "
        f"words alone would mark {report['marked_by_words']}; {report['files_per_second']} files/s"
    )
    examples = report["examples"]
    assert isinstance(examples, list)
    for line in examples:
        console.print("  " + line)


if __name__ == "__main__":
    sys.exit(main())
