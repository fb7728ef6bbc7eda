"""Dates of birth: a date behind words that make it one (in a form, or in a sentence)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from brightline.corpus.personal.context import heading, words
from brightline.corpus.personal.found import Found

__all__ = ["births", "births_in_columns"]
TRACES = r"出生|出 生|生日|生 日|生于|生年月日|诞生|\bborn|birth|\bdob|\d日生"  # google-re2, (?i)
COLUMNS = r"出生(?:日期|年月日?)?|生日|date of birth|dob|birth ?(?:date|day)"

_NUMERALS = "〇零○一二三四五六七八九十"
_MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_DATE = (
    r"(?:(?P<y>(?:19|20)[0-9]{2}) ?[-/.年] ?(?P<m>1[0-2]|0?[1-9])(?: ?[-/.月] ?(?P<d>3[01]|[12][0-9]|0?[1-9])(?![0-9]) ?[日号]?| ?月)"
    r"|(?P<cy>(?:19|20)[0-9]{2})(?P<cm>0[1-9]|1[0-2])(?P<cd>0[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|(?P<em>0?[1-9]|1[0-2]|[12][0-9]|3[01])[/.-](?:0?[1-9]|[12][0-9]|3[01])[/.-](?P<ey>(?:19|20)[0-9]{2})(?![0-9])"
    rf"|(?:{_MONTHS})\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? (?P<ny>(?:19|20)[0-9]{{2}})(?![0-9])"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})\.?,? (?P<ny2>(?:19|20)[0-9]{{2}})(?![0-9])"
    rf"|[一二][{_NUMERALS}]{{3}}年[{_NUMERALS}]{{1,2}}月[{_NUMERALS}]{{1,3}}[日号])"
)
_FORM = re.compile(
    rf"(?:出\s{{0,2}}生(?:日期|年月日?|时间|年份|日)?|生\s{{0,2}}日|生辰|诞生日|出生(?=[:| ])|生年月日|date[ _-]?of[ _-]?birth|(?<![A-Za-z])birth[ _-]?(?:date|day)?|(?<![A-Za-z])dob|born on|born)[\"']?(?: ?\([^()\n]{{1,12}}\))?(?: ?[:=|\t\n是为于在]| is| on| was)?[ \"'(]{{0,3}}(?:公历|农历|阳历|阴历)? ?({_DATE})",
    re.IGNORECASE,
)
_PROSE = re.compile(
    rf"(?:出生于|生于|于)({_DATE})(?:出生|生于|生[，。,])?|({_DATE.replace('?P<', '?P<b')}) ?(?:出生|生[，。,)]|生人|born)", re.IGNORECASE
)
_BORN = re.compile(r"^(?:出生于|生于)|(?:出生|生于|生[，。,)]|生人|born)$")
_COLUMN = r"^\W*(?:出生(?:日期|年月日?)?|生日|date of birth|dob|birth ?(?:date|day))\W*$"
_CELL = re.compile(rf"(?:(?:^|(?<=[|\t,\n])) *|(?<=  ))({_DATE}) *(?=[|\t,\n]|  |$)", re.IGNORECASE)
_OLDEST = 1906  # nobody who was born earlier is alive (own choice: 120 years): a date of history


def births(text: str, focus: int = 0) -> Iterator[Found]:
    """Dates of birth of people who may be alive."""
    for match in _FORM.finditer(text, focus):
        if _alive(match.group(1)):
            yield Found("personal.birth_date", *match.span(1), "label+date", 0.75)
    for match in _PROSE.finditer(text, focus):
        group = 1 if match.group(1) else next(number for number in range(2, len(match.groups()) + 1) if match.group(number))
        if _BORN.search(match.group()) and _alive(match.group(group)):
            yield Found("personal.birth_date", *match.span(group), "sentence+date", 0.5)


def births_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """Dates under the heading of a column."""
    for match in _CELL.finditer(text, focus):
        over = heading(text, match.start(1))
        if over and words(_COLUMN).search(over) and _alive(match.group(1)):
            yield Found("personal.birth_date", *match.span(1), "column+date", 0.75)


def _alive(written: str) -> bool:
    year = re.search(r"(?:19|20)[0-9]{2}", written)
    return year is None or _OLDEST <= int(year.group()) <= date.today().year
