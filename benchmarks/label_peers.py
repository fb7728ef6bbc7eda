"""Libraries of others that write metadata, for the benchmarks of labels, each in an interpreter that is not ours.

``BRIGHTLINE_PEERS`` names a Python interpreter with whichever of them is wanted: av (PyAV; BSD, its wheel carries x264 and x265),
metatoolkit (MIT, imports pyexiv2, calls ffmpeg), pyexiv2 (GPLv3) and mutagen (GPL 2 or later). Licences like these are why Brightline
neither imports nor ships them. What is not installed there, or does not write a format, is left out of the tables.

Each is asked as its documentation shows. The clocks run inside that interpreter, around the call alone: neither its start nor its
imports count, and the copy that a library writing in place needs is made before. None of them syncs to the disk or looks at what it wrote.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from brightline.labels.registry import read

__all__ = ["PICTURES", "Spent", "is_labelled", "labelled_by"]

PICTURES = ("metatoolkit", "pyexiv2")

_PROGRAM = r"""
import json, resource, shutil, sys, time
peer, value, pairs, is_fast_start = json.load(sys.stdin)

def pyav():
    import av
    def write(came, made):
        flags = "use_metadata_tags+faststart" if is_fast_start else "use_metadata_tags"
        options = {"movflags": flags} if made.endswith(".mp4") else {}
        with av.open(came) as source, av.open(made, "w", options=options) as out:
            out.metadata.update(source.metadata)
            out.metadata["AIGC"] = value
            streams = {stream.index: out.add_stream_from_template(stream) for stream in source.streams}
            for packet in source.demux():
                if packet.dts is not None:
                    packet.stream = streams[packet.stream.index]
                    out.mux(packet)
    return write

def metatoolkit():
    from metatoolkit.audio import add_audio_metadata
    from metatoolkit.image import add_image_metadata
    from metatoolkit.video import add_video_metadata
    fields = {"AIGC": json.loads(value)}
    writers = {**dict.fromkeys(("png", "jpg"), add_image_metadata), **dict.fromkeys(("mp4", "mkv", "avi"), add_video_metadata)}
    writers |= dict.fromkeys(("mp3", "flac", "wav", "ogg"), add_audio_metadata)
    return lambda came, made: writers[made.rpartition(".")[2]](came, output_path=made, custom_metadata=fields)

def pyexiv2():
    import pyexiv2
    pyexiv2.registerNs("http://www.tc260.org.cn/ns/AIGC/1.0/", "TC260")
    def write(came, made):
        with pyexiv2.Image(made) as image:
            image.modify_xmp({"Xmp.TC260.AIGC": value})
    return write

def mutagen():
    from mutagen import flac, id3, mp3, oggopus, oggvorbis, wave
    comments = {"flac": flac.FLAC, "ogg": oggvorbis.OggVorbis, "opus": oggopus.OggOpus}
    tags = {"mp3": mp3.MP3, "wav": wave.WAVE}
    def write(came, made):
        suffix = made.rpartition(".")[2]
        if suffix in comments:
            file = comments[suffix](made)
            file["AIGC"] = value
        else:
            file = tags[suffix](made)
            if file.tags is None:
                file.add_tags()
            file.tags.add(id3.TXXX(encoding=3, desc="AIGC", text=value))
        file.save()
    return write

write = {"PyAV": pyav, "metatoolkit": metatoolkit, "pyexiv2": pyexiv2, "mutagen": mutagen}[peer]()
def cpu_seconds():
    used = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)

spent = [0.0, 0.0]
for came, made in pairs:
    if peer in ("pyexiv2", "mutagen"):
        shutil.copyfile(came, made)
    wall, cpu = time.perf_counter(), cpu_seconds()
    write(came, made)
    spent = [spent[0] + time.perf_counter() - wall, spent[1] + cpu_seconds() - cpu]
print("\n" + json.dumps(spent))
"""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds for all files that were asked for: by the wall, and of the processors (programs that the library starts included)."""

    wall_s: float
    cpu_s: float


def labelled_by(peer: str, pairs: Sequence[tuple[Path, Path]], value: str, *, is_fast_start: bool = False) -> Spent | None:
    """Let ``peer`` write each (original, target); None, and why on the standard error, where it is not installed or fails."""
    python = os.environ.get("BRIGHTLINE_PEERS")
    if not python:
        return None
    asked = json.dumps([peer, value, [(str(came), str(made)) for came, made in pairs], is_fast_start])
    done = subprocess.run([python, "-c", _PROGRAM], input=asked, capture_output=True, text=True, timeout=600)
    if done.returncode:
        print(f"{peer}, {pairs[0][0].suffix}: {(done.stderr.strip().splitlines() or ['no word why'])[-1]}", file=sys.stderr)
        for _, made in pairs:
            made.unlink(missing_ok=True)
        return None
    return Spent(*json.loads(done.stdout.rstrip().rpartition("\n")[2]))


def is_labelled(file: Path | bytes) -> bool:
    """True if one label is in the file, at the guide's place, under the guide's name, and whole."""
    sites = read(file).labels
    return len(sites) == 1 and sites[0].standard and not sites[0].defects
