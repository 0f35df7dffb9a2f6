"""Files of areas: LSOA look-ups, deprivation deciles, and the postcode directories ONSPD and NSPL.

Their columns carry years in their names (`lsoa21cd`): of several years the latest is read.
"""

import gzip
import re
import shutil
import zlib
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from publish.errors import InputRefused
from publish.reference.columns import OFFICIAL
from publish.reference.layers import without_overlaps
from publish.reference.ods_files import Tables
from publish.reference.official_files import Grid, is_packed, opened, plain

_YEAR: Final = re.compile(r"\d\d")
POSTCODES: Final = {
    "postcode": (r"pcds", r"pcd2", r"pcd8?", r"pcd7", r"postcode"),
    "lsoa": (r"lsoa(\d\d)?(cd|_code)?",),
    "msoa": (r"msoa(\d\d)?(cd|_code)?",),
    "sub_icb_ons_code": (r"sicbl(\d\d)?(cd|_code)?", r"ccg(\d\d)?(cd|_code)?"),
    "country": (r"ctry(\d\d)?(cd|_code)?",),
    "introduced": (r"dointr",),
    "terminated": (r"doterm",),
}
LSOAS: Final = {
    "lsoa": (r"lsoa(\d\d)?(cd|_code)",),
    "msoa": (r"msoa(\d\d)?(cd|_code)",),
    "sub_icb_code": (r"sicbl(\d\d)?(cdh|_code_nhs)", r"ccg(\d\d)?(cdh|_code_nhs)"),
    "sub_icb_ons_code": (r"sicbl(\d\d)?(cd|_code)", r"ccg(\d\d)?(cd|_code)"),
    "icb_code": (r"icb(\d\d)?(cdh|_code_nhs)", r"stp(\d\d)?(cdh|_code_nhs)"),
    "icb_ons_code": (r"icb(\d\d)?(cd|_code)", r"stp(\d\d)?(cd|_code)"),
}
IMD: Final = {
    "lsoa": (r"lsoa(\d\d)?(cd|_code)", r"lsoa code \(\d{4}\)"),
    "imd_decile": (r"imd_?decile", r"index of multiple deprivation \(imd\) decile.*"),
}
_OPTIONAL: Final = ("sub_icb_code", "sub_icb_ons_code", "icb_code", "icb_ons_code")
_POSTCODE: Final = r"^[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}$"
_MONTH: Final = r"^\d{4}-?\d{2}$"


def columns_of(heading: Sequence[str], patterns: dict[str, tuple[str, ...]]) -> dict[str, str] | None:
    """The column of the file for each name, by the first pattern that one fits; None where one is wanting.

    Of columns that fit the same pattern the one of the latest year is taken.
    """
    found = {name: _column(heading, choices) for name, choices in patterns.items()}
    optional = _OPTIONAL if patterns is LSOAS else ()
    wanting = any(column is None and name not in optional for name, column in found.items())
    return None if wanting else {name: column for name, column in found.items() if column is not None}


def _column(heading: Sequence[str], choices: tuple[str, ...]) -> str | None:
    for pattern in choices:
        fitting = [name for name in heading if re.fullmatch(pattern, plain(name))]
        if fitting:
            return max(fitting, key=_year)
    return None


def _year(name: str) -> str:
    year = _YEAR.search(name)
    return year.group() if year else ""


def read_lsoas(grid: Grid, _kind: str) -> Tables:
    """lsoas: MSOA, sub-ICB and ICB of each; the decile stays as it is."""
    return {"lsoas": _of_areas(grid, LSOAS)}


def read_imd(grid: Grid, _kind: str) -> Tables:
    """lsoas: the decile of each, 1 (most deprived) to 10. Raises InputRefused where one is none."""
    rows = _of_areas(grid, IMD)
    decile = pl.col("imd_decile").str.strip_suffix(".0")
    if not rows.select(decile.is_in([str(n) for n in range(1, 11)]).all()).item():
        raise InputRefused(
            "holds deciles that are not whole numbers from 1 to 10",
            where=str(grid.file),
            do="download it again, and give it as it is",
        )
    return {"lsoas": rows.with_columns(decile)}


