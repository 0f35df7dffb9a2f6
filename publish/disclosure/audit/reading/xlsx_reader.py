"""XLSX and XLSM workbooks as sheets, read from their XML.

openpyxl gives either the values or the formulas, and holds every cell that has a style, be there millions.
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from zipfile import ZipFile

from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]
from openpyxl.formula.translate import Translator
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import column_index_from_string, get_column_letter

from publish.disclosure.audit.reading.cells import Cells, as_number, as_words
from publish.disclosure.audit.reading.sheet import Sheet, Value
from publish.disclosure.audit.reading.zipped import elements, unzipped

_TRUE: Final = ("1", "true")
_FROM_1904: Final = datetime(1904, 1, 1)
_FROM_1900: Final = (datetime(1899, 12, 30), datetime(1899, 12, 31))  # after and before the day that never was
_NO_SUCH_LEAP_DAY: Final = 60  # spreadsheets count 29 February 1900
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ID: Final = re.compile(r"\{.*\}id")


def read_xlsx(file: Path, name: str) -> Iterator[Sheet]:
    """All sheets of a workbook, hidden ones too, as of the file `name`; dates are ISO texts.

    `formulas` are in the language of spreadsheets with "=" before them. Raises Unreadable where the workbook
    is locked or unpacks beyond measure, and errors of every kind where it is damaged.
    """
    with unzipped(file) as parts:
        book = next(part.target for part in _related(parts, "") if part.kind == "officeDocument")
        related = _related(parts, book)
        opened = _Book(
            parts,
            [words for part in related if part.kind == "sharedStrings" for words in _texts(parts, part.target)],
            [form for part in related if part.kind == "styles" for form in _formats(parts, part.target)],
            any(each.get("date1904") in _TRUE for _, each in elements(parts, book, "{*}workbookPr")),
        )
        targets = {part.number: part.target for part in related}
        for title, hidden, number in list(_listed(parts, book)):
            yield _cells(opened, targets[number]).sheet(name, title, hidden=hidden)


class _Related(NamedTuple):
    number: str
    kind: str
    target: str


def _related(parts: ZipFile, part: str) -> list[_Related]:
    """The parts that a part refers to, with the number it gives each and what kind of part each is."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    found = (each for _, each in elements(parts, listing, "{*}Relationship"))
    return [
        _Related(
            each.get("Id", ""),
            posixpath.basename(each.get("Type", "")),
            posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
        )
        for each in found
    ]


def _listed(parts: ZipFile, book: str) -> Iterator[tuple[str, bool, str]]:
    """The name of each sheet, whether it is hidden, and the number by which its part is referred to."""
    for _, each in elements(parts, book, "{*}sheet"):
        number = next(str(value) for key, value in each.attrib.items() if _ID.fullmatch(str(key)))
        yield each.get("name", ""), each.get("state", "visible") != "visible", number


def _texts(parts: ZipFile, part: str) -> Iterator[str | None]:
    for _, each in elements(parts, part, "{*}si"):
        yield _words(each)


def _words(element: Element) -> str | None:
    """The words of a text and its differently formatted runs, without notes on how they are pronounced."""
    runs = (
        [child] if str(child.tag).endswith("}t") else child.findall("{*}t") for child in element if _is_run(child)
    )
    return as_words(_unescaped("".join(part.text or "" for run in runs for part in run)))


def _is_run(element: Element) -> bool:
    return str(element.tag).endswith(("}t", "}r"))


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text) if "_x" in text else text


def _formats(parts: ZipFile, part: str) -> list[str]:
    """The number format of each cell style, in their order; nothing for General."""
    codes = {number: code for number, code in BUILTIN_FORMATS.items() if code != "General"}
    numbers: list[int] = []
    for _, each in elements(parts, part, "{*}numFmt", "{*}cellXfs"):
        if str(each.tag).endswith("}numFmt"):
            codes |= {int(each.get("numFmtId", 0)): each.get("formatCode", "")}
        else:
            numbers = [int(style.get("numFmtId", 0)) for style in each]
    return [codes.get(number, "").removeprefix("General") for number in numbers]


