"""Parquet files: extracts of accepted records, or the data product itself."""

from pathlib import Path
from typing import Final

import polars as pl

from publish.records.refusing import refusing

_MADE_UP: Final = "made-up"  # the key that marks a file of made-up records in its metadata


def scan_parquet(file: Path) -> pl.LazyFrame:
    """Every column that the file holds: folders above it (`month=2023-04`) give none.

    Raises InputRefused where the file cannot be read as Parquet.
    """
    with refusing(file):
        extract = pl.scan_parquet(file, hive_partitioning=False, glob=False)
        extract.collect_schema()
        return extract


def says_made_up(file: Path) -> bool:
    """Whether the file says of itself that its records are made up."""
    with refusing(file):
        return pl.read_parquet_metadata(file).get(_MADE_UP) == "true"
