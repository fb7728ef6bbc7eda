"""What fuzzing found (``evals/label_fuzz.py``), and the list of bad input by hand: every file gets an answer or a clear refusal, soon."""

from __future__ import annotations

import io
import struct
import threading
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from brightline.labels.containers.ebml import element
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed
from brightline.labels.ifd import read_tiff
from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import container_for, container_named, read
from brightline.labels.sites import sites_in
from brightline.labels.verification import verify
from brightline.labels.writing import written
from tests.labels.containers import films, package_files, pictures, recordings, sounding, stills
from tests.labels.quirks import file_forms


def refusal(container: str, data: bytes, name: str, label: ImplicitLabel) -> LabelError:
    with pytest.raises(LabelError) as problem:
        container_named(container).plan(Source(data, name), label.to_json())
    return problem.value


def assert_labelled_or_refused(data: bytes, name: str, label: ImplicitLabel) -> None:
    """Writing ends with one label, or with an error that says what to do."""
    try:
        result = write_label(data, label, name=name)
    except LabelError as problem:
        assert problem.hint
    else:
        assert result.data is not None
        assert [site.label for site in read(result.data, name).labels] == [label]


# Found by fuzzing


def test_front_matter_that_is_no_yaml_gets_no_label_that_nobody_could_read(label: ImplicitLabel) -> None:
    broken = b'---\nAIGC:\n  Label: "1"\n\x01tPropagator: "somebody"\n  PropagateID: "1"\n---\n# A title\n'
    assert isinstance(refusal("markdown", broken, "a.md", label), Malformed)


def test_a_lone_carriage_return_is_not_taken_for_the_line_end_of_a_text(label: ImplicitLabel) -> None:
    data = b"a\rb\nAIGC:\n  Label: x\n"
    result = written(Source(data, "a.md"), container_named("markdown").plan(Source(data, "a.md"), label.to_json()))
    assert [site.label for site in read(result, "a.md").labels] == [label]


@pytest.mark.parametrize(("container", "name", "text"), [("markdown", "a.md", b"# A title\n"), ("html", "a.html", b"<html><p>A text")])
def test_text_with_zero_bytes_is_not_labelled(container: str, name: str, text: bytes, label: ImplicitLabel) -> None:
    assert "zero bytes" in refusal(container, text + bytes(4), name, label).message


def test_the_label_of_a_page_never_lands_in_a_comment_that_a_quotation_mark_hides(label: ImplicitLabel) -> None:
    data = b'<?xml a="b><p>no head <!-- "><head> --> text'
    result = written(Source(data, "a.html"), container_named("html").plan(Source(data, "a.html"), label.to_json()))
    assert [site.label for site in read(result, "a.html").labels] == [label]


@pytest.mark.parametrize("start", [b'<?xml<meta name="AIGC', b"<!x <meta name='"])
def test_markup_inside_a_document_type_or_what_passes_for_a_comment_is_none(start: bytes, label: ImplicitLabel) -> None:
    data = start + b"{}\"> = '<head>'</script>"
    result = written(Source(data, "a.html"), container_named("html").plan(Source(data, "a.html"), label.to_json()))
    (site,) = read(result, "a.html").labels
    assert (site.key, site.label) == ("AIGC", label)


@pytest.mark.parametrize("name", [b"uu", b"idna", b"undefined", b"rot13", b"punycode"])
def test_a_codec_that_is_no_encoding_of_pages_is_not_used(name: bytes) -> None:
    reading = container_named("html").read(Source(b'<meta charset=%b><meta name="AIGC" content="x">' % name, "a.html"))
    assert (reading.facts["encoding"], len(reading.entries)) == ("utf-8", 1)


def test_a_webp_without_width_is_refused(label: ImplicitLabel) -> None:
    data = bytearray(pictures.saved("WEBP"))
    at = data.index(b"\x9d\x01\x2a") + 3
    data[at : at + 2] = bytes(2)
    assert "without width" in refusal("webp", bytes(data), "a.webp", label).message


def _tiff_with(tag: int, at: int, new: bytes) -> bytes:
    """A small TIFF with the bytes at ``at`` of one field's entry replaced."""
    data = bytearray(pictures.saved("TIFF", "L"))
    field = read_tiff(Source(bytes(data)), strict=True).directories[0].field(tag)
    assert field is not None
    data[field.at + at : field.at + at + len(new)] = new
    return bytes(data)


@pytest.mark.parametrize(
    ("tag", "at", "new", "code"),
    [
        (258, 4, struct.pack("<II", 4, 1 << 20), "BL-LABEL-012"),  # a value behind the end, where the label would come to lie
        (279, 0, struct.pack("<H", 65_000), "BL-LABEL-011"),  # strips without lengths: readers take all that follows
    ],
)
def test_nothing_in_a_tiff_may_reach_to_where_the_label_comes(tag: int, at: int, new: bytes, code: str, label: ImplicitLabel) -> None:
    assert refusal("tiff", _tiff_with(tag, at, new), "a.tif", label).code == code


