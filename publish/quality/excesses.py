"""Too many records: resubmitted without overwriting, the same activity under two site codes, a spike of a few days.

Rule: publication specification, Provider issues, 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

import polars as pl

from publish.counts.reduction import TEST_KEYS
from publish.period import Month
from publish.quality.gaps import HIGH, Gap, Kind, gaps
from publish.quality.provider_issue import Category, Confidence, Evidence, Line, ProviderIssue
from publish.quality.reported import ONCE, Reported
from publish.quality.shortfalls import FEWEST, FEWEST_LACKING, MATERIAL, SMALL, evidence
from publish.quality.words import named, per_cent, rounded_count, rounded_estimate, shares, within

DOUBLED: Final = (1.85, 2.15)  # times what is usual: submitted twice
FEWEST_ALIKE: Final = 30  # groups of alike tests, from which their being even says something
RARELY_ODD: Final = 0.3  # of the share that is usual for England: records that stand twice come in even numbers
# A day of a spike has so many times as many tests as 19 of 20 days; beyond chance, and by so many in all
TIMES, ROOTS, LEAST_SPIKE = 4.0, 8.0, 50
LONGEST_SPIKE: Final = 7  # days
STEEP: Final = 10.0  # times the usual, at which a spike is sure
# Two sites with the same tests day by day: of the larger; or those of the smaller within the larger, which stands
# above its usual level by about as much
THE_SAME, WITHIN, ABOUT_AS_MUCH = 0.95, 0.98, 0.25
FEWEST_SHARED, FEWEST_DAYS = 40, 15


def excess_issues(reported: Reported, successors: set[str]) -> Iterator[ProviderIssue]:
    """Every excess. `successors` took over another provider's activity: their step up is no excess."""
    duplicated = list(_two_site_codes(reported))
    told = {(issue.org_code, month) for issue in duplicated for month in issue.months}
    yield from _too_many(reported, successors, told)
    yield from duplicated
    yield from _spikes(reported)


def _too_many(reported: Reported, successors: set[str], told: set[tuple[str, Month]]) -> Iterator[ProviderIssue]:
    """Months with far more records than usual, above all with about twice as many."""
    series = reported.providers
    odd = _odd_shares(reported)
    least = max(FEWEST, SMALL * reported.month_of_england)
    for gap in gaps(series, series.levels, reported.in_period):
        (code,) = series.keys[gap.row]
        left = gap.without({place for place in gap.places if (code, series.months[place]) in told})
        if gap.kind not in (Kind.MORE, Kind.MORE_FOR_GOOD) or left is None:
            continue
        if left.kind is Kind.MORE_FOR_GOOD and code in successors:
            continue
        if left.expected.max() >= least and left.records(series) >= FEWEST_LACKING:
            yield _excess(left, code, reported, twice=_stand_twice(code, left, reported, odd))


def _excess(gap: Gap, code: str, reported: Reported, *, twice: bool) -> ProviderIssue:
    series = reported.providers
    months = tuple(series.months[place] for place in gap.places)
    estimate = rounded_estimate(gap.records(series))
    subject = named(reported.names.get(code, code), code)
    ending = f"resulting in an excess of {estimate:,} records."
    doubled = DOUBLED[0] <= gap.ratio(series) <= DOUBLED[1]
    if doubled or twice:
        said = f"{subject} appears to have resubmitted records {within(months)} without overwriting, {ending}"
    elif gap.kind is Kind.MORE_FOR_GOOD:
        said = (
            f"{subject} has reported more activity {within(months)} than before ({shares(gap.ratio(series))} of it), "
            f"about {estimate:,} records more."
        )
    else:
        said = f"{subject} reported more activity than usual {within(months)} ({shares(gap.ratio(series))} of it), {ending}"
    sure = twice or (doubled and gap.records(series) >= MATERIAL * reported.month_of_england)
    return _issue(
        code, months, None, None, estimate, sure, said, evidence(gap, series, reported), str(gap.kind), reported
    )


def _odd_shares(reported: Reported) -> dict[tuple[str, str], tuple[int, float]]:
    """Of each provider and month: how many groups of alike tests there are, and the share with an odd number."""
    months = [str(month) for month in reported.months]
    keys = [key for key in TEST_KEYS if key != "interval"]
    once = reported.counts.tests.lazy().filter(
        pl.col("interval") == ONCE, pl.col("month").cast(pl.String).is_in(months)
    )
    alike = once.group_by(keys).agg(pl.col("tests").sum())
    odd = alike.group_by("org_code", "month").agg(groups=pl.len(), odd=(pl.col("tests") % 2 == 1).mean())
    rows = odd.collect().cast({pl.Categorical: pl.String}).select("org_code", "month", "groups", "odd")
    return {(code, month): (groups, share) for code, month, groups, share in rows.iter_rows()}


