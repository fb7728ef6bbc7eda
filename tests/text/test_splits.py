"""Split characters are read as one; what ordinary people write side by side is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.text.splits import split_edits, split_parts
from brightline.text.views import Edit, View

ANY_TEXT = st.text(
    st.characters() | st.sampled_from("氵去女干弓虽部 *。，\n\u200b\ud800⼥⺡") | st.characters(categories=["Cs"]), max_size=40
)

# Sentences in which parts of characters stand side by side as ordinary words, or might seem to.
ORDINARY = """
女子排球队昨天回到北京，受到上百名球迷的欢迎。
他们说日月如梭，一转眼孩子已经上小学了。
木目结合的装修，木材要选好的，人工另算。
口水直流，门口的小吃摊人山人海。
女干部在会上发言，要求大家认真学习文件。
这位女支部书记在村里工作了十二年。
压力口腔溃疡有关系吗？牙科医生说要多休息。
王里长今天不在，土地的事情明天再说。
月亮出来了，山下的人家都点起了灯。
又见炊烟升起，日出东方，水不停地流。
三人行必有我师，一人一个苹果，二人平分。
火山爆发之后，石头和土也变成了红色。
他的车子停在门外，马上就要出发去机场。
言语不多的人，心里往往很明白。
她今年大学毕业，立刻找到了工作，月月有余。
田里的禾苗长高了，鱼和羊都卖了好价钱。
目前手机口碑最好的几款，金色和白色卖得最多。
八月一日上午十点，请各位准时到三楼会议室开会。
足不出户就能办理，食品和米面油都能送到家。
这个十字路口又堵车了，交警正在疏导。
小土豆炖牛肉，少放盐，多放水，大火煮开转小火。
方便的话请加我为好友，白天上班，晚上回复。
弓箭手和虫子的故事，孩子们最爱听。
贝壳和者也之乎，都是课本上的字。
人言可畏，但是心中有数就不怕。
高二上学期化学不及格，王老师让我多做题。
"""


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("氵去", "法"), ("女干", "奸"), ("弓虽女干", "强奸"), ("木仓", "枪"), ("贝者博", "赌博"), ("力口微亻言", "加微信"), ("马扁子", "骗子"), ("氵 去", "法"), ("氵*去", "法"),
        ("女\u200b干", "奸"), ("女🐔干", "奸"), ("弓_虽", "强"), ("君羊里", "群里"), ("⺡去", "法"), ("⼥⼲", "奸"), ("貝者", "赌"), ("訁正", "证"), ("违氵去药品", "违法药品"),
        ("火乍弓单", "炸弹"), ("衤果聊", "裸聊"), ("力口才戈", "加我"), ("加氵 去x", "加法x"), ("氵氵去", "氵法"),
    ],
)  # fmt: skip
def test_two_parts_are_read_as_the_character(written: str, read: str) -> None:
    assert View.of(written).edited(split_edits(written)).text == read


@pytest.mark.parametrize(
    "written",
    [
        "女干部",
        "力口腔",
        "女子",
        "日月",
        "木目",
        "口水",
        "人门",
        "言语",
        "一米",
        "又见",
        "氵。去",
        "氵，去",
        "氵\n去",
        "氵    去",
        "氵x去",
        "氵",
        "",
        "去氵",
        "上下",
    ],
)
def test_what_people_write_and_what_stands_apart_is_left_as_it_is(written: str) -> None:
    assert split_edits(written) == []


@pytest.mark.parametrize("sentence", ORDINARY.strip().splitlines())
def test_ordinary_sentences_are_left_as_they_are(sentence: str) -> None:
    assert split_edits(sentence) == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("加 微 信 看 片", "加微信看片"), ("加*微-信看_片 群", "加微信看片群"), ("代.开/发 票丶真", "代开发票真"), ("加🐱微🐱信🐱看片", "加微信看片"), ("你好，加 微 信 看 片。再 见", "你好，加微信看片。再见"),
        ("氵 去 院 传 票 真", "法院传票真"), ("加 亻言 看 片", "加信看片"), ("加 亻言 看 木 仓 支", "加信看枪支"),
    ],
)  # fmt: skip
def test_a_sentence_that_is_spread_out_is_put_together(written: str, read: str) -> None:
    assert View.of(written).edited(split_edits(written)).text == read


@pytest.mark.parametrize(
    "sentence",
    [
        "今天天气不错 我们一起出去 到公园里走走 晚上再回来吃饭", "甲、乙、丙、丁四个人", "一、二、三、四", "东；南；西；北", "加 微 信", "姓名 张先生 联系电话 家庭地址", "股价大跌 市场恐慌 专家称 不必担心",
        "1 2 3 4 5", "a b c d e", "买 🐔 场 🐔 水 🐔 多",
    ],
)  # fmt: skip
def test_spaces_between_phrases_are_no_spreading(sentence: str) -> None:
    assert split_edits(sentence) == []


def test_the_edit_names_both_parts_and_what_is_between_them() -> None:
    assert split_edits("加亻-言") == [Edit(1, 4, "信", "split")]


def test_every_pair_of_the_table_is_read() -> None:
    for whole, pairs in split_parts().items():
        for pair in pairs:
            assert [edit.reads for edit in split_edits(pair)] == [whole]
            assert [edit.reads for edit in split_edits(f"{pair[0]} * {pair[1]}")] == [whole]


@settings(max_examples=100, deadline=None)
@given(ANY_TEXT)
def test_edits_are_sorted_apart_and_one_character_each(text: str) -> None:
    end = 0
    for edit in split_edits(text):
        assert end <= edit.start < edit.start + 1 < edit.end <= min(len(text), edit.start + 8)
        assert len(edit.reads) == 1
        assert edit.lane == "split"
        end = edit.end


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(split_parts())), min_size=1, max_size=8),
    st.randoms(use_true_random=False),
    st.sampled_from(["", " ", "*", " . "]),
)
def test_what_is_split_is_read_again(wholes: list[str], rng: object, gap: str) -> None:
    """With a stop between two of them: the second part of one and the first of the next may be a pair as well."""
    choice = rng.choice  # type: ignore[attr-defined]
    written = "。".join(gap.join(choice(split_parts()[whole])) for whole in wholes)
    assert View.of(written).edited(split_edits(written)).text == "。".join(wholes)


@pytest.mark.parametrize(
    "text",
    [
        "氵" * 200_000,
        "氵去" * 100_000,
        "氵   " * 50_000,
        "\u0301" * 100_000,
        "女,,," * 50_000,
        "好 " * 100_000,
        "好人 氵 " * 50_000,
        "a" * 500_000,
    ],
    ids=range(8),
)
def test_hostile_texts_are_read_like_any_other(text: str) -> None:
    assert len(split_edits(text)) <= len(text) / 2
