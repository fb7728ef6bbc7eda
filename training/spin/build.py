"""Makes the tables of machine spin from the authored ones, by what natural texts hold.

    .venv/bin/python training/spin/build.py --dictionary jieba/dict.txt [--english FOLDER …] [--without SOURCE] [--into FOLDER]

``words_zh.tsv`` says what spinning programs write in the place of an ordinary word, ``phrases_en.tsv`` the same for English terms; ``words_en.tsv`` and
``terms_en.txt`` make more such phrases, of which ``natural_en.txt`` names those that people write. In natural texts the
replacement also stands (今朝 in songs, 供给 in economics): a word's weight is ln(0.5 / share), share being how often the replacement is written of all
times that either is, in the source of ``open/`` (or in the dictionary's counts) where that is highest; half of the times is what spinning is taken
to write. Songs of the 13th century are asked too, because much of what spinning tables hold is
the language of old novels, but their shares count for ``OLD`` of others. Words below ``LEAST`` tell nothing and are left out, and English phrases that stand in natural English are.

``--without`` counts without a source, for measuring on it (``judge.py``).
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise, product
from pathlib import Path

from daachorse import CharwiseDoubleArrayAhoCorasick
from texts import english, sources

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "src/brightline/corpus/annotators/data"
LEAST = 1.0  # nats: below, natural texts write the replacement every fifth time
SPUN = 0.5  # share of replacements that spinning is taken to write
RAREST = 0.002  # share below which counts of some million characters tell no difference
ENOUGH = 10  # occurrences from which a source's share is believed as it is
INSTEAD = 3
DEAR = frozenset(
    [
        "in",
        "at",
        "on",
        "the",
        "is",
        "it",
        "to",
        "of",
        "a",
        "an",
        "and",
        "as",
        "by",
        "for",
        "with",
        "from",
        "do",
        "does",
        "not",
        "no",
        "are",
        "was",
        "be",
        "so",
        "that",
        "this",
        "what",
        "how",
        "one",
        "you",
        "has",
        "have",
        "had",
    ]
)
"""A phrase that begins with one of these costs the automaton a look at every such word: half a millisecond of a megabyte, for few findings."""
OLD = 0.15  # own choice: a word of the songs alone still tells, where it fits badly
MOST_REPLACED = 2  # words of a term


def main() -> int:
    options = _options()
    table = _replacements(HERE / "words_zh.tsv")
    words = set(table) | {ordinary for several in table.values() for ordinary in several}
    counts = {name: _counted(texts, words) for name, texts in sources().items() if name not in options.without}
    counts["dictionary"] = _dictionary(options.dictionary, words)
    rows = sorted(_weighed(table, counts))
    told = "# what spinning programs write, the ordinary words it stands for, nats; made by training/spin/build.py\n"
    (options.into / "spin_zh.tsv").write_text(told + "".join(f"{w}\t{'|'.join(i)}\t{n:.1f}\n" for w, i, n in rows), "utf-8")
    authored = _authored_phrases()
    phrases, left_out = _phrases(_broken_terms() | authored, english(options.english))
    head = "rule\tanchors\texpression\treach\tscore\tsource\n"
    lines = [
        f"{rule}\t{'|'.join(of_rule)}\t\t0\t0.5\tin the place of {term}: training/spin\n"
        for term, anchors in phrases
        for rule, is_authored in (("spin.phrase", True), ("spin.term", False))
        if (of_rule := [phrase for phrase in anchors if (phrase in authored) == is_authored])
    ]
    (options.into / "signals_spin.tsv").write_text(head + _placeholders() + "".join(lines), "utf-8")
    print(f"{len(rows)} words of {len(table)}; {sum(len(a) for _, a in phrases)} phrases for {len(phrases)} terms, left out {left_out}")
    return 0


MILL = "关键词 关键字 长尾词 核心词 相关词 热词 目标词 城市 城市名 城市名称 地区 地区名 地名 省份 区域 品牌 品牌名 品牌名称 行业 行业词 产品 产品名 产品词 服务项目 业务词"
MILL_EN = "keyword keywords keyphrase city town location region state county brand niche service product industry"
CLOSING = ["}", "]", "%", "】", "#", ">", "__"]


def _placeholders() -> str:
    """What content mills put between brackets; the words of forms (姓名, name, date) are not among it."""
    anchors = [f"{word}{sign}" for word in MILL.split(" ") for sign in CLOSING]
    anchors += [
        f"{word}{end}{sign}"
        for word in MILL_EN.split(" ")
        for end in ("", "1", " 1", "_1", " name", "_name", " here")
        for sign in CLOSING
        if sign not in "】>"
    ]
    expression = r"(?<![0-9a-z_)\]])(?:[{\[【#%<]|__)[^{}\[\]【】#%<>\n]{1,24}(?:[}\]】#%>]|__)"
    return f"spin.placeholder\t{'|'.join(anchors)}\t{expression}\t30\t0.4\tplaceholders of content mills; own collection\n"


def _replacements(file: Path) -> dict[str, list[str]]:
    """Replacement → the ordinary words that it stands for."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for line in file.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            ordinary, written = line.split("\t")
            for word in written.split(" "):
                found[word].append(ordinary)
    return dict(found)


