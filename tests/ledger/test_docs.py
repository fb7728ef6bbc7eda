"""Every ``brightline ledger`` command in docs/ledger.md works as it stands there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from typer.testing import CliRunner

from brightline.cli.ledger import app
from tests.ledger.decisions import id_of

DOCS = Path(__file__).parents[2] / "docs" / "ledger.md"


def test_the_commands_of_the_documentation_work(home: Path) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    commands = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    assert len(commands) == 11
    (home.parent / "kept-head.txt").write_text(CliRunner().invoke(app, ["head"]).stdout)
    for program, group, *arguments in commands:
        assert (program, group) == ("brightline", "ledger")
        result = CliRunner().invoke(app, [id_of(2) if argument == "DECISION_ID" else argument for argument in arguments])
        assert result.exit_code == 0, (arguments, result.output, result.exception)
