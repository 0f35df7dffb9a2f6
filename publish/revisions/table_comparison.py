"""One table in two editions: which values and rows are not as they were."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from publish.period import Month
from publish.revisions.difference import Difference, Kind, Of, kind_of
from publish.revisions.matching import ColumnPair, MatchedRows, common_months, compared_columns, matched_rows
from publish.revisions.published_table import Level, PublishedTable, Row, Unit, Value
from publish.revisions.structure import NameChange, StructureChange, name_changes, spellings, structure_changes

ENGLAND: Final = "ENGLAND"  # by which its rows are known, whatever the table calls them


@dataclass(frozen=True)
class EnglandTotal:
    """What a table has for England, old and new, over `months`. `revised` where the two are of the same months."""

    table: str
    label: str
    setting: str
    months: tuple[Month, ...]
    old: float
    new: float
    revised: bool = True


@dataclass(frozen=True)
class TableComparison:
    """What changed in one table that both editions have.

    `compared` is the number of values that were held against each other; `months` are those both have data of,
    `whole` says that both cover the same ones, so that columns over all months are compared too. `net` is by how
    many tests a place and month changed (blank or absent as none, hidden values left out).
    """

    old: PublishedTable
    new: PublishedTable
    compared: int
    months: tuple[Month, ...]
    differences: tuple[Difference, ...]
    structure: tuple[StructureChange, ...]
    names: tuple[NameChange, ...]
    england: tuple[EnglandTotal, ...]
    net: Mapping[tuple[str, Month], float]

    @property
    def name(self) -> str:
        """`Table 1`."""
        return self.new.name

    @property
    def whole(self) -> bool:
        """Whether both cover the same months."""
        return self.old.covers == self.new.covers

    def of_kind(self, *kinds: Kind) -> list[Difference]:
        """The differences of these kinds."""
        return [difference for difference in self.differences if difference.kind in kinds]


def compare_table(old: PublishedTable, new: PublishedTable, in_regions: frozenset[str]) -> TableComparison:
    """Compare a table; `in_regions` are the codes whose rows are one for each region."""
    rows, pairs = matched_rows(old, new, in_regions), compared_columns(old, new)
    return TableComparison(
        old=old,
        new=new,
        compared=len(rows.both) * len(pairs),
        months=common_months(old, new),
        differences=(*_values(new, rows.both, pairs), *_rows(old, new, rows, pairs)),
        structure=(*structure_changes(old, new), *spellings(new.name, rows.both)),
        names=tuple(dict.fromkeys(name_changes(rows.both))),
        england=() if new.by_area else tuple(_england(old, new, rows.both, pairs)),
        net=_net(rows, pairs),
    )


def _of(table: PublishedTable, row: Row) -> Of:
    return Of(table.name, row.level, row.region, row.code, row.place, row.label, row.setting, row.number)


def _values(
    table: PublishedTable, rows: Sequence[tuple[Row, Row]], pairs: Sequence[ColumnPair]
) -> Iterator[Difference]:
    """Every value that is not as it was, in rows that both have."""
    for old, new in rows:
        for pair in pairs:
            kind = kind_of(old.values[pair.old], new.values[pair.new])
            if kind:
                yield _difference(table, new, pair, kind, old.values[pair.old])


def _difference(table: PublishedTable, row: Row, pair: ColumnPair, kind: Kind, old: Value) -> Difference:
    column = pair.column
    cell = f"{column.letter}{row.number}"
    return Difference(
        _of(table, row), kind, pair.unit, cell, column.heading, column.month, old, row.values[pair.new]
    )


def _rows(
    old: PublishedTable, new: PublishedTable, rows: MatchedRows, pairs: Sequence[ColumnPair]
) -> Iterator[Difference]:
    """The rows that only one of them has, with their largest figure among those that are compared."""
    compared = [pair.new for pair in pairs], [pair.old for pair in pairs]
    for row in rows.appeared:
        unit, value = _largest(new, row, compared[0])
        yield Difference(_of(new, row), Kind.APPEARED, unit, f"row {row.number}", "", None, None, value)
    for row in rows.gone:
        unit, value = _largest(old, row, compared[1])
        yield Difference(_of(old, row), Kind.GONE, unit, f"row {row.number}", "", None, value, None)


def _largest(table: PublishedTable, row: Row, places: Sequence[int]) -> tuple[Unit, Value]:
    """The unit and the largest of some figures of a row, of tests where there are any; `*` where all are hidden.

    Of all its figures where these are blank: then the row has data in months alone that the other edition has not.
    """
    if all(row.values[at] is None for at in places):
        places = range(len(row.values))
    units = [table.columns[at].unit for at in places]
    unit = Unit.TESTS if Unit.TESTS in units else next(iter(units), Unit.TESTS)
    values = [row.values[at] for at, its in zip(places, units, strict=True) if its is unit]
    figures = [value for value in values if isinstance(value, float)]
    return unit, max(figures) if figures else next((value for value in values if value is not None), None)


def _england(
    old: PublishedTable, new: PublishedTable, rows: Sequence[tuple[Row, Row]], pairs: Sequence[ColumnPair]
) -> Iterator[EnglandTotal]:
    """England's tests by label and setting in a table by month: over the months that both have.

    Where they have none in common, over all months of each: then a total is no revision of the other.
    """
    months = [pair for pair in pairs if pair.column.month and pair.unit is Unit.TESTS]
    common = common_months(old, new)
    was, became = [pair.old for pair in months], [pair.new for pair in months]
    if not common:
        was, became = _months_of_tests(old), _months_of_tests(new)
    for before, after in rows if was and became else ():
        if after.level is Level.ENGLAND:
            sums = _sum(before, was), _sum(after, became)
            yield EnglandTotal(new.name, after.label, after.setting, common or new.covers, *sums, bool(common))


def _months_of_tests(table: PublishedTable) -> list[int]:
    return [at for at, column in enumerate(table.columns) if column.month and column.unit is Unit.TESTS]


def _sum(row: Row, places: Sequence[int]) -> float:
    return sum(value for at in places if isinstance(value := row.values[at], float))


def _net(rows: MatchedRows, pairs: Sequence[ColumnPair]) -> dict[tuple[str, Month], float]:
    """By how many tests each place and month changed, where it did."""
    net: Counter[tuple[str, Month]] = Counter()
    alone = (*((None, row) for row in rows.appeared), *((row, None) for row in rows.gone))
    for old, new in (*rows.both, *alone):
        for pair in pairs:
            change = _change(old, pair.old, new, pair.new)
            if change and pair.column.month and pair.unit is Unit.TESTS:
                net[_named(old, new), pair.column.month] += change  # pyright: ignore[reportArgumentType]
    return dict(net)


def _named(old: Row | None, new: Row | None) -> str:
    """England's key, or the code of a provider whatever its region."""
    row = new or old
    return ENGLAND if row is None or row.level is Level.ENGLAND else row.code or row.name


def _change(before: Row | None, old: int, after: Row | None, new: int) -> float:
    was = before.values[old] if before else 0.0
    became = after.values[new] if after else 0.0
    if isinstance(was, str) or isinstance(became, str):
        return 0.0
    return (became or 0.0) - (was or 0.0)
