"""The raw text of a decision, as far as it was kept, with the evidence of every finding marked and numbered in it.

Kept are whole texts (sampled exchanges) or excerpts around evidence. Excerpts of one part that overlap are put together
again, so that a person reads one passage and not five cuttings of it. What is not kept is never guessed: passages know
where they begin in their part, and say so.

Positions are code points of the raw part, as in ``Finding.spans``. Joined, the runs of a passage are its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from brightline.model import Decision, Finding, Side, Span
from brightline.server.console.decision.invisible import Piece, pieces_of

__all__ = ["MOST_CHARS", "SENSITIVE_TYPES", "Passage", "Run", "is_sensitive", "passages_of", "runs_of"]

SENSITIVE_TYPES = frozenset({9, 13})
"""Sexual or gory content, and content that concerns minors (rules.md, section 1): folded until somebody asks."""

MOST_CHARS = 20_000
"""Code points of one part that a page shows; a reader of more than ten sheets of paper needs the file, not a page."""

_AROUND = 1_000  # code points either side of evidence, where a whole text is too long to be shown whole


class Run(NamedTuple):
    """A piece of text and the numbers of the findings whose evidence it is, () for none; ``pieces`` is the same text for the page."""

    text: str
    numbers: tuple[int, ...]

    @property
    def pieces(self) -> list[Piece]:
        return pieces_of(self.text)


@dataclass(frozen=True, slots=True)
class Passage:
    """Raw text that is kept, from code point ``start`` of its part. ``whole`` is true for a whole part.

    ``numbers`` are the findings with evidence in it, counted from 1. ``length`` is that of the part where it is known.
    """

    part: str
    side: Side | None
    start: int
    text: str
    whole: bool
    length: int | None
    numbers: tuple[int, ...]
    runs: tuple[Run, ...]
    sensitive: bool

    @property
    def end(self) -> int:
        """The code point of the part behind the last one."""
        return self.start + len(self.text)


def is_sensitive(decision: Decision) -> bool:
    """True if texts of this decision are folded until somebody asks for them."""
    return any(not SENSITIVE_TYPES.isdisjoint(finding.problem_types) for finding in decision.findings)


def passages_of(decision: Decision) -> list[Passage]:
    """All text that was kept, in the order of the parts. Empty after an erasure and where nothing was kept."""
    numbered: dict[str, list[tuple[int, Finding]]] = {part: [] for part in decision.texts}
    for number, finding in enumerate(decision.findings, 1):
        for part in dict.fromkeys((finding.part, *finding.parts)):  # the turns of a dialogue
            numbered.setdefault(part, []).append((number, finding))
    passages = []
    for part, findings in numbered.items():
        whole = decision.texts.get(part)
        cuttings = _windows(part, whole, findings) if whole is not None else _joined(_cuttings(part, findings))
        for start, text in cuttings:
            passages.append(_passage(part, start, text, whole, findings))
    return passages


def runs_of(text: str, spans: Iterable[tuple[int, Span]], start: int = 0) -> tuple[Run, ...]:
    """``text``, which begins at code point ``start`` of its part, cut wherever a numbered span begins or ends.

    Spans may overlap, touch, repeat, come in any order or lie outside of the text.
    """
    opens: dict[int, list[int]] = {}
    closes: dict[int, list[int]] = {}
    for number, span in spans:
        begin, end = max(0, span.start - start), min(len(text), span.end - start)
        if begin < end:
            opens.setdefault(begin, []).append(number)
            closes.setdefault(end, []).append(number)
    active: dict[int, int] = {}
    runs: list[Run] = []
    cuts = sorted({0, len(text), *opens, *closes})
    for here, following in pairwise(cuts):
        for number in closes.get(here, ()):
            active[number] -= 1
        for number in opens.get(here, ()):
            active[number] = active.get(number, 0) + 1
        numbers = tuple(sorted(number for number, count in active.items() if count))
        if runs and runs[-1].numbers == numbers:
            runs[-1] = Run(runs[-1].text + text[here:following], numbers)
        else:
            runs.append(Run(text[here:following], numbers))
    return tuple(runs)


def _passage(part: str, start: int, text: str, whole: str | None, findings: Sequence[tuple[int, Finding]]) -> Passage:
    end = start + len(text)
    here = [
        (number, finding) for number, finding in findings if any(span.start < end and span.end > start for span in finding.spans_in(part))
    ]
    runs = runs_of(text, ((number, span) for number, finding in here for span in finding.spans_in(part)), start)
    of_part = findings if whole is not None else here
    return Passage(
        part=part,
        side=findings[0][1].side if findings else None,
        start=start,
        text=text,
        whole=whole is not None and len(text) == len(whole),
        length=None if whole is None else len(whole),
        numbers=tuple(number for number, _ in here),
        runs=runs,
        sensitive=any(not SENSITIVE_TYPES.isdisjoint(finding.problem_types) for _, finding in of_part),
    )


def _cuttings(part: str, findings: Iterable[tuple[int, Finding]]) -> list[tuple[int, str]]:
    """Each excerpt of a part with its place; the evidence itself where no excerpt was kept."""
    cuttings: list[tuple[int, str]] = []
    for _, finding in findings:
        if finding.excerpt and finding.part == part:
            cuttings.append((finding.excerpt_start, finding.excerpt))
        else:
            cuttings += [
                (span.start, text) for (here, span), text in zip(finding.places, finding.evidence, strict=False) if text and here == part
            ]
    return sorted(set(cuttings))


def _joined(cuttings: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    """Cuttings that overlap or touch become one, if they agree on what they share."""
    joined: list[tuple[int, str]] = []
    for start, text in cuttings:
        if joined:
            before_start, before = joined[-1]
            shared = before[start - before_start :]
            if start <= before_start + len(before) and (text.startswith(shared) or shared.startswith(text)):
                joined[-1] = (before_start, before + text[len(shared) :])
                continue
        joined.append((start, text))
    return joined


def _windows(part: str, text: str, findings: Iterable[tuple[int, Finding]]) -> list[tuple[int, str]]:
    """A whole text, or what is around its evidence (its beginning, where there is none) if it is too long for a page."""
    if len(text) <= MOST_CHARS:
        return [(0, text)]
    spans = sorted(span for _, finding in findings for span in finding.spans_in(part) if span.start < len(text))
    if not spans:
        return [(0, text[:MOST_CHARS])]
    windows: list[tuple[int, int]] = []
    left = MOST_CHARS
    for span in spans:
        begin, end = max(0, span.start - _AROUND), min(len(text), span.end + _AROUND)
        if windows and begin <= windows[-1][1]:
            begin, end = windows[-1][0], max(windows[-1][1], end)
            left += windows[-1][1] - windows[-1][0]
            windows.pop()
        if end - begin > left:
            break
        windows.append((begin, end))
        left -= end - begin
    return [(begin, text[begin:end]) for begin, end in windows] or [(0, text[:MOST_CHARS])]
