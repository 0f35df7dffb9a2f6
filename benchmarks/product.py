"""How long the data product takes, as a multiple of copying the same records unread, and its memory.

The records are made up, with as many postcodes, practices and referrers as a month of a country has.
"""

import argparse
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import polars as pl
from speed import Run, measure, typical

from publish.period import Month
from publish.reference.store import import_reference
from publish.synthetic import synthesise

COPY = """
import sys
import polars as pl
given, to = sys.argv[1:]
text = given.endswith(".csv")
read = pl.scan_csv(given, has_header=False, infer_schema=False) if text else pl.scan_parquet(given)
read.sink_parquet(to, engine="streaming")
"""
AREAS = ("LS", "B", "M", "BD", "S", "NE", "DY", "WN", "YO", "HX", "SW", "SE", "N", "E", "W", "CB", "EX", "GL")
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"


def postcodes() -> pl.Series:
    """Some 650,000 of the form of postcodes."""
    inward = [f"{digit}{one}{two}" for digit in range(1, 10) for one in LETTERS[:10] for two in LETTERS]
    return pl.Series([f"{area}{district} {end}" for area in AREAS for district in range(1, 21) for end in inward])


def make_month(records: int, file: Path) -> None:
    """A month of records with varied patients, as Parquet and as CSV."""
    synthesise((Month(2024, 3),), records, 1, file)
    draw = np.random.default_rng(1)

    def any_of(values: pl.Series) -> pl.Series:
        return values.gather(draw.integers(0, len(values), records))

    practices = pl.Series([f"{letter}{number}" for letter in "ABCDEFGHJKLMNPY" for number in range(81000, 81500)])
    referrers = pl.Series([f"{letter}{number}" for letter in "CG" for number in range(1_000_000, 1_050_000)])
    varied = pl.read_parquet(file).with_columns(
        POSTCODE=any_of(postcodes()), PRACTICE_CODE=any_of(practices), REFERRER=any_of(referrers)
    )
    varied.write_parquet(file, row_group_size=100_000)
    varied.write_csv(file.with_suffix(".csv"), include_header=False)


def practice(code: str) -> list[str]:
    """A row of 27 columns for a GP practice of one commissioner."""
    held = {1: "A PRACTICE", 2: "Y56", 3: "QMJ", 9: "LS1 1AA", 10: "19740401", 12: "ACTIVE", 13: "B", 14: "93C"}
    held |= {15: "20200401", 21: "1", 23: "93C", 25: "RO76"}
    return [code, *(held.get(place, "") for place in range(1, 27))]


def make_reference(folder: Path) -> Path:
    """A folder of reference data with every made-up postcode and practice, imported from official layouts."""
    directory, practices = folder / "onspd.csv", folder / "epraccur.csv"
    given = postcodes().to_frame("pcds").with_columns(
        lsoa21cd=pl.lit("E01000001"), msoa21cd=pl.lit("E02000001"), sicbl24cd=pl.lit("E38000240"),
        icb24cd=pl.lit("E54000028"), ctry25cd=pl.lit("E92000001"), dointr=pl.lit("198001"), doterm=pl.lit(""),
    )  # fmt: skip
    given.write_csv(directory)
    codes = [f"{letter}{number}" for letter in "ABCDEFGHJKLMNPY" for number in range(81000, 81500)]
    practices.write_text("".join(",".join(f'"{value}"' for value in practice(code)) + "\n" for code in codes))
    store = folder / "reference"
    for kind, file in (("postcodes", directory), ("epraccur", practices)):
        import_reference(kind, file, store)
    return store


def steps(month: Path, store: Path, folder: Path) -> dict[str, Run]:
    """Every step once, in order."""
    derive = ("-m", "publish", "derive", "--reference-data", store, "--quiet")
    text, other = month.with_suffix(".csv"), folder / "other.csv"
    changed = pl.scan_csv(text, has_header=False, infer_schema=False, new_columns=[str(n) for n in range(18)])
    changed.with_columns(pl.format("{}-2", "17").alias("17")).sink_csv(other, include_header=False)
    return {
        "copy, CSV to Parquet": measure("-c", COPY, text, folder / "copy.parquet"),
        "derive, CSV": measure(*derive, "--records", text, folder / "a.parquet"),
        "copy, Parquet": measure("-c", COPY, month, folder / "copy.parquet"),
        "derive, Parquet, --validate": measure(*derive, "--validate", "--records", month, folder / "b.parquet"),
        "derive, Parquet": measure(*derive, "--records", month, folder / "c.parquet"),
        "derive, two files of CSV": measure(*derive, "--records", text, "--records", other, folder / "d.parquet"),
    }


def main() -> None:
    """Measure and print a table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--records", type=int, default=4_000_000)
    asked.add_argument("--runs", type=int, default=3)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        month = folder / "month.parquet"
        # in a process of its own, as what it holds would count as the memory of those that it starts
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:
            apart.submit(make_month, given.records, month).result()
            store = apart.submit(make_reference, folder).result()
        runs = [steps(month, store, folder) for _ in range(given.runs)]
    found = {name: typical([run[name] for run in runs]) for name in runs[0]}
    copy = found["copy, CSV to Parquet"].seconds
    print(f"{given.records:,} made-up records, {os.cpu_count()} cores, medians of {given.runs}\n")
    print("| Step | Times the copy of the CSV | Most memory (MB) |\n|---|---:|---:|")
    for name, run in found.items():
        print(f"| {name} | {run.seconds / copy:.1f} | {run.megabytes:.0f} |")
    print(f"\nThe copy of the CSV took {copy:.1f} s, deriving it {found['derive, CSV'].seconds:.1f} s.")


if __name__ == "__main__":
    main()
