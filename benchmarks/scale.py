"""A year of true scale: what it takes, as multiples of a bare scan of the same columns in the same run.

    python benchmarks/scale.py                     a year that is made up, of 47 million records
    python benchmarks/scale.py --shared ../shared  one that is consistent with what was published for 2023-24

Measured beside ours: DuckDB computing eight of the tables, and pandas computing three of them for two months, as
more do not fit into memory. The table is printed; the chart of how the time grows goes to --chart.
"""

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl
from matplotlib.figure import Figure
from speed import Run, measure, typical

SCAN = """
import sys, time
import polars as pl
from publish.counts.reduction import NEEDED
begun = time.perf_counter()
for file in sys.argv[1:]:
    pl.scan_parquet(file).select(pl.col(NEEDED).null_count()).collect(engine="streaming")
print(time.perf_counter() - begun)
"""
COUNTS = """
import sys, tempfile, time
from pathlib import Path
from publish.counts.files import count_files
from publish.records.files import find_record_files
from publish.records.intake import Terms
from publish.reference.tables import load_reference
reference, annual, before = load_reference(Path(sys.argv[1])), sys.argv[2] == "annual", int(sys.argv[3])
def count(files, store):
    count_files(find_record_files(files), reference, Terms(), Path(store), lambda step: None, annual=annual)
with tempfile.TemporaryDirectory() as store:
    if before:
        count(sys.argv[4 : 4 + before], store)
    begun = time.perf_counter()
    count(sys.argv[4:], store)
    print(time.perf_counter() - begun)
"""
PANDAS = """
import sys, time
import pandas as pd
from pathlib import Path
from publish.reference.tables import load_reference
reference = load_reference(Path(sys.argv[1]))
columns = ["SITE_CODE_IMAGING", "IMAGING_CODE_NICIP", "DIAGNOSTIC_TEST_DATE", "DIAGNOSTIC_TEST_REQUEST_DATE"]
columns += ["DIAG_TEST_REQUEST_REC_DATE", "SERVICE_REPORT_DATE"]
begun = time.perf_counter()
records = pd.concat([pd.read_parquet(file, columns=columns) for file in sys.argv[2:]])
exams = reference.exam_codes.select("nicip_code", "modality").unique("nicip_code")
exams = pd.DataFrame(exams.to_dict(as_series=False))
sites = pd.DataFrame(reference.sites.select("site_code", "org_code", "region_code").to_dict(as_series=False))
records = records.merge(exams, left_on="IMAGING_CODE_NICIP", right_on="nicip_code")
records = records.merge(sites, left_on="SITE_CODE_IMAGING", right_on="site_code")
tested = pd.to_datetime(records["DIAGNOSTIC_TEST_DATE"])
asked = pd.to_datetime(records["DIAGNOSTIC_TEST_REQUEST_DATE"].fillna(records["DIAG_TEST_REQUEST_REC_DATE"]))
records = records.assign(
    month=tested.dt.month, waited=(tested - asked).dt.days,
    reported=(pd.to_datetime(records["SERVICE_REPORT_DATE"]) - tested).dt.days,
)
for keys in (["region_code", "org_code", "modality", "month"], ["region_code", "org_code", "modality"],
             ["modality", "month"], ["modality"]):
    records.groupby(keys)[["waited", "reported"]].agg(["size", "median"])
print(time.perf_counter() - begun)
"""
YEAR, LATEST, RECORDS = "2023-24", "2024-03", 47_000_000
AT_ONCE = 2  # months that pandas is given


def make_up(records: int, folder: Path) -> tuple[list[Path], Path]:
    """A year that is made up, a file for each month, and its reference data."""
    # half of what is made up is of the year before, with which a release compares
    every = folder / "made-up.parquet"
    measure("-m", "publish", "synthesise", "--year", YEAR, "--records", 2 * records, "--quiet", every)
    months = folder / "months"
    months.mkdir()
    tested = pl.col("DIAGNOSTIC_TEST_DATE")
    for place in range(12):
        year, month = (2023, place + 4) if place < 9 else (2024, place - 8)
        of_month = (tested.dt.year() == year) & (tested.dt.month() == month)
        pl.scan_parquet(every).filter(of_month).sink_parquet(months / f"{year}-{month:02}.parquet")
    every.unlink()
    return sorted(months.iterdir()), folder / "made-up-reference"


