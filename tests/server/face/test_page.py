"""Templates: what is not ours never becomes markup, also where a template translates it, and never keeps a page from leaving."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.requests import Request

from brightline.config import load_settings
from brightline.server.face.page import Face

TEMPLATE = "{{ _(given) }}|{{ _('Skip to content') }}|{{ given }}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_message_that_no_catalogue_holds_is_escaped(tmp_path: Path, lang: str) -> None:
    (tmp_path / "page.html").write_text(TEMPLATE, "utf-8")
    environment = Face(load_settings(home=tmp_path), tmp_path)._environments[lang]
    shown = environment.get_template("page.html").render(given='<b>50 % of "it"</b>')
    ours = {"zh": "跳到正文", "en": "Skip to content"}[lang]
    assert shown == f"&lt;b&gt;50 % of &#34;it&#34;&lt;/b&gt;|{ours}|&lt;b&gt;50 % of &#34;it&#34;&lt;/b&gt;"


def test_half_a_surrogate_pair_from_a_file_of_others_does_not_break_a_page(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("{{ given }}", "utf-8")
    asked = Request({"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []})
    page = Face(load_settings(home=tmp_path), tmp_path).render(asked, "page.html", given="标识\ud800 x")
    assert bytes(page.body).decode() == "标识? x"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
