"""One conversation: which goals are open, and what a new turn completes.

*Split requests.* Each goal has an accumulator of the slots that the user's last ``MOST_TURNS`` turns filled. A goal is met when a
turn fills its last empty slot. Words of slots meet by chance in a long conversation, so that alone is no evidence; it counts if

* the turns belong together: the completing turn goes on with what was said (it refers to it, is too brief to stand alone, or is about
  the same thing), at most ``NEAR`` turns away or pointing back explicitly, and no change of subject was announced between them;
  "then" and "also" are enough only between words that say something: a common word (如何, 帮我) has an object in its own message;
* the words are surprising: the sum over the slots of minus the decimal logarithm of each word's share of ordinary texts (the profile
  of ``text.profile``) reaches ``SURPRISE``, old turns counting less (half-life ``HALF_LIFE_S``) where times are known;
* no turn since the last change of subject holds a word of the goal's exceptions, or is about fiction, study, news or help for
  those who were harmed (it is reported with them, and excused).

Such a finding goes to a person, never further. *Joined pieces* (``pieces``) are different: who asks to join them has said the
sentence, and it is judged as if it stood in the message. *The trajectory* adds evidence of goals and of techniques over the turns,
with decay, and sends a conversation that rises over three turns or more to a person. *The answer* is read in the light of the goals
that the user left open.

Memory and work are bounded: turns, slots, words and pieces have their limits, and older ones are forgotten.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from brightline.model import Context, Finding, Outcome, Part, Side, Span
from brightline.moderation.dialogue.evidence import LANE, Cite, capped, finding_over, intent_over, recited
from brightline.moderation.dialogue.kept import NEAR, Bond, Kept, bond_of, weight_of
from brightline.moderation.dialogue.leaning import counts_from, leaning_model, may_excuse, probability_of
from brightline.moderation.dialogue.pieces import LONGEST_PIECE, MOST_NAMES, Composed, Piece, composed, named_pieces, run_together
from brightline.moderation.dialogue.reading import TELLING, DialogueReader, Sight
from brightline.moderation.dialogue.turns import Role, Turn
from brightline.moderation.weighing import GOAL, ORDINARY
from brightline.text import Goal

__all__ = ["MOST_TURNS", "Dialogue", "OpenGoal"]

MOST_TURNS = 20
"""Bounds of the session state (text-and-gateway.md, section 5.3): 20 turns; evidence halves in 30 minutes (``kept``)."""

SURPRISE = 5.0
"""Measured with evals/dialogues.py and on shuffled ordinary messages (docs/dialogue.md): lower, and two ordinary words are enough."""

BROAD_SURPRISE = 4.0

COMMON = 2.0
"""A word that stands in more than one of a hundred ordinary texts says nothing without its object."""

SHORT_MESSAGE = 8
"""Characters up to which messages in a row are read together without being asked to."""

FINDINGS_A_TURN = 3
SURE, LIKELY = 0.75, 0.6  # the score of a split request: near the threshold a person should expect chance
SURE_FROM = 7.0

DECAY = 0.8  # of the trajectory, a turn
RISES_FROM = 1.2
RISES_OVER = 3


MOST_CITED = 200
"""Characters of the newest turn that are cited where only the sound of the conversation speaks."""

ANSWERED = "answered:"  # before a goal that was reported for an answer
FICTION_FRAME = "technique.fiction_frame"


class OpenGoal(NamedTuple):
    """A goal of which the user's turns filled some slots. ``filled``: slot number → where."""

    goal: Goal
    filled: dict[int, Cite]
    surprise: float


