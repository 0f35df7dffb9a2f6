"""Drawing made-up values: tables of equally likely values, looked up with one random number a record."""

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import polars as pl

from publish.period import Month
from publish.synthetic.shape import shape_table

Whole = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Real = npt.NDArray[np.float64]
LEVELS: Final = 16384  # values of a table: fine enough for the one wait in two thousand that is beyond a year

_WORD: Final = 2**32
_WITHIN: Final = (0, 1, 3, 7, 14, 31, 62, 186, 365)  # days of the columns `within_…` of the waits
_LONGEST_WAIT: Final = 730  # days
_AGES_AT: Final = (0, 10, 25, 50, 75, 90, 100)  # percentiles of the columns `age_at_…`
_DAYS_IN_A_YEAR: Final = 365.25
_WEEKDAYS_PLANNED: Final = (1.0, 1.05, 1.05, 1.0, 0.95, 0.4, 0.25)  # activity by day of the week, Monday first
_WEEKDAYS_URGENT: Final = (1.05, 1.0, 1.0, 1.0, 1.0, 0.9, 0.9)


def look_up(table: Whole, row: Whole, draw: np.random.Generator) -> Whole:
    """For each record an equally likely value from its row of the table."""
    return table[row, draw.integers(0, table.shape[1], len(row))]


def scattered(number: Whole, by: int) -> Whole:
    """For each number always the same place of LEVELS: neighbouring numbers lie far apart.

    Two odd numbers `by` of ten digits give places that have nothing to do with each other. Numbers below a million.
    """
    return number * by % _WORD * LEVELS // _WORD


def days(since_1970: Whole, missing: Flags) -> pl.Series:
    """Dates, null where missing."""
    return pl.Series(since_1970.astype(np.int32)).cast(pl.Date).set(pl.Series(missing), None)


def words(values: Sequence[str | None], place: Whole) -> pl.Series:
    """The values at those places."""
    return pl.Series(values, dtype=pl.String).gather(place)


def chosen(weights: Mapping[str | None, float], records: int, draw: np.random.Generator) -> pl.Series:
    """For so many records one of the values, as often as their weights say."""
    return words(list(weights), places(list(weights.values()), records, draw))


def places(weights: Sequence[float], records: int, draw: np.random.Generator) -> Whole:
    """For so many records one of the places 0, 1, 2 …, as often as their weights say."""
    return table_of_choices(weights)[draw.integers(0, LEVELS, records)]


def table_of_waits(interval: str) -> tuple[pl.DataFrame, Whole]:
    """The keys of the waits (modality, cancer_group, source_setting) and a row of whole days for each."""
    waits = shape_table("waits").filter(pl.col("interval") == interval)
    within = waits.select(f"within_{days}" for days in _WITHIN).rows()
    days = [np.ceil(np.interp(_levels(), (*row, 100), (*_WITHIN, _LONGEST_WAIT))) for row in within]
    return waits.select("modality", "cancer_group", "source_setting"), _whole(days)


def table_of_ages(modalities: Iterable[str]) -> Whole:
    """A row of ages in days for each modality, in the order given."""
    by_modality = {str(row[0]): row for row in shape_table("ages").rows()}
    ages = [by_modality[modality][2:] for modality in modalities]
    return _whole([np.interp(_levels(), _AGES_AT, row) * _DAYS_IN_A_YEAR for row in ages])


def table_of_days(months: Sequence[Month]) -> Whole:
    """Two rows for each month, planned then urgent: days from its first day, fewer of them at weekends."""
    patterns = (_WEEKDAYS_PLANNED, _WEEKDAYS_URGENT)
    return _whole([_days_of(month, weekdays) for month in months for weekdays in patterns])


def table_of_choices(weights: Sequence[float]) -> Whole:
    """The places 0, 1, 2 … as often as their weights say."""
    return _places(weights).astype(np.int64)


def _days_of(month: Month, weekdays: Sequence[float]) -> Real:
    first, days = monthrange(month.year, month.number)
    return _places([weekdays[(first + day) % 7] for day in range(days)])


def _places(weights: Sequence[float]) -> Real:
    edges = np.cumsum(weights)
    return np.searchsorted(edges / edges[-1] * 100, _levels()).astype(np.float64)


def _levels() -> Real:
    """The middles of LEVELS equal parts of 0 to 100 per cent."""
    return (np.arange(LEVELS) + 0.5) / LEVELS * 100


def _whole(rows: Sequence[Real]) -> Whole:
    return np.stack(rows).astype(np.int64)
