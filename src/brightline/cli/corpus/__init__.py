"""``brightline corpus``: register sources, inspect training data, sample and review it, decide, put out what is clean, and account for it.

brightline corpus register sources.yaml
brightline corpus inspect data/ --name town
brightline corpus sample town --kind human
brightline corpus decide town
brightline corpus emit town --out clean/
brightline corpus report town

A command's module is imported when the command is used, as those of ``brightline`` itself are: a decision has no use for reports.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

__all__ = ["COMMANDS", "app"]

COMMANDS = {
    "example": "example",
    "register": "registering",
    "inspect": "inspecting",
    "sample": "sampling",
    "review": "sampling",
    "sheet": "sampling",
    "decide": "deciding",
    "emit": "deciding",
    "report": "reporting",
    "diff": "reporting",
    "verify": "reporting",
    "complain": "registering",
    "appeal": "deciding",
    "schedule": "scheduling",
    "resume": "inspecting",
    "status": "inspecting",
}
"""Command → the module beside this one that has a function of that name."""


class _OnUse(TyperGroup):
    """The commands, each imported when somebody asks for it. The list of all of them (``--help``) asks for all."""

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order of ``COMMANDS``."""
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """A command, or nothing where there is none of that name."""
        if cmd_name not in self.commands and cmd_name in COMMANDS:
            one = typer.Typer(add_completion=False)
            one.command(cmd_name)(getattr(import_module(f"{__name__}.{COMMANDS[cmd_name]}"), cmd_name))
            self.commands[cmd_name] = get_command(one)
        return self.commands.get(cmd_name)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """As the group's own, which finds what somebody meant among the commands that are loaded: so all of them."""
        if args and args[0] not in COMMANDS:
            for name in COMMANDS:
                self.get_command(ctx, name)
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=_OnUse, no_args_is_help=True)


@app.callback()
def _corpus() -> None:
    """Training data: where it came from, what is in it, what was taken out, and how well that was checked."""
