"""The sampling desk: what reviewers, adjudicators and whoever closes a sample do, each step one method. Doors put pages on it.

Blind: nobody gets to see another's answer before the verdict, except the third person who decides between two; nor a count that tells it
(``is_blind``): whoever sees "decided" grow by their own answer knows that another said the same. Four eyes: who decides between two
answers has given neither. Documents are handed out one at a time and for a limited time, in the order in which they were drawn, so that
at any moment what has been answered is itself a random sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from brightline.corpus.day import day_in_china
from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling.agreement import Agreement, agreement
from brightline.corpus.sampling.flow import Answer, settled, state
from brightline.corpus.sampling.outcome import Outcome, outcome_of
from brightline.corpus.sampling.plans import Plan
from brightline.corpus.sampling.seeds import commitment, derive_seed
from brightline.corpus.sampling.staff import Function, Objection, StaffRecord, objections_to
from brightline.errors import NotFound
from brightline.store import CorpusReviews, CorpusSamples, CorpusStaff, ReviewerTally, ReviewFigures, SampleItem, StoredReview, StoredSample
from brightline.store.engine import Database

__all__ = ["LEASE_MINUTES", "QUESTIONS", "Answered", "Desk", "Disagreement", "Progress", "Staffing", "Task"]

Staffing = Literal["off", "warn", "block"]

LEASE_MINUTES = 15
"""How long a document stays in one hand: longer than anybody reads one, shorter than a break (own choice)."""
_LEASE_US = LEASE_MINUTES * 60_000_000

QUESTIONS = {
    "kept": ("这份文档可以用于训练吗？", "May this document be used for training?"),
    "all": ("这份文档不含违法不良信息吗？", "Is this document free of illegal and harmful content?"),
    "removed": ("剔除或改写这份文档是否正确？", "Was it right to take out or redact this document?"),
}
"""What a sample asks, by its population (zh, en). In each, pass means yes."""


@dataclass(frozen=True, slots=True)
class Task:
    """A document in front of a person. ``lease_until`` UTC microseconds, 0 where nothing is held. ``warnings``: what speaks against this
    person's doing it, where staff records only warn."""

    item: SampleItem
    role: str
    question_zh: str
    question_en: str
    lease_until: int
    warnings: tuple[Objection, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was kept. ``verdict``: the document's, empty while there is none; ``waits_for_third``: two disagree or one is unsure. Both
    tell what another answered: no door shows them to whoever answers."""

    review: StoredReview
    verdict: str
    waits_for_third: bool


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A document on which a third person decides, with all answers so far."""

    task: Task
    answers: tuple[StoredReview, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """``items``: documents, of which ``double`` are looked at twice; ``decided`` have a verdict, ``third`` wait for a third person.
    ``answers`` of ``answers_wanted``: as first or second."""

    items: int
    double: int
    decided: int
    third: int
    answers: int
    answers_wanted: int

    @property
    def all_answered(self) -> bool:
        """Whether nobody has to look any more, as first or second."""
        return self.answers >= self.answers_wanted

    @property
    def can_close(self) -> bool:
        """Whether every document has its verdict."""
        return self.decided == self.items


class Desk:
    """The desk of one installation. ``staffing``: what happens where GB/T 45674's records speak against somebody. ``key_hex``: the key that
    seeds are derived from, so that closing a sample can publish its seed."""

    def __init__(self, database: Database, *, staffing: Staffing = "warn", key_hex: str = "", tenant: str = "default") -> None:
        self._samples = CorpusSamples(database)
        self._reviews = CorpusReviews(database)
        self._figures = ReviewFigures(database)
        self._staff = CorpusStaff(database)
        self._staffing: Staffing = staffing
        self._key_hex = key_hex
        self._tenant = tenant

    # Reviewers

    def next_for(self, sample_id: str, person: str) -> Task | None:
        """The document that a person is to look at next, held for them; None where nothing is left for this person.

        Raises ``NotFound`` BL-CORPUS-055, ``CorpusError`` BL-CORPUS-057 (may not, by the staff records), -058 (closed).
        """
        sample = self._open(sample_id)
        warnings = self._may(person, "review")
        handed = self._reviews.hand_out(sample.id, person, lease_us=_LEASE_US)
        return None if handed is None else _task(sample, handed.item, handed.role, handed.until, warnings)

    def answer(self, sample_id: str, position: int, person: str, answer: Answer) -> Answered:
        """Keep a person's answer. Raises as ``next_for``, and ``InputError`` BL-CORPUS-056 (answered already, or not in this person's hand),
        ``CorpusError`` -057."""
        return self._answer(sample_id, position, person, answer, role=None)

    def undo(self, sample_id: str, person: str, position: int | None = None) -> Task:
        """Take one's own answer back, the newest or the one at ``position``, and look at the document again.

        Raises ``NotFound`` and ``InputError`` BL-CORPUS-056: there is none, or a third person has decided on it since.
        """
        sample = self._open(sample_id)
        if position is None:
            own = self._reviews.of_person(sample.id, person, limit=1)
            if not own:
                raise NotFound("BL-CORPUS-056", "you have given no answer yet", "there is nothing to take back")
            position = own[0].position
        handed = self._reviews.take_back(sample.id, person, position, lease_us=_LEASE_US, settle=settled)
        return _task(sample, handed.item, handed.role, handed.until, ())

    def answers_of(self, sample_id: str, person: str, *, limit: int = 50) -> list[StoredReview]:
        """A person's own answers, newest first."""
        return self._reviews.of_person(self._sample(sample_id).id, person, limit=limit)

    # Those who decide between two

    def open_disagreements(self, sample_id: str, person: str, *, limit: int = 100) -> list[Disagreement]:
        """Documents on which this person may decide: who answered for one is not shown it."""
        sample = self._open(sample_id)
        warnings = self._may(person, "arbitrate")
        return [
            Disagreement(_task(sample, item, "adjudicator", 0, warnings), answers)
            for item, answers in self._reviews.undecided(sample.id, unanswered_by=person, limit=limit)
        ]

    def adjudicate(self, sample_id: str, position: int, person: str, answer: Answer) -> Answered:
        """Decide on a document. Raises as ``answer``; BL-CORPUS-057 also where it is not for a third person, or the answer is unsure."""
        if answer.label == "unsure":
            raise CorpusError(
                "BL-CORPUS-057", "a third person decides: pass or fail", "where in doubt, fail: it is looked at before it is used"
            )
        sample = self._open(sample_id)
        item = self._samples.item(sample.id, position)
        given = [(answer.role, answer.label) for answer in self._reviews.of_item(sample.id, position)]
        if item is None or state(item.double, given) != "adjudication":
            raise CorpusError("BL-CORPUS-057", "this document does not wait for a third person", "take it from the open disagreements")
        return self._answer(sample_id, position, person, answer, role="adjudicator")

    # Figures and the end

    def progress(self, sample_id: str) -> Progress:
        """How far a sample is."""
        sample = self._sample(sample_id)
        plan = Plan.from_document(sample.plan)
        verdicts = self._samples.verdicts(sample.id)
        items = sum(verdicts.values())
        answers, third = self._figures.counts(sample.id)
        decided = items - sum(count for (_source, _stratum, verdict), count in verdicts.items() if not verdict)
        double = min(plan.double, items)
        return Progress(items, double, decided, third, answers, items + double)

    def is_blind(self, sample_id: str, person: str) -> bool:
        """Whether this person is not to see what others' answers come to: who has answered, until every answer is in or the sample is closed."""
        sample = self._sample(sample_id)
        if sample.status != "open" or not self._reviews.of_person(sample.id, person, limit=1):
            return False
        return not self.progress(sample.id).all_answered

    def agreement(self, sample_id: str) -> Agreement:
        """How far first and second agree, as they answered before anybody decided between them."""
        return agreement(self._figures.pairs(self._sample(sample_id).id))

    def reviewers(self, sample_id: str) -> list[ReviewerTally]:
        """How each person answered."""
        return self._figures.reviewers(self._sample(sample_id).id)

    def preview(self, sample_id: str) -> Outcome:
        """The outcome as it would be now; documents without a verdict count as failures in what the standard asks."""
        sample = self._sample(sample_id)
        plan = Plan.from_document(sample.plan)
        return outcome_of(
            plan,
            verdicts=self._samples.verdicts(sample.id),
            core=self._samples.verdicts(sample.id, before=plan.size),
            rules=self._figures.fail_rules(sample.id),
            agreement=self.agreement(sample.id),
        )

    def close(self, sample_id: str, by: str, *, partial: bool = False) -> Outcome:
        """Close a sample for good: outcome kept, texts emptied, seed published. ``partial``: although documents have no verdict.

        Raises ``CorpusError`` BL-CORPUS-058 where documents wait and ``partial`` is not set, -053 where the seed is not the one
        committed to (the installation's key was changed); ``InputError`` BL-CORPUS-058 where it is closed, or an answer came meanwhile.
        """
        sample = self._open(sample_id)
        answers = self._samples.answers_digest(sample.id)  # before anything is counted: what changes from here on is noticed
        progress = self.progress(sample_id)
        if not progress.can_close and not partial:
            raise CorpusError(
                "BL-CORPUS-058",
                f"{progress.items - progress.decided} of {progress.items} documents have no verdict yet",
                "go on, or close it as it is: they then count as failures",
            )
        plan = Plan.from_document(sample.plan)
        committed = self._samples.committed_seed(sample.run, plan.kind, plan.population, plan.number, tenant=self._tenant) or ""
        seed = derive_seed(self._key_hex, sample.run, plan.kind, plan.population, plan.number) if self._key_hex else None
        if seed is not None and committed and commitment(seed) != committed:
            raise CorpusError("BL-CORPUS-053", "this is not the seed that was committed to", "use the key that the sample was drawn with")
        outcome = self.preview(sample_id)
        document = outcome.to_document() | {
            "adjudicated": self._figures.adjudicated(sample.id),
            "answers": progress.answers,
            "commitment": committed,
            "reviewers": [tally._asdict() for tally in self._figures.reviewers(sample.id)],
            "seed": "" if seed is None else seed.hex(),
        }
        self._samples.close(sample.id, document, by=by, seed=document["seed"], answers=answers, tenant=self._tenant)
        return outcome

    def _answer(self, sample_id: str, position: int, person: str, answer: Answer, *, role: str | None) -> Answered:
        sample = self._open(sample_id)
        self._may(person, "arbitrate" if role else "review")
        item = self._samples.item(sample.id, position)
        answer.checked(0 if item is None else len(item.text))
        review, verdict = self._reviews.add(
            sample.id,
            position,
            person,
            label=answer.label,
            took_ms=answer.took_ms,
            document=answer.to_document(),
            settle=settled,
            role=role,
            from_hand=role is None,
        )
        waits = not verdict and item is not None and (review.role == "second" or not item.double)
        return Answered(review, verdict, waits)

    def _sample(self, sample_id: str) -> StoredSample:
        return self._samples.get(sample_id, tenant=self._tenant)

    def _open(self, sample_id: str) -> StoredSample:
        sample = self._sample(sample_id)
        if sample.status != "open":
            raise CorpusError("BL-CORPUS-058", "this sample is closed", "draw another one for another look")
        return sample

    def _may(self, person: str, function: Function) -> tuple[Objection, ...]:
        """What speaks against this person's doing it. Raises ``CorpusError`` BL-CORPUS-057 where that is forbidden here."""
        if self._staffing == "off":
            return ()
        objections = objections_to(self._record(person), function, today=day_in_china())
        if objections and self._staffing == "block":
            reasons = "; ".join(each.en for each in objections)
            raise CorpusError("BL-CORPUS-057", f"this person may not do that now: {reasons}", "complete the staff record (GB/T 45674)")
        return objections

    def _record(self, person: str) -> StaffRecord | None:
        newest = next(iter(self._staff.revisions(person, tenant=self._tenant)), None)
        return None if newest is None else StaffRecord.from_document(person, newest.document)


def _task(sample: StoredSample, item: SampleItem, role: str, until: int, warnings: tuple[Objection, ...]) -> Task:
    zh, en = QUESTIONS[sample.plan.get("population", "kept")]
    return Task(item, role, zh, en, until, warnings)
