"""The explicit label on a sound: the rhythm, or an operator's spoken prompt, at its start, middle or end (GB 45438-2025, 5.3).

It is *inserted*: nothing of the content is covered, and it grows by the label's length. WAV keeps every original sample byte for
byte (``audio_wav``); other files are decoded and coded again in their codec, rate, channels and about their bit rate, FLAC and
ALAC without loss. Tags, covers and chapters go along.

Loudness: label and content are measured by ITU-R BS.1770-4 (ffmpeg's ``ebur128``), and the label is brought to the content's
integrated loudness, within -36 to -14 LUFS, peaks under -1 dBFS; silence counts as -23 LUFS (EBU R 128). Whether a recorded
prompt *says* both elements of 5.3 is not checked: its wording has to be given and is. Its speed is the operator's.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from brightline.labels.containers.source import Source, opened
from brightline.labels.errors import LabelError, ProofFailed, Unsupported
from brightline.labels.explicit.audio_codecs import (
    Raw,
    encoder_settings,
    in_order,
    is_lossless,
    on_all_channels,
    sound_of,
    tune,
    with_covers_and_tags,
    writer,
)
from brightline.labels.explicit.audio_rhythm import RHYTHM_S, rhythm_at, rhythm_tones
from brightline.labels.explicit.audio_wav import Wav, as_pcm, inserted, wav_of
from brightline.labels.explicit.ffmpeg import INPUT, Probe, Progress, Stream, file_address, output, probe, run
from brightline.labels.explicit.replacing import new_beside
from brightline.labels.explicit.wording import require_wording

__all__ = ["LabelledAudio", "Place", "Prompt", "as_path", "label_audio", "rhythm_in"]

Place = Literal["start", "middle", "end"]

_QUIETEST_LUFS, _LOUDEST_LUFS = -36.0, -14.0  # own choice: below it the label is missed, above it it startles; streaming plays at -14
_USUAL_LUFS = -23.0  # EBU R 128, programme loudness
_FLOOR_LUFS = -70.0  # BS.1770-4, absolute gate
_SILENT_LUFS = -65.0  # a little over the floor; own choice
_METER_STEP_S = 0.1  # between two readings of the meter
_PEAK = 10 ** (-1 / 20)  # EBU R 128 s2: at most -1 dBTP
_LONGEST_PROMPT_S = 30.0  # own choice
_FINDER_RATE = 8000
_LENGTH_NEAR_S = 0.35  # two readings of the meter, and what coders add at both ends
_EDGE_S = 600.0  # looked through at either end of a file; own choice: labels stand at start, middle or end

Samples = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prompt:
    """An operator's recording, and what is said in it."""

    recording: Path
    words: str


@dataclass(frozen=True, slots=True)
class LabelledAudio:
    """What was made: where the label begins, how long it is, its gain in dB, and the content's loudness as measured."""

    place: Place
    begins_s: float
    lasts_s: float
    gain_db: float
    content_lufs: float
    codec: str
    lossless: bool
    notes: tuple[str, ...] = ()


