"""Dated rows over dated rows: what a newer copy says of a code goes before what an older one knew of it."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from publish.reference.dated import DAY

_FROM = pl.col("valid_from").fill_null(date.min)
_TO = pl.col("valid_to").fill_null(date.max)


def layered(above: pl.DataFrame, below: pl.DataFrame, key: str) -> pl.DataFrame:
    """The rows above and, for the days before a code's first day there, the rows below.

    From the first day of which `above` speaks, it says everything about a code: a code that it closes is closed.
    Codes that it does not have keep their rows. In order of code and first day; `valid_from`, `valid_to` are null
    where open.
    """
    first = above.group_by(key).agg(first=_FROM.min())
    before = below.join(first, on=key, how="left").with_columns(
        valid_to=pl.when(pl.col("first") <= _TO).then(pl.col("first") - DAY).otherwise("valid_to")
    )
    kept = before.filter(pl.col("first").is_null() | (pl.col("first") > _FROM)).drop("first")
    return in_order(pl.concat([above, kept.select(above.columns)]), key)


def without_overlaps(rows: pl.DataFrame, key: str) -> pl.DataFrame:
    """The rows that have a code and hold on some day, at most one of a code on a day.

    A row ends where the next one begins. Of rows that begin on the same day the last in the order given stays.
    """
    sound = rows.filter(pl.col(key).is_not_null() & (_FROM <= _TO))
    last = sound.with_columns(begins=_FROM).unique([key, "begins"], keep="last", maintain_order=True)
    ordered = last.sort(key, "begins", maintain_order=True)
    ends = pl.min_horizontal(_TO, (pl.col("begins").shift(-1).over(key) - DAY).fill_null(date.max))
    return ordered.with_columns(valid_to=pl.when(ends < date.max).then(ends)).drop("begins")


def in_order(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """The rows in one fixed order: by their code, their first day, then everything else."""
    first = [*keys, *(name for name in ("valid_from",) if name in rows.columns)]
    return rows.unique().sort(*first, *(name for name in rows.columns if name not in first))


def on_days_of_both(left: pl.DataFrame, right: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    """The rows of both tables that have the same code, on the days on which both hold."""
    both = left.join(right, on=list(on), how="inner", suffix="_right")
    return (
        both.with_columns(
            valid_from=pl.max_horizontal("valid_from", "valid_from_right"),
            valid_to=pl.min_horizontal("valid_to", "valid_to_right"),
        )
        .filter(_FROM <= _TO)
        .drop("valid_from_right", "valid_to_right")
    )
