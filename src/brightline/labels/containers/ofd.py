"""OFD (GB/T 33190-2016): the label is the custom data ``AIGC`` of the document's DocInfo. **Our own proposal.**

The text of TC260-PG-20258A for OFD could not be read (rules.md, 2.5). GB/T 33190-2016, 7.4 gives ``DocInfo`` the element ``CustomDatas``
with ``CustomData Name="…"`` for what an application wants to add: it stands in ``OFD.xml``, and all other parts keep their bytes.
Read as well: every other entry of every document's DocInfo. ``standard`` is said of the proposed place, for there is no other.

Not done: signed files are refused, for signatures of OFD cover ``OFD.xml`` (7.4: DocBody names them; chapter 18).
"""

from __future__ import annotations

from dataclasses import replace

from brightline.labels.containers.container import Container
from brightline.labels.containers.package import Package, Part
from brightline.labels.containers.package_xml import Element, Spliced, elements, escaped, spliced
from brightline.labels.containers.reading import MOST_ENTRIES, Entry, Gap, Kept, Plan, Reading, without_media
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, Unsupported

__all__ = ["OFD"]

_ROOT_PART = "OFD.xml"


class _Ofd:
    name = "ofd"
    media_types = ("application/ofd",)
    suffixes = (".ofd",)

    def accepts(self, head: bytes, name: str) -> bool:
        return head.startswith(b"PK\x03\x04") and (b"ofd.xml" in head.lower() or name.lower().endswith(self.suffixes))

    def read(self, source: Source) -> Reading:
        package = Package.opened(source)
        reading = _read(package, _root_part(package))
        return reading if reading.media else replace(reading, gaps=(*reading.gaps, without_media("document")))

    def plan(self, source: Source, value: str) -> Plan:
        from brightline.labels.sites import is_label

        package = Package.opened(source)
        part = _root_part(package)
        reading = _read(package, part)
        if reading.gaps:
            raise Malformed(f"this document was not understood in full: {reading.gaps[0].reason}")
        if "signed" in reading.facts:
            raise Unsupported("this OFD is signed, and a label would break its signature", "label it before it is signed or sealed")
        labels = [entry for entry in reading.entries if is_label(entry)]
        if [(entry.place, entry.key, entry.value) for entry in labels] == [("ofd.custom", "AIGC", value)]:
            return Plan((Kept(0, source.size),))
        data = package.content(part)
        edits: list[Spliced] = []
        for entry, element in _information(data, part):
            if is_label(entry):
                edits.append(_without(element))
        edits.append(_insertion(data, value))
        return Plan(package.rewritten({part.name: spliced(data, edits, part.name)}))


def _root_part(package: Package) -> Part:
    part = package.named(_ROOT_PART)
    if part is None:
        raise Unsupported("this zip file is no OFD: OFD.xml is missing")
    return part


def _read(package: Package, part: Part) -> Reading:
    data = package.content(part)
    entries = [entry for entry, _ in _information(data, part)]
    gaps = [Gap(f"more than {MOST_ENTRIES} entries of metadata")] if len(entries) > MOST_ENTRIES else []
    media = package.others(frozenset({part.name.lower()}))
    signed = any(element.name == "Signatures" and element.within("DocBody") for element in elements(data, _ROOT_PART))
    facts = package.credential_facts() | ({"signed": "ofd"} if signed else {})
    return Reading("ofd", tuple(entries[:MOST_ENTRIES]), media, tuple(gaps), facts)


def _information(data: bytes, part: Part) -> list[tuple[Entry, Element]]:
    """The entries of each DocInfo, its custom data by their names."""
    found = []
    for element in elements(data, part.name):
        start, stop = part.extent
        if element.name == "CustomData" and element.within("CustomDatas"):
            key = element.attributes.get("Name", "")
            found.append((Entry("ofd.custom", key, element.text, start, stop - start, standard=key == "AIGC"), element))
        elif element.within("DocInfo") and element.name not in ("CustomDatas", "Keywords"):
            found.append((Entry("ofd.info", element.name, element.text, start, stop - start), element))
        elif element.within("Keywords"):
            found.append((Entry("ofd.info", "Keywords", element.text, start, stop - start), element))
    return found


def _without(element: Element) -> Spliced:
    return (element.start, element.stop, b"") if element.name == "CustomData" else (element.open_stop, element.close_start, b"")


def _insertion(data: bytes, value: str) -> Spliced:
    """Behind the other custom data of the first document, or as the last element of its DocInfo, where the schema has it."""
    found = elements(data, _ROOT_PART)
    info = next((element for element in found if element.name == "DocInfo"), None)
    if info is None or info.empty_tag:
        raise Malformed("OFD.xml has no DocInfo to put a label into")
    prefix = f"{info.prefix}:" if info.prefix else ""
    entry = f'<{prefix}CustomData Name="AIGC">{escaped(value)}</{prefix}CustomData>'
    holder = next((element for element in found if element.name == "CustomDatas" and element.parent is info), None)
    if holder is not None and not holder.empty_tag:
        return holder.close_start, holder.close_start, entry.encode()
    whole = f"<{prefix}CustomDatas>{entry}</{prefix}CustomDatas>".encode()
    return (holder.start, holder.stop, whole) if holder else (info.close_start, info.close_start, whole)


OFD: Container = _Ofd()
