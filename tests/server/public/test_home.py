from __future__ import annotations

from pathlib import Path

import httpx2 as httpx
import pytest

from brightline.model import Outcome
from brightline.server.face import PAGE_POLICY
from brightline.server.public.examples import EXAMPLES
from brightline.server.public.home import MOST_CHARS
from brightline.store import DecisionFilter
from tests.server.face.site import Site, running_site

OURS = {"Sec-Fetch-Site": "same-origin"}


def send(site: Site, headers: dict[str, str] | None = None, lang: str = "zh", **fields: str) -> httpx.Response:
    headers = OURS | {"Accept-Language": lang, "Accept": "text/html"} if headers is None else headers
    return httpx.post(f"{site.url}/live", data=fields, headers=headers)


def newest(site: Site) -> Outcome:
    return site.service.store.decisions(limit=1)[0].decision.outcome


def test_the_page_says_what_runs_here_and_where(site: Site) -> None:
    page = httpx.get(site.url, headers={"Accept-Language": "en"}).text
    assert "The built-in sandbox." in page
    assert f'base_url="{site.url}/v1"' in page
    assert f"{len(site.service.rulebook.rules)} rules from" in page
    assert 'href="/docs"' in page


def test_a_connected_model_service_is_named_by_its_host_alone(tmp_path: Path) -> None:
    with running_site(tmp_path, upstream="https://user:secret@models.example:8443/v1?key=hidden") as site:
        page = httpx.get(site.url).text
    assert "models.example:8443" in page
    assert not any(hidden in page for hidden in ("secret", "user:", "key=hidden"))


def test_the_refused_example_is_refused_and_the_allowed_one_allowed_by_the_service_itself(site: Site) -> None:
    outcomes = {}
    for example in EXAMPLES:
        assert send(site, example=example.id).status_code == 200
        outcomes[example.id] = newest(site)
    assert outcomes == {"advertisement": Outcome.REFUSE, "help": Outcome.ALLOW}


def test_a_plain_form_gets_the_whole_page_and_htmx_the_answer_alone(site: Site) -> None:
    page, fragment = send(site, example="advertisement"), send(site, OURS | {"HX-Request": "true"}, example="advertisement")
    assert page.text.startswith("<!doctype html>")
    assert fragment.text.lstrip().startswith('<div class="verdict">')
    assert "<html" not in fragment.text
    for answer in (page, fragment):
        assert "《中华人民共和国治安管理处罚法》第八十二条" in answer.text
        assert "<mark>百家乐" in answer.text


def test_the_answer_leads_to_the_statement_of_this_very_decision(site: Site) -> None:
    answer = send(site, example="advertisement")
    token = site.service.store.decisions(limit=1)[0].decision.token
    assert f'href="/d/{token}"' in answer.text
    assert httpx.get(f"{site.url}/d/{token}").status_code == 200


def test_numbers_are_those_of_the_store(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        send(site, OURS | {"HX-Request": "true"}, example="advertisement")
        site.sequence()
        numbers = [part.partition("</dd>")[0] for part in httpx.get(site.url).text.partition('class="tally"')[2].split("<dd>")[1:4]]
    assert numbers == ["1", "1", "1"]


def test_what_a_visitor_writes_comes_back_as_text_and_never_as_markup(site: Site) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>百家乐推广加微信上分开户"
    answer = send(site, text=attack)
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert "&lt;script&gt;" in answer.text


@pytest.mark.parametrize(
    ("text", "status", "sentence"),
    [
        ("", 400, "请先写一句话"),
        ("   \n", 400, "请先写一句话"),
        ("长" * (MOST_CHARS + 1), 413, "超过 500 字"),
        ("a\0b", 400, "NUL"),
    ],
)
def test_unusable_input_is_explained_beside_the_form_and_records_nothing(site: Site, text: str, status: int, sentence: str) -> None:
    before = sum(site.service.store.counts().values())
    for headers in (None, OURS | {"HX-Request": "true"}):
        answer = send(site, headers, text=text)
        assert answer.status_code == status
        assert sentence in answer.text
    assert sum(site.service.store.counts().values()) == before


def test_the_longest_sentence_passes(site: Site) -> None:
    assert send(site, text="😀" * MOST_CHARS).status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"text=%ff%fe", "application/x-www-form-urlencoded"),
        ("text=ä".encode(), "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(100)), "application/x-www-form-urlencoded"),
        (b'{"text": "a"}', "application/json"),
        (b"text=a", "text/plain"),
    ],
)
def test_a_form_that_is_none_is_refused(site: Site, body: bytes, content_type: str) -> None:
    answer = httpx.post(f"{site.url}/live", content=body, headers=OURS | {"Content-Type": content_type})
    assert (answer.status_code, answer.json()["code"]) == (400, "BL-INPUT-030")


def test_a_body_over_the_limit_is_not_read(site: Site) -> None:
    def endless() -> object:
        for _ in range(1000):
            yield b"text=" + b"a" * 4096

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    for content in (b"text=" + b"a" * 20_000, endless()):
        answer = httpx.post(f"{site.url}/live", content=content, headers=OURS | form)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (413, "BL-INPUT-413")


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}])
def test_a_form_from_another_site_is_refused_and_records_nothing(site: Site, headers: dict[str, str]) -> None:
    before = sum(site.service.store.counts().values())
    answer = send(site, headers | {"Accept": "text/html"}, example="advertisement")
    assert answer.status_code == 403
    assert "BL-ACCESS-010" in answer.text
    assert sum(site.service.store.counts().values()) == before


def test_too_many_tries_in_a_minute_are_slowed_down(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        answers = [send(site, text="你好") for _ in range(21)]
        assert [answer.status_code for answer in answers] == [200] * 20 + [429]
        assert answers[-1].headers["retry-after"] == "60"
        assert "请稍等片刻" in answers[-1].text
        assert sum(site.service.store.counts(filters=DecisionFilter()).values()) == 20


def test_the_page_explains_itself_while_the_database_does_not_answer(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        site.service.store.close()
        (tmp_path / "brightline.db").rename(tmp_path / "away.db")
        (tmp_path / "brightline.db").mkdir()
        page = httpx.get(site.url, headers={"Accept-Language": "en"})
        (tmp_path / "brightline.db").rmdir()
        (tmp_path / "away.db").rename(tmp_path / "brightline.db")
    assert page.status_code == 200
    assert "The numbers cannot be read at the moment" in page.text


def test_language_and_theme_are_links_that_are_remembered(site: Site) -> None:
    with httpx.Client(base_url=site.url, headers={"Accept-Language": "zh-CN"}) as reader:
        assert '<html lang="zh-CN" data-theme="system">' in reader.get("/").text
        assert '<html lang="en" data-theme="system">' in reader.get("/?lang=en").text
        assert '<html lang="en" data-theme="dark">' in reader.get("/?theme=dark").text
        assert '<html lang="en" data-theme="dark">' in reader.get("/docs").text
        cookie = reader.get("/?lang=zh").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_cookies_are_secure_where_the_service_is(tmp_path: Path) -> None:
    with running_site(tmp_path, public_url="https://bright.example") as site:
        answer = httpx.get(f"{site.url}/?lang=en")
    assert "Secure" in answer.headers["set-cookie"]
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


def test_a_page_may_load_nothing_but_its_own_files(site: Site) -> None:
    headers = httpx.get(site.url).headers
    assert (
        headers["content-security-policy"]
        == PAGE_POLICY
        == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; object-src 'none'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
        )
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in headers
