"""The shape lane: letters that look like others, leetspeak, and numbers written with anything but digits.

Four readings, each only where a text mixes what nobody mixes by accident (UTS #39, section 5, mixed scripts):

* **Look-alike letters.** A run of letters of Latin script and another one is read in Latin letters (``vіаgrа``). A run wholly of
  another script only if the message holds no real word of that script and the run is a word of the goals' fields (``ѕех``).
* **Leetspeak.** A word with digits or signs among its letters (``v1agra``, ``p0rn``, ``$ex``) is read in letters if that gives a
  known word. Signs are ambiguous (1 is i or l, 6 is g or b): of all readings the one that is a *known word* counts, so text and
  entry agree without a skeleton form on the entry's side. Known are the words in ``known`` (what the engine's entries are made
  of), the fields' words and common English; the first two win over the third. A sign at the rim (``$ex``) is
  weak evidence and needs a word of the first two kinds, unless the message is known to be written in leet.
* **Both through separators**: ``v.1.a.g.r.a``, ``v1-agra``.
* **Numbers** (``shape_numbers``). Chinese, financial and foreign numerals, and o, l, i among digits, where five or more stand in a
  row with at most one separator a gap; digits of a script that the message does not use, in any number.

Model numbers, units, addresses, identifiers and pure Russian or Greek text stay as they are. What is read is only *another*
reading: the base lane still sees the raw text.
"""

from __future__ import annotations

import re
from collections.abc import Container
from functools import cache
from itertools import islice, product

from brightline.text.lanes import Indices, normalise
from brightline.text.shape_numbers import BEYOND, LETTERS_BEYOND, foreign_digits, number_seen, numbers, strange_numerals
from brightline.text.shape_tables import english_words, field_words, leet_signs, look_alikes
from brightline.text.views import Edit

__all__ = ["shape_edits"]

_MAX_WORD = 24  # longer than any entry's word that one would write in leet
_MAX_WINDOWS = 100_000  # rows of pieces that are looked at as one word
_MAX_READINGS = 16  # of one word
_MAX_TRIED = 2000  # different words of a text whose readings are looked up: what a hostile text may cost
_LATIN_NAMED = 4  # shorter words with Latin letters of other languages (før) are words of those languages
_ENGLISH_AT_LEAST = 4  # shorter ones are as often a model, a unit or an abbreviation (m4n, b1g)
_SIGNS_A_LETTER = 2  # of a word that common English confirms
_FULL_LEET_AT_LEAST = 5  # letters of a word with fewer letters left than that (5l075)
_MOST_OPEN = 4  # letters of a word that may be i or l
_LEET_MESSAGE = 2  # words of leet after which weak evidence is enough

_SIGNS = re.escape("0123456789@$!|€£¢¥₿฿₦₩₮₭₳")
_WORD = rf"[a-z{_SIGNS}]"
_PIECE = rf"[a-z{re.escape('0123456789@$!€£¢¥₿฿₦₩₮₭₳')}]"  # the bar is more often put between letters than written for one
_GAP = r"(?:[^\w\n@$!\[\](){}<>\"'`#;。？]|[_丶])"
_TOKENS = re.compile(rf"{_WORD}{{2,}}|(?<![a-z0-9.,:/-])[14](?![a-z0-9.,:/-])|(?<=[a-z0-9]')5(?![a-z0-9])")
_LETTERS = re.compile("[a-z]{2,}")
_CHAINS = re.compile(rf"(?<!{_PIECE}){_PIECE}{{1,{_MAX_WORD}}}(?:{_GAP}{{1,3}}{_PIECE}{{1,{_MAX_WORD}}})+")
_PIECES = re.compile(rf"{_PIECE}+")
_NO_LEET = re.compile(r"2|\d{4}")  # 2 stands for no letter, and rows of digits are numbers
_ORDER = re.compile(r"[-=:/.\s]")
_SIGN = re.compile(rf"[{_SIGNS}]")
_NUMERONYM = re.compile(r"[a-z]\d{2}[a-z]")  # a11y, l10n: a letter, a count, a letter
_MODEL = re.compile(r"\d{2,}[a-z]+|[a-z]+\d+")  # 90s, gpt4, iphone15
_SUFFIXES = ("s", "es", "ed", "er", "ers", "ing")
_ENDINGS = ("s", "d", "r", "g")  # the last letters of these
_SMALL_WORDS = {
    "4": "a",
    "5": "s",  # after an apostrophe
    "1": "i",
    "70": "to",
    "17": "it",
    "15": "is",
    "47": "at",
    "50": "so",
    "45": "as",
    "533": "see",
    "7357": "test",
}  # in leet
_BEFORE_CODE = frozenset("/_\\#&=%@.")
_AFTER_CODE = frozenset("/_\\=([@")

