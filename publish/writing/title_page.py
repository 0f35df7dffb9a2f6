"""The title page of a published workbook.

Rule: publication specification, Workbook style and Provider issues. Labels are the published ones, sentences
ours.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet

from publish.edition import Edition
from publish.period import date_in_words
from publish.quality.provider_issue import ProviderIssue
from publish.reference.vocabulary import regions
from publish.tables.places import commissioner_word
from publish.writing.content import ProtectedWorkbook, ReleaseTables
from publish.writing.fillings import Fillings
from publish.writing.provider_issues import ISSUES, NO_ISSUES, by_heading
from publish.writing.sheet_setup import mark_as_table, one_page_wide, repeat_in_print
from publish.writing.workbook_styles import Style, fit_row, link, put

SHEET_NAME: Final = "Title page"
TITLE_ROW: Final = 4  # the published place; the rows above are free for notices
LABELS: Final = 1
TEXTS: Final = 2
WIDTHS: Final = {"A": 8.0, "B": 102.0}
LARGE_ROWS: Final = {1: 17.0, 2: 17.0, TITLE_ROW: 20.0, TITLE_ROW + 1: 17.0}
REGION_TABLE: Final = "Commissioning_Regions"
REGION_HEADINGS: Final = ("Code", "Commissioning Region")

ABOUT: Final = (
    "The Diagnostic Imaging Dataset (DID) brings together records of the imaging tests done on NHS patients in "
    "England, among them X-rays, ultrasound, CT and MRI scans. Hospitals and other providers take the records from "
    "their radiology information systems and send them in every month.",
    "Each record says what was done and to which part of the body, who asked for the test, when it was asked for, "
    "carried out and reported, and some details of the patient. Only totals, medians and percentages are published "
    "here, and values that rest on very few patients are hidden.",
)
PROVISIONAL: Final = (
    "These figures are provisional and are management information. They come from what providers had sent in "
    "by the day on which they were drawn up: some records may be missing or wrong, the latest months most of all, "
    "and nothing has been adjusted for it. The final figures for the year, published later, replace them and are "
    "usually a little higher."
)
FINAL: Final = (
    "These figures are final. They come from what providers had sent in by the day on which they were drawn up, "
    "and replace the provisional figures of the monthly releases. Nothing has been adjusted for records that "
    "are missing or wrong: the issues below name those that are known."
)
COMMISSIONER: Final = (
    "Commissioner: the {word} of the patient's GP practice on the day of the test or, where the practice is not "
    "known, of the patient's postcode."
)
USING: Final = (
    "Activity: the number of imaging tests carried out in the period, whenever they were asked for.",
    "Provider: the organisation that runs the site where the test was done, such as an NHS trust or an "
    "independent sector company.",
)
# What a region is of, by the set of counts.
REGIONS: Final = {
    "tests": "Region: an NHS provider stands in its own commissioning region, an independent one wherever it "
    "has sites:",
    "commissioners": "Region: the commissioning region of the commissioner:",
    "patients": "Region: the commissioning region of the site where the test was done:",
}
NOT_WAITING_TIMES: Final = (
    "These figures should not be compared directly with the monthly diagnostics waiting times and activity return "
    "(DM01), which covers other tests and defines them differently."
)
FURTHER: Final = (
    "The statistical release that goes with these tables explains how they are made and how good the data are."
)


@dataclass(frozen=True)
class Line:
    """One row of the title page: a text, the column it stands in, its style and where it links to."""

    text: str
    style: Style = Style.PARAGRAPH
    column: int = TEXTS
    link: str | None = None


BLANK: Final = Line("")


@dataclass(frozen=True)
class Front:
    """What a title page is of: its workbook, among those of its release."""

    workbook: ProtectedWorkbook
    tables: ReleaseTables
    edition: Edition


def write_title_page(sheet: Worksheet, front: Front) -> None:
    """Fill the title page of a workbook."""
    edition = front.edition
    sheet.title = SHEET_NAME
    sheet.sheet_view.showGridLines = False
    for column, width in WIDTHS.items():
        sheet.column_dimensions[column].width = width
    for row, height in LARGE_ROWS.items():
        sheet.row_dimensions[row].height = height
    _write(sheet, 1, [Line(notice, Style.NOTICE, LABELS) for notice in edition.notices])
    row = _write(sheet, TITLE_ROW, [*_opening(front), *_introduction(front), *_using(front)])
    row = _write_regions(sheet, row, edition)
    _write(sheet, row, [BLANK, *_issues(front.tables.issues), *_further(edition), *_contact(edition)])
    one_page_wide(sheet, "portrait")
    repeat_in_print(sheet, edition.notices)


def _opening(front: Front) -> Iterator[Line]:
    yield Line(f"{front.edition.house.title} statistics", Style.TITLE, LABELS)
    yield Line(front.workbook.spec.name, Style.LARGE, LABELS)
    yield Line(front.edition.period.words, Style.SECTION, LABELS)
    yield BLANK


def _introduction(front: Front) -> Iterator[Line]:
    yield from _section("About the data", *ABOUT)
    annual = front.edition.period.annual
    yield from _section("Final data" if annual else "Provisional data", FINAL if annual else PROVISIONAL)
    yield _heading("Tables")
    release = f"the annual release for {front.edition.period.year.label}" if annual else "each monthly release"
    yield Line(f"This workbook is the one in bold. The tables of {release} are:")
    yield from _listed(front)
    if len(front.workbook.tables) > 1:
        yield from _index(front)
    yield BLANK


def _listed(front: Front) -> Iterator[Line]:
    """The workbooks of the release under the headings of their groups, this one in bold."""
    listed = [workbook.spec for workbook in front.tables.workbooks]
    groups = {workbook.group for workbook in listed}
    for group, workbooks in groupby(listed, key=lambda workbook: workbook.group):
        if len(groups) > 1:
            yield Line(f"{group.format(year=front.edition.period.year.label)}:")
        for workbook in workbooks:
            style = Style.STRONG if workbook == front.workbook.spec else Style.PARAGRAPH
            yield Line(f"{workbook.number}. {workbook.title}" if workbook.number else workbook.title, style)


def _index(front: Front) -> Iterator[Line]:
    """The sheets of a workbook of several, each a link."""
    yield BLANK
    yield _heading("Index")
    for table in front.workbook.tables:
        filled = Fillings(table, front.edition, front.tables.policy)
        sheet = filled(table.spec.sheet_name)
        yield Line(f"{sheet}: {filled(table.spec.title)}", Style.LINK, link=f"#'{sheet}'!A1")


def _using(front: Front) -> Iterator[Line]:
    edition = front.edition
    yield _heading("When using this data")
    yield Line(NOT_WAITING_TIMES)
    yield Line("Diagnostics waiting times and activity", Style.LINK, link=edition.house.waiting_times_url)
    yield Line(USING[0])
    if any(table.spec.basis.counts == "commissioners" for table in front.workbook.tables):
        yield Line(COMMISSIONER.format(word=commissioner_word(edition.period.latest.last_day)))
    yield Line(USING[1])
    yield Line(REGIONS[front.workbook.tables[0].spec.basis.counts])


def _issues(issues: Sequence[ProviderIssue]) -> Iterator[Line]:
    yield _heading("Provider issues")
    yield Line(ISSUES if issues else NO_ISSUES)
    for number, (heading, listed) in enumerate(by_heading(issues), start=1):
        yield Line(f"{number}. {heading}", Style.STRONG)
        yield from map(Line, listed)
    yield BLANK


def _further(edition: Edition) -> Iterator[Line]:
    house = edition.house
    yield _heading("Further Information")
    yield Line(FURTHER)
    yield Line(f"Source: {house.source}")
    yield Line(f"{house.title} statistics and earlier releases", Style.LINK, link=house.statistics_url)
    yield Line("How the data are collected", Style.LINK, link=house.data_collection_url)
    yield Line(f"Published on {edition.published_in_words}. Next release: {date_in_words(edition.next_published)}.")
    yield Line(f"Licence: {house.licence_name}", Style.LINK, link=house.licence_url)
    yield BLANK


def _contact(edition: Edition) -> Iterator[Line]:
    house = edition.house
    yield _heading("Contact us at:")
    yield from map(Line, (house.prepared_by, house.organisation, *house.address))
    yield Line(house.email, Style.LINK, link=f"mailto:{house.email}")
    yield Line(f"For the press: {house.press}")


def _heading(text: str) -> Line:
    return Line(text, Style.SECTION, LABELS)


def _section(heading: str, *paragraphs: str) -> Iterator[Line]:
    yield _heading(heading)
    yield from map(Line, paragraphs)
    yield BLANK


def _write(sheet: Worksheet, row: int, content: Sequence[Line]) -> int:
    """Write the lines from a row on; the row after them."""
    for line in content:
        if line.text:
            _write_line(sheet, row, line)
        row += 1
    return row


def _write_line(sheet: Worksheet, row: int, line: Line) -> None:
    put(sheet, row, line.column, line.text, line.style)
    if line.link:
        link(sheet, row, line.column, line.link, line.style)
    if line.column == TEXTS:
        fit_row(sheet, row, line.text, WIDTHS["B"])


def _write_regions(sheet: Worksheet, row: int, edition: Edition) -> int:
    """The codes of the regions as they stood when the financial year began; the row after them."""
    first = row
    for column, heading in enumerate(REGION_HEADINGS, start=LABELS):
        put(sheet, row, column, heading, Style.HEADER_TEXT)
    for region in regions(on=edition.period.months[0].first_day):
        row += 1
        put(sheet, row, LABELS, region.region_code, Style.KEY)
        put(sheet, row, TEXTS, f"{region.region_name} Commissioning Region", Style.KEY)
    sheet.add_table(mark_as_table(Table(displayName=REGION_TABLE, ref=f"A{first}:B{row}"), REGION_HEADINGS))
    return row + 1
