"""Newest first, page by page: how every list of records that have a time and an id (UUIDv7) is read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, tuple_
from sqlalchemy.sql import FromClause

from brightline.store.reading import Cursor
from brightline.store.records import column_text

__all__ = ["newest_first"]


def newest_first(query: Select[Any], table: FromClause, *, after: Cursor | None, limit: int) -> Select[Any]:
    """Up to ``limit`` rows of ``table`` behind ``after`` (time and id of the last one of the page before)."""
    place = (table.c.made_at, table.c.id)
    if after is not None:
        query = query.where(tuple_(*place) < tuple_(after.made_at, column_text(after.id)))
    return query.order_by(*(column.desc() for column in place)).limit(limit)
