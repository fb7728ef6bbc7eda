"""Signing keys for the tests, the same in every run."""

from __future__ import annotations

import pytest

from brightline.labels.label import ImplicitLabel
from brightline.labels.security import Pins, Sm2Key, read_public_key, sign_label
from brightline.labels.security.sm2 import sm3


@pytest.fixture(scope="session")
def key() -> Sm2Key:
    """The producer's signing key."""
    return Sm2Key.of(int.from_bytes(sm3(b"the producer's key"), "big") >> 1)


@pytest.fixture(scope="session")
def other_key() -> Sm2Key:
    """Somebody else's."""
    return Sm2Key.of(int.from_bytes(sm3(b"somebody else's key"), "big") >> 1)


@pytest.fixture(scope="session")
def signed(label: ImplicitLabel, key: Sm2Key) -> ImplicitLabel:
    """The producer's label, signed."""
    return sign_label(label, key)


@pytest.fixture(scope="session")
def pins(producer: str, key: Sm2Key) -> Pins:
    """The producer's key, pinned."""
    pinned = read_public_key(key.public_pem())
    assert pinned is not None
    return Pins({producer: (pinned,)})
