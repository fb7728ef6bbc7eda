"""Reads one text of a conversation once: which slots of which goals stand in it, which words excuse them, and how it hangs on what
came before.

What is read is remembered by digest, so that a conversation of which all is sent again with every turn costs one new reading a
turn. Of a text longer than ``LONGEST`` only beginning and end are read for slots; the engine itself has inspected all of it.
"""

from __future__ import annotations

import itertools
import math
import secrets
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple

from brightline.model import Finding, Outcome, Side, Span
from brightline.moderation.dialogue.broad import broad_engine
from brightline.moderation.dialogue.cues import content_words, goes_on, harmless, is_brief, is_short, joins, points_back, refers, shifts
from brightline.moderation.dialogue.leaning import SILENT, Leaning, leaning_of
from brightline.text import Goal, TextEngine
from brightline.text.automata import Automaton
from brightline.text.lanes import normalise
from brightline.text.late import late_view
from brightline.text.profile import load_profile
from brightline.text.words import continues_word, is_word_rim

__all__ = ["TECHNIQUE", "TELLING", "DialogueReader", "Excuse", "Sight", "TurnText"]

LONGEST = 20_000
"""Characters of one text that are read for slots: half from its beginning, half from its end."""

HITS_A_SLOT = 3
GOALS_A_TEXT = 64
EXCUSES_A_TEXT = 32
REMEMBERED = 4_000
"""Texts in one generation of the memory; two are kept. A reading of an ordinary message takes some 2 kB."""

TECHNIQUE = "technique."
"""Goals of this family say how a request is disguised; alone they never stop anything."""

MET, BEGUN, DISGUISED = 1.0, 0.5, 0.6
"""Weights of the trajectory: a goal met in a turn, the fullest goal begun in it, a technique used in it."""

TELLING = 2.5
"""Surprise from which a word tells what a turn is about: one of three hundred ordinary texts has it."""

RAREST = 1e-5
"""Share of a word that no ordinary text of the profile has: the profile has some ten thousand texts a domain."""

PATTERN_SHARE = 1e-3
"""Share assumed of a pattern: account numbers, prices and the like stand in about one ordinary text of a thousand."""


class Sight(NamedTuple):
    """One slot of a goal seen in a text. ``surprise``: minus the decimal logarithm of the share of ordinary texts that have the word."""

    goal: str
    slot: int
    span: Span
    lane: str
    normalised: str
    evidence: str
    surprise: float


class Excuse(NamedTuple):
    """A word of exception lists, and the code points of the text behind it."""

    word: str
    span: Span


@dataclass(frozen=True, slots=True)
class TurnText:
    """What one text holds, without the text: bounded, whatever its length."""

    sights: tuple[Sight, ...]
    excuses: tuple[Excuse, ...]
    met: tuple[str, ...]  # goals of review or more that are met in this text alone, not excused
    techniques: tuple[Sight, ...]  # techniques that are met in it: their first slot
    words: frozenset[int]
    about: tuple[str, ...]  # exceptions that a conversation about such things has
    refers: bool
    goes_on: bool
    points_back: bool
    shifts: bool
    joins: bool
    brief: bool
    evidence: float  # what it adds to the trajectory
    leaning: Leaning = SILENT
    slots: dict[str, int] = field(init=False, compare=False, repr=False)  # goal → bits of the slots seen

    def __post_init__(self) -> None:
        slots: dict[str, int] = {}
        for sight in self.sights:
            slots[sight.goal] = slots.get(sight.goal, 0) | 1 << sight.slot
        object.__setattr__(self, "slots", slots)


