"""The explicit label on a film: text from the first frame on (GB 45438-2025, 5.4; Labelling Measures, Art. 4(4)).

At least two seconds, here four, at 5 % of the shorter side or more, on a plate because every background comes by; if wanted also a
mark that stays in a corner, and the label again at the end. A virtual scene (5.5) asks for the same, at the same height:
its opening picture or recording is labelled with these functions.

The pictures are coded once more (``video_codecs`` says how); sound, subtitles, covers and attachments are copied as they are,
frames keep their times. A film that is turned by its metadata comes out upright. The result is read back before it
takes its place: as many frames, the same bytes of sound, and the letters in the first frame and at two seconds.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from brightline.labels.errors import LabelError, Unsupported
from brightline.labels.explicit.ffmpeg import INPUT, Probe, Progress, Stream, file_address, probe, run
from brightline.labels.explicit.fonts import LABEL_FONT
from brightline.labels.explicit.image import Placement, Position, place_label
from brightline.labels.explicit.image_layout import USUAL_SHARE
from brightline.labels.explicit.replacing import new_beside
from brightline.labels.explicit.video_codecs import container_settings, encoder_settings, muxer, time_settings
from brightline.labels.explicit.video_proof import Expected, prove

__all__ = ["LEAST_SECONDS", "USUAL_SECONDS", "LabelledVideo", "label_video"]

LEAST_SECONDS = 2.0
"""GB 45438-2025, 5.4: how long the label stands from the start frame on."""

USUAL_SECONDS = 4.0
"""Own choice: time to read two lines, and an allowance for players that fade in."""

_MOST_SIDE = 16_384  # pixels; the largest picture of H.264 level 6.2 and HEVC is 8,192, of AV1 16,384 wide
_HDR_WHITE = {"smpte2084": 148, "arib-std-b67": 191}
"""Reference white where full white would dazzle: 58 % of the PQ signal, 75 % of HLG (ITU-R BT.2408-7, table 1)."""

_ANGLE = re.compile(r"-?[0-9]{1,4}(?:\.[0-9]+)?")  # degrees; the tag is free text, and what is no angle turns nothing


@dataclass(frozen=True, slots=True)
class LabelledVideo:
    """What was made: ``box`` of the label as the film is seen, ``share`` of its smallest full glyph in the shorter side."""

    text: str
    seconds: float
    box: tuple[int, int, int, int]
    glyph_px: int
    share: float
    frames: int
    codec: str
    container: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Film:
    """The film as it is looked at: ``size`` upright, in square pixels; ``stretch``: stored columns for each of those."""

    stream: Stream
    size: tuple[int, int]
    stretch: float
    begins_s: float
    ends_s: float


@dataclass(frozen=True, slots=True)
class _Mark:
    """One text laid over the film, and when: ``until_s`` or ``from_s``, neither for always."""

    placement: Placement
    until_s: float | None = None
    from_s: float | None = None


def label_video(
    source: Path,
    target: Path,
    text: str,
    *,
    seconds: float = USUAL_SECONDS,
    position: Position = "bottom-right",
    share: float = USUAL_SHARE,
    corner: str = "",
    corner_position: Position = "top-left",
    end: bool = False,
    font: Path = LABEL_FONT,
    progress: Progress | None = None,
    cancel: Event | None = None,
) -> LabelledVideo:
    """Write ``source`` with ``text`` over its first ``seconds`` to ``target``, in the same container and codec.

    ``corner``: words that stay throughout; ``end``: ``text`` again over the last ``seconds``. ``target`` appears when all is
    well and not before; it may be ``source``. Raises ``LabelError``: as ``place_label``, BL-LABEL-050 no ffmpeg, -056 the result
    is not what was meant, -057 fewer than two seconds, -058 cancelled, -059 ffmpeg failed; ``Unsupported``.
    """
    if not LEAST_SECONDS <= seconds <= 3600:
        raise LabelError(
            "BL-LABEL-057", f"a label of {seconds:g} seconds is not allowed", "at least 2 seconds from the start frame on (5.4)"
        )
    found = probe(source)
    film = _film(found)
    writer = muxer(found, source)
    marks = [_Mark(_placed(text, film, position, share, font), until_s=film.begins_s + seconds)]
    if end and film.ends_s - film.begins_s > seconds:
        marks.append(_Mark(marks[0].placement, from_s=film.ends_s - seconds))
    if corner:
        marks.append(_Mark(_placed(corner, film, corner_position, share, font)))
    notes = _notes(found, film)
    with new_beside(target) as new, tempfile.TemporaryDirectory(prefix="brightline-label-") as folder:
        overlays = [_overlay(mark, film, Path(folder) / f"{at}.png") for at, mark in enumerate(marks)]
        run(
            [*_arguments(source, found, film, marks, overlays), *container_settings(writer, found), file_address(new)],
            duration_s=film.ends_s,
            progress=progress,
            cancel=cancel,
        )
        frames = prove(source, found, new, _seen(marks[0], film), cancel)
    placement = marks[0].placement
    return LabelledVideo(
        placement.text, seconds, placement.box, placement.glyph_px, placement.share, frames, film.stream.codec, writer, tuple(notes)
    )


def _film(found: Probe) -> _Film:
    films = found.of_kind("video")
    if len(films) != 1:
        raise Unsupported(f"the file has {len(films)} films", "only a file with exactly one is labelled")
    stream = films[0]
    width, height = int(stream.number("width")), int(stream.number("height"))
    if not (0 < width <= _MOST_SIDE and 0 < height <= _MOST_SIDE):
        raise Unsupported(f"a film of {width} × {height} pixels is not labelled")
    across, _, down = str(stream.raw.get("sample_aspect_ratio", "1:1")).partition(":")
    ratio = int(across) / int(down) if across.isdigit() and down.isdigit() and int(across) and int(down) else 1.0
    ratio = min(16.0, max(1 / 16, ratio))
    stretch = 1 / ratio
    if _turned(stream):
        width, height, stretch = height, width, 1.0  # ffmpeg turns the ratio with the picture; square pixels in practice
    begins = max(0.0, stream.number("start_time") - found.start_s)
    return _Film(
        stream, (max(1, round(width / stretch)), height), stretch, begins, begins + (stream.number("duration") or found.duration_s)
    )


def _turned(stream: Stream) -> bool:
    """True if the film is shown on its side: a display matrix or the older ``rotate`` tag."""
    angles = [side.get("rotation", 0) for side in stream.raw.get("side_data_list", [])] or [stream.raw.get("tags", {}).get("rotate", 0)]
    return any(_ANGLE.fullmatch(str(angle)) and int(float(angle)) % 180 == 90 for angle in angles)


def _placed(text: str, film: _Film, position: Position, share: float, font: Path) -> Placement:
    return place_label(text, film.size, position=position, share=share, font=font)


def _overlay(mark: _Mark, film: _Film, path: Path) -> Path:
    """The label as a picture with transparency: white letters on a black plate."""
    from PIL import Image

    from brightline.labels.explicit.image_contrast import PLATE_OPACITY

    white = _white(film)
    plate = Image.new("RGBA", mark.placement.mask.size, (0, 0, 0, round(255 * PLATE_OPACITY)))
    letters = Image.new("RGBA", plate.size, (white, white, white, 255))
    letters.putalpha(mark.placement.mask)
    picture = Image.alpha_composite(plate, letters)
    if film.stretch != 1.0:
        picture = picture.resize((max(1, round(picture.width * film.stretch)), picture.height))
    picture.save(path, "PNG")
    return path


def _arguments(source: Path, found: Probe, film: _Film, marks: list[_Mark], overlays: list[Path]) -> list[str]:
    """Everything but the writer: inputs, the overlays one upon the other, what is copied, and how frames keep their times."""
    arguments = [*INPUT, "-i", file_address(source)]
    for overlay in overlays:
        arguments += ["-f", "png_pipe", "-i", file_address(overlay)]
    steps, below = [], f"0:{film.stream.index}"
    for at, mark in enumerate(marks, 1):
        left, top = round(mark.placement.box[0] * film.stretch), mark.placement.box[1]
        when = (
            f":enable='lte(t,{mark.until_s:.6f})'"
            if mark.until_s is not None
            else f":enable='gte(t,{mark.from_s:.6f})'"
            if mark.from_s is not None
            else ""
        )
        # Even positions: colour is stored for pairs of pixels.
        steps.append(f"[{below}][{at}:v]overlay={left & ~1}:{top & ~1}:format=auto:eof_action=repeat{when}[v{at}]")
        below = f"v{at}"
    arguments += ["-filter_complex", ";".join(steps)]
    kept = [stream for stream in found.streams if stream.kind in ("audio", "subtitle", "attachment", "video")]
    at = kept.index(film.stream)
    for stream in kept:
        arguments += ["-map", f"[{below}]" if stream is film.stream else f"0:{stream.index}"]
    arguments += ["-c", "copy", *encoder_settings(film.stream, at)]
    arguments += [f"-fps_mode:{at}", "passthrough", *time_settings(film.stream, at)]
    arguments += ["-map_metadata", "0", "-map_chapters", "0"]
    for number, stream in enumerate(kept):
        # What comes out of a filter has lost both, and naming one stream's tags means naming all.
        arguments += [f"-map_metadata:s:{number}", f"0:s:{stream.index}"]
        marks_of = [name for name, is_set in stream.raw.get("disposition", {}).items() if is_set]
        arguments += [f"-disposition:{number}", "+".join(marks_of) or "0"]
    return arguments


def _notes(found: Probe, film: _Film) -> list[str]:
    notes = ["the pictures of the film were coded anew"]
    left_out = [stream.codec or stream.kind for stream in found.streams if stream.kind not in ("video", "audio", "subtitle", "attachment")]
    if left_out:
        notes.append(f"{len(left_out)} data streams were left out")
    if film.stream.raw.get("side_data_list") and any("rotation" in side for side in film.stream.raw["side_data_list"]):
        notes.append("the film is stored upright now")
    return notes


def _seen(mark: _Mark, film: _Film) -> Expected:
    """What the proof looks for: the letters in the first frame, and just before the least time has passed."""
    left, top, right, bottom = mark.placement.box
    stored = (round(left * film.stretch) & ~1, top & ~1, round(right * film.stretch) & ~1, (top & ~1) + bottom - top)
    lasts = film.ends_s - film.begins_s
    moments = (0.0, LEAST_SECONDS - 0.1) if lasts > LEAST_SECONDS else (0.0,)
    return Expected(mark.placement.mask, stored, _white(film), moments)


def _white(film: _Film) -> int:
    return _HDR_WHITE.get(str(film.stream.raw.get("color_transfer", "")), 255)
