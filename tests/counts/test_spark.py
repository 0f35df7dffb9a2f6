"""A cluster counts as one machine does, row for row.

Spark runs as `local-cluster`: two executors, each a process of its own with a Python of its own, so that everything
travels between them as on a cluster. That a whole release has the same bytes is shown, and run, in docs/cluster.md.
"""

import sys
from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest
from typer.testing import CliRunner

from publish.cli import app
from publish.counts.engines import Engine, SparkEngine
from publish.counts.reduction import Counts
from publish.counts.spark import Work, count_source
from publish.counts.spark_workers import pieces
from publish.errors import InputRefused, UsageError
from publish.period import FinancialYear
from publish.records.intake import Terms
from publish.records.spark_session import spark_session
from publish.reference.tables import load_reference
from publish.synthetic import synthesise
from tests.fields.derived import rows_of
from tests.fields.test_organisation import table
from tests.made_records import frame, record, write

pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")

SETS = ("tests", "kept_out", "rules", "sites", "commissioners", "patients")
MONTHS = FinancialYear.parse("2023-24").months


@pytest.fixture(scope="module")
def session(tmp_path_factory):
    pytest.importorskip("pyspark")
    from pyspark.sql import SparkSession

    work = tmp_path_factory.mktemp("spark")
    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(work / "tables"),
        "spark.sql.files.maxPartitionBytes": "100k",  # so that even small files are read in several partitions
        "spark.sql.files.openCostInBytes": "0",
        "spark.sql.shuffle.partitions": "2",
        "spark.task.maxFailures": "1",
        "spark.sql.session.timeZone": "America/New_York",  # far from England: dates must not hang on it
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        patch.setenv("SPARK_WORKER_DIR", str(work))
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").config(map=settings)
        started = builder.getOrCreate()
        started.sparkContext.setLogLevel("OFF")
        with spark_session() as active:
            assert active is started
            yield active
        started.stop()


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Made-up records of a year, and their reference data."""
    file = tmp_path_factory.mktemp("made") / "made-up.parquet"
    synthesise(MONTHS, 8_000, 1, file)
    return file, file.with_name("made-up-reference")


@pytest.fixture
def folder(tmp_path):
    """Where the records of a test lie; what is kept stands beside it."""
    (tmp_path / "records").mkdir()
    return tmp_path / "records"


def counted(
    engine, paths, reference, store, *, annual=False, submitter=None
) -> tuple[dict[str, Counts], list[str]]:
    """The counts by the name of what was counted, and what was said on the way."""
    said: list[str] = []
    files = engine.find([str(path) for path in paths])
    counts = engine.count(files, reference, Terms(submitter=submitter), store, said.append, annual=annual)
    return {file.name: counts[file] for file in files}, said


def by_both(session, tmp_path, paths, reference, **how) -> tuple[dict[str, Counts], dict[str, Counts]]:
    engines = {"spark": SparkEngine(session), "local": Engine()}
    both = {name: counted(engine, paths, reference, tmp_path / name, **how) for name, engine in engines.items()}
    return both["spark"][0], both["local"][0]


def assert_same(ours: Counts, theirs: Counts):
    """The same rows in the same order, of the same types."""
    for name in SETS:
        assert getattr(ours, name).schema == getattr(theirs, name).schema, name
        assert getattr(ours, name).equals(getattr(theirs, name)), name
    assert ours.lacking == theirs.lacking


# -- the same counts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("annual", [False, True])
def test_a_file_in_several_partitions(session, made, tmp_path, annual):
    file, reference = made
    assert session.read.parquet(str(file)).rdd.getNumPartitions() > 1
    ours, theirs = by_both(session, tmp_path, [file], load_reference(reference), annual=annual)
    assert_same(ours["made-up.parquet"], theirs["made-up.parquet"])
    assert not annual or all(getattr(theirs["made-up.parquet"], name).height for name in ("sites", *SETS[-2:]))


def test_files_of_months_are_counted_each_by_itself(session, made, folder, tmp_path):
    file, reference = made
    month = pl.col("DIAGNOSTIC_TEST_DATE").dt.strftime("%Y-%m")
    for name in ("2023-04", "2023-05"):
        pl.read_parquet(file).filter(month == name).write_parquet(folder / f"{name}.parquet")
    ours, theirs = by_both(session, tmp_path, [folder], load_reference(reference))
    assert list(ours) == list(theirs) == ["2023-04.parquet", "2023-05.parquet"]
    for name, counts in ours.items():
        assert_same(counts, theirs[name])


def test_parts_of_a_folder_are_counted_as_one(session, made, tmp_path):
    file, reference = made
    folder = tmp_path / "extract" / "month=2023-04"
    folder.mkdir(parents=True)
    for number, rows in enumerate(pl.read_parquet(file).iter_slices(2_000)):
        # a column that came later is null before
        rows.drop("POSTCODE" if number == 0 else []).write_parquet(folder / f"part-{number}.parquet")
    (folder / "_SUCCESS").touch()
    ours, _ = counted(
        SparkEngine(session), [tmp_path / "extract"], load_reference(reference), tmp_path, annual=True
    )
    without = pl.when(pl.int_range(pl.len()) >= 2_000).then("POSTCODE")
    pl.read_parquet(file).with_columns(without.alias("POSTCODE")).write_parquet(tmp_path / "one.parquet")
    theirs, _ = counted(Engine(), [tmp_path / "one.parquet"], load_reference(reference), tmp_path, annual=True)
    assert_same(ours["month=2023-04"], theirs["one.parquet"])


def test_a_table(session, made, tmp_path):
    file, reference = made
    session.read.parquet(str(file)).write.saveAsTable("accepted_records")
    names = ["accepted_records", "spark_catalog.default.accepted_records"]
    for name in names:
        ours, said = counted(SparkEngine(session), [name], load_reference(reference), tmp_path, annual=True)
        theirs, _ = counted(Engine(), [file], load_reference(reference), tmp_path, annual=True)
        assert_same(ours[name], theirs["made-up.parquet"])
        assert said == [f"Reading {name} (1 of 1)"]  # nothing says whether such a table has changed


def in_one_row(record_items, **columns):
    return frame([record(**record_items)]).with_columns(**columns)


LATE = datetime(2023, 4, 30, 23, 30)  # UTC; on the clocks of England it is May
ODD = {
    "no test date": frame([record(DIAGNOSTIC_TEST_DATE=None), record()]),
    "no test date at all": frame([record(DIAGNOSTIC_TEST_DATE=None)]),
    "no record": frame([]),
    "unknown codes": frame([record(SITE_CODE_IMAGING="QQQ99"), record(IMAGING_CODE_NICIP="nope"), record()]),
    "far-off years": frame([record(DIAGNOSTIC_TEST_DATE=day) for day in (date(1, 1, 1), date(1582, 10, 10))]),
    "texts": frame([record()]).cast({pl.Date: pl.String}).with_columns(SERVICE_REPORT_DATE=pl.lit("13/4/23")),
    "in UTC": in_one_row({}, DIAGNOSTIC_TEST_DATE=pl.lit(LATE).dt.replace_time_zone("UTC")),
    "in England": in_one_row({}, DIAGNOSTIC_TEST_DATE=pl.lit(LATE).dt.replace_time_zone("Europe/London")),
    "in no zone": in_one_row({}, DIAGNOSTIC_TEST_DATE=pl.lit(LATE)),
    "numbers": in_one_row({"IMAGING_CODE_NICIP": None}, IMAGING_CODE_SNOMED=pl.lit(399208008)),
    "categories": frame([record()] * 3).with_columns(pl.col("SITE_CODE_IMAGING").cast(pl.Categorical)),
    "names of the extract": frame([record()]).rename({"SERVICE_REPORT_DATE": "ServiceReport Issue Date"}),
}


def test_odd_records(session, folder, tmp_path):
    for what, rows in ODD.items():
        rows.write_parquet(folder / f"{what}.parquet")
    ours, theirs = by_both(session, tmp_path, [folder], load_reference(), annual=True)
    assert sorted(ours) == sorted(f"{what}.parquet" for what in ODD)
    for name, counts in ours.items():
        assert_same(counts, theirs[name])
    # moments count by the clocks of England, clocks without a zone as they stand
    months = [ours[f"in {zone}.parquet"].months for zone in ("UTC", "England", "no zone")]
    assert months == [("2023-05",), ("2023-04",), ("2023-04",)]


def test_local_codes_and_who_submitted_them(session, tmp_path):
    codes = [{"submitter_code": "RX1", "local_code": "MINE", "nicip_code": "XCHES"}]
    reference = replace(load_reference(), local_codes=rows_of("local_codes", codes))
    rows = frame([record(IMAGING_CODE_NICIP="mine")] * 2)
    rows.with_columns(SUBMITTER_ORGANISATION=pl.Series(["RX1", "RX2"])).write_parquet(tmp_path / "a.parquet")
    for submitter, records in ((None, 1), ("RX1", 2), ("RX2", 0)):
        ours, theirs = by_both(session, tmp_path, [tmp_path / "a.parquet"], reference, submitter=submitter)
        assert_same(ours["a.parquet"], theirs["a.parquet"])
        assert ours["a.parquet"].tests["tests"].sum() == 2 * records


# -- what is kept -----------------------------------------------------------------------------------------------


def test_only_files_that_changed_are_read_again(session, folder, tmp_path):
    for month in ("2023-04", "2023-05"):
        write([record(DIAGNOSTIC_TEST_DATE=date.fromisoformat(f"{month}-11"))], folder / f"{month}.parquet")
    said = [counted(SparkEngine(session), [folder], load_reference(), tmp_path)[1] for _ in range(2)]
    assert sorted(said[0]) == ["Reading 2023-04.parquet (1 of 2)", "Reading 2023-05.parquet (2 of 2)"]
    assert sorted(said[1]) == [
        "Already counted: 2023-04.parquet (1 of 2)",
        "Already counted: 2023-05.parquet (2 of 2)",
    ]
    write([record()] * 2, folder / "2023-05.parquet")
    _, again = counted(SparkEngine(session), [folder], load_reference(), tmp_path)
    assert sorted(again) == ["Already counted: 2023-04.parquet (1 of 2)", "Reading 2023-05.parquet (2 of 2)"]


def test_what_was_counted_before_a_refusal_is_kept(session, folder, tmp_path):
    write([record()], folder / "a.parquet")
    frame([record()]).drop("SITE_CODE_IMAGING").write_parquet(folder / "b.parquet")
    with pytest.raises(InputRefused, match="lacks the column SITE_CODE_IMAGING"):
        counted(SparkEngine(session), [folder], load_reference(), tmp_path)
    (folder / "b.parquet").unlink()
    _, said = counted(SparkEngine(session), [folder], load_reference(), tmp_path)
    assert said == ["Already counted: a.parquet (1 of 1)"]


def test_the_manifest_says_what_was_read(session, tmp_path):
    file = write([record()], tmp_path / "part-0.parquet")
    (source,) = SparkEngine(session).find([str(tmp_path), str(file)])
    assert source.identity == {
        "spark": f"file:{tmp_path}",
        "files": 1,
        "bytes": file.stat().st_size,
        "listing": source.sha256,
    }


def test_batches_are_gathered_to_pieces():
    batches = frame([record()] * 10).to_arrow().to_batches(max_chunksize=2)
    assert [piece.num_rows for piece in pieces(batches, 3)] == [4, 4, 2]
    assert [piece.num_rows for piece in pieces(batches, 10)] == [10]
    assert list(pieces([], 3)) == []


# -- refusals ---------------------------------------------------------------------------------------------------


def submission(folder):
    write([record()], folder / "a.csv")


def empty_folder(folder):
    (folder / "notes.txt").write_text("Nothing here")


def rejected(folder):
    frame([record()]).write_parquet(folder / "part-0.parquet", metadata={"not-accepted": "true"})


def damaged(folder):
    (folder / "a.parquet").write_text("9990000018")


def delta_table(folder):
    frame([record()]).write_delta(folder)


def delta_table_above(folder):
    frame([record()]).write_delta(folder.parent)


def twice(folder):
    frame([record()]).with_columns(site_code_imaging=pl.lit("RF401")).write_parquet(folder / "a.parquet")


def no_dates(folder):
    frame([record()]).with_columns(DIAGNOSTIC_TEST_DATE=20230411).write_parquet(folder / "a.parquet")


def no_codes(folder):
    frame([record()]).with_columns(IMAGING_CODE_SNOMED=3.99e8).write_parquet(folder / "a.parquet")


REFUSED = [
    (submission, "is a submission, which is validated on one machine"),
    (empty_folder, "no Parquet file there"),
    (rejected, "holds records that were rejected"),
    (damaged, "cannot be read as Parquet by Spark"),
    (delta_table, "cannot be read by Spark"),  # this Spark has no package for such tables
    (twice, "cannot be read by Spark"),
    (no_dates, "column DIAGNOSTIC_TEST_DATE holds Int32, not dates"),
    (no_codes, "column IMAGING_CODE_SNOMED holds Float64, not codes"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED)
def test_what_is_refused(session, tmp_path, make, message):
    make(tmp_path)
    with pytest.raises(InputRefused, match=message) as refusal:
        counted(SparkEngine(session), [tmp_path], load_reference(), tmp_path / "kept")
    assert "9990000018" not in str(refusal.value)


@pytest.mark.parametrize("name", ["nowhere", "no.such_table", "/nowhere/at/all", "s3a://nowhere/records"])
def test_a_name_that_leads_to_nothing(session, name):
    with pytest.raises(InputRefused, match=r"cannot be read by Spark \(|Spark finds nothing there \("):
        SparkEngine(session).find([name])


def test_a_part_of_a_delta_table_is_refused(session, tmp_path):
    frame([record()]).write_delta(tmp_path / "table", delta_write_options={"partition_by": ["PERSON_GENDER_CODE"]})
    with pytest.raises(InputRefused, match="is a part of the Delta table"):
        SparkEngine(session).find([str(tmp_path / "table" / "PERSON_GENDER_CODE=2")])


def test_what_a_worker_refuses_is_told_as_on_one_machine(session, tmp_path):
    site = {"site_code": "RF401", "org_code": "RF4", "region_code": "Y56", "country": "E92000001"}
    reference = replace(load_reference(), sites=table("sites", [site, site | {"org_code": "R1H"}]))
    write([record()], tmp_path / "a.parquet")
    with pytest.raises(InputRefused, match="site_code RF401 has two rows for") as ours:
        counted(SparkEngine(session), [tmp_path], reference, tmp_path / "kept")
    with pytest.raises(InputRefused) as theirs:
        counted(Engine(), [tmp_path], reference, tmp_path / "kept")
    assert str(ours.value) == str(theirs.value)


def test_an_error_on_a_worker_shows_no_value(session, tmp_path):
    write([record(SITE_CODE_IMAGING="9990000018")], tmp_path / "a.parquet")
    (source,) = SparkEngine(session).find([str(tmp_path)])
    with pytest.raises(InputRefused, match=r"could not be counted by Spark \(\w+\)") as refusal:
        count_source(source, Work(b"9990000018", b"", None, False), session)
    assert "9990000018" not in str(refusal.value)
    assert refusal.value.__suppress_context__


@pytest.mark.parametrize(
    "option",
    [["--validate"], ["--submitted", "2023-05-10"], ["--database", "postgresql://ana@localhost/dids"]],
)
def test_options_of_one_machine_are_refused(option):
    done = CliRunner().invoke(app, ["release", "2023-04", "--records", "a", "--engine", "spark", *option])
    assert isinstance(done.exception, UsageError)
    assert (done.exception.where, done.exception.what) == (
        option[0],
        "is for one machine, and --engine spark counts extracts as they are",
    )


def test_without_the_packages_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'publish\[spark\]'"), spark_session():
        pass
