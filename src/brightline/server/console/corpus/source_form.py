"""The form of a source: its fields in the order in which people ask, what was entered, and the document that it gives. Pure.

A field's name is its path in the document (``licence.evidence.where``), so that an error of ``corpus/sources`` leads to its field.
What the form does not ask for (details of snapshots) stays as it was in the source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from brightline.corpus.sources.source import BASES, KINDS, Source
from brightline.server.face import msgid as _

__all__ = ["GROUPS", "Field", "Group", "document_of", "entered_of"]

_FLAG = ("", "yes", "no")
_VERDICTS = ("", "allowed", "refused", "partly", "absent")


class Field(NamedTuple):
    """``path``: its name. ``kind``: how it is asked for. ``choices``: of a choice. ``help``: an English msgid."""

    path: str
    label: str
    kind: Literal["text", "url", "day", "choice", "flag", "long", "digest"] = "text"
    choices: tuple[str, ...] = ()
    help: str = ""
    needed: bool = False


class Group(NamedTuple):
    """Fields that belong together. ``clause``: the rule of the book that asks for them."""

    name: str
    title: str
    clause: str
    fields: tuple[Field, ...]


def _evidence(path: str, title: str) -> tuple[Field, ...]:
    return (
        Field(f"{path}.where", title, help=_("A file name or an address.")),
        Field(f"{path}.sha256", _("SHA-256 of it"), "digest"),
        Field(f"{path}.seen_on", _("Seen on"), "day"),
    )


def _snapshot(path: str, title: str, asks: str) -> tuple[Field, ...]:
    return (
        Field(f"{path}.verdict", title, "choice", _VERDICTS, help=asks),
        Field(f"{path}.url", _("Address of the snapshot"), "url"),
        Field(f"{path}.sha256", _("SHA-256 of it"), "digest"),
        Field(f"{path}.fetched_on", _("Fetched on"), "day"),
    )


GROUPS: tuple[Group, ...] = (
    Group(
        "what",
        _("What it is"),
        "SEC-D4",
        (
            Field(
                "id",
                _("Id"),
                help=_("Lower-case letters, digits, full stop, hyphen, underscore. It stands in the rows of the corpus."),
                needed=True,
            ),
            Field("name", _("Name"), needed=True),
            Field("kind", _("How the data came in"), "choice", KINDS, needed=True),
            Field("url", _("Address"), "url"),
            Field("acquisition", _("How and by whom it was obtained"), "long"),
            Field("collected_from", _("Collected from"), "day"),
            Field("collected_until", _("Collected until"), "day"),
            Field("owner", _("Who answers for it here")),
        ),
    ),
    Group(
        "mix",
        _("Where it stands in the mix"),
        "SEC-D3",
        (
            Field("country", _("Country"), help=_("Two capital letters: CN, US.")),
            Field("languages", _("Languages"), help=_("Separated by commas: zh, en.")),
            Field("media", _("Kinds of media"), help=_("Separated by commas: text, image, audio, video, code, table.")),
        ),
    ),
    Group(
        "licence",
        _("Licence"),
        "SEC-D4",
        (
            Field("licence.spdx", _("Licence"), help=_("An SPDX identifier such as CC-BY-4.0, or LicenseRef- and a name.")),
            *_evidence("licence.evidence", _("Evidence of the licence")),
        ),
    ),
    Group(
        "contract",
        _("Contract"),
        "SEC-D4",
        (
            Field("contract.number", _("Number of the contract")),
            Field("contract.counterparty", _("With whom")),
            Field("contract.valid_from", _("Valid from"), "day"),
            Field("contract.valid_until", _("Valid until"), "day"),
            Field("contract.permits_training", _("It permits training"), "flag", _FLAG),
            Field("contract.warrants_origin", _("It warrants origin, quality and safety"), "flag", _FLAG),
            *_evidence("contract.evidence", _("Evidence of the contract")),
        ),
    ),
    Group(
        "collecting",
        _("What the site said about being collected"),
        "SEC-D4",
        (
            *_snapshot("robots", _("robots.txt"), _("What it says of the addresses that were collected.")),
            *_snapshot("opt_out", _("Opt-out from training"), _("ai.txt, a TDM reservation, or terms of the site.")),
        ),
    ),
    Group(
        "personal",
        _("Personal information"),
        "SEC-D5",
        (
            Field("personal.basis", _("Basis for using it"), "choice", BASES, help=_("Personal Information Protection Law, Art. 13.")),
            Field("personal.sensitive", _("Sensitive information is in it"), "flag", _FLAG),
            Field("personal.separate_consent", _("With separate consent (Art. 29)"), "flag", _FLAG),
            Field("personal.minors", _("Minors under 14 are in it"), "flag", _FLAG),
            Field("personal.guardian_consent", _("With their guardians’ consent (Art. 31)"), "flag", _FLAG),
            *_evidence("personal.evidence", _("Evidence of the basis")),
            *_evidence("authorisation", _("Record of users’ authorisation")),
        ),
    ),
    Group("notes", _("Notes"), "", (Field("notes", _("Notes"), "long"),)),
)
"""All that is asked for: 47 fields with token, revision and reason, of the 50 that a form may bring."""

_LISTS = ("languages", "media")


def entered_of(source: Source | None) -> dict[str, str]:
    """What the form shows of a source: every field as text."""
    document = source.to_document() if source else {}
    return {field.path: _text(_at(document, field.path)) for group in GROUPS for field in group.fields}


def document_of(form: Mapping[str, str], source: Source | None) -> dict[str, Any]:
    """The document that a filled form gives, upon the one that is there. Values are checked by ``Source.from_document``."""
    document = source.to_document() if source else {"status": "proposed"}
    for group in GROUPS:
        for field in group.fields:
            if source is not None and field.path == "id":
                continue
            _put(document, field.path.split("."), _value(field, form.get(field.path, "").strip()))
    return document


def _value(field: Field, text: str) -> Any:
    if field.path in _LISTS:
        return [word.strip() for word in text.replace("，", ",").replace("、", ",").split(",") if word.strip()]
    if field.kind == "flag":
        return {"yes": True, "no": False}.get(text)
    return text.replace("\r\n", "\n") or None


def _put(document: dict[str, Any], path: list[str], value: Any) -> None:
    """Set or remove one value; records that are empty then are removed too."""
    name, *rest = path
    if not rest:
        if value in (None, "", []):
            document.pop(name, None)
        else:
            document[name] = value
        return
    inner = dict(document.get(name, {}))
    _put(inner, rest, value)
    if inner:
        document[name] = inner
    else:
        document.pop(name, None)


def _at(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, list) else str(value or "")
