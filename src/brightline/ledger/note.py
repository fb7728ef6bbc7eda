"""Signed notes and checkpoints: C2SP signed-note (c2sp.org/signed-note) and tlog-checkpoint (c2sp.org/tlog-checkpoint).

A signed note is a text that ends in a newline, an empty line, and one line a signature: em dash, key name, base64 of
``key ID || signature``. Of the signature types only Ed25519 (``0x01``) is supported; signatures of keys that we do not
know are ignored, as the specification demands (that is how keys are rotated and how witnesses can add theirs), but a
signature that names a key we know and does not verify condemns the whole note.

A checkpoint is a note whose text is origin, tree size and base64 root hash, a line each. Base64 is accepted in its one
canonical spelling only, so that a note cannot be altered without notice.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from brightline.errors import LedgerError
from brightline.ledger.tree import HASH_BYTES

__all__ = ["Checkpoint", "SigningKey", "VerifierKey", "decode_base64", "decode_size", "open_checkpoint", "open_note", "sign_note"]

_ED25519 = 0x01  # signature type identifier byte, signed-note "Signature types"
_KEY_ID_BYTES = 4
_KEY_BYTES = 32  # RFC 8032: seed and public key
_MAX_NOTE_BYTES = 1_000_000  # the limit of golang.org/x/mod/sumdb/note
_MAX_SIGNATURES = 100  # likewise; the specification demands at least 16
_DASH = "\u2014 "
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_MAX_SIZE = 2**63 - 1


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name: what an auditor is given, as the text ``name+keyid+base64(0x01 || key)``."""

    name: str
    public: bytes

    @property
    def key_id(self) -> bytes:
        """``SHA-256(name || 0x0A || 0x01 || key)[:4]``, signed-note "Ed25519 signatures"."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([_ED25519]) + self.public).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([_ED25519]) + self.public).decode()}"

    @classmethod
    def parse(cls, vkey: str) -> VerifierKey:
        """Read a verifier key. Raises ``LedgerError`` BL-LEDGER-007."""
        name, key_id, public = _read_key(vkey.strip(), "verifier key")
        key = cls(name, public)
        if key.key_id != key_id:
            raise _bad_key("verifier key", "its key ID does not belong to its name and key")
        return key

    def verify(self, signature: bytes, text: bytes) -> bool:
        """True if this key signed the text."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, text)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True, repr=False)
class SigningKey:
    """A private key with its name, written as ``PRIVATE+KEY+name+keyid+base64(0x01 || seed)`` like Go's note package."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(self.name, Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw())

    @classmethod
    def generate(cls, name: str) -> SigningKey:
        """A fresh key. Raises ``LedgerError`` BL-LEDGER-007 if the name cannot be one."""
        _check_name(name, "signing key")
        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())

    @classmethod
    def parse(cls, line: str) -> SigningKey:
        """Read a line of a key file. Raises ``LedgerError`` BL-LEDGER-007."""
        if not line.startswith("PRIVATE+KEY+"):
            raise _bad_key("signing key", "it does not begin with PRIVATE+KEY+")
        name, key_id, seed = _read_key(line.removeprefix("PRIVATE+KEY+").strip(), "signing key")
        key = cls(name, seed)
        if key.verifier.key_id != key_id:
            raise _bad_key("signing key", "its key ID does not belong to its name and key")
        return key

    def secret_line(self) -> str:
        """The line for the key file."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier.key_id.hex()}+{base64.b64encode(bytes([_ED25519]) + self.seed).decode()}"

    def sign(self, text: bytes) -> bytes:
        """Ed25519 (RFC 8032) over the note text."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(text)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head: the log's origin, how many entries it has, and its root hash."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text, without extension lines (which the specification discourages)."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note text, ignoring extension lines. Raises ``LedgerError`` BL-LEDGER-003."""
        lines = text.split("\n")
        if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
            raise _bad_checkpoint("it needs at least three lines that are not empty, and a newline at the end")
        try:
            root = decode_base64(lines[2])
            size = decode_size(lines[1])
        except ValueError as problem:
            raise _bad_checkpoint(str(problem)) from None
        if len(root) != HASH_BYTES:
            raise _bad_checkpoint(f"its root hash has {len(root)} bytes, not {HASH_BYTES}")
        return cls(lines[0], size, root)


def sign_note(text: str, keys: Sequence[SigningKey]) -> str:
    """The text with one signature line for each key. Raises ``LedgerError`` BL-LEDGER-001 if it cannot be the text of a note."""
    if not text.endswith("\n") or _has_control(text):
        raise _bad_note("the text must end in a newline and have no other control character")
    raw = text.encode()
    lines = [f"{_DASH}{key.name} {base64.b64encode(key.verifier.key_id + key.sign(raw)).decode()}\n" for key in keys]
    return f"{text}\n{''.join(lines)}"


