"""Revisions added up: by kind, by provider, by month, and for England."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from publish.period import Month
from publish.revisions.compare import Comparison
from publish.revisions.difference import Difference, Kind
from publish.revisions.published_table import Level, Unit
from publish.revisions.table_comparison import ENGLAND, EnglandTotal, TableComparison

ALL_TESTS: Final = "1"  # the table that has every test once, by provider: tests are added up in it alone


@dataclass(frozen=True)
class Tally:
    """How many values and rows are not as they were; `within_rounding` are a part of the revisions."""

    revisions: int
    within_rounding: int
    suppression: int
    data: int
    appeared: int
    gone: int

    @property
    def any(self) -> bool:
        """Whether there is any difference."""
        return any((self.revisions, self.suppression, self.data, self.appeared, self.gone))


@dataclass(frozen=True)
class Total:
    """The tally of one provider or month.

    `net` is by how many tests Table 1 changed, none where it is not compared. That of a provider is over the months
    that both editions have; blank or absent counts as none, hidden values are left out. That of a month is of the
    providers together, `england` that of England's own rows.
    """

    code: str
    name: str
    tally: Tally
    net: float | None
    england: float | None = None


def tally(differences: Iterable[Difference]) -> Tally:
    """How many of each kind."""
    found = list(differences)
    kinds = [difference.kind for difference in found]
    within = sum(difference.kind is Kind.REVISION and difference.within_rounding for difference in found)
    counts = (kinds.count(kind) for kind in (Kind.SUPPRESSION, Kind.DATA, Kind.APPEARED, Kind.GONE))
    return Tally(kinds.count(Kind.REVISION), within, *counts)


def table_of_all_tests(comparison: Comparison) -> TableComparison | None:
    """Table 1 by provider, where both have it."""
    tables = (table for table in comparison.tables if table.new.number == ALL_TESTS and not table.new.by_area)
    return next(tables, None)


def tests_changed(table: TableComparison) -> tuple[float, float]:
    """By how many tests the revised months of a table's places changed: net, and whichever way.

    Revisions alone: not what came or went, was hidden or shown.
    """
    changes = [
        difference.change or 0.0
        for difference in table.of_kind(Kind.REVISION)
        if difference.month and difference.unit is Unit.TESTS and difference.of.level is Level.PLACE
    ]
    return sum(changes), sum(map(abs, changes))


def by_provider(comparison: Comparison) -> list[Total]:
    """The providers and commissioners of which anything changed, those with most revised values first."""
    found: dict[str, list[Difference]] = {}
    for difference in comparison.differences:
        if difference.of.level is Level.PLACE and difference.of.code:
            found.setdefault(difference.of.code, []).append(difference)
    net = _net_by_place(table_of_all_tests(comparison))
    totals = [
        Total(code, _name(its), tally(its), None if net is None else net.get(code, 0.0))
        for code, its in found.items()
    ]
    return sorted(totals, key=lambda total: (-total.tally.revisions, -abs(total.net or 0), total.code))


def _name(differences: Sequence[Difference]) -> str:
    return differences[-1].of.place


def _net_by_place(table: TableComparison | None) -> dict[str, float] | None:
    if table is None or not table.months:
        return None
    net: dict[str, float] = {}
    for (code, _), change in table.net.items():
        net[code] = net.get(code, 0.0) + change
    return net


def by_month(comparison: Comparison) -> list[Total]:
    """The months in which anything changed, in their order; first what changed in columns over all months."""
    found: dict[Month | None, list[Difference]] = {}
    for difference in comparison.differences:
        if difference.kind not in (Kind.APPEARED, Kind.GONE):
            found.setdefault(difference.month, []).append(difference)
    table = table_of_all_tests(comparison)
    return [
        _of_month(month, found[month], table)
        for month in sorted(found, key=lambda month: str(month) if month else "")
    ]


def _of_month(month: Month | None, differences: Sequence[Difference], table: TableComparison | None) -> Total:
    name = month.words if month else "Columns over several months"
    if table is None or month is None:
        return Total(str(month or ""), name, tally(differences), None)
    net = {code: change for (code, its), change in table.net.items() if its == month}
    england = net.pop(ENGLAND, 0.0)
    return Total(str(month), name, tally(differences), sum(net.values()), england)


def england_together(comparison: Comparison) -> EnglandTotal | None:
    """England's tests in Table 1, all modalities together; none where it is not compared, or has none."""
    table = table_of_all_tests(comparison)
    totals = table.england if table else ()
    if not totals:
        return None
    first = totals[0]
    return EnglandTotal(
        first.table,
        "all modalities",
        "",
        first.months,
        sum(total.old for total in totals),
        sum(total.new for total in totals),
        first.revised,
    )


def in_turn(differences: Sequence[Difference], most: int) -> list[Difference]:
    """The largest differences: in turn of each kind, each unit, and of England and of others, up to so many.

    Tests, days and shares cannot be ranked with each other, and England's changes are larger than all others. They
    come sorted by kind, unit and size.
    """
    ranks: dict[tuple[Kind, str, Level], int] = {}
    ranked: list[tuple[int, int, Difference]] = []
    for place, difference in enumerate(sorted(differences, key=lambda each: -each.size)):
        group = difference.kind, difference.unit, difference.of.level
        ranks[group] = ranks.get(group, 0) + 1
        ranked.append((ranks[group], place, difference))
    chosen = [difference for *_, difference in sorted(ranked, key=lambda each: each[:2])[:most]]
    kinds, units = list(Kind), list(Unit)
    return sorted(chosen, key=lambda each: (kinds.index(each.kind), units.index(each.unit), -each.size))
