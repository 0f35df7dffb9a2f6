"""Medians of the cells of a table, exact from counts of whole days."""

from typing import Final

import numpy as np
import polars as pl

from publish.counts.runs import Whole, begins, in_order

CELL: Final = "cell"


def medians(cells: Whole, days: Whole, tests: Whole) -> pl.DataFrame:
    """The ordinary median of days of each cell.

    Columns of the result: cell, value (days, half-days kept), dated (the tests that have a day). Cells without any
    day are absent from it. Given are the number of a cell, days (below 0 where a date is missing: left out) and
    tests; a cell and day may be there several times. Rule: publication specification, Numbers, Medians.

    All tests stand in one line, cell by cell and day by day, and the two in the middle of each cell are looked up:
    much faster than a window over each cell, of which a table of medians has thousands, with a million days.
    """
    has_day = days >= 0
    width = int(days.max(initial=0)).bit_length()
    line, tests = in_order(cells[has_day].astype(np.int64) << width | days[has_day], tests[has_day])
    up_to = np.cumsum(tests)
    first = begins([line >> width], len(line))
    before = (up_to - tests)[first]
    dated = np.append(before[1:], up_to[-1:]) - before
    lower, upper = (np.searchsorted(up_to, before + place) for place in ((dated + 1) // 2, dated // 2 + 1))
    last = (1 << width) - 1
    value = ((line[lower] & last) + (line[upper] & last)) / 2
    return pl.DataFrame({CELL: (line[first] >> width).astype(np.uint32), "value": value, "dated": dated})
