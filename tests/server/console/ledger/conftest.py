"""A log that is sound, and one that a test may tamper with."""

from __future__ import annotations

import html
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from tests.server.console.conftest import Console, Person
from tests.server.face.site import ALLOWED, REFUSED, running_site


@pytest.fixture(scope="module")
def filled(console: Console) -> Console:
    for number in range(12):
        console.decide(REFUSED if number % 2 else ALLOWED)
    console.as_("auditor")
    console.site.sequence()
    return console


@pytest.fixture
def auditor(filled: Console) -> Person:
    return filled.as_("auditor")


@pytest.fixture
def broken(console: Console, tmp_path: Path) -> Iterator[Console]:
    """A console of its own, whose database a test may tamper with."""
    with running_site(tmp_path, ledger_interval_s=60) as site:
        for _ in range(9):
            site.decide(REFUSED)
        own = type(console)(site)
        own.as_("auditor")
        site.sequence()
        yield own


def tamper(console: Console, statement: str) -> None:
    with console.site.service.store.database.writing() as connection:
        connection.execute(text(statement))


def verified_page(console: Console) -> str:
    """The page after a full verification."""
    auditor = console.as_("auditor")
    assert auditor.post("/console/ledger/verification").status_code == 303
    for _ in range(600):
        page = auditor.get("/console/ledger/verification").text
        if "A verification is running" not in page:
            return html.unescape(page)
    raise AssertionError("the verification did not end")