def _stand_twice(code: str, gap: Gap, reported: Reported, odd: dict[tuple[str, str], tuple[int, float]]) -> bool:
    """Whether alike tests come nearly always in even numbers in these months, and not in others."""
    of_gap = [odd.get((code, str(reported.months[place])), (0, 1.0)) for place in gap.places]
    usual = sorted(share for groups, share in odd.values() if groups >= FEWEST_ALIKE)
    middle = usual[len(usual) // 2] if usual else 0.0
    return all(groups >= FEWEST_ALIKE and share < RARELY_ODD * middle for groups, share in of_gap)


def _two_site_codes(reported: Reported) -> Iterator[ProviderIssue]:
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
    days = reported.days.lazy().with_columns(month=pl.col("day").dt.strftime("%Y-%m"))
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
        .with_columns(within=pl.col("shared") / pl.min_horizontal("of_one", "of_other"))
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
    return _issue(code, months, None, other, estimate, sure, said, shown, "two site codes", reported)


@dataclass(frozen=True)
class _Spike:
    """Days with far more tests of one modality than usual: all tests in them, and a usual day."""

    days: tuple[date, ...]
    tests: int
    usual: float
    high: float


def _spikes(reported: Reported) -> Iterator[ProviderIssue]:
    by_day = reported.days.group_by("org_code", "modality", "day").agg(pl.col("tests").sum())
    span = (reported.months[-1].last_day - reported.months[0].first_day).days + 1
    usual = by_day.group_by("org_code", "modality").agg(
        # days without any test have no row: they count as none
        middle=_quantile(0.5, span),
        high=_quantile(0.95, span),
    )
    least = pl.max_horizontal(TIMES * pl.col("high"), pl.col("high") + ROOTS * (pl.col("high") + 1).sqrt())
    wanted = pl.col("day") >= reported.period.months[0].first_day
    found = by_day.join(usual, on=["org_code", "modality"]).filter(pl.col("tests") > least, wanted)
    ordered = found.sort("org_code", "modality", "day")
    for (code, modality), rows in groupby(
        ordered.iter_rows(named=True), key=lambda row: (row["org_code"], row["modality"])
    ):
        for spike in _runs([(row["day"], row["tests"], row["middle"], row["high"]) for row in rows]):
            if spike.tests - spike.usual * len(spike.days) >= LEAST_SPIKE:
                yield _spike(code, modality, spike, reported)


def _quantile(share: float, days: int) -> pl.Expr:
    """A quantile of the tests of a day, over all days of the span."""
    place = int(share * (days - 1)) - days + pl.len().cast(pl.Int64)
    tests = pl.col("tests").sort()
    return pl.when(place < 0).then(0.0).otherwise(tests.get(pl.max_horizontal(place, 0)).cast(pl.Float64))


def _runs(days: list[tuple[date, int, float, float]]) -> Iterator[_Spike]:
    """The days as runs of such as follow each other, with a weekend between them at most; those not too long."""
    runs: list[list[tuple[date, int, float, float]]] = []
    for each in days:
        if runs and each[0] - runs[-1][-1][0] <= timedelta(days=3):
            runs[-1].append(each)
        else:
            runs.append([each])
    for run in runs:
        if len(run) <= LONGEST_SPIKE:
            yield _Spike(tuple(each[0] for each in run), sum(each[1] for each in run), run[0][2], run[0][3])


def _spike(code: str, modality: str, spike: _Spike, reported: Reported) -> ProviderIssue:
    first = spike.days[0]
    month = Month(first.year, first.month)
    estimate = rounded_estimate(spike.tests - spike.usual * len(spike.days))
    length = "on one day" if len(spike.days) == 1 else f"over {len(spike.days)} days"
    typical = f"typically {rounded_count(spike.usual):,}" if spike.usual >= 10 else "typically fewer than 10"
    said = (
        f"{named(reported.names.get(code, code), code)} reported {rounded_count(spike.tests):,} tests of {modality} "
        f"{length} in {month.words}, compared with {typical} a day, resulting in a possible excess of "
        f"{estimate:,} records."
    )
    sure = spike.tests >= STEEP * max(spike.high, 1.0) * len(spike.days)
    shown = _days_around(code, modality, spike, reported)
    return _issue(code, (month,), modality, None, estimate, sure, said, shown, f"spike {first}", reported)


def _days_around(code: str, modality: str, spike: _Spike, reported: Reported) -> Evidence:
    """The tests of each day from three weeks before the spike to three weeks after it."""
    of_both = reported.days.filter(pl.col("org_code") == code, pl.col("modality") == modality)
    tests: dict[date, int] = dict(of_both.group_by("day").agg(pl.col("tests").sum()).iter_rows())
    first, last = spike.days[0] - timedelta(days=21), spike.days[-1] + timedelta(days=21)
    along = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    return Evidence(
        title=f"{modality}: tests by day",
        unit="tests",
        along=tuple(map(str, along)),
        lines=(
            Line("Reported", tuple(float(tests.get(day, 0)) for day in along)),
            Line("Usual day", tuple(spike.usual for _ in along)),
        ),
        marked=tuple(map(str, spike.days)),
        numbers=(
            ("Tests on these days", f"{spike.tests:,}"),
            ("On a usual day", f"{spike.usual:,.0f}"),
            ("On 19 of 20 days at most", f"{spike.high:,.0f}"),
            (
                "Share of the month's tests",
                per_cent(spike.tests, _of_month(code, modality, spike.days[0], reported)),
            ),
        ),
    )


def _of_month(code: str, modality: str, day: date, reported: Reported) -> float:
    row = reported.modalities.keys.index((code, modality))
    return float(reported.modalities.values[row, reported.months.index(Month(day.year, day.month))])


def _issue(
    code: str,
    months: tuple[Month, ...],
    modality: str | None,
    site: str | None,
    estimate: int,
    sure: bool,
    text: str,
    shown: Evidence,
    kind: str,
    reported: Reported,
) -> ProviderIssue:
    return ProviderIssue(
        category=Category.EXCESS,
        org_code=code,
        provider_name=reported.names.get(code, code),
        months=months,
        modality=modality,
        site_code=site,
        interval=None,
        estimated_records=estimate,
        confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        text=text,
        evidence=shown,
        kind=kind,
    )
