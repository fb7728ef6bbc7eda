"""What the tests of labels share: a provider code made for tests, and a label with it."""

from __future__ import annotations

import pytest

from brightline.labels.label import ImplicitLabel

_MADE_UP_USCC = "91000000MA0BRIGHT"  # not a company's: region 000000 is assigned to nobody


def _with_check_digit(first_17: str) -> str:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(pow(3, place, 31) * alphabet.index(character) for place, character in enumerate(first_17))
    return first_17 + alphabet[(31 - total % 31) % 31]


PRODUCER_CODE = "0011" + _with_check_digit(_MADE_UP_USCC.replace("I", "1")) + "1" + "0001"
PLATFORM_CODE = "0011" + _with_check_digit(_MADE_UP_USCC.replace("I", "1")) + "2" + "0001"


@pytest.fixture(scope="session")
def producer() -> str:
    """A provider code for generation, role digit 1."""
    return PRODUCER_CODE


@pytest.fixture(scope="session")
def platform() -> str:
    """The same subject's code for propagation, role digit 2."""
    return PLATFORM_CODE


@pytest.fixture(scope="session")
def label(producer: str) -> ImplicitLabel:
    """A producer's first label."""
    return ImplicitLabel.first(producer, "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11")
