"""What the checks need to know of one finished workbook, read once: its accessibility, words, names and links.

Workbooks are read in several processes at once: this module loads neither the tables nor the checks.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

from publish.accessibility.book import Book, Place, Sheet, Table, has_figures
from publish.accessibility.checking import check_book
from publish.accessibility.note_points import notes_listed_and_used
from publish.accessibility.point import NotApplicable, Outcome, Weight
from publish.accessibility.several import of_each
from publish.accessibility.workbooks import read_book
from publish.errors import InputRefused

NAME_HEADING: Final = re.compile(r"(.*[ _])?name|area", re.I)
CODE_HEADING: Final = re.compile(r"(.*[ _])?code|region", re.I)
STATISTICAL_GEOGRAPHY: Final = re.compile(r"ons[ _]code", re.I)
DRAFT_MARK: Final = re.compile(r"^draft-", re.I)  # the public form has the name without it
NO_CODE: Final = ("", "-", "[z]")


class Line(NamedTuple):
    """A text outside the tables of a sheet, or the label of one with what stands beside it."""

    sheet: str
    row: int
    column: int
    text: str


class Named(NamedTuple):
    """A code and the name that stands beside it in a table."""

    sheet: str
    code: str
    name: str


class Link(NamedTuple):
    """A link and the place from which it leads."""

    place: str
    target: str


class Missed(NamedTuple):
    """A place where an accessibility point is not met."""

    number: str
    weight: str
    rule: str
    place: str
    sentence: str


@dataclass(frozen=True)
class Workbook:
    """One finished workbook. `refused` says why it cannot be read; then all else is empty.

    `excused` are places where the published layout cannot meet a point. `footnotes` are numbers of notes that are
    used and not listed, or listed and not used.
    """

    file: str
    refused: str = ""
    form: str = ""
    sheets: tuple[str, ...] = ()
    of_figures: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    named: tuple[Named, ...] = ()
    links: tuple[Link, ...] = ()
    missed: tuple[Missed, ...] = ()
    excused: int = 0
    footnotes: tuple[str, ...] = ()


def workbooks_in(folder: Path) -> tuple[Workbook, ...]:
    """All XLSX and ODS files below a folder, in order of their paths; several are read at the same time."""
    files = sorted(file for suffix in ("xlsx", "ods") for file in folder.rglob(f"*.{suffix}"))
    return tuple(of_each(partial(workbook_of, folder=folder), files))


def workbook_of(file: Path, folder: Path) -> Workbook:
    """What is seen of a workbook; `file` as its path below the folder."""
    name = file.relative_to(folder).as_posix()
    try:
        book = read_book(file)
    except InputRefused as refused:
        return Workbook(name, refused=refused.what)
    missed, excused = _points(replace(book, file=DRAFT_MARK.sub("", book.file)))
    return Workbook(
        name,
        form=book.form,
        sheets=tuple(sheet.name for sheet in book.sheets),
        of_figures=tuple(sheet.name for sheet in book.of_data if has_figures(sheet)),
        lines=tuple(line for sheet in book.shown for line in _lines(sheet)),
        named=tuple(dict.fromkeys(named for sheet in book.shown for named in _named(sheet))),
        links=tuple(_links(book)),
        missed=missed,
        excused=excused,
        footnotes=_footnotes(book),
    )


def _points(book: Book) -> tuple[tuple[Missed, ...], int]:
    verdicts = check_book(book)
    missed = (
        Missed(verdict.point.number, str(verdict.point.weight), verdict.point.rule, *finding)
        for verdict in sorted(verdicts, key=lambda verdict: verdict.point.weight is not Weight.ESSENTIAL)
        if verdict.outcome is Outcome.FAILED
        for finding in verdict.findings
    )
    excused = (len(verdict.findings) for verdict in verdicts if verdict.outcome is Outcome.EXCEPTED)
    return tuple(missed), sum(excused)


def _lines(sheet: Sheet) -> Iterator[Line]:
    """Texts outside the marked-up tables."""
    areas = [table.area for table in sheet.marked]
    for place, cell in sheet.texts.items():
        if not any(area.holds(place) for area in areas):
            yield Line(sheet.name, place.row, place.column, cell.text)


def _named(sheet: Sheet) -> Iterator[Named]:
    for table in sheet.tables:
        for name_column, code_columns in _name_columns(sheet, table):
            for place, cell in sheet.column(table, name_column).items():
                beside = (sheet.written.get(Place(place.row, column)) for column in code_columns)
                code = next((held.text for held in beside if held and held.text not in NO_CODE), "")
                if code and cell.text not in NO_CODE:
                    yield Named(sheet.name, code, cell.text)


def _name_columns(sheet: Sheet, table: Table) -> Iterator[tuple[int, list[int]]]:
    """Each column of names, with the columns of codes to its left, the nearest first."""
    left, right, top = table.area.left, table.area.right, table.area.top
    cells = {column: sheet.written.get(Place(top, column)) for column in range(left, right + 1)}
    headings = {column: cell.text for column, cell in cells.items() if cell}
    for column, heading in headings.items():
        if NAME_HEADING.fullmatch(heading):
            yield column, [each for each in reversed(range(left, column)) if is_code(headings.get(each, ""))]


def is_code(heading: str) -> bool:
    """Whether a column holds codes by which places are called."""
    return bool(CODE_HEADING.fullmatch(heading)) and not STATISTICAL_GEOGRAPHY.fullmatch(heading)


def _links(book: Book) -> Iterator[Link]:
    for sheet in book.sheets:
        for place, cell in sheet.written.items():
            if cell.link is not None:
                yield Link(f"{sheet.name}!{place}", cell.link)


def _footnotes(book: Book) -> tuple[str, ...]:
    try:
        found: Sequence[tuple[str, str]] = list(notes_listed_and_used(book))
    except NotApplicable:
        return ()
    return tuple(f"{place}: {sentence}" if place else sentence for place, sentence in found)
