"""Labelled texts: reading JSONL, and weighing sources against each other.

A row has a text, a label (1: of the family, 0: not) and a source. The source is what matters most: a model is judged only on
sources that it was not trained on. A row may name its ``family``; harmful rows of other families are left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from pathlib import Path

import numpy as np
import orjson
from numpy.typing import NDArray

from brightline.errors import InputError

__all__ = ["Row", "importance", "read_rows", "thinned", "with_losses"]

_HARMFUL_SHARE = 0.25  # of the importance of all rows: enough to be learnt from few texts, less than half as in life
_LOST = 0.15  # share of characters that an augmented copy loses; models.md 4: 20 % cost 4 points of recall


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text. ``domain`` groups sources that are held out together, such as questions and answers of one forum."""

    text: str
    harmful: bool
    source: str
    domain: str = ""

    @property
    def held_out_with(self) -> str:
        """What is left out of training while this row is judged."""
        return self.domain or self.source


def read_rows(paths: Iterable[Path], family: str) -> list[Row]:
    """The rows of JSONL files, or of all ``*.jsonl`` in folders. Raises ``InputError`` BL-INPUT-860 to 862 with file and line."""
    rows: list[Row] = []
    for path in paths:
        files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
        if not files:
            raise InputError("BL-INPUT-860", f"{path} holds no .jsonl file", "one JSON object a line, with text, label and source")
        for file in files:
            try:
                lines = file.read_bytes().split(b"\n")
            except OSError as problem:
                raise InputError(
                    "BL-INPUT-860", f"{file} cannot be read: {problem.strerror}", "check the name and the permissions"
                ) from None
            rows += [row for number, line in enumerate(lines, 1) if line.strip() if (row := _row(line, f"{file}:{number}", family))]
    return rows


def importance(rows: Sequence[Row]) -> NDArray[np.float64]:
    """What each row counts in training: harmful rows a quarter in all; within each kind a source counts as the root of its size."""
    sizes = Counter((row.harmful, row.source) for row in rows)
    roots = {kind: sum(size**0.5 for (harmful, _), size in sizes.items() if harmful is kind) for kind in (True, False)}
    shares = {True: _HARMFUL_SHARE, False: 1 - _HARMFUL_SHARE}
    total = len(rows)
    weights = {key: total * shares[key[0]] / (size**0.5 * roots[key[0]]) for key, size in sizes.items()}
    return np.array([weights[row.harmful, row.source] for row in rows])


def thinned(rows: Sequence[Row], most: int, seed: int) -> list[Row]:
    """At most ``most`` rows of each source and label, drawn with the seed, in their order."""
    draw = np.random.default_rng(seed)
    places: dict[tuple[str, bool], list[int]] = {}
    for number, row in enumerate(rows):
        places.setdefault((row.source, row.harmful), []).append(number)
    kept = {
        number
        for found in places.values()
        for number in (found if len(found) <= most else draw.choice(found, most, replace=False).tolist())
    }
    return [row for number, row in enumerate(rows) if number in kept]


def with_losses(rows: Sequence[Row], seed: int) -> list[Row]:
    """A copy of each row that lost some characters: what is left of a text when words are cut to get past a filter."""
    draw = np.random.default_rng(seed)
    found = []
    for row in rows:
        kept = (draw.random(len(row.text)) >= _LOST).tolist()
        left = "".join(compress(row.text, kept))
        if len(left) >= 4 and left != row.text:
            found.append(replace(row, text=left))
    return found


def _row(line: bytes, where: str, family: str) -> Row | None:
    try:
        content = orjson.loads(line)
    except orjson.JSONDecodeError as problem:
        raise InputError("BL-INPUT-861", f"{where}: not JSON: {problem.msg}", "one JSON object a line; nothing was trained") from None
    fields = content if isinstance(content, dict) else {}
    text, label, source = fields.get("text"), fields.get("label"), fields.get("source")
    if not isinstance(text, str) or label not in (0, 1) or not isinstance(source, str) or not source:
        raise InputError(
            "BL-INPUT-862",
            f"{where}: expected text (string), label (0 or 1) and source (where the text comes from)",
            "add what is missing: without its source nobody can tell what the model has learnt; nothing was trained",
        )
    if label and fields.get("family", family) != family:
        return None
    return Row(text, bool(label), source)
