"""The columns of the published CSV files."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from publish.dictionary.markdown import Row, in_code, table
from publish.disclosure.control import ProtectedTable
from publish.disclosure.policy import load_policy
from publish.edition import Edition
from publish.house import load_house
from publish.period import FinancialYear, Month, MonthlyPeriod, quarters
from publish.tables.further import REGIONS_AND_BOARDS
from publish.tables.specification import Column, TableSpec
from publish.tables.workbooks import ANNUAL, MONTHLY
from publish.writing.csv_metadata import all_tables_metadata, table_metadata

A_QUARTER: Final = quarters(FinancialYear(2022))[0]  # what stands in for the months of a table


def of_csv_files() -> Iterator[str]:
    """The columns of the published CSV files, from the metadata that goes with them."""
    edition, policy = an_edition(), load_policy()
    every = {spec.file_stem: spec for workbook in (*MONTHLY, *ANNUAL) for spec in workbook.tables}
    tables = tuple(without_values(spec) for spec in every.values())
    published = tuple(table for table in tables if table.spec.basis is not REGIONS_AND_BOARDS and table.spec.number)
    together = all_tables_metadata(published, edition, policy, "")["tableSchema"]
    yield "## Published CSV files"
    yield "### All tables together"
    yield csv_table(together["columns"])
    yield f"No two rows have the same {in_code(together['primaryKey'])}."
    yield "### One table each"
    yield (
        "The same columns, without `table`. The label stands under the name that the table gives it (`modality` or "
        "`test`), and what a row is about under names of its own. `source_setting` or `sex` is there only where "
        "the table divides by it, `column` only where its columns are not months. Tables by region and "
        "integrated care board have a file each beside these."
    )
    yield table(
        ("Table", "Columns"), (csv_row(one, edition) for one in tables if one.spec.basis is not REGIONS_AND_BOARDS)
    )


def csv_table(columns: Iterable[dict[str, Any]]) -> str:
    """The columns of one CSV file."""
    headings = ("Column", "What it is", "Holds", "May be empty")
    return table(headings, (csv_column(column) for column in columns))


def csv_column(column: dict[str, Any]) -> Row:
    """One column: its name, description, type or words, and whether it may be empty."""
    empty = "no" if column["required"] else "yes"
    return f"`{column['name']}`", column["dc:description"], holds(column["datatype"]), empty


def holds(datatype: str | dict[str, Any]) -> str:
    """What a column holds: its type, and the words or the pattern to which it is held."""
    if isinstance(datatype, str):
        return "text"
    words = re.fullmatch(r"\^\(([^\\]*(?:\\[().*+?][^\\]*)*)\)\$", datatype.get("format", ""))
    if words:
        return "; ".join(re.sub(r"\\(.)", r"\1", word) for word in words[1].split("|"))
    return {"string": "text", "decimal": "number", "integer": "whole number"}[datatype["base"]]


def csv_row(one: ProtectedTable, edition: Edition) -> Row:
    """A table's number, and the columns of its file."""
    columns = table_metadata(one, edition, load_policy(), "")["tableSchema"]["columns"]
    return one.spec.number or one.spec.title, in_code(column["name"] for column in columns)


def an_edition() -> Edition:
    """An edition to ask for metadata with: its dates do not show."""
    day = date(2023, 7, 20)
    period = MonthlyPeriod(Month(2023, 3))
    return Edition(period, day, day, load_house(), draft=False, made_up=False)


@dataclass(frozen=True)
class Described:
    """All that the metadata asks of a table: what it is. It holds no value that would have to be protected."""

    spec: TableSpec
    months: tuple[Month, ...] = A_QUARTER

    @property
    def columns(self) -> tuple[Column, ...]:
        """As `ProtectedTable.columns`."""
        return self.spec.columns_for(self.months)


def without_values(spec: TableSpec) -> ProtectedTable:
    """What stands in for a published table where only its columns are asked for."""
    return cast("ProtectedTable", Described(spec))
