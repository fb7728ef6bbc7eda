"""The table of roles in docs/console.md is the one in the code."""

from __future__ import annotations

import re
from pathlib import Path

from brightline.server.console.permissions import ROLES, Permission, Role

DOCS = Path(__file__).parents[3] / "docs"


def test_the_documented_rights_are_those_of_the_code() -> None:
    rows = re.findall(r"^\| .* \(`([a-z.]+)`\) \| (.*) \|$", (DOCS / "console.md").read_text("utf-8"), re.MULTILINE)
    documented = {
        (right, role.value) for right, cells in rows for role, cell in zip(Role, cells.split(" | "), strict=True) if cell == "yes"
    }
    assert documented == {(right.value, role.value) for role, rights in ROLES.items() for right in rights}
    assert {right for right, _ in rows} == {permission.value for permission in list(Permission)[4:]}


def test_every_page_that_the_console_page_names_is_there() -> None:
    named = re.findall(r"\]\(([a-z-]+\.md)\)", (DOCS / "console.md").read_text("utf-8"))
    assert [name for name in named if not (DOCS / name).is_file()] == []
