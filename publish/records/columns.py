"""The columns of an extract: which of them is which item, by the name of the item or those of the data product."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

import polars as pl

from publish.errors import InputRefused, did_you_mean
from publish.records.items import DATES, EXTRAS, ITEMS, Item

_DO: Final = "give the columns by their names in DIDS v1.0 or in the data product"
# Columns of the data product that stand in for an item of the patient where an extract leaves that out.
STAND_INS: Final = (
    Item("AGE_BAND_5_YEARS", "", asset="AGE_BAND_5_YEARS", extract="Age band (5 years)", xml=""),
    Item("LOCATION_LSOA", "", asset="LOCATION_LSOA", extract="Lower Layer Super Output Area (LSOA)", xml=""),
    Item("CCG_CODE", "", asset="CCG_CODE", extract="CCG Code", xml=""),
)
_CONFIDENCE: Final = "MPSConfidence"  # a number, unlike all else that is no date
_BY_NAME: Final = {item.name: item for item in (*ITEMS, *STAND_INS)}


def standard(name: str) -> str:
    """A column name as it is compared: stray blanks and small letters do not matter."""
    return name.strip().upper()


def columns_of(
    names: Sequence[str], file: Path | str, needed: Sequence[str], optional: Sequence[str], *, extras: bool
) -> dict[str, str | None]:
    """Which of the columns of an extract holds each item: the needed, the optional, then what passes through.

    Columns may be called as the items, as in the data product or as in the analysts' extract. None stands for an
    optional item that is not there. Raises InputRefused where a needed item is not there or an item is there twice.
    """
    there = _by_standard_name(names)
    given = {name: _columns_of(_BY_NAME[name], there) for name in (*needed, *optional)}
    refuse_missing(file, [name for name in needed if not given[name]], there, do=_DO)
    refuse_twice(file, [name for name, columns in given.items() if len(columns) > 1])
    of_items = {name: next(iter(columns), None) for name, columns in given.items()}
    return of_items | {name: there[standard(name)][0] for name in EXTRAS if extras and standard(name) in there}


def items_of(
    extract: pl.LazyFrame, file: Path | str, needed: Sequence[str], optional: Sequence[str], *, extras: bool
) -> pl.LazyFrame:
    """The needed and the optional items under their names, then what passes through where it is there.

    An optional item that is not there is text, null throughout. Raises InputRefused as `columns_of`, and where a
    column is of a type that cannot hold its item.
    """
    schema = extract.collect_schema()
    columns = columns_of(schema.names(), file, needed, optional, extras=extras)
    for name, column in columns.items():
        if column is not None:
            _refuse_type(file, name, schema[column])
    return extract.select(
        (pl.lit(None, pl.String) if column is None else pl.col(column)).alias(name)
        for name, column in columns.items()
    )


def there_of(columns: Sequence[str], names: Iterable[str]) -> tuple[str, ...]:
    """Those of the items and their stand-ins that an extract with these columns has, under any of their names."""
    there = _by_standard_name(columns)
    return tuple(name for name in names if _columns_of(_BY_NAME[name], there))


def _by_standard_name(names: Sequence[str]) -> dict[str, list[str]]:
    there: dict[str, list[str]] = {}
    for name in names:
        there.setdefault(standard(name), []).append(name)
    return there


def _columns_of(item: Item, there: Mapping[str, list[str]]) -> list[str]:
    """The columns under the first of the item's names that is there."""
    return next((there[standard(name)] for name in item.names if standard(name) in there), [])


def refuse_missing(
    file: Path | str, missing: Sequence[str], there: Iterable[str], *, rule: str = "", do: str
) -> None:
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


def refuse_twice(file: Path | str, twice: Sequence[str]) -> None:
    """Refuse a file that has columns more than once, naming the first of them."""
    if twice:
        raise InputRefused(
            f"has the column {twice[0]} more than once", where=str(file), do="give every column once"
        )


def _refuse_type(file: Path | str, name: str, kind: pl.DataType) -> None:
    if name in DATES and not isinstance(kind, pl.Date | pl.Datetime | pl.String | pl.Null):
        raise InputRefused(
            f"column {name} holds {kind.base_type()}, not dates",
            where=str(file),
            do="give it as a date or as text",
        )
    if name not in (*DATES, _CONFIDENCE) and not _can_be_codes(kind):
        raise _no_codes(file, name, kind)


def _no_codes(file: Path | str, name: str, kind: pl.DataType) -> InputRefused:
    # without what belongs to the type: the categories of an enumeration are values of records
    return InputRefused(f"column {name} holds {kind.base_type()}, not codes", where=str(file), do="give it as text")


def _can_be_codes(kind: pl.DataType) -> bool:
    """Whether codes keep their characters in that type: 18-digit SNOMED codes do not as floating-point numbers."""
    whole_numbers = kind.is_integer() or (isinstance(kind, pl.Decimal) and kind.scale == 0)
    return whole_numbers or isinstance(kind, pl.String | pl.Categorical | pl.Enum | pl.Binary | pl.Null)
