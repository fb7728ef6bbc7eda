"""How a rule is quoted: the instrument's official name and the article in Chinese legal form, or its English counterpart.

``Rule.article`` has one grammar for texts that are divided into articles (laws, regulations, departmental rules and
normative documents)::

    49          第四十九条                    Art. 49
    291-1       第二百九十一条之一             Art. 291-1
    13.2        第十三条第二款                 Art. 13, para. 2          款: an unnumbered paragraph
    4(1)        第四条第一项                  Art. 4, item (1)          项: a numbered item
    57.1(2)     第五十七条第一款第二项         Art. 57, para. 1, item (2)

Standards and guides have clauses (第5.1条, clause 5.1), campaign notices have points (第2.6点, point 2.6). An empty
article cites the instrument as a whole. The drafting terms are those of the legislation itself: 条, 款, 项. Items stand as
（一） in the text and are cited without brackets, as present-day laws and judgments cite them; older documents keep them.
"""

from __future__ import annotations

import re

from brightline.model import Instrument, Rule, Status

__all__ = ["chinese_number", "cite", "is_article"]

_ARTICLE = re.compile(r"(?P<article>[1-9]\d{0,3})(?:-(?P<of>[1-9]\d?))?(?:\.(?P<paragraph>[1-9]\d?))?(?:\((?P<item>[1-9]\d?)\))?", re.ASCII)
_CLAUSE = re.compile(r"[0-9A-Z][0-9A-Za-z.() -]{0,30}", re.ASCII)
_DIGITS = "零一二三四五六七八九"
_BY_ARTICLE = frozenset({Status.LAW, Status.REGULATION, Status.RULE, Status.NORMATIVE})


def cite(rule: Rule, instrument: Instrument, lang: str = "zh") -> str:
    """《中华人民共和国网络安全法》第四十九条 (``zh``) or ``Cybersecurity Law, Art. 49`` (``en``)."""
    if lang.lower().startswith("en"):
        return f"{instrument.title_en}{_english(rule)}"
    return f"{_official_name(instrument)}{_chinese(rule)}"


def is_article(article: str, status: Status) -> bool:
    """True if ``article`` follows the grammar for texts of this rank (empty: the whole text)."""
    grammar = _ARTICLE if status in _BY_ARTICLE else _CLAUSE
    return article == "" or grammar.fullmatch(article) is not None


def chinese_number(value: int) -> str:
    """A number from 1 to 9999 as legal texts write it: 10 十, 49 四十九, 102 一百零二, 1019 一千零一十九."""
    if not 1 <= value <= 9999:
        raise ValueError(f"no article has the number {value}")
    text, gap = "", False
    for place, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + name
        gap = False
    return text.removeprefix("一") if 10 <= value <= 19 else text


def _official_name(instrument: Instrument) -> str:
    if instrument.status in (Status.MANDATORY_STANDARD, Status.RECOMMENDED_STANDARD) and instrument.number:
        return f"{instrument.number}《{instrument.title_zh}》"
    # A campaign notice is known by its announcement; its own heading was not published in full.
    return instrument.title_zh if instrument.status is Status.CAMPAIGN else f"《{instrument.title_zh}》"


def _chinese(rule: Rule) -> str:
    if not rule.article:
        return ""
    parts = _ARTICLE.fullmatch(rule.article) if rule.status in _BY_ARTICLE else None
    if parts is None:
        return f"第{rule.article}{'点' if rule.status is Status.CAMPAIGN else '条'}"
    text = f"第{chinese_number(int(parts['article']))}条"
    if parts["of"]:
        text += f"之{chinese_number(int(parts['of']))}"
    if parts["paragraph"]:
        text += f"第{chinese_number(int(parts['paragraph']))}款"
    if parts["item"]:
        text += f"第{chinese_number(int(parts['item']))}项"
    return text


def _english(rule: Rule) -> str:
    if not rule.article:
        return ""
    parts = _ARTICLE.fullmatch(rule.article) if rule.status in _BY_ARTICLE else None
    if parts is None:
        return f", {'point' if rule.status is Status.CAMPAIGN else 'clause'} {rule.article}"
    text = f", Art. {parts['article']}" + (f"-{parts['of']}" if parts["of"] else "")
    if parts["paragraph"]:
        text += f", para. {parts['paragraph']}"
    if parts["item"]:
        text += f", item ({parts['item']})"
    return text