# In the raw text: a Latin letter in any of its forms, or something invisible beside one.
_LATINISH = "A-Za-z\u00ad\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufe0f\ufeffＡ-Ｚａ-ｚⒶ-ⓩ🅐-🆉\U0001d400-\U0001d7cb\u0370-\u058f"
_LEET_SEEN = re.compile(
    rf"[{_SIGNS}０-９①-⑨❶-❾](?:(?=[{_LATINISH}])|(?<=[{_LATINISH}].)|(?=[^\w\n]{{1,3}}[{_LATINISH}](?![A-Za-z])|[^\w\s]{{1,3}}[{_LATINISH}]))",
    re.DOTALL,
)


def shape_edits(text: str, known: Container[str] = frozenset()) -> list[Edit]:
    """What of ``text`` is to be read in other letters or digits; ``known``: lower-case words that the entries are made of."""
    foreign = not text.isascii() and _foreign_seen().search(text) is not None
    leet = _LEET_SEEN.search(text) is not None
    number = number_seen(text)
    if not (foreign or leet or number):
        return []
    reading = _Reading(text, foreign, known)
    if foreign:
        reading.mixed_runs()
    if foreign or leet:
        reading.chains()
        reading.leet()
    if foreign:
        reading.reads |= foreign_digits(reading.plain, reading.latin)
    if number:
        reading.reads |= numbers(reading.plain)
    return reading.edits()


