"""Which handler reads a file: told by its first bytes, by its name only where a format has none of its own."""

from __future__ import annotations

import zipfile
from collections import Counter
from io import BytesIO

import pytest
from PIL import Image

from brightline.labels.containers.source import Source
from brightline.labels.errors import Unsupported
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import container_for, container_named, containers, media_type_of, read, read_or_gap, suffixes


def picture(kind: str) -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 8), "teal").save(out, kind)
    return out.getvalue()


def test_every_format_of_the_guides_has_its_handler() -> None:
    names = [container.name for container in containers()]

    assert Counter(names).most_common(1)[0][1] == 1
    assert {"png", "jpeg", "webp", "gif", "tiff", "heif", "mp4", "matroska", "avi", "flv", "wav", "flac", "ogg", "mp3"} <= set(names)
    assert {"pdf", "epub", "ofd", "ooxml", "html", "markdown", "text"} <= set(names)


def test_no_two_handlers_want_the_same_ending() -> None:
    wanted = Counter(suffix for container in containers() for suffix in container.suffixes)

    assert [suffix for suffix, count in wanted.items() if count > 1] == []
    assert set(wanted) == suffixes()
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in wanted)


def test_a_handler_is_found_by_its_name() -> None:
    assert all(container_named(container.name) is container for container in containers())
    with pytest.raises(Unsupported, match="betamax"):
        container_named("betamax")


@pytest.mark.parametrize(("kind", "name", "handler"), [("PNG", "photo.jpg", "png"), ("JPEG", "note.md", "jpeg"), ("GIF", "", "gif")])
def test_first_bytes_count_more_than_the_name(kind: str, name: str, handler: str) -> None:
    assert container_for(Source(picture(kind), name)).name == handler


@pytest.mark.parametrize(("name", "handler"), [("note.md", "markdown"), ("NOTE.TXT", "text"), ("data.json", "text")])
def test_texts_are_told_apart_by_their_names(name: str, handler: str) -> None:
    assert container_for(Source("几行文字".encode(), name)).name == handler


@pytest.mark.parametrize(
    ("data", "name"), [(b"a few\x00 bytes", "note.txt"), (b"a few bytes", ""), (b"a few bytes", "program.exe"), (b"", "a.png")]
)
def test_what_is_no_format_here_is_refused_by_name(data: bytes, name: str) -> None:
    with pytest.raises(Unsupported, match="BL-LABEL-013"):
        container_for(Source(data, name))


def test_text_in_utf_16_is_text_for_all_its_zero_bytes() -> None:
    assert container_for(Source("a few words".encode("utf-16"), "note.txt")).name == "text"


def test_a_zip_is_no_document() -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        package.writestr("readme.txt", "nothing of a document")

    with pytest.raises(Unsupported, match="BL-LABEL-013"):
        container_for(Source(out.getvalue(), "files.zip"))


@pytest.mark.parametrize("name", ["", "photo.avif", "photo.heic", "photo.jpg"])
def test_the_media_type_is_that_of_the_content_and_not_of_a_wrong_name(name: str) -> None:
    assert media_type_of(Source(picture("AVIF"), name)) == "image/avif"
    assert media_type_of(Source(picture("PNG"), name)) == "image/png"


def test_a_film_and_a_sound_of_one_format_are_told_apart_by_the_name() -> None:
    generic = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0\0\0\x08moov"

    assert media_type_of(Source(generic, "")) == "video/mp4"
    assert media_type_of(Source(generic, "speech.mp4")) == "video/mp4"
    assert media_type_of(Source(generic.replace(b"ftypmp42", b"ftypM4A "), "speech.mp4")) == "audio/mp4"
    assert media_type_of(Source(generic.replace(b"ftypmp42", b"ftypqt  "), "")) == "video/quicktime"


@pytest.mark.parametrize(("name", "media_type"), [("note.json", "application/json"), ("note.csv", "text/csv"), ("note.log", "text/plain")])
def test_a_name_says_which_of_several_media_types_it_is(name: str, media_type: str) -> None:
    assert media_type_of(Source(b"1", name)) == media_type


def test_a_file_that_cannot_be_walked_is_a_gap_and_never_clean() -> None:
    found = read_or_gap(picture("PNG")[:20], "cut.png")

    assert (found.reading.container, found.sites) == ("unknown", ())
    assert found.reading.gaps[0].reason.startswith("BL-LABEL-01")


def test_quotations_are_read_and_do_not_count(label: ImplicitLabel) -> None:
    text = f"The field in full:\n\n```json\n{label.to_wrapped_json()}\n```\n"

    found = read(text.encode(), "article.md")

    assert found.labels == ()
    assert [site.quoted for site in found.sites] == [True]


def test_reading_says_how_much_of_the_file_was_looked_at() -> None:
    data = picture("PNG")

    found = read(data)

    assert found.size == len(data)
    assert 0 < found.bytes_read <= len(data)
