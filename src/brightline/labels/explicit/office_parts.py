"""What editing an Office document needs of its package (ISO/IEC 29500-2): parts by name, relationships, one more child of a root."""

from __future__ import annotations

from posixpath import basename, dirname, join, normpath

from brightline.labels.containers.package import Package, Part
from brightline.labels.containers.package_xml import Element, attribute, elements, spliced
from brightline.labels.errors import Malformed

__all__ = [
    "CONTENT_TYPES",
    "PACKAGE_RELATIONS",
    "RELATIONS",
    "STRICT_RELATIONS",
    "fresh_id",
    "fresh_name",
    "part_named",
    "related",
    "relation_id",
    "relations_of",
    "with_child",
]

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"


def part_named(package: Package, name: str) -> Part:
    """Raises ``Malformed`` where it is missing."""
    part = package.named(name)
    if part is None:
        raise Malformed(f"the part {name[:80]} is missing")
    return part


def relations_of(name: str) -> str:
    """The name of the part with the relationships of the part ``name``."""
    return join(dirname(name), "_rels", basename(name) + ".rels")


def related(package: Package, name: str) -> dict[str, tuple[str, str]]:
    """The relationships of a part: by their id the last word of their type, and the part that they name."""
    relations = package.named(relations_of(name))
    if relations is None:
        return {}
    return {
        element.attributes.get("Id", ""): (
            element.attributes.get("Type", "").rsplit("/", 1)[-1],
            normpath(join("/", dirname(name), element.attributes.get("Target", ""))).lstrip("/"),
        )
        for element in elements(package.content(relations), relations.name)
        if element.name == "Relationship" and element.attributes.get("TargetMode") != "External"
    }


def with_child(package: Package, name: str, child: str, root: str, space: str) -> bytes:
    """The part ``name`` with ``child`` as the last one of its root; a fresh part of this root and namespace where there is none."""
    part = package.named(name)
    if part is None:
        return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n<{root} xmlns="{space}">{child}</{root}>'.encode()
    data = package.content(part)
    top = elements(data, name)[0]
    if top.empty_tag:
        prefix = f"{top.prefix}:" if top.prefix else ""
        return spliced(data, [(top.open_stop - 2, top.open_stop, f">{_in_space(child, space)}</{prefix}{root}>".encode())], name)
    return spliced(data, [(top.close_start, top.close_start, _in_space(child, space).encode())], name)


def _in_space(child: str, space: str) -> str:
    """The child with its namespace said, for a root may use a prefix."""
    name, rest = child[1:].split(" ", 1)
    return f"<{name} xmlns={attribute(space)} {rest}"


def fresh_id(taken: set[str]) -> str:
    """An id for one more relationship."""
    return next(f"rIdAigc{number}" for number in range(1, len(taken) + 2) if f"rIdAigc{number}" not in taken)


def fresh_name(package: Package, folder: str, stem: str) -> str:
    """A name ``stem``N``.xml`` that no part in ``folder`` has."""
    names = {part.name.lower() for part in package.parts}
    return next(f"{stem}{n}.xml" for n in range(1, len(names) + 2) if join(folder, f"{stem}{n}.xml").lower() not in names)


def relation_id(element: Element) -> str:
    """The ``r:id`` of a slide or sheet, beside its own ``id``."""
    return next((value for key, value in element.attributes.items() if key.endswith("/relationships id")), "")
