"""Every entry of the shipped goals matches itself in every lane it claims, also after the inverse of what the lane undoes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import pytest

from brightline.moderation import goal_paths
from brightline.rulebook import load_rulebook
from brightline.text import GoalBook, TextEngine, load_goals
from brightline.text.goals import Entry
from brightline.text.tables import LAST_CODE_POINT, load_tables

Transform = Callable[[str], str]


@pytest.fixture(scope="module")
def shipped() -> GoalBook:
    return load_goals(goal_paths(), load_rulebook())


@pytest.fixture(scope="module")
def slots(shipped: GoalBook) -> list[tuple[GoalBook, tuple[Entry, ...]]]:
    """Each different slot as a goal of its own, without exceptions and allow phrases."""
    found = {}
    for goal in shipped:
        for slot in goal.slots:
            alone = replace(goal, slots=(replace(slot, patterns=(), companion=False),), unless=(), allow=())
            found.setdefault((slot.entries, goal.lanes), alone)
    return [(GoalBook((goal,), ""), goal.slots[0].entries) for goal in found.values() if goal.slots[0].entries]


def table_of(*ranges: tuple[int, str]) -> Transform:
    table = {ord(character): first + n for first, characters in ranges for n, character in enumerate(characters)}
    return lambda text: text.translate(table)


def traditional(text: str) -> str:
    return text.translate(_TRADITIONAL)


def _traditional_forms() -> dict[int, int]:
    base = load_tables().base
    return {int(base[code]): code for code in range(0x4E00, 0xA000) if int(base[code]) != code and int(base[code]) <= LAST_CODE_POINT}


_TRADITIONAL = _traditional_forms()
_LETTERS = "abcdefghijklmnopqrstuvwxyz"

BASE_TRANSFORMS: dict[str, Transform] = {
    "as written": lambda text: text,
    "upper case": str.upper,
    "full width": table_of((0xFF01, "".join(map(chr, range(0x21, 0x7F))))),
    "circled": table_of((0x24D0, _LETTERS), (0x2460, "123456789")),
    "negative squared": table_of((0x1F170, _LETTERS)),
    "mathematical": table_of((0x1D41A, _LETTERS), (0x1D7CE, "0123456789")),
    "traditional": traditional,
    "zero width inside": "\u200b".join,
    "bidi and joiners inside": "\u202e\u200d\ufeff".join,
    "combining marks": lambda text: "".join(character + "\u0336\u20dd" for character in text),
    "NUL inside": "\x00".join,
    "tags inside": "\U000e0041".join,
}
SKIP_TRANSFORMS: dict[str, Transform] = {
    "one space": " ".join,
    "stars": "***".join,
    "comma and space": "， ".join,
    "emoji": "🐔".join,
    "emoji with joiner and variation": "👨\u200d👩\ufe0f".join,
    "dots and traditional": lambda text: "··".join(traditional(text)),
    "brackets and full width": lambda text: "】【".join(table_of((0xFF01, "".join(map(chr, range(0x21, 0x7F)))))(text)),
    "lone surrogates": "\ud800".join,
}


def missed(slots: list[tuple[GoalBook, tuple[Entry, ...]]], form: Callable[[Entry], str], transform: Transform) -> list[str]:
    found = []
    for book, entries in slots:
        engine = TextEngine(book)
        for entry in entries:
            if not form(entry) or ("skip" not in book.goals[0].lanes and transform not in BASE_TRANSFORMS.values()):
                continue
            text = transform(form(entry))
            findings = engine.scan(f"。{text}。", book.goals[0].sides[0])
            if [(finding.spans[0].start, _visible(finding.evidence[0])) for finding in findings[:1]] != [(1, _visible(text))]:
                found.append(entry.written)
    return found


def _visible(text: str) -> str:
    """Marks and invisible characters after the last letter are not part of the evidence."""
    return text.rstrip("\u0336\u20dd")


@pytest.mark.parametrize("name", BASE_TRANSFORMS)
def test_every_entry_matches_itself_in_the_base_lane(slots: list[tuple[GoalBook, tuple[Entry, ...]]], name: str) -> None:
    assert missed(slots, lambda entry: entry.base, BASE_TRANSFORMS[name]) == []


@pytest.mark.parametrize("name", SKIP_TRANSFORMS)
def test_every_entry_matches_itself_in_the_skip_lane(slots: list[tuple[GoalBook, tuple[Entry, ...]]], name: str) -> None:
    assert missed(slots, lambda entry: entry.skip, SKIP_TRANSFORMS[name]) == []


def test_the_shipped_lists_are_of_real_size(shipped: GoalBook) -> None:
    by_goal: defaultdict[str, int] = defaultdict(int)
    for goal in shipped:
        by_goal[goal.id] = sum(len(slot.entries) + len(slot.patterns) for slot in goal.slots)
    assert min(by_goal.values()) >= 1


def test_every_shipped_example_and_twin_streams_as_it_scans(shipped: GoalBook) -> None:
    engine = TextEngine(shipped)
    for goal in shipped:
        for example in (*goal.examples, *goal.twins):
            expected = engine.scan(example.text, example.side, "p")
            first = next((n for n, finding in enumerate(expected) if finding.effect.stops and not finding.exceptions), None)
            stream = engine.stream(example.side, "p", lambda finding: finding.effect.stops)
            released = "".join(map(stream.feed, example.text)) + stream.finish()
            assert stream.findings == (expected if first is None else expected[: first + 1])
            assert example.text.startswith(released)
            if stream.stopped is None:
                assert released == example.text
            else:
                slots = shipped[stream.stopped.goal].slots
                guarded = [span.start for span, slot in zip(stream.stopped.spans, slots, strict=True) if not slot.companion]
                assert len(released) <= min(guarded)
