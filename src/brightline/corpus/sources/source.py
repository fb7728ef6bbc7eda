"""A source of training data: what TC260-003, 5.1, GB/T 45654-2025 and GB/T 45652-2025 want to be known of where data came from.

A source is a JSON document with a fixed shape; dates are ISO 8601 days. Empty means *not known*, which is not the same as *none*: what the
standard asks for and is not there is told by ``completeness.py``, what speaks against use by ``objections.py``. Files of evidence are
named and hashed, not kept.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, Literal

from brightline.corpus.errors import CorpusError
from brightline.corpus.sources.licences import licence_problem

__all__ = ["BASES", "KINDS", "MEDIA", "STATUSES", "Contract", "Evidence", "Licence", "PersonalData", "Snapshot", "Source", "Unusable"]

KINDS = ("crawl", "purchase", "licence", "user_input", "open_data", "own", "synthetic")
"""How data come in; TC260-003, 5.1, asks something else of each: open-source licences, crawl records, contracts, authorisations."""
STATUSES = ("proposed", "approved", "suspended", "blacklisted", "retired")
BASES = ("", "consent", "contract", "legal_duty", "emergency", "news", "made_public", "law", "none")
"""PIPL, Art. 13 (1) to (7), in order; ``none``: no personal data; empty: nobody looked."""
MEDIA = ("text", "image", "audio", "video", "code", "table")

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)  # ISO 3166-1 alpha-2
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)  # BCP 47, the part that is used here
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LONGEST = 4_000  # characters of one field: notes are no files (own choice)
_MOST_WORDS = 200  # of a list: more languages than most multilingual corpora have (own choice)


class Unusable(CorpusError):
    """A field of a source cannot be kept. ``path`` says which: names and numbers from the outermost inwards."""

    def __init__(self, path: tuple[str, ...], message: str, hint: str) -> None:
        super().__init__("BL-CORPUS-041", f"{'.'.join(path) or 'the source'}: {message}", hint)
        self.path = path


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file or page that proves something. ``where``: file name or URL."""

    where: str = ""
    sha256: str = ""
    seen_on: date | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """``spdx``: an SPDX identifier or expression, or ``LicenseRef-…`` for terms of one's own."""

    spdx: str = ""
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Contract:
    """``permits_training``, ``warrants_origin`` (the counterparty commits itself to origin, quality and safety of the data): None is not known."""

    number: str = ""
    counterparty: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    permits_training: bool | None = None
    warrants_origin: bool | None = None
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a site said of being collected, on a day. ``verdict``: allowed, refused, partly, or absent; empty: nobody looked."""

    verdict: Literal["", "allowed", "refused", "partly", "absent"] = ""
    url: str = ""
    sha256: str = ""
    fetched_on: date | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PersonalData:
    """``basis`` of processing (PIPL, Art. 13). ``sensitive`` (Art. 28) needs separate consent (Art. 29), ``minors`` under 14 their
    guardians' (Art. 31). None is not known."""

    basis: str = ""
    sensitive: bool | None = None
    separate_consent: bool | None = None
    minors: bool | None = None
    guardian_consent: bool | None = None
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Source:
    """``acquisition``: how and by whom the data were obtained. ``country``: where they come from. ``authorisation``: for user input, the record of users' consent to its
    use for training. ``owner``: who answers for the source in the organisation."""

    id: str
    name: str
    kind: str
    status: str = "proposed"
    url: str = ""
    acquisition: str = ""
    country: str = ""
    languages: tuple[str, ...] = ()
    media: tuple[str, ...] = ()
    collected_from: date | None = None
    collected_until: date | None = None
    licence: Licence = field(default_factory=Licence)
    contract: Contract = field(default_factory=Contract)
    authorisation: Evidence = field(default_factory=Evidence)
    robots: Snapshot = field(default_factory=Snapshot)
    opt_out: Snapshot = field(default_factory=Snapshot)
    personal: PersonalData = field(default_factory=PersonalData)
    owner: str = ""
    notes: str = ""

    @property
    def is_overseas(self) -> bool | None:
        """Whether it is 境外 in the standard's sense, from outside the mainland; None where nobody said."""
        return None if not self.country else self.country != "CN"

    def with_status(self, status: str) -> Source:
        """The same with another status."""
        return replace(self, status=status)

    def to_document(self) -> dict[str, Any]:
        """The source as JSON values; what is empty is left out."""
        return _document(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Source:
        """The source in a document. Raises ``Unusable`` BL-CORPUS-041, which names the field."""
        if not isinstance(document, Mapping):
            raise Unusable((), "named fields are expected", "write field: value")
        source: Source = _record(cls, document, ())
        _check(source)
        return source


def _document(record: Any) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for each in fields(record):
        value = getattr(record, each.name)
        if isinstance(value, date):
            value = value.isoformat()
        elif isinstance(value, tuple):
            value = list(value)
        elif hasattr(value, "__dataclass_fields__"):
            value = _document(value)
        if value not in ("", None, [], {}):
            document[each.name] = value
    return document


_RECORDS: Mapping[str, type[Any]] = {
    "licence": Licence,
    "contract": Contract,
    "authorisation": Evidence,
    "evidence": Evidence,
    "robots": Snapshot,
    "opt_out": Snapshot,
    "personal": PersonalData,
}
_DAYS = {"seen_on", "valid_from", "valid_until", "fetched_on", "collected_from", "collected_until"}
_FLAGS = {"permits_training", "warrants_origin", "sensitive", "separate_consent", "minors", "guardian_consent"}
_LISTS = {"languages", "media"}


def _record(kind: type[Any], document: Any, path: tuple[str, ...]) -> Any:
    if not isinstance(document, Mapping):
        raise Unusable(path, "named fields are expected here", "write field: value")
    known = [each.name for each in fields(kind)]
    for name in document:
        if name not in known:
            raise Unusable((*path, str(name)[:60]), "there is no such field", f"known fields: {', '.join(known)}")
    values = {name: _value(name, value, (*path, name)) for name, value in document.items() if value is not None}
    missing = [name for name in ("id", "name", "kind") if kind is Source and not values.get(name)]
    if missing:
        raise Unusable((missing[0],), "is missing", "a source needs id, name and kind; all else can follow")
    return kind(**values)


def _value(name: str, value: Any, path: tuple[str, ...]) -> Any:
    if name in _RECORDS:
        return _record(_RECORDS[name], value, path)
    if name in _DAYS:
        return _day(value, path)
    if name in _FLAGS:
        if not isinstance(value, bool):
            raise Unusable(path, f"{str(value)[:40]!r} is neither true nor false", "write true or false, or leave it out if nobody knows")
        return value
    if name in _LISTS:
        if not isinstance(value, list | tuple) or len(value) > _MOST_WORDS or not all(isinstance(each, str) and each for each in value):
            raise Unusable(path, "a list of words is expected here", f"write [zh, en], {_MOST_WORDS} at most")
        return tuple(dict.fromkeys(value))
    if not isinstance(value, str) or len(value) > _LONGEST or "\0" in value:
        raise Unusable(path, "a text is expected here", f"{_LONGEST} characters at most")
    return value.strip()


def _day(value: Any, path: tuple[str, ...]) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Unusable(path, f"{str(value)[:40]!r} is no day", "write 2026-11-23") from None


def _check(source: Source) -> None:
    """Fields whose values are bounded. Raises ``Unusable``."""
    _choose(source.kind, KINDS, "kind")
    _choose(source.status, STATUSES, "status")
    _choose(source.personal.basis, BASES, "personal", "basis")
    for name in ("robots", "opt_out"):
        _choose(getattr(source, name).verdict, ("", "allowed", "refused", "partly", "absent"), name, "verdict")
    for medium in source.media:
        _choose(medium, MEDIA, "media")
    if not _ID.fullmatch(source.id):
        raise Unusable(("id",), f"{source.id[:60]!r} cannot be an id", "lower-case letters, digits, . _ and -, up to 64 characters")
    if source.country and not _COUNTRY.fullmatch(source.country):
        raise Unusable(("country",), f"{source.country[:20]!r} is no country", "two capital letters as in ISO 3166-1: CN, US")
    for language in source.languages:
        if not _LANGUAGE.fullmatch(language):
            raise Unusable(("languages",), f"{language[:20]!r} is no language", "BCP 47: zh, zh-Hant, en")
    if problem := licence_problem(source.licence.spdx):
        raise Unusable(("licence", "spdx"), problem, "an SPDX identifier such as CC-BY-4.0, or LicenseRef-NAME for other terms")
    for path, digest in (
        (("licence", "evidence", "sha256"), source.licence.evidence.sha256),
        (("contract", "evidence", "sha256"), source.contract.evidence.sha256),
        (("authorisation", "sha256"), source.authorisation.sha256),
        (("personal", "evidence", "sha256"), source.personal.evidence.sha256),
        (("robots", "sha256"), source.robots.sha256),
        (("opt_out", "sha256"), source.opt_out.sha256),
    ):
        if digest and not _SHA256.fullmatch(digest):
            raise Unusable(path, "this is no SHA-256", "64 characters from 0-9a-f: sha256sum FILE")
    _in_order(source.collected_from, source.collected_until, ("collected_until",))
    _in_order(source.contract.valid_from, source.contract.valid_until, ("contract", "valid_until"))


def _choose(value: str, permitted: tuple[str, ...], *path: str) -> None:
    if value not in permitted:
        raise Unusable(path, f"{value[:40]!r} is not known here", f"choose from {', '.join(each for each in permitted if each)}")


def _in_order(first: date | None, last: date | None, path: tuple[str, ...]) -> None:
    if first is not None and last is not None and last < first:
        raise Unusable(path, f"{last} lies before {first}", "write the earlier day first")
