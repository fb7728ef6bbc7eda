"""Names in running text, by what their characters and the words beside them are worth together."""

from __future__ import annotations

import hashlib
import random
import tracemalloc
from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.corpus.personal import find
from brightline.corpus.personal.found import Found
from brightline.corpus.personal.name_model import likelihood, name_model
from brightline.corpus.personal.name_places import EDGE, characters, folded
from brightline.corpus.personal.people import people_in
from brightline.corpus.personal.traces import BETWEEN
from tests.corpus.personal.conftest import Check


def _names(text: str) -> list[str]:
    return [text[hit.start : hit.end] for hit in find(text) if hit.rule == "personal.name"]


@pytest.mark.parametrize(
    "text",
    [
        "患者{}复查，伤口愈合良好。",
        "由项目经理{}负责。",
        "接线员{}记录：来电者要求退款。",
        "原告{}诉称，被告借款未还。",
        "参会人员：{}，请假一人。",
        "责任护士 {} 交班",
        '"receiverName": "{}"',
        "<tr><td>姓名</td><td>{}</td></tr>",
        "联系人：{}（电话13812345678）",
    ],
)
@pytest.mark.parametrize("name", ["赵丽娟", "陈思远", "孙晓梅"])
def test_a_name_is_found_where_words_vouch_for_it(text: str, name: str) -> None:
    assert name in _names(text.format(name))


@pytest.mark.parametrize(
    "text",
    [
        "燕赵有悲歌",
        "帅哥宋来了",
        "高血压患者可以吃黄瓜",
        "石家庄和张家口都下雪",
        "方便的话请于明天上午来",
        "马铃薯、黄豆和白菜",
        "时间安排在周末",
    ],
)
def test_words_that_begin_like_a_surname_are_none(passes: Check, text: str) -> None:
    passes(text)


def test_a_name_in_other_widths_or_apart_keeps_its_place_in_the_raw_text() -> None:
    for text in ("姓名：王 小 明", "姓名：<b>王小明</b>", "姓名：\\u738b\\u5c0f\\u660e，男"):
        (hit,) = [hit for hit in find(text) if hit.rule == "personal.name"]
        assert text[hit.start : hit.end].strip("<b>/") in ("王 小 明", "王小明", "\\u738b\\u5c0f\\u660e")


def test_who_is_found_once_for_sure_is_as_sure_elsewhere_in_the_document() -> None:
    """A policy that covers from a score on would else leave somebody readable beside the covered place."""
    first, second = find("姓名：舒婷\n然后舒婷很甜")

    assert (first.validator, second.validator) == ("surname+model", "surname+model+again")
    assert second.score == first.score >= 0.5
    assert find("然后舒婷很甜") == []


def _together(texts: Sequence[str]) -> list[list[Found]]:
    """The names in texts that stand in one batch."""
    written = [text.encode("utf-8", "surrogatepass") for text in texts]
    bounds = [0]
    for text in written:
        bounds.append(bounds[-1] + len(text) + len(BETWEEN))
    bounds[-1] -= len(BETWEEN)
    found = people_in(BETWEEN.join(written), bounds)
    return [found.get(number, []) for number in range(len(texts))]


def _alone(text: str) -> list[Found]:
    return _together([text])[0]


@pytest.mark.parametrize("before", ["联系人：王小明", "13812345678", "a\0\n\0b 患者赵丽娟复查", "a\0\n", "\0", ""])
def test_names_do_not_depend_on_what_stands_beside_their_document(before: str) -> None:
    texts = [before, "患者赵丽娟复查", before, ""]
    assert _together(texts) == [_alone(text) for text in texts]
    assert _alone(texts[1])


_PARTS = st.sampled_from(
    [
        "王小明",
        "患者赵丽娟复查",
        "联系人：",
        "收件人:欧阳娜娜",
        "姓 名：陈 思 远 ",
        "\u200b",
        "\ufeff",
        "Ａ１２３",
        "&#29579;小明",
        "&nbsp;",
        '{"name":"\\u738b\\u5c0f\\u660e"}',
        "<b>李秀英</b>",
        "\U0001f600",
        "\ud83d",
        "\0",
        "\n",
        "\0\n",
        "13812345678",
        "買買提・阿依古丽·买买提",
        "昨天",
        "，",
        "\t",
        "word ",
    ]
)
_TEXTS = st.lists(st.lists(_PARTS, max_size=8).map("".join), min_size=1, max_size=6)


@settings(max_examples=30, deadline=None)
@given(_TEXTS, st.randoms(use_true_random=False))
def test_names_are_the_same_alone_in_a_batch_and_in_another_order(texts: list[str], rng: random.Random) -> None:
    together = _together(texts)
    assert together == [_alone(text) for text in texts]
    order = list(range(len(texts)))
    rng.shuffle(order)
    assert _together([texts[number] for number in order]) == [together[number] for number in order]


