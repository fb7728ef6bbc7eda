"""Print the part of requirements.lock that a group of packages needs: ``python tools/locked.py [--beside] [group …]``.

Without a group: what the installed product needs and nothing else. ``--beside``: without what the product needs. The lock notes for each package who asks for it
(``# via …``); this walks those notes from the project (or its groups) down. Standard library only, because it runs
before anything is installed. The output keeps versions, markers and hashes, for ``pip install --require-hashes``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements.lock"
PROJECT = "brightline (pyproject.toml"


def blocks(text: str) -> list[tuple[str, str, set[str]]]:
    """(name, requirement with hashes, askers) for every entry; a package may have one entry per marker."""
    found = []
    for block in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        lines = block.splitlines()
        requirement = "\n".join(line for line in lines if not line.lstrip().startswith("#"))
        notes = [line.strip().lstrip("# ").removeprefix("via").strip() for line in lines if line.lstrip().startswith("#")]
        found.append((re.split(r"[=\[ ]", block, maxsplit=1)[0].lower(), requirement, {note.lower() for note in notes if note}))
    return found


def needed(entries: list[tuple[str, str, set[str]]], groups: list[str]) -> set[str]:
    """Names that the project itself or one of the groups reaches."""
    roots = {f"{PROJECT})"} | {f"{PROJECT}:{group})" for group in groups}
    reached: set[str] = set()
    while True:
        more = {name for name, _, askers in entries if name not in reached and askers & (roots | reached)}
        if not more:
            return reached
        reached |= more


def main() -> int:
    entries = blocks(LOCK.read_text("utf-8"))
    beside, groups = "--beside" in sys.argv[1:], [name for name in sys.argv[1:] if name != "--beside"]
    wanted = needed(entries, groups) - (needed(entries, []) if beside else set())
    if not wanted:
        print(f"{LOCK.name} names no package for {groups or 'the product'}", file=sys.stderr)
        return 1
    print("\n".join(requirement for name, requirement, _ in entries if name in wanted))
    return 0


if __name__ == "__main__":
    sys.exit(main())
