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
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from brightline.corpus.personal.found import Found
from brightline.corpus.personal.name_features import vouched
from brightline.corpus.personal.name_model import ONE, likelihood, name_model
from brightline.corpus.personal.name_places import EDGE, apart, are_words, characters, cut, folded, in_rows, near, near_dots
from brightline.corpus.personal.name_words import LABELS
from brightline.corpus.personal.traces import BETWEEN, end_of
from brightline.corpus.personal.views import View, view_of

__all__ = ["people_in"]

SURE = 0  # 16ths: from here on a place holds a name that words beside it vouch for (training/names/README.md: what other values would find)
BARE = 26  # how much surer the model has to be where nothing beside a name vouches for it (the same)
ROW = 16  # how much surer the model has to be of a place that nothing but its neighbour in a row vouches for (the same)
AGAIN = -2 * ONE  # from here on if the same characters are a name elsewhere in the document (own choice, by the same measurement)
_TOGETHER = 1 << 20  # bytes of documents that are looked at together: what a processor's cache holds (own choice)
_PART = 1 << 18  # characters of a longer document that are looked at together: bounds the memory (own choice)
_MARGIN = 128  # characters beside a part that are context only: more than a place or a piece around one reaches
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
_DOTS = str.maketrans(dict.fromkeys("•・･‧⋅", "·"))
_DOTTED_NAME = re.compile(
    rf"(?<![{_H}·])[{_H}]{{2,8}}(?:·[{_H}]{{1,8}}){{1,3}}(?![{_H}])|[{''.join(sorted(_FOREIGN - {'·'}))}]{{2,8}}(?:·[{''.join(sorted(_FOREIGN - {'·'}))}]{{1,8}}){{1,3}}"
)
_LABELLED = re.compile(rf"(?:{LABELS}|我叫|名叫|我是)[:：=|\s\"'>]{{0,4}}$")


class _Text(NamedTuple):
    """A run of characters that is looked at: ``text`` stands from ``begin`` on in ``view``, which shows a piece of the document from ``base``
    on (None: in the raw document). Names that begin between ``first`` and ``last`` (None: its end) are judged; the rest is context."""

    number: int
    text: str
    begin: int = 0
    view: View | None = None
    base: int = 0
    first: int = 0
    last: int | None = None


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
    for batch in _together(documents, bounds, frozenset(whole)):
        hits: dict[int, list[_Hit]] = {}
        for texts in batch:
            messy = _judge(texts, hits, find_mess=True)
            if messy:
                _judge(messy, hits, find_mess=False)
        for number, among in hits.items():
            names = _settled(among)
            if names:
                found[number] = names
    return found


def _together(documents: bytes, bounds: Sequence[int], whole: frozenset[int]) -> Iterator[Iterable[list[_Text]]]:
    """The documents with Chinese characters, some at a time; those of a batch are whole, but one that is longer comes in parts."""
    begin, many = 0, len(bounds) - 1
    while begin < many:
        end = max(begin + 1, min(bisect_right(bounds, bounds[begin] + _TOGETHER) - 1, many))
        texts = []
        for number, raw in enumerate(_decoded(documents, bounds, begin, end), begin):
            if number in whole or not raw.isascii():
                view = view_of(raw) if number in whole else None
                texts.append(_Text(number, raw if view is None else view.text, view=view))
        if len(texts) == 1 and len(texts[0].text) > _PART:
            yield ([part] for part in _parts(texts[0]))
        elif texts:
            yield [texts]
        begin = end


def _decoded(documents: bytes, bounds: Sequence[int], begin: int, end: int) -> list[str]:
    """The texts of some documents. What stands between documents may stand in one as well, or run over the end of one."""
    first, last = bounds[begin], end_of(documents, bounds, end - 1)
    if documents.count(b"\0", first, last) == BETWEEN.count(b"\0") * (end - begin - 1):
        return documents[first:last].decode("utf-8", "surrogatepass").split(_SEAM)
    return [documents[bounds[n] : end_of(documents, bounds, n)].decode("utf-8", "surrogatepass") for n in range(begin, end)]


def _parts(text: _Text) -> Iterator[_Text]:
    """A long document in parts, with context on both sides."""
    for begin in range(0, len(text.text), _PART):
        first = max(0, begin - _MARGIN)
        part = text.text[first : begin + _PART + _MARGIN]
        yield text._replace(text=part, begin=first, first=begin - first, last=begin - first + _PART)


