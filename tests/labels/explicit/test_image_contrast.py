"""Contrast as WCAG 2.2 counts it, and an ink that reaches it whatever lies behind."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from brightline.labels.explicit.image_contrast import LEAST_CONTRAST, contrast_ratio, ink_for, worst_contrast


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ((0, 0, 0), (255, 255, 255), 21.0),
        ((255, 255, 255), (255, 255, 255), 1.0),
        ((118, 118, 118), (255, 255, 255), 4.54),  # #767676, the lightest grey that passes on white
        ((119, 119, 119), (255, 255, 255), 4.48),  # #777777, which does not
        ((255, 0, 0), (255, 255, 255), 4.0),
        ((0, 0, 255), (255, 255, 255), 8.59),
    ],
)
def test_known_ratios(one: tuple[int, int, int], other: tuple[int, int, int], ratio: float) -> None:
    assert contrast_ratio(one, other) == pytest.approx(ratio, abs=0.005)
    assert contrast_ratio(other, one) == contrast_ratio(one, other)


@given(background=arrays(np.uint8, (6, 9, 3)), opaque=st.booleans())
def test_any_background_leaves_the_label_legible(background: np.ndarray, opaque: bool) -> None:
    ink = ink_for(background, opaque=opaque)
    assert ink.contrast >= 7.0 > LEAST_CONTRAST
    if ink.plate is None:
        assert worst_contrast(background, ink.grey) == pytest.approx(ink.contrast)


@pytest.mark.parametrize("grey", [0, 255])
def test_a_calm_clear_background_needs_no_plate(grey: int) -> None:
    ink = ink_for(np.full((20, 60, 3), grey, np.uint8))
    assert ink.plate is None
    assert ink.grey == 255 - grey
    assert ink.contrast == pytest.approx(21.0, abs=0.01)


def test_one_bright_spot_is_enough_to_ask_for_a_plate() -> None:
    night = np.zeros((40, 100, 3), np.uint8)
    night[20, 50] = 255
    assert ink_for(night).plate is not None


def test_a_busy_background_gets_a_plate_though_the_contrast_would_do() -> None:
    checks = np.indices((40, 100)).sum(axis=0) % 2 * 100
    assert ink_for(np.repeat((155 + checks).astype(np.uint8)[..., None], 3, axis=-1)).plate == 255
