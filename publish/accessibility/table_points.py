"""The points about tables (T1 to T19)."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from typing import Final

from publish.accessibility.book import Book, Cell, Place, Sheet, Table, is_stand_in
from publish.accessibility.measures import (
    LINE,
    SLACK,
    decimals,
    lines_needed,
    longest_word,
    shown,
    text_width,
)
from publish.accessibility.point import (
    Finding,
    NotApplicable,
    all_tables,
    at,
    columns_of_numbers,
    desirable,
    essential,
    headers,
    of_book,
    on,
    shortened,
    texts,
)

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*")
_GIVEN_NAME: Final = re.compile(r"(table|unnamed|database|range|__anonymous\w*?)_?\d*", re.I)
_NARROWEST, _WIDEST = 4.0, 110.0  # digits: narrower shows no number of four, wider is more than a screen
_UNLOCK: Final = r"turn(ed)? off|switch(ed)? off|unfreeze|remove|release|clear"
_PANES: Final = re.compile(rf"(?=.*\b(freez|frozen|unfreeze))(?=.*\b({_UNLOCK}))", re.I | re.S)
_FILTERS: Final = re.compile(rf"(?=.*\bfilter)(?=.*\b({_UNLOCK}))", re.I | re.S)
_UNHIDE: Final = re.compile(r"\bunhide\b", re.I)
_EMPTY_EXPLAINED: Final = re.compile(
    r"\b(blank|empty)\b.{0,20}\bcells?\b.{0,60}\b(mean|show|indicate|are|is|have|has|where)", re.I
)
_NO_DATA: Final = frozenset(
    (*("..", "...", ".", "-", "–", "—", ":", "/"), *("na", "n/a", "n.a.", "n.a", "null", "none"))
)
_UNITS: Final = re.compile(r"\n\([^()\n]+\)(\s*\n.*)?$", re.S)
_YEARS: Final = range(1800, 2200)
_CODE_BESIDE_NAME: Final = re.compile(r"[A-Za-z]{3}.*\W\(?(?=\w*\d)([A-Z][A-Z0-9]{2,4}|[A-Z]\d{8})\)?$")
_THOUSAND: Final = 1000
_ROUNDED: Final = re.compile(r"\bround(ed|ing)\b", re.I)
_SUMS: Final = re.compile(r"(add|sum)s? (up )?to|sum of|totals?\b.{0,80}\b(differ|equal|agree)", re.I | re.S)


def marked_up(book: Book) -> Iterator[Finding]:
    """T1."""
    for sheet, table in all_tables(book):
        if not table.marked:
            yield at(sheet, table.area, "is laid out as a table but not marked up as one")


def named(book: Book) -> Iterator[Finding]:
    """T2."""
    tables = [(sheet, table) for sheet, table in all_tables(book) if table.marked]
    times = Counter(table.name.casefold() for _, table in tables)
    for sheet, table in tables:
        if not _NAME.fullmatch(table.name) or _GIVEN_NAME.fullmatch(table.name):
            yield at(
                sheet, table.area, f"the table is called {table.name!r}, which says nothing or has spaces or dashes"
            )
        elif times[table.name.casefold()] > 1:
            yield at(sheet, table.area, f"another table is called {table.name!r} too")


def not_merged(book: Book) -> Iterator[Finding]:
    """T3."""
    for sheet in book.sheets:
        yield from (at(sheet, area, "cells are merged") for area in sheet.merged)
        for one, other in combinations(sheet.marked, 2):
            if one.area.meets(other.area):
                yield at(sheet, other.area, f"the table lies within or across the table {one.name}")


def without_gaps(book: Book) -> Iterator[Finding]:
    """T4."""
    for sheet, table in all_tables(book):
        top, left, bottom, right = table.area
        inside = sheet.inside(table)
        rows, columns = {place.row for place in inside}, {place.column for place in inside}
        yield from (
            at(sheet, Place(row, left), "the row is blank") for row in range(top, bottom + 1) if row not in rows
        )
        blank = (column for column in range(left, right + 1) if column not in columns)
        yield from (at(sheet, Place(top, column), "the column is blank") for column in blank)
    for sheet in book.shown:
        beyond = (table for table in sheet.marked if sheet.used(table.area) != table.area)
        yield from (at(sheet, table.area, "the table goes on where nothing more is written") for table in beyond)


def with_headers(book: Book) -> Iterator[Finding]:
    """T5."""
    for sheet, table in all_tables(book):
        if not table.has_header:
            yield at(sheet, table.area, "the table has no header row")
        cells = list(headers(sheet, table))
        times = Counter(str(cell.value).strip() for _, cell in cells if cell)
        for place, cell in cells:
            problem = _wrong_heading(cell, times)
            if problem:
                yield at(sheet, place, problem)
        yield from _other_names(sheet, table, cells)


def _wrong_heading(cell: Cell | None, times: Counter[str]) -> str:
    if cell is None or not str(cell.value).strip():
        return "the column has no heading"
    if cell.kind != "text" or cell.formula:
        return "the heading is not a text"
    return "another column has the same heading" if times[cell.text.strip()] > 1 else ""


def _other_names(sheet: Sheet, table: Table, cells: list[tuple[Place, Cell | None]]) -> Iterator[Finding]:
    for (place, cell), name in zip(cells, table.columns, strict=False):
        if cell and " ".join(name.split()) != " ".join(str(cell.value).split()):
            yield at(sheet, place, f"the mark-up calls the column {shortened(name)!r}, its cell something else")


def not_cropped(book: Book) -> Iterator[Finding]:
    """T6."""
    for sheet, table in all_tables(book):
        for place, cell in sheet.inside(table).items():
            if problem := _cropped(sheet, place, cell):
                yield at(sheet, place, problem)


def _cropped(sheet: Sheet, place: Place, cell: Cell) -> str:
    width = sheet.width(place.column)
    if not cell.look.wrapped or cell.kind == "number":
        words = shown(cell)
        if max(text_width(line, cell.look) for line in words.split("\n")) > width * SLACK:
            return (
                "the number is wider than its column"
                if cell.kind == "number"
                else "the text is cropped: not wrapped"
            )
        return "the lines of the cell show only where its text is wrapped" if "\n" in words else ""
    height = sheet.heights.get(place.row)
    needed = lines_needed(cell, width) * cell.look.size * LINE if height else 0.0
    return "the row is too low for its text" if height and needed > height * SLACK + 2 else ""


def sensible_widths(book: Book) -> Iterator[Finding]:
    """T7."""
    for sheet, table in all_tables(book):
        for column in range(table.area.left, table.area.right + 1):
            width, top = sheet.width(column), Place(table.area.top, column)
            if not _NARROWEST <= width <= _WIDEST:
                yield at(
                    sheet, top, f"the column is {width:.0f} digits wide, not {_NARROWEST:.0f} to {_WIDEST:.0f}"
                )
                continue
            header = {top: sheet.written[top]} if table.has_header and top in sheet.written else {}
            cells = header | sheet.column(table, column)
            tight = (place for place, cell in cells.items() if longest_word(cell) > width * SLACK)
            yield from (at(sheet, place, "a word is longer than the column is wide") for place in tight)


def no_filters_or_panes(book: Book) -> Iterator[Finding]:
    """T8."""
    for sheet in book.shown:
        if sheet.panes and not _PANES.search(sheet.above):
            yield on(sheet, "panes are frozen or split, and column A does not say how to release them")
        if _has_filters(sheet) and not _FILTERS.search(sheet.above):
            yield on(sheet, "there are filters, and column A does not say how to turn them off")


def _has_filters(sheet: Sheet) -> bool:
    return sheet.filtered or any(table.filtered for table in sheet.marked)


def no_empty_cells(book: Book) -> Iterator[Finding]:
    """T9. Rows and columns that are blank altogether are T4's."""
    for sheet, table in all_tables(book):
        explained = table.marked and _EMPTY_EXPLAINED.search(sheet.above)
        yield from () if explained else _empty(sheet, table)
        for place, cell in sheet.inside(table).items():
            if cell.text.strip().casefold() in _NO_DATA:
                yield at(sheet, place, f"{cell.text.strip()!r} stands for no data, not shorthand such as [x]")
            elif not str(cell.value).strip():
                yield at(sheet, place, "the cell holds nothing but spaces")


