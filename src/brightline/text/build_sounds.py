"""Builds ``data/sounds.tsv`` and ``data/sounds_phrases.tsv``: how characters are read, without tones. Run at development time only:

    python -m brightline.text.build_sounds

Needs pypinyin (the ``tables`` dependency group; MIT, its readings are those of pinyin-data and phrase-pinyin-data, both MIT). Every
character of the base lane gets its commonest reading. Words in which a character is read another way (银行) are kept with their reading,
where the fuzzy classes of ``sounds`` do not make the two the same.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

from pypinyin.constants import PHRASES_DICT
from pypinyin.pinyin_dict import pinyin_dict

from brightline.text.lanes import base_form
from brightline.text.sounds import LONGEST_PHRASE, PHRASES_FILE, SOUNDS_FILE, folded

HAN = range(0x4E00, 0xA000)  # the lanes bring rarer forms (extensions, compatibility, radicals) back to these where they can

# Interjections whose readings have no vowel: as people type them.
VOWELLESS = {"n": "en", "ng": "en", "m": "mu", "hm": "heng", "hng": "heng", "ê": "ei"}

HEADER = "# {}. Written by build_sounds.py from pypinyin {} (pinyin-data, phrase-pinyin-data; MIT), not edited by hand.\n"


def without_tone(reading: str) -> str:
    """A reading in the letters that people type: ``lǜ`` is ``lv``; empty if it is none of ours."""
    marks = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    plain = "".join(piece for piece in marks if not unicodedata.combining(piece))
    plain = VOWELLESS.get(plain, plain)
    return plain if plain.isascii() and plain.isalpha() else ""


def readings() -> dict[str, str]:
    """Character of the base lane → its commonest reading."""
    found: dict[str, str] = {"〇": "ling"}
    for code in HAN:
        if base_form(chr(code)) == chr(code) and code in pinyin_dict:
            reading = without_tone(pinyin_dict[code].split(",")[0])
            if reading:
                found[chr(code)] = reading
    return found


def phrases(found: dict[str, str]) -> dict[str, list[str]]:
    """Words of the base lane with a reading that differs from that of their characters, the shortest such words only."""
    odd: dict[str, list[str]] = {}
    syllables_in_use = set(found.values())
    for phrase, syllables in sorted(PHRASES_DICT.items(), key=lambda item: len(item[0])):
        word = base_form(phrase)
        spoken = [without_tone(reading[0]) for reading in syllables]
        if (
            len(word) > LONGEST_PHRASE
            or len(word) != len(spoken)
            or not syllables_in_use.issuperset(spoken)
            or not found.keys() >= set(word)
        ):
            continue
        default = [found[character] for character in word]
        if list(map(folded, spoken)) != list(map(folded, default)) and not _said_by_a_part(word, spoken, odd):
            odd.setdefault(word, spoken)
    return odd


def _said_by_a_part(word: str, spoken: list[str], odd: dict[str, list[str]]) -> bool:
    """True if a shorter word that is kept explains every odd reading of this one: 银行卡 after 银行."""
    for start in range(len(word)):
        for end in range(start + 2, len(word) + 1):
            if odd.get(word[start:end]) == spoken[start:end]:
                return True
    return False


def main(sounds: Path = SOUNDS_FILE, words: Path = PHRASES_FILE) -> None:
    """Write both files."""
    from pypinyin import __version__

    found = readings()
    spoken: dict[str, list[str]] = defaultdict(list)
    for character, reading in found.items():
        spoken[reading].append(character)
    lines = [f"{reading}\t{''.join(sorted(characters))}\n" for reading, characters in sorted(spoken.items())]
    sounds.write_text(HEADER.format("Syllable without tone, and the characters most often read so", __version__) + "".join(lines), "utf-8")
    kept = [f"{word}\t{' '.join(reading)}\n" for word, reading in sorted(phrases(found).items())]
    words.write_text(HEADER.format("Words in which a character is read otherwise", __version__) + "".join(kept), "utf-8")


if __name__ == "__main__":
    main()
