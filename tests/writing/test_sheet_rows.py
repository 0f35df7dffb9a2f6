"""Rows that are put into a sheet against those that openpyxl writes itself."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from openpyxl.workbook import Workbook

from publish.writing.sheet_rows import Rows, Written, number_styles, row_xml
from publish.writing.workbook_styles import Style, add_styles, fit_row, put

CELLS = (
    ("=1+1", Style.KEY),
    ("Fish & Chips <b>", Style.KEY),
    (" spaces at its ends ", Style.KEY),
    ("Ysbyty Gwynedd – 1’", Style.KEY.closing),
    ("two\nlines\rand a bell\x07", Style.KEY),
    ("", Style.HIDDEN),
    (None, Style.COUNT),
    (12_345_678, Style.COUNT),
    (0.123457, Style.PER_CENT),
    (2.5, Style.HALF_DAYS),
)


def sheet_part(book):
    held = BytesIO()
    book.save(held)
    with ZipFile(held) as parts:
        return parts.read("xl/worksheets/sheet1.xml")


def with_heading():
    book = Workbook()
    add_styles(book, 0)
    put(book.worksheets[0], 1, 2, "Heading", Style.HEADER_TEXT)
    return book, book.worksheets[0]


def test_rows_that_are_put_in_are_those_that_openpyxl_writes():
    written, sheet = with_heading()
    for column, (value, style) in enumerate(CELLS, start=2):
        put(sheet, 2, column, value, style)
    fit_row(sheet, 2, "one line", 40)
    put(sheet, 4, 2, "Notes:", Style.FOOT)

    made, sheet = with_heading()
    number_styles(sheet)
    rows = Rows(2, row_xml(2, 2, CELLS, 14.0, Written(sheet)))
    rows.stand_in(sheet)
    put(sheet, 4, 2, "Notes:", Style.FOOT)
    put_in = rows.put_into(sheet_part(made))
    assert put_in.partition(b"<sheetData>")[2] == sheet_part(written).partition(b"<sheetData>")[2]


def test_a_sheet_without_the_row_that_stands_in_is_not_written():
    book, _ = with_heading()
    with pytest.raises(ValueError, match="row 2 is not as openpyxl wrote it"):
        Rows(2, "").put_into(sheet_part(book))
