"""Providers that reported nothing in some months, as the published tables show it."""

from itertools import groupby
from typing import Final

import polars as pl

from publish.disclosure.control import NO_DATA, ProtectedTable
from publish.period import Month
from publish.tables.truth import ENGLAND_CODE, YEAR

USUAL_TESTS: Final = 100  # a provider that does fewer tests in a month that it reports may well do none in another


def missing_months(activity: ProtectedTable) -> tuple[str, ...]:
    """A sentence for each provider of some size that reported no activity in one of the months or more.

    `activity` is Table 1. Only what its cells show is said: nothing of values that are hidden. Rule: publication
    specification, Provider issues, 2.
    """
    by_month = (
        activity.cells.filter(pl.col("org_code") != ENGLAND_CODE, pl.col("period") != YEAR)
        .group_by("provider_name", "org_code", "period")
        .agg(reported=(pl.col("status") != NO_DATA).any(), tests=pl.col("value").sum())
    )
    by_provider = by_month.group_by("provider_name", "org_code").agg(
        missing=pl.col("period").filter(~pl.col("reported")).sort(),
        usual=pl.col("tests").filter(pl.col("reported")).mean(),
    )
    found = by_provider.filter(pl.col("missing").list.len() > 0, pl.col("usual") >= USUAL_TESTS)
    return tuple(
        f"{name} ({code}) did not report any activity for {spans([Month.parse(p) for p in missing])}."
        for name, code, missing, _ in found.sort(pl.col("provider_name").str.to_lowercase(), "org_code").iter_rows()
    )


def spans(months: list[Month]) -> str:
    """Months in words, those that follow each other as a span: `May 2023 and August to October 2023`."""
    runs = groupby(enumerate(months), key=lambda pair: pair[1].plus(-pair[0]))
    words = [_span([month for _, month in run]) for _, run in runs]
    if len(words) == 1:
        return words[0]
    before_last = "," if " and " in words[-1] or " and " in words[-2] else ""
    return f"{', '.join(words[:-1])}{before_last} and {words[-1]}"


def _span(months: list[Month]) -> str:
    first, last = months[0], months[-1]
    if first == last:
        return first.words
    joined = "and" if len(months) == 2 else "to"
    return f"{first.name if first.year == last.year else first.words} {joined} {last.words}"
