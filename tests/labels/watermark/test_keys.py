from __future__ import annotations

import numpy as np
import pytest

from brightline.labels.errors import LabelError
from brightline.labels.watermark import keys

KEY = b"a key that is long enough"


def test_a_key_under_16_bytes_is_refused_with_the_command_that_makes_one() -> None:
    with pytest.raises(LabelError, match="openssl rand") as refused:
        keys.integers(b"fifteen bytes..", "anything", 1)
    assert refused.value.code == "BL-LABEL-060"
    assert keys.checked_key(b"sixteen bytes...") == b"sixteen bytes..."


def test_the_same_key_and_purpose_give_the_same_numbers_for_ever() -> None:
    # What is marked today must be read by every later version: these numbers may never change.
    assert keys.integers(KEY, "signs", 2).tolist() == [3181820987783716118, 15027743828717785153]
    assert keys.check_bits(KEY, 0x0123456789ABCDEF) == 3099662205


def test_another_purpose_or_another_key_gives_other_numbers() -> None:
    first = keys.integers(KEY, "one", 50)
    assert not np.intersect1d(first, keys.integers(KEY, "two", 50)).size
    assert not np.intersect1d(first, keys.integers(KEY + b"!", "one", 50)).size


def test_signs_are_balanced_and_an_order_holds_each_place_once() -> None:
    signs = keys.signs(KEY, "signs", 10_000)
    assert set(signs.tolist()) == {-1.0, 1.0}
    assert abs(float(signs.mean())) < 0.04
    assert sorted(keys.order(KEY, "order", 1000).tolist()) == list(range(1000))


def test_check_bits_depend_on_payload_and_key() -> None:
    seen = {keys.check_bits(key, payload) for key in (KEY, KEY + b"!") for payload in range(500)}
    assert len(seen) == 1000
    assert all(0 <= bits < 2**32 for bits in seen)
