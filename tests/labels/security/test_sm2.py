"""SM2 and SM3 against the standards' own examples and against another implementation."""

from __future__ import annotations

import pytest
from gmssl.sm2 import CryptSM2
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.security.curve import BASE, N, P, Point, lies_on_curve, lifted, sum_of_multiples
from brightline.labels.security.sm2 import Signature, public_point, sign, signed_one, sm3

# GB/T 32918.5-2017, Annex A.2: key, number used once, and signature of the 14 bytes "message digest".
SECRET = 0x3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8
PUBLIC = Point(
    0x09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020,
    0xCCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13,
)
NUMBER = 0x59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21
SIGNATURE = Signature(
    0xF5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3,
    0xB1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA,
)
MESSAGE = b"message digest"


def _other_implementation(secret: int, public: Point) -> CryptSM2:
    peer = CryptSM2(f"{secret:064x}", "")
    peer.public_key = public.raw.hex()  # past its constructor, which strips every leading 0 and 4
    return peer


@pytest.mark.parametrize(
    ("text", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_sm3_gives_the_digests_of_the_standards_examples(text: bytes, digest: str) -> None:
    assert sm3(text).hex() == digest  # GB/T 32905-2016, Annex A


def test_the_standards_example_key_gives_the_standards_signature() -> None:
    assert public_point(SECRET) == PUBLIC
    assert sign(SECRET, PUBLIC, MESSAGE, number=NUMBER) == SIGNATURE


def test_the_standards_signature_verifies_and_says_which_message_it_is_of() -> None:
    assert signed_one(PUBLIC, SIGNATURE, [MESSAGE]) == 0
    assert signed_one(PUBLIC, SIGNATURE, [b"another", MESSAGE]) == 1
    assert signed_one(PUBLIC, SIGNATURE, [b"another"]) is None


def test_two_signatures_of_one_message_use_different_numbers() -> None:
    assert sign(SECRET, PUBLIC, MESSAGE).r != sign(SECRET, PUBLIC, MESSAGE).r


@pytest.mark.parametrize(
    "signature",
    [
        Signature(0, SIGNATURE.s),
        Signature(SIGNATURE.r, 0),
        Signature(SIGNATURE.r + N, SIGNATURE.s),
        Signature(SIGNATURE.r, SIGNATURE.s + N),
        Signature(SIGNATURE.r, N - SIGNATURE.r),
        Signature(-1, SIGNATURE.s),
    ],
)
def test_numbers_outside_their_range_are_no_signature(signature: Signature) -> None:
    assert signed_one(PUBLIC, signature, [MESSAGE]) is None


def test_a_signature_whose_sum_is_the_point_at_infinity_is_refused() -> None:
    s = 5
    r = (-s * pow(SECRET, -1, N) - s) % N  # then s·G + (r+s)·P = O
    assert signed_one(PUBLIC, Signature(r, s), [MESSAGE]) is None


def test_a_key_beside_the_curve_verifies_nothing() -> None:
    for point in (Point(PUBLIC.x, PUBLIC.y + 1), Point(PUBLIC.x + P, PUBLIC.y), Point(0, 0)):
        assert not lies_on_curve(point)
        assert signed_one(point, SIGNATURE, [MESSAGE]) is None


def test_a_point_is_found_again_from_its_x_and_parity() -> None:
    assert lifted(PUBLIC.x, odd=bool(PUBLIC.y % 2)) == PUBLIC
    other = lifted(PUBLIC.x, odd=not PUBLIC.y % 2)
    assert other == Point(PUBLIC.x, P - PUBLIC.y)
    assert lifted(P, odd=True) is None
    assert any(lifted(x, odd=True) is None for x in range(8))  # half of all x have no point


def test_sums_meet_their_special_cases() -> None:
    double = sum_of_multiples(2, BASE)
    assert sum_of_multiples(1, BASE, 1, BASE) == double
    assert sum_of_multiples(N, BASE) is None
    assert sum_of_multiples(1, BASE, N - 1, BASE) is None
    assert sum_of_multiples(N + 2, BASE) == double


@pytest.mark.parametrize("secret", [0, N - 1, N, -5])
def test_a_private_key_outside_its_range_is_refused(secret: int) -> None:
    with pytest.raises(ValueError, match="between 1 and n-2"):
        public_point(secret)


@settings(max_examples=20, deadline=None)
@given(secret=st.integers(1, N - 2), message=st.binary(min_size=1, max_size=200))
def test_the_other_implementation_agrees_in_both_directions(secret: int, message: bytes) -> None:
    public = public_point(secret)
    peer = _other_implementation(secret, public)
    r, s = sign(secret, public, message)
    assert peer.verify_with_sm3(f"{r:064x}{s:064x}", message)
    theirs = peer.sign_with_sm3(message, f"{NUMBER:064x}")
    assert theirs is not None
    assert signed_one(public, Signature(int(theirs[:64], 16), int(theirs[64:], 16)), [message]) == 0


@settings(max_examples=40, deadline=None)
@given(bit=st.integers(0, 511))
def test_no_changed_bit_of_a_signature_verifies(bit: int) -> None:
    whole = (SIGNATURE.r << 256 | SIGNATURE.s) ^ (1 << bit)
    assert signed_one(PUBLIC, Signature(whole >> 256, whole & (2**256 - 1)), [MESSAGE]) is None
