"""ODS workbooks as sheets, read from their XML."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Final
from zipfile import ZipFile

from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]

from publish.disclosure.audit.reading.cells import (
    LOCKED,
    MOST_COLUMNS,
    MOST_ROWS,
    TOO_LARGE,
    Cells,
    Unreadable,
    as_number,
    as_words,
)
from publish.disclosure.audit.reading.sheet import Sheet, Value
from publish.disclosure.audit.reading.zipped import elements, unzipped

_URN: Final = "{{urn:oasis:names:tc:opendocument:xmlns:{}:1.0}}"
_OFFICE, _TABLE, _TEXT, _STYLE, _NUMBER = map(_URN.format, ("office", "table", "text", "style", "datastyle"))
_NUMBER_STYLES: Final = tuple(f"{_NUMBER}{kind}-style" for kind in ("number", "percentage", "currency"))
_STYLES: Final = (f"{_STYLE}style", *_NUMBER_STYLES)
_SHEETS: Final = tuple(f"{_TABLE}{name}" for name in ("table", "table-column", "table-row"))
_CELLS: Final = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_BLANKS: Final = tuple(f"{_TEXT}{name}" for name in ("s", "tab", "line-break"))
_OTHERS: Final = tuple(f"{_OFFICE}{kind}-value" for kind in ("date", "time"))
_MIDNIGHT: Final = "T00:00:00"
_MOST_PARENTS: Final = 10  # of a style that rests on others
_MOST_DIGITS: Final = 30  # after the point


def read_ods(file: Path, name: str) -> Iterator[Sheet]:
    """All sheets of a workbook, hidden ones too, as of the file `name`; dates are ISO texts.

    `formulas` are in the language of OpenDocument, `formats` in that of Excel: "0.0%". Raises Unreadable where
    the workbook is locked or unpacks beyond measure, and errors of every kind where it is damaged.
    """
    with unzipped(file) as parts:
        if _is_locked(parts):
            raise Unreadable(LOCKED)
        styles = _Styles()
        if "styles.xml" in parts.namelist():
            for _, element in elements(parts, "styles.xml", *_STYLES):
                styles.read(element)
        yield from _sheets(parts, styles, name)


def _is_locked(parts: ZipFile) -> bool:
    listing = "META-INF/manifest.xml"
    return listing in parts.namelist() and b"encryption-data" in parts.read(listing)


def _sheets(parts: ZipFile, styles: "_Styles", file: str) -> Iterator[Sheet]:
    """The sheets. A table within a cell is none, and its rows are passed over."""
    depth, reading = 0, _Reading(styles)
    for event, element in elements(parts, "content.xml", *_STYLES, *_SHEETS, begun=True):
        if element.tag == _SHEETS[0]:
            depth += 1 if event == "start" else -1
            if event == "start" and depth == 1:
                reading = _Reading(styles)
            elif event == "end" and depth == 0:
                hidden = element.get(f"{_TABLE}style-name") in styles.hidden
                yield reading.cells.sheet(file, element.get(f"{_TABLE}name", ""), hidden=hidden)
        elif event == "end" and depth < 2:
            reading.read(element) if depth else styles.read(element)


class _Styles:
    """What the styles say that matters here: which tables are hidden, and how numbers are shown."""

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self._codes: dict[str, str] = {}
        self._number_styles: dict[str, str] = {}
        self._parents: dict[str, str] = {}

    def read(self, style: Element) -> None:
        """Read a style."""
        name = style.get(f"{_STYLE}name", "")
        if style.tag in _NUMBER_STYLES:
            self._codes[name] = _code(style)
        elif style.get(f"{_STYLE}family") == "table":
            own = style.find(f"{_STYLE}table-properties")
            if own is not None and own.get(f"{_TABLE}display") == "false":
                self.hidden.add(name)
        elif style.get(f"{_STYLE}family") == "table-cell":
            self._parents[name] = style.get(f"{_STYLE}parent-style-name", "")
            if number_style := style.get(f"{_STYLE}data-style-name"):
                self._number_styles[name] = number_style

    def code(self, name: str) -> str:
        """The number format of a cell style, its own or of the first style it rests on; nothing for General."""
        for _ in range(_MOST_PARENTS):
            if name in self._number_styles:
                return self._codes.get(self._number_styles[name], "")
            name = self._parents.get(name, "")
        return ""


def _code(style: Element) -> str:
    number = style.find(f"{_NUMBER}number")
    places = number.get(f"{_NUMBER}decimal-places") if number is not None else None
    if number is None or places is None:
        return ""
    digits = min(int(places), _MOST_DIGITS)
    whole = "#,##0" if number.get(f"{_NUMBER}grouping") == "true" else "0"
    return f"{whole}{'.' * (digits > 0)}{'0' * digits}{'%' * (style.tag == _NUMBER_STYLES[1])}"


class _Reading:
    """The cells of a sheet as they are read, row after row."""

    def __init__(self, styles: _Styles) -> None:
        self.cells = Cells()
        self._styles, self._row, self._column = styles, 0, 0
        self._usual: dict[int, str] = {}  # the style of cells without one of their own, by column

    def read(self, element: Element) -> None:
        """Read a row or the description of columns."""
        if element.tag == _SHEETS[1]:
            self._read_columns(element)
        else:
            self._read_row(element)

    def _read_columns(self, columns: Element) -> None:
        first, times = self._column + 1, _times(columns, "number-columns-repeated")
        self._column += times
        if _is_hidden(columns):
            self.cells.hide_columns(first, times)
        if usual := columns.get(f"{_TABLE}default-cell-style-name"):
            self._usual |= dict.fromkeys(range(first, min(first + times, MOST_COLUMNS + 1)), usual)

    def _read_row(self, row: Element) -> None:
        """Read a row as many times as it is repeated; what is repeated to the end of the sheet is empty."""
        first, times = self._row + 1, _times(row, "number-rows-repeated")
        self._row += times
        if _is_hidden(row):
            self.cells.hide_rows(first, times)
        elements = dict(_standing(row))
        held = {column: value for column, cell in elements.items() if (value := _value(cell)) is not None}
        self.cells.put(first, held, times)
        usual = row.get(f"{_TABLE}default-cell-style-name", "")
        for column, cell in elements.items():
            rows = range(first, min(first + times, MOST_ROWS + 1))
            self._note_formula(cell, column, rows)
            if isinstance(held.get(column), int | float):
                self._note_format(
                    cell.get(f"{_TABLE}style-name") or usual or self._usual.get(column, ""), column, rows
                )

    def _note_formula(self, cell: Element, column: int, rows: range) -> None:
        if formula := cell.get(f"{_TABLE}formula"):
            text = f"={formula.partition('=')[2]}"
            self.cells.formulas |= dict.fromkeys(product(rows, (column,)), text)

    def _note_format(self, style: str, column: int, rows: range) -> None:
        if code := self._styles.code(style):
            self.cells.formats |= dict.fromkeys(product(rows, (column,)), code)


def _is_hidden(element: Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")


def _times(element: Element, name: str) -> int:
    return max(1, int(element.get(f"{_TABLE}{name}", 1)))


def _standing(row: Element) -> Iterator[tuple[int, Element]]:
    """The cells of a row that hold something, by column; those that are repeated, in each."""
    column = 1
    for cell in row.iterchildren(*_CELLS):
        times = _times(cell, "number-columns-repeated")
        if len(cell) or cell.get(f"{_OFFICE}value-type") or cell.get(f"{_TABLE}formula"):
            if column + times > MOST_COLUMNS + 1:
                raise Unreadable(TOO_LARGE)
            yield from ((at, cell) for at in range(column, column + times))
        column += times


def _value(cell: Element) -> Value:
    """What a cell holds: of a number, all its digits, and not those that are shown."""
    if (number := cell.get(f"{_OFFICE}value")) is not None:
        return as_number(number)
    if boolean := cell.get(f"{_OFFICE}boolean-value"):
        return boolean.upper()
    for other in _OTHERS:
        if moment := cell.get(other):
            return moment.removesuffix(_MIDNIGHT)
    return as_words(" ".join(map(_paragraph, cell.iterchildren(f"{_TEXT}p")))) or as_words(
        cell.get(f"{_OFFICE}string-value", "")
    )


def _paragraph(paragraph: Element) -> str:
    if not len(paragraph):
        return paragraph.text or ""
    for blank in paragraph.iter(*_BLANKS):
        blank.text = " "
    return "".join(str(part) for part in paragraph.itertext())
