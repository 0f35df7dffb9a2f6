"""The items of a record, the columns of the data product, and how these come about."""

import inspect
import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any, Final

import polars as pl

from publish import fields
from publish.counts import reduction
from publish.dictionary.markdown import Row, described, in_code, paragraphs, table
from publish.fields.asset import ASSET, EXTRACT, AssetColumn
from publish.records.items import ITEMS, Item
from publish.records.rules import RULES

# What the types of columns are called.
TYPES: Final[dict[type[pl.DataType], str]] = {
    pl.String: "text",
    pl.Date: "date",
    pl.Datetime: "date and time",
    pl.Int8: "whole number",
    pl.Int32: "whole number",
    pl.Int64: "whole number",
    pl.UInt32: "whole number",
    pl.Float64: "number",
}


def of_records() -> Iterator[str]:
    """The items of a record."""
    yield "## Records"
    yield (
        "The 18 items of DIDS v1.0, in the order of a CSV file without a header row. In the XML form each stands "
        "in the element named, inside `DIDSRecord`; after `@` comes the attribute that holds the value."
    )
    headings = ("No", "Column", "NHS Data Dictionary", "Kind", "Used for the tables", "In the XML form")
    yield table(headings, ((str(number), *item_row(item)) for number, item in enumerate(ITEMS, start=1)))
    yield f"The [{len(RULES)} validation rules](validation-rules.md) say what may be in them."
    yield (
        "An extract (Parquet, Delta, a query) may have the items under these names, under those of the data "
        "product, or under those of the analysts' extract:"
    )
    yield table(("Item", "In the data product", "In the analysts' extract"), map(names_of, ITEMS))


def item_row(item: Item) -> Row:
    """Column, dictionary name, kind, whether the tables use it, and its place in the XML form."""
    used = {*reduction.SITE, *reduction.EXAM, *reduction.SETTING, reduction.TEST_DATE, *reduction.OTHER_DATES}
    kind = "date" if item.is_date else "text"
    needed = "yes" if item.name in used else "no"
    return f"`{item.name}`", capitalised(item.data_dictionary), kind, needed, f"`{item.xml}`"


def names_of(item: Item) -> Row:
    """The names of an item."""
    return f"`{item.name}`", f"`{item.asset}`", item.extract or "not in it"


def capitalised(name: str) -> str:
    """`NHS NUMBER STATUS` as `NHS number status`: abbreviations keep their capitals."""
    known = ("NHS", "NICIP", "SNOMED", "CT")
    words = [word if word.strip("()") in known else word.lower() for word in name.split()]
    return " ".join([words[0] if words[0] in known else words[0].capitalize(), *words[1:]])


def of_product() -> Iterator[str]:
    """The columns of the data product."""
    yield "## Data product"
    yield (
        f"The {len(ASSET)} columns that `publish derive` makes of a record, in their order: those of the national "
        f"data asset. {len(EXTRACT)} of them are in the analysts' extract (`--columns extract`), under plain "
        "names. [The data product](data-product.md) says how to make and read it. A cell is empty where "
        "what it is made from is missing."
    )
    yield table(("Column", "Kind", "What it is", "In the analysts' extract"), map(product_row, ASSET))


def product_row(column: AssetColumn) -> Row:
    """Its name, kind, meaning, and name in the extract."""
    return f"`{column.name}`", kind_of(column.kind), column.meaning, column.extract_name or "not in it"


def kind_of(kind: pl.DataType) -> str:
    """The type of a column in words."""
    if isinstance(kind, pl.Struct):
        return f"struct of {in_code(field.name for field in kind.fields)}"
    return TYPES[kind.base_type()]


def of_fields() -> Iterator[str]:
    """How the columns come about, by subject."""
    yield "## Derived fields"
    yield (
        "How the columns of the data product come about, by the modules of `publish/fields/`. Each column is one "
        "function, named as the column. A field in small letters is no column: other fields or the published "
        "tables need it."
    )
    for module in field_modules():
        yield f"### {module.__name__.rpartition('.')[2].capitalize()}"
        yield from paragraphs(module)
        yield f"Columns: {in_code(column.name for column in columns_of(module))}."
        others = further_fields_of(module)
        if others:
            yield table(("Field", "What it is"), ((f"`{f.__name__}`", described(f)) for f in others))


def field_modules() -> list[ModuleType]:
    """Every module that makes columns of the data product."""
    every = (import_module(f"{fields.__name__}.{found.name}") for found in pkgutil.iter_modules(fields.__path__))
    return [module for module in every if columns_of(module)]


def columns_of(module: ModuleType) -> list[AssetColumn]:
    """The columns that a module makes, in the order of the data product."""
    return [column for column in ASSET if column.function.__module__ == module.__name__]


def further_fields_of(module: ModuleType) -> list[Callable[[], pl.Expr]]:
    """The fields that a module makes beside columns: functions that ask for nothing and give an expression."""
    columns = {column.function for column in columns_of(module)}
    return [f for f in functions_of(module) if f not in columns and is_field(f)]


def functions_of(module: ModuleType) -> list[Callable[..., Any]]:
    """The public functions that a module defines, in its order."""
    functions = [function for name, function in vars(module).items() if not name.startswith("_")]
    return [f for f in functions if inspect.isfunction(f) and f.__module__ == module.__name__]


def is_field(function: Callable[..., Any]) -> bool:
    """Whether the function gives a field of any record."""
    signature = inspect.signature(function)
    return not signature.parameters and signature.return_annotation is pl.Expr
