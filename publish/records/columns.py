"""The columns of an extract: which of them is which item, by the name of the item or those of the data product."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from publish.errors import InputRefused, did_you_mean
from publish.records.items import EXTRAS, ITEMS, Item

_DO: Final = "give the columns by their names in DIDS v1.0 or in the data product"
# Columns of the data product that stand in for an item of the patient where an extract leaves that out.
STAND_INS: Final = (
    Item("AGE_BAND_5_YEARS", "", asset="AGE_BAND_5_YEARS", extract="Age band (5 years)", xml=""),
    Item("LOCATION_LSOA", "", asset="LOCATION_LSOA", extract="Lower Layer Super Output Area (LSOA)", xml=""),
    Item("CCG_CODE", "", asset="CCG_CODE", extract="CCG Code", xml=""),
)
_BY_NAME: Final = {item.name: item for item in (*ITEMS, *STAND_INS)}


def standard(name: str) -> str:
    """A column name as it is compared: stray blanks and small letters do not matter."""
    return name.strip().upper()


def items_of(
    extract: pl.LazyFrame, file: Path, needed: Sequence[str], optional: Sequence[str], *, extras: bool
) -> pl.LazyFrame:
    """The needed and the optional items under their names, then what passes through where it is there.

    Columns may be called as the items, as in the data product or as in the analysts' extract. An optional item that
    is not there is text, null throughout. Raises InputRefused where a needed item is not there, an item is there
    twice, or a column is of a type that cannot hold it.
    """
    of_items = columns_of_items(extract, file, needed, optional)
    schema = extract.collect_schema()
    there = _by_standard_name(schema.names())
    passed = {name: there[standard(name)][0] for name in EXTRAS if extras and standard(name) in there}
    for name, column in passed.items():
        if name != "MPSConfidence" and not _can_be_codes(schema[column]):
            raise _no_codes(file, name, schema[column])
    columns = of_items | passed
    return extract.select(
        (pl.col(columns[name]) if name in columns else pl.lit(None, pl.String)).alias(name)
        for name in (*needed, *optional, *passed)
    )


def columns_of_items(
    extract: pl.LazyFrame, file: Path, needed: Sequence[str], optional: Sequence[str] = ()
) -> dict[str, str]:
    """The column of each item, by the item; none of an optional one that is not there. Raises as `items_of`."""
    schema = extract.collect_schema()
    there = _by_standard_name(schema.names())
    given = {name: _columns_of(_BY_NAME[name], there) for name in (*needed, *optional)}
    refuse_missing(file, [name for name in needed if not given[name]], there, do=_DO)
    refuse_twice(file, [name for name, columns in given.items() if len(columns) > 1])
    of_items = {name: columns[0] for name, columns in given.items() if columns}
    for name, column in of_items.items():
        _refuse_type(file, _BY_NAME[name], schema[column])
    return of_items


def there_of(extract: pl.LazyFrame, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the items and their stand-ins that the extract has, under any of their names."""
    there = _by_standard_name(extract.collect_schema().names())
    return tuple(name for name in names if _columns_of(_BY_NAME[name], there))


def _by_standard_name(names: Sequence[str]) -> dict[str, list[str]]:
    there: dict[str, list[str]] = {}
    for name in names:
        there.setdefault(standard(name), []).append(name)
    return there


def _columns_of(item: Item, there: Mapping[str, list[str]]) -> list[str]:
    """The columns under the first of the item's names that is there."""
    return next((there[standard(name)] for name in item.names if standard(name) in there), [])


def refuse_missing(file: Path, missing: Sequence[str], there: Iterable[str], *, rule: str = "", do: str) -> None:
    """Refuse a file that lacks columns, naming what may be meant for them."""
    if missing:
        # a value of a record may have run into the header: only what reads like a name is shown
        others = [name for name in there if re.fullmatch("[A-Z_ ]+", name) and name not in _BY_NAME]
        raise InputRefused(
            f"lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)}{rule}."
            f"{did_you_mean(missing[0], others)}",
            where=str(file),
            do=do,
        )


def refuse_twice(file: Path, twice: Sequence[str]) -> None:
    """Refuse a file that has columns more than once, naming the first of them."""
    if twice:
        raise InputRefused(
            f"has the column {twice[0]} more than once", where=str(file), do="give every column once"
        )


def _refuse_type(file: Path, item: Item, kind: pl.DataType) -> None:
    if item.is_date and not isinstance(kind, pl.Date | pl.Datetime | pl.String | pl.Null):
        raise InputRefused(
            f"column {item.name} holds {kind.base_type()}, not dates",
            where=str(file),
            do="give it as a date or as text",
        )
    if not item.is_date and not _can_be_codes(kind):
        raise _no_codes(file, item.name, kind)


def _no_codes(file: Path, name: str, kind: pl.DataType) -> InputRefused:
    # without what belongs to the type: the categories of an enumeration are values of records
    return InputRefused(f"column {name} holds {kind.base_type()}, not codes", where=str(file), do="give it as text")


def _can_be_codes(kind: pl.DataType) -> bool:
    """Whether codes keep their characters in that type: 18-digit SNOMED codes do not as floating-point numbers."""
    whole_numbers = kind.is_integer() or (isinstance(kind, pl.Decimal) and kind.scale == 0)
    return whole_numbers or isinstance(kind, pl.String | pl.Categorical | pl.Enum | pl.Binary | pl.Null)
