"""``make eval``: every evaluation in this folder, one after the other, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = (  # one script per quality goal
    "moderation",
    "contrast",
    "obfuscation",
    "dialogues",
    "models",
    "semantic",
    "label_quirks",
    "label_negatives",
    "label_lossless",
    "watermark",
    "watermark_sound",
    "personal",
    "duplicates",
    "corpus_annotators",
    "corpus_benign",
    "spin",
    "sampling_plans",
)


def main() -> int:
    failed = [name for name in SCRIPTS if subprocess.run([sys.executable, str(HERE / f"{name}.py"), *sys.argv[1:]], check=False).returncode]
    if failed:
        print("over budget or failed:", ", ".join(failed), file=sys.stderr)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
