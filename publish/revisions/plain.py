"""A comparison as plain values: what the review pack shows, and everything for other programs."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from publish.period import in_words
from publish.revisions.compare import Comparison
from publish.revisions.difference import Difference, Kind, shown
from publish.revisions.published_table import Unit
from publish.revisions.sentences import largest_of, of_table, period_of, said
from publish.revisions.sources import Side
from publish.revisions.structure import NameChange, StructureChange
from publish.revisions.table_comparison import EnglandTotal, TableComparison
from publish.revisions.totals import Total, by_month, by_provider, england_together, in_turn, tally, tests_changed

MOST_IN_PACK: Final = 500  # rows: the page of the pack must stay small enough to be sent
_WITHIN: Final = "revision within rounding"


def for_pack(comparison: Comparison) -> dict[str, Any]:
    """What the review pack shows: `old`, `said`, `tables`, and the largest differences as `rows`."""
    return {
        "old": comparison.old.words,
        "said": said(comparison),
        "tables": [_table_in_pack(table) for table in comparison.tables],
        "rows": [_row_in_pack(difference) for difference in in_turn(comparison.differences, MOST_IN_PACK)],
    }


def _table_in_pack(table: TableComparison) -> dict[str, Any]:
    found, largest = tally(table.differences), largest_of(table)
    return {
        "table": table.name,
        "changed": found.revisions + found.data,
        "suppression": found.suppression,
        "appeared": found.appeared,
        "gone": found.gone,
        "largest": _size(largest) if largest else None,
        "said": of_table(table),
    }


def _size(difference: Difference) -> int | str:
    """The size of a revision: a number of tests, or in words with its unit."""
    if difference.unit is Unit.TESTS:
        return round(difference.size)
    size = shown(difference.size, difference.unit)
    return f"{size} days" if difference.unit is Unit.DAYS else f"{size}"


def _row_in_pack(difference: Difference) -> dict[str, Any]:
    return {
        "table": difference.of.table,
        "place": difference.cell,
        "label": difference.of.words,
        "period": period_of(difference),
        "old": shown(difference.old, difference.unit),
        "new": shown(difference.new, difference.unit),
        "kind": _kind(difference),
    }


def _kind(difference: Difference) -> str:
    return _WITHIN if difference.kind is Kind.REVISION and difference.within_rounding else str(difference.kind)


def as_json(comparison: Comparison) -> dict[str, Any]:
    """Everything that is different, the largest first within its table, and its totals."""
    together = england_together(comparison)
    return {
        "old": _side(comparison.old),
        "new": _side(comparison.new),
        "said": said(comparison),
        "can_be_revisions": not comparison.of_other_years,
        "tables": [_table(table) for table in comparison.tables],
        "england": {
            "together": _england(together) if together else None,
            "tables": [_england(total) for table in comparison.tables for total in table.england],
        },
        "by_provider": [_total(total) for total in by_provider(comparison)],
        "by_month": [_total(total) | {"england_net": total.england} for total in by_month(comparison)],
        "appeared": _places(comparison, Kind.APPEARED),
        "gone": _places(comparison, Kind.GONE),
        "names": [_name(change) for change in comparison.names],
        "structure": [_structure(change) for change in comparison.structure],
        "differences": [_difference(each) for table in comparison.tables for each in _sorted(table.differences)],
    }


def _side(side: Side) -> dict[str, Any]:
    return {"name": side.name, "words": side.words, "remarks": list(side.remarks)}


def _table(table: TableComparison) -> dict[str, Any]:
    net, either_way = tests_changed(table)
    return {
        "table": table.name,
        "old": {"file": table.old.file, "sheet": table.old.sheet},
        "new": {"file": table.new.file, "sheet": table.new.sheet},
        "compared": table.compared,
        "months": [str(month) for month in table.months],
        "whole_period_compared": table.whole,
        **asdict(tally(table.differences)),
        "tests_net": net,
        "tests_either_way": either_way,
        "said": of_table(table),
    }


def _england(total: EnglandTotal) -> dict[str, Any]:
    change = total.new - total.old
    return {
        "table": total.table,
        "label": total.label,
        "setting": total.setting,
        "months": in_words(total.months),
        "old": total.old,
        "new": total.new,
        "change": change,
        "per_cent": change / total.old * 100 if total.old else None,
        "can_be_a_revision": total.revised,
    }


def _total(total: Total) -> dict[str, Any]:
    return {"code": total.code, "name": total.name, **asdict(total.tally), "net": total.net}


def _places(comparison: Comparison, kind: Kind) -> list[dict[str, str]]:
    return [{"basis": basis, "code": code, "name": name} for (basis, code), name in comparison.places(kind).items()]


def _name(change: NameChange) -> dict[str, str]:
    return asdict(change) | {"said": change.said}


def _structure(change: StructureChange) -> dict[str, str]:
    return asdict(change) | {"said": change.said}


def _sorted(differences: Sequence[Difference]) -> list[Difference]:
    return sorted(differences, key=lambda each: (list(Kind).index(each.kind), -each.size))


def _difference(difference: Difference) -> dict[str, Any]:
    of = difference.of
    return {
        "table": of.table,
        "kind": str(difference.kind),
        "within_rounding": difference.kind is Kind.REVISION and difference.within_rounding,
        "level": str(of.level),
        "region": of.region,
        "code": of.code,
        "place": of.place,
        "label": of.label,
        "setting": of.setting,
        "column": difference.heading,
        "month": str(difference.month) if difference.month else None,
        "cell": difference.cell,
        "unit": str(difference.unit),
        "old": difference.old,
        "new": difference.new,
        "change": difference.change,
        "per_cent": difference.per_cent,
    }
