"""Precise positions: pairs of coordinates with three decimals or more (about 100 m at the equator) or in degrees, minutes and seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.corpus.personal.context import heading, says
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import gated

__all__ = ["coordinates"]
TRACES = r"坐标|座标|经纬|纬度|经度|定位|\bgps|latitude|longitude|\blat\b|\blng\b|\"lat|北纬|东经|[0-9]{1,3}\.[0-9]{4,}[°,， NSEW]|[0-9]°"  # google-re2, (?i)

_WORDS = r"坐标|座標|经纬|經緯|纬度|经度|緯度|經度|定位|位置|GPS|(?<![A-Za-z])lat(?![a-z]*[bkt]e)|(?<![A-Za-z])l(?:o?ng?)(?![A-Za-z])|latitude|longitude|location|coord|geo|北纬|东经|导航"
_NUMBER = r"[-+]?(?:1[0-7][0-9]|[0-9]{1,2})\.[0-9]{3,12}"
_SIDE = r"(?: ?° ?)?(?: ?[NSEW北南东西][纬经]?)?"
_NAME = r"[\"']?(?:latitude|longitude|lat|lng|lon|纬度|经度|北纬|东经|[NSEW])[\"']?(?: ?[:=是为] ?| )?[\"']?"
_PAIR = gated(
    rf"(?<![0-9A-Za-z.])(?:{_NAME})?({_NUMBER}){_SIDE}[\"']?(?: ?[,;/|、&] ?| )(?:\n? {{0,8}})(?:{_NAME})?({_NUMBER}){_SIDE}(?![0-9]|\.[0-9])",
    re.IGNORECASE,
)
_SEXAGESIMAL = gated(
    r"(?<![0-9.])[NSEW北南东西]?[纬经]?[0-9]{1,3} ?° ?[0-9]{1,2} ?[′'’分] ?[0-9]{1,2}(?:\.[0-9]+)? ?(?:″|\"|”|''|秒) ?[NSEW北南东西]?[纬经]?[ ,，、;]{0,3}"
    r"[NSEW北南东西]?[纬经]?[0-9]{1,3} ?° ?[0-9]{1,2} ?[′'’分] ?[0-9]{1,2}(?:\.[0-9]+)? ?(?:″|\"|”|''|秒) ?[NSEW北南东西]?"
)


_ROW_BEFORE = re.compile(r"[0-9]\.[0-9]+ ?[,;] ?\n? *$|\d{2,} *, *$")
_ROW_BEHIND = re.compile(r" ?[,;] ?\n? *[-+]?[0-9]+\.[0-9]+ ?[,;] ?\n? *[-+]?[0-9]")
"""A third and a fourth number: a vector, no position."""


def coordinates(text: str, focus: int = 0) -> Iterator[Found]:
    """Pairs of latitude and longitude, where a word or a sign says that they are some."""
    for match in _PAIR.finditer(text, focus):
        first, second = float(match.group(1)), float(match.group(2))
        on_earth = abs(first) <= 90 or abs(second) <= 90
        on_earth = on_earth and abs(first) <= 180 and abs(second) <= 180
        marked = bool(re.search(r"[°NSEW北南东西]|lat|lng|lon|度", match.group()))
        if _ROW_BEFORE.search(text[max(0, match.start() - 24) : match.start()]) or _ROW_BEHIND.match(text, match.end()):
            continue
        if on_earth and (marked or says(_WORDS, text, *match.span(), 32) or "坐标" in heading(text, match.start())):
            yield Found("personal.coordinates", *match.span(), "range+context", 0.65)
    for match in _SEXAGESIMAL.finditer(text, focus):
        yield Found("personal.coordinates", *match.span(), "pattern", 0.7)
