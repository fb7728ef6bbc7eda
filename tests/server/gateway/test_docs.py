"""docs/gateway.md says what is so: its examples run, its codes exist, its scenes are the sandbox's."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

from brightline.server.gateway.sandbox import SCENES
from tests.server.gateway.running import Running

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "gateway.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
SOURCES = "\n".join(path.read_text("utf-8") for path in (ROOT / "src/brightline/server/gateway").rglob("*.py"))


@pytest.mark.parametrize(("example", "shown"), list(zip(EXAMPLES, ["allow", "沙盒", "第八十二条"], strict=True)))
def test_an_example_runs_and_shows_what_it_promises(sandbox: Running, example: str, shown: str) -> None:
    code = example.replace("http://127.0.0.1:8080", sandbox.url).replace("KEY", repr(sandbox.key))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "docs/gateway.md", "exec"), {})  # noqa: S102 - the page's own example
    assert shown in printed.getvalue()


def test_every_code_that_the_gateway_raises_is_explained() -> None:
    raised = set(re.findall(r'"(BL-(?:INPUT|UPSTREAM|REFUSED|GATEWAY)[-\d]*)"', SOURCES))
    explained = set(re.findall(r"BL-[A-Z]+-\d+|BL-REFUSED", PAGE))
    explained |= {f"{code.rpartition('-')[0]}-{more}" for code, more in re.findall(r"`(BL-[A-Z]+-\d+)`, `-(\d+)`", PAGE)}
    assert raised <= explained


def test_the_sandboxes_scenes_are_listed() -> None:
    assert set(re.findall(r"\| `(sandbox:\w+)` \|", PAGE)) == {word for word, _ in SCENES}
