"""The lanes turned round: disguises that people put over a text, each with the lane that must see through it.

Every disguise is deterministic for a seed and is *applied to all of the text that it can carry*; what it cannot carry stays as it is
(``leetspeak`` leaves Chinese alone). Tables come from the lanes where a lane has the only table there is (parts of characters,
look-alikes); where people choose freely, so do the disguises: any common character of the same sound, any separator, any emoji.

``compose`` puts several over one text, in the order in which a person would: words are named and spoken otherwise, then characters are exchanged, then something is put
between them, then the text is turned round, and last it is encoded.
"""

from __future__ import annotations

import base64
import codecs
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from random import Random
from types import MappingProxyType

from brightline.text.decoding import MORSE
from brightline.text.goals import Lane
from brightline.text.initials import LEAST_SYLLABLES, initialled_words, initials_of
from brightline.text.orders import order_form
from brightline.text.shape_tables import leet_signs, look_alikes, numerals
from brightline.text.sounds import folded, readings_of, sound_form, syllables_of
from brightline.text.splits import split_parts
from brightline.text.symbols import symbol_words
from brightline.text.tables import load_tables

__all__ = ["TRANSFORMS", "Attack", "Transform", "compose"]

SEPARATORS = " *-_.|/~·・•丶°^+=、 "
EMOJI = "😀🔥🌹🎉❤👍💯🌟😂🍀🐱🌈⭐🎁💥✨"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f\u180e"
ACCENTS = "\u0301\u0308\u0336\u0327\u0304"
_SENTENCE_ENDS = "。！？!?\n"
_LONGEST_WORD = 6  # Chinese characters that may be one word

# In which order disguises are put on: a word that has a picture is named by it before anybody looks for a homophone, and nobody can
# pronounce the parts of a character.
_NAME, _SPEAK, _EXCHANGE, _BETWEEN, _TURN, _ENCODE = range(6)


@dataclass(frozen=True, slots=True)
class Transform:
    """A disguise: ``apply`` puts it on, ``lane`` must see through it (``accompanied``: beside another slot's word), ``layer`` says when it is put on."""

    name: str
    lane: Lane
    layer: int
    disguise: Callable[[str, Random], str]
    accompanied: bool = False

    def apply(self, text: str, rng: Random) -> str:
        """The text in disguise; the text itself where there is nothing that the disguise could carry."""
        return self.disguise(text, rng)

    def is_resisted(self, word: str) -> bool:
        """True if the lane claims to find ``word`` alone in this disguise: short words sound like, and read backwards, like others."""
        if self.accompanied:
            return bool(initials_of(word))
        if self.lane == "sound":
            return len(sound_form(word)) >= 3
        if self.lane == "order":
            return len(order_form(word)) >= 3
        return self.lane != "decoded" or len(word) >= 4


@dataclass(frozen=True, slots=True)
class Attack:
    """Several disguises over one another, in the order in which they are put on."""

    transforms: tuple[Transform, ...]

    @property
    def name(self) -> str:
        return "+".join(transform.name for transform in self.transforms)

    @property
    def lanes(self) -> frozenset[Lane]:
        return frozenset(transform.lane for transform in self.transforms)

    def apply(self, text: str, rng: Random) -> str:
        """The text under all of them. Equal to the text under fewer where one could carry nothing."""
        for transform in self.transforms:
            text = transform.apply(text, rng)
        return text


def compose(*names: str) -> Attack:
    """The disguises of these names as one attack. Raises ``KeyError`` for a name that is none."""
    return Attack(tuple(sorted((TRANSFORMS[name] for name in names), key=lambda transform: transform.layer)))


def _is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


def _each(exchange: Callable[[str, Random], str]) -> Callable[[str, Random], str]:
    """A disguise that exchanges characters one by one."""

    def disguise(text: str, rng: Random) -> str:
        return "".join([exchange(character, rng) for character in text])

    return disguise


# Exchanged characters.


def _wide(character: str, _: Random) -> str:
    return chr(ord(character) + 0xFEE0) if "!" <= character <= "~" else character


def _dressed(character: str, rng: Random) -> str:
    """Circled, mathematical, squared letters and circled digits."""
    lower = character.lower()
    if "a" <= lower <= "z" and character.isascii():
        return chr(rng.choice((0x24D0, 0x1D41A, 0x1D4EA, 0x1F170, 0x1F150)) + ord(lower) - ord("a"))
    return chr(0x245F + int(character)) if character in "123456789" else character


@cache
def _traditional_forms() -> Mapping[str, str]:
    """Simplified character → a traditional one that Taiwan's standard set has."""
    forms: dict[str, str] = {}
    base = load_tables().base
    for code in range(0x4E00, 0xA000):
        plain = chr(base[code])
        if plain != chr(code) and _can_encode(chr(code), "big5") and not _can_encode(plain, "big5"):
            forms.setdefault(plain, chr(code))
    return forms


