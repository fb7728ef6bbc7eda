"""The calls in docs/api.md work as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from string import Template

import httpx2 as httpx
import pytest

from tests.server.face.site import Site

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
CALLS = re.findall(r"```sh\n(curl .*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("call", CALLS, ids=[call[:40] for call in CALLS])
def test_a_documented_call_is_answered(site: Site, call: str) -> None:
    words = shlex.split(Template(call).substitute(BASE=site.url, KEY=site.key))
    assert words[0] == "curl"
    url, options = words[1], dict(zip(words[2::2], words[3::2], strict=True))
    name, _, value = options.pop("-H").partition(": ")
    body = options.pop("--json", None)
    assert options == {}
    if body is None:
        answer = httpx.get(url, headers={name: value})
    else:
        answer = httpx.post(url, headers={name: value, "Content-Type": "application/json"}, content=body.encode())
    assert answer.status_code == 200


def test_every_address_is_on_the_page(site: Site) -> None:
    for path in httpx.get(f"{site.url}/openapi.json").json()["paths"]:
        assert re.sub(r"\{\w+\}", "{id}", path) in PAGE
