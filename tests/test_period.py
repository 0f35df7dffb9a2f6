"""Months, years, dates and how they are written."""

from datetime import date

import pytest

from publish.errors import UsageError
from publish.house import load_house
from publish.period import FinancialYear, Month, MonthlyPeriod, date_in_words, in_words, spans


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (1, "1st"),
        (2, "2nd"),
        (3, "3rd"),
        (4, "4th"),
        (11, "11th"),
        (12, "12th"),
        (13, "13th"),
        (21, "21st"),
        (31, "31st"),
    ],
)
def test_dates_as_the_title_block_writes_them(day, written):
    assert date_in_words(date(2023, 7, day)) == f"{written} July 2023"


#  latest month  by the calendar: a Thursday, 15 to 16 weeks after the month
CALENDAR = [
    ("2023-03", "2023-07-20"),
    ("2024-03", "2024-07-18"),
    ("2023-12", "2024-04-18"),
    ("2024-02", "2024-06-20"),
]


@pytest.mark.parametrize(("latest", "published"), CALENDAR)
def test_the_calendar(latest, published):
    day = load_house().publication_date(MonthlyPeriod(Month.parse(latest)))
    assert (str(day), day.strftime("%A")) == (published, "Thursday")
    assert 15 * 7 <= (day - Month.parse(latest).last_day).days <= 16 * 7


#  latest     tables                     document                    every month used
PERIODS = [
    ("2023-03", "April 2022 to March 2023", "March 2022 to March 2023", "April 2021 to March 2023"),
    ("2023-04", "April 2023", "April 2022 to April 2023", "April 2022 to April 2023"),
    ("2024-06", "April 2024 to June 2024", "June 2023 to June 2024", "April 2023 to June 2024"),
]


@pytest.mark.parametrize(("latest", "tables", "document", "usable"), PERIODS)
def test_the_months_of_a_release(latest, tables, document, usable):
    period = MonthlyPeriod(Month.parse(latest))
    assert (period.words, in_words(period.document_months), in_words(period.usable)) == (tables, document, usable)
    assert {*period.months, *period.document_months, *period.year_before} == {*period.usable}


#  months                                            in words
SPANS = [
    ("2023-05", "May 2023"),
    ("2023-05 2023-06", "May and June 2023"),
    ("2023-04 2023-05 2023-06", "April to June 2023"),
    ("2023-12 2024-01 2024-02", "December 2023 to February 2024"),
    ("2023-05 2023-08", "May 2023 and August 2023"),
    ("2023-05 2023-08 2023-09 2023-10", "May 2023 and August to October 2023"),
    ("2023-04 2023-05 2024-01 2024-02", "April and May 2023, and January and February 2024"),
]


@pytest.mark.parametrize(("months", "said"), SPANS)
def test_months_that_follow_each_other_are_said_as_a_span(months, said):
    assert spans([Month.parse(month) for month in months.split()]) == said


@pytest.mark.parametrize("text", ["2023-13", "2023-00", "23-03", "2023-3", "2023-03-01", "March 2023", ""])
def test_what_is_no_month(text):
    with pytest.raises(UsageError):
        Month.parse(text)


@pytest.mark.parametrize("text", ["2023-25", "2023", "2023/24", "2023-23"])
def test_what_is_no_financial_year(text):
    with pytest.raises(UsageError):
        FinancialYear.parse(text)


def test_a_financial_year_runs_from_april_to_march():
    year = FinancialYear.parse("2023-24")
    assert (str(year), year.label, len(year.months)) == ("2023-24", "2023/24", 12)
    assert (str(year.months[0]), str(year.months[-1])) == ("2023-04", "2024-03")
    assert {month.financial_year for month in year.months} == {year}
