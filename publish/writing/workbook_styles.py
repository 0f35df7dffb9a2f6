"""The cell styles of the published workbooks, each made once and named, and how text is fitted into cells.

Rule: publication specification, Workbook style.
"""

import textwrap
from collections.abc import Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.rich_text import CellRichText
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.workbook import Workbook
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

BLUE: Final = "095BA6"
LINK_BLUE: Final = "0000FF"
WARNING_RED: Final = "B30000"  # dark enough for small text on white
HEADER_FILL: Final = "EDF3F9"
LINE_HEIGHT: Final = 13.0  # points, one line of Arial 10
CHARACTERS_PER_UNIT: Final = 1.22  # of prose in Arial 10; a unit of width is a digit
CAPITALS_PER_UNIT: Final = 0.9

TEXT: Final = "@"  # keeps a text that looks like a formula a text, also when somebody edits the cell
WHOLE: Final = "#,##0"
HALF: Final = "#,##0.0"
GENERAL: Final = "General"


class Style(StrEnum):
    """The named styles. Excel shows these names in its gallery of styles."""

    TITLE = "Heading 1"
    SECTION = "Heading 2"
    NOTICE = "DID notice"
    PARAGRAPH = "DID paragraph"
    STRONG = "DID strong"
    LARGE = "DID large"
    LINK = "DID link"
    BLOCK_LABEL = "DID block label"
    BLOCK_VALUE = "DID block value"
    BLOCK_STRONG = "DID block strong"
    BLOCK_LINK = "DID block link"
    GROUP = "DID group"
    HEADER_TEXT = "DID header"
    HEADER_NUMBER = "DID header of numbers"
    KEY = "DID key"
    COUNT = "DID whole number"
    HALF_DAYS = "DID half days"
    PER_CENT = "DID per cent"
    RATE = "DID rate"
    HIDDEN = "DID suppressed"
    FOOT = "DID foot"

    @property
    def closing(self) -> str:
        """The body style with the thin line that closes a provider's block."""
        return f"{self}, closing"


BODY: Final = (Style.KEY, Style.COUNT, Style.HALF_DAYS, Style.PER_CENT, Style.RATE, Style.HIDDEN)

_ARIAL = Font(name="Arial", size=10)
_ARIAL_BOLD = Font(name="Arial", size=10, bold=True)
_VERDANA = Font(name="Verdana", size=10)
_FORMATS = {
    **dict.fromkeys((Style.KEY, Style.HIDDEN, Style.GROUP), TEXT),
    **dict.fromkeys((Style.HALF_DAYS, Style.RATE), HALF),
    Style.COUNT: WHOLE,
}
_FONTS = {
    Style.TITLE: Font(name="Verdana", size=14, bold=True, color=BLUE),
    Style.SECTION: _ARIAL_BOLD,
    Style.NOTICE: Font(name="Arial", size=12, bold=True, color=WARNING_RED),
    Style.STRONG: _ARIAL_BOLD,
    Style.LARGE: Font(name="Arial", size=12),
    Style.LINK: Font(name="Arial", size=10, underline="single", color=LINK_BLUE),
    Style.BLOCK_LABEL: Font(name="Verdana", size=10, bold=True),
    Style.BLOCK_VALUE: _VERDANA,
    Style.BLOCK_STRONG: Font(name="Verdana", size=12, bold=True, color=BLUE),
    Style.BLOCK_LINK: Font(name="Verdana", size=10, underline="single", color=LINK_BLUE),
    Style.GROUP: _ARIAL_BOLD,
    Style.HEADER_TEXT: _ARIAL_BOLD,
    Style.HEADER_NUMBER: _ARIAL_BOLD,
}
_NUMBERS = Alignment(horizontal="right", vertical="top")
_WRAPPED = Alignment(horizontal="left", vertical="top", wrap_text=True)
_ALIGNMENTS = {
    Style.PARAGRAPH: _WRAPPED,
    Style.STRONG: _WRAPPED,
    Style.LINK: _WRAPPED,
    Style.KEY: _WRAPPED,
    Style.HEADER_TEXT: Alignment(horizontal="left", vertical="center", wrap_text=True),
    Style.HEADER_NUMBER: Alignment(horizontal="right", vertical="center", wrap_text=True),
    # Centred across the columns of the months without merging their cells, which a screen reader stumbles on.
    Style.GROUP: Alignment(horizontal="centerContinuous", vertical="center"),
    Style.COUNT: _NUMBERS,
    Style.HALF_DAYS: _NUMBERS,
    Style.PER_CENT: _NUMBERS,
    Style.RATE: _NUMBERS,
    Style.HIDDEN: _NUMBERS,
}
_UNWRAPPED = Alignment(horizontal="left", vertical="top")
_BUILT_IN = {Style.TITLE: 16, Style.SECTION: 17}  # what Excel and screen readers know as heading 1 and 2
_THIN, _HAIR = Side(style="thin"), Side(style="hair")
_BORDERS = {
    Style.GROUP: Border(top=_THIN, bottom=_THIN),
    Style.HEADER_TEXT: Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN),
    Style.HEADER_NUMBER: Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN),
} | dict.fromkeys(BODY, Border(bottom=_HAIR))
_FILLED = (Style.GROUP, Style.HEADER_TEXT, Style.HEADER_NUMBER)