def _can_encode(character: str, charset: str) -> bool:
    try:
        return bool(character.encode(charset))
    except UnicodeEncodeError:
        return False


def _traditional(character: str, _: Random) -> str:
    return _traditional_forms().get(character, character)


def _accented(character: str, rng: Random) -> str:
    return unicodedata.normalize("NFC", character + rng.choice(ACCENTS)) if character.isalpha() else character


@cache
def _foreign_letters() -> Mapping[str, str]:
    """Latin letter → Cyrillic, Greek and Armenian ones that cannot be told from it."""
    known, alike = look_alikes(), defaultdict(list)
    for character, letter in known.reads.items():
        if character in known.sure and any(script in unicodedata.name(character, "") for script in ("CYRILLIC", "GREEK", "ARMENIAN")):
            alike[letter].append(character)
    return {letter: "".join(characters) for letter, characters in alike.items()}


def _homoglyphs(text: str, rng: Random) -> str:
    """Some letters of every word, so that the word is of two scripts: a whole word in another script is a word of its own."""
    alike = _foreign_letters()
    return "".join(
        rng.choice(alike[character.lower()]) if character.lower() in alike and rng.random() < 0.5 else character for character in text
    )


@cache
def _signs() -> Mapping[str, str]:
    """Letter → the signs that people write for it first."""
    signs: defaultdict[str, str] = defaultdict(str)
    for sign, letters in leet_signs().items():
        signs[letters[0]] += sign
    return {letter: found for letter, found in signs.items() if letter in "aeiost"}


def _leet(character: str, _: Random) -> str:
    return _signs().get(character.lower(), character)[0] if character.isascii() else character


@cache
def _numerals() -> Mapping[str, str]:
    written: defaultdict[str, str] = defaultdict(str)
    for character, digit in numerals().items():
        written[digit] += character
    return written


def _in_numerals(character: str, rng: Random) -> str:
    return rng.choice(_numerals().get(character, character))


def _split(between: str) -> Callable[[str, Random], str]:
    def disguise(character: str, rng: Random) -> str:
        ways = split_parts().get(character)
        return character if ways is None else between.join(rng.choice(ways))

    return _each(disguise)


# Sounds.


@cache
def _sounding() -> Mapping[str, str]:
    """Syllable → the characters of the common set (GB 2312, level 1) that are read so."""
    found: defaultdict[str, str] = defaultdict(str)
    for character, syllable in readings_of().items():
        if _can_encode(character, "gb2312") and 0xB0 <= character.encode("gb2312")[0] <= 0xD7:
            found[syllable] += character
    return found


@cache
def _sounding_nearly() -> Mapping[str, str]:
    found: defaultdict[str, str] = defaultdict(str)
    for syllable, characters in _sounding().items():
        found[folded(syllable)] += characters
    return found


def _homophone(character: str, rng: Random) -> str:
    others = _sounding().get(readings_of().get(character, ""), "").replace(character, "")
    return rng.choice(others) if others else character


def _near_sound(character: str, rng: Random) -> str:
    others = _sounding_nearly().get(folded(readings_of().get(character, "")), "").replace(character, "")
    return rng.choice(others) if others else character


def _pinyin(text: str, rng: Random) -> str:
    """Every run of characters in letters, its syllables together or apart."""
    between = rng.choice(("", " "))
    return _spelt(text, lambda run, spoken: between.join(spoken))


def _half_pinyin(text: str, rng: Random) -> str:
    """微xin: every other character of a run in letters, never two in letters side by side."""

    def every_other(run: str, spoken: list[str]) -> str:
        first = rng.randrange(2)
        return "".join(syllable if at % 2 == first else run[at] for at, syllable in enumerate(spoken))

    return _spelt(text, every_other)


def _spelt(text: str, spell: Callable[[str, list[str]], str]) -> str:
    """The text with its runs of characters spelt; a space where letters would join others."""
    spelt = ""
    for run in _runs(text):
        spoken = syllables_of(run) if _is_han(run[0]) else None
        piece = run if spoken is None else spell(run, spoken)
        joins = bool(spelt) and spelt[-1].isascii() and spelt[-1].isalnum() and piece[0].isascii() and piece[0].isalnum()
        spelt += " " * joins + piece
    return spelt


def _initials(text: str, rng: Random) -> str:
    """Reviewed words by their initials, and a text that is a single long word: nobody could read the initials of a sentence."""
    if LEAST_SYLLABLES <= len(text) <= _LONGEST_WORD and all(map(_is_han, text)):
        return initials_of(text) or text
    for word, letters in initialled_words():
        if word in text:
            text = text.replace(word, rng.choice(letters))
    return text


def _runs(text: str) -> list[str]:
    """The text cut where Chinese characters begin and end."""
    runs: list[str] = []
    for character in text:
        if runs and _is_han(character) == _is_han(runs[-1][0]):
            runs[-1] += character
        else:
            runs.append(character)
    return runs


