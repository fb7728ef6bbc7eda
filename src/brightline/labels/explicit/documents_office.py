"""Words in Word and PowerPoint files: a paragraph before or behind the text, a footer of every page, a text box on slides.

ISO/IEC 29500-1 (17.2 document, 17.10 footers, 19.3 slides). Parts are edited at the places that the XML parser reports and nothing
is serialised anew; parts that are not named here keep their compressed bytes. Old footers keep what they say and get a paragraph more.

Workbooks are ``documents_sheets.py``'s. Not done: Word's text boxes and frames; slides that are hidden get their label too.
"""

from __future__ import annotations

from posixpath import basename, dirname, join

from brightline.labels.containers.ooxml import Office, office
from brightline.labels.containers.package import Part
from brightline.labels.containers.package_xml import MOST_DOCUMENT_ELEMENTS, Element, Spliced, attribute, elements, escaped, spliced
from brightline.labels.containers.reading import Kept, Plan
from brightline.labels.containers.source import Source
from brightline.labels.errors import Malformed, OverLimit, Unsupported
from brightline.labels.explicit.office_parts import (
    CONTENT_TYPES,
    PACKAGE_RELATIONS,
    RELATIONS,
    STRICT_RELATIONS,
    fresh_id,
    fresh_name,
    part_named,
    related,
    relation_id,
    relations_of,
    with_child,
)

__all__ = ["plan_office"]

_LONGEST_PART = 64 << 20  # bytes of a main part; own choice: a thousand pages have some 30 MB
_MOST_SLIDES = 2000  # own choice
_USUAL_SIZE = (9_144_000, 6_858_000)  # EMU of a slide where sldSz, which may be left out, is: 10 by 7.5 inches, as PowerPoint's 4:3
_NAME = "AIGC label"
_FOOTER_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006/main"
_STRICT_DRAWING = "http://purl.oclc.org/ooxml/drawingml/main"


def plan_office(source: Source, text: str, position: str) -> tuple[Plan, str]:
    """The plan and the place. Raises ``Unsupported`` for signed files, and what reading the package raises."""
    document = office(source)
    if any(part.name.lower().startswith("_xmlsignatures/") for part in document.package.parts):
        raise Unsupported("this document is signed, and words in it would break the signature", "label it before it is signed")
    if document.kind in ("docx", "dotx", "docm", "dotm"):
        changed, place = _word(document, text, position)
    elif document.kind in ("pptx", "potx", "ppsx", "pptm", "potm", "ppsm"):
        changed, place = _slides(document, text, position)
    else:
        from brightline.labels.explicit.documents_sheets import sheets_with

        changed, place = sheets_with(document, text, position)
    return Plan(document.package.rewritten(changed) if changed else (Kept(0, source.size),)), place


def _word(document: Office, text: str, position: str) -> tuple[dict[str, bytes], str]:
    package = document.package
    part = part_named(package, document.main)
    data = package.content(part, _LONGEST_PART)
    found = elements(data, part.name, MOST_DOCUMENT_ELEMENTS)
    body = next((element for element in found if element.name == "body" and element.within("document")), None)
    if body is None or body.empty_tag:
        raise Malformed("the document has no body to put words into")
    if position == "footer":
        return _footers(document, part, data, found, text), "docx:footer"
    blocks = [element for element in found if element.parent is body]
    paragraphs = [element for element in blocks if element.name != "sectPr"]
    place = f"docx:{position} paragraph"
    if paragraphs and _words(found, paragraphs[0 if position == "first" else -1]).strip() == text:
        return {}, place
    last = blocks[-1] if blocks and blocks[-1].name == "sectPr" else None
    at = body.open_stop if position == "first" else last.start if last else body.close_start
    edits: list[Spliced] = [(at, at, _paragraph(body.namespace, text))]
    return {part.name: spliced(data, edits, part.name)}, place


def _footers(document: Office, part: Part, data: bytes, found: list[Element], text: str) -> dict[str, bytes]:
    """A paragraph more in every footer part, and a new footer where the first section has none of a kind that is in use."""
    package, space = document.package, found[0].namespace
    changed: dict[str, bytes] = {}
    relations_name = relations_of(part.name)
    its_relations = related(package, part.name)
    for name in {target for kind, target in its_relations.values() if kind == "footer"}:
        footer = package.named(name)
        if footer is None:
            continue
        body = package.content(footer)
        root, *inside = elements(body, name)
        if text in (_words([root, *inside], element).strip() for element in inside if element.name == "p"):
            continue
        if root.empty_tag:
            raise Malformed(f"the footer {name[:80]} is empty")
        changed[footer.name] = spliced(body, [(root.close_start, root.close_start, _paragraph(root.namespace, text))], name)
    section = next(
        (element for element in found if element.name == "sectPr" and element.parent and element.parent.name in ("body", "pPr")), None
    )
    missing = _missing_kinds(document, found, section)
    if not missing:
        return changed
    identifier = fresh_id(set(its_relations))
    fresh = join(dirname(part.name), fresh_name(package, dirname(part.name), "footer"))
    base = STRICT_RELATIONS if document.strict else RELATIONS
    references = "".join(
        f'<w:footerReference xmlns:w={attribute(space)} xmlns:r={attribute(base)} w:type="{kind}" r:id="{identifier}"/>' for kind in missing
    ).encode()
    changed[part.name] = spliced(data, [_into_section(found, section, space, references)], part.name)
    changed[fresh] = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n' + (
        f"<w:ftr xmlns:w={attribute(space)}>".encode() + _paragraph(space, text) + b"</w:ftr>"
    )
    relation = f'<Relationship Id="{identifier}" Type="{base}/footer" Target="{basename(fresh)}"/>'
    changed[relations_name] = with_child(package, relations_name, relation, "Relationships", PACKAGE_RELATIONS)
    override = f'<Override PartName="/{fresh}" ContentType="{_FOOTER_TYPE}"/>'
    changed["[Content_Types].xml"] = with_child(package, "[Content_Types].xml", override, "Types", CONTENT_TYPES)
    return changed


