"""England's figures of earlier years, from workbooks that wander as the real ones do."""

from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from publish.disclosure.control import SUPPRESSED
from publish.errors import UsageError
from publish.period import FinancialYear
from publish.quality.earlier_years import SCHEMA, read_earlier_years
from publish.tables.specification import YEAR
from publish.tables.workbooks import MONTHLY
from publish.writing.content import ProtectedWorkbook
from publish.writing.workbook import write_workbook
from tests.samples import sample_edition, sample_table, sample_tables

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "published"
MONTHS = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]
KEYS = ["Region", "Org Code", "Provider name"]
CT, MRI = "Computerized Axial Tomography", "Magnetic Resonance Imaging"
THIS_YEAR = FinancialYear(2023)


def block(title="Table 1 DID - Count", period="2021/22", published="15th December 2022", status="Final", **more):
    """The title block, as rows from column B."""
    labels = {"title": title, "summary": "All tests", "period": period, "published": published, "status": status}
    return [[f"{label.capitalize()}:", text] for label, text in (labels | more).items()]


def england(label, year, month=10, *, setting=()):
    return ["-", "-", "ENGLAND", label, *setting, *[month] * 12, year]


PROVIDER = ["Y56", "RF4", "A trust", CT, *[1] * 12, 12]


def workbook(folder, name="any.xlsx", rows=(), *, title_block=None, header=None, header_row=13, sheet="Provider"):
    """A workbook with a title page and a data sheet, everything from column B on."""
    folder.mkdir(parents=True, exist_ok=True)
    made = openpyxl.Workbook()
    made.active.title = "Title page"
    made.active["A1"] = "Table 9: another title, which is no title block"
    data = made.create_sheet(sheet)
    places = {2 + n: row for n, row in enumerate(title_block or block())}
    places[header_row] = header or [*KEYS, "Modality", *MONTHS, "Year"]
    places |= {header_row + 1 + n: row for n, row in enumerate(rows)}
    for place, row in places.items():
        for column, value in enumerate(row, start=2):
            data.cell(place, column, value)
    made.save(folder / name)
    return folder


def figures(*folders, before=THIS_YEAR):
    """The figures as rows, without a remark."""
    read = read_earlier_years(folders, before)
    assert read.remarks == ()
    return read.figures.rows()


def remarks(*folders, before=THIS_YEAR):
    read = read_earlier_years(folders, before)
    return read.remarks


def test_the_figures_of_a_year(tmp_path):
    folder = workbook(tmp_path, rows=[england(CT, 120), england(MRI, 60), [], PROVIDER])
    read = read_earlier_years([folder], THIS_YEAR)
    assert read.remarks == ()
    assert read.figures.schema == SCHEMA
    assert read.figures.rows() == [
        ("2021/22", "1", CT, "", 120.0, "Final"),
        ("2021/22", "1", MRI, "", 60.0, "Final"),
    ]


@pytest.mark.parametrize("header_row", [12, 13, 14, 15, 30])
def test_the_header_may_stand_in_any_row(tmp_path, header_row):
    folder = workbook(tmp_path, rows=[england(CT, 120), [], PROVIDER], header_row=header_row, sheet="Table 1")
    assert figures(folder) == [("2021/22", "1", CT, "", 120.0, "Final")]


def test_labels_headings_and_title_block_are_trimmed_and_blind_to_case(tmp_path):
    folder = workbook(
        tmp_path,
        rows=[[], [" - ", "-", "England ", " computerized  axial Tomography ", *[1] * 12, 12], PROVIDER],
        header=["region ", "Org code", "Provider Name ", "MODALITY", *MONTHS, " Year To Date"],
        title_block=[["TITLE :", " table 1 DID - Count"], *block(period="2021/22 ", status="provisional ")[1:]],
    )
    assert figures(folder) == [("2021/22", "1", CT, "", 12.0, "Provisional")]


@pytest.mark.parametrize("nothing", [None, "", " ", ".", "-", "*", "#N/A", True])
def test_a_cell_without_a_figure_has_no_row(tmp_path, nothing):
    folder = workbook(tmp_path, rows=[england(CT, nothing), england(MRI, 0)])
    assert figures(folder) == [("2021/22", "1", MRI, "", 0.0, "Final")]


