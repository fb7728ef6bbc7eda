"""Words in Excel files: a sheet of their own, or the footer of every sheet; no cell moves, and no formula changes.

A row for the label would move every cell that formulas name, and a box over the cells would hide some of them. So *first* and *last* are
a sheet with nothing but the label, before or behind the others: the first or last thing of the workbook (GB 45438-2025, 5.1), which opens
on the one in front. Names that are local to a sheet count sheets from the front (ISO/IEC 29500-1, 18.2.5) and are raised by one.
*footer* is what every printed page says (18.3.1.46); on the screen only the page view shows it, so it is no label by itself.

Refused: binary workbooks (xlsb), workbooks whose structure is protected, a sheet in front of workbooks with macros (which find sheets
by their number).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from posixpath import dirname, join

from brightline.labels.containers.ooxml import Office
from brightline.labels.containers.package import Part
from brightline.labels.containers.package_xml import Element, Spliced, attribute, elements, escaped, spliced
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

__all__ = ["sheets_with"]

_NAME = "AIGC"
_LONGEST_OF_OURS = 16_384  # compressed bytes; own choice: a sheet with a label has some 400
_LONGEST_PART = 64 << 20  # bytes of a sheet; own choice: 500,000 cells have some 30 MB
_MOST_CELLS = 2_000_000  # elements of a sheet that is looked through for its footer; own choice: half a million cells
_MOST_SHEETS = 1000  # own choice
_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
# 18.3.1.99: what may stand behind the footer in a worksheet.
_BEHIND_THE_FOOTER = frozenset({"rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags", "drawing"})
_BEHIND_THE_FOOTER |= {
    "legacyDrawing",
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
}
_BEHIND_THE_FOOTER |= {"extLst"}


def sheets_with(document: Office, text: str, position: str) -> tuple[dict[str, bytes], str]:
    """The changed parts and the place; no parts where the label stands there already. Raises ``LabelError``."""
    if document.kind == "xlsb":
        raise Unsupported("binary workbooks get no explicit label", "save it as .xlsx, or show the label where the file is offered")
    book = part_named(document.package, document.main)
    data = document.package.content(book, _LONGEST_PART)
    found = elements(data, book.name)
    sheets = [element for element in found if element.name == "sheet" and element.within("sheets")]
    if not sheets or len(sheets) > _MOST_SHEETS:
        raise OverLimit(f"a workbook of {len(sheets)} sheets; 1 to {_MOST_SHEETS} are labelled")
    parts = related(document.package, book.name)
    if position == "footer":
        names = [parts.get(relation_id(sheet), ("", ""))[1] for sheet in sheets if parts.get(relation_id(sheet), ("",))[0] == "worksheet"]
        return dict(_footers(document, names, text)), "xlsx:footer of every sheet"
    place = f"xlsx:{position} sheet"
    chosen = sheets[0 if position == "first" else -1]
    if _says(document, parts.get(relation_id(chosen), ("", ""))[1], text):
        return {}, place
    _check_may_grow(document, found, position)
    return _with_a_sheet(document, book, data, found, sheets, text, position), place


def _says(document: Office, name: str, text: str) -> bool:
    """True if the sheet ``name`` is one of ours, with these words."""
    part = document.package.named(name)
    if part is None or part.extent.stop - part.extent.start > _LONGEST_OF_OURS:
        return False
    cells = [element for element in elements(document.package.content(part), name) if element.name in ("c", "t")]
    return [element.name for element in cells] == ["c", "t"] and cells[1].text == text


def _check_may_grow(document: Office, found: list[Element], position: str) -> None:
    for element in found:
        if element.name == "workbookProtection" and element.attributes.get("lockStructure") in ("1", "true"):
            raise Unsupported(
                "the structure of this workbook is protected: it may get no further sheet", "label its footers, or unprotect it"
            )
    if position == "first" and document.kind in ("xlsm", "xltm", "xlam"):
        raise Unsupported("macros may find sheets by their number, and a sheet in front would raise them all", "put the label last")


def _with_a_sheet(
    document: Office, book: Part, data: bytes, found: list[Element], sheets: list[Element], text: str, position: str
) -> dict[str, bytes]:
    package, space = document.package, found[0].namespace
    parts = related(package, book.name)
    identifier = fresh_id(set(parts))
    folder = join(dirname(book.name), "worksheets")
    fresh = fresh_name(package, folder, "sheet")
    base = STRICT_RELATIONS if document.strict else RELATIONS
    taken = {sheet.attributes.get("name", "").casefold() for sheet in sheets}
    name = next(each for each in (_NAME, *(f"{_NAME} {n}" for n in range(2, _MOST_SHEETS + 2))) if each.casefold() not in taken)
    number = 1 + max(sheet.number("sheetId") or 0 for sheet in sheets)
    prefix = f"{sheets[0].prefix}:" if sheets[0].prefix else ""
    entry = f'<{prefix}sheet xmlns:r={attribute(base)} name="{name}" sheetId="{number}" r:id="{identifier}"/>'.encode()
    is_first = position == "first"
    at = sheets[0].start if is_first else sheets[-1].stop
    edits: list[Spliced] = [(at, at, entry), *(_raised(data, found) if is_first else ())]
    changed = {book.name: spliced(data, edits, book.name)}
    for sheet in sheets if is_first else ():
        unselected = _unselected(document, parts.get(relation_id(sheet), ("", ""))[1])
        changed.update(unselected)
    changed[fresh_path := join(folder, fresh)] = _sheet(space, text, selected=is_first)
    relation = f'<Relationship Id="{identifier}" Type="{base}/worksheet" Target="/{fresh_path}"/>'
    relations = relations_of(book.name)
    changed[relations] = with_child(package, relations, relation, "Relationships", PACKAGE_RELATIONS)
    override = f'<Override PartName="/{fresh_path}" ContentType="{_SHEET_TYPE}"/>'
    changed["[Content_Types].xml"] = with_child(package, "[Content_Types].xml", override, "Types", CONTENT_TYPES)
    return changed


def _sheet(space: str, text: str, *, selected: bool) -> bytes:
    view = f'<sheetView{" tabSelected=" + attribute("1") if selected else ""} showGridLines="0" workbookViewId="0"/>'
    cell = f'<c r="A1" t="inlineStr"><is><t xml:space="preserve">{escaped(text)}</t></is></c>'
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        f"<worksheet xmlns={attribute(space)}><sheetViews>{view}</sheetViews>"
        f'<sheetData><row r="1">{cell}</row></sheetData></worksheet>'
    ).encode()


def _raised(data: bytes, found: list[Element]) -> Iterator[Spliced]:
    """Numbers that count sheets from the front: of local names raised by one, of views set to the new sheet."""
    for element in found:
        if element.name == "definedName":
            yield from _numbered(data, element, b"localSheetId", lambda number: number + 1)
        elif element.name == "workbookView":
            yield from _numbered(data, element, b"activeTab", lambda _: 0)
            yield from _numbered(data, element, b"firstSheet", lambda _: 0)


def _numbered(data: bytes, element: Element, name: bytes, changed: Callable[[int], int]) -> Iterator[Spliced]:
    match = re.compile(rb"\s%b\s*=\s*[\"']([0-9]{1,10})[\"']" % name).search(data, element.start, element.open_stop)
    if match:
        yield match.start(1), match.end(1), str(changed(int(match[1]))).encode()


def _unselected(document: Office, name: str) -> Iterator[tuple[str, bytes]]:
    """The sheet without its selection: two selected sheets are a group, and what is typed into one goes into both (18.3.1.87)."""
    part = document.package.named(name)
    if part is None:
        return
    data = document.package.content(part, _LONGEST_PART)
    match = re.search(rb"<(?:[\w.-]+:)?sheetView\b[^>]*?(\stabSelected\s*=\s*[\"'](?:1|true)[\"'])", data[:65_536])
    if match:
        yield part.name, spliced(data, [(match.start(1), match.end(1), b"")], name)


# Footers


def _footers(document: Office, names: list[str], text: str) -> Iterator[tuple[str, bytes]]:
    said = text.replace("&", "&&")  # 18.3.1.46: a single one begins a code
    for name in dict.fromkeys(names):
        part = part_named(document.package, name)
        data = document.package.content(part, _LONGEST_PART)
        edits = list(_footer(data, elements(data, name, _MOST_CELLS), said))
        if edits:
            yield part.name, spliced(data, edits, name)


def _footer(data: bytes, found: list[Element], said: str) -> Iterator[Spliced]:
    root = found[0]
    holder = next((element for element in found if element.name == "headerFooter" and element.parent is root), None)
    prefix = f"{root.prefix}:" if root.prefix else ""
    if holder is None or holder.empty_tag:
        if root.empty_tag:
            raise Malformed("a worksheet with nothing in it", root.start)
        whole = f"<{prefix}headerFooter><{prefix}oddFooter>{escaped('&C' + said)}</{prefix}oddFooter></{prefix}headerFooter>".encode()
        behind = next(
            (element.start for element in found if element.parent is root and element.name in _BEHIND_THE_FOOTER), root.close_start
        )
        yield (holder.start, holder.stop, whole) if holder else (behind, behind, whole)
        return
    footers = {element.name: element for element in found if element.parent is holder and element.name.endswith("Footer")}
    wanted = ["oddFooter"]
    wanted += ["evenFooter"] if holder.attributes.get("differentOddEven") in ("1", "true") else []
    wanted += ["firstFooter"] if holder.attributes.get("differentFirst") in ("1", "true") else []
    for kind in wanted:
        footer = footers.get(kind)
        if footer is None:
            fresh = f"<{prefix}{kind}>{escaped('&C' + said)}</{prefix}{kind}>".encode()
            later = [element.start for element in found if element.parent is holder and element.name in _ORDER[_ORDER.index(kind) + 1 :]]
            at = later[0] if later else holder.close_start
            yield at, at, fresh
        elif said not in footer.text:
            words = escaped(_in_the_middle(footer.text, said)).encode()
            whole = f"<{prefix}{kind}>".encode() + words + f"</{prefix}{kind}>".encode()
            yield footer.start, footer.stop, whole


_ORDER = ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter")  # 18.3.1.46


def _in_the_middle(footer: str, said: str) -> str:
    """The text of a footer with one more line in its middle; its codes are &L, &C and &R."""
    sections = re.split(r"(?<!&)((?:&&)*)(?=&[LCR])", footer)
    pieces = [piece for piece in sections if piece]
    for place, piece in enumerate(pieces):
        if piece.startswith("&C"):
            return "".join([*pieces[:place], piece + "\n" + said, *pieces[place + 1 :]])
    place = next((place for place, piece in enumerate(pieces) if piece.startswith("&R")), len(pieces))
    return "".join([*pieces[:place], "&C" + said, *pieces[place:]])
