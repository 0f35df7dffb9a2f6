"""Every check of a draft, in the order in which a statistician asks for them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publish.edition import Edition
from publish.folders import DRAFT
from publish.progress import Tell
from publish.review.check import Check, Verdict
from publish.review.checks.accessible import accessibility
from publish.review.checks.across import tables_against_each_other
from publish.review.checks.dates import dates_the_same
from publish.review.checks.draft import MOST_PLACES, CheckedDraft, Outcome
from publish.review.checks.finished import FinishedFiles, read_finished
from publish.review.checks.links import links
from publish.review.checks.medians import medians_and_last_year
from publish.review.checks.movements import movements
from publish.review.checks.names import names_and_codes
from publish.review.checks.notes import data_guidance, footnotes_unused, notes, release_note
from publish.review.checks.revised import revised_tables
from publish.review.checks.spelling import spelling_of_names
from publish.review.checks.sums import totals_and_parts
from publish.writing.content import ReleaseTables

NO_FILES: Final = "There are no finished files to look at."
NOT_YET: Final = "The finished files were not looked at in this run."


@dataclass(frozen=True)
class OfFigures:
    """A check of the figures, in memory: quick."""

    name: str
    title: str
    run: Callable[[CheckedDraft], Outcome]


@dataclass(frozen=True)
class OfFiles:
    """A check that reads the finished files."""

    name: str
    title: str
    run: Callable[[FinishedFiles], Outcome]


CHECKS: Final[tuple[OfFigures | OfFiles, ...]] = (
    OfFigures("totals-and-parts", "Do totals agree with the sums of their parts?", totals_and_parts),
    OfFigures("tables-against-each-other", "Do the tables agree with each other?", tables_against_each_other),
    OfFigures("medians-and-last-year", "Are medians within last year's range?", medians_and_last_year),
    OfFigures("movements", "Are movements from month to month usual for the provider?", movements),
    OfFigures("names-and-codes", "Are codes and names those of the reference data on the day?", names_and_codes),
    OfFigures("revised-tables", "Do tables that replace published ones say on which day?", revised_tables),
    OfFiles("spelling-of-names", "Is every name spelt the same in all files?", spelling_of_names),
    OfFiles("accessibility", "Are the spreadsheets accessible?", accessibility),
    OfFiles("dates-the-same", "Do all files give the same period, dates, status and contact?", dates_the_same),
    OfFiles("links", "Does every link lead somewhere?", links),
    OfFiles("notes", "Has every table notes and a key?", notes),
    OfFiles("footnotes-unused", "Is every footnote used and given?", footnotes_unused),
    OfFiles("data-guidance", "Is there guidance on the data?", data_guidance),
    OfFiles("release-note", "Is there a release note?", release_note),
)
FINISHED: Final = tuple(each for each in CHECKS if isinstance(each, OfFiles))


def run_checks(draft: CheckedDraft, tell: Tell, *, finished: bool = True) -> tuple[Check, ...]:
    """Every check of a draft, in the order of CHECKS.

    Without `finished` those of the finished files have the verdict `not run` (see `checks_of_files`).
    """
    tell("Checking the figures")
    of_figures = {each.name: _as_check(each, each.run(draft)) for each in CHECKS if isinstance(each, OfFigures)}
    of_files = (
        checks_of_files(draft.folder / DRAFT, draft.tables, draft.edition, tell)
        if finished
        else tuple(_as_check(each, Outcome(Verdict.NOT_RUN, NOT_YET)) for each in FINISHED)
    )
    every = of_figures | {check.name: check for check in of_files}
    return tuple(every[each.name] for each in CHECKS)


def checks_of_files(folder: Path, tables: ReleaseTables, edition: Edition, tell: Tell) -> tuple[Check, ...]:
    """The checks of the finished files in a folder, of that edition, draft or public, which hold these tables."""
    tell("Checking the finished files")
    files = read_finished(folder, tables, edition)
    if not files.files:
        return tuple(_as_check(each, Outcome(Verdict.NOT_RUN, NO_FILES)) for each in FINISHED)
    return tuple(_as_check(each, each.run(files)) for each in FINISHED)


def _as_check(listed: OfFigures | OfFiles, outcome: Outcome) -> Check:
    places = outcome.places
    return Check(listed.name, listed.title, outcome.verdict, outcome.said, places[:MOST_PLACES], len(places))
