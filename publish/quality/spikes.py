"""Too many records: a spike in one modality over a few days.

Rule: publication specification, Provider issues, 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

import polars as pl

from publish.period import Month
from publish.quality.excess import excess_issue
from publish.quality.provider_issue import Evidence, Line, ProviderIssue
from publish.quality.reported import Reported
from publish.quality.words import named, per_cent, rounded_count, rounded_estimate

# A day of a spike has so many times as many tests as 19 of 20 days; beyond chance, and by so many in all
TIMES, ROOTS, LEAST_SPIKE = 4.0, 8.0, 50
LONGEST_SPIKE: Final = 7  # days
OFTEN: Final = 3  # more spikes than that are how a provider works or reports: a van that comes once a month
STEEP: Final = 10.0  # times the usual, at which a spike is sure


@dataclass(frozen=True)
class _Spike:
    """Days with far more tests of one modality than usual: all tests in them, and a usual day."""

    days: tuple[date, ...]
    tests: int
    usual: float
    high: float


def spike_issues(reported: Reported) -> Iterator[ProviderIssue]:
    """Runs of a few days on which a provider has far more tests of one modality than on others."""
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
        runs = _runs([(row["day"], row["tests"], row["middle"], row["high"]) for row in rows])
        spikes = [spike for spike in runs if spike.tests - spike.usual * len(spike.days) >= LEAST_SPIKE]
        if len(spikes) <= OFTEN:
            yield from (_spike(code, modality, spike, reported) for spike in spikes)


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
        f"{named(reported.names.get(code, code), code)} reported {rounded_estimate(spike.tests):,} tests of "
        f"{modality} {length} in {month.words}, compared with {typical} a day, resulting in a possible excess of "
        f"{estimate:,} records."
    )
    sure = spike.tests >= STEEP * max(spike.high, 1.0) * len(spike.days)
    shown = _days_around(code, modality, spike, reported)
    return excess_issue(code, (month,), modality, None, estimate, sure, said, shown, f"spike {first}", reported)


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
