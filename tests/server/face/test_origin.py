from __future__ import annotations

import pytest
from starlette.requests import Request

from brightline.errors import Forbidden
from brightline.server.face import require_same_origin

BASE = "https://bright.example"


def posted(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "POST", "path": "/live", "query_string": b"", "headers": raw})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "same-origin", "origin": "null"},
        {"origin": "http://127.0.0.1:8080", "host": "127.0.0.1:8080"},
        {"origin": BASE, "host": "10.0.0.7:8080"},
    ],
)
def test_our_own_pages_may_send_forms(headers: dict[str, str]) -> None:
    require_same_origin(posted(**headers), BASE)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "bright.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": BASE},
        {"sec_fetch_site": "none"},
        {"origin": "null", "host": "bright.example"},
        {"origin": "https://evil.example", "host": "bright.example"},
        {"origin": "https://bright.example.evil.example", "host": "bright.example"},
        {"origin": "https://bright.example@evil.example"},
        {"origin": "file://bright.example"},
        {"origin": "http://[", "host": "bright.example"},
    ],
)
def test_nobody_else_may(headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden) as caught:
        require_same_origin(posted(**headers), BASE)
    assert caught.value.code == "BL-ACCESS-010"
