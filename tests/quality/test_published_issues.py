"""Back test: from the figures that NHS England published, the issues that it listed for the same year.

What counts as found is in `benchmarks/provider_issues.py`, which measures the same on records of all modalities.
Listed issues that published figures cannot show are marked in `listed_issues.csv`, with the reason.
"""

from functools import cache

import pytest

from benchmarks.provider_issues import listed, others
from publish.counts.reduction import add
from publish.period import AnnualPeriod, FinancialYear
from publish.quality.issues import find_issues
from publish.quality.provider_issue import Category, Confidence
from tests.quality.made_counts import reference
from tests.quality.published_cells import SHARED, published_counts

pytestmark = pytest.mark.skipif(
    not (SHARED / "published").is_dir(), reason="the published workbooks are not beside the project"
)
YEARS = [FinancialYear(2021), FinancialYear(2023)]
MOST_OTHERS = 20


@cache
def found_in(year):
    return find_issues(published_counts(year), AnnualPeriod.of(year), reference())


def of(category, year):
    """The listed issues that can be seen, each with the finding that is nearest to it."""
    seen = [each for each in listed(year) if each.category is category and not each.unseen]
    return [(each, each.best(found_in(year))) for each in seen]


@pytest.mark.parametrize(("year", "least", "least_near"), [(YEARS[0], 4, 4), (YEARS[1], 13, 13)], ids=str)
def test_shortfalls_are_found_in_the_right_months_with_a_near_estimate(year, least, least_near):
    pairs = [(each, issue) for each, issue in of(Category.SHORTFALL, year) if issue and each.is_dated(issue)]
    assert len(pairs) >= least
    assert sum(each.is_near(issue) for each, issue in pairs) >= least_near
    assert {issue.confidence for _, issue in pairs} == {Confidence.HIGH}


@pytest.mark.parametrize("year", YEARS, ids=str)
def test_little_else_is_sure(year):
    sure = others(found_in(year), year, Confidence.HIGH)
    assert len(sure) <= 5 < MOST_OTHERS
    assert len(found_in(year)) < 60


@pytest.mark.parametrize("year", YEARS, ids=str)
def test_excesses_are_found(year):
    for each, issue in of(Category.EXCESS, year):
        assert issue, each
        assert each.is_dated(issue) and each.is_near(issue)


@pytest.mark.parametrize("year", YEARS, ids=str)
def test_missing_dates_are_found_with_their_number_and_per_cent(year):
    for each, issue in of(Category.MISSING_DATES, year):
        assert issue, each
        if each.interval == "test_to_report":
            assert issue.estimated_records == pytest.approx(each.records, rel=0.05), each
            assert issue.evidence.numbers[-1][1] in {f"{each.per_cent + more}%" for more in (-1, 0, 1)}


@pytest.mark.parametrize("year", YEARS, ids=str)
def test_changes_and_settings_that_can_be_seen_are_found(year):
    for category in (Category.CHANGE, Category.SETTING):
        assert all(issue for _, issue in of(category, year))


def test_merged_trusts_are_no_shortfall_where_the_year_before_is_known():
    """With 2022-23 before it, 2023-24 has the same shortfalls: the mergers of April and July 2023 are none."""
    before, year = FinancialYear(2022), YEARS[1]
    counts = [published_counts(each) for each in (before, year)]
    issues = find_issues(add(counts), AnnualPeriod.of(year), reference())
    found = [each.best(issues) for each in listed(year) if each.category is Category.SHORTFALL]
    assert all(found)
    lacking = {issue.org_code for issue in issues if issue.category is Category.SHORTFALL}
    assert not lacking & {"RA4", "RVY"}
