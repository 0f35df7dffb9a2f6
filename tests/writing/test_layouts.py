"""Where things stand in the annual workbooks, beside the published ones: what a reader's script hangs on.

Layouts are read off our workbooks and the published ones by the same function, which finds the header by its text.
What is meant to differ is listed in DIFFERENCES, with its reason.
"""

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from publish.tables.workbooks import ANNUAL
from publish.writing.workbook import write_workbook
from tests.samples import sample_edition, sample_tables

SHARED = Path(__file__).resolve().parents[3] / "shared"
PUBLISHED = SHARED / "published"
pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="no published workbooks beside the project")

TABLES_1_TO_6 = ("1", "2", "3", "4", "5", "6")
CASES = [
    *(("2021-22", number) for number in (*TABLES_1_TO_6, "7", "8", "9", "10", "11", "12")),
    *(("2023-24", number) for number in (*TABLES_1_TO_6, "11", "12", "13")),
]
PLACES = ("Region", "ICB", "Network", "Code", "ONS Code", "Org Code", "Provider code", "Provider name")
COMMISSIONERS = ("CCG Code", "CCG Name", "Sub-ICB Location Code", "Sub-ICB Location Name")
KEYS = (*PLACES, *COMMISSIONERS, "Modality", "Test", "Source setting", "Patient Source Setting")
every_published = pytest.mark.parametrize(("year", "number"), CASES)


@dataclass(frozen=True)
class Layout:
    """Where everything stands on a data sheet."""

    header_row: int
    labels: tuple[tuple[int, str], ...]  # of the title block, with their rows
    values: dict[str, str]  # what stands beside them
    level: str | None  # above the keys
    groups: tuple[tuple[int, str], ...]  # above the figures, with the first column of figures that they stand over
    keys: tuple[str, ...]
    headings: tuple[str, ...]
    england: tuple[tuple[str, ...], ...]  # what the rows of the first block are about, from the label on
    blocks: int
    last_block: str  # the name in its first row
    frozen: str | None
    foot: tuple[str, ...]
    rows_before_foot: int


def layout_of(sheet: Worksheet) -> Layout:
    rows = [tuple(text(cell) for cell in row) for row in sheet.iter_rows(max_col=24, values_only=True)]
    header = next(at for at, row in enumerate(rows) if row[1] in ("Region", "Modality"))
    keys = tuple(heading for heading in rows[header] if heading in KEYS)
    first_figure = max(at for at, heading in enumerate(rows[header]) if heading in KEYS) + 1
    foot = next(at for at, row in enumerate(rows) if at > header and row[1].rstrip(":") in ("Notes", "Key"))
    block = {at: row[1] for at, row in enumerate(rows[:header]) if row[1]}
    blocks = [list(block) for is_row, block in groupby(rows[header + 1 : foot], key=any) if is_row]
    label = rows[header].index("Test" if "Test" in keys else "Modality")
    name = label - 1 if label > 1 else label
    return Layout(
        header_row=header + 1,
        labels=tuple((at + 1, label) for at, label in block.items() if label.endswith(":")),
        values={label: rows[at][2] for at, label in block.items() if label.endswith(":")},
        level=next((label for label in block.values() if label.endswith("Data")), None),
        groups=groups_of(rows[header - 3 : header], rows[header], first_figure),
        keys=keys,
        headings=tuple(heading for heading in rows[header] if heading),
        england=tuple(tuple(filter(None, row[label:first_figure])) for row in blocks[0]),
        blocks=len(blocks),
        last_block=blocks[-1][0][name],
        frozen=sheet.freeze_panes,
        foot=tuple(row[1].rstrip(":") for row in rows[foot:] if row[1].rstrip(":") in ("Notes", "Key")),
        rows_before_foot=sum(1 for row in rows[header + 1 : foot] if not any(row)),
    )


def groups_of(above: list[tuple[str, ...]], header: tuple[str, ...], first: int) -> tuple[tuple[int, str], ...]:
    """The headings over the figures, with the number of figures before them; empty columns do not count.

    Left out are stray `*` above Table 9 and `Report turnaround time band`, said once more under those of Table 13.
    """
    figures = [at for at in range(first, len(header)) if header[at]]
    over = [(figures.index(at), row[at]) for row in above for at in figures if row[at]]
    return tuple(each for each in over if each[1] not in ("*", "Report turnaround time band"))


