"""Changes of organisation: successions and names of the reference tables, and what the records alone show."""

import pytest

from publish.period import AnnualPeriod, FinancialYear, Month
from publish.quality.issues import find_issues
from publish.quality.provider_issue import Category
from tests.quality.made_counts import YEAR, Line, counts_with, reference

STOPPED = "100 100 100 100 100 100 0 0 0 0 0 0"
STEPPED_UP = "150 150 150 150 150 150 250 250 250 250 250 250"


def found_in(*lines, year=YEAR, first=YEAR.months[0]):
    return find_issues(counts_with(*lines, first=first), AnnualPeriod.of(year), reference())


def changes(*lines, **given):
    return [
        (issue.text, str(issue.confidence))
        for issue in found_in(*lines, **given)
        if issue.category is Category.CHANGE
    ]


def test_a_succession_of_the_reference_table_is_sure_and_no_shortfall():
    """RVY became part of RBN on 1 July 2023, whose name changed that year too."""
    gone, grown = "100 100 100 0 0 0 0 0 0 0 0 0", "100 100 100 200 200 200 200 200 200 200 200 200"
    found = found_in(Line("RVY", gone, region="Y62"), Line("RBN", grown, region="Y62"))
    assert {(issue.category, issue.org_code) for issue in found} == {
        (Category.CHANGE, "RVY"),
        (Category.CHANGE, "RBN"),
    }
    assert found[0].text.endswith(
        "became part of Mersey and West Lancashire Teaching Hospitals NHS Trust (RBN) from July 2023."
    )
    assert str(found[0].confidence) == "high"


def test_a_shortfall_after_a_succession_is_measured_at_the_new_level():
    """RBN lacks the records of the sites that it took over in their second month."""
    gone, grown = "100 100 100 0 0 0 0 0 0 0 0 0", "200 200 200 300 200 300 300 300 300 300 300 300"
    first = Month(2022, 4)
    found = found_in(
        Line("RVY", "100 " * 12 + gone, first=first), Line("RBN", "200 " * 12 + grown, first=first), first=first
    )
    (lacking,) = (issue for issue in found if issue.category is Category.SHORTFALL)
    assert (lacking.org_code, str(lacking.kind), *map(str, lacking.months)) == ("RBN", "part", "2023-08")
    assert lacking.estimated_records == pytest.approx(9_800, rel=0.1)


def test_a_trust_whose_activity_another_of_its_region_reports():
    ((said, sure),) = changes(Line("RT1", STOPPED), Line("RT2", STEPPED_UP))
    assert (said, sure) == (
        "RT1 (RT1) has not reported since September 2023; its activity appears to be reported by RT2 (RT2) from "
        "October 2023.",
        "medium",
    )


UNTAKEN = {
    "in another region": (Line("RT1", STOPPED), Line("RT2", STEPPED_UP, region="Y63")),
    "by much more": (Line("RT1", STOPPED), Line("RT2", "150 150 150 150 150 150 450 450 450 450 450 450")),
    "before": (Line("RT1", STOPPED), Line("RT2", "150 150 250 250 250 250 250 250 250 250 250 250")),
    "and not for good": (Line("RT1", STOPPED), Line("RT2", "150 150 150 150 150 150 250 250 250 250 250 0")),
}


@pytest.mark.parametrize("why", UNTAKEN)
def test_a_trust_that_nobody_took_over_lacks_records(why):
    assert changes(*UNTAKEN[why]) == []
    assert any(
        issue.org_code == "RT1" and issue.category is Category.SHORTFALL for issue in found_in(*UNTAKEN[why])
    )


INDEPENDENT = [
    ("0 0 0 0 0 100 100 100 100 100 100 100", "NTZ (NTZ) began to report in September 2023."),
    ("100 100 100 100 100 100 100 0 0 0 0 0", "NTZ (NTZ) has not reported since October 2023."),
]


@pytest.mark.parametrize(("months", "said"), INDEPENDENT)
def test_an_independent_provider_that_started_or_stopped(months, said):
    assert changes(Line("NTZ", months)) == [(said, "medium")]


def test_a_name_that_changed_in_the_year_before_the_tables_of_years():
    """The reference table knows names by financial year: West Hertfordshire was renamed in 2021-22."""
    year = FinancialYear(2021)
    ((said, sure),) = changes(Line("RWG", "100 " * 12, first=year.months[0]), year=year, first=year.months[0])
    assert said == (
        "West Hertfordshire Teaching Hospitals NHS Trust (RWG) was called West Hertfordshire Hospitals NHS Trust "
        "in the year to March 2021."
    )
    assert sure == "medium"
