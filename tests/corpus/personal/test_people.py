"""Names in running text, by what their characters and the words beside them are worth together."""

from __future__ import annotations

import numpy as np
import pytest

from brightline.corpus.personal import find
from brightline.corpus.personal.name_model import likelihood, name_model
from brightline.corpus.personal.name_places import EDGE, characters, folded
from brightline.corpus.personal.people import people_in
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


def test_names_do_not_depend_on_what_stands_beside_their_document() -> None:
    texts = ["联系人：王小明", "13812345678", "今天天气很好", "患者赵丽娟复查", "a\0\n\0b 患者赵丽娟复查", ""]
    written = [text.encode() for text in texts]
    bounds = [0]
    for text in written:
        bounds.append(bounds[-1] + len(text) + 3)
    bounds[-1] -= 3
    together = people_in(b"\0\n\0".join(written), bounds)
    assert [together.get(number, []) for number in range(len(texts))] == [people_in(text, [0, len(text)]).get(0, []) for text in written]


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
