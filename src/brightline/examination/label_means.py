"""What labelling needs beside its keys: what the settings ask for, ffmpeg, text recognition, room for uploads, fingerprints.

ffmpeg is asked for its version, encoders and filters once for each program that is found on PATH; no file is made.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec

from brightline.config import Settings
from brightline.errors import BrightlineError
from brightline.examination.check import Check, Values
from brightline.service import Service

__all__ = ["fingerprints_check", "media_check", "recognition_check", "sound_check", "uploads_check"]

_WRITERS = {
    "H.264": ("libx264", "libopenh264"),
    "AAC": ("libfdk_aac", "aac"),
    "MP3": ("libmp3lame",),
    "Opus": ("libopus",),
    "FLAC": ("flac",),
}
"""What speech and video services answer with (OpenAI API reference, audio/speech and videos, read 2026-11-23; WAV needs no encoder),
and which encoders ``labels.explicit`` takes for it."""

_FILTERS = frozenset(
    ["aformat", "ametadata", "aresample", "asetpts", "asplit", "atrim", "concat", "ebur128", "overlay", "pan"]
)  # those that labels/explicit/audio.py and video.py name

_COPIES = 2  # an upload and the labelled file that is made of it lie there together


def media_check(service: Service) -> Iterator[Check]:
    """What pictures, sound and films leave with."""
    settings = service.settings
    if settings.label_media == "none":
        cure = "Set label_media to both, unless what stands behind this service labels them (Labelling Measures, Articles 4 and 5)."
        yield Check("media labels", True, "off: pictures, sound and films leave as they came", cure, note=bool(settings.upstream))
    elif not settings.label_provider_code:
        cure = "Set label_provider_code where the model service makes pictures, sound or films; texts do not need it."
        saying = "no label_provider_code: the model service is not asked for pictures, sound and films"
        yield Check("media labels", True, saying, cure, note=bool(settings.upstream))
    elif settings.label_media == "implicit":
        cure = "See that the application shows the explicit label wherever a file is shown (Labelling Measures, Article 4)."
        yield Check("media labels", True, "implicit only", cure, note=True)
    else:
        yield Check("media labels", True, "explicit and implicit")


def sound_check(service: Service) -> Iterator[Check]:
    """ffmpeg and ffprobe, by which sound and films get what is heard and seen. A fault only where the settings ask for it."""
    from brightline.labels.explicit import ffmpeg

    needed = _labels_are_seen(service.settings)
    missing = [name for name in ("ffmpeg", "ffprobe") if shutil.which(name) is None]
    cure = "Install ffmpeg with its usual encoders (apt-get install ffmpeg), on the PATH of the service."
    values: Values = {"programs": ", ".join(missing)}
    if missing:
        saying = "%(programs)s not found: sound and films get no explicit label, and none is heard in them"
        yield Check("ffmpeg", not needed, saying, cure, values, note=True)
        return
    try:
        version, encoders, filters = ffmpeg.version(), ffmpeg.encoders(), ffmpeg.filters()
    except (BrightlineError, OSError) as problem:
        values = {"problem": problem.message if isinstance(problem, BrightlineError) else str(problem)}
        yield Check("ffmpeg", not needed, "ffmpeg does not say what it can do: %(problem)s", cure, values, note=True)
        return
    codecs = [name for name, writers in _WRITERS.items() if not encoders.intersection(writers)]
    values = {"version": version, "codecs": ", ".join(codecs), "filters": ", ".join(sorted(_FILTERS - filters))}
    if values["filters"]:
        saying = "ffmpeg %(version)s has not the filters %(filters)s: sound and films get no explicit label"
        yield Check("ffmpeg", not needed, saying, cure, values, note=True)
    elif codecs:
        saying = "ffmpeg %(version)s cannot write %(codecs)s: such files get no explicit label"
        yield Check("ffmpeg", not needed, saying, cure, values, note=True)
    else:
        yield Check("ffmpeg", True, "ffmpeg %(version)s and ffprobe, with the encoders and filters that labels need", values=values)


def recognition_check(service: Service) -> Iterator[Check]:
    """The optional extra that reads explicit labels in pictures."""
    if find_spec("rapidocr") is not None and find_spec("onnxruntime") is not None:
        yield Check("recognition", True, "the extra ocr is installed: explicit labels in pictures can be read")
    else:
        yield Check("recognition", True, "the extra ocr is not installed: explicit labels in pictures are not looked for")


def uploads_check(service: Service) -> Iterator[Check]:
    """Room for the largest file that is accepted, together with what is made of it."""
    settings = service.settings
    folder = settings.home / "spool"
    free = shutil.disk_usage(folder if folder.is_dir() else settings.home).free
    needed = _COPIES * settings.label_max_file_bytes
    values: Values = {"free": free // 1024**2, "most": settings.label_max_file_bytes // 1024**2, "needed": needed // 1024**2}
    cure = "Free some space, or set label_max_file_bytes lower: a file for which there is no room is refused in the middle."
    saying = "%(free)s MB free; a file of %(most)s MB and its labelled copy need %(needed)s MB"
    yield Check("uploads", free >= needed, saying, cure, values)


def fingerprints_check(service: Service) -> Iterator[Check]:
    """Whether answers are known again, and how many are."""
    settings = service.settings
    count = service.store.text_fingerprints.count(tenant=settings.tenant)
    values: Values = {"count": count, "days": settings.label_fingerprint_days}
    if settings.label_fingerprint_days:
        yield Check("fingerprints", True, "answers that are known again: %(count)s, each for %(days)s days", values=values)
    elif count:
        yield Check("fingerprints", True, "none are taken; earlier ones that are kept until their time is over: %(count)s", values=values)
    else:
        yield Check("fingerprints", True, "none are taken (setting label_fingerprint_days)")


def _labels_are_seen(settings: Settings) -> bool:
    return settings.label_media == "both" and bool(settings.label_provider_code)
