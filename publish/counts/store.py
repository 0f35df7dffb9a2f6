"""Counts kept between runs, so that a file is read again only where it or its reference data changed.

A file is known by the SHA-256 of its content, never by its name or time. With its counts stands a fingerprint of
the reference rows that touch its months: rows of other months may change without a record being read again.
"""

import hashlib
import shutil
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from publish.counts.reduction import UNDATED, VERSION, Counts
from publish.fields.imaging import CLASSIFICATION
from publish.period import Month
from publish.records.files import RecordFile
from publish.records.standing import MONTHS_OF_GRACE
from publish.reference.tables import VALIDITY, ReferenceData
from publish.reference.vocabulary import vocabulary_hash

TESTS: Final = "tests.parquet"
KEPT_OUT: Final = "kept_out.parquet"
RULES: Final = "rules.parquet"
FINGERPRINT: Final = "reference"
_USED: Final = {
    "providers": ("org_code", "region_code", "icb_code"),
    "sites": ("site_code", "org_code", "region_code", "icb_code", "country"),
    "icbs": ("icb_code",),
    "exam_codes": ("nicip_code", "snomed_code", *CLASSIFICATION),
}


def stored_counts(store: Path, file: RecordFile, reference: ReferenceData) -> Counts | None:
    """The counts of a file with this content under this reference data, if they are whole in the store."""
    folder = store / file.sha256
    try:
        tests, kept_out, rules = (pl.read_parquet(folder / name) for name in (TESTS, KEPT_OUT, RULES))
        kept_under = pl.read_parquet_metadata(folder / TESTS).get(FINGERPRINT)
    except (pl.exceptions.PolarsError, OSError):
        return None
    counts = Counts(tests, kept_out, rules)
    return counts if kept_under == fingerprint(reference, counts) else None


def store_counts(store: Path, file: RecordFile, reference: ReferenceData, counts: Counts) -> None:
    """Keep the counts of a file. A run that is stopped half-way leaves nothing that a later one would read."""
    folder, making = store / file.sha256, store / f"{file.sha256}.making"
    for old in (making, folder):
        shutil.rmtree(old, ignore_errors=True)
    making.mkdir(parents=True)
    counts.tests.write_parquet(making / TESTS, metadata={FINGERPRINT: fingerprint(reference, counts)})
    counts.kept_out.write_parquet(making / KEPT_OUT)
    counts.rules.write_parquet(making / RULES)
    making.rename(folder)


def fingerprint(reference: ReferenceData, counts: Counts) -> str:
    """A hash of the reduction's version and of what the reference tables say about the days of the counts."""
    first, last = _span(counts.months) if counts.months else (UNDATED, UNDATED)
    if counts.kept_out["month"].has_nulls():
        last = UNDATED
    known = sorted(reference.providers["org_code"].drop_nulls().unique())
    digest = hashlib.sha256(f"{VERSION} {vocabulary_hash()} {known}".encode())
    for table, columns in _USED.items():
        rows: pl.DataFrame = getattr(reference, table)
        digest.update(_touching(rows, first, last).select(*columns, *VALIDITY).write_csv().encode())
    digest.update(reference.local_codes.sort(pl.all()).write_csv().encode())
    return digest.hexdigest()


def _span(months: tuple[str, ...]) -> tuple[date, date]:
    """The first and the last day of the months, however far off: a wrong year in a record is no mistake of ours."""
    first, last = (date.fromisoformat(f"{month}-01") for month in (months[0], months[-1]))
    return first, Month(last.year, last.month).last_day


def _touching(rows: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """The rows that hold on a day of first..last or within the grace before it, cut to that span and sorted."""
    begins, ends = pl.col("valid_from").fill_null(first), pl.col("valid_to").fill_null(last)
    earliest = pl.lit(first).dt.offset_by(f"-{MONTHS_OF_GRACE}")
    return (
        rows.filter((begins <= last) & (ends >= earliest))
        .with_columns(
            valid_from=pl.max_horizontal(begins, earliest), valid_to=pl.min_horizontal(ends, pl.lit(last))
        )
        .sort(pl.all(), nulls_last=True)
    )
