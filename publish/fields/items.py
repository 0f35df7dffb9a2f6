"""Items as they are compared: codes trimmed and in capitals, dates as clock dates."""

import polars as pl

_CLOCK_DATE = r"^\s*(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}.*)?\s*$"


def code(name: str) -> pl.Expr:
    """A coded item: stray blanks trimmed, in capitals, null where nothing is left."""
    return pl.col(name).cast(pl.String).str.strip_chars().str.to_uppercase().replace("", None)


def clock_date(name: str, kind: pl.DataType) -> pl.Expr:
    """A date item of that type as Date: CCYY-MM-DD, or the clock date of a timestamp (v2.0); null where neither."""
    column = pl.col(name)
    if isinstance(kind, pl.Datetime):
        return column.dt.replace_time_zone(None).dt.date()
    if isinstance(kind, pl.String):
        return column.str.extract(_CLOCK_DATE, 1).str.to_date("%Y-%m-%d", strict=False)
    return column.cast(pl.Date)


def unreadable(name: str, kind: pl.DataType) -> pl.Expr:
    """Whether a date item holds something that is not a date (rules DIDS026, 036, 045, 061)."""
    if not isinstance(kind, pl.String):
        return pl.lit(value=False)
    given = pl.col(name).str.strip_chars() != ""
    return (given & clock_date(name, kind).is_null()).fill_null(value=False)
