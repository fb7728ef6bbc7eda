"""Every entry of the shipped goals matches itself in every lane it claims, also after the inverse of what the lane undoes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace

import pytest

from brightline.moderation import goal_paths
from brightline.rulebook import load_rulebook
from brightline.text import GoalBook, TextEngine
from brightline.text.goal_loader import read_goals
from brightline.text.goals import Entry
from brightline.text.lanes import BREAK, normalise
from brightline.text.tables import LAST_CODE_POINT, load_tables

Transform = Callable[[str], str]


@pytest.fixture(scope="module")
def shipped() -> GoalBook:
    return read_goals(goal_paths(), load_rulebook(), trying=()).book


@pytest.fixture(scope="module")
def engines(shipped: GoalBook) -> list[TextEngine]:
    """An engine for each different slot as a goal of its own, without exceptions, allow phrases and late lanes."""
    found = {}
    for goal in shipped:
        lanes = tuple(lane for lane in goal.lanes if lane in ("base", "skip"))
        for slot in goal.slots:
            alone = replace(goal, lanes=lanes, slots=(replace(slot, patterns=(), companion=False),), unless=(), allow=())
            found.setdefault((slot.entries, lanes), alone)
    return [TextEngine(GoalBook((goal,), ""), late_lanes=False) for goal in found.values() if goal.slots[0].entries]


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


def forms(shipped: GoalBook, form: Callable[[Entry], str]) -> list[str]:
    return sorted({form(entry) for goal in shipped for slot in goal.slots for entry in slot.entries} - {""})


def missed(engines: list[TextEngine], form: Callable[[Entry], str], transform: Transform, every: int = 1) -> list[str]:
    """Entries that are not found alone, at their place and whole; of each slot the first and then one of ``every``."""
    found = []
    for engine in engines:
        (goal,) = engine.book
        for entry in goal.slots[0].entries[::every]:
            if not form(entry) or ("skip" not in goal.lanes and transform not in BASE_TRANSFORMS.values()):
                continue
            text = transform(form(entry))
            findings = engine.scan(f"。{text}。", goal.sides[0])
            if [(finding.spans[0].start, _visible(finding.evidence[0])) for finding in findings[:1]] != [(1, _visible(text))]:
                found.append(entry.written)
    return found


def _visible(text: str) -> str:
    """Marks and invisible characters after the last letter are not part of the evidence."""
    return text.rstrip("\u0336\u20dd")


def test_every_example_of_every_shipped_goal_is_met_and_no_twin() -> None:
    assert read_goals(goal_paths(), load_rulebook()).problems == ()


# What the automaton gets to see is the lane, so that equal lanes are found alike: of each transform all entries are read, and some are looked for.
@pytest.mark.parametrize("name", BASE_TRANSFORMS)
def test_every_entry_reads_as_itself_in_the_base_lane(shipped: GoalBook, name: str) -> None:
    entries = forms(shipped, lambda entry: entry.base)
    assert normalise("\n".join(map(BASE_TRANSFORMS[name], entries))).base.split("\n") == entries


@pytest.mark.parametrize("name", SKIP_TRANSFORMS)
def test_every_entry_reads_as_itself_in_the_skip_lane(shipped: GoalBook, name: str) -> None:
    entries = forms(shipped, lambda entry: entry.skip)
    assert normalise("\n".join(map(SKIP_TRANSFORMS[name], entries))).kept.split(BREAK) == entries


def test_every_entry_is_found_as_it_is_written(engines: list[TextEngine]) -> None:
    assert missed(engines, lambda entry: entry.base, BASE_TRANSFORMS["as written"]) == []


def test_every_entry_is_found_with_spaces_in_it(engines: list[TextEngine]) -> None:
    assert missed(engines, lambda entry: entry.skip, SKIP_TRANSFORMS["one space"]) == []


def test_entries_of_every_slot_are_found_under_every_transform(engines: list[TextEngine]) -> None:
    for transform in BASE_TRANSFORMS.values():
        assert missed(engines, lambda entry: entry.base, transform, every=9) == []
    for transform in SKIP_TRANSFORMS.values():
        assert missed(engines, lambda entry: entry.skip, transform, every=9) == []


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
