"""Telephone numbers as people write them, and numbers that only look like some."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.corpus.personal import invented
from tests.corpus.personal.conftest import Check

_FORMS: dict[str, Callable[[str], str]] = {
    "plain": lambda number: number,
    "spaces": lambda number: f"{number[:3]} {number[3:7]} {number[7:]}",
    "dashes": lambda number: f"{number[:3]}-{number[3:7]}-{number[7:]}",
    "dots": lambda number: f"{number[:3]}.{number[3:7]}.{number[7:]}",
    "country": lambda number: f"+86 {number}",
    "country in brackets": lambda number: f"(+86){number}",
    "country and dashes": lambda number: f"+86-{number[:3]}-{number[3:7]}-{number[7:]}",
    "zeros": lambda number: f"0086{number}",
    "each digit apart": " ".join,
    "full width": lambda number: number.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    "circled": lambda number: number.translate(str.maketrans("0123456789", "⓪①②③④⑤⑥⑦⑧⑨")),
    "words": lambda number: number.translate(str.maketrans("0123456789", "零一二三四五六七八九")),
    "bankers' words": lambda number: number.translate(str.maketrans("0123456789", "零壹贰叁肆伍陆柒捌玖")),
    "radio words": lambda number: number.translate(str.maketrans("0123456789", "洞幺两三四五六拐八勾")),
    "invisible": lambda number: f"{number[:3]}\u200b{number[3:7]}\u200b{number[7:]}",
    "HTML": lambda number: f"{number[:3]}&nbsp;{number[3:7]}&nbsp;{number[7:]}",
    "two colours": lambda number: f"{number[:3]}<b>{number[3:7]}</b>{number[7:]}",
}


@pytest.mark.parametrize("form", _FORMS.values(), ids=_FORMS)
@pytest.mark.parametrize("template", ["电话{}找我", "手机：{}", '"mobile": "{}"', "<li>{}</li>", "{}", "加我{}"])
def test_a_mobile_number_is_found_in_every_form(finds: Check, rng: random.Random, template: str, form: Callable[[str], str]) -> None:
    finds("mobile", template, form(invented.mobile(rng)))


@pytest.mark.parametrize("label", ["订单号", "发票号码：", "物料编码", "学号", "SN:", "tracking no. ", "批次号"])
def test_a_number_that_is_called_otherwise_is_no_telephone(passes: Check, rng: random.Random, label: str) -> None:
    passes(label + invented.mobile(rng))


@pytest.mark.parametrize(
    "text",
    [
        "共13800000000元",
        "圆周率3.1415926535897932384626",
        "时间戳1699158645000",
        "手机138****5678",
        "电话12345678901",
        "客服热线400-800-8820",
        "拨打95588",
        "ISBN 978-7-111-12345-6",
        "2023-11-05 12:30:45",
        "0.13812345678",
        "a13812345678b",
    ],
)
def test_what_only_looks_like_a_telephone_number(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    "number",
    [
        "010-62345678",
        "(0571)87654321",
        "021 6234 5678",
        "01062345678",
        "+86 10 6234 5678",
        "028-85123456-8012",
        "0371-6543-2109转8012",
        "０１０－６２３４５６７８",
    ],
)
@pytest.mark.parametrize("template", ["联系电话：{}", "座机{}", "Tel: {} ", '"phone":"{}"'])
def test_a_landline_number_is_found_with_code_and_extension(finds: Check, template: str, number: str) -> None:
    finds("landline", template, number)


@pytest.mark.parametrize("number", ["0 8 1 6 - 2 7 8 9 7 4 7", "0 2 1 - 5 0 6 0 7 0 3 0"])
@pytest.mark.parametrize("template", ["联 系 电 话 : {} 联系人", "Tel : {} E-mail"])
def test_a_landline_number_is_found_with_each_digit_apart(finds: Check, template: str, number: str) -> None:
    finds("landline", template, number)


@pytest.mark.parametrize("text", ["流水 6 1 0 1 1 3 1 9 6 8 0 9 0 9 2 4 1 7 交易成功", "Ref 2 3 0 1 0 2 1 9 5 9 0 7 0 6 6 9 4 0 Thank you"])
def test_a_mobile_number_is_not_cut_out_of_a_longer_one(passes: Check, text: str) -> None:
    passes(text)


def test_a_local_number_needs_its_label(finds: Check, passes: Check) -> None:
    finds("landline", "电话：{}", "87654321")
    passes("数量：87654321")


@pytest.mark.parametrize("number", ["+1 212-736-5000", "+44 20 8366 1177", "+852 2345 6789", "+81 3-1234-5678", "+49 30 123456"])
def test_numbers_of_other_countries_are_found_by_their_code(finds: Check, number: str) -> None:
    finds("phone_foreign", "电话{}，请留言", number)


def test_an_american_number_needs_brackets_or_a_word(finds: Check, passes: Check) -> None:
    finds("phone_foreign", "at {} today", "(212) 736-5000")
    finds("phone_foreign", "phone: {}", "212-736-5000")
    passes("part 212-736-5000")


def test_a_segment_that_nobody_has_yet_needs_its_label(finds: Check, passes: Check) -> None:
    finds("mobile", "电话：{}", "14212345678")
    passes("14212345678")
    passes("手机12812345678")
