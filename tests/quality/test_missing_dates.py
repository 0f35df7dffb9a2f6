"""Dates that providers did not submit: the share that is missing in, what is said of it out."""

import pytest

from publish.period import AnnualPeriod
from publish.quality.issues import find_issues
from publish.quality.provider_issue import Category
from tests.quality.made_counts import MONTHS, YEAR, Line, counts_with, reference

YEAR_ROUND = "100 " * 12

PROVIDERS = [
    # per cent without request dates, without report dates; interval and confidence of what is told
    (0, 0, []),
    (15, 15, []),
    (20, 0, [("request_to_test", "high", 24_000)]),
    (0, 20, [("test_to_report", "high", 24_000)]),
    (100, 100, [("request_to_test", "high", 120_000), ("test_to_report", "high", 120_000)]),
]


def missing(*lines):
    found = find_issues(counts_with(*lines), AnnualPeriod.of(YEAR), reference())
    return [issue for issue in found if issue.category is Category.MISSING_DATES]


@pytest.mark.parametrize(("no_request", "no_report", "expected"), PROVIDERS)
def test_a_share_of_the_year(no_request, no_report, expected):
    found = missing(Line("RT1", YEAR_ROUND, no_request=no_request, no_report=no_report))
    assert [(issue.interval, str(issue.confidence), issue.estimated_records) for issue in found] == expected
    assert all(issue.months == MONTHS for issue in found)


@pytest.mark.parametrize(
    ("of", "share", "told"),
    [(25, 25, ["high"]), (15, 25, ["medium"]), (5, 50, ["high"]), (3, 50, ["medium"]), (1, 40, [])],
)
def test_it_is_sure_where_much_is_missing_or_a_large_part(of, share, told):
    """Of England's 6 million tests 0.1% are much; 0.04% are where they are a large part; 0.01% are some."""
    found = missing(Line("RT1", YEAR_ROUND, of=of, no_report=share))
    assert [str(issue.confidence) for issue in found] == told


def test_single_months_are_named():
    with_dates = Line("RT1", "100 100 100 0 0 100 100 100 100 100 100 100")
    (found,) = missing(with_dates, Line("RT1", "0 0 0 100 100 0 0 0 0 0 0 0", no_report=100))
    assert found.text == (
        "RT1 (RT1) did not submit test report dates for 20,000 tests (16% overall, including nearly all tests "
        "in July and August 2023)."
    )
    assert found.months == MONTHS[3:5]
    assert str(found.confidence) == "medium"


def test_the_sentence_for_requests_and_the_evidence():
    (found,) = missing(Line("RT1", YEAR_ROUND, no_request=40))
    assert found.text == (
        "RT1 (RT1) did not submit dates when the test was requested or the request received for 48,000 tests (40%)."
    )
    assert found.evidence.numbers[-1] == ("Share", "40%")
