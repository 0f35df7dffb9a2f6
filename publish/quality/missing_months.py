"""Providers that reported nothing in some months, as the published tables show it."""

from typing import Final

import polars as pl

from publish.disclosure.control import NO_DATA, ProtectedTable
from publish.period import Month, spans
from publish.tables.specification import YEAR, Level

USUAL_TESTS: Final = 100  # a provider that does fewer tests in a month that it reports may well do none in another


def missing_months(activity: ProtectedTable, successions: pl.DataFrame) -> tuple[str, ...]:
    """A sentence for each provider of some size that reported no activity in one of the months or more.

    `activity` is Table 1. `successions` says who was succeeded and from which day (predecessor, valid_from): a
    provider that reports nothing from then on is not missed. Only what its cells show is said: nothing of values
    that are hidden. Rule: publication specification, Provider issues, 2.
    """
    by_month = (
        activity.cells.filter(pl.col("level") == Level.PROVIDER.value, pl.col("period") != YEAR)
        .group_by("provider_name", "org_code", "period")
        .agg(reported=(pl.col("status") != NO_DATA).any(), tests=pl.col("value").sum())
    )
    by_provider = (
        _while_there(by_month, successions)
        .group_by("provider_name", "org_code")
        .agg(
            missing=pl.col("period").filter(~pl.col("reported")).sort(),
            usual=pl.col("tests").filter(pl.col("reported")).mean(),
        )
    )
    found = by_provider.filter(pl.col("missing").list.len() > 0, pl.col("usual") >= USUAL_TESTS)
    return tuple(
        f"{name} ({code}) did not report any activity for {spans([Month.parse(p) for p in missing])}."
        for name, code, missing, _ in found.sort(pl.col("provider_name").str.to_lowercase(), "org_code").iter_rows()
    )


def _while_there(by_month: pl.DataFrame, successions: pl.DataFrame) -> pl.DataFrame:
    """The months of providers without those after they were succeeded for good."""
    ended = successions.group_by(org_code="predecessor").agg(ended=pl.col("valid_from").max().dt.strftime("%Y-%m"))
    last = pl.col("period").filter("reported").max().over("org_code")
    goes_on = pl.col("ended").is_null() | (pl.col("period") < pl.col("ended")) | (last >= pl.col("ended"))
    return by_month.join(ended, on="org_code", how="left").filter(goes_on).drop("ended")
