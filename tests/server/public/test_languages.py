"""A page is in one language: no English in the Chinese page but names, no Chinese in the English page but quotations."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import httpx2 as httpx
import pytest

from tests.server.face.site import REFUSED, Site

NAMES = {"Brightline", "English", "OpenAI", "Python"}
VOID = {"meta", "link", "img", "br", "input", "use"}


class Reader(HTMLParser):
    """Visible text and spoken labels of a page, without code, ids, quotations and parts marked as another language."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self.lang = lang
        self.text: list[str] = []
        self._skipped: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.text += [given[name] or "" for name in ("aria-label", "title", "placeholder", "data-done") if name in given]
        if tag not in VOID:
            other = tag != "html" and given.get("lang") not in (None, self.lang)
            foreign = tag in ("code", "pre", "style", "script", "svg") or "id" in (given.get("class") or "").split()
            self._skipped.append(other or foreign or "said" in (given.get("class") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self._skipped.pop()

    def handle_data(self, data: str) -> None:
        if not any(self._skipped):
            self.text.append(data)


def read(url: str, lang: str, **fields: str) -> str:
    headers = {"Accept-Language": lang, "Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
    answer = httpx.post(url, headers=headers, data=fields) if fields else httpx.get(url, headers=headers)
    reader = Reader({"zh": "zh-CN", "en": "en"}[lang])
    reader.feed(answer.text)
    return re.sub(r"https?://\S+|openapi\.json|python verify_proof\.py \S+", " ", " ".join(reader.text))


@pytest.fixture
def paths(site: Site) -> list[str]:
    refused, allowed = site.decide(REFUSED), site.decide("你好")
    return ["/", f"/d/{refused.token}", f"/d/{allowed.token}", "/nowhere"]


def test_the_chinese_pages_have_no_english_but_names(site: Site, paths: list[str]) -> None:
    texts = [read(site.url + path, "zh") for path in paths] + [read(f"{site.url}/live", "zh", example="advertisement")]
    for text in texts:
        words = set(re.findall(r"[A-Za-z]{3,}", re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|（检测器[^）]*）", " ", text)))
        assert words <= NAMES, text


def test_the_english_pages_have_no_chinese_but_quotations(site: Site, paths: list[str]) -> None:
    texts = [read(site.url + path, "en") for path in paths] + [read(f"{site.url}/live", "en", example="advertisement")]
    for text in texts:
        assert re.findall(r"[\u4e00-\u9fff]+", text) == []
