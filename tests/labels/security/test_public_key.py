"""Public keys are read in every spelling that labels have, and nothing else is taken for one."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.security import Sm2Key, read_public_key
from brightline.labels.security.keys import public_key_info
from brightline.labels.security.public_key import bytes_of_text, family_of
from brightline.labels.security.security_data import SM3_WITH_SM2

MESSAGE = b'"Label":"1"'


def _certificate(of: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime(2026, 1, 1, tzinfo=UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(of.public_key()).serial_number(7)
    return builder.not_valid_before(now).not_valid_after(now + timedelta(days=9)).sign(of, hashes.SHA256()).public_bytes(Encoding.DER)


def test_every_spelling_of_an_sm2_key_verifies_its_signature(key: Sm2Key) -> None:
    raw, x = key.public.raw, key.public.raw[:32]
    parity = b"\x03" if key.public.y % 2 else b"\x02"
    spellings = [b"\x04" + raw, raw, parity + x, x, b"\x00" + x, public_key_info(key.public)]
    texts = [*(data.hex() for data in spellings), *(data.hex().upper() for data in spellings), key.public_pem()]
    texts += [base64.b64encode(data).decode() for data in spellings]
    texts += [base64.urlsafe_b64encode(public_key_info(key.public)).decode().rstrip("=")]
    for text in texts:
        public = read_public_key(text)
        assert public is not None, text
        assert public.signed(SM3_WITH_SM2, key.sign(MESSAGE), [b"other", MESSAGE]) == 1, text


def test_a_bare_x_coordinate_may_mean_either_of_two_keys(key: Sm2Key) -> None:
    bare, whole = read_public_key("00" + key.public.raw[:32].hex()), read_public_key(key.public_pem())
    assert bare is not None
    assert whole is not None
    assert len(bare.points) == 2
    assert bare.same_as(whole)
    assert whole.same_as(bare)


def test_a_signature_may_be_der_or_the_two_numbers(key: Sm2Key) -> None:
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    public = read_public_key(key.public_pem())
    assert public is not None
    der = key.sign(MESSAGE)
    r, s = decode_dss_signature(der)
    assert public.signed("SM3withSM2", bytes.fromhex(f"{r:064x}{s:064x}"), [MESSAGE]) == 0
    assert public.signed(SM3_WITH_SM2, der[:-1], [MESSAGE]) is None
    assert public.signed(SM3_WITH_SM2, b"", [MESSAGE]) is None


def test_ecdsa_and_rsa_signatures_are_verified() -> None:
    p256, rsa_key = ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 2048)
    sha = hashes.SHA256()
    cases = [
        (p256, "1.2.840.10045.4.3.2", p256.sign(MESSAGE, ec.ECDSA(sha))),
        (rsa_key, "1.2.840.113549.1.1.11", rsa_key.sign(MESSAGE, padding.PKCS1v15(), sha)),
        (rsa_key, "1.2.840.113549.1.1.10", rsa_key.sign(MESSAGE, padding.PSS(padding.MGF1(sha), 32), sha)),
    ]
    for private, algorithm, signature in cases:
        info = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        for text in (info.hex(), base64.b64encode(_certificate(private)).decode()):
            public = read_public_key(text)
            assert public is not None
            assert public.signed(algorithm, signature, [b"other", MESSAGE]) == 1
            assert public.signed(algorithm, signature, [b"other"]) is None
            assert public.signed(SM3_WITH_SM2, signature, [MESSAGE]) is None
            assert public.family == family_of(algorithm)


def test_the_sm2_key_in_a_certificate_is_found(key: Sm2Key) -> None:
    p256 = ec.generate_private_key(ec.SECP256R1())
    foreign = p256.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    certificate = _certificate(p256).replace(foreign, public_key_info(key.public))  # both are 91 bytes
    public = read_public_key(certificate.hex())
    assert public is not None
    assert public.key_id == key.key_id


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "zz",
        "04" + "11" * 64,
        "00" * 32 + "ff",
        "30",
        "3003020101",
        "02" + "00" * 31 + "05" * 3,
        "-----BEGIN PUBLIC KEY-----\n-----END ",
    ],
)
def test_what_is_no_key_is_none(text: str) -> None:
    assert read_public_key(text) is None


def test_a_key_too_large_to_follow_is_none() -> None:
    modulus = (1 << 16_383) + 1
    public = rsa.RSAPublicNumbers(65537, modulus).public_key()
    assert read_public_key(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo).hex()) is None


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200).map(bytes.hex)))
def test_any_text_is_a_key_or_none(text: str) -> None:
    public = read_public_key(text)
    assert public is None or public.points or public.other is not None


def test_hex_comes_before_base64() -> None:
    assert bytes_of_text("00ff") == b"\x00\xff"
    assert bytes_of_text("AAE=") == b"\x00\x01"
    assert bytes_of_text("ä") is None
