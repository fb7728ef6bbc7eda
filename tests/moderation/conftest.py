"""The shipped goals, loaded once for the tests of this folder."""

from __future__ import annotations

import pytest

from brightline.moderation import goal_book
from brightline.rulebook import Rulebook, load_rulebook
from brightline.text import GoalBook, TextEngine


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return load_rulebook()


@pytest.fixture(scope="session")
def book(rulebook: Rulebook) -> GoalBook:
    return goal_book(rulebook)


@pytest.fixture(scope="session")
def engine(book: GoalBook) -> TextEngine:
    return TextEngine(book)
