"""Names, addresses and a few more as letters, slips and recognised print have them."""

from __future__ import annotations

import pytest

from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize("template", ["From: {}\n", "Attn: {}\n", "Thanks,\n{}\n", "Hi {},", "Prepared by: {}\n", "speaking with {} now"])
@pytest.mark.parametrize("name", ["Emily Davis", "Priya Sharma", "Zhang Wei"])
def test_a_latin_name_in_a_letter_is_found(finds: Check, template: str, name: str) -> None:
    finds("name", template, name)


@pytest.mark.parametrize("text", ["Hi Visual Studio,", "From: Customer Service", "Thanks,\nSupport Team", "To: Sales Department"])
def test_a_department_is_no_person(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("家住{}。", "幸福路88弄12号301室"),
        ("事发地位于{}，", "人民路12号3单元402室"),
        ("收货地址：{}", "上海市\n浦东新区世纪大道100号\n2座1502室"),
        ("Ship to {}.", "Flat 3, 12 Oak Road, Leeds LS1 4AB"),
        ("{}", "Room 501, Building 3, No. 88 Jianguo Road, Chaoyang District, Beijing 100022"),
    ],
)
def test_an_address_without_a_city_or_over_lines_is_found(finds: Check, template: str, value: str) -> None:
    finds("address", template, value)


@pytest.mark.parametrize("template", ["姓 名 ： {} ", "姓名：{} 性别"])
def test_a_name_in_recognised_print_is_found(finds: Check, template: str) -> None:
    finds("name", template, "周 志 强")


@pytest.mark.parametrize("template", ["登录密码改成{}了", "WiFi密码是{}，", "密码已重置为{}"])
def test_a_password_in_a_sentence_is_found(finds: Check, template: str) -> None:
    finds("password", template, "Xk9mP2qz")