def _of_areas(grid: Grid, patterns: dict[str, tuple[str, ...]]) -> pl.DataFrame:
    columns = columns_of(grid.heading, patterns) or {}
    rows = grid.headed().select(pl.col(column).str.to_uppercase().alias(name) for name, column in columns.items())
    none = [pl.lit(None, pl.String).alias(name) for name in OFFICIAL["lsoas"] if name not in rows.columns]
    known = rows.filter(pl.col("lsoa").is_not_null()).with_columns(none)
    return known.unique("lsoa", keep="last", maintain_order=True).select(OFFICIAL["lsoas"])


def read_postcodes(file: Path, heading: Sequence[str]) -> pl.DataFrame:
    """postcodes of a directory with millions of rows; only the columns needed are kept in memory.

    A postcode begins on the first day of the month of introduction and ends on the last day of that of
    termination. Raises InputRefused where a value is no postcode or no month, or the file is cut short.
    """
    columns = columns_of(heading, POSTCODES) or {}
    with _unpacked(file) as plain_file:
        _refuse_cut_short(plain_file, file)
        try:
            rows = pl.scan_csv(plain_file, infer_schema=False).select(
                pl.col(column).str.strip_chars().replace("", None).alias(name) for name, column in columns.items()
            )
            read = rows.select(*_postcode_columns(), *_slips()).collect(engine="streaming")
        except pl.exceptions.PolarsError as error:
            raise _refusal(file, f"cannot be read as CSV ({type(error).__name__})") from None
    for slip in ("no postcode", "no month"):
        if read[slip].any():
            raise _refusal(
                file, f"row {(read[slip].arg_max() or 0) + 1} of the data holds something that is {slip}"
            )
    found = read.select(OFFICIAL["postcodes"])
    return found if found["postcode"].is_unique().all() else without_overlaps(found, "postcode")


def _postcode_columns() -> list[pl.Expr]:
    return [
        _spaced("postcode"),
        pl.col("lsoa", "msoa", "sub_icb_ons_code", "country").str.to_uppercase(),
        _month("introduced").alias("valid_from"),
        _month("terminated").dt.month_end().alias("valid_to"),
    ]


def _spaced(name: str) -> pl.Expr:
    """The postcode in capitals, with one blank before its last three characters."""
    letters = pl.col(name).str.replace_all(" ", "").str.to_uppercase()
    return letters.str.head(-3) + " " + letters.str.tail(3)


def _month(name: str) -> pl.Expr:
    return (pl.col(name).str.replace("-", "").str.head(6) + "01").str.to_date("%Y%m%d", strict=False)


def _slips() -> list[pl.Expr]:
    months = pl.all_horizontal(pl.col("introduced", "terminated").str.contains(_MONTH).fill_null(value=True))
    return [
        (~_spaced("postcode").str.contains(_POSTCODE)).fill_null(value=True).alias("no postcode"),
        (~months).alias("no month"),
    ]


@contextmanager
def _unpacked(file: Path) -> Generator[Path]:
    """The file, or a copy that is not packed."""
    if not is_packed(file):
        yield file
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "postcodes.csv"
        try:
            with opened(file) as packed, copy.open("wb") as out:
                shutil.copyfileobj(packed, out, 1 << 20)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise _refusal(file, "is cut short or damaged") from None
        yield copy


def _refuse_cut_short(plain_file: Path, file: Path) -> None:
    """The last line must have as many values as the first: CSV files of postcodes have no line breaks in values."""
    with plain_file.open("rb") as stream:
        first = stream.readline(1 << 16)
        stream.seek(max(0, plain_file.stat().st_size - (1 << 16)))
        last = stream.read().rstrip().rsplit(b"\n", 1)[-1]
    if last.count(b'"') % 2 or last.count(b",") < first.count(b","):
        raise _refusal(file, "is cut short: its last row has fewer values than its first")


def _refusal(file: Path, what: str) -> InputRefused:
    return InputRefused(what, where=str(file), do="download it again, and give it as it is")
