"""What the README tells a newcomer to type works as written, against a running installation."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installation import Installation, environment, running

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with running(tmp_path_factory.mktemp("readme")) as installed:
        yield installed


def _as_installed(text: str, installation: Installation) -> str:
    """The README's addresses and paths, moved to this test's port and folders."""
    moved = text.replace("127.0.0.1:8080", f"127.0.0.1:{installation.port}").replace("var/keys", str(installation.home / "keys"))
    return moved.replace(".venv/bin/brightline", f"{sys.executable} -m brightline").replace("python3 ", f"{sys.executable} ")


def _run(command: str | list[str], installation: Installation) -> subprocess.CompletedProcess[str]:
    environ = environment(installation.home) | {"PYTHONUTF8": "1"}
    return subprocess.run(
        command,
        shell=isinstance(command, str),
        cwd=installation.home,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_readmes_python_and_commands_take_a_newcomer_to_a_proof(installation: Installation) -> None:
    client, inspector = _blocks("python")
    talk = _run([sys.executable, "-c", _as_installed(client, installation)], installation)
    assert talk.returncode == 0, talk.stderr
    allowed, _, rest = talk.stdout.partition("\n")
    assert allowed
    assert "人工智能生成" in talk.stdout
    assert "content_filter" in rest
    assert "《" in rest
    stopped = rest[rest.rindex("content_filter") :]
    assert "'rules'" in stopped or '"rules"' in stopped

    decisions = [
        json.loads(line) for line in _run([sys.executable, "-m", "brightline", "decisions", "--json"], installation).stdout.splitlines()
    ]
    assert [row["outcome"] for row in decisions] == ["refuse", "refuse", "allow"]
    for row in decisions:
        assert row["ledger"]["state"] in ("pending", "sequenced")

    commands = [line for line in _blocks("sh")[1].splitlines() if line.strip()]
    for row in decisions:
        for command in commands:
            ran = _run(_as_installed(command, installation).replace(" ID", f" {row['id']}"), installation)
            assert ran.returncode == 0, (command, ran.stdout, ran.stderr)

    quick = _run([sys.executable, "-c", inspector], installation)
    assert quick.stdout.startswith("block "), quick.stderr


@pytest.mark.parametrize("command", [line for line in _blocks("sh")[2].splitlines() if line.strip()])
def test_the_other_commands_of_the_readme_run(command: str, installation: Installation) -> None:
    ran = _run(_as_installed(command, installation), installation)
    assert ran.returncode == 0, (ran.stdout, ran.stderr)


def test_links_and_pictures_of_the_documentation_exist() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name}: {target}"
