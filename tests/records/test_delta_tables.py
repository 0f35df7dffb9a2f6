"""Delta tables, made by the tests: their versions, what was overwritten, partitions."""

import shutil
import sys
from datetime import date, datetime

import polars as pl
import pytest

from publish.errors import InputRefused, UsageError
from publish.records.files import find_record_files
from publish.records.items import NAMES
from publish.records.readers import is_made_up, read_records
from publish.records.values import clock_date
from tests.made_records import frame, numbered, record, write

pytest.importorskip("deltalake")

APRIL, MAY = date(2023, 4, 11), date(2023, 5, 11)


def month_of(day, count=2, **items):
    rows = frame(numbered([record(DIAGNOSTIC_TEST_DATE=day, **items)] * count))
    return rows.with_columns(month=pl.col("DIAGNOSTIC_TEST_DATE").dt.strftime("%Y-%m"))


@pytest.fixture
def table(tmp_path):
    """Three versions: April, then May beside it, then April overwritten by one record of another site."""
    folder = tmp_path / "records"
    month_of(APRIL).write_delta(folder, delta_write_options={"partition_by": ["month"]})
    month_of(MAY).write_delta(folder, mode="append")
    again = {"predicate": "month = '2023-04'"}
    month_of(APRIL, 1, SITE_CODE_IMAGING="RF402").write_delta(folder, mode="overwrite", delta_write_options=again)
    return folder


def sites(records):
    return sorted(records.select("DIAGNOSTIC_TEST_DATE", "SITE_CODE_IMAGING").collect().rows())


LATEST = [(APRIL, "RF402"), (MAY, "RF401"), (MAY, "RF401")]


def test_the_latest_version_is_read_and_only_its_items(table):
    (found,) = find_record_files([str(table)])
    assert (found.path, found.kind, found.version, found.is_submission) == (table, "delta", 2, False)
    assert read_records(found).collect_schema().names() == list(NAMES)
    assert sites(read_records(found)) == sites(read_records(table)) == LATEST
    assert not is_made_up(found)


def test_what_is_read_is_what_was_found_though_the_table_goes_on(table):
    (found,) = find_record_files([str(table)])
    month_of(MAY, 5).write_delta(table, mode="append")
    (later,) = find_record_files([str(table)])
    assert sites(read_records(found)) == LATEST
    assert sites(read_records(later)) == sorted([*LATEST, *[(MAY, "RF401")] * 5])
    assert found.sha256 != later.sha256
    assert found.size < later.size


def test_a_table_has_the_same_identity_every_time_and_its_copy_is_refused(table, tmp_path):
    assert find_record_files([str(table)]) == find_record_files([str(table)])
    shutil.copytree(table, tmp_path / "copy")
    with pytest.raises(InputRefused, match="the same bytes as"):
        find_record_files([str(tmp_path)])


def test_a_copy_that_went_on_by_itself_is_another(table, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(table, copy)
    month_of(MAY, 1).write_delta(table, mode="append")
    month_of(MAY, 3).write_delta(copy, mode="append")
    one, other = find_record_files([str(table), str(copy)])
    assert (one.version, other.version) == (3, 3)
    assert one.sha256 != other.sha256


def test_a_folder_may_hold_tables_and_files(table, tmp_path):
    submission = write([record()], tmp_path / "a.csv")
    later = write([record(SITE_CODE_IMAGING="RF403")], tmp_path / "z.parquet")
    found = find_record_files([str(tmp_path)])
    assert [(file.path, file.kind) for file in found] == [
        (submission, "csv"),
        (table, "delta"),
        (later, "parquet"),
    ]


@pytest.mark.parametrize("inside", ["month=2023-04", "month=2023-04/*.parquet", "**/*.parquet"])
def test_a_part_of_a_table_is_refused_as_it_may_be_overwritten(table, inside):
    with pytest.raises(InputRefused, match="is a part of the Delta table"):
        find_record_files([str(table / inside)])


def test_only_the_columns_asked_for_must_be_there(tmp_path):
    rows = month_of(APRIL).select("SITE_CODE_IMAGING", "DIAGNOSTIC_TEST_DATE", Person_ID=pl.lit("P1"))
    rows.write_delta(tmp_path / "few")
    few = read_records(tmp_path / "few", ("SITE_CODE_IMAGING",), optional=("POSTCODE",), extras=True)
    assert few.collect().rows() == [("RF401", None, "P1")] * 2
    with pytest.raises(InputRefused, match="lacks the columns NHS_NUMBER, "):
        read_records(tmp_path / "few")


def test_timestamps_with_a_zone_pass_through(tmp_path):
    late = pl.Series("DIAGNOSTIC_TEST_DATE", [datetime(2026, 5, 31, 22, 30)]).dt.replace_time_zone("UTC")
    frame([record()]).with_columns(late).write_delta(tmp_path / "table")
    records = read_records(tmp_path / "table")
    kind = records.collect_schema()["DIAGNOSTIC_TEST_DATE"]
    assert records.select(clock_date("DIAGNOSTIC_TEST_DATE", kind)).collect().item() == date(2026, 5, 31)


def test_a_column_that_came_later_is_null_before(table):
    """Platforms add columns to a table; the files of before do not have them."""
    rows = month_of(MAY, 1, SITE_CODE_IMAGING="RF409").with_columns(Person_ID=pl.lit("P1"))
    rows.write_delta(table, mode="append", delta_write_options={"schema_mode": "merge"})
    records = read_records(table, ("SITE_CODE_IMAGING",), extras=True).collect().sort(pl.all())
    assert records.rows() == [("RF401", None), ("RF401", None), ("RF402", None), ("RF409", "P1")]


def test_deleted_rows_are_not_read(table):
    from deltalake import DeltaTable

    DeltaTable(table).delete("SITE_CODE_IMAGING = 'RF401'")
    assert sites(read_records(table)) == [(APRIL, "RF402")]


def test_a_damaged_table_is_refused(table):
    (table / "_delta_log" / "00000000000000000001.json").write_text("9990000018")
    with pytest.raises(InputRefused, match="cannot be read as a Delta table") as refusal:
        find_record_files([str(table)])
    assert "9990000018" not in str(refusal.value)


def test_an_empty_log_is_refused(tmp_path):
    (tmp_path / "table" / "_delta_log").mkdir(parents=True)
    with pytest.raises(InputRefused, match="cannot be read as a Delta table"):
        find_record_files([str(tmp_path / "table")])


def test_without_the_package_the_message_says_what_to_install(table, monkeypatch):
    monkeypatch.setitem(sys.modules, "deltalake", None)
    with pytest.raises(UsageError, match=r"pip install 'publish\[delta\]'"):
        find_record_files([str(table)])
