"""The protected tables of a release in its internal folder, so that what is approved is what was reviewed."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Final

import polars as pl

from publish.disclosure.control import ProtectedTable, restore
from publish.disclosure.policy import Policy
from publish.period import Month, months_between
from publish.tables.annual import NATIONAL
from publish.tables.catalogue import ACTIVITY, MONTHLY_TABLES
from publish.tables.specification import TableSpec
from publish.tables.workbooks import workbooks_of
from publish.writing.content import ProtectedWorkbook, ReleaseTables

_ENGLAND: Final = {spec.number: replace(spec, basis=NATIONAL) for spec in (*MONTHLY_TABLES, ACTIVITY)}
_CONTENTS: Final = "contents.json"
_EARLIER: Final = "earlier-years"


def save_tables(tables: ReleaseTables, folder: Path) -> None:
    """Write the tables as Parquet files, and which they are and their months beside them.

    Provider issues are not written: what is said of them is decided later.
    """
    folder.mkdir()
    listed = list(_of_workbooks(tables))
    named = {f"table-{place}": table for place, (_, table) in enumerate(listed)}
    named |= {f"england-{number}": table for number, table in tables.england.items()}
    named["year-to-date"] = tables.year_to_date
    if tables.year_before:
        named["year-before"] = tables.year_before
    for name, table in named.items():
        table.cells.write_parquet(folder / f"{name}.parquet")
    if tables.earlier is not None:
        tables.earlier.write_parquet(folder / f"{_EARLIER}.parquet")
    months = {name: [str(table.months[0]), str(table.months[-1])] for name, table in named.items()}
    stems = {f"table-{place}": [stem, table.spec.file_stem] for place, (stem, table) in enumerate(listed)}
    contents = {"months": months, "tables": stems}
    (folder / _CONTENTS).write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")


def load_tables(folder: Path, policy: Policy, *, annual: bool) -> ReleaseTables:
    """The tables that `save_tables` wrote, of an annual or a monthly release, protected by that policy."""
    contents = json.loads((folder / _CONTENTS).read_text(encoding="utf-8"))

    def table(name: str, spec: TableSpec = _ENGLAND[ACTIVITY.number]) -> ProtectedTable:
        first, last = (Month.parse(text) for text in contents["months"][name])
        return restore(spec, months_between(first, last), pl.read_parquet(folder / f"{name}.parquet"))

    return ReleaseTables(
        workbooks=tuple(_workbooks(contents["tables"], table, annual=annual)),
        england={number: table(f"england-{number}", spec) for number, spec in _ENGLAND.items()},
        year_to_date=table("year-to-date"),
        year_before=table("year-before") if "year-before" in contents["months"] else None,
        issues=(),
        policy=policy,
        earlier=pl.read_parquet(folder / f"{_EARLIER}.parquet")
        if (folder / f"{_EARLIER}.parquet").is_file()
        else None,
    )


def differing(tables: ReleaseTables, folder: Path) -> tuple[str, ...]:
    """The tables (by their file stem) whose cells are others than those that `save_tables` wrote into a folder.

    Tables that only one of the two has are none of them. Rule: publication specification, Workbook style: `Revised`
    has the date when a table is republished.
    """
    stored = json.loads((folder / _CONTENTS).read_text(encoding="utf-8"))["tables"]
    listed = groupby(_of_workbooks(tables), key=lambda pair: pair[1].spec.file_stem)
    held = {stem: [name for name, (_, own) in stored.items() if own == stem] for _, stem in stored.values()}
    return tuple(
        stem
        for stem, made in listed
        if stem in held and not _same([table for _, table in made], held[stem], folder)
    )


def _same(made: Sequence[ProtectedTable], names: Sequence[str], folder: Path) -> bool:
    kept = (pl.read_parquet(folder / f"{name}.parquet") for name in names)
    return len(made) == len(names) and all(
        table.cells.cast(cells.schema).equals(cells) for table, cells in zip(made, kept, strict=True)
    )


def _of_workbooks(tables: ReleaseTables) -> Iterator[tuple[str, ProtectedTable]]:
    """Every table of the workbooks, with the file stem of its workbook."""
    for workbook in tables.workbooks:
        for table in workbook.tables:
            yield workbook.spec.file_stem, table


def _workbooks(
    listed: dict[str, list[str]], table: Callable[[str, TableSpec], ProtectedTable], *, annual: bool
) -> Iterator[ProtectedWorkbook]:
    known = {workbook.file_stem: workbook for workbook in workbooks_of(annual=annual)}
    for stem, names in groupby(listed, key=lambda name: listed[name][0]):
        specs = {spec.file_stem: spec for spec in known[stem].tables}
        yield ProtectedWorkbook(known[stem], tuple(table(name, specs[listed[name][1]]) for name in names))
