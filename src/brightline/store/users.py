"""The people who sign in to the console, and what is kept of their secrets.

A password passes here only as its argon2id hash, a TOTP secret only encrypted, a recovery code only as a digest; who makes and
checks them is ``server/console/people``. Whatever changes what somebody may do (role, password, second factor, disabling)
ends that person's sessions in the same transaction, and is an audit event of that transaction.

Of the admins who can sign in, the last cannot be disabled or given another role. On PostgreSQL the rows of all active admins
are locked first, so that two who remove each other at once do not both succeed; SQLite has one writer at a time anyway.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import uuid_utils
from sqlalchemy import ColumnElement, Connection, Row, Select, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from brightline.errors import InputError, NotFound
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import ROLES, audit_events, sessions, users
from brightline.store.user_rows import RECOVERY_CODES, Secrets, User, display_name_of, role_name, secrets_of, user_name, user_of

__all__ = ["ROLES", "Secrets", "User", "Users", "end_sessions", "user_name", "user_of"]

_MOST_PREFERENCE_BYTES = 4_096


class Users:
    """The users of one store. ``by`` is who acts: a user's id, or a word such as ``command line``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # Looking up

    def get(self, user_id: str) -> User:
        """The user of that id. Raises ``NotFound`` BL-INPUT-711."""
        with self._database.reading() as connection:
            return user_of(_row(connection, user_id)._asdict())

    def named(self, name: str, tenant: str = "default") -> User | None:
        """The user of that sign-in name, in any spelling of it."""
        try:
            wanted = user_name(name)
        except InputError:
            return None
        return self._first(select(users).where(users.c.tenant == tenant, users.c.name == wanted))

    def of_oidc(self, issuer: str, subject: str) -> User | None:
        """The user whom an identity provider knows as ``subject``."""
        return self._first(select(users).where(users.c.oidc_issuer == column_text(issuer), users.c.oidc_subject == column_text(subject)))

    def credentials(self, name: str, tenant: str = "default") -> tuple[User, Secrets] | None:
        """The user of a sign-in name and what proves it, in one query, whether there is such a user or not."""
        try:
            wanted = user_name(name)
        except InputError:
            wanted = ""  # nobody's
        with self._database.reading() as connection:
            row = connection.execute(select(users).where(users.c.tenant == tenant, users.c.name == wanted)).first()
        return None if row is None else (user_of(row._asdict()), secrets_of(row))

    def list(self, tenant: str | None = None) -> list[User]:
        """All users by name, also the disabled ones."""
        query = select(users).order_by(users.c.name, users.c.id)
        if tenant is not None:
            query = query.where(users.c.tenant == tenant)
        with self._database.reading() as connection:
            return [user_of(row._asdict()) for row in connection.execute(query)]

    def secrets(self, user_id: str) -> Secrets:
        """What proves that somebody is this user. Raises ``NotFound`` BL-INPUT-711."""
        with self._database.reading() as connection:
            return secrets_of(_row(connection, user_id))

    # Making and changing

    def create(
        self,
        name: str,
        *,
        role: str,
        by: str,
        display_name: str = "",
        password_hash: str | None = None,
        must_change: bool = True,
        oidc: tuple[str, str] | None = None,
        tenant: str = "default",
    ) -> User:
        """A new user, with a password (``must_change``: a one-time one) or known to an identity provider: (issuer, subject).

        Raises ``InputError`` BL-INPUT-712 (name or display name unusable), -713 (no such role), -714 (the name is taken).
        """
        row = {
            "id": str(uuid_utils.uuid7()),
            "tenant": tenant,
            "name": user_name(name),
            "display_name": display_name_of(display_name),
            "role": role_name(role),
            "password_hash": password_hash,
            "must_change": must_change and password_hash is not None,
            "totp_last_step": 0,
            "oidc_issuer": None if oidc is None else column_text(oidc[0]),
            "oidc_subject": None if oidc is None else column_text(oidc[1]),
            "preferences": "{}",
            "failed_logins": 0,
            "created_at": now_us(),
            "created_by": by,
        }
        with self._database.writing() as connection:
            insert = (sqlite if self._database.is_sqlite else postgresql).insert(users).values(row).on_conflict_do_nothing()
            if connection.execute(insert.returning(users.c.id)).scalar() is None:
                raise InputError("BL-INPUT-714", f"there already is a user {row['name']!r}", "choose another name, or enable the old user")
            detail = {"role": role, "way": "oidc" if oidc else "password"}
            write_event(connection, "user.created", actor=by, subject=str(row["id"]), detail=detail, tenant=tenant)
            return user_of(_row(connection, str(row["id"]))._asdict())

    def set_role(self, user_id: str, role: str, *, by: str) -> User:
        """Another role; ends all sessions. Raises ``InputError`` BL-INPUT-713 (no such role), -715 (the last active admin)."""
        role_name(role)
        with self._database.writing() as connection:
            old = _row(connection, user_id)
            if old.role == role:
                return user_of(old._asdict())
            self._keep_an_admin(connection, user_id)
            detail = {"role": role, "was": old.role}
            return self._change(connection, user_id, {"role": role}, "user.changed", detail, by, ends_sessions=True)

    def set_display_name(self, user_id: str, display_name: str, *, by: str) -> User:
        """Another name to be shown. Raises ``InputError`` BL-INPUT-712."""
        shown = display_name_of(display_name)
        with self._database.writing() as connection:
            return self._change(connection, user_id, {"display_name": shown}, "user.changed", {"field": "display_name"}, by)

    def set_preferences(self, user_id: str, changes: Mapping[str, Any]) -> User:
        """Change some preferences; None removes one. Nobody else is concerned, so it is no audit event.

        Raises ``InputError`` BL-INPUT-716 if there is too much of it.
        """
        with self._database.writing() as connection:
            kept = orjson.loads(_row(connection, user_id, lock=True).preferences)
            hidden = kept.get(RECOVERY_CODES)
            kept = {key: value for key, value in (kept | dict(changes)).items() if value is not None and key != RECOVERY_CODES}
            if len(orjson.dumps(kept)) > _MOST_PREFERENCE_BYTES:
                raise InputError("BL-INPUT-716", "these preferences are too long", f"at most {_MOST_PREFERENCE_BYTES} bytes")
            text = orjson.dumps(kept if hidden is None else kept | {RECOVERY_CODES: hidden}).decode()
            connection.execute(update(users).where(users.c.id == user_id).values(preferences=text))
            return user_of(_row(connection, user_id)._asdict())

    def disable(self, user_id: str, *, by: str) -> User:
        """Keep somebody out, and end all sessions. Raises ``InputError`` BL-INPUT-715 for the last active admin."""
        with self._database.writing() as connection:
            if (row := _row(connection, user_id)).disabled_at is not None:
                return user_of(row._asdict())
            self._keep_an_admin(connection, user_id)
            return self._change(connection, user_id, {"disabled_at": now_us()}, "user.disabled", {}, by, ends_sessions=True)

    def enable(self, user_id: str, *, by: str) -> User:
        """Let a disabled user in again."""
        values = {"disabled_at": None, "failed_logins": 0, "locked_until": None}
        with self._database.writing() as connection:
            return self._change(connection, user_id, values, "user.changed", {"field": "enabled"}, by)

    def set_password(self, user_id: str, password_hash: str, *, must_change: bool, by: str, replacing: str | None = None) -> User:
        """Another password (``must_change``: a one-time one); ends all sessions.

        ``replacing`` is the hash against which the old password was checked. Raises ``InputError`` BL-INPUT-717 if it is not
        the stored one any more: somebody else was faster.
        """
        values = {"password_hash": password_hash, "must_change": must_change, "failed_logins": 0, "locked_until": None}
        with self._database.writing() as connection:
            if replacing is not None and _row(connection, user_id, lock=True).password_hash != replacing:
                raise InputError("BL-INPUT-717", "the password was changed meanwhile", "sign in with the newest password")
            detail = {"one_time": must_change}
            return self._change(connection, user_id, values, "password.changed", detail, by, ends_sessions=True)

    def refresh_hash(self, user_id: str, password_hash: str, *, replacing: str) -> None:
        """The same password under newer parameters of the hash. Nothing else changes."""
        with self._database.writing() as connection:
            mine = (users.c.id == user_id) & (users.c.password_hash == replacing)
            connection.execute(update(users).where(mine).values(password_hash=password_hash))

    # The second factor

    def begin_totp(self, user_id: str, encrypted_secret: bytes) -> None:
        """Keep a new secret that asks for nothing yet. Raises ``InputError`` BL-INPUT-718 if a second factor is on already."""
        not_on = (users.c.id == user_id) & users.c.totp_confirmed_at.is_(None)
        with self._database.writing() as connection:
            if connection.execute(update(users).where(not_on).values(totp_secret=encrypted_secret, totp_last_step=0)).rowcount != 1:
                _row(connection, user_id)
                raise InputError("BL-INPUT-718", "a second factor is on already", "turn it off first")

    def confirm_totp(self, user_id: str, step: int, recovery_codes: Sequence[str], *, by: str) -> User:
        """Turn the second factor on: a code of time step ``step`` was right. Ends all sessions.

        Raises ``InputError`` BL-INPUT-718 if there is nothing to confirm.
        """
        with self._database.writing() as connection:
            row = _row(connection, user_id, lock=True)
            if row.totp_secret is None or row.totp_confirmed_at is not None or step <= row.totp_last_step:
                raise InputError("BL-INPUT-718", "there is no second factor to confirm", "begin again on the account page")
            preferences = orjson.loads(row.preferences) | {RECOVERY_CODES: [*recovery_codes]}
            values = {"totp_confirmed_at": now_us(), "totp_last_step": step, "preferences": orjson.dumps(preferences).decode()}
            return self._change(connection, user_id, values, "totp.changed", {"on": True}, by, ends_sessions=True)

    def end_totp(self, user_id: str, *, by: str) -> User:
        """Turn the second factor off, and forget secret and recovery codes. Ends all sessions."""
        with self._database.writing() as connection:
            preferences = orjson.loads(_row(connection, user_id, lock=True).preferences)
            preferences.pop(RECOVERY_CODES, None)
            values = {"totp_secret": None, "totp_confirmed_at": None, "preferences": orjson.dumps(preferences).decode()}
            return self._change(connection, user_id, values, "totp.changed", {"on": False}, by, ends_sessions=True)

    def take_totp_step(self, user_id: str, step: int) -> bool:
        """Use up the codes of time step ``step`` and before (RFC 6238, 5.2: a code is good for one sign-in). False if they were used."""
        unused = (users.c.id == user_id) & (users.c.totp_last_step < step) & users.c.totp_confirmed_at.is_not(None)
        with self._database.writing() as connection:
            return connection.execute(update(users).where(unused).values(totp_last_step=step)).rowcount == 1

    def take_recovery_code(self, user_id: str, digest: str) -> bool:
        """Use a recovery code up. False if it is none of those left."""
        with self._database.writing() as connection:
            row = _row(connection, user_id, lock=True)
            preferences = orjson.loads(row.preferences)
            codes = preferences.get(RECOVERY_CODES, [])
            if row.totp_confirmed_at is None or digest not in codes:
                return False
            preferences[RECOVERY_CODES] = [code for code in codes if code != digest]
            values = {"preferences": orjson.dumps(preferences).decode()}
            detail = {"recovery_code_used": True, "left": len(preferences[RECOVERY_CODES])}
            self._change(connection, user_id, values, "totp.changed", detail, user_id)
            return True

    def renew_recovery_codes(self, user_id: str, recovery_codes: Sequence[str], *, by: str) -> User:
        """Replace the recovery codes. Raises ``InputError`` BL-INPUT-718 if no second factor is on."""
        with self._database.writing() as connection:
            row = _row(connection, user_id, lock=True)
            if row.totp_confirmed_at is None:
                raise InputError("BL-INPUT-718", "there is no second factor to recover", "turn it on first")
            preferences = orjson.loads(row.preferences) | {RECOVERY_CODES: [*recovery_codes]}
            values = {"preferences": orjson.dumps(preferences).decode()}
            return self._change(connection, user_id, values, "totp.changed", {"recovery_codes": len(recovery_codes)}, by)

    # Sign-ins

    def take_attempt(self, user_id: str, delay_us: Callable[[int], int], *, now: int | None = None) -> int | None:
        """Begin one try at the second factor: it counts as refused until ``note_login``, so that many at once gain nothing.

        ``delay_us`` gives the wait after the n-th refusal. Returns None if the try may go on, else until when it may not (UTC
        microseconds).
        """
        now = now_us() if now is None else now
        with self._database.writing() as connection:
            row = _row(connection, user_id, lock=True)
            if row.locked_until is not None and now < row.locked_until:
                return int(row.locked_until)
            count = row.failed_logins + 1
            values = {"failed_logins": count, "locked_until": now + delay_us(count)}
            connection.execute(update(users).where(users.c.id == user_id).values(values))
        return None

    def clear_attempts(self, user_id: str) -> None:
        """The try that was begun was a right one."""
        with self._database.writing() as connection:
            connection.execute(update(users).where(users.c.id == user_id).values(failed_logins=0, locked_until=None))

    def note_refusal(self, user_id: str | None, *, reason: str, tenant: str) -> None:
        """Put a refused sign-in on record. Costs one transaction for a known and for an unknown name.

        It does not count for ``take_attempt``: whoever guesses passwords must not slow down the codes of the person.
        """
        with self._database.writing() as connection:
            write_event(connection, "session.refused", actor="", subject=user_id or "", detail={"reason": reason}, tenant=tenant)

    def refusals(self, user: User) -> int:
        """How many sign-ins with this name were refused since the last one that was not."""
        with self._database.reading() as connection:
            return _refusals(connection, user.id, user.last_login_at)

    def note_login(self, user_id: str) -> int:
        """Somebody signed in; returns how many sign-ins were refused since the time before."""
        with self._database.writing() as connection:
            row = _row(connection, user_id, lock=True)
            refused = _refusals(connection, user_id, row.last_login_at)
            values = {"failed_logins": 0, "locked_until": None, "last_login_at": now_us()}
            connection.execute(update(users).where(users.c.id == user_id).values(values))
        return refused

    def _first(self, query: Select[Any]) -> User | None:
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else user_of(row._asdict())

    def _change(
        self,
        connection: Connection,
        user_id: str,
        values: Mapping[str, Any],
        kind: str,
        detail: Mapping[str, Any],
        by: str,
        *,
        ends_sessions: bool = False,
    ) -> User:
        connection.execute(update(users).where(users.c.id == user_id).values(values))
        user = user_of(_row(connection, user_id)._asdict())
        write_event(connection, kind, actor=by, subject=user_id, detail=detail, tenant=user.tenant)
        if ends_sessions:
            end_sessions(connection, user, by=by)
        return user

    def _keep_an_admin(self, connection: Connection, user_id: str) -> None:
        """Raise unless somebody else than ``user_id`` is an admin who can sign in, or ``user_id`` is none."""
        tenant = select(users.c.tenant).where(users.c.id == user_id).scalar_subquery()
        active_admin: ColumnElement[bool] = (users.c.tenant == tenant) & (users.c.role == "admin") & users.c.disabled_at.is_(None)
        locked = select(users.c.id).where(active_admin).order_by(users.c.id).with_for_update()  # SQLite leaves the clause out
        admins = set(connection.execute(locked).scalars())
        if admins == {user_id}:
            raise InputError("BL-INPUT-715", "this is the last admin who can sign in", "make somebody else an admin first")


