"""Labels: verify a file and label one, compare two, find a text again, and what is on record of both."""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door, action, page, upload
from brightline.server.console.labels.checking import FIELDS, OPTIONS, Checking
from brightline.server.console.labels.comparing import Comparing
from brightline.server.console.labels.records import Records
from brightline.server.console.labels.texts import MOST_BYTES, Texts
from brightline.server.console.permissions import Permission

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    one, two, texts, records = Checking(desk), Comparing(desk), Texts(desk), Records(desk)
    verify, read, write = Permission.LABELS_VERIFY, Permission.LABELS_READ, Permission.LABELS_WRITE
    fields = (*OPTIONS, *FIELDS)
    return [
        page("/console/labels", one.show, verify),
        upload("/console/labels/verify", one.verify, verify, files=("file",), fields=fields),
        upload("/console/labels/mark", one.mark, write, files=("file",), fields=fields),
        page("/console/labels/kept/{token}", one.page, verify),
        page("/console/labels/kept/{token}/picture.png", one.picture, verify),
        page("/console/labels/kept/{token}/file", one.file, write),
        page("/console/labels/kept/{token}/beside", one.beside, write),
        action("/console/labels/kept/{token}/drop", one.drop, verify),
        page("/console/labels/compare", two.show, verify),
        upload("/console/labels/compare", two.compare, verify, files=("before", "after")),
        page("/console/labels/texts", texts.show, verify),
        action("/console/labels/texts", texts.find, verify, most_bytes=MOST_BYTES),
        page("/console/labels/files", records.files, read),
        page("/console/labels/copies", records.copies, read),
        action("/console/labels/copies.csv", records.export, read),
    ]
