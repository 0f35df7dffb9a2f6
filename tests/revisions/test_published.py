"""NHS England's own workbooks: what is planted in a copy is found and nothing else; years are told apart."""

import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from publish.revisions.compare import compare_folders
from publish.revisions.difference import Kind
from publish.revisions.totals import england_together
from tests.revisions.made import silent

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "published"
pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published workbooks are not beside the project")
TABLE_1 = "DID-Table-1-2022-23-Modality-Provider-Counts.xlsx"
TABLE_2 = "DID-Table-2-2022-23-Modality-Provider-Request-to-Test.xlsx"


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Tables 1 and 2 of 2022-23 as published, and a copy in which things are changed."""
    folder = tmp_path_factory.mktemp("planted")
    for edition in ("old", "new"):
        (folder / edition).mkdir()
        for name in (TABLE_1, TABLE_2):
            shutil.copyfile(PUBLISHED / "2022-23" / name, folder / edition / name)
    counts = load_workbook(folder / "new" / TABLE_1)
    plant_in_counts(counts["Provider"])
    counts.save(folder / "new" / "DRAFT-DID-Table-1-2022-23-Other-Name-2023-08-10.xlsx")
    (folder / "new" / TABLE_1).unlink()
    medians = load_workbook(folder / "new" / TABLE_2)
    medians["Provider"]["F30"] = 99.5
    medians["Provider"].delete_cols(16)  # the column of February
    medians.save(folder / "new" / TABLE_2)
    return compare_folders(folder / "old", folder / "new", silent)


def rows_of(sheet, code):
    return [cells[0].row for cells in sheet.iter_rows(min_row=14, max_col=6) if cells[2].value == code]


def plant_in_counts(sheet):
    """Two revisions, a hidden and a shown number, a blank, a new name, a dropped and a new row, a moved header."""
    sheet["F14"] = sheet["F14"].value + 100_000
    first, second, *_ = rows_of(sheet, "RCB")
    sheet.cell(first, 6).value += 5
    sheet.cell(first, 7).value = "*"
    sheet.cell(second, 6).value = None
    hidden = next(cell for cells in sheet.iter_rows(min_row=24) for cell in cells if cell.value == "*")
    hidden.value = 15
    for row in rows_of(sheet, "RF4"):
        sheet.cell(row, 4).value = "Another Name NHS Trust"
    last = rows_of(sheet, "RCB")[-1]
    sheet.cell(last, 5).value = "Medical Photography"
    sheet.insert_rows(5, 2)


def test_exactly_what_is_planted_is_found(planted):
    found = [
        (each.of.table, str(each.kind), each.of.code, each.heading, each.change) for each in planted.differences
    ]
    suppression = [each for each in planted.differences if each.kind is Kind.SUPPRESSION]
    assert sorted(each for each in found if each[1] not in ("suppression", "row appeared", "row gone")) == [
        ("Table 1", "data", "RCB", "Apr", None),
        ("Table 1", "revision", "", "Apr", 100_000.0),
        ("Table 1", "revision", "RCB", "Apr", 5.0),
        ("Table 2", "revision", "RF4", "Apr", 88.5),
    ]
    assert sorted(str(each.new) for each in suppression) == ["*", "15.0"]
    (appeared,), (gone,) = (planted.of_kind(kind) for kind in (Kind.APPEARED, Kind.GONE))
    assert (appeared.of.label, gone.of.label) == (
        "Medical Photography",
        "Single Photon Emission Computerized Tomography",
    )
    assert [(change.code, change.new) for change in planted.names] == [("RF4", "Another Name NHS Trust")]
    assert [(change.table, change.what, change.old, change.new) for change in planted.structure] == [
        ("Table 1", "header row", "13", "15"),
        ("Table 2", "months", "February 2023", ""),
    ]


def test_an_edition_against_itself():
    same = compare_folders(PUBLISHED / "2022-23" / TABLE_2, PUBLISHED / "2022-23" / TABLE_2, silent)
    assert (same.differences, same.structure, same.names) == ((), (), ())
    assert sum(table.compared for table in same.tables) == 16_601


@pytest.fixture
def years(tmp_path):
    """Tables 1, 2 and 12 of 2022-23; those and Table 11 of 2023-24."""
    for year, numbers in (("2022-23", "1 2 12"), ("2023-24", "1 2 11 12")):
        (tmp_path / year).mkdir()
        for number in numbers.split():
            (file,) = (PUBLISHED / year).glob(f"DID-Table-{number}-*.xlsx")
            shutil.copyfile(file, tmp_path / year / file.name)
    return tmp_path / "2022-23", tmp_path / "2023-24"


def test_provisional_2022_23_against_final_2023_24(years):
    """Other years: no value is a revision; who came and went, and the name within the year, are told."""
    comparison = compare_folders(*years, silent)
    assert comparison.of_other_years
    assert {each.kind for each in comparison.differences} == {Kind.APPEARED, Kind.GONE}
    assert [table.name for table in comparison.only_new] == ["Table 11"]
    assert [code for _, code in comparison.places(Kind.APPEARED)] == ["RY7", "RYY"]
    assert len(comparison.places(Kind.GONE)) == 11
    assert "RXF" in comparison.several_names[0]
    assert [change.code for change in comparison.names] == ["RBN"]
    total = england_together(comparison)
    assert (round(total.old), round(total.new), total.revised) == (43_478_485, 47_160_300, False)
    headers = [change for change in comparison.structure if change.what == "header row"]
    assert [(change.table, change.old, change.new) for change in headers] == [
        ("Table 2", "13", "14"),
        ("Table 12", "13", "12"),
    ]
    assert "spelling" not in {change.what for change in comparison.structure}
