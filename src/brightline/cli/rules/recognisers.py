"""``brightline rules detectors``: the named recognisers that a slot may ask for, with what each finds and what it leaves alone."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from brightline.cli.rules.files import Json
from brightline.cli.terminal import console, print_json
from brightline.moderation import goal_paths
from brightline.rulebook import load_rulebook
from brightline.text.detectors import DETECTORS
from brightline.text.goal_loader import read_goals

__all__ = ["detectors"]


def detectors(as_json: Json = False) -> None:
    """List the detectors for the slots of goals, and how many shipped goals use each."""
    book = read_goals(goal_paths(), load_rulebook(), trying=()).book
    users = {name: sorted({goal.id for goal in book for slot in goal.slots if name in slot.detectors}) for name in DETECTORS}
    if as_json:
        print_json([
            {
                "detector": each.name,
                "title": {"zh": each.title_zh, "en": each.title_en},
                "examples": each.examples,
                "twins": each.twins,
                "goals": users[each.name],
            }
            for each in DETECTORS.values()
        ])  # fmt: skip
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("detector", "", "finds", "leaves alone", "shipped goals"):
        table.add_column(heading, no_wrap=heading == "detector", overflow="fold", justify="right" if heading == "shipped goals" else "left")
    for each in DETECTORS.values():
        found, left = Text(" · ".join(each.examples)), Text(" · ".join(each.twins), style="dim")
        table.add_row(each.name, f"{each.title_zh} {each.title_en}", found, left, str(len(users[each.name])))
    console.print(table)