def test_a_tiff_cut_off_in_its_last_link_is_refused(label: ImplicitLabel) -> None:
    data = pictures.saved("TIFF", "L")
    directory = read_tiff(Source(data), strict=True).directories[0]
    moved = data[:4] + struct.pack("<I", len(data)) + data[8:] + data[directory.offset : directory.next_at]
    assert refusal("tiff", moved + bytes(2), "a.tif", label).code == "BL-LABEL-012"


def test_a_heif_item_that_reaches_to_the_end_of_the_file_does_not_swallow_the_label(label: ImplicitLabel) -> None:
    data = bytearray(stills.heif(open_ended=True))
    at = data.index(b"iloc") + 12 + 12  # the length in the first row
    data[at : at + 4] = bytes(4)
    assert "reaches to the end" in refusal("heif", bytes(data), "a.heic", label).message


def test_films_and_sounds_of_which_nothing_can_be_read_are_not_clean() -> None:
    no_pictures = b"RIFF" + struct.pack("<I", 16) + b"AVI " + b"LIST" + struct.pack("<I", 4) + b"hdrl"
    no_codec = b"OggS\0\x02" + bytes(8) + b"\1\0\0\0" + bytes(8) + b"\0"
    for data in (no_pictures, no_codec):
        assert str(verify(data).state) == "inconclusive"


def test_a_head_whose_tags_end_inside_a_comment_gets_no_label(label: ImplicitLabel) -> None:
    data = b'<html x" <!-- AIGC "><head> -->'
    assert "do not end" in refusal("html", data, "a.html", label).message


def test_custom_properties_in_no_namespace_are_not_written_into(label: ImplicitLabel) -> None:
    data = package_files.zipped(
        {**package_files.unzipped(file_forms.docx({"a": "b"})), "docProps/custom.xml": b"<Properties></Properties>"}
    )
    assert "namespace" in refusal("ooxml", data, "a.docx", label).message


def test_a_label_inside_a_label_of_an_ofd_is_refused(label: ImplicitLabel) -> None:
    inner = '<CustomDatas><CustomData Name="AIGC">{"Label":"1"}</CustomData></CustomDatas>'
    root = f'<OFD><DocBody><DocInfo><CustomDatas><CustomData Name="AIGC">{{"Label":"1"}}{inner}</CustomData></CustomDatas></DocInfo></DocBody></OFD>'
    data = package_files.zipped({"OFD.xml": root.encode()})
    assert "inside a label" in refusal("ofd", data, "a.ofd", label).message


def test_an_ofd_is_known_by_its_root_in_any_case() -> None:
    assert container_for(Source(package_files.zipped({"OFd.xml": b"<OFD/>"}))).name == "ofd"


# By hand

_HEADER = films.box_bytes(b"mvhd", bytes(100))


def _nested(kind: bytes, depth: int) -> bytes:
    return b"".join(struct.pack(">I4s", 8 * (depth - level), kind) for level in range(depth))


def _film(*in_movie: bytes) -> bytes:
    return films.box_bytes(b"ftyp", b"isom") + films.box_bytes(b"moov", _HEADER, *in_movie)


def _deep_tag() -> bytes:
    tag = b""
    for _ in range(500):
        tag = recordings.simple("a", "b", tag)
    return recordings.segment(recordings.tags(recordings.tag(tag)))


def _word_with(part: str, body: bytes) -> bytes:
    return package_files.changed(package_files.word(), {part: body})


_PNG_CHUNK = struct.pack(">I4sI", 0, b"prIv", zlib.crc32(b"prIv"))


def _with_a_million(data: bytes, at: int, piece: bytes) -> bytes:
    return data[:at] + piece * 1_000_000 + data[at:]


