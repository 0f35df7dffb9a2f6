"""Records counted in pieces, and Parquet read as it is written: the counts are the same."""

from datetime import date, timedelta

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from publish.counts import groups, pieces
from publish.counts.reduction import Counts, reduce_file, reduce_records
from publish.errors import InputRefused
from publish.fields.reasons import DATE_UNREADABLE
from publish.records import coded_files
from publish.records.items import NAMES
from tests.counts.test_annual import REFERENCE as OF_PATIENTS
from tests.counts.test_reduction import REFERENCE, many
from tests.made_records import frame, record

SETS = ("tests", "kept_out", "sites", "commissioners", "patients")
FROM_PATIENT = ("PRACTICE_CODE", "POSTCODE", "PERSON_BIRTH_DATE", "PERSON_GENDER_CODE", "ETHNIC_CATEGORY")


def same(one: Counts, other: Counts) -> bool:
    return all(getattr(one, each).equals(getattr(other, each)) for each in SETS)


@pytest.fixture(scope="module")
def records():
    return frame(many(3000))


@pytest.fixture(scope="module")
def whole(records):
    return reduce_records(records.lazy(), REFERENCE)


@pytest.mark.parametrize("size", [1, 700, 5000])
def test_pieces_come_to_the_same_counts(monkeypatch, records, size):
    few = records.head(60) if size == 1 else records
    expected = reduce_records(few.lazy(), REFERENCE)
    monkeypatch.setattr(pieces, "PIECE", size)
    assert same(reduce_records(few.lazy(), REFERENCE), expected)


@pytest.mark.parametrize("part", [1, 7, 500])
def test_parts_of_pieces_come_to_the_same_counts(monkeypatch, records, whole, part):
    few, expected = (records.head(60), None) if part == 1 else (records, whole)
    expected = expected or reduce_records(few.lazy(), REFERENCE)
    monkeypatch.setattr(pieces, "PART", part)
    assert same(reduce_records(few.lazy(), REFERENCE), expected)


@pytest.mark.parametrize(("row_group", "size"), [(3000, 5000), (128, 5000), (128, 300), (128, 1)])
@pytest.mark.parametrize("part", [100, 5000])
def test_a_parquet_file_as_it_is_written(monkeypatch, tmp_path, records, whole, row_group, size, part):
    file = tmp_path / "records.parquet"
    records.write_parquet(file, row_group_size=row_group)
    monkeypatch.setattr(pieces, "PIECE", size)
    monkeypatch.setattr(coded_files, "PART", part)
    assert same(reduce_file(file, REFERENCE), whole)


@pytest.mark.parametrize("item", ["SERVICE_REPORT_DATE", "IMAGING_CODE_SNOMED", "PATIENT_SOURCE_SETTING"])
@pytest.mark.parametrize("among", [500, 3000])
def test_a_parquet_file_with_an_item_that_no_record_has(tmp_path, records, item, among):
    """Neither in the whole file, nor in a group of its rows."""
    file = tmp_path / "records.parquet"
    without = records.with_columns(pl.when(pl.int_range(pl.len()) >= among).then(item).alias(item))
    without.write_parquet(file, row_group_size=500)
    assert same(reduce_file(file, REFERENCE), reduce_records(without.lazy(), REFERENCE))


def test_with_what_is_known_of_patients(tmp_path, records):
    file = tmp_path / "records.parquet"
    records.write_parquet(file, row_group_size=500)
    expected = reduce_records(records.lazy(), OF_PATIENTS, annual=True)
    assert same(reduce_file(file, OF_PATIENTS, FROM_PATIENT, annual=True), expected)
    assert expected.patients.height > 0


def test_without_any_record(tmp_path, records):
    file = tmp_path / "records.parquet"
    records.clear().write_parquet(file)
    assert reduce_file(file, REFERENCE).records == 0


