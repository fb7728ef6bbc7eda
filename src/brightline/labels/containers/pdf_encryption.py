"""Reading what a PDF encrypts when everybody may open it: the standard security handler with the empty user password.

ISO 32000-2:2020, 7.6 (revisions 2 to 6: RC4 and AES). Most encrypted files ask no reader for a password; they only restrict printing and
copying. Every viewer opens these, and so does this module, for reading strings and streams. Files with a password stay closed,
nothing is guessed, and nothing is ever written into an encrypted file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from brightline.labels.containers.pdf_syntax import Value
from brightline.labels.errors import Malformed, OverLimit

__all__ = ["Cipher", "cipher_of"]

_Method = Literal["none", "rc4", "aes"]
_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")  # 7.6.4.3.2, algorithm 2, step a
_LONGEST = 4 << 20  # bytes decrypted at a time; own choice: as much as is kept of one entry


@dataclass(frozen=True, slots=True)
class Cipher:
    """How the file's strings and streams are decrypted."""

    key: bytes
    version: int
    strings: _Method
    streams: _Method
    metadata_is_plain: bool

    def string(self, data: bytes, number: int, generation: int) -> bytes:
        """A string of the object ``number``. Raises ``Malformed``."""
        return self._decrypted(data, number, generation, self.strings)

    def stream(self, data: bytes, number: int, generation: int) -> bytes:
        """The stream of the object ``number``, still with its filters. Raises ``Malformed``, ``OverLimit``."""
        return self._decrypted(data, number, generation, self.streams)

    def _decrypted(self, data: bytes, number: int, generation: int, method: _Method) -> bytes:
        if method == "none":
            return data
        if len(data) > _LONGEST:
            raise OverLimit(f"an encrypted string or stream has more than {_LONGEST} bytes")
        key = self.key
        if self.version < 5:  # algorithm 1: a key for each object
            salt = b"sAlT" if method == "aes" else b""
            seed = self.key + number.to_bytes(4, "little")[:3] + generation.to_bytes(4, "little")[:2] + salt
            key = _md5(seed)[: min(len(self.key) + 5, 16)]
        return _rc4(key, data) if method == "rc4" else _aes(key, data)


def cipher_of(encrypt: Value, identifier: bytes) -> Cipher | None:
    """The cipher of a file whose trailer has ``encrypt``, if the empty password opens it; None if it does not, or nobody knows how.

    ``identifier`` is the first part of the trailer's ID; ``encrypt`` has no references left in it.
    """
    if not isinstance(encrypt, dict) or encrypt.get("Filter") != "Standard":
        return None
    version, revision = encrypt.get("V"), encrypt.get("R")
    owner, user = encrypt.get("O"), encrypt.get("U")
    if not isinstance(version, int) or not isinstance(revision, int) or not isinstance(owner, bytes) or not isinstance(user, bytes):
        return None
    plain_metadata = encrypt.get("EncryptMetadata") is False
    key = _key_of_6(encrypt, user, revision) if revision >= 5 else _key_of_4(encrypt, owner, user, identifier, revision, plain_metadata)
    strings, streams = (_method(encrypt, "StrF"), _method(encrypt, "StmF")) if version >= 4 else ("rc4", "rc4")
    if key is None or strings is None or streams is None:
        return None
    return Cipher(key, version, strings, streams, plain_metadata)


def _method(encrypt: dict[str, Value], name: str) -> _Method | None:
    """The method of a crypt filter (Table 25)."""
    filters, chosen = encrypt.get("CF"), encrypt.get(name, "Identity")
    if chosen == "Identity":
        return "none"
    about = filters.get(chosen) if isinstance(filters, dict) and isinstance(chosen, str) else None
    method = about.get("CFM") if isinstance(about, dict) else None
    methods: dict[str, _Method] = {"None": "none", "V2": "rc4", "AESV2": "aes", "AESV3": "aes"}
    return methods.get(method) if isinstance(method, str) else None


def _key_of_4(encrypt: dict[str, Value], owner: bytes, user: bytes, identifier: bytes, revision: int, plain_metadata: bool) -> bytes | None:
    """Algorithm 2, and its check by algorithms 4 and 5."""
    permissions, bits = encrypt.get("P"), encrypt.get("Length", 40)
    if not isinstance(permissions, int):
        return None
    if not isinstance(bits, int) or bits % 8 or not 40 <= bits <= 128:
        bits = 40  # the default of Table 20
    length = 5 if revision == 2 else 16 if encrypt.get("V") == 4 else bits // 8
    seed = _PADDING + owner[:32] + (permissions & 0xFFFFFFFF).to_bytes(4, "little") + identifier
    key = _md5(seed + (b"\xff\xff\xff\xff" if revision >= 4 and plain_metadata else b""))
    if revision == 2:
        return key[:length] if _rc4(key[:length], _PADDING) == user[:32] else None
    for _ in range(50):
        key = _md5(key[:length])
    key = key[:length]
    proof = _md5(_PADDING + identifier)
    for each in range(20):
        proof = _rc4(bytes(byte ^ each for byte in key), proof)
    return key if proof == user[:16] else None


def _key_of_6(encrypt: dict[str, Value], user: bytes, revision: int) -> bytes | None:
    """Algorithm 2.A with the empty password: the file's key lies in UE."""
    wrapped = encrypt.get("UE")
    if len(user) < 48 or not isinstance(wrapped, bytes) or len(wrapped) < 32:
        return None
    if _hash_6(user[32:40], revision) != user[:32]:
        return None
    return _cbc(_hash_6(user[40:48], revision), bytes(16), wrapped[:32], encrypting=False)


def _hash_6(salt: bytes, revision: int) -> bytes:
    """Algorithm 2.B for the empty password (revision 5, an Adobe extension, stops after the first hash)."""
    key = hashlib.sha256(salt).digest()
    if revision == 5:
        return key
    rounds, last = 0, 0
    while rounds < 64 or last > rounds - 32:
        mixed = _cbc(key[:16], key[16:32], key * 64, encrypting=True)
        chosen = (hashlib.sha256, hashlib.sha384, hashlib.sha512)[int.from_bytes(mixed[:16], "big") % 3]
        key, last, rounds = chosen(mixed).digest(), mixed[-1], rounds + 1
    return key[:32]


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()  # the format's own function; nothing is protected by it here


def _rc4(key: bytes, data: bytes) -> bytes:
    from cryptography.hazmat.decrepit.ciphers.algorithms import ARC4
    from cryptography.hazmat.primitives.ciphers import Cipher as _Cipher

    return _Cipher(ARC4(key), mode=None).decryptor().update(data)


def _aes(key: bytes, data: bytes) -> bytes:
    """AES-CBC whose first block is the initialisation vector, with PKCS #7 padding (7.6.3.2)."""
    if len(data) % 16 or len(data) < 32:
        raise Malformed("an encrypted string or stream has a length that AES does not give")
    plain = _cbc(key, data[:16], data[16:], encrypting=False)
    if not 1 <= plain[-1] <= 16:
        raise Malformed("an encrypted string or stream has no padding at its end")
    return plain[: -plain[-1]]


def _cbc(key: bytes, start: bytes, data: bytes, *, encrypting: bool) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher as _Cipher
    from cryptography.hazmat.primitives.ciphers.algorithms import AES
    from cryptography.hazmat.primitives.ciphers.modes import CBC

    cipher = _Cipher(AES(key), CBC(start))
    worker = cipher.encryptor() if encrypting else cipher.decryptor()
    return worker.update(data) + worker.finalize()
