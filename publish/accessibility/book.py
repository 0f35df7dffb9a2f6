"""A workbook as the accessibility points see it, whether it came as XLSX or as ODS."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Final, Literal, NamedTuple, TypeAlias

from openpyxl.utils import get_column_letter

COLUMNS_OF_A_TABLE: Final = 3  # of texts only; two are enough where one of them is a number
ROWS_OF_A_LIST: Final = 3  # two columns of texts are a table from so many rows on
_STAND_IN = re.compile(r"(\[[^\]]{1,12}\]\s*)+|[^\w\s]{1,3}|\(?[a-zA-Z]\)?|n\.?/?a\.?|null|none|low", re.I)

Kind: TypeAlias = Literal["text", "number", "date", "other"]


class Place(NamedTuple):
    """The row and the column of a cell, both from 1."""

    row: int
    column: int

    def __str__(self) -> str:
        return f"{get_column_letter(self.column)}{self.row}"


class Area(NamedTuple):
    """A rectangle of cells: its first and last row and column, from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{Place(self.top, self.left)}:{Place(self.bottom, self.right)}"

    def holds(self, place: Place) -> bool:
        """Whether a cell lies in it."""
        return self.top <= place.row <= self.bottom and self.left <= place.column <= self.right

    def meets(self, other: "Area") -> bool:
        """Whether the two have a cell in common."""
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom


@dataclass(frozen=True)
class Look:
    """How a cell is formatted. Sizes in points, colours as RRGGBB; no colour means the automatic one."""

    font: str = "Arial"
    size: float = 12.0
    bold: bool = False
    italic: bool = False
    underline: bool = False
    raised: bool = False  # superscript or subscript
    rotated: bool = False
    colour: str | None = None
    fill: str | None = None
    border: bool = False
    horizontal: Literal["general", "left", "right", "other"] = "general"
    indented: bool = False
    wrapped: bool = False
    decimals: int | None = None  # none: as many as the number has
    thousands: bool = False
    date_format: str = ""


class Cell(NamedTuple):
    """A cell that holds something, or that is empty but shaded or bordered (value None)."""

    value: str | float | None
    kind: Kind
    look: Look
    formula: bool = False
    link: str | None = None  # `#Sheet!A1` where it leads into the workbook
    link_text: str = ""

    @property
    def text(self) -> str:
        """The text of a text cell; nothing for other cells."""
        return self.value if isinstance(self.value, str) and self.kind == "text" else ""


@dataclass(frozen=True)
class Table:
    """A table: marked up as one, or only laid out as one."""

    name: str
    area: Area
    marked: bool = True
    has_header: bool = True
    columns: tuple[str, ...] = ()  # the headings that the mark-up names (XLSX)
    filtered: bool = False  # shows filter buttons


class Drawing(NamedTuple):
    """Something that floats above the cells."""

    kind: Literal["image", "chart", "text box"]
    place: Place
    alternative: str