@pytest.mark.parametrize(("kept", "value"), [("6,720,535", 6720535.0), (" 25.5 ", 25.5), (25.5, 25.5)])
def test_figures_may_be_kept_as_text(tmp_path, kept, value):
    assert figures(workbook(tmp_path, rows=[england(CT, kept)]))[0][4] == value


def test_source_settings_of_the_tables_by_body_site(tmp_path):
    chest = "Chest (X-ray)"
    folder = workbook(
        tmp_path,
        rows=[england(chest, 7, setting=["All "]), england(chest, 3, setting=["GP direct access"])],
        header=[*KEYS, "Test", "Source setting", *MONTHS, "Year"],
        title_block=block("Table 5 DID - Median"),
    )
    assert figures(folder) == [
        ("2021/22", "5", chest, "All", 7.0, "Final"),
        ("2021/22", "5", chest, "GP Direct Access", 3.0, "Final"),
    ]


def test_source_settings_are_columns_of_table_11(tmp_path):
    settings = [
        "A&E",
        "Day case",
        "Inpatient",
        "Outpatient",
        "GP Direct Access",
        "Other Health Care Provider",
        "Other",
    ]
    folder = workbook(
        tmp_path,
        rows=[["-", "-", "ENGLAND", CT, 1, 2, "*", 4, 5, 6, 7, 28]],
        header=[*KEYS, "Modality", *settings, "Total"],
        title_block=block("Table 11 DID - Count by source setting"),
    )
    found = {setting: value for _, table, _, setting, value, _ in figures(folder) if table == "11"}
    shown = dict(zip([*settings, "All"], [1, 2, "*", 4, 5, 6, 7, 28], strict=True))
    assert found == {setting: value for setting, value in shown.items() if value != "*"}


def test_tables_are_sorted_by_their_numbers(tmp_path):
    for number, label in (("12", "Fluoroscopy"), ("2", CT), ("11", CT)):
        heading = ["Total"] if number == "11" else [*MONTHS, "Year"]
        workbook(
            tmp_path,
            f"{number}.xlsx",
            rows=[["-", "-", "ENGLAND", label, *[5] * len(heading)]],
            header=[*KEYS, "Modality", *heading],
            title_block=block(f"Table {number} DID"),
        )
    assert [row[1] for row in figures(tmp_path)] == ["2", "11", "12"]


def test_hidden_sheets_and_other_files_are_passed_over(tmp_path):
    folder = workbook(tmp_path, rows=[england(CT, 120)])
    made = openpyxl.load_workbook(folder / "any.xlsx")
    hidden = made.copy_worksheet(made["Provider"])
    hidden.sheet_state = "hidden"
    hidden["R14"] = 999
    made.move_sheet(hidden, -2)
    made.save(folder / "any.xlsx")
    (folder / "~$any.xlsx").write_bytes(b"lock")
    (folder / "notes.txt").write_text("notes")
    assert figures(folder) == [("2021/22", "1", CT, "", 120.0, "Final")]


def test_tables_that_are_not_compared_are_passed_over(tmp_path):
    workbook(tmp_path, rows=[england(CT, 120)])
    workbook(tmp_path, "7.xlsx", rows=[england(CT, 1)], title_block=block("Table 7a DID"))
    workbook(tmp_path, "1.xlsx", rows=[england(CT, 1)], title_block=block(basis="Region"))
    workbook(tmp_path, "age.xlsx", rows=[england(CT, 1)], title_block=block("DID - Activity by age"))
    workbook(tmp_path, "13.xlsx", rows=[england(CT, 1)], title_block=block("Table 13 DID"))
    assert len(figures(tmp_path)) == 1


def test_workbooks_lie_in_tables_of_a_release(tmp_path):
    workbook(tmp_path / "tables", "ANY.XLSX", rows=[england(CT, 120)])
    assert len(figures(tmp_path)) == 1


