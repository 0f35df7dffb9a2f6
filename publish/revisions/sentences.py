"""What changed, in sentences: of the whole comparison, and of each table."""

from collections.abc import Iterator, Sequence
from typing import Final

from publish.period import Month, in_words, spans
from publish.revisions.compare import Comparison
from publish.revisions.difference import Difference, Kind, change_shown, shown
from publish.revisions.published_table import PROVIDERS, Level, Unit
from publish.revisions.sources import Side
from publish.revisions.table_comparison import EnglandTotal, TableComparison
from publish.revisions.totals import Tally, england_together, tally

ONE_STEP: Final = "by no more than one step of rounding, from which they may stem"
_NAMED: Final = 3  # places that a sentence names
_NOTABLE: Final = ("table", "title", "sheet", "header row", "key column", "column", "order of columns", "spelling")


def said(comparison: Comparison) -> list[str]:
    """What a reviewer should know first, a sentence each."""
    return [
        *_scope(comparison),
        *_periods(comparison),
        *_values(comparison),
        *_england(comparison),
        *_largest(comparison),
        *_places(comparison),
        *_structure(comparison),
        *comparison.old.remarks,
        *comparison.new.remarks,
    ]


def _scope(comparison: Comparison) -> Iterator[str]:
    compared = sum(table.compared for table in comparison.tables)
    if not comparison.tables:
        yield "No table is in both: nothing can be compared."
    elif not comparison.of_other_years:
        yield f"{many(len(comparison.tables), 'table')} and {many(compared, 'value')} are in both."
    for tables, which in ((comparison.only_old, "old"), (comparison.only_new, "new")):
        if tables:
            yield f"Only the {which} one has {listed([table.name for table in tables], 8)}."


def _periods(comparison: Comparison) -> Iterator[str]:
    """Of which months and years the two are, and what that means for what is a revision."""
    if _latest(comparison.old) > _latest(comparison.new):
        yield "The one given as old is of a later period than the one given as new."
    years = sorted({(table.old.year.label, table.new.year.label) for table in comparison.tables})
    if comparison.of_other_years:
        yield (
            f"They are of different periods ({', '.join(f'{old} and {new}' for old, new in years)}) and have no "
            "month in common: nothing can be a revision. Rows, places and structure are compared, values are not."
        )
        return
    statuses = {(table.old.status.casefold(), table.new.status.casefold()) for table in comparison.tables}
    for old, new in sorted(pair for pair in statuses if pair[0] != pair[1]):
        yield f"The old one is {old}, the new one {new}."
    yield from _other_months(comparison)


def _latest(side: Side) -> list[Month]:
    """The last month that a table of the edition covers."""
    return sorted(month for table in side.tables.values() for month in table.covers)[-1:]


def _other_months(comparison: Comparison) -> Iterator[str]:
    parted = [table for table in comparison.tables if not table.whole]
    told = dict.fromkeys((table.old.covers, table.new.covers) for table in parted)
    for old, new in told:
        months = [month for month in new if month in old]
        yield (
            f"The old one covers {spans(list(old))}, the new one {spans(list(new))}: "
            + (f"months are compared for {spans(months)} alone. " if months else "no month is compared. ")
            + "Columns over all months cover different months, and are not revisions of each other."
            if old and new
            else "One of them has no data in any month."
        )


def _values(comparison: Comparison) -> Iterator[str]:
    found = tally(comparison.differences)
    if comparison.of_other_years or not comparison.tables:
        return
    if not (found.revisions or found.suppression or found.data):
        yield "No value is different."
        return
    yield f"{capital(_tally_in_words(found))}."


def _tally_in_words(found: Tally) -> str:
    parts: list[str] = []
    if found.revisions:
        within = f" ({found.within_rounding:,} of them {ONE_STEP})" if found.within_rounding else ""
        parts.append(f"{many(found.revisions, 'value')} revised{within}")
    if found.suppression:
        parts.append(f"{found.suppression:,} newly hidden or shown")
    if found.data:
        parts.append(f"{found.data:,} came or went")
    return ", ".join(parts)


def _england(comparison: Comparison) -> Iterator[str]:
    total = england_together(comparison)
    if total is None:
        return
    if total.revised:
        yield f"England, Table 1, {in_words(total.months)}: {movement(total)}."
    else:
        moved = movement(total)
        yield f"England, Table 1, the months of each: {moved}. That is a change of activity, not a revision."


