r"""A text put together from named pieces: what assignments and joins in a message, or over several, amount to.

Read are assignments (``a = "…"``, ``let b = '…'``, ``设甲为“…”``, ``"key": "…"``, ``a = b + "…"``, ``a += "…"``) and labelled parts (``first part: …;``,
``第二部分：…``), and of joins

* sums of names and literals: ``a + b``, ``"…" + "…"``, ``a . b``, ``a .. b``, ``a & b``;
* lists beside a word that joins: ``print(a, b)``, ``''.join([a, "…"])``, ``把甲和乙连起来``, ``combine a and b``;
* templates: ``f"{a}{b}"``, ``${a}${b}``, ``$a$b``, ``{{a}}``;
* ``把它们拼起来``, ``combine the parts``: all pieces in their order;
* what is written backwards: ``a[::-1]``, ``reverse("…")``, ``把“…”倒过来``.

No code is evaluated: names stand for text, and nothing but joining and reversing is done to it. Bounds: ``MAX_NAMES`` names,
``MAX_VALUE`` characters a value, ``MAX_JOINED`` characters of joined text a message; an expression that occurs twice is read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import islice

from brightline.text.views import Edit, without_overlaps

__all__ = ["MAX_JOINED", "MAX_NAMES", "MAX_VALUE", "assignments", "joined_edits", "joined_with"]

MAX_NAMES = 64
MAX_VALUE = 4_000
MAX_JOINED = 65_536

_MAX_ITEMS = 64  # of one sum or list
_MAX_ASSIGNMENTS = 512  # of each form that are looked at
_MAX_PLACES = 20_000  # names and literals of a text that are looked at
_MAX_BARE = 200  # characters of a value without quotes

_OPENING = "\"'`“‘「『＂"
_QUOTES = (('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"), ("＂", "＂"))
_QUOTED = "(?:" + "|".join(f"{left}[^{left}{right}\n]{{0,{MAX_VALUE}}}{right}" for left, right in _QUOTES) + ")"
_IDENTIFIER = "[A-Za-z_][A-Za-z0-9_]{0,31}(?![A-Za-z0-9_])"
_BACKWARDS = r"(?:\[\s?::\s?-1\s?\])"
_TERM = rf"(?:{_QUOTED}|\$?{_IDENTIFIER}){_BACKWARDS}?"
_PLUS = r"\s{0,4}(?:[+＋]|加上?|连上?)\s{0,4}"

# An assignment is found by its sign and what follows; the name stands before it.
_ASSIGNMENT = re.compile(
    rf"(?P<sign>\+=|:=|=>|->|[=＝:：]|为|是|等于|代表|表示|(?<=\s)(?:is|be|equals|as)(?=\s))\s{{0,4}}(?P<value>{_TERM}(?:{_PLUS}{_TERM}){{0,{_MAX_ITEMS}}})"
)
_VALUE_FIRST = re.compile(
    rf"(?P<value>{_QUOTED})\s{{0,4}}(?:记|设|定义|命名|赋值?给?|存入|保存|叫|称)[为作成到做]?\s{{0,4}}(?P<name>{_IDENTIFIER}|[\u4e00-\u9fff](?![\u4e00-\u9fff]))"
)
_BARE = re.compile(
    rf"[=＝]\s{{0,4}}(?P<value>[^\s,，;；。、=＝+＋()\[\]{{}}<>{_OPENING}”’」』][^,，;；。、=＝+＋()\[\]{{}}<>\n{_OPENING}”’」』]{{0,{_MAX_BARE}}})"
)
_NAME_BEFORE = re.compile(
    rf"(?:(?<![A-Za-z0-9_])(?P<name>{_IDENTIFIER})|[\"'“](?P<key>[A-Za-z_][A-Za-z0-9_]{{0,31}}|[\u4e00-\u9fff]{{1,6}})[\"'”]|(?P<han>[\u4e00-\u9fff]{{1,8}}[0-9A-Za-z]?))\s{{0,4}}$"
)
_NAME_REACH = 48
_NAME_PREFIX = re.compile(
    "^(?:再|并|然后|现在|这里|首先|其中|且|而|又|请)?(?:设置?|令|记|定义|把|将|用|让|假设|规定|假定)?(?:字符串|变量|常量|字母)?(?=.)"
)
_NAME_MOST_HAN = 6
_KEYWORDS = frozenset(
    ("let", "var", "const", "set", "print", "return", "and", "the", "is", "be", "as", "if", "in", "or", "not", "for", "it", "this", "that")
)
_PART_WORDS = (*"段半句块节片截", "部分", "文本", "art", "alf", "iece", "ord", "ragment", "egment", "hunk")
# What every match of _PART holds: the end of a name and what follows, or four letters of a word (in what stands for them without case).
_PART_NAMED = re.compile(r"[段半句块节片截分本](?:话?\s{0,4}(?:[:：=＝是为]|[iI\u0130\u0131][sS\u017f])|[一二三四五六七八九\dA-Da-d])")
_FOUR_LETTERS = re.compile("[A-Za-z\u0130\u0131\u017f\u212a]{4}")
_PART = re.compile(
    r"""(?P<name>(?:第[一二三四五六七八九十\d]{1,2}个?|[前后上下中]半?|[A-Da-d1-9])(?:部分|段|半|句|块|节|片|截)话?
        | (?:片段|部分|文本)[一二三四五六七八九\dA-Da-d]
        | (?:first|second|third|fourth|fifth|sixth|last)\ (?:part|half|piece|word|fragment)
        | (?:part|piece|fragment|segment|chunk)\ ?(?:[0-9]{1,2}|[a-d]|one|two|three|four|five))
        \s{0,4}(?:[:：=＝]|是|为|is)\s{0,4}(?P<value>[^\n;；。]{1,400})""",
    re.VERBOSE | re.IGNORECASE,
)

_SEPARATOR = re.compile(
    r"\s{0,4}(?:(?P<sum>[+＋&~]|\.\.|\|\||<>|(?<=\s)\.(?=\s)|\.(?=\$))|[,，、]|和|与|跟|加上?|[以]?及|and|then|plus|followed by|再?接)\s{0,4}|\s{1,4}",
    re.IGNORECASE,
)
_HAN_JOIN = "连起来|连在一起|连接|拼接|拼起来|拼在一起|拼成|合起来|合在一起|串起来|串成|组合|合并|接起来|组成"
_ENGLISH_JOIN = "concat|combine|combining|merge|join|together"
_JOIN_AFTER = re.compile(
    rf"[\])\s”’」』\"']{{0,4}}(?:这?[两几三四五]?个?(?:变量|字符串|部分|字|词|句)?)?(?:按顺序|依次|直接)?(?:{_HAN_JOIN}|相加|相连|加起来|加在一起|依次)|[\])]{{1,2}}\s?\.\s?join|\s{{1,2}}(?:{_ENGLISH_JOIN})",
    re.IGNORECASE,
)
_JOIN_BEFORE = re.compile(
    rf"(?:(?:{_HAN_JOIN}|{_ENGLISH_JOIN}|print(?:ln|f)?|echo|log|return|format|paste0?|strcat|输出|打印|回答|执行)\w{{0,3}}[^\w\n]{{0,4}}|(?:combine|concatenate|merge|join) (?:the )?(?:strings|variables|parts|values) )$",
    re.IGNORECASE,
)
_LITERAL_BEFORE = re.compile(rf"(?:{_HAN_JOIN}|\.join|concat\w{{0,5}}|strcat|paste0?)[^\w\n]{{0,4}}$", re.IGNORECASE)
_LITERAL_AFTER = re.compile(
    rf"[\])\s]{{0,4}}(?:这?[两几三四五]?个?(?:字符串|部分|字|词|句话?)?)?(?:按顺序|依次|直接)?(?:{_HAN_JOIN})|[\])]{{1,2}}\s?\.\s?join",
    re.IGNORECASE,
)
_LITERAL_JOIN_SEEN = re.compile(f"{_HAN_JOIN}|join|concat|strcat|paste|[&.~|<>]", re.IGNORECASE)
_NEAR = 32  # characters in which the word stands that says that a list is to be joined

_ALL_PARTS = re.compile(
    r"""(?:把|将)?(?:它们|他们|这些|以上|上面|上述|前后|所有|全部|[各两三四五几]|这两|这三|这几)[的个段部分句片变量字符串内容文本]{0,8}(?:按顺序|依次|顺序|首尾)?
          (?:连起来|连在一起|连接起来|连接|拼接起来|拼接|拼起来|拼在一起|拼成|合起来|合在一起|合并|组合起来|组合|串起来|接起来|相连|组成|加起来)
      | (?:combine|concatenate|join|merge|put|assemble|stitch|glue)\ (?:(?:all|both)\ )?(?:of\ )?
          (?:them|these|those|it\ all|the\ (?:\w{1,12}\ )?(?:parts|pieces|halves|fragments|strings|variables|segments|chunks))(?:\ (?:all\ )?together)?
      | (?<=[;；。.,，\n])\s{0,4}(?:combine|concatenate|拼接|连接起来|连起来|组合起来|合起来)(?![A-Za-z])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TEMPLATE = re.compile(
    rf"\$?\{{{{1,2}}\s{{0,2}}(?P<inside>(?:{_IDENTIFIER}|[\u4e00-\u9fff]{{1,6}}){_BACKWARDS}?)\s{{0,2}}\}}{{1,2}}|\$(?P<bare>{_IDENTIFIER})(?!\s{{0,2}}[=.])"
)
_REVERSED = re.compile(
    rf"(?P<slice>{_QUOTED}|(?<![A-Za-z0-9_]){_IDENTIFIER})\s{{0,2}}(?:{_BACKWARDS}|\.\s?split\([^)\n]{{0,4}}\)\s?\.\s?reverse\(\))"
    rf"|(?:reversed?|strrev|rev)\s?\(\s?(?P<call>{_QUOTED}|{_IDENTIFIER})\s?\)"
    rf"|(?P<said>{_QUOTED})\s{{0,2}}(?:这句话|这段话|这几个字|这串字符)?(?:倒过来|反过来|倒着|倒序|逆序|反转|颠倒|反着)",
    re.IGNORECASE,
)
_ASSIGNED_TO = re.compile(r"\s{0,4}(?:[=＝](?!=)|:=|\+=|[:：]\s{0,4}[" + re.escape(_OPENING) + "])")
_SEEN = re.compile(f"[{_OPENING}=＝]")
_REVERSAL_SEEN = re.compile(r"-1\s?\]|rev|[倒反逆颠]", re.IGNORECASE)


