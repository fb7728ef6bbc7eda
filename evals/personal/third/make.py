"""Make the third author's ``items.jsonl`` from ``phrasings/`` and prove that what is claimed of every item is so.

    .venv/bin/python evals/personal/third/make.py [--check]

Follows ``../README.md`` (what counts); ``../phrasebook.py`` says how a phrasing is written. The author has read neither the detectors nor the
phrasings of ``../authored``.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from look_alikes import LOOK_ALIKES  # noqa: E402 - the folder is no package: its path has to come first
from people import PEOPLE  # noqa: E402 - as above
from phrasebook import SHAPES, Author, Item, Phrasing, run, short_of, with_decoys, with_spans  # noqa: E402 - as above

SEED = 61123  # own choice: another than that of ../values.py, so that no value is drawn twice
ROUNDS = 5  # B4's task: no phrasing more often
ENOUGH = 1600  # B4's task: spans, and decoys
PHRASINGS = 350  # B4's task: with spans, and with decoys
PEOPLE_ENOUGH = 250  # B4's task: names, and addresses


def shortages(lines: Sequence[Phrasing], rows: Sequence[Item]) -> Iterator[str]:
    """What B4's task asks of the whole set and is not there."""
    rules = Counter(rule for row in rows for *_, rule in row["spans"])
    asked = {
        "spans": (rules.total(), ENOUGH),
        "decoys": (sum(len(row["decoys"]) for row in rows), ENOUGH),
        "phrasings with spans": (with_spans(lines), PHRASINGS),
        "phrasings with decoys": (with_decoys(lines), PHRASINGS),
        "names": (rules["personal.name"], PEOPLE_ENOUGH),
        "addresses": (rules["personal.address"], PEOPLE_ENOUGH),
        "shapes": (len({row["shape"] for row in rows}), len(SHAPES)),
        "rules": (len(rules), len({rule for rule, _ in PEOPLE.values()})),
    }
    yield from short_of(asked, lines)


if __name__ == "__main__":
    sys.exit(run(Author("third", HERE, PEOPLE, LOOK_ALIKES, SHAPES, SEED, ROUNDS), shortages, __doc__))
