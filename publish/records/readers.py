"""Files to records: a lazy frame of the 18 items, whatever the form of the file.

Nothing is held in memory here: the frames are scanned in pieces by whoever collects them.
"""

import csv
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from publish.errors import InputRefused, did_you_mean
from publish.records.items import DATES, NAMES

MADE_UP = "made-up"  # the key that marks a Parquet file of made-up records in its metadata
_QUOTED = r'"[^"]*"'


def read_records(file: Path) -> pl.LazyFrame:
    """The records of one file: the 18 items by name, in the types of the file.

    Raises InputRefused where the file cannot be read, lacks a column, or has a line with a wrong number of
    columns (rule DIDS075).
    """
    return _read_parquet(file) if file.suffix.lower() == ".parquet" else _read_csv(file)


def is_made_up(file: Path) -> bool:
    """Whether the file says of itself that its records are made up."""
    if file.suffix.lower() != ".parquet":
        return False
    with refusing(file):
        return pl.read_parquet_metadata(file).get(MADE_UP) == "true"


@contextmanager
def refusing(file: Path) -> Generator[None]:
    """Turn what a reading library raises into a refusal that names the file and shows none of its content."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError, csv.Error) as error:
        kind = "Parquet" if file.suffix.lower() == ".parquet" else "UTF-8 CSV"
        raise InputRefused(
            f"cannot be read as {kind} ({type(error).__name__})",
            where=str(file),
            do="check that the file is complete, or export it again",
        ) from None


def _read_parquet(file: Path) -> pl.LazyFrame:
    with refusing(file):
        records = pl.scan_parquet(file, hive_partitioning=False, glob=False)
        schema = records.collect_schema()
    _check_columns(file, schema.names())
    for name in DATES:
        if not isinstance(schema[name], pl.Date | pl.Datetime | pl.String | pl.Null):
            raise InputRefused(
                f"column {name} holds {schema[name]}, not dates", where=str(file), do="give it as a date or as text"
            )
    return records.select(NAMES)


def _read_csv(file: Path) -> pl.LazyFrame:
    with refusing(file):
        lines_before, first = _first_line(file)
        header = [name.strip().upper() for name in first]
        has_header = bool(set(header) & set(NAMES))
        if has_header:
            _check_columns(file, header)
        columns = header if has_header else list(NAMES)
        empty_lines = _check_lines(file, len(columns))
        records = pl.scan_csv(
            file,
            has_header=False,
            skip_lines=lines_before + has_header,
            schema=dict.fromkeys(columns, pl.String),
            glob=False,
        )
        return (records.filter(_holds_something()) if empty_lines else records).select(NAMES)


def _holds_something() -> pl.Expr:
    """Whether a line holds more than blanks and commas: one that does not is no record."""
    return pl.any_horizontal(pl.col(NAMES).str.strip_chars() != "")


def _first_line(file: Path) -> tuple[int, list[str]]:
    """The first line that holds something, and how many lines stand before it."""
    with file.open(encoding="utf-8-sig", newline="") as lines:
        for before, values in enumerate(csv.reader(lines)):
            if any(value.strip() for value in values):
                return before, values
    raise InputRefused("the file is empty", where=str(file), do="leave it out of --records")


def _check_columns(file: Path, found: list[str]) -> None:
    missing = [name for name in NAMES if name not in found]
    if missing:
        raise InputRefused(
            f"lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}."
            f"{did_you_mean(missing[0], [name for name in found if name not in NAMES])}",
            where=str(file),
            do="give all 18 columns of DIDS v1.0 by their names",
        )


def _check_lines(file: Path, expected: int) -> int:
    """Refuse a line with a wrong number of columns, which the CSV scanner would fill with nothing.

    Returns the number of lines with nothing but blanks and commas.
    """
    line = pl.col("line")
    empty = line.str.strip_chars(" \t\r,\ufeff") == ""
    columns = line.str.replace_all(_QUOTED, "").str.count_matches(",", literal=True) + 1
    lines = pl.scan_lines(file, row_index_name="index", glob=False).select("index", columns=columns, empty=empty)
    wrong = lines.filter((pl.col("columns") != expected) & ~pl.col("empty")).head(1)
    found, blanks = pl.collect_all([wrong, lines.select(pl.col("empty").sum())], engine="streaming")
    for index, width, _ in found.iter_rows():
        raise InputRefused(
            f"line {index + 1} has {width} column{'s' if width != 1 else ''}, not {expected}",
            where=str(file),
            do="give every record its 18 columns, in DIDS v1.0 order",
        )
    return int(blanks.item())
