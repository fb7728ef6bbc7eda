from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.watermark import code

messages = st.integers(0, 2**code.MESSAGE - 1)


@settings(max_examples=40, deadline=None)
@given(messages)
def test_every_message_comes_back_from_its_word(message: int) -> None:
    assert code.decode(code.encode(message)) == message


@settings(max_examples=30, deadline=None)
@given(messages, st.integers(0, 2**32 - 1))
def test_eleven_turned_values_anywhere_are_put_right(message: int, seed: int) -> None:
    # Free distance 24: any 11 wrong signs leave the right word the nearest.
    word = code.encode(message)
    word[np.random.default_rng(seed).choice(code.CODED, 11, replace=False)] *= -1
    assert code.decode(word) == message


@settings(max_examples=30, deadline=None)
@given(messages, st.integers(0, code.CODED - 1))
def test_a_tenth_of_the_word_in_one_piece_may_be_unknown(message: int, start: int) -> None:
    word = code.encode(message)
    word[(start + np.arange(20)) % code.CODED] = 0
    assert code.decode(word) == message


def test_soft_values_are_worth_more_than_their_signs() -> None:
    rng = np.random.default_rng(3)
    soft_right = hard_right = 0
    for _ in range(30):
        message = int.from_bytes(rng.bytes(12), "big")
        heard = code.encode(message) + rng.normal(0, 1.3, code.CODED).astype(np.float32)
        soft_right += code.decode(heard.astype(np.float32)) == message
        hard_right += code.decode(np.sign(heard).astype(np.float32)) == message
    assert soft_right >= 25
    assert hard_right < soft_right


def test_words_differ_in_at_least_the_free_distance() -> None:
    rng = np.random.default_rng(4)
    nearest = code.CODED
    for _ in range(300):
        message = int.from_bytes(rng.bytes(12), "big")
        near = message ^ (int(rng.integers(1, 2**9)) << int(rng.integers(0, 87)))
        nearest = min(nearest, int((code.encode(message) != code.encode(near)).sum()))
    assert nearest == 24


def test_nothing_but_noise_decodes_to_something_in_one_pass() -> None:
    assert 0 <= code.decode(np.zeros(code.CODED, np.float32)) < 2**code.MESSAGE
