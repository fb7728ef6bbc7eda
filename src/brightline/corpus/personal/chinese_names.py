"""Names of people in Chinese characters, where the words around them say that they are some. No model of a language.

Behind the label of a form (姓名：) or a role (司机), behind 我叫 and its like, before a form of address, before what is said of a person (（男, a
telephone number), at the head of a line of a chat, as a value in JSON beside other personal keys, and in lists with such a name; also
names of other peoples with a middle dot. The weaker the context, the more a word has to look like a name (``likeness``). Names in running
text without such words are missed, and so are most nicknames; docs/personal-data.md says how many.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from brightline.corpus.personal.context import heading, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.likeness import NEVER, is_double, likeness
from brightline.corpus.personal.name_words import BESIDE, COLUMN, COURTESIES, DATA, INTRODUCED, LABELS

__all__ = ["chinese_names", "chinese_names_in_columns"]

_H = "\u4e00-\u9fff"


def _early(alternation: str) -> str:
    """The alternation behind one class of its first characters: where none of them stands, no word is tried. Its words have no ``|`` within."""
    firsts = "".join(
        sorted({sign for word in alternation.split("|") for sign in (word[1 : word.index("]")] if word[0] == "[" else word[0])})
    )
    return f"(?=[{firsts}])(?:{alternation})"


_MIDDLE = rf"(?:·[{_H}]{{1,8}}){{0,3}}"
_SIGN = rf"(?: ?[:=|\t>/]| ?- ?|(?<=[名人户员师生长方主者]) ?\n|是|(?<=[名人方表主者户员])(?:为|叫|系)|(?<=[{_H}]) {{1,4}}(?=[{_H}]))"
_AFTER_LABEL = re.compile(
    rf"(?:{_early(LABELS)}|(?<!日)本人|[{_H}]{{1,4}}[人者员师](?= ?:))(?:的?姓名|的?名字|名)?(?: ?\([{_H}/、]{{1,8}}\))?[\"'\\\]】]{{0,2}}{_SIGN}[ \t\"'>（(\[【]{{0,4}}([{_H}]{{2,5}}{_MIDDLE})"
)
_ANY_LABEL = re.compile(
    rf"(?:^|(?<=[\n。;,|(]))[ \"]?[{_H}]{{2,6}}[\"]? ?[:=|][ \"'|]{{0,3}}([{_H}]{{2,4}})(?=[\"'}}]| *(?:$|[\n|;,。、(0-9]|  ))"
)
_BESIDE = re.compile(rf"{_early(BESIDE)}[\"“(]?([{_H}]{{2,5}}{_MIDDLE})")
_INTRODUCED = re.compile(rf"{_early(INTRODUCED)}[\"“]?([{_H}]{{2,5}}{_MIDDLE})")
_SURE = re.compile(r"我的?名字|我叫|名字叫|名叫|姓名是")
_FAIRLY_SURE = re.compile(r"我是|我就是|这里是|这边是|本人|这位是|.叫|尊敬的|亲爱的|敬爱的|真名|化名|全名|@|署名")
_COURTESY = re.compile(rf"([{_H}]{{2,4}}) ?(?={_early(COURTESIES)})")
_SHORT_COURTESY = re.compile(rf"(?:总|工|收)(?![{_H}])")
_FOLLOWED = re.compile(
    rf"([{_H}]{{2,4}})(?=[(,|、:/ \[【-]{{1,3}}(?:{DATA})|的(?![男女])(?:{DATA})|[ ,:|(/<\[-]{{1,3}}(?:\+?86[ -]?)?1[3-9][0-9] ?-?[0-9]|[ ,(<]{{1,2}}[A-Za-z0-9._-]{{2,32}}@)"
)
_CHAT = re.compile(
    rf"(?:^|(?<=\n)) ?[\[【(]?(?:(?:20[0-9]{{2}}[-/.年][0-9]{{1,2}}[-/.月][0-9]{{1,2}}日? )?[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}})?[\])】]? ?)?[\[【<]?([{_H}]{{2,4}})(?=[\]】>]? ?(?:\([^()\n]{{1,12}}\))? ?(?::|20[0-9]{{2}}[-/年]|[0-9]{{1,2}}:[0-9]{{2}}|说:|,? ?(?:你好|您好|早上好|下午好|晚上好)))"
)
_AT = re.compile(rf"@([{_H}]{{2,4}})(?![{_H}])")
_QUOTED = re.compile(rf"(?:[\"']|\n *)[A-Za-z_]{{0,16}}(?:name|user|contact|owner|person|customer|patient|sender|receiver|consignee|author|assignee)[\"']? ?: ?[\"']?([{_H}]{{2,4}}{_MIDDLE})(?=[\"',\n}}]|$)", re.IGNORECASE)  # fmt: skip
_PERSONAL_KEYS = re.compile(
    r"(?:[\"']|\n *)(?:[A-Za-z_]{0,12}(?:phone|mobile|tel|id_?card|id_?no|cert|gender|sex|age|birth|email|address|account|card|passport|wechat|qq)[A-Za-z_]{0,8}|身份证号?|手机号?|电话|住址|地址)[\"']? ?:",
    re.IGNORECASE,
)
_NEXT = re.compile(
    rf"(?:[^{_H}]|$|先生|女士|小姐|同学|老师|医生|电话|手机|联系|身份|证件|性别|年龄|出生|民族|地址|住址|住在|家住|男|女|汉族|收|今年|来自|的|是|和|与|及|于|因|已|在|到|将|从|说|同志|毕业|就读|现|微信|邮箱|银行|卡号|账号|护照|病历|病案|科室|诊断|入院|住院|车牌|向|购|签|申请|一名|职业|工作|单位|职务|户籍|生于"
    r"|称|反映|来电|报修|投诉|要求|表示|负责|同意|确认|不|未|曾|被|对|请|家|诉|等|为|系|驾|乘|有|拨|致|办|提|发|送|取|领|交|支|转|汇|付|存|预|下单|退|主|担|汇报|介绍|参加|出席|通过|使用|认为|就|你|您|我|上|下|每|昨|今|明天|本|总|副|工号|学号|编号)"
)
_BEFORE = re.compile(
    rf"(?:请|找|给|到|联系|转告|通知|致电|感谢|尊敬的|亲爱的|敬爱的|跟|和|与|对|由|是|叫|的|问|位|让|向|像|及|为|经|被|将|致|托|替|帮|代|听|见|{BESIDE}|委员|专家|导演|演员|歌手|主播|书记|主席|校长|人)$"
)
_LIST = re.compile(rf"(?:[、,/;|]| |和|与|及|以及) ?([{_H}]{{2,4}})(?=[、,/;|。.\n ()]|$|等|和|与|及)")
_CELL = re.compile(rf"(?:(?:(?<=[|\t,\n])|^) *|(?<=  ))([{_H}]{{2,5}}{_MIDDLE}) *(?=[|\t,\n]|  |$)")
_LINE = re.compile(rf"(?:^|\n) ?[{_H}]{{2,6}}(?: ?\([^()\n]{{1,12}}\))? ?:")
_NEVER_OPEN = 9.0  # more than any likeness
_MOST_IN_A_LIST = 60  # names that are followed along one list (own choice)


def chinese_names(text: str, focus: int = 0) -> Iterator[Found]:
    """Names whose words stand beside them, and those in a list with them."""
    for found in _first(text, focus):
        yield found
        yield from _listed(text, found)


def _first(text: str, focus: int) -> Iterator[Found]:
    for match in _AFTER_LABEL.finditer(text, focus):
        spaced = text[match.start(1) - 1] == " " and re.search(rf"[{_H}] +$", match.group()[: match.start(1) - match.start()])
        yield from _beginning(text, match, "label+surname", 0.7, *((0.0, 1.4) if spaced else (-1.2, 0.4)))
    for match in _ANY_LABEL.finditer(text, focus):
        yield from _beginning(text, match, "sign+surname", 0.55, 1.2, _NEVER_OPEN)
    for match in _BESIDE.finditer(text, focus):
        if "·" not in match.group(1):
            yield from _beginning(text, match, "role+surname", 0.55, 0.5, 1.5)
    for match in _INTRODUCED.finditer(text, focus):
        if "·" in match.group(1) and not _SURE.match(match.group()):
            continue
        sure, fair = _SURE.match(match.group()), _FAIRLY_SURE.match(match.group())
        least = (-0.8, 0.3) if sure else (1.0, 1.8) if fair else (1.2, 2.2)
        yield from _beginning(text, match, "introduction+surname", 0.6, *least)
    for match in _COURTESY.finditer(text, focus):
        short = text[match.end()] in "总工收"
        if not short or _SHORT_COURTESY.match(text, match.end()):
            yield from _ending(text, match, "courtesy+surname", 0.55, 1.0 if short else 0.3, 1.9)
    for match in _FOLLOWED.finditer(text, focus):
        yield from _ending(text, match, "data+surname", 0.6, 0.4, 1.9)
    for match in _CHAT.finditer(text, focus):
        timed = text[match.start() : match.start(1)].strip() or not re.match(
            r"[\]】>]? ?(?:\([^()\n]{1,12}\))? ?:", text[match.end() :][:20]
        )
        if likeness(match.group(1)) >= 0.8 and (timed or len(_LINE.findall(text)) > 1):
            yield Found("personal.name", *match.span(1), "line+surname", 0.5)
    for match in _AT.finditer(text, focus):
        if likeness(match.group(1)) >= 0.6:
            yield Found("personal.name", *match.span(1), "mention+surname", 0.5)
    has_keys: bool | None = None  # asked once: a text of many names would be searched for each
    for match in _QUOTED.finditer(text, focus):
        if (likeness(match.group(1)) >= -0.8 or "·" in match.group(1)) and has_keys is not False:
            has_keys = has_keys or _PERSONAL_KEYS.search(text) is not None
        if has_keys and (likeness(match.group(1)) >= -0.8 or "·" in match.group(1)):
            yield Found("personal.name", *match.span(1), "key+surname", 0.6)


def chinese_names_in_columns(text: str, focus: int = 0) -> Iterator[Found]:
    """Names under the heading of a column."""
    for match in _CELL.finditer(text, focus):
        over = heading(text, match.start(1))
        if over and words(COLUMN).search(over) and (likeness(match.group(1)) > -1.2 or "·" in match.group(1)):
            yield Found("personal.name", *match.span(1), "column+surname", 0.7)


def _beginning(text: str, match: re.Match[str], proof: str, score: float, least: float, least_open: float) -> Iterator[Found]:
    """The name with which a match's group begins. ``least``: its likeness where something else begins behind it; ``least_open``: where
    nobody knows."""
    start, written = match.start(1), match.group(1)
    length = len(written) if "·" in written else _length(text, start, written, least, least_open)
    if length:
        yield Found("personal.name", start, start + length, proof, score)


def _length(text: str, start: int, written: str, least: float, least_open: float) -> int:
    lengths = [length for length in ((4, 3) if is_double(written) else (3, 2)) if length <= len(written)]
    likely = {length: likeness(written[:length]) for length in lengths}
    for length in lengths:
        if likely[length] >= least and _NEXT.match(text, start + length):
            return length
    best = max(lengths, key=lambda length: likely[length] - (0.0 if length == lengths[0] else 0.3), default=0)
    return best if best and likely[best] >= least_open + (0.5 if best == 2 else 0.0) else 0


def _ending(text: str, match: re.Match[str], proof: str, score: float, least: float, least_open: float) -> Iterator[Found]:
    """The name with which a match's group ends. ``least``: its likeness where something else ends before it; ``least_open``: where
    nobody knows."""
    end = match.end(1)
    for length in (4, 3, 2):
        start = end - length
        if start < match.start(1):
            continue
        likely = likeness(text[start:end]) if length < 4 or is_double(text[start:end]) else NEVER
        left = text[max(0, start - 6) : start]
        closed = not left or not re.search(rf"[{_H}]$", left) or _BEFORE.search(left)
        if likely >= (least if closed else least_open) and (closed or length > 2):
            yield Found("personal.name", start, end, proof, score)
            return


def _listed(text: str, found: Found) -> Iterator[Found]:
    """Further names behind a name: 张伟、李娜和王强."""
    place = found.end
    for _ in range(_MOST_IN_A_LIST):
        match = _LIST.match(text, place)
        if match is None:
            return
        name = match.group(1)
        length = next((many for many in (4, 3, 2) if many <= len(name) and likeness(name[:many]) >= 0.5 and re.match(rf"[^{_H}]|$|等|和|与|及", text[match.start(1) + many :][:1])), 0)  # fmt: skip
        if not length:
            return
        place = match.start(1) + length
        yield Found("personal.name", match.start(1), place, "list+surname", 0.5)
