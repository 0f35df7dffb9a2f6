"""What `publish demo` leaves: everything a release has, marked as made up, the same numbers in draft and public."""

import csv
import hashlib
import json
import re
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from publish.release_review import accept_findings
from publish.writing.provider_issues import TO_BE_DECIDED
from tests.end_to_end.conftest import NAME, RECORDS, publish

TABLES = ("1", "2", "3", "4", "5", "6", "12")


def files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def workbook(folder: Path, number: str) -> Path:
    (file,) = folder.rglob(f"*DID-Table-{number}-*.xlsx")
    return file


def test_a_release_has_everything(release):
    kinds = [file.suffix for file in files(release / "public")]
    assert (kinds.count(".xlsx"), kinds.count(".ods"), kinds.count(".pdf")) == (8, 1, 1)
    # each table by provider, each by region and board, and all of them together
    assert sum(file.name.endswith(".csv-metadata.json") for file in files(release / "public")) == 7 + 7 + 1
    charts = files(release / "public" / "charts")
    assert {len([f for f in charts if f.suffix == kind]) for kind in (".svg", ".png", ".csv")} == {8}
    assert (release / "public" / "index.html").is_file()
    assert {"manifest.json", "ledger.csv", "approval.json"} <= {file.name for file in files(release / "internal")}


def test_a_draft_is_marked_in_every_name_and_the_public_form_in_none(release):
    assert all(file.name.upper().startswith("DRAFT-") for file in files(release / "draft"))
    assert not any("DRAFT" in str(file.relative_to(release)).upper() for file in files(release / "public"))


def test_made_up_records_are_named_as_such_in_every_output(release):
    for file in files(release / "public"):
        assert file.name == "index.html" or file.name.upper().startswith("MADE-UP-")
    for folder in ("draft", "public"):
        for file in files(release / folder):
            if file.suffix in {".html", ".svg", ".json"}:
                assert "made-up records" in file.read_text(encoding="utf-8").lower(), file
            if file.suffix == ".xlsx":
                page = openpyxl.load_workbook(file)["Title page"]
                said = " ".join(str(cell.value) for row in page["A1:A3"] for cell in row if cell.value)
                assert "Made-up records" in said
                assert ("DRAFT" in said) is (folder == "draft")


def test_draft_and_public_hold_the_same_numbers(release):
    def cells(file):
        sheet = openpyxl.load_workbook(file)["Provider"]
        return [[decided(cell.value) for cell in row] for row in sheet.iter_rows(min_row=2)]

    def decided(value):
        return value.replace(TO_BE_DECIDED, "") if isinstance(value, str) else value

    for number in TABLES:
        draft, public = (cells(workbook(release / part, number)) for part in ("draft", "public"))
        assert draft == public
    for file in files(release / "public"):
        if file.suffix == ".csv":
            draft_file = release / "draft" / file.relative_to(release / "public").with_name(f"DRAFT-{file.name}")
            assert draft_file.read_bytes() == file.read_bytes()


def test_workbooks_and_csv_files_hold_the_same_numbers(release):
    file = workbook(release / "public", "4")
    sheet = openpyxl.load_workbook(file)["Provider"]
    rows = list(sheet.iter_rows(min_row=13, min_col=2, values_only=True))
    header = rows[0]
    shown = {}
    for row in rows[1:]:
        cell = dict(zip(header, row, strict=True))
        if cell["Provider name"] and cell["Source setting"]:
            code = "" if cell["Org Code"] == "-" else cell["Org Code"]
            region = "" if cell["Region"] == "-" else cell["Region"]
            shown[region, code, cell["Test"], cell["Source setting"]] = cell["Mar"], cell["Year to date"]
    (tidy,) = release.joinpath("public", "csv").glob("*DID-Table-4-*.csv")
    with tidy.open(encoding="utf-8", newline="") as lines:
        found = {}
        for row in csv.DictReader(lines):
            value = "*" if row["status"] == "suppressed" else float(row["value"]) if row["value"] else None
            found[row["region_code"], row["org_code"], row["test"], row["source_setting"], row["period"]] = value
    for (region, code, test, setting), (march, year) in shown.items():
        assert found[region, code, test, setting, "2024-03"] == march
        assert found[region, code, test, setting, "2023-04/2024-03"] == year
    assert len(found) == len(shown) * 13


