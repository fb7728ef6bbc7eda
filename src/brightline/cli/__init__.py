"""The ``brightline`` command. One file a command; this one finds it and turns errors into exit codes.

A command's module is imported when the command is used, so that looking up a rule does not load a database driver.

Exit codes: 0 nothing found or done · 1 something was found, or a check failed · 2 wrong input or installation.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

import typer
from rich.table import Table

from brightline._version import __version__
from brightline.cli.terminal import console, report
from brightline.errors import BrightlineError, InputError

__all__ = ["COMMANDS", "main"]

COMMANDS = {
    "serve": "Start the service: gateway, inspection API and public pages.",
    "check": "Inspect text, Markdown and JSONL from files or standard input.",
    "label": "Label files as generated content: implicit and explicit, watermark, C2PA.",
    "verify": "Verify labels, signatures and traces of generators in files.",
    "labels": "Compare labels before and after a tool, recognise own texts, check an agreement, list the checks.",
    "decisions": "List, show and replay decisions.",
    "rules": "Look up the rulebook; lint, test and price goal files.",
    "corpus": "Register, inspect, sample, clean and account for training data.",
    "train": "Train a model of a family from labelled texts, judged on sources that it did not see.",
    "ledger": "Verify, prove and export the tamper-evident log.",
    "keys": "Create, list, rotate and revoke API keys.",
    "users": "Create, list, reset, disable and enable users of the console.",
    "db": "Migrate and check the database.",
    "doctor": "Check this installation and say what to do where something is wrong.",
    "version": "Print the version.",
}
"""Name → what it does. The module of that name holds ``app`` (several commands) or a function of that name (one)."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and end the process with its exit code; ``arguments`` default to the process's own."""
    name, *rest = [*(sys.argv[1:] if arguments is None else arguments)] or ["--help"]
    try:
        if name in ("-h", "--help"):
            _help()
        elif name in ("version", "--version"):
            sys.stdout.write(f"brightline {__version__}\n")
        else:
            _command(name)(rest, prog_name=f"brightline {name}")
    except BrightlineError as problem:
        report(problem)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) went away: not an error of ours.
        sys.stderr.close()
        sys.exit(0)


def _command(name: str) -> typer.Typer:
    if name not in COMMANDS:
        near = get_close_matches(name, COMMANDS, 1)
        raise InputError(
            "BL-INPUT-026",
            f"there is no command {name!r}",
            f"did you mean {near[0]!r}?" if near else "`brightline --help` lists all commands",
        )
    module = import_module(f"brightline.cli.{name}")
    found: typer.Typer | None = getattr(module, "app", None)
    if found is None:
        found = typer.Typer()
        found.command(name)(getattr(module, name))
    found.info.context_settings = {"help_option_names": ["-h", "--help"]}
    found._add_completion = False
    found.pretty_exceptions_enable = False
    return found


def _help() -> None:
    console.print(
        "Usage: [bold]brightline[/] COMMAND …\n\nEvery decision names its rule and its evidence, can be appealed, and is in a tamper-evident log.\n"
    )
    table = Table(box=None, show_header=False, padding=(0, 2, 0, 2))
    for name, what in COMMANDS.items():
        table.add_row(f"[bold]{name}[/]", what)
    console.print(table)
    console.print("\n`brightline COMMAND --help` explains each. Settings: docs/configuration.md.")
