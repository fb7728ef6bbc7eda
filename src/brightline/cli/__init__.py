"""The ``brightline`` command. One file a command group; this one mounts them and turns errors into exit codes.

Exit codes: 0 nothing found or done · 1 something was found, or a check failed · 2 wrong input or installation.
"""

from __future__ import annotations

import sys

import typer

from brightline._version import __version__
from brightline.cli import check, db, decisions, doctor, keys, ledger, rules, serve
from brightline.cli.terminal import report
from brightline.errors import BrightlineError

__all__ = ["app", "main"]

app = typer.Typer(
    name="brightline",
    help="Every decision names its rule and its evidence, can be appealed, and is in a tamper-evident log.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("serve")(serve.serve)
app.command("check")(check.check)
app.command("doctor")(doctor.doctor)
app.add_typer(decisions.app, name="decisions", help="List, show and replay decisions.")
app.add_typer(rules.app, name="rules", help="Look up the rulebook.")
app.add_typer(ledger.app, name="ledger", help="Verify, prove and export the tamper-evident log.")
app.add_typer(keys.app, name="keys", help="Create, list, rotate and revoke API keys.")
app.add_typer(db.app, name="db", help="Migrate and check the database.")


@app.command()
def version() -> None:
    """Print the version."""
    sys.stdout.write(f"brightline {__version__}\n")


def main() -> None:
    """Entry point of the console script."""
    try:
        app()
    except BrightlineError as problem:
        report(problem)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # The reader (head, less) went away: not an error of ours.
        sys.stderr.close()
        sys.exit(0)
