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
from itertools import pairwise

from brightline.text.views import Edit, without_overlaps

__all__ = ["MAX_JOINED", "MAX_NAMES", "MAX_VALUE", "assignments", "joined_edits", "joined_with"]

MAX_NAMES = 64
MAX_VALUE = 4_000
MAX_JOINED = 65_536

_MAX_ITEMS = 64
_NEAR = 24  # characters between a list and the word that says it is to be joined

_IDENTIFIER = r"(?<![A-Za-z0-9_])[A-Za-z_][A-Za-z0-9_]{0,31}(?![A-Za-z0-9_])"
_HAN_NAME = r"[\u4e00-\u9fff]{1,6}?[0-9A-Za-z]?"
_QUOTES = (('"', '"'), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’"), ("「", "」"), ("『", "』"), ("＂", "＂"))
_QUOTED = "(?:" + "|".join(f"{left}[^{left}{right}\n]{{0,{MAX_VALUE}}}{right}" for left, right in _QUOTES) + ")"
_TERM = rf"(?:{_QUOTED}|{_IDENTIFIER})(?:\[::-1\])?"
_ASSIGNMENT = re.compile(
    rf"""(?:(?P<name>{_IDENTIFIER}|{_HAN_NAME})|["'“](?P<key>[A-Za-z_][A-Za-z0-9_]{{0,31}}|[\u4e00-\u9fff]{{1,6}})["'”])
        \s*(?P<sign>\+=|:=|=>|->|[=＝:：]|为|是|等于|代表|表示|(?<=\s)(?:is|be|equals|as)(?=\s))\s*
        (?P<value>{_TERM}(?:\s*[+＋]\s*{_TERM}){{0,{_MAX_ITEMS}}})""",
    re.VERBOSE,
)
_BARE = re.compile(
    rf"(?P<name>{_IDENTIFIER}|(?<![\u4e00-\u9fff])[\u4e00-\u9fff]{{1,4}})\s*[=＝]\s*(?P<value>[^\s,，;；。、=＝+\"'“”‘’「」『』][^,，;；。、=＝+\n\"'“”「」『』]{{0,200}})"
)
_PART = re.compile(
    r"""(?P<name>(?:第[一二三四五六七八九十\d]{1,2}个?|[前后上下中]半?|[A-Da-d1-9])(?:部分|段|半|句|块|节|片|截)话?
        | (?:片段|部分|文本)[一二三四五六七八九\dA-Da-d]
        | (?:first|second|third|fourth|fifth|sixth|last)\ (?:part|half|piece|word|fragment)
        | (?:part|piece|fragment|segment|chunk)\ ?(?:[0-9]{1,2}|[a-d]|one|two|three|four|five))
        \s*(?:[:：=＝]|是|为|is)\s*(?P<value>[^\n;；。]{1,400})""",
    re.VERBOSE | re.IGNORECASE,
)
_NAME_PREFIX = re.compile(
    "^(?:再|并|然后|现在|这里|首先|其中|且|而|又)?(?:设置?|令|记|定义|把|将|用|让|假设|规定)?(?:字符串|变量|常量|字母)?(?=.)"
)
_KEYWORDS = frozenset(("let", "var", "const", "set", "print", "return", "and", "the", "is", "be", "as", "if", "in", "or", "not", "for"))

_LITERAL_JOIN = re.compile(
    r"join\s*\(|concat|\]\s*\.\s*join|连起来|连在一起|连接|拼接|拼起来|拼在一起|合起来|合在一起|串起来|组合|合并|combine|put.{0,12}together",
    re.IGNORECASE,
)
_JOIN = re.compile(
    rf"{_LITERAL_JOIN.pattern}|print|echo|console\.log|return|format|merge|together|append|join|依次|按顺序|顺次|相加|相连|接起来|加起来|加在一起|组成|输出|打印|回答|执行|拼|连",
    re.IGNORECASE,
)
_ALL_PARTS = re.compile(
    r"""(?:把|将)?(?:它们|他们|这些|以上|上面|上述|前后|所有|全部|各|两|三|四|五|几|这两|这三|这几)[的个段部分句片变量字符串内容文本]{0,8}(?:按顺序|依次|顺序|首尾)?
          (?:连起来|连在一起|连接起来|连接|拼接起来|拼接|拼起来|拼在一起|拼成|合起来|合在一起|合并|组合起来|组合|串起来|接起来|相连|组成|加起来)
      | (?:combine|concatenate|join|merge|put|assemble|stitch|glue)\ (?:(?:all|both)\ )?(?:of\ )?(?:them|these|those|it\ all|the\ (?:\w+\ )?(?:parts|pieces|halves|fragments|strings|variables|segments|chunks))(?:\ (?:all\ )?together)?
      | (?<=[;；。.,，\n])\s*(?:combine|concatenate|拼接|连接起来|连起来|组合起来|合起来)(?![A-Za-z])
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SUM = re.compile(r"[+＋&.~|<>]")
_SEPARATOR = r"\s{0,4}(?:[+＋,，、&~]|\.{1,2}|\|\||<>|和|与|跟|加上?|以?及|and|then|plus|followed by|再?接)\s{0,4}|\s{1,4}"
_REVERSED = re.compile(
    rf"(?P<slice>{_QUOTED}|{_IDENTIFIER})\s*(?:\[\s*::\s*-1\s*\]|\.\s*split\([^)\n]{{0,4}}\)\s*\.\s*reverse\(\))"
    rf"|(?:reversed?|strrev|rev)\s*\(\s*(?P<call>{_QUOTED}|{_IDENTIFIER})\s*\)"
    rf"|(?P<said>{_QUOTED})\s*(?:这句话|这段话|这几个字|这串字符)?(?:倒过来|反过来|倒着|倒序|逆序|反转|颠倒|反着)",
    re.IGNORECASE,
)
_SEEN = re.compile("[\"'`“‘「『＂=＝+＋:：]")


def joined_edits(text: str) -> list[Edit]:
    """The joins of one message, each read as what they put together."""
    return joined_with(text, {})


def joined_with(text: str, known: Mapping[str, str]) -> list[Edit]:
    """The joins of ``text`` over its own names and those of earlier messages; its own win."""
    if not known and _SEEN.search(text) is None:
        return []
    named, spans = _assigned(text, known)
    names = {**known, **named}
    found = [*_reversed(text, names), *_sums_assigned(text, names)]
    if len(names) > 1 or "+" in text or "＋" in text or _LITERAL_JOIN.search(text):
        found += _joins(text, names, spans)
    if names:
        found += _templates(text, names)
    if len(names) > 1:
        found += _all_parts(text, names, found)
    return _within_bounds(text, found)


def assignments(text: str) -> dict[str, str]:
    """The names that ``text`` gives to pieces of text, in their order."""
    return _assigned(text, {})[0] if _SEEN.search(text) else {}


# Names


def _assigned(text: str, known: Mapping[str, str]) -> tuple[dict[str, str], list[tuple[int, int]]]:
    """Names and values, and where in ``text`` the assignments stand."""
    names: dict[str, str] = {}
    spans: list[tuple[int, int]] = []
    matches = [match for pattern in (_ASSIGNMENT, _PART, _BARE) for match in pattern.finditer(text)]
    done = 0
    for match in sorted(matches, key=lambda match: (match.start("value"), match.re is _BARE, match.re is _PART)):
        name = _name_of(match)
        if match.start("value") < done or not name or (len(names) >= MAX_NAMES and name not in names):
            continue
        value = _value_of(match, {**known, **names})
        if value is None:
            continue
        sign = match.groupdict().get("sign")
        names[name] = ((names.get(name) or known.get(name) or "") + value if sign == "+=" else value)[:MAX_VALUE]
        spans.append(match.span())
        done = match.end()
    return names, spans


def _name_of(match: re.Match[str]) -> str:
    name = match["name"] or match.groupdict().get("key") or ""
    if name.isascii():
        return "" if name.lower() in _KEYWORDS else name
    return _NAME_PREFIX.sub("", name)


def _value_of(match: re.Match[str], names: Mapping[str, str]) -> str | None:
    """The text assigned; None if a name in it is unknown."""
    if match.re is not _ASSIGNMENT:
        return match["value"].strip().strip("\"'“”‘’「」『』`,，")
    pieces = [_text_of(term[0], names) for term in re.finditer(_TERM, match["value"])]
    return None if None in pieces else "".join(piece or "" for piece in pieces)


def _text_of(term: str, names: Mapping[str, str]) -> str | None:
    backwards = term.endswith("[::-1]")
    bare = term.removesuffix("[::-1]")
    text = bare[1:-1] if bare[0] in "\"'`“‘「『＂" else names.get(bare)
    return text[::-1] if text is not None and backwards else text


# Joins


def _joins(text: str, names: Mapping[str, str], spans: list[tuple[int, int]]) -> Iterator[Edit]:
    """Sums and lists of at least two names or literals."""
    item = re.compile(_items(names))
    row = re.compile(rf"(?:{item.pattern})(?:(?:{_SEPARATOR})(?:{item.pattern})){{1,{_MAX_ITEMS}}}", re.IGNORECASE)
    taken = iter(spans)
    span = next(taken, None)
    for match in row.finditer(text):
        while span and span[1] <= match.start():
            span = next(taken, None)
        if span and span[0] < match.end():
            continue
        items = list(item.finditer(match[0]))
        pieces = [_text_of(found[0], names) for found in items]
        between = [match[0][left.end() : right.start()].strip() for left, right in pairwise(items)]
        literal = all(found[0][0] in "\"'`“‘「『＂" for found in items)
        if None in pieces or not (all(_SUM.search(sign) for sign in between) or _is_to_be_joined(text, *match.span(), literal)):
            continue
        yield Edit(match.start(), match.end(), "".join(piece or "" for piece in pieces), "decoded")


def _items(names: Mapping[str, str]) -> str:
    """A name or a literal; a name of Latin letters stands alone and is assigned nothing here."""
    latin = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name.isascii())
    other = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if not name.isascii())
    parts = [_QUOTED]
    if latin:
        parts.append(rf"(?<![A-Za-z0-9_])(?:{latin})(?![A-Za-z0-9_])")
    if other:
        parts.append(f"(?:{other})")
    return rf"(?:{'|'.join(parts)})(?:\[::-1\])?"


def _is_to_be_joined(text: str, start: int, end: int, literal: bool) -> bool:
    word = _LITERAL_JOIN if literal else _JOIN
    return word.search(text, max(0, start - _NEAR), start) is not None or word.search(text, end, end + _NEAR) is not None


def _templates(text: str, names: Mapping[str, str]) -> Iterator[Edit]:
    """``{a}``, ``${a}``, ``$a``, ``{{a}}``: each place read as its value."""
    latin = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    place = rf"\$?\{{{{1,2}}\s{{0,2}}(?:{latin})(?:\[::-1\])?\s{{0,2}}\}}{{1,2}}|\$(?:{latin})(?![A-Za-z0-9_=])(?!\s{{0,2}}=)"
    for match in re.finditer(place, text):
        value = _text_of(match[0].strip("${} "), names)
        if value is not None:
            yield Edit(match.start(), match.end(), value, "decoded")


def _all_parts(text: str, names: Mapping[str, str], joins: list[Edit]) -> Iterator[Edit]:
    """``combine the parts``, if no join that names them is there."""
    if not joins:
        for match in _ALL_PARTS.finditer(text):
            yield Edit(match.start(), match.end(), _in_order(names.values()), "decoded")


def _in_order(values: Iterable[str]) -> str:
    """One after the other, with a space where two words of Latin letters meet."""
    joined = ""
    for value in values:
        meets = joined[-1:].isascii() and joined[-1:].isalnum() and value[:1].isascii() and value[:1].isalnum()
        joined += " " + value if meets else value
    return joined


def _sums_assigned(text: str, names: Mapping[str, str]) -> Iterator[Edit]:
    """``c = a + b``: what is assigned is a join itself."""
    for match in _ASSIGNMENT.finditer(text):
        if len(re.findall(_TERM, match["value"])) > 1 and (value := _value_of(match, names)) is not None:
            yield Edit(match.start("value"), match.end("value"), value, "decoded")


def _reversed(text: str, names: Mapping[str, str]) -> Iterator[Edit]:
    """Literals and names written to be read backwards."""
    for match in _REVERSED.finditer(text):
        term = match["slice"] or match["call"] or match["said"]
        value = _text_of(term, names)
        if value:
            yield Edit(match.start(), match.end(), value[::-1], "decoded")


def _within_bounds(text: str, edits: list[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    seen: set[str] = set()
    left = MAX_JOINED
    for edit in without_overlaps(edits):
        source = text[edit.start : edit.end]
        if source in seen or source == edit.reads or len(edit.reads) > left:
            continue
        seen.add(source)
        left -= len(edit.reads)
        kept.append(edit)
    return kept
