"""Pages of the rulebook rendered in this process, without a socket: there are some eight hundred of them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from brightline.config import load_settings
from brightline.server.console import rulebook
from brightline.server.console.desk import Desk, Door
from brightline.service import Service
from brightline.store import User

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
NOT_OURS = {"code", "pre", "kbd", "script", "style", "template", "blockquote"}
NAMES = ("id", "wordlist", "said-line", "name", "wordmark", "slot-name")
ENGLISH = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")
HAN = re.compile(r"[\u4e00-\u9fff]")  # a Chinese sentence may name a thing in English


class Words(HTMLParser):
    """The texts of a page that are ours in the reader's language: no ids, code, quotations, and nothing marked as another language."""

    def __init__(self, lang: str) -> None:
        super().__init__()
        self._lang = lang
        self._open: list[tuple[str, bool]] = []
        self.texts: list[str] = []
        self.all: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append((tag, given))
        if tag in VOID:
            return
        names = (given.get("class") or "").split()
        foreign = bool(given.get("lang")) and not str(given["lang"]).startswith(self._lang) and tag != "html"
        skipped = foreign or tag in NOT_OURS or any(name in NAMES for name in names)
        self._open.append((tag, skipped or (bool(self._open) and self._open[-1][1])))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        self.all.append(data)
        if data.strip() and not (self._open and self._open[-1][1]):
            self.texts.append(" ".join(data.split()))


def words_of(html: str, lang: str) -> Words:
    words = Words({"zh": "zh", "en": "en"}[lang])
    words.feed(html)
    return words


def english_in(html: str) -> list[str]:
    """Texts on a Chinese page that look like English sentences."""
    return [text for text in words_of(html, "zh").texts if ENGLISH.search(text) and not HAN.search(text)]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.open(load_settings(home=tmp_path_factory.mktemp("home"))) as service:
        yield service


Open = Callable[..., Response]


def opener(service: Service, runner: asyncio.Runner) -> Open:
    """``open(path, lang)`` as a rule author sees it."""
    desk = Desk(service)
    author = service.store.users.create(f"author-{time.monotonic_ns()}", role="rule_author", by="test", must_change=False)
    doors = rulebook.doors(desk)
    return lambda path, lang="en", **more: runner.run(_open(desk, doors, author, path, lang, **more))


async def _open(desk: Desk, doors: list[Door], author: User, path: str, lang: str, *, htmx: bool = False) -> Response:
    address, _, query = path.partition("?")
    for door in doors:
        pattern = re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", door.path)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern)
        match = re.fullmatch(pattern, address)
        if match:
            headers = [(b"cookie", f"brightline_lang={lang}".encode())] + ([(b"hx-request", b"true")] if htmx else [])
            scope = {
                "type": "http",
                "method": "GET",
                "path": address,
                "query_string": query.encode(),
                "headers": headers,
                "path_params": match.groupdict(),
                "scheme": "http",
                "server": ("127.0.0.1", 80),
            }
            visit = desk.visit(Request(scope))
            visit.user = author
            return await door.endpoint(visit)
    raise AssertionError(f"no door for {path}")


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def open_page(service: Service, runner: asyncio.Runner) -> Open:
    return opener(service, runner)


@pytest.fixture(scope="session")
def hostile_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An operator's folder whose goal carries markup wherever a text can stand."""
    folder: Path = tmp_path_factory.mktemp("goals")
    (folder / "own.yaml").write_text(HOSTILE, "utf-8")
    return folder


EVIL = "<script>alert(1)</script>"
HOSTILE = f"""
- id: 'own.<img src=x onerror=alert(1)>"a'
  title: {{zh: '标题{EVIL}', en: 'Title {EVIL}'}}
  types: [9]
  rules: [PSA-82, CSL-49]
  sides: [prompt, post]
  effect: stop
  notice: {{zh: '提示{EVIL}', en: 'Notice {EVIL}'}}
  slots:
    - {{name: '{EVIL}', words: ['<b>秘密词语</b>', '暗号甲乙丙']}}
  unless: [{{exception: '{EVIL}', words: ['警示{EVIL}']}}]
  allow: ['暗号甲乙丙<i>丁</i>']
  examples: [{{text: '暗号甲乙丙 {EVIL}', side: post}}]
  twins: [{{text: '平常 {EVIL}', side: post}}]
  owner: '{EVIL}'
"""