@dataclass(frozen=True)
class _Book:
    """What all sheets of a workbook share: `from_1904` is the other of the two ways to count days."""

    parts: ZipFile
    texts: list[str | None]
    formats: list[str]
    from_1904: bool


def _cells(book: _Book, part: str) -> Cells:
    reading = _Reading(book)
    for _, element in elements(book.parts, part, "{*}row", "{*}col"):
        if str(element.tag).endswith("}row"):
            reading.read_row(element)
        elif _is_hidden(element, "width"):
            first = int(element.get("min", 1))
            reading.cells.hide_columns(first, int(element.get("max", first)) - first + 1)
    return reading.cells


def _is_hidden(element: Element, size: str) -> bool:
    """Whether a row or column is marked as hidden, or has no size, which hides it as well."""
    return element.get("hidden") in _TRUE or element.get(size) == "0"


class _Columns(dict[str, int]):
    """The number of each column by its letters, each worked out once."""

    def __missing__(self, letters: str) -> int:
        self[letters] = number = column_index_from_string(letters)
        return number


class _Reading:
    """The cells of a sheet as they are read, row after row."""

    def __init__(self, book: _Book) -> None:
        self.cells = Cells()
        self._book, self._row = book, 0
        self._columns = _Columns()
        self._shared: dict[str, Translator] = {}

    def read_row(self, row: Element) -> None:
        """Read a row. Rows and cells that do not say where they stand follow the one before."""
        self._row = int(row.get("r", self._row + 1))
        if _is_hidden(row, "ht"):
            self.cells.hide_rows(self._row)
        held: dict[int, Value] = {}
        column = 0
        for cell in row:
            reference = cell.get("r")
            column = self._columns[reference.rstrip("0123456789")] if reference else column + 1
            if len(cell) and (value := self._value(cell, column)) is not None:
                held[column] = value
        self.cells.put(self._row, held)

    def _value(self, cell: Element, column: int) -> Value:
        value: Value = None
        for child in cell:
            name = str(child.tag)
            if name.endswith("}v"):
                value = self._cached(cell, child.text or "", column)
            elif name.endswith("}is"):
                value = _words(child)
            elif name.endswith("}f"):
                self._note_formula(child, column)
        return value

    def _cached(self, cell: Element, text: str, column: int) -> Value:
        kind = cell.get("t")
        if kind == "s":
            return self._book.texts[int(text)]
        if kind in (None, "n"):
            return self._number(text, cell.get("s"), column)
        if kind == "b":
            return str(text in _TRUE).upper()
        return as_words(_unescaped(text))

    def _number(self, text: str, style: str | None, column: int) -> Value:
        number = as_number(text)
        code = self._book.formats[int(style)] if style and self._book.formats else ""
        if not code or not isinstance(number, int | float):
            return number
        if is_date_format(code) and (date := as_date(number, from_1904=self._book.from_1904)):
            return date
        self.cells.formats[self._row, column] = code
        return number

    def _note_formula(self, formula: Element, column: int) -> None:
        """Note a formula; of one that is shared by many cells, only the first says what it is."""
        place = f"{get_column_letter(column)}{self._row}"
        shared = formula.get("si", "") if formula.get("t") == "shared" else ""
        text = f"={_unescaped(formula.text)}" if formula.text else ""
        if text and shared:
            self._shared[shared] = Translator(text, origin=place)
        elif shared in self._shared:
            text = self._shared[shared].translate_formula(place)
        if text:
            self.cells.formulas[self._row, column] = text


def as_date(days: float, *, from_1904: bool) -> str | None:
    """A date or time that a spreadsheet counts in days, as ISO text; None where it is out of the calendar."""
    start = _FROM_1904 if from_1904 else _FROM_1900[days < _NO_SUCH_LEAP_DAY]
    try:
        moment = start + timedelta(seconds=round(days * 86_400))
    except OverflowError:
        return None
    if 0 <= days < 1:
        return moment.time().isoformat()
    return (moment.date() if moment.time() == time() else moment).isoformat()
