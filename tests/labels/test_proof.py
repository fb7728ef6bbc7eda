"""Comparing the coded media of two files byte for byte, whatever pieces it lies in."""

import hashlib
from itertools import pairwise
from random import Random

import pytest

from brightline.labels.containers.reading import Range
from brightline.labels.containers.source import Source
from brightline.labels.errors import ProofFailed
from brightline.labels.proof import same_media

SOUND = Random(9639).randbytes(300_001)  # several pieces of the comparison, and one byte


def _split(length: int, *at: int) -> list[Range]:
    return [Range(start, stop) for start, stop in pairwise((0, *at, length))]


@pytest.mark.parametrize("cuts", [(), (1,), (65_536,), (65_535, 65_537, 200_000)])
def test_the_same_media_in_other_ranges_and_at_another_place_is_the_same(cuts: tuple[int, ...]) -> None:
    moved = [Range(start + 7, stop + 7) for start, stop in _split(len(SOUND), 100_000)]

    step = same_media(Source(SOUND), _split(len(SOUND), *cuts), Source(b"a label" + SOUND), moved)

    assert step is not None
    assert step.detail == f"sha256 {hashlib.sha256(SOUND).hexdigest()}"


@pytest.mark.parametrize("at", [0, 65_535, 65_536, 131_072, 300_000])
def test_one_changed_byte_is_seen_wherever_it_is(at: int) -> None:
    changed = SOUND[:at] + bytes([SOUND[at] ^ 1]) + SOUND[at + 1 :]
    whole = [Range(0, len(SOUND))]

    with pytest.raises(ProofFailed):
        same_media(Source(SOUND), whole, Source(changed), whole)


def test_media_that_lost_its_last_byte_is_not_the_same() -> None:
    with pytest.raises(ProofFailed):
        same_media(Source(SOUND), [Range(0, len(SOUND))], Source(SOUND), [Range(0, len(SOUND) - 1)])


def test_large_files_are_left_to_arithmetic() -> None:
    large = Source(bytes((8 << 20) + 1))

    assert same_media(large, [Range(0, 1)], large, [Range(0, 1)]) is None
