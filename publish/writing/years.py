"""England's figures of whole financial years: as published of earlier ones, from the records of this one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from publish.disclosure.control import ProtectedTable
from publish.period import FinancialYear, MonthlyPeriod
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.specification import YEAR
from publish.writing.content import ReleaseTables

PROVISIONAL: Final = "Provisional"
COUNTED: Final = "Counted"  # from the records of this release


@dataclass(frozen=True)
class Year:
    """England's figures of one table in one financial year, by label; one that is not shown is not there.

    `status` is what they were published as (`Final`, `Provisional`), or COUNTED.
    """

    year: str
    status: str
    figures: Mapping[str, float]

    @property
    def words(self) -> str:
        """`2021/22`, `2022/23 (provisional)`."""
        return f"{self.year} (provisional)" if self.status == PROVISIONAL else self.year

    @property
    def published(self) -> bool:
        """Whether the figures are those of published workbooks."""
        return self.status != COUNTED


def years_of(number: str, tables: ReleaseTables, period: MonthlyPeriod) -> tuple[Year, ...]:
    """The years of Table 1, 2 or 3 that can be compared, the earliest first, the year of the release last.

    Counts of the year before are those of the records where they have the whole of it, all others as they were
    published. No total of all modalities is ever published, and published counts are not added up.
    """
    earlier = _published(number, tables.earlier)
    label, before = FinancialYear(period.year.start - 1).label, tables.year_before
    if number == "1" and before and whole_period(before):
        earlier[label] = Year(label, COUNTED, _figures(before))
    now = Year(period.year.label, COUNTED, _figures(tables.england[number]))
    return (*(earlier[label] for label in sorted(earlier)), now)


def year_before(years: tuple[Year, ...], period: MonthlyPeriod) -> Year | None:
    """The one just before the year of the release, where it is among them."""
    label = FinancialYear(period.year.start - 1).label
    return next((year for year in years if year.year == label), None)


def whole_period(table: ProtectedTable) -> float | None:
    """All modalities over all months of a table; None unless every one of its months shows a total."""
    values = table.england
    complete = all((ALL_MODALITIES, "", str(month)) in values for month in table.months)
    return values.get((ALL_MODALITIES, "", YEAR)) if complete else None


def _published(number: str, earlier: pl.DataFrame | None) -> dict[str, Year]:
    if earlier is None:
        return {}
    of_table = earlier.filter(pl.col("table") == number)
    years = of_table.group_by("year", "status", maintain_order=True).agg("label", "value")
    found = {year: (status, dict(zip(*figures, strict=True))) for year, status, *figures in years.iter_rows()}
    return {year: Year(year, status, figures) for year, (status, figures) in found.items()}


def _figures(table: ProtectedTable) -> dict[str, float]:
    return {label: value for (label, _, period), value in table.england.items() if period == YEAR}
