"""Names of people in Chinese characters, wherever they stand: in forms, lists and logs, and in running text.

Documents with Chinese characters are looked at together, as arrays of code points. Three things are looked for: places where the characters
are like a name's (``name_places``), judged with what stands beside them (``name_model``); the same name again where a document has it once
for sure; and names of other peoples with a middle dot (阿依古丽·买买提). Where markup or escapes stand near a place, or characters stand apart
as recognised print has them, the place is judged in its view (``views``).

Nobody knows here who is a public person, an author or a character of a novel. Surnames alone (王先生, 小李) are no names.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from brightline.corpus.personal.found import Found
from brightline.corpus.personal.name_model import ONE, likelihood, name_model
from brightline.corpus.personal.name_places import EDGE, apart, characters, folded, near, near_dots, vouched
from brightline.corpus.personal.name_words import LABELS
from brightline.corpus.personal.traces import BETWEEN, end_of
from brightline.corpus.personal.views import View, view_of

__all__ = ["people_in"]

SURE = 6  # 16ths: from here on a place holds a name that words beside it vouch for (training/names/README.md: what other values would find)
BARE = 28  # how much surer the model has to be where nothing beside a name vouches for it (the same)
AGAIN = -2 * ONE  # from here on if the same characters are a name elsewhere in the document (own choice, by the same measurement)
_TOGETHER = 1 << 20  # bytes of documents that are looked at together: what a processor's cache holds (own choice)
_DOTTED = 3 * ONE  # characters of other languages and a dot are hardly ever anything else (own choice)
_INNER = 12  # characters at the border of a piece that are context only
_SEAM = BETWEEN.decode()
_ZEROS = "\0" * EDGE
_MESS = "\\&<>*\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
_REACH_BEFORE, _REACH_BEHIND = 80, 40  # characters of a view around a place: a row of a table, a label in markup (own choice)
_NEAR_BEFORE, _NEAR_BEHIND = 24, 12  # characters in which markup makes a view necessary (own choice: a label and its signs)
_H = "\u4e00-\u9fff"
_FOREIGN = frozenset(  # what names of Uyghurs, Tibetans, Mongols and of other countries are written with (own list)
    "·"
    "万丹丽乃乌乔买亚亨仁以伊伦伯佩依保克兰其再凯切利别力加努勒卓南卜卡卫古史合吉吐吾哈嘉噶图土坚坦埃培塔夏多大夫央奇奥妮姆威娃娅娜孜安密尔尤尼山巴布希帕库康廉弗彼得德恩恰才扎托扬拉拜措提斯日旺明普曼朗木本杜来杰林查格桑梅森次欧比汗江汤沙治法泰泽"
    "洛海温热特玉玛珍理琪琳瑞瓦甘甫的皮盖祖科穆米索约纳维罗翰耶肯舍艾苏英茂茹莉莎莫莱莲萨蒂西詹诺谢贝费赛赞赫达迈迪逊里金阿雅雷霍青顿马鲁麦黛"
)
_DOTTED_NAME = re.compile(
    rf"(?<![{_H}·])[{_H}]{{2,8}}(?:·[{_H}]{{1,8}}){{1,3}}(?![{_H}])|[{''.join(sorted(_FOREIGN - {'·'}))}]{{2,8}}(?:·[{''.join(sorted(_FOREIGN - {'·'}))}]{{1,8}}){{1,3}}"
)
_LABELLED = re.compile(rf"(?:{LABELS}|我叫|名叫|我是)[:：=|\s\"'>]{{0,4}}$")


@dataclass(frozen=True, slots=True)
class _Text:
    """A document, or a piece of one from ``base`` on, as it is looked at. ``inner``: where names are judged; the rest is context."""

    number: int
    base: int
    view: View
    inner: tuple[int, int]


@dataclass(frozen=True, slots=True, order=True)
class _Hit:
    """A place in the raw text of a document, with the model's sum. ``name``: its characters as they were judged."""

    start: int
    end: int
    total: int
    name: str
    validator: str = "surname+model"


def people_in(documents: bytes, bounds: Sequence[int], whole: Collection[int] = ()) -> dict[int, list[Found]]:
    """The names in each document that has some, in their order, not overlapping. ``documents``, ``bounds``: as ``finder.find_in`` has them.
    ``whole``: documents whose escapes hide characters, which are looked at in their view as a whole."""
    found: dict[int, list[Found]] = {}
    for texts in _together(documents, bounds, frozenset(whole)):
        hits: dict[int, list[_Hit]] = {}
        messy = _judge(texts, hits, find_mess=True)
        if messy:
            _judge(messy, hits, find_mess=False)
        for number, among in hits.items():
            names = _settled(among)
            if names:
                found[number] = names
    return found


