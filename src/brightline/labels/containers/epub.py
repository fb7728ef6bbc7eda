"""EPUB: the label is ``<meta name="AIGC" content="…"/>`` among the metadata of the package document. **Our own proposal.**

No guide that could be read names a place for EPUB (rules.md, 2.5). The form is that of OPF 2.0.1, 2.2, which EPUB 3.3 keeps
as legacy metadata that reading systems ignore. The package document is found through ``META-INF/container.xml`` (OCF, 4.2.6.3);
all other parts keep their bytes, so ``mimetype`` stays first and stored. Read as well: all metadata of all renditions. ``standard`` is
said of the proposed place, for there is no other.

Not done: a package document that is signed or encrypted is refused; the books' pages are not looked at.
"""

from __future__ import annotations

from posixpath import normpath
from urllib.parse import unquote

from brightline.labels.containers.container import Container
from brightline.labels.containers.package import Package, Part
from brightline.labels.containers.package_xml import Element, Spliced, attribute, elements, spliced
from brightline.labels.containers.reading import MOST_ENTRIES, Entry, Gap, Kept, Plan, Reading, without_media
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, Unsupported

__all__ = ["EPUB", "rendition"]

_MIMETYPE = b"application/epub+zip"
_CONTAINER = "META-INF/container.xml"
_MOST_RENDITIONS = 16  # own choice: one is usual, a few for fixed and flowing layouts


class _Epub:
    name = "epub"
    media_types = ("application/epub+zip",)
    suffixes = (".epub",)

    def accepts(self, head: bytes, name: str) -> bool:
        if not head.startswith(b"PK\x03\x04"):
            return False
        return (head[30:38] == b"mimetype" and _MIMETYPE in head[38:128]) or name.lower().endswith(self.suffixes)

    def read(self, source: Source) -> Reading:
        package = Package.opened(source)
        return _read(package, _package_documents(package))

    def plan(self, source: Source, value: str) -> Plan:
        from brightline.labels.sites import is_label

        package = Package.opened(source)
        documents = _package_documents(package)
        reading = _read(package, documents)
        if reading.gaps:
            raise Malformed(f"this book was not understood in full: {reading.gaps[0].reason}", reading.gaps[0].offset)
        if "signed" in reading.facts:
            raise Unsupported("this book is signed, and a label would break its signature", "label it before it is signed")
        labels = [entry for entry in reading.entries if is_label(entry)]
        if [(entry.key, entry.value, entry.standard) for entry in labels] == [("AIGC", value, False)] and labels[
            0
        ].place == "epub.opf.meta":
            return Plan((Kept(0, source.size),))
        changed: dict[str, bytes] = {}
        for place, part in enumerate(documents):
            data = package.content(part)
            edits = [_without(element) for entry, element in _metadata(package, part) if is_label(entry)]
            if place == 0:
                edits.append(_insertion(data, part.name, value))
            if edits:
                changed[part.name] = spliced(data, edits, part.name)
        return Plan(package.rewritten(changed))


def rendition(package: Package) -> Part:
    """The package document of the default rendition. Raises as ``EPUB.read`` does."""
    return _package_documents(package)[0]


def _package_documents(package: Package) -> list[Part]:
    """The package documents that container.xml names, the default rendition first. Raises ``Unsupported`` where there is none."""
    container = package.named(_CONTAINER)
    if container is None:
        raise Unsupported("this zip file is no EPUB: META-INF/container.xml is missing")
    paths = [
        normpath(unquote(element.attributes.get("full-path", ""))).lstrip("/")
        for element in elements(package.content(container), _CONTAINER)
        if element.name == "rootfile"
    ]
    found = [part for path in dict.fromkeys(paths[:_MOST_RENDITIONS]) if (part := package.named(path))]
    if not found:
        raise Malformed("the package document that container.xml names is missing")
    return found


def _read(package: Package, documents: list[Part]) -> Reading:
    entries: list[Entry] = []
    gaps: list[Gap] = []
    for part in documents:
        try:
            entries += [entry for entry, _ in _metadata(package, part)]
        except LabelError as problem:
            gaps.append(Gap(f"{part.name[:80]} was not read: {problem.message}", part.extent.start))
    if len(entries) > MOST_ENTRIES:
        gaps.append(Gap(f"more than {MOST_ENTRIES} entries of metadata"))
    facts = {"main": documents[0].name, **package.credential_facts()}
    if package.named("META-INF/signatures.xml"):
        facts["signed"] = "epub"
    without = frozenset({*(part.name.lower() for part in documents), "meta-inf/"})
    if not package.others(without | {"mimetype"}):
        gaps.append(without_media("page of the book"))
    return Reading("epub", tuple(entries[:MOST_ENTRIES]), package.others(without), tuple(gaps), facts)


def _metadata(package: Package, part: Part) -> list[tuple[Entry, Element]]:
    """The children of ``metadata``: of a ``meta`` its name or property, of the others (Dublin Core) their own names."""
    found = []
    for element in elements(package.content(part), part.name):
        if not (element.within("metadata") or element.within("dc-metadata") or element.within("x-metadata")):
            continue
        place, key, value = "epub.opf", element.name, element.text
        if element.name == "meta":
            place, key = "epub.opf.meta", element.attributes.get("name") or element.attributes.get("property", "")
            value = element.attributes.get("content") or element.text
        standard = (place, key) == ("epub.opf.meta", "AIGC")
        found.append((Entry(place, key, value, part.extent.start, part.extent.stop - part.extent.start, standard=standard), element))
    return found


def _without(element: Element) -> Spliced:
    """The edit that takes a label out: a ``meta`` goes as a whole, of others only the text, for Dublin Core may be required."""
    return (element.start, element.stop, b"") if element.name == "meta" else (element.open_stop, element.close_start, b"")


def _insertion(data: bytes, name: str, value: str) -> Spliced:
    metadata = next((element for element in elements(data, name) if element.name == "metadata"), None)
    if metadata is None:
        raise Malformed(f"{name[:80]} has no metadata to put a label into")
    prefix = f"{metadata.prefix}:" if metadata.prefix else ""
    meta = f'<{prefix}meta name="AIGC" content={attribute(value)}/>'.encode()
    if metadata.empty_tag:
        return metadata.open_stop - 2, metadata.open_stop, b">" + meta + f"</{prefix}metadata>".encode()
    return metadata.close_start, metadata.close_start, meta


EPUB: Container = _Epub()
