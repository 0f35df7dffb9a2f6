"""The builder against a slow, obvious computation, and the shape of its tables."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.counts.reduction import reduce_records
from publish.disclosure.control import SUPPRESSED, protect
from publish.disclosure.policy import load_policy
from publish.period import Month, MonthlyPeriod
from publish.reference.tables import load_reference
from publish.tables.builder import build
from publish.tables.catalogue import ACTIVITY, ALL_MODALITIES, MONTHLY_TABLES, TABLE_1, TABLE_4
from publish.tables.places import places_on
from publish.tables.sums import Sums
from tests.fields.test_organisation import table
from tests.made_records import frame, record
from tests.tables.slow import EXAMS, SITES, slow_table

PERIOD = MonthlyPeriod(Month(2023, 6))
BUNDLED = load_reference()
SITE_ROWS = [{"site_code": site, "org_code": org, "region_code": region} for site, (region, org) in SITES.items()]
REFERENCE = type(BUNDLED)(BUNDLED.providers, table("sites", SITE_ROWS), BUNDLED.exam_codes, ())
PLACES = places_on(REFERENCE, PERIOD.latest.last_day)

tested = st.dates(date(2023, 3, 25), date(2023, 7, 5))
wait = st.one_of(st.none(), st.integers(0, 4), st.integers(0, 900))


@st.composite
def records(draw):
    day = draw(tested)
    to_request, to_received, to_report = draw(wait), draw(wait), draw(wait)
    return record(
        SITE_CODE_IMAGING=draw(st.sampled_from(sorted(SITES))),
        IMAGING_CODE_NICIP=draw(st.sampled_from(sorted(EXAMS))),
        PATIENT_SOURCE_SETTING=draw(st.sampled_from(["01", "03", "04"])),
        DIAGNOSTIC_TEST_REQUEST_DATE=None if to_request is None else day - timedelta(days=to_request),
        DIAG_TEST_REQUEST_REC_DATE=None if to_received is None else day - timedelta(days=to_received),
        DIAGNOSTIC_TEST_DATE=day,
        SERVICE_REPORT_DATE=None if to_report is None else day + timedelta(days=to_report),
    )


def tables_of(listed, specs=MONTHLY_TABLES):
    sums = Sums(reduce_records(frame(listed).lazy(), REFERENCE))
    return {spec.number: protect(build(spec, sums, PERIOD.months, PLACES), load_policy()) for spec in specs}


def printed(protected):
    cells = protected.cells.iter_rows(named=True)
    keys = ("region_code", "org_code", "label", "setting", "period")
    shown = {
        tuple(cell[key] for key in keys): "*" if cell["status"] == SUPPRESSED else cell["value"] for cell in cells
    }
    return {key: value for key, value in shown.items() if value is not None}


@settings(deadline=None, max_examples=60)
@given(st.lists(records(), max_size=60))
def test_every_table_is_what_plain_python_makes_of_the_records(listed):
    months = [str(month) for month in PERIOD.months]
    for number, protected in tables_of(listed).items():
        assert printed(protected) == slow_table(number, listed, months), f"Table {number}"


def test_rows_in_published_order():
    listed = [
        record(SITE_CODE_IMAGING=site, IMAGING_CODE_NICIP=exam, PATIENT_SOURCE_SETTING=setting)
        for site in sorted(SITES, reverse=True)
        for exam in EXAMS
        for setting in ("04", "03")
    ]
    made = tables_of(listed)
    rows = made["1"].cells.filter(pl.col("period") == "year").select("region_code", "provider_name", "label").rows()
    of_providers = rows[9:]
    assert rows[:9] == [("-", "ENGLAND", label.text) for label in TABLE_1.labels]
    assert of_providers == sorted(of_providers, key=lambda row: (row[0], row[1].lower(), row[2]))
    assert [row[:2] for row in of_providers[::3]] == [
        ("Y56", "Alliance Medical"),
        ("Y56", "Barking, Havering and Redbridge University Hospitals NHS Trust"),
        ("Y58", "Alliance Medical"),
        ("Y58", "Royal Devon University Healthcare NHS Foundation Trust"),
    ]
    of_group = made["4"].cells.filter(pl.col("period") == "year", pl.col("org_code") == "RH8")
    assert of_group.select("label", "setting").rows() == [
        (label, setting) for label in ("Brain (MRI)", "Chest (X-ray)") for setting in ("All", "GP Direct Access")
    ]


def test_a_row_appears_only_where_there_was_such_activity():
    made = tables_of([record(PATIENT_SOURCE_SETTING="03")])["4"].cells
    rows = made.filter(pl.col("org_code") != "-").select("label", "setting").unique().rows()
    assert rows == [("Chest (X-ray)", "All")]
    assert made.filter(pl.col("org_code") == "-").select("label", "setting").n_unique() == len(TABLE_4.labels) * 2


def test_every_row_has_every_period():
    for protected in tables_of([record()]).values():
        periods = ("2023-04", "2023-05", "2023-06", "year")
        per_row = protected.cells.group_by("region_code", "org_code", "label", "setting", maintain_order=True)
        assert {tuple(of_row) for of_row in per_row.agg("period")["period"]} == {periods}


def test_all_modalities_together_are_counted_once_and_rounded_once():
    listed = [record(IMAGING_CODE_NICIP=exam) for exam in EXAMS for _ in range(3)]
    cells = tables_of(listed, [ACTIVITY])["1"].cells.filter(pl.col("org_code") == "-", pl.col("period") == "year")
    shown = dict(cells.select("label", "value").iter_rows())
    assert shown[ALL_MODALITIES] == 10  # 12 tests; the parts as shown (5, 5 and 5) would give 15


@pytest.mark.parametrize(
    ("on", "name"), [((2021, 3), "BMI Healthcare"), ((2023, 3), "Circle Health Group Limited")]
)
def test_a_provider_carries_its_name_of_the_time(on, name):
    places = places_on(BUNDLED, Month(*on).last_day).filter(level="Provider")
    assert dict(places.select("code", "provider_name").iter_rows())["NT4"] == name
