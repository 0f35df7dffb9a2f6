"""Records that are missing: a year of a trust in, what is said of it out.

Months are hundreds of tests, April to March, without the season that all providers have.
"""

import pytest

from publish.period import AnnualPeriod, Month
from publish.quality.issues import find_issues
from publish.quality.provider_issue import Category
from tests.quality.made_counts import CT, MONTHS, MRI, XRAY, YEAR, Line, counts_with, reference

JAN, FEB, MAR = "2024-01", "2024-02", "2024-03"
NONE: list[tuple[object, ...]] = []


def shortfalls(*lines, period=None, first=MONTHS[0]):
    found = find_issues(counts_with(*lines, first=first), period or AnnualPeriod.of(YEAR), reference())
    return [issue for issue in found if issue.category is Category.SHORTFALL]


def as_row(issue):
    months = " ".join(str(month) for month in issue.months)
    return str(issue.kind), months, issue.estimated_records, str(issue.confidence)


PROVIDERS = [
    # A M J J A S O N D J F M                     kind, months, records missing, confidence
    ("100 100 100 100 100 100 100 100 100 100 100 100", NONE),
    ("90 110 95 105 100 108 92 100 96 104 100 100", NONE),
    ("100 100 100 100 100 100 110 110 110 110 110 110", NONE),
    ("100 0 0 100 100 100 100 100 100 100 100 100", [("whole", "2023-05 2023-06", 20_000, "high")]),
    ("100 1 0 100 100 100 100 100 100 100 100 100", [("whole", "2023-05 2023-06", 20_000, "high")]),
    ("100 100 100 100 100 100 100 100 100 100 100 0", [("whole", MAR, 10_000, "high")]),
    ("0 0 0 100 100 100 100 100 100 100 100 0", [("whole", f"2023-04 2023-05 2023-06 {MAR}", 40_000, "high")]),
    ("0 0 0 0 0 100 100 100 0 0 0 100", [
        ("whole", f"2023-04 2023-05 2023-06 2023-07 2023-08 2023-12 {JAN} {FEB}", 80_000, "high")]),
    ("100 100 100 100 100 100 100 100 50 100 100 100", [("part", "2023-12", 4_600, "high")]),
    ("100 100 100 100 100 100 70 100 100 100 100 100", [("part", "2023-10", 3_200, "medium")]),
    ("100 100 100 100 100 100 85 100 100 100 100 100", NONE),
    ("100 100 100 100 100 100 50 50 50 50 50 50", [
        ("less", f"2023-10 2023-11 2023-12 {JAN} {FEB} {MAR}", 30_000, "high")]),
    ("100 0 100 100 100 100 100 100 50 100 100 100", [
        ("whole", "2023-05", 10_000, "high"), ("part", "2023-12", 4_600, "high")]),
]  # fmt: skip


@pytest.mark.parametrize(("months", "expected"), PROVIDERS, ids=[months for months, _ in PROVIDERS])
def test_a_trust(months, expected):
    found = {as_row(issue) for issue in shortfalls(Line("RT1", months))}
    assert len(found) == len(expected)
    for kind, named, records, confidence in expected:
        (estimate,) = (row[2] for row in found if (row[0], row[1], row[3]) == (kind, named, confidence))
        assert estimate == pytest.approx(records, rel=0.1)


def test_a_trust_that_is_small_is_told_but_not_surely_and_one_that_is_tiny_is_not_told():
    (small,) = shortfalls(Line("RT1", "85 0 85 85 85 85 85 85 85 85 85 85", of=1))
    assert as_row(small) == ("whole", "2023-05", 100, "medium")
    assert shortfalls(Line("RT1", "20 0 20 20 20 20 20 20 20 20 20 20", of=1)) == []


def test_an_independent_provider_is_never_sure():
    (found,) = shortfalls(Line("NT1", "100 0 100 100 100 100 100 100 100 100 100 100"))
    assert as_row(found) == ("whole", "2023-05", 10_000, "medium")


STEADY = "100 100 100 100 100 100 100 100 100 100 100 100"


