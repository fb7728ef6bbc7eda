"""Numbers that are said, spelt or typed in pieces."""

from __future__ import annotations

import pytest

from brightline.corpus.personal import find
from brightline.corpus.personal.speech import heard
from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize(
    ("rule", "template", "said"),
    [
        ("mobile", "记一下啊，{}", "幺三八，零零幺三，八零零零"),
        ("mobile", "电话是{}", "幺八九呃九三六六嗯八幺九二"),
        ("mobile", "电话号码{}", "幺，三，九，四，七，六，六，八，六，五，零"),
        ("mobile", "手机号{}", "幺三六三个零八六五二九"),
        ("mobile", "我电话{}", "138后面八个8"),
        ("mobile", "你记，{}", "152，6856，8332"),
        ("mobile", "号码{}", "158，对，3595，2392"),
        ("mobile", "{}", "139啊6429啊7578"),
        ("mobile", "A：电话？\nB：{}", "139\nB：1438\nB：4695"),
        ("mobile", "{} 我的号", "152*8914*1176"),
        ("mobile", "my Chinese number is {}", "one three seven, nine nine two seven, zero one four two"),
        ("phone_foreign", "my number is {}", "four one five, eight six seven, five three oh nine"),
        ("phone_foreign", "you can reach me on {}", "oh seven nine one two, three four five, six seven eight"),
        ("id_card", "身份证号码我念一下，{}", "三幺零幺零四，幺九七八幺幺幺七，九七二五"),
        ("bank_card", "card number is {}", "four five three two, zero one five one, one two eight three, zero three six six"),
        ("landline", "家里电话{}", "零五七一，八七六五四三二一"),
        ("qq", "QQ号{}", "209，182，542"),
        ("us_ssn", "my social is {}", "five three six, nine oh, four three nine nine"),
        ("uk_nino", "NI number {}", "A B one two three four five six C"),
        ("passport", "护照是{}", "E，幺二三，四五六，七八"),
        ("plate", "车牌号{}", "沪B，六七八，D九"),
        ("email", "我的邮箱{}", "lily 下划线 88 艾特 qq 点 com"),
        ("email", "my email is {}", "john dot smith at gmail dot com"),
    ],
)
def test_what_is_said_in_pieces_is_found_as_a_whole(rule: str, template: str, said: str, finds: Check) -> None:
    finds(rule, template, said)


@pytest.mark.parametrize(
    "text",
    [
        "一，二，三，四，五，六，七，八，九，十，十一",
        "1、2、3、4、5、6、7、8、9、10、11",
        "尺码138、1400、1500",
        "考了138，排名1234，全市5678",
        "第一三八零零一三八零零零号决议没有",
        "one, two, three, four, five, six, seven, eight",
        "zero one zero one one zero one zero binary",
        "圆周率三点一四一五九二六五三五八九七",
        "五四三二一，发射",
        "二二三三四四五五六六七七",
    ],
)
def test_counting_and_figures_are_nobodys(passes: Check, text: str) -> None:
    passes(text)


def test_what_is_heard_keeps_its_places() -> None:
    view, runs = heard("电话幺三六三个零,八六五二九！")
    assert view.text == "电话13600086529！"
    assert [view.raw_span(2, 13)] == [(begin, end) for begin, end, _ in runs]
    assert view.raw_span(5, 8) == (5, 8)  # 三个零


def test_a_long_talk_of_figures_is_heard_in_linear_time() -> None:
    # a second; each partition of its digits tried, it would not end
    assert find("1" * 30_000 + "幺三八，" * 10_000 + "x") is not None


@pytest.mark.parametrize(
    ("rule", "template", "typed"),
    [
        ("mobile", "开头186，{}", "186 然后 9034 最后 0133"),
        ("mobile", "我手机{}", "133后面是68718508"),
        ("mobile", "{}", "186🌸8158🌸2450"),
        (
            "mobile",
            "{}",
            "1\ufe0f\u20e33\ufe0f\u20e37\ufe0f\u20e38\ufe0f\u20e39\ufe0f\u20e32\ufe0f\u20e38\ufe0f\u20e39\ufe0f\u20e30\ufe0f\u20e34\ufe0f\u20e33",
        ),
        ("id_card", "身份证号{}", "310104，然后19781117，最后四位9725"),
        ("id_card", "身份证\n{}", "310104\n19781117\n9725"),
        ("phone_foreign", "text {}", "415.867.2671"),
    ],
)
def test_a_number_that_is_typed_in_pieces_is_found(rule: str, template: str, typed: str, finds: Check) -> None:
    finds(rule, template, typed)
