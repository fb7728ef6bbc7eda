"""The signing key of a provider: an SM2 private key in a PEM file that only its owner can read.

PKCS#8 (RFC 5958) around an ``ECPrivateKey`` (RFC 5915) with the curve's OID 1.2.156.10197.1.301, which is what OpenSSL 3 and
Tongsuo write too: ``openssl pkey -in FILE -text`` shows the file. SEC 1 files (``EC PRIVATE KEY``, ``SM2 PRIVATE KEY``) are read as well. Encrypted
files are not: the service that signs would have to keep the password beside them.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

from brightline.labels.errors import LabelError
from brightline.labels.security.curve import FIELD_BYTES, N, Point
from brightline.labels.security.der import INTEGER, OCTET_STRING, SEQUENCE, descend, elements
from brightline.labels.security.sm2 import public_point, sign, sm3
from brightline.ledger.durable import create_file

__all__ = ["SM2_CURVE", "Sm2Key", "key_id_of", "pem", "public_key_info"]

SM2_CURVE = bytes.fromhex("06082a811ccf5501822d")
"""The curve as a DER object identifier: 1.2.156.10197.1.301 (GM/T 0006-2012)."""

_EC_PUBLIC_KEY = bytes.fromhex("06072a8648ce3d0201")  # 1.2.840.10045.2.1, RFC 5480, 2.1.1
_ALGORITHM = bytes.fromhex("3013") + _EC_PUBLIC_KEY + SM2_CURVE
_BEFORE_SECRET = bytes.fromhex("308187020100") + _ALGORITHM + bytes.fromhex("046d306b0201010420")
_BEFORE_PUBLIC = bytes.fromhex("a144034200" + "04")
_BEFORE_POINT = bytes.fromhex("3059") + _ALGORITHM + bytes.fromhex("034200" + "04")
_PEM = re.compile(rb"-----BEGIN (PRIVATE KEY|EC PRIVATE KEY|SM2 PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)
_LONGEST_FILE = 65_536  # own choice: an SM2 key file has 241 bytes
_KEY_ID_BYTES = 8  # own choice: names a key among a few, proves nothing


def public_key_info(point: Point) -> bytes:
    """The public key as ``SubjectPublicKeyInfo`` (RFC 5480), 91 bytes."""
    return _BEFORE_POINT + point.raw


def key_id_of(public_key: bytes) -> str:
    """Our name of a key: the first 8 bytes of the SM3 of its ``SubjectPublicKeyInfo``, in hex."""
    return sm3(public_key)[:_KEY_ID_BYTES].hex()


def pem(kind: str, data: bytes) -> str:
    """PEM text (RFC 7468) of ``data``."""
    lines = base64.b64encode(data).decode("ascii")
    return "\n".join([f"-----BEGIN {kind}-----", *(lines[at : at + 64] for at in range(0, len(lines), 64)), f"-----END {kind}-----", ""])


@dataclass(frozen=True, slots=True)
class Sm2Key:
    """A private key with its public point. Never shown by ``repr``."""

    secret: int = field(repr=False)
    public: Point

    @classmethod
    def generate(cls) -> Sm2Key:
        """A new key, from the operating system's random numbers."""
        return cls.of(secrets.randbelow(N - 2) + 1)

    @classmethod
    def of(cls, secret: int) -> Sm2Key:
        """The key of a private number. Raises ``ValueError`` outside [1, n-2]."""
        return cls(secret, public_point(secret))

    @classmethod
    def load(cls, path: Path) -> Sm2Key:
        """The key in a file. Raises ``LabelError`` BL-LABEL-030: not readable, readable by others, or no SM2 key."""
        try:
            if os.name == "posix" and path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
                raise _unusable(path, "others can read it", f"chmod 600 {path}, and make a new key if somebody may have read it")
            with path.open("rb") as file:
                content = file.read(_LONGEST_FILE + 1)
        except OSError as problem:
            raise _unusable(path, problem.strerror or str(problem)) from None
        return cls.from_pem(content, path)

    @classmethod
    def from_pem(cls, content: bytes, path: Path = Path("-")) -> Sm2Key:
        """The key in PEM text; ``path`` is what a complaint names. Raises ``LabelError`` BL-LABEL-030."""
        if b"ENCRYPTED" in content[:_LONGEST_FILE]:
            raise _unusable(path, "it is encrypted", "openssl pkey -in FILE -out PLAIN, mode 600, on a machine that is yours alone")
        found = _PEM.search(content[:_LONGEST_FILE])
        if found is None or len(content) > _LONGEST_FILE:
            raise _unusable(path, "it holds no private key in PEM form")
        try:
            data = base64.b64decode(b"".join(found[2].split()), validate=True)
            key = cls.of(_secret_of(data, wrapped=found[1] == b"PRIVATE KEY"))
            stored = _stored_public(data)
        except (ValueError, binascii.Error) as problem:
            raise _unusable(path, f"it is not an SM2 key ({problem})") from None
        if stored is not None and stored != key.public.raw:
            raise _unusable(path, "its public half is not that of its private half", "restore it from its backup")
        return key

    @property
    def key_id(self) -> str:
        """See ``key_id_of``."""
        return key_id_of(public_key_info(self.public))

    def to_pem(self) -> str:
        """The private key as PKCS#8 in PEM form."""
        secret = self.secret.to_bytes(FIELD_BYTES, "big")
        return pem("PRIVATE KEY", _BEFORE_SECRET + secret + _BEFORE_PUBLIC + self.public.raw)

    def public_pem(self) -> str:
        """The public key in PEM form: what others pin."""
        return pem("PUBLIC KEY", public_key_info(self.public))

    def save(self, path: Path) -> None:
        """Write the key to a new file, mode 0600. Raises ``LabelError`` BL-LABEL-030 where there is a file or it cannot be written."""
        try:
            made = create_file(path, self.to_pem(), mode=0o600)
        except OSError as problem:
            raise _unusable(path, f"it cannot be written: {problem.strerror}", "name a folder that exists and is yours") from None
        if not made:
            raise _unusable(path, "a file of this name exists", "a key is never overwritten: choose another name, or move the old one")

    def sign(self, message: bytes) -> bytes:
        """SM3withSM2 over the message, as ``ECDSA-Sig-Value`` in DER (RFC 5480, Annex A; GM/T 0009-2012, 7.3)."""
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

        return encode_dss_signature(*sign(self.secret, self.public, message))


def _secret_of(data: bytes, *, wrapped: bool) -> int:
    if wrapped:
        parts = list(elements(descend(data, SEQUENCE)))
        if len(parts) < 3 or parts[2].tag != OCTET_STRING or SM2_CURVE not in parts[1].content:
            raise ValueError("its curve is another")
        data = parts[2].content
    elif SM2_CURVE not in data:
        raise ValueError("its curve is another")
    inner = list(elements(descend(data, SEQUENCE)))
    if len(inner) < 2 or inner[0].tag != INTEGER or inner[1].tag != OCTET_STRING:
        raise ValueError("an ECPrivateKey is expected")
    return int.from_bytes(inner[1].content, "big")


def _stored_public(data: bytes) -> bytes | None:
    """``x || y`` where the file has it uncompressed."""
    _, found, point = data.rpartition(_BEFORE_PUBLIC)
    return point[: 2 * FIELD_BYTES] if found and len(point) >= 2 * FIELD_BYTES else None


def _unusable(path: Path, why: str, hint: str = "brightline keys sm2 FILE makes one") -> LabelError:
    return LabelError("BL-LABEL-030", f"the signing key {path} cannot be used: {why}", hint)
