"""CSV files in the form of DIDS v1.0: 18 columns, with or without a header, a line a record."""

import csv
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from publish.errors import InputRefused
from publish.records.columns import refuse_missing, refuse_twice, standard
from publish.records.items import NAMES
from publish.records.refusing import refusing

_RULE: Final = " (rule DIDS075)"
_BYTE_ORDER_MARK = "\ufeff"
_BLANK = " \t\r" + _BYTE_ORDER_MARK
_NOTHING = _BLANK + ',"'  # what stands on a line without a record
_QUOTED = r'"[^"]*"'
_EMPTY = r"[ \t\ufeff]*"
_VALUE = r'(?:[^",\r]*|"(?:[^"\r]|"")*")'


def read_csv(file: Path) -> pl.LazyFrame:
    """The records of one CSV file: the 18 items by name, as text, in the order of the file.

    Raises InputRefused where the file is not UTF-8, its header lacks an item, or a line is not one record of as
    many columns (rule DIDS075).
    """
    with refusing(file):
        lines_before, first = _first_line(file)
        header = [standard(name) for name in first]
        has_header = bool(set(header) & set(NAMES))
        columns = _column_names(file, header) if has_header else list(NAMES)
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


def _column_names(file: Path, header: Sequence[str]) -> list[str]:
    """The names of the columns as the items write them; columns that are no item by their place."""
    missing = [name for name in NAMES if name not in header]
    refuse_missing(file, missing, header, rule=_RULE, do="give all 18 columns of DIDS v1.0 by their names")
    refuse_twice(file, [name for name in NAMES if header.count(name) > 1])
    return [name if name in NAMES else f"column {place}" for place, name in enumerate(header, start=1)]


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
            f"line {index + 1} {_what_is_wrong(text, expected)}{_RULE}",
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
