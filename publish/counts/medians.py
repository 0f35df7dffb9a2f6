"""Medians, exact from counts of whole days."""

from collections.abc import Sequence

import polars as pl


def median_days(counts: pl.DataFrame, keys: Sequence[str]) -> pl.DataFrame:
    """The ordinary median of days for each key.

    Columns of the result: those of `keys`, `value` in days, half-days kept, and `dated`, the tests that have a day.

    `counts` has the keys, `days` (null where a date is missing: left out) and `tests`. Keys without any day are
    absent from the result. Rule: publication specification, Numbers, Medians.
    """
    dated = (
        counts.filter(pl.col("days").is_not_null()).group_by(*keys, "days").agg(pl.col("tests").sum()).sort("days")
    )
    up_to = pl.col("tests").cum_sum().over(keys)
    everything = pl.col("tests").sum().over(keys)
    ranked = dated.with_columns(up_to=up_to, everything=everything)
    lower_middle = pl.col("days").filter(2 * pl.col("up_to") >= pl.col("everything")).min()
    upper_middle = pl.col("days").filter(2 * pl.col("up_to") > pl.col("everything")).min()
    return ranked.group_by(keys).agg(value=(lower_middle + upper_middle) / 2, dated=pl.col("tests").sum())