class _Reading:
    """One text while it is read: ``plain`` is its base lane, ``latin`` the same with look-alikes as Latin letters, and
    ``reads`` what base characters turned out to stand for.
    """

    def __init__(self, text: str, foreign: bool, known: Container[str]) -> None:
        piece = normalise(text)
        self.text = text
        self.at: Indices = piece.at
        self.plain = piece.base
        self.latin = _in_latin(text, piece.base) if foreign else piece.base
        self.known = known
        self.reads: dict[int, str] = {}
        self.windows = _MAX_WINDOWS
        self.found = 0  # evidence that the message is written in leet
        self.tried: dict[tuple[str, bool, int], str] = {}

    def edits(self) -> list[Edit]:
        """Raw edits. Of a raw character that is several in the base lane (㎏) no part is read differently."""
        found = []
        for n in sorted(self.reads):
            start = int(self.at[n])
            alone = (n == 0 or int(self.at[n - 1]) < start) and (n + 1 == len(self.plain) or int(self.at[n + 1]) > start)
            if alone and self.reads[n] != self.plain[n]:
                found.append(Edit(start, start + 1, self.reads[n], "shape"))
        return found

    # Look-alike letters

    def mixed_runs(self) -> None:
        """Runs of letters of two scripts, and words that are wholly of another script where nothing else is."""
        alone: bool | None = None
        for match in _LETTERS.finditer(self.latin):
            start, end = match.span()
            plain = self.plain[start:end]
            if plain == match[0] or self._beside_unread(start, end):
                continue
            if not any(character.isascii() for character in plain) and not self._latin_named(plain):
                if alone is None:
                    alone = self._no_real_foreign_word()
                reads = alone and self.in_fields(match[0])
            else:
                reads = self._reads_as_latin(self._raw_letters(start, end), match[0])
            if reads:
                self.reads.update(enumerate(self._settled(plain, match[0]), start))
        if self.reads and self._no_real_foreign_word():
            self._read_single_letters()

    def _read_single_letters(self) -> None:
        """In a message with a disguised word and without a word of another alphabet no letter is what it seems to be: ``а bоmb``."""
        sure = look_alikes().sure
        for match in _foreign_seen().finditer(self.plain):
            n = match.start()
            if self.plain[n] in sure and "a" <= self.latin[n] <= "z":
                self.reads.setdefault(n, self.latin[n])

    def _settled(self, plain: str, word: str) -> str:
        """``word``, or, if it is none, the known word with i for l or l for i where the letters leave it open (ӏ, Ӏ)."""
        open_at = [n for n, letter in enumerate(plain) if not letter.isascii() and word[n] in "il"]
        if not open_at or len(open_at) > _MOST_OPEN or self.common(word):
            return word
        for letters in product("il", repeat=len(open_at)):
            chosen = dict(zip(open_at, letters, strict=True))
            candidate = "".join(chosen.get(n, letter) for n, letter in enumerate(word))
            if self.common(candidate):
                return candidate
        return word

    def _raw_letters(self, start: int, end: int) -> str:
        return "".join(self.text[int(at)] for at in self.at[start:end])

    def _reads_as_latin(self, raw: str, word: str) -> bool:
        table = look_alikes()
        odd = {character for character in raw if not normalise(character).base.isascii()}
        if odd <= table.latin:
            return self.in_fields(word) or (len(word) >= _LATIN_NAMED and self.common(word))
        if odd <= table.greek:  # symbols of formulas and sciences: μm, ρgh, IFNα
            return self.common(word)
        return odd <= table.sure or self.common(word)

    def _latin_named(self, plain: str) -> bool:
        return all(character in look_alikes().latin for character in plain)

    def _beside_unread(self, start: int, end: int) -> bool:
        """True if a letter of an alphabet that could not be read continues the run."""
        beside = self.latin[max(start - 1, 0) : start] + self.latin[end : end + 1]
        return any(character.isalpha() and "\x7f" < character < "\u2e80" for character in beside)

    def _no_real_foreign_word(self) -> bool:
        """True if the message is of Latin or Chinese letters, and what is not could be drawn in Latin ones."""
        return _LATIN_OR_HAN.search(self.plain) is not None and _unmistakable().search(self.text) is None

    # Leetspeak

    def leet(self) -> None:
        """Words with digits or signs among their letters; first on strong evidence, then on weak if that was there."""
        waiting: list[tuple[int, str]] = []
        for match in _TOKENS.finditer(self.latin):
            token = match[0]
            if token.isalpha() or len(token) > _MAX_WORD:
                continue
            if token.isdigit():
                waiting.append((match.start(), token))
                continue
            start = match.start() + len(token) - len(token.lstrip("!|"))
            token = token.strip("!|")
            if not _could_be_leet(token) or self.common(token.removesuffix("$")) or self._in_code(start, start + len(token)):
                continue
            if word := self._strong(token):
                self.reads.update(enumerate(word, start))
                self.found += _LEET_MESSAGE if self.in_fields(word) else 1
            else:
                waiting.append((start, token))
        if self.found >= _LEET_MESSAGE:
            self.chains(weak=True)
            for start, token in waiting:
                if word := _SMALL_WORDS.get(token) or self.word_of(token, fields_only=token.isdigit(), shortest=2):
                    self.reads.update(enumerate(word, start))

    def _strong(self, token: str) -> str:
        """The word that ``token`` is on its own evidence: a sign among its letters; with signs at its rims only, or a form that
        models and counts have (a11y, 90s, gpt4), a word of the fields.
        """
        if len(token) < 3:
            return ""
        if _MODEL.fullmatch(token):
            several = len(token) >= _ENGLISH_AT_LEAST and len(_SIGN.findall(token)) > 1 and not token.isdigit()
            return self.word_of(token, fields_only=True) if several else ""
        inner = _SIGN.search(token, 1, len(token) - 1) is not None
        return self.word_of(token, fields_only=not inner or _NUMERONYM.fullmatch(token) is not None)

    def _in_code(self, start: int, end: int) -> bool:
        """True inside an address, a path, a file name, an identifier."""
        before, after = self.latin[max(start - 1, 0) : start], self.latin[end : end + 3]
        if before in _BEFORE_CODE and before:
            return True
        return (
            (after[:1] in _AFTER_CODE and bool(after))
            or after.startswith("://")
            or (after[:1] == "." and after[1:3].isalpha() and len(after) == 3)
        )

    # Both through separators

    def chains(self, weak: bool = False) -> None:
        """Words of the fields cut into pieces, with a look-alike or a sign in one of them; if ``weak``, any known words."""
        for match in _CHAINS.finditer(self.latin):
            if self.windows <= 0:
                return
            start = match.start()
            if _SIGN.search(match[0]) or match[0] != self.plain[start : match.end()]:
                self._chain([(piece.start() + start, piece[0]) for piece in _PIECES.finditer(match[0])], weak)

    def _chain(self, pieces: list[tuple[int, str]], weak: bool) -> None:
        first = 0
        while first < len(pieces) - 1 and self.windows > 0:
            last, word = self._longest_word(pieces, first, weak)
            if word:
                self.found += _LEET_MESSAGE
                letters = iter(word)
                self.reads.update((start + n, next(letters)) for start, piece in pieces[first:last] for n in range(len(piece)))
            first = last

    def _longest_word(self, pieces: list[tuple[int, str]], first: int, weak: bool) -> tuple[int, str]:
        """Where the longest word that begins with piece ``first`` ends, and the word; the next piece and nothing if there is none."""
        joined, ends = pieces[first][1], []
        if _NO_LEET.search(joined):
            return first + 1, ""
        for last in range(first + 1, len(pieces)):
            (before, left), (start, right) = pieces[last - 1 : last + 1]
            self.windows -= 1
            if len(joined) + len(right) > _MAX_WORD or _NO_LEET.search(right) or not self._may_join(left, right, before + len(left), start):
                break
            joined += right
            ends.append((last + 1, joined))
        single = len(joined) <= len(ends) + 1
        for last, candidate in reversed(ends):
            changed = _SIGN.search(candidate) or any(
                self.latin[start : start + len(piece)] != self.plain[start : start + len(piece)] for start, piece in pieces[first:last]
            )
            if not single and not weak and self._is_counted(pieces[first:last]):
                continue
            shortest = 2 if weak else _ENGLISH_AT_LEAST - single
            if changed and len(candidate) >= shortest and (word := self.word_of(candidate, not weak, 2 if weak else _ENGLISH_AT_LEAST)):
                return last, word
        return first + 1, ""

    def _is_counted(self, pieces: list[tuple[int, str]]) -> bool:
        """True of ``int = 0`` and ``section-5``: a lone digit after or before a sign of order."""
        (start, first), (end, last) = pieces[0], pieces[-1]
        before_last = pieces[-2][0] + len(pieces[-2][1])
        return (first.isdigit() and len(first) == 1 and _ORDER.search(self.plain, start + 1, pieces[1][0]) is not None) or (
            last.isdigit() and len(last) == 1 and _ORDER.search(self.plain, before_last, end) is not None
        )

    def _may_join(self, left: str, right: str, gap: int, end: int) -> bool:
        """True unless a mere space stands between two pieces that may be words or numbers of their own (10 an, 5 lots)."""
        return (
            not self.plain[gap:end].isspace()
            or (len(left) == 1 and len(right) == 1)
            or (left.isalpha() and len(left) == 1)
            or (right.isalpha() and len(right) == 1)
        )

    # Words

    def word_of(self, token: str, fields_only: bool, shortest: int = _ENGLISH_AT_LEAST) -> str:
        """The known word that ``token`` can be read as, "" if none: a word of the fields before one of common English."""
        key = (token, fields_only, shortest)
        if key not in self.tried:
            if len(self.tried) >= _MAX_TRIED:
                return ""
            self.tried[key] = self._word_of(token, fields_only, shortest)
        return self.tried[key]

    def _word_of(self, token: str, fields_only: bool, shortest: int) -> str:
        if "2" in token:
            return ""
        signs = leet_signs()
        letters = sum(map(str.isalpha, token))
        signs_only = len(token) - letters > _SIGNS_A_LETTER * letters
        if shortest == _ENGLISH_AT_LEAST and (letters == 0 or (signs_only and len(token) < _FULL_LEET_AT_LEAST)):
            return ""
        readings = ["".join(letters) for letters in islice(product(*(signs.get(c, c) for c in token)), _MAX_READINGS)]
        fields = field_words()
        word = next((word for word in readings if word in self.known or word in fields), "") or next(filter(self._is_form, readings), "")
        if word:
            return word
        if fields_only or (signs_only and shortest == _ENGLISH_AT_LEAST):
            return ""
        return next((word for word in readings if self.common(word, shortest)), "")

    def in_fields(self, word: str) -> bool:
        """A word of the engine's entries or of the goals' fields, or one of their forms."""
        return word in self.known or word in field_words() or self._is_form(word)

    def _is_form(self, word: str) -> bool:
        """A plural or another form of one."""
        if not word.endswith(_ENDINGS):
            return False
        fields = field_words()
        stems = (word.removesuffix(suffix) for suffix in _SUFFIXES if word.endswith(suffix))
        return any(len(stem) >= _ENGLISH_AT_LEAST and (stem in self.known or stem in fields) for stem in stems)

    def common(self, word: str, shortest: int = _ENGLISH_AT_LEAST) -> bool:
        """That, or common English."""
        return self.in_fields(word) or (len(word) >= shortest and word in english_words())


