"""Codes and dates as they stand in files."""

import re
from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest

from publish.records.items import NAMES
from publish.records.referrers import referrer_pattern, referrer_types
from publish.records.values import clock_date, code, normalised, postcode_in_normal_form, unreadable
from publish.reference.tables import ReferenceData, load_reference


@pytest.mark.parametrize(
    ("given", "read"), [("RF401", "RF401"), (" rf401 ", "RF401"), ("", None), ("   ", None), (None, None)]
)
def test_codes_are_trimmed_and_in_capitals(given, read):
    assert pl.DataFrame({"c": [given]}, schema={"c": pl.String}).select(code("c")).item() == read


@pytest.mark.parametrize(
    ("given", "read", "wrong"),
    [
        ("2023-04-11", date(2023, 4, 11), False),
        (" 2023-04-11  ", date(2023, 4, 11), False),
        ("2026-05-31T23:30:00+01:00", date(2026, 5, 31), False),  # v2.0: the clock date, not that of UTC
        ("2026-05-31 23:30", date(2026, 5, 31), False),
        ("2026-05-31T23:30:00.250Z", date(2026, 5, 31), False),
        ("2026-05-31T24:30", None, True),  # no time of day
        ("2026-05-31T23:30 and a remark", None, True),
        ("11/04/2023", None, True),
        ("2023-02-30", None, True),
        ("0000-01-01", None, True),  # Python and the standard know no year 0
        ("2023-04-11x", None, True),
        ("", None, False),
        ("  ", None, False),
        (None, None, False),
    ],
)
def test_dates_in_text(given, read, wrong):
    row = pl.DataFrame({"d": [given]}, schema={"d": pl.String})
    assert row.select(clock_date("d", pl.String())).item() == read
    assert row.select(unreadable("d", pl.String())).item() is wrong


def test_timestamps_give_their_clock_date():
    zone = pl.Datetime(time_zone="Europe/London")
    late = (
        pl.Series("d", [datetime(2026, 5, 31, 22, 30)])
        .dt.replace_time_zone("UTC")
        .dt.convert_time_zone("Europe/London")
    )
    assert late.to_frame().select(clock_date("d", zone)).item() == date(2026, 5, 31)
    assert late.to_frame().select(unreadable("d", zone)).item() is False


def test_a_timestamp_of_another_zone_gives_the_date_on_the_clocks_of_england():
    """Platforms keep timestamps in UTC: midnight in summer is 23:00 of the day before there."""
    midnight = pl.Series("d", [datetime(2026, 5, 31, 23, 0)]).dt.replace_time_zone("UTC").to_frame()
    assert midnight.select(clock_date("d", pl.Datetime(time_zone="UTC"))).item() == date(2026, 6, 1)


@pytest.mark.parametrize("days", [2**31 - 1, -(2**31), 10**7, -(10**6)])
def test_dates_beyond_the_calendar_are_unreadable(days):
    row = pl.DataFrame({"d": pl.Series([days], dtype=pl.Int32).cast(pl.Date)})
    assert row.select(clock_date("d", pl.Date())).item() is None
    assert row.select(unreadable("d", pl.Date())).item() is True


def of(**columns: object) -> pl.LazyFrame:
    """Records of these columns; the other items are null."""
    given = {name: [value] for name, value in columns.items()}
    return pl.LazyFrame({key: [None] for key in NAMES} | given)


def one(
    records: pl.LazyFrame, reference: ReferenceData | None = None, submitter: str | None = None
) -> dict[str, object]:
    return normalised(records, reference or load_reference(), submitter).collect().row(0, named=True)


@pytest.mark.parametrize(
    ("name", "given", "read"),
    [
        ("NHS_NUMBER", " 943-476 5919 ", "9434765919"),
        ("NHS_NUMBER", 9434765919, "9434765919"),
        ("NHS_NUMBER", " - ", None),
        ("POSTCODE", " wn5 8qx ", "WN5 8QX"),
        ("POSTCODE", "wn58qx", "WN58QX"),  # as it was given
        ("ETHNIC_CATEGORY", " z", "Z"),
        ("PERSON_GENDER_CODE", 1, "1"),
        ("REFERRER", "g1234567", "G1234567"),
        ("RADIOLOGICAL_ACCESSION_NUM", " aB 1 ", "aB 1"),
        ("RADIOLOGICAL_ACCESSION_NUM", " ", None),
        ("PERSON_BIRTH_DATE", " 1980-02-29 ", date(1980, 2, 29)),
        ("PERSON_BIRTH_DATE", "1981-02-29", None),
        ("SERVICE_REPORT_DATE", "2026-05-31T23:30:00+01:00", date(2026, 5, 31)),
        ("Person_ID", " aB1 ", "aB1"),
        ("Person_ID", "", None),
        ("SUBMITTER_ORGANISATION", " rr8 ", "RR8"),
        ("record", 7, 7),
        ("MPSConfidence", {"MatchedAlgorithmIndicator": 1.0}, {"MatchedAlgorithmIndicator": 1.0}),
    ],
)
def test_items_in_normal_form(name, given, read):
    assert one(of(**{name: given}))[name] == read