def _counted(texts: Iterable[str], words: Iterable[str]) -> Counter[str]:
    """How often each word stands, the longest where several begin."""
    looked_for = re.compile("|".join(sorted(words, key=lambda word: (-len(word), word))))
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(match.group() for match in looked_for.finditer(text))
    return counts


def _dictionary(file: Path, words: Iterable[str]) -> Counter[str]:
    """The dictionary's counts, a tenth of them: it was counted over more text than all sources here hold."""
    wanted = set(words)
    rows = (line.split(" ") for line in file.read_text("utf-8").splitlines())
    return Counter({row[0]: int(row[1]) // 10 for row in rows if row[0] in wanted})


def _weighed(table: Mapping[str, list[str]], counts: Mapping[str, Counter[str]]) -> Iterator[tuple[str, list[str], float]]:
    for word, ordinary in table.items():
        share = {
            each: max(_share(count[word], count[each]) * (OLD if name == "songs" else 1) for name, count in counts.items())
            for each in ordinary
        }
        weight = math.log(SPUN / max(RAREST, min(share.values())))
        if weight >= LEAST:
            yield word, sorted(ordinary, key=lambda each: (share[each], each))[:INSTEAD], weight


def _share(written: int, ordinary: int) -> float:
    both = written + ordinary
    return (written + 0.3) / (both + 1) if both >= ENOUGH else written / (both + 2 * ENOUGH)


def _authored_phrases() -> dict[str, str]:
    """Phrase → term."""
    rows = [line.split("\t") for line in _lines("phrases_en.tsv")]
    return {phrase: term for term, written in rows for phrase in written.split("; ") if phrase.split(" ")[0] not in DEAR}


def _broken_terms() -> dict[str, str]:
    """Phrase → term: fixed terms in which one word, or two, were replaced; less the terms themselves and ``natural_en.txt``."""
    replacements = {word: written.split("; ") for word, written in (line.split("\t") for line in _lines("words_en.tsv"))}
    terms, natural = _lines("terms_en.txt"), {*_lines("natural_en.txt"), *_lines("terms_en.txt")}
    found = {}
    for term in terms:
        words = term.split(" ")
        for choice in product(*([word, *_replacing(word, replacements)] for word in words)):
            phrase = " ".join(choice)
            replaced = sum(one != other for one, other in zip(choice, words, strict=True))
            repeats = any(one == other for one, other in pairwise(phrase.split(" ")))
            if 1 <= replaced <= MOST_REPLACED and not repeats and phrase not in natural:
                found[phrase] = term
    return found


def _replacing(word: str, replacements: Mapping[str, list[str]]) -> list[str]:
    """What stands for a word, or for a plural that only adds an s."""
    if word in replacements:
        return replacements[word]
    return [each if each.endswith("s") else each + "s" for each in replacements.get(word.removesuffix("s"), [])]


def _lines(name: str) -> list[str]:
    return [line for line in (HERE / name).read_text("utf-8").splitlines() if line and not line.startswith("#")]


def _phrases(authored: Mapping[str, str], natural: Iterable[str]) -> tuple[list[tuple[str, list[str]]], int]:
    """The terms with the phrases that no natural text holds, and how many were left out."""
    phrases = [f" {phrase} " for phrase in sorted(authored)]
    automaton = CharwiseDoubleArrayAhoCorasick(phrases)
    seen: set[str] = set()
    for text in natural:
        plain = " ".join(["", *_WORD.findall(text.lower()), ""])
        seen |= {phrases[number].strip() for _, _, number in automaton.find_overlapping(plain)}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for phrase in sorted(authored.keys() - seen):
        found[authored[phrase]].append(phrase)
    return sorted(found.items()), len(seen)


_WORD = re.compile(r"[0-9a-z](?:[0-9a-z.'/-]*[0-9a-z])?")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dictionary", type=Path, required=True, help="jieba's dict.txt")
    parser.add_argument("--english", type=Path, nargs="*", default=[], help="folders of English documentation")
    parser.add_argument("--without", nargs="*", default=[], help="sources that are not counted")
    parser.add_argument("--into", type=Path, default=DATA)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