_LATIN_OR_HAN = re.compile("[a-z\u4e00-\u9fff]")


def _could_be_leet(token: str) -> bool:
    return len(token) > 1 and not token.isalpha() and not token.isdigit()


def _in_latin(text: str, plain: str) -> str:
    """``plain`` with look-alikes as Latin letters: by the raw character first, because Η is no η, then by the plain one."""
    table = _to_latin()
    latin = normalise(text.translate(table)).base.translate(table)
    return latin if len(latin) == len(plain) else plain.translate(table)


@cache
def _to_latin() -> dict[int, str]:
    return {ord(character): letter for character, letter in look_alikes().reads.items()}


@cache
def _foreign_seen() -> re.Pattern[str]:
    """A letter that may look like a Latin one, accents included, or a numeral of another script."""
    letters = "".join(letter for letter in {*look_alikes().reads, *strange_numerals()} if letter < BEYOND)
    return re.compile(f"[{re.escape(letters)}\u0370-\u052f\u1f00-\u1fff{LETTERS_BEYOND}]")


@cache
def _unmistakable() -> re.Pattern[str]:
    """Greek, Cyrillic and Armenian letters that nobody would take for a Latin one."""
    sure = look_alikes().sure
    letters = (chr(code) for code in range(0x370, 0x590) if chr(code).isalpha() and chr(code) not in sure)
    return re.compile(f"[{''.join(letters)}]")
