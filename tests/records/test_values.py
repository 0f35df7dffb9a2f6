"""Codes and dates as they stand in files."""

from datetime import date, datetime

import polars as pl
import pytest

from publish.records.values import clock_date, code, unreadable


@pytest.mark.parametrize(
    ("given", "read"), [("RF401", "RF401"), (" rf401 ", "RF401"), ("", None), ("   ", None), (None, None)]
)
def test_codes_are_trimmed_and_in_capitals(given, read):
    assert pl.DataFrame({"c": [given]}, schema={"c": pl.String}).select(code("c")).item() == read


@pytest.mark.parametrize(
    ("given", "read", "wrong"),
    [
        ("2023-04-11", date(2023, 4, 11), False),
        (" 2023-04-11  ", date(2023, 4, 11), False),
        ("2026-05-31T23:30:00+01:00", date(2026, 5, 31), False),  # v2.0: the clock date, not that of UTC
        ("2026-05-31 23:30", date(2026, 5, 31), False),
        ("11/04/2023", None, True),
        ("2023-02-30", None, True),
        ("0000-01-01", None, True),  # Python and the standard know no year 0
        ("2023-04-11x", None, True),
        ("", None, False),
        ("  ", None, False),
        (None, None, False),
    ],
)
def test_dates_in_text(given, read, wrong):
    row = pl.DataFrame({"d": [given]}, schema={"d": pl.String})
    assert row.select(clock_date("d", pl.String())).item() == read
    assert row.select(unreadable("d", pl.String())).item() is wrong


def test_timestamps_give_their_clock_date():
    zone = pl.Datetime(time_zone="Europe/London")
    late = (
        pl.Series("d", [datetime(2026, 5, 31, 22, 30)])
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone("Europe/London")
    )
    assert late.to_frame().select(clock_date("d", zone)).item() == date(2026, 5, 31)
    assert late.to_frame().select(unreadable("d", zone)).item() is False


def test_a_timestamp_of_another_zone_gives_the_date_on_the_clocks_of_england():
    """Platforms keep timestamps in UTC: midnight in summer is 23:00 of the day before there."""
    midnight = pl.Series("d", [datetime(2026, 5, 31, 23, 0)]).dt.replace_time_zone("UTC").to_frame()
    assert midnight.select(clock_date("d", pl.Datetime(time_zone="UTC"))).item() == date(2026, 6, 1)


@pytest.mark.parametrize("days", [2**31 - 1, -(2**31), 10**7, -(10**6)])
def test_dates_beyond_the_calendar_are_unreadable(days):
    row = pl.DataFrame({"d": pl.Series([days], dtype=pl.Int32).cast(pl.Date)})
    assert row.select(clock_date("d", pl.Date())).item() is None
    assert row.select(unreadable("d", pl.Date())).item() is True
