"""Token lists (``logprobs``) say an answer a second time, token by token, with what the model nearly said.

A list stays only where its tokens are exactly the text beside it, so that inspecting the text is enough; its
alternatives are inspected, as they stand nowhere else. Every other list, wherever it stands, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from brightline.server.gateway.verbatim import Path

__all__ = ["false_tokens"]


def false_tokens(value: Any, harmless: Callable[[str], bool]) -> Iterator[tuple[Path, Any]]:
    """Places of token lists that must go, each with what is to stand there instead. ``harmless`` inspects alternatives."""
    waiting: list[tuple[Path, Any]] = [((), value)]
    while waiting:
        here, inner = waiting.pop()
        if inner.__class__ is dict:
            for name, member in inner.items():
                if name == "logprobs":
                    if member and member is not True and not _is_faithful(member, inner, harmless):
                        yield (*here, name), [] if isinstance(member, list) else None
                elif member.__class__ is dict or member.__class__ is list:
                    waiting.append(((*here, name), member))
        elif inner.__class__ is list:
            waiting.extend(((*here, index), member) for index, member in enumerate(inner) if member.__class__ is dict)


def _is_faithful(found: Any, holder: dict[str, Any], harmless: Callable[[str], bool]) -> bool:
    alternatives: list[str] = []
    try:
        if isinstance(found, list):
            said = _said(found, alternatives)
            same = said in (_bytes(holder.get("text")), _bytes(holder.get("delta")))
        else:
            same = all(_is_same(name, member, holder, alternatives) for name, member in found.items())
    except (TypeError, ValueError, AttributeError, KeyError):
        return False
    return same and (not alternatives or harmless("\n".join(dict.fromkeys(alternatives))))


def _is_same(name: str, member: Any, holder: dict[str, Any], alternatives: list[str]) -> bool:
    if not member:
        return True
    if name in ("content", "refusal"):
        text = (holder.get("delta") or holder["message"]).get(name)
        if isinstance(text, list):
            text = "".join(part["text"] for part in text)
        return _said(member, alternatives) == _bytes(text)
    if name == "tokens":
        return "".join(member) == holder.get("text")
    if name == "top_logprobs":
        alternatives += [token for ranked in member if ranked for token in ranked]
        return all(not ranked or set(map(type, ranked.values())) <= _NUMBERS for ranked in member)
    return name in ("token_logprobs", "text_offset") and set(map(type, member)) <= _NUMBERS


_NUMBERS = {int, float, type(None)}
_OF_A_TOKEN = frozenset(("token", "logprob", "bytes", "top_logprobs"))


def _said(entries: list[Any], alternatives: list[str]) -> bytes:
    said = b""
    for entry in entries:
        said += _token(entry)
        for other in entry.get("top_logprobs") or ():
            _token(other)
            alternatives.append(other["token"])
    return said


def _token(entry: dict[str, Any]) -> bytes:
    """The bytes of one token. Raises ``ValueError`` if the entry says anything else."""
    token, raw = entry["token"], entry.get("bytes")
    if not _OF_A_TOKEN.issuperset(entry) or entry.get("logprob").__class__ not in _NUMBERS:
        raise ValueError("more than a token")
    if raw is None:
        return _bytes(token)
    own = bytes(raw)
    if _bytes(token) != own and not (token.isascii() and set(token) <= _OF_ESCAPES):  # half a character: "\\xe4\\xb8"
        raise ValueError("the token and its bytes differ")
    return own


_OF_ESCAPES = frozenset("\\x0123456789abcdef")


def _bytes(text: Any) -> bytes:
    return text.encode() if isinstance(text, str) else b""
