"""Files cut off behind their head, and files of structure without media: never a clean file, for what is missing may have held a label."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import pytest

from brightline.labels.containers.boxes import BoxWalk, box_bytes
from brightline.labels.containers.ebml import element
from brightline.labels.containers.source import Source
from brightline.labels.verification import verify
from brightline.labels.verification.verdict import State
from tests.labels.containers import films, package_files, pdf_files, pictures, recordings, sounding, stills
from tests.labels.quirks import file_forms


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = (struct.pack(">I4s", len(body), kind) + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


IHDR = (b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 2, 0, 0, 0))


def riff(form: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    body = form + b"".join(name + struct.pack("<I", len(data)) + data + bytes(len(data) & 1) for name, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def tiff_without_strips() -> bytes:
    rows = [(256, 3, 1, 4), (257, 3, 1, 4)]
    return b"II*\0" + struct.pack("<IH", 8, len(rows)) + b"".join(struct.pack("<HHII", *row) for row in rows) + bytes(4)


def without_boxes(data: bytes, *kinds: bytes) -> bytes:
    top = BoxWalk(Source(data)).children(0, len(data))
    return b"".join(data[box.start : box.stop] for box in top if box.kind not in kinds)


def flv_tag(kind: int, data: bytes) -> bytes:
    return bytes([kind]) + len(data).to_bytes(3) + bytes(7) + data + (len(data) + 11).to_bytes(4)


def flac_without_frames() -> bytes:
    return b"fLaC" + bytes([0x80, 0, 0, 34]) + bytes(34)


def ogg_heads() -> bytes:
    """The first page of a recording: its identification header, and nothing else."""
    data = sounding.made(".ogg", *sounding.TONE)
    return data[: data.index(b"OggS", 4)]


def epub_without_pages() -> bytes:
    container = b'<container><rootfiles><rootfile full-path="a.opf"/></rootfiles></container>'
    opf = b"<package><metadata></metadata></package>"
    parts = {"mimetype": b"application/epub+zip", "META-INF/container.xml": container, "a.opf": opf}
    return package_files.zipped(parts, stored=("mimetype",))


FLV_HEAD = b"FLV\x01\x05" + (9).to_bytes(4) + bytes(4)
METADATA = b"\x02\x00\x0aonMetaData\x08" + bytes(4) + b"\0\0\x09"
FRAGMENT = box_bytes(b"moof", box_bytes(b"mfhd", bytes(8))) + box_bytes(b"mdat", bytes(32))
MATROSKA_HEAD = recordings.HEAD + element(recordings.SEGMENT, element(recordings.INFO, element(recordings.TITLE, b"a title")))


WITHOUT_MEDIA: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a PNG without IDAT": ("a.png", lambda: png_of(IHDR, (b"tEXt", b"Title\0x"), (b"IEND", b""))),
    "a PNG with nothing but IEND": ("a.png", lambda: png_of((b"IEND", b""))),
    "a JPEG without a scan": ("a.jpg", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF\0\1\1\0\0\1\0\1\0\0\xff\xd9"),
    "a WebP of VP8X alone": ("a.webp", lambda: riff(b"WEBP", (b"VP8X", bytes(10)))),
    "a GIF without a frame": ("a.gif", lambda: b"GIF89a\x02\0\x02\0\0\0\0;"),
    "a TIFF without strips": ("a.tif", tiff_without_strips),
    "a TIFF without a directory": ("a.tif", lambda: b"II*\0" + bytes(4)),
    "an AVIF without its data": ("a.avif", lambda: without_boxes(pictures.saved("AVIF"), b"mdat")),
    "an AVIF of brands alone": ("a.avif", lambda: without_boxes(pictures.saved("AVIF"), b"mdat", b"meta")),
    "a HEIF without items": ("a.heic", lambda: stills.heif()[:24]),
    "an MP4 of brands alone": ("a.mp4", lambda: films.FTYP),
    "an MP4 without moov": ("a.mp4", lambda: films.FTYP + films.MDAT),
    "an MP4 without mdat": ("a.mp4", lambda: without_boxes(films.moov_last(), b"mdat")),
    "an MP4 whose mdat is empty": ("a.mp4", lambda: films.FTYP + films.movie(films.track([])) + box_bytes(b"mdat")),
    "a lone segment of MP4": ("a.mp4", lambda: FRAGMENT),
    "an initialisation segment": ("a.mp4", lambda: films.FTYP + films.movie(box_bytes(b"mvex", bytes(32)))),
    "a MOV without moov": ("a.mov", lambda: box_bytes(b"wide") + films.MDAT),
    "a Matroska without clusters": ("a.mkv", lambda: MATROSKA_HEAD),
    "a Matroska with an empty cluster": ("a.mkv", lambda: recordings.HEAD + element(recordings.SEGMENT, element(recordings.CLUSTER, b""))),
    "an AVI with an empty list of pictures": ("a.avi", lambda: riff(b"AVI ", (b"LIST", b"hdrl"), (b"LIST", b"movi"))),
    "an FLV of its head": ("a.flv", lambda: FLV_HEAD),
    "an FLV of script data": ("a.flv", lambda: FLV_HEAD + flv_tag(18, METADATA)),
    "a WAV without data": ("a.wav", lambda: riff(b"WAVE", (b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)))),
    "a WAV with empty data": ("a.wav", lambda: file_forms.wav(samples=b"")),
    "a streamed WAV that never began": ("a.wav", lambda: b"RIFF\0\0\0\0WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)),
    "an MP3 of its tag": ("a.mp3", lambda: file_forms.mp3("x", "y").split(b"\xff\xfb")[0]),
    "an MP3 whose sound is zeros": ("a.mp3", lambda: file_forms.mp3("x", "y").split(b"\xff\xfb")[0] + bytes(4096)),
    "a FLAC without frames": ("a.flac", flac_without_frames),
    "an Ogg of its first page": ("a.ogg", ogg_heads),
    "a PDF without pages": ("a.pdf", lambda: pdf_files.classic({pdf_files.CATALOGUE: b"<</Type /Catalog>>"})),
    "a PDF whose page is missing": (
        "a.pdf",
        lambda: pdf_files.classic({key: value for key, value in pdf_files.one_page().items() if key != pdf_files.PAGE}),
    ),
    "an EPUB without pages": ("a.epub", epub_without_pages),
    "an OFD without a document": ("a.ofd", lambda: package_files.zipped({"OFD.xml": b"<OFD><DocBody><DocInfo></DocInfo></DocBody></OFD>"})),
    "a Word file without its text": ("a.docx", lambda: package_files.changed(package_files.word(), {"word/document.xml": None})),
    "an Excel file without its book": ("a.xlsx", lambda: package_files.changed(package_files.excel(), {"xl/workbook.xml": None})),
}


@pytest.mark.parametrize("what", WITHOUT_MEDIA)
def test_structure_without_media_is_never_a_clean_file(what: str) -> None:
    name, made = WITHOUT_MEDIA[what]
    found = verify(made(), name=name)
    assert found.state is State.INCONCLUSIVE
    assert [gap.reason for gap in found.gaps if gap.decides]


CUT = {
    "png": lambda: pictures.saved("PNG"),
    "jpg": lambda: pictures.saved("JPEG"),
    "webp": lambda: pictures.saved("WEBP"),
    "gif": lambda: pictures.saved("GIF", "P"),
    "tif": lambda: pictures.saved("TIFF"),
    "avif": lambda: pictures.saved("AVIF"),
    "mp4": films.fast_start,
    "mov": films.moov_last,
    "mkv": lambda: recordings.HEAD + element(recordings.SEGMENT, element(recordings.CLUSTER, bytes(64))),
    "avi": lambda: riff(b"AVI ", (b"LIST", b"hdrl"), (b"LIST", b"movi" + bytes(64))),
    "flv": lambda: FLV_HEAD + flv_tag(18, METADATA) + flv_tag(9, bytes(64)),
    "wav": file_forms.wav,
    "pdf": lambda: pdf_files.classic(pdf_files.one_page()),
    "docx": file_forms.docx,
}
"""Formats whose structure says where the file ends: cut off anywhere, they are not whole. (Frames of sound in MP3, FLAC and Ogg end
anywhere, and all their labels stand before; texts have no structure at all. The last six bytes say nothing in FLV and PDF.)"""


@pytest.mark.parametrize("suffix", CUT)
def test_a_file_cut_off_anywhere_is_never_a_clean_file(suffix: str) -> None:
    data = CUT[suffix]()
    assert verify(data, name=f"a.{suffix}").state is State.NONE
    clean = [at for at in range(0, len(data) - 6, max(1, len(data) // 100)) if verify(data[:at], name=f"a.{suffix}").state is State.NONE]
    assert clean == []
