"""The service whose examination is tested: opened once, which takes longer than all looks at it together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from brightline.config import load_settings
from brightline.service import Service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service.open(load_settings(home=tmp_path_factory.mktemp("home"))) as opened:
        yield opened
