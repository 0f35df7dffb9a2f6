"""What a table is: one frozen specification each. The catalogue lists them, the builder and writers read them."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

import polars as pl

from publish.period import Month

ALL_SETTINGS = "All"
GP_DIRECT_ACCESS = "GP Direct Access"
YEAR: Final = "year"  # the period that gathers all months of a table


class Measure(Enum):
    """What the cells of a table hold."""

    TESTS = "tests"  # a count of imaging tests
    REQUEST_TO_TEST = "median days, request to test"
    TEST_TO_REPORT = "median days, test to report"
    PER_CENT = "per cent of tests"
    PER_1000 = "tests per 1,000 population"

    @property
    def is_median(self) -> bool:
        """Whether the cells are medians of days rather than counts."""
        return self in {Measure.REQUEST_TO_TEST, Measure.TEST_TO_REPORT}


class Level(Enum):
    """What a row of a table is about, in the order in which they stand in a table."""

    ENGLAND = "England"
    REGION = "Region"
    ICB = "ICB"
    PROVIDER = "Provider"
    COMMISSIONER = "Commissioner"
    NO_COMMISSIONER = "No commissioner"


@dataclass(frozen=True)
class Label:
    """One value of a column of words, and the values of the counts' column that it gathers (none: every value)."""

    text: str
    gathers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Days:
    """A band of days, both ends included; without an end every longer one too."""

    first: int = 0
    last: int | None = None

    @property
    def holds(self) -> pl.Expr:
        """Whether the days of a count are known and lie in the band."""
        from_first = pl.col("days") >= self.first
        return (from_first if self.last is None else from_first & (pl.col("days") <= self.last)).fill_null(False)


@dataclass(frozen=True)
class Column:
    """One column of figures: what it is headed by, and which counts it gathers.

    `gathers` names columns of the counts with the values that are gathered, `days` a band of days, `undated` those
    without a day; together they hold all at once. `of` makes it a percentage of what that column gathers,
    `per_1000` a rate by the population of the place. `group` is the heading over it and its neighbours, `period`
    the ISO month that it is for, or `year` for all months of the table.
    """

    heading: str
    group: str = ""
    gathers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    days: Days | None = None
    undated: bool = False
    of: "Column | None" = None
    per_1000: bool = False
    period: str = YEAR

    @property
    def name(self) -> str:
        """What tells it from the other columns of its table; nothing for a month."""
        return "" if self.is_period else f"{self.group}: {self.heading}" if self.group else self.heading

    @property
    def is_period(self) -> bool:
        """Whether it stands for a month, or all months, and selects nothing else."""
        return not self.heading

    @property
    def selects(self) -> pl.Expr:
        """Whether a count belongs in the column."""
        held = pl.lit(value=True) if self.period == YEAR else pl.col("month") == self.period
        for name, values in self.gathers:
            held &= pl.col(name).is_in(values).fill_null(False)
        if self.days is not None:
            held &= self.days.holds
        return held & pl.col("days").is_null() if self.undated else held

    def measure(self, of_table: Measure) -> Measure:
        """What its cells hold, in a table of that measure."""
        return Measure.PER_CENT if self.of else Measure.PER_1000 if self.per_1000 else of_table


@dataclass(frozen=True)
class PlaceColumn:
    """A column that says where or who a row is: its heading, its name in the cells and in the CSV, its width."""

    heading: str
    name: str
    csv_name: str
    meaning: str
    width: float


@dataclass(frozen=True)
class Basis:
    """By whom a table counts: the word of its title block, the set of counts, the rows, and what names them.

    `rows` is what notes call the rows below England's: one, several.
    """

    word: str
    counts: str
    levels: tuple[Level, ...]
    places: tuple[PlaceColumn, ...]
    rows: tuple[str, str] = ("provider", "providers")

    @property
    def further(self) -> tuple[str, ...]:
        """The names of its place columns that say more than region, code and name."""
        return tuple(place.name for place in self.places if place.name not in PLACE)


PLACE: Final = ("region_code", "org_code", "provider_name")
REGION_COLUMN: Final = PlaceColumn("Region", "region_code", "region_code", "Code of the NHS England region.", 11.6)
PROVIDER: Final = Basis(
    "Provider",
    "tests",
    (Level.ENGLAND, Level.PROVIDER),
    (
        REGION_COLUMN,
        PlaceColumn("Org Code", "org_code", "org_code", "Code of the provider (Organisation Data Service).", 7.4),
        PlaceColumn("Provider name", "provider_name", "provider_name", "Name of the provider.", 66.0),
    ),
)


@dataclass(frozen=True)
class TableSpec:
    """One table of the publication.

    `labelled_by` is the column of the counts that `labels` gather (`modality` or `cancer_group`); `label_heading`
    is its published heading. `settings` are the published source settings of its rows, empty where the table does
    not divide by setting; `divided_by` is the column of the counts that they gather, `setting_heading` its heading.
    `only` are columns of the counts with the one value that is counted. `columns` are its columns of figures, empty
    for a table with a column for each month. `notes` and `key` stand at the foot of the sheet, `remarks` above its
    header; they may name `{threshold}`, `{others}` (what else is hidden), `{base}`, `{total}`, `{row}`, `{rows}`
    and what a commissioner is called.
    """

    number: str
    title: str
    summary: str
    file_stem: str
    measure: Measure
    labelled_by: str
    label_heading: str
    labels: tuple[Label, ...]
    settings: tuple[Label, ...] = ()
    divided_by: str = "setting"
    setting_heading: str = "Source setting"
    only: tuple[tuple[str, str | bool], ...] = ()
    interval: str | None = "request_to_test"
    columns: tuple[Column, ...] = ()
    basis: Basis = PROVIDER
    by_quarter: bool = False
    sheet_name: str = "Provider"
    level_label: str = "Provider Level Data"
    header_row: int = 13
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    key: tuple[str, ...] = ()

    @property
    def sheet_title(self) -> str:
        """`Table 1 DID - Count of Imaging Activity by Modality`, the title in the sheet's title block."""
        return f"Table {self.number} DID - {self.title}" if self.number else f"DID - {self.title}"

    @property
    def name(self) -> str:
        """`Table 1: Count of Imaging Activity by Modality`."""
        return f"Table {self.number}: {self.title}" if self.number else self.title

    @property
    def setting_texts(self) -> tuple[str, ...]:
        """The published source settings of its rows; one that says nothing where it does not divide by them."""
        return tuple(setting.text for setting in self.settings) or ("",)

    def columns_for(self, months: tuple[Month, ...]) -> tuple[Column, ...]:
        """Its columns of figures in a release for these months."""
        return self.columns or tuple(Column("", period=period) for period in (*map(str, months), YEAR))


@dataclass(frozen=True)
class WorkbookSpec:
    """One workbook of a release: a table, or a few that belong together, each on a sheet of its own.

    `number` is that of the publication, empty for what goes beyond it; `group` is the heading under which title
    pages list it.
    """

    number: str
    title: str
    file_stem: str
    tables: tuple[TableSpec, ...]
    group: str

    @property
    def name(self) -> str:
        """`Table 7: Grouped number of days …`."""
        return f"Table {self.number}: {self.title}" if self.number else self.title
