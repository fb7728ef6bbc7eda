"""A user as a row of the table: what of it is given out, what proves who somebody is, and what may stand in it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Row

from brightline.errors import InputError
from brightline.store.tables import ROLES

__all__ = ["RECOVERY_CODES", "Secrets", "User", "display_name_of", "role_name", "secrets_of", "user_name", "user_of"]

RECOVERY_CODES = "recovery_codes"
"""Where they stand beside the preferences; never given out with them."""

_NAME = re.compile(r"[^\W_](?:[\w.@+-]{0,62}[\w+])?")
_LONGEST_DISPLAY_NAME = 80


class User(NamedTuple):
    """Somebody who may sign in, without secrets. Times are UTC microseconds; ``must_change``: the password is a one-time one."""

    id: str
    tenant: str
    name: str
    display_name: str
    role: str
    must_change: bool
    has_password: bool
    totp_on: bool
    oidc_issuer: str | None
    oidc_subject: str | None
    preferences: Mapping[str, Any]
    failed_logins: int
    locked_until: int | None
    created_at: int
    created_by: str
    disabled_at: int | None
    last_login_at: int | None


class Secrets(NamedTuple):
    """What proves that somebody is this user: argon2id hash, encrypted TOTP secret, digests of the recovery codes left."""

    password_hash: str | None
    totp_secret: bytes | None
    totp_last_step: int
    recovery_codes: tuple[str, ...]


def user_name(text: str) -> str:
    """A sign-in name as it is stored: NFKC, case-folded. Raises ``InputError`` BL-INPUT-712 for what is none."""
    name = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text.strip()).casefold())
    if not _NAME.fullmatch(name):
        raise InputError(
            "BL-INPUT-712", "this cannot be a user name", "1 to 64 letters and digits of any script, with . _ - + @ between them"
        )
    return name


def user_of(row: Mapping[str, Any]) -> User:
    """The user of a row of the table ``users``."""
    preferences = orjson.loads(row["preferences"])
    preferences.pop(RECOVERY_CODES, None)
    values = {name: row[name] for name in User._fields if name in row}
    has_password, totp_on = row["password_hash"] is not None, row["totp_confirmed_at"] is not None
    return User(**values | {"preferences": preferences, "has_password": has_password, "totp_on": totp_on})


def secrets_of(row: Row[Any]) -> Secrets:
    """What proves that somebody is the user of a row."""
    codes = tuple(orjson.loads(row.preferences).get(RECOVERY_CODES, ()))
    secret = None if row.totp_secret is None else bytes(row.totp_secret)
    return Secrets(row.password_hash, secret, row.totp_last_step, codes)


def role_name(role: str) -> str:
    """The role as it is stored. Raises ``InputError`` BL-INPUT-713 for what is none."""
    if role not in ROLES:
        raise InputError("BL-INPUT-713", f"there is no role {role[:40]!r}", f"choose from: {', '.join(ROLES)}")
    return role


def display_name_of(text: str) -> str:
    """A name to be shown as it is stored. Raises ``InputError`` BL-INPUT-712 for what is none."""
    shown = " ".join(text.split())
    if len(shown) > _LONGEST_DISPLAY_NAME or not shown.isprintable():
        raise InputError("BL-INPUT-712", "this cannot be a display name", f"at most {_LONGEST_DISPLAY_NAME} printable characters")
    return shown
