"""A console that can label, and pictures to label."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from tests.labels.conftest import PRODUCER_CODE
from tests.server.console.conftest import Console
from tests.server.face.site import running_site

if TYPE_CHECKING:
    from tests.server.console.conftest import Person

PROMPT = "a mountain at dawn\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1234, Size: 480x320, Model: dream_v3"


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """An installation with a provider code and an address for appeals, which takes files of up to two million bytes."""
    settings = {"label_provider_code": PRODUCER_CODE, "appeal_url": "https://example.org/appeal", "label_max_file_bytes": 2_000_000}
    with running_site(tmp_path_factory.mktemp("home"), **settings) as site:
        yield Console(site)


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A PNG without any metadata."""
    return drawn()


@pytest.fixture(scope="session")
def prompted() -> bytes:
    """A PNG with the parameters that a well-known generator writes."""
    return drawn(PROMPT)


def drawn(parameters: str = "") -> bytes:
    image = Image.new("RGB", (480, 320), (90, 120, 160))
    ImageDraw.Draw(image).polygon([(0, 320), (200, 120), (420, 320)], fill=(40, 70, 50))
    info = PngInfo()
    if parameters:
        info.add_text("parameters", parameters)
    out = io.BytesIO()
    image.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def send(person: Person, path: str, files: dict[str, tuple[str, bytes]], **form: str) -> httpx.Response:
    """A form with files, as a browser sends it from a page of the site."""
    parts = {name: (called, data, "application/octet-stream") for name, (called, data) in files.items()}
    headers = {"Accept": "text/html", "Origin": person.site.url, "Sec-Fetch-Site": "same-origin"}
    return person._send("POST", path, False, headers, data={"csrf": person.csrf} | form, files=parts)


def kept(person: Person, path: str, name: str, data: bytes, **form: str) -> str:
    """The address of the page that shows what came of a file."""
    answer = send(person, path, {"file": (name, data)}, **form)
    assert answer.status_code == 303, answer.text[:2000]
    return answer.headers["location"]
