"""One running site for all tests of the public pages; each test makes the decisions that it looks at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.face.site import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with running_site(tmp_path_factory.mktemp("home")) as site:
        yield site
