"""What the cells of a workbook hold without showing it (route METADATA)."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from openpyxl.utils.cell import get_column_letter

from publish.disclosure.audit.finding import Finding, Route
from publish.disclosure.audit.properties.number_formats import hides, holds_more
from publish.disclosure.audit.reading.sheet import Sheet, Value

_OTHER_BOOK: Final = re.compile(
    r"(?<![\w\]])'?[^'!=+*(,]*\[(?:\d+|[^\[\]]+\.(?:xl\w{1,2}|ods|csv))\][^!\[\]]*!|'file:"
)
_HIDDEN_MARKS: Final = ("*", "[c]")
_QUOTED: Final = re.compile(r'"[^"]*"')
# A cell (but no function such as LOG10), whole columns or rows, or a name of them in brackets.
_CELL: Final = re.compile(r"(?<![\w.])\$?[A-Z]{1,3}\$?\d+(?![\w(])|\$?[A-Z]{1,3}:\$?[A-Z]|\$?\d:\$?\d|\[", re.I)
_NUMBER: Final = re.compile(r"(?<![\w.$])(?:\d+\.?\d*|\.\d+)(?:E[-+]?\d+)?(?![\w(])", re.IGNORECASE)
_EXACT: Final = 12  # digits by which two numbers are the same


def sheet_findings(sheets: Sequence[Sheet]) -> list[Finding]:
    """Hidden sheets, rows and columns; numbers with more digits than shown, or not shown; formulas that lead away,
    work out a mark of suppression, or hold a number.

    One finding for each hidden sheet, each run of hidden rows or columns that hold something, and each column of
    a visible sheet whose formats or formulas keep something back. Rule: disclosure specification, route 6.
    """
    hidden = [sheet.name for sheet in sheets if sheet.hidden]
    found: list[Finding] = []
    for sheet in sheets:
        if sheet.hidden:
            held = _counted(value for row in sheet.rows for value in row)
            found.append(_finding(sheet, 0, "", f"The sheet is hidden and holds {held}."))
        else:
            found += [*_hidden_rows(sheet), *_hidden_columns(sheet), *_formats(sheet), *_formulas(sheet, hidden)]
            found += _formulas_that_hold(sheet)
    return found


def visible_numbers(sheets: Iterable[Sheet]) -> set[float]:
    """All numbers that stand in visible cells, to twelve digits."""
    return {same_number(value) for sheet in sheets if not sheet.hidden for value in _visible(sheet)}


def same_number(number: float) -> float:
    """A number to as many digits as copies of it agree in."""
    return float(f"{number:.{_EXACT}g}")


def _visible(sheet: Sheet) -> Iterator[float]:
    for row, values in enumerate(sheet.rows, 1):
        if row in sheet.hidden_rows:
            continue
        for column, value in enumerate(values, 1):
            if isinstance(value, int | float) and column not in sheet.hidden_columns:
                yield value


def _finding(sheet: Sheet, row: int, column: str, detail: str) -> Finding:
    return Finding(sheet.file, sheet.name, row, column, Route.METADATA, None, None, detail)


def _counted(values: Iterable[Value]) -> str:
    """How many numbers and texts there are, in words; nothing where there are none."""
    held = [value for value in values if value is not None]
    texts = sum(isinstance(value, str) for value in held)
    return f"{_many(len(held) - texts, 'number')} and {_many(texts, 'text')}"


def _many(count: int, name: str) -> str:
    return f"{count:,} {name}{'s' * (count != 1)}"


def _runs(numbers: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of numbers that follow each other."""
    for _, run in groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        following = [number for _, number in run]
        yield following[0], following[-1]


def _hidden_rows(sheet: Sheet) -> Iterator[Finding]:
    holding = (row for row in sheet.hidden_rows if any(value is not None for value in _row(sheet, row)))
    for first, last in _runs(holding):
        held = _counted(value for row in range(first, last + 1) for value in _row(sheet, row))
        which = (
            f"Row {first} is hidden and holds" if first == last else f"Rows {first} to {last} are hidden and hold"
        )
        yield _finding(sheet, first, "", f"{which} {held}.")