def reconstruct(shared: Path, folder: Path) -> tuple[list[Path], Path]:
    """A year consistent with what was published, and its reference data."""
    made = folder / "reconstructed"
    command = (shared / "tools/reconstruct.py", shared / "published" / YEAR, "2023", made, "--modalities", "all")
    subprocess.run([sys.executable, *map(str, command)], check=True, stdout=subprocess.DEVNULL)
    return sorted((made / "records").iterdir()), made / "reference"


def steps(months: list[Path], reference: Path, folder: Path) -> dict[str, Run]:
    """Every step once, in order."""
    outputs, records = folder / "outputs", months[0].parent
    shutil.rmtree(outputs, ignore_errors=True)
    release = (
        "-m",
        "publish",
        "release",
        "--reference-data",
        reference,
        "--output",
        outputs,
        "--quiet",
        "--unchecked",
    )
    eleven = [part for month in months[:-1] for part in ("--records", month)]
    found = {
        "bare scan": measure("-c", SCAN, *months),
        "records to counts, monthly tables": measure("-c", COUNTS, reference, "monthly", 0, *months),
        "records to counts, a twelfth month": measure("-c", COUNTS, reference, "monthly", 11, *months),
        "records to counts, annual tables too": measure("-c", COUNTS, reference, "annual", 0, *months),
        "DuckDB, eight tables": measure(Path(__file__).with_name("peer_duckdb.py"), records, reference),
        f"pandas, three tables of {AT_ONCE} months": measure("-c", PANDAS, reference, *months[:AT_ONCE]),
        "final release, from cold records": measure(*release, YEAR, "--records", records),
        "final release, from stored counts": measure(*release, YEAR, "--records", records),
    }
    shutil.rmtree(outputs)
    measure(*release, "2024-02", *eleven)
    found["monthly release of a twelfth month"] = measure(*release, LATEST, "--records", records)
    shutil.rmtree(outputs)
    found["monthly release of twelve months, cold"] = measure(*release, LATEST, "--records", records)
    return found


def growth(months: list[Path], reference: Path, folder: Path) -> list[tuple[int, float, float]]:
    """Records, seconds of the scan and of counting: of a million records, then of more and more months."""
    million = folder / "million.parquet"
    pl.scan_parquet(months[0]).head(1_000_000).sink_parquet(million)
    found: list[tuple[int, float, float]] = []
    for given in ([million], *(months[:number] for number in (1, 2, 4, 6, 9, 12))):
        records = pl.scan_parquet(given).select(pl.len()).collect().item()
        counted = typical([measure("-c", COUNTS, reference, "monthly", 0, *given) for _ in range(3)])
        scanned = typical([measure("-c", SCAN, *given) for _ in range(3)])
        found.append((records, scanned.seconds, counted.seconds))
    return found


def draw(points: list[tuple[int, float, float]], scan_of_year: float, chart: Path) -> None:
    """How the time grows with the records, as multiples of the scan of the whole year."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    millions = [records / 1e6 for records, _, _ in points]
    axes.plot(millions, [counted / scan_of_year for _, _, counted in points], "o-", label="Records to counts")
    axes.plot(millions, [scanned / scan_of_year for _, scanned, _ in points], "s--", label="Bare scan")
    axes.set(xlabel="Records (millions)", ylabel="Times the scan of the year", xlim=0, ylim=0)
    axes.legend()
    figure.savefig(chart, metadata={"Date": None})


def machine() -> str:
    """What it was measured on."""
    model = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = f"Python {platform.python_version()}, polars {pl.__version__}"
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GB, {versions}"


def main() -> None:
    """Make the year, measure, and print a table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--shared", type=Path)
    asked.add_argument("--records", type=int, default=RECORDS)
    asked.add_argument("--runs", type=int, default=3)
    asked.add_argument("--chart", type=Path)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        months, reference = reconstruct(given.shared, folder) if given.shared else make_up(given.records, folder)
        runs = [steps(months, reference, folder) for _ in range(given.runs)]
        found = {name: typical([run[name] for run in runs]) for name in runs[0]}
        scan = found["bare scan"].seconds
        if given.chart:
            draw(growth(months, reference, folder), scan, given.chart)
        records = pl.scan_parquet(months).select(pl.len()).collect().item()
    print(f"{records:,} records, medians of {given.runs}, on {machine()}\n")
    print("| Step | Times the bare scan | Most memory (MB) |\n|---|---:|---:|")
    for name, run in found.items():
        print(f"| {name} | {run.seconds / scan:.1f} | {run.megabytes:,.0f} |")
    print(f"\nThe bare scan took {scan:.2f} s.")


if __name__ == "__main__":
    main()
