"""Days on which a provider that reports every day reported nothing."""

from datetime import date, timedelta
from typing import Final

import polars as pl

from publish.period import Month
from publish.quality.reported import Reported

FEWEST: Final = 5  # days that follow each other: fewer may be a holiday
DAILY: Final = 0.9  # of the days of other months on which a provider reports, that does so every day


def silent_days(reported: Reported, code: str, month: Month) -> tuple[date, date] | None:
    """First and last of the longest run of days of a month without any test; None where there is none to tell."""
    days = set(reported.days.filter(pl.col("org_code") == code)["day"])
    others = [day for other in reported.months if other != month for day in _days(other)]
    if sum(day in days for day in others) < DAILY * len(others):
        return None
    longest: list[date] = []
    run: list[date] = []
    for day in _days(month):
        run = [] if day in days else [*run, day]
        longest = max(longest, run, key=len)
    return (longest[0], longest[-1]) if len(longest) >= FEWEST else None


def _days(month: Month) -> list[date]:
    return [month.first_day + timedelta(days=step) for step in range((month.last_day - month.first_day).days + 1)]
