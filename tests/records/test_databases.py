"""Records by a query, from a real PostgreSQL that the tests start."""

import sys
from datetime import date

import polars as pl
import pytest

from publish.errors import InputRefused, UsageError
from publish.records.databases import fetch_query
from publish.records.items import NAMES
from publish.records.readers import read_records
from publish.records.values import clock_date
from tests.made_records import frame, record
from tests.records.postgresql import server

PASSWORD = "a-secret-word"
VALUE = "9990000018"


@pytest.fixture(scope="module")
def database():
    with server() as address:
        yield address


@pytest.fixture
def records(database):
    """A table of three records, dates as dates, and the names of its columns in small letters."""
    dbapi = pytest.importorskip("adbc_driver_postgresql.dbapi")
    rows = frame([record(NHS_NUMBER=VALUE, RADIOLOGICAL_ACCESSION_NUM=f"A{number}") for number in range(3)])
    with dbapi.connect(database) as connection, connection.cursor() as cursor:
        cursor.adbc_ingest("records", rows.rename(str.lower).to_arrow(), mode="replace")
        connection.commit()
    return rows


def test_the_rows_of_a_query_are_read_as_an_extract(database, records, tmp_path):
    file = fetch_query(
        database, "SELECT * FROM records ORDER BY radiological_accession_num", tmp_path / "q.parquet"
    )
    assert read_records(file).collect().equals(records)


@pytest.mark.usefixtures("records")
def test_names_of_the_data_product_and_types_of_a_database(database, tmp_path):
    """A time with a zone, a number without decimals, a type of the database's own, a number too long for Arrow."""
    query = """
        SELECT timestamptz '2026-05-31T23:30:00+01:00' AS "DIAGNOSTIC_TEST_DATE", 1::smallint AS "GENDER_CODE",
               169070004::bigint AS "IMAGING_CODE_SNOMED_CT", 'M1'::char(5) AS "RADIOLOGICAL_ACCESSION_NUMBER",
               gen_random_uuid() AS something, 1.5::numeric AS number, NULL AS "PROVIDER_SITE_CODE"
        FROM records LIMIT 1"""
    needed = ("DIAGNOSTIC_TEST_DATE", "PERSON_GENDER_CODE", "IMAGING_CODE_SNOMED", "SITE_CODE_IMAGING")
    rows = read_records(fetch_query(database, query, tmp_path / "q.parquet"), needed)
    kind = rows.collect_schema()["DIAGNOSTIC_TEST_DATE"]
    assert rows.select(clock_date("DIAGNOSTIC_TEST_DATE", kind)).collect().item() == date(2026, 5, 31)
    assert rows.collect().row(0)[1:] == (1, 169070004, None)


def test_many_rows_come_some_at_a_time(database, tmp_path):
    file = fetch_query(
        database, "SELECT i::text, repeat('x', 90) FROM generate_series(1, 400000) i", tmp_path / "q"
    )
    assert pl.scan_parquet(file).select(pl.len()).collect().item() == 400_000


@pytest.mark.usefixtures("records")
@pytest.mark.parametrize(
    ("query", "says"),
    [
        (f"SELECT '{VALUE}x'::date", "the query failed (SQLSTATE 22007)"),
        (
            f"SELECT (100 / (i - 3))::text || '{VALUE}' FROM generate_series(1, 5) i",
            "the query failed (OSError)",
        ),
        ("SELECT * FROM nowhere", "the query failed (SQLSTATE 42P01)"),
        (f"SELEKT {VALUE}", "the query failed (SQLSTATE 42601)"),
        ("DELETE FROM records", "the query failed (SQLSTATE 25006)"),
        ("", "the query failed"),
    ],
)
def test_a_query_that_fails_is_refused_and_leaves_nothing(database, tmp_path, query, says):
    with pytest.raises(InputRefused) as refusal:
        fetch_query(database, query, tmp_path / "q.parquet")
    assert says in str(refusal.value)
    assert "What to do: " in str(refusal.value)
    assert VALUE not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_is_not_there_is_refused_without_its_password(tmp_path):
    pytest.importorskip("adbc_driver_postgresql")
    with pytest.raises(InputRefused, match="cannot be reached") as refusal:
        fetch_query(f"postgresql://ana:{PASSWORD}@/x?host={tmp_path}", "SELECT 1", tmp_path / "q.parquet")
    assert PASSWORD not in str(refusal.value)


@pytest.mark.parametrize("address", [f"mysql://ana:{PASSWORD}@host/x", PASSWORD, ""])
def test_an_address_of_another_kind_is_a_mistake_in_use(tmp_path, address):
    with pytest.raises(UsageError, match="not the address of a database") as refusal:
        fetch_query(address, "SELECT 1", tmp_path / "q.parquet")
    assert PASSWORD not in str(refusal.value)


def test_without_the_packages_the_message_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "adbc_driver_postgresql.dbapi", None)
    with pytest.raises(UsageError, match=r"pip install 'publish\[database\]'"):
        fetch_query("postgresql://host/x", "SELECT 1", tmp_path / "q.parquet")


def test_what_a_query_lacks_is_said_as_of_a_file(database, tmp_path):
    file = fetch_query(database, "SELECT 1 AS nhs_number", tmp_path / "q.parquet")
    with pytest.raises(InputRefused, match="lacks the columns NHS_NUMBER_STATUS_IND, "):
        read_records(file, NAMES)