@dataclass(frozen=True, eq=False)
class Sheet:
    """One sheet: its cells by place, and what is set for it as a whole. Widths in digits, heights in points."""

    name: str
    cells: Mapping[Place, Cell]
    hidden: bool = False
    hidden_rows: tuple[int, ...] = ()
    hidden_columns: tuple[int, ...] = ()
    merged: tuple[Area, ...] = ()
    widths: Mapping[int, float] = field(default_factory=dict[int, float])
    usual_width: float = 8.43
    heights: Mapping[int, float] = field(default_factory=dict[int, float])  # only those that are fixed
    marked: tuple[Table, ...] = ()
    filtered: bool = False
    panes: bool = False
    drawings: tuple[Drawing, ...] = ()
    page_texts: tuple[str, ...] = ()  # headers and footers, without page numbers and the like
    zoom: int = 100
    cursor: str = "A1"

    @cached_property
    def written(self) -> dict[Place, Cell]:
        """The cells that hold something, from the top down and from left to right."""
        held = ((place, cell) for place, cell in self.cells.items() if cell.value not in (None, ""))
        return dict(sorted(held))

    @cached_property
    def texts(self) -> dict[Place, Cell]:
        """The cells that hold a text, in the same order."""
        return {place: cell for place, cell in self.written.items() if cell.text}

    @cached_property
    def tables(self) -> tuple[Table, ...]:
        """Every table, from the top down: those marked up, and what is laid out as one without being so."""
        marked = (replace(table, area=self.used(table.area)) for table in self.marked)
        found = (table for area in self._laid_out() if (table := self._unmarked(area)))
        return tuple(sorted((*marked, *found), key=lambda table: table.area))

    def used(self, area: Area) -> Area:
        """The part of an area up to the last row and column of the sheet that hold something."""
        last_row = max((place.row for place in self.written), default=0)
        last_column = max((place.column for place in self.written), default=0)
        bottom, right = min(area.bottom, max(last_row, area.top)), min(area.right, max(last_column, area.left))
        return Area(area.top, area.left, bottom, right)

    @cached_property
    def top(self) -> int:
        """The first row of the first table; the row after the last where there is none."""
        last = max((place.row for place in self.written), default=0)
        return min((table.area.top for table in self.tables), default=last + 1)

    @cached_property
    def above(self) -> str:
        """What column A says above the last table, a line for each cell."""
        last = max((table.area.top for table in self.tables), default=self.top)
        areas = [table.area for table in self.tables]
        lines = (
            str(cell.value)
            for place, cell in self.written.items()
            if place.column == 1 and place.row < last and not any(area.holds(place) for area in areas)
        )
        return "\n".join(lines)

    @property
    def title(self) -> str:
        """What cell A1 says."""
        first = self.written.get(Place(1, 1))
        return first.text if first else ""

    def body(self, table: Table) -> range:
        """The rows of a table below its header."""
        return range(table.area.top + table.has_header, table.area.bottom + 1)

    def column(self, table: Table, column: int) -> dict[Place, Cell]:
        """The cells of one column of a table that hold something, its header left out."""
        return self._columns.get((table, column), {})

    @cached_property
    def _columns(self) -> dict[tuple[Table, int], dict[Place, Cell]]:
        held: dict[tuple[Table, int], dict[Place, Cell]] = {}
        for table in self.tables:
            for place, cell in self.inside(table).items():
                if place.row in self.body(table):
                    held.setdefault((table, place.column), {})[place] = cell
        return held

    def inside(self, table: Table) -> dict[Place, Cell]:
        """The cells of a table that hold something, its header among them."""
        return self._inside[table]

    @cached_property
    def _inside(self) -> dict[Table, dict[Place, Cell]]:
        return {
            table: {place: cell for place, cell in self.written.items() if table.area.holds(place)}
            for table in self.tables
        }

    def is_of_numbers(self, table: Table, column: int) -> bool:
        """Whether a column of a table holds figures.

        Most of what it holds is numbers, or all of it is shorthand for missing ones.
        """
        return (table.area, column) in self._of_numbers

    @cached_property
    def _of_numbers(self) -> frozenset[tuple[Area, int]]:
        return frozenset(
            (table.area, column)
            for table in self.tables
            for column in range(table.area.left, table.area.right + 1)
            if self._mostly_numbers(table, column)
        )

    def _mostly_numbers(self, table: Table, column: int) -> bool:
        cells = self.column(table, column).values()
        numbers = sum(cell.kind == "number" for cell in cells)
        others = sum(cell.kind != "number" and not is_stand_in(cell) for cell in cells)
        hidden = any(cell.text.startswith(("[", "*")) for cell in cells)
        return numbers > others or (hidden and not numbers and not others)

    def width(self, column: int) -> float:
        """The width of a column, in digits."""
        return self.widths.get(column, self.usual_width)

    def _laid_out(self) -> Iterable[Area]:
        """Runs of rows, one right below the other, that have cells side by side outside the marked-up tables."""
        rows: dict[int, list[int]] = {}
        for place in self.written:
            if not any(table.area.holds(place) for table in self.marked):
                rows.setdefault(place.row, []).append(place.column)
        side_by_side = [
            row for row, columns in rows.items() if len(columns) > 1 and not self._labelled(row, columns)
        ]
        breaks = [0, *(at for at, (a, b) in enumerate(pairwise(side_by_side), 1) if b != a + 1), len(side_by_side)]
        for start, end in pairwise(breaks):
            columns = [column for row in side_by_side[start:end] for column in rows[row]]
            if columns:
                yield Area(side_by_side[start], min(columns), side_by_side[end - 1], max(columns))

    def _labelled(self, row: int, columns: list[int]) -> bool:
        """Whether a row is a label that ends in a colon and what it is a label of, as `Published:` and a date."""
        return str(self.written[Place(row, columns[0])].value).rstrip().endswith(":")

    def _unmarked(self, area: Area) -> Table | None:
        cells = [cell for place, cell in self.written.items() if area.holds(place)]
        rows, columns = area.bottom - area.top + 1, area.right - area.left + 1
        numbers = any(cell.kind in ("number", "date") for cell in cells)
        wide = rows > 1 and (numbers or columns >= COLUMNS_OF_A_TABLE)
        return Table("", area, marked=False) if wide or rows >= ROWS_OF_A_LIST else None


@dataclass(frozen=True)
class Book:
    """A workbook: what is said of the document, and its sheets in order."""

    file: str
    form: Literal["xlsx", "ods"]
    sheets: tuple[Sheet, ...]
    title: str = ""
    language: str = ""
    author: str = ""
    keywords: str = ""
    active: str = ""  # the sheet that is shown first; nothing: the first one
    macros: bool = False
    companions: tuple[str, ...] = ()  # other files in its folder that are ODS

    @property
    def shown(self) -> tuple[Sheet, ...]:
        """The sheets that are not hidden."""
        return tuple(sheet for sheet in self.sheets if not sheet.hidden)

    @property
    def cover(self) -> Sheet | None:
        """The cover: the first sheet, unless it holds figures or is the only one."""
        first = self.shown[0] if len(self.shown) > 1 else None
        return None if first is None or has_figures(first) else first

    @property
    def contents(self) -> Sheet | None:
        """The sheet of contents, known by its name."""
        return next((sheet for sheet in self.shown if "contents" in sheet.name.casefold()), None)

    @property
    def notes(self) -> Sheet | None:
        """The sheet called Notes."""
        return next((sheet for sheet in self.shown if sheet.name.casefold() == "notes"), None)

    @property
    def of_data(self) -> tuple[Sheet, ...]:
        """The sheets with tables, cover, contents and notes left out."""
        others = [sheet.name for sheet in (self.cover, self.contents, self.notes) if sheet]
        return tuple(sheet for sheet in self.shown if sheet.tables and sheet.name not in others)


def has_figures(sheet: Sheet) -> bool:
    """Whether a sheet has a table with numbers in it."""
    areas = [table.area for table in sheet.tables]
    numbers = (place for place, cell in sheet.written.items() if cell.kind == "number")
    return any(area.holds(place) for place in numbers for area in areas)


def is_stand_in(cell: Cell) -> bool:
    """Whether a text stands where a value is missing: shorthand in brackets, a symbol, or letters such as NA."""
    return cell.kind == "text" and bool(_STAND_IN.fullmatch(cell.text.strip()))
