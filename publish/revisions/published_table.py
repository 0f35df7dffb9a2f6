"""One published table as it is compared: what its sheet says of it, its columns of figures, and its rows.

Whatever the layout, two sheets that say the same give equal names of columns and equal keys of rows.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from publish.period import FinancialYear, Month

HIDDEN: Final = "*"
PROVIDERS: Final = "provider"  # the basis of most tables, in small letters

Value: TypeAlias = float | str | None  # a figure; `*` or another text; nothing, however the sheet shows that


class Unit(StrEnum):
    """What a figure counts."""

    TESTS = "tests"
    DAYS = "days"
    PER_CENT = "per cent"  # kept as a share: 0.5 is 50%
    PER_1000 = "tests per 1,000"


class Level(StrEnum):
    """What a row is about."""

    ENGLAND = "England"
    AREA = "region or board"
    PLACE = "provider or commissioner"


@dataclass(frozen=True)
class Column:
    """A column of figures: the name by which it is matched, its heading, its letter, and the month that it is for.

    Headings that stand more than once in a sheet have that of their group before them. `total` is that of a column
    over all months or all parts.
    """

    name: str
    heading: str
    letter: str
    unit: Unit
    month: Month | None = None
    total: bool = False


@dataclass(frozen=True)
class Row:
    """A row of figures: where or who, which modality or test, which source setting; `number` is its place.

    Texts are as in the sheet; what it shows as `-` is empty. `values` are in the order of the table's columns.
    """

    level: Level
    region: str
    board: str
    code: str
    name: str
    label: str
    setting: str
    number: int
    values: tuple[Value, ...]

    @property
    def place(self) -> str:
        """`ENGLAND`, or `A Trust (RF4)`."""
        return f"{self.name or 'ENGLAND'} ({self.code})" if self.code else self.name or "ENGLAND"


@dataclass(frozen=True)
class PublishedTable:
    """A table as one sheet shows it. Texts are those of its title block.

    `number` is `1` or `7a`, empty for a table beyond the published ones; `quarter` is `Q1` of a sheet for one.
    `keys` are the headings of the columns that say what a row is about, by what they say. `covers` are the months
    that have any data or, where no column is for a month, those of its period.
    """

    file: str
    sheet: str
    number: str
    quarter: str
    title: str
    basis: str
    status: str
    published: str
    year: FinancialYear
    covers: tuple[Month, ...]
    header_row: int
    keys: tuple[tuple[str, str], ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def identity(self) -> tuple[str, str, str]:
        """What is the same in every edition of the table: number (or title), basis and quarter."""
        return self.number or self.title.casefold(), self.basis.casefold(), self.quarter

    @property
    def name(self) -> str:
        """`Table 1`, `Table 13 Q1`, `Table 1 by region and integrated care board`, or the title of one without."""
        if not self.number:
            return self.title
        by = " by region and board" if self.by_area else ""
        return " ".join(filter(None, (f"Table {self.number}", self.quarter))) + by

    @property
    def by_area(self) -> bool:
        """Whether its rows are regions and boards in place of providers."""
        return self.basis.casefold().startswith("region")

    @property
    def order(self) -> tuple[bool, bool, int, str]:
        """By which tables are sorted: published ones by number, then the same by region, then those beyond."""
        digits = "".join(filter(str.isdigit, self.number))
        return not self.number, self.by_area, int(digits or 0), self.name
