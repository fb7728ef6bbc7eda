"""What Article 8 asks of a user agreement is found with its sentence, or told to be missing; what only sounds like it is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.errors import DataError
from brightline.labels.agreement import FORMAT, MOST_CHARACTERS, check_agreement, load_points
from brightline.labels.errors import LabelError
from brightline.rulebook import load_rulebook

AGREEMENT = """用户服务协议

第一条 总则
欢迎使用本服务。请您仔细阅读本协议；未满十四周岁的，应由监护人阅读。
第二条 知识产权
本服务的商标、标识、AI 模型受法律保护，您不得删除权利声明。

第六条 生成合成内容的标识
6.1 我们依法对利用人工智能生成合成的内容添加标识，具体如下：
（1）文本：在文本的起始或者末尾标注“AI生成”；
（2）图片：在图片右下角显示文字提示；
（3）音频：在起始处加入语音提示；
（4）文件：在元数据中写入制作要素信息。
6.2 请您仔细阅读并理解本条要求。
6.3 您发布生成合成内容时，应当主动声明，并使用本服务的标识功能；不得删除、篡改、伪造、隐匿上述标识。
6.4 您申请不含显式标识的内容的，由您承担标识义务，我们留存日志不少于六个月。
"""

ENGLISH = """Terms of Service

