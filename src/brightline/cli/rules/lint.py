"""``brightline rules lint``: all that is wrong with goal files, and what would be demoted for its price."""

from __future__ import annotations

import typer
from rich.text import Text

from brightline.cli.rules.files import GoalFiles, Json, Paths, problem_row, read_files
from brightline.cli.terminal import console, print_json
from brightline.errors import DataError
from brightline.model import Outcome
from brightline.moderation.benign import held_to_budget, measured
from brightline.text.prices import REVIEW_BUDGET, STOP_BUDGET, budget_of

__all__ = ["lint"]


def lint(paths: Paths = None, as_json: Json = False) -> None:
    """Name every problem of goal files, with line and cure. Exit code 0: none; 1: some; 2: there is nothing to read."""
    files = read_files(paths)
    problems = files.problems or warnings(files)
    if as_json:
        print_json([problem_row(problem) for problem in problems])
    else:
        for problem in problems:
            row = problem_row(problem)
            console.print(
                Text(f"{problem.file}:{problem.line}: ").append(problem.code, style="bold red").append(f" {row['problem']}"), soft_wrap=True
            )
            console.print(Text(f"  → {problem.hint}", style="dim"), soft_wrap=True)
        said = f"{len(problems)} problems" if problems else "nothing wrong"
        console.print(Text(f"{len(files.paths)} files, {len(files.goals)} goals, {said}", style="dim"))
    raise typer.Exit(int(bool(problems)))


def warnings(files: GoalFiles) -> list[DataError]:
    """What loads but costs ordinary people too much: BL-DATA-231 (demoted) and -232 (over the budget of a review)."""
    ids = {goal.id for goal in files.goals}
    demoted = held_to_budget(files.reading.book, ids).demoted
    found = measured(files.goals)
    problems = []
    for goal in files.goals:
        price, hits = found[goal.id].price, found[goal.id].hits
        seen = f"; it hits {hits[0].text!r}" if hits else ""
        cure = "narrow the slots, or add an exception or an allow phrase: `brightline rules price` shows what it hits"
        if goal.id in demoted:
            message = f"goal {goal.id!r} stops more than {STOP_BUDGET:.2%} of ordinary texts and is demoted to review{seen}"
            problems.append(DataError("BL-DATA-231", message, cure, file=goal.file, line=goal.line))
        elif found[goal.id].is_over(REVIEW_BUDGET) and any(budget_of(effect) < 1 for effect in goal.effects.values()):
            message = f"goal {goal.id!r} sends {price.share:.2%} of ordinary texts to {Outcome.REVIEW}, more than {REVIEW_BUDGET:.1%}{seen}"
            problems.append(DataError("BL-DATA-232", message, cure, file=goal.file, line=goal.line))
    return problems
