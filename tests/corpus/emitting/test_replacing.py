"""What takes the place of covered data: it says what stood there, and never is anybody's real number."""

from __future__ import annotations

import ipaddress

import pytest
from stdnum import luhn
from stdnum.cn import ric

from brightline.corpus.emitting.replacing import replacement
from brightline.corpus.emitting.validity import is_valid
from brightline.corpus.errors import CorpusError

KEY = "5b" * 32
OTHER_KEY = "7c" * 32


def _id_card(number: int) -> str:
    body = f"1101051904{1 + number % 12:02d}{1 + number % 28:02d}{number % 1000:03d}"
    return body + ric.calc_check_digit(body)


def _card(number: int) -> str:
    body = f"62284800000000{number:04d}"
    return body + luhn.calc_check_digit(body)


def test_a_placeholder_says_what_stood_there_in_the_language_that_is_wanted() -> None:
    assert replacement("placeholder", "zh", "")("personal.id_card", "x") == "[身份证号]"
    assert replacement("placeholder", "en", "")("personal.id_card", "x") == "[ID_CARD]"
    assert replacement("placeholder", "en", "")("keywords.own", "x") == "[keywords.own]"


def test_a_mask_keeps_separators_only() -> None:
    assert replacement("mask", "zh", "")("personal.mobile", "138-0013 8000 张三") == "***-**** **** **"


def test_a_pseudonym_is_the_same_for_every_spelling_of_a_value_and_another_under_another_key() -> None:
    pseudonym = replacement("pseudonym", "zh", KEY, is_valid)
    plain, spaced = pseudonym("personal.mobile", "13800138000"), pseudonym("personal.mobile", "138 0013 8000")
    assert spaced == f"{plain[:3]} {plain[3:7]} {plain[7:]}"
    assert plain == pseudonym("personal.mobile", "13800138000") != "13800138000"
    assert plain != replacement("pseudonym", "zh", OTHER_KEY, is_valid)("personal.mobile", "13800138000")
    assert pseudonym("personal.name", "赵一") == pseudonym("personal.name", "赵一") != pseudonym("personal.name", "钱二")


def test_pseudonyms_keep_the_shape_and_are_never_valid() -> None:
    pseudonym = replacement("pseudonym", "zh", KEY, is_valid)
    for number in range(60):
        card, bank = _id_card(number), _card(number)
        for rule, value in (("personal.id_card", card), ("personal.bank_card", bank), ("personal.mobile", f"1380013{number:04d}")):
            made = pseudonym(rule, value)
            assert [each.isdigit() for each in made[:-1]] == [each.isdigit() for each in value[:-1]]
            assert len(made) == len(value)
            assert not is_valid(made)
        assert not ric.is_valid(pseudonym("personal.id_card", card))
        assert not luhn.is_valid(pseudonym("personal.bank_card", bank))


def test_full_width_digits_stay_full_width() -> None:
    made = replacement("pseudonym", "zh", KEY, is_valid)("personal.mobile", "１３８００１３８０００")
    assert all("０" <= each <= "９" for each in made)


def test_addresses_come_from_the_ranges_that_are_reserved_for_examples() -> None:
    pseudonym = replacement("pseudonym", "zh", KEY, is_valid)
    one, other = pseudonym("personal.email", "a@corp.example.org"), pseudonym("personal.email", "b@corp.example.org")
    assert one.endswith(".example")
    assert one != other
    assert one.partition("@")[2] == other.partition("@")[2]
    assert ipaddress.ip_address(pseudonym("personal.ip_address", "8.8.4.4")).is_private  # TEST-NETs count as such (RFC 5737)
    assert ipaddress.ip_address(pseudonym("personal.ip_address", "2400:3200::1")) in ipaddress.ip_network("2001:db8::/32")


def test_names_and_places_get_a_placeholder_with_a_tag_and_secrets_one_without() -> None:
    pseudonym = replacement("pseudonym", "zh", KEY, is_valid)
    assert pseudonym("personal.name", "赵一").startswith("[姓名#")
    assert "#" not in pseudonym("personal.api_key", "sk-" + "a1B2" * 8)


@pytest.mark.parametrize(
    ("style", "language", "key"), [("paint", "zh", KEY), ("mask", "fr", KEY), ("pseudonym", "zh", ""), ("pseudonym", "zh", "zz")]
)
def test_a_style_that_cannot_be_is_refused(style: str, language: str, key: str) -> None:
    with pytest.raises(CorpusError) as refused:
        replacement(style, language, key, is_valid)  # type: ignore[arg-type]  # what a door might pass on
    assert refused.value.code == "BL-CORPUS-066"