# -- which workbook is used --------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [1, -1])
def test_final_goes_before_provisional(tmp_path, order):
    final = workbook(tmp_path / "a", rows=[england(CT, 120)], title_block=block(published="1st May 2022"))
    later = block(published="15th December 2023", status="Provisional")
    provisional = workbook(tmp_path / "b", rows=[england(CT, 110), england(MRI, 1)], title_block=later)
    assert figures(*[final, provisional][::order]) == [("2021/22", "1", CT, "", 120.0, "Final")]


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("newer", [{"published": "2nd January 2023"}, {"revised": date(2023, 1, 2)}])
def test_then_the_later_publication_and_what_differs_is_said(tmp_path, order, newer):
    older = workbook(tmp_path / "a", rows=[england(CT, 120), england(MRI, 60)])
    revised = workbook(tmp_path / "b", rows=[england(CT, 125), england(MRI, 60)], title_block=block(**newer))
    read = read_earlier_years([older, revised][::order], THIS_YEAR)
    assert read.figures["value"].to_list() == [125.0, 60.0]
    assert read.remarks == (
        f"{older / 'any.xlsx'} and {revised / 'any.xlsx'}: Table 1 of 2021/22, final in both, differs in 1 of 2 "
        "figures of England. Those of the second are used.",
    )


def test_the_same_folder_twice_is_no_contradiction(tmp_path):
    folder = workbook(tmp_path, rows=[england(CT, 120)])
    assert figures(folder, folder) == figures(folder)


def test_only_whole_years_before(tmp_path):
    workbook(tmp_path, "a.xlsx", rows=[england(CT, 1)], title_block=block(period="2023/24"))
    workbook(tmp_path, "b.xlsx", rows=[england(CT, 1)], title_block=block("Table 2 DID", period="2023/24"))
    part = ["-", "-", "ENGLAND", CT, *[1] * 11, None, 11]
    so_far = [*KEYS, "Modality", *MONTHS, "Year to date"]
    workbook(tmp_path, "c.xlsx", rows=[part], header=so_far, title_block=block(period="2022/23"))
    june = [*KEYS, "Modality", *MONTHS[:3], "Year to date"]
    workbook(
        tmp_path,
        "d.xlsx",
        rows=[["-", "-", "ENGLAND", CT, 1, 1, 1, 3]],
        header=june,
        title_block=block(period="2022/23"),
    )
    read = read_earlier_years([tmp_path], THIS_YEAR)
    assert read.figures.is_empty()
    assert read.figures.schema == SCHEMA
    assert set(read.remarks) == {
        f"{tmp_path}: a.xlsx, b.xlsx: is of 2023/24, and only years before 2023/24 are compared with.",
        f"{tmp_path}: c.xlsx, d.xlsx: Table 1 covers a part of its year only.",
    }


# -- what cannot be used -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"title_block": block(period="2021/22 Apr-Jun")}, "the period of Table 1 is not a financial year"),
        ({"title_block": block(period="2021/23")}, "the period of Table 1 is not a financial year"),
        ({"title_block": block(status="-")}, "the status of Table 1 is neither Final nor Provisional"),
        ({"header": [*KEYS, "Modality", *MONTHS, "Sum"]}, "Table 1 has no column Year or Year to date"),
        ({"header": ["Region", "Name", "Modality", *MONTHS, "Year"]}, "Table 1 has no header with Region"),
        ({"rows": [PROVIDER]}, "Table 1 holds no figure of England"),
        ({"rows": [england(CT, "=SUM(F14:Q14)")]}, "Table 1 holds no figure of England"),  # never worked out
        ({"title_block": [["Title:", "Waiting times"]]}, "no visible sheet has the title block of a DID table"),
        ({"title_block": [["Period:", "2021/22"]]}, "no visible sheet has the title block of a DID table"),
    ],
)
def test_a_workbook_that_cannot_be_used_is_said(tmp_path, made, said):
    workbook(tmp_path, "good.xlsx", rows=[england(CT, 120)])
    workbook(tmp_path, "other.xlsx", **{"rows": [england(CT, 1)]} | made)
    read = read_earlier_years([tmp_path], THIS_YEAR)
    assert read.figures["value"].to_list() == [120.0]
    assert [remark.startswith(f"{tmp_path}: other.xlsx: {said}") for remark in read.remarks] == [True]


def test_labels_that_are_not_known_are_said(tmp_path):
    folder = workbook(tmp_path, rows=[england("Thermography", 1), england(CT, 120)])
    assert remarks(folder) == (
        f"{folder}: any.xlsx: Table 1 has labels that are not known, left out here (Thermography).",
    )


