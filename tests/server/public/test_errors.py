"""Errors are pages for people and problem details for programs, in the same look and with the same headers."""

from __future__ import annotations

import re

import httpx2 as httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from brightline.config import Settings
from brightline.errors import (
    AccessError,
    BrightlineError,
    Forbidden,
    InputError,
    LedgerError,
    NotFound,
    RateLimited,
    StoreError,
    TooLarge,
    UpstreamError,
    UpstreamTimeout,
)
from brightline.server import problems
from brightline.server.face import PAGE_POLICY, Face
from tests.server.face.site import Site

ERRORS: list[BrightlineError] = [
    InputError("BL-X-1", "m", "h"),
    AccessError("BL-X-2", "m", "h"),
    Forbidden("BL-X-3", "m", "h"),
    NotFound("BL-X-4", "m", "h"),
    TooLarge("BL-X-5", "m", "h"),
    RateLimited("BL-X-6", "m", "h", retry_after_s=7),
    LedgerError("BL-X-7", "m", "h"),
    UpstreamError("BL-X-8", "m", "h"),
    StoreError("BL-X-9", "m", "h"),
    UpstreamTimeout("BL-X-10", "m", "h"),
]


def failing(settings: Settings, error: Exception) -> TestClient:
    async def fail(_: Request) -> Response:
        raise error

    app = Starlette(routes=[Route("/", fail)], exception_handlers=problems.exception_handlers(Face(settings)))
    return TestClient(app, raise_server_exceptions=False)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("error", ERRORS, ids=lambda error: str(error.http_status))
def test_a_person_gets_a_page_with_advice_and_the_code(settings: Settings, error: BrightlineError, lang: str) -> None:
    answer = failing(settings, error).get("/", headers={"Accept": "text/html,*/*", "Accept-Language": lang})
    assert answer.status_code == error.http_status
    assert answer.headers["content-security-policy"] == PAGE_POLICY
    assert f"<code>{error.code}</code>" in answer.text
    assert re.search(r"<h1>.+</h1>\s*<p class=\"lead\">.{5,}</p>", answer.text)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: str(error.http_status))
def test_a_program_gets_problem_details(settings: Settings, error: BrightlineError) -> None:
    answer = failing(settings, error).get("/")
    assert answer.status_code == error.http_status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    document = answer.json()
    assert document == {
        "type": f"urn:brightline:problem:{error.code}",
        "title": document["title"],
        "status": error.http_status,
        "detail": "m",
        "code": error.code,
        "hint": "h",
    }


def test_waiting_times_and_challenges_are_in_the_headers(settings: Settings) -> None:
    assert failing(settings, ERRORS[5]).get("/").headers["retry-after"] == "7"
    assert failing(settings, ERRORS[8]).get("/").headers["retry-after"] == "5"
    assert failing(settings, ERRORS[1]).get("/").headers["www-authenticate"].startswith("Bearer")
    assert "www-authenticate" not in failing(settings, ERRORS[2]).get("/").headers


def test_what_nobody_foresaw_tells_nothing_about_the_inside(settings: Settings) -> None:
    client = failing(settings, RuntimeError("password=hunter2"))
    for headers in ({"Accept": "text/html"}, {}):
        answer = client.get("/", headers=headers)
        assert answer.status_code == 500
        assert "BL-SERVER-500" in answer.text
        assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/nowhere", 404), ("PUT", "/", 405), ("GET", "/live", 405), ("GET", "/static/0/none.css", 404)]
)
def test_addresses_that_do_not_work_say_so(site: Site, method: str, path: str, status: int) -> None:
    page = httpx.request(method, site.url + path, headers={"Accept": "text/html", "Accept-Language": "en"})
    problem = httpx.request(method, site.url + path)
    assert (page.status_code, problem.status_code) == (status, status)
    assert page.headers["content-security-policy"] == PAGE_POLICY
    assert problem.json()["code"] == f"BL-INPUT-{status}"


def test_under_api_a_browser_gets_problem_details_too(site: Site) -> None:
    answer = httpx.get(f"{site.url}/api/v1/nothing", headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_links_of_an_error_page_lead_home(site: Site) -> None:
    page = httpx.post(f"{site.url}/live", headers={"Accept": "text/html"}).text
    assert 'href="/?lang=' in page
