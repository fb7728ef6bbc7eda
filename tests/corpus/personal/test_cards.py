"""Bank cards, accounts and devices."""

from __future__ import annotations

import random

import pytest

from brightline.corpus.personal import find
from tests.corpus.personal import invented
from tests.corpus.personal.conftest import Check


@pytest.mark.parametrize("template", ["银行卡号：{}", "转到{}这张卡上", '"cardNo":"{}"', "收款账号{}，户名", "我的工行卡{}"])
@pytest.mark.parametrize(("prefix", "length"), [("622202", 19), ("621700", 19), ("622588", 16), ("436742", 16)])
def test_a_chinese_card_is_found_whole_and_in_groups(finds: Check, rng: random.Random, template: str, prefix: str, length: int) -> None:
    card = invented.bank_card(rng, prefix, length)
    finds("bank_card", template, card)
    finds("bank_card", template, " ".join(card[at : at + 4] for at in range(0, length, 4)))
    finds("bank_card", template, " ".join(card))


@pytest.mark.parametrize(("prefix", "length"), [("4539", 16), ("5412", 16), ("2720", 16), ("3712", 15), ("6011", 16), ("3530", 16)])
def test_an_international_card_needs_a_word_or_its_groups(
    finds: Check, passes: Check, rng: random.Random, prefix: str, length: int
) -> None:
    card = invented.bank_card(rng, prefix, length)
    finds("bank_card", "credit card {} please", card)
    passes(f"x {card} y")


def test_a_prefix_in_use_needs_no_word(finds: Check, rng: random.Random) -> None:
    finds("bank_card", "{}", invented.bank_card(rng))


@pytest.mark.parametrize(
    "label", ["订单号：", "快递单号", "流水号:", "序列号 ", "invoice no. ", "<td>运单号</td><td>", "物料编码 ", "批次号"]
)
def test_an_order_that_passes_luhn_is_no_card(passes: Check, rng: random.Random, label: str) -> None:
    passes(label + invented.bank_card(rng))


def test_wrong_check_digits_and_test_numbers_are_no_cards(passes: Check, rng: random.Random) -> None:
    passes(f"银行卡号：{invented.wrong_bank_card(rng)}")
    passes("test card 4111 1111 1111 1111")
    passes("card 4444444444444448")  # Luhn holds, but no issuer gives out such a number


def test_part_of_a_longer_code_is_no_card(passes: Check, rng: random.Random) -> None:
    passes(f"card_a{invented.bank_card(rng)}f")


def test_an_account_is_checked_by_its_country(finds: Check, passes: Check, rng: random.Random) -> None:
    account = invented.british_account(rng)
    finds("iban", "汇款到{}。", account)
    finds("iban", "IBAN {} BIC", " ".join(account[at : at + 4] for at in range(0, len(account), 4)))
    passes("IBAN GB82WEST12345698765433")


def test_a_device_needs_its_word(finds: Check, rng: random.Random) -> None:
    device = invented.device(rng)
    finds("imei", "手机串号：{}", device)
    assert not any(hit.rule == "personal.imei" for hit in find(f"数量 {device}"))
