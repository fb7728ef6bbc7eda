"""Which encoder writes a sound in the codec that it had, and in which container; for whoever has to code a sound anew."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from brightline.labels.errors import Unsupported
from brightline.labels.explicit.ffmpeg import Probe, Stream, encoders, file_address

__all__ = ["Raw", "encoder_settings", "in_order", "is_lossless", "on_all_channels", "sound_of", "tune", "with_covers_and_tags", "writer"]


@dataclass(frozen=True, slots=True)
class Raw:
    """A file of nothing but samples: 32-bit floats, channels interleaved."""

    path: Path
    rate: int
    channels: int

    @property
    def as_input(self) -> list[str]:
        """What tells ffmpeg to read it."""
        return ["-f", "f32le", "-ar", str(self.rate), "-ac", str(self.channels), "-i", file_address(self.path)]

    def samples(self, first: int, last: int) -> NDArray[np.float32]:
        """Samples ``first`` to ``last`` of all channels, (frames, channels)."""
        frame = 4 * self.channels
        return np.fromfile(self.path, "<f4", (last - first) * self.channels, offset=first * frame).reshape(-1, self.channels)


def sound_of(found: Probe) -> Stream:
    """The one sound of a file. Raises ``Unsupported``."""
    sounds, films = found.of_kind("audio"), found.of_kind("video")
    if len(sounds) != 1 or films:
        raise Unsupported(
            f"the file has {len(sounds)} sounds and {len(films)} films",
            "a file with exactly one sound is labelled; a film gets its label as one",
        )
    return sounds[0]


_LOSSLESS = ("flac", "alac", "wavpack", "tta")
_ENCODERS: dict[str, tuple[str, ...]] = {
    "mp3": ("libmp3lame",), "aac": ("libfdk_aac", "aac"), "opus": ("libopus",), "vorbis": ("libvorbis",), "flac": ("flac",),
    "alac": ("alac",), "ac3": ("ac3",), "wavpack": ("wavpack",), "tta": ("tta",), "amr_nb": ("libopencore_amrnb",),
    "wmav2": ("wmav2",), "mp2": ("mp2",), "adpcm_ms": ("adpcm_ms",), "adpcm_ima_wav": ("adpcm_ima_wav",),
}  # fmt: skip


def is_lossless(stream: Stream) -> bool:
    """True where coding it anew changes no sample."""
    return stream.codec in _LOSSLESS or stream.codec.startswith(("pcm_s", "pcm_u", "pcm_f"))


_LEAST_RATE = 96_000
"""Bits a second below which a lossy sound is not coded again, whatever it had; own choice: the second coding needs the room."""


def encoder_settings(stream: Stream) -> list[str]:
    """The encoder of the same codec at about the same rate. Raises ``Unsupported``."""
    own = (stream.codec,) if stream.codec.startswith("pcm_") else _ENCODERS.get(stream.codec, ())
    chosen = next((name for name in own if name in encoders()), None)
    if chosen is None:
        raise Unsupported(
            f"this ffmpeg cannot write sound of the codec {stream.codec or 'unknown'}", "convert it first, or install a build that can"
        )
    settings = ["-c:a", chosen]
    bits = int(stream.number("bit_rate"))
    if stream.codec in _LOSSLESS:
        depth = str(stream.raw.get("bits_per_raw_sample", ""))
        settings += ["-sample_fmt", str(stream.raw.get("sample_fmt", "s16"))] + (["-bits_per_raw_sample", depth] if depth.isdigit() else [])
    elif stream.codec == "vorbis":
        settings += ["-q:a", "6"]  # about 192 kbit/s; Vorbis has no rate to keep
    elif not stream.codec.startswith(("pcm_", "adpcm_", "amr")):
        settings += ["-b:a", str(max(bits or 128_000, min(_LEAST_RATE, 48_000 * int(stream.number("channels", 2)))))]
    return settings


def writer(found: Probe) -> list[str]:
    """The container that it came in."""
    family = found.container.split(",")[0]
    names = {"mov": "ipod", "matroska": "matroska", "aac": "adts", "wav": "wav", "w64": "w64"}
    return ["-f", names.get(family, family), *(["-movflags", "+faststart"] if family == "mov" else [])]


def tune(stream: Stream) -> str:
    """The filter that brings samples into the form which the stream had."""
    rate = int(stream.number("sample_rate"))
    return f"aformat=sample_fmts={stream.raw.get('sample_fmt', 's16')}:sample_rates={rate}:channel_layouts={_layout(stream)}"


def in_order(stream: Stream) -> str:
    """The filter that takes raw samples for the channels of the stream, in their order.

    Raw samples have no layout, and what ffmpeg takes three or four channels for is often not what they were: it would mix them, and drop some.
    """
    named = stream.raw.get("channel_layout")
    numbers = "|".join(str(channel) for channel in range(int(stream.number("channels"))))
    return f"channelmap={numbers}:channel_layout={named}" if named else "anull"


def on_all_channels(stream: Stream) -> str:
    """The filter that puts one channel on each of the stream's."""
    return f"pan={_layout(stream)}|" + "|".join(f"c{channel}=c0" for channel in range(int(stream.number("channels"))))


def _layout(stream: Stream) -> str:
    return str(stream.raw.get("channel_layout") or "") or f"{int(stream.number('channels'))}c"


def with_covers_and_tags(found: Probe, stream: Stream) -> list[str]:
    """What takes covers, tags and chapters of the first input along."""
    arguments = []
    for cover in (stream for stream in found.streams if stream.is_cover):
        arguments += ["-map", f"0:{cover.index}", "-c:v", "copy", "-disposition:v:0", "attached_pic"]
    return [*arguments, "-map_metadata", "0", "-map_metadata:s:a:0", f"0:s:{stream.index}", "-map_chapters", "0"]
