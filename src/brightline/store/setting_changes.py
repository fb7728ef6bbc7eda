"""Settings changed in the console: append-only rows above file and environment. The newest row of a key holds.

A value is JSON text; None gives the setting back to file, environment and default. Each change is an audit event of the same
transaction. A secret is never kept here: those come from the environment or a file.
"""

from __future__ import annotations

from typing import NamedTuple

import orjson
import uuid_utils
from sqlalchemy import select

from brightline.config import Settings
from brightline.errors import InputError
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import setting_changes

__all__ = ["SettingChange", "SettingChanges"]

_LONGEST_VALUE = 8_000


class SettingChange(NamedTuple):
    """``value`` is JSON text, None where the setting went back to file and default. ``changed_at`` UTC microseconds."""

    id: str
    tenant: str
    key: str
    value: str | None
    changed_at: int
    changed_by: str


class SettingChanges:
    """The changed settings of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, key: str, value: str | None, by: str, *, tenant: str = "default") -> SettingChange:
        """Change a setting, or give it back (None). Whether ``value`` is a permitted one is for the caller to know.

        Raises ``InputError`` BL-INPUT-730 (no such setting), -731 (a secret), -732 (not JSON, or too long).
        """
        field = Settings.model_fields.get(key)
        if field is None:
            raise InputError("BL-INPUT-730", f"there is no setting {key[:80]!r}", "see docs/configuration.md")
        if not field.repr:
            raise InputError("BL-INPUT-731", f"{key} is a secret and not kept in the database", "set it in the environment")
        _require_json(value)
        change = SettingChange(str(uuid_utils.uuid7()), tenant, key, value, now_us(), column_text(by))
        detail = {"key": key, "value": value}
        with self._database.writing() as connection:
            connection.execute(setting_changes.insert(), change._asdict())
            write_event(connection, "setting.changed", actor=by, subject=change.id, detail=detail, tenant=tenant, at=change.changed_at)
        return change

    def current(self, *, tenant: str = "default") -> dict[str, SettingChange]:
        """The changes that hold, by key; a setting that was given back is not among them."""
        newest: dict[str, SettingChange] = {}
        query = _CHANGES.where(setting_changes.c.tenant == tenant).order_by(setting_changes.c.changed_at, setting_changes.c.id)
        with self._database.reading() as connection:
            for row in connection.execute(query):
                newest[row.key] = SettingChange(*row)
        return {key: change for key, change in newest.items() if change.value is not None}

    def history(self, key: str, *, tenant: str = "default") -> list[SettingChange]:
        """All changes of one setting, newest first."""
        query = _CHANGES.where(setting_changes.c.tenant == tenant, setting_changes.c.key == column_text(key))
        query = query.order_by(setting_changes.c.changed_at.desc(), setting_changes.c.id.desc())
        with self._database.reading() as connection:
            return [SettingChange(*row) for row in connection.execute(query)]


_CHANGES = select(*(setting_changes.c[name] for name in SettingChange._fields))


def _require_json(value: str | None) -> None:
    if value is None:
        return
    try:
        if len(value) > _LONGEST_VALUE:
            raise ValueError(f"longer than {_LONGEST_VALUE} characters")
        orjson.loads(value)
    except ValueError as problem:
        raise InputError("BL-INPUT-732", f"this value cannot be kept: {problem}", "write the value as JSON") from None
