"""Workbooks: the label is a sheet of its own or a footer; cells, formulas and local names stay what they were."""

from __future__ import annotations

import io
import re

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from brightline.labels.containers.source import Source
from brightline.labels.errors import Unsupported
from brightline.labels.explicit.documents import DocumentPosition, add_document_label
from brightline.labels.explicit.documents_sheets import _in_the_middle
from brightline.labels.implicit import write_label
from brightline.labels.label import ImplicitLabel
from brightline.labels.writing import written
from tests.labels.containers.package_files import changed, stored_bytes, unzipped

WORDS = "本文档由人工智能生成"


def workbook() -> bytes:
    """Two sheets with a formula over both, a local name, a footer, and the second one open."""
    book = openpyxl.Workbook()
    one = book.active
    assert one is not None
    one.title, one["A1"], one["A2"] = "Numbers", 42, "=A1*2+Sums!B1"
    two = book.create_sheet("Sums")
    two["B1"] = "=Numbers!A1"
    two.defined_names["here"] = DefinedName("here", attr_text="Sums!$B$1")
    two.oddFooter.left.text, two.oddFooter.right.text = "Page &P", "R&&D"
    book.active = 1
    two.sheet_view.tabSelected = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def labelled(data: bytes, position: DocumentPosition, name: str = "a.xlsx") -> bytes:
    source = Source(data, name)
    done = add_document_label(source, WORDS, position)
    result = written(source, done.plan)
    assert done.changed
    assert not add_document_label(Source(result, name), WORDS, position).changed
    return result


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


@pytest.mark.parametrize(("position", "place", "active"), [("first", 0, 0), ("last", 2, 1)])
def test_the_label_is_a_sheet_of_its_own(position: DocumentPosition, place: int, active: int) -> None:
    book = opened(labelled(workbook(), position))
    sheet = book.worksheets[place]
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [[WORDS]]
    assert book.active is book.worksheets[active]
    assert [each.title for each in book.worksheets if each.sheet_view.tabSelected] == [book.worksheets[active].title]


@pytest.mark.parametrize("position", ["first", "last", "footer"])
def test_cells_formulas_and_local_names_stay(position: DocumentPosition) -> None:
    before, after = opened(workbook()), opened(labelled(workbook(), position))
    for sheet in before.worksheets:
        cells = [(cell.coordinate, cell.value) for row in sheet.iter_rows() for cell in row]
        assert [(cell.coordinate, cell.value) for row in after[sheet.title].iter_rows() for cell in row] == cells
        assert set(after[sheet.title].defined_names) == set(sheet.defined_names)
    assert after["Sums"].defined_names["here"].attr_text == "Sums!$B$1"


def test_only_what_names_the_sheet_changes() -> None:
    before, after = stored_bytes(workbook()), stored_bytes(labelled(workbook(), "last"))
    differ = {name for name in before if before[name] != after[name]}
    assert differ == {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"}
    assert set(after) - set(before) == {"xl/worksheets/sheet3.xml"}


def test_the_footer_of_every_sheet_says_it_beside_what_it_said() -> None:
    book = opened(labelled(workbook(), "footer"))
    assert [sheet.oddFooter.center.text for sheet in book.worksheets] == [WORDS, WORDS]
    assert (book["Sums"].oddFooter.left.text, book["Sums"].oddFooter.right.text) == ("Page &P", "R&&D")


@pytest.mark.parametrize(
    ("footer", "after"),
    [
        ("", "&CX"),
        ("&Lleft", "&Lleft&CX"),
        ("&Cmiddle&Rright", "&Cmiddle\nX&Rright"),
        ("&Ra&&C", "&CX&Ra&&C"),
        ("plain", "plain&CX"),
    ],
)
def test_a_footer_gets_one_more_line_in_its_middle(footer: str, after: str) -> None:
    assert _in_the_middle(footer, "X") == after


def test_the_name_of_the_sheet_is_one_that_is_free() -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.title = "aigc"
    out = io.BytesIO()
    book.save(out)
    assert opened(labelled(out.getvalue(), "first")).sheetnames == ["AIGC 2", "aigc"]


@pytest.mark.parametrize("number", ["9" * 5000, "one", ""])  # int() refuses more than 4,300 digits
def test_numbers_that_are_none_are_passed_over(number: str) -> None:
    book = unzipped(workbook())["xl/workbook.xml"]
    odd = re.sub(rb'(sheetId|activeTab|localSheetId)="\d+"', rb'\1="%b"' % number.encode(), book)
    after = unzipped(labelled(changed(workbook(), {"xl/workbook.xml": odd}), "first"))["xl/workbook.xml"]
    assert b'name="AIGC" sheetId="1"' in after
    assert after.count(b'"%b"' % number.encode()) == odd.count(b'"%b"' % number.encode())


def test_both_labels_stand_in_one_workbook(label: ImplicitLabel) -> None:
    both = write_label(labelled(workbook(), "first"), label, name="a.xlsx").data
    assert both is not None
    assert opened(both).worksheets[0]["A1"].value == WORDS


def test_a_protected_structure_and_macros_are_not_broken() -> None:
    parts = unzipped(workbook())
    locked = changed(
        workbook(),
        {"xl/workbook.xml": parts["xl/workbook.xml"].replace(b"<workbookPr", b'<workbookProtection lockStructure="1"/><workbookPr')},
    )
    with pytest.raises(Unsupported, match="protected"):
        add_document_label(Source(locked, "a.xlsx"), WORDS)
    kind = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    plain = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macros = changed(workbook(), {"[Content_Types].xml": parts["[Content_Types].xml"].replace(plain, kind)})
    with pytest.raises(Unsupported, match="macros"):
        add_document_label(Source(macros, "a.xlsm"), WORDS)
    assert labelled(macros, "last", "a.xlsm")
