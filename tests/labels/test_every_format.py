"""One table over all formats: labelled where the guide puts it and seen there by readers of others, the media the same, replaced, confirmed;
and of what cannot be labelled nothing changes.

Files, decoders and readers are those of the evaluation (``evals/label_lossless.py``), which makes 596 files where this makes one of each format.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import pytest
from evals.labels.outside_decoders import decoded
from evals.labels.outside_readers import by_exiftool, exiftool_place, exiftool_supports, readers_of, same_label
from evals.labels.variants import Variant
from evals.labels.variants_documents import documents
from evals.labels.variants_pictures import pictures
from evals.labels.variants_streams import films, sounds

from brightline.labels.containers.source import opened
from brightline.labels.errors import LabelError
from brightline.labels.label import ImplicitLabel
from brightline.labels.marking import mark
from brightline.labels.registry import container_for, containers, read
from brightline.labels.verification import verify
from tests.labels.conftest import PRODUCER_CODE

FIRST, SECOND = (ImplicitLabel.first(PRODUCER_CODE, f"content-{number}") for number in (1, 2))

ROWS = (
    # format, suffix, words in the variant's options
    ("png", ".png", "XMP of others"),
    ("jpeg", ".jpg", "EXIF with orientation"),
    ("webp", ".webp", "animated, mixed"),
    ("gif", ".gif", "animated, disposed"),
    ("tiff", ".tif", "several pages, BigTIFF"),
    ("avif", ".avif", "EXIF, ICC, XMP"),
    ("heic", ".heic", "EXIF item"),
    ("wav", ".wav", "RF64"),
    ("mp3", ".mp3", "ID3v2.3"),
    ("flac", ".flac", "cover picture"),
    ("ogg", ".opus", "plain"),
    ("ogg", ".ogv", "with Opus"),
    ("m4a", ".m4a", "tags of others, fast start"),
    ("mp4", ".mp4", "fragments behind"),
    ("mov", ".mov", "time code, fast start"),
    ("matroska", ".mkv", "subtitles and chapters"),
    ("webm", ".webm", "with libvorbis"),
    ("avi", ".avi", "tags of others"),
    ("flv", ".flv", "with aac"),
    ("pdf", ".pdf", "cross-reference stream, object streams"),
    ("docx", ".docx", "custom properties of others"),
    ("xlsx", ".xlsx", "formulas, styles"),
    ("pptx", ".pptx", "slides"),
    ("epub", ".epub", "EPUB 3"),
    ("ofd", ".ofd", "custom data of others"),
    ("svg", ".svg", "metadata of others"),
    ("html", ".html", "UTF-8"),
    ("markdown", ".md", "front matter of others"),
    ("text", ".csv", "rows"),
)

TEXTS = ("html", "markdown", "text")
WITHOUT_END = ("mp3", "flac")  # streams of frames: half of one is a shorter one


@dataclass(frozen=True, slots=True)
class Worked:
    """A file that came, the one that was made of it and then labelled again in place, and what exiftool says of that."""

    format: str
    came: Path
    made: Path
    before: dict[str, str]
    once: dict[str, str]
    tags: dict[str, str]


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], Worked]:
    folder = tmp_path_factory.mktemp("formats")
    made = folder / "made"
    made.mkdir()
    found = {}
    for format_, suffix, words in ROWS:
        path = folder / f"{format_}{suffix}"
        _variant(format_, suffix, words).make(path, 0)
        mark(path, FIRST, out=made / path.name)
        once = decoded(made / path.name, format_)
        mark(made / path.name, SECOND, in_place=True)
        found[format_, suffix] = (path, once)
    tags = by_exiftool(made)
    return {
        (format_, suffix): Worked(format_, path, made / path.name, decoded(path, format_), once, tags.get(made / path.name, {}))
        for (format_, suffix), (path, once) in found.items()
    }


def _variant(format_: str, suffix: str, words: str) -> Variant:
    variants: Iterator[Variant] = chain(pictures(), sounds(), films(), documents())
    return next(each for each in variants if (each.format, each.suffix) == (format_, suffix) and words in each.options)


each_format = pytest.mark.parametrize(("format_", "suffix"), [row[:2] for row in ROWS])


def test_the_table_has_a_row_for_every_handler_that_writes(worked: dict[tuple[str, str], Worked]) -> None:
    handled = set()
    for file in worked.values():
        with opened(file.came) as source:
            handled.add(container_for(source).name)
    assert handled == {container.name for container in containers()} - {"xml"}, "feeds and other XML are read and never written"


@each_format
def test_what_is_shown_stays_the_same(worked: dict[tuple[str, str], Worked], format_: str, suffix: str) -> None:
    file = worked[format_, suffix]

    assert file.before
    assert file.once == file.before
    assert decoded(file.made, format_) == file.before


@each_format
def test_readers_of_others_see_the_second_label_at_its_place(worked: dict[tuple[str, str], Worked], format_: str, suffix: str) -> None:
    file = worked[format_, suffix]

    seen = {name: ask(file.made) for name, ask in readers_of(file.came, format_).items()}
    if exiftool_supports(file.made, format_):
        seen["exiftool"] = exiftool_place(file.tags, format_)

    assert seen
    assert {name: same_label(text, SECOND.fields) for name, text in seen.items()} == dict.fromkeys(seen, True)


@each_format
def test_one_label_stays_and_the_file_is_confirmed(worked: dict[tuple[str, str], Worked], format_: str, suffix: str) -> None:
    file = worked[format_, suffix]

    (site,) = read(file.made).labels
    answer = verify(file.made)

    assert (site.label, site.standard, site.defects) == (SECOND, True, ())
    assert (answer.state, answer.presence, answer.compliance) == ("confirmed", "declared", "ok")
    assert [gap.reason for gap in answer.gaps if gap.decides] == []


@each_format
def test_an_empty_and_a_cut_file_stay_as_they_are(worked: dict[tuple[str, str], Worked], tmp_path: Path, format_: str, suffix: str) -> None:
    data = worked[format_, suffix].came.read_bytes()
    pieces = [b"", *([] if format_ in TEXTS else [data[:3]]), *([] if format_ in TEXTS + WITHOUT_END else [data[: len(data) // 2]])]
    for number, piece in enumerate(pieces):
        path = tmp_path / f"{number}{suffix}"
        path.write_bytes(piece)

        with pytest.raises(LabelError):
            mark(path, FIRST, in_place=True)

        assert path.read_bytes() == piece
    assert len(list(tmp_path.iterdir())) == len(pieces)
