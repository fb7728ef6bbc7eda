"""Fixtures of the gateway's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from brightline.config import load_settings
from brightline.service import Service
from tests.server.gateway.media_files import PRODUCER_CODE
from tests.server.gateway.running import Running, running
from tests.server.gateway.upstream import FakeUpstream


@pytest.fixture(scope="package")
def fake_upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream() as upstream:
        yield upstream


@pytest.fixture(scope="package")
def served(fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("gateway"), fake_upstream, upstream_key="sk-upstream", rate_limit_per_minute=1_000_000) as service:
        yield service


@pytest.fixture
def gateway(served: Running) -> Running:
    """A service with default settings in front of the scriptable upstream."""
    served.upstream.reset()
    served.mark()
    return served


@pytest.fixture(scope="package")
def media(fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("media")
    with running(home, fake_upstream, label_provider_code=PRODUCER_CODE, upstream_key="sk-upstream") as service:
        yield service


@pytest.fixture
def labelled(media: Running) -> Running:
    """A service of a provider that has a code: what its model makes can be labelled."""
    media.upstream.reset()
    media.mark()
    return media


@pytest.fixture(scope="package")
def without_labels(fake_upstream: FakeUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service whose operator labels no media."""
    with running(tmp_path_factory.mktemp("none"), fake_upstream, label_media="none") as service:
        yield service


@pytest.fixture(scope="package")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service without an upstream: the sandbox answers."""
    with running(tmp_path_factory.mktemp("sandbox")) as service:
        yield service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """An opened installation that serves nobody: for tests of what stands between the sockets."""
    with Service.open(load_settings(home=tmp_path_factory.mktemp("service"))) as opened:
        yield opened
