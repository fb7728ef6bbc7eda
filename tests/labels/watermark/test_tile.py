from __future__ import annotations

import numpy as np
import pytest

from brightline.labels.watermark.tile import AXIS, BEACON_ORBITS, HIGHEST, LOWEST, SIDE, layout, tile


def test_a_tile_has_mean_0_and_variance_1_at_any_side(key: bytes) -> None:
    for side in (SIDE, 129, 200, 513):
        made = tile(key, 12345, side)
        assert made.shape == (side, side)
        assert abs(float(made.mean())) < 1e-4
        assert float(made.var()) == pytest.approx(1, abs=0.01)


def test_tiles_of_two_sides_hold_the_same_numbers(key: bytes) -> None:
    plan = layout(key)
    rows, columns = plan.data.T
    small, large = (np.fft.rfft2(tile(key, 99, side), norm="forward")[rows, columns] for side in (SIDE, 381))
    assert np.allclose(small, large, atol=1e-4)


def test_a_payload_changes_only_the_data_and_never_the_beacon(key: bytes) -> None:
    plan = layout(key)
    one, other = (np.fft.rfft2(tile(key, payload, SIDE), norm="forward") for payload in (1, 2))
    assert np.allclose(one[tuple(plan.beacon.T)], other[tuple(plan.beacon.T)], atol=1e-4)
    assert not np.allclose(one[tuple(plan.data.T)], other[tuple(plan.data.T)], atol=1e-2)


def test_the_beacon_is_closed_under_quarter_turns_and_mirroring(key: bytes) -> None:
    points = set(map(tuple, layout(key).beacon.tolist()))
    assert len(points) == 4 * BEACON_ORBITS
    for u, v in points:
        for twin in ((-u, v), (v, u), (-v, u)):
            assert twin in points or tuple(-axis for axis in twin) in points


def test_all_energy_lies_in_the_band_and_off_the_axes(key: bytes) -> None:
    plan = layout(key)
    points = np.concatenate([plan.beacon, plan.data])
    assert len(np.unique(points, axis=0)) == len(points)
    radius = np.hypot(*points.T)
    assert radius.min() >= LOWEST
    assert radius.max() <= HIGHEST
    assert np.abs(points).min() >= AXIS


def test_another_key_puts_its_beacon_elsewhere(key: bytes) -> None:
    one, other = (set(map(tuple, layout(k).beacon.tolist())) for k in (key, key[::-1]))
    assert len(one & other) < len(one) / 2
