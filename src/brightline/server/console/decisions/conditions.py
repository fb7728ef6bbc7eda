"""The conditions of the list: what its address asks for, as a filter of the store, in words, and as an address again.

Everything that the list shows follows from its address, so a link can be shared and a view can be saved. Each condition has
one way of being written; what is empty is left out. A value that cannot be used is never dropped: it becomes a ``Fault`` at
its field. Moments without a zone are meant in the reader's own and become UTC, so that a link shows the same to everybody.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode
from zoneinfo import ZoneInfo

from brightline.model import Door, Outcome
from brightline.server.console.clock import Clock
from brightline.server.console.naming import goal_names
from brightline.server.face import msgid as _
from brightline.service import Service
from brightline.store import Cursor, DecisionFilter

__all__ = ["CONDITIONS", "FLAGGED", "PAGE_SIZES", "Conditions", "Fault", "conditions_of"]

CONDITIONS = ("type", "rule", "outcome", "door", "model", "key", "account", "goal", "gaps", "mode", "text", "last", "since", "until")
"""The names of all conditions, in the order in which an address gives them."""

FLAGGED = "flagged"
"""Stands for every outcome but ``allow``."""

PAGE_SIZES = (50, 100)

_PLACE = ("rows", "after", "before")
_NOT_OURS = frozenset({"lang", "theme"})
_LONGEST_QUERY = 4_000  # what a saved view can hold
_LONGEST_NAME = 200
_LONGEST_TEXT = 200  # store/reading.py, MOST_TEXT
_MOST_OFFERS = 8
_SECOND = 1_000_000
_SPAN = re.compile(r"([1-9][0-9]{0,3})([mhd])", re.ASCII)
_SPAN_S = {"m": 60, "h": 3600, "d": 86_400}
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2})?)(Z|[+-][0-9]{2}:[0-9]{2})?)?", re.ASCII)
_GOAL_ID = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+", re.ASCII)


class Offer(NamedTuple):
    """A value that may have been meant: as it is written, and in words."""

    value: str
    words: str


class Fault(NamedTuple):
    """A condition that cannot be used: a stable code, what is wrong and what to do (msgids), and what may have been meant."""

    name: str
    code: str
    text: str
    hint: str
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True, slots=True)
class Conditions:
    """What an address asks for. ``values`` holds each condition as it is written; faulty ones as they came."""

    values: Mapping[str, str]
    faults: Mapping[str, Fault]
    rows: int
    after: Cursor | None
    before: Cursor | None
    _wanted: DecisionFilter

    def filter(self, tenant: str) -> DecisionFilter:
        """The filter for the store. Raises ``ValueError`` while there are faults: half of a filter finds the wrong things."""
        if self.faults:
            raise ValueError("these conditions cannot be used")
        return replace(self._wanted, tenant=tenant)

    @property
    def query(self) -> str:
        """The conditions as they stand behind the ``?``, without the place in the list."""
        return _written(self.values)

    @property
    def address_query(self) -> str:
        """The same with the place in the list."""
        return _written(dict(self.values) | self._place())

    def without(self, name: str) -> str:
        """The query without one condition."""
        return _written({key: value for key, value in self.values.items() if key != name})

    def having(self, **changes: str) -> str:
        """The query with conditions changed or, where empty, dropped."""
        return _written({key: value for key, value in (dict(self.values) | changes).items() if value})

    def at(self, *, after: Cursor | None = None, before: Cursor | None = None) -> str:
        """The query of another page of the same list."""
        place = {"rows": str(self.rows) if self.rows != PAGE_SIZES[0] else "", "after": str(after or ""), "before": str(before or "")}
        return _written(dict(self.values) | {key: value for key, value in place.items() if value})

    def on_record(self) -> dict[str, str]:
        """The conditions for an audit event: what may name a person stands there as its SHA-256, so that no event holds it."""
        return {name: _digest(value) if name in ("text", "account") else value for name, value in self.values.items()}

    def local(self, name: str, clock: Clock) -> str:
        """A moment as a field for local times wants it, in the reader's zone; what is faulty as it came."""
        value = self.values.get(name, "")
        if not value or name in self.faults:
            return value
        moment = datetime.fromisoformat(value.replace("Z", "+00:00")).astimezone(_zone(clock))
        return moment.strftime("%Y-%m-%dT%H:%M:%S" if moment.second else "%Y-%m-%dT%H:%M")

    def _place(self) -> dict[str, str]:
        place = {"after": str(self.after or ""), "before": str(self.before or "")}
        if self.rows != PAGE_SIZES[0]:
            place["rows"] = str(self.rows)
        return {key: value for key, value in place.items() if value}


