"""The command that tests workbooks for accessibility: check."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from publish.accessibility.checking import Checked, Verdict, check_workbook
from publish.accessibility.point import Outcome, Weight
from publish.errors import InputRefused
from publish.json_files import write_json

MOST_PLACES: Final = 5  # shown on screen for each point; the JSON file has them all
_INDENT: Final = " " * 23


def check(
    files: Annotated[list[Path], typer.Argument(help="The workbooks: XLSX or ODS.", metavar="FILE")],
    to_json: Annotated[
        Path | None, typer.Option("--json", help="A file to write the same to, with every place, as JSON.")
    ] = None,
) -> None:
    """Test workbooks for accessibility: what passed, what failed and where, what a person must judge.

    Ends with code 3 where an essential point failed in any file; desirable ones alone do not count.
    """
    checked = [check_workbook(file) for file in files]
    print("\n\n".join("\n".join(lines(each)) for each in checked))
    if to_json:
        write_json(to_json, {"files": [_as_json(each) for each in checked]})
    if any(each.fails for each in checked):
        raise typer.Exit(InputRefused.exit_code)


def lines(checked: Checked) -> list[str]:
    """What is shown of one file: a heading, a line for each point with its places, a summary."""
    layout = " (published layout)" if checked.published_layout else ""
    heading = f"{checked.file.name}{layout}"
    points = (line for verdict in checked.verdicts for line in _of_point(verdict))
    return [heading, "-" * len(heading), *points, summary(checked)]


def summary(checked: Checked) -> str:
    """How many points had each outcome, in one line."""
    counts = checked.counts
    both = {outcome: sum(counts[weight, outcome] for weight in Weight) for outcome in Outcome}
    parts = [
        f"{weight}: {counts[weight, Outcome.PASSED]} passed, {counts[weight, Outcome.FAILED]} failed"
        for weight in Weight
    ]
    rest = (Outcome.EXCEPTED, Outcome.NOT_APPLICABLE, Outcome.FOR_A_PERSON)
    return "; ".join((*parts, *(f"{both[outcome]} {outcome}" for outcome in rest))) + "."


def _of_point(verdict: Verdict) -> list[str]:
    point, outcome = verdict.point, verdict.outcome
    told = f"{outcome}: {verdict.reason}" if verdict.reason else f"{outcome}"
    line = f"{point.number:<4} {point.weight:<10}  {told:<14}"
    if outcome in (Outcome.FAILED, Outcome.FOR_A_PERSON):
        line = f"{line}  {point.rule}"
    return [line.rstrip(), *(_places(verdict) if outcome is Outcome.FAILED else ())]


def _places(verdict: Verdict) -> list[str]:
    found = verdict.findings
    told = [f"{_INDENT}{': '.join(filter(None, finding))}" for finding in found[:MOST_PLACES]]
    more = len(found) - MOST_PLACES
    return [*told, *([f"{_INDENT}and {more:,} more"] if more > 0 else [])]


def _as_json(checked: Checked) -> dict[str, Any]:
    return {
        "file": checked.file.name,
        "form": checked.form,
        "published_layout": checked.published_layout,
        "essential_failed": checked.counts[Weight.ESSENTIAL, Outcome.FAILED],
        "desirable_failed": checked.counts[Weight.DESIRABLE, Outcome.FAILED],
        "points": [_point_as_json(verdict) for verdict in checked.verdicts],
    }


def _point_as_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "point": verdict.point.number,
        "weight": str(verdict.point.weight),
        "rule": verdict.point.rule,
        "outcome": str(verdict.outcome),
        "reason": verdict.reason,
        "findings": [finding._asdict() for finding in verdict.findings],
    }
