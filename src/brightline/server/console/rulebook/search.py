"""Finding a rule as people look one up: words of either language, an id, or a text's name with an article in digits or numerals.

Query and rulebook go through the text engine's own base lane, so width, case, and traditional characters make no
difference. ``治安管理处罚法第八十二条``, ``psa 82``, ``Art. 82`` and ``８２`` all lead to the same article; a number that a
revision left behind leads to the article of today. Where nothing contains all that was asked for, the nearest are offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from brightline.model import Rule
from brightline.rulebook import Rulebook
from brightline.text import Goal, GoalBook
from brightline.text.lanes import base_form

__all__ = ["Article", "Finder", "Found", "Query", "article_key", "parse", "plain"]

MOST_CHARS = 200
_NEAREST = 10
_ALIKE_FROM = 0.4  # share of the query's pairs of characters (of Latin text: triples) that a near text has; below, the offers looked random
_FEWEST_PIECES = 3  # of a shorter query everything or nothing is alike

_NUMBER = r"\d{1,4}|[零〇一二两三四五六七八九十百千]{1,9}"
_CHINESE = re.compile(rf"第?\s*({_NUMBER})\s*条(?:\s*之\s*({_NUMBER}))?(?:\s*第?\s*({_NUMBER})\s*款)?(?:\s*第?\s*\(?({_NUMBER})\)?\s*项)?")
_ENGLISH = re.compile(
    r"(?<![a-z])(?:articles?|arts?\.?|clause|point|§)\s*(\d{1,4})(?:-(\d{1,2}))?"
    r"(?:(?:\.|,?\s*para(?:graph|\.)?\s*)(\d{1,2}))?(?:,?\s*(?:item\s*)?\((\d{1,2})\))?"
)
_BARE = re.compile(r"(\d{1,4})(?:-(\d{1,2}))?(?:\.(\d{1,2}))?(?:\((\d{1,2})\))?")
_GLUED = re.compile(r"(\D*[\u3400-\u9fff])(\d{1,4}(?:-\d{1,2})?)")
_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_PIECES = re.compile(r"\d+|[^\d]+")


@dataclass(frozen=True, slots=True)
class Article:
    """An article as somebody asked for it; None where no ``之``, paragraph or item was named."""

    number: int
    of: int | None = None
    paragraph: int | None = None
    item: int | None = None

    def matches(self, article: str) -> bool:
        """True if ``article`` (of a rule) is the one asked for, or a part of it."""
        parts = _BARE.fullmatch(article)
        if parts is None:
            return False
        number, of, paragraph, item = (int(piece) if piece else None for piece in parts.groups())
        return (
            number == self.number
            and of == self.of
            and (self.paragraph is None or paragraph == self.paragraph)
            and (self.item is None or item == self.item)
        )


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked for: words that must all occur, articles, and numbers that may be either. ``squeezed`` is all of it as an id."""

    words: tuple[str, ...]
    articles: tuple[Article, ...]
    numbers: tuple[str, ...]
    squeezed: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found. ``former`` tells for a rule under which former id or number it was asked for; ``nearest``: no full match."""

    rules: tuple[Rule, ...]
    goals: tuple[Goal, ...]
    instruments: tuple[str, ...]
    former: dict[str, str]
    nearest: bool = False


def plain(text: str) -> str:
    """A text as it is compared: the base lane, spaces single."""
    return " ".join(base_form(text).split())


def parse(text: str) -> Query:
    """Take a query apart. Total: any text is a query, of at most ``MOST_CHARS`` characters."""
    rest = plain(text[:MOST_CHARS])
    squeezed = _squeezed(rest)
    articles: list[Article] = []

    def take(match: re.Match[str]) -> str:
        pieces = [_value(piece) if piece else None for piece in match.groups()]
        if pieces[0] is not None:
            articles.append(Article(pieces[0], *pieces[1:]))
        return " "

    rest = _ENGLISH.sub(take, _CHINESE.sub(take, rest))
    words: list[str] = []
    numbers: list[str] = []
    for word in rest.split():
        word = word.strip("《》\"'“”‘’,;:。、()")
        glued = _GLUED.fullmatch(word)
        if glued:
            words.append(glued[1].strip("《》"))
            numbers.append(glued[2])
        elif _BARE.fullmatch(word):
            numbers.append(word)
        elif word:
            words.append(word)
    return Query(tuple(dict.fromkeys(words)), tuple(dict.fromkeys(articles)), tuple(dict.fromkeys(numbers)), squeezed)


def article_key(article: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts articles as a text has them: 4(2), 4(10), 13, 13.2, 291, 291-1; lettered clauses after numbers."""
    return tuple((0, int(piece), "") if piece.isdigit() else (1, 0, piece) for piece in _PIECES.findall(article))


