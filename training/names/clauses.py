"""Places in real clauses where somebody could be named: before a verb, behind a verb, behind a word for somebody.

Chinese clauses often leave out who acts. Where a clause begins with a verb or an adverb, a name is put before it; where a verb is followed by
a noun, a name takes the noun's place. jieba (MIT) says which words are verbs; what it gets wrong makes strange sentences, in which a name is
still a name.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from texts import Names, Text, Things

__all__ = ["in_clauses", "lists", "somebody"]

_ENDS = "人员者长师生工手兵民友妻夫父母弟妹兄姐哥叔姨婶婆爷奶医方商官委贼犯客"
_KIN = [
    "我妈",
    "我爸",
    "我哥",
    "我姐",
    "我弟",
    "我妹",
    "我爷爷",
    "我奶奶",
    "我外公",
    "我舅舅",
    "我姑姑",
    "我表弟",
    "我堂妹",
    "我老公",
    "我老婆",
    "我媳妇",
    "我儿子",
    "我女儿",
    "我闺女",
    "我同学",
    "我同事",
    "我室友",
    "我闺蜜",
    "我朋友",
    "我老师",
    "我老板",
    "我徒弟",
    "我师傅",
    "其妻",
    "其夫",
    "其子",
    "其女",
    "其父",
    "其母",
    "其弟",
    "其兄",
    "其女友",
    "其男友",
    "他妈",
    "他爸",
    "他媳妇",
    "她老公",
    "她男朋友",
    "她婆婆",
    "他女儿",
    "她儿子",
    "父",
    "母",
    "妻",
    "子",
    "女",
    "长子",
    "次子",
    "幼子",
    "长女",
    "次女",
    "长兄",
    "幼弟",
    "侄子",
    "外甥",
    "孙子",
    "孙女",
    "女婿",
    "儿媳",
    "表姐",
    "堂弟",
    "岳父",
    "公公",
    "前妻",
    "前夫",
    "前男友",
    "前女友",
    "未婚妻",
    "男朋友",
    "女朋友",
    "闺蜜",
    "发小",
    "死党",
    "老乡",
    "同桌",
    "搭档",
    "祖父",
    "祖母",
    "曾祖",
    "先父",
    "先母",
    "先祖",
    "高祖",
    "始祖",
    "族长",
    "房东",
    "房客",
    "二房东",
    "中介",
    "保姆",
    "月嫂",
    "司仪",
    "法务",
    "审计",
    "行政",
    "人事",
    "文员",
    "财务",
    "前台",
    "会计",
    "外教",
    "助教",
    "副手",
    "主将",
    "门将",
    "前锋",
    "后卫",
    "替补",
    "裁判",
    "领队",
    "队医",
    "导演",
    "编剧",
    "配音",
    "替身",
    "制片",
    "演员",
    "歌手",
    "鼓手",
    "主唱",
    "班委",
    "课代表",
    "团支书",
]
_JOINTS = ["、", "和", "与", "及", "以及", "跟", "同", "，", "/", "；", "兼", "＆", "或"]
_BEFORE = [
    "昨天",
    "今天",
    "明天",
    "上周",
    "刚才",
    "后来",
    "当时",
    "结果",
    "其实",
    "原来",
    "听说",
    "据说",
    "可是",
    "但是",
    "不过",
    "如果",
    "因为",
    "所以",
    "于是",
    "而且",
    "然后",
    "那天",
    "这次",
    "上次",
    "每次",
    "最近",
    "以前",
    "从前",
    "十年前",
    "小时候",
    "那年",
    "夜里",
    "早上",
    "中午",
    "凌晨",
    "会上",
    "会后",
    "席间",
    "期间",
    "目前",
    "随后",
    "此前",
    "事后",
    "经查",
    "另查",
    "据查",
    "经",
    "由",
    "被",
    "把",
    "让",
    "叫",
    "请",
    "给",
    "对",
    "向",
    "跟",
    "和",
    "替",
    "为",
    "找",
    "问",
    "告诉",
    "通知",
    "联系",
    "看见",
    "听见",
    "遇到",
    "想起",
    "记得",
    "感谢",
    "麻烦",
    "拜托",
    "转告",
    "提醒",
    "劝",
    "怪",
    "骂",
    "恨",
    "爱",
    "等",
    "接",
    "送",
    "陪",
    "带",
    "扶",
    "喊",
    "约",
    "加",
    "踢",
    "拉",
]
_CLAUSE = re.compile(r"[\u4e00-\u9fff]{3,22}")


def somebody(dictionary: Path) -> list[str]:
    """Words for people by what they do (护士, 目击者), from the dictionary, and words for relatives."""
    words = []
    for line in dictionary.read_text("utf-8").splitlines():
        word, count, kind = line.split(" ")
        if kind == "n" and 2 <= len(word) <= 4 and int(count) >= 3 and word[-1] in _ENDS:
            words.append(word)
    return words + _KIN * 6


def in_clauses(texts: Iterable[str], rng: random.Random, names: Names, people: Sequence[str], things: Things) -> Iterator[Text]:
    """Clauses of real texts with names put into them, and with places, medicines, foods and brands, which are none."""
    import jieba.posseg  # imported here: only those who train need it

    last, kinds = "", sorted(things)
    for text in texts:
        for found in _CLAUSE.finditer(text):
            clause = found.group()
            tokens = [(token.word, token.flag) for token in jieba.posseg.cut(clause)]
            if any(flag.startswith("nr") for _, flag in tokens):
                continue
            behind = text[found.end() : found.end() + 1].strip()
            head = last + rng.choice("，，。：；\n ") if last and rng.random() < 0.3 else ""
            last = clause
            if tokens[0][1][0] in "vdp" or tokens[0][0] in ("说", "问", "称"):
                yield _put(head + _opening(rng, people), rng, names, clause + behind)
                if rng.random() < 0.3:
                    yield head + rng.choice(things[rng.choice(kinds)]) + clause + behind, []
            size = 0
            for (word, flag), (object_, after) in itertools.pairwise(tokens):
                size += len(word)
                if flag[0] == "v" and after[0] in "nr" and rng.random() < 0.35:
                    left, right = head + clause[:size], clause[size + len(object_) :] + behind
                    yield _put(left + (rng.choice(people) if rng.random() < 0.3 else ""), rng, names, right)
                    yield left + rng.choice(things[rng.choice(kinds)]) + right, []
                    break


def lists(rng: random.Random, names: Names, people: Sequence[str], things: Things) -> Iterator[Text]:
    """Lists of names without end: after words for people or none, numbered or not, with figures behind the names or none.
    Three in ten are lists of things instead."""
    kinds = sorted(things)
    while True:
        joint = rng.choice(["、", "，", ",", " ", "  ", "　", "\n", "\t", "；", ";", "/", "|", " | ", "; "])
        numbered = rng.choice(["", "", "", "", "{}.", "{}、", "{}. ", "({})", "（{}）", "{} ", "{}号"])
        figure = rng.choice(["", "", "", "", " {}", "{}分", "\t{}", ",{}", "（{}）", "({})", " {}元", "：{}"])
        dice, parts, spans = rng.random(), [], []
        listed = things[rng.choice(kinds)] if rng.random() < 0.3 else None
        if listed is not None:
            parts.append(rng.choice(["", "", "有", "包括", "如", "：", "主要", "分为", "买了", "去过", "成分："]))
        elif dice < 0.45:
            parts.append(rng.choice(people) + rng.choice(["：", ":", " ", "", "有", "：\n", "名单：", "是", "（", "为"]))
        elif dice < 0.6:
            parts.append(rng.choice(people) + rng.choice(["名单", "公示", "一览", "签到", "安排", "分组"]) + rng.choice(["：", "\n", " "]))
        size = sum(map(len, parts))
        for number in range(1, rng.choice([2, 2, 3, 3, 4, 5, 6, 8]) + 1):
            if number > 1:
                parts.append(joint)
            if numbered:
                parts.append(numbered.format(number))
            size = sum(map(len, parts))
            name = names.whole() if listed is None else rng.choice(listed)
            parts.append(name)
            if listed is None:
                spans.append((size, size + len(name)))
            if figure:
                parts.append(
                    figure.format(rng.choice([rng.randint(1, 99), rng.randint(100, 9999), f"1{rng.randint(3 * 10**9, 10**10 - 1)}"]))
                )
        yield "".join([*parts, rng.choice(["", "", "。", "等", "\n", f"，共{rng.randint(2, 90)}人", "）"])]), spans


def _opening(rng: random.Random, people: Sequence[str]) -> str:
    dice = rng.random()
    if dice < 0.35:
        return ""
    if dice < 0.6:
        return rng.choice(people)
    if dice < 0.7:
        return rng.choice(people) + rng.choice(["：", ":", " ", "　", "，", "（", "“", "——", "是", "叫", "名叫"])
    return rng.choice(_BEFORE)


def _put(left: str, rng: random.Random, names: Names, right: str) -> Text:
    parts, spans, size = [left], [], len(left)
    for number in range(1 if rng.random() < 0.8 else rng.randint(2, 4)):
        joint = rng.choice(_JOINTS) if number else ""
        if number and rng.random() < 0.2:
            joint += rng.choice(_KIN)
        name = names.whole()
        parts += [joint, name]
        spans.append((size + len(joint), size + len(joint) + len(name)))
        size += len(joint) + len(name)
    return "".join([*parts, right]), spans
