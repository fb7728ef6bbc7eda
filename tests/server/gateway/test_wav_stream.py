"""A WAV that came as a stream gets the lengths that nobody knew when it began; nothing else is touched."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.server.gateway.wav_stream import with_lengths
from tests.server.gateway.media_files import seconds_of, tone


def wav(riff: int, length: int, samples: bytes = bytes(9)) -> bytes:
    form = struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)
    return b"RIFF" + struct.pack("<I", riff) + b"WAVEfmt " + struct.pack("<I", 16) + form + b"data" + struct.pack("<I", length) + samples


@pytest.mark.parametrize(
    ("riff", "length"), [(0xFFFFFFFF, 0xFFFFFFFF), (0, 0), (0xFFFFFFFF, 0), (0x7FFFFFFF, 0x7FFFFFFF - 36), (1000, 0xFFFFFFFF)]
)
def test_placeholders_become_lengths_of_whole_samples(riff: int, length: int) -> None:
    assert with_lengths(wav(riff, length)) == wav(44, 8, bytes(8))


def test_a_stream_of_ffmpeg_is_as_long_as_its_samples() -> None:
    assert seconds_of(with_lengths(tone("stream"))) == pytest.approx(1.0)


@pytest.mark.parametrize("data", [wav(44, 8, bytes(8)), wav(1000, 500), wav(36, 0, b""), b"", b"RIFF", b"ID3", wav(0, 0)[:30]])
def test_whole_files_and_those_that_are_cut_off_stay_as_they_are(data: bytes) -> None:
    assert with_lengths(data) == data


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_break_it(tail: bytes) -> None:
    data = b"RIFF\xff\xff\xff\xffWAVE" + tail
    assert with_lengths(with_lengths(data)) == with_lengths(data)
