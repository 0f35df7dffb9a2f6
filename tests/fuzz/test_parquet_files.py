"""Any Parquet file: every record in it is counted, or the file is refused."""

import subprocess
import sys
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.errors import InputRefused
from publish.records.files import find_record_files
from publish.records.items import NAMES
from tests.fuzz.made import count, frame, records
from tests.fuzz.settings import slow
from tests.made_records import record

DAY = date(2023, 4, 11)
KINDS = [
    *(pl.String, pl.Categorical, pl.Binary, pl.Null, pl.Int64, pl.UInt8, pl.Float64, pl.Boolean, pl.Date, pl.Time),
    *(pl.Decimal(20, 0), pl.Decimal(20, 3), pl.List(pl.String), pl.Array(pl.String, 1), pl.Struct({"a": pl.Int8})),
    *(pl.Enum(["03"]), pl.Duration, pl.Datetime("ns"), pl.Datetime("ms", "UTC"), pl.Datetime("us", "Asia/Tokyo")),
]


def counted_or_refused(file):
    try:
        return count(file).records
    except InputRefused as refusal:
        assert "What to do: " in str(refusal)
        return None


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_a_column_of_any_type(tmp_path, kind, name):
    file = tmp_path / "a.parquet"
    frame([record()] * 3).with_columns(pl.lit(None, kind).alias(name)).write_parquet(file)
    assert counted_or_refused(file) in {3, None}


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/London", "Asia/Tokyo"])
def test_timestamps_of_any_unit_and_zone_give_the_same_days(tmp_path, unit, zone):
    file = tmp_path / "a.parquet"
    noon = pl.lit(datetime(DAY.year, DAY.month, DAY.day, 12)).dt.cast_time_unit(unit)
    in_zone = noon.dt.replace_time_zone("Europe/London").dt.convert_time_zone(zone) if zone else noon
    frame([record()]).with_columns(DIAGNOSTIC_TEST_DATE=in_zone).write_parquet(file)
    assert count(file).tests.select("month", "days").rows() == [("2023-04", 10), ("2023-04", 2)]


@slow
@given(st.integers(-(2**31), 2**31 - 1), st.sampled_from(["DIAGNOSTIC_TEST_DATE", "SERVICE_REPORT_DATE"]))
def test_dates_of_any_year(tmp_path_factory, days, name):
    file = tmp_path_factory.mktemp("parquet") / "a.parquet"
    values = pl.Series(name, [days, None, 19458], dtype=pl.Int32).cast(pl.Date)
    frame([record()] * 3).with_columns(values).write_parquet(file)
    assert count(file).records == 3


@slow
@given(
    rows=st.lists(records, max_size=5),
    order=st.permutations(NAMES),
    extra=st.booleans(),
    group=st.integers(1, 3),
    lower=st.booleans(),
)
def test_the_layout_of_a_sound_file_does_not_matter(tmp_path_factory, rows, order, extra, group, lower):
    folder = tmp_path_factory.mktemp("parquet")
    table = frame(rows)
    table.write_parquet(folder / "a.parquet")
    other = table.select(order).with_columns([pl.lit(1).alias("extra")] if extra else [])
    other.rename(str.lower if lower else str).write_parquet(folder / "b.parquet", row_group_size=group)
    first, second = count(folder / "a.parquet"), count(folder / "b.parquet")
    assert first.records == len(rows)
    assert first.tests.equals(second.tests)
    assert first.kept_out.equals(second.kept_out)


DAMAGED = """
import sys
from pathlib import Path
from tests.fuzz.test_parquet_files import counted_or_refused
for file in sorted(Path(sys.argv[1]).glob("*.parquet")):
    found = counted_or_refused(file)
    assert found in (None, 20), (file.name, found)
print("all counted or refused")
"""


def test_damaged_files_are_refused(tmp_path):
    """In a process of its own, for the library may write about its panics on the screen."""
    import random

    draw = random.Random(1)
    whole = tmp_path / "whole.parquet"
    frame([record()] * 20).write_parquet(whole)
    content = whole.read_bytes()
    for number in range(300):
        damaged = bytearray(content[: draw.randrange(len(content))] if number % 3 == 0 else content)
        for _ in range(0 if number % 3 == 0 else draw.randrange(1, 4)):
            damaged[draw.randrange(4, len(damaged))] = draw.randrange(256)
        (tmp_path / f"{number}.parquet").write_bytes(damaged)
    done = subprocess.run(
        [sys.executable, "-c", DAMAGED, str(tmp_path)], capture_output=True, text=True, timeout=120
    )
    assert done.stdout.strip() == "all counted or refused", done.stderr[-2000:]


def test_a_folder_with_the_name_of_a_file_and_hive_folders(tmp_path):
    for month in ("2023-03", "2023-04"):
        folder = tmp_path / "records.parquet" / f"month={month}" / "SITE_CODE_IMAGING=WRONG"
        folder.mkdir(parents=True)
        test = date.fromisoformat(f"{month}-20")
        frame([record(DIAGNOSTIC_TEST_DATE=test, SERVICE_REPORT_DATE=None)]).write_parquet(
            folder / "part-0.parquet"
        )
    for given_path in ("records.parquet", "*.parquet", "records.parquet/*", "**/*.parquet"):
        files = find_record_files([str(tmp_path / given_path)])
        assert [count(file.path).months for file in files] == [("2023-03",), ("2023-04",)]
