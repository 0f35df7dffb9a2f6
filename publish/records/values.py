"""Items as they are compared: codes trimmed and in capitals, dates as clock dates."""

from datetime import date
from typing import Final

import polars as pl

CLOCKS: Final = "Europe/London"
_CLOCK_DATE = r"^\s*(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?\s*$"


def code(name: str) -> pl.Expr:
    """A coded item: stray blanks trimmed, in capitals, null where nothing is left."""
    return pl.col(name).cast(pl.String).str.strip_chars().str.to_uppercase().replace("", None)


def clock_date(name: str, kind: pl.DataType) -> pl.Expr:
    """A date item of that type as Date: CCYY-MM-DD, or the clock date of a timestamp (v2.0); null where neither.

    A timestamp with a time zone gives the date on the clocks of England. Years run from 1 to 9999.
    """
    day = _as_date(pl.col(name), kind)
    return pl.when(day.is_between(date.min, date.max)).then(day)


def _as_date(column: pl.Expr, kind: pl.DataType) -> pl.Expr:
    if isinstance(kind, pl.Datetime):
        return (column.dt.convert_time_zone(CLOCKS) if kind.time_zone else column).dt.date()
    if isinstance(kind, pl.String):
        return column.str.extract(_CLOCK_DATE, 1).str.to_date("%Y-%m-%d", strict=False)
    return column.cast(pl.Date)


def unreadable(name: str, kind: pl.DataType) -> pl.Expr:
    """Whether a date item holds something that is not a date (rules DIDS026, 036, 045, 061)."""
    column = pl.col(name)
    given = column.str.strip_chars() != "" if isinstance(kind, pl.String) else column.is_not_null()
    return (given & clock_date(name, kind).is_null()).fill_null(value=False)
