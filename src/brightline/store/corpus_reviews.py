"""What people say of sampled documents, and which document each of them has in hand.

Four rules are kept here, because only a transaction can keep them: one answer a person and document; no more answers than the plan
asks for (one, or two where it is looked at twice); nobody gets a document that somebody else has in hand, unless two are wanted; nobody
chooses the document they answer for. A reviewer has one document in hand at a time, for a limited time. The last one that each had, also
after its time, is noted in the ``outcome`` of the open sample, whose row is the lock under which documents are handed out. What follows
from answers (``settle``) is decided by ``brightline.corpus.sampling.flow``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import uuid_utils
from sqlalchemy import Connection, Select, delete, func, select, update

from brightline.documents import canonical_json
from brightline.errors import InputError, NotFound
from brightline.store.clock import now_us
from brightline.store.corpus_samples import SampleItem, item_of
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import corpus_reviews, corpus_sample_items, corpus_samples

__all__ = ["PEOPLE", "CorpusReviews", "HandedOut", "Settle", "StoredReview", "undecided_items"]

Settle = Callable[[bool, Sequence[tuple[str, str]]], str]
"""(is looked at twice, (role, label) of each answer) → the document's verdict: pass, fail, or empty."""

PEOPLE = ("first", "second")
"""The roles of those who look at documents by themselves, without seeing what others say."""


class StoredReview(NamedTuple):
    """``role``: first, second, adjudicator, technical. ``label``: pass, fail, unsure. ``document``: rules, spans, note."""

    id: str
    sample: str
    position: int
    reviewer: str
    made_at: int
    role: str
    label: str
    took_ms: int
    document: dict[str, Any]


class HandedOut(NamedTuple):
    """A document in somebody's hand until ``until`` (UTC microseconds). ``role``: first or second."""

    item: SampleItem
    role: str
    until: int


