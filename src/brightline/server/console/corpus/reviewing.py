"""The sampling desk: one document at a time, three keys for the answer, numbers for the reason, the passage that counted.

Nobody sees another's answer before giving their own, nor what the machine found; both are shown where two people disagree and a third
decides. Works by plain forms; scripts add keys, marking by selection, and nothing else.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any, cast

from starlette.responses import Response

from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling import Answer, Disagreement, Task
from brightline.corpus.sampling import Desk as SamplingDesk
from brightline.corpus.sampling.flow import Label
from brightline.errors import BrightlineError, InputError
from brightline.model import Span
from brightline.server.console.corpus import words
from brightline.server.console.corpus.evidence import spans_in
from brightline.server.console.corpus.reasons import reasons_of, rules_in
from brightline.server.console.corpus.samples import names_of
from brightline.server.console.decision.passages import Run, runs_of
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.frame.preferences import folds
from brightline.server.face import msgid as _
from brightline.store import CorpusReviews, CorpusRuns, CorpusSamples, SampleItem, StoredReview

__all__ = ["MOST_BYTES", "Reviewing"]

MOST_BYTES = 200_000
"""Longest form of an answer: quoted passages may be long."""

_OWN_ANSWERS = 20  # shown beside the text, to go back to
_LONGEST_NOTE = 2_000
_MOST_CHARS = 40_000  # code points of a sampled text that one page shows; own choice: twice what is compared side by side
_LONGEST_MS = 3_600_000  # an answer that took longer was left lying


class Reviewing:
    """The pages on which people answer."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._samples = CorpusSamples(desk.store.database)
        self._reviews = CorpusReviews(desk.store.database)
        self._runs = CorpusRuns(desk.store.database)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus/samples/<id>/desk``: the next document, or one of one's own answers (``?at=``)."""
        return await self._page(visit)

    async def answer(self, visit: Visit) -> Response:
        """``POST …/desk``: keep an answer and go on."""
        try:
            await asyncio.to_thread(self._answered, visit)
        except InputError as problem:
            return await self._page(visit, problem=problem)
        return self._desk.redirect(visit, self._at(visit))

    async def undo(self, visit: Visit) -> Response:
        """``POST …/undo``: take one's own answer back, the newest or the one named; the document comes again."""
        position = _number(visit.form.get("position", ""))
        try:
            await asyncio.to_thread(self._sampling.undo, self._id(visit), visit.who.id, position)
        except BrightlineError as problem:
            return await self._page(visit, problem=problem)
        return self._desk.redirect(visit, self._at(visit), said=_("Your answer is taken back."))

    async def disagreements(self, visit: Visit) -> Response:
        """``GET …/disagreements``: both answers side by side, for a third person."""
        return await self._third(visit)

    async def adjudicate(self, visit: Visit) -> Response:
        """``POST …/disagreements``: the third person's answer, which counts."""

        def decide() -> None:
            position, given = self._read(visit)
            self._sampling.adjudicate(self._id(visit), position, visit.who.id, given)

        try:
            await asyncio.to_thread(decide)
        except InputError as problem:
            return await self._third(visit, problem=problem)
        return self._desk.redirect(visit, f"/console/corpus/samples/{self._id(visit)}/disagreements")

    # Within

    @property
    def _sampling(self) -> SamplingDesk:
        return SamplingDesk(self._desk.store.database, tenant=self._desk.settings.tenant)

    @staticmethod
    def _id(visit: Visit) -> str:
        return str(visit.request.path_params["sample"])

    def _at(self, visit: Visit) -> str:
        return f"/console/corpus/samples/{self._id(visit)}/desk"

    def _answered(self, visit: Visit) -> None:
        position, given = self._read(visit)
        self._sampling.answer(self._id(visit), position, visit.who.id, given)

    def _read(self, visit: Visit) -> tuple[int, Answer]:
        """The position and the answer in a form. Raises ``CorpusError`` BL-CORPUS-095 to -098."""
        form = visit.form
        position = _number(form.get("position", ""))
        sample = self._samples.get(self._id(visit), tenant=self._desk.settings.tenant)
        item = None if position is None else self._samples.item(sample.id, position)
        if position is None or item is None:
            raise CorpusError("BL-CORPUS-097", "the form names no document of this sample", "load the page again")
        return position, _answer_in(form, item)

    async def _page(self, visit: Visit, *, problem: BrightlineError | None = None) -> Response:
        values = await asyncio.to_thread(self._looked_at, visit, problem)
        return self._desk.render(
            visit,
            "corpus/desk.html",
            status=problem.http_status if problem else 200,
            home=self._at(visit) if visit.request.method == "POST" else "",
            problem=problem,
            **values,
            **self._shared(visit),
        )

    def _looked_at(self, visit: Visit, problem: BrightlineError | None) -> dict[str, Any]:
        sample = self._samples.get(self._id(visit), tenant=self._desk.settings.tenant)
        at = _number(visit.request.query_params.get("at", ""))
        own = self._reviews.of_person(sample.id, visit.who.id, limit=_OWN_ANSWERS)
        looked = next((answer for answer in own if answer.position == at), None)
        task: Task | None = None
        if sample.status == "open" and looked is None:
            task = self._sampling.next_for(sample.id, visit.who.id)
        item = self._samples.item(sample.id, looked.position) if looked else None
        text = task.item.text if task else item.text if item else ""
        return {
            "sample": sample,
            "run": self._runs.get(sample.run, tenant=self._desk.settings.tenant),
            "progress": self._sampling.progress(sample.id),
            "task": task,
            "looked": looked,
            "own": own,
            "text": text[:_MOST_CHARS],
            "cut": len(text) > _MOST_CHARS,
            "runs": _marked(text[:_MOST_CHARS], looked),
            "folded": folds(visit.user, is_sensitive=sample.kind == "removed"),
            "entered": dict(visit.form) if problem else {},
            "began": time.time_ns() // 1_000_000,
        }

    async def _third(self, visit: Visit, *, problem: BrightlineError | None = None) -> Response:
        values = await asyncio.to_thread(self._disagreed, visit)
        return self._desk.render(
            visit,
            "corpus/disagreements.html",
            status=problem.http_status if problem else 200,
            home=f"/console/corpus/samples/{self._id(visit)}/disagreements" if visit.request.method == "POST" else "",
            problem=problem,
            entered=dict(visit.form) if problem else {},
            **values,
            **self._shared(visit),
        )

    def _disagreed(self, visit: Visit) -> dict[str, Any]:
        sample = self._samples.get(self._id(visit), tenant=self._desk.settings.tenant)
        found: list[Disagreement] = self._sampling.open_disagreements(sample.id, visit.who.id) if sample.status == "open" else []
        first = found[0] if found else None
        return {
            "sample": sample,
            "run": self._runs.get(sample.run, tenant=self._desk.settings.tenant),
            "left": len(found),
            "first": first,
            "sides": [(answer, _marked(first.task.item.text[:_MOST_CHARS], answer)) for answer in first.answers] if first else [],
            "cut": bool(first and len(first.task.item.text) > _MOST_CHARS),
            "folded": folds(visit.user, is_sensitive=sample.kind == "removed"),
            "people": names_of(self._desk),
            "began": time.time_ns() // 1_000_000,
        }

    def _shared(self, visit: Visit) -> dict[str, Any]:
        keyed, others = reasons_of(self._desk.rulebook, visit.lang)
        return {"words": words, "keyed": keyed, "others": others, "names": {reason.id: reason for reason in (*keyed, *others)}}


def _answer_in(form: Mapping[str, str], item: SampleItem) -> Answer:
    label = form.get("label", "")
    if label not in words.LABELS:
        raise CorpusError("BL-CORPUS-098", "the form says neither pass nor fail nor unsure", "choose one of the three")
    began = _number(form.get("began", "")) or 0
    took = time.time_ns() // 1_000_000 - began
    return Answer(
        label=cast("Label", label),
        rules=rules_in(form) if label != "pass" else (),
        spans=spans_in(form.get("spans", ""), form.get("quoted", ""), item.text),
        note=form.get("note", "").strip()[:_LONGEST_NOTE],
        took_ms=took if began and 0 <= took <= _LONGEST_MS else 0,
    )


def _marked(text: str, answer: StoredReview | None) -> tuple[Run, ...]:
    """The text with the passages that an answer named."""
    spans = answer.document.get("spans", ()) if answer else ()
    return runs_of(text, ((number, Span(int(start), int(end))) for number, (start, end) in enumerate(spans, 1)))


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 15 else None
