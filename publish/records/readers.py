"""Files to records: a lazy frame of the 18 items, whatever the form of the file.

Nothing is held in memory here: the frames are scanned in pieces by whoever collects them.
"""

import csv
import re
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from polars.exceptions import PanicException

from publish.errors import InputRefused, did_you_mean
from publish.records.items import CODES, DATES, NAMES

MADE_UP = "made-up"  # the key that marks a Parquet file of made-up records in its metadata
_BYTE_ORDER_MARK = "\ufeff"
_BLANK = " \t\r" + _BYTE_ORDER_MARK
_NOTHING = _BLANK + ',"'  # what stands on a line without a record
_QUOTED = r'"[^"]*"'
_EMPTY = r"[ \t\ufeff]*"
_VALUE = r'(?:[^",\r]*|"(?:[^"\r]|"")*")'


def read_records(file: Path) -> pl.LazyFrame:
    """The records of one file: the 18 items by name, in the types of the file.

    Raises InputRefused where the file cannot be read, lacks a column, or has a line that is not one record of as
    many columns (rule DIDS075).
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
    except (pl.exceptions.PolarsError, PanicException, OSError, UnicodeDecodeError, csv.Error) as error:
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
    columns = _column_names(file, schema.names())
    for name, kind in zip(columns, schema.dtypes(), strict=True):
        if name in DATES and not isinstance(kind, pl.Date | pl.Datetime | pl.String | pl.Null):
            raise InputRefused(
                f"column {name} holds {kind}, not dates", where=str(file), do="give it as a date or as text"
            )
        if name in CODES and not _can_be_codes(kind):
            raise InputRefused(f"column {name} holds {kind}, not codes", where=str(file), do="give it as text")
    given = dict(zip(columns, schema.names(), strict=True))
    return records.select(pl.col(given[name]).alias(name) for name in NAMES)


def _can_be_codes(kind: pl.DataType) -> bool:
    """Whether codes keep their characters in that type: 18-digit SNOMED codes do not as floating-point numbers."""
    whole_numbers = kind.is_integer() or (isinstance(kind, pl.Decimal) and kind.scale == 0)
    return whole_numbers or isinstance(kind, pl.String | pl.Categorical | pl.Enum | pl.Binary | pl.Null)


def _read_csv(file: Path) -> pl.LazyFrame:
    with refusing(file):
        lines_before, first = _first_line(file)
        has_header = bool(set(_standard(first)) & set(NAMES))
        columns = _column_names(file, first) if has_header else list(NAMES)
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
    """Whether a line holds a value: one that does not is no record."""
    return pl.any_horizontal(pl.col(NAMES).str.strip_chars(_BLANK) != "")


def _first_line(file: Path) -> tuple[int, list[str]]:
    """The values of the first line that holds something, and how many lines stand before it."""
    with file.open(encoding="utf-8", newline="\n") as lines:
        for before, line in enumerate(lines):
            if line.strip(_NOTHING + "\n"):
                return before, next(csv.reader([line.strip(_BLANK + "\n").partition("\r")[0]]))
    raise InputRefused("the file is empty", where=str(file), do="leave it out of --records")


def _standard(names: Sequence[str]) -> list[str]:
    return [name.strip().upper() for name in names]


def _column_names(file: Path, header: Sequence[str]) -> list[str]:
    """The names of the columns as the items write them; columns that are no item by their place."""
    found = _standard(header)
    missing = [name for name in NAMES if name not in found]
    if missing:
        # a value of a record may have run into the header: only what reads like a name is shown
        others = [name for name in found if name not in NAMES and re.fullmatch("[A-Z_ ]+", name)]
        raise InputRefused(
            f"lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}."
            f"{did_you_mean(missing[0], others)}",
            where=str(file),
            do="give all 18 columns of DIDS v1.0 by their names",
        )
    twice = [name for name in NAMES if found.count(name) > 1]
    if twice:
        raise InputRefused(
            f"has the column {twice[0]} more than once", where=str(file), do="give every column once"
        )
    return [name if name in NAMES else f"column {place}" for place, name in enumerate(found, start=1)]


def _check_lines(file: Path, expected: int) -> int:
    """Refuse a line that the CSV scanner would fill up, cut or join to the next, so that records would be lost.

    A line is one record: a value with a comma stands between quotation marks, and none runs over a line end.
    Returns the number of lines without any value.
    """
    first = pl.col("index") == 0
    line = pl.when(first).then(pl.col("line").str.strip_prefix(_BYTE_ORDER_MARK)).otherwise("line")
    commas = f"{{0,{expected - 1}}}"
    record = f"^(?:{_VALUE}(?:,{_VALUE}){{{expected - 1}}}|{_EMPTY}(?:,{_EMPTY}){commas})\\r*$"
    lines = pl.scan_lines(file, row_index_name="index", glob=False).select("index", line=line)
    no_value = pl.col("line").str.strip_chars(_NOTHING) == ""
    wrong = lines.filter(~pl.col("line").str.contains(record)).head(1)
    found, blanks = pl.collect_all([wrong, lines.select(no_value.sum())], engine="streaming")
    for index, text in found.iter_rows():
        raise InputRefused(
            f"line {index + 1} {_what_is_wrong(text, expected)}",
            where=str(file),
            do="give every record one line of its own and its 18 columns, in DIDS v1.0 order",
        )
    return int(blanks.item())


def _what_is_wrong(line: str, expected: int) -> str:
    if "\r" in line.rstrip("\r"):
        return "holds a line end of another kind (CR)"
    if not re.fullmatch(f"{_VALUE}(?:,{_VALUE})*\\r*", line):
        return "has a quotation mark that is not closed on the line, or stands inside a value"
    width = re.sub(_QUOTED, "", line).count(",") + 1
    return f"has {width} column{'s' if width != 1 else ''}, not {expected}"