def label_audio(
    source: Path,
    target: Path,
    *,
    place: Place = "start",
    prompt: Prompt | None = None,
    samples: Raw | None = None,
    progress: Progress | None = None,
    cancel: Event | None = None,
) -> LabelledAudio:
    """Write the sound of ``source`` with a label at ``place`` to ``target``, in the same format.

    Without a ``prompt`` the label is the rhythm. ``samples``: what takes the place of the source's own (not for WAV). ``target`` appears when all is well and not before; it may be ``source``.
    Raises ``LabelError``: BL-LABEL-050 no ffmpeg, -051 the prompt's words are no label, -056 the result is not what was meant, -057
    place or prompt, -058 cancelled, -059 ffmpeg failed; ``Unsupported`` for a codec that cannot be written.
    """
    if place not in get_args(Place):
        raise LabelError("BL-LABEL-057", f"{place!r} is no place for a label in a sound", "one of " + ", ".join(get_args(Place)))
    if prompt is not None:
        require_wording(prompt.words)
    found = probe(source)
    stream = sound_of(found)
    rate, channels = int(stream.number("sample_rate")), int(stream.number("channels"))
    if not (1000 <= rate <= 768_000 and 1 <= channels <= 64):
        raise Unsupported(f"sound of {channels} channels at {rate} Hz is not labelled")
    content = _heard([*INPUT, "-i", file_address(source), "-map", f"0:{stream.index}"], cancel)
    with tempfile.TemporaryDirectory(prefix="brightline-label-") as folder:
        signal, gain_db = _signal(prompt, rate, content.lufs, Path(folder), cancel)
        with opened(source) as file, new_beside(target) as new:
            wav = wav_of(file)
            if wav is not None:
                frame = {"start": 0, "middle": wav.frames // 2, "end": wav.frames}[place]
                with new.open("wb") as out:
                    inserted(file, wav, frame, as_pcm(np.repeat(signal[:, None], wav.channels, axis=1), wav), out)
                begins, notes = frame / wav.rate, _wav_notes(wav)
                if progress is not None:
                    progress(1.0)
            else:
                begins = {"start": 0.0, "middle": content.lasts_s / 2, "end": content.lasts_s}[place]
                label = _written(signal, rate, Path(folder))
                settings = encoder_settings(stream)
                run(
                    [*_arguments(source, found, stream, samples, label, place, begins), *settings, *writer(found), file_address(new)],
                    duration_s=content.lasts_s + len(signal) / rate,
                    progress=progress,
                    cancel=cancel,
                )
                notes = () if is_lossless(stream) else ("the sound was coded anew",)
            _prove(stream, new, content.lasts_s + len(signal) / rate, begins if prompt is None else None, cancel)
    lossless = wav is not None or is_lossless(stream)
    return LabelledAudio(place, begins, len(signal) / rate, gain_db, content.lufs, stream.codec, lossless, tuple(notes))


def rhythm_in(file: Path | Source, *, cancel: Event | None = None) -> list[float]:
    """Where the rhythm begins in the sound of ``file``, in seconds: its first and last ten minutes and the middle are looked through.

    Works for films too. Raises ``LabelError`` BL-LABEL-050 and -059.
    """
    with as_path(file) as path:
        found = probe(path)
        if not found.of_kind("audio"):
            return []
        lasts = found.duration_s
        starts = [0.0] if lasts <= 2 * _EDGE_S else [0.0, lasts / 2 - 30, lasts - _EDGE_S]
        times: list[float] = []
        for start in starts:
            samples = _decoded(path, found.of_kind("audio")[0], start, 2 * _EDGE_S if len(starts) == 1 else _EDGE_S, cancel)
            times += [round(start + time, 2) for time in rhythm_at(samples, _FINDER_RATE)]
    return sorted(set(times))


@contextmanager
def as_path(file: Path | Source) -> Iterator[Path]:
    """A name under which another process can open ``file``: its own, that of the open file, or a copy's."""
    if isinstance(file, Path):
        yield file
    elif (number := file.fileno()) is not None:
        yield Path(f"/proc/{os.getpid()}/fd/{number}")
    else:
        with tempfile.NamedTemporaryFile(prefix="brightline-label-") as copy:
            for chunk in file.chunks(0, file.size):
                copy.write(chunk)
            copy.flush()
            yield Path(copy.name)


# The label's own sound


def _signal(prompt: Prompt | None, rate: int, content_lufs: float, folder: Path, cancel: Event | None) -> tuple[Samples, float]:
    """The label as one channel at ``rate``, at the content's loudness, and the gain that this took."""
    signal = rhythm_tones(rate) if prompt is None else _recorded(prompt, rate, cancel)
    own_lufs = _heard(["-i", file_address(_written(signal, rate, folder))], cancel).lufs
    wanted = _USUAL_LUFS if content_lufs <= _SILENT_LUFS else min(_LOUDEST_LUFS, max(_QUIETEST_LUFS, content_lufs))
    peak = float(np.abs(signal).max())
    if own_lufs <= _SILENT_LUFS or peak == 0:
        raise LabelError("BL-LABEL-057", "the recorded prompt is silent", "record it again; it has to be heard")
    gain = min(10 ** ((wanted - own_lufs) / 20), _PEAK / peak)
    return (signal * np.float32(gain)).astype(np.float32), round(20 * float(np.log10(gain)), 2)


def _recorded(prompt: Prompt, rate: int, cancel: Event | None) -> Samples:
    found = probe(prompt.recording)
    if not found.of_kind("audio") or not 0.5 <= found.duration_s <= _LONGEST_PROMPT_S:
        raise LabelError(
            "BL-LABEL-057",
            f"the recorded prompt has {found.duration_s:.1f} seconds of sound",
            f"between 0.5 and {_LONGEST_PROMPT_S:.0f} seconds",
        )
    raw = output(
        [*INPUT, "-i", file_address(prompt.recording), "-map", "0:a:0", "-ac", "1", "-ar", str(rate), "-f", "f32le", "-"], cancel=cancel
    )
    silence = np.zeros(round(0.3 * rate), np.float32)
    return np.concatenate([silence, np.frombuffer(raw, "<f4").astype(np.float32), silence])


def _written(signal: Samples, rate: int, folder: Path) -> Path:
    """The signal as a WAV file of floats for ffmpeg."""
    path = folder / "label.wav"
    data = signal.astype("<f4").tobytes()
    head = (
        b"fmt " + (16).to_bytes(4, "little") + b"\3\0\1\0" + rate.to_bytes(4, "little") + (4 * rate).to_bytes(4, "little") + b"\4\0\x20\0"
    )
    body = b"WAVE" + head + b"data" + len(data).to_bytes(4, "little") + data
    path.write_bytes(b"RIFF" + len(body).to_bytes(4, "little") + body)
    return path


@dataclass(frozen=True, slots=True)
class _Heard:
    """A sound listened to from end to end: integrated loudness in LUFS (-70: silence), and how long it really is."""

    lufs: float
    lasts_s: float


def _heard(inputs: list[str], cancel: Event | None) -> _Heard:
    """ITU-R BS.1770-4 by ffmpeg's meter. What is shorter than the meter's 0.4 s counts as silence."""
    meter = "ebur128=framelog=verbose:metadata=1,ametadata=print:key=lavfi.r128.I:file=-"
    said = output([*inputs, "-af", meter, "-f", "null", "-"], cancel=cancel)
    loudness = re.findall(rb"lavfi\.r128\.I=(-?[0-9.]+)", said)
    times = re.findall(rb"pts_time:([0-9.]+)", said)
    return _Heard(max(_FLOOR_LUFS, float(loudness[-1]) if loudness else _FLOOR_LUFS), float(times[-1]) + _METER_STEP_S if times else 0.0)


def _arguments(source: Path, found: Probe, stream: Stream, samples: Raw | None, label: Path, place: Place, begins_s: float) -> list[str]:
    """Inputs and the filter that puts the label into the content; tags and covers go along."""
    rate, form = int(stream.number("sample_rate")), tune(stream)
    sound = f"[0:{stream.index}]" if samples is None else f"[2:0]{in_order(stream)},"
    sound += "aresample=async=0,asetpts=PTS-STARTPTS"
    signal = f"[1:a]{on_all_channels(stream)},{form}[label]"
    if place == "middle":
        split = round(begins_s * rate)
        graph = (
            f"{sound},asplit[x][y];[x]atrim=end_sample={split},{form}[a];[y]atrim=start_sample={split},asetpts=PTS-STARTPTS,{form}[b];"
            f"{signal};[a][label][b]concat=n=3:v=0:a=1[out]"
        )
    else:
        order = "[label][a]" if place == "start" else "[a][label]"
        graph = f"{sound},{form}[a];{signal};{order}concat=n=2:v=0:a=1[out]"
    inputs = [*INPUT, "-i", file_address(source), "-i", file_address(label), *(samples.as_input if samples else [])]
    return [*inputs, "-filter_complex", graph, "-map", "[out]", *with_covers_and_tags(found, stream)]


# Proof


def _prove(stream: Stream, new: Path, lasts_s: float, begins_s: float | None, cancel: Event | None) -> None:
    """The result has the same codec, rate and channels, can be heard to its end, and the rhythm is in it. Raises ``ProofFailed``."""
    sound = sound_of(probe(new))
    problems = [
        f"its {name} changed"
        for name, key in (("codec", "codec_name"), ("rate", "sample_rate"), ("channels", "channels"))
        if stream.raw.get(key) != sound.raw.get(key)
    ]
    heard = _heard([*INPUT, "-i", file_address(new), "-map", f"0:{sound.index}"], cancel)
    if abs(heard.lasts_s - lasts_s) > _LENGTH_NEAR_S:
        problems.append(f"it lasts {heard.lasts_s:.2f} s instead of {lasts_s:.2f} s")
    if begins_s is not None and not problems:
        start = max(0.0, begins_s - 1)
        if not rhythm_at(_decoded(new, sound, start, RHYTHM_S + 2, cancel), _FINDER_RATE):
            problems.append("the rhythm cannot be heard in it")
    if problems:
        raise ProofFailed(f"the labelled sound does not read back as it should: {', '.join(problems)}", code="BL-LABEL-056")


def _decoded(path: Path, stream: Stream, start_s: float, seconds: float, cancel: Event | None) -> Samples:
    """One channel at the finder's rate."""
    raw = output(
        [
            *INPUT, "-ss", f"{start_s:.3f}", "-t", f"{seconds:.3f}", "-i", file_address(path), "-map", f"0:{stream.index}",
            "-ac", "1", "-ar", str(_FINDER_RATE), "-f", "s16le", "-",
        ],
        cancel=cancel,
    )  # fmt: skip
    return np.frombuffer(raw[: len(raw) & ~1], "<i2").astype(np.float32) / np.float32(32768)


def _wav_notes(wav: Wav) -> tuple[str, ...]:
    return ("markers in the file count samples and were not moved",) if wav.counts_samples else ()
