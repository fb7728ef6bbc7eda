"""``brightline rules test --attack`` over words of every shipped goal: what each lane sees through, word by word, must not get worse.

``attacked_words.tsv`` was drawn once, with a fixed seed: a word of each goal that has any, and more at random, 450 in all. A word that a
goal has given up is replaced by another of its goal, and the numbers are recorded anew.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from brightline.cli.rules.trying import Attacked
from brightline.moderation import goal_paths
from brightline.rulebook import load_rulebook
from brightline.text import Goal
from brightline.text.goal_loader import read_goals
from brightline.text.goals import LANES, Entry, Slot
from brightline.text.transforms import TRANSFORMS

WORDS_FILE = Path(__file__).parent / "attacked_words.tsv"

# Disguised words that the lane found when this was last recorded, and how many there were.
FOUND = {
    "base": (1404, 1404),
    "skip": (713, 713),
    "shape": (288, 302),
    "split": (541, 546),
    "sound": (400, 429),
    "symbol": (55, 55),
    "order": (154, 154),
    "decoded": (1705, 1742),
}


class Word(NamedTuple):
    """A word of a slot of a shipped goal."""

    goal: Goal
    slot: Slot
    entry: Entry


@pytest.fixture(scope="module")
def goals() -> dict[str, Goal]:
    return {goal.id: goal for goal in read_goals(goal_paths(), load_rulebook(), trying=()).book}


def words(goals: dict[str, Goal]) -> Iterator[Word]:
    for line in WORDS_FILE.read_text("utf-8").splitlines()[1:]:
        goal_id, name, word = line.split("\t")
        for slot in goals[goal_id].slots:
            for entry in slot.entries:
                if (slot.name, entry.written) == (name, word):
                    yield Word(goals[goal_id], slot, entry)


def test_the_words_are_words_of_all_shipped_goals(goals: dict[str, Goal]) -> None:
    found = {(word.goal.id, word.slot.name, word.entry.written) for word in words(goals)}
    drawn = {tuple(line.split("\t")) for line in WORDS_FILE.read_text("utf-8").splitlines()[1:]}
    assert drawn == found
    assert len(drawn) >= 300
    assert {goal_id for goal_id, _, _ in drawn} >= {goal.id for goal in goals.values() if any(slot.entries for slot in goal.slots)}


def test_every_lane_sees_through_its_disguises_as_often_as_recorded(goals: dict[str, Goal]) -> None:
    tried: Counter[str] = Counter()
    found: Counter[str] = Counter()
    hidden: list[str] = []
    for goal, slot, entry in words(goals):
        attacked = Attacked(goal, slot)
        for disguise in TRANSFORMS.values():
            text = attacked.disguised(entry, disguise)
            if text is None:
                continue
            tried[disguise.lane] += 1
            if attacked.is_found(text, disguise):
                found[disguise.lane] += 1
            else:
                hidden.append(f"{goal.id}/{slot.name}: {entry.written} as {text} ({disguise.name})")
    counted = {lane: (found[lane], tried[lane]) for lane in LANES}
    assert {lane: of for lane, (_, of) in counted.items()} == {lane: of for lane, (_, of) in FOUND.items()}, counted
    assert all(counted[lane][0] >= least for lane, (least, _) in FOUND.items()), (counted, hidden)
