"""The dates of a record, its month and year."""

from datetime import date

from tests.fields.derived import derived
from tests.made_records import record

#  tested        month  year
TESTED = [
    ("2023-01-01", 1, 2023),
    ("2023-04-30", 4, 2023),
    ("2023-05-01", 5, 2023),
    ("2024-02-29", 2, 2024),
    ("2024-03-31", 3, 2024),  # the calendar year, not the year from April
    ("2024-12-31", 12, 2024),
    (None, None, None),
]


def test_month_and_year_of_test():
    days = [date.fromisoformat(tested) if tested else None for tested, *_ in TESTED]
    found = derived(
        [record(DIAGNOSTIC_TEST_DATE=day) for day in days],
        ("DIAGNOSTIC_TEST_DATE", "MONTH_OF_TEST", "YEAR_OF_TEST"),
    )
    assert found == [(day, *case[1:]) for day, case in zip(days, TESTED, strict=True)]


#  item of the record              column of the data product
DATES = [
    ("DIAGNOSTIC_TEST_REQUEST_DATE", "DIAGNOSTIC_TEST_REQUEST_DATE"),
    ("DIAG_TEST_REQUEST_REC_DATE", "DIAGNOSTIC_TEST_REQUEST_RECEIVED_DATE"),
    ("DIAGNOSTIC_TEST_DATE", "DIAGNOSTIC_TEST_DATE"),
    ("SERVICE_REPORT_DATE", "SERVICE_REPORT_ISSUE_DATE"),
]


def test_dates_are_those_submitted():
    days = [date(2023, 4, number) for number in range(1, 5)]
    items = {item: day for (item, _), day in zip(DATES, days, strict=True)}
    columns = [column for _, column in DATES]
    nothing = dict.fromkeys(items)
    assert derived([record(**items), record(**nothing)], columns) == [tuple(days), (None,) * 4]
