"""Salted commitments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from brightline.ledger import commit, commits_to, new_salt


def test_the_commitment_is_hmac_sha256_of_rfc_4231() -> None:
    # RFC 4231, test case 2.
    assert commit(b"Jefe", b"what do ya want for nothing?") == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"


def test_every_salt_is_new_and_has_256_bits() -> None:
    salts = {new_salt() for _ in range(100)}
    assert len(salts) == 100
    assert {len(salt) for salt in salts} == {32}


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=64), st.binary(max_size=64))
def test_a_commitment_fits_its_payload_only(salt: bytes, payload: bytes, other: bytes) -> None:
    assert commits_to(commit(salt, payload), salt, payload)
    assert commits_to(commit(salt, payload), salt, other) == (payload == other)


@given(st.text())
def test_rubbish_is_no_commitment(text: str) -> None:
    assert not commits_to(text, b"salt", b"payload")
