"""One protected table as a sheet of the accessible edition.

England, regions and providers are rows of one table, told apart by a column of their own; what has no value or code
has shorthand instead. Percentages stand as numbers from 0 to 100, since their heading says "(per cent)" in words:
so no symbol is read out beside every figure, and the numbers are those of the CSV files.

Rule: accessible spreadsheets, 1 Tables, 2 Footnotes and shorthand.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from publish.disclosure.control import RATE_DECIMALS, SUPPRESSED
from publish.reference.vocabulary import regions
from publish.tables.specification import REGION_COLUMN, Column, Level, Measure, PlaceColumn
from publish.tables.truth import ENGLAND_CODE
from publish.writing.accessible_sheets import (
    Line,
    Said,
    Sheet,
    SheetColumn,
    SheetTable,
    Value,
    figure_column,
    text_column,
)
from publish.writing.accessible_words import (
    CONFIDENTIAL,
    LEVEL_HEADING,
    LOW,
    NOT_APPLICABLE,
    NOT_AVAILABLE,
    REGION_NAME,
    figure_heading,
    legend,
    level_name,
    place_heading,
    range_name,
    sentence,
    tokens,
)
from publish.writing.data_sheet import Cell, Keys, rows_of
from publish.writing.fillings import Fillings

ONE_TABLE: Final = "This worksheet contains one table."
HAS_NOTES: Final = "Notes: the numbers after the title lead to the notes on the worksheet called Notes."
UNITS_IN_HEADINGS: Final = "Units: the heading of each column of figures ends with its unit in round brackets."
HAS_SHORTHAND: Final = "Some shorthand is used in this table:"
MEDIAN_DECIMALS: Final = 1
PEOPLE: Final = "people"
NAME: Final = "provider_name"  # in the cells of a table, whatever its rows are about
Figure: TypeAlias = float | str  # a value, or the shorthand in place of it


@dataclass(frozen=True)
class Subject:
    """One column that says what a row is about: its heading, and the value of each row."""

    heading: str
    values: list[str | int]
    figures: bool = False

    @property
    def column(self) -> SheetColumn:
        """The column as a table has it."""
        numbers = [value for value in self.values if isinstance(value, int)]
        if self.figures:
            return figure_column(self.heading, 0, max(numbers, default=0))
        return text_column(self.heading, [str(value) for value in set(self.values)])


def table_sheet(name: str, title: str, markers: str, filled: Fillings) -> Sheet:
    """The sheet of a table; `markers` are those of its notes."""
    table = _table(filled)
    used = tokens(set[Value]().union(*table.rows))
    shorthand = tuple(legend(used, filled))
    said = (
        *filled.edition.notices,
        sentence(filled(filled.table.spec.summary)),
        *([HAS_SHORTHAND] if used else []),
        *shorthand,
        *([HAS_NOTES] if markers else []),
        UNITS_IN_HEADINGS,
    )
    return Sheet(name, above_table(f"{title} {markers}".strip(), *said), table)


def above_table(title: str, *said: str) -> tuple[Said, ...]:
    """The lines above the one table of a sheet."""
    return (Said(title, Line.TITLE), *map(Said, (ONE_TABLE, *said)))


def _table(filled: Fillings) -> SheetTable:
    listed = rows_of(filled.table)
    subjects = [
        subject
        for subject in _subjects([keys for keys, _ in listed], filled)
        if set(subject.values) != {NOT_APPLICABLE}  # a column of which no row has anything says nothing
    ]
    figures = _figures([cells for _, cells in listed], filled)
    columns = (*(subject.column for subject in subjects), *_figure_columns(figures, filled))
    subject_rows = zip(*(subject.values for subject in subjects), strict=True)
    rows = [(*row, *values) for row, values in zip(subject_rows, figures, strict=True)]
    return SheetTable(range_name(filled.table), columns, rows)


def _subjects(keys: Sequence[Keys], filled: Fillings) -> Iterator[Subject]:
    """The columns before the figures: the level where there are several, places, labels, settings."""
    spec = filled.table.spec
    if len(spec.basis.levels) > 1:
        names = {level: level_name(level, filled) for level in {str(row[0]) for row in keys}}
        yield Subject(LEVEL_HEADING, [names[str(row[0])] for row in keys])
    for column, place in enumerate(spec.basis.places, start=1):
        yield _place(place, column, keys, filled)
        if place == REGION_COLUMN:
            yield _region_names([row[column] for row in keys], filled)
    headings = (spec.label_heading, *([spec.setting_heading] if spec.settings else []))
    for column, heading in enumerate(headings, start=1 + len(spec.basis.places)):
        yield Subject(heading, [str(row[column]) for row in keys])


def _place(place: PlaceColumn, column: int, keys: Sequence[Keys], filled: Fillings) -> Subject:
    """One of the columns that say where or who; `column` is its place among the keys."""
    heading = place_heading(place, filled)
    if filled.table.cells.schema[place.name].is_numeric():
        people = [NOT_AVAILABLE if row[column] is None else int(str(row[column])) for row in keys]
        return Subject(f"{heading}\n({PEOPLE})", people, figures=True)
    texts = (_name(row, column) if place.name == NAME else row[column] for row in keys)
    return Subject(heading, [NOT_APPLICABLE if text in (None, ENGLAND_CODE) else str(text) for text in texts])


def _name(row: Keys, column: int) -> str:
    """The name of a place without its code, which has a column of its own: as in `NHS Devon ICB - 15N`."""
    if row[0] == Level.ENGLAND.value:
        return Level.ENGLAND.value
    name = str(row[column] or ENGLAND_CODE)
    for code in row[1:column]:
        name = name.removesuffix(f" - {code}")
    return name


def _region_names(codes: Sequence[object], filled: Fillings) -> Subject:
    """The names beside the codes of the regions, as they stood at the end of the period."""
    names = {region.region_code: region.region_name for region in regions(filled.edition.period.latest.last_day)}
    return Subject(REGION_NAME, [names.get(str(code), NOT_APPLICABLE) for code in codes])


def _figures(cells: Sequence[Sequence[Cell]], filled: Fillings) -> list[list[Figure]]:
    """What the columns of figures hold, row by row."""
    counted = _counts_beside(filled.table.columns)
    rows = [[_figure(cell) for cell in row] for row in cells]
    for row in rows:
        for quotient, count in counted.items():
            if row[quotient] == 0 and row[count] not in (0, CONFIDENTIAL):
                row[quotient] = LOW
    return rows


def _figure(cell: Cell) -> Figure:
    value, status = cell
    if status == SUPPRESSED:
        return CONFIDENTIAL
    return NOT_AVAILABLE if value is None else value


def _counts_beside(columns: Sequence[Column]) -> dict[int, int]:
    """The places of the percentages and rates whose counts stand in the same table, each with that of its count.

    Elsewhere nobody can tell from published values whether a percentage of 0 is one of none.
    """
    of_counts = [column.of is None and not column.per_1000 for column in columns]
    counts = {_gathers(column): number for number, column in enumerate(columns) if of_counts[number]}
    beside = (
        (number, counts.get(_gathers(column))) for number, column in enumerate(columns) if not of_counts[number]
    )
    return {number: count for number, count in beside if count is not None}


def _gathers(column: Column) -> tuple[object, ...]:
    """What a column counts, whatever it is called and whether or not it divides that by something."""
    return column.period, column.gathers, column.days, column.undated


def _figure_columns(figures: Sequence[Sequence[Figure]], filled: Fillings) -> Iterator[SheetColumn]:
    spec, percentage_decimals = filled.table.spec, filled.policy.percentage_decimals
    for column, values in zip(filled.table.columns, zip(*figures, strict=True), strict=True):
        decimals = _decimals(column.measure(spec.measure), percentage_decimals)
        largest = max((value for value in values if isinstance(value, float)), default=0.0)
        yield figure_column(figure_heading(column, filled), decimals, largest)


def _decimals(measure: Measure, of_percentages: int) -> int:
    if measure is Measure.PER_CENT:
        return of_percentages
    return MEDIAN_DECIMALS if measure.is_median else RATE_DECIMALS if measure is Measure.PER_1000 else 0