def open_note(note: str, keys: Sequence[VerifierKey]) -> str:
    """The text of a note that at least one of ``keys`` signed.

    Raises ``LedgerError`` BL-LEDGER-001 (not a note), -002 (no signature of a known key, or one that does not verify).
    """
    text, signatures = _split_note(note)
    known = {(key.name, key.key_id): key for key in keys}
    raw = text.encode()
    signed = False
    for name, blob in signatures:
        key = known.get((name, blob[:_KEY_ID_BYTES]))
        if key is None:
            continue
        if not key.verify(blob[_KEY_ID_BYTES:], raw):
            raise LedgerError(
                "BL-LEDGER-002", f"the signature of {name} does not verify", "the note was altered, or the key is another one"
            )
        signed = True
    if not signed:
        names = ", ".join(sorted({name for name, _ in signatures})) or "nobody"
        raise LedgerError(
            "BL-LEDGER-002", f"no known key signed this note (signed by: {names})", "get the log's verifier key from its operator"
        )
    return text


def open_checkpoint(note: str, keys: Sequence[VerifierKey], origin: str | None = None) -> Checkpoint:
    """The tree head in a note that one of ``keys`` signed; ``origin`` is that of the log (default: the first key's name).

    Raises ``LedgerError`` BL-LEDGER-001, -002 as ``open_note`` and -003 (not a checkpoint, or of another log).
    """
    checkpoint = Checkpoint.parse(open_note(note, keys))
    expected = keys[0].name if origin is None else origin
    if checkpoint.origin != expected:
        raise _bad_checkpoint(f"it belongs to the log {checkpoint.origin!r}, not to {expected!r}")
    return checkpoint


def decode_base64(text: str) -> bytes:
    """Standard base64 (RFC 4648, section 4) in its canonical spelling. Raises ``ValueError``."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError(f"not base64: {text[:80]!r}") from None
    if base64.b64encode(raw).decode() != text:
        raise ValueError(f"not canonical base64: {text[:80]!r}")
    return raw


def decode_size(text: str) -> int:
    """An ASCII decimal without leading zeroes, at most ``2**63 - 1``. Raises ``ValueError``."""
    if not _SIZE.fullmatch(text) or int(text) > _MAX_SIZE:
        raise ValueError(f"not a decimal number: {text[:80]!r}")
    return int(text)


def _split_note(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    try:
        size_bytes = len(note.encode())
    except UnicodeEncodeError:
        raise _bad_note("it is not valid UTF-8") from None
    if size_bytes > _MAX_NOTE_BYTES:
        raise _bad_note(f"it is larger than {_MAX_NOTE_BYTES} bytes")
    if _has_control(note):
        raise _bad_note("it has a control character")
    text, separator, block = note.rpartition("\n\n")
    if not separator or not block.endswith("\n"):
        raise _bad_note("it has no signature lines after an empty line")
    lines = block[:-1].split("\n")
    if len(lines) > _MAX_SIGNATURES:
        raise _bad_note(f"it has more than {_MAX_SIGNATURES} signatures")
    return text + "\n", [_signature_line(line) for line in lines]


def _signature_line(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not _is_name(name):
        raise _bad_note(f"this is not a signature line: {line[:80]!r}")
    try:
        blob = decode_base64(encoded)
    except ValueError as problem:
        raise _bad_note(str(problem)) from None
    if len(blob) <= _KEY_ID_BYTES:
        raise _bad_note("a signature is too short")
    return name, blob


def _has_control(text: str) -> bool:
    return any(character < " " and character != "\n" for character in text)


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() or character < " " for character in name)


def _check_name(name: str, what: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        raise _bad_key(what, "its name is not valid UTF-8") from None
    if not _is_name(name):
        raise _bad_key(what, f"its name {name!r} is empty, or has a space or a plus sign")


def _read_key(text: str, what: str) -> tuple[str, bytes, bytes]:
    pieces = text.split("+", 2)  # base64 may have a plus sign, a name may not
    if len(pieces) != 3 or not re.fullmatch("[0-9a-f]{8}", pieces[1]):
        raise _bad_key(what, "it is not name+keyid+base64")
    name, key_id, encoded = pieces
    _check_name(name, what)
    try:
        blob = decode_base64(encoded)
    except ValueError as problem:
        raise _bad_key(what, str(problem) if what == "verifier key" else "it is not base64") from None
    if len(blob) != 1 + _KEY_BYTES or blob[0] != _ED25519:
        raise _bad_key(what, "it is not an Ed25519 key")
    return name, bytes.fromhex(key_id), blob[1:]


def _bad_note(why: str) -> LedgerError:
    return LedgerError("BL-LEDGER-001", f"not a signed note: {why}", "see c2sp.org/signed-note for the format")


def _bad_checkpoint(why: str) -> LedgerError:
    return LedgerError("BL-LEDGER-003", f"not a checkpoint of this log: {why}", "see c2sp.org/tlog-checkpoint for the format")


def _bad_key(what: str, why: str) -> LedgerError:
    return LedgerError("BL-LEDGER-007", f"not a usable {what}: {why}", "a key is one line of text; copy it whole")
