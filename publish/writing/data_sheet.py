"""The data sheet of a published workbook.

Rule: publication specification, Workbook style; accessible spreadsheets wherever the published layout allows.
No cell is merged, since screen readers lose their way in merged cells: the note above the header stands,
wrapped, in the widest column, and the year is centred across its columns instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Final, TypeAlias

import polars as pl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles.colors import Color
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from publish.disclosure.control import SUPPRESSED, ProtectedTable
from publish.edition import Edition
from publish.tables.specification import Measure
from publish.writing.content import ReleaseTables
from publish.writing.fillings import Fillings
from publish.writing.sheet_rows import Rows, Shown, Written, number_styles, row_xml
from publish.writing.sheet_setup import mark_as_table, one_page_wide, repeat_in_print
from publish.writing.workbook_styles import (
    BODY,
    LINE_HEIGHT,
    WARNING_RED,
    Style,
    fit_row,
    height_of,
    lines,
    link,
    put,
)

LABELS, VALUES = 2, 3  # columns: A is a narrow margin
REMARKS_ROW: Final = 11
SUPPRESSED_MARK: Final = "*"
BOLD: Final = 1.2  # how much wider bold headings are than prose
LETTERS_PER_UNIT: Final = 0.92  # of labels in Arial 10
COUNT_WIDTHS, MEDIAN_WIDTHS = (10.4, 11.4), (7.4, 8.4)  # a month, the year
SETTING_WIDTH: Final = 17.0
POPULATION: Final = "population"  # the one thing said of a place that is a number
ROW_HEIGHTS: Final = {1: 18.0, 2: 17.0, 4: 17.0}
GROUP_HEIGHT, HEADER_HEIGHT, SPACER_HEIGHT = 21.0, 28.0, 6.0
MANAGEMENT_INFORMATION: Final = (
    "Management information: provisional figures, not checked as fully as the final statistics and possibly "
    "incomplete, the latest months most of all. Compare providers with care."
)
ONE_TABLE: Final = "This sheet holds one table."
IN_PARTS: Final = (
    "This sheet holds one table, marked up in two parts side by side, since headings stand under both groups."
)
KEY: Final = "Its key stands below it and explains *."
FIXED: Final = "To release the fixed headings, choose View, Freeze Panes, Unfreeze Panes."
BLANK: Final = "Blank cells = "  # how a line of the key begins that says what they mean
_CLOSING: Final[dict[str, str]] = {style: style.closing for style in BODY}

Keys: TypeAlias = tuple[
    str | int | None, ...
]  # level, what says where or who, label, and the setting where divided by it
Cell: TypeAlias = tuple[float | None, str]  # a published value and its status


@dataclass(frozen=True)
class Layout:
    """Where everything stands on the data sheet of one table."""

    table: ProtectedTable
    filled: Fillings

    @cached_property
    def measures(self) -> tuple[Measure, ...]:
        """What the columns of figures hold."""
        return tuple(column.measure(self.table.spec.measure) for column in self.table.columns)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The headings of the columns that say what a row is about."""
        spec = self.table.spec
        settings = (spec.setting_heading,) if spec.settings else ()
        return (*(self.filled(place.heading) for place in spec.basis.places), spec.label_heading, *settings)

    @cached_property
    def figures(self) -> tuple[str, ...]:
        """The headings of the columns of figures."""
        return tuple(self.filled.heading(column) for column in self.table.columns)

    @cached_property
    def headings(self) -> tuple[str, ...]:
        """The header cells from column B on."""
        return (*self.keys, *self.figures)

    @cached_property
    def first_figure(self) -> int:
        """The column of the first figures."""
        return LABELS + len(self.keys)

    @cached_property
    def texts(self) -> set[int]:
        """The columns that hold text: all that say what a row is about, but a population."""
        places = enumerate(self.table.spec.basis.places, start=LABELS)
        populations = {column for column, place in places if place.name == POPULATION}
        return set(range(LABELS, self.first_figure)) - populations

    @cached_property
    def header_row(self) -> int:
        """The row of the headings."""
        return self.table.spec.header_row

    @cached_property
    def widths(self) -> tuple[float, ...]:
        """The widths of the columns from A on."""
        spec = self.table.spec
        month, year = MEDIAN_WIDTHS if spec.measure.is_median else COUNT_WIDTHS
        label = round(max(len(label.text) for label in spec.labels) / LETTERS_PER_UNIT, 1)
        longest = max(len(text) for text in spec.setting_texts)
        settings = (max(SETTING_WIDTH, round(longest / LETTERS_PER_UNIT, 1)),) if spec.settings else ()
        figures = (*[month] * (len(self.figures) - 1), year)
        return (1.9, *(place.width for place in spec.basis.places), label, *settings, *figures)

    @cached_property
    def widest(self) -> int:
        """The widest column from C on: what is long is wrapped there."""
        return VALUES + self.widths[VALUES - 1 :].index(max(self.widths[VALUES - 1 :]))

    def width(self, column: int) -> float:
        """The width of a column by its number."""
        return self.widths[column - 1]

    @cached_property
    def parts(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The first column and the headings of each part that is marked up as a table: all of it, as a rule.

        Where headings stand twice, each under its own group, every group is a part, the first with the columns of
        what a row is about: Excel refuses a table with a heading twice.
        """
        if len(set(self.headings)) == len(self.headings):
            return ((LABELS, self.headings),)
        groups = [tuple(columns) for _, columns in groupby(self.table.columns, key=self.filled.group)]
        parts: list[tuple[int, tuple[str, ...]]] = []
        first, headings = LABELS, self.keys
        for columns in groups:
            headings = (*headings, *(self.filled.heading(column) for column in columns))
            parts.append((first, headings))
            first, headings = first + len(headings), ()
        return tuple(parts)

    @cached_property
    def header_height(self) -> float:
        """How high the header row must be for its longest heading."""
        widths = self.widths[LABELS - 1 :]
        deepest = max(lines(text, width / BOLD) for text, width in zip(self.headings, widths, strict=True))
        return max(HEADER_HEIGHT, deepest * LINE_HEIGHT + 2)

    def reference(self, first: int, last: int, last_row: int) -> str:
        """The cells from the header's to the last row of some columns, as in `B13:R1291`."""
        return f"{get_column_letter(first)}{self.header_row}:{get_column_letter(last)}{last_row}"


def write_data_sheet(sheet: Worksheet, table: ProtectedTable, edition: Edition, tables: ReleaseTables) -> Rows:
    """Fill the data sheet of one table of a release, but for its rows, which are put in when its file is packed."""
    filled = Fillings(table, edition, tables.policy, tables.issues)
    sheet.title = filled(table.spec.sheet_name)
    layout = Layout(table, filled)
    for column, width in enumerate(layout.widths, start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width
    _write_title_block(sheet, layout, edition)
    _write_header(sheet, layout)
    number_styles(sheet)
    rows, last_row = _rows(layout, Written(sheet))
    rows.stand_in(sheet)
    _mark_up(sheet, layout, last_row)
    _write_foot(sheet, last_row + 2, layout)
    _set_view_and_print(sheet, layout, edition)
    number_styles(sheet)
    return rows


def _write_title_block(sheet: Worksheet, layout: Layout, edition: Edition) -> None:
    put(sheet, 1, 1, _first_cell(layout, edition), Style.LARGE)
    block = tuple(_title_block(layout, edition))
    for row, (label, text, style) in enumerate(block, start=2):
        put(sheet, row, LABELS, label, Style.BLOCK_LABEL)
        put(sheet, row, VALUES, text, style)
    link(sheet, 1 + len(block), VALUES, f"mailto:{edition.house.email}", Style.BLOCK_LINK)
    for row, height in ROW_HEIGHTS.items():
        sheet.row_dimensions[row].height = height
    if layout.header_row > REMARKS_ROW:
        _write_remarks(sheet, layout, edition)


def _first_cell(layout: Layout, edition: Edition) -> CellRichText:
    """What a screen reader reads first: the notices, in red, and how the sheet is laid out."""
    warning = InlineFont(rFont="Arial", sz=12, b=True, color=Color(WARNING_RED))
    plain = InlineFont(rFont="Arial", sz=12)
    notices = (TextBlock(warning, f"{notice} ") for notice in edition.notices)
    return CellRichText(*notices, TextBlock(plain, " ".join(_guide(layout))))


def _guide(layout: Layout) -> Iterator[str]:
    yield IN_PARTS if len(layout.parts) > 1 else ONE_TABLE
    yield KEY
    of_blanks = (line for line in layout.filled.lines(layout.table.spec.key) if line.startswith(BLANK))
    yield from (f"Blank cells mean that {line.removeprefix(BLANK)}." for line in of_blanks)
    yield FIXED


def _title_block(layout: Layout, edition: Edition) -> Iterator[tuple[str, str, Style]]:
    spec, filled = layout.table.spec, layout.filled
    yield "Title:", filled(spec.sheet_title), Style.BLOCK_STRONG
    yield "Summary:", filled(spec.summary), Style.BLOCK_VALUE
    yield "Period:", filled.period, Style.BLOCK_STRONG
    yield "Source:", edition.house.source, Style.BLOCK_VALUE
    yield "Basis:", spec.basis.word, Style.BLOCK_VALUE
    yield "Published:", edition.published_in_words, Style.BLOCK_VALUE
    yield "Revised:", edition.revised_in_words(spec.file_stem), Style.BLOCK_VALUE
    yield "Status:", edition.status, Style.BLOCK_VALUE
    yield "Contact:", edition.house.email, Style.BLOCK_VALUE


def _write_remarks(sheet: Worksheet, layout: Layout, edition: Edition) -> None:
    own = layout.table.spec.remarks
    provisional = () if edition.period.annual else (MANAGEMENT_INFORMATION,)
    remarks = "\n".join((*provisional, *layout.filled.lines(own)))
    if remarks:
        put(sheet, REMARKS_ROW, LABELS, "Notes:" if own else "Note:", Style.BLOCK_LABEL)
        put(sheet, REMARKS_ROW, layout.widest, remarks, Style.PARAGRAPH)
        fit_row(sheet, REMARKS_ROW, remarks, layout.width(layout.widest))


def _write_header(sheet: Worksheet, layout: Layout) -> None:
    header_row, group_row = layout.header_row, layout.header_row - 1
    if layout.table.spec.level_label:
        put(sheet, group_row, LABELS, layout.table.spec.level_label, Style.BLOCK_STRONG)
    column = layout.first_figure
    for group, columns in groupby(layout.table.columns, key=layout.filled.group):
        for heading in (group, *[None] * (len(list(columns)) - 1)):
            put(sheet, group_row, column, heading, Style.GROUP)
            column += 1
    for column, heading in enumerate(layout.headings, start=LABELS):
        style = Style.HEADER_TEXT if column in layout.texts else Style.HEADER_NUMBER
        put(sheet, header_row, column, heading, style)
    for row in range(REMARKS_ROW + 1, group_row):
        sheet.row_dimensions[row].height = SPACER_HEIGHT
    sheet.row_dimensions[group_row].height = GROUP_HEIGHT
    sheet.row_dimensions[header_row].height = layout.header_height


def _rows(layout: Layout, xml: Written) -> tuple[Rows, int]:
    """The rows, an empty one between England, regions and whatever follows; and the number of the last."""
    row, places = layout.header_row, 1 + len(layout.table.spec.basis.places)
    written: list[str] = []
    for number, (_, of_level) in enumerate(groupby(rows_of(layout.table), key=lambda entry: entry[0][0])):
        row += number > 0
        for _, block in groupby(of_level, key=lambda entry: entry[0][:places]):
            listed = list(block)
            for keys, cells in listed:
                row += 1
                shown_cells = _cells(keys[1:], cells, layout, closes=keys is listed[-1][0])
                longest = str(shown_cells[layout.widest - LABELS][0])
                height = height_of(longest, layout.width(layout.widest))
                written.append(row_xml(row, LABELS, shown_cells, height, xml))
    return Rows(layout.header_row + 1, "".join(written)), row


def rows_of(table: ProtectedTable) -> list[tuple[Keys, list[Cell]]]:
    """What each row is about and its cells in the order of the columns, in published order."""
    spec, columns = table.spec, len(table.columns)
    settings = ("setting",) if spec.settings else ()
    keys = table.cells.select("level", *(place.name for place in spec.basis.places), "label", *settings)
    cells = table.cells.select("value", "status").rows()
    return [(row, cells[place : place + columns]) for place, row in _first_of_each(keys, columns)]


def _first_of_each(keys: pl.DataFrame, columns: int) -> Iterator[tuple[int, Keys]]:
    """The keys of each row, with the place of its first cell."""
    return ((number * columns, row) for number, row in enumerate(keys.gather_every(columns).iter_rows()))


def _cells(keys: Keys, cells: list[Cell], layout: Layout, *, closes: bool) -> list[Shown]:
    """The cells of a row from column B on: what each shows, and in which style."""
    of_keys = ((key, Style.COUNT if isinstance(key, int) else Style.KEY) for key in keys)
    row: list[Shown] = [*of_keys, *map(shown, cells, layout.measures)]
    return [(value, _CLOSING[style]) for value, style in row] if closes else row


@lru_cache(maxsize=1 << 16)  # the same figures stand in hundreds of rows
def shown(cell: Cell, measure: Measure) -> tuple[str | float | None, Style]:
    """What a cell shows and in which style: `*` where hidden, nothing where there is no data."""
    value, status = cell
    if status == SUPPRESSED:
        return SUPPRESSED_MARK, Style.HIDDEN
    if measure is Measure.PER_CENT:
        return None if value is None else round(value / 100, 6), Style.PER_CENT
    if measure is Measure.PER_1000:
        return value, Style.RATE
    if value is None or value.is_integer():
        return None if value is None else int(value), Style.COUNT
    return value, Style.HALF_DAYS


def _mark_up(sheet: Worksheet, layout: Layout, last_row: int) -> None:
    """Mark the header and all rows up as one table, the empty rows between England and the others included.

    A marked-up table is what gives a screen reader the heading of every cell, and Excel takes a heading only
    from the row right above the table's data. Ending the table with England would leave the providers,
    nearly all of the rows, without headings; a second table for them would have to do without a header row.
    The published layout fixes the empty row, which the accessible points would rather not have inside a table.
    """
    name = layout.filled.stem.replace("-", "_")
    for number, (first, headings) in enumerate(layout.parts, start=1):
        cells = layout.reference(first, first + len(headings) - 1, last_row)
        part = Table(displayName=name if number == 1 else f"{name}_part_{number}", ref=cells)
        sheet.add_table(mark_as_table(part, headings))


def _write_foot(sheet: Worksheet, row: int, layout: Layout) -> None:
    spec, filled = layout.table.spec, layout.filled
    said = (*filled.lines(spec.notes), *filled.issues_of_table)
    notes = [f"{number}. {note}" for number, note in enumerate(said, start=1)]
    foot = ("Notes:", *notes, "", "Key", *filled.lines(spec.key))
    for row_of_line, text in enumerate(foot, start=row):
        if text:
            put(sheet, row_of_line, LABELS, text, Style.SECTION if text in ("Notes:", "Key") else Style.FOOT)


def _set_view_and_print(sheet: Worksheet, layout: Layout, edition: Edition) -> None:
    sheet.freeze_panes = f"{get_column_letter(layout.first_figure)}{layout.header_row + 1}"
    sheet.print_title_rows = f"{layout.header_row - 1}:{layout.header_row}"
    one_page_wide(sheet, "landscape")
    repeat_in_print(sheet, edition.notices)
