"""Tidy CSV files: one for each published table, one with all of them, each with its CSVW metadata.

Rules: RFC 4180 (UTF-8, CRLF, one header row) and CSVW, as the government's tabular data standard asks. Nothing
but numbers stands in `value`; the reason for an empty one is in `status`. England is told from providers by
`level`, its codes and name are empty.
"""

import json
from pathlib import Path
from typing import Final

import polars as pl

from publish.disclosure.control import SHOWN, ProtectedTable
from publish.edition import Edition
from publish.tables.specification import ALL_SETTINGS
from publish.tables.truth import ENGLAND_CODE, YEAR
from publish.writing.content import ReleaseTables
from publish.writing.csv_metadata import all_tables_metadata, measure_name, table_metadata

LINE_END: Final = "\r\n"
# How a text must begin to be run by a spreadsheet (OWASP, CSV injection): also after spaces and in full width.
FORMULA_START: Final = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"


def write_csv_files(tables: ReleaseTables, edition: Edition, folder: Path) -> list[Path]:
    """Write the CSV files of a release and beside each its metadata, `<name>.csv-metadata.json`.

    Returns every file written, each CSV followed by its metadata: the tables in published order, then all
    tables together. Columns: see `tidy` and `all_together`.
    """
    written: list[Path] = []
    for number, table in tables.provider.items():
        file = folder / f"{edition.table_stem(number, table.spec.file_stem)}.csv"
        described = table_metadata(table, edition, tables.policy, file.name)
        written += write_described(tidy(table), described, file)
    file = folder / all_tables_name(edition)
    every = tuple(tables.provider.values())
    described = all_tables_metadata(every, edition, tables.policy, file.name)
    return written + write_described(all_together(every), described, file)


def all_tables_name(edition: Edition) -> str:
    """`DID-All-Tables-2022-23-2023-07-20.csv`, with the marks of a draft and of made-up records."""
    return edition.file_name(f"DID-All-Tables-{edition.period.year}-{edition.published.isoformat()}.csv")


def tidy(table: ProtectedTable) -> pl.DataFrame:
    """A protected table with a row for each value, in published order.

    Columns: period (ISO month, or the first and the last month of the year so far as `2022-04/2023-03`),
    period_type (`month`, `year_to_date`), level (`England`, `Provider`), region_code, org_code, provider_name
    (empty for England), modality or test, source_setting (where the table divides by it), measure, value
    (tests or days; null where hidden or without data), status (`suppressed`, `no data` or null).
    """
    spec = table.spec
    settings = {"source_setting": pl.col("setting")} if spec.settings else {}
    return table.cells.select(
        **period_columns(table),
        **place_columns(),
        **{spec.label_heading.lower(): pl.col("label")},
        **settings,
        measure=pl.lit(measure_name(table)),
        value=pl.col("value"),
        status=empty_where(pl.col("status"), SHOWN),
    )


def all_together(tables: tuple[ProtectedTable, ...]) -> pl.DataFrame:
    """Every table below one another: the columns of `tidy` after the table's number.

    The label stands in modality_or_test; source_setting is `All` for tables that do not divide by it.
    """
    return pl.concat(
        tidy(table).select(
            pl.lit(table.spec.number).alias("table"),
            pl.col("measure", "period", "period_type", "level", "region_code", "org_code", "provider_name"),
            pl.col(table.spec.label_heading.lower()).alias("modality_or_test"),
            (pl.col("source_setting") if table.spec.settings else pl.lit(ALL_SETTINGS)).alias("source_setting"),
            pl.col("value", "status"),
        )
        for table in tables
    )


def period_columns(table: ProtectedTable) -> dict[str, pl.Expr]:
    """period and period_type; the year so far is an ISO 8601 interval of months."""
    is_year = pl.col("period") == YEAR
    interval = pl.lit(f"{table.months[0]}/{table.months[-1]}")
    return {
        "period": pl.when(is_year).then(interval).otherwise(pl.col("period")),
        "period_type": pl.when(is_year).then(pl.lit("year_to_date")).otherwise(pl.lit("month")),
    }


def place_columns() -> dict[str, pl.Expr]:
    """level, then region_code, org_code and provider_name, empty for England."""
    england = pl.col("org_code") == ENGLAND_CODE
    names = ("region_code", "org_code", "provider_name")
    return {
        "level": pl.when(england).then(pl.lit("England")).otherwise(pl.lit("Provider")),
        **{name: pl.when(~england).then(pl.col(name)) for name in names},
    }


def empty_where(column: pl.Expr, word: str) -> pl.Expr:
    """The column, null where it holds that word: an empty cell, not a quoted one."""
    return pl.when(column != word).then(column)


def write_described(frame: pl.DataFrame, metadata: dict[str, object], file: Path) -> list[Path]:
    """Write a CSV file and its metadata; returns both paths."""
    description = file.with_name(f"{file.name}-metadata.json")
    write_csv(frame, file)
    description.write_text(
        json.dumps(metadata, indent=2, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n"
    )
    return [file, description]


def write_csv(frame: pl.DataFrame, file: Path) -> None:
    """Write a tidy frame: UTF-8 without a byte order mark, CRLF, harmless text, whole numbers without `.0`."""
    harmless(frame).with_columns(plain_number(pl.col("value"))).write_csv(file, line_terminator=LINE_END)


def harmless(frame: pl.DataFrame) -> pl.DataFrame:
    """Put a single quote before text that a spreadsheet would run as a formula (OWASP). Numbers are untouched."""
    text = pl.col(pl.String)
    return frame.with_columns(
        pl.when(text.str.contains(FORMULA_START)).then("'" + text).otherwise(text).name.keep()
    )


def plain_number(value: pl.Expr) -> pl.Expr:
    """A number as text: `45` for a whole one, `12.5` for a half."""
    whole = value.cast(pl.Int64)
    return pl.when(value == whole).then(whole.cast(pl.String)).otherwise(value.cast(pl.String))
