"""The numbers in a view: runs of digits, and runs that separators of one kind hold together (``138 0013 8000``, ``6222-0258-…``).

A detector gets each way to read them, from the longest, and says by length, check digit and context whether it is one of its own.
Groups that different separators hold together are different numbers, except in telephone numbers, which ``phones`` reads itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Number", "numbers_in"]

_GROUP = re.compile(r"[0-9]+")
_RUN = re.compile(r"[0-9]++(?:(?: ?[-._·/ ] ?|[ ]{2,3})[0-9]++)*+")  # possessive: keeps nothing to come back to
SHORTEST, LONGEST = 8, 19  # a local landline; a bank card (ISO/IEC 7812-1)
_MANY_GROUPS = 60  # more groups in a row than any number has: a list of numbers, each of which is one group (own choice)
_SPELT = str.maketrans(
    "零〇○幺一壹二贰两三叁四肆五伍六陆七柒拐八捌九玖勾洞", "000" + "111" + "222" + "33" + "44" + "55" + "66" + "777" + "88" + "999" + "0"
)
_SPELT_RUN = re.compile(
    r"[0-9零〇○幺一壹二贰两三叁四肆五伍六陆七柒拐八捌九玖勾洞](?:[ -]?[0-9零〇○幺一壹二贰两三叁四肆五伍六陆七柒拐八捌九玖勾洞]){10,17}"
)


@dataclass(frozen=True, slots=True)
class Number:
    """``digits`` as they stand in ``[start, end)`` of the view; the last may be X. ``groups``: their lengths. ``spelt``: as words."""

    start: int
    end: int
    digits: str
    groups: tuple[int, ...]
    spelt: bool = False

    @property
    def whole(self) -> bool:
        """Written without a gap."""
        return len(self.groups) == 1


def numbers_in(text: str, focus: int = 0) -> Iterator[Number]:
    """All readings with 8–19 digits that begin at ``focus`` or behind it, from the left, longer ones first."""
    for run in _RUN.finditer(text, focus):
        if run.end() - run.start() >= SHORTEST - 1:
            yield from _in_run(text, *run.span())
    for match in _SPELT_RUN.finditer(text, focus):
        written = match.group()
        if not written.isascii():
            digits = re.sub(r"[ -]", "", written).translate(_SPELT)
            yield Number(match.start(), match.end(), digits, (len(digits),), spelt=True)


def _in_run(text: str, begin: int, stop: int) -> Iterator[Number]:
    chain: list[tuple[int, int]] = []
    gap, apart = "", False
    for match in _GROUP.finditer(text, begin, stop):
        start, end = match.span()
        if chain:
            between = text[chain[-1][1] : start]
            if gap and between != gap:
                yield from _readings(text, chain, apart)
                chain, apart = chain[-1:], False  # the last group may begin another number: "2024-05-01 138 0013 8000"
            gap = between
        chain.append((start, end))
        if len(chain) > _MANY_GROUPS:
            yield from _readings(text, chain[:-1], True)
            chain, apart = chain[-1:], True
    yield from _readings(text, chain, apart)


def _readings(text: str, chain: list[tuple[int, int]], apart: bool) -> Iterator[Number]:
    """``apart``: the groups are more than one number has, and each is read by itself."""
    most = 1 if apart else len(chain)
    for first in range(len(chain)):
        readings = []
        many = 0
        for last in range(first, min(first + most, len(chain))):
            start, end = chain[last]
            many += end - start
            if many > LONGEST:
                break
            if many >= SHORTEST - 1:
                readings.append(_number(text, chain[first : last + 1], many))
        yield from (number for number in reversed(readings) if len(number.digits) >= SHORTEST)


def _number(text: str, groups: list[tuple[int, int]], many: int) -> Number:
    start, end = groups[0][0], groups[-1][1]
    digits = "".join(text[begin:stop] for begin, stop in groups)
    lengths = tuple(stop - begin for begin, stop in groups)
    x = _check_x(text, end) if many == 17 else 0
    return Number(start, end + x, digits + "X", (*lengths[:-1], lengths[-1] + 1)) if x else Number(start, end, digits, lengths)


def _check_x(text: str, end: int) -> int:
    """How many characters a check digit X takes behind the number: it may stand off like the digits."""
    match = re.match(r"(?: ?[-._·/ ] ?)?[Xx×](?![0-9A-Za-z])", text[end : end + 5])
    return match.end() if match else 0
