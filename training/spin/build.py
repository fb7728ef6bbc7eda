"""Makes the tables of machine spin from the authored ones, by what natural texts hold.

    .venv/bin/python training/spin/build.py --dictionary jieba/dict.txt [--english FOLDER …] [--without SOURCE] [--into FOLDER]

``words_zh.tsv`` says what spinning programs write in the place of an ordinary word, ``phrases_en.tsv`` the same for English terms. In natural texts the
replacement also stands (今朝 in songs, 供给 in economics): a word's weight is ln(0.5 / share), share being how often the replacement is written of all
times that either is, in the source of ``open/`` (or in the dictionary's counts) where that is highest; half of the times is what spinning is taken
to write. Songs of the 13th century are not asked: they have other words. Words below ``LEAST`` tell nothing and are left out, and English phrases that stand in natural English are.

``--without`` counts without a source, for measuring on it (``judge.py``).
"""

from __future__ import annotations

import argparse
import math
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from daachorse import CharwiseDoubleArrayAhoCorasick
from texts import english, sources

HERE = Path(__file__).parent
DATA = HERE.parents[1] / "src/brightline/corpus/annotators/data"
LEAST = 0.7  # nats: below, natural texts write the replacement every fourth time
SPUN = 0.5  # share of replacements that spinning is taken to write
RAREST = 0.002  # share below which counts of some million characters tell no difference
ENOUGH = 10  # occurrences from which a source's share is believed as it is
INSTEAD = 3


def main() -> int:
    options = _options()
    table = _replacements(HERE / "words_zh.tsv")
    words = set(table) | {ordinary for several in table.values() for ordinary in several}
    counts = {name: _counted(texts, words) for name, texts in sources().items() if name not in {*options.without, "songs"}}
    counts["dictionary"] = _dictionary(options.dictionary, words)
    rows = sorted(_weighed(table, counts))
    told = "# what spinning programs write, the ordinary words it stands for, nats; made by training/spin/build.py\n"
    (options.into / "spin_zh.tsv").write_text(told + "".join(f"{w}\t{'|'.join(i)}\t{n:.1f}\n" for w, i, n in rows), "utf-8")
    phrases, left_out = _phrases(HERE / "phrases_en.tsv", [*english(options.english)])
    head = "rule\tanchors\texpression\treach\tscore\tsource\n"
    lines = [f"spin.phrase\t{'|'.join(anchors)}\t\t0\t0.5\tin the place of {term}: training/spin\n" for term, anchors in phrases]
    (options.into / "signals_spin.tsv").write_text(head + PLACEHOLDERS + "".join(lines), "utf-8")
    print(f"{len(rows)} words of {len(table)}; {sum(len(a) for _, a in phrases)} phrases for {len(phrases)} terms, left out {left_out}")
    return 0


PLACEHOLDERS = (
    "spin.placeholder\t关键词}|关键词]|关键词】|关键词#|关键字}|关键字]|关键字】|关键字#|长尾词}|长尾词]|长尾词】|核心词}|相关词}|keyword}|keyword]|keywords}|keyword1}|keyword_1}|keyphrase}|keyphrase]"
    "\t[{\\[【#][^{}\\[\\]【】#\\n]{0,20}(?:关键[词字]|[尾心关]词|key(?:word|phrase)s?[ _]?\\d?)[}\\]】#]\t24\t0.4\tplaceholders of content mills; own collection\n"
)


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
        share = {each: max(_share(count[word], count[each]) for count in counts.values()) for each in ordinary}
        weight = math.log(SPUN / max(RAREST, min(share.values())))
        if weight >= LEAST:
            yield word, sorted(ordinary, key=lambda each: (share[each], each))[:INSTEAD], weight


def _share(written: int, ordinary: int) -> float:
    both = written + ordinary
    return (written + 0.3) / (both + 1) if both >= ENOUGH else written / (both + 2 * ENOUGH)


def _phrases(file: Path, natural: Iterable[str]) -> tuple[list[tuple[str, list[str]]], int]:
    """The terms with the phrases that no natural text holds, and how many were left out."""
    rows = [line.split("\t") for line in file.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    phrases = sorted({f" {phrase} " for _, written in rows for phrase in written.split("; ")})
    automaton = CharwiseDoubleArrayAhoCorasick(phrases)
    seen: set[str] = set()
    for text in natural:
        plain = " ".join(["", *_WORD.findall(text.lower()), ""])
        seen |= {phrases[number] for _, _, number in automaton.find_overlapping(plain)}
    found, left_out = [], 0
    for term, written in rows:
        kept = [phrase for phrase in written.split("; ") if f" {phrase} " not in seen]
        left_out += len(written.split("; ")) - len(kept)
        if kept:
            found.append((term, sorted(kept)))
    return found, left_out


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
