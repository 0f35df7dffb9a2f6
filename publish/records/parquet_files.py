"""Parquet files: extracts of accepted records, or the data product itself."""

from pathlib import Path
from typing import Final

import polars as pl

from publish.errors import InputRefused
from publish.records.refusing import refusing

# keys of what a file says of its records in its metadata
MADE_UP: Final = "made-up"
NOT_ACCEPTED: Final = "not-accepted"


def scan_parquet(file: Path) -> pl.LazyFrame:
    """Every column that the file holds: folders above it (`month=2023-04`) give none.

    Raises InputRefused where the file cannot be read as Parquet, or says that its records were rejected.
    """
    with refusing(file):
        extract = pl.scan_parquet(file, hive_partitioning=False, glob=False)
        extract.collect_schema()
        rejected = pl.read_parquet_metadata(file).get(NOT_ACCEPTED) == "true"
    if rejected:
        raise InputRefused("holds records that were rejected", where=str(file), do="leave it out of --records")
    return extract


def says_made_up(file: Path) -> bool:
    """Whether the file says of itself that its records are made up."""
    with refusing(file):
        return pl.read_parquet_metadata(file).get(MADE_UP) == "true"
