"""The published workbooks: what stands where, read as a reader's script would; and what must not be in them.

The snapshots beside this file hold every cell of some workbooks: `sheet!cell | format | value`. After an intended
change, renew them with `RENEW_SNAPSHOTS=1 pytest tests/writing/test_workbook.py` and read the difference in git.
"""

import difflib
import importlib.util
import json
import os
import re
import zipfile
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from publish.disclosure.control import SUPPRESSED
from publish.disclosure.policy import Policy, load_policy
from publish.tables.catalogue import MONTHLY_TABLES, TABLE_1, TABLE_2, TABLE_4, TABLE_5
from publish.tables.truth import YEAR
from publish.tables.workbooks import ANNUAL, MONTHLY
from publish.writing.content import ProtectedWorkbook
from publish.writing.workbook import write_workbook
from tests import samples
from tests.samples import sample_edition, sample_issue, sample_table, sample_tables, table_of

HERE = Path(__file__).parent
SHARED = Path(__file__).resolve().parents[3] / "shared"
PUBLISHED = SHARED / "published" / "2022-23"
LABELS = ["Title:", "Summary:", "Period:", "Source:", "Basis:", "Published:", "Revised:", "Status:", "Contact:"]
KEYS = ["Region", "Org Code", "Provider name"]
MONTHS = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]
HEADER_ROWS = {"1": 13, "2": 14, "3": 14, "4": 13, "5": 14, "6": 14, "12": 13}
ISSUES = ("Alliance Medical (NT9) did not report any activity for May and June 2022.",)

every_table = pytest.mark.parametrize("spec", MONTHLY_TABLES, ids=lambda spec: f"table_{spec.number}")
every_annual_workbook = pytest.mark.parametrize(
    "workbook", ANNUAL, ids=lambda workbook: workbook.number or workbook.file_stem
)
beside_published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="no published workbooks beside the project")


@pytest.fixture
def write(tmp_path):
    """Write a workbook of sample values; its file."""

    def write_one(spec, month="2023-03", *, table=None, issues=ISSUES, policy=None, name="table.xlsx", **marks):
        edition = sample_edition(month, **marks)
        file = tmp_path / name
        table = table or sample_table(spec, edition.period.months)
        (workbook,) = (workbook for workbook in MONTHLY if workbook.number == spec.number)
        listed = tuple(sample_issue(text) for text in issues)
        tables = replace(sample_tables(edition), issues=listed, policy=policy or load_policy())
        write_workbook(ProtectedWorkbook(workbook, (table,)), tables, edition, file)
        return file

    return write_one


@pytest.fixture(scope="module")
def annual(tmp_path_factory):
    """Annual workbooks of samples by number and file stem, each written once; the file."""
    folder, edition = tmp_path_factory.mktemp("annual"), sample_edition(samples.ANNUAL)
    tables = sample_tables(edition)

    def written(number, stem=""):
        (chosen,) = (
            each for each in tables.workbooks if each.spec.number == number and each.spec.file_stem.startswith(stem)
        )
        file = folder / f"{number}{chosen.spec.file_stem}.xlsx"
        if not file.exists():
            write_workbook(chosen, tables, edition, file)
        return file

    return written


def annual_tables_of(workbook):
    (chosen,) = (each for each in sample_tables(sample_edition(samples.ANNUAL)).workbooks if each.spec == workbook)
    return chosen.tables


def open_sheets(file):
    workbook = openpyxl.load_workbook(file)
    return workbook, workbook["Title page"], workbook["Provider"]


def texts(sheet):
    return [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]


def by_heading(file):
    """Each row of the data sheet as {heading: value}, the header found by its text."""
    sheet = openpyxl.load_workbook(file)["Provider"]
    rows = iter(sheet.iter_rows(min_col=2, values_only=True))
    headings = next(row for row in rows if row[:3] == tuple(KEYS))
    return [dict(zip(headings, row, strict=True)) for row in rows if row[2]]


