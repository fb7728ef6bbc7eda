"""The list of rules: what was asked for in the address, and the rules that fit it, fifty a page.

All conditions stand in the address and narrow each other, so that a list can be linked to. A value that is none of the
permitted ones counts as no condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from brightline.model import Key, Rule, Status
from brightline.server.console.rulebook.search import MOST_CHARS, Found
from brightline.server.console.rulebook.shelf import Shelf

__all__ = ["PAGE", "Asked", "Listing", "day_of", "list_rules"]

PAGE = 50
_MOST_DIGITS = 3  # of a number in an address: a type, a page

_CHOICES: dict[str, tuple[str, ...]] = {
    "rank": tuple(status.value for status in Status),
    "key": tuple(key.value for key in Key),
    "edition": ("QL25", "QL26"),
    "state": ("in_force", "not_yet", "ended"),
    "check": ("unverified", "number"),
    "served": ("yes", "no"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """The conditions of a list. Empty: no condition. ``on``: the law of that day, ``page`` from 1."""

    q: str = ""
    type: str = ""
    text: str = ""
    rank: str = ""
    key: str = ""
    edition: str = ""
    state: str = ""
    check: str = ""
    served: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str], shelf: Shelf) -> Asked:
        """The conditions in an address."""
        values: dict[str, Any] = {name: query.get(name, "") for name, known in _CHOICES.items() if query.get(name, "") in known}
        values["q"] = " ".join(query.get("q", "")[:MOST_CHARS].replace("\0", " ").split())
        number = query.get("type", "")
        if number.isascii() and number.isdigit() and len(number) <= _MOST_DIGITS and int(number) in shelf.book.bases:
            values["type"] = str(int(number))
        if query.get("text", "") in shelf.book.instruments:
            values["text"] = query["text"]
        page = query.get("page", "")
        if page.isascii() and page.isdigit() and len(page) <= _MOST_DIGITS and int(page) >= 1:
            values["page"] = int(page)
        return cls(**values)

    @property
    def empty(self) -> bool:
        """True if nothing was asked for."""
        return all(not getattr(self, each.name) for each in fields(self) if each.name != "page")

    def without(self, name: str) -> str:
        """Address of the list without one condition."""
        return replace(self, **{name: ""}, page=1).path()

    def at(self, page: int) -> str:
        """Address of another page of the list."""
        return replace(self, page=page).path()

    def path(self) -> str:
        """Address of this list."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        said = {name: str(value) for name, value in values.items() if value and (name, value) != ("page", 1)}
        return f"/console/rulebook?{urlencode(said)}" if said else "/console/rulebook"


@dataclass(frozen=True, slots=True)
class Listing:
    """The rules of one page, how many there are in all, and what the search found besides."""

    asked: Asked
    rules: tuple[Rule, ...]
    count: int
    found: Found | None = None

    @property
    def first(self) -> int:
        """Number of the first rule on the page, from 1."""
        return (self.asked.page - 1) * PAGE + 1

    @property
    def newer(self) -> str | None:
        """Address of the page before."""
        return self.asked.at(self.asked.page - 1) if self.asked.page > 1 else None

    @property
    def older(self) -> str | None:
        """Address of the page after."""
        return self.asked.at(self.asked.page + 1) if self.first + len(self.rules) <= self.count else None


def list_rules(asked: Asked, shelf: Shelf, day: date) -> Listing:
    """The rules that meet all conditions: by how well they fit the words, or in the order of the law."""
    found = shelf.finder.find(asked.q) if asked.q else None
    everything = list(found.rules) if found else shelf.in_order(shelf.book.rules.values())
    rules = [rule for rule in everything if _fits(rule, asked, shelf, day)]
    pages = max(1, -(-len(rules) // PAGE))
    page = min(asked.page, pages)
    asked = replace(asked, page=page)
    return Listing(asked, tuple(rules[(page - 1) * PAGE : page * PAGE]), len(rules), found)


def day_of(text: str, today: date) -> date:
    """A day as ``2027-01-01``, or today where it is none."""
    try:
        return date.fromisoformat(text) if len(text) == 10 else today
    except ValueError:
        return today


def _fits(rule: Rule, asked: Asked, shelf: Shelf, day: date) -> bool:
    return (
        (not asked.type or int(asked.type) in rule.problem_types)
        and (not asked.text or rule.instrument == asked.text)
        and (not asked.rank or rule.status == asked.rank)
        and (not asked.key or asked.key in rule.keys)
        and (not asked.edition or _of_edition(rule, asked.edition, shelf))
        and (not asked.state or asked.state == _state(rule, day))
        and (not asked.check or (not rule.verified if asked.check == "unverified" else rule.verified and not rule.number_verified))
        and (not asked.served or (rule.id in shelf.goals_of) == (asked.served == "yes"))
    )


def _state(rule: Rule, day: date) -> str:
    if rule.in_force(day):
        return "in_force"
    return "not_yet" if rule.in_force_from > day else "ended"


def _of_edition(rule: Rule, edition: str, shelf: Shelf) -> bool:
    return edition in rule.editions or any(edition in shelf.book[other].editions for other in rule.maps_to)
