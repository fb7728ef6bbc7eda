"""Public keys as they stand in labels and in files of pins, in every spelling seen, and what each can verify.

Read: ``SubjectPublicKeyInfo`` and X.509 certificates (DER or PEM); an SM2 point as ``04 || x || y``, ``x || y``, compressed, or
as the bare x coordinate, with or without a 00 before it (seen in MiniMax's videos: both y are then meant); text in hex,
Base64 or PEM. SM3withSM2 is ours; ECDSA and RSA (PKCS#1 v1.5, PSS) are verified by ``cryptography``. Certificates are taken for
the keys in them: no chain is built, because nobody has published roots for labels.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from brightline.labels.security.curve import FIELD_BYTES, Point, lies_on_curve, lifted
from brightline.labels.security.der import BIT_STRING, SEQUENCE, descend, elements
from brightline.labels.security.keys import SM2_CURVE, key_id_of, public_key_info
from brightline.labels.security.sm2 import Signature, signed_one

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.hashes import HashAlgorithm

__all__ = ["Family", "PublicKey", "bytes_of_text", "family_of", "read_public_key"]

Family = Literal["SM2", "EC", "RSA"]

_LARGEST_RSA_BITS = 8192  # own choice: a verification then takes under 2 ms
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_PEM = re.compile(r"-----BEGIN (?:PUBLIC KEY|CERTIFICATE)-----(.*?)-----END ", re.DOTALL)
_ALGORITHMS: dict[str, tuple[Family, str]] = {
    "1.2.156.10197.1.501": ("SM2", "SM3"),  # GM/T 0006-2012
    "SM3WITHSM2": ("SM2", "SM3"),
    "1.2.840.10045.4.3.2": ("EC", "SHA256"),  # RFC 5758, 3.2
    "1.2.840.10045.4.3.3": ("EC", "SHA384"),
    "1.2.840.10045.4.3.4": ("EC", "SHA512"),
    "SHA256WITHECDSA": ("EC", "SHA256"),
    "1.2.840.113549.1.1.11": ("RSA", "SHA256"),  # RFC 8017, Appendix C
    "1.2.840.113549.1.1.12": ("RSA", "SHA384"),
    "1.2.840.113549.1.1.13": ("RSA", "SHA512"),
    "1.2.840.113549.1.1.10": ("RSA", "PSS-SHA256"),
    "SHA256WITHRSA": ("RSA", "SHA256"),
}


def family_of(algorithm: str) -> Family | None:
    """The kind of key that an algorithm (object identifier, or Java's name for it) needs; None for one that is not read."""
    found = _ALGORITHMS.get(algorithm.strip().upper())
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """One public key. ``points``: where SM2, the points that its spelling may mean; ``other``: the key of another family."""

    family: Family
    key_id: str
    points: tuple[Point, ...] = ()
    other: EllipticCurvePublicKey | RSAPublicKey | None = None

    def same_as(self, key: PublicKey) -> bool:
        """True if both may be spellings of one key."""
        if self.points:
            return bool(set(self.points) & set(key.points))
        return self.key_id == key.key_id

    def signed(self, algorithm: str, signature: bytes, messages: Sequence[bytes]) -> int | None:
        """Which of the messages the signature is of, as an index; None if of none, or if the algorithm is not for this key."""
        family, digest = _ALGORITHMS.get(algorithm.strip().upper(), (None, ""))
        if family != self.family:
            return None
        if family == "SM2":
            numbers = _two_numbers(signature)
            hits = (signed_one(point, numbers, messages) for point in self.points) if numbers else iter(())
            return next((hit for hit in hits if hit is not None), None)
        return next((index for index, message in enumerate(messages) if self._holds(digest, signature, message)), None)

    def _holds(self, digest: str, signature: bytes, message: bytes) -> bool:
        from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding

        algorithm: HashAlgorithm = {"SHA384": hashes.SHA384(), "SHA512": hashes.SHA512()}.get(digest, hashes.SHA256())
        try:
            if isinstance(self.other, ec.EllipticCurvePublicKey):
                self.other.verify(signature, message, ec.ECDSA(algorithm))
            elif self.other is not None:
                pss = digest.startswith("PSS")
                scheme = padding.PSS(padding.MGF1(algorithm), padding.PSS.AUTO) if pss else padding.PKCS1v15()
                self.other.verify(signature, message, scheme, algorithm)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            return False
        return self.other is not None


def bytes_of_text(text: str) -> bytes | None:
    """The bytes that hex or Base64 text (also its URL alphabet) stands for; None where it is neither."""
    text = "".join(text.split())
    if _HEX.fullmatch(text):
        return bytes.fromhex(text)
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True) or None
    except (ValueError, binascii.Error):
        return None


