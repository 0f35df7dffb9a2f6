"""Reference tables from files: in the columns expected, with codes and dates that can match, or refused."""

from collections.abc import Collection, Sequence
from io import StringIO
from pathlib import Path
from typing import Final

import polars as pl

from publish.errors import InputRefused, did_you_mean
from publish.reference.columns import COLUMNS, KEYS, NUMBERS, OPTIONAL, STORED, VALIDITY
from publish.reference.vocabulary import cancer_groups

_IN_CAPITALS: Final = (
    *("org_code", "site_code", "nicip_code", "region_code", "icb_code", "country", "interventional"),
    *("parent_code", "predecessor", "successor", "commissioner_code", "ons_code", "lsoa", "msoa", "sub_icb_code"),
    *("sub_icb_ons_code", "icb_ons_code", "submitter_code", "local_code"),
)


def read_table(table: str, file: Path) -> pl.DataFrame:
    """One reference table from a CSV file.

    Raises InputRefused where its columns are not as expected, or where a row holds what could never match: no
    code, dates that are none or end before they begin, a group or mark that no table has, a number that is none.
    """
    return checked(table, rows_of_csv(file), file)


def checked(table: str, rows: pl.DataFrame, file: Path) -> pl.DataFrame:
    """One reference table from the rows of a file, as text. Raises as `read_table` does."""
    read = cells((COLUMNS | STORED)[table], OPTIONAL.get(table, ()), rows, file)
    _refuse_rows_run_together(read, file)
    in_capitals = [column for column in _IN_CAPITALS if column in read.columns]
    coded = read.with_columns(pl.col(in_capitals).str.to_uppercase())
    _refuse_rows_that_match_nothing(table, coded, file)
    counted = _with_numbers(coded, file)
    return _with_dates(counted, file) if set(VALIDITY) <= set(counted.columns) else counted


def rows_of_csv(file: Path) -> pl.DataFrame:
    """The rows of a CSV file as text. Raises InputRefused where it is not one."""
    try:
        text = file.read_text(encoding="utf-8-sig")
        return pl.read_csv(StringIO(text), infer_schema=False)
    except (pl.exceptions.PolarsError, OSError, UnicodeDecodeError) as error:
        raise InputRefused(
            f"cannot be read as CSV ({type(error).__name__})",
            where=str(file),
            do="save it again as UTF-8 CSV, with no more values on a line than there are columns",
        ) from None


def cells(expected: Sequence[str], optional: Sequence[str], rows: pl.DataFrame, file: Path) -> pl.DataFrame:
    """The expected columns and the optional ones, trimmed, null where blank; no row is empty."""
    given = {name.strip().lower(): name for name in rows.columns}
    missing = [column for column in expected if column not in given]
    if missing:
        raise InputRefused(
            f"lacks the columns {', '.join(missing)}.{did_you_mean(missing[0], rows.columns)}",
            where=str(file),
            do=f"give the columns {', '.join(expected)}, with commas between them",
        )
    none = pl.lit(None, pl.String)
    return (
        rows.with_columns(pl.all().str.strip_chars().replace("", None))
        .select(
            (pl.col(given[column]) if column in given else none).alias(column) for column in (*expected, *optional)
        )
        .filter(pl.any_horizontal(pl.all().is_not_null()))
    )


def _refuse_rows_run_together(rows: pl.DataFrame, file: Path) -> None:
    """A value over several lines: a quotation mark that was left open has swallowed the rows up to the next one."""
    for column in rows.columns:
        if rows[column].str.contains("\n", literal=True).any():
            raise InputRefused(
                f"{column} holds a value that runs over several lines",
                where=str(file),
                do="write it on one line, and close every quotation mark",
            )


def _refuse_rows_that_match_nothing(table: str, rows: pl.DataFrame, file: Path) -> None:
    keys = KEYS[table]
    if rows.select(pl.all_horizontal(pl.col(keys).is_null()).any()).item():
        raise InputRefused(
            f"a row has no {' and no '.join(keys)}", where=str(file), do="give every row its code, or take it out"
        )
    known: dict[str, Collection[str]] = {
        "published_test_group": [group.cancer_group for group in cancer_groups()],
        "interventional": ("Y", "N"),
    }
    for column in (column for column in rows.columns if column in known):
        for value in rows[column].drop_nulls().unique().sort():
            if value not in known[column]:
                raise InputRefused(
                    f"{column} holds {value!r}, which is none of its values.{did_you_mean(value, known[column])}",
                    where=str(file),
                    do=f"use one of {', '.join(sorted(known[column]))}, or leave it empty",
                )


def _with_numbers(rows: pl.DataFrame, file: Path) -> pl.DataFrame:
    for column in (column for column in NUMBERS if column in rows.columns):
        whole = pl.when(pl.col(column).str.contains(r"^[1-9]\d{0,9}$")).then(column).cast(pl.Int64).alias(column)
        rows = rows.with_columns(whole)
        if rows[column].has_nulls():
            raise InputRefused(
                f"{column} holds something that is not a whole number above 0",
                where=str(file),
                do="write it in digits alone, as 1234567, or take the row out",
            )
    return rows


def _with_dates(rows: pl.DataFrame, file: Path) -> pl.DataFrame:
    dated = rows.with_columns(pl.col(VALIDITY).str.to_date("%Y-%m-%d", strict=False))
    wrong = [name for name in VALIDITY if dated[name].null_count() != rows[name].null_count()]
    if wrong:
        raise InputRefused(
            f"{wrong[0]} holds something that is not a date", where=str(file), do="write dates as 2023-04-01"
        )
    if dated.select((pl.col("valid_to") < pl.col("valid_from")).any()).item():
        raise InputRefused(
            "the valid_to of a row is before its valid_from", where=str(file), do="exchange the two or mend them"
        )
    return dated
