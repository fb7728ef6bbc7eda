"""Plates of all provinces, and vehicle identification numbers."""

from __future__ import annotations

import random

import pytest

from brightline.corpus.personal.vehicles import PROVINCES, vehicle_digit
from tests.corpus.personal import invented
from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize("province", PROVINCES)
def test_plates_of_every_province_are_found(finds: Check, province: str) -> None:
    finds("plate", "停着{}的轿车", f"{province}B8K2F6")


@pytest.mark.parametrize(
    "plate",
    [
        "京A12345",
        "沪AD12345",
        "浙A·F1234",
        "苏E-88A21",
        "川A 9Z5K7",
        "鲁B12345D",
        "粤Z1234港",
        "闽D5678挂",
        "京 A 12345",
        "京Ａ１２３４５",
        "皖a12345",
    ],
)
@pytest.mark.parametrize("template", ["车牌号{}", "司机驾驶{}逃逸", '"plate":"{}"'])
def test_a_plate_is_found_as_people_write_it(finds: Check, template: str, plate: str) -> None:
    finds("plate", template, plate)


@pytest.mark.parametrize("text", ["WJ京12345", "京A1234警", "京A12****", "苏A座", "GB 京A1", "京AIO123", "新B股票代码"])
def test_state_plates_and_others_are_none(passes: Check, text: str) -> None:
    passes(f"车牌{text}")


def test_a_vehicle_number_is_checked_and_needs_its_word(finds: Check, passes: Check, rng: random.Random) -> None:
    for _ in range(20):
        number = invented.vehicle_number(rng)
        finds("vin", "车架号：{}", number)
        passes(f"型号{number}")
        wrong = number[:8] + ("1" if number[8] != "1" else "2") + number[9:]
        passes(f"车架号：{wrong}")


def test_the_check_digit_of_a_published_example() -> None:
    assert vehicle_digit("1M8GDM9AXKP042788") == "X"  # 49 CFR 565.15, the example of everybody's textbook


def test_a_plate_with_more_letters_than_the_standard_has_needs_its_label(finds: Check, passes: Check) -> None:
    finds("plate", "车牌{}停在门口", "京DZDE0M")
    passes("陕ATYZK7")
