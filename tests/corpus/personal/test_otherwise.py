"""Numbers of orders, things, amounts and services, which stand like telephone numbers; and telephones beside them, which stay."""

from __future__ import annotations

import pytest

from brightline.corpus.personal import find
from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize(
    "text",
    [
        "出库单 13912345678",
        "顺丰 13912345678 两天没动",
        "AWB 13912345678",
        "confirmation number 13912345678",
        "13912345678号订单退款失败",
        "13912345678（订单号）",
        "13912345678，这个快递单号查不到",
        "A：单号多少\nB：13912345678",
        "客服：请提供订单号\n用户：13912345678",
        "订单的号码是13912345678",
    ],
)
def test_a_number_is_an_order_by_what_is_said_before_behind_or_in_the_question(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "宝贝ID分别是13912345678和13912345699",
        "items 13912345678, 15012345678, 18612345678",
        '"orderIds": ["13912345678", "15012345678"]',
        "sku_id in (13912345678, 15012345678);",
        "物料编码13912345678停用，改用15012345678，图纸不变。",
        "SKU 13912345678 / 13912345699",
    ],
)
def test_what_is_called_a_thing_is_one_to_the_end_of_its_list(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "item_id,price\n13912345678,9.9\n15012345678,8.8",
        "单据编号（系统自动生成请勿修改）,备注\n13912345678,无",
        "公司,营业收入（元）\n甲,13912345678",
    ],
)
def test_the_heading_of_two_cells_may_be_long_or_carry_a_remark(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "余额13912345678",
        "RMB 13912345678",
        "$13912345678",
        "13912345678 USD",
        "合计 13912345678 元整",
        "13912345678次播放",
        '"amount": 13912345678',
    ],
)
def test_money_and_counts_are_no_telephones(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "售后电话020-87654321",
        "咨询热线0531-86061234",
        "总机：010-65051234",
        "酒店前台：021-53521234",
        "021-62791888（总机）",
        "front desk (212) 736-5000",
        "our switchboard +44 20 7946 0000",
        "hotline 1-888-555-0123",
    ],
)
def test_the_line_of_a_service_is_nobodys(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize("text", ["号码 192.168.31.5/24", "电话网关 10.136.88.123 - 20", "3fff:fff:1::8"])
def test_an_address_of_a_private_network_is_neither_an_address_of_somebody_nor_a_telephone(passes: Check, text: str) -> None:
    passes(text)


@pytest.mark.parametrize(
    "text",
    [
        "订单139123456789，电话13800138000",
        "手机13800138000，这个订单还没到",
        "A：电话多少\nB：13800138000",
        "A：订单号和电话发我\nB：13800138000",
        "手机15012345678停用，改用13800138000",
        "订单号15012345678，13800138000",
        "名单：13800138000",
        "张三 13800138000快递放门口",
        "共3个人，13800138000",
        "13800138000（订单电话）",
        "order_id,phone\n15012345678,13800138000",
    ],
)
def test_a_telephone_beside_an_order_stays_one(text: str) -> None:
    assert "13800138000" in [text[hit.start : hit.end] for hit in find(text) if hit.rule == "personal.mobile"]


@pytest.mark.parametrize("text", ["总机0571-87051234转 6108", "报名热线：0571-87051234，联系人：王芳"])
def test_an_extension_and_the_line_of_somebody_who_is_named_stay_telephones(text: str) -> None:
    assert "personal.landline" in [hit.rule for hit in find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "单号：SF1029384\n电话：13800138000",
        "快递单号\n电话：13800138000",
        "订单号 20231105\n王芳 13800138000",
        "运单号 15012345678 13800138000",
        "13800138000 万达广场",
        "13800138000 个人客户",
        "13800138000 件数 3",
        "单号,电话\n15012345678,13800138000\n15012345679,13800138000",
    ],
)
def test_a_telephone_under_and_behind_orders_stays_one(text: str) -> None:
    assert "13800138000" in [text[hit.start : hit.end] for hit in find(text) if hit.rule == "personal.mobile"]
