"""The data sheet of a published workbook.

Rule: publication specification, Workbook style; accessible spreadsheets wherever the published layout allows.
No cell is merged, since screen readers lose their way in merged cells: the note above the header stands,
wrapped, in the widest column, and the year is centred across its columns instead.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeAlias

from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles.colors import Color
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from publish.disclosure.control import SUPPRESSED, ProtectedTable
from publish.disclosure.policy import Policy
from publish.edition import STATUS, Edition
from publish.tables.specification import TableSpec
from publish.writing.sheet_setup import mark_as_table, one_page_wide, repeat_in_print
from publish.writing.workbook_styles import WARNING_RED, Style, fit_row, link, put

SHEET_NAME: Final = "Provider"
LABELS, VALUES, NAMES = 2, 3, 4  # columns: A is a narrow margin; the provider names have the widest
REMARKS_ROW: Final = 11
SUPPRESSED_MARK: Final = "*"
LETTERS_PER_UNIT: Final = 1.05  # of labels in Arial 10
NAME_WIDTH: Final = 66.0
COUNT_WIDTHS, MEDIAN_WIDTHS = (10.4, 11.4), (7.4, 8.4)  # a month, the year
ROW_HEIGHTS: Final = {1: 18.0, 2: 17.0, 4: 17.0}
GROUP_HEIGHT, HEADER_HEIGHT, SPACER_HEIGHT = 21.0, 28.0, 6.0
MANAGEMENT_INFORMATION: Final = (
    "Management information: provisional figures, not checked as fully as the final statistics and possibly "
    "incomplete, the latest months most of all. Compare providers with care."
)
GUIDE: Final = (
    "This sheet holds one table. Its key, below it, explains * and blank cells. To release the fixed headings, "
    "choose View, Freeze Panes, Unfreeze Panes."
)

Keys: TypeAlias = tuple[str, ...]  # region, code, provider name, label, and the setting where divided by it
Cell: TypeAlias = tuple[float | None, str]  # a published value and its status


@dataclass(frozen=True)
class Layout:
    """Where everything stands on the data sheet of one table."""

    spec: TableSpec
    keys: tuple[str, ...]
    periods: tuple[str, ...]

    @property
    def headings(self) -> tuple[str, ...]:
        """The header cells from column B on."""
        return (*self.keys, *self.periods)

    @property
    def first_period(self) -> int:
        """The column of April."""
        return LABELS + len(self.keys)

    @property
    def last_column(self) -> int:
        """The column of the year."""
        return LABELS + len(self.headings) - 1

    @property
    def group_row(self) -> int:
        """The row above the header."""
        return self.spec.header_row - 1

    def reference(self, last_row: int) -> str:
        """The cells from the header's first to the last of a row, as in `B13:R1291`."""
        return f"{get_column_letter(LABELS)}{self.spec.header_row}:{get_column_letter(self.last_column)}{last_row}"


def write_data_sheet(sheet: Worksheet, table: ProtectedTable, edition: Edition, policy: Policy) -> None:
    """Fill the data sheet of the workbook of one table."""
    sheet.title = SHEET_NAME
    layout = layout_of(table, edition)
    _set_widths(sheet, layout)
    _write_title_block(sheet, layout, edition, policy)
    _write_header(sheet, layout, edition)
    last_row = _write_rows(sheet, layout, table)
    _mark_up(sheet, layout, last_row)
    _write_foot(sheet, last_row + 2, table.spec, edition, policy)
    _set_view_and_print(sheet, layout, edition)


def layout_of(table: ProtectedTable, edition: Edition) -> Layout:
    """The layout of a table: key columns, then a column for each month so far and one for all of them."""
    spec = table.spec
    settings = ("Source setting",) if spec.settings else ()
    keys = ("Region", "Org Code", "Provider name", spec.label_heading, *settings)
    return Layout(spec, keys, (*(month.short for month in table.months), year_heading(edition)))


def year_heading(edition: Edition) -> str:
    """The heading of the last column."""
    return "Year to date" if edition.status == STATUS else "Year"


