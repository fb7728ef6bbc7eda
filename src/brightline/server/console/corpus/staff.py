"""Annotation staff and annotation rules: who is appointed to what, trained and examined until when, and by which written rules people judge.

GB/T 45674-2025; TC260-003, 5.3 (SEC-D6): staff trained and examined, functions apart, rules for function and for safety. Records are
append-only: what stood on a day can be told later. Nobody keeps a record of their own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from brightline.corpus.day import day_in_china
from brightline.corpus.errors import CorpusError
from brightline.corpus.sampling import FUNCTIONS, AnnotationRules, Objection, StaffRecord, objections_to, rules_in_force
from brightline.corpus.sampling.staff import VALID_DAYS
from brightline.errors import BrightlineError
from brightline.server.console.corpus import words
from brightline.server.console.corpus.samples import names_of
from brightline.server.console.desk import Desk, Visit
from brightline.server.console.permissions import Permission, may
from brightline.server.face import msgid as _
from brightline.store import CorpusStaff, StaffRevision
from brightline.store.corpus_staff import RULES_PREFIX

__all__ = ["Staff"]

_HOME = "/console/corpus/staff"
_LONGEST_NAME = 200  # own choice: a user's id has 36 characters, a pseudonym of an annotation tool a few more


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the list. ``record`` None: nothing is on record. ``until``: the last day of the examination."""

    id: str
    name: str
    record: StaffRecord | None
    revision: int
    until: date | None
    objections: tuple[Objection, ...]


