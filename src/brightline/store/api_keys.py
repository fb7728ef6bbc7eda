"""Keys of client applications: ``bl_<id>_<secret>``, a 256-bit secret that is shown once and stored as SHA-256.

A fast hash is right here: nobody can try out 2²⁵⁶ secrets, unlike passwords. Comparison takes constant time, also for an
unknown id. Looked-up keys are remembered for at most five seconds, so that a revocation takes effect within that time in
every process.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Row, bindparam, select, update

from brightline.errors import InputError, NotFound
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.tables import api_keys

__all__ = ["SCOPES", "ApiKey", "ApiKeys"]

SCOPES = ("gateway", "inspect", "read", "corpus", "admin")
"""What a key may be good for: model calls, inspections, reading decisions, administration."""

_PREFIX = "bl"
_CACHE_TTL_S = 5.0
_CACHE_SIZE = 4096
_TOUCH_INTERVAL_S = 30.0
_NO_DIGEST = bytes(32)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """What is known of a key, without its secret. Times are UTC microseconds; ``rate_per_minute`` None: the setting's default."""

    id: str
    name: str
    tenant: str
    scopes: tuple[str, ...]
    rate_per_minute: int | None
    created_at: int
    expires_at: int | None = None
    revoked_at: int | None = None
    last_used_at: int | None = None

    def state(self, now: int | None = None) -> Literal["active", "expired", "revoked"]:
        """Whether the key can be used now."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= (now_us() if now is None else now):
            return "expired"
        return "active"


class ApiKeys:
    """The keys of one store. Safe to use from several threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cache: dict[str, tuple[float, ApiKey | None, bytes]] = {}
        self._used: dict[str, int] = {}
        self._flushed_at = time.monotonic()
        self._lock = threading.Lock()

    def create(
        self,
        name: str,
        scopes: Iterable[str],
        rate_per_minute: int | None = None,
        expires_at: int | None = None,
        *,
        tenant: str = "default",
    ) -> tuple[ApiKey, str]:
        """A new key and its text, which exists nowhere else. Raises ``InputError`` BL-INPUT-701 for values out of range."""
        key = ApiKey(secrets.token_hex(8), _name(name), tenant, _scopes(scopes), _rate(rate_per_minute), now_us(), expires_at)
        secret = secrets.token_urlsafe(32)
        row = {
            "id": key.id,
            "tenant": key.tenant,
            "name": key.name,
            "secret_sha256": _digest(secret),
            "scopes": " ".join(key.scopes),
            "rate_per_minute": key.rate_per_minute,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
        }
        with self._database.writing() as connection:
            connection.execute(api_keys.insert(), row)
        self._forget(key.id)
        return key, f"{_PREFIX}_{key.id}_{secret}"

    def find(self, text: str) -> ApiKey | None:
        """The key of that text, None if there is none. *Also* an expired or revoked one: ask ``state`` and say why the door stays shut."""
        prefix, _, rest = text.partition("_")
        key_id, _, secret = rest.partition("_")
        if prefix != _PREFIX or not key_id.isalnum() or len(text) > 200 or not text.isascii():
            return None
        key, expected = self._look_up(key_id)
        matches = hmac.compare_digest(_digest(secret), expected)
        return key if matches else None

    def get(self, key_id: str) -> ApiKey:
        """The key of that id. Raises ``NotFound`` BL-INPUT-702."""
        row = None
        if key_id.isalnum():
            with self._database.reading() as connection:
                row = connection.execute(_BY_ID, {"key_id": key_id}).first()
        if row is None:
            raise NotFound("BL-INPUT-702", f"there is no key {key_id!r}", "list them: brightline keys list")
        return _key_of(row)

    def list(self, tenant: str | None = None) -> list[ApiKey]:
        """All keys, oldest first, also those that cannot be used any more."""
        query = select(api_keys).order_by(api_keys.c.created_at, api_keys.c.id)
        if tenant is not None:
            query = query.where(api_keys.c.tenant == tenant)
        with self._database.reading() as connection:
            return [_key_of(row) for row in connection.execute(query)]

    def rotate(self, key_id: str, *, overlap_s: float = 24 * 3600) -> tuple[ApiKey, str]:
        """A successor with the same name, scopes and rate; the old key works on for ``overlap_s`` seconds, not longer.

        Raises ``NotFound`` BL-INPUT-702, and ``InputError`` BL-INPUT-703 for a key that is no longer in use.
        """
        old = self.get(key_id)
        now = now_us()
        if old.state(now) != "active":
            raise InputError("BL-INPUT-703", f"key {key_id!r} is {old.state(now)}", "create a new key instead")
        successor = self.create(old.name, old.scopes, old.rate_per_minute, old.expires_at, tenant=old.tenant)
        ends = now + int(overlap_s * 1_000_000)
        self._change(key_id, expires_at=ends if old.expires_at is None else min(ends, old.expires_at))
        return successor

    def revoke(self, key_id: str) -> ApiKey:
        """End a key: at once in this process, within five seconds in others. Raises ``NotFound`` BL-INPUT-702."""
        key = self.get(key_id)
        if key.revoked_at is None:
            key = replace(key, revoked_at=now_us())
            self._change(key_id, revoked_at=key.revoked_at)
        return key

    def touch(self, key_id: str) -> None:
        """Remember that the key was used now; ``flush`` writes it down. Never waits for the database."""
        self._used[key_id] = now_us()

    def flush(self, *, force: bool = False) -> None:
        """Write the times of use, at most every 30 seconds unless ``force``. The journal's thread and ``Store.close`` call this."""
        if not self._used or not (force or time.monotonic() - self._flushed_at >= _TOUCH_INTERVAL_S):
            return
        self._flushed_at = time.monotonic()
        used, self._used = self._used, {}
        rows = [{"key_id": key_id, "used_at": used_at} for key_id, used_at in used.items()]
        with self._database.writing() as connection:
            connection.execute(_USED, rows)

    def _look_up(self, key_id: str) -> tuple[ApiKey | None, bytes]:
        remembered = self._cache.get(key_id)
        if remembered is not None and time.monotonic() - remembered[0] < _CACHE_TTL_S:
            return remembered[1], remembered[2]
        read_at = time.monotonic()
        with self._database.reading() as connection:
            row = connection.execute(_BY_ID, {"key_id": key_id}).first()
        key, digest = (None, _NO_DIGEST) if row is None else (_key_of(row), bytes(row.secret_sha256))
        with self._lock:
            if len(self._cache) >= _CACHE_SIZE:
                self._cache.clear()
            self._cache[key_id] = (read_at, key, digest)
        return key, digest

    def _change(self, key_id: str, **values: int | None) -> None:
        with self._database.writing() as connection:
            connection.execute(update(api_keys).where(api_keys.c.id == key_id).values(values))
        self._forget(key_id)

    def _forget(self, key_id: str) -> None:
        with self._lock:
            self._cache.pop(key_id, None)