def _judge(texts: list[_Text], hits: dict[int, list[_Hit]], *, find_mess: bool) -> list[_Text]:
    """Put what may be names among the hits of each document; gives pieces that have to be looked at in their view instead."""
    lengths = np.array([len(text.text) + EDGE for text in texts], np.int64)
    starts = np.cumsum(lengths) - lengths + EDGE
    codes = folded(characters(_ZEROS + _ZEROS.join([text.text for text in texts]) + _ZEROS))
    model = name_model()
    found = model.places(codes)
    messy: list[_Text] = []
    if find_mess:
        mess = near(codes, _MESS, found.start, _NEAR_BEFORE, _NEAR_BEHIND)
        messy = _pieces(texts, starts, np.concatenate([found.start[mess], apart(codes, _MESS)]))
        found = found.only(~mess)
    found, totals = model.sums(codes, found)
    found = cut(codes, found.only(totals >= AGAIN))
    totals = totals[totals >= AGAIN]
    spoken_for = vouched(codes, found)
    words = are_words(codes, found, model.tables) & ~spoken_for  # no neighbour in a row and no verb makes a name of them
    totals[words] = np.minimum(totals[words], SURE - 1)
    spoken_for |= in_rows(codes, found, totals >= SURE + np.where(spoken_for, 0, ROW))
    totals -= np.where(spoken_for, 0, BARE).astype(np.int32)
    which = np.searchsorted(starts, found.start, "right") - 1
    for of, at, size, total in zip(
        which.tolist(), (found.start - starts[which]).tolist(), found.size.tolist(), totals.tolist(), strict=True
    ):
        _add(hits, texts[of], at, size, total)
    dots = near_dots(codes)
    which = np.searchsorted(starts, dots, "right") - 1
    for of, at in zip(which.tolist(), (dots - starts[which]).tolist(), strict=True):
        _add_dotted(hits, texts[of], at)
    return messy


def _add_dotted(hits: dict[int, list[_Hit]], text: _Text, dot: int) -> None:
    """The name in two parts around a dot, if it is one."""
    begin = max(0, dot - 10)  # eight characters and one that is none of them
    around = text.text[begin : dot + 31].translate(_DOTS)
    for match in _DOTTED_NAME.finditer(around, 1 if begin else 0):
        if match.start() < dot - begin < match.end():
            start = begin + match.start()
            if _FOREIGN.issuperset(match.group()) or _LABELLED.search(text.text, max(0, start - 16), start):
                _add(hits, text, start, match.end() - match.start(), _DOTTED, "dot+characters")
            return


def _add(hits: dict[int, list[_Hit]], text: _Text, start: int, size: int, total: int, validator: str = "surname+model") -> None:
    if text.first <= start and (text.last is None or start < text.last):
        begin, end = text.begin + start, text.begin + start + size
        if text.view is not None:
            begin, end = text.view.raw_span(begin, end)
        hits.setdefault(text.number, []).append(_Hit(begin + text.base, end + text.base, total, text.text[start : start + size], validator))


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
        if last is not None and texts[last[0]].view is None:
            pieces.append(_piece(texts[last[0]], last[1], last[2]))
        last = (number, begin, end)
    return pieces


def _piece(text: _Text, begin: int, end: int) -> _Text:
    view = view_of(text.text[begin:end])
    last = None if end >= len(text.text) else max(len(view.text) - _INNER, 0)
    return _Text(text.number, view.text, 0, view, text.begin + begin, 0 if begin == 0 else _INNER, last)


def _settled(hits: Iterable[_Hit]) -> list[Found]:
    """Of places that overlap the likeliest; those below ``SURE`` only if a name of the document has the same characters, with what is known
    of that one: who is covered once is not left readable beside it."""
    ranked = sorted(set(hits), key=lambda hit: (-hit.total, hit.start - hit.end, hit.start, hit.validator))
    names: dict[str, int] = {}  # with the sum of the surest place
    kept: list[_Hit] = []
    taken = bytearray(max(hit.end for hit in ranked))  # a mark for each character: looking at what was kept would be quadratic
    for hit in ranked:
        again = hit.total < SURE
        if (not again or hit.name in names) and 1 not in taken[hit.start : hit.end]:
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
            total = names.setdefault(hit.name, hit.total)
            kept.append(replace(hit, total=total, validator=hit.validator + "+again") if again else hit)
    return [Found("personal.name", hit.start, hit.end, hit.validator, likelihood(hit.total)) for hit in sorted(kept)]