class DialogueReader:
    """Reads texts for dialogues over one engine. Safe to share between threads: at worst a text is read twice."""

    def __init__(self, engine: TextEngine) -> None:
        self.engine = engine
        self.broad = broad_engine()
        self.version = f"2+{engine.version}+{self.broad.version}"
        self.broad_goals: dict[str, Goal] = {goal.id: goal for goal in self.broad.book}
        self.goals: dict[str, Goal] = self.broad_goals | {goal.id: goal for goal in engine.book}
        self._key = secrets.token_bytes(16)
        self._young: dict[bytes, TurnText] = {}
        self._old: dict[bytes, TurnText] = {}
        self._young_scans: dict[bytes, list[Finding]] = {}
        self._old_scans: dict[bytes, list[Finding]] = {}
        self._surprises: dict[str, float] = {}

    def read(self, text: str, side: Side) -> TurnText:
        """What a text holds."""
        digest = self._digest(text, side)
        known = self._young.get(digest)
        if known is None:
            known = self._old.get(digest)
            if known is None:
                known = self._read(text, side)
            if len(self._young) >= REMEMBERED:
                self._old, self._young = self._young, {}
            self._young[digest] = known
        return known

    def scan(self, text: str, side: Side) -> list[Finding]:
        """The engine's findings in a text that was put together from several messages; the part is left open."""
        digest = self._digest(text, side)
        found = self._young_scans.get(digest)
        if found is None:
            found = self._old_scans.get(digest)
            if found is None:
                found = self.engine.scan(text, side)
            if len(self._young_scans) >= REMEMBERED:
                self._old_scans, self._young_scans = self._young_scans, {}
            self._young_scans[digest] = found
        return found

    def is_split_goal(self, goal: Goal | None, side: Side) -> bool:
        """True for a goal whose slots may be put together over turns: one of conversations, or one that stops or reviews and has several."""
        if goal is None or len(goal.slots) < 2 or goal.id.startswith(TECHNIQUE):
            return False
        if goal.id in self.broad_goals:
            return side in goal.effects
        effect = goal.effects.get(side)
        return effect is not None and effect.severity >= Outcome.REVIEW.severity

    def excuses_of(self, goal: Goal, words: frozenset[str]) -> tuple[str, ...]:
        """Names of the goal's exceptions that one of these words stands for. A negation is none: it belongs to one place."""
        return tuple(unless.exception for unless in goal.unless if unless.after and not words.isdisjoint(e.base for e in unless.entries))

    # -- reading ----------------------------------------------------------------------------------------------------

    def _read(self, text: str, side: Side) -> TurnText:
        sights: defaultdict[tuple[str, int], list[Sight]] = defaultdict(list)
        goals: set[str] = set()
        excuses: dict[str, Excuse] = {}
        met: dict[str, None] = {}
        techniques: dict[str, Sight] = {}
        bases: list[str] = []
        for begin, piece in _stretches(text):
            view = late_view(piece)
            read = self.engine.read(view.text, side)
            for seen in itertools.chain(self.broad.read(view.text, side).slots, read.slots):
                goal = self.goals.get(seen.goal)
                if not self.is_split_goal(goal, side) or (seen.goal not in goals and len(goals) >= GOALS_A_TEXT):
                    continue
                of_slot = sights[seen.goal, seen.slot]
                if len(of_slot) >= HITS_A_SLOT:
                    continue
                goals.add(seen.goal)
                span = seen.span if view.is_raw else view.raw_span(*seen.span)
                evidence = piece[span.start : span.end]
                place = Span(begin + span.start, begin + span.end)
                of_slot.append(Sight(seen.goal, seen.slot, place, seen.lane, seen.normalised, evidence, self._surprise(seen.normalised)))
            for finding in read.findings:
                if finding.exceptions:
                    continue
                if finding.goal.startswith(TECHNIQUE) and finding.spans:
                    span = finding.spans[0] if view.is_raw else view.raw_span(*finding.spans[0])
                    place = Span(begin + span.start, begin + span.end)
                    sight = Sight(finding.goal, 0, place, finding.lane, finding.normalised[0], piece[span.start : span.end], 0.0)
                    techniques.setdefault(finding.goal, sight)
                elif finding.effect.severity >= Outcome.REVIEW.severity:
                    met[finding.goal] = None
            lane = normalise(view.text)
            bases.append(lane.base)
            for start, end, number in self._exceptions.matches(lane.base):
                word = self._exceptions.entries[number]
                if len(excuses) >= EXCUSES_A_TEXT or word in excuses or _cuts(word, lane.base, start, end):
                    continue
                span = view.raw_span(int(lane.at[start]), int(lane.at[end - 1]) + 1)
                excuses[word] = Excuse(word, Span(begin + span.start, begin + span.end))
        base = "\n".join(bases)
        about = harmless(base[:2000])
        seen_slots = tuple(sight for of_slot in sights.values() for sight in of_slot)
        return TurnText(
            sights=seen_slots,
            excuses=tuple(excuses.values()),
            met=tuple(met),
            techniques=tuple(techniques.values()),
            words=content_words(base[:2000]),
            about=about,
            refers=refers(base[:2000]),
            goes_on=is_short(base) or goes_on(base[:2000]),
            points_back=points_back(base[:2000]),
            shifts=shifts(base[:200]),
            joins=joins(base[:2000]),
            brief=is_brief(base),
            evidence=0.0 if about else self._evidence(seen_slots, bool(met), len(techniques)),
            leaning=leaning_of(base),
        )

    def _evidence(self, sights: tuple[Sight, ...], met: bool, techniques: int) -> float:
        """What a text adds to the trajectory: a goal met, or the fullest one that is begun, and the techniques used."""
        begun: defaultdict[str, set[int]] = defaultdict(set)
        for sight in sights:
            if sight.surprise >= TELLING and sight.goal not in self.broad_goals and not self.goals[sight.goal].slots[sight.slot].companion:
                begun[sight.goal].add(sight.slot)
        fullest = max((len(slots) / len(self.goals[goal].slots) for goal, slots in begun.items()), default=0.0)
        return (MET if met else BEGUN * fullest) + DISGUISED * min(techniques, 2)

    @cached_property
    def _exceptions(self) -> Automaton:
        words = {entry.base for goal in self.goals.values() for unless in goal.unless if unless.after for entry in unless.entries}
        return Automaton(sorted(words))

    @cached_property
    def _words(self) -> frozenset[str]:
        """Every listed word as the lanes have it; what a slot matched otherwise is a pattern's match."""
        entries = (entry for goal in self.goals.values() for slot in goal.slots for entry in slot.entries)
        return frozenset(form for entry in entries for form in (entry.base, entry.skip) if form)

    def _surprise(self, word: str) -> float:
        known = self._surprises.get(word)
        if known is None:
            share = float(load_profile().shares([word]).overall[0]) if word in self._words else PATTERN_SHARE
            known = -math.log10(min(max(share, RAREST), 1.0))
            if len(self._surprises) < 50_000:
                self._surprises[word] = known
        return known

    def _digest(self, text: str, side: Side) -> bytes:
        return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key, person=side.encode()).digest()


def _stretches(text: str) -> list[tuple[int, str]]:
    if len(text) <= LONGEST:
        return [(0, text)]
    half = LONGEST // 2
    return [(0, text[:half]), (len(text) - half, text[-half:])]


def _cuts(word: str, base: str, start: int, end: int) -> bool:
    left, right = base[start - 1 : start], base[end : end + 1]
    return bool(
        (left and is_word_rim(word[0]) and continues_word(word[0], left))
        or (right and is_word_rim(word[-1]) and continues_word(word[-1], right))
    )
