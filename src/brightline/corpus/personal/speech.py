"""Numbers as people say, spell and type them in pieces: 幺三八，零零一三…, 138 啊 0013 然后 8000, "one three eight, double oh …", 四个八.

What is said is written down (``heard``): figures in words become digits, and what parts the groups of one number (commas, 啊, 然后, "dash", a
line of its own in a chat) is left out. The detectors of numbers then read that, and what they find is told in places of the text as it
stands. Digits in pieces need a word for what they are before them, for "138，1400，1500" may be sizes; figures in words need none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from brightline.corpus.personal import accounts, cards, identity, phones, vehicles
from brightline.corpus.personal.context import after, before, words
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.gated import gated
from brightline.corpus.personal.labels import SPEAKER
from brightline.corpus.personal.numbers import numbers_in
from brightline.corpus.personal.views import Places, View

__all__ = ["TRACES", "heard", "spoken"]

_FIGURES = {
    **dict.fromkeys("零〇○", "0"),
    **dict.fromkeys("幺一壹", "1"),
    **dict.fromkeys("二贰两", "2"),
    **dict.fromkeys("三叁", "3"),
    **dict.fromkeys("四肆", "4"),
    **dict.fromkeys("五伍", "5"),
    **dict.fromkeys("六陆", "6"),
    **dict.fromkeys("七柒", "7"),
    **dict.fromkeys("八捌", "8"),
    **dict.fromkeys("九玖", "9"),
}
_WORDS = {
    word: str(value) for value, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
} | {
    "oh": "0",
    "o": "0",
}
_F = "[零〇○幺一壹二贰两三叁四肆五伍六陆七柒八捌九玖]"
_TIMES = r"[二两三四五六七八2-8]个(?:[0-9]|[零幺一二三四五六七八九])"
_W = r"(?:(?:double|triple)[ -])?(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_GAP = r"(?:[ ,、。.…~*·—-]|[\U0001f300-\U0001faff]|啊|呃|嗯|哦|额|然后(?:是)?|接着(?:是)?|后面是?|最后(?:四位)?是?|中间是?|再是?|对|的|杠|空格)"
_LINE = rf"(?:{SPEAKER.removesuffix('?')}|\n)"
_CHINESE = gated(
    rf"(?:[A-Z][ ,]{{0,2}})?(?:{_TIMES}|{_F}|[0-9]{{1,8}}+)(?:{_GAP}{{0,4}}+(?:{_TIMES}|{_F}|[0-9]{{1,8}}+|(?<=[0-9零〇幺一二三四五六七八九])[ ,]?X(?![A-Za-z]))){{1,24}}+(?![0-9A-Za-z])"
)
_CHAT = gated(
    rf"(?<![0-9])(?:1[3-9][0-9]{_LINE}[0-9]{{4}}{_LINE}[0-9]{{4}}|[1-9][0-9]{{5}}{_LINE}(?:19|20)[0-9]{{6}}{_LINE}[0-9]{{3}}[0-9X])(?![0-9])"
)
_ENGLISH = gated(
    rf"(?<![A-Za-z])(?:[A-Z][ ,.]{{1,2}}){{0,2}}{_W}(?:(?:[ ,.-]{{1,3}}|,? (?:and|then|uh|um|dash|space) )(?:{_W}|[0-9])){{5,20}}+(?:[ ,.]{{1,2}}[A-Z])?(?![A-Za-z])",
    re.IGNORECASE,
)
_PLATE = gated(
    rf"(?<![A-Za-z0-9])[{vehicles.PROVINCES}] ?[A-Z](?:[ ,、.·-]{{0,2}}(?:[A-Z]|{_TIMES}|{_F}|[0-9]{{1,6}}+)){{3,6}}(?![A-Za-z0-9])"
)
_SIGN = re.compile(rf"最后四位|{_TIMES}|{_F}|[0-9]|[A-Z]")
_ENGLISH_SIGN = re.compile(rf"最后四位|{_W}|[0-9]|(?-i:(?<![A-Za-z])[A-Z](?![A-Za-z]))", re.IGNORECASE)
_SHORTEST = 7  # signs of what is looked for: an account of QQ has five and more, but hardly anybody's now has less (own choice)
_AS_WRITTEN = re.compile(r"[A-Z]?[ ]?[0-9]+(?:[ .·-]{1,3}[0-9]+)*(?: ?X)?")  # other families read this
_REPEATED = re.compile(r"([0-9]{3})[,、 ]{1,2}(?=\1)")  # "it begins with 186, 186 …"
_TALK = re.compile("[啊呃嗯哦额\U0001f300-\U0001faff]|然后|接着|后面|最后|中间")
_CALLED = (
    phones.PHONE_WORDS
    + r"|记一?下|你记|我念|念给|报给|找我|我的?号|打[我这他她]|呼我|开头|座机|卡号|账号|身份证|证件|证号|护照|居住证|永居|编号|QQ|扣扣|企鹅|number|social|card|licen[cs]e"
)
_PART = r"(?:[ ,，、。.…~～*—·-]|啊|呃|嗯|哦|额|然后|接着|后面|最后|对|的|再|四位|是|[\x{1f300}-\x{1faff}])"
TRACES = (  # google-re2
    rf"{_F}(?:{_PART}{{0,4}}(?:{_F}|[两三四五六七八]个)){{5}}|[0-9幺一二三四五六七八九零]{{3}}(?:后面)?是?[两三四五六七八2-8]个[0-9零幺一二三四五六七八九]"
    rf"|1[3-9][0-9]{_PART}{{1,5}}[0-9]{{4}}{_PART}{{1,5}}[0-9]{{4}}|1[3-9][0-9]\n[^\n0-9]{{0,12}}[0-9]{{4}}\n|[0-9]{{6}}{_PART}{{1,5}}[0-9]{{8}}{_PART}{{1,9}}[0-9]{{3}}[0-9X]|[0-9]{{3,4}}(?:[，、] ?[0-9]{{3,4}}){{2}}|0[0-9]{{2,3}}，[2-9][0-9]{{6,7}}|area code|1[3-9][0-9](?:后面|然后|接着)是?[0-9]{{4}}|[0-9]{{6}}\n[^\n0-9]{{0,12}}[0-9]{{8}}\n|[0-9]{{6}}[，, ]{{0,2}}(?:然后|接着)[0-9]{{8}}"
    rf"|[{vehicles.PROVINCES}] ?[A-Z][，、 ]?(?:{_F}|[0-9]{{0,4}}[，、 ])|(?i:\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)(?:[ ,.-]{{1,3}}(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)){{4}})|\b[A-Z] [零幺一二三四五六七八九]{{4}}"
)
_AREA = gated(r"area code,? (?:is )?[2-9][0-9]{2},? (?:and )?(?:then )?[2-9][0-9]{2}[ ,-]{1,2}[0-9]{4}(?![0-9])", re.IGNORECASE)


def spoken(text: str, focus: int = 0) -> Iterator[Found]:
    """What is found in numbers that are said or typed in pieces, from ``focus`` on."""
    view, runs = heard(text, focus)
    if not runs:
        return
    begins = [begin for begin, _, _ in runs]
    for hit in _detected(view.text):
        start, end = view.raw_span(hit.start, hit.end)
        begin, stop, sure = runs[max(0, bisect_left(begins, end) - 1)]
        if begin < end and start < stop and (sure or _is_called(text, begin, stop)):
            yield Found(hit.rule, start, end, hit.validator + "+spoken", min(hit.score, 0.7))


def _detected(text: str) -> Iterator[Found]:
    for number in numbers_in(text):
        for detector in (identity.number_identity, phones.number_phone, cards.card):
            found = detector(text, number)
            if found:
                yield found
    yield from phones.written_phones(text)
    yield from accounts.labelled(text)
    yield from identity.code_identities(text)
    yield from vehicles.plates(text)


def _is_called(text: str, start: int, end: int) -> bool:
    """Is it said what the digits are, beside them or in the line before?"""
    return words(_CALLED).search(before(text, start, 32)) is not None or words(_CALLED).search(after(text, end, 12)) is not None


def heard(text: str, focus: int = 0) -> tuple[View, list[tuple[int, int, bool]]]:
    """The text with all such numbers written down, and where they stand in it; sure: figures in words, or talk between the groups."""
    runs = sorted(_runs(text, focus))
    places, parts, done = Places(), [], 0
    kept: list[tuple[int, int, bool]] = []
    for begin, end, written in runs:
        if begin < done or text[begin - 1 : begin] == "第":
            continue  # (第一三八…号: the number of a thing)
        parts.append(text[done:begin])
        places.add(begin - done, done)
        for sign, start, stop in written:
            parts.append(sign)
            places.add(len(sign), start, stop)
        kept.append((begin, end, _is_sure(text[begin:end])))
        done = end
    parts.append(text[done:])
    places.add(len(text) - done, done)
    return View("".join(parts), places), kept


_Written = tuple[int, int, list[tuple[str, int, int]]]
"""Where a number is said, and for each of its signs what it is and where it was said."""


def _is_sure(said: str) -> bool:
    figures = sum(sign in _FIGURES for sign in said) + 3 * ("幺" in said)
    return figures >= 6 or _TALK.search(said) is not None or re.search(r"(?i)[a-z]{3}", said) is not None or said[:1] in vehicles.PROVINCES


def _runs(text: str, focus: int) -> Iterator[_Written]:
    for match in _PLATE.finditer(text, focus):
        yield (
            match.start(),
            match.end(),
            [(text[match.start()], match.start(), match.start() + 1), *_signs(text, match.start() + 1, match.end())],
        )
    for match in _CHAT.finditer(text, focus):
        yield (
            match.start(),
            match.end(),
            [
                sign
                for part in re.finditer("[0-9]+X?", match.group())
                if len(part.group()) >= 3
                for sign in _signs(text, match.start() + part.start(), match.start() + part.end())
            ],
        )
    for match in _CHINESE.finditer(text, focus):
        again = _REPEATED.match(match.group())
        begin = match.start() + (again.end() if again else 0)
        signs = [] if _AS_WRITTEN.fullmatch(match.group()) else list(_signs(text, begin, match.end()))
        if sum(len(sign) for sign, _, _ in signs) >= _SHORTEST:
            yield begin, match.end(), signs
    for match in _ENGLISH.finditer(text, focus):
        yield match.start(), match.end(), _grouped([*_english_signs(text, *match.span())])
    for match in _AREA.finditer(text, focus):
        yield match.start(), match.end(), _grouped([*_english_signs(text, *match.span())])


def _signs(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for match in _SIGN.finditer(text, start, end):
        said = match.group()
        if said[0] == "最":
            continue  # "and the last four"
        if "个" in said:
            many, sign = (_FIGURES.get(one, one) for one in (said[0], said[-1]))
            yield sign * int(many), *match.span()
        else:
            yield _FIGURES.get(said, said), *match.span()


def _english_signs(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    for match in _ENGLISH_SIGN.finditer(text, start, end):
        said = match.group().lower()
        many = 2 if said.startswith("double") else 3 if said.startswith("triple") else 1
        word = re.split("[ -]", said)[-1]
        yield (_WORDS[word] * many if word in _WORDS else match.group()), *match.span()


def _grouped(signs: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """Ten digits as North America writes a telephone number, eleven from 0 on as Britain does: that is how their numbers are known."""
    digits = "".join(sign for sign, _, _ in signs)
    cuts = (3, 6) if len(digits) == 10 and digits[0] in "23456789" else (5,) if len(digits) == 11 and digits[0] == "0" else ()
    if not digits.isdecimal():
        return signs
    grouped, count = [], 0
    for sign, start, end in signs:
        cut = next((cut - count for cut in cuts if count < cut <= count + len(sign)), None)
        apart = "-" if len(cuts) == 2 else " "
        grouped.append((sign if cut is None else sign[:cut] + apart + sign[cut:], start, end))
        count += len(sign)
    return grouped