def text(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


@cache
def published_sheets(year: str, number: str) -> dict[str, Layout]:
    (file,) = (PUBLISHED / year).glob(f"DID-Table-{number}-*.xlsx")
    book = openpyxl.load_workbook(file)
    visible = [sheet for sheet in book if sheet.sheet_state == "visible"]  # Table 13 has left-over ones, hidden
    assert visible[0].title == "Title page"
    return {sheet.title: layout_of(sheet) for sheet in visible[1:]}


@pytest.fixture(scope="module")
def ours(tmp_path_factory):
    """The annual workbooks of samples, by year and number; each is written once."""
    folder, written = tmp_path_factory.mktemp("layouts"), {}

    def workbook(year, number):
        if (year, number) not in written:
            edition = sample_edition(year)
            tables = sample_tables(edition)
            (chosen,) = (each for each in tables.published if each.spec.number == number)
            file = folder / f"{year}-{number}.xlsx"
            write_workbook(chosen, tables, edition, file)
            written[year, number] = openpyxl.load_workbook(file)
        return written[year, number]

    return workbook


def table_13(layout: Layout) -> Layout:
    """Its title block begins in row 2, as in the other tables; the header stays."""
    return replace(layout, labels=tuple((row + 1, label) for row, label in layout.labels))


def table_12(layout: Layout) -> Layout:
    """Its header stands in row 13, as in the other tables of counts; a final year is headed `Year`, as there."""
    headings = tuple(heading.replace("Year to date", "Year") for heading in layout.headings)
    return replace(layout, header_row=13, headings=headings)


def table_8(layout: Layout) -> Layout:
    """`GP Direct Access` is written as in Tables 4 to 6 and 11."""
    england = tuple(
        (label, setting.replace("GP direct access", "GP Direct Access")) for label, setting in layout.england
    )
    return replace(layout, england=england)


def table_9(layout: Layout) -> Layout:
    """It has notes above its key, as the other tables have."""
    return replace(layout, foot=("Notes", *layout.foot))


# Further down, further right, and between the columns that say what a row is about.
NOT_FROZEN_SO = {("2023-24", "11"), ("2023-24", "4"), ("2021-22", "8")}
DIFFERENCES = {"13": table_13, "12": table_12, "8": table_8, "9": table_9}


@every_published
def test_sheets_have_the_published_names_in_their_order(ours, year, number):
    assert ours(year, number).sheetnames == ["Title page", *published_sheets(year, number)]


@every_published
def test_the_title_block_the_header_and_the_blocks_stand_where_they_are_published(ours, year, number):
    for name, published in published_sheets(year, number).items():
        found = layout_of(ours(year, number)[name])
        wanted = DIFFERENCES.get(number, lambda layout: layout)(published)
        assert found.header_row == wanted.header_row
        labels = [each for each in wanted.labels if not each[1].startswith("Note")]
        assert [each for each in found.labels if not each[1].startswith("Note")] == labels
        assert found.level == wanted.level
        assert found.keys == wanted.keys
        assert found.headings == wanted.headings
        assert found.england == wanted.england
        assert found.foot == wanted.foot
        # an empty row between England, regions and what follows, and before the foot
        assert (found.blocks, found.rows_before_foot) == (wanted.blocks, wanted.blocks)
        if found.level != "Provider Level Data" and number != "13":
            assert found.last_block == wanted.last_block


@every_published
def test_notes_above_the_header_are_labelled_as_published(ours, year, number):
    """`Notes:` of the medians, `Note:` of the bands; a note of ours where none is published would move nothing."""
    for name, published in published_sheets(year, number).items():
        labels = dict(published.labels)
        if labels.get(11):
            assert dict(layout_of(ours(year, number)[name]).labels)[11].rstrip("s:") == labels[11].rstrip("s:")


@every_published
def test_values_of_the_title_block_are_as_published(ours, year, number):
    """But for sentences, dates, and the source, whose organisation has changed its name."""
    for name, published in published_sheets(year, number).items():
        found = layout_of(ours(year, number)[name])
        for label in ("Period:", "Basis:", "Status:", "Contact:"):
            assert found.values[label] == published.values[label]
        title = re.sub(r"\s+", " ", published.values["Title:"]).casefold()
        assert found.values["Title:"].casefold().startswith(title[:100]), name  # Table 6's title was cut off
        assert found.values["Source:"] == "Diagnostic Imaging Dataset - NHS England"


@every_published
def test_groups_of_columns_are_headed_as_published(ours, year, number):
    """The year stands over the columns of a table without groups; of Tables 7 and 8 it was left out."""
    for name, published in published_sheets(year, number).items():
        found = layout_of(ours(year, number)[name]).groups
        assert found == (published.groups or ((0, year.replace("-", "/")),))


@every_published
def test_panes_are_frozen_under_the_header_and_right_of_the_keys(ours, year, number):
    """As published, but for workbooks without frozen panes and those of NOT_FROZEN_SO."""
    for name, published in published_sheets(year, number).items():
        sheet = ours(year, number)[name]
        layout = layout_of(sheet)
        assert layout.frozen == f"{get_column_letter(2 + len(layout.keys))}{layout.header_row + 1}"
        if published.frozen and (year, number) not in NOT_FROZEN_SO:
            assert layout.frozen == published.frozen


@every_published
def test_the_title_page_opens_as_published(ours, year, number):
    (file,) = (PUBLISHED / year).glob(f"DID-Table-{number}-*.xlsx")
    published = openpyxl.load_workbook(file)["Title page"]
    page = ours(year, number)["Title page"]
    assert page["A4"].value == published["A4"].value
    assert page["A6"].value == published["A6"].value.replace(" - ", " to ")
    assert page["A5"].value.split(":")[0] == f"Table {number}"
    listed = [text(cell.value) for row in published.iter_rows(max_row=40) for cell in row]
    titles = {line.casefold() for line in listed if re.match(r"\d+\. \S", line)}
    every = {f"{workbook.number}. {workbook.title}".casefold() for workbook in ANNUAL if workbook.number}
    last = "13. report turnaround bands by modality and broad patient source setting"  # since 2023-24
    provider = "11. provider count of imaging activity by modality and patient source setting"  # so in lists alone
    if provider in titles:  # the list of all tables; other title pages have numbered notes
        assert {*titles} - {provider} <= every
        assert every - titles <= {last, provider.replace("provider count", "count")}


@every_published
def test_england_is_written_as_in_tables_by_provider_everywhere(ours, year, number):
    """`-`, `-`, `ENGLAND`: published tables leave the codes of Tables 7 blank and write `England` in Table 13."""
    for name in published_sheets(year, number):
        sheet = ours(year, number)[name]
        layout = layout_of(sheet)
        cells = [text(cell.value) for cell in sheet[layout.header_row + 1]][1:]
        before_label = cells[: [*layout.keys].index("Test" if "Test" in layout.keys else "Modality")]
        assert [*before_label] in ([], [*["-"] * (len(before_label) - 1), "ENGLAND"])


def test_commissioners_are_sub_icb_locations_in_the_headings_of_2023_24(ours):
    for number in ("7", "8"):
        for name, published in published_sheets("2021-22", number).items():
            found = layout_of(ours("2023-24", number)[name])
            assert found.headings == tuple(
                heading.replace("CCG", "Sub-ICB Location") for heading in published.headings
            )
            assert found.last_block == "No sub-ICB location"
            assert published.last_block == "No CCG"


def test_the_headings_are_those_of_the_layouts_beside_the_specification():
    layouts = json.loads((SHARED / "spec" / "layouts.json").read_text(encoding="utf-8"))
    for number in ("7", "8", "9", "10"):
        sheets = layouts[f"2021_22/T{number}"]["sheets"]
        read = published_sheets("2021-22", number)
        assert [sheet["name"] for sheet in sheets] == [*read]
        assert [tuple(sheet["columns"]) for sheet in sheets] == [layout.headings for layout in read.values()]


def test_no_cell_is_merged_and_no_sheet_is_hidden(ours):
    """Published: groups of columns are merged, Table 9 has an empty column, Table 13 a spacer and hidden sheets."""
    for year, number in CASES:
        for sheet in ours(year, number):
            assert (sheet.sheet_state, [*sheet.merged_cells.ranges]) == ("visible", [])
