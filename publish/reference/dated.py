"""Dated look-ups: which row of a reference table held for a code on a day.

A look-up gives every record exactly one row: for each code the whole window of days is divided into stretches,
and days on which no row held are stretches too, with nothing in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import polars as pl

from publish.errors import InputRefused
from publish.reference.columns import VALIDITY

DAY = timedelta(days=1)
POSTCODE: Final = "postcode"


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
        # only the postcodes of the records are looked up: to name one would name that of a patient
        which = key if key == POSTCODE else f"{key} {code}"
        raise InputRefused(
            f"{which} has two rows for {day}",
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


@dataclass(frozen=True)
class LookUp:
    """What codes mean on a day, ready to be joined to records.

    `rows` has the codes as they stand in the records (columns `on`) and the columns that are joined. A code that
    means the same on every day has one row; any other has its stretches (`valid_from`, `valid_to`).
    """

    on: tuple[str, ...]
    rows: pl.DataFrame

    def join_to(self, records: pl.LazyFrame, day: pl.Expr, *, keep_order: bool = True) -> pl.LazyFrame:
        """The records with what their codes mean on the day: exactly one row for each record."""
        order = "left" if keep_order else "none"
        joined = records.join(self.rows.lazy(), on=self.on, how="left", nulls_equal=True, maintain_order=order)
        if not set(VALIDITY) <= set(self.rows.columns):
            return joined
        return joined.filter(hold_on(day)).drop(VALIDITY)


def look_up(resolved: pl.DataFrame, on: Sequence[str]) -> LookUp:
    """A look-up from the codes as they stand in the records, every one of them, with its stretches.

    Columns of `resolved`: those of `on`, those that are joined, and `valid_from` and `valid_to` (together every day
    of the window once), but for what always holds.
    """
    given = list(on)
    several = resolved.filter(pl.len().over(given) > 1)
    meaning = [name for name in resolved.columns if name not in {*on, *VALIDITY}]
    of_several = several.select(*given, *meaning).unique()
    change = of_several.filter(pl.len().over(given) > 1).select(given).unique()
    same = (
        resolved.join(change, on=given, how="anti", nulls_equal=True)
        .unique(given, keep="any")
        .drop(VALIDITY, strict=False)
    )
    dated = several.join(change, on=given, how="semi", nulls_equal=True)
    return LookUp(tuple(on), pl.concat([same, dated], how="diagonal") if dated.height else same)


def join_on_day(
    records: pl.LazyFrame, resolved: pl.DataFrame, on: Sequence[str], day: pl.Expr, *, keep_order: bool = True
) -> pl.LazyFrame:
    """The records with what their codes mean on the day; `resolved` as in `look_up`."""
    return look_up(resolved, on).join_to(records, day, keep_order=keep_order)


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
