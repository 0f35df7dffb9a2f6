"""A workbook tested against every point."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publish.accessibility import file_points, format_points, note_points, structure_points, table_points
from publish.accessibility.book import Book
from publish.accessibility.exceptions import excepted, has_published_layout
from publish.accessibility.point import Finding, NotApplicable, Outcome, Point, Weight
from publish.accessibility.several import of_each
from publish.accessibility.workbooks import read_book

POINTS: Final[tuple[Point, ...]] = (
    *table_points.POINTS,
    *note_points.POINTS,
    *format_points.POINTS,
    *structure_points.POINTS,
    *file_points.POINTS,
)


@dataclass(frozen=True)
class Verdict:
    """What became of one point: why it was excepted or is not applicable, and where it is not met."""

    point: Point
    outcome: Outcome
    reason: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Checked:
    """One file and the verdict on every point, in the order of the page of rules."""

    file: Path
    form: str
    published_layout: bool
    verdicts: tuple[Verdict, ...]

    @property
    def counts(self) -> Counter[tuple[Weight, Outcome]]:
        """How many points of each weight had each outcome."""
        return Counter((verdict.point.weight, verdict.outcome) for verdict in self.verdicts)

    @property
    def fails(self) -> bool:
        """Whether an essential point failed."""
        return self.counts[Weight.ESSENTIAL, Outcome.FAILED] > 0


def check_workbook(file: Path) -> Checked:
    """Test an XLSX or ODS file against every point of the page on accessible spreadsheets.

    Raises InputRefused where the file is not there, is no workbook, is damaged, locked, or made to do harm.
    """
    book = read_book(file)
    return Checked(file, book.form, has_published_layout(book), check_book(book))


def check_workbooks(files: Sequence[Path]) -> list[Checked]:
    """As `check_workbook`, of several files at once."""
    return of_each(check_workbook, files)


def check_book(book: Book) -> tuple[Verdict, ...]:
    """The verdict on every point; what the published layout forces is excepted, with its reason."""
    published = has_published_layout(book)
    return tuple(_verdict(point, book, published) for point in POINTS)


def _verdict(point: Point, book: Book, published: bool) -> Verdict:
    if point.test is None:
        return Verdict(point, Outcome.FOR_A_PERSON)
    try:
        found = tuple(dict.fromkeys(point.test(book)))
    except NotApplicable as reason:
        return Verdict(point, Outcome.NOT_APPLICABLE, str(reason))
    reason, to_mend = excepted(point.number, found) if published else ("", found)
    if to_mend:
        return Verdict(point, Outcome.FAILED, "", to_mend)
    return Verdict(point, Outcome.EXCEPTED, reason, found) if found else Verdict(point, Outcome.PASSED)
