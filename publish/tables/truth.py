"""A table of true values: what the builder makes and disclosure control takes. No writer accepts it."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from publish.period import Month
from publish.tables.specification import TableSpec

ENGLAND_CODE: Final = "-"  # what stands in the code columns of England's rows
YEAR: Final = "year"  # the period that gathers all months of a table


@dataclass(frozen=True)
class TrueTable:
    """True values of one table.

    `cells` has a row for every row of the table and every period, in published order: region_code, org_code,
    provider_name, label, setting, period (ISO month, or `year`), tests (the count on which the cell rests, 0
    where there are none), dated (those of them whose days are known; all of them in a table of counts), value (the
    count, or the median in days; null where there is none). A table may have a further column: persons (the
    distinct persons on whom the cell rests, or fewer; null where not known), by which cells are hidden as well.
    """

    spec: TableSpec
    months: tuple[Month, ...]
    cells: pl.DataFrame