@pytest.mark.parametrize(
    "change",
    [
        pl.col("DIAGNOSTIC_TEST_DATE").cast(pl.String),
        pl.col("SERVICE_REPORT_DATE").cast(pl.Datetime),
        pl.col("IMAGING_CODE_NICIP").cast(pl.Categorical),
        pl.lit(5, pl.Int64).alias("IMAGING_CODE_SNOMED"),
    ],
)
def test_files_of_other_types_are_read_text_by_text(tmp_path, records, change):
    file = tmp_path / "records.parquet"
    records.with_columns(change).write_parquet(file)
    assert reduce_file(file, REFERENCE) is None


def test_dates_that_no_calendar_has_are_read_text_by_text(tmp_path, records):
    file = tmp_path / "records.parquet"
    year_12345 = pl.lit(3_789_000, pl.Int32).cast(pl.Date)
    late = records.with_columns(
        pl.when(pl.int_range(pl.len()) == 700)
        .then(year_12345)
        .otherwise("SERVICE_REPORT_DATE")
        .alias("SERVICE_REPORT_DATE")
    )
    late.write_parquet(file, row_group_size=500)
    assert reduce_file(file, REFERENCE) is None
    kept_out = reduce_records(late.lazy(), REFERENCE).kept_out
    assert DATE_UNREADABLE in kept_out["reason"].cast(pl.String).to_list()


def test_without_statistics_dates_are_read_text_by_text(tmp_path, records):
    file = tmp_path / "records.parquet"
    records.write_parquet(file, statistics=False)
    assert reduce_file(file, REFERENCE) is None


def test_a_column_within_another_is_not_taken_for_an_item(tmp_path, records, whole):
    file = tmp_path / "records.parquet"
    within = pl.struct(
        pl.lit("x").alias("DIAGNOSTIC_TEST_DATE"), pl.lit(None, pl.String).alias("SITE_CODE_IMAGING")
    )
    records.with_columns(within.alias("extra")).write_parquet(file)
    assert same(reduce_file(file, REFERENCE), whole)


def test_bytes_that_are_no_text_are_refused(tmp_path, records):
    file = tmp_path / "records.parquet"
    table = records.select(NAMES).to_arrow()
    sites = pa.array([b"RF401", b"\xff\xfe"] * (table.num_rows // 2), pa.binary())
    no_text = pa.Array.from_buffers(pa.string(), len(sites), sites.buffers())
    pq.write_table(
        table.set_column(table.schema.names.index("SITE_CODE_IMAGING"), "SITE_CODE_IMAGING", no_text), file
    )
    with pytest.raises(InputRefused, match="cannot be read as Parquet"):
        reduce_file(file, REFERENCE)


def test_a_damaged_file_is_refused(tmp_path, records):
    file = tmp_path / "records.parquet"
    records.select(NAMES).write_parquet(file, compression="uncompressed", row_group_size=500)
    whole = file.read_bytes()
    file.write_bytes(whole[:40] + b"\xff" * 4000 + whole[4040:])
    with pytest.raises(InputRefused, match="cannot be read as Parquet"):
        reduce_file(file, REFERENCE)


def test_more_groups_than_a_number_can_tell_apart(monkeypatch, records, whole):
    """As where dates lie thousands of years apart: halves are counted until it can."""
    monkeypatch.setattr(groups, "_WIDEST", 500)
    counts = reduce_records(records.lazy(), REFERENCE)
    keys = [name for name in counts.tests.columns if name != "tests"]
    assert counts.tests.sort(keys).equals(whole.tests.sort(keys))
    assert counts.kept_out.equals(whole.kept_out)


def test_codes_that_change_their_meaning_within_a_file():
    """The integrated care boards of the bundled tables begin in April 2023: the day of the test decides."""
    days = [date(2023, 3, 1) + timedelta(days=n) for n in range(60)]
    undated = {"DIAGNOSTIC_TEST_REQUEST_DATE": None, "SERVICE_REPORT_DATE": None}
    rows = [record(DIAGNOSTIC_TEST_DATE=day, SITE_CODE_IMAGING="RH801", **undated) for day in days]
    tests = reduce_records(frame(rows).lazy(), REFERENCE).tests
    of_boards = tests.group_by("month", "icb_code").agg(pl.col("tests").sum() // 2).sort("month")
    assert of_boards.rows() == [("2023-03", None, 31), ("2023-04", "QJK", 29)]
