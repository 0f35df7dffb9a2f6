"""Too many records: a year of a provider in, what is said of it out.

Months are hundreds of tests, April to March, without the season that all providers have.
"""

from dataclasses import replace

import polars as pl
import pytest

from publish.period import AnnualPeriod, Month
from publish.quality.issues import find_issues
from publish.quality.provider_issue import Category
from tests.quality.made_counts import CT, MONTHS, YEAR, Line, counts_with, on_days, reference

STEADY = "100 " * 12
NONE: list[tuple[object, ...]] = []


def excesses(counts):
    found = find_issues(counts, AnnualPeriod.of(YEAR), reference())
    return [issue for issue in found if issue.category is Category.EXCESS]


def as_row(issue):
    return str(issue.kind), " ".join(map(str, issue.months)), issue.estimated_records, str(issue.confidence)


PROVIDERS = [
    # A M J J A S O N D J F M                     kind, months, records too many, confidence
    (STEADY, NONE),
    ("100 100 100 100 100 120 100 100 100 100 100 100", NONE),
    ("100 100 100 100 100 200 100 100 100 100 100 100", [("more", "2023-09", 10_000, "high")]),
    ("100 100 100 100 100 100 100 100 100 200 200 200", [
        ("more for good", "2024-01 2024-02 2024-03", 30_000, "high")]),
    ("100 100 100 100 100 150 100 100 100 100 100 100", [("more", "2023-09", 5_000, "medium")]),
    # growth that lasts, and a return after a shortfall, are no excess
    ("100 100 100 150 150 150 150 150 150 150 150 150", NONE),
    ("100 100 50 50 50 50 50 50 100 100 100 100", NONE),
    ("100 0 0 100 100 100 100 100 100 100 100 100", NONE),
]  # fmt: skip


@pytest.mark.parametrize(("months", "expected"), PROVIDERS, ids=[months for months, _ in PROVIDERS])
def test_a_provider(months, expected):
    found = [as_row(issue) for issue in excesses(counts_with(Line("RT1", months)))]
    assert [(kind, named, sure) for kind, named, _, sure in found] == [(k, m, c) for k, m, _, c in expected]
    for (_, _, estimate, _), (_, _, records, _) in zip(found, expected, strict=True):
        assert estimate == pytest.approx(records, rel=0.1)


def test_the_activity_of_a_provider_that_was_taken_over_is_no_excess():
    """RVY became part of RBN in July 2023."""
    gone, grown = "100 100 100 0 0 0 0 0 0 0 0 0", "100 100 100 200 200 200 200 200 200 200 200 200"
    assert excesses(counts_with(Line("RVY", gone), Line("RBN", grown))) == []


def many_alike(org_code, month, *, times=1):
    """Tests of one month that differ in their wait: 80 groups with 1 to 5 alike tests, each submitted so often."""
    one = counts_with(Line(org_code, "1", first=month)).tests.filter(pl.col("org_code") == org_code)
    waits = pl.DataFrame(
        {"days": range(80), "tests": [times * (1 + wait % 5) for wait in range(80)]},
        schema={"days": pl.Int32, "tests": pl.Int64},
    )
    return one.drop("days", "tests").unique().join(waits, how="cross").select(one.columns)


def with_waits(times):
    """A trust and nine others with many waits each month; the trust has its last month so many times."""
    parts = [
        many_alike(org_code, month, times=times if (org_code, month) == ("RT1", MONTHS[-1]) else 1)
        for org_code in ("RT1", *(f"RT{number}" for number in range(2, 10)))
        for month in MONTHS
    ]
    counts = counts_with()
    return replace(counts, tests=pl.concat([counts.tests, *parts]))


def test_records_that_stand_twice_are_told_by_their_even_numbers():
    (found,) = excesses(with_waits(2))
    assert as_row(found) == ("more", "2024-03", 200, "high")
    assert "appears to have resubmitted records in March 2024 without overwriting" in found.text
    assert excesses(with_waits(1)) == []


def sites(one, other):
    return counts_with(Line("RT1", one, site="RT101"), Line("RT1", other, site="RT102"))


def test_the_same_activity_under_two_site_codes():
    """A new site has all the tests of another, day by day."""
    (found,) = excesses(sites(STEADY, "0 0 0 0 0 0 100 0 0 0 0 0"))
    assert as_row(found) == ("two site codes", "2023-10", 10_000, "high")
    assert found.site_code == "RT102"
    assert found.text == (
        "RT1 (RT1) duplicated activity against two different site codes (RT101 and RT102) in October 2023, "
        "resulting in an excess of 10,000 records."
    )


def test_the_activity_of_a_site_within_that_of_a_larger_one():
    found = excesses(sites("300 300 300 300 300 300 400 300 300 300 300 300", STEADY))
    assert [as_row(issue)[:2] for issue in found] == [("two site codes", "2023-10")]


def test_sites_of_different_size_share_nothing():
    assert excesses(sites("300 " * 12, STEADY)) == []


SPIKES = [
    # more CT tests on single days                                 days, records too many, confidence
    ({"2023-04-11": 1_000, "2023-04-12": 1_200, "2023-04-13": 1_300}, "over 3 days in April 2023", 3_400, "high"),
    ({"2023-11-03": 900, "2023-11-06": 900}, "over 2 days in November 2023", 1_800, "high"),
    ({"2024-02-29": 400}, "on one day in February 2024", 400, "high"),
    ({"2024-02-29": 10}, None, 0, ""),
]


@pytest.mark.parametrize(("days", "said", "records", "confidence"), SPIKES)
def test_a_spike_of_a_modality_over_a_few_days(days, said, records, confidence):
    quiet = counts_with(Line("RT1", "300 " * 12), Line("RT1", "6 " * 12, modality=CT))
    found = excesses(on_days(quiet, "RT1", CT, days))
    if said is None:
        assert found == []
        return
    spike = next(issue for issue in found if issue.kind.startswith("spike"))
    assert (spike.modality, str(spike.confidence)) == (CT, confidence)
    assert spike.estimated_records == pytest.approx(records, rel=0.1)
    assert said in spike.text
    assert set(days) == set(spike.evidence.marked)
    assert len([issue for issue in found if issue.org_code == "RT1"]) == 1


def test_a_month_with_too_much_of_one_modality_without_days_that_tell_it():
    (found,) = excesses(counts_with(Line("RT1", "300 " * 12), Line("RT1", "140 " + "100 " * 11, modality=CT)))
    assert as_row(found) == ("more", "2023-04", 3_800, "medium")
    assert found.modality == CT
    assert f"reported more {CT} activity than usual in April 2023" in found.text


def test_a_spike_of_the_year_before_is_not_told_again():
    before = Line("RT1", "6 " * 24, modality=CT, first=Month(2022, 4))
    quiet = counts_with(before, first=Month(2022, 4))
    assert excesses(on_days(quiet, "RT1", CT, {"2022-05-11": 5_000})) == []


def test_days_on_which_a_provider_always_has_all_its_tests_are_no_spikes():
    """A van that comes once a month."""
    quiet = counts_with(Line("RT1", "300 " * 12), Line("RT1", "1 " * 12, modality=CT))
    assert excesses(on_days(quiet, "RT1", CT, {f"2023-{month:02}-11": 400 for month in range(4, 13)})) == []
