"""The sheets before the tables of the accessible edition: cover, contents, notes, provider issues.

Rule: accessible spreadsheets, 2 Footnotes and shorthand (N2 to N6), 4 Structure (S7 to S9).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from publish.edition import Edition
from publish.period import Month
from publish.tables.places import commissioner_word
from publish.tables.specification import Measure
from publish.writing.accessible_sheets import (
    Line,
    Link,
    Said,
    Sheet,
    SheetColumn,
    SheetTable,
    Value,
    link_to,
    text_column,
)
from publish.writing.accessible_table import above_table
from publish.writing.accessible_words import MEANINGS, in_full, plain, sentence, tokens
from publish.writing.content import ReleaseTables
from publish.writing.fillings import Fillings
from publish.writing.provider_issues import ISSUES, NO_ISSUES, by_heading
from publish.writing.title_page import ABOUT, COMMISSIONER, NOT_WAITING_TIMES

COVER, CONTENTS, NOTES, PROVIDER_ISSUES = "Cover", "Table_of_contents", "Notes", "Provider_issues"
COVER_WIDTH: Final = 7.5  # inches
NOTE_WIDTH: Final = 7.5
KIND_WIDTH: Final = 3.5
ISSUES_LISTED: Final = (
    "Issues with the data of some providers affect this table. The worksheet Provider issues lists them."
)
_PLACE_OF_ISSUES: Final = 4  # of its sheet among the sheets, by which its title numbers it

SUMMARY: Final = (
    "This workbook holds every table of the release, one on each worksheet, in a form that screen readers and "
    "other assistive technology can read."
)
STATUS: Final = {
    "Provisional": "The figures are provisional: management information, taken from what providers had sent in by "
    "the day on which they were drawn up. Some records may be missing or wrong, those of the latest months most of "
    "all. The final figures for the year replace them. Compare providers with care.",
    "Final": "The figures are final: they replace the provisional figures of the monthly releases. Nothing has "
    "been adjusted for records that are missing or wrong.",
}
APPLIES_TO_ALL: Final = (
    "Rounding: counts are rounded to the nearest {base} after adding up, so totals may differ from the sum of "
    "their parts.",
    "Suppression: counts of less than {threshold} are suppressed{others}, and so are medians and percentages of so "
    "few tests.",
    "Rows: England comes first, then regions, integrated care boards, providers or commissioners, by code of the "
    "region and then by name.",
)
PERCENTAGES: Final = (
    "Percentages are worked out from rounded counts, shown to {percentages}, and written as numbers from 0 to 100."
)
MEDIANS: Final = "Medians are in days. They are worked out from the records, not from other medians."
FURTHER_NUMBERS: Final = (
    "Tables have the numbers of the published workbooks. The letter r after a number marks the same table by "
    "region and integrated care board (ICB). Tables beyond the published ones go on from the last of their numbers."
)
NOTE_MARKERS: Final = (
    "A marker such as [note 1] after the title of a table leads to the note of that number on the worksheet called "
    "Notes."
)
SHORTHAND: Final = "Shorthand in square brackets stands in place of a value or a code:"
NO_SHORTHAND: Final = "No shorthand is used in these tables."
NOTES_SAID: Final = "The markers of these notes stand after the titles of the tables."


@dataclass(frozen=True)
class Front:
    """What the first sheets are of: the release, its edition, and the sheets of its tables with their titles."""

    tables: ReleaseTables
    edition: Edition
    sheets: tuple[Sheet, ...]
    titles: Mapping[str, str]
    notes: Sequence[str]

    @property
    def filled(self) -> Fillings:
        """What fills the blanks of sentences on all tables."""
        return Fillings(next(iter(self.tables)), self.edition, self.tables.policy)

    @property
    def title(self) -> str:
        """The title of the cover and of the document."""
        return plain(f"{self.edition.house.title}: imaging tests in England, {self.edition.period.words}")


def front_sheets(front: Front) -> tuple[Sheet, ...]:
    """Cover, contents, notes and provider issues."""
    return (_cover(front), _contents(front), _notes(front), _provider_issues(front))


def _cover(front: Front) -> Sheet:
    sections = (_opening, _release, _for_all_tables, _shorthand, _note_markers, _contact)
    lines = tuple(said for section in sections for said in section(front))
    return Sheet(COVER, lines, width=COVER_WIDTH)


def _opening(front: Front) -> Iterator[Said]:
    yield Said(front.title, Line.TITLE)
    yield from _paragraphs(*front.edition.notices, SUMMARY, *ABOUT)


def _release(front: Front) -> Iterator[Said]:
    edition, house = front.edition, front.edition.house
    yield Said("The release", Line.SECTION)
    yield Said(f"{house.title} statistics and earlier releases", Line.LINK, house.statistics_url)
    yield from _paragraphs(
        f"Release: {house.title}, {edition.status.lower()} statistics for {edition.period.words}.",
        f"Source: {house.source}.",
        f"Published: {_day(edition.published)}.",
        f"Next release: {_day(edition.next_published)}.",
        f"Status: {edition.status.lower()}. {STATUS[edition.status]}",
    )
    yield Said(f"Licence: {house.licence_name}", Line.LINK, house.licence_url)


def _for_all_tables(front: Front) -> Iterator[Said]:
    measures = {column.measure(table.spec.measure) for table in front.tables for column in table.columns}
    bases = {table.spec.basis.counts for table in front.tables}
    said = (
        *APPLIES_TO_ALL,
        *([PERCENTAGES] if Measure.PER_CENT in measures else []),
        *([MEDIANS] if any(measure.is_median for measure in measures) else []),
        *([COMMISSIONER] if "commissioners" in bases else []),
        FURTHER_NUMBERS,
        NOT_WAITING_TIMES,
    )
    yield Said("What applies to all tables", Line.SECTION)
    word = commissioner_word(front.edition.period.latest.last_day)
    yield from _paragraphs(*front.filled.lines(text.replace("{word}", word) for text in said))
    house = front.edition.house
    yield Said("Diagnostics waiting times and activity", Line.LINK, house.waiting_times_url)
    yield Said("How the data are collected", Line.LINK, house.data_collection_url)


def _shorthand(front: Front) -> Iterator[Said]:
    """The shorthand of all tables."""
    tables = [sheet.table for sheet in front.sheets if sheet.table]
    used = tokens(set[Value]().union(*(row for table in tables for row in table.rows)))
    yield Said("Shorthand", Line.SECTION)
    yield from _paragraphs(
        SHORTHAND if used else NO_SHORTHAND, *(f"{token} = {MEANINGS[token]}." for token in used)
    )


def _note_markers(front: Front) -> Iterator[Said]:
    if front.notes:
        yield Said("Notes", Line.SECTION)
        yield from _paragraphs(NOTE_MARKERS)


def _contact(front: Front) -> Iterator[Said]:
    house = front.edition.house
    yield Said("Contact", Line.SECTION)
    yield from _paragraphs(
        f"For statistics: {', '.join((house.prepared_by, house.organisation, *house.address))}",
        f"For the press: {house.press}",
    )
    yield Said(f"Email: {house.email}", Line.LINK, f"mailto:{house.email}")


def _paragraphs(*texts: str) -> Iterator[Said]:
    return (Said(in_full(text), Line.PARAGRAPH) for text in texts)


def _day(day: date) -> str:
    """`20 July 2023`."""
    return f"{day.day} {Month(day.year, day.month).words}"


def _contents(front: Front) -> Sheet:
    """Every other sheet, each a link to its first cell."""
    said = {NOTES: "Notes to the tables", PROVIDER_ISSUES: "Issues with the data of providers", **front.titles}
    rows = [(Link(sheet.replace("_", " "), link_to(sheet)), title) for sheet, title in said.items()]
    columns = _two_columns("Worksheet", [link.text for link, _ in rows], "What it holds")
    table = SheetTable("Table_of_contents", columns, rows)
    return Sheet(CONTENTS, above_table("Table of contents", *front.edition.notices), table)


def _notes(front: Front) -> Sheet:
    """The notes by number; `front.notes` are in the order of their numbers."""
    rows = [(f"note {number}", text) for number, text in enumerate(front.notes, start=1)]
    table = SheetTable("Notes_to_the_tables", _two_columns("Note", [first for first, _ in rows], "Text"), rows)
    return Sheet(NOTES, above_table("Notes", *front.edition.notices, NOTES_SAID), table)


def marker(number: int) -> str:
    """`[note 1]`."""
    return f"[note {number}]"


def _provider_issues(front: Front) -> Sheet:
    issues = by_heading(front.tables.issues)
    rows: list[list[Value]] = [[heading.rstrip(":"), said] for heading, listed in issues for said in listed]
    columns = SheetColumn("Kind of issue", None, KIND_WIDTH), SheetColumn("Provider issue", None, NOTE_WIDTH)
    table = SheetTable("Provider_issues", columns, rows or [["None known", NO_ISSUES]])
    title = f"Worksheet {_PLACE_OF_ISSUES}: Provider issues, England, {front.edition.period.words}"
    said = (*front.edition.notices, *([ISSUES] if issues else []))
    return Sheet(PROVIDER_ISSUES, above_table(title, *said), table)


def _two_columns(heading: str, texts: Sequence[str], wide: str) -> tuple[SheetColumn, SheetColumn]:
    return text_column(heading, texts), SheetColumn(wide, None, NOTE_WIDTH)


def notes_of(filled: Fillings) -> Iterable[str]:
    """The notes to a table, in words."""
    spec = filled.table.spec
    listed = (ISSUES_LISTED,) if filled.issues_of_table else ()
    return dict.fromkeys(sentence(text) for text in (*filled.lines((*spec.remarks, *spec.notes)), *listed))
