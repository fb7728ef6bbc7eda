"""Codes of authenticator apps against the vectors of RFC 6238, and the clocks of phones."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from brightline.server.console.people.second_factor import SecondFactor, code_digest, grouped, new_recovery_codes
from brightline.server.console.people.vault import Vault
from brightline.store import User

SECRET = base64.b32encode(b"12345678901234567890").decode()
ADA = User("u1", "default", "ada", "", "lead", False, True, True, None, None, {}, 0, None, 0, "test", None, None)


def at(seconds: float, tmp_path: Path) -> tuple[SecondFactor, bytes]:
    vault = Vault.load_or_create(tmp_path / "console.key")
    return SecondFactor(vault, "https://console.example", clock=lambda: seconds), vault.encrypt(SECRET.encode(), "totp u1")


@pytest.mark.parametrize(
    ("seconds", "eight_digits"),  # RFC 6238, appendix B, SHA-1
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standard(tmp_path: Path, seconds: int, eight_digits: str) -> None:
    factor, sealed = at(seconds, tmp_path)
    assert factor.step_of(ADA, sealed, eight_digits[2:]) == seconds // 30
    assert factor.step_of(ADA, sealed, f"{eight_digits[2:5]} {eight_digits[5:]}") == seconds // 30


@pytest.mark.parametrize(
    ("phone_is_off_by", "accepted"), [(-61, False), (-30, True), (-29, True), (0, True), (30, True), (59, True), (60, False)]
)
def test_a_phone_may_be_off_by_one_step(tmp_path: Path, phone_is_off_by: int, accepted: bool) -> None:
    now = 1_700_000_010
    factor, sealed = at(now, tmp_path)
    code = str(factor_code((now + phone_is_off_by) // 30))
    assert (factor.step_of(ADA, sealed, code) is not None) is accepted


def factor_code(step: int) -> str:
    import pyotp

    return pyotp.TOTP(SECRET).generate_otp(step)


@pytest.mark.parametrize("code", ["", "12345", "1234567", "１２３４５６", "-12345", "12.345", "abcdef", "\x00" * 6, "²²²²²²"])
def test_what_is_not_six_digits_is_no_code(tmp_path: Path, code: str) -> None:
    factor, sealed = at(0, tmp_path)
    assert factor.step_of(ADA, sealed, code) is None


def test_a_secret_is_of_one_user_and_one_key(tmp_path: Path) -> None:
    factor, sealed = at(59, tmp_path)
    assert factor.step_of(ADA._replace(id="u2"), sealed, "287082") is None
    other, _ = at(59, tmp_path / "elsewhere") if (tmp_path / "elsewhere").mkdir() is None else at(0, tmp_path)
    assert other.step_of(ADA, sealed, "287082") is None
    assert factor.step_of(ADA, sealed[:-1] + bytes([sealed[-1] ^ 1]), "287082") is None
    assert factor.step_of(ADA, b"", "287082") is None


def test_the_picture_says_what_an_app_needs(tmp_path: Path) -> None:
    factor, sealed = at(0, tmp_path)
    assert factor.shown(ADA, sealed) == SECRET
    picture = str(factor.picture(ADA, SECRET))
    assert picture.startswith("<svg")
    assert "style" not in picture
    assert len(factor.shown(ADA, factor.new_secret(ADA))) == 32  # 160 bits


def test_recovery_codes_are_ten_and_read_in_any_spelling() -> None:
    codes = new_recovery_codes()
    assert len(set(codes)) == 10
    assert code_digest(codes[0]) == code_digest(codes[0].upper().replace("-", "  "))
    assert len({code_digest(code) for code in codes}) == 10


def test_a_secret_is_shown_in_groups() -> None:
    assert grouped("ABCDEFGHIJ") == "ABCD EFGH IJ"
