"""What a site says of being collected, read from a text that somebody has fetched: robots.txt, ai.txt, TDM reservation.

Nothing is fetched here: a snapshot is evidence, so the operator's crawler keeps the bytes and these functions say what they mean and take their
digest. robots.txt is read by RFC 9309 (``robots_rules.py``); ai.txt (Spawning's convention) has its form; a TDM reservation is that of the
W3C Community Group's TDMRep: ``/.well-known/tdmrep.json`` or the headers of an answer. What cannot be read refuses nothing and is told.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

import orjson

from brightline.corpus.sources.robots_rules import may_fetch, rules_for
from brightline.corpus.sources.source import Snapshot

__all__ = ["AI_AGENTS", "read_ai_txt", "read_robots", "read_tdm"]

AI_AGENTS = ("Bytespider", "CCBot", "GPTBot", "Google-Extended")
"""Agents whose refusal says that a site does not want to be trained on, whoever asks (each documented by its operator)."""

_LONGEST = 500 * 1024  # RFC 9309, 2.5: parsers read at least 500 kibibytes


def read_robots(content: bytes | None, url: str, *, fetched_on: date, agent: str = "*", paths: Sequence[str] = ("/",)) -> Snapshot:
    """The snapshot of a robots.txt for one's own crawler ``agent`` and the ``paths`` that were collected. ``content`` None: there was none
    (404), which refuses nothing.

    ``refused``: none of the paths may be fetched; ``partly``: some may not, or crawlers that are known to train on what they fetch may not.
    """
    if content is None:
        return Snapshot("absent", url, "", fetched_on)
    text = content[:_LONGEST].decode("utf-8", "replace").lstrip("\ufeff")
    own = rules_for(text, agent)
    refused = [path for path in paths if not may_fetch(own, path)]
    others = [f"{other} /" for other in AI_AGENTS if not may_fetch(rules_for(text, other), "/")] if len(refused) < len(paths) else []
    return _snapshot([*refused, *others], len(refused) == len(paths), url, content, fetched_on)


def read_ai_txt(content: bytes | None, url: str, *, fetched_on: date) -> Snapshot:
    """The snapshot of an ai.txt: lines ``Disallow: *.txt`` by file type, read like robots.txt for text, code and data."""
    if content is None:
        return Snapshot("absent", url, "", fetched_on)
    lines = content[:_LONGEST].decode("utf-8", "replace").splitlines()
    wanted = ("*", "/", "*.txt", "*.pdf", "*.doc", "*.docx", "*.html", "*.json", "*.xml", "*.csv")
    pairs = [line.split("#", 1)[0].partition(":") for line in lines]
    disallowed = {value.strip().lower() for name, _colon, value in pairs if name.strip().lower() == "disallow" and value.strip()}
    hit = sorted(disallowed.intersection(wanted))
    return _snapshot(hit, bool({"*", "/"} & set(hit)), url, content, fetched_on)


def read_tdm(content: bytes | None, url: str, *, fetched_on: date, reservation_header: str = "") -> Snapshot:
    """The snapshot of a TDM reservation: the file, or the header ``tdm-reservation`` of an answer (1: rights are reserved)."""
    if reservation_header.strip() in ("0", "1"):
        refused = ["tdm-reservation: 1"] if reservation_header.strip() == "1" else []
        return _snapshot(refused, True, url, content or b"", fetched_on)
    if content is None:
        return Snapshot("absent", url, "", fetched_on)
    try:
        rows = orjson.loads(content)
        locations = [(str(row["location"]), int(row["tdm-reservation"])) for row in rows]
    except (ValueError, TypeError, KeyError):
        return Snapshot("partly", url, hashlib.sha256(content).hexdigest(), fetched_on, "cannot be read as tdmrep.json")
    refused = [location for location, reserved in locations if reserved == 1]
    return _snapshot(refused, len(refused) == len(locations), url, content, fetched_on)


def _snapshot(refused: list[str], whole: bool, url: str, content: bytes, fetched_on: date) -> Snapshot:
    digest = hashlib.sha256(content).hexdigest() if content else ""
    if not refused:
        return Snapshot("allowed", url, digest, fetched_on)
    detail = "; ".join(refused[:20])[:1_000]
    return Snapshot("refused" if whole else "partly", url, digest, fetched_on, detail)
