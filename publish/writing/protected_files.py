"""The protected tables of a release in its internal folder, so that what is approved is what was reviewed."""

import json
from pathlib import Path
from typing import Final

import polars as pl

from publish.disclosure.control import ProtectedTable, restore
from publish.disclosure.policy import Policy
from publish.period import Month, months_between
from publish.tables.catalogue import ACTIVITY, MONTHLY_TABLES
from publish.writing.content import ReleaseTables

_PROVIDER: Final = {spec.number: spec for spec in MONTHLY_TABLES}
_ENGLAND: Final = _PROVIDER | {ACTIVITY.number: ACTIVITY}
_CONTENTS: Final = "contents.json"


def save_tables(tables: ReleaseTables, folder: Path) -> None:
    """Write the tables as Parquet files, and their months and the provider issues beside them."""
    folder.mkdir()
    named = {f"provider-{number}": table for number, table in tables.provider.items()}
    named |= {f"england-{number}": table for number, table in tables.england.items()}
    named["year-to-date"] = tables.year_to_date
    if tables.year_before:
        named["year-before"] = tables.year_before
    for name, table in named.items():
        table.cells.write_parquet(folder / f"{name}.parquet")
    months = {name: (str(table.months[0]), str(table.months[-1])) for name, table in named.items()}
    contents = {"months": months, "issues": tables.issues}
    (folder / _CONTENTS).write_text(json.dumps(contents, indent=1) + "\n", encoding="utf-8")


def load_tables(folder: Path, policy: Policy) -> ReleaseTables:
    """The tables that `save_tables` wrote, protected by that policy."""
    contents = json.loads((folder / _CONTENTS).read_text(encoding="utf-8"))

    def table(name: str) -> ProtectedTable:
        kind, _, number = name.partition("-")
        spec = {"provider": _PROVIDER, "england": _ENGLAND}.get(kind, {}).get(number, ACTIVITY)
        first, last = (Month.parse(text) for text in contents["months"][name])
        return restore(spec, months_between(first, last), pl.read_parquet(folder / f"{name}.parquet"))

    return ReleaseTables(
        provider={number: table(f"provider-{number}") for number in _PROVIDER},
        england={number: table(f"england-{number}") for number in _ENGLAND},
        year_to_date=table("year-to-date"),
        year_before=table("year-before") if "year-before" in contents["months"] else None,
        issues=tuple(contents["issues"]),
        policy=policy,
    )
