"""XLS workbooks as sheets: what was published before about 2016."""

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any, Final

import xlrd
from xlrd.biffh import XLRDError

from publish.disclosure.audit.reading.cells import LOCKED, Cells, Unreadable, as_words, whole_or_not
from publish.disclosure.audit.reading.sheet import Sheet, Value
from publish.disclosure.audit.reading.xlsx_reader import as_date

_LOCKED_XLSX: Final = "EncryptedPackage".encode("utf-16-le")

Opened = Any  # xlrd carries no types


def read_xls(file: Path, name: str) -> Iterator[Sheet]:
    """All sheets of a workbook, hidden ones too, as of the file `name`; dates are ISO texts.

    `formulas` are empty: these files hold them in no words. Raises Unreadable where it is locked, as XLS or as
    XLSX, and errors of every kind where it is damaged.
    """
    content = file.read_bytes()
    if _LOCKED_XLSX in content:
        raise Unreadable(LOCKED)
    book = _opened(content)
    for sheet in book.sheets():
        yield _cells(book, sheet).sheet(name, sheet.name, hidden=sheet.visibility != 0)


def _opened(content: bytes) -> Opened:
    try:
        return xlrd.open_workbook(file_contents=content, formatting_info=True, ragged_rows=True, logfile=StringIO())
    except XLRDError as error:
        if "encrypted" in str(error):
            raise Unreadable(LOCKED) from None
        raise


def _cells(book: Opened, sheet: Opened) -> Cells:
    cells = Cells()
    for number in (row for row, about in sheet.rowinfo_map.items() if about.hidden):
        cells.hide_rows(number + 1)
    for number in (column for column, about in sheet.colinfo_map.items() if about.hidden):
        cells.hide_columns(number + 1)
    for row in range(sheet.nrows):
        _read_row(book, sheet.row(row), row + 1, cells)
    return cells


def _read_row(book: Opened, row: Opened, number: int, cells: Cells) -> None:
    held = {column: _value(book, cell) for column, cell in enumerate(row, start=1)}
    for column, cell in enumerate(row, start=1):
        if cell.ctype == xlrd.XL_CELL_NUMBER and (code := _format(book, cell)) != "General":
            cells.formats[number, column] = code
    cells.put(number, {column: value for column, value in held.items() if value is not None})


def _value(book: Opened, cell: Opened) -> Value:
    match cell.ctype:
        case xlrd.XL_CELL_NUMBER:
            return whole_or_not(cell.value)
        case xlrd.XL_CELL_DATE:
            return as_date(cell.value, from_1904=bool(book.datemode)) or whole_or_not(cell.value)
        case xlrd.XL_CELL_BOOLEAN:
            return str(bool(cell.value)).upper()
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
        case _:
            return as_words(str(cell.value))


def _format(book: Opened, cell: Opened) -> str:
    return book.format_map[book.xf_list[cell.xf_index].format_key].format_str
