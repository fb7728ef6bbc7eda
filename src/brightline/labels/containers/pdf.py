"""PDF: the label is the entry ``AIGC`` of the document information dictionary (TC260-PG-20258A, 6.3), written as an incremental update.

The original is an exact prefix of the result (ISO 32000-2:2020, 7.5.6) and only the Info object is written anew, so pages cannot
change and signatures keep holding. Read as well: every other string of Info, and the document's XMP packet.

Not done: encrypted files are not labelled: who restricts a file wants it unchanged (they are read, if they open without a password);
files whose cross-reference table is broken are read by scanning and never written; XMP of single pages or pictures describes
these and not the document, and is not looked at. A certification that permits no change (DocMDP 1) is respected.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from brightline.labels.containers.container import Container
from brightline.labels.containers.pdf_file import Found, PdfFile
from brightline.labels.containers.pdf_syntax import Ref, Value, text_of, text_string
from brightline.labels.containers.pdf_update import Update, dictionary_source
from brightline.labels.containers.reading import MOST_ENTRIES, MOST_VALUE_BYTES, Entry, Gap, Kept, Plan, Range, Reading, without_media
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Unsupported

__all__ = ["PDF"]

_MOST_ASSOCIATED = 64  # associated files looked at; own choice: invoices have two or three
_MOST_IN_LABEL_UPDATE = 8  # objects: Info, XMP, the section itself, and room; own choice


class _Pdf:
    name = "pdf"
    media_types = ("application/pdf",)
    suffixes = (".pdf",)

    def accepts(self, head: bytes, name: str) -> bool:
        return head.startswith(b"%PDF-") or (b"%PDF-" in head[:1024] and name.lower().endswith(self.suffixes))

    def read(self, source: Source) -> Reading:
        return _read(PdfFile.opened(source))

    def plan(self, source: Source, value: str) -> Plan:
        from brightline.labels.sites import is_label

        file = PdfFile.opened(source, strict=True)
        reading = _read(file)
        _refuse_what_cannot_be_written(reading)
        labels = [entry for entry in reading.entries if is_label(entry)]
        if [(entry.place, entry.key, entry.value) for entry in labels] == [("pdf.info", "AIGC", value)]:
            return Plan((Kept(0, source.size),))
        update = Update(file)
        _write_info(file, update, {entry.key for entry in labels if entry.place == "pdf.info"}, value)
        if any(entry.place == "pdf.xmp" for entry in labels):
            _take_out_of_xmp(file, update)
        return Plan(update.pieces())


def _read(file: PdfFile) -> Reading:
    entries: list[Entry] = []
    gaps = file.gaps
    facts = {"version": file.header}
    if file.encrypted:
        facts["encrypted"] = "1"
    if file.encrypted and file.cipher is None:
        gaps.append(Gap("the document is encrypted with a password: the strings of its Info dictionary were not read"))
    else:
        _try(gaps, lambda: entries.extend(_info_entries(file, gaps)))
    _try(gaps, lambda: entries.extend(_xmp_entries(file)))
    _try(gaps, lambda: facts.update(_signature_facts(file)))
    _try(gaps, lambda: facts.update(_c2pa_facts(file)))
    _try(gaps, lambda: gaps.extend(() if _has_page(file) else (without_media("page"),)))
    if b"/Linearized" in file.source.at_most(0, 1024):
        facts["linearised"] = "1"
    stop = file.source.size
    try:
        stop = _content_stop(file)
    except LabelError as problem:
        gaps.append(Gap(f"the end of the last revision of the content was not found: {problem.message}"))
    return Reading("pdf", tuple(entries), (Range(0, stop),), tuple(gaps), facts)


def _try(gaps: list[Gap], step: Callable[[], object]) -> None:
    try:
        step()
    except LabelError as problem:
        gaps.append(Gap(problem.message, getattr(problem, "offset", -1)))


def _info(file: PdfFile) -> Found | None:
    reference = file.trailer.get("Info")
    if isinstance(reference, Ref):
        found = file.find(reference)
        return found if found and isinstance(found.value, dict) else None
    if isinstance(reference, dict):  # not allowed (Table 15 wants a reference), and seen
        newest = file.sections[0]
        return Found(reference, newest.text, 0, len(newest.text), Range(newest.at, newest.at)) if newest.text else None
    return None


def _info_entries(file: PdfFile, gaps: list[Gap]) -> list[Entry]:
    found = _info(file)
    if found is None:
        return []
    entries: list[Entry] = []
    start, stop = found.carrier
    for key, value in found.value.items() if isinstance(found.value, dict) else ():
        if len(entries) == MOST_ENTRIES:
            gaps.append(Gap(f"the Info dictionary has more than {MOST_ENTRIES} entries", start))
            break
        text = _as_text(_resolved(file, value, found.reference))
        if len(text) > MOST_VALUE_BYTES:
            gaps.append(Gap(f"{key} of the Info dictionary was read in part", start))
        entries.append(Entry("pdf.info", _shown(key), text[:MOST_VALUE_BYTES], start, stop - start, standard=key == "AIGC"))
    return entries


def _resolved(file: PdfFile, value: Value, holder: Ref | None) -> Value:
    """A value of the object ``holder``, or what it refers to, decrypted."""
    if not isinstance(value, Ref):
        return file.plain(value, holder)
    found = file.find(value)
    return file.plain(file.value(found.value), found.reference) if found else None


def _shown(key: str) -> str:
    return key.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _as_text(value: Value) -> str:
    """A string as text; other values as JSON, so that a label written as a dictionary of strings can be read."""
    return text_string(value) if isinstance(value, bytes) else json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Value) -> object:
    if isinstance(value, bytes):
        return text_string(value)
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {_shown(key): _plain(each) for key, each in value.items()}
    return _shown(value) if isinstance(value, str) else value


def _catalogue(file: PdfFile) -> dict[str, Value]:
    root = file.value(file.trailer.get("Root"))
    return root if isinstance(root, dict) else {}


def _has_page(file: PdfFile) -> bool:
    """True if the tree of pages (7.7.3.2) has a first branch or leaf."""
    pages = file.value(_catalogue(file).get("Pages"))
    kids = file.value(pages.get("Kids")) if isinstance(pages, dict) else None
    return isinstance(kids, list) and bool(kids) and isinstance(file.value(kids[0]), dict)


def _metadata(file: PdfFile) -> tuple[Ref, Found] | None:
    reference = _catalogue(file).get("Metadata")
    found = file.find(reference) if isinstance(reference, Ref) else None
    return (reference, found) if isinstance(reference, Ref) and found else None


def _xmp_entries(file: PdfFile) -> list[Entry]:
    metadata = _metadata(file)
    if metadata is None:
        return []
    found = metadata[1]
    stream = file.stream(found)
    start, stop = stream.carrier
    packet = stream.data[:MOST_VALUE_BYTES].decode("utf-8", "replace")
    if len(stream.data) > MOST_VALUE_BYTES:
        file.gaps.append(Gap("the XMP packet was read in part", start))
    return [Entry("pdf.xmp", "Metadata", packet, start, stop - start, "xmp")]


def _signature_facts(file: PdfFile) -> dict[str, str]:
    """``signed`` where the form says so (SigFlags, Table 225) or a certification stands (Perms, 12.8.6); ``docmdp``: what it permits."""
    catalogue = _catalogue(file)
    facts: dict[str, str] = {}
    form = file.value(catalogue.get("AcroForm"))
    flags = file.value(form.get("SigFlags")) if isinstance(form, dict) else None
    if isinstance(flags, int) and flags & 1:
        facts["signed"] = "pdf"
    permissions = file.value(catalogue.get("Perms"))
    certified = file.value(permissions.get("DocMDP")) if isinstance(permissions, dict) else None
    if isinstance(certified, dict):
        facts |= {"signed": "pdf", "docmdp": "2"}  # Table 257: P is 2 where it is absent
        references = file.value(certified.get("Reference"))
        for each in references if isinstance(references, list) else []:
            reference = file.value(each)
            parameters = file.value(reference.get("TransformParams")) if isinstance(reference, dict) else None
            permitted = file.value(parameters.get("P")) if isinstance(parameters, dict) else None
            if permitted in (1, 2, 3):
                facts["docmdp"] = str(permitted)
    return facts


def _c2pa_facts(file: PdfFile) -> dict[str, str]:
    """``c2pa``: where the manifest store lies, an embedded file that the catalogue names as C2PA_Manifest (C2PA 2.1, appendix A, PDF)."""
    files = file.value(_catalogue(file).get("AF"))
    for each in files[:_MOST_ASSOCIATED] if isinstance(files, list) else []:
        about = file.value(each)
        if not isinstance(about, dict) or about.get("AFRelationship") != "C2PA_Manifest":
            continue
        embedded = file.value(about.get("EF"))
        reference = (embedded.get("F") or embedded.get("UF")) if isinstance(embedded, dict) else None
        found = file.find(reference) if isinstance(reference, Ref) else None
        return {"c2pa": str(found.carrier.start if found else 0)}
    return {}


def _content_stop(file: PdfFile) -> int:
    """Where the last revision ends that changed more than Info and XMP: labelling adds revisions behind it that change nothing else."""
    metadata, before = _metadata_numbers(file), file.source.size
    for section, older in zip(file.sections, [*file.sections[1:], None], strict=True):
        numbers = section.numbers(_MOST_IN_LABEL_UPDATE)
        places = {number: section.find(number) for number in numbers or []}
        offsets = [place + file.base for place in places.values() if isinstance(place, int)]
        own = {number for number, place in places.items() if place == section.at}
        label_only = (
            older is not None
            and numbers is not None
            and len(offsets) == len(places)
            and set(numbers) <= metadata | own
            and section.trailer.get("Root") == older.trailer.get("Root")
            and section.at + file.base < before
        )
        if not label_only:
            break
        first = min([*offsets, section.at + file.base])
        if before - first > MOST_VALUE_BYTES:  # an update of a label is small; this one holds more than its objects
            break
        before = _end_of_revision(file, first)
    return _end_of_revision(file, before)


def _end_of_revision(file: PdfFile, stop: int) -> int:
    """The end of the marker ``%%EOF`` in the last 1,024 bytes before ``stop`` (where readers look for it), else of what is no blank."""
    near = file.source.at_most(max(0, stop - 1024), min(stop, 1024))
    marker = near.rfind(b"%%EOF")
    kept = marker + len(b"%%EOF") if marker >= 0 else len(near.rstrip(b"\r\n"))
    return stop - len(near) + kept


def _metadata_numbers(file: PdfFile) -> set[int]:
    """The objects that describe the document and draw nothing: an Info without a Type, an XMP stream that says so. Others that the
    trailer calls so may be pages under another name."""
    numbers: set[int] = set()
    about, metadata = file.trailer.get("Info"), _metadata(file)
    info = file.value(about)
    if isinstance(about, Ref) and (info is None or (isinstance(info, dict) and "Type" not in info)):
        numbers.add(about.number)
    if metadata and isinstance(metadata[1].value, dict) and metadata[1].value.get("Type") == "Metadata":
        numbers.add(metadata[0].number)
    return numbers


def _refuse_what_cannot_be_written(reading: Reading) -> None:
    if "encrypted" in reading.facts:
        raise Unsupported(
            "an encrypted PDF is not labelled: whoever encrypted it restricts what may be done with it", "label it before encrypting"
        )
    if reading.facts.get("docmdp") == "1":
        raise Unsupported("this PDF is certified, and its certificate permits no change (DocMDP 1)", "label it before it is certified")
    if reading.gaps:
        raise Unsupported(f"this PDF was not understood in full: {reading.gaps[0].reason}", "repair it with a PDF tool first")


def _write_info(file: PdfFile, update: Update, shown: set[str], value: str) -> None:
    """Info with the label and without the entries that are ``shown`` under these keys (a key in the file may not be UTF-8)."""
    added = b"/AIGC " + text_of(value)
    found, reference = _info(file), file.trailer.get("Info")
    if found is None:
        update.set_in_trailer("Info", b"%d 0 R" % update.new(b"<<%b>>" % added).number)
    elif isinstance(reference, Ref):
        keys = found.value if isinstance(found.value, dict) else {}
        update.replace(reference, dictionary_source(found, {key for key in keys if _shown(key) in shown} | {"AIGC"}, added))
    else:
        raise Unsupported("the Info dictionary stands in the trailer itself, where updates cannot reach it", "save the file anew first")


def _take_out_of_xmp(file: PdfFile, update: Update) -> None:
    from brightline.labels.xmp import without_label

    metadata = _metadata(file)
    if metadata is None:
        return
    reference, found = metadata
    packet = without_label(file.stream(found).data) or _EMPTY_PACKET
    own = b"/Type /Metadata /Subtype /XML /Length %d" % len(packet)  # 14.3.2 asks for the types, and writers leave them out
    about = dictionary_source(found, {"Type", "Subtype", "Length", "Filter", "DecodeParms"}, own)
    update.replace(reference, about + b"\nstream\n" + packet + b"\nendstream")


_EMPTY_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/></x:xmpmeta><?xpacket end="w"?>'
)

PDF: Container = _Pdf()
