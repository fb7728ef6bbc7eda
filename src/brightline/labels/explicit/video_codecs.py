"""Which encoder and which settings come nearest to how a film was coded, and which container it lies in.

Constant quality, near what the eye can tell apart: the film is coded once more because the label becomes part of its pictures, and
nobody should see where. Figures are each encoder's own scale; sources beside them. A codec without an encoder in this build of
ffmpeg is refused rather than exchanged for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from brightline.labels.errors import Unsupported
from brightline.labels.explicit.ffmpeg import Probe, Stream, encoders

__all__ = ["container_settings", "encoder_settings", "muxer", "time_settings"]

_X264 = ("-crf", "18", "-preset", "medium")  # trac.ffmpeg.org/wiki/Encode/H.264: 17 or 18 is visually lossless
_ENCODERS: Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "h264": (("libx264", _X264), ("libopenh264", ("-q:v", "2"))),
    "hevc": (
        ("libx265", ("-crf", "20", "-preset", "fast", "-x265-params", "log-level=error")),
    ),  # wiki: 28 equals x264's 23, five less here
    "vp8": (("libvpx", ("-crf", "8", "-b:v", "12M", "-deadline", "good", "-cpu-used", "3")),),  # wiki VP8: 4 to 63, lower is better
    "vp9": (("libvpx-vp9", ("-crf", "22", "-b:v", "0", "-deadline", "good", "-cpu-used", "4", "-row-mt", "1")),),  # wiki VP9: 15 to 35
    "av1": (
        ("libsvtav1", ("-crf", "26", "-preset", "8")),
        ("libaom-av1", ("-crf", "22", "-b:v", "0", "-cpu-used", "6")),
    ),  # wiki AV1: 23 ~ x264's 19
    "mpeg4": (("mpeg4", ("-q:v", "2")),),  # wiki MPEG-4: 1 to 31, 2 is the best that is sensible; the same scale below
    "msmpeg4v3": (("msmpeg4", ("-q:v", "2")),),
    "mpeg1video": (("mpeg1video", ("-q:v", "2")),),
    "mpeg2video": (("mpeg2video", ("-q:v", "2")),),
    "h263": (("h263", ("-q:v", "2")),),
    "flv1": (("flv", ("-q:v", "2")),),
    "mjpeg": (("mjpeg", ("-q:v", "2")),),
    "theora": (("libtheora", ("-q:v", "9")),),  # wiki Theora and Vorbis: 0 to 10, 10 is best
    "prores": (("prores_ks", ("-profile:v", "3", "-vendor", "apl0")),),
    "ffv1": (("ffv1", ("-level", "3")),),
    "huffyuv": (("huffyuv", ()),),
    "png": (("png", ()),),
    "rawvideo": (("rawvideo", ()),),
}

_COLOUR = (
    ("color_range", "-color_range"),
    ("color_primaries", "-color_primaries"),
    ("color_transfer", "-color_trc"),
    ("color_space", "-colorspace"),
)

_OPTION_NAMES = {"gbr": "rgb"}  # what ffprobe calls it (libavutil/pixdesc.c) and what the option does (libavcodec/options_table.h)

_WITH_TRANSPARENCY = ("yuva", "rgba", "bgra", "argb", "abgr", "gbrap", "ya8", "ya16")

_PLAIN_TAGS = {
    "title", "artist", "album", "album_artist", "comment", "copyright", "date", "description", "encoder", "genre", "synopsis", "track",
    "major_brand", "minor_version", "compatible_brands", "creation_time", "composer", "grouping", "lyrics", "show", "episode_id", "network",
}  # fmt: skip
"""What ffmpeg's MP4 writer has places for; others need ``use_metadata_tags`` (libavformat/movenc.c)."""


def encoder_settings(stream: Stream, at: int) -> list[str]:
    """The encoder and what belongs to it for ``stream``, which is number ``at`` of the new file. Raises ``Unsupported`` for a codec that this ffmpeg cannot write, or transparency."""
    known = _ENCODERS.get(stream.codec, ())
    chosen = next(((name, settings) for name, settings in known if name in encoders()), None)
    if chosen is None:
        raise Unsupported(
            f"this ffmpeg cannot write video of the codec {stream.codec or 'unknown'}",
            "install a build with " + (" or ".join(name for name, _ in known) or "an encoder for it") + ", or convert the film first",
        )
    pixels = str(stream.raw.get("pix_fmt", "yuv420p"))
    if pixels.startswith(_WITH_TRANSPARENCY) or str(stream.raw.get("tags", {}).get("alpha_mode", "0")) == "1":
        raise Unsupported("a film with transparency would lose it", "put it onto a background first")
    settings = [f"-c:{at}", chosen[0], *chosen[1], f"-pix_fmt:{at}", pixels]
    tag = str(stream.raw.get("codec_tag_string", ""))
    if stream.codec == "hevc" and tag in ("hvc1", "hev1"):
        settings += [f"-tag:{at}", tag]
    if stream.raw.get("field_order") in ("tt", "bb", "tb", "bt") and stream.codec in ("h264", "mpeg2video"):
        settings += ["-flags", "+ilme+ildct"]
    for key, option in _COLOUR:
        value = str(stream.raw.get(key, "unknown"))
        if value not in ("unknown", "reserved", ""):
            settings += [option, _OPTION_NAMES.get(value, value)]
    return settings


def time_settings(stream: Stream, at: int) -> list[str]:
    """Let the encoder count time as the source does: by its frame rate it would round the times of uneven frames.

    Not for MPEG-1 and -2, which only know some frame rates, nor beyond what MPEG-4 part 2 can count (ISO/IEC 14496-2, 16 bits).
    """
    base = str(stream.raw.get("time_base", ""))
    one, _, units = base.partition("/")
    if one != "1" or not units.isdigit() or stream.codec in ("mpeg1video", "mpeg2video"):
        return []
    if stream.codec in ("mpeg4", "msmpeg4v3", "h263", "flv1") and int(units) > 65_535:
        return []
    return [f"-enc_time_base:{at}", f"1:{units}"]


def muxer(found: Probe, source: Path) -> str:
    """The name of ffmpeg's writer for the container that ``source`` lies in. Raises ``Unsupported``."""
    family = found.container.split(",")[0]
    if family == "mov":
        return (
            "mov"
            if found.tags.get("major_brand", "").strip() == "qt"
            else "3gp"
            if found.tags.get("major_brand", "")[:2] == "3g"
            else "mp4"
        )
    if family == "matroska":
        with source.open("rb") as file:
            return "webm" if b"\x42\x82\x84webm" in file.read(128) else "matroska"  # EBML element DocType (RFC 8794, 11.2.6)
    if family in ("avi", "flv", "mpegts", "ogg", "asf", "mpeg"):
        return family
    raise Unsupported(
        f"films in the container {found.container or 'unknown'} are not labelled", "MP4, MOV, MKV, WebM, AVI, FLV, MPEG-TS and OGG are"
    )


def container_settings(writer: str, found: Probe) -> list[str]:
    """What the writer needs so that tags, chapters and the quick start stay."""
    if writer not in ("mp4", "mov", "3gp"):
        return ["-f", writer]
    flags = ["+faststart"]
    if any(key.lower() not in _PLAIN_TAGS for key in found.tags):
        flags.append("+use_metadata_tags")
    return ["-movflags", "".join(flags), "-f", writer]
