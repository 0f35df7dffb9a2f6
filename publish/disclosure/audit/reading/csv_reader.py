"""CSV files as sheets."""

import csv
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections import Counter
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import Final

from publish.disclosure.audit.reading.cells import DAMAGED, Unreadable, Values
from publish.disclosure.audit.reading.sheet import Sheet, Value

_DELIMITERS: Final = ",;\t"
_LOOKED_AT: Final = 50  # records, to see what stands between the values


def read_csv(file: Path, name: str) -> Iterator[Sheet]:
    """The one sheet of a CSV file, as of the file `name`: a row for every record, empty ones too.

    UTF-8, or UTF-16 where the file begins with its mark, or otherwise Windows-1252; comma, semicolon or tab between
    the values. Raises Unreadable where it is no text.
    """
    text = decoded(file.read_bytes())
    if "\0" in text:
        raise Unreadable(DAMAGED)
    values = Values()
    records = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    rows = [_without_tail([values[cell] for cell in record]) for record in records]
    while rows and not rows[-1]:
        rows.pop()
    yield Sheet(name, "", rows)


def decoded(content: bytes) -> str:
    """A file's text, in the first encoding that fits."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    """What stands between the values: what gives the most records the same number of values, and more than one."""
    return max(_DELIMITERS, key=lambda delimiter: _fit(text, delimiter))


def _fit(text: str, delimiter: str) -> tuple[int, int]:
    records = islice(csv.reader(StringIO(text, newline=""), delimiter=delimiter), _LOOKED_AT)
    widths = Counter(len(record) for record in records if len(record) > 1)
    return max(((times, width) for width, times in widths.items()), default=(0, 0))


def _without_tail(values: Sequence[Value]) -> tuple[Value, ...]:
    last = len(values)
    while last and values[last - 1] is None:
        last -= 1
    return tuple(values[:last])
