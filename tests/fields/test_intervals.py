"""Days between the dates of a record."""

from datetime import date

import polars as pl
import pytest

from publish.fields.asset import derive
from publish.fields.intervals import out_of_order, request_to_test
from publish.fields.intervals import test_to_report as to_report
from publish.records.values import normalised
from tests.fields.derived import NOTHING, derived
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


COLUMNS = (
    *("TEST_REQUEST_TO_TEST_REQUEST_RECEIVED", "TEST_REQUEST_TO_TEST", "TEST_REQUEST_TO_SERVICE_REPORT_ISSUED"),
    *("TEST_REQUEST_RECEIVED_TO_TEST", "TEST_REQUEST_RECEIVED_TO_SERVICE_REPORT_ISSUED"),
    "TEST_TO_SERVICE_REPORT_ISSUED",
)
ITEMS = (
    *("DIAGNOSTIC_TEST_REQUEST_DATE", "DIAG_TEST_REQUEST_REC_DATE"),
    *("DIAGNOSTIC_TEST_DATE", "SERVICE_REPORT_DATE"),
)

#  requested     received      tested        reported       rq-rc  rq-t   rq-rp  rc-t   rc-rp  t-rp
SIX = [
    ("2023-04-01", "2023-04-03", "2023-04-10", "2023-04-15", 2, 9, 14, 7, 12, 5),
    ("2023-04-10", "2023-04-10", "2023-04-10", "2023-04-10", 0, 0, 0, 0, 0, 0),  # same day
    (None, "2023-04-03", "2023-04-10", "2023-04-15", None, None, None, 7, 12, 5),  # an end is missing
    ("2023-04-01", None, "2023-04-10", "2023-04-15", None, 9, 14, None, None, 5),
    ("2023-04-01", "2023-04-03", None, "2023-04-15", 2, None, 14, None, 12, None),
    ("2023-04-01", "2023-04-03", "2023-04-10", None, 2, 9, None, 7, None, None),
    (None, None, None, None, None, None, None, None, None, None),
    ("2021-04-10", "2021-05-10", "2023-04-10", "2024-04-10", 30, 730, 1096, 700, 1066, 366),  # over a year
    ("2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02", 1, 2, 3, 1, 2, 1),  # a leap year
    ("2023-02-28", "2023-02-28", "2023-03-01", "2023-03-02", 0, 1, 2, 1, 2, 1),
    ("2023-03-25", "2023-03-26", "2023-03-27", "2023-10-30", 1, 2, 219, 1, 218, 217),  # clocks changed
    ("2023-04-10", "2023-04-03", "2023-04-05", "2023-04-01", -7, -5, -9, 2, -2, -4),  # out of order, as it is
]

#  requested                    tested                       reported                     rq-t  rq-rp  t-rp
TIMESTAMPS = [
    ("2026-05-31T23:30:00+01:00", "2026-06-01T00:30:00+01:00", "2026-06-01T23:59:00+01:00", 1, 1, 0),
    ("2026-10-24T23:59:00+01:00", "2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00", 1, 1, 0),  # back
    ("2026-10-25T00:01:00+01:00", "2026-10-25T23:59:00+00:00", "2026-10-26T00:01:00+00:00", 0, 1, 1),  # 25 hours
    ("2027-03-27T23:30:00+00:00", "2027-03-28T00:30:00+00:00", "2027-03-28T23:30:00+01:00", 1, 1, 0),  # forward
    ("2027-03-28T23:30:00+01:00", "2027-03-29T00:15:00+01:00", "", 1, None, None),
]


def as_date(text):
    return date.fromisoformat(text) if text else None


def test_the_six_intervals():
    records = [record(**dict(zip(ITEMS, map(as_date, case[:4]), strict=True))) for case in SIX]
    assert [(*case[:4], *row) for case, row in zip(SIX, derived(records, COLUMNS), strict=True)] == SIX


def test_timestamps_count_in_clock_dates():
    """As text, and as instants of which the clocks of England tell the date."""
    names = (ITEMS[0], *ITEMS[2:])
    columns = [column for column in COLUMNS if "RECEIVED" not in column]
    rest = frame([record()] * len(TIMESTAMPS)).drop(names)
    as_text = pl.DataFrame([case[:3] for case in TIMESTAMPS], schema=dict.fromkeys(names, pl.String), orient="row")
    as_instants = as_text.with_columns(
        pl.col(names).replace("", None).str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_unit="us", time_zone="UTC")
    )
    for timestamps in (as_text, as_instants):
        items = normalised(pl.concat([rest, timestamps], how="horizontal").lazy(), NOTHING)
        found = derive(items, NOTHING).select(columns).collect().rows()
        assert [(*case[:3], *row) for case, row in zip(TIMESTAMPS, found, strict=True)] == TIMESTAMPS