def _together(documents: bytes, bounds: Sequence[int], whole: frozenset[int]) -> Iterator[list[_Text]]:
    """The documents with Chinese characters, some at a time."""
    begin, many = 0, len(bounds) - 1
    while begin < many:
        end = max(begin + 1, min(bisect_right(bounds, bounds[begin] + _TOGETHER) - 1, many))
        raws = documents[bounds[begin] : end_of(documents, bounds, end - 1)].decode("utf-8", "surrogatepass").split(_SEAM)
        if len(raws) != end - begin:  # what stands between documents stands in one as well
            raws = [documents[bounds[n] : end_of(documents, bounds, n)].decode("utf-8", "surrogatepass") for n in range(begin, end)]
        texts = []
        for number, raw in enumerate(raws, begin):
            if number in whole or not raw.isascii():
                view = view_of(raw) if number in whole else View(raw)
                texts.append(_Text(number, 0, view, (0, len(view.text))))
        if texts:
            yield texts
        begin = end


def _judge(texts: list[_Text], hits: dict[int, list[_Hit]], *, find_mess: bool) -> list[_Text]:
    """Put what may be names among the hits of each document; gives pieces that have to be looked at in their view instead."""
    lengths = np.array([len(text.view.text) + EDGE for text in texts], np.int64)
    starts = np.cumsum(lengths) - lengths + EDGE
    codes = folded(characters(_ZEROS + _ZEROS.join([text.view.text for text in texts]) + _ZEROS))
    model = name_model()
    found = model.places(codes)
    messy: list[_Text] = []
    if find_mess:
        mess = near(codes, _MESS, found.start, _NEAR_BEFORE, _NEAR_BEHIND)
        messy = _pieces(texts, starts, np.concatenate([found.start[mess], apart(codes)]))
        found = found.only(~mess)
    found, totals = model.sums(codes, found)
    found = found.only(totals >= AGAIN)
    totals = totals[totals >= AGAIN] - np.where(vouched(codes, found), 0, BARE).astype(np.int32)
    for place in range(len(found)):
        start, size = int(found.start[place]), int(found.size[place])
        which = int(np.searchsorted(starts, start, "right")) - 1
        _add(hits, texts[which], start - int(starts[which]), size, int(totals[place]))
    for dot in near_dots(codes).tolist():
        which = int(np.searchsorted(starts, dot, "right")) - 1
        text, at = texts[which], dot - int(starts[which])
        match = next(
            (match for match in _DOTTED_NAME.finditer(text.view.text, max(0, at - 9), at + 30) if match.start() < at < match.end()), None
        )
        if match and (_FOREIGN.issuperset(match.group()) or _LABELLED.search(text.view.text, max(0, match.start() - 16), match.start())):
            _add(hits, text, match.start(), match.end() - match.start(), _DOTTED, "dot+characters")
    return messy


def _add(hits: dict[int, list[_Hit]], text: _Text, start: int, size: int, total: int, validator: str = "surname+model") -> None:
    if text.inner[0] <= start and start + size <= text.inner[1]:
        begin, end = text.view.raw_span(start, start + size)
        name = text.view.text[start : start + size]
        hits.setdefault(text.number, []).append(_Hit(begin + text.base, end + text.base, total, name, validator))


def _pieces(texts: list[_Text], starts: npt.NDArray[np.int64], at: npt.NDArray[np.int64]) -> list[_Text]:
    """What stands around some places, as views; those that touch are one."""
    pieces: list[_Text] = []
    at = np.unique(at)
    which = np.searchsorted(starts, at, "right") - 1
    last: tuple[int, int, int] | None = None
    for number, place in [*zip(which.tolist(), (at - starts[which]).tolist(), strict=True), (-1, 0)]:
        begin, end = max(0, place - _REACH_BEFORE), place + _REACH_BEHIND
        if last is not None and last[0] == number and begin <= last[2]:
            last = (number, last[1], end)
            continue
        if last is not None and texts[last[0]].view.places is None:
            pieces.append(_piece(texts[last[0]], last[1], last[2]))
        last = (number, begin, end)
    return pieces


def _piece(text: _Text, begin: int, end: int) -> _Text:
    raw = text.view.text
    view = view_of(raw[begin:end])
    size = len(view.text)
    inner = (0 if begin == 0 else min(_INNER, size), size if end >= len(raw) else max(size - _INNER, 0))
    return _Text(text.number, begin, view, inner)


def _settled(hits: Iterable[_Hit]) -> list[Found]:
    """Of places that overlap the likeliest; those below ``SURE`` only if a name of the document has the same characters."""
    ranked = sorted(set(hits), key=lambda hit: (-hit.total, hit.start - hit.end, hit.start))
    names: set[str] = set()
    kept: list[_Hit] = []
    for hit in ranked:
        again = hit.name in names and hit.total < SURE
        if (hit.total >= SURE or again) and all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(replace(hit, validator=hit.validator + "+again") if again else hit)
            names.add(hit.name)
    return [Found("personal.name", hit.start, hit.end, hit.validator, likelihood(hit.total)) for hit in sorted(kept)]