def expected_rows(table):
    """The rows that `by_heading` should find in a workbook of that table."""
    rows = {}
    for cell in table.cells.iter_rows(named=True):
        key = tuple(cell[name] for name in ("region_code", "org_code", "provider_name", "label", "setting"))
        rows.setdefault(key, []).append("*" if cell["status"] == SUPPRESSED else cell["value"])
    return [[part for part in key if part] + values for key, values in rows.items()]


# What stands in them


def dump(file):
    workbook = openpyxl.load_workbook(file)
    yield from (
        f"{sheet.title} | panes frozen at {sheet.freeze_panes} | rows in print {sheet.print_title_rows} | "
        f"tables {[(table.name, table.ref) for table in sheet.tables.values()]}"
        for sheet in workbook
    )
    for sheet in workbook:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is not None:
                    style = f"{cell.style}, {cell.number_format}"
                    yield f"{sheet.title}!{cell.coordinate} | {style} | {cell.value!r}"


@pytest.mark.parametrize(
    ("spec", "marks"), [(TABLE_1, {}), (TABLE_5, {"draft": True, "made_up": True})], ids=["count", "draft_median"]
)
def test_every_cell_is_as_in_the_snapshot(write, spec, marks):
    snapshot = HERE / f"workbook_table_{spec.number}.txt"
    found = [*dump(write(spec, "2022-06", **marks))]
    if os.environ.get("RENEW_SNAPSHOTS"):
        snapshot.write_text("\n".join(found) + "\n", encoding="utf-8")
    kept = snapshot.read_text(encoding="utf-8").splitlines()
    difference = "\n".join(difflib.unified_diff(kept, found, "kept", "found", lineterm="", n=0))
    assert not difference, f"\n{difference}"


@pytest.mark.parametrize("number", ["10"])
def test_every_cell_of_an_annual_workbook_is_as_in_the_snapshot(annual, number):
    snapshot = HERE / f"workbook_table_{number}.txt"
    found = [*dump(annual(number))]
    if os.environ.get("RENEW_SNAPSHOTS"):
        snapshot.write_text("\n".join(found) + "\n", encoding="utf-8")
    kept = snapshot.read_text(encoding="utf-8").splitlines()
    difference = "\n".join(difflib.unified_diff(kept, found, "kept", "found", lineterm="", n=0))
    assert not difference, f"\n{difference}"