# Pictures.


@cache
def _pictures() -> list[tuple[str, str]]:
    """Word → picture, the longest words first."""
    return sorted(((word, picture) for picture, word in symbol_words().items()), key=lambda row: (-len(row[0]), row))


def _emoji_words(text: str, _: Random) -> str:
    for word, picture in _pictures():
        text = text.replace(word, picture)
    return text


# Put between the characters.


def _between(choose: Callable[[Random], str], everywhere: bool) -> Callable[[str, Random], str]:
    """Something between every two characters of a word (``everywhere``: or at some of these places, one a word at least)."""

    def disguise(text: str, rng: Random) -> str:
        pieces = [text[:1]]
        for left, right in pairwise(text):
            if left.isalnum() and right.isalnum() and (everywhere or rng.random() < 0.5):
                pieces.append(choose(rng))
            pieces.append(right)
        return "".join(pieces)

    return disguise


# Turned round and encoded.


def _reverse(text: str, _: Random) -> str:
    """Every sentence backwards, its end where it was."""
    turned: list[str] = []
    sentence = ""
    for character in text:
        if character in _SENTENCE_ENDS:
            turned += sentence[::-1], character
            sentence = ""
        else:
            sentence += character
    return "".join(turned) + sentence[::-1]


def _base64(text: str, _: Random) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


def _hex(text: str, _: Random) -> str:
    return text.encode("utf-8", "replace").hex()


def _url(text: str, _: Random) -> str:
    return "".join(f"%{octet:02X}" for octet in text.encode("utf-8", "replace"))


def _escaped(character: str, _: Random) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _html(character: str, rng: Random) -> str:
    return rng.choice((f"&#{ord(character)};", f"&#x{ord(character):x};"))


def _binary(text: str, _: Random) -> str:
    return " ".join(f"{octet:08b}" for octet in text.encode("utf-8", "replace"))


def _rot13(text: str, _: Random) -> str:
    return codecs.encode(text, "rot13")


def _morse(text: str, _: Random) -> str:
    """Texts of letters and digits only; anything else has no Morse code."""
    words = [word.strip(",.?!'").lower() for word in text.split()]
    if not words or not all(word and set(word) <= MORSE.keys() for word in words):
        return text
    return " / ".join(" ".join(MORSE[character] for character in word) for word in words)


_ALL = (
    Transform("width", "base", _EXCHANGE, _each(_wide)),
    Transform("dressed_letters", "base", _EXCHANGE, _each(_dressed)),
    Transform("traditional", "base", _EXCHANGE, _each(_traditional)),
    Transform("accents", "base", _BETWEEN, _each(_accented)),
    Transform("zero_width", "base", _BETWEEN, _between(lambda rng: rng.choice(INVISIBLE), everywhere=True)),
    Transform("separators", "skip", _BETWEEN, _between(lambda rng: rng.choice(SEPARATORS) * rng.randint(1, 2), everywhere=False)),
    Transform("spaces", "skip", _BETWEEN, _between(lambda rng: " ", everywhere=True)),
    Transform("emoji_between", "skip", _BETWEEN, _between(lambda rng: rng.choice(EMOJI), everywhere=False)),
    Transform("homoglyphs", "shape", _EXCHANGE, _homoglyphs),
    Transform("leetspeak", "shape", _EXCHANGE, _each(_leet)),
    Transform("numerals", "shape", _EXCHANGE, _each(_in_numerals)),
    Transform("split_characters", "split", _EXCHANGE, _split("")),
    Transform("separated_parts", "split", _EXCHANGE, _split(" ")),
    Transform("homophones", "sound", _SPEAK, _each(_homophone)),
    Transform("near_sounds", "sound", _SPEAK, _each(_near_sound)),
    Transform("pinyin", "sound", _SPEAK, _pinyin),
    Transform("half_pinyin", "sound", _SPEAK, _half_pinyin),
    Transform("initials", "sound", _SPEAK, _initials, accompanied=True),
    Transform("emoji_words", "symbol", _NAME, _emoji_words),
    Transform("reverse", "order", _TURN, _reverse),
    Transform("base64", "decoded", _ENCODE, _base64),
    Transform("hex", "decoded", _ENCODE, _hex),
    Transform("url", "decoded", _ENCODE, _url),
    Transform("unicode_escapes", "decoded", _ENCODE, _each(_escaped)),
    Transform("html", "decoded", _ENCODE, _each(_html)),
    Transform("binary", "decoded", _ENCODE, _binary),
    Transform("rot13", "decoded", _ENCODE, _rot13),
    Transform("morse", "decoded", _ENCODE, _morse),
)

TRANSFORMS: Mapping[str, Transform] = MappingProxyType({transform.name: transform for transform in _ALL})
