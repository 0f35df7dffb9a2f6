"""Too many records: the same activity under two site codes.

Rule: publication specification, Provider issues, 3.
"""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import polars as pl

from publish.period import Month
from publish.quality.excess import excess_issue
from publish.quality.gaps import HIGH
from publish.quality.provider_issue import Evidence, Line, ProviderIssue
from publish.quality.reported import Reported
from publish.quality.words import named, rounded_estimate, within

# Two sites with the same tests day by day: of the larger; or those of the smaller within the larger, which stands
# above its usual level by about as much
THE_SAME, WITHIN, ABOUT_AS_MUCH = 0.95, 0.98, 0.25
FEWEST_SHARED, FEWEST_DAYS = 40, 15


def double_site_issues(reported: Reported) -> Iterator[ProviderIssue]:
    """Sites of one provider that have the same tests, day by day and modality by modality."""
    suspect = _shared(reported).filter(
        (pl.col("shared") >= FEWEST_SHARED) & (pl.col("cells") >= FEWEST_DAYS), pl.col("within") >= THE_SAME
    )
    ordered = suspect.sort("org_code", "one", "other", "month").iter_rows(named=True)
    wanted = {str(month) for month in reported.period.months}
    rows = [row for row in ordered if row["month"] in wanted and _is_double(row, reported)]
    for (code, one, other), found in groupby(rows, key=lambda row: (row["org_code"], row["one"], row["other"])):
        yield _duplicate(code, one, other, list(found), reported)


def _is_double(row: dict[str, Any], reported: Reported) -> bool:
    """Whether the two sites have the same tests, or the larger has those of the smaller on top of its own."""
    if row["shared"] >= THE_SAME * max(row["of_one"], row["of_other"]):
        return True
    larger = "one" if row["of_one"] > row["of_other"] else "other"
    site = reported.sites.keys.index((row["org_code"], row[larger]))
    place = reported.months.index(Month.parse(row["month"]))
    usual = reported.site_levels.expected[site, place]
    on_top = reported.sites.values[site, place] - usual
    about_as_much = abs(on_top - row["shared"]) <= ABOUT_AS_MUCH * row["shared"]
    return row["within"] >= WITHIN and bool(about_as_much and on_top > (HIGH - 1) * usual)


def _shared(reported: Reported) -> pl.DataFrame:
    """Pairs of sites of a provider by month: one, other, shared (tests that both have on a day in a modality),
    cells (days and modalities), of_one, of_other (all their tests), within (shared, of the smaller of them).
    """
    days = reported.days.lazy().with_columns(month=pl.col("day").dt.month_start())
    other = days.select("org_code", "modality", "day", other="site_code", tests_of_other="tests")
    totals = days.group_by("site_code", "month").agg(pl.col("tests").sum())
    return (
        days.rename({"site_code": "one"})
        .join(other, on=["org_code", "modality", "day"])
        .filter(pl.col("one") < pl.col("other"))
        .group_by("org_code", "one", "other", "month")
        .agg(shared=pl.min_horizontal("tests", "tests_of_other").sum(), cells=pl.len())
        .join(totals.rename({"site_code": "one", "tests": "of_one"}), on=["one", "month"])
        .join(totals.rename({"site_code": "other", "tests": "of_other"}), on=["other", "month"])
        .with_columns(
            within=pl.col("shared") / pl.min_horizontal("of_one", "of_other"),
            month=pl.col("month").dt.strftime("%Y-%m"),
        )
        .collect()
    )


def _duplicate(code: str, one: str, other: str, rows: list[dict[str, Any]], reported: Reported) -> ProviderIssue:
    months = tuple(Month.parse(str(row["month"])) for row in rows)
    excess = sum(row["shared"] for row in rows)
    estimate = rounded_estimate(excess)
    subject = named(reported.names.get(code, code), code)
    said = (
        f"{subject} duplicated activity against two different site codes ({one} and {other}) {within(months)}, "
        f"resulting in an excess of {estimate:,} records."
    )
    lines, along = [], [str(month) for month in reported.months]
    for site in (one, other):
        row = reported.sites.keys.index((code, site))
        lines.append(Line(site, tuple(float(value) for value in reported.sites.values[row])))
    shown = Evidence(
        title="Tests of the two sites by month",
        unit="tests",
        along=tuple(along),
        lines=tuple(lines),
        marked=tuple(str(month) for month in months),
        numbers=(
            ("Tests that both have, by day and modality", f"{excess:,}"),
            (f"All tests of {one}", f"{sum(row['of_one'] for row in rows):,}"),
            (f"All tests of {other}", f"{sum(row['of_other'] for row in rows):,}"),
        ),
    )
    sure = all(row["shared"] >= THE_SAME * max(row["of_one"], row["of_other"]) for row in rows)
    return excess_issue(code, months, None, other, estimate, sure, said, shown, "two site codes", reported)