class Staff:
    """The list, the forms, and what stood before."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._records = CorpusStaff(desk.store.database)

    async def show(self, visit: Visit) -> Response:
        """``GET /console/corpus/staff``: people who may review, everybody with a record, and the rules in force."""
        return self._desk.render(
            visit,
            "corpus/staff.html",
            words=words,
            may_keep=visit.can(Permission.CORPUS_DECIDE),
            **await asyncio.to_thread(self._listed),
        )

    async def edit(self, visit: Visit) -> Response:
        """``GET /console/corpus/staff/edit?person=<id>``: the record as a form; with the revisions before."""
        return await self._form(visit, visit.request.query_params.get("person", ""))

    async def save(self, visit: Visit) -> Response:
        """``POST /console/corpus/staff/edit``: a new revision of a record."""
        form, person = visit.form, visit.form.get("person", "").strip()

        def keep() -> None:
            if person == visit.who.id:
                raise CorpusError("BL-CORPUS-059", "nobody keeps a record of their own", "let somebody else enter it")
            if not 0 < len(person) <= _LONGEST_NAME or not person.isprintable() or person.startswith(RULES_PREFIX):
                raise CorpusError("BL-CORPUS-059", "the record names no person", "choose a user, or the name that an annotation tool gives")
            record = StaffRecord.from_document(person, _record_in(form))
            self._records.save(person, record.to_document(), by=visit.who.id, tenant=self._tenant)

        try:
            await asyncio.to_thread(keep)
        except BrightlineError as problem:
            return await self._form(visit, person, problem=problem)
        return self._desk.redirect(visit, _HOME, said=_("The record is kept."))

    async def new_rules(self, visit: Visit) -> Response:
        """``GET /console/corpus/staff/rules``: a form for annotation rules."""
        return self._rules_form(visit)

    async def save_rules(self, visit: Visit) -> Response:
        """``POST /console/corpus/staff/rules``: a set of rules, or a newer version of one."""
        form = visit.form

        def keep() -> None:
            name = form.get("name", "").strip()
            if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
                raise CorpusError("BL-CORPUS-059", "the rules have no name", "give one that stays over their versions")
            if not form.get("version", "").strip():
                raise CorpusError("BL-CORPUS-059", "the rules have no version", "give one, such as 2026-2")
            given = {key: form.get(key, "").strip() for key in ("version", "effective_from", "covers", "title")}
            rules = AnnotationRules.from_document(name, given | {"digest": form.get("digest", "").strip().lower()})
            self._records.save(RULES_PREFIX + name, rules.to_document(), by=visit.who.id, tenant=self._tenant)

        try:
            await asyncio.to_thread(keep)
        except BrightlineError as problem:
            return self._rules_form(visit, problem=problem)
        return self._desk.redirect(visit, _HOME, said=_("The rules are kept."))

    @property
    def _tenant(self) -> str:
        return self._desk.settings.tenant

    def _listed(self) -> dict[str, Any]:
        today = day_in_china()
        kept = {each.person: each for each in self._records.latest(tenant=self._tenant)}
        users = self._desk.store.users.list(self._tenant)
        named = {
            user.id: user.display_name or user.name
            for user in users
            if user.id in kept or (user.disabled_at is None and may(user.role, Permission.CORPUS_REVIEW))
        }
        named |= {person: person for person in kept if person not in named}
        people = [_person(id_, name, kept.get(id_), today) for id_, name in named.items()]
        every = [_rules(each) for each in self._records.every_rules(tenant=self._tenant)]
        holding = rules_in_force(every, today=today)
        return {
            "people": sorted(people, key=lambda each: (each.name.casefold(), each.id)),
            "rules": every,
            "in_force": holding,
            "today": today,
            "lacking": [kind for kind in ("function", "safety") if kind not in {each.covers for each in holding}],
            "soon": today + timedelta(days=30),
        }

    async def _form(self, visit: Visit, person: str, *, problem: BrightlineError | None = None) -> Response:
        def look() -> dict[str, Any]:
            revisions = self._records.revisions(person, tenant=self._tenant) if person else []
            names = names_of(self._desk)
            return {
                "person": person,
                "name": names.get(person, person),
                "names": names,
                "choices": [(id_, name) for id_, name in sorted(names.items(), key=lambda pair: pair[1].casefold()) if id_ != visit.who.id],
                "revisions": [(each, StaffRecord.from_document(person, each.document)) for each in revisions],
            }

        values = await asyncio.to_thread(look)
        newest = values["revisions"][0][1].to_document() if values["revisions"] else {}
        entered = dict(visit.form) if problem else _entered(newest)
        return self._desk.render(
            visit,
            "corpus/staff_form.html",
            status=problem.http_status if problem else 200,
            home=_HOME if problem else "",
            words=words,
            functions=FUNCTIONS,
            valid_days=VALID_DAYS,
            entered=entered,
            problem=problem,
            is_own=person == visit.who.id,
            **values,
        )

    def _rules_form(self, visit: Visit, *, problem: BrightlineError | None = None) -> Response:
        return self._desk.render(
            visit,
            "corpus/annotation_rules_form.html",
            status=problem.http_status if problem else 200,
            home=_HOME if problem else "",
            words=words,
            entered=dict(visit.form) if problem else {"name": visit.request.query_params.get("name", "")[:_LONGEST_NAME]},
            problem=problem,
        )


def _person(id_: str, name: str, kept: StaffRevision | None, today: date) -> Person:
    if kept is None:
        return Person(id_, name, None, 0, None, objections_to(None, "review", today=today))
    record = StaffRecord.from_document(id_, kept.document)
    until = record.valid_until or (record.examined_on and record.examined_on + timedelta(days=VALID_DAYS))
    against = {each.code: each for function in record.functions for each in objections_to(record, function, today=today)}
    return Person(id_, name, record, kept.revision, until, tuple(against.values()))


def _rules(kept: StaffRevision) -> AnnotationRules:
    return AnnotationRules.from_document(kept.person.removeprefix(RULES_PREFIX), kept.document)


def _record_in(form: Mapping[str, str]) -> dict[str, Any]:
    given: dict[str, Any] = {name: form.get(name, "").strip() for name in ("trained_on", "training", "examined_on", "valid_until")}
    return given | {
        "functions": [name for name in FUNCTIONS if form.get(f"function_{name}") == "yes"],
        "score": form.get("score", "").strip() or 0,
        "pass_mark": form.get("pass_mark", "").strip() or 60,
        "active": form.get("left") != "yes",
    }


def _entered(document: Mapping[str, Any]) -> dict[str, str]:
    """A record as the form has it."""
    entered = {name: str(document.get(name) or "") for name in ("trained_on", "training", "examined_on", "valid_until")}
    entered |= {f"function_{name}": "yes" for name in document.get("functions", ())}
    entered |= {"score": str(document["score"]), "pass_mark": str(document["pass_mark"])} if document else {"pass_mark": "60"}
    return entered | ({"left": "yes"} if document and not document["active"] else {})
