"""The form of a new key: what was entered, and what it means or why it cannot be used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from brightline.server.face import msgid as _
from brightline.store import SCOPES

__all__ = ["LIFETIMES", "OVERLAPS", "SCOPE_WORDS", "Entered", "read_form"]

SCOPE_WORDS = {
    "gateway": _("Call models through the gateway (/v1); label what they made (/api/v1/labels/mark)."),
    "inspect": _("Post items for inspection, each of which is recorded (/api/v1/inspect); verify files and pass them on."),
    "read": _("Read decisions with their evidence, rules and proofs, and what was labelled (/api/v1)."),
    "corpus": _("Register sources, take in complaints, look at sampled documents and answer for them (/api/v1/corpus)."),
    "admin": _("Forget the fingerprints of an answer (/api/v1/labels/texts)."),
}
"""What each scope opens, in the order of ``store.SCOPES``."""

LIFETIMES = {
    "90": _("90 days from now"),
    "30": _("30 days from now"),
    "365": _("one year from now"),
    "date": _("on the day below"),
    "never": _("never"),
}
OVERLAPS = {"86400": _("one day"), "3600": _("one hour"), "604800": _("seven days"), "0": _("not at all: it ends now")}

MOST_PER_MINUTE = 10_000_000
_LONGEST_NAME = 100
_MOST_DIGITS = len(str(MOST_PER_MINUTE))


@dataclass
class Entered:
    """A form as it was sent; ``errors`` by field, as message ids."""

    name: str = ""
    scopes: tuple[str, ...] = SCOPES[:3]
    limit: str = ""
    lifetime: str = "90"
    day: str = ""
    rate_per_minute: int | None = None
    expires_at: int | None = None
    errors: dict[str, str] = field(default_factory=dict)


def read_form(form: Mapping[str, str], zone: str, now: datetime) -> Entered:
    """What the form says. A day ends at midnight in the reader's ``zone``; times are UTC microseconds."""
    entered = Entered(
        name=form.get("name", "").strip(),
        scopes=tuple(scope for scope in SCOPES if form.get(f"scope_{scope}")),
        limit=form.get("limit", "").strip(),
        lifetime=form.get("lifetime", ""),
        day=form.get("day", "").strip(),
    )
    if not 1 <= len(entered.name) <= _LONGEST_NAME or not entered.name.isprintable():
        entered.errors["name"] = _("Give the key a name of 1 to 100 printable characters.")
    if not entered.scopes:
        entered.errors["scopes"] = _("Choose at least one thing that the key may do.")
    _read_limit(entered)
    _read_end(entered, zone, now)
    return entered


def _read_limit(entered: Entered) -> None:
    if not entered.limit:
        return
    number = int(entered.limit) if entered.limit.isascii() and entered.limit.isdigit() and len(entered.limit) <= _MOST_DIGITS else 0
    if 1 <= number <= MOST_PER_MINUTE:
        entered.rate_per_minute = number
    else:
        entered.errors["limit"] = _("Write a whole number from 1 to 10,000,000, or leave the field empty.")


def _read_end(entered: Entered, zone: str, now: datetime) -> None:
    if entered.lifetime == "never":
        return
    if entered.lifetime in ("30", "90", "365"):
        entered.expires_at = _microseconds(now + timedelta(days=int(entered.lifetime)))
        return
    try:
        day = date.fromisoformat(entered.day)
        end = datetime.combine(day + timedelta(days=1), time(), UTC if zone == "UTC" else ZoneInfo(zone))
    except (ValueError, OverflowError):
        entered.errors["day"] = _("Choose the last day on which the key works.")
        return
    if end <= now:
        entered.errors["day"] = _("This day is over. Choose a later one.")
        return
    entered.expires_at = _microseconds(end)


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