def test_what_a_site_lacks_is_said_of_the_site():
    lacking = Line("RT1", "100 100 100 100 100 100 0 0 100 100 100 100", site="RT102")
    (found,) = shortfalls(Line("RT1", STEADY, site="RT101"), lacking)
    assert as_row(found) == ("whole", "2023-10 2023-11", 21_000, "high")
    assert (found.site_code, found.modality) == ("RT102", None)
    assert "for its site RT102 in October and November 2023" in found.text


SITES_THAT_LACK_NOTHING = {
    "its activity is reported under another code": (
        "100 100 100 100 100 100 0 0 0 0 0 0", "0 0 0 0 0 0 100 100 100 100 100 100"
    ),
    "it opened in the year": ("100 100 100 100 100 100 100 100 100 100 100 100", "0 0 0 0 0 0 10 10 10 10 10 10"),
}  # fmt: skip


@pytest.mark.parametrize("why", SITES_THAT_LACK_NOTHING)
def test_a_site_lacks_nothing_where(why):
    one, other = SITES_THAT_LACK_NOTHING[why]
    of_sites = (Line("RT1", one, site="RT101"), Line("RT1", other, site="RT102"))
    assert shortfalls(*of_sites, Line("RT1", "300 " * 12, site="RT103")) == []


def test_what_all_sites_lack_is_said_of_the_provider():
    half = "100 100 100 100 100 100 50 100 100 100 100 100"
    (found,) = shortfalls(*(Line("RT1", half, site=site) for site in ("RT101", "RT102")))
    assert as_row(found) == ("part", "2023-10", 10_000, "high")
    assert found.site_code is None


def test_what_a_modality_lacks_is_said_of_the_modality():
    (found,) = shortfalls(
        Line("RT1", "300 " * 12), Line("RT1", "100 100 100 100 100 100 100 100 0 0 100 100", modality=MRI)
    )
    assert (found.modality, found.site_code) == (MRI, None)
    assert as_row(found) == ("whole", f"2023-12 {JAN}", 20_000, "high")
    assert f"did not report any {MRI} activity in December 2023 and January 2024" in found.text


def test_what_all_modalities_lack_is_said_of_the_provider():
    half = "100 100 100 100 100 100 50 100 100 100 100 100"
    (found,) = shortfalls(*(Line("RT1", half, of=of, modality=each) for each, of in ((XRAY, 400), (CT, 100))))
    assert as_row(found)[:2] == ("part", "2023-10")
    assert found.modality is None


def test_under_reporting_shows_against_the_year_before():
    months = f"{'100 ' * 12} {'50 ' * 12}"
    of_both = Line("RT1", months, first=Month(2022, 4))
    (found,) = shortfalls(of_both, first=Month(2022, 4))
    assert as_row(found) == ("less", " ".join(map(str, MONTHS)), 60_000, "high")
    assert "has reported less activity from April 2023 to March 2024 than before (50% of it)" in found.text


def test_only_the_months_of_the_release_are_told():
    of_both = Line("RT1", f"100 0 {'100 ' * 22}", first=Month(2022, 4))
    assert shortfalls(of_both, first=Month(2022, 4)) == []


SENTENCES = {
    "100 0 0 100 100 100 100 100 100 100 100 100": (
        "RT1 (RT1) did not report any activity in May and June 2023, resulting in an estimated shortfall of 20,000 "
        "records."
    ),
    "100 0 0 0 100 100 100 100 100 100 100 1": (
        "RT1 (RT1) reported almost no activity from May to July 2023 and March 2024, resulting in an estimated "
        "shortfall of 40,000 records."
    ),
    "100 100 100 100 100 100 60 100 100 100 100 100": (
        "RT1 (RT1) reported only part of its activity in October 2023 (60% of what is usual), resulting in an "
        "estimated shortfall of 4,200 records."
    ),
}


@pytest.mark.parametrize("months", SENTENCES)
def test_the_sentence(months):
    (found,) = shortfalls(Line("RT1", months))
    assert found.text == SENTENCES[months]


def test_the_evidence_has_what_was_reported_and_what_was_expected():
    (found,) = shortfalls(Line("RT1", "100 0 100 100 100 100 100 100 100 100 100 100"))
    assert found.evidence.along == tuple(map(str, MONTHS))
    assert found.evidence.marked == ("2023-05",)
    reported, expected = found.evidence.lines
    assert reported.values[1] == 0
    assert expected.values[1] == pytest.approx(10_300, rel=0.05)
