"""The command that attacks a folder of published tables: audit."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.table import Table

from publish.cli_options import PolicyFile, Quiet
from publish.disclosure.audit.attack import Audited
from publish.disclosure.audit.finding import Finding, Route
from publish.errors import Disclosed, UsageError
from publish.gate import attacked
from publish.progress import progress

MOST_SHOWN: Final = 5  # findings of each route on the screen; the JSON file has them all
WIDTH: Final = 100


def audit(
    folder: Annotated[Path, typer.Argument(help="The folder of published workbooks and CSV files.")],
    against: Annotated[
        list[Path] | None,
        typer.Option(
            "--against", help="An older folder of the same publication, to compare with. May be given again."
        ),
    ] = None,
    to_json: Annotated[
        Path | None, typer.Option("--json", help="A file to write every finding to, as JSON.")
    ] = None,
    policy: PolicyFile = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Count as findings also the hidden counts that follow from the rule itself."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Attack published tables: what can be worked out of them that the rule hides.

    Ends with code 4 where something can be, with code 3 where no table is recognised.
    """
    with progress(quiet=quiet) as tell:
        audited = attacked(folder, against or (), policy, tell, strict=strict)
    if to_json:
        _write(to_json, audited)
    for line in lines(audited):
        print(line)
    if audited.findings:
        raise typer.Exit(Disclosed.exit_code)


def lines(audited: Audited) -> Iterator[str]:
    """What is shown of an audit: the routes, the first findings of each, and what was not attacked."""
    yield f"{audited.files} files, {audited.tables} tables"
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
    yield f"{route}: {len(found):,} {'finding' if len(found) == 1 else 'findings'}"
    for finding in found[:MOST_SHOWN]:
        yield f"  {where(finding)}: {finding.detail}"
    if len(found) > MOST_SHOWN:
        yield f"  and {len(found) - MOST_SHOWN:,} more"


def where(finding: Finding) -> str:
    """`DID-Table-10-….xlsx, Table 10, F14`."""
    cell = f"{finding.column}{finding.row}" if finding.column.isupper() else f"row {finding.row} {finding.column}"
    place = (finding.file, finding.sheet, cell.strip() if finding.row else "")
    return ", ".join(part for part in place if part)


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
        yield f"Columns not understood, and not attacked: {', '.join(audited.not_read)}."
    if audited.contradictions:
        yield f"{audited.contradictions:,} sums cannot hold as published: they were left out."
    if audited.left_by_rule:
        yield (
            f"Counts that follow from cells which all obey the rule: {len(audited.left_by_rule):,} "
            "(--strict makes them findings)."
        )
    found = len(audited.findings)
    yield f"{found:,} findings." if found else "Nothing found."


def _write(file: Path, audited: Audited) -> None:
    try:
        file.write_text(json.dumps(audited.as_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise UsageError(
            "cannot be written there", where=str(file), do="name a file in a folder that exists"
        ) from error