def _set_widths(sheet: Worksheet, layout: Layout) -> None:
    month, year = MEDIAN_WIDTHS if layout.spec.measure.is_median else COUNT_WIDTHS
    label = round(max(len(label.text) for label in layout.spec.labels) / LETTERS_PER_UNIT, 1)
    keys = (11.6, 7.4, NAME_WIDTH, label, *((17.0,) if layout.spec.settings else ()))
    for column, width in enumerate((1.9, *keys, *[month] * (len(layout.periods) - 1), year), start=1):
        sheet.column_dimensions[get_column_letter(column)].width = width


def _write_title_block(sheet: Worksheet, layout: Layout, edition: Edition, policy: Policy) -> None:
    put(sheet, 1, 1, _first_cell(edition), Style.FOOT)
    block = tuple(_title_block(layout.spec, edition))
    for row, (label, text, style) in enumerate(block, start=2):
        put(sheet, row, LABELS, label, Style.BLOCK_LABEL)
        put(sheet, row, VALUES, text, style)
    link(sheet, 1 + len(block), VALUES, f"mailto:{edition.house.email}", Style.BLOCK_LINK)
    for row, height in ROW_HEIGHTS.items():
        sheet.row_dimensions[row].height = height
    _write_remarks(sheet, layout.spec, edition, policy)


def _first_cell(edition: Edition) -> CellRichText:
    """What a screen reader reads first: the notices, in red, and how the sheet is laid out."""
    warning = InlineFont(rFont="Arial", sz=12, b=True, color=Color(WARNING_RED))
    plain = InlineFont(rFont="Arial", sz=10)
    notices = (TextBlock(warning, f"{notice} ") for notice in edition.notices)
    return CellRichText(*notices, TextBlock(plain, GUIDE))


def _title_block(spec: TableSpec, edition: Edition) -> Iterator[tuple[str, str, Style]]:
    yield "Title:", spec.sheet_title, Style.BLOCK_STRONG
    yield "Summary:", spec.summary, Style.BLOCK_VALUE
    yield "Period:", edition.period.year.label, Style.BLOCK_STRONG
    yield "Source:", edition.house.source, Style.BLOCK_VALUE
    yield "Basis:", "Provider", Style.BLOCK_VALUE
    yield "Published:", edition.published_in_words, Style.BLOCK_VALUE
    yield "Revised:", "-", Style.BLOCK_VALUE
    yield "Status:", edition.status, Style.BLOCK_VALUE
    yield "Contact:", edition.house.email, Style.BLOCK_VALUE


def _write_remarks(sheet: Worksheet, spec: TableSpec, edition: Edition, policy: Policy) -> None:
    provisional = (MANAGEMENT_INFORMATION,) if edition.status == STATUS else ()
    remarks = "\n".join((*provisional, *_filled(spec.remarks, edition, policy)))
    if remarks:
        put(sheet, REMARKS_ROW, LABELS, "Notes:" if spec.remarks else "Note:", Style.BLOCK_LABEL)
        put(sheet, REMARKS_ROW, NAMES, remarks, Style.PARAGRAPH)
        fit_row(sheet, REMARKS_ROW, remarks, NAME_WIDTH)


def _filled(texts: tuple[str, ...], edition: Edition, policy: Policy) -> tuple[str, ...]:
    values = {"threshold": policy.threshold, "base": policy.rounding_base, "total": year_heading(edition)}
    return tuple(text.format(**values) for text in texts if _says_something(text, policy))


def _says_something(text: str, policy: Policy) -> bool:
    """Whether a line speaks of what the policy does: it may hide nothing, or not round."""
    hides_nothing, does_not_round = policy.threshold == 1, policy.rounding_base == 1
    return not ((hides_nothing and "{threshold}" in text) or (does_not_round and "{base}" in text))


