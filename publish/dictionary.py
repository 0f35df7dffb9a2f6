"""The data dictionary: a page made from the objects that the code runs on, so that the two cannot differ.

To make it anew: python -m publish.dictionary > docs/data-dictionary.md
"""

import inspect
import json
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module
from types import ModuleType
from typing import Any, Final, cast

from publish import fields
from publish.bundled import bundled
from publish.counts import reduction
from publish.counts.reduction import KEPT_OUT_KEYS, TEST_KEYS, Counts
from publish.disclosure.control import ProtectedTable
from publish.disclosure.policy import load_policy
from publish.edition import Edition
from publish.fields import reasons
from publish.house import load_house
from publish.period import Month, MonthlyPeriod
from publish.records.items import ITEMS, Item
from publish.reference.tables import COLUMNS
from publish.reference.vocabulary import cancer_groups, modalities, source_settings
from publish.tables import ledger
from publish.tables.catalogue import MONTHLY_TABLES
from publish.tables.specification import TableSpec
from publish.writing.csv_metadata import all_tables_metadata, table_metadata

Row = Sequence[str]

INTRODUCTION: Final = """\
# Data dictionary

This page is made from the code by `python -m publish.dictionary`. Do not edit it: a test fails when it differs from
what the code makes.

As the data go: [records](#records), [derived fields](#derived-fields), [counts](#counts), the [ledger](#ledger),
the [published CSV files](#published-csv-files). Then the [reference tables](#reference-tables) and the
[words](#words) that they all use."""

OF_TESTS: Final = {
    "month": "Month of the test, as 2023-03",
    "region_code": "Region under which the provider is listed",
    "org_code": "Provider",
    "modality": "Modality, by its published name",
    "cancer_group": "Group of tests suitable for diagnosing cancer; empty for most tests",
    "interventional": "Whether the exam is interventional radiology",
    "setting": "Patient source setting, code 01 to 07",
    "interval": "Which interval `days` is of. Every test is counted once under each",
    "days": "Whole days of the interval; empty where a date is missing",
    "tests": "Number of tests",
}
OF_KEPT_OUT: Final = {
    "month": "Month of the test; empty where it is not known",
    "org_code": "Provider; empty where it is not known",
    "reason": "Why the records are in no table",
    "records": "Number of records",
}
OF_LEDGER: Final = (
    OF_KEPT_OUT | {"reason": ""} | {"outcome": "What became of the records: one of the outcomes below"}
)
LEDGER_COLUMNS: Final = ("month", "org_code", "outcome", "records")


def page() -> str:
    """The whole page, as Markdown."""
    sections = (of_records, of_fields, of_counts, of_ledger, of_csv_files, of_reference, of_words)
    return "\n\n".join([INTRODUCTION, *("\n\n".join(section()) for section in sections)]) + "\n"


def outcomes() -> tuple[str, ...]:
    """What can become of a record: `in the tables` first, then every reason that keeps one out."""
    return tuple(text for module in (ledger, reasons) for text in texts_of(module))


def texts_of(module: ModuleType) -> Iterator[str]:
    """The texts that a module names, in the order in which it does."""
    return (value for name, value in vars(module).items() if name.isupper() and isinstance(value, str))


def of_records() -> Iterator[str]:
    """The items of a record."""
    yield "## Records"
    yield "The 18 items of DIDS v1.0, in the order of a CSV file without a header row."
    yield table(
        ("No", "Column", "NHS Data Dictionary", "Kind", "Used for the tables"),
        ((str(number), *item_row(item)) for number, item in enumerate(ITEMS, start=1)),
    )


def item_row(item: Item) -> Row:
    """Column, dictionary name, kind, and whether the tables use it."""
    used = {*reduction.SITE, *reduction.EXAM, *reduction.SETTING, reduction.TEST_DATE, *reduction.OTHER_DATES}
    kind = "date" if item.is_date else "text"
    return f"`{item.name}`", capitalised(item.data_dictionary), kind, "yes" if item.name in used else "no"


def capitalised(name: str) -> str:
    """`NHS NUMBER STATUS` as `NHS number status`: abbreviations keep their capitals."""
    known = ("NHS", "NICIP", "SNOMED", "CT")
    words = [word if word.strip("()") in known else word.lower() for word in name.split()]
    return " ".join([words[0] if words[0] in known else words[0].capitalize(), *words[1:]])


def of_fields() -> Iterator[str]:
    """The derived fields, each by what its function says of itself."""
    yield "## Derived fields"
    yield "One function each, in `publish/fields/`. Names in capitals are those of the official data asset."
    for module in field_modules():
        yield f"### {module.__name__.rpartition('.')[2].capitalize()}"
        yield paragraphs(module)[0]
        yield table(("Field", "What it is"), ((f"`{f.__name__}`", described(f)) for f in functions_of(module)))


def field_modules() -> list[ModuleType]:
    """Every module of derived fields; the reasons stand under the ledger."""
    every = (import_module(f"{fields.__name__}.{found.name}") for found in pkgutil.iter_modules(fields.__path__))
    return [module for module in every if module is not reasons]


