"""What both sheets of a workbook need: a table without filter buttons, and how a sheet is seen and printed."""

from collections.abc import Sequence
from typing import Any, Literal

from openpyxl.worksheet.page import PageMargins
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableColumn
from openpyxl.worksheet.worksheet import Worksheet


def mark_as_table(table: Table, headings: Sequence[str]) -> Table:
    """Give a table its columns, named as its header cells are. openpyxl puts in filter buttons otherwise."""
    table.tableColumns = [TableColumn(id=number, name=name) for number, name in enumerate(headings, start=1)]
    return table


def one_page_wide(sheet: Worksheet, orientation: Literal["portrait", "landscape"]) -> None:
    """Print on A4, one page wide and as many pages long as it takes."""
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.orientation = orientation
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins = PageMargins(left=0.5, right=0.5, top=0.7, bottom=0.5, header=0.3, footer=0.3)  # inches
    sheet.sheet_view.zoomScale = 100


def repeat_in_print(sheet: Worksheet, notices: Sequence[str]) -> None:
    """Print the notices at the top of every page, so that no page of a draft can pass for the publication.

    They stand in the first rows of the sheet too: a page header is not read out by screen readers.
    """
    header: Any = sheet.oddHeader
    header.center.text = " ".join(notices) or None
