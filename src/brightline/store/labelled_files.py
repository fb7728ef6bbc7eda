"""Files that got their label here: the answer to "is this ours?", by the file's digest, its media's, or a watermark's number.

A watermark is only a pointer: a hit counts where the record's perceptual hash agrees with the picture (labels/watermark).
Its 64-bit number is kept in its signed form, as both databases know no other.
"""

from __future__ import annotations

from typing import NamedTuple

import uuid_utils
from sqlalchemy import Row, delete, select

from brightline.store.clock import now_us
from brightline.store.engine import Database
from brightline.store.records import column_text
from brightline.store.tables import labelled_files

__all__ = ["LabelledFile", "LabelledFiles"]

_MOST_FOUND = 20  # own choice: who labelled a file twenty times needs no twenty-first answer


class LabelledFile(NamedTuple):
    """``content_id``: the number in the label. ``watermark``: an unsigned 64-bit number, ``phash`` the perceptual hash in hex."""

    id: str
    tenant: str
    made_at: int
    role: str
    attribute: str
    content_id: str
    container: str
    file_digest: str
    media_digest: str
    phash: str
    watermark: int | None
    account: str
    decision: str


class LabelledFiles:
    """The labelled files of one store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        *,
        role: str,
        attribute: str,
        content_id: str,
        container: str,
        file_digest: str,
        media_digest: str,
        phash: str = "",
        watermark: int | None = None,
        account: str = "",
        decision: str = "",
        tenant: str = "default",
    ) -> LabelledFile:
        """Keep one. Digests are SHA-256 in hex. Raises ``StoreError`` (BL-STORE-006 where the watermark's number is taken)."""
        row = LabelledFile(
            str(uuid_utils.uuid7()), tenant, now_us(), role, attribute, column_text(content_id), container, file_digest, media_digest,
            phash, watermark, column_text(account), decision,
        )  # fmt: skip
        values = row._asdict() | {"watermark": _signed(watermark)}
        with self._database.writing() as connection:
            connection.execute(labelled_files.insert(), values)
        return row

    def by_content(self, content_id: str, *, tenant: str = "default") -> list[LabelledFile]:
        """Those with that number in their label, newest first."""
        return self._found("content_id", column_text(content_id), tenant)

    def by_digest(self, file_digest: str, media_digest: str = "", *, tenant: str = "default") -> list[LabelledFile]:
        """The very file, or (metadata may have been taken out) files with the same coded media; newest first."""
        found = self._found("file_digest", file_digest, tenant)
        return found or (self._found("media_digest", media_digest, tenant) if media_digest else [])

    def by_watermark(self, number: int, *, tenant: str = "default") -> LabelledFile | None:
        """The file that carries this number."""
        found = self._found("watermark", _signed(number), tenant)
        return found[0] if found else None

    def page(self, *, tenant: str = "default", after: str = "", limit: int = 50) -> list[LabelledFile]:
        """The next ``limit`` files, newest first, ``after`` the id of one. Ids are UUIDv7, so the primary key has that order."""
        query = select(labelled_files).where(labelled_files.c.tenant == tenant)
        if after:
            query = query.where(labelled_files.c.id < after)
        with self._database.reading() as connection:
            return [_file(row) for row in connection.execute(query.order_by(labelled_files.c.id.desc()).limit(limit))]

    def has_watermarks(self, *, tenant: str = "default") -> bool:
        """Whether any file that is on record carries a watermark. Where none does, no mark that is found could be ours."""
        query = select(labelled_files.c.id).where(labelled_files.c.tenant == tenant, labelled_files.c.watermark.is_not(None)).limit(1)
        with self._database.reading() as connection:
            return connection.execute(query).first() is not None

    def erase(self, content_id: str, *, tenant: str = "default") -> int:
        """Forget the records of that content; how many they were. The decisions and the ledger have their own erasure."""
        mine = (labelled_files.c.tenant == tenant) & (labelled_files.c.content_id == column_text(content_id))
        with self._database.writing() as connection:
            return connection.execute(delete(labelled_files).where(mine)).rowcount

    def _found(self, column: str, value: object, tenant: str) -> list[LabelledFile]:
        query = select(labelled_files).where(labelled_files.c.tenant == tenant, labelled_files.c[column] == value)
        query = query.order_by(labelled_files.c.made_at.desc(), labelled_files.c.id.desc()).limit(_MOST_FOUND)
        with self._database.reading() as connection:
            return [_file(row) for row in connection.execute(query)]


def _file(row: Row[tuple[object, ...]]) -> LabelledFile:
    values = dict(row._mapping)
    return LabelledFile(**values | {"watermark": _unsigned(values["watermark"])})


def _signed(number: int | None) -> int | None:
    return None if number is None else (number & (1 << 64) - 1) - ((number >> 63 & 1) << 64)


def _unsigned(number: int | None) -> int | None:
    return None if number is None else number & (1 << 64) - 1
