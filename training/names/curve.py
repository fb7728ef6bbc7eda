"""What the model of Chinese names finds at several thresholds: the figures of README.md.

    python training/names/curve.py --labelled FOLDER [--model FILE] [--at 0/26 …]

Recall on ``development/`` (own phrasings with invented names; ``first``, ``second``: half by half, share found / to the character) and on the
names in Chinese characters of ``evals/personal/items.jsonl``; how many look-alikes of ``development/decoys.txt`` are flagged; and findings per
million characters of ordinary texts, by what the teacher says (``label.py``): the same person, a person with another border, nobody.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from texts import Text, filled

from brightline.corpus.personal import name_model, people

HERE = Path(__file__).parent
SEED = 77
_SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常樊温施牛洪殷鲍柯柳俞庞桑荀冉童翁欧蓝苗耿麦宫詹阮邢祁管卫单晏"
_DOUBLE = ("欧阳", "上官", "诸葛", "司徒", "慕容")
_GIVEN = (
    "国栋 玉梅 天佑 若溪 建军 丽华 晓彤 浩然 志远 春燕 文斌 佩珊 俊 敏 磊 静 欣妍 宝山 素芬 大勇 小波 海燕 思琪 明辉 彦霖 秋实 昊天 美玲 德明 桂英 子轩 雅琴 洪亮 瑞 涛 楠 媛媛 长贵 银花 振宇 凤仪 耀祖 嘉豪 诗涵"
    " 立夏 守义 铁柱 翠莲 东升 晴 菲菲 学文 爱国 红霞 一鸣 奕辰 安琪 永强 卫东 新民 月娥 慧中 航 帆 凯 婕 启明 云飞 兆丰 逸飞 芷若 可馨 亚楠 少华 金水 来福 书怡 墨 奇 哲 锦程 佳慧 泽宇 梓萱 丹丹 兰芝 百川 万里 小满"
    " 招娣 阿妹 石头 知行 未央 念慈 鹿鸣 听雨 无忌 十三 北辰 其琛 之恒 冬至 小鱼 拾光 木子 大鹏 二妮 有田 根生 水仙 桃 杏儿 鱼跃 与之 尔雅 知非 闯 骁 砚 蔚然 望舒 既白 稚鱼 大壮 老幺 三妹 满仓 援朝 跃进 抗美 拥军"
    " 解放 国庆 建设 胜利"
)
_TRADITIONAL_SURNAMES = "陳 林 黃 張 李 王 吳 劉 蔡 楊 許 鄭 謝 郭 洪 邱 曾 廖 賴 周 徐 蘇 葉 莊 呂 梁 鄧 馮 譚 羅 關 麥 歐 鍾 龔"
_TRADITIONAL_GIVEN = (
    "國棟 麗華 曉彤 誌遠 雅婷 怡君 淑芬 俊傑 建宏 志偉 家豪 詠琪 嘉欣 穎怡 偉明 慧敏 秀英 冠宇 承翰 佩珊 筱婷 國強 美鳳 耀輝"
)
_SLOTS = {"word": ["苹果"]}


class Invented:
    """Names that are not made as those are that the model learns from."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.traditional = False

    def surname(self) -> str:
        return "王"

    def whole(self) -> str:
        if self.traditional:
            return self._rng.choice(_TRADITIONAL_SURNAMES.split()) + self._rng.choice(_TRADITIONAL_GIVEN.split())
        if self._rng.random() < 0.04:
            return self._rng.choice(_DOUBLE) + self._rng.choice(_GIVEN.split())
        return self._rng.choice(_SURNAMES[:60] if self._rng.random() < 0.75 else _SURNAMES) + self._rng.choice(_GIVEN.split())


def phrasings(file: Path, times: int) -> tuple[list[Text], list[Text]]:
    """Filled phrasings, every other one in the second part."""
    rng = random.Random(SEED)
    names = Invented(rng)
    parts: tuple[list[Text], list[Text]] = ([], [])
    lines = [line for line in file.read_text("utf-8").splitlines() if "{" in line and not re.match("# [A-Z]", line)]
    for number, line in enumerate(lines, 1):
        names.traditional = "{t}" in line
        for _ in range(times):
            apart = "{o}" in line
            text, spans = filled(re.sub(r"\{[ot]\}", "{n}", line), rng, names, _SLOTS, more=False)
            parts[number % 2].append(_apart(text, spans) if apart else (text, spans))
    return parts


def decoys(file: Path) -> Iterator[tuple[str, Text]]:
    """The kind of each look-alike's text, and the text with its look-alikes."""
    kind = ""
    for line in file.read_text("utf-8").splitlines():
        if line.startswith("# "):
            kind = line[2:]
            continue
        text, spans = "", []
        for part in re.split(r"(\[\[.*?\]\])", line):
            word = part.strip("[]") if part.startswith("[[") else part
            if part.startswith("[["):
                spans.append((len(text), len(text) + len(word)))
            text += word
        yield kind, (text, spans)


