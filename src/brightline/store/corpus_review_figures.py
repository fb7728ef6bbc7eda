"""What the answers to a sample add up to: how many there are, whether two people agree, what was found, how each person answered."""

from __future__ import annotations

from typing import Any, NamedTuple

import orjson
from sqlalchemy import and_, case, func, select

from brightline.store.corpus_reviews import PEOPLE, undecided_items
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import corpus_reviews, corpus_sample_items

__all__ = ["ReviewFigures", "ReviewerTally"]


class ReviewerTally(NamedTuple):
    """How one person answered as first or second. ``overruled``: answers that the verdict contradicts; ``decided``: of so many."""

    reviewer: str
    answers: int
    passes: int
    fails: int
    unsure: int
    took_ms: int
    decided: int
    overruled: int


class ReviewFigures:
    """The figures of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def counts(self, sample_id: str) -> tuple[int, int]:
        """(answers that people gave as first or second, documents that wait for a third person)."""
        with self._database.reading() as connection:
            mine = (corpus_reviews.c.sample == column_text(sample_id)) & corpus_reviews.c.role.in_(PEOPLE)
            answers = connection.execute(select(func.count()).select_from(corpus_reviews).where(mine)).scalar_one()
            waiting = undecided_items(sample_id).subquery()
            return int(answers), int(connection.execute(select(func.count()).select_from(waiting)).scalar_one())

    def adjudicated(self, sample_id: str) -> int:
        """Documents on which a third person decided."""
        mine = (corpus_reviews.c.sample == column_text(sample_id)) & (corpus_reviews.c.role == "adjudicator")
        with self._database.reading() as connection:
            return int(connection.execute(select(func.count()).select_from(corpus_reviews).where(mine)).scalar_one())

    def pairs(self, sample_id: str) -> list[tuple[str, str]]:
        """(label of the first, label of the second) for every document that two people answered."""
        first, second = corpus_reviews.alias(), corpus_reviews.alias()
        query = select(first.c.label, second.c.label).where(
            first.c.sample == column_text(sample_id), second.c.sample == first.c.sample, second.c.position == first.c.position,
            first.c.role == "first", second.c.role == "second",
        )  # fmt: skip
        with self._database.reading() as connection:
            return [(str(one), str(other)) for one, other in connection.execute(query)]

    def fail_rules(self, sample_id: str) -> list[tuple[int, tuple[str, ...]]]:
        """(position, rules) of every document with the verdict fail: those that anybody named who called it a failure."""
        item, review = corpus_sample_items.c, corpus_reviews.c
        query = (
            select(review.position, review.document)
            .join(corpus_sample_items, and_(item.sample == review.sample, item.position == review.position))
            .where(review.sample == column_text(sample_id), item.verdict == "fail", review.label == "fail")
            .order_by(review.position, review.id)
        )
        found: dict[int, dict[str, None]] = {}
        with self._database.reading() as connection:
            for position, document in connection.execute(query):
                found.setdefault(int(position), {}).update(dict.fromkeys(map(str, orjson.loads(document).get("rules", ()))))
        return [(position, tuple(rules)) for position, rules in found.items()]

    def reviewers(self, sample_id: str) -> list[ReviewerTally]:
        """How each person answered, by name."""
        review, item = corpus_reviews.c, corpus_sample_items.c

        def count(condition: Any) -> Any:
            return func.sum(case((condition, 1), else_=0))

        query = (
            select(
                review.reviewer,
                func.count(),
                count(review.label == "pass"),
                count(review.label == "fail"),
                count(review.label == "unsure"),
                func.sum(review.took_ms),
                count(item.verdict != ""),
                count((item.verdict != "") & (review.label != "unsure") & (item.verdict != review.label)),
            )
            .join(corpus_sample_items, and_(item.sample == review.sample, item.position == review.position))
            .where(review.sample == column_text(sample_id), review.role.in_(PEOPLE))
            .group_by(review.reviewer)
            .order_by(review.reviewer)
        )
        with self._database.reading() as connection:
            return [ReviewerTally(str(who), *map(int, figures)) for who, *figures in connection.execute(query)]
