"""Dates of birth: a date behind words that make it one (in a form, or in a sentence)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from brightline.corpus.personal.context import heading
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import gated
from brightline.corpus.personal.labels import ASKED, SPEAKER, plain

__all__ = ["births", "births_in_columns"]
TRACES = r"身份证上|生人|[我他她]是?[0-9零〇一二三四五六七八九]{2}年|哪年|降生|来到人世|生辰|b-?day\b|\bb\. ?[0-9]|geburts|naissance|nacimiento|nacid[oa] |出生|出 生|生日|生 日|生于|生年月|诞生|生辰|[0-9０-９日号月初十八]\s?生(?:[^产活效]|$)|csrq|\bborn|birth|\bdob|\bd\.o\.b|geboren|n[ée]e? le"  # google-re2, (?i)
COLUMNS = r"(?:孩子|宝宝|学生|客户|user_?|member_?)?(?:出生(?:日期|年月日?|时间)?|生日|生年月日)|(?:date_?of_?birth|birth_?(?:date|day)|date of birth|birth (?:date|day)|dob|birth|csrq)"
_NUMERALS = "〇零○一二三四五六七八九十"
_MONTHS = (
    "Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?"
)
_LUNAR = "[正一二三四五六七八九十冬腊]{1,2}月(?:初[一二三四五六七八九十]|十[一二三四五六七八九]?|二十[一二三四五六七八九]?|廿[一二三四五六七八九]?|三十)"
_ORDINAL = r"(?:twenty[ -]|thirty[ -])?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
_YEAR_SAID = r"(?:(?:19|20)[0-9]{2}(?![0-9])|(?:nineteen|twenty|two thousand)(?: and)?(?: (?:oh )?(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen))?)"
_CHINESE_DAY = "[一二三四五六七八九十]{1,3}[日号]"
_DATE = (
    r"(?:(?P<y>(?:19|20)[0-9]{2}) ?(?:[-/.]|年的?) ?(?P<m>1[0-2]|0?[1-9])(?: ?[-/.月] ?(?P<d>3[01]|[12][0-9]|0?[1-9])(?![0-9]) ?[日号]?(?:[T ]?[0-2]?[0-9](?:[:时点][0-5][0-9]分?(?::[0-5][0-9])?(?:\.[0-9]{1,6})?Z?|[时点]))?| ?月|(?![-/.0-9]))"
    r"|(?P<cy>(?:19|20)[0-9]{2})(?P<cm>0[1-9]|1[0-2])(?P<cd>0[1-9]|[12][0-9]|3[01])(?![0-9])"
    r"|(?P<em>0?[1-9]|1[0-2]|[12][0-9]|3[01])[/.-](?:0?[1-9]|[12][0-9]|3[01])[/.-](?P<ey>(?:19|20)[0-9]{2})(?![0-9])"
    r"|(?P<sm>0?[1-9]|1[0-2]|[12][0-9]|3[01])[/.-](?:0?[1-9]|[12][0-9]|3[01])[/.-](?:[0-9]{2})(?![0-9./-])"
    rf"|(?:{_MONTHS})\.? [0-9]{{1,2}}(?:st|nd|rd|th)?,? (?P<ny>(?:19|20)[0-9]{{2}})(?![0-9])"
    rf"|(?:the )?[0-9]{{1,2}}(?:st|nd|rd|th|\.)?[ -](?:of )?(?:{_MONTHS})\.?,?[ -](?P<ny2>(?:19|20)[0-9]{{2}})(?![0-9])"
    rf"|(?P<ly>(?:19|20)[0-9]{{2}})年?(?:农历|阴历)?{_LUNAR}"
    rf"|[一二][{_NUMERALS}]{{3}}年的?(?:[{_NUMERALS}]{{1,2}}月[{_NUMERALS}]{{1,3}}[日号]|{_LUNAR}|[{_NUMERALS}正冬腊]{{1,2}}月)"
    rf"|(?:(?:the )?{_ORDINAL}(?: of)? (?:{_MONTHS})|(?:{_MONTHS}) (?:the )?{_ORDINAL}),? {_YEAR_SAID}"
    rf"|(?:{_MONTHS}),? (?P<my>(?:19|20)[0-9]{{2}})(?![0-9]))"
)
_SHORT_DATE = (  # as people say it: the year in two digits, or of the Republic
    rf"(?:(?:[0-9]{{2}}|[零〇一二三四五六七八九]{{2}})年(?:农历|阴历|阳历)?(?:[一二三四五六七八九十]{{1,2}}月{_CHINESE_DAY}|{_LUNAR}|(?:1[0-2]|0?[1-9])月(?:(?:3[01]|[12][0-9]|0?[1-9])[日号])?|[一二三四五六七八九十正冬腊]{{1,2}}月)"
    rf"|民国(?:[0-9]{{1,2}}|[一二三四五六七八九十]{{1,3}})年(?:(?:[0-9]{{1,2}}|[一二三四五六七八九十正冬腊]{{1,2}})月(?:[0-9]{{1,2}}[日号]|{_CHINESE_DAY})?)?)"
)
_DAY_OF_YEAR = rf"(?:(?<![0-9年])(?:1[0-2]|0?[1-9])月(?:3[01]|[12][0-9]|0?[1-9])[日号]|(?<![年一二三四五六七八九十])(?:[一二三四五六七八九十]{{1,2}}月{_CHINESE_DAY}|{_LUNAR}))"
_ENGLISH_DAY = (
    rf"(?:(?:{_MONTHS})\.? [0-9]{{1,2}}(?:st|nd|rd|th)?|(?:the )?[0-9]{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTHS}))(?![0-9A-Za-z])"
)
_BORN_WORDS = r"出\s{0,2}生(?:日期|年月日?|时间|年份|日)?|生\s{0,2}日|生辰|诞生日|生年月日|date[ _-]?of[ _-]?birth|(?:(?<![A-Za-z])|(?<=[a-z_])(?-i:B)|(?<=_))birth[ _-]?(?:date|day)?|(?<![A-Za-z])dob|(?<![A-Za-z])d\.o\.b\.?|born on|born in(?= [A-Z])|born|csrq|b-?day|生辰八字|geburtsdatum|geboren(?: am)?|née? le|date de naissance|fecha de nacimiento|nacid[oa] el|(?<![A-Za-z.])b\.(?= ?[0-9])"
_IS = (
    r"(?: ?\([^()\n]{1,16}\))?(?:号?那天)?(?: ?[:=|\t\n]{1,2}|是|为|于|在| is| on| was)?[ \"'(>\n|]{0,4}(?:公历|农历|阳历|阴历|大概|约)? ?"
)
_ANSWERED = rf"(?:{ASKED}{SPEAKER})"
_WHEN = r"(?:(?:是|在)?(?:几号|几月几号|哪天|哪一天|哪年|什么时候|多少号)[?啊呀呢]?|,? ?(?:is )?when[?]?|[?])?"
_FORM = gated(rf"(?:{_BORN_WORDS})[\"']?{_WHEN}{_ANSWERED}{_IS}({_DATE}|{_SHORT_DATE})(?:[子丑寅卯辰巳午未申酉戌亥]时)?", re.IGNORECASE)
_OBJECT = gated(  # {"birth": {"year": 1983, "month": 6, "day": 28}}
    r"birth\w{0,6}[\"']? ?[:=] ?\{\s{0,8}[\"']?year[\"']? ?[:=] ?((?:19|20)[0-9]{2},\s{0,8}[\"']?month[\"']? ?[:=] ?[0-9]{1,2},\s{0,8}[\"']?day[\"']? ?[:=] ?[0-9]{1,2})(?![0-9])",
    re.IGNORECASE,
)
_BORN_WHEN = gated(
    rf"(?:(?:你|您|他|她|孩子|宝宝)(?:是)?哪年(?:生|出生)?的?|when (?:were|was) (?:you|he|she) born)[?啊呀呢]?{SPEAKER}(?: ?[:\n])? ?(?:我是?)?({_DATE}|{_SHORT_DATE})",
    re.IGNORECASE,
)
_SPOKEN = gated(  # "56年5月20号生的", "我是83年6月的，", "身份证上是90年3月"
    rf"(?:(?<![0-9])({_DATE.replace('?P<', '?P<s')}|{_SHORT_DATE})(?:[,，]? ?(?:我|他|她|[小老大二三][\u4e00-\u9fff])?(?:就|才|早上|上午|中午|下午|晚上|凌晨|半夜|傍晚)?(?:出生|降生|来到人世)(?!率|人口|地|证)|生的|生人|[过的]?生日(?!派对|会|蛋糕|宴|礼|当天|快乐)|生(?=[,。;)]|$))"
    rf"|(?:[我他她]|孩子|老大|老二)(?:其实|应该|好像)?(?:就?是|属于)?({_SHORT_DATE})的?(?=[,。?!\n]|$)|身份证上(?:写|登记|印)?(?:的|着)?(?:是|就是)?({_DATE.replace('?P<', '?P<i')}|{_SHORT_DATE}))"
)
_BIRTHDAY = gated(
    rf"生\s{{0,2}}日{_WHEN}{_ANSWERED}(?:\([^()\n]{{1,8}}\))?(?:是|为|在|就是|[:| ]){{0,3}}(?:农历|阴历|阳历|公历)?({_DAY_OF_YEAR}|(?:1[0-2]|0?[1-9])[-/](?:3[01]|[12][0-9]|0?[1-9])(?![-/.0-9折]))"
    rf"|({_DAY_OF_YEAR}|(?<![0-9.])(?:1[0-2]|[1-9])\.(?:3[01]|[12][0-9]|[1-9])(?=是))(?:就?是(?:[我你他她]的?)?(?:妈妈?|爸爸?|女儿|儿子|孩子|宝宝|老[公婆]|女朋友|男朋友)?的?生日|过生日|出生的|生的)"
    rf"|(?i:(?:birthday|b-?day)(?:['’]s| is| was|:)? ?(?:on )?({_ENGLISH_DAY}|(?:1[0-2]|0?[1-9])/(?:3[01]|[12][0-9]|0?[1-9])(?![0-9/])))"
)
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
    for match in _OBJECT.finditer(text, focus):
        if _alive(match.group(1)):
            yield Found("personal.birth_date", *match.span(1), "label+date", 0.75)
    for pattern, proof in ((_BIRTHDAY, "label+date"), (_BORN_WHEN, "label+date"), (_SPOKEN, "sentence+date")):
        for match in pattern.finditer(text, focus):
            group = _value(match)
            if _alive(match.group(group)):
                yield Found("personal.birth_date", *match.span(group), proof, 0.5)
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


def _value(match: re.Match[str]) -> int:
    """The first group that took part: the date."""
    return next(number for number in range(1, len(match.groups()) + 1) if match.group(number))


def _alive(written: str) -> bool:
    year = re.search(r"(?:19|20)[0-9]{2}", written)
    return year is None or _OLDEST <= int(year.group()) <= date.today().year