def joined_edits(text: str) -> list[Edit]:
    """The joins of one message, each read as what they put together."""
    return joined_with(text, {})


def joined_with(text: str, known: Mapping[str, str]) -> list[Edit]:
    """The joins of ``text`` over its own names and those of earlier messages; its own win."""
    matches = _assignments(text)
    if not (known or matches or _SEEN.search(text)):
        return []
    named, spans = _assigned(text, matches, known)
    names = {**known, **named}
    found: list[Edit] = []
    if _REVERSAL_SEEN.search(text):
        found += _reversed(text, names)
    found += _sums_assigned(text, matches, names)
    if names or "+" in text or "＋" in text or _LITERAL_JOIN_SEEN.search(text):
        found += _joins(text, names, spans)
    if names:
        found += _templates(text, names)
    if len(names) > 1 and not found:
        found += (Edit(match.start(), match.end(), _in_order(names.values()), "decoded") for match in _ALL_PARTS.finditer(text))
    return _within_bounds(text, found) if found else []


def assignments(text: str) -> dict[str, str]:
    """The names that ``text`` gives to pieces of text, in their order."""
    return _assigned(text, _assignments(text), {})[0]


# Names


def _assignments(text: str) -> list[re.Match[str]]:
    """Where a value may be given a name, in the order of the values."""
    if _SEEN.search(text) is None:
        seen = any(map(text.__contains__, _PART_WORDS)) and (_PART_NAMED.search(text) or _FOUR_LETTERS.search(text))
        return list(_PART.finditer(text)) if seen else []
    patterns = (_ASSIGNMENT, _VALUE_FIRST, _PART, _BARE)
    matches = [match for pattern in patterns for match in islice(pattern.finditer(text), _MAX_ASSIGNMENTS)]
    return sorted(matches, key=lambda match: (match.start("value"), patterns.index(match.re)))