def _empty(sheet: Sheet, table: Table) -> Iterator[Finding]:
    places = sheet.inside(table)
    rows, columns = sorted({place.row for place in places}), sorted({place.column for place in places})
    for row in rows:
        if row in sheet.body(table):
            gaps = (Place(row, column) for column in columns if Place(row, column) not in sheet.written)
            yield from (at(sheet, gap, "the cell is empty, and column A does not say above why") for gap in gaps)


def nothing_hidden(book: Book) -> Iterator[Finding]:
    """T10."""
    told = bool(book.shown) and _UNHIDE.search(book.shown[0].above)
    for sheet in book.sheets:
        if sheet.hidden and not told:
            yield on(sheet, "the sheet is hidden")
        elif not sheet.hidden and not _UNHIDE.search(sheet.above):
            yield from (at(sheet, f"row {row}", "the row is hidden") for row in sheet.hidden_rows)
            columns = (str(Place(1, column)).rstrip("1") for column in sheet.hidden_columns)
            yield from (at(sheet, f"column {column}", "the column is hidden") for column in columns)


def units_in_headings(book: Book) -> Iterator[Finding]:
    """T11. A column of years needs no unit."""
    for sheet, table, column in columns_of_numbers(book):
        place = Place(table.area.top, column)
        heading = sheet.written.get(place)
        if table.has_header and heading and not _UNITS.search(heading.text) and not _years(sheet, table, column):
            yield at(sheet, place, "the heading does not give its unit in round brackets on a line of its own")


def _years(sheet: Sheet, table: Table, column: int) -> bool:
    heading = sheet.written.get(Place(table.area.top, column))
    values = (cell.value for cell in sheet.column(table, column).values() if cell.kind == "number")
    return heading is not None and "year" in heading.text.casefold() and all(value in _YEARS for value in values)


