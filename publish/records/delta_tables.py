"""Delta tables: extracts that a platform keeps as a folder of Parquet files and a log of their versions."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from publish.errors import UsageError
from publish.records.refusing import unreadable

if TYPE_CHECKING:
    from deltalake import DeltaTable


def is_delta_table(folder: Path) -> bool:
    """Whether the folder is a Delta table: it has the log of one."""
    return (folder / "_delta_log").is_dir()


def identity(folder: Path) -> tuple[int, int, str]:
    """The latest version of the table, its size in bytes, and a SHA-256 that stands for its content.

    The hash is of the table's own id, its version, and the names and sizes of the files of that version, which are
    never written twice. Raises UsageError and InputRefused as `scan_delta` does.
    """
    table = _table(folder)
    files = pl.DataFrame(table.get_add_actions()).select("path", "size_bytes").sort("path")
    words = f"delta {table.metadata().id} {table.version()} {files.rows()}"
    return table.version(), int(files["size_bytes"].sum()), hashlib.sha256(words.encode()).hexdigest()


def scan_delta(folder: Path, version: int | None = None) -> pl.LazyFrame:
    """Every column of the table in that version, or in its latest.

    Raises UsageError where the package that reads such tables is not installed, and InputRefused where the table
    cannot be read.
    """
    table = _table(folder, version)
    try:
        extract = pl.scan_delta(table)
        extract.collect_schema()
        return extract
    except Exception as error:
        raise unreadable(folder, error) from None


def _table(folder: Path, version: int | None = None) -> "DeltaTable":
    try:
        from deltalake import DeltaTable
    except ImportError:
        raise UsageError(
            "is a Delta table, for which a further package is needed",
            where=str(folder),
            do="install it: pip install 'publish[delta]'",
        ) from None
    try:
        return DeltaTable(folder, version=version)
    except Exception as error:  # the package has no common class for what it raises
        raise unreadable(folder, error) from None
