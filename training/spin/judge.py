"""How the signs of machine spin divide natural texts from texts spun by the authored table: own spins, no independent set.

    .venv/bin/python training/spin/judge.py [--dictionary jieba/dict.txt] [--chars 800]

Each source of ``open/`` is judged with weights counted without it. Shown are documents with a finding, natural and spun (each replaceable word with a
chance of 0.6, 0.3, 0.15), and spun by the whole table with half of it known: what another program's table leaves.
"""

from __future__ import annotations

import argparse
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from build import HERE
from texts import documents, sources

from brightline.corpus.annotators import quality, spin

CHANCES = (0.6, 0.3, 0.15)


def main() -> int:
    options = _options()
    table = _table()
    known = {written for ordinary in sorted(table)[::2] for written in table[ordinary]}
    shipped = spin.WORDS_FILE
    for name, texts in sources().items():
        with tempfile.TemporaryDirectory() as folder:
            if options.dictionary:
                command = ["build.py", "--dictionary", str(options.dictionary), "--without", name, "--into", folder]
                subprocess.run([sys.executable, *command], cwd=HERE, check=True, capture_output=True)
            words = Path(folder) / "spin_zh.tsv" if options.dictionary else shipped
            cells = [name]
            for chars in options.chars:
                natural = documents(texts, chars)
                cells.append(f"{chars}: natural {found(natural, words)}/{len(natural)}")
                some = random.Random(1).sample(natural, min(150, len(natural)))
                cells += [f"{chance} {found([spun(each, table, chance) for each in some], words) / len(some):.0%}" for chance in CHANCES]
                lines = [line for line in words.read_text("utf-8").splitlines() if line.split("\t")[0] in known]
                (Path(folder) / "half.tsv").write_text("\n".join(lines), "utf-8")
                strange = [spun(each, table, 0.6) for each in some]
                cells.append(f"half known 0.6 {found(strange, Path(folder) / 'half.tsv') / len(some):.0%}")
            print("  ".join(cells), flush=True)
    return 0


def found(texts: Sequence[str], words: Path) -> int:
    """Documents with a finding, by the words of a table."""
    spin.WORDS_FILE = words
    spin._lexicon.cache_clear()
    kernel = quality.kernel("00" * 32)
    made = kernel.annotate(pa.table({"text": pa.array(texts, pa.large_string())}))
    return sum(any(each["rule"] == spin.RULE for each in row) for row in made.column("findings").to_pylist())


def spun(text: str, table: Mapping[str, Sequence[str]], chance: float) -> str:
    """The text with its words replaced, the longest first; each with that chance, always the same for a text."""
    looked_for = re.compile("|".join(sorted(table, key=lambda word: (-len(word), word))))
    drawn = random.Random(text)
    return looked_for.sub(lambda match: drawn.choice(table[match.group()]) if drawn.random() < chance else match.group(), text)


def _table() -> dict[str, list[str]]:
    lines = (HERE / "words_zh.tsv").read_text("utf-8").splitlines()
    return {line.split("\t")[0]: line.split("\t")[1].split(" ") for line in lines if line and not line.startswith("#")}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dictionary", type=Path, help="jieba's dict.txt; without it the shipped weights are used, which saw all sources")
    parser.add_argument("--chars", type=int, nargs="*", default=[300, 800, 4000])
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