class Finder:
    """Searches a rulebook and a book of goals; builds its index once."""

    def __init__(self, rulebook: Rulebook, goals: GoalBook) -> None:
        self._book = rulebook
        self._goals = tuple(goals)
        self._texts = {rule.id: _Text(rule, rulebook) for rule in rulebook.rules.values()}
        self._names = {
            each.id: plain(f"{each.id}\n{each.title_zh}\n{each.title_en}\n{each.number}") for each in rulebook.instruments.values()
        }
        self._goal_names = [plain(f"{goal.id}\n{goal.title_zh}\n{goal.title_en}") for goal in self._goals]
        self._ids = {_squeezed(plain(old)): (new, old) for old, new in rulebook.aliases.items()}
        self._ids |= {_squeezed(plain(each.id)): (each.now, each.id) for each in rulebook.renumbered.values()}
        self._ids |= {_squeezed(plain(rule_id)): (rule_id, "") for rule_id in rulebook.rules}

    def find(self, text: str) -> Found:
        """Rules, goals and instruments for a query, the best first; the nearest rules where none has everything."""
        query = parse(text)
        ranked: dict[str, tuple[int, ...]] = {}
        former: dict[str, str] = {}
        by_id = self._ids.get(query.squeezed) if query.squeezed else None
        if by_id:
            ranked[by_id[0]] = (0,)
            if by_id[1]:
                former[by_id[0]] = by_id[1]
        stale = self._book.stale(text.strip().upper())  # paragraphs and items of a former article, such as CSL-47.1
        if stale:
            ranked.setdefault(stale.now, (1,))
            former.setdefault(stale.now, stale.id)
        for rule_id, number in self._renumbered(query):
            ranked.setdefault(rule_id, (1,))
            former.setdefault(rule_id, number)
        if query.words or query.articles or query.numbers:
            for rule_id, known in self._texts.items():
                rank = known.rank(query)
                if rank is not None:
                    ranked.setdefault(rule_id, rank)
        order = sorted(ranked, key=lambda rule_id: (ranked[rule_id], *self._texts[rule_id].place))
        goals, instruments = self._found_goals(query), self._found_instruments(query)
        if not order and not goals and not instruments:
            near = self._nearest(plain(text[:MOST_CHARS]))
            return Found(tuple(self._book.rules[rule_id] for rule_id in near), (), (), {}, nearest=True)
        return Found(tuple(self._book.rules[rule_id] for rule_id in order), goals, instruments, former)

    def _renumbered(self, query: Query) -> Iterable[tuple[str, str]]:
        """Rules whose former article in the named text was asked for."""
        if not query.words or not (query.articles or query.numbers):
            return
        for each in self._book.renumbered.values():
            instrument, _, article = each.id.partition("-")
            asked = any(one.matches(article) and one.paragraph is None for one in query.articles) or article in query.numbers
            if asked and all(word in self._names[instrument] for word in query.words):
                yield each.now, each.id

    def _found_goals(self, query: Query) -> tuple[Goal, ...]:
        words = (*query.words, *query.numbers)
        if not words or query.articles:
            return ()
        having = [(goal, name) for goal, name in zip(self._goals, self._goal_names, strict=True) if all(word in name for word in words)]
        together = " ".join(words)  # a title that has the words as they were asked for comes first
        named = [goal for goal, _ in sorted(having, key=lambda each: together not in each[1])]
        listed = [goal for goal in self._goals if goal not in named and all(_lists(goal, word) for word in words)]
        return (*named, *listed)

    def _found_instruments(self, query: Query) -> tuple[str, ...]:
        words = (*query.words, *query.numbers)
        if not words or query.articles:
            return ()
        return tuple(each for each, name in self._names.items() if all(word in name for word in words))

    def _nearest(self, text: str) -> list[str]:
        size = 3 if text.isascii() else 2
        pieces = {text[index : index + size] for index in range(len(text) - size + 1) if " " not in text[index : index + size]}
        if len(pieces) < _FEWEST_PIECES:
            return []
        alike = {rule_id: sum(piece in known.all for piece in pieces) / len(pieces) for rule_id, known in self._texts.items()}
        near = [rule_id for rule_id, share in alike.items() if share >= _ALIKE_FROM]
        return sorted(near, key=lambda rule_id: (-alike[rule_id], rule_id))[:_NEAREST]


