"""The reduction: every record counted once, and adding up over files."""

import random
from datetime import date, timedelta

import polars as pl
import pytest

from publish.counts.reduction import Counts, add, reduce_records
from publish.fields import reasons
from publish.reference.tables import load_reference
from tests.made_records import frame, record

REFERENCE = load_reference()


def counts_of(*records: dict[str, object]) -> Counts:
    return reduce_records(frame(list(records)).lazy(), REFERENCE)


def test_one_record():
    counts = counts_of(record())
    assert counts.kept_out.is_empty()
    assert counts.tests.rows() == [
        ("2023-04", "Y56", "QMF", "RF4", "Plain Radiography", "Chest (X-ray)", False, "03", interval, days, 1)
        for interval, days in (("request_to_test", 10), ("test_to_report", 2))
    ]
    assert (counts.records, counts.months) == (1, ("2023-04",))


#  what is wrong with the record                       why it is kept out             month      provider
KEPT_OUT = [
    ({"DIAGNOSTIC_TEST_DATE": None}, reasons.TEST_DATE_MISSING, None, "RF4"),
    ({"SITE_CODE_IMAGING": None}, reasons.SITE_MISSING, "2023-04", None),
    ({"SITE_CODE_IMAGING": "QQQ99"}, reasons.SITE_UNKNOWN, "2023-04", None),
    ({"SITE_CODE_IMAGING": "NT901"}, reasons.REGION_UNKNOWN, "2023-04", "NT9"),
    ({"IMAGING_CODE_NICIP": None}, reasons.EXAM_MISSING, "2023-04", "RF4"),
    ({"IMAGING_CODE_NICIP": "ZZZ"}, reasons.EXAM_UNKNOWN, "2023-04", "RF4"),
    ({"PATIENT_SOURCE_SETTING": " "}, reasons.SETTING_MISSING, "2023-04", "RF4"),
    ({"PATIENT_SOURCE_SETTING": "99"}, reasons.SETTING_UNKNOWN, "2023-04", "RF4"),
    ({"SERVICE_REPORT_DATE": date(2023, 4, 10)}, reasons.DATES_OUT_OF_ORDER, "2023-04", "RF4"),
    ({"DIAG_TEST_REQUEST_REC_DATE": date(2023, 4, 12)}, reasons.DATES_OUT_OF_ORDER, "2023-04", "RF4"),
    # the first reason counts, so that a record is counted once
    ({"SITE_CODE_IMAGING": None, "IMAGING_CODE_NICIP": None}, reasons.SITE_MISSING, "2023-04", None),
    ({"DIAGNOSTIC_TEST_DATE": None, "SITE_CODE_IMAGING": ""}, reasons.TEST_DATE_MISSING, None, None),
]


@pytest.mark.parametrize(("wrong", "reason", "month", "provider"), KEPT_OUT)
def test_a_record_that_is_kept_out(wrong, reason, month, provider):
    counts = counts_of(record(**wrong))
    assert counts.tests.is_empty()
    assert counts.kept_out.rows() == [(month, provider, reason, 1)]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("DIAGNOSTIC_TEST_DATE", reasons.TEST_DATE_UNREADABLE),
        ("DIAGNOSTIC_TEST_REQUEST_DATE", reasons.DATE_UNREADABLE),
        ("SERVICE_REPORT_DATE", reasons.DATE_UNREADABLE),
    ],
)
def test_a_date_in_text_that_is_not_a_date(name, reason):
    rows = (
        frame([record()]).with_columns(pl.col(pl.Date).cast(pl.String)).with_columns(pl.lit("11/04/23").alias(name))
    )
    counts = reduce_records(rows.lazy(), REFERENCE)
    assert counts.kept_out["reason"].to_list() == [reason]
    assert counts.tests.is_empty()


def many(number: int, seed: int = 1) -> list[dict[str, object]]:
    draw = random.Random(seed)
    dates = [None, *(date(2023, 3, 1) + timedelta(days=n) for n in range(0, 70, 7))]
    return [
        record(
            SITE_CODE_IMAGING=draw.choice(["RF401", "rf4zz", "RH801", "QQQ", None]),
            IMAGING_CODE_NICIP=draw.choice(["XCHES", "CABDO", "nope", None]),
            PATIENT_SOURCE_SETTING=draw.choice(["01", "04", "4", None]),
            DIAGNOSTIC_TEST_REQUEST_DATE=draw.choice(dates),
            DIAG_TEST_REQUEST_REC_DATE=draw.choice(dates),
            DIAGNOSTIC_TEST_DATE=draw.choice(dates),
            SERVICE_REPORT_DATE=draw.choice(dates),
        )
        for _ in range(number)
    ]


def test_every_record_is_counted_once_for_each_interval():
    counts = counts_of(*many(5000))
    in_tables = counts.tests.group_by("interval").agg(pl.col("tests").sum())["tests"].to_list()
    assert in_tables[0] == in_tables[1] > 0
    assert in_tables[0] + counts.kept_out["records"].sum() == counts.records == 5000


def test_counts_add_up_over_files():
    records = many(3000)
    parts = add([counts_of(*records[:1000]), counts_of(*records[1000:])])
    whole = counts_of(*records)
    for together, once, count in ((parts.tests, whole.tests, "tests"), (parts.kept_out, whole.kept_out, "records")):
        keys = [name for name in once.columns if name != count]
        summed = together.group_by(keys).agg(pl.col(count).sum())
        assert summed.sort(keys).equals(once.sort(keys))


def test_no_record_at_all():
    counts = counts_of()
    assert (counts.records, counts.months) == (0, ())


def test_the_provider_of_a_record_without_a_test_date_does_not_depend_on_its_file():
    undated = record(DIAGNOSTIC_TEST_DATE=None)
    for other in ((), (record(),), (record(DIAGNOSTIC_TEST_DATE=date(1, 1, 1)),)):
        kept_out = counts_of(undated, *other).kept_out.filter(pl.col("reason") == reasons.TEST_DATE_MISSING)
        assert kept_out.rows() == [(None, "RF4", reasons.TEST_DATE_MISSING, 1)]