class Dialogue:
    """Follows one conversation; not for use by two threads at once. ``observe`` takes its turns in order."""

    def __init__(self, reader: DialogueReader) -> None:
        self._reader = reader
        self.turns: deque[Kept] = deque(maxlen=MOST_TURNS)
        self.names: dict[str, Piece] = {}
        self.count = 0  # turns of the user so far
        self.said = 0  # turns of anybody, as far as the caller counts them
        self.subject = 0
        self.told: set[str] = set()  # goals reported
        self.raised: set[str] = set()  # of these, the ones that nothing excused
        self.side = Side.PROMPT

    def restore(
        self,
        *,
        count: int,
        said: int,
        subject: int,
        side: str,
        told: Iterable[str],
        raised: Iterable[str],
        names: dict[str, Piece],
        turns: Iterable[Kept],
    ) -> None:
        """Go on where a conversation was saved."""
        self.count, self.said, self.subject, self.side, self.names = count, said, subject, Side(side), names
        self.told, self.raised = set(told), set(raised)
        self.turns.extend(turns)

    @property
    def open_goals(self) -> list[OpenGoal]:
        """Goals begun and not met by the turns that belong to the newest one, the most surprising first."""
        if not self.turns:
            return []
        near = self._near()
        filled: dict[str, dict[int, tuple[Cite, float]]] = {}
        for kept in near:
            for goal_id in kept.slots:
                for slot, (part, sight) in kept.sights(goal_id).items():
                    filled.setdefault(goal_id, {})[slot] = (_cite(part, sight), sight.surprise)
        found = []
        for goal_id, hits in filled.items():
            goal = self._reader.goals.get(goal_id)
            if goal is not None and len(hits) < len(goal.slots):
                found.append(OpenGoal(goal, {slot: cite for slot, (cite, _) in hits.items()}, sum(weight for _, weight in hits.values())))
        return sorted(found, key=lambda one: -one.surprise)

    @property
    def is_worth_keeping(self) -> bool:
        """True if a later turn could find something to go on with."""
        held = (text.sights or text.techniques or text.excuses for kept in self.turns for _, text in kept.texts)
        brief = any(kept.piece is not None and len(kept.piece.text) <= SHORT_MESSAGE for kept in self.turns)
        return bool(self.names) or brief or any(held)

    @property
    def score(self) -> float:
        """The trajectory: the evidence of all turns, each counting less by the turns since."""
        newest = self.turns[-1].number if self.turns else 0
        return sum(kept.evidence * DECAY ** (newest - kept.number) for kept in self.turns)

    @property
    def harmful(self) -> float:
        """How probable it is, by the sound of the newest turns about one subject, that somebody asks for what must not be done."""
        return _harmful(self._near())

    @property
    def rises(self) -> bool:
        """True if the last turns each held evidence, the last one more than the first, none less than the one before."""
        last = [kept.evidence for kept in self.turns][-RISES_OVER:]
        steps = all(before <= after for before, after in itertools.pairwise(last))
        return len(last) == RISES_OVER and steps and last[-1] > last[0] > 0 and self.score >= RISES_FROM

    def observe_all(self, turns: Sequence[Turn]) -> list[Finding]:
        """Take a whole conversation in: the user's last turns, and what the service's answers add to them."""
        users = [index for index, turn in enumerate(turns) if turn.role is Role.USER]
        self.count += max(0, len(users) - MOST_TURNS)
        first = users[-MOST_TURNS] if len(users) > MOST_TURNS else 0
        return [finding for turn in turns[first:] for finding in self.observe(turn)]

    def absorb(self, turns: Sequence[Turn], reported: Dialogue) -> None:
        """Take turns in that were reported elsewhere, by a conversation that did not know of the newest ones here."""
        told, raised = self.told | reported.told, self.raised | reported.raised
        self.observe_all(turns)
        self.told, self.raised = told, raised

    def tighten(self, context: Context) -> Context:
        """The context in which the answer is to be judged: one step stricter while what the user asked for over the turns is open."""
        return replace(context, tightened=tuple(sorted(self.raised))) if self.raised else context

    def observe(self, turn: Turn) -> list[Finding]:
        """What this turn completes. Turns of the application say nothing; the service's are ``answered``."""
        if turn.role is Role.ASSISTANT:
            return self.answered(turn.parts)
        if turn.role is Role.APPLICATION:
            return []
        texts = [part for part in turn.parts if part.text.strip()]
        if not texts:
            return []
        self.side = texts[0].side
        self.count += 1
        kept = self._keep(texts, turn.at)
        found = self._joined(kept, texts) + self._completed(kept)
        if not found:
            found = self._rising(kept) or self._sounding(kept, texts)
        self.raised.update(finding.goal for finding in found if not finding.exceptions and finding.goal != GOAL)
        for part in texts:
            for name, piece in named_pieces(part.text[: LONGEST_PIECE * 10], part.path).items():
                self.names.pop(name, None)
                self.names[name] = piece
        while len(self.names) > MOST_NAMES:
            del self.names[next(iter(self.names))]
        return found

    def answered(self, parts: Iterable[Part]) -> list[Finding]:
        """What an answer adds to the goals that the user left open: findings on the answer's side, for a person."""
        begun = self.open_goals if len(self.turns) > 1 else []
        broad = self._reader.broad_goals  # their words are the user's: an answer that warns has them too
        waiting = [one for one in begun if len(one.filled) == len(one.goal.slots) - 1 and one.goal.id not in broad]
        if not waiting:
            return []
        needed = SURPRISE if self.raised else SURE_FROM
        found = []
        for part in parts:
            text = self._reader.read(part.text, self.side)
            slots = {(sight.goal, sight.slot): sight for sight in text.sights}
            for one in waiting:
                if ANSWERED + one.goal.id in self.told:
                    continue
                missing = next(slot for slot in range(len(one.goal.slots)) if slot not in one.filled)
                sight = slots.get((one.goal.id, missing))
                if sight is None or one.goal.slots[missing].companion or one.surprise + sight.surprise < needed:
                    continue
                if any(other.slot in one.filled for other in text.sights if other.goal == one.goal.id):
                    continue  # the answer speaks of the thing by itself: the goals of its own side judge that
                words = frozenset(excuse.word for excuse in text.excuses) | self._excusing(self.turns[-1].subject)
                cites = [*(one.filled[slot] for slot in sorted(one.filled)), _cite(part.path, sight)]
                found.append(self._finding(one.goal, Side.ANSWER, cites, LIKELY, words, text.about))
        best = found[:FINDINGS_A_TURN]
        self.told.update(ANSWERED + finding.goal for finding in best)
        return best

    def _near(self, until: Kept | None = None) -> list[Kept]:
        """The turns about one subject up to the newest (or to ``until``), the newest last."""
        if not self.turns:
            return []
        newest = until or self.turns[-1]
        return [kept for kept in self.turns if kept.subject == newest.subject and 0 <= newest.number - kept.number <= NEAR]

    def weighed(self, findings: Iterable[Finding]) -> list[Finding]:
        """What was found in single turns, in the light of the conversation: what only looks like harm is excused.

        A turn is a fragment: it is judged by the turns of the user about the same subject up to it, or up to the newest; what a model alone
        says of an answer, by those up to the newest. Only what ``weighing`` may excuse in a text is excused here; a conversation of one turn is a text.
        """
        if len(self.turns) < 2:
            return list(findings)
        turns = {part: kept for kept in self.turns for part, _ in kept.texts}
        return [self._weighed(finding, turns.get(finding.part)) for finding in findings]

    def _weighed(self, finding: Finding, kept: Kept | None) -> Finding:
        of_answer = finding.side is Side.ANSWER and finding.goal.startswith("model.")
        if (kept is None and not of_answer) or finding.lane == LANE or not may_excuse(finding):
            return finding
        harmful = max(self.harmful, _harmful(self._near(kept)) if kept else 0.0)
        return replace(finding, exceptions=(ORDINARY,)) if harmful < leaning_model().card.borderline else finding

    # -- what a turn holds ------------------------------------------------------------------------------------------

    def _keep(self, parts: Sequence[Part], at: float | None) -> Kept:
        texts = tuple((part.path, self._reader.read(part.text, part.side)) for part in parts)
        if any(text.shifts for _, text in texts):
            self.subject += 1
            self.raised.clear()
        piece = None
        if len(parts) == 1:
            stripped = parts[0].text.strip()
            if len(stripped) <= LONGEST_PIECE:
                start = parts[0].text.find(stripped)
                piece = Piece(stripped, parts[0].path, Span(start, start + len(stripped)))
        kept = Kept(self.count, self.subject, at, texts, piece)
        self.turns.append(kept)
        return kept

    # -- what a turn completes --------------------------------------------------------------------------------------

    def _completed(self, kept: Kept) -> list[Finding]:
        """Goals whose last empty slot this turn fills."""
        earlier = [(other, bond) for other in self.turns if other is not kept and (bond := bond_of(kept, other)) is not Bond.NONE]
        if not earlier:
            return []
        met = {goal for _, text in kept.texts for goal in text.met}
        found: list[tuple[float, Finding]] = []
        for goal_id, bits in kept.slots.items():
            goal, together = self._reader.goals[goal_id], bits
            for other, _ in earlier:
                together |= other.slots.get(goal_id, 0)
            full = (1 << len(goal.slots)) - 1
            broad = goal_id in self._reader.broad_goals
            if together != full or (bits == full and not broad) or goal_id in self.told or goal_id in met:
                continue
            if bits == full and not any(bond is Bond.FIRM and other.slots.get(goal_id) for other, bond in earlier):
                continue
            now = kept.sights(goal_id)
            chosen: dict[int, tuple[float, int, Cite]] = {
                slot: (sight.surprise, kept.number, _cite(part, sight)) for slot, (part, sight) in now.items()
            }
            telling = {kept.number: kept}
            says_something = all(surprise >= COMMON for surprise, _, _ in chosen.values())
            for other, bond in reversed(earlier):
                if bond is Bond.LOOSE and not says_something:
                    continue
                slots = other.sights(goal_id)
                if len(slots) == len(goal.slots) and not broad:
                    break  # one turn had it all, and the engine judged that
                for slot, (part, sight) in slots.items():
                    if slot not in chosen and (bond is Bond.FIRM or sight.surprise >= COMMON):
                        chosen[slot] = (sight.surprise * weight_of(kept, other), other.number, _cite(part, sight))
                        telling[other.number] = other
            surprise = sum(weight for weight, _, _ in chosen.values())
            if len(chosen) < len(goal.slots) or surprise < (BROAD_SURPRISE if broad else SURPRISE):
                continue
            if _harmful(telling.values()) < counts_from(goal_id, broad):
                continue  # by the turns that hold the evidence alone: harmless ones before and between change nothing
            cites = [cite for _, _, cite in sorted(chosen.values(), key=lambda one: (one[1], one[2].span))]
            score = SURE if surprise >= SURE_FROM else LIKELY
            found.append((surprise, self._finding(goal, self.side, cites, score, self._excusing(kept.subject))))
        found.sort(key=lambda row: (bool(row[1].exceptions), -row[0], row[1].goal))
        best = [finding for _, finding in found[:FINDINGS_A_TURN]]
        self.told.update(finding.goal for finding in best)
        return best

    def _about(self, subject: int) -> set[str]:
        """What the turns about this subject are about that excuses. A story told to get at real methods is no story."""
        texts = [text for kept in self.turns if kept.subject == subject for _, text in kept.texts]
        about = {name for text in texts for name in text.about}
        if any(sight.goal == FICTION_FRAME for text in texts for sight in text.techniques):
            about.discard("fiction")
        return about

    def _excusing(self, subject: int) -> frozenset[str]:
        """Words of exception lists in the turns about this subject."""
        return frozenset(excuse.word for kept in self.turns if kept.subject == subject for _, text in kept.texts for excuse in text.excuses)

    def _finding(
        self, goal: Goal, side: Side, cites: Sequence[Cite], score: float, words: frozenset[str], about: tuple[str, ...] = ()
    ) -> Finding:
        effect = goal.effects.get(side, goal.effects.get(self.side, Outcome.REVIEW))
        return finding_over(
            goal,
            side,
            cites,
            version=self._reader.version,
            score=min(score, goal.score),
            effect=min(effect, Outcome.REVIEW, key=lambda outcome: outcome.severity),
            exceptions=tuple(sorted({*self._reader.excuses_of(goal, words), *self._about(self.subject), *about})),
        )

    # -- pieces and trajectory --------------------------------------------------------------------------------------

    def _joined(self, kept: Kept, parts: Sequence[Part]) -> list[Finding]:
        """What named pieces, or short messages, say together. Joined by the user: in full; otherwise for a person."""
        for part in parts:
            if self.names and len(part.text) <= LONGEST_PIECE * 10:
                text = composed(part.text, part.path, self.names)
                if text is not None:
                    found = self._read_together(text, "joined:")
                    if found:
                        return found
        run = self._run(LONGEST_PIECE if any(text.joins for _, text in kept.texts) else SHORT_MESSAGE)
        if any(text.joins for _, text in kept.texts):
            before = [piece for piece in run if piece.part != parts[-1].path]
            return self._read_together(run_together(before), "joined:") if len(before) > 1 else []
        return [capped(finding) for finding in self._read_together(run_together(run))] if len(run) > 1 else []

    def _run(self, longest: int) -> list[Piece]:
        """The last messages in a row that are no longer than that; the newest may be longer where it asks for joining."""
        pieces: list[Piece] = []
        for kept in reversed(self.turns):
            if kept.piece is None or (len(kept.piece.text) > longest):
                break
            pieces.append(kept.piece)
        return pieces[::-1]

    def _read_together(self, text: Composed, told: str = "") -> list[Finding]:
        """Findings of a text that was put together, those with evidence in several messages. ``told``: how they are remembered."""
        found: dict[str, Finding] = {}
        for finding in self._reader.scan(text.text, self.side):
            if finding.goal in found or told + finding.goal in self.told or finding.effect.severity < Outcome.REVIEW.severity:
                continue
            cites = text.cites(finding)
            if len({cite.part for cite in cites}) > 1:
                found[finding.goal] = recited(finding, cites, self._reader.version)
        best = list(found.values())[:FINDINGS_A_TURN]
        self.told.update(name for finding in best for name in (finding.goal, told + finding.goal))
        return best

    def _rising(self, kept: Kept) -> list[Finding]:
        """A conversation in which evidence grows, with a technique in it, goes to a person: cited are the techniques and the goal begun."""
        if not self.rises or "trajectory" in self.told:
            return []
        last = list(self.turns)[-RISES_OVER:]
        techniques = [_cite(part, sight) for one in last for part, text in one.texts for sight in text.techniques]
        begun = [
            (sight.surprise, _cite(part, sight), sight.goal)
            for one in last
            for part, text in one.texts
            for sight in text.sights
            if not self._reader.goals[sight.goal].slots[sight.slot].companion and sight.surprise >= TELLING
        ]
        if not techniques or not begun:
            return []
        _, cite, goal_id = max(begun, key=lambda row: row[0])
        self.told.add("trajectory")
        cites = list(dict.fromkeys([*techniques, cite]))
        return [self._finding(self._reader.goals[goal_id], self.side, cites, LIKELY, self._excusing(kept.subject))]

    def _sounding(self, kept: Kept, parts: Sequence[Part]) -> list[Finding]:
        """A conversation that sounds harmful beyond doubt goes to a person: under the goal of conversations begun in it, or as the intent that it shows."""
        near = self._near()
        harmful = self.harmful
        if len(near) < 2 or harmful < leaning_model().card.violating or "sound" in self.told:
            return []
        begun: dict[str, list[tuple[float, Cite]]] = {}
        for one in near:
            for part, text in one.texts:
                for sight in text.sights:
                    if sight.goal in self._reader.broad_goals and sight.surprise >= TELLING:
                        begun.setdefault(sight.goal, []).append((sight.surprise, _cite(part, sight)))
        begun = {goal: cites for goal, cites in begun.items() if goal not in self.told}
        if not begun:
            self.told.add("sound")
            said = parts[-1].text[:MOST_CITED]
            cite = Cite(parts[-1].path, Span(0, len(said)), said, "")
            return [intent_over([cite], self.side, self._reader.version, round(harmful, 4), tuple(sorted(self._about(kept.subject))))]
        goal_id, cites = max(begun.items(), key=lambda row: (sum(weight for weight, _ in row[1]), row[0]))
        self.told.add("sound")
        cited = list(dict.fromkeys(cite for _, cite in cites))
        return [self._finding(self._reader.goals[goal_id], self.side, cited, round(harmful, 4), self._excusing(kept.subject))]


def _harmful(turns: Iterable[Kept]) -> float:
    """How these turns sound together, the newest being the last one said."""
    return probability_of(kept.leaning for kept in sorted(turns, key=lambda kept: kept.number))


def _cite(part: str, sight: Sight) -> Cite:
    return Cite(part, sight.span, sight.evidence, sight.normalised)
