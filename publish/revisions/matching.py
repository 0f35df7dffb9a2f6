"""What belongs together in two editions of a table: rows by their keys, columns by their names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from publish.period import Month
from publish.revisions.published_table import Column, PublishedTable, Row, Unit

_NO_COMMISSIONER: Final = ("no ccg", "no sub-icb location", "no commissioner")
# How editions and tables spell the same modality: Table 9 leaves the last word out.
_SPELLINGS: Final = (("computerised", "computerized"), (" procedure", ""))

RowKey: TypeAlias = tuple[str, str, str]  # place, label, setting


def places_in_regions(tables: Iterable[PublishedTable]) -> frozenset[str]:
    """The codes of those that are listed in more than one region, as independent providers are.

    Only of these is the region a part of the key: any other may move to another region, or the region may have
    another code, and it stays the same provider.
    """
    regions: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for number, table in enumerate(tables):
        for row in table.rows:
            if row.code:
                regions[f"{number}", row.code].add(row.region)
    return frozenset(code for (_, code), found in regions.items() if len(found) > 1)


def place_key(row: Row, in_regions: frozenset[str]) -> str:
    """By what a place is matched: its code first, then that of its board or region, its name where it has none."""
    if row.code:
        return f"{row.code} {row.region}" if row.code in in_regions else row.code
    name = row.name.casefold()
    return row.board or row.region or ("no commissioner" if name.startswith(_NO_COMMISSIONER) else name)


def label_key(text: str) -> str:
    """A modality, test or setting as it is compared: blind to case and to how it is spelt."""
    found = text.casefold()
    for spelt, same in _SPELLINGS:
        found = found.replace(spelt, same)
    return found


@dataclass(frozen=True)
class MatchedRows:
    """The rows of two editions of a table: those of both, older first, and those that only one of them has."""

    both: tuple[tuple[Row, Row], ...]
    appeared: tuple[Row, ...]
    gone: tuple[Row, ...]


def matched_rows(old: PublishedTable, new: PublishedTable, in_regions: frozenset[str]) -> MatchedRows:
    """Match the rows by their keys.

    Where several rows have the same key, as when a provider changes its name within the year and stands under both,
    those of the same name belong together, then the others in their order.
    """
    before, after = _by_key(old, in_regions), _by_key(new, in_regions)
    both: list[tuple[Row, Row]] = []
    left: tuple[list[Row], list[Row]] = [], []
    for key in {**after, **before}:
        pairs, *unmatched = _paired(before.get(key, []), after.get(key, []))
        both += pairs
        for rows, of_key in zip(left, unmatched, strict=True):
            rows += of_key
    return MatchedRows(tuple(both), appeared=tuple(left[1]), gone=tuple(left[0]))


def _by_key(table: PublishedTable, in_regions: frozenset[str]) -> dict[RowKey, list[Row]]:
    found: dict[RowKey, list[Row]] = {}
    for row in table.rows:
        key = place_key(row, in_regions), label_key(row.label), label_key(row.setting)
        found.setdefault(key, []).append(row)
    return found


def _paired(old: list[Row], new: list[Row]) -> tuple[list[tuple[Row, Row]], list[Row], list[Row]]:
    """The pairs of rows of one key, and what is left of the old and of the new ones."""
    if len(old) == len(new) == 1:
        return [(old[0], new[0])], [], []
    pairs: list[tuple[Row, Row]] = []
    left = list(old)
    unmatched: list[Row] = []
    for row in new:
        named = next((each for each in left if each.name.casefold() == row.name.casefold()), None)
        if named:
            left.remove(named)
            pairs.append((named, row))
        else:
            unmatched.append(row)
    pairs += zip(left, unmatched, strict=False)
    matched = min(len(left), len(unmatched))
    return pairs, left[matched:], unmatched[matched:]


@dataclass(frozen=True)
class ColumnPair:
    """A column in both editions whose values mean the same: the old and the new place, from 0."""

    old: int
    new: int
    column: Column
    unit: Unit


def common_months(old: PublishedTable, new: PublishedTable) -> tuple[Month, ...]:
    """The months that both editions have data of."""
    return tuple(month for month in new.covers if month in old.covers)


def compared_columns(old: PublishedTable, new: PublishedTable) -> tuple[ColumnPair, ...]:
    """The columns whose values can be compared.

    A month, where both have it. Any other column, a year to date among them, where both cover the same months.
    """
    months, same = common_months(old, new), old.covers == new.covers
    at: Mapping[str, int] = {column.name: place for place, column in enumerate(old.columns)}
    return tuple(
        ColumnPair(at[column.name], place, column, _unit(old.columns[at[column.name]], column))
        for place, column in enumerate(new.columns)
        if column.name in at and (column.month in months if column.month else same)
    )


def _unit(old: Column, new: Column) -> Unit:
    """That of both; where only one of them holds shares, the other one's happen to be all 0 or 1."""
    return Unit.PER_CENT if Unit.PER_CENT in (old.unit, new.unit) else new.unit
