"""The mark in a sound file: put into any file that can be coded anew, and looked for in any that can be decoded.

WAV keeps its coding and every other byte, and needs no ffmpeg; other files are decoded and coded again in their codec, rate, channels and about
their bit rate, with tags, covers and chapters (``audio_codecs``). Samples go by blocks of 20 s through a file beside the target, so that an
hour takes no more memory than a minute. What was written is read back: a mark that cannot be read, as in a few words of speech, is not put out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, Malformed
from brightline.labels.explicit.audio import Place, Prompt, as_path, label_audio
from brightline.labels.explicit.audio_codecs import (
    Raw,
    encoder_settings,
    in_order,
    is_lossless,
    sound_of,
    tune,
    with_covers_and_tags,
    writer,
)
from brightline.labels.explicit.audio_wav import samples_of, wav_of, with_samples
from brightline.labels.explicit.ffmpeg import INPUT, Progress, file_address, output, probe, run
from brightline.labels.explicit.replacing import new_beside
from brightline.labels.watermark.sound import LOWEST_RATE, MOST_CHANNELS, PERIOD_S, SHORTEST_S, SoundHit, embed_sound, extract_sound
from brightline.labels.watermark.sound_hash import HASHED_S, SoundHash, SoundHasher, sound_agrees

if TYPE_CHECKING:
    from brightline.labels.rendering import Watermark

__all__ = ["Audible", "HeardSound", "MarkedSound", "mark_in", "mark_sound"]

Samples = NDArray[np.float32]

_BLOCK, _BEFORE, _AFTER = 8, 2, 1  # periods: marked at once, and heard besides on either side, so that blocks join without a seam
_READ_RATE = 16_000  # samples a second: a little over twice the highest band, 7,020 Hz
_TAPS = 24  # of the filter, for each sample that is left out: within 0.11 dB up to 7,020 Hz, 38 dB down where it would fold back there


@dataclass(frozen=True, slots=True)
class Audible:
    """The label that is heard, in the same coding as the mark: as the arguments of ``label_audio``."""

    place: Place = "start"
    prompt: Prompt | None = None


@dataclass(frozen=True, slots=True)
class MarkedSound:
    """What was made: the hash for the record, and what is not as before, in plain words."""

    hash: SoundHash
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HeardSound:
    """A mark that was read, and the sound in which it was, one channel at ``rate``."""

    hit: SoundHit
    samples: Samples
    rate: int

    def agrees(self, record: SoundHash) -> bool:
        """Whether this is the sound of the record."""
        return sound_agrees(self.hit, record, self.samples, self.rate)


def mark_sound(
    source: Path,
    target: Path,
    mark: Watermark,
    *,
    audible: Audible | None = None,
    progress: Progress | None = None,
    cancel: Event | None = None,
) -> MarkedSound:
    """Write the sound of ``source`` with the mark, and with the label that is heard, to ``target``, in the same format.

    Raises ``LabelError``: BL-LABEL-060 and -063 as ``embed_sound``; -065 for a sound that cannot carry a mark, or in which it could not be read back;
    what ``label_audio`` raises; ``Unsupported`` for a codec that cannot be written.
    """
    with opened(source) as file:
        is_wav = wav_of(file) is not None
    with tempfile.TemporaryDirectory(prefix=".brightline-", dir=target.parent) as folder, new_beside(target) as new:
        if is_wav:
            made = _wav(source, new, Path(folder), mark, audible, cancel)
        else:
            made = _coded(source, new, Path(folder), mark, audible, progress, cancel)
        with opened(new) as written:
            heard = mark_in(written, mark.key, cancel=cancel)
        if heard is None or heard.hit.payload != mark.payload or not heard.agrees(made.hash):
            raise _not_read_back(source, mark.key, cancel)
    return made


def _not_read_back(source: Path, key: bytes, cancel: Event | None) -> LabelError:
    with opened(source) as file:
        if mark_in(file, key, cancel=cancel) is not None:
            return LabelError(
                "BL-LABEL-065",
                "this sound carries a watermark of the same key already",
                "its record stays; to have another, mark the original",
            )
    return LabelError(
        "BL-LABEL-065",
        "the watermark cannot be read back from this sound: it is too short or too quiet",
        "ten seconds of music or twenty of speech carry one; label it in the metadata and audibly",
    )


def mark_in(source: Source, key: bytes, *, cancel: Event | None = None) -> HeardSound | None:
    """The mark of ``key`` in the first ten minutes of a sound file; None where there is none, and for a file without sound.

    Raises ``LabelError``: BL-LABEL-050 without ffmpeg (WAV needs none), -059 for what cannot be decoded, -060 for a short key.
    """
    samples, rate = _heard(source, cancel)
    hit = extract_sound(samples, rate, key) if len(samples) and rate >= LOWEST_RATE else None
    return HeardSound(hit, samples, rate) if hit else None


def _heard(source: Source, cancel: Event | None) -> tuple[Samples, int]:
    """Ten minutes at most of one channel, and its rate; nothing of a file without sound."""
    wav = wav_of(source)
    if wav is not None:
        last = min(wav.frames, round(HASHED_S * wav.rate))
        step = max(1, round(PERIOD_S * wav.rate))
        parts = (samples_of(source, wav, first, min(first + step, last)).mean(axis=1) for first in range(0, last, step))
        fewer = next(fewer for fewer in range(max(1, wav.rate // _READ_RATE), 0, -1) if wav.rate % fewer == 0)
        return np.concatenate([np.zeros(0, np.float32), *_thinned(parts, fewer)]), wav.rate // fewer
    with as_path(source) as path:
        sounds = probe(path).of_kind("audio")
        if not sounds:
            return np.zeros(0, np.float32), _READ_RATE
        taken = ["-t", f"{HASHED_S:g}", "-i", file_address(path), "-map", f"0:{sounds[0].index}"]
        raw = output([*INPUT, *taken, "-ac", "1", "-ar", str(_READ_RATE), "-f", "f32le", "-"], cancel=cancel)
    return np.frombuffer(raw[: len(raw) & ~3], "<f4"), _READ_RATE


def _thinned(parts: Iterator[Samples], fewer: int) -> Iterator[Samples]:
    """One channel at a rate so many times lower, behind a windowed sinc filter."""
    if fewer == 1:
        yield from parts
        return
    half = _TAPS * fewer // 2
    places = np.arange(-half, half + 1)
    taps = (np.sinc(places / fewer) * np.hanning(2 * half + 3)[1:-1]).astype(np.float32)
    taps /= taps.sum()
    rest = np.zeros(half, np.float32)
    for part in chain(parts, [np.zeros(half, np.float32)]):
        sound = np.concatenate([rest, part])
        count = max(0, (len(sound) - len(taps)) // fewer + 1)
        if count:
            yield np.lib.stride_tricks.sliding_window_view(sound, len(taps))[: count * fewer : fewer] @ taps
        rest = sound[count * fewer :]


def _wav(source: Path, new: Path, room: Path, mark: Watermark, audible: Audible | None, cancel: Event | None) -> MarkedSound:
    marked = room / "marked.wav" if audible else new
    with opened(source) as file, marked.open("wb") as out:
        wav = wav_of(file)
        if wav is None:
            raise Malformed("the WAV file changed while it was read")
        hasher = SoundHasher(wav.rate)
        blocks = _marked(lambda first, last: samples_of(file, wav, first, last), wav.frames, wav.rate, mark)
        with_samples(file, wav, _passing(blocks, hasher), out)
    notes: tuple[str, ...] = ("the samples were marked",)
    if audible:
        notes += label_audio(marked, new, place=audible.place, prompt=audible.prompt, cancel=cancel).notes
    return MarkedSound(hasher.hash, notes)


def _coded(
    source: Path, new: Path, room: Path, mark: Watermark, audible: Audible | None, progress: Progress | None, cancel: Event | None
) -> MarkedSound:
    found = probe(source)
    stream = sound_of(found)
    rate, channels = int(stream.number("sample_rate")), int(stream.number("channels"))
    if not (LOWEST_RATE <= rate <= 384_000 and 1 <= channels <= MOST_CHANNELS):
        raise LabelError(
            "BL-LABEL-065", f"sound of {channels} channels at {rate} Hz cannot carry a watermark", f"at least {LOWEST_RATE:,} Hz are needed"
        )
    decoded, marked = Raw(room / "decoded.f32", rate, channels), Raw(room / "marked.f32", rate, channels)
    plain = [*INPUT, "-i", file_address(source), "-map", f"0:{stream.index}", "-af", "aresample=async=0,asetpts=PTS-STARTPTS"]
    run([*plain, "-ar", str(rate), "-f", "f32le", file_address(decoded.path)], cancel=cancel)
    frames = decoded.path.stat().st_size // (4 * channels)
    hasher = SoundHasher(rate)
    with marked.path.open("wb") as out:
        for block in _passing(_marked(decoded.samples, frames, rate, mark), hasher):
            out.write(block.astype("<f4").tobytes())
    notes: tuple[str, ...] = () if is_lossless(stream) else ("the sound was coded anew",)
    if audible:
        made = label_audio(source, new, place=audible.place, prompt=audible.prompt, samples=marked, progress=progress, cancel=cancel)
        return MarkedSound(hasher.hash, made.notes)
    inputs = [*INPUT, "-i", file_address(source), *marked.as_input]
    filters = ["-filter_complex", f"[1:0]{in_order(stream)},{tune(stream)}[out]", "-map", "[out]", *with_covers_and_tags(found, stream)]
    run(
        [*inputs, *filters, *encoder_settings(stream), *writer(found), file_address(new)],
        duration_s=frames / rate,
        progress=progress,
        cancel=cancel,
    )
    return MarkedSound(hasher.hash, notes)


def _marked(samples: Callable[[int, int], Samples], frames: int, rate: int, mark: Watermark) -> Iterator[Samples]:
    """The marked sound in blocks of whole periods, each marked together with what stands around it."""
    if frames < SHORTEST_S * rate:
        raise LabelError(
            "BL-LABEL-065", f"a sound under {SHORTEST_S:g} seconds cannot carry a watermark", "label it in the metadata and audibly"
        )

    def at(period: int) -> int:
        return min(frames, round(max(0, period) * PERIOD_S * rate))

    period = 0
    while at(period) < frames:
        begin, first, last = at(period - _BEFORE), at(period), at(period + _BLOCK)
        block = embed_sound(samples(begin, at(period + _BLOCK + _AFTER)), rate, mark.payload, mark.key)
        yield block[first - begin : last - begin]
        period += _BLOCK


def _passing(blocks: Iterator[Samples], hasher: SoundHasher) -> Iterator[Samples]:
    """The same blocks, which are hashed on their way."""
    for block in blocks:
        hasher.add(block)
        yield block
