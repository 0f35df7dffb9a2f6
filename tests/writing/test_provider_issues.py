"""Provider issues in the outputs: headings, order, and the tables they touch."""

from dataclasses import replace

import pytest

from publish.period import AnnualPeriod, FinancialYear
from publish.quality.provider_issue import Category, Status
from publish.tables.workbooks import workbooks_of
from publish.writing.provider_issues import by_heading, notes_on, touches
from tests.samples import annual_tables, sample_issue

CT = "Computerized Axial Tomography"
ANNUAL = {spec.file_stem: spec for book in workbooks_of(annual=True) for spec in book.tables if book.number}
NUMBERS = ("1", "2", "3", "4", "5", "6", "7a", "7b", "8", "9", "10", "11", "12", "13")

#  an issue                                                       the tables of the publication it touches
TOUCHED = [
    (sample_issue("A shortfall."), NUMBERS),
    (sample_issue("A shortfall of CT.", modality=CT), tuple(number for number in NUMBERS if number != "8")),
    (sample_issue("An excess.", Category.EXCESS), NUMBERS),
    (sample_issue("A change.", Category.CHANGE), ("1", "2", "3", "4", "5", "6", "10", "11", "12", "13")),
    (
        sample_issue("No request dates.", Category.MISSING_DATES, interval="request_to_test"),
        ("2", "5", "7a", "8", "9"),
    ),
    (
        sample_issue("No report dates.", Category.MISSING_DATES, interval="test_to_report"),
        ("3", "6", "7b", "10", "13"),
    ),
    (sample_issue("A setting.", Category.SETTING), ("4", "5", "6", "8", "9", "10", "11", "13")),
]


@pytest.mark.parametrize(("issue", "tables"), TOUCHED, ids=lambda each: each.text if hasattr(each, "text") else "")
def test_the_tables_that_an_issue_touches(issue, tables):
    found = {spec.number for spec in ANNUAL.values() if touches(issue, spec)}
    assert found == set(tables) & {spec.number for spec in ANNUAL.values()}


def test_headings_stand_in_published_order_and_an_undecided_issue_is_marked():
    issues = [
        replace(sample_issue("Second.", Category.OTHER), status=Status.UNDECIDED),
        sample_issue("Fourth.", Category.SETTING),
        sample_issue("Third.", Category.MISSING_DATES, interval="test_to_report"),
        sample_issue("First."),
        sample_issue("Second too.", Category.EXCESS),
    ]
    listed = by_heading(issues)
    assert [said for _, texts in listed for said in texts] == [
        "First.", "Second too.", "(To be decided) Second.", "Third.", "Fourth."
    ]  # fmt: skip
    assert len(listed) == 4


def test_a_table_has_notes_on_the_providers_that_it_lists():
    tables = annual_tables(AnnualPeriod.of(FinancialYear(2023)))
    table = next(table for table in tables if table.spec.number == "1")
    assert notes_on(table, [sample_issue("Here."), sample_issue("Elsewhere.", org_code="RXX")]) == ["Here."]
    commissioners = next(table for table in tables if table.spec.number == "7a")
    assert notes_on(commissioners, [sample_issue("Here."), sample_issue("Elsewhere.", org_code="RXX")]) == [
        "Here.", "Elsewhere."
    ]  # fmt: skip
