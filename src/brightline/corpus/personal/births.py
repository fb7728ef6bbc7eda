"""Dates of birth: a date behind words that make it one (in a form, or in a sentence)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from brightline.corpus.personal.context import heading
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import gated
from brightline.corpus.personal.labels import plain

__all__ = ["births", "births_in_columns"]
TRACES = r"出生|出 生|生日|生 日|生于|生年月|诞生|生辰|[0-9０-９日号月]\s?生(?:[^产活效]|$)|csrq|\bborn|birth|\bdob|\bd\.o\.b|geboren|n[ée]e? le"  # google-re2, (?i)
COLUMNS = r"(?:孩子|宝宝|学生|客户|user_?|member_?)?(?:出生(?:日期|年月日?|时间)?|生日|生年月日)|(?:date_?of_?birth|birth_?(?:date|day)|date of birth|birth (?:date|day)|dob|birth|csrq)"
_NUMERALS = "〇零○一二三四五六七八九十"
_MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_LUNAR = "[正一二三四五六七八九十冬腊]{1,2}月(?:初[一二三四五六七八九十]|十[一二三四五六七八九]?|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十)"
_DATE = (
    r"(?:(?P<y>(?:19|20)[0-9]{2}) ?[-/.年] ?(?P<m>1[0-2]|0?[1-9])(?: ?[-/.月] ?(?P<d>3[01]|[12][0-9]|0?[1-9])(?![0-9]) ?[日号]?(?:[T ]?[0-2]?[0-9][:时][0-5][0-9]分?(?::[0-5][0-9])?(?:\.[0-9]{1,6})?Z?)?| ?月|(?![-/.0-9]))"
    r"|(?P<cy>(?:19|20)[0-9]{2})(?P<cm>0[1-9]|1[0-2])(?P<cd>0[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|(?P<em>0?[1-9]|1[0-2]|[12][0-9]|3[01])[/.-](?:0?[1-9]|[12][0-9]|3[01])[/.-](?P<ey>(?:19|20)[0-9]{2})(?![0-9])"
    rf"|(?:{_MONTHS})\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? (?P<ny>(?:19|20)[0-9]{{2}})(?![0-9])"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th)?[ -](?:of )?(?:{_MONTHS})\.?,?[ -](?P<ny2>(?:19|20)[0-9]{{2}})(?![0-9])"
    rf"|(?P<ly>(?:19|20)[0-9]{{2}})年?{_LUNAR}"
    rf"|[一二][{_NUMERALS}]{{3}}年[{_NUMERALS}]{{1,2}}月[{_NUMERALS}]{{1,3}}[日号])"
)
_DAY_OF_YEAR = r"(?<![0-9])(?:1[0-2]|0?[1-9])月(?:3[01]|[12][0-9]|0?[1-9])[日号]"
_BORN_WORDS = r"出\s{0,2}生(?:日期|年月日?|时间|年份|日)?|生\s{0,2}日|生辰|诞生日|生年月日|date[ _-]?of[ _-]?birth|(?:(?<![A-Za-z])|(?<=[a-z_])(?-i:B)|(?<=_))birth[ _-]?(?:date|day)?|(?<![A-Za-z])dob|(?<![A-Za-z])d\.o\.b\.?|born on|born|csrq"
_IS = (
    r"(?: ?\([^()\n]{1,16}\))?(?:号?那天)?(?: ?[:=|\t\n]{1,2}|是|为|于|在| is| on| was)?[ \"'(>\n|]{0,4}(?:公历|农历|阳历|阴历|大概|约)? ?"
)
_FORM = gated(rf"(?:{_BORN_WORDS})[\"']?{_IS}({_DATE})", re.IGNORECASE)
_BIRTHDAY = gated(rf"(?:(?:我|他|她|宝宝|孩子|妈妈|爸爸)的?|[:：])?生\s{{0,2}}日(?:是|为|[:| ]){{0,2}} ?({_DAY_OF_YEAR})")
_PROSE = gated(
    rf"(?:出生于|生于|于)({_DATE})(?:出生|生于|生[，。,])?|({_DATE.replace('?P<', '?P<b')}) ?(?:[(（]?(?:出生(?!率|人口|地|证)(?:日期)?|生日)|的生日|生(?=[，。,)(;；/ ]|于|$)|生人|born)",
    re.IGNORECASE,
)
_BORN = re.compile(r"^(?:出生于|生于)|(?:出生(?:日期)?|生于|生日|生[，。,;； ]?|生人|born)$")
_COLUMN = re.compile(
    r"(?:孩子|宝宝|学生|客户|user|member)?(?:出生(?:日期|年月日?|时间)?|生日|生年月日)|dateofbirth|birth(?:date|day)?|dob|csrq"
)
_CELL = gated(rf"(?:(?:^|(?<=[|\t,\n'\"(])) *|(?<=  ))({_DATE}) *(?=[|\t,\n'\")]|  |$)", re.IGNORECASE)
_OLDEST = 1906  # nobody who was born earlier is alive (own choice: 120 years): a date of history


def births(text: str, focus: int = 0) -> Iterator[Found]:
    """Dates of birth of people who may be alive."""
    for match in _FORM.finditer(text, focus):
        if _alive(match.group(1)):
            yield Found("personal.birth_date", *match.span(1), "label+date", 0.75)
    for match in _BIRTHDAY.finditer(text, focus):
        yield Found("personal.birth_date", *match.span(1), "label+date", 0.5)
    for match in _PROSE.finditer(text, focus):
        group = 1 if match.group(1) else next(number for number in range(2, len(match.groups()) + 1) if match.group(number))
        if _BORN.search(match.group()) and _alive(match.group(group)):
            yield Found("personal.birth_date", *match.span(group), "sentence+date", 0.5)


def births_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """Dates under the heading of a column."""
    for match in _CELL.finditer(text, focus):
        over = heading(text, match.start(1))
        if over and _COLUMN.fullmatch(plain(over)) and _alive(match.group(1)):
            yield Found("personal.birth_date", *match.span(1), "column+date", 0.75)


def _alive(written: str) -> bool:
    year = re.search(r"(?:19|20)[0-9]{2}", written)
    return year is None or _OLDEST <= int(year.group()) <= date.today().year
