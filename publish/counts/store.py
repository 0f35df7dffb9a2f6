"""Counts kept between runs, so that a file is read again only where it or its reference data changed.

A file is known by the SHA-256 of its content, never by its name or time. With its counts stands a fingerprint of
the reference rows that touch its months: rows of other months may change without a record being read again.
"""

import hashlib
import shutil
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl

from publish.counts.groups import MEASURED, first_rows
from publish.counts.reduction import UNDATED, VERSION, Counts
from publish.fields.imaging import CLASSIFICATION
from publish.fields.patient import SEXES
from publish.period import Month
from publish.records.files import RecordFile
from publish.records.standing import MONTHS_OF_GRACE
from publish.reference.tables import VALIDITY, ReferenceData
from publish.reference.vocabulary import ethnic_groups, vocabulary_hash

TESTS: Final = "tests.parquet"
KEPT_OUT: Final = "kept_out.parquet"
RULES: Final = "rules.parquet"
SITES: Final = "sites.parquet"
COMMISSIONERS: Final = "commissioners.parquet"
PATIENTS: Final = "patients.parquet"
FINGERPRINT: Final = "reference"
LACKING: Final = "lacking"
_USED: Final = {
    "providers": ("org_code", "region_code", "icb_code"),
    "sites": ("site_code", "org_code", "region_code", "icb_code", "country"),
    "icbs": ("icb_code",),
    "exam_codes": ("nicip_code", "snomed_code", *CLASSIFICATION),
}
_USED_ANNUALLY: Final = ("parents", "commissioners", "lsoas", "postcodes")
_ROWS: Final = "rows"  # of a group: how many there are of its days


@dataclass(frozen=True)
class CountStore:
    """A folder of counts made under these reference data; with `annual`, those that have the annual sets too."""

    folder: Path
    reference: ReferenceData
    annual: bool = False

    def counts_of(self, file: RecordFile) -> Counts | None:
        """The counts of a file with this content under these reference data, if they are whole in the store."""
        place = self.folder / file.sha256
        try:
            kept_out, rules, sites = (pl.read_parquet(place / name) for name in (KEPT_OUT, RULES, SITES))
            counts = Counts(_read_by_day(place / TESTS), kept_out, rules, sites)
            if _kept_under(place / TESTS) != fingerprint(self.reference, counts):
                return None
            return self._with_annual_sets(place, counts) if self.annual else counts
        except (pl.exceptions.PolarsError, OSError):
            return None

    def keep(self, file: RecordFile, counts: Counts) -> None:
        """Keep the counts of a file. A run that is stopped half-way leaves nothing that a later one would read."""
        place, making = self.folder / file.sha256, self.folder / f"{file.sha256}.making"
        for old in (making, place):
            shutil.rmtree(old, ignore_errors=True)
        making.mkdir(parents=True)
        _write_by_day(counts.tests, making / TESTS, {FINGERPRINT: fingerprint(self.reference, counts)})
        counts.kept_out.write_parquet(making / KEPT_OUT)
        counts.rules.write_parquet(making / RULES)
        counts.sites.write_parquet(making / SITES)
        if self.annual:
            kept_under = {FINGERPRINT: annual_fingerprint(self.reference), LACKING: " ".join(counts.lacking)}
            _write_by_day(counts.commissioners, making / COMMISSIONERS, kept_under)
            counts.patients.write_parquet(making / PATIENTS)
        making.rename(place)

    def _with_annual_sets(self, place: Path, counts: Counts) -> Counts | None:
        if _kept_under(place / COMMISSIONERS) != annual_fingerprint(self.reference):
            return None
        lacking = pl.read_parquet_metadata(place / COMMISSIONERS)[LACKING].split()
        commissioners, patients = _read_by_day(place / COMMISSIONERS), pl.read_parquet(place / PATIENTS)
        return replace(counts, commissioners=commissioners, patients=patients, lacking=tuple(lacking))


def _write_by_day(counts: pl.DataFrame, file: Path, metadata: dict[str, str]) -> None:
    """Write counts that differ from the row before in their days alone as groups, and their days beside these.

    To write every row as it is takes four times as long.
    """
    groups = first_rows(counts)
    rows = np.diff(groups["first"].to_numpy(), append=np.uint32(counts.height))
    groups.drop("first").with_columns(pl.Series(_ROWS, rows)).write_parquet(file, metadata=metadata)
    counts.select(MEASURED).write_parquet(_days_beside(file), compression="lz4", statistics=False)


def _read_by_day(file: Path) -> pl.DataFrame:
    groups, by_day = pl.read_parquet(file), pl.read_parquet(_days_beside(file))
    of_rows = np.repeat(np.arange(groups.height, dtype=np.uint32), groups[_ROWS].to_numpy())
    return pl.concat([groups.drop(_ROWS)[of_rows], by_day], how="horizontal")


def _days_beside(file: Path) -> Path:
    return file.with_stem(f"{file.stem}_by_day")


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


def annual_fingerprint(reference: ReferenceData) -> str:
    """A hash of what the annual sets hang on beside what all counts do: whole files, as their tables are large."""
    words = (ethnic_groups(), SEXES)
    files = sorted((file.table, file.sha256) for file in reference.files if file.table in _USED_ANNUALLY)
    return hashlib.sha256(repr((words, files)).encode()).hexdigest()


def _kept_under(file: Path) -> str | None:
    return pl.read_parquet_metadata(file).get(FINGERPRINT)


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