def _assigned(text: str, matches: list[re.Match[str]], known: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[int, int]]]:
    """Names and values, and where in ``text`` the values stand that are no joins."""
    names: dict[str, str] = {}
    spans: list[tuple[int, int]] = []
    done = 0
    for match in matches:
        if match.start("value") < done:
            continue
        name = _name_of(text, match)
        if not name or (len(names) >= MAX_NAMES and name not in names):
            continue
        value = _value_of(match, known, names)
        if value is None:
            continue
        sign = match.groupdict().get("sign")
        names[name] = ((names.get(name) or known.get(name) or "") + value if sign == "+=" else value)[:MAX_VALUE]
        spans.append(match.span("value"))
        done = match.end("value")
    return names, spans


def _name_of(text: str, match: re.Match[str]) -> str:
    """The name that is assigned to, "" if there is none."""
    if match.re in (_VALUE_FIRST, _PART):
        return str(match["name"])
    before = _NAME_BEFORE.search(text, max(0, match.start() - _NAME_REACH), match.start())
    if before is None:
        return ""
    if before["han"]:
        name = _NAME_PREFIX.sub("", before["han"])
        return name if len(name) <= _NAME_MOST_HAN else ""
    name = before["name"] or before["key"]
    return "" if name.lower() in _KEYWORDS else name


