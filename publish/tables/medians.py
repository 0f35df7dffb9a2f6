"""Medians of the cells of a table, exact from counts of whole days."""

from typing import Final

import numpy as np
import polars as pl

CELL: Final = "cell"
_SHIFT: Final = 2**32  # packs a cell and a day into one number


def medians(by_day: pl.DataFrame) -> pl.DataFrame:
    """The ordinary median of days of each cell.

    Columns of the result: cell, value (days, half-days kept), dated (the tests that have a day). Cells without any
    day are absent from it. `by_day` has cell (a number), days (null where a date is missing: left out) and tests; a
    cell and day may be there several times. Rule: publication specification, Numbers, Medians.

    All tests stand in one line, cell by cell and day by day, and the two in the middle of each cell are looked up:
    much faster than a window over each cell, of which a table of medians has thousands, with a million days.
    """
    dated_days = by_day.lazy().filter(pl.col("days").is_not_null())
    packed = pl.col(CELL).cast(pl.Int64) * _SHIFT + pl.col("days")
    unsorted = dated_days.select("tests", packed=packed).collect()
    order = np.argsort(unsorted["packed"].to_numpy())  # three times as fast as polars sorts
    line, up_to = (pl.Series(unsorted[name].to_numpy()[order]) for name in ("packed", "tests"))
    cell, days, up_to = line // _SHIFT, line % _SHIFT, up_to.cum_sum()
    last = cell.ne_missing(cell.shift(-1))
    everything = up_to.filter(last)
    before = everything.shift(1, fill_value=0)
    dated = everything - before
    lower_middle = days[up_to.search_sorted(before + (dated + 1) // 2)]
    upper_middle = days[up_to.search_sorted(before + dated // 2 + 1)]
    return pl.DataFrame(
        {CELL: cell.filter(last).cast(pl.UInt32), "value": (lower_middle + upper_middle) / 2, "dated": dated}
    )
