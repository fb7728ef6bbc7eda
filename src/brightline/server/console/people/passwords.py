"""Passwords: what is accepted, how they are kept, and how little their checking may cost the rest of the service.

Kept as argon2id with the second recommended parameters of RFC 9106, section 4 (t=3, 4 lanes, 64 MiB). Two are checked at a
time, in threads of low priority, so that sign-ins neither take the gateway's processor nor more than 128 MiB; of those that
wait only so many are let in.

Rules after NIST SP 800-63B-4, 3.1.1.2: length counts, not composition; common passwords and those made of the user's own
name are refused; any character is welcome; text is compared in one normal form. The list of common ones is made by rule: a
few roots, in every spelling that people give them, and patterns of the keyboard.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import threading
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar, TypeVarTuple

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from brightline.errors import RateLimited
from brightline.server.face import msgid as _

__all__ = ["LEAST_LENGTH", "MOST_LENGTH", "Passwords", "normal", "one_time_password", "weakness"]

LEAST_LENGTH = 12
MOST_LENGTH = 256

_Given = TypeVarTuple("_Given")
_Result = TypeVar("_Result")

_AT_ONCE = 2
_MOST_WAITING = 32  # some three seconds of waiting; whoever comes later is told to come back
_UNAMBIGUOUS = "abcdefghjkmnpqrstuvwxyz23456789"  # 31 signs: read aloud or from paper, none looks like another


class Passwords:
    """Hashes and checks passwords. ``checks`` counts the checks done, for whoever must know that each refusal costs one."""

    def __init__(self) -> None:
        self.checks = 0
        self._hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._threads = ThreadPoolExecutor(_AT_ONCE, "brightline-password", initializer=_step_back)
        self._waiting = 0
        self._nobodys = _nobodys_hash()

    async def hash(self, password: str) -> str:
        """The hash to be stored. Raises ``RateLimited`` BL-ACCESS-030 when too many wait."""
        return await self._in_turn(self.hash_now, password)

    def hash_now(self, password: str) -> str:
        """The same without an event loop, for the command line and the first start."""
        return self._hasher.hash(normal(password))

    async def fits(self, password: str, stored: str | None) -> bool:
        """Whether this is the password of that hash. Costs the same where there is none. Raises ``RateLimited`` BL-ACCESS-030."""
        return await self._in_turn(self._fits, password, stored)

    def is_outdated(self, stored: str) -> bool:
        """True if a newer hash should take the place of this one."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _fits(self, password: str, stored: str | None) -> bool:
        self.checks += 1
        try:
            return self._hasher.verify(self._nobodys if stored is None else stored, normal(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[[*_Given], _Result], *given: *_Given) -> _Result:
        if self._waiting >= _MOST_WAITING:
            raise RateLimited("BL-ACCESS-030", "too many people sign in at this moment", "try again in a few seconds", retry_after_s=5)
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)
        finally:
            self._waiting -= 1


def _nobodys_hash() -> str:
    """A hash that no password has, of the same cost as any other, made without that cost."""
    profile = RFC_9106_LOW_MEMORY
    salt, tag = (b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (profile.salt_len, profile.hash_len))
    return f"$argon2id$v={profile.version}$m={profile.memory_cost},t={profile.time_cost},p={profile.parallelism}${salt}${tag}"


def _step_back() -> None:
    """Give this thread, and those that argon2 starts from it, a low priority (Linux knows one for each thread)."""
    with suppress(AttributeError, OSError):
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)


def normal(password: str) -> str:
    """The form in which passwords are compared (SP 800-63B-4: NFKC). A lone surrogate becomes a replacement character."""
    return unicodedata.normalize("NFKC", password.encode("utf-8", "replace").decode())


def one_time_password() -> str:
    """A password for the first sign-in: 20 signs in four groups, 99 bits."""
    return "-".join("".join(secrets.choice(_UNAMBIGUOUS) for _ in range(5)) for _ in range(4))


def weakness(password: str, name: str) -> str:
    """Why this password is refused (an English msgid), or "" if it is good. ``name`` is the user's sign-in name."""
    text = normal(password)
    if len(text) < LEAST_LENGTH:
        return _("Use at least 12 characters. A few words in a row are easy to remember.")
    if len(text) > MOST_LENGTH:
        return _("Use at most 256 characters.")
    folded = text.casefold()
    if len(name) >= 4 and len(_without(folded, name.casefold())) < 8:
        return _("This is little more than your user name.")
    if len(set(folded)) < 5 or _is_repetition(folded):
        return _("This repeats the same few characters. Choose something harder to guess.")
    if _is_run(folded) or any(_is_rooted(_spelled_out(folded, one)) for one in "li"):
        return _("This is one of the passwords that are tried first. Choose another.")
    return ""


# Roots of the passwords found most often in published leaks (NCSC, Wikipedia's list of the most common passwords) and words of
# this installation. What is left of a password without them must still be long enough to guess.
_ROOTS = (
    "administrator", "administration", "letmein", "welcome", "password", "passwort", "passwd", "iloveyou", "woaini", "sunshine",
    "princess", "football", "baseball", "basketball", "superman", "batman", "pokemon", "starwars", "trustno", "whatever",
    "dragon", "monkey", "master", "shadow", "secret", "freedom", "computer", "internet", "michael", "charlie", "changeme",
    "default", "brightline", "moderation", "console", "qwertyuiop", "qwerty", "asdfghjkl", "asdfgh", "zxcvbnm", "zxcvbn",
    "qazwsx", "abcdef", "admin", "login", "hello", "mima", "test", "user", "root", "guest", "summer", "winter", "spring",
    "autumn", "january", "monday", "china", "beijing", "shanghai", "woaizuguo", "wodemima", "nihao", "love",
)  # fmt: skip
_LEET = str.maketrans({"@": "a", "4": "a", "3": "e", "!": "i", "0": "o", "5": "s", "$": "s", "7": "t", "+": "t"})
_ROWS = (
    "123456789012345678901234567890", "qwertyuiop", "asdfghjkl;", "zxcvbnm,./", "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujmikolp",
)  # fmt: skip
_LEAST_RUN = 3


def _spelled_out(folded: str, one: str) -> str:
    """Letters only: signs that stand for letters read as such (1 as ``one``), numbers at either end gone (years, 123)."""
    stripped = folded.rstrip("0123456789!?.#*-_@$ ").lstrip("0123456789 ")
    return "".join(sign for sign in stripped.translate(_LEET).replace("1", one) if sign.isalpha())


def _is_rooted(letters: str) -> bool:
    """True if common words leave fewer than six letters to guess."""
    rest = letters
    for root in sorted(_ROOTS, key=len, reverse=True):
        rest = _without(rest, root)
    return rest != letters and len(rest) < 6


def _without(text: str, piece: str) -> str:
    return text.replace(piece, "") if piece else text


def _is_repetition(text: str) -> bool:
    """True for the same piece again and again: abcabcabcabc."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, len(text) // 3 + 1))


def _is_run(text: str) -> bool:
    """True if nothing is left but runs along the keyboard, the alphabet or the numbers, forwards or backwards."""
    place, rows = 0, [*_ROWS, *(row[::-1] for row in _ROWS)]
    while place < len(text):
        size = max((_common_run(text, place, row) for row in rows), default=0)
        if size < _LEAST_RUN:
            return False
        place += size
    return True


def _common_run(text: str, place: int, row: str) -> int:
    start = row.find(text[place])
    size = 0
    while start >= 0 and place + size < len(text) and start + size < len(row) and text[place + size] == row[start + size]:
        size += 1
    return size