class CorpusReviews:
    """The answers of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def hand_out(self, sample_id: str, person: str, *, lease_us: int) -> HandedOut | None:
        """The document that a person is to look at: the one in hand, or the first that still needs somebody who has not answered it.

        None where there is nothing left for this person now. Raises ``NotFound`` BL-CORPUS-055, ``InputError`` BL-CORPUS-058 (closed).
        """
        now = now_us()
        with self._database.writing() as connection:
            hands = self._lock(connection, sample_id)
            taken = {who: hand for who, hand in hands.items() if hand[1] > now and who != person}
            own = hands.get(person)
            found = None if own is None or own[1] <= now else self._needing(connection, sample_id, person, only=own[0])
            if not found:
                found = self._needing(connection, sample_id, person, limit=len(taken) + 1)
            in_hand = [position for position, _until in taken.values()]
            for item, answers in found:
                if answers + in_hand.count(item.position) < 1 + item.double:
                    self._keep(connection, sample_id, hands | {person: (item.position, now + lease_us)})
                    return HandedOut(item, "second" if answers else "first", now + lease_us)
        return None

    def add(
        self,
        sample_id: str,
        position: int,
        person: str,
        *,
        label: str,
        took_ms: int,
        document: Mapping[str, Any],
        settle: Settle,
        role: str | None = None,
        from_hand: bool = False,
    ) -> tuple[StoredReview, str]:
        """Keep an answer; gives it back with the document's verdict as it now is.

        ``role`` None: first or second, as it comes. ``from_hand``: only for the document handed to this person last, also after its time.
        Raises ``NotFound`` BL-CORPUS-055, ``InputError`` BL-CORPUS-056 (answered already, by this person or by enough others; not handed
        to this person) or -058 (closed).
        """
        with self._database.writing() as connection:
            hands = self._lock(connection, sample_id)
            item, given = self._item_with_answers(connection, sample_id, position)
            if any(answer.reviewer == person for answer in given):
                raise InputError("BL-CORPUS-056", "you have answered for this document already", "take the answer back to change it")
            if role is None:
                people = sum(answer.role in PEOPLE for answer in given)
                if people >= 1 + item.double:
                    raise InputError("BL-CORPUS-056", "somebody else has answered for this document meanwhile", "go on with the next one")
                role = PEOPLE[people]
            elif any(answer.role == role for answer in given):
                raise InputError("BL-CORPUS-056", "this document is decided already", "go on with the next one")
            if from_hand and hands.get(person, (-1, 0))[0] != position:
                raise InputError("BL-CORPUS-056", "this document was not handed to you", "take the next one, and answer for that")
            review = StoredReview(
                str(uuid_utils.uuid7()), sample_id, position, column_text(person), now_us(), role, label, max(0, took_ms),
                orjson.loads(canonical_json(dict(document))),
            )  # fmt: skip
            connection.execute(
                corpus_reviews.insert(), review._asdict() | {"document": column_text(canonical_json(review.document).decode())}
            )
            verdict = self._settle(connection, item, [*given, review], settle)
            if hands.get(person, (-1, 0))[0] == position:
                del hands[person]
                self._keep(connection, sample_id, hands)
        return review, verdict

    def take_back(self, sample_id: str, person: str, position: int, *, lease_us: int, settle: Settle) -> HandedOut:
        """Remove a person's own answer and put the document into their hand again. Raises ``NotFound`` BL-CORPUS-055, -056 (no answer there), ``InputError`` BL-CORPUS-056 where a third
        person has decided since, -058 (closed)."""
        with self._database.writing() as connection:
            hands = self._lock(connection, sample_id)
            item, given = self._item_with_answers(connection, sample_id, position)
            own = next((answer for answer in given if answer.reviewer == person), None)
            if own is None:
                raise NotFound("BL-CORPUS-056", "you have not answered for this document", "take the position from your own answers")
            if own.role in PEOPLE and any(answer.role == "adjudicator" for answer in given):
                raise InputError("BL-CORPUS-056", "a third person has decided on this document", "ask them to look again")
            connection.execute(delete(corpus_reviews).where(corpus_reviews.c.id == own.id))
            left = [answer for answer in given if answer.id != own.id]
            if own.role == "first" and left:
                left = [answer._replace(role="first") if answer.role == "second" else answer for answer in left]
                second = (corpus_reviews.c.sample == sample_id) & (corpus_reviews.c.position == position)
                connection.execute(update(corpus_reviews).where(second, corpus_reviews.c.role == "second").values(role="first"))
            verdict = self._settle(connection, item, left, settle)
            until = now_us() + lease_us
            if own.role in PEOPLE:
                hands[person] = (position, until)
                self._keep(connection, sample_id, hands)
        role = own.role if own.role not in PEOPLE else PEOPLE[sum(answer.role in PEOPLE for answer in left)]
        return HandedOut(item._replace(verdict=verdict), role, until)

    def of_item(self, sample_id: str, position: int) -> list[StoredReview]:
        """All answers for a document, in the order in which they came."""
        mine = (corpus_reviews.c.sample == column_text(sample_id)) & (corpus_reviews.c.position == position)
        with self._database.reading() as connection:
            return [_review(row) for row in connection.execute(select(corpus_reviews).where(mine).order_by(corpus_reviews.c.id))]

    def of_person(self, sample_id: str, person: str, *, limit: int = 50) -> list[StoredReview]:
        """A person's own answers, newest first."""
        mine = (corpus_reviews.c.sample == column_text(sample_id)) & (corpus_reviews.c.reviewer == column_text(person))
        with self._database.reading() as connection:
            rows = connection.execute(select(corpus_reviews).where(mine).order_by(corpus_reviews.c.id.desc()).limit(limit))
            return [_review(row) for row in rows]

    def undecided(
        self, sample_id: str, *, unanswered_by: str | None = None, limit: int = 100
    ) -> list[tuple[SampleItem, tuple[StoredReview, ...]]]:
        """Documents that have all their answers and no verdict: two people disagree, or one is unsure. ``unanswered_by``: only those for
        which this person has given none."""
        with self._database.reading() as connection:
            table = corpus_reviews.c
            query = undecided_items(sample_id)
            if unanswered_by is not None:
                query = query.where(~_answer_of(unanswered_by).exists())
            items = [item_of(row) for row in connection.execute(query.limit(limit))]
            answers: dict[int, list[StoredReview]] = {item.position: [] for item in items}
            own = (table.sample == column_text(sample_id)) & table.position.in_(list(answers))
            for row in connection.execute(select(corpus_reviews).where(own).order_by(table.id)):
                answers[row.position].append(_review(row))
        return [(item, tuple(answers[item.position])) for item in items]

    def _lock(self, connection: Connection, sample_id: str) -> dict[str, tuple[int, int]]:
        """Lock an open sample; who has which position in hand until when."""
        query = select(corpus_samples.c.status, corpus_samples.c.outcome).where(corpus_samples.c.id == column_text(sample_id))
        row = connection.execute(query.with_for_update()).first()
        if row is None:
            raise NotFound("BL-CORPUS-055", f"there is no sample {sample_id[:80]!r}", "take the id from the list of samples")
        if row.status != "open":
            raise InputError("BL-CORPUS-058", "this sample is closed", "draw another one for another look")
        return {who: (int(position), int(until)) for who, (position, until) in orjson.loads(row.outcome).get("in_hand", {}).items()}

    def _keep(self, connection: Connection, sample_id: str, hands: Mapping[str, tuple[int, int]]) -> None:
        text = orjson.dumps({"in_hand": hands}).decode() if hands else "{}"
        connection.execute(update(corpus_samples).where(corpus_samples.c.id == sample_id).values(outcome=column_text(text)))

    def _needing(
        self, connection: Connection, sample_id: str, person: str, *, only: int | None = None, limit: int = 1
    ) -> list[tuple[SampleItem, int]]:
        """Documents without a verdict that lack an answer and have none of this person, with their number of answers."""
        item = corpus_sample_items.c
        query = select(corpus_sample_items, _given.label("answers")).where(
            item.sample == column_text(sample_id), item.verdict == "", _given < 1 + item.double, ~_answer_of(person).exists()
        )
        if only is not None:
            query = query.where(item.position == only)
        rows = connection.execute(query.order_by(item.position).limit(limit)).all()
        return [(item_of(row[:-1]), int(row.answers)) for row in rows]

    def _item_with_answers(self, connection: Connection, sample_id: str, position: int) -> tuple[SampleItem, list[StoredReview]]:
        item = corpus_sample_items.c
        row = connection.execute(select(corpus_sample_items).where(item.sample == sample_id, item.position == position)).first()
        if row is None:
            raise NotFound("BL-CORPUS-055", f"the sample has no document at position {position}", "positions begin at 0")
        mine = (corpus_reviews.c.sample == sample_id) & (corpus_reviews.c.position == position)
        answers = connection.execute(select(corpus_reviews).where(mine).order_by(corpus_reviews.c.id))
        return item_of(row), [_review(answer) for answer in answers]

    def _settle(self, connection: Connection, item: SampleItem, answers: Sequence[StoredReview], settle: Settle) -> str:
        verdict = settle(item.double, [(answer.role, answer.label) for answer in answers])
        if verdict != item.verdict:
            at = (corpus_sample_items.c.sample == item.sample) & (corpus_sample_items.c.position == item.position)
            connection.execute(update(corpus_sample_items).where(at).values(verdict=verdict))
        return verdict


_given = (
    select(func.count())
    .where(
        corpus_reviews.c.sample == corpus_sample_items.c.sample,
        corpus_reviews.c.position == corpus_sample_items.c.position,
        corpus_reviews.c.role.in_(PEOPLE),
    )
    .correlate(corpus_sample_items)
    .scalar_subquery()
)


def _answer_of(person: str) -> Select[Any]:
    """A person's answer for the document of the query around it."""
    item, review = corpus_sample_items.c, corpus_reviews.c
    return select(review.id).where(review.sample == item.sample, review.position == item.position, review.reviewer == column_text(person))


def undecided_items(sample_id: str) -> Select[Any]:
    """The query for documents that have all their answers and no verdict."""
    item = corpus_sample_items.c
    open_ones = select(corpus_sample_items).where(item.sample == column_text(sample_id), item.verdict == "", _given >= 1 + item.double)
    return open_ones.order_by(item.position)


def _review(row: Any) -> StoredReview:
    return StoredReview(**(row._asdict() | {"document": orjson.loads(row.document)}))
