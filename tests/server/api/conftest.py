"""One running site for all tests of the inspection API."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2 as httpx
import pytest

from tests.labels.conftest import PLATFORM_CODE, PRODUCER_CODE
from tests.server.face.site import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    codes = {"label_provider_code": PRODUCER_CODE, "label_platform_code": PLATFORM_CODE}
    with running_site(tmp_path_factory.mktemp("home"), max_text_chars=200_000, max_body_bytes=2_000_000, **codes) as site:
        yield site


@pytest.fixture
def client(site: Site) -> Iterator[httpx.Client]:
    """A client that holds a key with the scopes gateway, inspect and read."""
    with httpx.Client(base_url=site.url, headers=site.authorization, timeout=30) as client:
        yield client
