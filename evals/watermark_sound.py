"""What the mark in sound survives and how far it lies under the sound.

    OMP_NUM_THREADS=1 .venv/bin/python evals/watermark_sound.py [--sounds 24] [--seconds 30] [--unmarked 300] [--json]

Sounds are drawn from a seed (music of decaying notes, speech of formants and pauses, rain, all three mixed), because no free recordings come
with the packages we use: real recordings will do better or worse, and this page says nothing about ears, only about levels. Each carries a
random payload through each change once. *Survived*: exactly that payload came back. Any other answer is a false accept and fails the run.
*Claimed*: its record's hash agrees, too. Against the records of three other sounds, one of its own kind among them, it must not: one that does is a *false claim* and fails the run.
*Segmental SNR*: mean over 20 ms pieces that are louder than -50 dB of the loudest, of sound over change (Hansen and Pellom 1998).
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from brightline.labels.watermark import SoundHash, SoundHasher, embed_sound, extract_sound, sound_agrees
from moderation import wilson

RATE = 44_100
KEY = b"evaluation key of 32 bytes ....1"
Sound = NDArray[np.float32]
Change = Callable[[Sound, Path], tuple[Sound, int]]


def music(seconds: float, rng: np.random.Generator) -> Sound:
    made = rng.normal(0, 0.002, int(seconds * RATE))
    time_s = np.arange(int(1.5 * RATE)) / RATE
    for beat in np.arange(0, seconds - 1.5, float(rng.uniform(0.18, 0.4))):
        for _ in range(3):
            pitch = 110 * 2 ** (rng.integers(0, 36) / 12)
            note = sum(
                np.sin(2 * np.pi * pitch * overtone * time_s) * np.exp(-time_s * (2 + overtone)) / overtone for overtone in range(1, 9)
            )
            made[int(beat * RATE) : int(beat * RATE) + len(time_s)] += 0.1 * note
        if rng.random() < 0.5:
            made[int(beat * RATE) : int(beat * RATE) + len(time_s)] += rng.normal(0, 0.1, len(time_s)) * np.exp(-time_s * 30)
    return _levelled(made)


def speech(seconds: float, rng: np.random.Generator) -> Sound:
    """Vowels of four formants over a gliding voice, hisses, pauses."""
    made, at = rng.normal(0, 1e-4, int(seconds * RATE)), 0
    while at < len(made):
        length = min(int(RATE * rng.uniform(0.06, 0.2)), len(made) - at)
        time_s, kind = np.arange(length) / RATE, rng.random()
        piece = np.zeros(length)
        if kind < 0.6:
            pitch = rng.uniform(100, 220)
            phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.1 * np.sin(6 * np.pi * time_s))) / RATE
            formants = [(rng.uniform(300, 800), 80), (rng.uniform(900, 2300), 120), (rng.uniform(2300, 3200), 160), (3600, 250)]
            for overtone in range(1, 40):
                loud = sum(1 / (1 + ((overtone * pitch - centre) / width) ** 2) for centre, width in formants)
                piece += loud / overtone**0.5 * np.sin(overtone * phase)
        elif kind < 0.8:
            piece = np.diff(rng.standard_normal(length + 1)) * 0.3
        made[at : at + length] += piece * np.sin(np.pi * np.arange(length) / length) ** 0.5
        at += length
    return _levelled(made)


def rain(seconds: float, rng: np.random.Generator) -> Sound:
    spectrum = np.fft.rfft(rng.standard_normal(int(seconds * RATE)))
    return _levelled(np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 50.0)))


def mixed(seconds: float, rng: np.random.Generator) -> Sound:
    parts = [kind(seconds, rng) for kind in (music, speech, rain)]
    return _levelled(sum(weight * part[: min(map(len, parts))] for weight, part in zip((0.4, 1, 0.1), parts, strict=True)))


KINDS = (music, speech, rain, mixed)


def _levelled(made: NDArray[np.float64]) -> Sound:
    return (0.7 * made / np.abs(made).max()).astype(np.float32)


def encoded(sound: Sound, folder: Path, suffix: str, *options: str, rate: int = RATE) -> tuple[Sound, int]:
    """Through a file and back, by ffmpeg."""
    file, raw = folder / f"sound.{suffix}", ["-f", "f32le", "-ac", "1"]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", *raw, "-ar", str(RATE), "-i", "-", *options, str(file)], input=sound.tobytes(), check=True
    )
    done = subprocess.run(["ffmpeg", "-v", "error", "-i", str(file), *raw, "-ar", str(rate), "-"], capture_output=True, check=True)
    return np.frombuffer(done.stdout, "<f4"), rate


def cut(sound: Sound, seconds: float) -> Sound:
    first = (len(sound) - int(seconds * RATE)) // 3
    return sound[first : first + int(seconds * RATE)]


CHANGES: dict[str, Change] = {
    "untouched": lambda sound, _: (sound, RATE),
    "MP3 128 kbit/s": lambda sound, folder: encoded(sound, folder, "mp3", "-b:a", "128k"),
    "MP3 64 kbit/s": lambda sound, folder: encoded(sound, folder, "mp3", "-b:a", "64k"),
    "AAC 128 kbit/s": lambda sound, folder: encoded(sound, folder, "m4a", "-c:a", "aac", "-b:a", "128k"),
    "AAC 64 kbit/s": lambda sound, folder: encoded(sound, folder, "m4a", "-c:a", "aac", "-b:a", "64k"),
    "Opus 48 kbit/s": lambda sound, folder: encoded(sound, folder, "ogg", "-c:a", "libopus", "-b:a", "48k"),
    "resampled to 48 kHz": lambda sound, folder: encoded(sound, folder, "wav", rate=48_000),
    "resampled to 16 kHz": lambda sound, folder: encoded(sound, folder, "wav", rate=16_000),
    "resampled to 8 kHz": lambda sound, folder: encoded(sound, folder, "wav", rate=8_000),
    "a fifth of the volume": lambda sound, _: (sound * np.float32(0.2), RATE),
    "noise 30 dB below": lambda sound, _: (
        sound + np.random.default_rng(1).normal(0, sound.std() / 31.6, len(sound)).astype(np.float32),
        RATE,
    ),
    "compressed": lambda sound, folder: encoded(sound, folder, "wav", "-af", "acompressor=threshold=-24dB:ratio=4"),
    "bass and treble": lambda sound, folder: encoded(sound, folder, "wav", "-af", "bass=g=6,treble=g=-6"),
    "15 s cut out": lambda sound, _: (cut(sound, 15), RATE),
    "10 s cut out": lambda sound, _: (cut(sound, 10), RATE),
    "5 s cut out": lambda sound, _: (cut(sound, 5), RATE),
    "1 % faster": lambda sound, folder: encoded(sound, folder, "wav", "-af", "atempo=1.01"),
}


def segmental_snr(sound: Sound, change: Sound) -> float:
    step = RATE // 50
    count = len(sound) // step
    loud, soft = (np.square(part[: count * step].astype(np.float64)).reshape(count, step).mean(axis=1) for part in (sound, change))
    heard = (loud > loud.max() * 1e-5) & (soft > 0)
    return float(np.mean(10 * np.log10(loud[heard] / soft[heard])))


def kind_of(number: int) -> Callable[[float, np.random.Generator], Sound]:
    return KINDS[number % len(KINDS)]


def hashed(sound: Sound) -> SoundHash:
    hasher = SoundHasher(RATE)
    hasher.add(sound)
    return hasher.hash


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sounds", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--unmarked", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--limit", type=int, default=0, help="quick: at most this many sounds")
    asked = parser.parse_args()
    count, unmarked = asked.limit or asked.sounds, min(asked.unmarked, asked.limit or asked.unmarked)
    draw = random.Random(3)
    survived: dict[str, list[str]] = {name: [] for name in CHANGES}
    claimed: dict[str, int] = dict.fromkeys(CHANGES, 0)
    records = [
        hashed(embed_sound(kind_of(number)(asked.seconds, np.random.default_rng(number)), RATE, number, KEY)) for number in range(count)
    ]
    wrong, lies, ratios, embed_s, extract_s = 0, 0, [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            kind = kind_of(number)
            sound, payload = kind(asked.seconds, np.random.default_rng(number)), draw.getrandbits(64)
            began = time.process_time()
            marked = embed_sound(sound, RATE, payload, KEY)
            embed_s.append(time.process_time() - began)
            record = hashed(marked)
            ratios.append(segmental_snr(sound, marked - sound))
            for name, change in CHANGES.items():
                changed, rate = change(marked, Path(folder))
                began = time.process_time()
                hit = extract_sound(changed, rate, KEY)
                extract_s.append(time.process_time() - began)
                wrong += hit is not None and hit.payload != payload
                if hit is not None and hit.payload == payload:
                    survived[name].append(kind.__name__)
                    claimed[name] += sound_agrees(hit, record, changed, rate)
                    lies += any(
                        sound_agrees(hit, records[(number + other) % count], changed, rate) for other in (1, 2, len(KINDS)) if count > other
                    )
    found = sum(extract_sound(KINDS[n % 4](10, np.random.default_rng(1000 + n)), RATE, KEY) is not None for n in range(unmarked))
    minutes = asked.seconds / 60
    if asked.json:
        print(
            json.dumps(
                {
                    "survived": {name: len(kinds) / count for name, kinds in survived.items()},
                    "claimed": {name: each / count for name, each in claimed.items()},
                    "false_accepts": found,
                    "false_claims": lies,
                    "wrong": wrong,
                }
            )
        )
        return 1 if found or wrong or lies else 0
    table = Table(title=f"{count} sounds of {asked.seconds:g} s", title_justify="left")
    for column in ("change", "survived", "95 %", "claimed", *(kind.__name__ for kind in KINDS)):
        table.add_column(column)
    for name, kinds in survived.items():
        low, high = wilson(len(kinds), count)
        of_kind = [f"{kinds.count(kind.__name__)}/{len(range(place, count, len(KINDS)))}" for place, kind in enumerate(KINDS)]
        table.add_row(name, f"{len(kinds) / count:.0%}", f"{low:.0%} – {high:.0%}", f"{claimed[name] / count:.0%}", *of_kind)
    console = Console(width=120)
    console.print(table)
    console.print(
        f"segmental SNR mean {statistics.mean(ratios):.1f} lowest {min(ratios):.1f} dB · CPU s a minute: embed {statistics.median(embed_s) / minutes:.2f},"
        f" extract {statistics.median(extract_s) / minutes:.2f} · wrong payloads {wrong} · false accepts {found} in {unmarked} unmarked · false claims {lies}"
    )
    return 1 if found or wrong or lies else 0


if __name__ == "__main__":
    sys.exit(main())
