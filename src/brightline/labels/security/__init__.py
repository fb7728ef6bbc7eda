"""Signed labels: ``SecurityData`` in the reserved codes (TC260-PG-202511A), SM2 keys, content binding, pinned keys."""

from brightline.labels.security.binding import SELECTION, media_digest
from brightline.labels.security.integrity import REASONS, Integrity, verify_label
from brightline.labels.security.keys import Sm2Key
from brightline.labels.security.pins import NO_PINS, Pins, load_pins
from brightline.labels.security.public_key import PublicKey, read_public_key
from brightline.labels.security.security_data import SecurityData, read_security_data
from brightline.labels.security.signing import Role, label_message, sign_label

__all__ = [
    "NO_PINS",
    "REASONS",
    "SELECTION",
    "Integrity",
    "Pins",
    "PublicKey",
    "Role",
    "SecurityData",
    "Sm2Key",
    "label_message",
    "load_pins",
    "media_digest",
    "read_public_key",
    "read_security_data",
    "sign_label",
    "verify_label",
]