def _row(sheet: Sheet, row: int) -> Sequence[Value]:
    return sheet.rows[row - 1] if 0 < row <= len(sheet.rows) else ()


def _hidden_columns(sheet: Sheet) -> Iterator[Finding]:
    holding = {number for number in sheet.hidden_columns if any(v is not None for v in _column(sheet, number))}
    for first, last in _runs(holding):
        held = _counted(value for number in range(first, last + 1) for value in _column(sheet, number))
        left, right = get_column_letter(first), get_column_letter(last)
        which = (
            f"Column {left} is hidden and holds"
            if first == last
            else f"Columns {left} to {right} are hidden and hold"
        )
        yield _finding(sheet, 0, left, f"{which} {held}.")


def _column(sheet: Sheet, number: int) -> Iterator[Value]:
    return (row[number - 1] for row in sheet.rows if number <= len(row))


def _formats(sheet: Sheet) -> Iterator[Finding]:
    for test, what in (
        (hides, "hold a number that the format does not show"),
        (holds_more, "hold more digits than they show"),
    ):
        for column, cells in _by_column(sheet, test).items():
            letter = get_column_letter(column)
            yield _finding(sheet, 0, letter, f"Cells that {what}: {len(cells):,}, among them {letter}{cells[0]}.")


def _by_column(sheet: Sheet, test: Callable[[str, float], bool]) -> dict[int, list[int]]:
    """The rows of visible cells whose number and format fulfil the test, by column."""
    found: dict[int, list[int]] = {}
    for (row, column), code in sorted(sheet.formats.items()):
        value = (
            sheet.rows[row - 1][column - 1]
            if row <= len(sheet.rows) and column <= len(sheet.rows[row - 1])
            else None
        )
        seen = row not in sheet.hidden_rows and column not in sheet.hidden_columns
        if seen and isinstance(value, int | float) and test(code, value):
            found.setdefault(column, []).append(row)
    return dict(sorted(found.items()))


def _formulas(sheet: Sheet, hidden: Iterable[str]) -> Iterator[Finding]:
    to_hidden = [_reference(name) for name in hidden]
    for what, leads in (("a hidden sheet", to_hidden), ("another workbook", [_OTHER_BOOK])):
        cells = sorted(cell for cell, formula in sheet.formulas.items() if any(to.search(formula) for to in leads))
        if cells:
            row, column = cells[0]
            refer = "1 formula refers" if len(cells) == 1 else f"{len(cells):,} formulas refer"
            yield _finding(sheet, 0, "", f"{refer} to {what}: {get_column_letter(column)}{row} is one.")


def _formulas_that_hold(sheet: Sheet) -> Iterator[Finding]:
    """Formulas that work out a mark of suppression, or hold a number and refer to no cell it could come from."""
    marks: dict[int, list[int]] = {}
    numbers: dict[int, list[int]] = {}
    for (row, column), formula in sorted(sheet.formulas.items()):
        if _shows_mark(sheet, row, column):
            marks.setdefault(column, []).append(row)
        elif _holds_number(formula):
            numbers.setdefault(column, []).append(row)
    for cells, what in ((marks, "show a hidden mark by a formula"), (numbers, "hold a number in their formula")):
        for column, rows in sorted(cells.items()):
            letter = get_column_letter(column)
            yield _finding(sheet, 0, letter, f"Cells that {what}: {len(rows):,}, among them {letter}{rows[0]}.")


def _shows_mark(sheet: Sheet, row: int, column: int) -> bool:
    cells = _row(sheet, row)
    return column <= len(cells) and cells[column - 1] in _HIDDEN_MARKS


def _holds_number(formula: str) -> bool:
    words = _QUOTED.sub("", formula)
    return not _CELL.search(words) and any(float(number) >= 1 for number in _NUMBER.findall(words))


def _reference(name: str) -> re.Pattern[str]:
    """How formulas refer to a sheet: 'CT Q3'!A1 in workbooks of Excel, $'CT Q3'.A1 in OpenDocument."""
    written = re.escape(name.replace("'", "''"))
    return re.compile(rf"(?:'{written}'|(?<![\w'.]){written})[!.]\$?[A-Za-z]", re.IGNORECASE)
