"""Saved views: filters of the list of decisions under a name, for oneself or for everybody of the installation."""

from __future__ import annotations

from typing import NamedTuple

import uuid_utils
from sqlalchemy import delete, func, or_, select, update

from brightline.errors import InputError, NotFound
from brightline.store.audit import write_event
from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import saved_views, users

__all__ = ["SavedView", "SavedViews"]

_LONGEST_NAME = 80
_LONGEST_QUERY = 4_000  # a URL that every browser and proxy takes
_MOST_OF_ONE_USER = 100


class SavedView(NamedTuple):
    """A filter (``query``: the query string of the list's address) and its name. ``shared``: others see it too."""

    id: str
    user_id: str
    name: str
    query: str
    shared: bool
    created_at: int


class SavedViews:
    """The saved views of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, user_id: str, name: str, query: str, *, shared: bool = False) -> SavedView:
        """Keep a filter under a name; one of the same user and name is replaced.

        Raises ``InputError`` BL-INPUT-720 (name or query unusable), -721 (too many), ``NotFound`` BL-INPUT-711 (no such user).
        """
        name = " ".join(name.split())
        if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable():
            raise InputError("BL-INPUT-720", "this cannot be a view's name", f"1 to {_LONGEST_NAME} printable characters")
        query = column_text(query)
        if len(query) > _LONGEST_QUERY:
            raise InputError("BL-INPUT-720", "this filter is too long to be saved", f"at most {_LONGEST_QUERY} characters")
        mine = saved_views.c.user_id == column_text(user_id)
        with self._database.writing() as connection:
            # The user's row is locked, so that of two that save at once the second sees what the first has saved.
            tenant = connection.execute(select(users.c.tenant).where(users.c.id == column_text(user_id)).with_for_update()).scalar()
            if tenant is None:
                raise NotFound("BL-INPUT-711", f"there is no user {user_id[:80]!r}")
            changed = update(saved_views).where(mine, saved_views.c.name == name).values(query=query, shared=shared)
            if connection.execute(changed).rowcount == 0:
                if connection.execute(select(func.count()).select_from(saved_views).where(mine)).scalar_one() >= _MOST_OF_ONE_USER:
                    raise InputError("BL-INPUT-721", f"there are {_MOST_OF_ONE_USER} saved views already", "delete one that is not needed")
                new = SavedView(str(uuid_utils.uuid7()), user_id, name, query, shared, now_us())
                connection.execute(saved_views.insert(), new._asdict() | {"tenant": tenant})
            view = SavedView(*connection.execute(_VIEWS.where(mine, saved_views.c.name == name)).one())
            write_event(connection, "view.saved", actor=user_id, subject=view.id, detail={"shared": shared}, tenant=tenant)
        return view

    def delete(self, view_id: str, user_id: str) -> None:
        """Delete a view of one's own. Raises ``NotFound`` BL-INPUT-722, also for the view of somebody else."""
        own = (saved_views.c.id == column_text(view_id)) & (saved_views.c.user_id == column_text(user_id))
        with self._database.writing() as connection:
            tenant = connection.execute(select(saved_views.c.tenant).where(own)).scalar()
            if tenant is None or connection.execute(delete(saved_views).where(own)).rowcount != 1:
                raise NotFound("BL-INPUT-722", "there is no such view of yours", "views are deleted by those who saved them")
            write_event(connection, "view.deleted", actor=user_id, subject=view_id, detail={}, tenant=tenant)

    def visible_to(self, user_id: str) -> list[SavedView]:
        """A user's own views, then those that others of the same tenant share; each by name."""
        own = saved_views.c.user_id == column_text(user_id)
        tenant = select(users.c.tenant).where(users.c.id == column_text(user_id)).scalar_subquery()
        query = _VIEWS.where(or_(own, saved_views.c.shared & (saved_views.c.tenant == tenant)))
        query = query.order_by(own.desc(), saved_views.c.name, saved_views.c.id)
        with self._database.reading() as connection:
            return [SavedView(*row) for row in connection.execute(query)]


_VIEWS = select(*(saved_views.c[name] for name in SavedView._fields))
