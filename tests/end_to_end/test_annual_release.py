"""An annual release of a few records with every table, made and made again."""

import openpyxl
import pytest

from publish.period import AnnualPeriod, FinancialYear
from publish.release import Settings, make_release
from publish.tables.workbooks import ANNUAL
from publish.writing.provider_issues import TO_BE_DECIDED
from tests.end_to_end.approving import approve
from tests.made_records import frame, numbered
from tests.tables.test_annual import REFERENCE, batch

PERIOD = AnnualPeriod.of(FinancialYear(2023))
TABLES = ("sites", "exam_codes", "parents", "lsoas", "population")


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two releases of the same records, the second with their rows and files the other way round."""
    folder = tmp_path_factory.mktemp("annual")
    reference = folder / "reference"
    reference.mkdir()
    for name in TABLES:
        getattr(REFERENCE, name).write_csv(reference / f"{name}.csv")
    REFERENCE.postcodes.collect().write_parquet(reference / "postcodes.parquet")
    rows = frame(numbered(batch(seed=5, kinds=250))).sort("DIAGNOSTIC_TEST_DATE")
    halves = (rows.head(rows.height // 2), rows.tail(rows.height - rows.height // 2))
    for name, (first, second) in {"once": halves, "again": [half.reverse() for half in halves[::-1]]}.items():
        (folder / name).mkdir()
        first.write_parquet(folder / name / "1.parquet")
        second.write_parquet(folder / name / "2.parquet")
        settings = Settings(folder / f"{name}-made", reference, unchecked=True)
        make_release(PERIOD, [str(folder / name)], settings, lambda _: None)
    return [folder / f"{name}-made" / "2023-24-final" for name in ("once", "again")]


def files(folder):
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_same_records_give_the_same_bytes_whatever_their_order(made):
    once, again = (files(folder / "draft") for folder in made)
    assert [*sorted(once)] == [*sorted(again)]
    assert [name for name in once if once[name] != again[name]] == []


def test_every_workbook_of_the_year_is_there_and_every_table_has_its_csv_file(made):
    workbooks = sorted((made[0] / "draft" / "tables").glob("*.xlsx"))
    assert len(workbooks) == len(ANNUAL)
    sheets = [len(openpyxl.load_workbook(file, read_only=True).sheetnames) - 1 for file in workbooks]
    of_tables = list((made[0] / "draft").rglob("DRAFT-DID-*.csv"))
    assert len([file for file in of_tables if "All-Tables" not in file.name]) == sum(sheets)


def test_approved_the_numbers_are_those_of_the_draft_and_no_date_is_in_the_names(made):
    public = approve(made[1], "A. Reviewer").public
    drafts = {name: content for name, content in files(made[1] / "draft").items() if name.endswith(".csv")}
    approved = {name: content for name, content in files(public).items() if name.endswith(".csv")}
    assert {name.replace("DRAFT-", ""): content for name, content in drafts.items()} == approved
    names = {file.name for file in (public / "tables").glob("*.xlsx")}
    assert "DID-Table-13-2023-24-Modality-Provider-Report-Turnaround.xlsx" in names
    assert "DID-Table-7-2023-24-Modality-Commissioner-Request-to-Test-and-Test-to-Report.xlsx" in names
    for name in names:
        assert cells(public / "tables" / name) == cells(made[1] / "draft" / "tables" / f"DRAFT-{name}")


def cells(file):
    """What stands in the data sheets below their first cell, without the mark of what is undecided."""
    book = openpyxl.load_workbook(file, read_only=True)
    rows = [[*sheet.iter_rows(min_row=2, values_only=True)] for sheet in book.worksheets[1:]]
    return [[tuple(map(decided, row)) for row in sheet] for sheet in rows]


def decided(value):
    return value.replace(TO_BE_DECIDED, "") if isinstance(value, str) else value
