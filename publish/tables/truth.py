"""A table of true values: what the builder makes and disclosure control takes. No writer accepts it."""

from dataclasses import dataclass
from typing import Final

import polars as pl

from publish.period import Month
from publish.tables.specification import YEAR as YEAR
from publish.tables.specification import TableSpec

ENGLAND_CODE: Final = "-"  # what stands in the code columns of England's rows, and wherever there is no code


@dataclass(frozen=True)
class TrueTable:
    """True values of one table.

    `cells` has a row for every row of the table and every column, in published order: level, region_code, org_code,
    provider_name, label, setting, period (ISO month, or `year`), column (its name; nothing for a month), tests (the
    count on which the cell rests, 0 where there are none), dated (those of them whose days are known; all of them
    in a table of counts), value (the count, or the median in days; null where there is none). Where the table has
    percentages, of (the count of which `tests` are the part; null for other cells). A table may have further
    columns: what its basis names of a place, and persons (the distinct persons on whom the cell rests, or fewer;
    null where not known), by which cells are hidden as well.
    """

    spec: TableSpec
    months: tuple[Month, ...]
    cells: pl.DataFrame
