"""The first user of a fresh home: ``admin`` with a one-time password, kept in ``keys/admin.password`` until it was changed."""

from __future__ import annotations

import os
from pathlib import Path

from brightline.config import Settings
from brightline.errors import InputError
from brightline.server.console.people.passwords import Passwords, one_time_password
from brightline.store import Store, User

__all__ = ["FIRST_NAME", "first_admin", "forget_password_file", "password_file"]

FIRST_NAME = "admin"


def password_file(settings: Settings) -> Path:
    """Where the one-time password of the first user lies until it was changed."""
    return settings.home / "keys" / "admin.password"


def first_admin(store: Store, settings: Settings) -> tuple[str, bool]:
    """(one-time password, is it new): makes the user in a fresh home. ("", False) where there is somebody, or nobody signs in locally.

    The file is written before the user, so that a crash between the two leaves a password without a user and not the reverse.
    """
    path = password_file(settings)
    if not settings.console_local_login or store.users.list(settings.tenant):
        return (path.read_text("ascii").strip() if path.is_file() else ""), False
    password = one_time_password()
    _write_private(path, password + "\n")
    try:
        store.users.create(FIRST_NAME, role="admin", by="first start", password_hash=Passwords().hash_now(password), tenant=settings.tenant)
    except InputError as problem:
        if problem.code != "BL-INPUT-714":
            raise
        path.unlink(missing_ok=True)  # another process was first, with a password of its own
        return "", False
    return password, True


def forget_password_file(settings: Settings, user: User) -> None:
    """The first user has another password now: what is in the file is of no use any more."""
    if user.name == FIRST_NAME:
        password_file(settings).unlink(missing_ok=True)


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        os.fchmod(descriptor, 0o600)
        file.write(text)
