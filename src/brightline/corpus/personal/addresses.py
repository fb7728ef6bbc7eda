"""Postal addresses: Chinese ones by their grammar (division, road or village, number, building, room), English ones by theirs.

A road and a number alone are no address of anybody's: a province or city of GB/T 2260 (``data/divisions.csv``), a district, or a label
has to stand before them. It cannot be told from the grammar who lives there, so shops and offices are found as well. What the grammar
misses: places without a number, landmarks ("opposite the station"), spellings without 路, 街, 村 and their like.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.corpus.personal.context import before, heading, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.tables import divisions

__all__ = ["chinese_addresses", "english_addresses"]
TRACES = (
    r"(?:[路街道巷弄里村屯庄苑园寨坊城湾府庭居区厦场寓队段东西南北]|胡同)[ ]?(?:附|第)?(?:[0-9０-９]{1,5}|[零〇一二三四五六七八九十百]{1,5}|[甲乙丙丁A-Za-z][0-9]{0,3})(?:[-－][0-9A-Za-z]{1,4}){0,3} ?(?:号|弄|支弄|巷|社|组|队|幢|栋|座|楼|单元|门|室|房|户|层|排|院|舍)"
    r"|地[ 　]{0,4}址|住[ 　]{0,4}址|住所|户籍|籍贯|(?i:P\\.? ?O\\.? Box) [0-9]|[0-9]{1,5}(?:/[0-9]{1,4})?[A-Za-z]?,? (?:[A-Z0-9][A-Za-z0-9'.-]{0,20} ){1,4}(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Terrace|Ter|Square|Sq|Crescent|Close|Parkway|Pkwy|Circle|Cir|Gardens|Grove|Hill|Row|Mews)\b"
)

_H = r"[\u4e00-\u9fff]"
_N = r"(?:[0-9]{1,5}|[零〇一二三四五六七八九十百]{1,5}|[甲乙丙丁]|[A-Za-z][0-9]{0,3})"
_DIVISION = rf"(?:{divisions().names})(?:省|市|自治区|特别行政区|地区|自治州|州|盟)?"
_STEP = rf"(?:(?!{_H}{{0,6}}[路街道巷弄])[\u4e00-\u9fff]{{1,8}}?(?:新区|开发区|高新区|自治县|自治旗|街道|区|县|市|旗|镇|乡|苏木|办事处))"
_STREET = rf"(?:{_H}|[0-9A-Za-z]){{1,12}}?(?:大道|大街|胡同|环路|公路|社区|小区|花园|新村|家园|公寓|大厦|广场|庄园|工业园|科技园|里弄|路|街|道|巷|弄|里|村|屯|庄|苑|园|寨|坊|城|湾|府|庭|居)(?:[东西南北中一二三四五六七八九十0-9]{{0,2}}[段侧口]|[东西南北]里)?"
_TAIL = (
    rf"(?: ?(?:附|第)?{_N}(?:-[0-9A-Za-z]{{1,4}}){{0,3}} ?(?:号楼|号院|号|弄|支弄|巷|社|组|队|幢|栋|座|楼|单元|门|室|房|户|层|排|院|舍))"
)
_CORE = rf"{_STREET}(?:{_STREET})?{_TAIL}(?:[ ,，\n]?(?:{_STREET})??{_TAIL}){{0,5}}(?:[0-9]{{2,4}}(?:室|房)?(?![0-9]))?"
_FULL = re.compile(
    rf"(?:中国)?{_DIVISION}(?:[ ,，·\n](?={_STEP}|{_DIVISION}))?(?:{_DIVISION}(?:[ ,，](?={_STEP}))?)?(?:{_STEP}[ ,，]?){{0,3}}{_CORE}"
)
_LABELLED = re.compile(
    r"(?:地\s{0,4}址|住\s{0,4}址|位于|住所地?|家住|现住|住在|居住于|居住在|户籍(?:地|所在地)?|籍贯|收货|寄到|寄往|送到|送至|邮寄|(?<![A-Za-z])addr(?:ess)?)[\"']?(?:是|为|在|于)?[ :|\t=\"'>]{0,4}"
    rf"((?:{_DIVISION}[ ,，]?){{0,2}}(?:{_STEP}[ ,，]?){{0,3}}(?:{_CORE}|(?<=[区县镇乡市道旗]){_STREET}))",
    re.IGNORECASE,
)
_DISTRICT = re.compile(rf"(?<!{_H}){_H}{{2,6}}(?:区|县|市)(?:{_STEP})?{_CORE}")
_ROAD = re.compile(  # a road, a number, and a building or a room: somebody's door, without a city
    rf"(?<!{_H})((?:{_H}{{2,8}}?)(?:路|街|大道|大街|巷|胡同|弄){_N}(?:-[0-9]{{1,4}})?[号弄](?:{_STREET})??{_TAIL}(?:[ ,，]?(?:{_STREET})??{_TAIL}){{0,5}}(?:[0-9]{{2,4}}(?:室|房)?(?![0-9]))?)"
)
_PREFIXED = re.compile(
    r"^(?:[\u4e00-\u9fff]{0,4}(?:位于|住在|送到|寄到|发往|坐落于?)|(?:我|我们|他|她)?家?(?:就?住在?|现住|就?在)|位于|送到|寄到|搬到|来到|前往|到)(?=.{2,}[路街道巷弄])"
)
_ROMANISED = re.compile(
    r"(?<![0-9A-Za-z])(?:(?:Room|Rm\.?|Flat|Unit|Apt\.?|Suite|Floor|[0-9]{1,3}/F) ?[0-9A-Za-z-]{0,6}, ?)(?:(?:Building|Block|Tower|Bldg\.?) ?[0-9A-Za-z]{1,4}, ?)?(?:(?:No\.? ?)?[0-9]{1,5}(?:-[0-9]{1,4})?[A-Z]?,? )(?:[A-Z][A-Za-z'.-]{1,20} ){1,4}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Way|Place|Pl|Terrace|Gardens|Square|Close)\.?(?:, ?[A-Z][A-Za-z]{1,20}(?: [A-Z][A-Za-z]{1,20}){0,2}){0,4}(?:,? [A-Z]{1,3})?(?:,? (?:[0-9]{4,6}(?:-[0-9]{4})?|[A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2}))?(?![0-9A-Za-z])"
)
_BOX = re.compile(
    r"(?<![A-Za-z])P\.? ?O\.? Box [0-9]{1,6}(?:, ?[A-Z][a-z]{2,20}(?: [A-Z][a-z]{2,20})?(?:,? [A-Z]{2})?(?:,? [0-9]{4,5})?)?", re.IGNORECASE
)
_VAGUE = re.compile(r"^.{0,6}(?:的|了|是|有|和|在)")
_DIVISIONS_ONLY = re.compile(rf"({_DIVISION}(?:{_DIVISION})?{_STEP}{{1,3}}(?:{_STREET})?)")
_LABEL_WORDS = r"地址|住址|户籍|住所|籍贯|address"
_ENGLISH = re.compile(
    r"(?<![0-9A-Za-z.-])[0-9]{1,5}[A-Z]?,? (?:[NSEW]\.? |North |South |East |West )?(?:[A-Z][A-Za-z'.-]{1,20} |[0-9]{1,3}(?:st|nd|rd|th) ){1,3}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Terrace|Ter|Square|Sq|Crescent|Close|Parkway|Pkwy|Circle|Cir|Gardens|Grove|Hill|Row|Mews)(?![A-Za-z])\.?"
    r"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|#)\.? ?#?[0-9A-Za-z-]{1,6})?"
    r"(?:,? ?\n?(?:[A-Z][a-z'.-]{1,20}(?: [A-Z][a-z'.-]{1,20}){0,2}))?(?:,? (?:[A-Z]{2}|[A-Z][a-z]{3,15}) ?,? ?[0-9]{5}(?:-[0-9]{4})?|,? [A-Z]{1,2}[0-9][0-9A-Z]? ?[0-9][A-Z]{2})?"
)
_FIGURES = re.compile(r"^[0-9]{4} ")


def chinese_addresses(text: str, focus: int = 0) -> Iterator[Found]:
    """Addresses in China."""
    for match in _FULL.finditer(text, focus):
        label = words(_LABEL_WORDS).search(heading(text, match.start()) or before(text, match.start(), 12))
        yield Found("personal.address", *match.span(), "gb2260+grammar" + ("+context" if label else ""), 0.8 if label else 0.6)
    for match in _LABELLED.finditer(text, focus):
        if not _VAGUE.match(match.group(1)):
            yield Found("personal.address", *match.span(1), "label+grammar", 0.7)
    for match in _DISTRICT.finditer(text, focus):
        if not _VAGUE.match(match.group()):
            yield Found("personal.address", *match.span(), "grammar", 0.5)
    for match in _ROAD.finditer(text, focus):
        lead = _PREFIXED.match(match.group(1))
        if not _VAGUE.match(match.group(1)):
            yield Found("personal.address", match.start(1) + (lead.end() if lead else 0), match.end(1), "grammar", 0.5)
    for match in _DIVISIONS_ONLY.finditer(text, focus):
        if words(_LABEL_WORDS).search(heading(text, match.start()) or before(text, match.start(), 8)) and len(match.group()) >= 8:
            yield Found("personal.address", *match.span(), "gb2260+context", 0.6)


def english_addresses(text: str, focus: int = 0) -> Iterator[Found]:
    """Addresses as they are written in the United States, Britain and their like: number, street, perhaps flat, town and code."""
    for pattern in (_ROMANISED, _BOX):
        for match in pattern.finditer(text, focus):
            yield Found("personal.address", *match.span(), "grammar", 0.7)
    for match in _ENGLISH.finditer(text, focus):
        coded = bool(re.search(r"[0-9]{5}(?:-[0-9]{4})?$|[0-9][A-Z]{2}$|Apt|Flat|Suite|Unit|#", match.group()))
        label = words(r"address|lives? at|living at|ship|deliver|mail|reside|住址|地址").search(before(text, match.start(), 32))
        if coded or label or not _FIGURES.match(match.group()):
            yield Found("personal.address", *match.span(), "grammar" + ("+context" if label else ""), 0.7 if coded or label else 0.5)
