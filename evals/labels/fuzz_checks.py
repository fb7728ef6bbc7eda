"""What has to hold for any bytes, target by target; and changes to files that keep their checksums right, so that fuzzing gets behind them."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable

from brightline.labels.containers.container import Container
from brightline.labels.containers.reading import Entry, Plan, Reading
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError
from brightline.labels.label import ImplicitLabel, charset_problem
from brightline.labels.proof import prove_label, prove_patches, prove_pieces, same_media
from brightline.labels.registry import container_for, container_named, containers
from brightline.labels.sites import is_label, sites_in
from brightline.labels.writing import written

LABEL = ImplicitLabel.first("BRIGHTLINE-FUZZING", "0190c2a4-7d10-7c3e-8f21-5b1f5d0c9e11")
NAMES = {"markdown": "a.md", "html": "a.html", "text": "a.txt"}
PACKAGES = frozenset({"ooxml", "epub", "ofd"})
PICTURES = frozenset({"png", "jpeg", "gif", "webp", "tiff", "heif"})
MOST_READ = 40  # times the size of the file, and a page for each header: own choice, twice what the handlers' tests allow
MOST_PIXELS = 1 << 18
_CHANGED_PARTS = re.compile(r"\[Content_Types\]\.xml|.*\.rels|docProps/.*|META-INF/.*|OFD\.xml|.*\.opf", re.IGNORECASE)


class Finding(AssertionError):
    """Something that has to hold does not."""


def _hold(condition: bool, what: str) -> None:
    if not condition:
        raise Finding(what)


def check_of(target: str) -> Callable[[bytes], None]:
    """The check of ``target``: returns for any bytes, or raises what was found."""
    special = {"xmp": _xmp, "exif": _exif, "sites": _sites, "security": _security, "provider": _provider, "verify": _verify}
    if target in special:
        return special[target]
    container = container_named(target)
    return lambda data: _container(container, data)


# Containers: read, plan, write, read again


def _container(container: Container, data: bytes) -> None:
    name = NAMES.get(container.name, "")
    container.accepts(data[:4096], name)
    source = Source(data, name)
    try:
        reading: Reading | None = container.read(source)
    except LabelError:
        reading = None
    if reading is not None:
        _hold(all(0 <= start <= stop <= len(data) for start, stop in reading.media), "media outside the file")
        _hold(all(entry.offset >= 0 and entry.offset + entry.length <= len(data) for entry in reading.entries), "an entry outside the file")
        sites_in(reading.entries)
    _hold(source.bytes_read <= MOST_READ * len(data) + 65_536, "too much is read")
    if container.name == "text":
        return  # its label stands beside the file
    source = Source(data, name)
    try:
        plan = container.plan(source, LABEL.to_json())
    except LabelError:
        return
    _hold(source.bytes_read <= MOST_READ * len(data) + 65_536, "too much is read for a plan")
    _hold(reading is not None, "a plan for a file that cannot be read")
    assert reading is not None
    result = written(source, plan)
    if _recognised(data, name) is not container:
        _hold(_alone(container, result, name), "not exactly one label")
        return
    after, _ = _proved(result, name)
    prove_pieces(reading, plan, after)
    same_media(source, reading.media, Source(result, name), after.media)
    again = written(Source(result, name), container.plan(Source(result, name), LABEL.to_json()))
    _hold(_alone(container, again, name), "labelled twice: not exactly one label")
    _hold(len(again) <= len(result) + 64, "labelled twice: it grows")
    _patched(reading, plan, data, name)
    _decoded(container.name, data, result)


def _recognised(data: bytes, name: str) -> Container | None:
    try:
        return container_for(Source(data, name))
    except LabelError:
        return None


def _proved(result: bytes, name: str) -> tuple[Reading, object]:
    try:
        read, step = prove_label(result, name, LABEL)
    except LabelError as problem:
        raise Finding(problem.message) from problem
    return read.reading, step


def _alone(container: Container, data: bytes, name: str) -> bool:
    sites = [site for site in sites_in(container.read(Source(data, name)).entries) if not site.quoted]
    return [site.label for site in sites] == [LABEL]


def _patched(reading: Reading, plan: Plan, data: bytes, name: str) -> None:
    if plan.patches is None:
        return
    result = bytearray(data)
    for patch in plan.patches:
        _hold(0 <= patch.offset <= len(result), "a patch outside the file")
        result[patch.offset : patch.offset + len(patch.data)] = patch.data
    after, _ = _proved(bytes(result), name)
    prove_patches(reading, plan.patches, after)


def _decoded(name: str, data: bytes, result: bytes) -> None:
    """What decoders of others make of both."""
    if name in PICTURES:
        before = _pixels(data)
        _hold(before is None or before == _pixels(result), "Pillow decodes other pixels")
    elif name in PACKAGES:
        parts = _parts(data)
        if parts is not None:
            now = _parts(result)
            _hold(now is not None, "zipfile cannot open the result")
            assert now is not None
            _hold(all(_CHANGED_PARTS.fullmatch(part) or now.get(part) == body for part, body in parts.items()), "a part is another")


def _pixels(data: bytes) -> list[tuple[object, ...]] | None:
    from PIL import Image

    frames: list[tuple[object, ...]] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data)) as image:
                for number in range(min(4, getattr(image, "n_frames", 1))):
                    image.seek(number)
                    if image.width * image.height > MOST_PIXELS:
                        return None
                    frames.append((image.mode, image.size, image.tobytes(), image.info.get("duration")))
        except MemoryError:
            return None
        except Exception:  # whatever Pillow raises over broken pictures
            return None
    return frames


def _parts(data: bytes) -> dict[str, bytes] | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(info.file_size for info in package.infolist()) > 8 << 20 or len(set(package.namelist())) < len(package.namelist()):
                return None
            return {name: package.read(name) for name in package.namelist()}
    except Exception:  # whatever zipfile raises over broken packages
        return None


# The parts that containers share


def _xmp(data: bytes) -> None:
    from brightline.labels.xmp import with_label, without_label, xmp_values

    text = data.decode("utf-8", "replace")
    values = xmp_values(text)
    sites_in([Entry("x", "XMP", text, 0, len(data), "xmp")])
    for packet in (data, text.encode("utf-8")):
        try:
            labelled = with_label(packet, LABEL.to_json())
        except LabelError:
            pass
        else:
            found = sites_in([Entry("x", "XMP", labelled.decode("utf-8"), 0, len(labelled), "xmp")])
            _hold([site.label for site in found] == [LABEL], "with_label: not exactly one label")
            _hold(not found[0].defects, f"with_label: {found[0].defects}")
        try:
            left = without_label(packet)
        except LabelError:
            continue
        _hold(
            left is None or not is_label(Entry("x", "XMP", left.decode("utf-8", "replace"), 0, len(left), "xmp")),
            "without_label: one is left",
        )
    _hold(len(values.labels) <= 1000, "too many labels")


def _exif(data: bytes) -> None:
    from brightline.labels.exif import exif_reading, exif_without_label

    try:
        entries, _ = exif_reading(data, 0, "x")
        _hold(all(entry.offset >= 0 and entry.offset + entry.length <= len(data) for entry in entries), "an entry outside the blob")
        sites_in(entries)
    except LabelError:
        pass
    try:
        emptied = exif_without_label(data)
    except LabelError:
        return
    _hold(len(emptied) == len(data), "exif_without_label: another length")
    left, _ = exif_reading(emptied, 0, "x")
    _hold(not any(is_label(entry) for entry in left if entry.key in ("UserComment", "ImageDescription")), "exif_without_label: one is left")


def _sites(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    for kind, key in (("text", "AIGC"), ("text", "Comment"), ("yaml", "front matter"), ("html", "AIGC"), ("blob", "APP1")):
        entry = Entry("x", key, text, 0, len(data), kind)  # type: ignore[arg-type]  # the kinds are spelt out above
        for site in sites_in([entry]):
            _hold(site.label is None or all(isinstance(value, str) for value in site.fields.values()), "a value is no string")
        is_label(entry)


def _security(data: bytes) -> None:
    from brightline.labels.security.der import elements
    from brightline.labels.security.integrity import verify_label
    from brightline.labels.security.public_key import read_public_key
    from brightline.labels.security.security_data import read_security_data

    try:
        for element in elements(data):
            _hold(len(element.whole) <= len(data), "an element longer than its file")
    except ValueError:
        pass
    text = data.decode("utf-8", "replace")
    read_public_key(text)
    read_public_key(data.hex())
    read_security_data(text)
    verify_label(ImplicitLabel("1", "BRIGHTLINE-FUZZING", "1", text, "BRIGHTLINE-FUZZING", "1", text)).sentence()


def _provider(data: bytes) -> None:
    from brightline.labels.provider_code import parse_provider_code, provider_code_problem, uscc_is_valid

    text = data.decode("utf-8", "replace")
    parts = parse_provider_code(text)
    provider_code_problem(text)
    uscc_is_valid(text)
    charset_problem(text)
    _hold(parts is None or len(text) == 27, "a code of another length")


def _verify(data: bytes) -> None:
    import json

    from brightline.labels.verification import verify

    for name in ("", "a.md", "a.html"):
        source = Source(data, name)
        answer = verify(source, name=name, proof="full")
        json.dumps(answer.to_document(), ensure_ascii=False).encode("utf-8")
        _hold(bool(answer.advice_zh and answer.advice_en), "a state without words")


# Changes that keep checksums right


def repairs(target: str) -> bool:
    """True if the format of ``target`` has checksums or compressed parts that a blind change would break."""
    return target in {"png", "ogg"} | PACKAGES


def repairing(target: str) -> Callable[[Callable[[bytes, int], bytes], bytes, int, random.Random], bytes]:
    """The way to change an input of ``target``: by ``mutate``, then with checksums made right again (nine times of ten)."""

    def change(mutate: Callable[[bytes, int], bytes], data: bytes, longest: int, dice: random.Random) -> bytes:
        if target in PACKAGES:
            return _changed_package(mutate, data, longest, dice)
        changed = mutate(data, longest)
        if dice.random() < 0.1:
            return changed
        return {"png": _png_sums, "ogg": _ogg_sums}.get(target, bytes)(changed)[:longest]

    return change


def _png_sums(data: bytes) -> bytes:
    out, at = bytearray(data), 8
    while at + 12 <= len(out):
        length = int.from_bytes(out[at : at + 4])
        end = at + 8 + length
        if end + 4 > len(out):
            break
        out[end : end + 4] = zlib.crc32(out[at + 4 : end]).to_bytes(4)
        at = end + 4
    return bytes(out)


def _ogg_sums(data: bytes) -> bytes:
    from brightline.labels.containers.ogg_pages import checksum

    out = bytearray(data)
    for found in re.finditer(b"OggS", data):
        at = found.start()
        if at + 27 > len(out):
            break
        table = out[at + 27 : at + 27 + out[at + 26]]
        end = at + 27 + len(table) + sum(table)
        if end <= len(out):
            out[at + 22 : at + 26] = bytes(4)
            out[at + 22 : at + 26] = checksum(bytes(out[at:end])).to_bytes(4, "little")
    return bytes(out)


def _changed_package(mutate: Callable[[bytes, int], bytes], data: bytes, longest: int, dice: random.Random) -> bytes:
    """One part of the package, or (one time of three) the bytes of the zip itself."""
    parts = _parts(data) if dice.random() < 0.67 else None
    if not parts:
        return mutate(data, longest)
    names = [name for name in parts if _CHANGED_PARTS.fullmatch(name)] or list(parts)
    chosen = dice.choice(names)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, body in parts.items():
            package.writestr(name, mutate(body, longest) if name == chosen else body, zipfile.ZIP_STORED if name == "mimetype" else None)
    return out.getvalue()[:longest]


assert containers()  # all handlers are imported here, instrumented
