"""``make bench``: every benchmark in this folder, one after the other, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
# One script per performance goal; text_peers is run by text_lanes, other parts of a script begin with its name and an underscore.
SCRIPTS = (
    "text",
    "text_lanes",
    "ledger",
    "store",
    "gateway",
    "console",
    "console_pages",
    "console_load",
    "label_images",
    "label_mp4",
    "label_audio",
    "label_documents",
    "label_explicit",
    "label_c2pa",
    "label_verify",
    "watermark",
    "corpus_engine",
    "corpus_personal",
    "corpus_annotators",
    "corpus_duplicates",
    "corpus_report",
    "corpus",
)


def main() -> int:
    failed = [name for name in SCRIPTS if subprocess.run([sys.executable, str(HERE / f"{name}.py"), *sys.argv[1:]], check=False).returncode]
    if failed:
        print("failed:", ", ".join(failed), file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
