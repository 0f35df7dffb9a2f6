"""The two data sets of a link, read in pieces: the tests of the data product, and the events of the other."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import polars as pl

from publish.errors import InputRefused, UsageError, did_you_mean
from publish.product.pseudonyms import person_number, person_pseudonym
from publish.records.readers import refusing
from publish.records.values import clock_date

TEST_DATE: Final = "DIAGNOSTIC_TEST_DATE"
PRODUCT_COLUMNS: Final = ("PROVIDER_CODE", "PROVIDER_NAME", "MODALITY", TEST_DATE)
LOOKED_AT: Final = 10_000  # rows of the other data set in which a column of dates is looked for
MOST_DIGITS: Final = 2  # in the name of a column; the first record of a file without a header has more


def read_tests(product: Path, on: str) -> pl.LazyFrame:
    """The tests of a data product (a Parquet file, or a folder of them): person, day, provider and modality.

    `person` is the number in the column `on`, null where blank; `day` the test date, null where none;
    PROVIDER_CODE, PROVIDER_NAME and MODALITY, null where blank. Raises InputRefused where the product cannot be
    read or lacks a column.
    """
    with refusing(parquet_of(product)):
        rows = pl.scan_parquet(_parquet_files(product), hive_partitioning=False, glob=False, extra_columns="ignore")
        kinds = rows.collect_schema()
    _refuse_missing((on, *PRODUCT_COLUMNS), kinds.names(), product)
    return rows.select(
        *(_text(name) for name in ("PROVIDER_CODE", "PROVIDER_NAME", "MODALITY")),
        person=_person(on, kinds[on], product),
        day=_day(TEST_DATE, kinds[TEST_DATE], product),
    )


def read_events(other: Path, on: str, date_column: str | None, key: bytes | None) -> pl.LazyFrame:
    """The events of another data set (CSV with a header, or Parquet): person and day, null where blank or no date.

    With a key, `person` is the pseudonym of the number. Without `date_column`, the only column of dates is taken.
    Raises InputRefused where the file cannot be read or lacks a column, UsageError where it has several or no
    columns of dates.
    """
    with refusing(other):
        rows = _scan(other)
        kinds = rows.collect_schema()
    _refuse_missing((on, *([date_column] if date_column else [])), kinds.names(), other)
    dated = date_column or _only_date(rows, on, other)
    person = _person(on, kinds[on], other)
    return rows.select(
        person=person if key is None else person_pseudonym(person, key),
        day=_day(dated, kinds[dated], other),
    )


def parquet_of(product: Path) -> Path:
    """How the files of a product are named in a message."""
    return product / "*.parquet" if product.is_dir() else product


def _parquet_files(product: Path) -> list[Path]:
    """The file, or those of a folder and the folders in it, but for hidden ones."""
    if product.is_file() and product.suffix.lower() == ".parquet":
        return [product]
    inside = {file: file.relative_to(product).parts for file in product.rglob("*.parquet") if file.is_file()}
    seen = sorted(file for file, parts in inside.items() if not any(part.startswith((".", "_")) for part in parts))
    if not seen:
        raise InputRefused(
            "no data product there",
            where=str(product),
            do="name a folder that `publish derive` made, or a Parquet file",
        )
    return seen


def _scan(other: Path) -> pl.LazyFrame:
    if not other.is_file() or other.suffix.lower() not in {".csv", ".parquet"}:
        raise InputRefused(
            "no data set to link to there", where=str(other), do="name a CSV file with a header, or a Parquet file"
        )
    if other.suffix.lower() == ".parquet":
        return pl.scan_parquet(other, hive_partitioning=False, glob=False)
    return pl.scan_csv(other, infer_schema=False, glob=False)


def _refuse_missing(wanted: Sequence[str], found: Sequence[str], file: Path) -> None:
    missing = [name for name in wanted if name not in found]
    if missing:
        # the first record of a file without a header stands where the names should: it is not shown
        is_header = all(len(re.findall(r"\d", name)) <= MOST_DIGITS for name in found)
        named = [name for name in found if is_header and re.fullmatch(r"\w[\w .-]*", name, re.ASCII)]
        raise InputRefused(
            f"has no column {missing[0]}.{_nearest(missing[0], named)}",
            where=str(file),
            do="give both data sets with a header and that column, or name another column",
        )


def _nearest(wanted: str, found: Sequence[str]) -> str:
    same = next((name for name in found if name.strip().lower() == wanted.lower()), None)
    return f" Did you mean {same!r}?" if same else did_you_mean(wanted, found)


def _person(name: str, kind: pl.DataType, file: Path) -> pl.Expr:
    # messages without what belongs to a type: the categories of an enumeration are values of records
    whole_numbers = kind.is_integer() or (isinstance(kind, pl.Decimal) and kind.scale == 0)
    if not (whole_numbers or isinstance(kind, pl.String | pl.Categorical | pl.Enum | pl.Null)):
        raise InputRefused(
            f"column {name} holds {kind.base_type()}, not numbers of persons", where=str(file), do="give it as text"
        )
    return person_number(pl.col(name))


def _text(name: str) -> pl.Expr:
    text = pl.col(name).cast(pl.String).str.strip_chars()
    return pl.when(text != "").then(text).alias(name)


def _day(name: str, kind: pl.DataType, file: Path) -> pl.Expr:
    if not isinstance(kind, pl.Date | pl.Datetime | pl.String | pl.Null):
        raise InputRefused(
            f"column {name} holds {kind.base_type()}, not dates", where=str(file), do="give it as a date or as text"
        )
    return clock_date(name, kind)


def _only_date(rows: pl.LazyFrame, on: str, file: Path) -> str:
    """The only column of dates: of that type, or text that mostly holds dates."""
    with refusing(file):
        looked_at = rows.head(LOOKED_AT).collect()
    found = [name for name in looked_at.columns if name != on and _holds_dates(looked_at[name])]
    if len(found) == 1:
        return found[0]
    what = f"has several columns of dates: {', '.join(found)}" if found else "has no column of dates (CCYY-MM-DD)"
    raise UsageError(what, where=str(file), do="name the column of the event's date with --date")


def _holds_dates(values: pl.Series) -> bool:
    if isinstance(values.dtype, pl.Date | pl.Datetime):
        return True
    if not isinstance(values.dtype, pl.String):
        return False
    given = values.to_frame("value").filter(pl.col("value").str.strip_chars() != "")
    dates = given.select(clock_date("value", pl.String()).is_not_null().sum()).item()
    return 2 * dates > given.height