def _value_of(match: re.Match[str], known: Mapping[str, str], names: Mapping[str, str]) -> str | None:
    """The text assigned; None if a name in it is unknown."""
    if match.re in (_PART, _BARE):
        return match["value"].strip().strip(_OPENING + "”’」』,，")
    pieces = [_text_of(term[0], known, names) for term in re.finditer(_TERM, match["value"])]
    return None if None in pieces else "".join(piece or "" for piece in pieces)


def _text_of(term: str, *names: Mapping[str, str]) -> str | None:
    """What a literal or a name stands for, read backwards if it says so; None for an unknown name."""
    backwards = term.endswith("]")
    bare = (term[: term.rindex("[")] if backwards else term).lstrip("$")
    text = bare[1:-1] if bare[0] in _OPENING else next((known[bare] for known in reversed(names) if bare in known), None)
    return text[::-1] if text is not None and backwards else text


# Joins


def _sums_assigned(text: str, matches: list[re.Match[str]], names: Mapping[str, str]) -> Iterator[Edit]:
    """``c = a + b``: what is assigned is a join itself."""
    for match in matches:
        if match.re is _ASSIGNMENT and len(re.findall(_TERM, match["value"])) > 1:
            value = _value_of(match, {}, names)
            if value is not None:
                yield Edit(match.start("value"), match.end("value"), value, "decoded")


def _joins(text: str, names: Mapping[str, str], spans: list[tuple[int, int]]) -> Iterator[Edit]:
    """Sums and lists of at least two names or literals."""
    row: list[tuple[int, int, str, str]] = []  # start, end, what it stands for, the sign before it
    for start, end, piece in _items(text, names, spans):
        sign = _SEPARATOR.fullmatch(text, row[-1][1], start) if row else None
        side_by_side = bool(row) and row[-1][1] == start and "\u4e00" <= text[start] <= "\u9fff"  # 甲乙
        if (sign is None and not side_by_side) or len(row) >= _MAX_ITEMS:
            yield from _row(text, row)
            row = []
        row.append((start, end, piece, "+" if sign and sign["sum"] else ","))
    yield from _row(text, row)


