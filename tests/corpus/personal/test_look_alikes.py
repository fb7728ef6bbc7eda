"""What looks like personal data by its shape and is something else by what stands beside it."""

from __future__ import annotations

import pytest

from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize("label", ["item id: {}", '"sku": {}', "物料编码 {}", "material no. {}", "record #{}", "商品编号：{}"])
def test_the_number_of_a_thing_is_no_telephone(passes: Check, label: str) -> None:
    passes(label.format("13912345678"))


@pytest.mark.parametrize("text", ["firmware 45.118.12.77", "kernel-45.118.12.77-1.el7", "固件版本：45.118.12.77", "45.118.12.77-beta"])
def test_a_version_of_four_parts_is_no_address(passes: Check, text: str) -> None:
    passes(text)


def test_the_digits_of_an_address_are_no_telephone(passes: Check) -> None:
    passes("电话系统的服务器 192.0.2.130 和 172.16.100.123")


@pytest.mark.parametrize(
    "text", ["geo array([-0.9665554, -0.58826587, 0.23297648, 0.1170094])", "[位置坐标] 0.96655 0.58826", "[COORDINATES] 0.96655, 0.58826"]
)
def test_a_row_of_figures_is_no_position(passes: Check, text: str) -> None:
    passes(text)
