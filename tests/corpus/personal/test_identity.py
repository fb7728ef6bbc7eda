"""Identity cards, permits and passports: found where they are right, passed where a digit is wrong or nothing says what they are."""

from __future__ import annotations

import random

import pytest
from stdnum.cn import ric

from brightline.corpus.personal import find
from brightline.corpus.personal.identity import hong_kong_digit, taiwan_digit
from tests.corpus.personal import invented
from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize(
    "template",
    [
        "我的身份证{}丢了",
        "身份证号码：{}。",
        "ID:{}",
        '"id_card": "{}"',
        "<td>{}</td>",
        "公民身份号码{}（已核验）",
        "{}",
        "（{}）",
        "证件号\t{}",
    ],
)
def test_an_identity_number_is_found_beside_anything(finds: Check, rng: random.Random, template: str) -> None:
    finds("id_card", template, invented.id_card(rng))


@pytest.mark.parametrize("width", [(6, 8, 4), (3, 3, 4, 4, 4), (4, 4, 4, 4, 2), (1,) * 18])
@pytest.mark.parametrize("gap", [" ", "-", "·", "\u3000", " - "])
def test_groups_of_an_identity_number_may_stand_apart(finds: Check, rng: random.Random, width: tuple[int, ...], gap: str) -> None:
    number, groups = invented.id_card(rng), []
    for length in width:
        groups.append(number[:length])
        number = number[length:]
    finds("id_card", "身份证号：{}，请核对", gap.join(groups))


def test_full_width_digits_and_a_small_x_are_read(finds: Check, rng: random.Random) -> None:
    number = next(number for number in iter(lambda: invented.id_card(rng), "") if number.endswith("X"))
    wide = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
    finds("id_card", "身份证{}", number.lower())
    finds("id_card", "身份证{}", number.translate(wide))


def test_a_wrong_check_digit_is_no_identity_number(passes: Check, rng: random.Random) -> None:
    for _ in range(20):
        passes(f"身份证号：{invented.wrong_id_card(rng)}")


def test_a_date_or_a_division_that_there_is_not_is_no_identity_number(passes: Check) -> None:
    for body in ("11010519900230001", "00000019900307001", "99010519900307001", "11010518500307001"):
        passes(f"编号{body + ric.calc_check_digit(body + '0')}")


def test_who_was_born_before_the_division_was_founded_has_its_number(finds: Check) -> None:
    body = "44010619530612001"  # 天河 was founded in 1985
    number = body + ric.calc_check_digit(body + "0")
    assert not ric.is_valid(number)
    finds("id_card", "身份证{}", number)


def test_a_number_of_fifteen_digits_needs_a_word(finds: Check, passes: Check) -> None:
    finds("id_card", "原身份证号{}", "110105530612001")
    passes("110105530612001")


@pytest.mark.parametrize(
    ("label", "rule"), [("驾驶证号：", "driving_licence"), ("社会保障号码", "social_security"), ("身份证：", "id_card")]
)
def test_the_nearest_label_names_the_number(finds: Check, rng: random.Random, label: str, rule: str) -> None:
    finds(rule, label + "{}", invented.id_card(rng))


@pytest.mark.parametrize("prefix", ["810000", "820000", "830000", "911156"])
def test_permits_of_the_same_build_are_permits(finds: Check, rng: random.Random, prefix: str) -> None:
    finds("residence_permit", "居住证号{}", invented.id_card(rng, prefix))


@pytest.mark.parametrize(
    ("rule", "template", "value"),
    [
        ("passport", "护照号：{}", "E12345678"),
        ("passport", "护照{}已过期", "EA1234567"),
        ("passport", "Passport No. {}", "G87654321"),
        ("passport", '"passport": "{}"', "PE1234567"),
        ("travel_permit", "往来港澳通行证{}", "C12345678"),
        ("travel_permit", "回乡证号：{}", "H1234567801"),
        ("travel_permit", "台胞证：{}", "12345678"),
        ("residence_permit", "外国人永久居留证{}", "USA310080010101"),
    ],
)
def test_a_code_without_check_digit_is_found_by_its_label(finds: Check, passes: Check, rule: str, template: str, value: str) -> None:
    finds(rule, template, value)
    passes(f"型号{value}")


def test_hong_kong_and_taiwan_cards_are_checked(finds: Check, passes: Check, rng: random.Random) -> None:
    for _ in range(10):
        finds("hk_id", "香港身份证{}", invented.hong_kong_id(rng))
        finds("tw_id", "身分證字號：{}", invented.taiwan_id(rng))
    right = invented.hong_kong_id(rng)
    passes(f"身份证{right[:-2]}{'2' if right[-2] == '1' else '1'})")


def test_check_digits_of_published_examples() -> None:
    assert hong_kong_digit("G123456") == "A"  # the Immigration Department's specimen
    assert taiwan_digit("A12345678") == "9"  # the number in every Taiwanese form's example


def test_a_number_inside_of_a_longer_code_is_none(rng: random.Random) -> None:
    assert find(f"sha:ab{invented.id_card(rng)[:-1]}1cd") == []