@settings(max_examples=30, deadline=None)
@given(_TEXTS)
def test_names_lie_in_their_text_and_beside_one_another(texts: list[str]) -> None:
    for text in texts:
        end = 0
        for hit in [hit for hit in find(text) if hit.rule == "personal.name"]:
            assert end <= hit.start < hit.end <= len(text)
            end = hit.end


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("姓名：王\u200b小明，男", "王\u200b小明"),
        ("\ufeff\u200b姓名：王小明，男", "王小明"),
        ("姓名：<b>王</b>小明，男", "王</b>小明"),
        ("ＮＡＭＥ　姓名：王小明，男", "王小明"),
        ("姓名：王&#23567;明，男", "王&#23567;明"),
        ('\U0001f600\U0001f600{"姓名":"\\u738b\\u5c0f\\u660e"}', "\\u738b\\u5c0f\\u660e"),
        ("\ud83d\ude00 姓名：王小明，男", "王小明"),
        ("聯絡人：陳麗華，電話13812345678", "陳麗華"),
        ("护照姓名：阿依古丽・买买提", "阿依古丽・买买提"),
    ],
)
def test_a_span_is_the_name_in_the_raw_text(text: str, name: str) -> None:
    assert name in _names(text)


def test_a_long_document_is_looked_at_in_parts_that_lose_nothing() -> None:
    sentence = "今天天气不错。患者赵丽娟复查，伤口愈合良好。\n"
    found = _alone(sentence * 20_000)  # twice as long as a part
    assert [hit.start for hit in found] == [sentence.index("赵") + number * len(sentence) for number in range(20_000)]


def test_a_long_document_takes_memory_for_a_part_of_it() -> None:
    written = ("王李张刘陈杨黄赵" * 90_000).encode()  # every character could begin a name
    people_in(written[:24], [0, 24])  # tables are read once
    tracemalloc.start()
    try:
        people_in(written, [0, len(written)])
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 180_000_000  # bytes; all parts at once took 330 million, and more for a longer document


def test_the_sum_of_a_place_is_a_whole_number_and_the_same_at_every_place() -> None:
    model = name_model()
    zeros = np.zeros(EDGE, np.uint16)
    codes = folded(characters("患者赵丽娟复查"))
    alone = np.concatenate([zeros, codes, zeros])
    twice = np.concatenate([zeros, codes, zeros, codes, zeros])
    _, once = model.sums(alone, model.places(alone))
    _, again = model.sums(twice, model.places(twice))
    assert once.dtype == np.int32
    assert again.tolist() == once.tolist() * 2
    assert likelihood(0) == 0.5


@pytest.mark.parametrize(
    "text",
    [
        "我妈{}上个月做的支架",
        "据其女友{}反映，他已失联三天",
        "我叫{}，今天来面试前台",
        "下面有请{}女士上台领奖",
        "请问是{}本人吗",
        "住院医{}值夜班",
        "报名人{}，参加亲子跑",
    ],
)
@pytest.mark.parametrize("name", ["赵丽娟", "陈思远", "孙晓梅"])
def test_who_is_introduced_or_somebodys_relative_is_found(text: str, name: str) -> None:
    assert name in _names(text.format(name))


def test_who_stands_in_a_row_with_a_name_is_found_with_it() -> None:
    assert _names("三好学生公示：赵丽娟，陈思远，孙晓梅") == ["赵丽娟", "陈思远", "孙晓梅"]


@pytest.mark.parametrize(
    "text",
    [
        "黄芪、白芷、柴胡各十克",
        "从温岭到安吉怎么走",
        "谷丙偏高，吃了贺普丁两年",
        "马齿苋焯水凉拌，红景天泡水喝",
        "问李总什么时候开会",
        "跟张家吵了一架",
        "石家庄、秦皇岛、连云港",
        "方太和海尔哪个好",
    ],
)
def test_places_medicines_brands_and_families_are_nobody(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "除了谷丙、谷丙下降外",
        "特效药,贺普丁,贺维力,恩替卡韦",
        "用清肝利胆胶囊,甘利欣,肝炎灵救治",
        "肝硬化，目前谷丙58",
        "皮肤先后再次出现黄染",
    ],
)
def test_a_word_that_is_no_name_is_none_where_nothing_vouches_for_it(passes: Check, text: str) -> None:
    """The teacher that the model learned from takes values and medicines in rows for people."""
    passes(text)


@pytest.mark.parametrize("text", ["患者{}曾服药", "联系人{}称不在", "司机{}将到达", "经理{}谈了看法"])
def test_the_word_behind_a_name_is_no_part_of_it(text: str) -> None:
    assert _names(text.format("姚雪")) == ["姚雪"]


def test_the_card_of_the_model_names_the_file_that_ships() -> None:
    """training/names/train.py makes the same bytes again: who changes the file says so there."""
    shipped = resources.files("brightline.corpus.personal").joinpath("data", "names.npz").read_bytes()
    card = Path(__file__).parents[3] / "training" / "names" / "README.md"
    assert hashlib.sha256(shipped).hexdigest() in card.read_text("utf-8")
