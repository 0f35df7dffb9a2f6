"""What is shown of an audit on the screen."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.table import Table

from publish.disclosure.audit.attack import Audited
from publish.disclosure.audit.finding import Finding, Route
from publish.gate import cell_of

MOST_SHOWN: Final = 5  # findings of each route; the JSON file has them all
WIDTH: Final = 100


def lines(audited: Audited) -> Iterator[str]:
    """What is shown of an audit: the routes, the first findings of each, and what was not attacked."""
    yield f"{_many(audited.files, 'file')}, {_many(audited.tables, 'table')}"
    yield ""
    yield from _routes(audited)
    for route in Route:
        found = [finding for finding in audited.findings if finding.route is route]
        if found:
            yield ""
            yield from of_route(route, found)
    yield ""
    yield from _verdict(audited)


def of_route(route: Route, found: Sequence[Finding]) -> Iterator[str]:
    """The first findings of a route, a line each."""
    yield f"{route}: {_many(len(found), 'finding')}"
    for finding in found[:MOST_SHOWN]:
        yield f"  {cell_of(finding)}: {finding.detail}"
    if len(found) > MOST_SHOWN:
        yield f"  and {len(found) - MOST_SHOWN:,} more"


def _routes(audited: Audited) -> Iterator[str]:
    table = Table("Route", box=None, pad_edge=False)
    for heading in ("Attacked", "Recovered", "Narrowed", "Left by the rule"):
        table.add_column(heading, justify="right")
    for route, tally in audited.tallies.items():
        numbers = (tally.attacked, tally.recovered, tally.narrowed, tally.left_by_rule)
        table.add_row(str(route), *(f"{number:,}" for number in numbers))
    console = Console(width=WIDTH, no_color=True, highlight=False)
    with console.capture() as captured:
        console.print(table)
    yield from (line.rstrip() for line in captured.get().splitlines())


def _verdict(audited: Audited) -> Iterator[str]:
    for file, why in audited.unread:
        yield f"Not attacked: {file} {why}."
    if audited.not_read:
        yield f"Not understood, and not attacked: {', '.join(audited.not_read)}."
    if audited.contradictions:
        yield f"Sums and counts that contradict others as published: {audited.contradictions:,}."
    if audited.unproven:
        yield f"Counts whose search reached its limit, so that more might be learnt of them: {audited.unproven:,}."
    if audited.left_by_rule:
        yield (
            f"Counts that follow from cells which all obey the rule: {len(audited.left_by_rule):,} "
            "(--strict makes them findings)."
        )
    found = len(audited.findings)
    yield f"{_many(found, 'finding')}." if found else "No findings."


def _many(number: int, name: str) -> str:
    return f"{number:,} {name}{'' if number == 1 else 's'}"