def test_a_normalised_record_has_the_items_its_submitter_and_its_person():
    assert list(one(of())) == [*NAMES, "SUBMITTER_ORGANISATION", "Person_ID"]
    assert set(one(of()).values()) == {None}


LOCAL_CODES = pl.DataFrame(
    {"submitter_code": ["RR8", "RK5"], "local_code": ["XLOCAL", "XLOCAL"], "nicip_code": ["XCHES", "MHANBC"]}
)


@pytest.mark.parametrize(
    ("given", "submitter", "mapped"),
    [
        ({}, "RK5", "MHANBC"),  # the submitter that is given goes first
        ({"SUBMITTER_ORGANISATION": "RR8", "SITE_CODE_IMAGING": "RK501"}, None, "XCHES"),
        ({"SITE_CODE_IMAGING": "rk501"}, None, "MHANBC"),
        ({"SITE_CODE_IMAGING": "RF401"}, None, "XLOCAL"),  # no code of that submitter: as it is
        ({}, None, "XLOCAL"),
        ({"IMAGING_CODE_NICIP": "XCHES"}, "RR8", "XCHES"),
        ({"IMAGING_CODE_NICIP": None}, "RR8", None),
    ],
)
def test_local_codes_are_mapped_by_submitter(given, submitter, mapped):
    reference = replace(load_reference(), local_codes=LOCAL_CODES)
    assert one(of(**{"IMAGING_CODE_NICIP": "xlocal"} | given), reference, submitter)["IMAGING_CODE_NICIP"] == mapped


def test_records_keep_their_order_when_local_codes_are_mapped():
    reference = replace(load_reference(), local_codes=LOCAL_CODES)
    numbers = [str(number) for number in range(5000)]
    blank = {name: pl.Series([None] * len(numbers), dtype=pl.String) for name in NAMES}
    records = pl.LazyFrame(blank | {"RADIOLOGICAL_ACCESSION_NUM": numbers, "IMAGING_CODE_NICIP": "XLOCAL"})
    found = normalised(records, reference, "RR8").collect(engine="streaming")
    assert found["RADIOLOGICAL_ACCESSION_NUM"].to_list() == numbers
    assert found["IMAGING_CODE_NICIP"].unique().to_list() == ["XCHES"]


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("WN5 8QX", "WN5 8QX"),
        ("WN58QX", "WN5 8QX"),
        ("GIR0AA", "GIR 0AA"),
        ("EC1A 1BB", "EC1A 1BB"),
        ("WN 58QX", None),
        ("123ABC", None),
        ("ZZ99 3VZ", None),
        (None, None),
    ],
)
def test_postcodes_in_normal_form(given, normal):
    row = pl.DataFrame({"p": [given]}, schema={"p": pl.String})
    assert row.select(postcode_in_normal_form(pl.col("p"))).item() == normal


@pytest.mark.parametrize(
    ("code", "who"),
    [
        ("C1234567", "Consultant"),
        ("CD123456", "Dental Consultant"),
        ("D1234567", "Dentist"),
        ("CH123456", "Chiropodist"),
        ("DT123456", "Dietician"),
        ("G9999998", "General Practitioner"),
        ("S1234567", "General Practitioner (Scotland)"),
        ("ZE123456", "General Practitioner (Northern Ireland)"),
        ("99A1234B", "Nurse"),
        ("PH123456", "Physiotherapist"),
        ("SL123456", "Speech Therapist"),
        ("A9999998", "Ministry of Defence Doctor"),
        ("P9999981", "Prison Doctor"),
        ("M9999998", "Midwife"),
        ("H9999998", "Other"),
        ("R9999981", "Other"),
        ("99", "Not Known"),
    ],
)
def test_a_referrer_code_fits_one_form(code, who):
    assert [known.referrer_type for known in referrer_types() if re.fullmatch(known.pattern, code)] == [who]
    assert re.match(referrer_pattern(), code)
