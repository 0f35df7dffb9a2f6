"""Days between the dates of a record."""

from datetime import date

import polars as pl
import pytest

from publish.fields.intervals import out_of_order, request_to_test
from publish.fields.intervals import test_to_report as to_report
from tests.made_records import frame, record

APRIL = {day: date(2023, 4, day) for day in range(1, 31)} | {None: None}

#  requested  received  tested  reported   request-to-test  test-to-report  out of order
CASES = [
    (1, 2, 11, 13, 10, 2, False),
    (11, 11, 11, 11, 0, 0, False),
    (None, 2, 11, 13, 9, 2, False),  # request date missing: the date received instead
    (None, None, 11, 13, None, 2, False),  # both missing: out of the median
    (1, 2, 11, None, 10, None, False),
    (12, 2, 11, 13, -1, 2, True),  # test before its request
    (1, 12, 11, 13, 10, 2, True),  # test before its request was received
    (1, 2, 11, 10, 10, -1, True),  # report before its test
]


@pytest.mark.parametrize(("requested", "received", "tested", "reported", "waited", "until_report", "wrong"), CASES)
def test_intervals(requested, received, tested, reported, waited, until_report, wrong):
    row = frame(
        [
            record(
                DIAGNOSTIC_TEST_REQUEST_DATE=APRIL[requested],
                DIAG_TEST_REQUEST_REC_DATE=APRIL[received],
                DIAGNOSTIC_TEST_DATE=APRIL[tested],
                SERVICE_REPORT_DATE=APRIL[reported],
            )
        ]
    ).select(a=request_to_test(), b=to_report(), c=out_of_order())
    assert row.row(0) == (waited, until_report, wrong)


def test_a_wait_of_more_than_a_year_stays_whole():
    row = frame([record(DIAGNOSTIC_TEST_REQUEST_DATE=date(2021, 4, 11))])
    assert row.select(request_to_test()).item() == 730
    assert row.select(request_to_test()).schema.dtypes() == [pl.Int32]
