"""Whether the finished workbooks can be read by everybody.

Rule: accessible spreadsheets, every point that a program can test.
"""

from collections.abc import Iterable, Iterator

from publish.accessibility.point import Weight
from publish.review.check import Verdict
from publish.review.checks.draft import Outcome, how_many
from publish.review.checks.finished import FinishedFiles
from publish.review.seen import Missed, Workbook

ALL_MET = (
    "document title and language, headings, tables marked up, no merged and no unexplained blank cells, one "
    "vocabulary for missing values"
)


def accessibility(finished: FinishedFiles) -> Outcome:
    """Failed where a workbook cannot be read or misses an essential point; a look where a desirable one."""
    workbooks = finished.workbooks
    if not workbooks:
        return Outcome(Verdict.FAILED, "There is no workbook to look at.")
    refused = [f"{each.file}: {each.refused}" for each in workbooks if each.refused]
    essential, desirable = (list(_missed(workbooks, weight)) for weight in (Weight.ESSENTIAL, Weight.DESIRABLE))
    if refused or essential:
        said = f"{how_many(len(refused), 'workbook', 'workbooks')} cannot be read. " if refused else ""
        times = how_many(len(essential), "time", "times")
        points = f"In {_files(essential)} an essential point is missed, {times} in all."
        return Outcome(
            Verdict.FAILED, said + points if essential else said.strip(), (*refused, *essential, *desirable)
        )
    if desirable:
        missed = (
            f"In {_files(desirable)} a desirable one is missed, {how_many(len(desirable), 'time', 'times')} in all."
        )
        return Outcome(Verdict.LOOK, f"Every essential point is met. {missed}", tuple(desirable))
    return Outcome(Verdict.PASSED, f"All {len(workbooks)} workbooks meet every point: {ALL_MET}.")


def _files(places: Iterable[str]) -> str:
    files = {place.partition(": ")[0] for place in places}
    return how_many(len(files), "workbook", "workbooks")


def _missed(workbooks: Iterable[Workbook], weight: Weight) -> Iterator[str]:
    for workbook in workbooks:
        for missed in workbook.missed:
            if missed.weight == weight:
                yield f"{workbook.file}: {_in_words(missed)}"


def _in_words(missed: Missed) -> str:
    where = f"{missed.place}: " if missed.place else ""
    return f"{where}{missed.sentence} ({missed.number}: {missed.rule})"