def _missing_kinds(document: Office, found: list[Element], section: Element | None) -> list[str]:
    """Kinds of footers in use for which the first section names none: later sections inherit what the first has (17.10.5)."""
    inside = [element for element in found if section is not None and element.parent is section]
    named = {element.attributes.get("type", "") or "default" for element in inside if element.name == "footerReference"}
    kinds = ["default"]
    if any(element.name == "titlePg" and element.attributes.get("val", "") not in ("0", "false", "off") for element in inside):
        kinds.append("first")
    settings = document.package.named(join(dirname(document.main), "settings.xml"))
    if settings and b"evenAndOddHeaders" in document.package.content(settings):
        kinds.append("even")
    return [kind for kind in kinds if kind not in named]


def _into_section(found: list[Element], section: Element | None, space: str, references: bytes) -> Spliced:
    if section is None:
        body = next(element for element in found if element.name == "body")
        whole = f"<w:sectPr xmlns:w={attribute(space)}>".encode() + references + b"</w:sectPr>"
        return body.close_start, body.close_start, whole
    if section.empty_tag:
        name = f"{section.prefix}:sectPr" if section.prefix else "sectPr"
        return section.open_stop - 2, section.open_stop, b">" + references + f"</{name}>".encode()
    return section.open_stop, section.open_stop, references


def _slides(document: Office, text: str, position: str) -> tuple[dict[str, bytes], str]:
    package = document.package
    main = part_named(package, document.main)
    found = elements(package.content(main, _LONGEST_PART), main.name)
    its_relations = related(package, main.name)
    order = [its_relations.get(relation_id(element), ("", ""))[1] for element in found if element.name == "sldId"]
    slides = [part for name in order if (part := package.named(name))]
    if not slides:
        raise Unsupported("the presentation has no slide to put words on")
    if len(slides) > _MOST_SLIDES:
        raise OverLimit(f"the presentation has more than {_MOST_SLIDES} slides")
    size = next((element for element in found if element.name == "sldSz"), None)
    width, height = (size.number("cx"), size.number("cy")) if size else _USUAL_SIZE
    if not width or not height:
        raise Malformed(f"{main.name[:80]} does not say the size of its slides")
    chosen = slides if position == "footer" else slides[:1] if position == "first" else slides[-1:]
    changed: dict[str, bytes] = {}
    for slide in chosen:
        data = package.content(slide, _LONGEST_PART)
        inside = elements(data, slide.name, MOST_DOCUMENT_ELEMENTS)
        if any(element.name == "cNvPr" and element.attributes.get("name") == _NAME for element in inside):
            continue
        tree = next((element for element in inside if element.name == "spTree"), None)
        if tree is None or tree.empty_tag:
            raise Malformed(f"{slide.name[:80]} has no shapes to put words beside")
        numbers = [element.number("id") or 0 for element in inside if element.name == "cNvPr"]
        box = _text_box(tree.namespace, _STRICT_DRAWING if document.strict else _DRAWING, max([1, *numbers]) + 1, text, (width, height))
        end = next((element.start for element in inside if element.parent is tree and element.name == "extLst"), tree.close_start)
        changed[slide.name] = spliced(data, [(end, end, box)], slide.name)
    place = {"first": "pptx:first slide", "last": "pptx:last slide", "footer": "pptx:every slide"}[position]
    return changed, place


def _text_box(space: str, drawing: str, number: int, text: str, size: tuple[int, int]) -> bytes:
    """A box along the lower edge, a tenth of the slide high, its letters 5 % of the height: as on pictures (GB 45438-2025, 5.2)."""
    width, height = size
    points = max(1000, round(height * 0.05 / 12700 * 100))  # hundredths of a point; 12,700 EMU are one point (20.1.2.1)
    return (
        f"<p:sp xmlns:p={attribute(space)} xmlns:a={attribute(drawing)}><p:nvSpPr>"
        f'<p:cNvPr id="{number}" name="{_NAME}" descr={attribute(text)}/><p:cNvSpPr txBox="1"/><p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>'
        f'<a:xfrm><a:off x="0" y="{height - height // 10}"/><a:ext cx="{width}" cy="{height // 10}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill></p:spPr>'
        '<p:txBody><a:bodyPr wrap="square" anchor="ctr"><a:normAutofit/></a:bodyPr><a:lstStyle/><a:p><a:pPr algn="ctr"/><a:r>'
        f'<a:rPr lang="zh-CN" sz="{points}"><a:solidFill><a:srgbClr val="262626"/></a:solidFill></a:rPr><a:t>{escaped(text)}</a:t></a:r></a:p></p:txBody></p:sp>'
    ).encode()


def _paragraph(space: str, text: str) -> bytes:
    body = f'<w:r><w:t xml:space="preserve">{escaped(text)}</w:t></w:r>'
    return f'<w:p xmlns:w={attribute(space)}><w:pPr><w:jc w:val="center"/></w:pPr>{body}</w:p>'.encode()


def _words(found: list[Element], paragraph: Element) -> str:
    return "".join(element.text for element in found if element.name == "t" and paragraph.start <= element.start < paragraph.stop)
