"""Sound and films for the lossless evaluation, by ffmpeg's encoders and muxers: codecs, sample formats, indexes in front, fragments,
several tracks, subtitles, chapters, attachments, tags and pictures of others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evals.labels.variants import Variant, by_ffmpeg, picture

__all__ = ["films", "sounds"]

_TAGS = ("-metadata", "title=标题 of others", "-metadata", "artist=A person", "-metadata", "comment=" + "long " * 300)


def sounds() -> Iterator[Variant]:
    """All variants of sound formats."""
    yield from _wav()
    for name, options in {
        "constant rate": ("-b:a", "128k"),
        "variable rate": ("-q:a", "4"),
        "ID3v2.3, ID3v1": ("-id3v2_version", "3", "-write_id3v1", "1", *_TAGS),
        "ID3v2.4": ("-id3v2_version", "4", *_TAGS),
        "no tag": ("-id3v2_version", "0"),
        "no Xing header": ("-write_xing", "0"),
        "mono, 8 kHz": ("-ac", "1", "-ar", "8000"),
    }.items():
        yield _sound("mp3", ".mp3", "libmp3lame", name, *options)
    yield _sound("mp3", ".mp3", "libshine", "joint", "-b:a", "128k")
    yield _with_cover("mp3", ".mp3", "libmp3lame", "-id3v2_version", "3")
    for name, options in {
        "16 bit": ("-sample_fmt", "s16"),
        "24 bit, level 12": ("-sample_fmt", "s32", "-compression_level", "12"),
        "tags of others": _TAGS,
        "mono, level 0": ("-ac", "1", "-compression_level", "0"),
    }.items():
        yield _sound("flac", ".flac", "flac", name, *options)
    yield _with_cover("flac", ".flac", "flac")
    yield _sound("ogg", ".ogg", "libvorbis", "plain")
    yield _sound("ogg", ".ogg", "libvorbis", "tags of others over pages", *_long_tags())
    yield _sound("ogg", ".opus", "libopus", "plain")
    yield _sound("ogg", ".opus", "libopus", "short frames, tags of others", "-frame_duration", "2.5", *_TAGS)
    yield _sound("ogg", ".ogg", "libopus", "5.1", "-ac", "6")
    yield _sound("ogg", ".oga", "flac", "FLAC in Ogg")
    yield _sound("ogg", ".spx", "libspeex", "16 kHz", "-ar", "16000", "-ac", "1")
    for codec in ("aac", "alac", "ac3", "eac3", "libmp3lame", "libopus", "flac"):
        yield _sound("m4a", ".m4a", codec, "MP4 sound", "-strict", "-2", "-f", "mp4")
    yield _sound("m4a", ".m4a", "aac", "tags of others, fast start", "-movflags", "+faststart", *_TAGS)
    yield _sound("m4a", ".m4a", "alac", "24 bit", "-sample_fmt", "s32p")
    for codec in ("flac", "libopus", "pcm_s24le", "libvorbis", "wavpack", "tta"):
        yield _sound("matroska", ".mka", codec, "Matroska sound")
    yield _sound("webm", ".webm", "libopus", "WebM sound")


def films() -> Iterator[Variant]:
    """All variants of film formats."""
    yield from _mp4()
    yield from _mov()
    yield from _matroska()
    for codec, sound in (
        ("mpeg4", "libmp3lame"),
        ("libx264", "aac"),
        ("mjpeg", "pcm_s16le"),
        ("huffyuv", "pcm_s16le"),
        ("ffv1", "ac3"),
        ("msmpeg4v2", "mp2"),
        ("libxvid", "libmp3lame"),
        ("rawvideo", "pcm_u8"),
        ("utvideo", "flac"),
        ("zlib", "pcm_s16le"),
        ("cinepak", "adpcm_ms"),
    ):
        yield _film("avi", ".avi", codec, f"with {sound}", sound=sound)
    yield _film("avi", ".avi", "mpeg4", "tags of others", *_TAGS, sound="libmp3lame")
    for codec, sound in (
        ("flv", "libmp3lame"),
        ("libx264", "aac"),
        ("flashsv", "pcm_s16le"),
        ("flashsv2", "adpcm_swf"),
        ("flv", "libspeex"),
    ):
        yield _film("flv", ".flv", codec, f"with {sound}", sound=sound)
    yield _film("flv", ".flv", "libx264", "key frames listed, tags of others", "-flvflags", "add_keyframe_index", *_TAGS, sound="aac")
    yield _film("ogg", ".ogv", "libtheora", "with Vorbis", sound="libvorbis")
    yield _film("ogg", ".ogv", "libtheora", "with Opus, tags of others", *_TAGS, sound="libopus")


def _wav() -> Iterator[Variant]:
    for codec in (
        *("pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw"),
        *("adpcm_ms", "adpcm_ima_wav", "adpcm_yamaha", "g726", "libgsm_ms", "libmp3lame", "wmav2"),
    ):
        narrow = ("-ar", "8000", "-ac", "1") if codec in ("g726", "libgsm_ms") else ()
        yield _sound("wav", ".wav", codec, "RIFF", *narrow)
    yield _sound("wav", ".wav", "pcm_s16le", "5.1, extensible", "-ac", "6")
    yield _sound("wav", ".wav", "pcm_s16le", "RF64", "-rf64", "always")
    yield _sound("wav", ".wav", "pcm_s24le", "broadcast extension, tags of others", "-write_bext", "1", *_TAGS)
    yield _sound("wav", ".wav", "pcm_u8", "odd length", "-ac", "1", "-frames:a", "1", "-af", "asetnsamples=997")


def _mp4() -> Iterator[Variant]:
    for codec, options in {
        "libx264": ("-preset", "veryfast", "-bf", "2"),
        "libx265": ("-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1"),
        "libsvtav1": ("-preset", "12"),
        "libaom-av1": ("-cpu-used", "8", "-usage", "realtime"),
        "libvpx-vp9": ("-deadline", "realtime", "-cpu-used", "8"),
        "mpeg4": (),
        "libxvid": (),
        "mpeg2video": (),
        "mpeg1video": ("-r", "25"),
        "mjpeg": (),
    }.items():
        yield _film("mp4", ".mp4", codec, "index behind", *options)
    x264 = ("-preset", "veryfast")
    for name, options in {
        "fast start": ("-movflags", "+faststart"),
        "fast start, tags of others": ("-movflags", "+faststart", *_TAGS),
        "fragments": ("-movflags", "+frag_keyframe+empty_moov+default_base_moof", "-g", "4"),
        "fragments behind an index": ("-movflags", "+frag_keyframe", "-g", "4"),
        "DASH": ("-movflags", "+dash+frag_every_frame"),
        "CMAF with sidx": ("-movflags", "+cmaf+global_sidx+frag_keyframe", "-g", "4"),
        "reserved room": ("-moov_size", "20000"),
        "keys of others": ("-movflags", "+use_metadata_tags", "-metadata", "made.by=A person", "-metadata", "other=字"),
        "10 bit": ("-pix_fmt", "yuv420p10le"),
        "rotated": ("-metadata:s:v:0", "rotate=90"),
    }.items():
        yield _film("mp4", ".mp4", "libx264", name, *x264, *options)
    yield _film("mp4", ".m4v", "libx264", "two sounds", *x264, tracks=2)
    yield _film("mp4", ".mp4", "libx264", "subtitles and chapters", *x264, "-c:s", "mov_text", subtitles=True)
    yield _film("mp4", ".3gp", "h263", "3GP", "-s", "176x144", sound="aac")


def _mov() -> Iterator[Variant]:
    for codec, sound in (
        ("libx264", "pcm_s16le"),
        ("prores_ks", "pcm_s24le"),
        ("dnxhd", "pcm_s16be"),
        ("qtrle", "adpcm_ima_qt"),
        ("png", "alac"),
        ("mjpeg", "pcm_f32le"),
        ("rawvideo", "pcm_s16le"),
        ("jpeg2000", "aac"),
    ):
        options = ("-profile:v", "dnxhr_lb", "-s", "256x120", "-pix_fmt", "yuv422p") if codec == "dnxhd" else ()
        yield _film("mov", ".mov", codec, f"with {sound}", *options, sound=sound)
    yield _film("mov", ".mov", "libx264", "time code, fast start", "-timecode", "01:00:00:00", "-movflags", "+faststart", sound="pcm_s16le")
    yield _film("mov", ".mov", "libx264", "tags of others", *_TAGS, sound="aac")


def _matroska() -> Iterator[Variant]:
    for codec, sound in (
        ("libx264", "aac"),
        ("libx265", "ac3"),
        ("ffv1", "flac"),
        ("mpeg4", "libmp3lame"),
        ("libtheora", "libvorbis"),
        ("huffyuv", "pcm_s16le"),
        ("prores_ks", "wavpack"),
        ("libsvtav1", "libopus"),
        ("mpeg2video", "mp2"),
        ("snow", "eac3"),
    ):
        options = ("-x265-params", "log-level=none", "-preset", "ultrafast") if codec == "libx265" else ("-strict", "-2")
        yield _film("matroska", ".mkv", codec, f"with {sound}", *options, sound=sound)
    x264 = ("-preset", "veryfast")
    yield _film("matroska", ".mkv", "libx264", "subtitles and chapters", *x264, "-c:s", "ass", subtitles=True)
    yield _film("matroska", ".mkv", "libx264", "index in front", *x264, "-reserve_index_space", "2000", "-cues_to_front", "1")
    yield _film("matroska", ".mkv", "libx264", "live, sizes unknown", *x264, "-live", "1", "-cluster_time_limit", "200")
    yield _film("matroska", ".mkv", "libx264", "checksums, tags of others", *x264, "-write_crc32", "1", *_TAGS)
    yield _film("matroska", ".mkv", "libx264", "attachment", *x264, attached=True)
    for codec, sound in (("libvpx", "libvorbis"), ("libvpx-vp9", "libopus"), ("libsvtav1", "libopus"), ("libaom-av1", "libvorbis")):
        options = ("-preset", "12") if codec == "libsvtav1" else ("-deadline", "realtime", "-cpu-used", "8")
        options = ("-usage", "realtime", "-cpu-used", "8") if codec == "libaom-av1" else options
        yield _film("webm", ".webm", codec, f"with {sound}", *options, sound=sound)
    yield _film(
        "webm", ".webm", "libvpx-vp9", "live, alpha", "-deadline", "realtime", "-live", "1", "-pix_fmt", "yuva420p", sound="libopus"
    )


# The encoders


def _sound(format_: str, suffix: str, codec: str, what: str, *options: str) -> Variant:
    def make(path: Path, number: int) -> None:
        by_ffmpeg(path, *_tone(number), *(() if "-ac" in options else ("-ac", "2")), "-c:a", codec, *options)

    return Variant(format_, suffix, f"ffmpeg {codec}", what, make)


def _with_cover(format_: str, suffix: str, codec: str, *options: str) -> Variant:
    def make(path: Path, number: int) -> None:
        cover = path.with_name("cover.png")
        picture(number, least=16).save(cover)
        shown = ("-map", "0", "-map", "1", "-c:v", "copy", "-disposition:v", "attached_pic")
        by_ffmpeg(path, *_tone(number), "-i", str(cover), *shown, "-c:a", codec, *options)
        cover.unlink()

    return Variant(format_, suffix, f"ffmpeg {codec}", "cover picture", make)


def _film(
    format_: str,
    suffix: str,
    codec: str,
    what: str,
    *options: str,
    sound: str = "aac",
    tracks: int = 1,
    subtitles: bool = False,
    attached: bool = False,
) -> Variant:
    def make(path: Path, number: int) -> None:
        shown = f"testsrc2=size=128x96:rate=10:duration=0.8,hue=h={number * 37}"
        came = ["-f", "lavfi", "-i", shown, *_tone(number)]
        more: list[str] = []
        if subtitles:
            texts, chapters = path.with_name("texts.srt"), path.with_name("chapters.txt")
            texts.write_text("1\n00:00:00,100 --> 00:00:00,600\n字幕 of a test\n", "utf-8")
            chapters.write_text(";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=400\ntitle=One\n", "utf-8")
            came += ["-i", str(texts), "-i", str(chapters)]
            more = ["-map", "2", "-map_chapters", "3"]
        if attached:
            more += ["-attach", __file__, "-metadata:s:t", "mimetype=text/plain"]
        maps = ["-map", "0:v", *(["-map", "1:a"] * tracks)]
        rate = ("-ar", "44100") if format_ == "flv" and sound != "libspeex" else ("-ar", "16000", "-ac", "1") if sound == "libspeex" else ()
        by_ffmpeg(path, *came, *maps, *more, "-c:v", codec, "-c:a", sound, *rate, "-strict", "-2", *_pixels(codec, options), *options)

    return Variant(format_, suffix, f"ffmpeg {codec}", what, make)


def _pixels(codec: str, options: tuple[str, ...]) -> tuple[str, ...]:
    """4:2:0 for the codecs that would otherwise keep what the test picture has and no player shows."""
    return ("-pix_fmt", "yuv420p") if codec in ("libx264", "libx265", "libvpx-vp9") and "-pix_fmt" not in options else ()


def _tone(number: int) -> tuple[str, ...]:
    return ("-f", "lavfi", "-i", f"sine=frequency={220 + 55 * number}:duration=0.8:sample_rate=48000,tremolo=f={3 + number}")


def _long_tags() -> tuple[str, ...]:
    """Comments of 200,000 characters: the header spreads over several pages."""
    return tuple(part for number in range(4) for part in ("-metadata:s:a:0", f"note{number}={'x' * 50_000}"))