def read_public_key(text: str) -> PublicKey | None:
    """The key in ``text``; None where it is none, lies beside the curve, or is too large to be followed."""
    found = _PEM.search(text)
    data = bytes_of_text(found[1] if found else text)
    if data is None:
        return None
    points = _points(data)
    if points:
        return PublicKey("SM2", key_id_of(public_key_info(points[0])), points)
    try:
        return _from_der(data)
    except ValueError:
        return None


def _from_der(data: bytes) -> PublicKey | None:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key

    info = _info_of_certificate(data) or data
    parts = list(elements(descend(info, SEQUENCE)))
    if len(parts) == 2 and parts[0].content.endswith(SM2_CURVE) and parts[1].tag == BIT_STRING:
        points = _points(parts[1].content[1:])
        return PublicKey("SM2", key_id_of(public_key_info(points[0])), points) if points else None
    try:
        key = load_der_public_key(info)
    except UnsupportedAlgorithm:
        return None
    if isinstance(key, rsa.RSAPublicKey) and key.key_size > _LARGEST_RSA_BITS:
        return None
    if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
        return None
    key_id = key_id_of(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    return PublicKey("RSA" if isinstance(key, rsa.RSAPublicKey) else "EC", key_id, other=key)


def _info_of_certificate(data: bytes) -> bytes | None:
    """The ``SubjectPublicKeyInfo`` of an X.509 certificate (RFC 5280, 4.1): the seventh field of version 3, the sixth of version 1."""
    try:
        fields = list(elements(descend(data, SEQUENCE, SEQUENCE)))
    except ValueError:
        return None
    place = 6 if fields and fields[0].tag == 0xA0 else 5
    return fields[place].whole if len(fields) > place and fields[place].tag == SEQUENCE else None


def _points(raw: bytes) -> tuple[Point, ...]:
    """The points of the curve that these bytes may mean."""
    if len(raw) == 2 * FIELD_BYTES + 1 and raw[0] == 4:
        raw = raw[1:]
    if len(raw) == 2 * FIELD_BYTES:
        point = Point(int.from_bytes(raw[:FIELD_BYTES], "big"), int.from_bytes(raw[FIELD_BYTES:], "big"))
        return (point,) if lies_on_curve(point) else ()
    if len(raw) == FIELD_BYTES + 1 and raw[0] in (2, 3):
        point_or_none = lifted(int.from_bytes(raw[1:], "big"), odd=raw[0] == 3)
        return (point_or_none,) if point_or_none else ()
    if len(raw) == FIELD_BYTES or (len(raw) == FIELD_BYTES + 1 and raw[0] == 0):
        both = (lifted(int.from_bytes(raw, "big"), odd=odd) for odd in (False, True))
        return tuple(point for point in both if point)
    return ()


def _two_numbers(signature: bytes) -> Signature | None:
    """r and s of ``ECDSA-Sig-Value`` in DER, or of ``r || s``."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

    try:
        return Signature(*decode_dss_signature(signature))
    except ValueError:
        if len(signature) != 2 * FIELD_BYTES:
            return None
        return Signature(int.from_bytes(signature[:FIELD_BYTES], "big"), int.from_bytes(signature[FIELD_BYTES:], "big"))
