"""The accessible edition: one ODS workbook of all tables of a release.

Cover, table of contents, notes and provider issues, then one table a sheet, from cell A1 down.

Rule: accessible spreadsheets; every point of it is met.
"""

from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path

from publish.edition import Edition
from publish.writing.accessible_front import Front, front_sheets, marker, notes_of
from publish.writing.accessible_ods import About, write_ods
from publish.writing.accessible_table import table_sheet
from publish.writing.accessible_words import plain, sheet_name, table_numbers, title
from publish.writing.content import ReleaseTables
from publish.writing.fillings import Fillings


def write_accessible_edition(tables: ReleaseTables, edition: Edition, file: Path) -> None:
    """Write every table of a release into one ODS workbook. The same inputs give the same bytes."""
    every = [Fillings(table, edition, tables.policy, tables.issues) for table in tables]
    numbers = table_numbers(annual=edition.period.annual)
    notes = _numbered(every)
    sheets, titles = [], {}
    for filled in every:
        number = numbers[filled.table.spec]
        name, words = sheet_name(filled.table, number), title(number, filled)
        markers = "".join(map(marker, sorted(notes[text] for text in notes_of(filled))))
        sheets.append(table_sheet(name, words, markers, filled))
        titles[name] = words
    front = Front(tables, edition, tuple(sheets), titles, tuple(notes))
    write_ods((*front_sheets(front), *sheets), _about(front), file)


def _numbered(every: Sequence[Fillings]) -> dict[str, int]:
    """The notes of all tables, each once, with their numbers: in the order in which tables need them."""
    notes = dict.fromkeys(text for filled in every for text in notes_of(filled))
    return {text: number for number, text in enumerate(notes, start=1)}


def _about(front: Front) -> About:
    """Title, author and keywords of the document. The author is the organisation, never a person."""
    edition = front.edition
    return About(
        title=front.title,
        subject="Diagnostic imaging of NHS patients in England: all tables of the release",
        keywords=("diagnostic imaging", "NHS", "England", "statistics", edition.status.lower()),
        description=" ".join(edition.notices),
        organisation=plain(edition.house.organisation),
        stamp=datetime.combine(edition.published, time()),
    )
