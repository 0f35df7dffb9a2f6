"""Every finding of a release together: their order, and releases with little to compare."""

from dataclasses import replace

import pytest

from publish.period import AnnualPeriod, Month, MonthlyPeriod
from publish.quality.issues import find_issues
from publish.quality.provider_issue import Category, Confidence, ProviderIssue, Status
from tests.quality.made_counts import CT, YEAR, Line, counts_with, reference

GAP = "100 0 100 100 100 100 100 100 100 100 100 100"


def test_findings_stand_by_category_surest_first_then_by_provider():
    found = find_issues(
        counts_with(
            *(Line(code, GAP) for code in ("RT2", "RT1", "NT1")),
            Line("RT3", "100 100 100 100 100 100 100 200 100 100 100 100"),
            Line("RT4", "100 " * 12, no_report=50),
        ),
        AnnualPeriod.of(YEAR),
        reference(),
    )
    assert [(issue.category, issue.org_code, issue.confidence) for issue in found] == [
        (Category.SHORTFALL, "RT1", Confidence.HIGH),
        (Category.SHORTFALL, "RT2", Confidence.HIGH),
        (Category.SHORTFALL, "NT1", Confidence.MEDIUM),
        (Category.EXCESS, "RT3", Confidence.HIGH),
        (Category.MISSING_DATES, "RT4", Confidence.HIGH),
    ]
    assert {issue.status for issue in found} == {Status.UNDECIDED}
    assert len({issue.identity for issue in found}) == len(found)


def test_steady_providers_have_no_issue():
    assert find_issues(counts_with(), AnnualPeriod.of(YEAR), reference()) == ()


@pytest.mark.parametrize("month", ["2023-04", "2023-05", "2023-06", "2023-12"])
def test_a_monthly_release_finds_what_its_months_lack_against_the_year_before(month):
    counts = counts_with(Line("RT1", "100 " * 12 + GAP, first=Month(2022, 4)), first=Month(2022, 4))
    found = find_issues(counts, MonthlyPeriod(Month.parse(month)), reference())
    assert [str(issue.months[0]) for issue in found] == (["2023-05"] if month > "2023-04" else [])


@pytest.mark.parametrize("months", [1, 2, 3])
def test_a_release_with_too_few_months_to_compare_finds_nothing(months):
    latest = YEAR.months[months - 1]
    counts = counts_with(Line("RT1", GAP), Line("RT1", GAP, modality=CT, setting="07"))
    found = find_issues(counts, MonthlyPeriod(latest), reference())
    assert [issue for issue in found if issue.category is not Category.SETTING] == []


def test_no_records_no_issue():
    counts = counts_with()
    nothing = replace(counts, tests=counts.tests.clear(), sites=counts.sites.clear())
    assert find_issues(nothing, AnnualPeriod.of(YEAR), reference()) == ()


def test_a_finding_is_read_back_as_it_was_written():
    (found,) = find_issues(counts_with(Line("RT1", GAP)), AnnualPeriod.of(YEAR), reference())
    assert ProviderIssue.from_json(found.as_json()) == replace(found, evidence=None)