def _refusals(connection: Connection, user_id: str, since: int | None) -> int:
    event = audit_events.c
    query = select(func.count()).where(event.subject == user_id, event.kind == "session.refused", event.at > (since or 0))
    return int(connection.execute(query).scalar_one())


def end_sessions(connection: Connection, user: User, *, by: str, except_id: str | None = None) -> int:
    """End all sessions of a user but one, inside a transaction that changes what they may do; an audit event if there were any."""
    open_ones = (sessions.c.user_id == user.id) & sessions.c.revoked_at.is_(None) & (sessions.c.expires_at > now_us())
    if except_id is not None:
        open_ones &= sessions.c.id != except_id
    ended = connection.execute(update(sessions).where(open_ones).values(revoked_at=now_us())).rowcount
    if ended:
        write_event(connection, "session.closed", actor=by, subject=user.id, detail={"sessions": ended}, tenant=user.tenant)
    return ended


def _row(connection: Connection, user_id: str, *, lock: bool = False) -> Row[Any]:
    query = select(users).where(users.c.id == column_text(user_id))
    row = connection.execute(query.with_for_update() if lock else query).first()
    if row is None:
        raise NotFound("BL-INPUT-711", f"there is no user {user_id[:80]!r}", "take the id or name from the list of users")
    return row
