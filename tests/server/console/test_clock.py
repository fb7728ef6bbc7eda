"""Times in the reader's zone; whatever a cookie says, a page is shown."""

from __future__ import annotations

import pytest
from starlette.requests import Request

from brightline.server.console.clock import ZONE_COOKIE, Clock, zone_of

MOMENT = 1_700_000_000_000_000  # 2023-11-14T22:13:20Z


def asking(zone: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", f"{ZONE_COOKIE}={zone}".encode("latin-1"))]})


@pytest.mark.parametrize(("cookie", "zone"), [("Asia/Shanghai", "Asia/Shanghai"), ("Asia%2FShanghai", "Asia/Shanghai"), ("UTC", "UTC")])
def test_the_zone_of_a_cookie(cookie: str, zone: str) -> None:
    assert zone_of(asking(cookie)) == zone


@pytest.mark.parametrize(
    "cookie", ["", "Foo/Bar", "America", "Etc", "A" * 200, "../../etc/passwd", "/etc/localtime", "Asia/", "亚洲/上海", "posix/Asia/x/y/z"]
)
def test_whatever_is_no_zone_is_utc(cookie: str) -> None:
    assert zone_of(Request({"type": "http", "headers": [(b"cookie", f"{ZONE_COOKIE}={cookie}".encode())]})) == "UTC"


def test_the_same_moment_in_two_zones() -> None:
    assert Clock("en").exact(MOMENT) == "2023-11-14 22:13:20"
    assert Clock("en", "Asia/Shanghai").exact(MOMENT) == "2023-11-15 06:13:20"
    assert Clock("zh", "Asia/Shanghai").day(MOMENT) == "2023年11月15日"
    assert Clock("zh", "Asia/Shanghai").iso(MOMENT) == "2023-11-14T22:13:20Z"


@pytest.mark.parametrize(
    ("seconds", "zh", "en"), [(0, "1秒钟前", "1 second ago"), (180, "3分钟前", "3 minutes ago"), (-7200, "2小时后", "in 2 hours")]
)
def test_how_long_ago(seconds: int, zh: str, en: str) -> None:
    now = MOMENT / 1_000_000 + seconds
    assert (Clock("zh", now=now).ago(MOMENT), Clock("en", now=now).ago(MOMENT)) == (zh, en)
