"""People with passwords, and browsers for them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `browsing`

from browsing import PASSWORD, Browser

from brightline.server.console.people.passwords import Passwords
from brightline.store import AuditEvent, User

if TYPE_CHECKING:
    from tests.server.console.conftest import Console

_numbers = count(1)


@pytest.fixture(scope="session")
def hashed() -> str:
    """The hash of ``PASSWORD``, made once."""
    return Passwords().hash_now(PASSWORD)


@pytest.fixture
def person(console: Console, hashed: str) -> Callable[..., User]:
    """A new user with ``PASSWORD``; ``person("lead")``."""

    def make(role: str = "reviewer", *, name: str = "", must_change: bool = False) -> User:
        users = console.site.service.store.users
        return users.create(name or f"person-{next(_numbers)}", role=role, by="test", password_hash=hashed, must_change=must_change)

    return make


@pytest.fixture
def browser(console: Console) -> Callable[..., Browser]:
    """A new browser, each from an address of its own, as a proxy on this machine would tell it."""

    def make(**headers: str) -> Browser:
        return Browser(console.site, headers={"X-Forwarded-For": f"198.51.100.{next(_numbers) % 250 + 1}"} | headers)

    return make


@pytest.fixture
def events(console: Console) -> Callable[..., list[AuditEvent]]:
    """Audit events, newest first."""

    def find(**wanted: Any) -> list[AuditEvent]:
        return console.site.service.store.audit.events(**wanted)

    return find
