"""How much memory an export takes: ``python -m tests.server.console.decisions.measure_export [rows …]``.

Each format writes all decisions of a store, with the quoted texts, in a process of its own, which tells its peak resident set.
Constant memory means: the last line is not larger than the first.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from brightline.server.console.decisions.formats import write_csv, write_jsonl
from brightline.server.console.decisions.parquet import write_decisions
from brightline.service import record_of
from brightline.store import DecisionFilter, Store
from tests.server.console.decisions.conftest import various

FORMATS = ("jsonl", "csv", "parquet")
_AT_ONCE = 2_000


class Counted:
    """A target that only counts."""

    size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        return len(data)


def export(url: str, form: str) -> None:
    """Write everything once and print rows, bytes, seconds and the peak."""
    store = Store.open(url, migrate=False)
    target, began = Counted(), time.monotonic()
    rows = store.walk(DecisionFilter(tenant="default"))
    if form == "jsonl":
        write_jsonl(rows, target, texts=True, statement_url=lambda each: each.token)
    elif form == "csv":
        write_csv(rows, target, texts=True, statement_url=lambda each: each.token, bom=False)
    else:
        write_decisions(rows, target, texts=True, statement_url=lambda each: each.token)
    # Not ru_maxrss: that begins with the peak of the process that started this one.
    peak_kb = next(line.split()[1] for line in Path("/proc/self/status").read_text("ascii").splitlines() if line.startswith("VmHWM"))
    peak_mb = int(peak_kb) / 1024
    print(f"{form:8} {target.size / 1e6:8.1f} MB written  {time.monotonic() - began:6.1f} s  peak {peak_mb:6.1f} MB")
    store.close()


def main(sizes: list[int]) -> None:
    """Fill a store up to each size, and measure."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'measured.db'}"
        store = Store.open(url)
        made = 0
        for size in sizes:
            while made < size:
                number = min(_AT_ONCE, size - made)
                store.write([record_of(each) for each in various(number, time.time_ns() // 1000, seed=made)])
                made += number
            for form in FORMATS:
                print(f"{size:8,} rows  ", end="", flush=True)
                subprocess.run([sys.executable, "-m", __spec__.name, "--export", url, form], check=True)
        store.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--export"]:
        export(*sys.argv[2:4])
    else:
        main([int(size) for size in sys.argv[1:]] or [10_000, 200_000])