def _items(text: str, names: Mapping[str, str], spans: list[tuple[int, int]]) -> Iterator[tuple[int, int, str]]:
    """Names and literals that are not assigned or assigned to here: start, end, what they stand for."""
    assigned = iter(spans)
    span = next(assigned, None)
    pattern = _item_pattern(tuple(name for name in names if not name.isascii()))
    for match in islice(pattern.finditer(text), _MAX_PLACES):
        start, end = match.span()
        while span and span[1] <= start:
            span = next(assigned, None)
        if (span and span[0] < end) or _ASSIGNED_TO.match(text, end):
            continue
        piece = _text_of(match[0], names)
        if piece is not None:
            yield start, end, piece


@lru_cache(64)
def _item_pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    """Literals, identifiers, and Chinese names, the longest first."""
    han = "".join(f"|{re.escape(name)}" for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?:{_QUOTED}|(?<![A-Za-z0-9_])\$?{_IDENTIFIER}{han}){_BACKWARDS}?")


def _row(text: str, row: list[tuple[int, int, str, str]]) -> Iterator[Edit]:
    """The row as one if it is to be joined; else the sums in it."""
    if len(row) < 2:
        return
    literal = all(text[item[0]] in _OPENING for item in row)
    if all(sign == "+" for _, _, _, sign in row[1:]) or _is_to_be_joined(text, row[0][0], row[-1][1], literal):
        yield Edit(row[0][0], row[-1][1], "".join(piece for _, _, piece, _ in row), "decoded")
        return
    first = 0
    for n in range(1, len(row) + 1):
        if n == len(row) or row[n][3] != "+":
            if n - first > 1:
                yield Edit(row[first][0], row[n - 1][1], "".join(piece for _, _, piece, _ in row[first:n]), "decoded")
            first = n


def _is_to_be_joined(text: str, start: int, end: int, literal: bool) -> bool:
    before, after = (_LITERAL_BEFORE, _LITERAL_AFTER) if literal else (_JOIN_BEFORE, _JOIN_AFTER)
    return after.match(text, end, end + _NEAR) is not None or before.search(text[max(0, start - _NEAR) : start]) is not None


def _templates(text: str, names: Mapping[str, str]) -> Iterator[Edit]:
    """``{a}``, ``${a}``, ``$a``, ``{{a}}``: each place read as its value."""
    for match in islice(_TEMPLATE.finditer(text), _MAX_PLACES):
        value = _text_of(match["inside"] or match["bare"], names)
        if value is not None:
            yield Edit(match.start(), match.end(), value, "decoded")


def _in_order(values: Iterable[str]) -> str:
    """One after the other, with a space where two words of Latin letters meet."""
    joined = ""
    for value in values:
        meets = joined[-1:].isascii() and joined[-1:].isalnum() and value[:1].isascii() and value[:1].isalnum()
        joined += " " + value if meets else value
    return joined


def _reversed(text: str, names: Mapping[str, str]) -> Iterator[Edit]:
    """Literals and names written to be read backwards."""
    for match in _REVERSED.finditer(text):
        value = _text_of(match["slice"] or match["call"] or match["said"], names)
        if value:
            yield Edit(match.start(), match.end(), value[::-1], "decoded")


def _within_bounds(text: str, edits: list[Edit]) -> list[Edit]:
    """Without overlaps and repetitions, and no more joined text than ``MAX_JOINED``."""
    kept: list[Edit] = []
    seen: set[str] = set()
    left = MAX_JOINED
    for edit in without_overlaps(edits):
        source = text[edit.start : edit.end]
        if source in seen or source == edit.reads or not edit.reads or len(edit.reads) > left:
            continue
        seen.add(source)
        left -= len(edit.reads)
        kept.append(edit)
    return kept