def _write_header(sheet: Worksheet, layout: Layout, edition: Edition) -> None:
    header_row, group_row = layout.spec.header_row, layout.group_row
    put(sheet, group_row, LABELS, "Provider Level Data", Style.BLOCK_STRONG)
    for column in range(layout.first_period, layout.last_column + 1):
        put(sheet, group_row, column, None, Style.GROUP)
    put(sheet, group_row, layout.first_period, edition.period.year.label, Style.GROUP)
    for column, heading in enumerate(layout.headings, start=LABELS):
        style = Style.HEADER_TEXT if column < layout.first_period else Style.HEADER_NUMBER
        put(sheet, header_row, column, heading, style)
    for row in range(REMARKS_ROW + 1, group_row):
        sheet.row_dimensions[row].height = SPACER_HEIGHT
    sheet.row_dimensions[group_row].height = GROUP_HEIGHT
    sheet.row_dimensions[header_row].height = HEADER_HEIGHT


def _write_rows(sheet: Worksheet, layout: Layout, table: ProtectedTable) -> int:
    """Write England's block, an empty row and the providers' blocks; the last row written."""
    rows = rows_of(table)
    row = layout.spec.header_row
    for number, (_, block) in enumerate(groupby(rows, key=lambda keys: keys[:3])):
        row += number == 1  # the empty row after England
        labels = list(block)
        for keys in labels:
            row += 1
            _write_row(sheet, row, keys, [rows[keys].get(period) for period in table.periods], keys is labels[-1])
    return row


def rows_of(table: ProtectedTable) -> dict[Keys, dict[str, Cell]]:
    """The cells of each row by period, rows in published order."""
    keys = ("region_code", "org_code", "provider_name", "label", *(("setting",) if table.spec.settings else ()))
    rows: dict[Keys, dict[str, Cell]] = {}
    for *key, period, value, status in table.cells.select(*keys, "period", "value", "status").iter_rows():
        rows.setdefault(tuple(key), {})[period] = (value, status)
    return rows


def _write_row(sheet: Worksheet, row: int, keys: Keys, cells: list[Cell | None], closes: bool) -> None:
    for column, key in enumerate(keys, start=LABELS):
        put(sheet, row, column, key, Style.KEY.closing if closes else Style.KEY)
    for column, cell in enumerate(cells, start=LABELS + len(keys)):
        value, style = shown(cell)
        put(sheet, row, column, value, style.closing if closes else style)
    fit_row(sheet, row, keys[NAMES - LABELS], NAME_WIDTH)


def shown(cell: Cell | None) -> tuple[str | float | None, Style]:
    """What a cell shows and in which style: `*` where hidden, nothing where there is no data."""
    value, status = cell or (None, "")
    if status == SUPPRESSED:
        return SUPPRESSED_MARK, Style.HIDDEN
    if value is None or value.is_integer():
        return None if value is None else int(value), Style.COUNT
    return value, Style.HALF_DAYS


def _mark_up(sheet: Worksheet, layout: Layout, last_row: int) -> None:
    """Mark the header, England and the providers up as one table, the empty row between them included.

    A marked-up table is what gives a screen reader the heading of every cell, and Excel takes a heading only
    from the row right above the table's data. Ending the table with England would leave the providers,
    nearly all of the rows, without headings; a second table for them would have to do without a header row.
    The published layout fixes the empty row, which the accessible points would rather not have inside a table.
    """
    name = layout.spec.file_stem.replace("-", "_")
    sheet.add_table(mark_as_table(Table(displayName=name, ref=layout.reference(last_row)), layout.headings))


def _write_foot(sheet: Worksheet, row: int, spec: TableSpec, edition: Edition, policy: Policy) -> None:
    notes = [f"{number}. {note}" for number, note in enumerate(_filled(spec.notes, edition, policy), start=1)]
    foot = ("Notes:", *notes, "", "Key", *_filled(spec.key, edition, policy))
    for row_of_line, text in enumerate(foot, start=row):
        if text:
            put(sheet, row_of_line, LABELS, text, Style.SECTION if text in ("Notes:", "Key") else Style.FOOT)


def _set_view_and_print(sheet: Worksheet, layout: Layout, edition: Edition) -> None:
    sheet.freeze_panes = f"{get_column_letter(layout.first_period)}{layout.spec.header_row + 1}"
    sheet.print_title_rows = f"{layout.group_row}:{layout.spec.header_row}"
    one_page_wide(sheet, "landscape")
    repeat_in_print(sheet, edition.notices)