def functions_of(module: ModuleType) -> list[Callable[..., Any]]:
    """The public functions that a module defines, in its order."""
    functions = [function for name, function in vars(module).items() if not name.startswith("_")]
    return [f for f in functions if inspect.isfunction(f) and f.__module__ == module.__name__]


def described(thing: object) -> str:
    """Its documentation as one paragraph."""
    return " ".join(paragraphs(thing))


def paragraphs(thing: object) -> list[str]:
    """Its documentation, a text for each paragraph."""
    return [" ".join(part.split()) for part in (inspect.getdoc(thing) or "").split("\n\n")]


def of_counts() -> Iterator[str]:
    """The columns of `Counts`."""
    yield "## Counts"
    yield paragraphs(Counts)[0] + " Everything published is worked out from these two small tables."
    yield "`tests`:"
    yield columns_table((*TEST_KEYS, "tests"), OF_TESTS)
    yield "`kept_out`:"
    yield columns_table((*KEPT_OUT_KEYS, "records"), OF_KEPT_OUT)


def of_ledger() -> Iterator[str]:
    """The columns of the ledger and what can stand in it."""
    yield "## Ledger"
    yield "`internal/ledger.csv` of a release: where every record went."
    yield columns_table(LEDGER_COLUMNS, OF_LEDGER)
    yield "Outcomes, explained in [Make a release](make-a-release.md#records-kept-out-and-the-ledger):"
    yield "\n".join(f"- {outcome}" for outcome in outcomes())


def of_csv_files() -> Iterator[str]:
    """The columns of the published CSV files, from the metadata that goes with them."""
    edition, policy = an_edition(), load_policy()
    tables = tuple(without_values(spec) for spec in MONTHLY_TABLES)
    together = all_tables_metadata(tables, edition, policy, "")["tableSchema"]
    yield "## Published CSV files"
    yield "### All tables together"
    yield csv_table(together["columns"])
    yield f"No two rows have the same {in_code(together['primaryKey'])}."
    yield "### One table each"
    yield (
        "The same columns, without `table`. The label stands under the name that the table gives it (`modality` or "
        "`test`). `source_setting` is there only where the table divides by it."
    )
    yield table(("Table", "Columns"), (csv_row(one, edition) for one in tables))


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
    return one.spec.number, in_code(column["name"] for column in columns)


def an_edition() -> Edition:
    """An edition to ask for metadata with: its dates do not show."""
    day = date(2023, 7, 20)
    period = MonthlyPeriod(Month(2023, 3))
    return Edition(period, day, day, load_house(), draft=False, made_up=False)


@dataclass(frozen=True)
class Described:
    """All that the metadata asks of a table: what it is. It holds no value that would have to be protected."""

    spec: TableSpec


def without_values(spec: TableSpec) -> ProtectedTable:
    """What stands in for a published table where only its columns are asked for."""
    return cast("ProtectedTable", Described(spec))


def of_reference() -> Iterator[str]:
    """The reference tables, from the data package that describes them."""
    package = json.loads((bundled("reference_data") / "datapackage.json").read_text(encoding="utf-8"))
    yield "## Reference tables"
    yield package["description"]
    names = " and ".join(f"`{name}.csv`" for name in COLUMNS).replace(" and ", ", ", len(COLUMNS) - 2)
    place = "[Change things](change-things.md#reference-data)"
    yield f"Your own {names} take the place of the bundled ones: see {place}."
    for resource in package["resources"]:
        yield from of_resource(resource)


def of_resource(resource: dict[str, Any]) -> Iterator[str]:
    """One bundled table."""
    yield f"### `{resource['path']}`"
    yield f"{resource['title']}. {resource['description']}"
    columns = resource["schema"]["fields"]
    rows = ((f"`{c['name']}`", c["description"], c["type"], may_be_empty(c)) for c in columns)
    yield table(("Column", "What it is", "Kind", "May be empty"), rows)
    yield "Source: " + "; ".join(source["title"] for source in resource["sources"]) + "."


def may_be_empty(column: dict[str, Any]) -> str:
    """Whether a column of a bundled table may be empty."""
    return "no" if column.get("constraints", {}).get("required") else "yes"


def of_words() -> Iterator[str]:
    """The published words."""
    yield "## Words"
    yield "### Modalities"
    headings = ("Published name", "Everyday name", "Tables 1 to 3", "Table 12")
    yield table(
        headings,
        (
            (m.modality, m.common_name, "yes" if m.in_provider_tables else "no", m.interventional_name or "no")
            for m in modalities()
        ),
    )
    yield "### Groups of tests suitable for diagnosing cancer"
    yield table(
        ("Published name", "Value of `early_diagnosis_of_cancer` in the exam look-up"),
        ((group.cancer_group, group.early_diagnosis_of_cancer) for group in cancer_groups()),
    )
    yield "### Patient source settings"
    yield table(("Code", "Name"), ((setting.code, setting.source_setting) for setting in source_settings()))


def columns_table(names: Iterable[str], meanings: dict[str, str]) -> str:
    """Columns and what they are."""
    return table(("Column", "What it is"), ((f"`{name}`", meanings[name]) for name in names))


def in_code(names: Iterable[str]) -> str:
    """`a`, `b`."""
    return ", ".join(f"`{name}`" for name in names)


def table(headings: Row, rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(page())
