"""The calls in docs/api.md work as they stand there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from string import Template

import httpx2 as httpx
import pytest

from tests.server.api.label_files import picture
from tests.server.face.site import Site

PAGE = (Path(__file__).parents[3] / "docs" / "api.md").read_text("utf-8")
CALLS = re.findall(r"```sh\n(curl .*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("call", CALLS, ids=[call[:40] for call in CALLS])
def test_a_documented_call_is_answered(site: Site, call: str) -> None:
    words = shlex.split(Template(call).substitute(BASE=site.url, KEY=site.key))
    assert words[0] == "curl"
    url, options = words[1], list(zip(words[2::2], words[3::2], strict=True))
    assert {option for option, _ in options} <= {"-H", "--json", "-F", "-o"}
    headers = dict(value.split(": ", 1) for option, value in options if option == "-H")
    json = next((value for option, value in options if option == "--json"), None)
    parts = dict(value.split("=", 1) for option, value in options if option == "-F")
    files = {name: (value[1:], picture()) for name, value in parts.items() if value.startswith("@")}
    if json is not None:
        answer = httpx.post(url, headers=headers | {"Content-Type": "application/json"}, content=json.encode())
    elif files:
        answer = httpx.post(url, headers=headers, files=files, data={name: parts[name] for name in parts if name not in files})
    else:
        answer = httpx.get(url, headers=headers)
    assert answer.status_code == 200, answer.text
    wants_file = "-o" in words
    assert (answer.headers["content-type"] == "image/png") is wants_file


def test_every_address_is_on_the_page(site: Site) -> None:
    for path in httpx.get(f"{site.url}/openapi.json").json()["paths"]:
        assert re.sub(r"\{\w+\}", "{id}", path) in PAGE
