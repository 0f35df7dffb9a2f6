"""Dated look-ups: which row of a reference table held for a code on a day.

A look-up gives every record exactly one row: for each code the whole window of days is divided into stretches,
and days on which no row held are stretches too, with nothing in them.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from publish.errors import InputRefused

DAY = timedelta(days=1)


def stretches(rows: pl.DataFrame, key: str, first: date, last: date) -> pl.DataFrame:
    """The rows that touch first..last, cut to it, and a row of nulls for each gap of a code between them.

    Columns as in `rows`; `valid_from` and `valid_to` never null. Raises InputRefused where two rows of a code
    hold on the same day.
    """
    held = (
        rows.with_columns(
            valid_from=pl.max_horizontal(pl.col("valid_from").fill_null(first), pl.lit(first)),
            valid_to=pl.min_horizontal(pl.col("valid_to").fill_null(last), pl.lit(last)),
        )
        .filter(pl.col("valid_from") <= pl.col("valid_to"))
        .sort(key, "valid_from")
    )
    _refuse_overlaps(held, key)
    return pl.concat([held, _gaps(held, key, first, last)], how="diagonal").sort(key, "valid_from")


def _refuse_overlaps(held: pl.DataFrame, key: str) -> None:
    overlaps = held.filter(pl.col("valid_from") <= pl.col("valid_to").shift(1).over(key))
    for code, day in overlaps.select(key, "valid_from").iter_rows():
        raise InputRefused(
            f"{key} {code} has two rows for {day}",
            where="reference data",
            do="end the earlier row (valid_to) before the later one begins (valid_from)",
        )


def _gaps(held: pl.DataFrame, key: str, first: date, last: date) -> pl.DataFrame:
    """The stretches of first..last in which a code that is known at another time is not."""
    before = held.select(
        key,
        valid_from=(pl.col("valid_to").shift(1).over(key) + DAY).fill_null(first),
        valid_to=pl.col("valid_from") - DAY,
    )
    after = held.group_by(key).agg(valid_from=pl.col("valid_to").max() + DAY, valid_to=pl.lit(last))
    return pl.concat([before, after]).filter(pl.col("valid_from") <= pl.col("valid_to"))


def hold_on(day: pl.Expr) -> pl.Expr:
    """Whether a stretch holds on the day; true where the code has no stretch at all, or there is no day."""
    return day.is_between(pl.col("valid_from"), pl.col("valid_to")).fill_null(value=True)


def join_on_day(
    records: pl.LazyFrame, resolved: pl.DataFrame, on: Sequence[str], day: pl.Expr, *, keep_order: bool = True
) -> pl.LazyFrame:
    """The records with what their codes mean on the day: exactly one row for each record.

    `resolved` has the codes as they stand in the records (columns `on`), every one of them, with its stretches
    (`valid_from`, `valid_to`: every day of the window once) and the columns that are joined.
    """
    given = list(on)
    meaning = [name for name in resolved.columns if name not in {*on, "valid_from", "valid_to"}]
    changes = pl.struct(meaning).n_unique().over(given) > 1 if meaning else pl.lit(value=False)
    marked = resolved.with_columns(changes=changes)
    same = marked.filter(~pl.col("changes")).unique(given, keep="any").select(*given, *meaning)
    dated = marked.filter("changes").drop("changes")
    order = "left" if keep_order else "none"
    look_up = pl.concat([same, dated], how="diagonal").lazy() if dated.height else same.lazy()
    joined = records.join(look_up, on=given, how="left", nulls_equal=True, maintain_order=order)
    return joined.filter(hold_on(day)).drop("valid_from", "valid_to") if dated.height else joined


def narrowed(left: pl.DataFrame, right: pl.DataFrame, left_on: str, right_on: str) -> pl.DataFrame:
    """Each stretch of `left` divided by the stretches that its code has in `right`, with their columns.

    Both cover the same window, so the result covers it too, every day once. A code without stretches in `right`
    keeps its own.
    """
    both = left.join(right, left_on=left_on, right_on=right_on, how="left", suffix="_right", coalesce=True)
    return (
        both.with_columns(
            valid_from=pl.max_horizontal("valid_from", "valid_from_right"),
            valid_to=pl.min_horizontal("valid_to", "valid_to_right"),
        )
        .filter(pl.col("valid_from") <= pl.col("valid_to"))
        .drop("valid_from_right", "valid_to_right")
    )
