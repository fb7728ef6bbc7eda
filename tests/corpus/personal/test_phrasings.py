"""Phrasings of many trades, one a line in ``phrasings/``: forms, tickets, slips, records, dumps of SQL, code, settings, print, chat, mail.

``⟦…⟧`` marks what is to be found and the file's name its rule (what stands behind a hyphen only says which writing it was); ``\\n`` and
``\\t`` are line ends and tabs; ``##`` begins what is known to be missed, with the reason. All values are invented or their issuer's own
example. ``decoys*.txt``: nothing there is anybody's.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from brightline.corpus.personal import RULES, find

_FOLDER = Path(__file__).parent / "phrasings"


def _lines(decoys: bool) -> list[tuple[str, str]]:
    return [
        (path.stem.split("-")[0], line)
        for path in sorted(_FOLDER.glob("*.txt"))
        if path.stem.startswith("decoys") == decoys
        for line in path.read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("##")
    ]


def _read(line: str) -> tuple[str, list[tuple[int, int]]]:
    """Text and spans of a line."""
    text, spans = "", []
    for part in re.split("([⟦⟧])", line.replace("\\n", "\n").replace("\\t", "\t")):
        if part == "⟦":
            begin = len(text)
        elif part == "⟧":
            spans.append((begin, len(text)))
        else:
            text += part
    return text, spans


@pytest.mark.parametrize(("kind", "line"), _lines(decoys=False))
def test_what_people_write_is_found(kind: str, line: str) -> None:
    text, spans = _read(line)
    found = find(text)
    assert spans
    for start, end in spans:
        over = [hit for hit in found if 2 * (min(hit.end, end) - max(hit.start, start)) >= end - start]
        assert f"personal.{kind}" in [hit.rule for hit in over], [(hit.rule, text[hit.start : hit.end]) for hit in found]


@pytest.mark.parametrize(("kind", "line"), _lines(decoys=True))
def test_what_only_looks_alike_is_passed(kind: str, line: str) -> None:
    text, _ = _read(line)
    assert [(hit.rule, text[hit.start : hit.end]) for hit in find(text) if not RULES[hit.rule].informational] == []
