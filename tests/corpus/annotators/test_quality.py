"""Signals of low quality and of falsehood, and ordinary texts of many kinds that must have none."""

from __future__ import annotations

import codecs
import json
import random
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.annotators.batch import Stretch
from brightline.corpus.annotators.falsehood import read_refutations
from brightline.corpus.annotators.quality import kernel
from brightline.corpus.annotators.repetition import HAN_GRAM, lines_of, repeated_share
from brightline.corpus.annotators.surprisal import letters_of, unusual_pairs
from brightline.corpus.errors import CorpusError
from tests.corpus.annotators.documents import KEY, annotated, seen

PROSE = "The committee met in the morning and talked about the new library, which opens next spring near the old harbour. "
HAN = "今天上午我们在图书馆开会，讨论了新馆的开放时间和借书的规则，大家都觉得应该延长周末的开放时间。"
CHANCE = random.Random(7)
NOISE = " ".join("".join(CHANCE.choice("bcdfghjklmnpqrstvwxz") for _ in range(9)) for _ in range(20))
ODD_HAN = "".join(chr(CHANCE.randrange(0x5000, 0x9000)) for _ in range(80))

SIGNS = [
    ("quality.gibberish", NOISE),
    ("quality.gibberish", codecs.encode(PROSE * 2, "rot13")),
    ("quality.gibberish", ODD_HAN),
    ("quality.mojibake", "他说锟斤拷锟斤拷"),
    ("quality.mojibake", "CafÃ© crÃ¨me"),
    ("quality.mojibake", "a\ufffdb\ufffdc\ufffd"),
    ("quality.lorem_ipsum", "Lorem ipsum dolor sit amet"),
    ("quality.boilerplate", "登录 | 注册\n上一篇：甲 下一篇：乙\n分享到：微信\n粤ICP备12345678号"),
    ("quality.boilerplate", "We use cookies. Accept all cookies\nPrivacy Policy\nShare on Facebook\nPowered by WordPress"),
    ("quality.repeated_passages", HAN * 8),
    ("quality.repeated_passages", PROSE * 6),
    ("quality.same_lines", "\n".join(["首页 产品 新闻 关于我们 以及更多栏目"] * 20)),
    ("quality.bullets", "\n".join(f"- item number {number} of a long list of things" for number in range(12))),
    ("quality.ellipses", "\n".join(f"news item number {number} begins here and goes on..." for number in range(12))),
    ("quality.navigation", "\n".join(f"栏目{chr(0x4E00 + number * 7)}" * 2 for number in range(60))),
    ("quality.symbols", "####@@@@%%%%^^^^&&&&" * 20),
    ("quality.no_letters", "12345 67890"),
    ("quality.one_character", "啊" * 40),
    ("quality.mixed_scripts", "pаypаl аccount is frее"),
    ("quality.truncated", "这是文章的开头，后面还有很多……阅读全文"),
    ("quality.truncated", "The story begins here [+1234 chars]"),
    ("falsehood.missing_date", "本报讯 昨日，记者从有关部门获悉，大桥将通车。"),
    ("falsehood.missing_date", "Police said yesterday that the road is closed."),
]

PLAIN = [
    HAN,
    PROSE,
    "Die Kommission traf sich am Morgen und sprach über die neue Bibliothek, die im nächsten Frühling eröffnet wird.",
    "La commission s'est réunie le matin pour parler de la nouvelle bibliothèque, qui ouvrira au printemps prochain.",
    "Komisja spotkała się rano i rozmawiała o nowej bibliotece, która zostanie otwarta następnej wiosny.",
    "枯藤老树昏鸦，小桥流水人家，古道西风瘦马。夕阳西下，断肠人在天涯。",
    "哈哈哈哈哈哈哈哈，太好笑了！！！！！！",
    "def add(a: int, b: int) -> int:\n    return a + b\n",
    "昨天我去看了电影，很好看。",
    "本报讯 2021年3月5日，记者从有关部门获悉，大桥将于昨日通车。",
    "他说：“等等……阅读全文之后再谈。”然后就走了。",
    "",
]


@pytest.mark.parametrize(("rule", "text"), SIGNS, ids=[f"{rule}-{number}" for number, (rule, _) in enumerate(SIGNS)])
def test_a_signal_is_seen(rule: str, text: str) -> None:
    assert rule in seen(kernel(KEY), text)


@pytest.mark.parametrize("text", PLAIN, ids=[text[:12] for text in PLAIN])
def test_ordinary_texts_have_none(text: str) -> None:
    assert seen(kernel(KEY), text) == {}


