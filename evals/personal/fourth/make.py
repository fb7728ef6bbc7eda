"""Make the fourth author's ``items.jsonl`` from ``phrasings/`` and prove that what is claimed of every item is so.

    .venv/bin/python evals/personal/fourth/make.py [--check]

Follows ``../README.md`` (what counts); ``../phrasebook.py`` says how a phrasing is written. The author has read neither the detectors nor
anybody else's phrasings.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from look_alikes import LOOK_ALIKES, NAME_LIKE  # noqa: E402 - the folder is no package: its path has to come first
from people import PEOPLE  # noqa: E402 - as above
from phrasebook import SHAPES, Author, Item, Phrasing, run, short_of  # noqa: E402 - as above

SEED = 40417  # own choice: another than those of the other sets, so that no value is drawn twice
ROUNDS = 4  # task E: no phrasing more often
ITEMS, SPANS, DECOYS, PHRASINGS = 1800, 2500, 1600, 500  # task E: the least of each
EACH = 30  # task E: spans of every kind
NAMES = 400  # task E: Chinese words that look like names and are none


def shortages(lines: Sequence[Phrasing], rows: Sequence[Item]) -> Iterator[str]:
    """What task E asks of the whole set and is not there."""
    rules = Counter(rule for row in rows for *_, rule in row["spans"])
    why = Counter(why for row in rows if row["lang"] != "en" for *_, why in row["decoys"])
    asked = {
        "items": (len(rows), ITEMS),
        "spans": (rules.total(), SPANS),
        "decoys": (sum(len(row["decoys"]) for row in rows), DECOYS),
        "phrasings": (len(lines), PHRASINGS),
        "Chinese words like names": (sum(why[kind] for kind in set(NAME_LIKE.values())), NAMES),
        "shapes": (len({row["shape"] for row in rows}), len(SHAPES)),
        **{f"spans of {rule}": (rules[f"personal.{rule}"], EACH) for rule, _ in PEOPLE.values()},
    }
    yield from short_of(asked, lines)


if __name__ == "__main__":
    sys.exit(run(Author("fourth", HERE, PEOPLE, LOOK_ALIKES, SHAPES | {"speech"}, SEED, ROUNDS), shortages, __doc__))