def test_the_ledger_accounts_for_every_record(release):
    ledger = pl.read_csv(release / "internal" / "ledger.csv")
    manifest = json.loads((release / "internal" / "manifest.json").read_text())
    assert ledger["records"].sum() == RECORDS == sum(file["records"] for file in manifest["inputs"])
    by_outcome = dict(ledger.group_by("outcome").agg(pl.col("records").sum()).iter_rows())
    assert by_outcome == manifest["ledger"]
    for reason in ("site outside England", "test date missing", "source setting missing"):
        assert by_outcome[reason] > 0


def test_the_year_of_table_1_and_the_ledger_agree(release):
    """Table 1 counts what is in the tables, but for the modalities of Table 12 alone."""
    ledger = pl.read_csv(release / "internal" / "ledger.csv")
    in_tables = ledger.filter(pl.col("outcome") == "in the tables")["records"].sum()
    sheet = openpyxl.load_workbook(workbook(release / "public", "1"))["Provider"]
    england = list(sheet.iter_rows(min_row=14, max_row=22, min_col=5, values_only=True))
    total = sum(row[-1] for row in england if isinstance(row[-1], int))
    only_in_table_12 = in_tables - total
    assert 0 < only_in_table_12 < 0.01 * in_tables + 5 * len(england)


def test_the_manifest_lists_every_file_of_the_draft_with_its_hash(release):
    manifest = json.loads((release / "internal" / "manifest.json").read_text())
    found = {
        file.relative_to(release).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for folder in ("draft", "internal/protected")
        for file in files(release / folder)
    }
    assert manifest["outputs"] == found
    assert manifest["release"]["made_up_records"] is True
    assert manifest["policy"] == {
        "threshold": 3,
        "rounding_base": 5,
        "fewest_dates": 1,
        "percentage_decimals": 0,
        "hides_zero": False,
        "secondary": "none",
    }
    assert {"python", "polars", "openpyxl", "publish"} <= set(manifest["packages"])
    assert re.fullmatch("[0-9a-f]{64}", manifest["inputs"][0]["sha256"])


def test_the_date_is_written_the_same_everywhere(release):
    for number in TABLES:
        book = openpyxl.load_workbook(workbook(release / "public", number))
        assert book["Provider"]["C7"].value == "18th July 2024"
    for file in release.joinpath("public").glob("*.html"):
        assert "18th July 2024" in re.sub(r"\s+", " ", file.read_text(encoding="utf-8"))


def test_no_value_of_a_patient_leaves_the_records(demo):
    records = pl.read_parquet(demo / "made-up-records" / "records.parquet")
    values = [str(records[name].drop_nulls()[0]) for name in ("NHS_NUMBER", "RADIOLOGICAL_ACCESSION_NUM")]
    for folder in (NAME, ".counts"):
        for file in files(demo / folder):
            content = file.read_bytes()
            assert not any(value.encode() in content for value in values if len(value) > 6), file


@pytest.fixture(scope="module")
def again(demo, tmp_path_factory):
    """The release made and approved once more, from the same records in another place."""
    folder, records = tmp_path_factory.mktemp("again"), demo / "made-up-records"
    terms = ("--records", records / "records.parquet", "--reference-data", records / "records-reference")
    done = publish("release", "2024-03", *terms, "--unchecked", cwd=folder)
    assert done.exit_code == 0, done.err
    accept_findings(folder / "outputs" / NAME, "the demonstration")
    done = publish("approve", NAME, "--by", "the demonstration", cwd=folder)
    assert done.exit_code == 0, done.err
    return folder / "outputs"


@pytest.mark.parametrize("folder", ["draft", "public", "internal"])
def test_two_runs_give_the_same_bytes(demo, again, folder):
    """Workbooks, CSV files, SVG, PNG, HTML and PDF; but for the time of approval."""
    first, second = (
        {
            file.relative_to(root / NAME / folder).as_posix(): file.read_bytes()
            for file in files(root / NAME / folder)
            if file.name != "approval.json"
        }
        for root in (demo, again)
    )
    assert first.keys() == second.keys()
    assert [name for name in first if first[name] != second[name]] == []
