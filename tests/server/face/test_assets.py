from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

import brightline.server.face
from brightline.server.face import asset_url, static_route
from brightline.server.face.headers import DATA_POLICY

FOLDER = Path(brightline.server.face.__file__).parent
client = TestClient(Starlette(routes=[static_route()]))


def test_an_address_holds_the_hash_of_the_content_and_may_be_kept_for_ever() -> None:
    answer = client.get(asset_url("brightline.css"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == DATA_POLICY
    assert answer.content == (FOLDER / "static" / "brightline.css").read_bytes()


def test_the_address_of_yesterday_gives_the_file_of_today_but_not_for_ever() -> None:
    answer = client.get("/static/0000000000000000/mark.svg")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")


def test_files_are_sent_plain_to_a_client_that_cannot_unpack() -> None:
    answer = client.get(asset_url("page.js"), headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers


def test_a_template_cannot_name_a_file_that_is_not_shipped() -> None:
    with pytest.raises(KeyError):
        asset_url("brightlin.css")


def test_htmx_is_the_release_that_was_read_with_its_licence() -> None:
    # npm pack htmx.org@2.0.11: dist/htmx.min.js
    body = (FOLDER / "static" / "htmx-2.0.11.min.js").read_bytes()
    assert hashlib.sha256(body).hexdigest() == "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"
    assert "Zero-Clause BSD" in (FOLDER / "static" / "htmx-LICENSE.txt").read_text()


@pytest.mark.parametrize("path", sorted(FOLDER.parent.rglob("templates/**/*.html")), ids=lambda path: path.name)
def test_no_template_holds_inline_code_inline_style_or_a_foreign_address(path: Path) -> None:
    text = path.read_text("utf-8")
    assert not re.search(r"<style|\sstyle=|<script(?![^>]*\ssrc=)|\son\w+=|javascript:|hx-on|hx-vals=.js:", text)
    assert not re.search(r"(?:src|href|action)=[\"'](?:https?:)?//", text)
    assert "|safe" not in text


def test_the_style_sheet_and_the_pictures_fetch_nothing() -> None:
    for path in (FOLDER / "static").glob("*.[cs][sv][sg]"):
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"url\(|@import|https?://|<script|<style|style=", text), path.name