4. AI-generated content
Every image that our models generate carries a visible label in the bottom right corner, with the words "AI-generated", and metadata
that says so. Please read these rules on labels carefully. You must not remove the label.
"""

NOTHING = """隐私政策
我们使用人工智能技术为您生成推荐内容。您的收货标识信息仅用于配送。我们在网页底部添加了联系方式。请您仔细阅读并理解本政策。
You may choose the style of your avatar. Our AI reads the labels of your parcels.
"""


def found(text: str) -> set[str]:
    return {point.id for point in check_agreement(text).points if point.passages}


def passages(text: str, point: str) -> list[str]:
    return [each.text for candidate in check_agreement(text).points if candidate.id == point for each in candidate.passages]


def test_an_agreement_that_says_everything_has_every_point() -> None:
    answer = check_agreement(AGREEMENT)

    assert answer.state == "found"
    assert found(AGREEMENT) == {"method", "style", "prompt", "copies", "removal", "declaration"}


def test_each_point_shows_the_sentences_that_speak_of_it_and_no_others() -> None:
    assert passages(AGREEMENT, "prompt") == ["6.2 请您仔细阅读并理解本条要求。"]
    assert passages(AGREEMENT, "style") == [
        "（1）文本：在文本的起始或者末尾标注“AI生成”；",
        "（2）图片：在图片右下角显示文字提示；",
        "（3）音频：在起始处加入语音提示；",
    ]
    assert "第二条" not in "".join(passages(AGREEMENT, "removal"))
    assert passages(AGREEMENT, "removal") == ["不得删除、篡改、伪造、隐匿上述标识。"]


def test_a_passage_stands_where_it_says() -> None:
    for text in (AGREEMENT, ENGLISH):
        for point in check_agreement(text).points:
            assert all(text[each.start : each.stop] == each.text for each in point.passages)


def test_an_english_agreement_is_read_too() -> None:
    assert check_agreement(ENGLISH).state == "found"
    assert found(ENGLISH) == {"method", "style", "prompt", "removal"}


def test_one_that_only_talks_of_ai_has_nothing() -> None:
    answer = check_agreement(NOTHING)

    assert answer.state == "missing"
    assert found(NOTHING) == set()
    assert all(point.sample_zh and point.sample_en for point in answer.points)


def test_one_that_says_a_part_is_incomplete() -> None:
    assert check_agreement("我们对AI生成内容添加标识。").state == "incomplete"
    assert found("我们对AI生成内容添加标识。") == {"method"}


def test_advisable_points_do_not_make_an_agreement_incomplete() -> None:
    answer = check_agreement(AGREEMENT.partition("6.3")[0])

    assert answer.state == "found"
    assert [point.id for point in answer.points if not point.passages and not point.required] == ["copies", "removal", "declaration"]


def test_the_clauses_to_begin_from_make_an_agreement_of_which_nothing_is_missing() -> None:
    points = check_agreement("").points

    for text in ("\n".join(point.sample_zh for point in points), "\n".join(point.sample_en for point in points)):
        assert found(text) == {point.id for point in points}


def test_an_item_counts_only_close_behind_its_sentence_and_if_it_names_a_medium() -> None:
    head = "我们对AI生成内容添加标识：\n"

    assert "style" in found(head + "图片：右下角文字提示。")
    assert "style" not in found(head + "您的头像显示在右下角。")
    assert "style" not in found(head + "其他约定。\n" * 100 + "图片：右下角文字提示。")


def test_every_point_rests_on_a_rule_of_the_rulebook() -> None:
    rulebook = load_rulebook()

    assert {point.rule for point in check_agreement("").points} <= set(rulebook.rules)


def test_the_answer_is_a_document_with_stable_names() -> None:
    document = check_agreement("我们对AI生成内容添加标识。").to_document()

    assert (document["format"], document["state"]) == (FORMAT, "incomplete")
    assert [(point["id"], point["required"]) for point in document["points"][:3]] == [("method", True), ("style", True), ("prompt", True)]
    assert document["points"][0]["passages"] == [{"start": 0, "stop": 14, "text": "我们对AI生成内容添加标识。"}]
    assert set(document["points"][0]) == {"id", "rule", "required", "found", "zh", "en", "sample", "passages"}


def test_at_most_five_passages_are_shown_and_long_ones_in_part() -> None:
    long = "我们对AI生成内容添加标识，" + "并且" * 1000 + "。"

    assert [len(each) for each in passages(long * 9, "method")] == [500] * 5


def test_a_text_beyond_all_agreements_is_refused() -> None:
    assert check_agreement("字" * MOST_CHARACTERS).state == "missing"
    with pytest.raises(LabelError, match="BL-LABEL-086"):
        check_agreement("字" * (MOST_CHARACTERS + 1))


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("标识水印AI生成合成添加不得删除请阅读labe .。；\n\ud800“”()"), max_size=200))
def test_any_text_is_read_and_shown_as_it_stands(text: str) -> None:
    for point in check_agreement(text).points:
        for each in point.passages:
            assert text[each.start : each.stop].encode("utf-8", "replace").decode() == each.text


# The table


ROW = """- id: method
  rule: LM-8
  required: true
  zh: 方法
  en: Methods
  source: made up for a test
  needs: ['添加']
  near: '图片'
  clause_zh: 我们对AI生成内容添加标识。
  clause_en: 我们对生成内容添加标识。
  examples: [我们对合成内容添加标识。]
  twins: [我们对合成内容作标识。]
"""


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (ROW + ROW, "BL-DATA-288"),
        (ROW.replace("twins: [我们对合成内容作标识。]", "twins: []"), "BL-DATA-288"),
        (ROW.replace("'添加'", "'(?=添加)'"), "BL-DATA-286"),
        (ROW.replace("对合成内容添加", "对合成内容加"), "BL-DATA-287"),
        (ROW.replace("内容作标识", "内容添加标识"), "BL-DATA-287"),
        (ROW.replace("clause_en: 我们对生成内容添加标识。", "clause_en: nothing of the kind"), "BL-DATA-287"),
        (ROW.replace("required: true", "required: perhaps"), "BL-DATA-105"),
    ],
)
def test_a_wrong_row_is_refused_with_file_and_line(tmp_path: Path, table: str, code: str) -> None:
    path = tmp_path / "agreement.yaml"
    path.write_text(table, "utf-8")

    with pytest.raises(DataError, match=rf"{code}: .*agreement\.yaml:\d+"):
        load_points(path)


def test_a_right_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "agreement.yaml"
    path.write_text(ROW, "utf-8")

    assert [row.id for row in load_points(path)] == ["method"]
