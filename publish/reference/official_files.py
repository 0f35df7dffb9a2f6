"""Official files as they are downloaded: CSV or JSON lines, plain or gz. Anything else is refused in words.

No message shows a value of the file: somebody may have named a file of records by mistake.
"""

import csv
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import IO, Final, cast

import polars as pl

from publish.errors import InputRefused, UsageError

HEAD: Final = 1 << 20  # bytes that are read to recognise a file
LARGEST: Final = 1 << 29  # bytes of the largest file that is read at once; postcodes are streamed
LONGEST_LINE: Final = 1 << 16
_GZ: Final = b"\x1f\x8b"
_ZIP: Final = b"PK\x03\x04"
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z_ ()/-]*\d{0,3}[A-Za-z_ ()/-]*")
_AGAIN: Final = "download it again, and give it as it is"


@dataclass(frozen=True)
class Grid:
    """The values of a file, row by row: the first row may be a heading. All rows are as long as the first."""

    file: Path
    rows: list[list[str]]

    @property
    def heading(self) -> tuple[str, ...]:
        """The first row as names of columns are compared: in small letters, without `(y/n)`."""
        return tuple(plain(cell) for cell in self.rows[0])

    @property
    def width(self) -> int:
        """How many columns there are."""
        return len(self.rows[0])

    def headed(self) -> pl.DataFrame:
        """The rows below the heading, under its names; texts trimmed, null where blank."""
        return _frame(self.rows[1:], unique(self.heading))

    def unheaded(self, names: tuple[str, ...]) -> pl.DataFrame:
        """All rows under these names; texts trimmed, null where blank."""
        return _frame(self.rows, names)

    @property
    def found(self) -> str:
        """What the file has, for a message. Its first row is shown only where it can be nothing but a heading."""
        cells = [cell.strip() for cell in self.rows[0]]
        if all(_NAME.fullmatch(cell) and len(cell) <= 40 for cell in cells):
            shown = ", ".join(cells[:30]) + (", ..." if len(cells) > 30 else "")
            return f"the columns {shown}"
        return f"{self.width} columns without a heading of that kind"


def plain(name: str) -> str:
    """The name of a column as it is compared."""
    return name.strip().lower().removesuffix("(y/n)").strip()


