from __future__ import annotations

import pytest
from starlette.requests import Request

from brightline.server.face import preferences


def asking(query: str = "", **headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": "GET", "path": "/", "query_string": query.encode(), "headers": raw})


def test_an_unknown_reader_gets_the_language_of_the_setting() -> None:
    assert preferences(asking(), "zh").lang == "zh"
    assert preferences(asking(), "en").lang == "en"


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("en-GB,en;q=0.9,zh;q=0.8", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-Hant-TW", "zh"),
        ("fr-FR,fr;q=0.9,en;q=0.2", "en"),
        ("de,fr", "zh"),
        ("en;q=0", "zh"),
        ("en;q=viel", "zh"),
        (";;,,=", "zh"),
        ("*", "zh"),
    ],
)
def test_the_browser_names_its_languages_by_quality(header: str, lang: str) -> None:
    assert preferences(asking(accept_language=header), "zh").lang == lang


def test_what_the_reader_chose_wins_over_what_the_browser_says() -> None:
    assert preferences(asking(cookie="brightline_lang=zh", accept_language="en"), "en").lang == "zh"
    assert preferences(asking("lang=en", cookie="brightline_lang=zh"), "zh").lang == "en"


def test_the_theme_is_that_of_the_device_until_chosen() -> None:
    assert preferences(asking()).theme == "system"
    assert preferences(asking("theme=dark")).theme == "dark"
    assert preferences(asking(cookie="brightline_theme=light")).theme == "light"


@pytest.mark.parametrize("value", ["xx", "EN ", "zh\r\nSet-Cookie: a=b", "<script>", "en&lang=zh%00"])
def test_an_unknown_choice_is_no_choice_and_never_reaches_a_cookie(value: str) -> None:
    chosen = preferences(asking(cookie=f"brightline_lang={value.split(chr(13))[0]}"), "zh")
    assert (chosen.lang, chosen.asked) == ("zh", ())


def test_only_what_was_asked_for_is_remembered() -> None:
    assert preferences(asking("theme=dark&x=1")).asked == (("theme", "dark"),)
    assert preferences(asking("lang=zz")).asked == ()
