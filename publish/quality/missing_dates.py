"""Request and report dates that providers did not submit.

Rule: publication specification, Provider issues, 4: roughly where 20% or more of a large provider is missing.
"""

from collections.abc import Iterator
from typing import Final

import polars as pl

from publish.period import Month
from publish.quality.provider_issue import Category, Confidence, Evidence, Line, ProviderIssue
from publish.quality.reported import ONCE, Reported
from publish.quality.words import named, per_cent, rounded_estimate, within

FEWEST: Final = 30  # missing dates
# Of England's tests in the period (44 to 48 million): so many missing are much; are much where they are a large
# part of the provider's; are some
LARGE, CONSIDERABLE, NOTABLE = 0.001, 0.0004, 0.0001
MUCH, A_LARGE_PART, ONE_MONTH = 0.185, 0.4, 0.5  # of a provider's tests in the period, or in one of its months
NEARLY_ALL: Final = 0.995
DATES: Final = {
    "request_to_test": "dates when the test was requested or the request received",
    "test_to_report": "test report dates",
}


def missing_date_issues(reported: Reported) -> Iterator[ProviderIssue]:
    """Providers that lack one kind of date for much of their activity in the months of the release."""
    by_month = _by_month(reported)
    england = int(by_month.filter(pl.col("interval") == ONCE)["tests"].sum())
    keys = ["org_code", "interval"]
    overall = by_month.group_by(keys).agg(pl.col("tests", "missing").sum())
    for code, interval, tests, missing in overall.sort(keys).iter_rows():
        if missing < max(FEWEST, NOTABLE * england):
            continue
        months = by_month.filter(pl.col("org_code") == code, pl.col("interval") == interval).sort("month")
        if missing >= MUCH * tests or _whole_months(months, NOTABLE * england):
            much = missing >= MUCH * tests and missing >= LARGE * england
            sure = much or (missing >= A_LARGE_PART * tests and missing >= CONSIDERABLE * england)
            yield _issue(code, interval, tests, missing, months, reported, sure=sure)


def _by_month(reported: Reported) -> pl.DataFrame:
    """Tests and missing dates by org_code, interval and month of the release."""
    period = [str(month) for month in reported.period.months]
    grouped = reported.groups.group_by("org_code", "interval", "month")
    summed = grouped.agg(missing=pl.col("undated").sum(), tests=pl.col("tests").sum())
    return summed.cast({pl.Categorical: pl.String}).filter(pl.col("month").is_in(period))


def _whole_months(months: pl.DataFrame, least: float) -> bool:
    """Whether most dates are missing in single months, and enough of them to matter."""
    bad = months.filter(pl.col("missing") >= ONE_MONTH * pl.col("tests"))
    return bad["missing"].sum() >= least and bad.height > 0


def _issue(
    code: str, interval: str, tests: int, missing: int, months: pl.DataFrame, reported: Reported, *, sure: bool
) -> ProviderIssue:
    share = missing / tests
    affected = months.filter(pl.col("missing") >= max(share / 2, 0.1) * pl.col("tests"), pl.col("missing") > 0)
    estimate = rounded_estimate(missing)
    said = (
        f"{named(reported.names.get(code, code), code)} did not submit {DATES[interval]} for {estimate:,} tests "
        f"({per_cent(missing, tests)}{_including(months, share)})."
    )
    return ProviderIssue(
        category=Category.MISSING_DATES,
        org_code=code,
        provider_name=reported.names.get(code, code),
        months=tuple(Month.parse(month) for month in affected["month"]),
        modality=None,
        site_code=None,
        interval=interval,
        estimated_records=estimate,
        confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        text=said,
        evidence=_evidence(interval, tests, missing, months, affected),
    )


def _including(months: pl.DataFrame, share: float) -> str:
    """` overall, including nearly all tests from April to July 2021`, where some months lack nearly all dates."""
    whole = months.filter(pl.col("missing") >= NEARLY_ALL * pl.col("tests"))["month"]
    if share >= NEARLY_ALL or whole.is_empty():
        return ""
    return f" overall, including nearly all tests {within([Month.parse(month) for month in whole])}"


def _evidence(interval: str, tests: int, missing: int, months: pl.DataFrame, affected: pl.DataFrame) -> Evidence:
    shares = (100 * months["missing"] / months["tests"]).round(1)
    return Evidence(
        title=f"Tests without {DATES[interval]}, by month",
        unit="per cent",
        along=tuple(months["month"]),
        lines=(Line("Missing", tuple(shares)),),
        marked=tuple(affected["month"]),
        numbers=(
            ("Tests", f"{tests:,}"),
            ("Without the date", f"{missing:,}"),
            ("Share", per_cent(missing, tests)),
        ),
    )
