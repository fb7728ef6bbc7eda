"""The rules of a robots.txt as RFC 9309 has them: groups, the longest match, ``*`` and ``$``.

The standard library's reader takes the first rule that fits, knows no wildcard and ends a group at an empty line, so it calls permitted
what RFC 9309 (2.2.1 to 2.2.3) says is refused. Lines that are no rule (sitemaps, crawl delays) neither begin nor end a group. Pure.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote

__all__ = ["may_fetch", "rules_for"]

_LINE_END = re.compile(r"\r\n|\r|\n")
_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset(string.ascii_letters + string.digits + "-._~")  # RFC 3986, 2.3
_SAFE = "%/*$?&=;:@!'()+,~[]#"  # what stands in addresses and patterns as it is


class Rule(NamedTuple):
    """A line of a group. ``pattern`` with its escapes made alike."""

    permits: bool
    pattern: str


def rules_for(text: str, agent: str) -> tuple[Rule, ...]:
    """The rules of all groups that name a crawler's product token, or else of those for ``*`` (RFC 9309, 2.2.1)."""
    own, others = list[Rule](), list[Rule]()
    product, is_named, named = _product(agent), False, set[str]()
    in_rules = False
    for name, value in _records(text):
        if name == "user-agent":
            named = {_product(value)} if in_rules else named | {_product(value)}
            in_rules = False
            is_named = is_named or (product in named and product != "*")
        elif name in ("allow", "disallow"):
            in_rules = True
            if value:
                rule = Rule(name == "allow", _alike(value))
                own += [rule] * (product in named)
                others += [rule] * ("*" in named)
    return tuple(own if is_named else others)


def may_fetch(rules: Sequence[Rule], path: str) -> bool:
    """Whether a path may be fetched: the longest pattern that fits decides, and of two as long the one that permits (2.2.2)."""
    asked = _alike(path)
    fitting = [(len(rule.pattern), rule.permits) for rule in rules if _fits(rule.pattern, asked)]
    return max(fitting, default=(0, True))[1]


def _records(text: str) -> Iterable[tuple[str, str]]:
    for line in _LINE_END.split(text):
        name, colon, value = line.split("#", 1)[0].partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _product(agent: str) -> str:
    """The product token: what stands before a version or a remark, in lower case."""
    return (re.split(r"[/\s]", agent.strip(), maxsplit=1)[0] or "").lower()


def _alike(address: str) -> str:
    """Octets that may be written in two ways are written in one (2.2.2): unreserved ones plain, all others escaped in capitals."""

    def plain(found: re.Match[str]) -> str:
        character = chr(int(found[1], 16))
        return character if character in _UNRESERVED else found[0].upper()

    return _ESCAPED.sub(plain, quote(address, safe=_SAFE, errors="replace"))


def _fits(pattern: str, path: str) -> bool:
    """``*`` is any number of octets, ``$`` at the end is the end (2.2.3). Each part is looked for once, behind the one before."""
    to_the_end = pattern.endswith("$")
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    if not parts:
        return not to_the_end or path == first
    here = len(first)
    for part in parts[:-1]:
        found = path.find(part, here)
        if found < 0:
            return False
        here = found + len(part)
    return path.endswith(parts[-1]) and len(path) - len(parts[-1]) >= here if to_the_end else path.find(parts[-1], here) >= 0