def add_styles(workbook: Workbook, percentage_decimals: int) -> None:
    """Give a workbook every named style. Made once each, since styling cell by cell takes most of the time."""
    shown = ("0." + "0" * percentage_decimals).rstrip(".") + "%"
    formats = _FORMATS | {Style.PER_CENT: shown}
    for style in Style:
        workbook.add_named_style(_named(style, str(style), _BORDERS.get(style, Border()), formats))
    for style in BODY:
        workbook.add_named_style(_named(style, style.closing, Border(bottom=_THIN), formats))


def _named(style: Style, name: str, border: Border, formats: Mapping[Style, str]) -> NamedStyle:
    fill = PatternFill("solid", fgColor=HEADER_FILL) if style in _FILLED else PatternFill()
    return NamedStyle(
        name=name,
        font=_FONTS.get(style, _ARIAL),
        alignment=_ALIGNMENTS.get(style, _UNWRAPPED),
        number_format=formats.get(style, GENERAL),
        border=border,
        fill=fill,
        builtinId=_BUILT_IN.get(style),
    )


def put(sheet: Worksheet, row: int, column: int, value: str | float | CellRichText | None, style: str) -> None:
    """Write a value with a named style. A text is always written as text, never as a formula."""
    cell: Any = sheet.cell(row, column)
    if isinstance(value, str) and not isinstance(value, CellRichText):
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)  # a workbook cannot hold control characters
        cell.data_type = "s"  # also where it begins with `=` or reads like an error value
    else:
        cell.value = value
    cell.style = style


def link(sheet: Worksheet, row: int, column: int, target: str, style: str) -> None:
    """Make the whole of a written cell a link: to an address, or to a place in the workbook (`#'Table 7a'!A1`)."""
    cell: Any = sheet.cell(row, column)
    inside = target.startswith("#")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=target[1:]) if inside else target
    cell.style = style  # openpyxl puts a style of its own on a link


@lru_cache(maxsize=10_000)  # the same names stand in hundreds of rows
def lines(text: str, width: float) -> int:
    """How many lines a text takes when wrapped in a column so wide."""
    characters = int(width * (CAPITALS_PER_UNIT if text.isupper() else CHARACTERS_PER_UNIT))
    return sum(max(1, len(textwrap.wrap(part, characters))) for part in text.split("\n"))


def height_of(text: str, width: float) -> float:
    """The height of a row that holds a wrapped text, since not every reader's program finds it by itself."""
    return lines(text, width) * LINE_HEIGHT + 1


def fit_row(sheet: Worksheet, row: int, text: str, width: float) -> None:
    """Make a row high enough for a wrapped text."""
    sheet.row_dimensions[row].height = height_of(text, width)