def conditions_of(query: str, clock: Clock, service: Service) -> Conditions:
    """Read the part of an address behind the ``?``. Never raises: what cannot be used is told as faults."""
    given: dict[str, list[str]] = {}
    faults: dict[str, Fault] = {}
    try:
        if len(query) > 4 * _LONGEST_QUERY:
            raise ValueError
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        pairs = []
        faults[""] = Fault("", "BL-INPUT-760", _("This address is too long to be read."), _("Begin again with fewer conditions."))
    for name, value in pairs:
        if value.strip() and name not in _NOT_OURS:
            given.setdefault(name, []).append(value)
    values: dict[str, str] = {}
    wanted = DecisionFilter()
    reader = _Reader(clock, service)
    for name in CONDITIONS:
        if name not in given:
            continue
        try:
            written, fields = reader.read(name, given[name])
        except _Unusable as unusable:
            values[name] = given[name][0][:_LONGEST_QUERY]
            faults[name] = Fault(name, unusable.code, unusable.text, unusable.hint, unusable.offers)
        else:
            values[name] = written
            wanted = _narrowed(wanted, fields)
    if wanted.since is not None and wanted.until is not None and wanted.since >= wanted.until:
        faults["until"] = Fault("until", "BL-INPUT-764", _("The end is not after the beginning."), _("Exchange the two times."))
    unknown = sorted(given.keys() - set(CONDITIONS) - set(_PLACE))
    if unknown:
        faults[""] = Fault(
            "", "BL-INPUT-761", _("The address names a condition that does not exist."), _("Use the conditions of this page.")
        )
    rows, after, before = _place_of(given, faults)
    return Conditions(values, faults, rows, after, before, wanted)


def _narrowed(wanted: DecisionFilter, fields: Mapping[str, Any]) -> DecisionFilter:
    """Conditions narrow each other: of two beginnings the later one holds."""
    since = fields.get("since")
    if since is not None and wanted.since is not None:
        fields = {**fields, "since": max(since, wanted.since)}
    return replace(wanted, **fields)


def _place_of(given: Mapping[str, list[str]], faults: dict[str, Fault]) -> tuple[int, Cursor | None, Cursor | None]:
    rows = PAGE_SIZES[0]
    if "rows" in given:
        if given["rows"][-1] in map(str, PAGE_SIZES):
            rows = int(given["rows"][-1])
        else:
            faults["rows"] = Fault("rows", "BL-INPUT-765", _("There are no pages of that length."), _("Pages have 50 or 100 rows."))
    places = []
    for name in ("after", "before"):
        cursor = Cursor.parse(given[name][-1]) if name in given else None
        if name in given and (cursor is None or len(cursor.id) > 64):
            cursor = None
            faults[name] = Fault(
                name,
                "BL-INPUT-766",
                _("The address names a place in the list that cannot be read."),
                _("Begin again at the newest decision."),
            )
        places.append(cursor)
    after, before = places
    return rows, after, None if after else before


def _written(values: Mapping[str, str]) -> str:
    ordered = [(name, values[name]) for name in (*CONDITIONS, *_PLACE) if values.get(name)]
    return urlencode(ordered, quote_via=quote, safe=":,")


def _digest(value: str) -> str:
    return "sha256:" + hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


