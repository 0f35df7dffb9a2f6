"""What a point is: its number on the page of rules, its weight, the rule in our words, and what tests it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from publish.accessibility.book import Book, Cell, Place, Sheet, Table


class Weight(StrEnum):
    """How much a point matters."""

    ESSENTIAL = "essential"
    DESIRABLE = "desirable"


class Outcome(StrEnum):
    """What became of a point in one workbook."""

    PASSED = "passed"
    FAILED = "failed"
    EXCEPTED = "excepted"
    NOT_APPLICABLE = "not applicable"
    FOR_A_PERSON = "for a person"


class Finding(NamedTuple):
    """A place where a point is not met, as `Notes!A5`, and what is wrong there."""

    place: str
    sentence: str


class NotApplicable(Exception):
    """Raised by a test that has nothing to look at in this workbook; says what is missing."""


Test = Callable[[Book], Iterable[Finding]]


@dataclass(frozen=True)
class Point:
    """One point. Without a test it is for a person to judge."""

    number: str
    weight: Weight
    rule: str
    test: Test | None = None


def essential(number: str, rule: str, test: Test | None = None) -> Point:
    """An essential point."""
    return Point(number, Weight.ESSENTIAL, rule, test)


def desirable(number: str, rule: str, test: Test | None = None) -> Point:
    """A desirable point."""
    return Point(number, Weight.DESIRABLE, rule, test)


def at(sheet: Sheet, where: object, sentence: str) -> Finding:
    """A finding at a cell, an area or a column of a sheet."""
    return Finding(f"{sheet.name}!{where}", sentence)


def on(sheet: Sheet, sentence: str) -> Finding:
    """A finding about a sheet as a whole."""
    return Finding(sheet.name, sentence)


def of_book(sentence: str) -> Finding:
    """A finding about the file as a whole."""
    return Finding("", sentence)


def all_tables(book: Book) -> Iterator[tuple[Sheet, Table]]:
    """Every table of the sheets that are shown. Raises NotApplicable where there is none."""
    found = [(sheet, table) for sheet in book.shown for table in sheet.tables]
    if not found:
        raise NotApplicable("it has no tables")
    yield from found


def headers(sheet: Sheet, table: Table) -> Iterator[tuple[Place, Cell | None]]:
    """The header cells of a table, empty ones as None."""
    if table.has_header:
        for column in range(table.area.left, table.area.right + 1):
            place = Place(table.area.top, column)
            yield place, sheet.written.get(place)


def columns_of_numbers(book: Book) -> Iterator[tuple[Sheet, Table, int]]:
    """The columns of figures of every table. Raises NotApplicable where there is none."""
    found = [
        (sheet, table, column)
        for sheet in book.shown
        for table in sheet.tables
        for column in range(table.area.left, table.area.right + 1)
        if sheet.is_of_numbers(table, column)
    ]
    if not found:
        raise NotApplicable("it has no columns of figures")
    yield from found


def texts(book: Book) -> Iterator[tuple[Sheet, Place, Cell]]:
    """Every text of the sheets that are shown."""
    for sheet in book.shown:
        for place, cell in sheet.texts.items():
            yield sheet, place, cell


def shortened(text: str) -> str:
    """The beginning of a text, for a sentence that quotes it."""
    line = " ".join(text.split())
    return line if len(line) <= 40 else f"{line[:39]}…"