def test_no_signal_of_quality_weighs_as_much_as_a_ground_to_drop() -> None:
    assert all(each["score"] < 0.95 for _, text in SIGNS for each in annotated(kernel(KEY), text)["findings"])


def test_a_report_with_a_date_in_its_record_lacks_none() -> None:
    report = "本报讯 昨日，记者从有关部门获悉，大桥将通车。"
    assert "falsehood.missing_date" not in seen(kernel(KEY), report, published_at="2021-03-05")


def test_figures_stand_beside_the_findings() -> None:
    row = annotated(kernel(KEY), HAN * 8)
    assert row["chars"] == len(HAN) * 8
    assert row["repeated_share"] > 0.7
    assert row["unusual_share"] < 0.1


def test_random_letters_cost_more_than_words_of_any_latin_language() -> None:
    texts = [NOISE, *PLAIN[1:5]]
    letters = letters_of(Stretch(texts))
    noise, *words = (letters.bits / letters.letters).tolist()
    assert noise > 1.25 * max(words)


def test_chinese_in_any_order_is_less_usual_than_chinese() -> None:
    shuffled = "".join(random.Random(1).sample(HAN, len(HAN)))
    pairs, unusual = unusual_pairs(Stretch([HAN, shuffled]))
    assert unusual[0] / pairs[0] < 0.2 < unusual[1] / pairs[1]


@given(texts=st.lists(st.text("ab \n，", max_size=40), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_repeated_lines_are_those_that_a_plain_comparison_finds(texts: list[str]) -> None:
    lines = lines_of(Stretch(texts))
    again: list[bool] = []
    for text in texts:
        known: set[str] = set()
        for line in text.split("\n"):
            if line.strip(" "):
                again.append(line.rstrip(" ") in known)
                known.add(line.rstrip(" "))
    assert lines.again.tolist() == again


@given(
    parts=st.lists(st.sampled_from(["甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未", "天地玄黄宇宙洪荒日月盈昃辰宿列张寒来"]), max_size=8),
    tail=st.text("一二三", max_size=30),
)
@settings(max_examples=40, deadline=None)
def test_the_share_of_repeated_passages_lies_between_none_and_all(parts: list[str], tail: str) -> None:
    (share,) = repeated_share(Stretch(["".join(parts) + tail]), np.array([True]))
    assert 0 <= share < 1
    if len(parts) == len(set(parts)) and len(set(tail)) < 2 and len(tail) <= HAN_GRAM:
        assert share == 0


CLAIM = "吃大蒜可以预防流感病毒感染，每天三瓣永不生病"


def _library(tmp_path: Path) -> str:
    file = tmp_path / "refutations.jsonl"
    file.write_text(
        json.dumps({"claim": CLAIM, "refutation": "没有证据", "url": "https://example.org", "published_at": "2021-01-01"}) + "\n", "utf-8"
    )
    return str(file)


@pytest.mark.parametrize("text", [CLAIM, f"朋友告诉我，{CLAIM}！", "大家注意：吃大蒜可以预防流感病毒的感染，每天三瓣，永不生病！"])
def test_a_refuted_claim_that_is_repeated_is_found(tmp_path: Path, text: str) -> None:
    assert "falsehood.refuted_claim" in seen(kernel(KEY, _library(tmp_path)), text)


@pytest.mark.parametrize("text", [f"谣言：{CLAIM}。真相：没有证据。", f"网传“{CLAIM}”不实。", "吃大蒜可以调味，每天三瓣也不算多。"])
def test_a_claim_that_is_denied_or_another_is_not(tmp_path: Path, text: str) -> None:
    assert seen(kernel(KEY, _library(tmp_path)), text) == {}


def test_another_library_is_another_version(tmp_path: Path) -> None:
    assert kernel(KEY).version != kernel(KEY, _library(tmp_path)).version


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{}\n", "line 1"),
        ('{"claim": "短"}\n', "line 1"),
        ('\n{"claim": \n', "line 2"),
        ("[1]\n", "line 1"),
        ('{"claim": "' + "\\u0000" * 9 + '"}\n', "line 1"),  # nothing is left of it
        ('{"claim": "half a character \\ud800"}\n', "line 1"),
        ("[" * 100_000 + "\n", "line 1"),
    ],
)
def test_a_library_that_is_wrong_is_refused_with_file_and_line(tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "own.jsonl"
    file.write_text(content, "utf-8")
    with pytest.raises(CorpusError, match=rf"own\.jsonl, {problem}") as refused:
        read_refutations(file)
    assert refused.value.code == "BL-CORPUS-084"


def test_a_library_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read"):
        read_refutations(tmp_path / "none.jsonl")
