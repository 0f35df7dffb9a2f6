"""Workbooks in the published layout: what the layout forces is excepted, the rest is not; and the real ones."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font

from publish.accessibility.checking import check_workbook
from publish.accessibility.exceptions import EXCEPTIONS, has_published_layout
from publish.accessibility.point import Outcome
from publish.accessibility.workbooks import read_book
from tests.accessibility import made

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "published"
with_published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published workbooks are not beside the project"
)
ROWS = {
    2: [None, "Title:", "Table 1 DID - Count of Imaging Activity by Modality"],
    3: [None, "Summary:", "Monthly counts"],
    4: [None, "Period:", "2022/23"],
    13: [None, "Region", "Org Code", "Provider name", "Modality", "Apr"],
    14: [None, "-", "-", "ENGLAND", "Magnetic Resonance Imaging", 1250],
    16: [None, "Y56", "R1A", "AMBRIDGE", "Magnetic Resonance Imaging", 40],
    17: [None, "Y56", "R1B", "BORCHESTER", "Magnetic Resonance Imaging", "*"],
    19: [None, "Key: * stands for a count below 3."],
}


def published_style() -> Workbook:
    book = Workbook()
    book.active.title = "Title page"
    book.active["A4"].value = "Imaging statistics"
    sheet = book.create_sheet("Provider")
    for row, cells in ROWS.items():
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column, value).font = Font(name="Arial", size=10)
            sheet.cell(row, column).alignment = Alignment(
                horizontal="right" if column == 6 else None, wrap_text=True
            )
    return book


def verdicts(file):
    return {verdict.point.number: verdict for verdict in check_workbook(file).verdicts}


def outcomes(file):
    return {number: verdict.outcome for number, verdict in verdicts(file).items()}


def test_the_layout_is_known_by_its_labels_and_not_by_its_name(tmp_path):
    book = published_style()
    assert has_published_layout(read_book(made.save_xlsx(book, tmp_path, "any-name.xlsx")))
    book["Provider"]["B3"].value = "About:"
    assert not has_published_layout(read_book(made.save_xlsx(book, tmp_path, "DID-Table-1.xlsx")))
    assert not has_published_layout(read_book(made.save_xlsx(made.xlsx(), tmp_path)))


def test_what_the_layout_forces_is_excepted_with_its_reason(tmp_path):
    found = verdicts(made.save_xlsx(published_style(), tmp_path))
    for number in ("T9", "T11", "N1", "N6", "F4", "F10", "S1", "S3", "S4", "S5", "S10"):
        assert found[number].outcome is Outcome.EXCEPTED, number
        assert found[number].reason == next(each.reason for each in EXCEPTIONS if each.point == number)


def test_what_it_does_not_force_fails(tmp_path):
    """The table is not marked up; two cells are merged; a cell is empty that need not be: no layout wants that."""
    book = published_style()
    book["Provider"].merge_cells("B19:D19")
    book["Provider"]["F17"].value = None
    found = verdicts(made.save_xlsx(book, tmp_path))
    assert [finding.place for finding in found["T1"].findings] == ["Provider!B13:F14", "Provider!B16:F17"]
    assert [finding.place for finding in found["T3"].findings] == ["Provider!B19:D19"]
    assert [finding.place for finding in found["T9"].findings] == ["Provider!F17"]
    assert {found[number].outcome for number in ("T1", "T3", "T9")} == {Outcome.FAILED}


def test_every_other_workbook_has_no_exceptions(tmp_path):
    book = published_style()
    book["Provider"]["B2"].value = "Name:"
    assert Outcome.EXCEPTED not in outcomes(made.save_xlsx(book, tmp_path)).values()


@with_published
def test_hidden_sheets_and_merged_cells_of_table_13():
    file = PUBLISHED / "2023-24" / "DID-Table-13-2023-24-Modality-Provider-Report-turnaround.xlsx"
    found = verdicts(file)
    hidden = [finding.place for finding in found["T10"].findings]
    assert len(hidden) == 18
    assert {"CT Q3", "Full Source Q4"} <= set(hidden)
    assert "Title page!A4:C4" in [finding.place for finding in found["T3"].findings]
    assert "Title page!E1" in [finding.place for finding in found["F8"].findings]
    assert {found[number].outcome for number in ("T1", "T3", "T8", "T9", "T10", "P3", "P3a")} >= {Outcome.FAILED}


@with_published
@pytest.mark.parametrize(
    ("file", "failing"),
    [
        ("2023-24/DID-Table-1-2023-24-Modality-Provider-Counts.xlsx", {"T1", "T3", "T8", "F8", "P3", "P3a"}),
        ("2022-23/DID-Table-1-2022-23-Modality-Provider-Counts.xlsx", {"T2", "T3", "T5", "P3", "P3a"}),
        ("2021-22/DID-Table-9-2021-22-Request-to-Test-by-Modality-and-Patient-Source-Setting.xlsx", {"T1", "T3"}),
    ],
)
def test_known_failures_of_real_workbooks(file, failing):
    found = outcomes(PUBLISHED / file)
    assert {number for number in failing if found[number] is not Outcome.FAILED} == set()
