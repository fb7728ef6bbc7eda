"""Writes a report in all its forms into the folder ``report/`` of a workspace. The JSON comes last: where it stands, the others do.

A machine without Typst or without a Chinese typeface gets everything but the PDF, and is told so by what is not among the names.
"""

from __future__ import annotations

from collections.abc import Sequence

from brightline.corpus.errors import CorpusError
from brightline.corpus.reporting.forms import content_of
from brightline.corpus.reporting.report import FILES, Report
from brightline.corpus.storage import Workspace

__all__ = ["REPORT_FOLDER", "publish"]

REPORT_FOLDER = "report"
_NO_PDF = ("BL-CORPUS-020", "BL-CORPUS-075")


def publish(workspace: Workspace, report: Report, earlier: Sequence[Report] = ()) -> list[str]:
    """Write every form; the names that were written, in the order of ``FILES``. ``earlier``: the oldest first, for the trend.

    What an earlier report of this workspace left is replaced, and a PDF that cannot be made now is removed. Raises ``RunError``.
    """
    written = []
    for name in sorted(FILES, key=lambda name: name == "report.json"):
        path = f"{REPORT_FOLDER}/{name}"
        try:
            content = content_of(report, name, earlier)
        except CorpusError as problem:
            if problem.code not in _NO_PDF:
                raise
            workspace.remove(path)
            continue
        workspace.write_bytes(path, content)
        written.append(name)
    return [name for name in FILES if name in written]