def found(texts: Sequence[str]) -> list[list[tuple[int, int]]]:
    """The places of names in each text."""
    parts = [text.encode("utf-8", "surrogatepass") for text in texts]
    bounds = [0]
    for part in parts:
        bounds.append(bounds[-1] + len(part) + 3)
    bounds[-1] -= 3
    hits = people.people_in(b"\0\n\0".join(parts), bounds, {n for n, text in enumerate(texts) if "\\u" in text or "&#" in text})
    return [[(hit.start, hit.end) for hit in hits.get(number, ())] for number in range(len(texts))]


def recall(texts: Sequence[Text]) -> str:
    """Shares of the names that are covered by half or more, and to the character."""
    wanted = covered = exact = 0
    for (_, spans), hits in zip(texts, found([text for text, _ in texts]), strict=True):
        for begin, end in spans:
            wanted += 1
            covered += any(2 * (min(stop, end) - max(start, begin)) >= end - begin for start, stop in hits)
            exact += (begin, end) in hits
    return f"{100 * covered / wanted:.1f} / {100 * exact / wanted:.1f} of {wanted}"


def ordinary(texts: Sequence[tuple[str, list[tuple[int, int]] | None]]) -> str:
    """Findings per million characters."""
    tally: Counter[str] = Counter()
    for (_, people_), hits in zip(texts, found([text for text, _ in texts]), strict=True):
        for start, end in hits:
            tally["all"] += 1
            if people_ is not None:
                crossed = any(begin < end and start < stop for begin, stop in people_)
                tally["same" if (start, end) in people_ else "border" if crossed else "nobody"] += 1
    millions = sum(len(text) for text, _ in texts) / 1e6
    return ", ".join(f"{word} {many / millions:.0f}" for word, many in tally.items()) + f" ({millions:.2f} M)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--labelled", type=Path, required=True)
    parser.add_argument("--data", type=Path, default=HERE.parents[2] / "shared" / "data")
    parser.add_argument("--model", type=Path, help="another file than the one that ships")
    parser.add_argument("--at", nargs="+", default=[f"{people.SURE}/{people.BARE}"], metavar="SURE/BARE")
    parser.add_argument("--sources", nargs="*", default=["headlines", "medical", "cold", "tele", "authored", "songs"])
    options = parser.parse_args()
    if options.model:
        with options.model.open("rb") as file:
            read = name_model.read_model(file)
        people.name_model = lambda: read
    items = []
    for line in (HERE.parents[1] / "evals/personal/items.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        names = [(start, end) for start, end, rule in row["spans"] if rule == "personal.name"]
        items.append((row["text"], [span for span in names if re.search("[\u4e00-\u9fff]", row["text"][slice(*span)])]))
    sets = {"items": items}
    for title in ("first", "second"):
        even, odd = phrasings(HERE / "development" / f"{title}.txt", 6 if title == "first" else 4)
        sets |= {f"{title}, even": even, f"{title}, odd": odd}
    texts: dict[str, list[tuple[str, list[tuple[int, int]] | None]]] = {}
    for source in options.sources:
        if source == "songs":  # the half that is not trained on
            songs = json.loads((options.data / "open/chinese-poetry/yuanqu.json").read_text("utf-8"))[1::2]
            texts[source] = [("\n".join(song["paragraphs"]), None) for song in songs]
            continue
        rows = map(json.loads, (options.labelled / f"lab_{source}.jsonl").read_text("utf-8").splitlines())
        texts[source] = [(row["t"], [tuple(span) for span in row["p"]]) for row in rows]
    look_alikes = list(decoys(HERE / "development" / "decoys.txt"))
    for at in options.at:
        people.SURE, people.BARE = map(int, at.split("/"))
        print(f"SURE/BARE {at}")
        for title, among in sets.items():
            print(f"  {title}: {recall(among)}")
        flagged, many = Counter[str](), Counter[str]()
        for (kind, (_, spans)), hits in zip(look_alikes, found([text for _, (text, _) in look_alikes]), strict=True):
            many[kind] += len(spans)
            flagged[kind] += sum(any(start < end and begin < stop for start, stop in hits) for begin, end in spans)
        print(
            f"  decoys: {', '.join(f'{kind} {flagged[kind]} of {many[kind]}' for kind in many)}, together {flagged.total()} of {many.total()}"
        )
        for source, among_ in texts.items():
            print(f"  {source}: {ordinary(among_)}", flush=True)


def _apart(text: str, spans: list[tuple[int, int]]) -> Text:
    """With spaces between the characters of each name."""
    moved, parts, done, more = [], [], 0, 0
    for begin, end in spans:
        name = " ".join(text[begin:end])
        parts += [text[done:begin], name]
        moved.append((begin + more, begin + more + len(name)))
        more += len(name) - (end - begin)
        done = end
    return "".join([*parts, text[done:]]), moved


if __name__ == "__main__":
    main()
