"""Looking for a text in what decisions keep of people's words.

These are the evidence of findings, the normalised forms, the excerpts around them, and whole texts where the operator samples
allowed exchanges. A search *cannot* find what is not kept: the text of an exchange in which nothing was found and that was not sampled,
words of a flagged text outside the excerpts, and anything of an erased decision. ASCII letters match without regard to case, all other characters exactly; lanes are not
applied, so look for the normalised form. No index helps: a search by text alone reads every document on its way.
"""

from __future__ import annotations

import orjson
from sqlalchemy import ColumnElement, Connection, Text, cast, collate, func, literal

from brightline.store.tables import decisions

__all__ = ["holds", "may_hold"]


def may_hold(connection: Connection, sought: str) -> ColumnElement[bool]:
    """True of every document that holds the text, and of some that do not: JSON's names and other fields are searched too."""
    written = _as_written(sought)
    has_case = written.lower() != written.upper()
    if connection.dialect.name == "sqlite":
        if not has_case:
            return func.instr(decisions.c.body, literal(written)) > 0
        return func.instr(func.lower(cast(decisions.c.body, Text)), written.lower().decode()) > 0
    if not has_case:
        return func.position(literal(written).op("IN")(decisions.c.body)) > 0
    # In the collation "C", lower() knows ASCII letters only, and is several times as fast.
    return func.strpos(func.lower(collate(func.convert_from(decisions.c.body, "UTF8"), "C")), written.lower().decode()) > 0


def _as_written(sought: str) -> bytes:
    """The text as it stands in a canonical JSON string, without the quotes."""
    return orjson.dumps(sought.encode("utf-8", "replace").decode())[1:-1]


def holds(body: bytes, sought: str | None) -> bool:
    """Whether a document keeps the text among people's words."""
    if sought is None:
        return True
    # Bytes know the case of ASCII letters only, as the databases do; a lone surrogate is in no document, and so finds nothing.
    needle = sought.encode("utf-8", "surrogatepass").lower()
    try:
        document = orjson.loads(body)
        words: list[str] = [*document.get("texts", {}).values()]
        for finding in document.get("findings", ()):
            words += finding.get("evidence", ())
            words += finding.get("normalised", ())
            words.append(finding.get("excerpt", ""))
        return any(needle in word.encode().lower() for word in words)
    except (ValueError, TypeError, AttributeError):
        return False  # damaged: `brightline db check` says so, and the search goes on