def movement(total: EnglandTotal) -> str:
    """`43,210,000 tests, now 43,340,000 (+130,000, +0.3%)`."""
    change = total.new - total.old
    if not change:
        return f"{total.old:,.0f} tests in both"
    per_cent = f", {change / total.old * 100:+.2f}%" if total.old else ""
    return f"{total.old:,.0f} tests, now {total.new:,.0f} ({change:+,.0f}{per_cent})"


def _largest(comparison: Comparison) -> Iterator[str]:
    """The largest revision of a provider's tests."""
    tests = [
        difference
        for difference in comparison.of_kind(Kind.REVISION)
        if difference.unit is Unit.TESTS and difference.of.level is Level.PLACE and not difference.within_rounding
    ]
    if tests:
        yield f"The largest revision of one provider: {revised(tests[0])}."


def revised(difference: Difference) -> str:
    """`Table 1, A Trust (RF4), Plain Radiography, May 2023: 1,200, now 2,400 (+1,200, +100.0%)`."""
    where = ", ".join(filter(None, (difference.of.table, difference.of.words, period_of(difference))))
    return f"{where}: {change_of(difference)}"


def change_of(difference: Difference) -> str:
    """`1,200, now 2,400 (+1,200, +100.0%)`, `1,200, now *`, `blank, now 15`."""
    old, new = (shown(value, difference.unit) or "blank" for value in (difference.old, difference.new))
    change = change_shown(difference)
    return f"{old}, now {new} ({change})" if change else f"{old}, now {new}"


def period_of(difference: Difference) -> str:
    """The month of a value, else the heading of its column."""
    return difference.month.words if difference.month else difference.heading


def _places(comparison: Comparison) -> Iterator[str]:
    """Providers and commissioners that came, went, or have another name."""
    for kind, word in ((Kind.APPEARED, "appeared"), (Kind.GONE, "went")):
        by_basis: dict[str, list[str]] = {}
        for (basis, code), name in comparison.places(kind).items():
            by_basis.setdefault(basis, []).append(f"{name} ({code})")
        for basis, names in by_basis.items():
            yield f"{capital(many(len(names), basis or PROVIDERS))} {word}: {listed(names)}."
    for what, words in (("name", "With another name"), ("region", "In another region")):
        changes = [change.said for change in comparison.names if change.what == what]
        if changes:
            yield f"{words}, {len(changes):,}: {listed(changes, joined='; ')}."
    for which, names in (("old", comparison.several_names[0]), ("new", comparison.several_names[1])):
        told = [f"{code} ({', '.join(each)})" for code, each in names.items()]
        if told:
            yield f"Under several names in the {which} one, {len(told):,}: {listed(told, joined='; ')}."


def _structure(comparison: Comparison) -> Iterator[str]:
    changed = dict.fromkeys(
        change.table for table in comparison.tables for change in table.structure if change.what in _NOTABLE
    )
    if changed:
        yield f"The structure of {listed(list(changed), 8)} changed."


def of_table(table: TableComparison) -> str:
    """What changed in one table."""
    found = tally(table.differences)
    parts = [_tally_in_words(found)]
    largest = largest_of(table)
    if largest:
        parts.append(f"the largest: {largest.of.words}, {period_of(largest)}, {change_of(largest)}")
    rows = (
        f"{many(number, 'row')} {word}"
        for number, word in ((found.appeared, "appeared"), (found.gone, "gone"))
        if number
    )
    parts += [", ".join(rows), *(change.said for change in table.structure)]
    words = "; ".join(filter(None, parts))
    return f"{capital(words)}." if words else "Nothing changed."


def largest_of(table: TableComparison) -> Difference | None:
    """The largest revision of a table: of tests before days and shares, of a place before England."""
    revisions = table.of_kind(Kind.REVISION)
    units = list(Unit)
    return min(
        revisions,
        key=lambda each: (units.index(each.unit), each.of.level is not Level.PLACE, -each.size),
        default=None,
    )


def many(number: int, name: str) -> str:
    """`1 table`, `12 tables`."""
    return f"{number:,} {name}{'' if number == 1 else 's'}"


def capital(text: str) -> str:
    """The text with a capital letter at its beginning."""
    return text[:1].upper() + text[1:]


def listed(names: Sequence[str], most: int = _NAMED, joined: str = ", ") -> str:
    """The first of some names, and how many more."""
    more = len(names) - most
    return joined.join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