def unique(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names, each once: of two equal ones the first counts."""
    return tuple(name if name not in names[:n] else f"{name} ({n})" for n, name in enumerate(names))


def _frame(rows: list[list[str]], names: tuple[str, ...]) -> pl.DataFrame:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    on_one_line = pl.all().str.replace_all(r"\s*[\r\n]+\s*", " ")
    return frame.with_columns(on_one_line.str.strip_chars().replace("", None))


def head_of(file: Path) -> Grid:
    """The first rows of the file, to recognise its layout by. Raises as `whole_of` does."""
    text = _decoded(file, _bytes_of(file, HEAD), cut=True)
    return _grid(file, text)


def whole_of(file: Path) -> Grid:
    """All rows of the file.

    Raises UsageError where there is no such file; InputRefused where it is empty, packed, not text in UTF-8, cut
    short, or too large to be one of these files.
    """
    content = _bytes_of(file, LARGEST + 1)
    if len(content) > LARGEST:
        raise InputRefused("is too large to be a file of this kind", where=str(file), do=_AGAIN)
    return _grid(file, _decoded(file, content, cut=False))


def opened(file: Path) -> IO[bytes]:
    """The content of the file, unpacked where it is gz. Raises UsageError where it cannot be opened."""
    try:
        return cast("IO[bytes]", gzip.open(file)) if is_packed(file) else file.open("rb")
    except OSError as error:
        raise UsageError(
            f"cannot be opened ({error.strerror})", where=str(file), do="check the name of the file"
        ) from None


def is_packed(file: Path) -> bool:
    """Whether the file is gz."""
    with file.open("rb") as raw:
        return raw.read(len(_GZ)) == _GZ


def _bytes_of(file: Path, most: int) -> bytes:
    with opened(file) as stream:
        try:
            content = stream.read(most)
        except (EOFError, gzip.BadGzipFile, zlib.error, OSError):
            raise InputRefused("is cut short or damaged", where=str(file), do=_AGAIN) from None
    if not content.strip():
        raise InputRefused("is empty", where=str(file), do=_AGAIN)
    if content.startswith(_ZIP):
        raise InputRefused("is a packed folder (zip)", where=str(file), do="unpack it, and give the CSV file in it")
    return content


def _decoded(file: Path, content: bytes, *, cut: bool) -> str:
    if cut and len(content) == HEAD:
        content = content[: content.rfind(b"\n") + 1]
    if b"\0" in content or not content:
        raise InputRefused(
            "is no text: it is of another type, or its lines are longer than any of these files has",
            where=str(file),
            do="give the CSV file, saved as UTF-8",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InputRefused("is not text in UTF-8", where=str(file), do="save it again as UTF-8 CSV") from None


def _grid(file: Path, text: str) -> Grid:
    if text.lstrip().startswith("{"):
        return Grid(file, list(_json_rows(file, text)))
    rows: list[list[str]] = []
    try:
        rows.extend(row for row in csv.reader(StringIO(text, newline=""), strict=True) if any(map(str.strip, row)))
    except csv.Error:
        # the head of a file may end within a quoted value: its last row is not needed
        if not rows or len(text.encode()) < HEAD - LONGEST_LINE:
            raise _unreadable(file, len(rows) + 1) from None
    for number, row in enumerate(rows, start=1):
        if len(row) != len(rows[0]):
            raise InputRefused(
                f"row {number} has {len(row)} values where the first row has {len(rows[0])}: "
                "the file is cut short, or a value with a comma stands without quotation marks",
                where=str(file),
                do=_AGAIN,
            )
    if not rows:
        raise InputRefused("is empty", where=str(file), do=_AGAIN)
    return Grid(file, rows)


def _unreadable(file: Path, number: int) -> InputRefused:
    return InputRefused(
        f"row {number} cannot be read as CSV: "
        "a quotation mark is left open, or a value is longer than any of these files has",
        where=str(file),
        do=_AGAIN,
    )


def _json_rows(file: Path, text: str) -> Iterator[list[str]]:
    """JSON lines as rows: a heading from the keys of the first line, then its values."""
    keys: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            values = None
        if not isinstance(values, dict) or (keys and set(keys) != set(cast("dict[str, object]", values))):
            raise InputRefused(
                f"line {number} is not a JSON object with the same names as the first", where=str(file), do=_AGAIN
            )
        row = cast("dict[str, object]", values)
        if not keys:
            keys = sorted(row)
            yield keys
        yield [str(row[key]) if row[key] is not None else "" for key in keys]


def with_days(rows: pl.DataFrame, file: Path, **columns: str | None) -> pl.DataFrame:
    """The rows with dates: each new column from the one named (null where None is named).

    Dates as 2020-04-01, 20200401, 01/04/2020, 01-APR-2020, 01APR2020 or 1 April 2020, a time after them ignored;
    from year 2999 on they mean that there is no end. Raises InputRefused where a value is none of these.
    """
    for name, given in columns.items():
        if given is None or given not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.Date).alias(name))
            continue
        day = _day(pl.col(given))
        wrong = rows.with_row_index("row", 1).filter(pl.col(given).is_not_null() & day.is_null())
        for number in wrong["row"].head(1):
            raise InputRefused(
                f"row {number} of the data holds in {given} something that is not a date",
                where=str(file),
                do=_AGAIN,
            )
        rows = rows.with_columns(pl.when(day.dt.year() < 2999).then(day).alias(name))
    return rows


def _day(text: pl.Expr) -> pl.Expr:
    date_only = text.str.extract(
        r"^(\d{8}|\d{4}-\d{2}-\d{2}|\d{1,2}/\d{1,2}/\d{4}|\d{1,2}(?:-| ?)[A-Za-z]{3,9}(?:-| ?)\d{4})(?:[T ].*)?$", 1
    )
    formats = ("%Y%m%d", "%Y-%m-%d", "%d/%m/%Y", "%d-%b-%Y", "%d %B %Y")
    return pl.coalesce(date_only.str.to_titlecase().str.to_date(form, strict=False) for form in formats)
