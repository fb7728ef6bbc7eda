"""Small files with metadata at every place where real files carry it, made from bytes: what the quirk corpus is built of.

Each builder takes the text that stands at that place. Pictures are a few pixels, sounds a few samples, films have no frames.
"""

from __future__ import annotations

import io
import struct
import subprocess
import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import NameObject, StreamObject

NAMESPACE = "http://www.tc260.org.cn/ns/AIGC/1.0/"


def xmp(body: str = "", attributes: str = "", namespace: str = NAMESPACE, prefix: str = "TC260") -> str:
    """An XMP packet with ``body`` inside its description and ``attributes`` on it."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" xmlns:{prefix}="{namespace}" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f' xmlns:xmp="http://ns.adobe.com/xap/1.0/" {attributes}>{body}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


# Pictures


def png(*chunks: tuple[bytes, bytes], after_pixels: Sequence[tuple[bytes, bytes]] = ()) -> bytes:
    """A PNG of four pixels with ``chunks`` before its pixels and ``after_pixels`` behind them."""
    plain = io.BytesIO()
    Image.new("RGB", (2, 2), "teal").save(plain, "png")
    data = plain.getvalue()
    header_end, pixels_end = 8 + 25, data.rindex(b"IEND") - 4
    before = b"".join(_chunk(*each) for each in chunks)
    after = b"".join(_chunk(*each) for each in after_pixels)
    return data[:header_end] + before + data[header_end:pixels_end] + after + data[pixels_end:]


def text_chunk(key: str, value: str) -> tuple[bytes, bytes]:
    """tEXt (PNG 1.2, 4.2.3.1): Latin-1."""
    return b"tEXt", key.encode("latin-1") + b"\0" + value.encode("latin-1")


def compressed_chunk(key: str, value: str) -> tuple[bytes, bytes]:
    """zTXt."""
    return b"zTXt", key.encode("latin-1") + b"\0\0" + zlib.compress(value.encode("latin-1"))


def international_chunk(key: str, value: str) -> tuple[bytes, bytes]:
    """iTXt, not compressed."""
    return b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + value.encode("utf-8")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def jpeg(*segments: tuple[int, bytes], exif: dict[int, object] | None = None, exif_sub: dict[int, object] | None = None) -> bytes:
    """A JPEG of 16 × 16 pixels with ``segments`` (marker, body) behind its JFIF header, and EXIF tags of both directories."""
    plain = io.BytesIO()
    tags = Image.Exif()
    tags.update(exif or {})
    if exif_sub:
        tags.get_ifd(0x8769).update(exif_sub)
    Image.new("RGB", (16, 16), "teal").save(plain, "jpeg", exif=tags.tobytes() if exif or exif_sub else b"")
    data = plain.getvalue()
    jfif_end = 4 + int.from_bytes(data[4:6], "big")
    own = b"".join(bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body for marker, body in segments)
    return data[:jfif_end] + own + data[jfif_end:]


def xmp_segment(packet: str) -> tuple[int, bytes]:
    """APP1 with an XMP packet."""
    return 0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode("utf-8")


def user_comment(text: str) -> bytes:
    """EXIF UserComment with its character code."""
    return b"ASCII\0\0\0" + text.encode("ascii")


def with_xmp(kind: str, packet: str) -> bytes:
    """A WebP or TIFF with an XMP packet, written by Pillow."""
    out = io.BytesIO()
    picture = Image.new("RGB", (4, 4), "teal")
    if kind == "tiff":
        picture.save(out, "tiff", tiffinfo={700: packet.encode("utf-8")})
    else:
        picture.save(out, kind, xmp=packet.encode("utf-8"))
    return out.getvalue()


# Films: boxes of ISO/IEC 14496-12 and QuickTime


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I", len(body) + 8) + kind + body


def mp4(moov_children: bytes, media: bytes = bytes(64)) -> bytes:
    """A film without tracks: ftyp, moov with a header and ``moov_children``, mdat with ``media``."""
    header = box(
        b"mvhd",
        struct.pack(">IIIII", 0, 0, 0, 1000, 1000) + struct.pack(">IHH", 0x10000, 0x100, 0) + bytes(8) + bytes(36 + 24) + b"\0\0\0\2",
    )
    return box(b"ftyp", b"isom\0\0\2\0isommp42") + box(b"moov", header, moov_children) + box(b"mdat", media)


def keyed_meta(key: str, value: str) -> bytes:
    """``meta`` with hdlr mdta, keys and ilst: the guide's form."""
    name = key.encode("utf-8")
    keys = box(b"keys", struct.pack(">II", 0, 1), struct.pack(">I", len(name) + 8) + b"mdta" + name)
    return box(b"meta", bytes(4), _handler(b"mdta"), keys, box(b"ilst", box(struct.pack(">I", 1), _data(value))))


