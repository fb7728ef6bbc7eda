"""How tests of personal data say what is to be found: ``⟦…⟧`` around it."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from brightline.corpus.personal import find

Check = Callable[..., None]


@pytest.fixture
def rng() -> random.Random:
    return random.Random(20261123)


@pytest.fixture
def finds() -> Check:
    """``finds(rule, template, value)``: the value that stands at ``{}`` is found to the character, and nothing else is."""

    def check(rule: str, template: str, value: str) -> None:
        start = template.index("{}")
        text = template.replace("{}", value, 1)
        found = [(hit.rule, text[hit.start : hit.end], hit.start) for hit in find(text)]
        assert found == [(f"personal.{rule}", value, start)], text

    return check


@pytest.fixture
def passes() -> Check:
    """``passes(text)``: nothing is found in it that would be taken out."""

    def check(text: str) -> None:
        assert [hit for hit in find(text) if hit.kind != "organisation"] == [], text

    return check
