"""Puts samples into a WAV file without touching the others, or others in their place: every other byte of the original stays.

RIFF/WAVE with linear PCM (8 to 32 bits) or floats (32, 64), plain or extensible (Microsoft, Multimedia Data Standards Update
3.0, 1994; WAVEFORMATEXTENSIBLE). Not taken: coded WAV (A-law, ADPCM) and RF64, which go through ffmpeg. Chunks that
count samples (``cue ``, ``smpl``) are kept as they are; where the insertion moves what they mean, the note says so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit

__all__ = ["Wav", "as_pcm", "inserted", "samples_of", "wav_of", "with_samples"]

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_MOST_CHUNKS = 10_000  # own choice
_MOST_RIFF_BYTES = 0xFFFF_FFFF - 8  # a 32-bit length


@dataclass(frozen=True, slots=True)
class Wav:
    """A WAV file that can be inserted into: ``data`` is the range of its samples."""

    is_float: bool
    channels: int
    rate: int
    bytes_per_sample: int
    data: tuple[int, int]
    counts_samples: bool

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.bytes_per_sample

    @property
    def frames(self) -> int:
        """Samples of each channel."""
        return (self.data[1] - self.data[0]) // self.frame_bytes


def wav_of(source: Source) -> Wav | None:
    """What ``source`` holds if it is a plain WAV file, else None. Raises ``Malformed`` or ``Truncated`` for a broken one."""
    head = source.at_most(0, 12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    form: tuple[int, int, int, int] | None = None
    counts = False
    data: tuple[int, int] | None = None
    at = 12
    for _ in range(_MOST_CHUNKS):
        if at + 8 > source.size:
            break
        kind, length = struct.unpack("<4sI", source.read(at, 8))
        if kind == b"fmt ":
            form = _form(source.read(at + 8, min(length, 40)), at)
        elif kind == b"data" and data is None:
            if at + 8 + length > source.size:
                raise Malformed("the samples of the WAV file are cut off", at)
            data = (at + 8, at + 8 + length)
        counts |= kind in (b"cue ", b"smpl", b"plst")
        at += 8 + length + (length & 1)
    else:
        raise OverLimit(f"the WAV file has more than {_MOST_CHUNKS} chunks")
    if form is None or data is None:
        raise Malformed("the WAV file has no format or no samples", 12)
    tag, channels, rate, bits = form
    if tag not in (_PCM, _FLOAT) or bits not in ((8, 16, 24, 32) if tag == _PCM else (32, 64)):
        return None
    return Wav(tag == _FLOAT, channels, rate, bits // 8, data, counts)


def _form(chunk: bytes, at: int) -> tuple[int, int, int, int]:
    """Format tag, channels, samples a second, bits a sample."""
    if len(chunk) < 16:
        raise Malformed("the format chunk of the WAV file is too short", at)
    tag, channels, rate, _, block, bits = struct.unpack_from("<HHIIHH", chunk)
    if tag == _EXTENSIBLE and len(chunk) >= 26:
        tag = struct.unpack_from("<H", chunk, 24)[0]  # the first two bytes of the sub-format's GUID
    if not channels or not rate or (tag in (_PCM, _FLOAT) and block != channels * (bits // 8)):
        raise Malformed("the format chunk of the WAV file contradicts itself", at)
    return tag, channels, rate, bits


def as_pcm(samples: NDArray[np.float32], wav: Wav) -> bytes:
    """``samples`` (frames × channels, -1 to 1) in the file's own coding; rounded, without dither (a signal tone needs none)."""
    if wav.is_float:
        return samples.astype(f"<f{wav.bytes_per_sample}").tobytes()
    full = 2 ** (8 * wav.bytes_per_sample - 1)
    values: NDArray[Any] = np.clip(np.rint(samples.astype(np.float64) * full), -full, full - 1).astype("<i4")
    if wav.bytes_per_sample == 1:
        return (values + 128).astype(np.uint8).tobytes()  # eight bits are unsigned
    return values.reshape(-1, 1).view(np.uint8)[:, : wav.bytes_per_sample].tobytes()


def samples_of(source: Source, wav: Wav, first: int, last: int) -> NDArray[np.float32]:
    """Samples ``first`` to ``last`` of all channels, (frames, channels), -1 to 1."""
    raw = source.read(wav.data[0] + first * wav.frame_bytes, (last - first) * wav.frame_bytes)
    if wav.is_float:
        floats: NDArray[Any] = np.frombuffer(raw, f"<f{wav.bytes_per_sample}")
        return floats.astype(np.float32).reshape(-1, wav.channels)
    if wav.bytes_per_sample == 1:
        unsigned = np.frombuffer(raw, np.uint8).reshape(-1, wav.channels)
        return (unsigned.astype(np.float32) - np.float32(128)) / np.float32(128)
    whole = np.zeros((len(raw) // wav.bytes_per_sample, 4), np.uint8)
    whole[:, 4 - wav.bytes_per_sample :] = np.frombuffer(raw, np.uint8).reshape(-1, wav.bytes_per_sample)
    values: NDArray[np.int32] = whole.view("<i4").reshape(-1, wav.channels)
    return values.astype(np.float32) / np.float32(2**31)


def with_samples(source: Source, wav: Wav, blocks: Iterable[NDArray[np.float32]], out: BinaryIO) -> None:
    """Write ``source`` with other samples, as many as it has, to ``out``; all its other bytes stay."""
    start = wav.data[0]
    _write(out, source.chunks(0, start))
    for block in blocks:
        out.write(as_pcm(block, wav))
    _write(out, source.chunks(start + wav.frames * wav.frame_bytes, source.size))


def inserted(source: Source, wav: Wav, frame: int, pcm: bytes, out: BinaryIO) -> None:
    """Write ``source`` with ``pcm`` before its sample number ``frame`` to ``out``. Raises ``OverLimit`` beyond 4 GiB."""
    start, stop = wav.data
    old_padding, new_padding = (stop - start) & 1, (stop - start + len(pcm)) & 1
    tail = min(source.size, stop + old_padding)
    grown = source.size + len(pcm) + new_padding - (tail - stop)
    if grown - 8 > _MOST_RIFF_BYTES:
        raise OverLimit("the labelled WAV file would be larger than the format allows (4 GiB)")
    at = start + frame * wav.frame_bytes
    for piece in (
        [b"RIFF", struct.pack("<I", grown - 8)],
        source.chunks(8, start - 4),
        [struct.pack("<I", stop - start + len(pcm))],
        source.chunks(start, at),
        [pcm],
        source.chunks(at, stop),
        [b"\0" * new_padding],
        source.chunks(tail, source.size),
    ):
        _write(out, piece)


def _write(out: BinaryIO, pieces: Iterator[bytes] | list[bytes]) -> None:
    for piece in pieces:
        out.write(piece)
