"""Every form of a label that real files were seen to have: is it found, and is the verdict right? Goal: all.

    .venv/bin/python evals/label_quirks.py [--json]

The files are those of ``tests/labels/quirks/corpus.py``, each with the paragraph of the reference that the form was seen in. Peer in the
same run: exiftool, the reader that knows most formats; it *shows* a label if it prints a tag called AIGC or the producer's value. It
gives no verdict, so only the finding is compared, on files that hold a label. Exit status 1 if a verdict is wrong.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from brightline.labels.verification import verify
from tests.labels.quirks.corpus import Quirk, corpus


@dataclass(frozen=True)
class Row:
    """What came out for one file."""

    name: str
    source: str
    found: str
    state: str
    right: bool
    exiftool: str


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--json", action="store_true")
    as_json = options.parse_args().json
    rows = [_row(quirk) for quirk in corpus()]
    right = sum(row.right for row in rows)
    with_label = [row for row in rows if row.exiftool]
    shown = sum(row.exiftool == "yes" for row in with_label)
    if as_json:
        print(json.dumps({"files": len(rows), "right": right, "rows": [asdict(row) for row in rows]}, ensure_ascii=False, indent=2))
    else:
        table = Table("form", "seen in", "found", "state", "right", "exiftool shows it")
        for row in rows:
            table.add_row(row.name, row.source, row.found, row.state, "yes" if row.right else "NO", row.exiftool)
        console = Console()
        console.print(table)
        console.print(f"{right} of {len(rows)} right; of {len(with_label)} files with a label exiftool shows {shown}")
    return int(right < len(rows))


def _row(quirk: Quirk) -> Row:
    answer = verify(quirk.data, name=quirk.file_name)
    counted = [site for site in answer.sites if not site.quoted]
    results = {check.id: check.result for check in answer.checks}
    right = (
        (answer.state, answer.presence, answer.compliance) == (quirk.state, quirk.presence, quirk.compliance)
        and sorted(site.form for site in counted) == sorted(quirk.forms)
        and all(results[check] == "fail" for check in quirk.fails)
        and all(results[check] == "warn" for check in quirk.warns)
        and {trace.id for trace in answer.traces} == set(quirk.traces)
    )
    found = ", ".join(f"{site.place} ({site.form})" for site in counted) or "; ".join(trace.id for trace in answer.traces) or "nothing"
    return Row(quirk.name, quirk.source, found, str(answer.state), right, _exiftool(quirk) if quirk.forms else "")


def _exiftool(quirk: Quirk) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / quirk.file_name
        path.write_bytes(quirk.data)
        ran = subprocess.run(["exiftool", "-j", "-a", "-G", "-s", str(path)], capture_output=True, text=True, timeout=30, check=False)
    try:
        tags = json.loads(ran.stdout)[0]
    except (ValueError, IndexError):
        return "no"
    shown = any(
        "aigc" in name.lower() or "ContentProducer" in str(value) or "ServiceProvider" in str(value) for name, value in tags.items()
    )
    return "yes" if shown else "no"


if __name__ == "__main__":
    sys.exit(main())
