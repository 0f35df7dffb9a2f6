"""The ledger of a run: where every record went. Records in = in the tables + kept out, always."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from publish.counts.reduction import Counts
from publish.period import MonthlyPeriod
from publish.tables.specification import TableSpec

IN_TABLES: Final = "in the tables"
COMPARISON_MONTH: Final = "month before the tables' year: used for comparison"
OUTSIDE_RELEASE: Final = "test date outside the months of the release"
IN_NO_TABLE: Final = "exam of a modality that no table lists"


def make_ledger(counts: Counts, period: MonthlyPeriod, tables: Sequence[TableSpec]) -> pl.DataFrame:
    """Every record of the run by month, provider and what became of it.

    Columns: month (ISO, null where not known), org_code (null where not known), outcome (`in the tables`, or the
    reason that kept the records out), records. Sorted.
    """
    month = pl.col("month").cast(pl.String)
    outcome = (
        pl.when(~month.is_in([str(m) for m in period.usable]))
        .then(pl.lit(OUTSIDE_RELEASE))
        .when(~_in_a_table(tables))
        .then(pl.lit(IN_NO_TABLE))
        .when(~month.is_in([str(m) for m in period.months]))
        .then(pl.lit(COMPARISON_MONTH))
        .otherwise(pl.lit(IN_TABLES))
    )
    told_by = {name for spec in tables for name in (spec.labelled_by, *(only for only, _ in spec.only))}
    once = counts.tests.lazy().filter(pl.col("interval") == "request_to_test")
    few = once.group_by("month", "org_code", *sorted(told_by)).agg(pl.col("tests").sum())
    counted = few.collect(engine="streaming").select("month", "org_code", outcome=outcome, records="tests")
    kept_out = counts.kept_out.select(
        "month", "org_code", outcome=pl.col("reason").cast(pl.String), records="records"
    )
    keys = ("month", "org_code", "outcome")
    return (
        pl.concat([counted, kept_out])
        .with_columns(pl.col("month", "org_code").cast(pl.String))
        .group_by(keys)
        .agg(pl.col("records").sum())
        .sort(keys, nulls_last=True)
    )


def by_outcome(ledger: pl.DataFrame) -> dict[str, int]:
    """Records by outcome: in the tables first, then the reasons, the commonest first."""
    totals = ledger.group_by("outcome").agg(pl.col("records").sum())
    first = (pl.col("outcome") == IN_TABLES).cast(pl.Int8)
    ordered = totals.sort(first, "records", "outcome", descending=[True, True, False])
    return dict(ordered.select("outcome", "records").iter_rows())


def _in_a_table(tables: Sequence[TableSpec]) -> pl.Expr:
    """Whether a count reaches any of the tables."""
    return pl.any_horizontal(
        pl.col(spec.labelled_by).cast(pl.String).is_in([g for label in spec.labels for g in label.gathers])
        & pl.all_horizontal(pl.lit(value=True), *(pl.col(name) == value for name, value in spec.only))
        for spec in tables
    ).fill_null(value=False)