@pytest.mark.parametrize("kept", [0, 10, 400, 0.5, 0.9, "CSV"])
def test_a_damaged_file_is_said(tmp_path, kept):
    """Nothing, a few bytes, a half, or another kind of file by the name of a workbook."""
    folder = workbook(tmp_path, rows=[england(CT, 120)])
    content = (folder / "any.xlsx").read_bytes()
    cut = b"a,b\n1,2\n" if kept == "CSV" else content[: int(kept * len(content)) if kept < 1 else kept]
    (folder / "damaged.xlsx").write_bytes(cut)
    assert remarks(folder) == (
        f"{folder}: damaged.xlsx: cannot be read as a workbook: damaged, locked, or of another type.",
    )


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(UsageError, match="there is no folder") as error:
        read_earlier_years([tmp_path / "none"], THIS_YEAR)
    assert error.value.where == "--previous"


@pytest.mark.parametrize("name", ["notes.txt", "damaged.xlsx"])
def test_a_folder_without_such_a_workbook(tmp_path, name):
    (tmp_path / name).write_text("notes")
    with pytest.raises(UsageError, match="holds no published workbook of Tables 1 to 6, 11 or 12") as error:
        read_earlier_years([tmp_path], THIS_YEAR)
    assert error.value.where == "--previous"


# -- our own, and the real ones ----------------------------------------------------------------------------------


def write_ours(folder, **marks):
    """The workbooks of a monthly release up to March 2023, with the one by region; what they hold."""
    edition = sample_edition("2023-03", **marks)
    tables = sample_tables(edition)
    by_region = tuple(sample_table(spec, edition.period.months) for spec in MONTHLY[-1].tables)
    for number, workbook in enumerate((*tables.workbooks, ProtectedWorkbook(MONTHLY[-1], by_region))):
        write_workbook(workbook, tables, edition, folder / f"{number}.xlsx")
    return tables


def test_our_own_workbooks(tmp_path):
    expected = set()
    for workbook in write_ours(tmp_path).workbooks:
        for table in workbook.tables:
            year = table.cells.filter(org_code="-", period=YEAR).filter(pl.col("status") != SUPPRESSED)
            shown = year.drop_nulls("value").select("label", "setting", "value").rows()
            expected |= {("2022/23", table.spec.number, *row, "Provisional") for row in shown}
    assert set(figures(tmp_path)) == expected
    assert {row[1] for row in expected} == {"1", "2", "3", "4", "5", "6", "12"}


def test_our_own_drafts_are_not_published(tmp_path):
    write_ours(tmp_path, draft=True)
    assert [remark.endswith("is a draft, not published.") for remark in remarks(tmp_path)] == [True] * 7


def test_made_up_figures_are_no_earlier_year_of_real_ones(tmp_path):
    write_ours(tmp_path, made_up=True)
    read = read_earlier_years([tmp_path], THIS_YEAR)
    assert read.figures.is_empty()
    assert [remark.endswith("is of made-up records.") for remark in read.remarks] == [True]
    assert not read_earlier_years([tmp_path], THIS_YEAR, made_up=True).figures.is_empty()


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="no published workbooks beside the project")
def test_the_real_ones():
    folders = [PUBLISHED / year for year in ("2023-24", "2021-22", "2022-23")]
    read = read_earlier_years(folders, FinancialYear(2024))
    assert read.remarks == ()
    value = {tuple(key): value for *key, value, _ in read.figures.rows()}
    assert value["2021/22", "1", CT, ""] == 6720535
    assert value["2022/23", "1", MRI, ""] == 3943570
    assert value["2022/23", "2", MRI, ""] == 20
    assert value["2022/23", "6", "Brain (MRI)", "GP Direct Access"] == 4
    assert value["2022/23", "12", "Cone beam computed tomography", ""] == 25
    assert value["2023/24", "11", CT, "A&E"] == 2504890
    assert value["2021/22", "11", CT, "All"] == value["2021/22", "1", CT, ""]
    rows = (
        read.figures.group_by("year", "table", "status").len().sort("year", pl.col("table").cast(pl.Int64)).rows()
    )
    all_tables = [("1", 9), ("2", 9), ("3", 9), ("4", 10), ("5", 10), ("6", 10), ("11", 72), ("12", 8)]
    assert [(table, rows) for year, table, _, rows in rows if year == "2021/22"] == all_tables
    assert {year: status for year, _, status, _ in rows} == {
        "2021/22": "Final",
        "2022/23": "Provisional",
        "2023/24": "Final",
    }