def keyless_meta(atom: bytes, value: str) -> bytes:
    """``meta`` with hdlr mdir and an ilst whose atoms have names of their own, no keys."""
    return box(b"meta", bytes(4), _handler(b"mdir"), box(b"ilst", box(atom, _data(value))))


def _handler(kind: bytes) -> bytes:
    return box(b"hdlr", bytes(8) + kind + bytes(12) + b"\0")


def _data(value: str) -> bytes:
    return box(b"data", struct.pack(">II", 1, 0) + value.encode("utf-8"))


# Sounds


def wav(*chunks: tuple[bytes, bytes], samples: bytes = bytes(128)) -> bytes:
    """A WAV of 16-bit ``samples`` with further chunks behind them."""
    body = b"WAVE" + _riff(b"fmt ", struct.pack("<HHIIHH", 1, 1, 8000, 16000, 2, 16)) + _riff(b"data", samples)
    body += b"".join(_riff(*each) for each in chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _riff(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def mp3(description: str, value: str) -> bytes:
    """ID3v2.3 with one TXXX frame before silence (MPEG-1 layer III, 128 kbit/s, 44.1 kHz)."""
    text = b"\0" + description.encode("latin-1") + b"\0" + value.encode("latin-1")
    frame = b"TXXX" + struct.pack(">I", len(text)) + b"\0\0" + text
    size = len(frame)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    return b"ID3\3\0\0" + synchsafe + frame + (b"\xff\xfb\x90\xc4" + bytes(413)) * 4


@cache
def by_ffmpeg(suffix: str, value: str) -> bytes:
    """A short sound or film with the label that ffmpeg itself writes from ``-metadata AIGC=…``."""
    shown = (
        ["-f", "lavfi", "-i", "testsrc=d=0.4:s=64x64:r=5"]
        if suffix in ("mkv", "flv", "mp4", "mov")
        else ["-f", "lavfi", "-i", "sine=d=0.3"]
    )
    written = ["-metadata:s:a:0" if suffix == "ogg" else "-metadata", f"AIGC={value}"]
    flags = ["-movflags", "use_metadata_tags"] if suffix in ("mp4", "mov", "m4a") else []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"made.{suffix}"
        subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *shown, *written, *flags, str(path)], check=True, timeout=60)
        return path.read_bytes()


# Documents


def pdf(info: dict[str, str] | None = None, packet: str = "") -> bytes:
    """A PDF of one empty page with an information dictionary and an XMP stream."""
    writer = PdfWriter()
    writer.add_blank_page(width=72, height=72)
    if info:
        writer.add_metadata({f"/{key}": value for key, value in info.items()})
    if packet:
        stream = StreamObject()
        stream.update({NameObject("/Type"): NameObject("/Metadata"), NameObject("/Subtype"): NameObject("/XML")})
        stream.set_data(packet.encode("utf-8"))
        writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def docx(custom: dict[str, str] | None = None, core: dict[str, str] | None = None, text: str = "正文") -> bytes:
    """A small WordprocessingML package; ``custom`` are custom properties, ``core`` Dublin Core ones."""
    types = '<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    types += '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    types += '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" '
    types += 'ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006"
    package = "http://schemas.openxmlformats.org/package/2006"
    rels = f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" Type="{office}/relationships/officeDocument" Target="word/document.xml"/>'
    parts = {}
    if custom:
        types += (
            '<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/>'
        )
        rels += f'<Relationship Id="r2" Type="{office}/relationships/custom-properties" Target="docProps/custom.xml"/>'
        rows = "".join(
            f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{pid}" name="{name}"><vt:lpwstr>{_escaped(value)}</vt:lpwstr></property>'
            for pid, (name, value) in enumerate(custom.items(), 2)
        )
        parts["docProps/custom.xml"] = (
            f'<Properties xmlns="{office}/custom-properties" xmlns:vt="{office}/docPropsVTypes">{rows}</Properties>'
        )
    if core:
        types += '<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>'
        rels += f'<Relationship Id="r3" Type="{package}/relationships/metadata/core-properties" Target="docProps/core.xml"/>'
        rows = "".join(f"<{name}>{_escaped(value)}</{name}>" for name, value in core.items())
        parts["docProps/core.xml"] = (
            f'<cp:coreProperties xmlns:cp="{package}/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/">{rows}</cp:coreProperties>'
        )
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    parts["word/document.xml"] = (
        f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>{_escaped(text)}</w:t></w:r></w:p></w:body></w:document>'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {"[Content_Types].xml": types + "</Types>", "_rels/.rels": rels + "</Relationships>", **parts}.items():
            archive.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
