"""Puts samples into a WAV file without touching the others, or others in their place: every other byte of the original stays.

RIFF/WAVE, RF64 and streams whose length was never written, with linear PCM (8 to 32 bits) or floats (32, 64), plain or extensible (Microsoft,
Multimedia Data Standards Update 3.0, 1994; WAVEFORMATEXTENSIBLE; EBU Tech 3306). Not taken: coded WAV (A-law, ADPCM), which goes
through ffmpeg. Lengths are kept right (``fact`` and ``ds64`` too); chunks that name places in the sound (``cue ``, ``smpl``) are kept as they are,
and where the insertion moves what they mean, the note says so.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, BinaryIO, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from brightline.labels.containers.riff import SIZE_UNKNOWN, Chunk
from brightline.labels.containers.source import Source
from brightline.labels.containers.wav import WavFrame, frame_of
from brightline.labels.errors import Malformed, OverLimit

__all__ = ["Wav", "as_pcm", "inserted", "samples_of", "wav_of", "with_samples"]

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


@dataclass(frozen=True, slots=True)
class Wav:
    """A WAV file that can be inserted into: ``data`` is the range of its samples, ``lengths`` are the fields that count them."""

    is_float: bool
    channels: int
    rate: int
    bytes_per_sample: int
    data: tuple[int, int]
    counts_samples: bool
    lengths: tuple[Length, ...] = ()

    @property
    def frame_bytes(self) -> int:
        """Bytes of one sample of all channels."""
        return self.channels * self.bytes_per_sample

    @property
    def frames(self) -> int:
        """Samples of each channel."""
        return (self.data[1] - self.data[0]) // self.frame_bytes


class Length(NamedTuple):
    """A field of ``size`` bytes at ``at`` that counts bytes of the whole file, of its samples, or samples of each channel."""

    at: int
    size: int
    counts: Literal["file", "samples", "frames"]


def wav_of(source: Source) -> Wav | None:
    """What ``source`` holds if it is a WAV file of plain samples, else None. Raises ``Malformed`` or ``Truncated`` for a broken one."""
    head = source.at_most(0, 12)
    if head[:4] not in (b"RIFF", b"RF64", b"BW64") or head[8:] != b"WAVE":
        return None
    frame = frame_of(source, [])  # what lies behind its end concerns whoever writes there
    found = list(frame.walk(source))
    form = next(
        (_form(source.read(each.start, min(each.stop - each.start, 40)), each.offset) for each in found if each.name == b"fmt "), None
    )
    data = next((each for each in found if each.name == b"data"), None)
    if form is None or data is None:
        raise Malformed("the WAV file has no format or no samples", 12)
    tag, channels, rate, bits = form
    if tag not in (_PCM, _FLOAT) or bits not in ((8, 16, 24, 32) if tag == _PCM else (32, 64)):
        return None
    counts_samples = any(each.name in (b"cue ", b"smpl", b"plst") for each in found)
    made = Wav(tag == _FLOAT, channels, rate, bits // 8, (data.start, data.stop), counts_samples)
    return replace(made, lengths=tuple(_lengths(source, frame, found, data, made.frames)))


def _lengths(source: Source, frame: WavFrame, found: list[Chunk], data: Chunk, frames: int) -> Iterator[Length]:
    """The fields to be kept right when samples come in; those of a stream were never written and stay so."""
    if frame.ds64 >= 0:  # EBU Tech 3306, 3.4: riffSize, dataSize, sampleCount
        yield Length(frame.ds64, 8, "file")
        yield Length(frame.ds64 + 8, 8, "samples")
        if int.from_bytes(source.read(frame.ds64 + 16, 8), "little") == frames:
            yield Length(frame.ds64 + 16, 8, "frames")
    elif not frame.streamed:
        yield Length(4, 4, "file")
    told = int.from_bytes(source.read(data.offset + 4, 4), "little")
    if told == data.stop - data.start and not (frame.streamed and told in (0, SIZE_UNKNOWN)):
        yield Length(data.offset + 4, 4, "samples")
    for fact in found:
        if fact.name == b"fact" and fact.stop - fact.start >= 4 and int.from_bytes(source.read(fact.start, 4), "little") == frames:
            yield Length(fact.start, 4, "frames")


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
    """Write ``source`` with ``pcm`` before its sample number ``frame`` to ``out``. Raises ``OverLimit`` where a length does not hold the new one."""
    start, stop = wav.data
    is_counted = any(length.counts == "samples" for length in wav.lengths)  # what a stream has at its end are samples, and no padding
    old_padding, new_padding = (stop - start) & 1, (stop - start + len(pcm)) & is_counted
    tail = min(source.size, stop + old_padding)
    grown = source.size + len(pcm) + new_padding - (tail - stop)
    now = {"file": grown - 8, "samples": stop - start + len(pcm), "frames": wav.frames + len(pcm) // wav.frame_bytes}
    if any(now[length.counts] > 256**length.size - 1 - 8 for length in wav.lengths):
        raise OverLimit("the labelled WAV file would be larger than the format allows (4 GiB)")
    patches = [(length.at, now[length.counts].to_bytes(length.size, "little")) for length in sorted(wav.lengths)]
    at = start + frame * wav.frame_bytes
    for piece in (
        _patched(source, 0, at, patches),
        [pcm],
        _patched(source, at, stop, patches),
        [b"\0" * new_padding],
        _patched(source, tail, source.size, patches),
    ):
        _write(out, piece)


def _patched(source: Source, start: int, stop: int, patches: list[tuple[int, bytes]]) -> Iterator[bytes]:
    for at, data in patches:
        if start <= at < stop:
            yield from source.chunks(start, at)
            yield data
            start = at + len(data)
    yield from source.chunks(start, stop)


def _write(out: BinaryIO, pieces: Iterator[bytes] | list[bytes]) -> None:
    for piece in pieces:
        out.write(piece)
