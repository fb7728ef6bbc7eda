"""What fuzzing begins with: small files of every format and of every form of a label, built by code, each labelled once more."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from brightline.labels.containers.container import Container
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError
from brightline.labels.label import ImplicitLabel
from brightline.labels.registry import container_for, container_named, containers
from brightline.labels.security.keys import Sm2Key, public_key_info
from brightline.labels.security.signing import sign_label
from brightline.labels.writing import written
from brightline.labels.xmp import with_label
from tests.labels.containers import films, package_files, pdf_files, pictures, recordings, sounding, stills
from tests.labels.quirks import file_forms
from tests.labels.quirks.corpus import bare, corpus, element, wrapped

TARGETS = (*(container.name for container in containers()), "xmp", "exif", "sites", "security", "provider", "verify")

LABEL = ImplicitLabel.first("BRIGHTLINE-SEED", "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11")
NAMES = {"markdown": "a.md", "html": "a.html", "text": "a.txt"}
LARGEST = 65_536  # bytes of a seed


def write_seeds(target: str, folder: Path) -> None:
    """The seeds of ``target`` as files in ``folder``, named by their digest."""
    folder.mkdir(parents=True)
    for seed in seeds_of(target):
        if len(seed) <= LARGEST:
            (folder / hashlib.sha256(seed).hexdigest()[:16]).write_bytes(seed)


def seeds_of(target: str) -> Iterator[bytes]:
    """The seeds of one target."""
    match target:
        case "xmp":
            yield from _packets()
        case "exif":
            yield from _exif()
        case "sites":
            yield from _texts()
        case "security":
            yield from _security()
        case "provider":
            yield from (b"001191110102MACQD9K64018705", b"001191110102MAD55U9H0F10002", b"BRIGHTLINE-FUZZING")
        case "verify":
            yield from (quirk.data for quirk in corpus())
        case _:
            yield from _files_of(container_named(target))


def _files_of(container: Container) -> Iterator[bytes]:
    name = NAMES.get(container.name, "")
    for seed in chain(_built(container.name), _from_corpus(container)):
        yield seed
        try:
            source = Source(seed, name)
            if container.name != "text":
                yield written(source, container.plan(source, LABEL.to_json()))
        except LabelError:
            continue


def _from_corpus(container: Container) -> Iterator[bytes]:
    for quirk in corpus():
        try:
            if container_for(Source(quirk.data, quirk.file_name)) is container:
                yield quirk.data
        except LabelError:
            continue


def _built(name: str) -> Iterator[bytes]:
    match name:
        case "png" | "gif":
            for mode in ("RGB", "P", "L"):
                yield pictures.saved(name, mode, (7, 5))
            yield pictures.saved(name, "P", (6, 4), 3)
        case "jpeg":
            yield pictures.saved("JPEG", "RGB", (16, 8), comment=b"a comment")
            yield pictures.saved("JPEG", "CMYK", (8, 8), progressive=True)
            yield pictures.saved("JPEG", "L", (8, 8), xmp=pictures.FOREIGN_XMP)
            yield pictures.saved("MPO", "RGB", (16, 16), 2)
        case "webp":
            yield pictures.saved("WEBP", "RGB", (8, 8))
            yield pictures.saved("WEBP", "RGBA", (8, 8), lossless=True, xmp=pictures.FOREIGN_XMP)
            yield pictures.saved("WEBP", "RGB", (8, 8), 2)
        case "tiff":
            for mode in ("RGB", "1", "I;16"):
                yield pictures.saved("TIFF", mode, (7, 5))
            yield pictures.saved("TIFF", "L", (7, 5), 2, big_tiff=True)
        case "heif":
            xmp = stills.Part(b"mime", pictures.FOREIGN_XMP, stills.XMP_TYPE, describes=1)
            yield from (
                stills.avif(),
                stills.avif(2),
                stills.heic(xmp),
                stills.heif(),
                stills.heif(stills.Part(b"hvc1", b"x" * 40), xmp, open_ended=True),
            )
            for version in (0, 1, 2):
                yield stills.heif(stills.Part(b"hvc1", b"pixels" * 9), xmp, iloc_version=version, iinf_version=version // 2)
        case "mp4":
            yield from (
                films.film(".mp4"),
                films.film(".mov", "-movflags", "faststart"),
                films.film(".mp4", "-movflags", "frag_keyframe+empty_moov"),
            )
            inner = films.keyed({"AIGC": films.OLD, "title": "Before"})
            yield films.fast_start(films.track([0, 10, 20]), inner)
            yield films.moov_last(films.track([0, 10, 20], wide=True), inner)
            yield films.fast_start(films.track([0, 10, 20]), after=films.uuid_xmp())
        case "matroska":
            yield from (recordings.recording(".webm"), recordings.recording(".mkv"))
            parts = [(recordings.TAGS, recordings.tags(recordings.tag(recordings.simple("AIGC", films.OLD))))]
            parts += [(recordings.CLUSTER, cluster) for cluster in recordings.clusters()]
            yield from (
                recordings.indexed(parts),
                recordings.indexed(parts, room=300, crc=True),
                recordings.indexed(parts, cues_in_front=True),
            )
        case "avi" | "flv":
            yield sounding.made(f".{name}", *sounding.PICTURE, "-t", "0.3", "-metadata", "title=Before")
        case "wav" | "flac" | "mp3":
            yield sounding.made(f".{name}", *sounding.TONE, "-t", "0.2", "-metadata", "title=Before", "-ar", "16000")
        case "ogg":
            yield sounding.made(".ogg", *sounding.TONE, "-t", "0.2", "-c:a", "libvorbis", "-metadata", "title=Before")
            yield sounding.made(".opus", *sounding.TONE, "-t", "0.2", "-c:a", "libopus")
        case "pdf":
            objects = pdf_files.one_page(b"<< /Title (A page) /AIGC (" + bare().encode() + b") >>")
            yield from (
                pdf_files.classic(objects),
                pdf_files.compressed(objects),
                pdf_files.hybrid(objects),
                pdf_files.classic(pdf_files.one_page(None)),
            )
            yield pdf_files.revised(pdf_files.classic(objects), {pdf_files.INFO: b"<< /Title (Again) >>"})
            yield file_forms.pdf({"/AIGC": bare()}, file_forms.xmp(element(bare())))
        case "ooxml":
            yield from (package_files.word(), package_files.excel(), file_forms.docx({"AIGC": bare()}, {"description": wrapped()}))
        case "epub":
            yield package_files.zipped(_EPUB, stored=("mimetype",))
        case "ofd":
            yield package_files.zipped(_OFD)
        case "html":
            yield (
                b'<!DOCTYPE html><html><head><title>t</title><meta name="AIGC" content=\''
                + bare().encode()
                + b"'></head><body>x</body></html>"
            )
            yield b"<p>no head <!-- a comment --> <script>let a = '<head>'</script>"
        case "markdown":
            yield (
                "---\ntitle: t\nAIGC:\n" + "".join(f"  {key}: {value!r}\n" for key, value in LABEL.fields.items()) + "---\n# t\n"
            ).encode()
            yield b"# t\n\n```yaml\nAIGC: quoted\n```\n"


_EPUB = {
    "mimetype": b"application/epub+zip",
    "META-INF/container.xml": b'<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    b'<rootfile full-path="a.opf" media-type="application/oebps-package+xml"/></rootfiles></container>',
    "a.opf": b'<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i">'
    b'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>t</dc:title></metadata><manifest/><spine/></package>',
}
_OFD = {
    "OFD.xml": b'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016" Version="1.0" DocType="OFD"><ofd:DocBody>'
    b"<ofd:DocInfo><ofd:DocID>1</ofd:DocID></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>",
    "Doc_0/Document.xml": b"<Document/>",
}


# The parts that containers share


def _packets() -> Iterator[bytes]:
    yield from (pictures.FOREIGN_XMP, with_label(None, LABEL.to_json()), with_label(pictures.FOREIGN_XMP, LABEL.to_json()))
    yield file_forms.xmp(element(bare())).encode()
    yield file_forms.xmp(attributes=f"TC260:AIGC='{bare()}'").encode()
    fields = "".join(f"<TC260:{key}>{value}</TC260:{key}>" for key, value in LABEL.fields.items())
    yield file_forms.xmp(f'<TC260:AIGC rdf:parseType="Resource">{fields}</TC260:AIGC>').encode()
    yield file_forms.xmp(element(bare())).encode("utf-16")


def _exif() -> Iterator[bytes]:
    from PIL import Image

    for text in (wrapped(), "A plain comment"):
        tags = Image.Exif()
        tags.update({0x010E: text, 0x010F: "Camera", 0x0131: "Software"})
        tags.get_ifd(0x8769).update({0x9286: b"ASCII\0\0\0" + text.encode()})
        yield tags.tobytes().removeprefix(b"Exif\0\0")
    yield pictures.saved("TIFF", "L", (4, 4))


def _texts() -> Iterator[bytes]:
    yield from (
        text.encode()
        for text in (bare(), wrapped(), bare().replace('"', "&quot;"), bare().replace('"', '\\"'), f"AIGC{bare()}", f"a {wrapped()} b")
    )
    yield ("AIGC:\n" + "".join(f"  {key}: {value!r}\n" for key, value in LABEL.fields.items())).encode()
    yield b'{"ServiceProvider":"a","ServiceUser":"b","Time":"c","ContentId":"d"}'


def _security() -> Iterator[bytes]:
    key = Sm2Key.of(0x1234567890ABCDEF)
    signed = sign_label(LABEL, key)
    yield signed.reserved_code1.encode()
    yield sign_label(LABEL, key, media_digest="sha256:" + "0" * 64).reserved_code1.replace('"', '\\"').encode()
    yield public_key_info(key.public)
    yield key.public_pem().encode()
