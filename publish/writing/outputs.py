"""Everything that one edition of a release has, written into one folder."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from publish.edition import Edition
from publish.period import date_in_words, in_words
from publish.progress import Tell
from publish.tables.workbooks import workbooks_of
from publish.writing.accessible_edition import write_accessible_edition
from publish.writing.beside import write_charts_and_document
from publish.writing.content import ReleaseTables
from publish.writing.csv_files import write_csv_files
from publish.writing.landing_page import write_landing_page
from publish.writing.workbook import write_workbook


def write_outputs(
    tables: ReleaseTables, edition: Edition, folder: Path, beside: ProcessPoolExecutor, tell: Tell
) -> None:
    """Write workbooks, accessible edition, CSV files, charts, document and landing page into a new folder.

    Charts and document are written in the process `beside` (see `beside_the_rest`).
    """
    for part in ("tables", "csv", "charts"):
        (folder / part).mkdir(parents=True)
    document = beside.submit(write_charts_and_document, tables, edition, folder)
    _write_tables(tables, edition, folder, tell)
    tell("Drawing the charts, and writing the document")
    document.result()
    tell("Writing the landing page")
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    write_landing_page(tables, edition, files, what_changed(edition), folder)


def _write_tables(tables: ReleaseTables, edition: Edition, folder: Path, tell: Tell) -> None:
    """Write every form of the tables: workbooks, accessible edition, CSV files."""
    for workbook in tables.workbooks:
        subject = f"Table {workbook.spec.number}" if workbook.spec.number else workbook.spec.title
        tell(f"Writing the workbook: {subject}")
        stem = edition.table_stem(workbook.spec.number, workbook.spec.file_stem)
        write_workbook(workbook, tables, edition, folder / "tables" / f"{stem}.xlsx")
    tell("Writing the accessible edition")
    write_accessible_edition(tables, edition, folder / "tables" / f"{edition.accessible_stem}.ods")
    tell("Writing the CSV files")
    write_csv_files(tables, edition, folder / "csv")


def what_changed(edition: Edition) -> tuple[str, ...]:
    """What this release changes on the one before it, a sentence each."""
    return (*_revised(edition), *_since_the_last(edition))


def _revised(edition: Edition) -> Iterator[str]:
    """Which tables were published before with other figures."""
    stems = {
        spec.file_stem: spec for workbook in workbooks_of(annual=edition.period.annual) for spec in workbook.tables
    }
    for day in sorted({day for _, day in edition.revised}):
        names = [
            spec.name if (spec := stems[stem]).number else spec.title for stem, on in edition.revised if on == day
        ]
        yield f"Revised on {date_in_words(day)}: {'; '.join(names)}."


def _since_the_last(edition: Edition) -> tuple[str, ...]:
    if edition.period.annual:
        return (f"These final figures for {edition.period.year.label} replace the provisional ones.",)
    earlier = edition.period.months[:-1]
    added = f"{edition.period.latest.words} is added."
    if not earlier:
        return (added, f"The tables start again: this is the first month of {edition.period.year.label}.")
    return (
        added,
        f"Figures for {in_words(earlier)} are counted again, with any records received since the last release.",
    )