@every_annual_workbook
def test_every_value_of_an_annual_workbook_is_the_protected_one(annual, workbook):
    """Whatever the number of keys and columns; per cent as a fraction, so that it can be reckoned with."""
    book = openpyxl.load_workbook(annual(workbook.number, workbook.file_stem))
    tables = annual_tables_of(workbook)
    assert len(book.worksheets) == 1 + len(tables)
    for sheet, table in zip(book.worksheets[1:], tables, strict=True):
        width = len(table.columns)
        last = 1 + len(table.spec.basis.places) + 1 + bool(table.spec.settings) + width
        found = [
            tuple(sheet.cell(row, column).value for column in range(last - width + 1, last + 1))
            for row in range(table.spec.header_row + 1, sheet.max_row + 1)
            if sheet.cell(row, last - width).value is not None
        ]
        cells = table.cells.select("value", "status").rows()
        shares = [column.of is not None for column in table.columns] * (len(cells) // width)
        shown = [printed(*cell, is_share=share) for cell, share in zip(cells, shares, strict=True)]
        assert found == [tuple(shown[at : at + width]) for at in range(0, len(shown), width)], sheet.title


def printed(value, status, *, is_share):
    if status == SUPPRESSED:
        return "*"
    return round(value / 100, 6) if is_share and value is not None else value


@every_annual_workbook
def test_nothing_of_an_annual_workbook_is_hidden_merged_or_unfilled(annual, workbook):
    book = openpyxl.load_workbook(annual(workbook.number, workbook.file_stem))
    assert len({sheet.title for sheet in book}) == len(book.worksheets)
    names = [table.name for sheet in book for table in sheet.tables.values()]
    assert len({name.casefold() for name in names}) == len(names)
    for sheet in book:
        assert (sheet.sheet_state, [*sheet.merged_cells.ranges]) == ("visible", [])
        assert len(sheet.title) <= 31
        assert not any("{" in text or "None" in text for text in texts(sheet))
        assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
        for table in sheet.tables.values():
            header = [cell.value for cell in sheet[table.ref][0]]
            assert [column.name for column in table.tableColumns] == header
            assert table.autoFilter is None
    listed = {cell.value: cell.font.bold for cell in book["Title page"]["B"] if cell.value}
    every = [f"{each.number}. {each.title}" if each.number else each.title for each in ANNUAL]
    assert [name for name, bold in listed.items() if name in every and bold] == [
        f"{workbook.number}. {workbook.title}" if workbook.number else workbook.title
    ]
    assert set(every) <= set(listed)


def test_percentages_are_per_cent_cells_and_rates_have_a_decimal(annual):
    sheet = openpyxl.load_workbook(annual("10"))["Table 10"]
    assert {sheet.cell(row, 6).number_format for row in range(14, 23)} <= {"0%", "@"}
    sheet = openpyxl.load_workbook(annual("", "Regions-and-ICBs"))["Use per 1,000"]
    rates = [cell for row in sheet.iter_rows() for cell in row if cell.number_format == "#,##0.0"]
    assert rates and all(isinstance(cell.value, int | float | None) for cell in rates)


def test_the_sheets_of_a_workbook_of_several_are_linked_from_its_title_page(annual):
    book = openpyxl.load_workbook(annual("13"))
    links = [cell.hyperlink for row in book["Title page"].iter_rows() for cell in row if cell.hyperlink]
    to_sheets = [
        link.location or link.target for link in links if not (link.target or "").startswith(("http", "mail"))
    ]
    assert [name.strip("#").split("!")[0].strip("'") for name in to_sheets] == book.sheetnames[1:]


@every_table
def test_values_are_found_by_heading(write, spec):
    table = sample_table(spec, sample_edition().period.months)
    rows = by_heading(write(spec, table=table))
    settings = ["Source setting"] if spec.settings else []
    assert [*rows[0]] == [*KEYS, spec.label_heading, *settings, *MONTHS, "Year to date"]
    assert [[*row.values()] for row in rows] == expected_rows(table)


@every_table
def test_title_block_and_header_stand_where_they_always_do(write, spec):
    _, _, sheet = open_sheets(write(spec))
    header_row = HEADER_ROWS[spec.number]
    assert [sheet.cell(row, 2).value for row in range(2, 11)] == LABELS
    assert [sheet.cell(row, 3).value for row in range(2, 11)] == [
        f"Table {spec.number} DID - {spec.title}",
        spec.summary,
        "2022/23",
        "Diagnostic Imaging Dataset - NHS England",
        "Provider",
        "20th July 2023",
        "-",
        "Provisional",
        "england.did@nhs.net",
    ]
    assert sheet["B11"].value == ("Notes:" if spec.measure.is_median else "Note:")
    assert "management information" in sheet["D11"].value.lower()
    assert sheet.cell(header_row, 2).value == "Region"
    assert sheet.cell(header_row - 1, 2).value == "Provider Level Data"
    first_month = 7 if spec.settings else 6
    assert sheet.cell(header_row - 1, first_month).value == "2022/23"
    assert sheet.cell(header_row, first_month).value == "Apr"
    assert sheet.freeze_panes == sheet.cell(header_row + 1, first_month).coordinate
    assert sheet.print_title_rows == f"${header_row - 1}:${header_row}"


def test_england_comes_first_then_one_empty_row_then_providers(write):
    _, _, sheet = open_sheets(write(TABLE_1))
    names = [sheet.cell(row, 4).value for row in range(14, 25)]
    assert names == ["ENGLAND"] * 9 + [None, "Alliance Medical"]
    assert all(cell.value is None for cell in sheet[23])


def test_a_thin_line_closes_each_block_and_hair_lines_part_its_rows(write):
    _, _, sheet = open_sheets(write(TABLE_1))
    lines = [sheet.cell(row, column).border.bottom.style for column in (2, 18) for row in (14, 21, 22, 24, 32, 33)]
    assert lines == ["hair", "hair", "thin", "hair", "thin", "hair"] * 2


@pytest.mark.parametrize(
    ("tests", "median", "shown", "number_format"),
    [
        (2, 4.0, "*", "@"),
        (0, None, None, "#,##0"),
        (9, 0.0, 0, "#,##0"),
        (9, 14.0, 14, "#,##0"),
        (9, 12.5, 12.5, "#,##0.0"),
        (9, 1234.5, 1234.5, "#,##0.0"),
    ],
)
def test_how_a_median_is_shown(write, tests, median, shown, number_format):
    _, _, sheet = open_sheets(write(TABLE_2, "2022-04", table=one_provider(TABLE_2, "A", tests, median)))
    cell = sheet["F15"]
    assert (cell.value, cell.number_format, cell.alignment.horizontal) == (shown, number_format, "right")


def one_provider(spec, name, tests=10, value=10.0):
    """A protected table of one row, one month."""
    months = sample_edition("2022-04").period.months
    place = ("Provider", "Y56", "NT9", name, "Fluoroscopy", "")
    return table_of(spec, months, [(*place, "2022-04", tests, value), (*place, YEAR, tests, value)])


def test_months_to_come_have_no_columns(write):
    _, title, sheet = open_sheets(write(TABLE_4, "2022-06"))
    assert [cell.value for cell in sheet[13]][1:] == [
        *KEYS, "Test", "Source setting", "Apr", "May", "Jun", "Year to date"
    ]  # fmt: skip
    assert sheet["G12"].value == "2022/23"
    assert title["A6"].value == "April 2022 to June 2022"


def test_notes_are_numbered_and_name_the_policy(write):
    _, _, sheet = open_sheets(write(TABLE_1, policy=Policy(threshold=8, rounding_base=10, fewest_dates=1)))
    foot = [sheet.cell(row, 2).value for row in range(sheet.max_row - 9, sheet.max_row + 1)]
    notes, key = ["1. Indepe", "2. Counts", "3. A row ", "4. Allian"], ["0 = zero ", "* = suppr", "Blank cel"]
    assert [(text or "")[:9] for text in foot] == ["Notes:", *notes, "", "Key", *key]
    assert "nearest 10 " in foot[2] and "Year to date" in foot[2]
    assert "less than 8 " in foot[8]
    assert not any("{" in text for text in texts(sheet))


@pytest.mark.parametrize("spec", [TABLE_1, TABLE_5])
def test_the_key_says_where_values_are_hidden_to_protect_others(write, spec):
    said = ", and so are further values, so that these cannot be worked out"
    _, _, sheet = open_sheets(write(spec, policy=Policy(3, 1, 1, secondary="lp")))
    assert next(text for text in texts(sheet) if text.startswith("* =")).endswith(f"are suppressed{said}")
    _, _, sheet = open_sheets(write(spec))
    assert not [text for text in texts(sheet) if said in text]


def test_the_key_says_where_zero_is_hidden(write):
    _, _, sheet = open_sheets(write(TABLE_1, policy=Policy(3, 5, 1, hides_zero=True)))
    key = [text for text in texts(sheet) if re.match(r"[0*] = |Blank", text)]
    assert key == [
        "* = suppression: values of less than 3 are suppressed, zero among them",
        "Blank cells = no data has been submitted",
    ]


def test_the_title_page_says_what_it_must(write):
    _, title, _ = open_sheets(write(TABLE_5))
    assert [title[cell].value for cell in ("A4", "A5", "A6")] == [
        "Diagnostic Imaging Dataset statistics",
        f"Table 5: {TABLE_5.title}",
        "April 2022 to March 2023",
    ]
    for text in ("When using this data", "Provider issues", "Further Information", "Contact us at:", *ISSUES):
        assert text in texts(title)
    listed = {cell.value: cell.font.bold for cell in title["B"] if cell.value and cell.value[0].isdigit()}
    issues = {"1. The following providers had shortfalls in their data for the months shown:": True}
    assert listed == {f"{spec.number}. {spec.title}": spec is TABLE_5 for spec in MONTHLY_TABLES} | issues


def test_the_regions_are_those_of_the_first_day_of_the_year(write):
    _, title, _ = open_sheets(write(TABLE_1, "2018-06"))
    codes = [cell.value for cell in title["A"] if cell.value and cell.value.startswith("Y5")]
    assert codes == ["Y54", "Y55", "Y56", "Y58", "Y59"]


def test_without_issues_the_title_page_says_so(write):
    _, title, _ = open_sheets(write(TABLE_1, issues=()))
    assert any(text.startswith("No issue with the data of a provider is known") for text in texts(title))


# Drafts


@pytest.mark.parametrize("spec", [TABLE_1, TABLE_2], ids=["count", "median"])
def test_a_draft_says_so_on_both_sheets_and_on_every_printed_page_and_moves_nothing(write, spec):
    draft = write(spec, draft=True, made_up=True, name="draft.xlsx")
    _, title, sheet = open_sheets(draft)
    _, public_title, public_sheet = open_sheets(write(spec))
    assert title["A1"].value == "DRAFT: not for publication."
    assert title["A2"].value == "Made-up records: a demonstration, not statistics."
    assert sheet["A1"].value.startswith("DRAFT: not for publication. Made-up records: a demonstration")
    assert all("DRAFT" in each.oddHeader.center.text for each in (title, sheet))
    assert not any("DRAFT" in text for page in (public_title, public_sheet) for text in texts(page))
    assert public_sheet.oddHeader.center.text is None
    for marked, public in ((title, public_title), (sheet, public_sheet)):
        below = ([*page.iter_rows(min_row=3, values_only=True)] for page in (marked, public))
        assert next(below) == next(below)


# What must not be in them


def test_text_that_looks_like_a_formula_stays_text(write):
    for name in ("=cmd|' /C calc'!A0", "+1", "-1+1", "@x", "\tx", "#N/A", "=1\x07"):
        file = write(TABLE_1, "2022-04", table=one_provider(TABLE_1, name), issues=(name, "=HYPERLINK(1)"))
        workbook, _, sheet = open_sheets(file)
        assert sheet["D14"].value == name.replace("\x07", "")
        assert sheet["D14"].number_format == "@"
        every_cell = (cell for page in workbook for row in page.iter_rows() for cell in row)
        assert {cell.data_type for cell in every_cell} <= {"s", "n"}
        with zipfile.ZipFile(file) as parts:
            assert not any(b"<f>" in parts.read(part) for part in parts.namelist())


@every_table
def test_nothing_is_hidden_merged_or_left_over(write, spec):
    workbook, *sheets = open_sheets(write(spec))
    assert workbook.sheetnames == ["Title page", "Provider"]
    assert workbook.active.title == "Title page"
    assert not workbook.defined_names
    assert [[*sheet.defined_names] for sheet in sheets] == [[], []]  # print titles are no name of ours
    for sheet in sheets:
        assert sheet.sheet_state == "visible"
        assert not sheet.merged_cells.ranges
        assert not any(dimension.hidden for dimension in sheet.row_dimensions.values())
        assert not any(dimension.hidden for dimension in sheet.column_dimensions.values())
        assert sheet.auto_filter.ref is None
        assert sheet.sheet_view.zoomScale == 100
        assert {selection.activeCell for selection in sheet.sheet_view.selection} <= {"A1", None}


@every_table
def test_tables_have_their_headings_and_no_filter_buttons(write, spec):
    _, title, sheet = open_sheets(write(spec))
    (table,) = sheet.tables.values()
    header, *_, last = sheet[table.ref]
    assert [column.name for column in table.tableColumns] == [cell.value for cell in header]
    assert len({cell.value for cell in header}) == len(header)
    assert header[0].coordinate == f"B{spec.header_row}"
    assert last[0].offset(row=2).value == "Notes:"
    assert (table.autoFilter, title.tables["Commissioning_Regions"].autoFilter) == (None, None)
    assert table.name == spec.file_stem.replace("-", "_")


def test_title_and_language_are_set_and_the_author_is_the_organisation(write):
    properties = openpyxl.load_workbook(write(TABLE_1)).properties
    assert (properties.creator, properties.lastModifiedBy) == ("NHS England", "NHS England")
    assert "Table 1: Count of Imaging Activity by Modality" in properties.title
    assert properties.language == "en-GB"
    assert properties.created == properties.modified == datetime(2023, 7, 20)


def test_links_are_links_with_words_of_their_own(write):
    workbook, title, _ = open_sheets(write(TABLE_1))
    links = {cell.value: cell.hyperlink.target for row in title.iter_rows() for cell in row if cell.hyperlink}
    assert len(links) == 5
    assert not any(text.startswith("http") for text in links)
    assert workbook["Provider"]["C10"].hyperlink.target == "mailto:england.did@nhs.net"


def test_wrapped_text_has_room(write):
    long = "Barking (RF4) did not report any activity for its site RF401, an estimated shortfall of records. " * 4
    _, title, sheet = open_sheets(write(TABLE_5, issues=(long,)))
    (row,) = (cell.row for cell in title["B"] if cell.value == long)
    assert title.row_dimensions[row].height >= 4 * 12.75
    assert sheet.row_dimensions[11].height >= 5 * 12.75


def test_a_long_name_in_capitals_has_room(write):
    name = "THE SHEFFIELD AND NORTH EAST OF ENGLAND SPECIALIST IMAGING AND DIAGNOSTICS PARTNERSHIP"
    _, _, sheet = open_sheets(write(TABLE_1, "2022-04", table=one_provider(TABLE_1, name)))
    assert sheet.row_dimensions[14].height >= 2 * 12.75


# Same inputs, same bytes


def test_written_twice_the_bytes_are_the_same(write):
    first, second = write(TABLE_5, draft=True), write(TABLE_5, draft=True, name="second.xlsx")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as parts:
        assert {part.date_time for part in parts.infolist()} == {(2023, 7, 20, 0, 0, 0)}


# Beside the published ones


@beside_published
@every_table
def test_it_is_laid_out_as_the_published_workbook(write, spec):
    layouts = json.loads((SHARED / "spec" / "layouts.json").read_text(encoding="utf-8"))
    (published,) = layouts[f"2022_23/T{spec.number}"]["sheets"]
    workbook, _, sheet = open_sheets(write(spec))
    assert workbook.sheetnames[1] == published["name"]
    assert [cell.value for cell in sheet[spec.header_row]][1:] == published["columns"]
    labels = [label for label in published["title_block"] if label.endswith(":")]
    assert [sheet.cell(row, 2).value for row in range(2, 2 + len(labels))] == labels
    for label in ("Title:", "Period:", "Basis:", "Status:", "Contact:"):
        value = sheet.cell(2 + labels.index(label), 3).value
        assert value.startswith(published["title_block"][label].strip()), label  # Table 6's title was cut off


@beside_published
@every_table
def test_the_title_page_opens_as_the_published_one(write, spec):
    (file,) = PUBLISHED.glob(f"DID-Table-{spec.number}-*.xlsx")
    published = openpyxl.load_workbook(file, read_only=True)
    workbook, title, _ = open_sheets(write(spec))
    assert workbook.sheetnames == published.sheetnames
    for cell in ("A4", "A6"):
        assert title[cell].value == published["Title page"][cell].value


@beside_published
@every_table
def test_the_script_that_reads_the_published_files_reads_ours(write, spec):
    script = importlib.util.spec_from_file_location("published", SHARED / "tools" / "published.py")
    published = importlib.util.module_from_spec(script)
    script.loader.exec_module(published)
    table = sample_table(spec, sample_edition().period.months)
    read = published.table(write(spec, table=table))
    rows = expected_rows(table)
    assert len(read) == len(rows)
    for region, code, name, *labels in rows:
        keys, values = labels[:-13], labels[-13:]
        label = published.CANONICAL.get(keys[0].casefold(), keys[0])
        key = ("-", "-") if name == "ENGLAND" else (region, code)
        found = read[(*key, label, keys[1] if spec.settings else "")]
        assert [*found] == [*MONTHS, "Year"]
        assert [*found.values()] == values


def test_samples_cover_what_is_tested():
    table = sample_table(TABLE_1, sample_edition().period.months)
    assert set(table.cells["status"]) == {"", "suppressed", "no data"}
    assert len({name for *_, name in samples.PROVIDERS}) < len(samples.PROVIDERS)  # one in two regions