def headings_alike(book: Book) -> Iterator[Finding]:
    """T12."""
    known: dict[str, str] = {}
    for sheet, table in all_tables(book):
        for place, cell in headers(sheet, table):
            words = " ".join(cell.text.split()) if cell else ""
            first = known.setdefault(re.sub(r"\W", "", words).casefold(), words)
            if first != words:
                yield at(sheet, place, f"the heading is written {shortened(first)!r} elsewhere")


def one_kind_a_column(book: Book) -> Iterator[Finding]:
    """T13."""
    for sheet, table, column in columns_of_numbers(book):
        cells = sheet.column(table, column)
        numbers = {place: cell for place, cell in cells.items() if cell.kind == "number"}
        others = (place for place, cell in cells.items() if cell.kind != "number" and not is_stand_in(cell))
        yield from (at(sheet, place, "is no number, in a column of numbers") for place in others)
        usual = Counter(map(decimals, numbers.values())).most_common(1)
        odd = (place for place, cell in numbers.items() if decimals(cell) != usual[0][0])
        yield from (at(sheet, place, "shows another number of decimal places than the column") for place in odd)
        if not _years(sheet, table, column):
            yield from _without_commas(sheet, numbers)


def _without_commas(sheet: Sheet, numbers: dict[Place, Cell]) -> Iterator[Finding]:
    for place, cell in numbers.items():
        if isinstance(cell.value, int | float) and abs(cell.value) >= _THOUSAND and not cell.look.thousands:
            yield at(sheet, place, "shows thousands without a comma")


def aligned(book: Book) -> Iterator[Finding]:
    """T14."""
    for sheet, table in all_tables(book):
        for column in range(table.area.left, table.area.right + 1):
            of_numbers = sheet.is_of_numbers(table, column)
            for row in range(table.area.top, table.area.bottom + 1):
                cell = sheet.written.get(Place(row, column))
                if cell and not _is_aligned(cell, of_numbers):
                    side = "right" if of_numbers else "left"
                    yield at(sheet, Place(row, column), f"is not aligned to the {side}, as its column should be")


def _is_aligned(cell: Cell, to_the_right: bool) -> bool:
    usual = "right" if cell.kind in ("number", "date") else "left"
    side = usual if cell.look.horizontal == "general" else cell.look.horizontal
    return side == ("right" if to_the_right else "left") or (cell.kind == "date" and side in ("left", "right"))


def codes_apart(book: Book) -> Iterator[Finding]:
    """T15."""
    for sheet, table in all_tables(book):
        labels = _label_columns(sheet, table)
        for place, cell in sheet.inside(table).items():
            body = place.row in sheet.body(table) and place.column in labels
            if body and _CODE_BESIDE_NAME.fullmatch(cell.text):
                yield at(sheet, place, "a code stands in one cell with the name it belongs to")


def _label_columns(sheet: Sheet, table: Table) -> range:
    """The columns before the first one of numbers; in a table of texts only the first, where labels stand."""
    columns = range(table.area.left, table.area.right + 1)
    first = next((column for column in columns if sheet.is_of_numbers(table, column)), table.area.left + 1)
    return range(table.area.left, first)


def sums_explained(book: Book) -> Iterator[Finding]:
    """T17."""
    said = "\n".join(cell.text for _, _, cell in texts(book))
    if not _ROUNDED.search(said):
        raise NotApplicable("it does not speak of rounding")
    if not _SUMS.search(said):
        yield of_book("figures are said to be rounded, but not that rounded parts may not add up to their totals")


POINTS = (
    essential("T1", "Every table is marked up as a table, contents and notes too.", marked_up),
    desirable("T2", "Tables have names of their own that say what they hold, without spaces and dashes.", named),
    essential("T3", "No cell is merged, and no table lies in another.", not_merged),
    essential("T4", "No row and no column inside a table is blank.", without_gaps),
    essential("T5", "A table has one header row; every column a heading, a text, unlike the others.", with_headers),
    essential("T6", "Texts in tables are wrapped and shown in full.", not_cropped),
    desirable("T7", "Columns are as wide as their longest word, and no wider than a screen.", sensible_widths),
    desirable("T8", "No filters and frozen panes, or column A says how to turn them off.", no_filters_or_panes),
    essential("T9", "Missing data have shorthand; cells are empty only if column A says why.", no_empty_cells),
    essential("T10", "No sheet, row or column is hidden, or column A says how to unhide it.", nothing_hidden),
    desirable("T11", "Headings of figures give the unit in round brackets on their last line.", units_in_headings),
    desirable("T12", "A heading is written alike in all tables (of earlier releases: a person).", headings_alike),
    desirable("T13", "A column has one kind of value and one precision; thousands have commas.", one_kind_a_column),
    desirable("T14", "Figures and their headings are aligned to the right, texts to the left.", aligned),
    desirable("T15", "Codes stand in a column of their own beside the names.", codes_apart),
    desirable("T16", "Rows stand in a natural order, or one that is stated; totals at an edge."),
    desirable("T17", "Where figures are rounded, it is said that parts may not add to totals.", sums_explained),
    desirable("T18", "Confidence limits and significance stand in labelled columns of their own."),
)
