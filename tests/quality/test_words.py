"""How findings are put into words: estimates, shares, months, days."""

from datetime import date

import pytest

from publish.period import Month
from publish.quality.silent_days import silent_days
from publish.quality.words import per_cent, rounded_count, rounded_estimate, within
from tests.quality.made_counts import Line, reported


@pytest.mark.parametrize(
    ("records", "told"),
    [
        *((3, 100), (149, 100), (151, 200), (1_830, 1_800), (2_610, 2_600), (3_469, 3_400), (14_300, 14_000)),
        *((98_400, 98_000), (213_900, 215_000), (322_000, 320_000)),
    ],
)
def test_an_estimate_is_rounded_as_the_publication_does(records, told):
    assert rounded_estimate(records) == told


@pytest.mark.parametrize(("tests", "told"), [(0, 0), (2, 0), (3, 5), (3_469, 3_470)])
def test_a_number_of_tests_is_told_to_the_nearest_5(tests, told):
    assert rounded_count(tests) == told


@pytest.mark.parametrize(
    ("part", "whole", "told"),
    [(0, 5, "0%"), (0, 0, "0%"), (1, 1_000, "0%"), (26, 100, "25%"), (99, 100, "100%"), (5, 5, "100%")],
)
def test_a_share_is_worked_out_from_rounded_counts(part, whole, told):
    assert per_cent(part, whole) == told


MONTHS = [
    ("2023-05", "in May 2023"),
    ("2023-05 2023-06", "in May and June 2023"),
    ("2023-05 2023-06 2023-07", "from May to July 2023"),
    ("2023-12 2024-01", "in December 2023 and January 2024"),
    ("2023-10 2023-11 2023-12 2024-01", "from October 2023 to January 2024"),
    ("2023-04 2023-05 2023-06 2024-03", "from April to June 2023 and March 2024"),
    ("2023-05 2023-10", "in May 2023 and October 2023"),
]


@pytest.mark.parametrize(("months", "told"), MONTHS)
def test_months_in_words(months, told):
    assert within([Month.parse(month) for month in months.split()]) == told


def with_days(*silent):
    """A trust with tests on every day of the year but these of December."""
    made = reported(Line("RT1", "100 " * 12))
    days = [date(2023, 12, day) for day in silent]
    made.__dict__["days"] = made.days.filter(~made.days["day"].is_in(days))
    return made


SILENT = [
    (range(16, 32), (16, 31)),
    (range(1, 6), (1, 5)),
    ((25, 26, 30, 31), None),
    ((3, *range(10, 20)), (10, 19)),
]


@pytest.mark.parametrize(("silent", "told"), SILENT)
def test_days_without_any_test(silent, told):
    found = silent_days(with_days(*silent), "RT1", Month(2023, 12))
    assert found == (told and tuple(date(2023, 12, day) for day in told))


def test_a_provider_that_does_not_report_every_day_has_no_silent_days():
    made = with_days()
    made.__dict__["days"] = made.days.filter(made.days["day"].dt.weekday() == 1)
    assert silent_days(made, "RT1", Month(2023, 12)) is None
