"""Bands of days between a test and an event."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import polars as pl

from publish.errors import UsageError

LONGEST: Final = 3650  # ten years of 365 days
ENDS: Final = (0, 7, 14, 31, 62, 93, 186, *range(365, LONGEST + 1, 365))
SAME_DAY: Final = "same day"
ALL_BANDS: Final = "all tests"
BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Band:
    """A band of whole days, both ends included, from the test to the event; negative after the event."""

    text: str
    first: int
    last: int


def bands(within: int) -> tuple[Band, ...]:
    """The bands up to that many days: tests long before their event first, tests long after it last.

    Weeks to a fortnight, then about one, two, three and six months, then years; the last ends at `within`.
    Raises UsageError where `within` is not from 0 to ten years.
    """
    if not 0 <= within <= LONGEST:
        raise UsageError(
            f"{within} is not from 0 to {LONGEST} days",
            where="--within",
            do="give the most days between a test and an event",
        )
    ends = [*(end for end in ENDS if end < within), within]
    ranges = [(end + 1, next_end) for end, next_end in pairwise(ends)]
    before = [Band(_text(first, last, BEFORE), first, last) for first, last in ranges]
    after = [Band(_text(first, last, AFTER), -last, -first) for first, last in ranges]
    return (*reversed(before), Band(SAME_DAY, 0, 0), *after)


def no_event(within: int) -> str:
    """What stands in place of a band where a test has no event near enough."""
    return f"no event within {_days(within)}"


def band_of_days(within: int) -> pl.DataFrame:
    """The band of every number of days from a test to its event: days (Int32), band."""
    rows = [(days, band.text) for band in bands(within) for days in range(band.first, band.last + 1)]
    return pl.DataFrame(rows, schema={"days": pl.Int32, "band": pl.String}, orient="row")


def _text(first: int, last: int, side: str) -> str:
    span = f"{first} to " if first < last else ""
    return f"{span}{_days(last)} {side}"


def _days(number: int) -> str:
    return f"{number} day{'' if number == 1 else 's'}"
