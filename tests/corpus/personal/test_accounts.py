"""What only its label proves, also where the label is the heading of a column."""

from __future__ import annotations

import random

import pytest

from brightline.corpus.personal import find
from tests.corpus.personal import invented
from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize(
    ("rule", "template", "value"),
    [
        ("qq", "QQ：{}", "123456789"),
        ("qq", "加扣扣{}", "2876543210"),
        ("qq", "ＱＱ：{}", "65432"),
        ("qq", '"qq":"{}"', "123456789"),
        ("wechat", "微信号：{}", "zhang_wei88"),
        ("wechat", "加微信{}咨询", "lily-2020"),
        ("wechat", "vx：{}", "wxid_a1b2c3d4e5"),
        ("wechat", "VX{}", "abc123456"),
        ("medical_record", "病历号：{}", "00234567"),
        ("medical_record", "住院号为{}", "ZY0012345"),
        ("medical_record", "MRN: {}", "M20231123001"),
        ("social_security", "社保号：{}", "3301061234567"),
        ("social_security", "公积金账号{}", "0123456789"),
        ("driving_licence", "驾驶证档案编号：{}", "310012345678"),
        ("us_ssn", "SSN: {}", "536-90-4399"),
        ("uk_nino", "NI number: {}", "AB123456C"),
        ("national_id", "CPF {}", "111.444.777-35"),
        ("national_id", "DNI: {}", "54362315K"),
        ("national_id", "Codice fiscale {}", "RCCMNL83S18D969H"),
        ("national_id", "aadhaar {}", "2341 2341 2346"),
    ],
)
def test_a_labelled_value_is_found(finds: Check, rule: str, template: str, value: str) -> None:
    finds(rule, template, value)


@pytest.mark.parametrize(
    "text",
    [
        "QQ群：123456789",
        "QQ 20.1.0",
        "QQ音乐20230101",
        "微信公众号official",
        "微信支付payment2",
        "门诊2023-11-05",
        "536-90-4399",
        "SSN: 000-12-3456",
        "CPF 111.444.777-36",
        "PAN the pan ABCDE",
        "日本2341 2341 2346",
    ],
)
def test_groups_programs_and_unlabelled_values_are_none(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize("row", ["|{}|", "\t{}\t", "<tr><td>{}</td></tr>"])
def test_the_heading_of_a_column_is_a_label(row: str) -> None:
    if row.startswith("<"):
        text = "<table><tr><th>姓名</th><th>QQ号</th></tr><tr><td>王芳</td><td>123456789</td></tr></table>"
    else:
        text = "\n".join(
            row[0] + row[0].join(cells) + row[0] for cells in (("姓名", "QQ号"), ("王芳", "123456789"), ("李强", "2876543210"))
        )
    found = {(hit.rule, text[hit.start : hit.end]) for hit in find(text)}
    assert {("personal.name", "王芳"), ("personal.qq", "123456789")} <= found


def test_a_credit_code_is_only_information(rng: random.Random) -> None:
    code = invented.credit_code(rng)
    (hit,) = find(f"统一社会信用代码：{code}")
    assert (hit.rule, hit.kind, hit.sensitive) == ("personal.uscc", "organisation", False)
