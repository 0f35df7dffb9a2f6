"""Files to records: a lazy frame of the items, whatever the form of the file.

Nothing is held in memory here: the frames are scanned in pieces by whoever collects them.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from publish.records.columns import items_of, there_of
from publish.records.csv_files import read_csv
from publish.records.delta_tables import scan_delta
from publish.records.files import RecordFile, kind_of
from publish.records.items import NAMES
from publish.records.parquet_files import says_made_up, scan_parquet
from publish.records.refusing import refusing as refusing


def read_records(
    file: Path | RecordFile,
    needed: Sequence[str] = NAMES,
    *,
    optional: Sequence[str] = (),
    extras: bool = False,
) -> pl.LazyFrame:
    """The records of one file: the needed items by name, then the optional ones, in the types of the file.

    CSV and XML hold all 18 items, as text. Of Parquet and Delta only the needed items must be there, under the
    names of the items, of the data product or of the analysts' extract; an optional item that is not there is text,
    null throughout. With `extras` follow Person_ID, MPSConfidence and SUBMITTER_ORGANISATION, in that order, where
    an extract has them.

    Raises InputRefused where the file cannot be read, lacks a column, or does not have the form of DIDS v1.0 (rules
    DIDS075 for CSV, DIDS076 for XML), and UsageError where a Delta table needs a package that is not installed.
    """
    path = file.path if isinstance(file, RecordFile) else file
    kind = file.kind if isinstance(file, RecordFile) else kind_of(file)
    if kind == "csv":
        return read_csv(path).select(*needed, *optional)
    if kind == "xml":
        # Loading what reads XML takes longer than reading a small file: it waits until it is needed.
        from publish.records.xml_files import read_xml

        return read_xml(path).select(*needed, *optional)
    return items_of(_extract(file), path, needed, optional, extras=extras)


def items_there(file: Path | RecordFile, names: Sequence[str]) -> tuple[str, ...]:
    """Those of the items, and of STAND_INS, that a file has; a CSV or XML file has the 18 items and nothing else.

    Raises as `read_records`.
    """
    kind = file.kind if isinstance(file, RecordFile) else kind_of(file)
    if kind in {"csv", "xml"}:
        return tuple(name for name in names if name in NAMES)
    return there_of(_extract(file).collect_schema().names(), names)


def _extract(file: Path | RecordFile) -> pl.LazyFrame:
    if not isinstance(file, RecordFile):
        return scan_delta(file) if kind_of(file) == "delta" else scan_parquet(file)
    return scan_delta(file.path, file.version) if file.kind == "delta" else scan_parquet(file.path)


def is_made_up(file: Path | RecordFile) -> bool:
    """Whether the file says of itself that its records are made up."""
    path = file.path if isinstance(file, RecordFile) else file
    return kind_of(path) == "parquet" and says_made_up(path)
