"""Sessions of the console: a row each, found by the SHA-256 of a 256-bit secret that only the browser has.

A fast hash is right here, as for API keys: nobody can try out 2²⁵⁶ secrets. A session ends by its absolute limit
(``expires_at``), by standing idle, by being revoked, or with its user; ``Session.alive`` and ``User.disabled_at`` say which.
Rows are kept for a month after their end, so that an admin can see who was there, and are then removed.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Literal, NamedTuple

import uuid_utils
from sqlalchemy import bindparam, delete, select, update

from brightline.errors import NotFound
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import sessions, users
from brightline.store.users import User, end_sessions, user_of

__all__ = ["Session", "Sessions", "Stage"]

Stage = Literal["second_factor", "full"]
"""``second_factor``: the password was right, a code is still due, and nothing else can be done with the session."""

_SECRET_BYTES = 32
_KEPT_US = 30 * 24 * 3600 * 1_000_000
_LONGEST_AGENT = 300
_LONGEST_ADDRESS = 64


class Session(NamedTuple):
    """A session without its secret. Times are UTC microseconds; ``address`` and ``agent`` are those of the sign-in."""

    id: str
    user_id: str
    stage: str
    created_at: int
    seen_at: int
    expires_at: int
    revoked_at: int | None
    address: str
    agent: str

    def alive(self, now: int, idle_s: float) -> bool:
        """Whether it can be used at ``now``: not revoked, not over its limit, and seen in the last ``idle_s`` seconds."""
        return self.revoked_at is None and now < self.expires_at and now < self.seen_at + int(idle_s * 1_000_000)


class Sessions:
    """The sessions of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(
        self,
        user_id: str,
        *,
        stage: Stage,
        lifetime_s: float,
        address: str,
        agent: str,
        way: str = "password",
        replacing: str | None = None,
    ) -> tuple[Session, str]:
        """A new session and its secret, which exists nowhere else. A full one is an audit event.

        ``replacing`` is the id of a session of the same user that ends here: a secret never outlives a change of stage.
        Raises ``NotFound`` BL-INPUT-711.
        """
        now = now_us()
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        session = Session(
            str(uuid_utils.uuid7()),
            user_id,
            stage,
            now,
            now,
            now + int(lifetime_s * 1_000_000),
            None,
            column_text(address)[:_LONGEST_ADDRESS],
            column_text(agent)[:_LONGEST_AGENT],
        )
        with self._database.writing() as connection:
            tenant = connection.execute(select(users.c.tenant).where(users.c.id == column_text(user_id))).scalar()
            if tenant is None:
                raise _no_user(user_id)
            connection.execute(delete(sessions).where(sessions.c.expires_at < now - _KEPT_US))
            if replacing is not None:
                old = (sessions.c.id == replacing) & (sessions.c.user_id == user_id) & sessions.c.revoked_at.is_(None)
                connection.execute(update(sessions).where(old).values(revoked_at=now))
            connection.execute(sessions.insert(), session._asdict() | {"secret_sha256": _digest(secret)})
            if stage == "full":
                detail = {"session": session.id, "way": way}
                write_event(connection, "session.opened", actor=user_id, subject=user_id, detail=detail, tenant=tenant)
        return session, secret

    def find(self, secret: str) -> tuple[Session, User] | None:
        """The session of that secret and its ``User``, in one query; None if there is none. *Also* one that has ended: ask ``alive``."""
        if len(secret) > 200 or not secret.isascii():
            return None
        with self._database.reading() as connection:
            row = connection.execute(_BY_SECRET, {"digest": _digest(secret)}).first()
        return None if row is None else (Session(*row[: len(_SESSION)]), user_of(dict(zip(_USER, row[len(_SESSION) :], strict=True))))

    def touch(self, session_id: str, *, now: int | None = None) -> None:
        """Remember that the session was used now. Does not wake one that was revoked."""
        used = (sessions.c.id == session_id) & sessions.c.revoked_at.is_(None)
        with self._database.writing() as connection:
            connection.execute(update(sessions).where(used).values(seen_at=now_us() if now is None else now))

    def revoke(self, session_id: str, *, by: str = "") -> bool:
        """End a session; an audit event by ``by`` (default: its own user). False if there is none, or it has ended before."""
        open_one = (sessions.c.id == column_text(session_id)) & sessions.c.revoked_at.is_(None)
        with self._database.writing() as connection:
            if connection.execute(update(sessions).where(open_one).values(revoked_at=now_us())).rowcount != 1:
                return False
            whose = select(users.c.id, users.c.tenant).join(sessions, sessions.c.user_id == users.c.id).where(sessions.c.id == session_id)
            user_id, tenant = connection.execute(whose).one()
            write_event(connection, "session.closed", actor=by or user_id, subject=user_id, detail={"session": session_id}, tenant=tenant)
        return True

    def revoke_of(self, user_id: str, except_id: str | None = None, *, by: str = "") -> int:
        """End the sessions of a user, but ``except_id``; returns how many. Raises ``NotFound`` BL-INPUT-711."""
        with self._database.writing() as connection:
            row = connection.execute(select(users).where(users.c.id == column_text(user_id))).first()
            if row is None:
                raise _no_user(user_id)
            return end_sessions(connection, user_of(row._asdict()), by=by or user_id, except_id=except_id)

    def list(self, user_id: str | None = None, *, tenant: str | None = None, now: int | None = None) -> list[Session]:
        """Sessions that are neither revoked nor over their limit, newest first; those that stood idle too long are among them."""
        query = select(*(sessions.c[name] for name in _SESSION)).order_by(sessions.c.created_at.desc(), sessions.c.id.desc())
        query = query.where(sessions.c.revoked_at.is_(None), sessions.c.expires_at > (now_us() if now is None else now))
        if user_id is not None:
            query = query.where(sessions.c.user_id == column_text(user_id))
        if tenant is not None:
            query = query.where(sessions.c.user_id.in_(select(users.c.id).where(users.c.tenant == tenant)))
        with self._database.reading() as connection:
            return [Session(*row) for row in connection.execute(query)]


_SESSION = Session._fields
_USER = tuple(users.columns.keys())
_BY_SECRET = (
    select(*(sessions.c[name] for name in _SESSION), *users.columns)
    .join(users, users.c.id == sessions.c.user_id)
    .where(sessions.c.secret_sha256 == bindparam("digest"))
)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("ascii")).digest()


def _no_user(user_id: str) -> NotFound:
    return NotFound("BL-INPUT-711", f"there is no user {user_id[:80]!r}", "take the id or name from the list of users")
