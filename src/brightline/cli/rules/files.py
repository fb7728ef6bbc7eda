"""Goal files as the command line gets them: read beside the shipped ones, whose exceptions, classes and goals they may use."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from brightline.config import load_settings
from brightline.errors import DataError, InputError
from brightline.moderation import goal_paths
from brightline.rulebook import load_rulebook, load_terms
from brightline.text import Goal
from brightline.text.goal_loader import Reading, read_goals

__all__ = ["GoalFiles", "Json", "Paths", "problem_row", "read_files"]

Paths = Annotated[
    list[Path] | None,
    typer.Argument(metavar="PATH…", help="Goal files, or folders of them. Default: goals_dir of the settings, else the shipped goals."),
]
Json = Annotated[bool, typer.Option("--json", help="JSON for programs.")]


@dataclass(frozen=True, slots=True)
class GoalFiles:
    """What was asked about: ``reading`` of these and all shipped files, and the ``goals`` that stand in these or are added to by them."""

    paths: tuple[Path, ...]
    reading: Reading
    goals: tuple[Goal, ...]

    @property
    def problems(self) -> list[DataError]:
        """What is wrong with the files that were asked about."""
        asked = {str(path) for path in self.paths}
        return [problem for problem in self.reading.problems if problem.file in asked]


def read_files(paths: Sequence[Path] | None) -> GoalFiles:
    """Read the files with the settings' terms. Raises ``InputError`` BL-INPUT-020 where there is nothing to read."""
    settings = load_settings()
    asked = tuple(_files(paths or ([settings.goals_dir] if settings.goals_dir else goal_paths())))
    own = {path.resolve() for path in asked}
    shipped = [path for path in goal_paths() if path.resolve() not in own]
    terms = load_terms(settings.terms_file) if settings.terms_file else None
    reading = read_goals([*shipped, *asked], load_rulebook(), terms=terms, trying={str(path) for path in asked})
    names = {str(path) for path in asked}
    goals = tuple(goal for goal in reading.book if not names.isdisjoint(reading.files[goal.id]))
    return GoalFiles(asked, reading, goals)


def problem_row(problem: DataError) -> dict[str, Any]:
    """A problem for programs."""
    message = problem.message.removeprefix(f"{problem.file}:{problem.line}: ")
    return {"file": problem.file, "line": problem.line, "code": problem.code, "problem": message, "cure": problem.hint}


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            found = sorted(path.glob("*.yaml"))
            if not found:
                raise InputError("BL-INPUT-020", f"there is no *.yaml in {path}", "name a goal file, or a folder that holds some")
            yield from found
        elif path.is_file():
            yield path
        else:
            raise InputError("BL-INPUT-020", f"{path} cannot be read: there is no such file", "check the name")