_BY_ID = select(api_keys).where(api_keys.c.id == bindparam("key_id"))
_USED = update(api_keys).where(api_keys.c.id == bindparam("key_id")).values(last_used_at=bindparam("used_at"))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("ascii")).digest()


def _key_of(row: Row[tuple[object, ...]]) -> ApiKey:
    values = row._mapping
    names = ("rate_per_minute", "created_at", "expires_at", "revoked_at", "last_used_at")
    return ApiKey(values["id"], values["name"], values["tenant"], tuple(values["scopes"].split()), *(values[name] for name in names))


def _name(name: str) -> str:
    if not 1 <= len(name) <= 100 or not name.isprintable():
        raise InputError("BL-INPUT-701", "a key's name must have 1 to 100 printable characters")
    return name


def _scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    wanted = set(scopes)
    if not wanted or not wanted <= set(SCOPES):
        raise InputError("BL-INPUT-701", f"scopes {sorted(wanted)} are not usable", f"choose from: {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in wanted)


def _rate(rate_per_minute: int | None) -> int | None:
    if rate_per_minute is not None and not 1 <= rate_per_minute <= 10_000_000:
        raise InputError("BL-INPUT-701", f"rate_per_minute = {rate_per_minute} is not usable", "1 to 10000000, or none for the default")
    return rate_per_minute
