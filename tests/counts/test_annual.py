"""The sets that only the annual tables need, against a slow count, and what an extract without the items gives."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.counts.annual import FROM_PATIENT, OF_PATIENT
from publish.counts.files import count_files
from publish.counts.reduction import NEEDED, add, reduce_records
from publish.errors import InputRefused
from publish.records.files import find_record_files
from publish.records.intake import Terms
from publish.records.readers import items_there, read_records
from publish.reference.tables import ReferenceFile, load_reference
from tests.counts import slow_annual as slow
from tests.fields.derived import rows_of
from tests.made_records import frame, numbered, record


def reference_of_slow():
    """The world of the slow count as reference tables."""
    in_england = [
        {"site_code": site, "org_code": org, "region_code": region, "country": "E92000001"}
        for site, (org, region) in slow.SITES.items()
    ]
    elsewhere = [
        {"site_code": site, "org_code": org, "country": country} for site, (org, country) in slow.OUTSIDE.items()
    ]
    tables = {
        "sites": in_england + elsewhere,
        "parents": [
            {"org_code": practice, "parent_code": parent, "valid_from": first, "valid_to": last}
            for practice, rows in slow.PRACTICES.items()
            for parent, first, last in rows
        ],
        "commissioners": [
            {"commissioner_code": name, "ons_code": ons, "valid_from": first, "valid_to": last}
            for name, (ons, first, last) in slow.COMMISSIONERS.items()
        ],
        "postcodes": [
            {"postcode": f"{postcode[:-3]} {postcode[-3:]}", "lsoa": lsoa, "sub_icb_ons_code": area}
            | {"valid_from": first, "valid_to": last}
            for postcode, rows in slow.POSTCODES.items()
            for lsoa, area, first, last in rows
        ],
        "lsoas": [
            {"lsoa": lsoa, "sub_icb_ons_code": area, "imd_decile": decile}
            for lsoa, (area, decile) in slow.LSOAS.items()
        ],
    }
    made = {name: rows_of(name, rows) for name, rows in tables.items()}
    return replace(load_reference(), **made | {"postcodes": made["postcodes"].lazy()})


REFERENCE = reference_of_slow()
DAYS = st.dates(date(2023, 4, 28), date(2023, 5, 4))
WAIT = st.one_of(st.none(), st.integers(-1, 4), st.integers(360, 370), st.integers(0, 900))
POSTCODES = [
    *slow.POSTCODES,
    "LS25 2LZ",
    " en1  1aa ",
    "0LS252LZ",
    "-LS252LZ",
    "+LS252LZ",
    "AB1 0XX",
    "\u00df",
    "",
    None,
]


@st.composite
def records(draw):
    day = draw(DAYS)
    asked, received, reported = draw(WAIT), draw(WAIT), draw(WAIT)
    birthday = date(day.year - draw(st.sampled_from([0, 1, 4, 5, 10, 64, 65, 89, 90, 95, 130])), day.month, day.day)
    return record(
        SITE_CODE_IMAGING=draw(st.sampled_from([*slow.SITES, *slow.SITES, *slow.OUTSIDE, *slow.NOWHERE])),
        IMAGING_CODE_NICIP=draw(st.sampled_from([*slow.EXAMS, *slow.EXAMS, "nope", None])),
        PATIENT_SOURCE_SETTING=draw(st.sampled_from(["03", "04", "04", "9", None])),
        DIAGNOSTIC_TEST_REQUEST_DATE=None if asked is None else day - timedelta(days=asked),
        DIAG_TEST_REQUEST_REC_DATE=None if received is None else day - timedelta(days=received),
        DIAGNOSTIC_TEST_DATE=draw(st.sampled_from([day] * 9 + [None])),
        SERVICE_REPORT_DATE=None if reported is None else day + timedelta(days=reported),
        PRACTICE_CODE=draw(st.sampled_from([*slow.PRACTICES, " f85678 ", "V81999", "X99999", "", None, None])),
        POSTCODE=draw(st.sampled_from(POSTCODES)),
        PERSON_BIRTH_DATE=draw(
            st.sampled_from([birthday, birthday + timedelta(days=1), birthday - timedelta(days=1), None])
        ),
        PERSON_GENDER_CODE=draw(st.sampled_from(["1", "2", " 2", "0", "9", "X", None])),
        ETHNIC_CATEGORY=draw(st.sampled_from([*slow.GROUPS, "a ", "?", None])),
    )


def summed(counted: pl.DataFrame) -> Counter:
    rows = Counter()
    for *key, tests in counted.iter_rows():
        rows[tuple(key)] += tests
    return rows


def reduced(listed, reference=REFERENCE, without=()):
    return reduce_records(frame(listed).drop(without).lazy(), reference, annual=True)


@settings(deadline=None, max_examples=60)
@given(st.lists(records(), max_size=40), st.integers(0, 40))
def test_the_annual_sets_are_those_of_a_slow_count(listed, cut):
    counts = reduced(listed)
    assert summed(counts.commissioners) == slow.slow_commissioners(listed)
    assert summed(counts.patients) == slow.slow_patients(listed)
    assert counts.commissioners.rows() == reduced(listed[::-1]).commissioners.rows()
    assert counts.lacking == ()
    monthly = reduce_records(frame(listed).lazy(), REFERENCE)
    assert monthly.tests.equals(counts.tests)
    assert monthly.kept_out.equals(counts.kept_out)
    assert monthly.commissioners.is_empty()
    assert monthly.patients.is_empty()
    parts = add([reduced(listed[:cut]), reduced(listed[cut:]), monthly])
    assert summed(parts.commissioners) == summed(counts.commissioners)
    assert summed(parts.patients) == summed(counts.patients)


#  practice  postcode    tested        commissioner
COMMISSIONERS = [
    ("F85678", "LS25 2LZ", "2023-04-30", "07X"),  # a CCG and, from the next day, what it became
    ("F85678", "LS25 2LZ", "2023-05-01", "93C"),
    ("B86001", None, "2023-05-01", None),  # its commissioner is no more, and it has not moved yet
    ("B86001", None, "2023-05-03", "15F"),
    ("W91001", "LS25 2LZ", "2023-05-01", None),  # a practice in Wales goes before a postcode in England
    ("V81999", "LS252LZ", "2023-05-01", "15F"),  # no practice but a postcode
    (None, "EN1 1AA", "2023-04-30", "07X"),
    (None, "EN1 1AA", "2023-05-01", None),  # between its two rows
    (None, "EN1 1AA", "2023-05-02", "93C"),
    (None, "N1 1AA", "2023-05-02", "15F"),
    (None, "LL1 1AA", "2023-05-02", None),
    (None, "M1 1AA", "2023-05-01", None),
    (None, None, "2023-05-01", None),
]


@pytest.mark.parametrize(("practice", "postcode", "tested", "commissioner"), COMMISSIONERS)
@pytest.mark.parametrize("site", ["RF401", "7A1A1", "SCO11"])
def test_the_commissioner_on_the_day(practice, postcode, tested, commissioner, site):
    row = record(
        PRACTICE_CODE=practice,
        POSTCODE=postcode,
        SITE_CODE_IMAGING=site,
        DIAGNOSTIC_TEST_DATE=date.fromisoformat(tested),
        SERVICE_REPORT_DATE=None,
        PATIENT_SOURCE_SETTING="04",
    )
    far_off = [record(DIAGNOSTIC_TEST_DATE=date(1, 1, 1)), record(DIAGNOSTIC_TEST_DATE=None)]
    for others in ([], far_off):
        counts = reduced([row, *others])
        found = counts.commissioners.filter(pl.col("month") == tested[:7], pl.col("interval") == "test_to_report")
        labels = ("Plain Radiography", "Chest (X-ray)", "04")
        assert found.rows() == [(tested[:7], commissioner, *labels, "test_to_report", None, 1)]


def test_what_an_extract_does_not_hold_is_not_known():
    listed = [record(PRACTICE_CODE="F85678", POSTCODE="LS25 2LZ", ETHNIC_CATEGORY="A") for _ in range(3)]
    counts = reduced(listed, without=OF_PATIENT)
    assert counts.lacking == tuple(OF_PATIENT)
    assert counts.commissioners["commissioner_code"].unique().to_list() == [None]
    assert summed(counts.commissioners.select("interval", "tests")) == {(each,): 3 for each in slow.INTERVALS}
    assert counts.patients.select("characteristic", "sex", "band", "tests").rows() == [
        ("age and sex", "Not known", "Age not known", 3),
        ("deprivation decile", None, "Not known", 3),
        ("ethnic group", None, "Not known", 3),
    ]
    assert reduced(listed, without=["POSTCODE"]).lacking == ("POSTCODE",)


def test_an_unknown_birth_is_no_age_on_the_last_day_of_all():
    """9999-12-31 is what systems write for no date."""
    row = record(DIAGNOSTIC_TEST_DATE=date(9999, 12, 31), PERSON_BIRTH_DATE=None, SERVICE_REPORT_DATE=None)
    by_age = reduced([row]).patients.filter(pl.col("characteristic") == "age and sex")
    assert by_age["band"].to_list() == ["Age not known"]


@pytest.mark.parametrize("table", ["postcodes", "lsoas"])
def test_without_postcodes_or_deciles_deprivation_is_not_counted(table):
    empty = getattr(REFERENCE, table).clear()
    counts = reduced([record(POSTCODE="LS25 2LZ")], replace(REFERENCE, **{table: empty}))
    assert set(counts.patients["characteristic"]) == {"age and sex", "ethnic group"}
    assert counts.patients["tests"].sum() == 2


def test_columns_of_the_data_product_stand_in_for_items_that_it_leaves_out(tmp_path):
    listed = numbered([record(PRACTICE_CODE=practice) for practice in ("F85678", "V81999", "W91001")])
    stand_ins = {
        "Age band (5 years)": ["90 and over", "0-4", None],
        "Lower Layer Super Output Area (LSOA)": ["E01000001", "E01000002", "E01099999"],
        "CCG Code": ["93C", "15F", "7A1"],
    }
    file = tmp_path / "extract.parquet"
    frame(listed).drop("POSTCODE", "PERSON_BIRTH_DATE").with_columns(
        pl.Series(name, texts) for name, texts in stand_ins.items()
    ).write_parquet(file)
    there = items_there(file, FROM_PATIENT)
    counts = reduce_records(read_records(file, (*NEEDED, *there)), REFERENCE, annual=True)
    assert counts.lacking == ()
    once = counts.commissioners.filter(pl.col("interval") == "request_to_test")
    assert sorted(once["commissioner_code"], key=str) == ["07X", "15F", None]
    bands = counts.patients.filter(pl.col("characteristic") != "ethnic group").select("characteristic", "band")
    assert sorted(bands.rows()) == [
        ("age and sex", "0-4"),
        ("age and sex", "90 and over"),
        ("age and sex", "Age not known"),
        ("deprivation decile", "1"),
        ("deprivation decile", "10"),
        ("deprivation decile", "Not known"),
    ]


def test_two_rows_of_a_postcode_on_one_day_are_refused_without_naming_it():
    twice = pl.concat([REFERENCE.postcodes, REFERENCE.postcodes])
    with pytest.raises(InputRefused, match="postcode has two rows") as refused:
        reduced([record(POSTCODE="LS25 2LZ")], replace(REFERENCE, postcodes=twice))
    assert "LS25" not in str(refused.value)


def files(tmp_path, name="a.parquet", **items):
    frame(numbered([record(PRACTICE_CODE="F85678", **items)])).write_parquet(tmp_path / name)
    return find_record_files([str(tmp_path)])


def counted(tmp_path, listed, reference=REFERENCE, *, annual=False, terms=None):
    said = []
    counts = add(
        count_files(listed, reference, terms or Terms(), tmp_path / "store", said.append, annual=annual).values()
    )
    return counts, any(text.startswith("Reading") for text in said)


@pytest.mark.parametrize("terms", [Terms(), Terms(validate=True, submitted=date(2023, 6, 1))])
def test_annual_counts_in_the_store_serve_a_monthly_release_too(tmp_path, terms):
    (tmp_path / "records").mkdir()
    listed = files(tmp_path / "records", RADIOLOGICAL_ACCESSION_NUM="A1", REFERRER="C9999998")
    _, was_read = counted(tmp_path, listed, terms=terms)
    assert was_read
    made, was_read = counted(tmp_path, listed, annual=True, terms=terms)
    assert was_read
    again, was_read = counted(tmp_path, listed, annual=True, terms=terms)
    assert not was_read
    assert again.commissioners.equals(made.commissioners)
    assert again.patients.equals(made.patients)
    assert again.lacking == made.lacking
    monthly, was_read = counted(tmp_path, listed, terms=terms)
    assert not was_read
    assert monthly.tests.equals(made.tests)
    assert monthly.commissioners.is_empty()


def test_what_a_file_lacks_is_kept_with_its_counts(tmp_path):
    (tmp_path / "records").mkdir()
    frame([record()]).drop("ETHNIC_CATEGORY", "POSTCODE").write_parquet(tmp_path / "records" / "a.parquet")
    listed = find_record_files([str(tmp_path / "records")])
    for _ in range(2):
        assert counted(tmp_path, listed, annual=True)[0].lacking == ("ETHNIC_CATEGORY", "POSTCODE")


@pytest.mark.parametrize("table", ["parents", "commissioners", "lsoas", "postcodes"])
def test_only_annual_counts_hang_on_the_tables_of_patients(tmp_path, table):
    (tmp_path / "records").mkdir()
    listed = files(tmp_path / "records")
    before = replace(REFERENCE, files=(ReferenceFile(table, "here", "1"),))
    after = replace(REFERENCE, files=(ReferenceFile(table, "here", "2"),))
    counted(tmp_path, listed, before, annual=True)
    assert not counted(tmp_path, listed, before, annual=True)[1]
    assert not counted(tmp_path, listed, after)[1]
    assert counted(tmp_path, listed, after, annual=True)[1]


@pytest.mark.parametrize("name", ["commissioners.parquet", "patients.parquet"])
def test_damaged_annual_counts_are_made_again(tmp_path, name):
    (tmp_path / "records").mkdir()
    listed = files(tmp_path / "records")
    counted(tmp_path, listed, annual=True)
    (damaged,) = (tmp_path / "store").rglob(name)
    damaged.write_bytes(damaged.read_bytes()[:-9])
    assert not counted(tmp_path, listed)[1]
    assert counted(tmp_path, listed, annual=True)[1]
