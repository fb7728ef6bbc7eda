"""How the command line talks: JSON for programs on stdout, words for people, errors with code and hint on stderr."""

from __future__ import annotations

import sys
from typing import Any

import orjson
from rich.console import Console

from brightline.errors import BrightlineError
from brightline.model import Outcome

__all__ = ["COLOURS", "console", "print_json", "report"]

console = Console(highlight=False)
_errors = Console(stderr=True, highlight=False)

# One colour an outcome, as on the pages; the word always stands beside it.
COLOURS = {
    Outcome.ALLOW: "green",
    Outcome.LABEL: "cyan",
    Outcome.NOTICE: "cyan",
    Outcome.REWRITE: "blue",
    Outcome.LIMIT: "yellow",
    Outcome.REVIEW: "magenta",
    Outcome.REFUSE: "red",
    Outcome.BLOCK: "red",
}


def print_json(value: Any) -> None:
    """One JSON value and a line feed on stdout."""
    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE))
    sys.stdout.buffer.flush()


def report(problem: BrightlineError) -> None:
    """An error for a person: code and sentence, then what to do."""
    _errors.print(f"[bold red]{problem.code}[/] {_plain(problem.message)}")
    if problem.hint:
        _errors.print(f"  [dim]→ {_plain(problem.hint)}[/]")


def _plain(text: str) -> str:
    # Square brackets in data are not rich's markup.
    return text.replace("[", r"\[")