class _Text:
    """What of a rule is searched, in order of weight."""

    __slots__ = ("all", "article", "first", "place", "second")

    def __init__(self, rule: Rule, book: Rulebook) -> None:
        instrument = book.instruments[rule.instrument]
        self.article = rule.article
        self.place = (rule.instrument, article_key(rule.article), rule.id)
        self.first = plain(f"{rule.id}\n{' '.join(book.former_ids(rule.id))}\n{rule.title_zh}\n{rule.title_en}")
        self.second = plain(
            f"{instrument.id}\n{instrument.title_zh}\n{instrument.title_en}\n{book.citation(rule.id, 'zh')}\n{book.citation(rule.id, 'en')}"
        )
        last = plain(f"{rule.obligation_zh}\n{rule.obligation_en}\n{instrument.number}\n{rule.threshold}\n{rule.note}")
        self.all = f"{self.first}\n{self.second}\n{last}"

    def rank(self, query: Query) -> tuple[int, ...] | None:
        """Where the rule stands among the answers, smaller first; None if it lacks something."""
        if not all(one.matches(self.article) for one in query.articles):
            return None
        weight = 2
        for number in query.numbers:
            if _as_article(number).matches(self.article) or number == self.article:
                continue
            if number not in self.all:
                return None
            weight = max(weight, 6)
        for word in query.words:
            if word in self.first:
                continue
            if word in self.second:
                weight = max(weight, 3)
            elif word in self.all:
                weight = max(weight, 4)
            else:
                return None
        return (weight,)


def _lists(goal: Goal, word: str) -> bool:
    """True if one of the goal's words has that word in it."""
    return any(word in entry.base for slot in goal.slots for entry in slot.entries)


def _as_article(number: str) -> Article:
    parts = _BARE.fullmatch(number)
    assert parts is not None  # noqa: S101 - only bare numbers come here
    pieces = [int(piece) if piece else None for piece in parts.groups()]
    return Article(pieces[0] or 0, *pieces[1:])


def _value(number: str) -> int | None:
    """The value of digits or of Chinese numerals (八十二, 一百零二, 一零二); None for what is no number, such as 十十."""
    if number.isascii() and number.isdigit():
        return int(number)
    if not _PLACES.keys() & set(number):
        return int("".join(str(_DIGITS[character]) for character in number))
    total, digit, smallest = 0, None, 10_000
    for character in number:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
            continue
        place = _PLACES[character]
        if place >= smallest:
            return None
        total += (1 if digit in (None, 0) else digit) * place
        digit, smallest = None, place
    return total + (digit or 0)


def _squeezed(text: str) -> str:
    """Letters and digits alone, as ids differ by them."""
    return "".join(character for character in text if character.isascii() and character.isalnum()) if text.isascii() else ""
