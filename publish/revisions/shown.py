"""What is shown of a comparison on the screen."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from publish.revisions.compare import Comparison
from publish.revisions.difference import Difference, Kind, shown
from publish.revisions.published_table import Level, Unit
from publish.revisions.sentences import change_of, largest_of, listed, many, movement, period_of, said
from publish.revisions.table_comparison import TableComparison
from publish.revisions.totals import Total, by_month, by_provider, tally

MOST_SHOWN: Final = 5  # of each list; the JSON file has them all
WIDTH: Final = 100
_COLUMNS: Final = ("Values", "Revised", "one step", "Hidden/shown", "Came/went", "Rows new", "gone", "Largest")


def lines(comparison: Comparison) -> Iterator[str]:
    """What is shown: sentences, a line for each table, the largest differences, totals, and the structure."""
    for side, which in ((comparison.old, "Old"), (comparison.new, "New")):
        yield f"{which}: {side.name}: {side.words}"
    yield ""
    yield from said(comparison)
    if comparison.tables:
        yield ""
        yield from _printed(_tables(comparison))
    yield from _largest(comparison)
    yield from _england(comparison)
    yield from _totals("By provider, most revised values first", by_provider(comparison)[:MOST_SHOWN])
    yield from _totals("By month", by_month(comparison))
    yield from _structure(comparison)


def _printed(table: Table) -> Iterator[str]:
    console = Console(width=WIDTH, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(table)
    yield from (line.rstrip() for line in captured.get().splitlines())


def _table(first: str, headings: Sequence[str]) -> Table:
    table = Table(first, box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, justify="right")
    return table


def _tables(comparison: Comparison) -> Table:
    table = _table("Table", _COLUMNS)
    for each in comparison.tables:
        found = tally(each.differences)
        numbers = (each.compared, found.revisions, found.within_rounding, found.suppression, found.data)
        rows = (found.appeared, found.gone)
        table.add_row(each.name, *(f"{number:,}" for number in (*numbers, *rows)), _size(each))
    return table


def _size(table: TableComparison) -> str:
    largest = largest_of(table)
    unit = " days" if largest and largest.unit is Unit.DAYS else ""
    return f"{shown(largest.size, largest.unit)}{unit}" if largest else ""


def _largest(comparison: Comparison) -> Iterator[str]:
    """The largest of each kind, of providers and commissioners; of regions and boards where nothing else changed.

    Those of England are told apart.
    """
    groups = [
        (f"Largest revisions, {unit}", [each for each in comparison.of_kind(Kind.REVISION) if each.unit is unit])
        for unit in Unit
    ]
    groups.append(("Newly hidden or shown", comparison.of_kind(Kind.SUPPRESSION)))
    groups.append(("Came or went", comparison.of_kind(Kind.DATA)))
    groups.append(("Rows that appeared", comparison.of_kind(Kind.APPEARED)))
    groups.append(("Rows gone", comparison.of_kind(Kind.GONE)))
    for title, found in groups:
        levels = ([each for each in found if each.of.level is level] for level in (Level.PLACE, Level.AREA))
        yield from _first(title, next(filter(None, levels), []))


def _first(title: str, found: Sequence[Difference]) -> Iterator[str]:
    if not found:
        return
    yield from ("", title)
    for difference in found[:MOST_SHOWN]:
        yield f"  {difference.of.table}, {difference.cell}: {_told(difference)}"
    if len(found) > MOST_SHOWN:
        yield f"  and {len(found) - MOST_SHOWN:,} more"


def _told(difference: Difference) -> str:
    """Who or what it is about and what changed; of a row its largest figure."""
    if difference.kind not in (Kind.APPEARED, Kind.GONE):
        return f"{difference.of.words}, {period_of(difference)}: {change_of(difference)}"
    value = shown(difference.new if difference.kind is Kind.APPEARED else difference.old, difference.unit)
    return f"{difference.of.words} (largest figure: {value})" if value else difference.of.words


def _england(comparison: Comparison) -> Iterator[str]:
    """England's tests by modality, test and setting, where they are not the same."""
    totals = [total for table in comparison.tables for total in table.england if total.old != total.new]
    if totals:
        yield from ("", "England, where it changed")
    for total in sorted(totals, key=lambda total: -abs(total.new - total.old))[:MOST_SHOWN]:
        yield f"  {', '.join(filter(None, (total.table, total.label, total.setting)))}: {movement(total)}"
    if len(totals) > MOST_SHOWN:
        yield f"  and {len(totals) - MOST_SHOWN:,} more"


def _totals(title: str, totals: Sequence[Total]) -> Iterator[str]:
    """Totals of revisions, where there are any values to compare."""
    revised_ones = [total for total in totals if total.tally.any]
    if not any(total.tally.revisions + total.tally.data + total.tally.suppression for total in totals):
        return
    table = _table(title, ("Revised", "one step", "Hidden/shown", "Came/went", "Tests, net"))
    for total in revised_ones:
        numbers = total.tally.revisions, total.tally.within_rounding, total.tally.suppression, total.tally.data
        net = "" if total.net is None else f"{total.net:+,.0f}" if total.net else "0"
        table.add_row(total.name, *(f"{number:,}" for number in numbers), net)
    yield ""
    yield from _printed(table)


def _structure(comparison: Comparison) -> Iterator[str]:
    """What changed of the structure, the same of several tables in one line."""
    together: dict[str, list[str]] = {}
    for change in comparison.structure:
        together.setdefault(change.said, []).append(change.table)
    if together:
        yield from ("", f"Structure: {many(len(comparison.structure), 'change')}")
    for sentence, tables in together.items():
        yield f"  {listed(tables, 8)}: {sentence}"
