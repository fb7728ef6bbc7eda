"""The rulebook: the law as a person would look it up, what each rule may justify, and what serves it.

Law text is ours by paraphrase only, as the data has it; what binds is the official text under the name and article cited.
"""

from __future__ import annotations

from brightline.server.console.desk import Desk, Door, page
from brightline.server.console.permissions import Permission
from brightline.server.console.rulebook.pages import Pages

__all__ = ["doors"]


def doors(desk: Desk) -> list[Door]:
    """The addresses of this room."""
    pages = Pages(desk)
    return [
        page("/console/rulebook", pages.browse, Permission.RULEBOOK_READ),
        page("/console/rulebook/goals", pages.goals, Permission.RULEBOOK_READ),
        page("/console/rulebook/over-blocking", pages.over_blocking, Permission.RULEBOOK_READ),
        page("/console/rulebook/over-blocking.csv", pages.over_blocking_csv, Permission.RULEBOOK_READ),
        page("/console/rulebook/goals/{goal_id:path}", pages.goal, Permission.RULEBOOK_READ),
        page("/console/rulebook/texts/{instrument_id}", pages.text, Permission.RULEBOOK_READ),
        page("/console/rulebook/types/{number}", pages.problem_type, Permission.RULEBOOK_READ),
        page("/console/rulebook/{rule_id:path}", pages.rule, Permission.RULEBOOK_READ),
    ]
