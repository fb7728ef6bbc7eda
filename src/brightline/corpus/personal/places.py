"""Precise positions: pairs of coordinates with three decimals or more (about 100 m at the equator), degrees with seconds or with decimals
of minutes, one of a pair where it is named (``"lat": …``), links of maps, sentences of receivers, and Open Location Codes of ten signs.

Sources: RFC 5870 (geo URIs), RFC 7946 (GeoJSON), OGC 06-103r4 (POINT of WKT), NMEA 0183 (ddmm.mmmm), Google's specification of Open
Location Code ("plus codes"; ten signs are 14 m). Degrees and whole minutes (1.8 km) are no precise position and are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.corpus.personal.context import after, before, heading, says, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import gated

__all__ = ["COLUMNS", "TRACES", "coordinates", "coordinates_in_columns"]
TRACES = (  # google-re2, (?i)
    r"坐标|座标|经纬|纬度|经度|北纬|东经|南纬|西经|定位|\bgps|latitude|longitude|\bm?lat\b|\blng\b|\bm?lon\b|\"lat|[0-9]{1,3}\.[0-9]{4,}(?:[°,，\x{ff1b};/|~&、 NSEW)]|%2c)|[0-9][°º]|[0-9]\s?deg\b"
    r"|[0-9]\.[0-9]+,[NS],[01]|[2-9CFGHJMPQRVWX]{8}\+[2-9CFGHJMPQRVWX]{2}"
)
COLUMNS = r"(?:gps_?)?(?:lat(?:itude)?|lng|lon(?:gitude)?)|[经纬]度|坐标|经纬度"

_WORDS = (
    r"坐标|座標|经纬|經緯|纬度|经度|緯度|經度|定位|位置|GPS|(?<![A-Za-z])lat(?![a-z]*[bkt]e)|(?<![A-Za-z])l(?:o?ng?)(?![A-Za-z])|latitude|longitude|location|position|gml|coord|geo|北纬|东经|导航|地图|迷路|EXIF|显示我在|WGS ?-?84|GCJ-?02|BD-?09"
    r"|(?<![A-Za-z])(?:pinged|last seen|dropped a pin|pick (?:me|us|her|him) up|maps?|near)(?![A-Za-z])"
)
_NO_PLACE = r"游戏|我的世界|minecraft|像素|屏幕|鼠标|画布|光标|canvas|svg|translate|viewbox|pixel|loss"
_NUMBER = r"[-+]?(?:1[0-7][0-9]|[0-9]{1,2})\.[0-9]{3,12}"
_SIDE = r"(?: ?(?:°|º|度))?(?: ?[NSEW北南东西][纬经]?(?![A-Za-z]))?"
_NAME = r"[\"']?(?:m?latitude|longitude|m?lat|m?lng|m?lon|long|纬度|经度|北纬|东经|南纬|西经|[NSEW]|[xy](?=[\"']? ?[:=]))[\"']?(?: ?[:=是为] ?| )?[\"']?"
_PAIR = gated(
    rf"(?<![0-9A-Za-z.])(?:{_NAME})?({_NUMBER}){_SIDE}[\"')]?(?: ?[,;/|、&~] ?| {{1,2}}| ?\n|%2C|-| ?(?:和|and) ?)(?:\n? {{0,8}})(?:{_NAME})?({_NUMBER}){_SIDE}(?![0-9]|\.[0-9])",
    re.IGNORECASE,
)
_ONE = gated(
    rf"(?<![A-Za-z])(?:(?:gps|m)?_?(?:lat(?:itude)?|lng|lon(?:gitude)?|long(?=[ _]?[:=.]))|(?:(?<=last)|(?<=current)|(?<=home)|(?<=user))(?-i:Lat|Lng|Lon)(?:(?-i:itude|gitude))?|[经纬]度|[北南]纬|[东西]经)\.?[\"']?(?:[值为是约在]{{0,2}} ?[:=]? ?)[\"'(\[]?({_NUMBER})(?![0-9.])",
    re.IGNORECASE,
)
_DEGREES = r"[0-9]{1,3} ?(?:°|º|度|deg(?:rees)?\.?) ?"
_MINUTES = r"[0-9]{1,2} ?(?:[′'’分]|min\.?) ?"
_SECONDS = r"[0-9]{1,2}(?:\.[0-9]+)? ?(?:″|\"|”|''|秒|sec\.?)"
_EXACT = rf"{_DEGREES}(?:{_MINUTES}{_SECONDS}|[0-9]{{1,2}}\.[0-9]{{2,6}} ?[′'’分]?)"
_BESIDE = r"(?:[北南]纬|[东西]经|[NSEW](?![A-Za-z]))"
_SEXAGESIMAL = gated(
    rf"(?<![0-9.])(?:{_BESIDE} ?)?{_EXACT} ?(?:{_BESIDE}|[北南东西])?[ ,，、;/和]{{0,3}}(?:{_BESIDE} ?)?{_EXACT}(?: ?(?:{_BESIDE}|[北南东西]))?"
)
_ONE_SEXAGESIMAL = gated(
    rf"(?<![A-Za-z0-9.])(?:(?:(?:GPS)?(?:Latitude|Longitude)[\"']?[ :=]{{1,4}}\"?|[经纬]度[ :为是]{{0,3}})({_EXACT}(?: ?[NSEW](?![A-Za-z]))?)|((?:[北南]纬|[东西]经|[NSEW]) ?{_DEGREES}{_MINUTES}{_SECONDS})|({_DEGREES}{_MINUTES}{_SECONDS} ?[NSEW](?![A-Za-z])))"
)
_FIGURES = "零〇一二两三四五六七八九十百幺"
_DECIMAL = rf"[{_FIGURES}]{{1,8}}点[零〇一二三四五六七八九幺]{{3,8}}度?"
_SAID = gated(rf"(?:[北南]纬{_DECIMAL}[,， 、和]{{0,2}}[东西]经{_DECIMAL}|[东西]经{_DECIMAL}[,， 、和]{{0,2}}[北南]纬{_DECIMAL})")
_RECEIVED = gated(r"(?<![0-9])[0-9]{4}\.[0-9]{2,7},[NS],[01][0-9]{4}\.[0-9]{2,7},[EW](?![A-Za-z])")
_PLUS_CODE = gated(r"(?<![0-9A-Za-z+/=])[23456789CFGHJMPQRVWX]{8}\+[23456789CFGHJMPQRVWX]{2,3}(?![0-9A-Za-z+/=])")
_LINK = re.compile(
    r"(?:geo:|/@|[?&](?:m?ll|sll|q|query|daddr|saddr|center|c|cp|loc|location|position|point|coord(?:inate)?s?|from|to|dest(?:ination)?|origin|markers?|pin)=(?:[a-z]{1,8}:)?|marker=coord:"
    r"|POINT ?Z? ?\(|[\"']?coordinates[\"']?[: ]{1,3}[\[\"]{1,3}|LatLng\(|latlng[\"']?[=:]\"?)$",
    re.IGNORECASE,
)
_ROW_BEFORE = re.compile(r"[0-9]\.[0-9]+ ?[,;] ?\n? *$|\d{2,} *, *$")
_ROW_BEHIND = re.compile(r" ?[,;] ?\n? *[-+]?[0-9]+\.[0-9]+ ?[,;] ?\n? *[-+]?[0-9]")
"""A third and a fourth number: a vector, no position."""
_UNIT_BEHIND = re.compile(r"\]?, ?[\"']unit| ?(?:px|pt|ms|mm|cm|kg|km|us|s|m|%|元|万|倍)(?![A-Za-z])", re.IGNORECASE)
_DECIMALS = re.compile(r"[0-9]\.[0-9]{2}")


def coordinates(text: str, focus: int = 0) -> Iterator[Found]:
    """Latitude and longitude, where a word, a sign or a link says that they are some, or where they lie in China to ten metres."""
    for match in _PAIR.finditer(text, focus):
        if _ROW_BEFORE.search(text[max(0, match.start() - 24) : match.start()]) or _ROW_BEHIND.match(text, match.end()):
            continue
        found = _pair(text, match)
        if found is not None:
            yield found
    for match in _ONE.finditer(text, focus):
        if abs(float(match.group(1))) <= 180 and not _UNIT_BEHIND.match(text, match.end()):
            yield Found("personal.coordinates", *match.span(1), "label+range", 0.6)
    for pattern in (_SEXAGESIMAL, _RECEIVED, _SAID):
        for match in pattern.finditer(text, focus):
            yield Found("personal.coordinates", *match.span(), "pattern", 0.7)
    for match in _ONE_SEXAGESIMAL.finditer(text, focus):
        yield Found("personal.coordinates", *next(match.span(group) for group in (1, 2, 3) if match.group(group)), "pattern", 0.6)
    for match in _PLUS_CODE.finditer(text, focus):
        if not match.group()[:8].isdecimal() and any(sign.isdecimal() for sign in match.group()):
            yield Found("personal.coordinates", *match.span(), "pattern", 0.6)


def _pair(text: str, match: re.Match[str]) -> Found | None:
    first, second = float(match.group(1)), float(match.group(2))
    if min(abs(first), abs(second)) > 90 or max(abs(first), abs(second)) > 180 or _UNIT_BEHIND.match(text, match.end()):
        return None
    if re.search(r"[°ºNSEW北南东西]|lat|lng|lon|度", match.group()) or _LINK.search(text[max(0, match.start() - 24) : match.start()]):
        return Found("personal.coordinates", *match.span(), "range+context", 0.7)
    if says(_NO_PLACE, text, *match.span(), 24):
        return None
    if says(_WORDS, text, *match.span(), 32) or "坐标" in heading(text, match.start()):
        return Found("personal.coordinates", *match.span(), "range+context", 0.65)
    return Found("personal.coordinates", *match.span(), "range", 0.5) if _in_china(text, match, first, second) else None


def _in_china(text: str, match: re.Match[str], first: float, second: float) -> bool:
    """Two numbers with four decimals and more that lie in China, alone: no other decimals near by, as rows of figures have them."""
    south, east = sorted((first, second))
    exact = all(len(match.group(group).partition(".")[2]) >= 4 for group in (1, 2))
    alone = not _DECIMALS.search(before(text, match.start(), 40)) and not _DECIMALS.search(after(text, match.end(), 24))
    return exact and alone and 18 <= south <= 54 and 73 <= east <= 135.1 and "," in match.group()


def coordinates_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """One of a pair under the heading of its column."""
    for match in _CELL.finditer(text, focus):
        over = heading(text, match.start(1))
        if over and words(f"^(?:{COLUMNS})$").search(_IN_BRACKETS.sub("", over).strip(" \"'`*")) and abs(float(match.group(1))) <= 180:
            yield Found("personal.coordinates", *match.span(1), "column+range", 0.6)


_CELL = gated(rf"(?:(?:^|(?<=[|\t,\n'\"(])) *|(?<=  ))({_NUMBER}) *(?=[|\t,\n')\"]|  |$)")
_IN_BRACKETS = re.compile(r"\([^()]{0,20}\)")
