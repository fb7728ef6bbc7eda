"""Samples put into a WAV file: the others stay byte for byte, in every coding, and hostile headers end in an error of ours."""

from __future__ import annotations

import struct
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, OverLimit
from brightline.labels.explicit.audio_wav import as_pcm, inserted, wav_of


def chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) & 1)


def wav(
    samples: bytes, *, tag: int = 1, channels: int = 1, rate: int = 8000, bits: int = 16, before: bytes = b"", after: bytes = b""
) -> bytes:
    block = channels * bits // 8
    body = b"WAVE" + chunk(b"fmt ", struct.pack("<HHIIHH", tag, channels, rate, rate * block, block, bits))
    body += before + chunk(b"data", samples) + after
    return b"RIFF" + struct.pack("<I", len(body)) + body


def with_inserted(data: bytes, frame: int, samples: np.ndarray) -> bytes:
    source = Source(data)
    found = wav_of(source)
    assert found is not None
    out = BytesIO()
    inserted(source, found, frame, as_pcm(samples, found), out)
    return out.getvalue()


@pytest.mark.parametrize("length", [0, 1, 2, 7, 1000])
@pytest.mark.parametrize(("bits", "channels"), [(8, 1), (16, 1), (24, 1), (24, 2), (32, 3)])
def test_the_other_samples_and_chunks_stay_byte_for_byte(length: int, bits: int, channels: int) -> None:
    samples = bytes(range(256)) * 60
    samples = samples[: length * channels * bits // 8]
    note, cover = chunk(b"LIST", b"INFOINAM\x02\0\0\0x\0"), chunk(b"odd ", b"abc")
    before = wav(samples, bits=bits, channels=channels, before=note, after=cover)
    label = np.linspace(-1, 1, 5 * channels, dtype=np.float32).reshape(5, channels)
    for frame in (0, length // 2, length):
        after = with_inserted(before, frame, label)
        assert struct.unpack_from("<I", after, 4)[0] == len(after) - 8
        found = wav_of(Source(after))
        assert found is not None
        assert found.frames == length + 5
        data = after[found.data[0] : found.data[1]]
        cut = frame * found.frame_bytes
        assert data[:cut] + data[cut + 5 * found.frame_bytes :] == samples
        assert after[: found.data[0] - 8].endswith(note)
        assert after.endswith(cover)


def rf64(samples: bytes, frames: int) -> bytes:
    body = wav(samples)[12:].replace(b"data" + struct.pack("<I", len(samples)), b"data\xff\xff\xff\xff")
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 4 + 36 + len(body), len(samples), frames, 0))
    return b"RF64\xff\xff\xff\xffWAVE" + ds64 + body


def test_the_64_bit_lengths_of_an_rf64_file_grow_with_it() -> None:
    after = with_inserted(rf64(b"abcdefgh", 4), 2, np.zeros((3, 1), np.float32))
    assert struct.unpack_from("<QQQ", after, 20) == (len(after) - 8, 14, 7)
    assert after[-22:] == b"data\xff\xff\xff\xff" + b"abcd" + b"\0" * 6 + b"efgh"
    found = wav_of(Source(after))
    assert found is not None
    assert found.frames == 7


@pytest.mark.parametrize("unknown", [b"\0\0\0\0", b"\xff\xff\xff\xff"])
def test_a_stream_whose_length_was_never_written_takes_samples_and_stays_a_stream(unknown: bytes) -> None:
    stream = b"RIFF" + unknown + wav(b"")[8:-4] + unknown + b"abcdefg"
    after = with_inserted(stream, 1, np.zeros((2, 1), np.float32))
    assert after == stream[:-5] + b"\0" * 4 + b"cdefg"


def test_the_count_of_samples_in_fact_is_kept_right_and_a_count_of_something_else_is_left_alone() -> None:
    for count, counted in ((4, 7), (5, 5)):
        after = with_inserted(wav(b"abcdefgh", before=chunk(b"fact", struct.pack("<I", count))), 0, np.zeros((3, 1), np.float32))
        assert struct.unpack_from("<I", after, after.find(b"fact") + 8) == (counted,)


@pytest.mark.parametrize(
    ("tag", "bits", "dtype", "full"), [(1, 16, "<i2", 32768), (1, 32, "<i4", 2**31), (3, 32, "<f4", 1), (3, 64, "<f8", 1)]
)
def test_samples_are_coded_as_the_file_codes_them(tag: int, bits: int, dtype: str, full: int) -> None:
    found = wav_of(Source(wav(b"", tag=tag, bits=bits)))
    assert found is not None
    values = np.frombuffer(as_pcm(np.array([[0.0], [0.5], [-0.5]], np.float32), found), dtype)
    assert values.tolist() == [0, 0.5 * full, -0.5 * full]


def test_eight_bits_are_unsigned_and_full_scale_does_not_wrap() -> None:
    found = wav_of(Source(wav(b"", bits=8)))
    assert found is not None
    assert list(as_pcm(np.array([[-1.0], [0.0], [1.0], [3.0]], np.float32), found)) == [0, 128, 255, 255]


def test_three_byte_samples_are_little_endian() -> None:
    found = wav_of(Source(wav(b"", bits=24)))
    assert found is not None
    assert as_pcm(np.array([[0.5], [-(2**-23)]], np.float32), found) == b"\0\0\x40" + b"\xff\xff\xff"


@pytest.mark.parametrize("tag", [2, 6, 7, 17, 0x55])
def test_coded_wav_is_not_taken_here(tag: int) -> None:
    assert wav_of(Source(wav(b"abcd", tag=tag, bits=8))) is None


def test_what_is_no_wav_is_not_taken_here() -> None:
    assert wav_of(Source(b"")) is None
    assert wav_of(Source(b"RIFF\0\0\0\0WEBPVP8 ")) is None


@pytest.mark.parametrize("length", range(12, 50))
def test_a_file_cut_off_anywhere_is_an_error(length: int) -> None:
    with pytest.raises(LabelError):
        wav_of(Source(wav(b"abcdefgh")[:length]))


@pytest.mark.parametrize(("channels", "rate", "bits"), [(0, 8000, 16), (1, 0, 16), (1, 8000, 12), (65535, 8000, 16)])
def test_a_format_that_contradicts_itself_is_an_error_or_not_taken(channels: int, rate: int, bits: int) -> None:
    body = b"WAVE" + chunk(b"fmt ", struct.pack("<HHIIHH", 1, channels, rate, 0, 2, bits)) + chunk(b"data", b"ab")
    try:
        assert wav_of(Source(b"RIFF" + struct.pack("<I", len(body)) + body)) is None
    except Malformed as refused:
        assert refused.code == "BL-LABEL-011"


def test_lengths_beyond_the_file_and_many_chunks_are_refused() -> None:
    long = bytearray(wav(b"ab"))
    long[-6:-2] = b"\xff\xff\xff\x7f"
    with pytest.raises(LabelError):
        wav_of(Source(bytes(long)))
    with pytest.raises(OverLimit):
        wav_of(Source(wav(b"ab", before=chunk(b"junk", b"") * 10_001)))


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=80), at=st.integers(0, 60))
def test_mutated_headers_never_raise_anything_else(data: bytes, at: int) -> None:
    content = bytearray(wav(b"abcdefgh" * 4))
    content[at : at + len(data)] = data
    try:
        wav_of(Source(bytes(content)))
    except LabelError as refused:
        assert refused.code.startswith("BL-LABEL-01")
