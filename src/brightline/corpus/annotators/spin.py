"""Machine spin: text that a program rewrote word by word (伪原创, 洗稿, article spinning), and what such programs leave behind.

Three signs, in Chinese and English only; all are findings of one rule, ``quality.machine_spin``, on the places that tell:

words       Chinese spinning programs put synonyms in the place of words wherever the characters stand: 办事器 for 服务器, 收集平安 for 网络安全. Each word
            of ``data/spin_zh.tsv`` has a weight, how many times rarer people write it than the ordinary word (log), and each place a fit: how
            much better the ordinary word would stand between its neighbours (the text engine's ``pairs``). A text is spun if ``_LEAST_WORDS``
            different words and their sum pass what natural texts reach; one odd author has one or two of them.
phrases     English "tortured phrases" (Cabanac, Labbé, Magazinov 2021, arXiv 2107.06751): fixed terms in which a word was replaced, "counterfeit
            consciousness", ``data/signals_spin.tsv``. ``_LEAST_TERMS`` different ones, close together.
templates   What was to be replaced and was not: spintax ``{a|b|c}`` inside sentences, placeholders of content mills (``{关键词}``, ``[keyword]``).

Both tables are made by ``training/spin``, which says from what. Not done: twins, several versions of one skeleton, which only a whole corpus shows
(one more MinHash is too dear); rewriting by a language model, which leaves nothing of this kind; other languages; Chinese in traditional
characters, whose tables are others.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from string import ascii_letters
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

import brightline.text.pairs as han_pairs
from brightline.corpus.annotators import characters as kind
from brightline.corpus.annotators.batch import Stretch
from brightline.corpus.annotators.findings import FindingRows
from brightline.corpus.annotators.signals import Sighting, sightings
from brightline.corpus.annotators.surprisal import HanPairs, han_pairs_of
from brightline.corpus.errors import CorpusError

__all__ = ["RULE", "WORDS_FILE", "SpunWord", "find_spin", "read_words", "words_digest"]

RULE = "quality.machine_spin"
WORDS_FILE = Path(__file__).parent / "data" / "spin_zh.tsv"

_MOST_PLACES = 20  # places that are named of a document: own choice, enough to judge it
# Set on natural texts of open/ in documents of 300 to 4,000 characters, each source judged by weights that were counted without it; those of
# phrases and templates are own choices that no natural text at hand crosses (training/spin/README.md).
_LEAST_WORDS = 4  # different words that each tell something
_LEAST_SUM, _SUM_PER_CHAR = 13.0, 0.008  # nats, and nats for each ideograph of the document
_LEAST_EVIDENCE = 1.5  # nats from which a word tells something
_FIT, _MOST_FIT = 0.4, 4.0  # weight of a nat of fit, and the fit from which more tells nothing
_LEAST_TERMS, _CHARS_A_TERM = 2, 800
_LEAST_GROUPS, _LEAST_WORDED, _CHARS_A_GROUP = 3, 2, 500
_LEAST_PLACEHOLDERS, _CHARS_A_PLACEHOLDER = 2, 1_000

_LONGEST = 6  # characters of a word
_INSTEAD = 3  # ordinary words that are tried in a word's place


class SpunWord(NamedTuple):
    """A word that spinning programs write, the ordinary words it stands for, and ``weight``: nats that it tells wherever it stands."""

    word: str
    instead_of: tuple[str, ...]
    weight: float


def read_words(file: Path) -> tuple[SpunWord, ...]:
    """The words of a table. Raises ``CorpusError`` BL-CORPUS-081 with file and line where a row is wrong."""
    found = []
    for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
        if line and not line.startswith("#"):
            cells = line.split("\t")
            if len(cells) != 3 or not _HAN_WORD.fullmatch(cells[0]) or not all(_HAN_WORD.fullmatch(each) for each in cells[1].split("|")):
                problem = f"wants a word of 2 to {_LONGEST} ideographs, the words it stands for, and a weight"
                raise CorpusError("BL-CORPUS-081", f"{file.name}, line {number}: {problem}", "correct the row")
            try:
                found.append(SpunWord(cells[0], tuple(cells[1].split("|"))[:_INSTEAD], float(cells[2])))
            except ValueError as error:
                raise CorpusError("BL-CORPUS-081", f"{file.name}, line {number}: {error}", "correct the row") from error
    return tuple(found)


def words_digest() -> bytes:
    """What the table of words says: changes whenever it does."""
    return WORDS_FILE.read_bytes()


def find_spin(stretch: Stretch, found: FindingRows) -> None:
    """Note the places that tell of machine spin, in documents that have enough of them."""
    _find_words(stretch, found)
    phrases: defaultdict[int, list[Sighting]] = defaultdict(list)
    placeholders: Counter[int] = Counter()
    for seen in sightings(stretch, "spin."):
        if seen.signal.rule == "spin.placeholder":
            placeholders[seen.document] += 1
        else:
            phrases[seen.document].append(seen)
    for row, several in phrases.items():
        _judge_phrases(row, several, len(stretch.texts[row]), found)
    for row, count in placeholders.items():
        if count >= _LEAST_PLACEHOLDERS and count * _CHARS_A_PLACEHOLDER >= len(stretch.texts[row]):
            _judge_placeholders(row, stretch.texts[row], found)
    _find_spintax(stretch, found)


def _note(row: int, places: Sequence[tuple[int, int]], score: float, how: str, found: FindingRows) -> None:
    for start, end in sorted(places)[:_MOST_PLACES]:
        found.add(row, RULE, start, end, round(min(score, 0.95), 2), how)


# Words


class _Lexicon(NamedTuple):
    """``keys``: the pair of characters by which each word is found, sorted; ``offset``: where in the word it stands. ``codes``: the words, 0 behind
    their ends. ``first``, ``last``: of the words each may stand for. ``left``, ``right``: of each code point bits that a pair's have in common if
    it may be a key."""

    left: NDArray[np.uint32]
    right: NDArray[np.uint32]
    keys: NDArray[np.uint32]
    offset: NDArray[np.int64]
    length: NDArray[np.int64]
    codes: NDArray[np.uint32]
    first: NDArray[np.uint32]
    last: NDArray[np.uint32]
    weight: NDArray[np.float32]


def _find_words(stretch: Stretch, found: FindingRows) -> None:
    seen = _told_words(han_pairs_of(stretch), stretch)
    counts = np.bincount(seen.row, minlength=len(stretch))
    sums = np.bincount(seen.row, seen.evidence, len(stretch))
    least = _LEAST_SUM + _SUM_PER_CHAR * stretch.counts[:, kind.HAN]
    for row in np.flatnonzero((counts >= _LEAST_WORDS) & (sums >= least)).tolist():
        best: dict[int, tuple[float, int, int]] = {}  # a word counts once, where it tells most
        here = slice(*np.searchsorted(seen.row, (row, row + 1)).tolist())
        for word, start, end, told in zip(*(part[here].tolist() for part in seen[1:]), strict=True):
            best[word] = max(best.get(word, (0.0, 0, 0)), (told, -start, -end))
        total = sum(told for told, _, _ in best.values())
        if len(best) >= _LEAST_WORDS and total >= least[row]:
            offset = int(stretch.starts[row])
            told_most = sorted(best.values(), reverse=True)[:_MOST_PLACES]
            places = [(-start - offset, -end - offset) for _, start, end in told_most]
            _note(row, places, 0.5 + 0.1 * (total / float(least[row]) - 1), "words", found)


class _Told(NamedTuple):
    """In the order of the text."""

    row: NDArray[np.int64]
    word: NDArray[np.int64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    evidence: NDArray[np.float32]


def _told_words(pairs: HanPairs, stretch: Stretch) -> _Told:
    """The words of the lexicon in a stretch that tell something, places in ``joined``."""
    lexicon = _lexicon()
    codes = pairs.codes
    maybe = np.flatnonzero((lexicon.left.take(pairs.left) & lexicon.right.take(pairs.right)) != 0)  # of booleans, which is faster
    at = pairs.at[maybe]
    key = (pairs.left[maybe] << np.uint32(16)) | pairs.right[maybe]
    word = np.minimum(np.searchsorted(lexicon.keys, key), len(lexicon.keys) - 1)
    same = lexicon.keys[word] == key
    at, word = at[same], word[same]
    start, length = at - lexicon.offset[word], lexicon.length[word]
    whole = (start >= 0) & (start + length <= len(codes))
    for place in range(_LONGEST):
        wanted = lexicon.codes[word, place]
        whole &= (wanted == 0) | (codes[np.clip(start + place, 0, len(codes) - 1)] == wanted)
    start, word, length = start[whole], word[whole], length[whole]
    evidence = lexicon.weight[word] + np.float32(_FIT) * np.clip(_fit(codes, start, start + length, word, lexicon), -_MOST_FIT, _MOST_FIT)
    tells = evidence >= _LEAST_EVIDENCE
    start, word, length = start[tells], word[tells], length[tells]
    return _Told(stretch.document[start].astype(np.int64), word, start, start + length, evidence[tells])


def _fit(
    codes: NDArray[np.uint32], start: NDArray[np.int64], end: NDArray[np.int64], word: NDArray[np.int64], lexicon: _Lexicon
) -> NDArray[np.float32]:
    """How many nats better the best ordinary word would stand there; what stands beside no ideograph neither gains nor loses."""
    left, right = codes[np.maximum(start - 1, 0)], codes[np.minimum(end, len(codes) - 1)]
    has_left, has_right = _is_han(left) & (start > 0), _is_han(right) & (end < len(codes))
    here = _pairing(left, codes[start], has_left) + _pairing(codes[end - 1], right, has_right)
    there = _pairing(left[:, None], lexicon.first[word], has_left[:, None]) + _pairing(
        lexicon.last[word], right[:, None], has_right[:, None]
    )
    fit: NDArray[np.float32] = there.max(axis=1, initial=-np.inf) - here
    return fit


def _pairing(left: NDArray[np.uint32], right: NDArray[np.uint32], counts: NDArray[np.bool_]) -> NDArray[np.float32]:
    return np.where(counts, han_pairs.pair_scores(left, right), np.float32(0))


def _is_han(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (codes >= han_pairs.FIRST_HAN) & (codes <= han_pairs.LAST_HAN)
    return found


@cache
def _lexicon() -> _Lexicon:
    rows: dict[int, tuple[int, SpunWord]] = {}
    # Short words first: a longer one that begins with such a pair is found by another of its pairs.
    for spun in sorted(read_words(WORDS_FILE), key=lambda each: (len(each.word), each.word)):
        for offset in range(len(spun.word) - 1):
            key = ord(spun.word[offset]) << 16 | ord(spun.word[offset + 1])
            if key not in rows:
                rows[key] = (offset, spun)
                break
    keys = np.array(sorted(rows), np.uint32)
    words = [rows[key][1] for key in sorted(rows)]
    codes = np.zeros((len(words), _LONGEST), np.uint32)
    first, last = np.zeros((len(words), _INSTEAD), np.uint32), np.zeros((len(words), _INSTEAD), np.uint32)
    for number, spun in enumerate(words):
        codes[number, : len(spun.word)] = [ord(each) for each in spun.word]
        for choice in range(_INSTEAD):
            instead = spun.instead_of[min(choice, len(spun.instead_of) - 1)]
            first[number, choice], last[number, choice] = ord(instead[0]), ord(instead[-1])
    left, right = np.zeros(han_pairs.LAST_HAN + 1, np.uint32), np.zeros(han_pairs.LAST_HAN + 1, np.uint32)
    for key in rows:
        bit = np.uint32(1 << (key & 0x1F))
        left[key >> 16] |= bit
        right[key & 0xFFFF] |= bit
    offsets = np.array([rows[key][0] for key in sorted(rows)], np.int64)
    lengths = np.array([len(spun.word) for spun in words], np.int64)
    return _Lexicon(left, right, keys, offsets, lengths, codes, first, last, np.array([spun.weight for spun in words], np.float32))


_HAN_WORD = re.compile(rf"[\u3400-\u9fff]{{2,{_LONGEST}}}")


# Phrases


def _judge_phrases(row: int, several: Sequence[Sighting], chars: int, found: FindingRows) -> None:
    """``several``: in the order of the text. A term counts once, however often it stands there."""
    terms: dict[str, tuple[int, int]] = {}
    for seen in several:
        terms.setdefault(seen.signal.source, (seen.start, seen.end))
    if len(terms) >= _LEAST_TERMS and len(terms) * _CHARS_A_TERM >= chars:
        _note(row, list(terms.values()), 0.5 + 0.05 * (len(terms) - _LEAST_TERMS), "phrases", found)


# Templates

_OPTION_CHARS = 100
_SPINTAX = re.compile(rf"\{{(?![\s|])[^{{}}|\n]{{1,{_OPTION_CHARS}}}(?:\|[^{{}}|\n]{{0,{_OPTION_CHARS}}}){{1,15}}(?<!\s)\}}(?!\}})")
_NO_GROUP_BEHIND = frozenset("{\\$%&#@_)0123456789" + ascii_letters)
_OPTION = re.compile(
    r"(?:[^\W\d_]{2}|an?\b|I\b)(?:[\w ,.!?'\"’“”%&/()，、。！？：（）]|(?<=\w)-(?=\w))*|[\u3400-\u9fff][\w，、。！？：（）“”]*",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]{2,} [^\W\d_]+|[\u3400-\u9fff]")
_NO_PROSE = re.compile(r"[\[\]<>=$\\^`]|--|::|\|\||\w\(")

_MILL = (
    r"(?:主?关键[词字]|长尾关?键?词|相关词|核心词|热词|目标词|同义词|随机[词句段图标内]\w{0,2}|城市名?称?|地区名?称?|地名|省份|区域名?|品牌名?称?|行业[词名]?|产品[词名]称?|服务项目|业务词)"
    r"\d{0,2}"
)
_MILL_EN = (
    r"(?:(?:main|primary|secondary|target|focus|lsi|seo|long[- _]?tail|insert|your|the)[ _-])?"
    r"(?:key[ _-]?(?:word|phrase)s?|city|town|location|region|state|county|zip|brand|niche|service|product|industry)(?:[ _-]?(?:name|here|\d{1,2}))?"
)
_FORM = re.compile(
    r"[{\[【<](?:[^{}\[\]【】<>\n]{0,12}(?:姓名|日期|金额|编号|甲方|乙方|地址|电话|称呼|年|月|日)|(?:your |full |first |last |the )?(?:name|date|address|amount|signature|recipient|order|email|title|phone)\w*)[}\]】>]",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(
    rf"\{{{{1,2}} ?(?:{_MILL}|{_MILL_EN}) ?\}}{{1,2}}|\[{{1,2}}(?:{_MILL}|{_MILL_EN})\]{{1,2}}(?!\()|【{_MILL}】|#(?:{_MILL}|{_MILL_EN})#|%(?:{_MILL}|{_MILL_EN})%"
    rf"|<(?:{_MILL})>|__(?:{_MILL_EN})__",
    re.IGNORECASE,
)


def _find_spintax(stretch: Stretch, found: FindingRows) -> None:
    """Groups of choices, if several stand inside sentences; usage lines of commands have them too, but not amid prose and in rows."""
    points = stretch.points
    bars = np.flatnonzero(points == ord("|"))
    counts = np.bincount(stretch.document[bars], minlength=len(stretch))
    for row in np.flatnonzero(counts >= _LEAST_WORDED).tolist():
        text = stretch.texts[row]
        if text.count("{") * _CHARS_A_GROUP >= len(text):
            _judge_spintax(row, text, found)


def _judge_spintax(row: int, text: str, found: FindingRows) -> None:
    """Two groups with a choice of several words tell; of groups of single words, which usage lines have too, it takes more, amid prose."""
    worded: dict[str, tuple[int, int]] = {}
    amid: dict[str, tuple[int, int]] = {}
    by_line: defaultdict[int, int] = defaultdict(int)
    for match in _SPINTAX.finditer(text):
        options = [each.strip() for each in match.group()[1:-1].split("|")]
        if text[max(0, match.start() - 1) : match.start()] in _NO_GROUP_BEHIND or len(set(options)) < 2:
            continue
        if not all(_OPTION.fullmatch(each) for each in options if each):
            continue
        if any(_WORDS.search(each) for each in options):
            worded.setdefault(match.group(), match.span())
        begin = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        around = _SPINTAX.sub(" ", text[begin : end if end >= 0 else len(text)])
        if not _NO_PROSE.search(around) and _is_prose(around):
            amid.setdefault(match.group(), match.span())
            by_line[begin] += 1
    places = worded | amid
    tells = len(worded) >= _LEAST_WORDED or (len(amid) >= _LEAST_GROUPS and max(by_line.values()) > 1)
    if tells and len(places) * _CHARS_A_GROUP >= len(text):
        _note(row, list(places.values()), 0.6 + 0.02 * len(places), "spintax", found)


def _is_prose(line: str) -> bool:
    """True if a line has four words of small letters, or as many ideographs."""
    return len(re.findall(r"\b[a-z]{2,}\b", line)) >= 4 or len(re.findall(r"[\u3400-\u9fff]", line)) >= 4


def _judge_placeholders(row: int, text: str, found: FindingRows) -> None:
    """A placeholder of a mill was seen: it tells if others stand with it, all in sentences, and none that letters and contracts have."""
    if _FORM.search(text):
        return
    seen = _PLACEHOLDER.finditer(text)
    places = [match.span() for match in seen if _BESIDE.search(text[max(0, match.start() - 2) : match.end() + 2])]
    if len(places) >= _LEAST_PLACEHOLDERS and len(places) * _CHARS_A_PLACEHOLDER >= len(text):
        _note(row, places, 0.4 + 0.02 * len(places), "placeholder", found)


_BESIDE = re.compile(r"\A.?[\u3400-\u9fff，、][{\[【#%<]|\A[a-z,] [{\[%#_<]|[}%#\]](?:[\u3400-\u9fff]| [a-z])")
"""An ideograph or a word before it, or behind its curly brace: what stands alone is a form's, 【关键词】 behind a stop an abstract's."""
