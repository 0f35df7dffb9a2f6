"""Tidy CSV files: one for each published table, one with all those that have a number, each with its CSVW metadata.

Rules: RFC 4180 (UTF-8, CRLF, one header row) and CSVW, as the government's tabular data standard asks. Nothing
but numbers stands in `value`; the reason for an empty one is in `status`. England is told from other rows by
`level`, its codes and name are empty.
"""

import json
from pathlib import Path
from typing import Final

import polars as pl

from publish.disclosure.control import SHOWN, ProtectedTable
from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.tables.specification import ALL_SETTINGS, Level, TableSpec, WorkbookSpec
from publish.tables.truth import ENGLAND_CODE, YEAR
from publish.writing.content import ReleaseTables
from publish.writing.csv_metadata import (
    all_tables_metadata,
    column_names,
    measure_name,
    setting_name,
    table_metadata,
)
from publish.writing.fillings import Fillings

LINE_END: Final = "\r\n"
# How a text must begin to be run by a spreadsheet (OWASP, CSV injection): also after spaces and in full width.
FORMULA_START: Final = r"^\s*[=+\-@＝＋－＠]|^[\t\r\n]"


def write_csv_files(tables: ReleaseTables, edition: Edition, folder: Path) -> list[Path]:
    """Write the CSV files of a release and beside each its metadata, `<name>.csv-metadata.json`.

    Returns every file written, each CSV followed by its metadata: the tables in published order, then all
    tables together. Columns: see `tidy` and `all_together`.
    """
    written: list[Path] = []
    for workbook in tables.workbooks:
        for table in workbook.tables:
            file = folder / f"{csv_stem(table, workbook.spec, edition, tables.policy)}.csv"
            described = table_metadata(table, edition, tables.policy, file.name)
            written += write_described(tidy(table), described, file)
    file = folder / all_tables_name(edition)
    every = tuple(table for workbook in tables.published for table in workbook.tables)
    described = all_tables_metadata(every, edition, tables.policy, file.name)
    return written + write_described(all_together(every), described, file)


def csv_stem(table: ProtectedTable, workbook: WorkbookSpec, edition: Edition, policy: Policy) -> str:
    """The name of a table's file: as its workbook's, with the quarter where it is for one.

    A table beyond the published ones has no number there, so that nobody who looks for Table 1 finds two.
    """
    stem = Fillings(table, edition, policy).stem
    return edition.table_stem(table.spec.number if workbook.number else "", stem)


def all_tables_name(edition: Edition) -> str:
    """`DID-All-Tables-2022-23-2023-07-20.csv`, with the marks of a draft and of made-up records."""
    return f"{edition.dated(f'DID-All-Tables-{edition.period.year}')}.csv"


def tidy(table: ProtectedTable) -> pl.DataFrame:
    """A protected table with a row for each value, in published order.

    Columns: period (ISO month, or the first and the last month of a longer one as `2022-04/2023-03`), period_type
    (`month`, `quarter`, `year_to_date`), level (`England`, `Provider`, …), what says where or who (region_code,
    org_code, provider_name of a provider; empty for England), modality or test, source_setting or sex (where the
    table divides by it), column_group and column (the headings, of a table whose columns are not months), measure,
    value (tests, days, per cent, or tests per 1,000 population; null where hidden or without data), status
    (`suppressed`, `no data` or null).
    """
    spec = table.spec
    settings = {setting_name(spec): pl.col("setting")} if spec.settings else {}
    columns = {name: pl.col(name) for name in column_names(spec)}
    return _with_columns(table).select(
        **period_columns(table),
        level="level",
        **place_columns(spec),
        **{spec.label_heading.lower(): pl.col("label")},
        **settings,
        **columns,
        measure="measure",
        value=pl.col("value"),
        status=empty_where(pl.col("status"), SHOWN),
    )


def all_together(tables: tuple[ProtectedTable, ...]) -> pl.DataFrame:
    """Every table below one another: the columns of `tidy` after the table's number.

    The label stands in modality_or_test; source_setting is `All` for tables that do not divide by it. What a row is
    about stands in region_code, org_code and org_name, whatever its level.
    """
    return pl.concat(
        _with_columns(table).select(
            pl.lit(table.spec.number).alias("table"),
            "measure",
            **period_columns(table),
            level="level",
            region_code=without_dash("region_code"),
            org_code=without_dash("org_code"),
            org_name=unless_england("provider_name"),
            modality_or_test="label",
            source_setting=pl.col("setting") if table.spec.settings else pl.lit(ALL_SETTINGS),
            column_group=pl.col("column_group").cast(pl.String),
            column=pl.col("column").cast(pl.String),
            value="value",
            status=empty_where(pl.col("status"), SHOWN),
        )
        for table in tables
    )


def _with_columns(table: ProtectedTable) -> pl.DataFrame:
    """The cells with the headings of their column (null for a month), and what they measure."""
    headings = pl.DataFrame(
        [
            (column.period, column.name, column.group or None, column.heading or None, measure_name(table, column))
            for column in table.columns
        ],
        schema=dict.fromkeys(("period", "name", "column_group", "heading", "measure"), pl.String),
        orient="row",
    )
    cells = table.cells.rename({"column": "name"})
    named = cells.join(headings, on=["period", "name"], how="left", maintain_order="left")
    return named.rename({"heading": "column"})


def period_columns(table: ProtectedTable) -> dict[str, pl.Expr]:
    """period and period_type; more than a month is an ISO 8601 interval of months."""
    is_whole = pl.col("period") == YEAR
    interval = pl.lit(f"{table.months[0]}/{table.months[-1]}")
    whole = "quarter" if table.spec.by_quarter else "year_to_date"
    return {
        "period": pl.when(is_whole).then(interval).otherwise(pl.col("period")),
        "period_type": pl.when(is_whole).then(pl.lit(whole)).otherwise(pl.lit("month")),
    }


def place_columns(spec: TableSpec) -> dict[str, pl.Expr]:
    """What says where or who a row is, empty for England and where there is no code."""
    return {
        place.csv_name: unless_england(place.name) if place.name == "provider_name" else without_dash(place.name)
        for place in spec.basis.places
    }


def unless_england(name: str) -> pl.Expr:
    """The column, null for England."""
    return pl.when(pl.col("level") != Level.ENGLAND.value).then(pl.col(name))


def without_dash(name: str) -> pl.Expr:
    """The column, null where it says that there is no code."""
    return pl.when(pl.col(name).cast(pl.String) != ENGLAND_CODE).then(pl.col(name))


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