class _Unusable(Exception):
    def __init__(self, code: str, text: str, hint: str, offers: tuple[Offer, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.text, self.hint, self.offers = code, text, hint, offers


class _Reader:
    """Reads one condition after the other: the value as it is written from then on, and the fields of the filter."""

    def __init__(self, clock: Clock, service: Service) -> None:
        self._clock = clock
        self._rulebook = service.rulebook
        self._pipeline = service.pipeline
        self._ways: dict[str, Callable[[str], tuple[str, dict[str, Any]]]] = {
            "type": self._type,
            "rule": self._rule,
            "door": self._door,
            "goal": self._goal,
            "gaps": self._gaps,
            "mode": self._mode,
            "text": self._text,
            "last": self._last,
            "since": self._since,
            "until": self._until,
        }

    def read(self, name: str, given: list[str]) -> tuple[str, dict[str, Any]]:
        if name == "outcome":
            return self._outcomes(given)
        if len(set(given)) > 1:
            raise _Unusable("BL-INPUT-762", _("This condition was given twice."), _("Give it once."))
        if name in _EXACT:
            return self._exact(_EXACT[name], given[0])
        return self._ways[name](given[0].strip())

    def _exact(self, field: str, value: str) -> tuple[str, dict[str, Any]]:
        if len(value) > _LONGEST_NAME:
            raise _Unusable("BL-INPUT-763", _("This is longer than any such name."), _("At most 200 characters."))
        return value, {field: value}

    def _type(self, value: str) -> tuple[str, dict[str, Any]]:
        if not value.isascii() or not value.isdecimal() or len(value) > 3 or int(value) not in self._rulebook.bases:
            raise _Unusable("BL-INPUT-763", _("There is no such problem type."), _("Choose one of the thirteen."))
        return str(int(value)), {"problem_type": int(value)}

    def _rule(self, value: str) -> tuple[str, dict[str, Any]]:
        if len(value) > _LONGEST_NAME:
            raise _Unusable("BL-INPUT-763", _("This is longer than any such name."), _("At most 200 characters."))
        rule = self._rulebook.get(value) or self._rulebook.get(value.upper())
        if rule is None:
            cite, words = self._rulebook.citation, value.casefold().split()
            both = {each: f"{cite(each, 'zh')} {cite(each, 'en')}".casefold() for each in self._rulebook.rules}
            found = [each for each, citation in both.items() if all(word in citation for word in words)]
            found = found or [each.id for each in self._rulebook.search(value)]
            if len(found) != 1:
                offers = tuple(Offer(each, cite(each, self._clock.lang)) for each in found[:_MOST_OFFERS])
                raise _no_choice(len(found), offers, _("No rule has this id or these words."), _("Take an id or words from the rulebook."))
            rule = self._rulebook[found[0]]
        return rule.id, {"rule": rule.id}

    def _goal(self, value: str) -> tuple[str, dict[str, Any]]:
        if len(value) > _LONGEST_NAME:
            raise _Unusable("BL-INPUT-763", _("This is longer than any such name."), _("At most 200 characters."))
        # Also an id that is no goal of today: old decisions keep the goals of their time.
        if not _GOAL_ID.fullmatch(value):
            words = value.casefold().split()
            names = goal_names(self._pipeline)
            both = {each: f"{each} {name.zh} {name.en}".casefold() for each, name in names.items()}
            found = [each for each, text in both.items() if all(word in text for word in words)]
            if len(found) != 1:
                offers = tuple(Offer(each, names[each].of(self._clock.lang)) for each in found[:_MOST_OFFERS])
                raise _no_choice(len(found), offers, _("No goal has this id or these words."), _("Take an id from a finding."))
            value = found[0]
        return value, {"goal": value}

    def _outcomes(self, given: list[str]) -> tuple[str, dict[str, Any]]:
        asked = {piece.strip() for value in given for piece in value.split(",") if piece.strip()}
        known = {outcome.value for outcome in Outcome}
        if not asked <= known | {FLAGGED}:
            raise _Unusable("BL-INPUT-763", _("There is no such outcome."), _("Choose from the list."))
        if asked >= known:
            return ",".join(outcome.value for outcome in Outcome), {}
        flagged = known - {Outcome.ALLOW.value}
        if FLAGGED in asked and Outcome.ALLOW.value in asked:
            return f"{Outcome.ALLOW},{FLAGGED}", {}
        if FLAGGED in asked or asked == flagged:
            return FLAGGED, {"flagged": True}
        chosen = tuple(outcome for outcome in Outcome if outcome.value in asked)
        return ",".join(chosen), {"outcomes": chosen}

    def _door(self, value: str) -> tuple[str, dict[str, Any]]:
        if value not in set(Door):
            raise _Unusable("BL-INPUT-763", _("There is no such door."), _("Choose from the list."))
        return value, {"door": Door(value)}

    def _gaps(self, value: str) -> tuple[str, dict[str, Any]]:
        if value not in ("yes", "no"):
            raise _Unusable("BL-INPUT-763", _("This says neither yes nor no."), _("Choose from the list."))
        return value, {"not_inspected": value == "yes"}

    def _mode(self, value: str) -> tuple[str, dict[str, Any]]:
        if value not in ("live", "shadow"):
            raise _Unusable("BL-INPUT-763", _("There is no such mode."), _("Choose from the list."))
        return value, {"mode": value}

    def _text(self, value: str) -> tuple[str, dict[str, Any]]:
        if len(value) > _LONGEST_TEXT:
            raise _Unusable("BL-INPUT-763", _("This text is too long to be looked for."), _("At most 200 characters."))
        return value, {"text": value}

    def _last(self, value: str) -> tuple[str, dict[str, Any]]:
        now = datetime.fromtimestamp(self._clock.now, _zone(self._clock))
        if value == "today":
            return value, {"since": _us(now.replace(hour=0, minute=0, second=0, microsecond=0))}
        span = _SPAN.fullmatch(value)
        if span is None:
            raise _Unusable("BL-INPUT-763", _("There is no such stretch of time."), _("Choose one, or write 30m, 12h or 7d."))
        back_s = int(span[1]) * _SPAN_S[span[2]]
        return value, {"since": int((self._clock.now - back_s) * _SECOND)}

    def _since(self, value: str) -> tuple[str, dict[str, Any]]:
        moment, _is_day = self._moment(value)
        return _in_utc(moment), {"since": _us(moment)}

    def _until(self, value: str) -> tuple[str, dict[str, Any]]:
        moment, is_day = self._moment(value)
        try:
            moment = moment + timedelta(days=1) if is_day else moment
        except OverflowError:
            raise _no_time() from None
        return _in_utc(moment), {"until": _us(moment)}

    def _moment(self, value: str) -> tuple[datetime, bool]:
        """The moment, and whether only its day was given."""
        found = _MOMENT.fullmatch(value)
        if found is None:
            raise _no_time()
        day, clock, shift = found.groups()
        try:
            moment = datetime.fromisoformat(f"{day}T{clock or '00:00'}{(shift or '').replace('Z', '+00:00')}")
            moment = moment if shift else moment.replace(tzinfo=_zone(self._clock))
            if _us(moment) < 0:
                raise _no_time()
            _in_utc(moment)
        except (ValueError, OverflowError):
            raise _no_time() from None
        return moment, clock is None


_EXACT = {"model": "model", "key": "api_key", "account": "account"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _zone(clock: Clock) -> tzinfo:
    return UTC if clock.zone == "UTC" else ZoneInfo(clock.zone)


def _no_time() -> _Unusable:
    return _Unusable("BL-INPUT-764", _("This is not a time."), _("Write it like 2026-11-22T18:30."))


def _no_choice(number: int, offers: tuple[Offer, ...], none: str, what_then: str) -> _Unusable:
    if number:
        return _Unusable("BL-INPUT-767", _("These words fit several."), _("Choose one, or add a word."), offers)
    return _Unusable("BL-INPUT-767", none, what_then)


def _us(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _in_utc(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ" if utc.second else "%Y-%m-%dT%H:%MZ")
