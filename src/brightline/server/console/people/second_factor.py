"""The second factor: time-based one-time passwords (RFC 6238) from an authenticator app, and recovery codes for its loss.

Six digits, 30 seconds, SHA-1: what every app understands. A code of the step before and after is accepted for clocks that
differ (RFC 6238, 5.2); each step is used once, which the store keeps. A recovery code has 80 random bits, so a fast hash is
enough to keep it; it is good for one sign-in.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import pyotp
import segno
from markupsafe import Markup

from brightline.server.console.people.vault import Vault
from brightline.store import User

__all__ = ["SecondFactor", "code_digest", "grouped", "new_recovery_codes"]

_STEP_S = 30
_DIGITS = 6
_RECOVERY_CODES = 10
_BASE32 = "abcdefghijkmnpqrstuvwxyz23456789"  # 32 signs; neither l and 1, nor o and 0


class SecondFactor:
    """Makes secrets of authenticator apps and checks their codes. ``clock`` gives UTC seconds."""

    def __init__(self, vault: Vault, base_url: str, clock: Callable[[], float] = time.time) -> None:
        self._vault = vault
        self._clock = clock
        self._host = urlsplit(base_url).netloc

    def new_secret(self, user: User) -> bytes:
        """A new secret of 160 bits (RFC 4226, R6), encrypted for this user."""
        return self._vault.encrypt(pyotp.random_base32(32).encode(), _purpose(user.id))

    def shown(self, user: User, encrypted: bytes) -> str:
        """The secret as the user types it into an app, "" if the console's key is not the one of then."""
        return (self._vault.decrypt(encrypted, _purpose(user.id)) or b"").decode()

    def picture(self, user: User, secret: str) -> Markup:
        """The QR code of the secret, as an SVG without style of its own."""
        address = pyotp.TOTP(secret).provisioning_uri(name=f"{user.name}@{self._host}", issuer_name="Brightline")
        code = segno.make(address, error="m", micro=False)
        return Markup(code.svg_inline(scale=5, border=4, light="#fff", dark="#000", svgclass="qr", lineclass=None, omitsize=False))  # noqa: S704 - ours

    def step_of(self, user: User, encrypted: bytes, code: str) -> int | None:
        """The time step whose code this is, None if it is none of now, just before or just after."""
        secret = self.shown(user, encrypted)
        digits = "".join(code.split())
        if not secret or len(digits) != _DIGITS or not (digits.isascii() and digits.isdigit()):
            return None
        now = int(self._clock()) // _STEP_S
        generator = pyotp.TOTP(secret)
        fitting = [step for step in (now - 1, now, now + 1) if hmac.compare_digest(generator.generate_otp(step), digits)]
        return fitting[-1] if fitting else None


def new_recovery_codes() -> list[str]:
    """Ten codes, to be shown once."""
    return ["-".join("".join(secrets.choice(_BASE32) for _ in range(4)) for _ in range(4)) for _ in range(_RECOVERY_CODES)]


def code_digest(code: str) -> str:
    """What is kept of a recovery code; groups and case do not matter."""
    return hashlib.sha256("".join(sign for sign in code.casefold() if sign.isalnum()).encode()).hexdigest()


def grouped(secret: str) -> str:
    """A secret in groups of four, for reading and typing."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _purpose(user_id: str) -> str:
    return f"totp {user_id}"
