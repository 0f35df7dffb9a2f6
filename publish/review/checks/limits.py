"""Between which limits the count behind a published cell lies, as rounding and suppression leave it.

Rule: disclosure specification, "Rule in use": the checks know of it what a reader of the tables is told.
"""

from typing import Final

import polars as pl

from publish.disclosure.control import SUPPRESSED, ProtectedTable
from publish.disclosure.policy import Policy
from publish.period import Month
from publish.tables.specification import YEAR, Column, Level, Measure, TableSpec

ROW: Final = ("level", "region_code", "org_code", "label", "setting")
NO_LIMIT: Final = 10**12  # a count hidden only to protect others may be of any size


def with_limits(cells: pl.DataFrame, policy: Policy) -> pl.DataFrame:
    """Cells of counts (columns `value`, `status`) with the least and the most tests they can stand for."""
    value, below = pl.col("value"), policy.rounding_base // 2
    hidden, some = pl.col("status") == SUPPRESSED, pl.col("value") > 0
    least_hidden = 0 if policy.hides_more else policy.least_hidden
    most_hidden = NO_LIMIT if policy.hides_more else policy.threshold - 1
    least = pl.when(some).then(pl.max_horizontal(value - below, pl.lit(float(policy.threshold)))).otherwise(0.0)
    most = pl.when(some).then(value - below + policy.rounding_base - 1).otherwise(0.0)
    return cells.with_columns(
        least=pl.when(hidden).then(float(least_hidden)).otherwise(least),
        most=pl.when(hidden).then(float(most_hidden)).otherwise(most),
    )


def counts_of(table: ProtectedTable, policy: Policy) -> pl.DataFrame:
    """The cells of a table that are counts, with their limits; no row for a table of medians."""
    names = [column.name for column in count_columns(table.spec, table.months)]
    return with_limits(table.cells.filter(pl.col("column").is_in(names)), policy)


def count_columns(spec: TableSpec, months: tuple[Month, ...]) -> list[Column]:
    """The columns of a table that hold counts."""
    return [column for column in spec.columns_for(months) if column.measure(spec.measure) is Measure.TESTS]


def summed(parts: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The limits of the sums of parts, by those keys: parts_least, parts_most."""
    return parts.group_by(keys).agg(parts_least=pl.col("least").sum(), parts_most=pl.col("most").sum())


def apart(wholes: pl.DataFrame, parts: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The wholes whose limits have no number in common with those of the sum of their parts.

    A part, or a whole, that has no row counts nothing.
    """
    both = wholes.join(summed(parts, keys), on=keys, how="full", coalesce=True)
    limits = pl.col("least", "most", "parts_least", "parts_most").fill_null(0.0)
    beyond = (pl.col("parts_least") > pl.col("most")) | (pl.col("parts_most") < pl.col("least"))
    return both.with_columns(limits).filter(beyond)


def of_level(cells: pl.DataFrame, *levels: Level) -> pl.DataFrame:
    """The cells of rows of these levels."""
    return cells.filter(pl.col("level").is_in([level.value for level in levels]))


def period_word(period: str) -> str:
    """`April 2023`, or `all months`; nothing for a column that is no month."""
    if period == YEAR:
        return "all months"
    return Month.parse(period).words
