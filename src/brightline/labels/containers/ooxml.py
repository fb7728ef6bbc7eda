"""Word, Excel and PowerPoint files (DOCX, XLSX, PPTX, their templates and macro forms): the label is a custom document property.

TC260-PG-20258A, 6.1: ``docProps/custom.xml``, property ``AIGC`` of type ``vt:lpwstr`` holding the bare JSON; content type and
relationship are registered (ISO/IEC 29500-1, 15.2.12.2 and 22.3; 29500-2, 6.2 and 7). All other parts keep their compressed bytes. Read as
well: every property of core.xml and app.xml. The kind of document is told from the content type of its main part.

Files encrypted with a password are OLE2 files and no packages: they, and the old binary formats, are named for what they are and refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from posixpath import normpath

from brightline.labels.containers.container import Container
from brightline.labels.containers.package import Package, Part
from brightline.labels.containers.package_xml import Element, Spliced, attribute, elements, escaped, spliced
from brightline.labels.containers.reading import MOST_ENTRIES, Entry, Gap, Kept, Plan, Reading, without_media
from brightline.labels.containers.source import Source
from brightline.labels.errors import LabelError, Malformed, Unsupported

__all__ = ["OOXML", "Office", "office"]

_CUSTOM_PART = "docProps/custom.xml"
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_FORMAT = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"  # FMTID_UserDefinedProperties, MS-OLEPS 2.18.1.1; case as Office writes it
_CONTENT_TYPES, _ROOT_RELATIONS = "[Content_Types].xml", "_rels/.rels"
_TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006"
_STRICT = "http://purl.oclc.org/ooxml/officeDocument"  # ISO/IEC 29500-1, Annex on strict conformance
_STRICT_NAMES = {f"{_STRICT}/relationships/{name}Properties": f"{name}-properties" for name in ("custom", "extended")}
_NOT_CONTENT = frozenset({_CONTENT_TYPES.lower(), _ROOT_RELATIONS, "docprops/"})

_KINDS = {
    "ms-excel.addin.macroenabled": "xlam",
    "ms-excel.sheet.binary.macroenabled": "xlsb",
    "ms-excel.sheet.macroenabled": "xlsm",
    "ms-excel.template.macroenabled": "xltm",
    "ms-powerpoint.presentation.macroenabled": "pptm",
    "ms-powerpoint.slideshow.macroenabled": "ppsm",
    "ms-powerpoint.template.macroenabled": "potm",
    "ms-word.document.macroenabled": "docm",
    "ms-word.template.macroenabledtemplate": "dotm",
    "openxmlformats-officedocument.presentationml.presentation": "pptx",
    "openxmlformats-officedocument.presentationml.slideshow": "ppsx",
    "openxmlformats-officedocument.presentationml.template": "potx",
    "openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "openxmlformats-officedocument.spreadsheetml.template": "xltx",
    "openxmlformats-officedocument.wordprocessingml.document": "docx",
    "openxmlformats-officedocument.wordprocessingml.template": "dotx",
}
"""Content types of main parts, ``application/vnd.X.main+xml``, as registered with IANA."""


class _Ooxml:
    name = "ooxml"
    media_types = (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    )
    suffixes = tuple(sorted((f".{kind}" for kind in _KINDS.values()), key=lambda suffix: (suffix[-1] != "x", suffix)))

    def accepts(self, head: bytes, name: str) -> bool:
        if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
            return True  # OLE2: read() says what it is
        ours = (b"[Content_Types].xml", b"_rels/.rels", b"docProps/", b"word/", b"xl/", b"ppt/")
        return head.startswith(b"PK\x03\x04") and (any(part in head for part in ours) or name.lower().endswith(self.suffixes))

    def read(self, source: Source) -> Reading:
        return _read(office(source))

    def plan(self, source: Source, value: str) -> Plan:
        from brightline.labels.sites import is_label

        document = office(source)
        reading = _read(document)
        if reading.gaps:
            raise Malformed(f"this document was not understood in full: {reading.gaps[0].reason}", reading.gaps[0].offset)
        labels = [entry for entry in reading.entries if is_label(entry)]
        if [(entry.place, entry.key, entry.value) for entry in labels] == [("ooxml.custom", "AIGC", value)] and document.registered:
            return Plan((Kept(0, source.size),))
        return Plan(document.package.rewritten(_changed(document, {(entry.place, entry.key) for entry in labels}, value)))


@dataclass(slots=True)
class Office:
    """An opened document. ``kind`` is its usual suffix; ``main`` names its main part; ``custom`` is its part of custom properties."""

    package: Package
    kind: str
    main: str
    strict: bool
    custom: Part | None
    registered: bool
    properties: dict[str, list[Part]] = field(default_factory=dict)


def office(source: Source) -> Office:
    """The document behind ``source``. Raises ``Unsupported`` for encrypted, old and other files, ``Malformed`` for broken packages."""
    if source.at_most(0, 8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        _refuse_ole2(source)
    package = Package.opened(source)
    types, relations = package.named(_CONTENT_TYPES), package.named(_ROOT_RELATIONS)
    if types is None or relations is None:
        raise Unsupported("this zip file is no Office document: it has no content types or no relationships")
    targets: dict[str, list[str]] = {}
    strict = False
    for element in elements(package.content(relations), _ROOT_RELATIONS):
        kind, target = element.attributes.get("Type", ""), element.attributes.get("Target", "")
        if element.name == "Relationship" and element.attributes.get("TargetMode") != "External":
            targets.setdefault(_STRICT_NAMES.get(kind, kind).rsplit("/", 1)[-1], []).append(normpath("/" + target).lstrip("/"))
            strict |= kind == f"{_STRICT}/relationships/officeDocument"
    main = targets.get("officeDocument", [""])[0]
    custom_name = targets.get("custom-properties", [_CUSTOM_PART])[0]
    content_types = elements(package.content(types), _CONTENT_TYPES)
    kind = _kind(_type_of(content_types, main))
    if not kind:
        raise Unsupported("this package is no Word, Excel or PowerPoint document", f"its main part is {main[:80]!r}")
    registered = "custom-properties" in targets and _type_of(content_types, custom_name) == _CUSTOM_TYPE
    properties = {
        place: [part for name in dict.fromkeys(names) if (part := package.named(name))]
        for place, names in {
            "ooxml.custom": [*targets.get("custom-properties", []), _CUSTOM_PART],
            "ooxml.core": [*targets.get("core-properties", []), "docProps/core.xml"],
            "ooxml.app": [*targets.get("extended-properties", []), "docProps/app.xml"],
        }.items()
    }
    return Office(package, kind, main, strict, package.named(custom_name), registered, _distinct(properties))


def _distinct(properties: dict[str, list[Part]]) -> dict[str, list[Part]]:
    return {place: list({part.extent: part for part in parts}.values()) for place, parts in properties.items()}


def _read(document: Office) -> Reading:
    entries: list[Entry] = []
    gaps: list[Gap] = []
    for place, parts in document.properties.items():
        for part in parts:
            try:
                found = [entry for entry, _ in _properties(document.package, part, place)]
                entries += found
            except LabelError as problem:
                gaps.append(Gap(f"{part.name[:80]} was not read: {problem.message}", part.extent.start))
    if len(entries) > MOST_ENTRIES:
        gaps.append(Gap(f"more than {MOST_ENTRIES} properties"))
    if document.package.named(document.main) is None:
        gaps.append(without_media(f"main part ({document.main[:80]})"))
    facts = {"main": document.main, **document.package.credential_facts()}
    if any(part.name.lower().startswith("_xmlsignatures/") for part in document.package.parts):
        facts["signed"] = "ooxml"
    own = {document.custom.name.lower()} if document.custom and document.registered else set()  # wherever it lies
    return Reading(document.kind, tuple(entries[:MOST_ENTRIES]), document.package.others(_NOT_CONTENT | own), tuple(gaps), facts)


def _properties(package: Package, part: Part, place: str) -> list[tuple[Entry, Element]]:
    """The properties of a part, each with the element that holds its text."""
    found = []
    for element in elements(package.content(part), part.name):
        if element.parent is None:
            continue
        if place == "ooxml.custom":
            owner = element.parent
            key = owner.attributes.get("name", "") if owner.name == "property" else None
            standard = key == "AIGC" and element.name == "lpwstr"
        else:
            key, standard = (element.name if element.parent.parent is None else None), False
        if key is not None:
            extent = part.extent
            found.append((Entry(place, key, element.text, extent.start, extent.stop - extent.start, standard=standard), element))
    return found


def _changed(document: Office, labels: set[tuple[str, str]], value: str) -> dict[str, bytes]:
    changed: dict[str, bytes] = {}
    for place, parts in document.properties.items():
        for part in parts:
            data = package_data = document.package.content(part)
            held = [element for entry, element in _properties(document.package, part, place) if (place, entry.key) in labels]
            if place == "ooxml.custom":
                owners = {element.parent.start: element.parent for element in held if element.parent}
                edits: list[Spliced] = [(owner.start, owner.stop, b"") for owner in owners.values()]
                if document.custom and part.extent == document.custom.extent:
                    edits.append(_property(data, part.name, value, set(owners)))
            else:
                edits = [(element.open_stop, element.close_start, b"") for element in held]
            if edits:
                data = spliced(data, edits, part.name)
            if data != package_data:
                changed[part.name] = data
    if document.custom is None:
        changed[_CUSTOM_PART] = _fresh(value, document.strict)
    if not document.registered:
        changed |= _registered(document)
    return changed


def _property(data: bytes, part: str, value: str, removed: set[int]) -> Spliced:
    """The edit that puts the property in, behind the others."""
    root, *others = elements(data, part)
    taken = [each.number("pid") or 0 for each in others if each.name == "property"]
    number = max([1, *taken]) + 1  # the first is 2: 0 and 1 are reserved (MS-OLEPS 2.18.2)
    if not root.namespace:
        raise Malformed("the custom properties are in no namespace")
    types = root.namespace.replace("custom-properties", "docPropsVTypes").replace("customProperties", "docPropsVTypes")
    prefix = f"{root.prefix}:" if root.prefix else ""
    body = (
        f'<{prefix}property fmtid="{_CUSTOM_FORMAT}" pid="{number}" name="AIGC">'
        f"<vt:lpwstr xmlns:vt={attribute(types)}>{escaped(value)}</vt:lpwstr></{prefix}property>"
    ).encode("ascii")
    if root.empty_tag:
        name = (prefix + root.name).encode("utf-8")
        return root.open_stop - 2, root.open_stop, b">" + body + b"</" + name + b">"
    return root.close_start, root.close_start, body


def _fresh(value: str, strict: bool) -> bytes:
    base, name = (_STRICT, "customProperties") if strict else (_TRANSITIONAL, "custom-properties")
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    empty = f'{head}<Properties xmlns="{base}/{name}"></Properties>'.encode("ascii")
    return spliced(empty, [_property(empty, _CUSTOM_PART, value, set())], _CUSTOM_PART)


def _registered(document: Office) -> dict[str, bytes]:
    """Content types and relationships with the part of custom properties in them."""
    package, name = document.package, document.custom.name if document.custom else _CUSTOM_PART
    types, relations = package.named(_CONTENT_TYPES), package.named(_ROOT_RELATIONS)
    if types is None or relations is None:
        raise Malformed("the package has no content types or no relationships")
    changed: dict[str, bytes] = {}
    data = package.content(types)
    root, *others = elements(data, types.name)
    overrides = [element for element in others if element.name == "Override"]
    stale = [(e.start, e.stop, b"") for e in overrides if e.attributes.get("PartName", "").lower() == f"/{name}".lower()]
    override = f'<{_tag(root, "Override")} PartName="/{name}" ContentType="{_CUSTOM_TYPE}"/>'
    changed[types.name] = spliced(data, [*stale, (root.close_start, root.close_start, override.encode("utf-8"))], types.name)
    data = package.content(relations)
    root, *others = elements(data, relations.name)
    if not any(element.attributes.get("Type", "").endswith(("/custom-properties", "/customProperties")) for element in others):
        taken = {element.attributes.get("Id", "") for element in others}
        fresh = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
        base, last = (_STRICT, "customProperties") if document.strict else (_TRANSITIONAL, "custom-properties")
        relation = f'<{_tag(root, "Relationship")} Id="{fresh}" Type="{base}/relationships/{last}" Target="{name}"/>'
        changed[relations.name] = spliced(data, [(root.close_start, root.close_start, relation.encode("utf-8"))], relations.name)
    return changed


def _tag(root: Element, name: str) -> str:
    if root.empty_tag:
        raise Malformed(f"the part with {name} entries is empty")
    return f"{root.prefix}:{name}" if root.prefix else name


def _type_of(content_types: list[Element], name: str) -> str:
    overrides = {
        e.attributes.get("PartName", "").lower(): e.attributes.get("ContentType", "") for e in content_types if e.name == "Override"
    }
    defaults = {
        e.attributes.get("Extension", "").lower(): e.attributes.get("ContentType", "") for e in content_types if e.name == "Default"
    }
    return overrides.get("/" + name.lower()) or defaults.get(name.rsplit(".", 1)[-1].lower(), "")


def _kind(content_type: str) -> str:
    lowered = content_type.lower().removeprefix("application/vnd.").removesuffix("+xml").removesuffix(".main")
    return _KINDS.get(lowered, "")


def _refuse_ole2(source: Source) -> None:
    """Say what an OLE2 file is (MS-CFB; MS-OFFCRYPTO 2.3.2: the stream EncryptedPackage). Always raises ``Unsupported``."""
    shift = int.from_bytes(source.at_most(30, 2), "little")
    sector = 1 << shift if shift in (9, 12) else 512
    first = int.from_bytes(source.at_most(48, 4), "little")
    directory = source.at_most((first + 1) * sector, sector) + source.at_most(0, 1 << 16)  # the directory lies early in nearly all files
    if "EncryptedPackage".encode("utf-16-le") in directory:
        raise Unsupported(
            "this Office document is encrypted with a password", "save it without a password, label it, and set the password again"
        )
    raise Unsupported(
        "this is an OLE2 file, such as the binary Office formats before 2007 (doc, xls, ppt)", "save it as docx, xlsx or pptx"
    )


OOXML: Container = _Ooxml()
