"""The numbers behind a chart as a CSV file (RFC 4180) that programs and spreadsheets read without surprises.

UTF-8 with a byte order mark, because Excel reads Chinese only so; column names in English and stable; times in UTC. A cell
that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV Injection): names of models come from outside.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import UTC, datetime

from brightline.server.console.overview.period import Period
from brightline.server.console.overview.series import Chart
from brightline.server.console.spreadsheet import safe_cell

__all__ = ["chart_file", "written"]


def chart_file(chart: Chart, period: Period) -> bytes:
    """A row for each step: when it began and ended, whether it is over, and a number for each line; empty where there is none."""
    suffix = "_ms" if chart.unit == "ms" else ""
    heads = ["start", "end", "complete", *(f"{line.key}{suffix}" for line in chart.lines), *(["calls"] if chart.calls else [])]
    rows = []
    for index, start in enumerate(chart.starts):
        end = start + chart.step_s * 1_000_000
        numbers = ["" if (value := line.values[index]) is None else f"{value:.15g}" for line in chart.lines]
        calls = [str(chart.calls[index])] if chart.calls else []
        rows.append([_utc(start), _utc(end), "yes" if end <= period.now else "no", *numbers, *calls])
    return written(heads, rows)


def written(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """A CSV file."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    writer.writerows([[safe_cell(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _utc(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