def _riff_with_a_million(data: bytes) -> bytes:
    body = data[8:] + b"JUNK\0\0\0\0" * 1_000_000
    return b"RIFF" + len(body).to_bytes(4, "little") + body


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a PNG chunk of 2 GiB": ("a.png", lambda: pictures.saved("PNG")[:33] + struct.pack(">I", 1 << 31) + b"iTXt" + bytes(64)),
    "a PNG text that inflates without end": (
        "a.png",
        lambda: file_forms.png(*[(b"zTXt", b"AIGC\0\0" + zlib.compress(bytes(20_000_000), 9))] * 5),
    ),
    "a PNG of ten thousand texts": ("a.png", lambda: file_forms.png(*[file_forms.text_chunk("a", "b")] * 10_000)),
    "a PNG of a million chunks": ("a.png", lambda: _with_a_million(pictures.saved("PNG"), 33, _PNG_CHUNK)),
    "a JPEG of a million comments": ("a.jpg", lambda: _with_a_million(pictures.saved("JPEG"), 2, b"\xff\xfe\0\2")),
    "a GIF of a million comments": ("a.gif", lambda: _with_a_million(pictures.saved("GIF", "P"), -1, b"\x21\xfe\0")),
    "a WebP of a million chunks": ("a.webp", lambda: _riff_with_a_million(pictures.saved("WEBP"))),
    "a WAV of a million chunks": ("a.wav", lambda: _riff_with_a_million(file_forms.wav())),
    "a FLAC of a million blocks": ("a.flac", lambda: _with_a_million(sounding.made(".flac", *sounding.TONE), 42, b"\1\0\0\0")),
    "a Matroska of a million elements": (
        "a.mkv",
        lambda: recordings.segment(element(recordings.CLUSTER, bytes(64)) + b"\xec\x80" * 1_000_000),
    ),
    "XMP that is nested without end": (
        "a.png",
        lambda: file_forms.png(file_forms.international_chunk("XML:com.adobe.xmp", file_forms.xmp("<a>" * 20_000 + "AIGC"))),
    ),
    "a million boxes": ("a.mp4", lambda: _film(films.box_bytes(b"udta", films.box_bytes(b"free") * 1_000_000))),
    "a box of 2⁶³ bytes": ("a.mp4", lambda: films.box_bytes(b"ftyp", b"isom") + struct.pack(">I4sQ", 1, b"moov", 1 << 63)),
    "tags inside each other": ("a.mkv", _deep_tag),
    "a RIFF list of 2 GiB": ("a.wav", lambda: b"RIFF\xff\xff\xff\x7fWAVELIST\xff\xff\xff\x7fINFO"),
    "a part that inflates five hundred to one": ("a.docx", lambda: _word_with("docProps/core.xml", b"<a>" + bytes(20_000_000))),
    "a part with entities inside entities": (
        "a.docx",
        lambda: _word_with("docProps/core.xml", b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]><a>&b;</a>'),
    ),
    "a PDF of brackets": ("a.pdf", lambda: b"%PDF-1.7\n1 0 obj\n" + b"[" * 200_000),
    "front matter of brackets": ("a.md", lambda: b"---\nAIGC: " + b"[" * 50_000 + b"\n---\n"),
    "an encrypted Office document": ("a.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048)),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_refused_or_read_in_part_and_are_never_clean(case: str, label: ImplicitLabel) -> None:
    name, build = HOSTILE[case]
    data = build()
    assert str(verify(data, name=name).state) in ("inconclusive", "suspected")
    assert_labelled_or_refused(data, name, label)


@pytest.mark.parametrize("kind", [b"moov", b"trak", b"udta", b"meta"])
def test_boxes_inside_each_other_are_not_followed_to_their_end(kind: bytes, label: ImplicitLabel) -> None:
    data = _film(_nested(kind, 20_000))
    source = Source(data)
    container_named("mp4").read(source)
    assert source.bytes_read < len(data)
    assert_labelled_or_refused(data, "a.mp4", label)


def test_an_empty_file_is_said_to_be_empty(label: ImplicitLabel) -> None:
    with pytest.raises(LabelError, match="empty"):
        write_label(b"", label, name="a.png")
    assert str(verify(b"", name="a.png").state) == "inconclusive"


def test_a_wrong_ending_does_not_mislead(label: ImplicitLabel) -> None:
    result = write_label(pictures.saved("JPEG"), label, name="a.png")
    assert result.container == "jpeg"


def test_a_file_that_shrinks_while_it_is_read_is_an_error_or_an_answer(label: ImplicitLabel) -> None:
    for reads in range(12):
        file = _Shrinking(pictures.saved("PNG") + bytes(8192), reads)
        try:
            found = container_named("png").read(Source(file))
        except LabelError as problem:
            assert problem.code == "BL-LABEL-012"
        else:
            assert not sites_in(found.entries)


class _Shrinking(io.BytesIO):
    """Loses its second half after some reads."""

    def __init__(self, data: bytes, reads: int) -> None:
        super().__init__(data)
        self._left = reads

    def read(self, size: int | None = -1, /) -> bytes:
        self._left -= 1
        if self._left == 0:
            at = self.tell()
            self.truncate(len(self.getvalue()) // 2)
            self.seek(at)
        return super().read(size)


def test_of_writers_at_once_each_succeeds_or_is_refused_and_one_label_stays(tmp_path: Path, producer: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(pictures.saved("PNG"))
    before = pictures.pixels(path.read_bytes())
    labels = [ImplicitLabel.first(producer, f"number-{number}") for number in range(6)]
    refused: list[str] = []
    start = threading.Barrier(len(labels))

    def put_in(label: ImplicitLabel) -> None:
        start.wait(timeout=20)
        try:
            write_label(path, label, in_place=True)
        except LabelError as problem:
            refused.append(problem.code)

    writers = [threading.Thread(target=put_in, args=(label,)) for label in labels]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=60)
    (site,) = read(path).labels
    assert site.label in labels
    assert len(refused) < len(labels)
    assert set(refused) <= {"BL-LABEL-021"}
    assert pictures.pixels(path.read_bytes()) == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]
