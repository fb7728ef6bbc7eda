"""``brightline rules price``: what goals and their words cost ordinary people, before they go live."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import typer
from rich.table import Table
from rich.text import Text

from brightline.cli.rules.files import GoalFiles, Json, Paths, read_files
from brightline.cli.terminal import console, print_json, report
from brightline.moderation.benign import Measured, held_to_budget, measured, ordinary_texts
from brightline.text import Goal
from brightline.text.goals import Price
from brightline.text.prices import REVIEW_BUDGET, STOP_BUDGET, price_words

__all__ = ["price"]

_HITS_SHOWN = 3


class PricedWord(NamedTuple):
    """A word of a slot and what it costs by itself."""

    goal: str
    slot: str
    word: str
    price: Price


def price(
    paths: Paths = None,
    top: Annotated[int, typer.Option("--top", min=0, max=100_000, help="How many of the commonest words to show.")] = 20,
    as_json: Json = False,
) -> None:
    """Show what goals hit of ordinary texts, which are demoted for it, and their commonest words.

    Exit code 1 if a goal is over its budget, 2 if a file cannot be used.
    """
    files = read_files(paths)
    for problem in files.problems:
        report(problem)
    if files.problems:
        raise typer.Exit(2)
    found = measured(files.goals)
    ids = {goal.id for goal in files.goals}
    demoted = ids & held_to_budget(files.reading.book, ids).demoted.keys()
    words = commonest(files.goals, top)
    if as_json:
        print_json(_document(files, found, demoted, words))
    else:
        _print(files, found, demoted, words)
    raise typer.Exit(int(bool(demoted)))


def commonest(goals: tuple[Goal, ...], top: int) -> list[PricedWord]:
    """The words that stand in most ordinary texts, each once a slot."""
    rows = [(goal.id, slot.name, entry) for goal in goals for slot in goal.slots for entry in slot.entries]
    prices = price_words([entry.base for _, _, entry in rows])
    found = [PricedWord(goal, slot, entry.written, each) for (goal, slot, entry), each in zip(rows, prices, strict=True)]
    return sorted(found, key=lambda word: -word.price.share)[:top]


def _print(files: GoalFiles, found: dict[str, Measured], demoted: set[str], words: list[PricedWord]) -> None:
    bounds = files.reading.book.prices
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading, right in (("goal", False), ("effect", False), ("hits", True), ("of ordinary texts", True), ("at most", True), ("", False)):
        table.add_column(heading, justify="right" if right else "left", no_wrap=right or heading == "goal", overflow="fold")
    for goal in sorted(files.goals, key=lambda goal: -found[goal.id].price.share):
        each = found[goal.id]
        bound = f"{bounds[goal.id].share:.2%}" if goal.id in bounds else "–"
        effects = dict.fromkeys(str(effect) for effect in files.reading.book.demoted.get(goal.id, goal.effects).values())
        mark = Text("demoted to review", style="bold yellow") if goal.id in demoted else Text()
        table.add_row(goal.id, " ".join(effects), str(len(each.hits)), f"{each.price.share:.2%}", bound, mark)
    console.print(table)
    for goal_id in sorted(demoted):  # once more in full: a narrow terminal cuts the table's last column
        console.print(
            Text(f"{goal_id}: demoted to review, it hits more ordinary texts than a stop may", style="bold yellow"), soft_wrap=True
        )
    for each in found.values():
        for text in each.hits[:_HITS_SHOWN]:
            console.print(Text(f"{each.goal} hits ({text.domain}): {text.text}", style="dim"), soft_wrap=True)
    if words:
        listed = Table(box=None, pad_edge=False, header_style="dim")
        for heading in ("word", "goal, slot", "in ordinary texts", "most of all in"):
            listed.add_column(heading, overflow="fold")
        for word in words:
            domain, share = max(word.price.domains.items(), key=lambda row: row[1])
            said = f"{'' if word.price.exact else 'at most '}{word.price.share:.3%}"
            listed.add_row(Text(word.word), f"{word.goal}, {word.slot}", said, f"{domain}, {share:.2%}")
        console.print(listed)
    said = f"{len(files.goals)} goals on {len(ordinary_texts())} ordinary texts; budget of a stop {STOP_BUDGET:.2%}, of a review {REVIEW_BUDGET:.1%}"
    console.print(Text(said, style="dim"))


def _document(files: GoalFiles, found: dict[str, Measured], demoted: set[str], words: list[PricedWord]) -> dict[str, Any]:
    bounds = files.reading.book.prices
    return {
        "budgets": {"stop": STOP_BUDGET, "review": REVIEW_BUDGET},
        "texts": len(ordinary_texts()),
        "goals": [
            {
                "goal": goal.id,
                "files": files.reading.files[goal.id],
                "effects": {side.value: effect.value for side, effect in files.reading.book.demoted.get(goal.id, goal.effects).items()},
                "price": _price(found[goal.id].price),
                "bound": _price(bounds[goal.id]) if goal.id in bounds else None,
                "demoted": goal.id in demoted,
                "hits": [{"domain": text.domain, "text": text.text} for text in found[goal.id].hits],
            }
            for goal in files.goals
        ],
        "words": [{"word": word.word, "goal": word.goal, "slot": word.slot, **_price(word.price)} for word in words],
    }


def _price(price: Price) -> dict[str, Any]:
    return {"share": price.share, "exact": price.exact, "domains": dict(price.domains)}
