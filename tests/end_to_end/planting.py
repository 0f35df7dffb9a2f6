"""Small releases whose true counts are known, and copies of them in which a leak is planted."""

import csv
import shutil
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from publish.counts.reduction import Counts
from publish.disclosure.audit.attack import Audited, audit
from publish.disclosure.audit.finding import Finding
from publish.disclosure.audit.rule import Rule
from publish.disclosure.policy import Policy, load_policy
from publish.edition import Edition
from publish.gate import rule_of
from publish.house import load_house
from publish.period import AnnualPeriod, FinancialYear, Month, MonthlyPeriod
from publish.release import Settings, make_release
from publish.release_tables import release_tables
from publish.writing.accessible_edition import write_accessible_edition
from publish.writing.content import ReleaseTables
from publish.writing.csv_files import write_csv_files
from publish.writing.workbook import write_workbook
from tests.made_records import record, write
from tests.tables.test_annual import REFERENCE

YEAR = AnnualPeriod.of(FinancialYear(2023))
CODES = {
    "Plain Radiography": "XABDO",
    "Magnetic Resonance Imaging": "MABDO",
    "Medical Photography": "OLOLB",
    "Fluoroscopy": "FABDO",
    "Single Photon Emission Computerized Tomography": "N123WO",
}
SPECT = "Single Photon Emission Computerized Tomography"
# How many tests were truly done in April, May and June 2023. Shown are 20, 25, 30 and 75; 40, *, 40 and 80; …
COUNTS = {
    ("RF4", "Plain Radiography"): (20, 23, 31),
    ("RJ1", "Plain Radiography"): (41, 1, 38),
    ("R1H", "Plain Radiography"): (30, 32, 30),
    ("RF4", "Magnetic Resonance Imaging"): (30, 30, 30),
    ("R1H", "Magnetic Resonance Imaging"): (1, 1, 0),  # two hidden months, a hidden year, and nothing else
    ("RF4", "Medical Photography"): (12, 0, 0),
    ("RJ1", "Medical Photography"): (2, 0, 0),
    ("RF4", "Fluoroscopy"): (40, 41, 45),
    ("R1H", "Fluoroscopy"): (2, 2, 0),
    ("RF4", SPECT): (11, 10, 2),
    ("RJ1", SPECT): (11, 11, 2),
    ("R1H", SPECT): (20, 20, 20),
}
BY_REGION = ("-Regions-and-ICBs*", "-by-Region-and-ICB*", "-All-Tables*")  # files with tables by region and board
NAMES = {
    "RF4": "Barking, Havering and Redbridge University Hospitals NHS Trust",
    "RJ1": "Guy's and St Thomas' NHS Foundation Trust",
    "R1H": "Barts Health NHS Trust",
}


def records(file: Path) -> Path:
    """The records of `COUNTS`, each with five days from request to test and three to the report."""
    made = [
        record(
            SITE_CODE_IMAGING=f"{provider}01",
            IMAGING_CODE_NICIP=CODES[modality],
            DIAGNOSTIC_TEST_REQUEST_DATE=date(2023, month, 6) - timedelta(days=5),
            DIAGNOSTIC_TEST_DATE=date(2023, month, 6),
            SERVICE_REPORT_DATE=date(2023, month, 6) + timedelta(days=3),
        )
        for (provider, modality), counts in COUNTS.items()
        for month, number in zip((4, 5, 6), counts, strict=True)
        for _ in range(number)
    ]
    return write(made, file)


def draft(folder: Path, file: Path, month: int = 6, policy: Path | None = None) -> Path:
    """The folder of a release of those records, up to a month of 2023."""
    settings = Settings(folder, policy=policy, unchecked=True)
    return make_release(MonthlyPeriod(Month(2023, month)), [str(file)], settings, lambda _: None).folder


def annual(folder: Path, counts: Counts, policy: Policy) -> Path:
    """The workbooks, the accessible edition and the CSV files of a final release for 2023-24, as published."""
    tables = release_tables(counts, YEAR, REFERENCE, policy, None)
    published = {"published": date(2024, 11, 21), "next_published": date(2024, 12, 19)}
    edition = Edition(period=YEAR, house=load_house(), draft=False, made_up=False, **published)
    write_tables(tables, edition, folder)
    return folder


def write_tables(tables: ReleaseTables, edition: Edition, folder: Path) -> None:
    """Write all of an edition but charts, document and pages, which take longest to make."""
    for part in ("tables", "csv"):
        (folder / part).mkdir(parents=True)
    for book in tables.workbooks:
        stem = edition.table_stem(book.spec.number, book.spec.file_stem)
        write_workbook(book, tables, edition, folder / "tables" / f"{stem}.xlsx")
    write_accessible_edition(tables, edition, folder / "tables" / f"{edition.accessible_stem}.ods")
    write_csv_files(tables, edition, folder / "csv")


def copied(folder: Path, to: Path, *, but: Sequence[str] = ()) -> Path:
    """A copy of a folder without the files of these endings."""
    return Path(shutil.copytree(folder, to, ignore=shutil.ignore_patterns(*(f"*{end}" for end in but))))


def attacked(folder: Path, *older: Path, rule: Rule | None = None) -> Audited:
    """The audit of a folder, by the publication's rule if no other is given."""
    return audit(folder, older, rule or rule_of(load_policy()), lambda _: None)


def table(folder: Path, number: str) -> Path:
    """The workbook of a table."""
    (file,) = (folder / "tables").glob(f"*DID-Table-{number}-*.xlsx")
    return file


@contextmanager
def workbook(file: Path) -> Iterator[openpyxl.Workbook]:
    """A workbook to change; it is saved in its place."""
    book = openpyxl.load_workbook(file)
    yield book
    book.save(file)


def header(sheet: Worksheet) -> int:
    """The row of the headings."""
    return next(row for row in range(1, sheet.max_row) if sheet.cell(row, 5).value == "Modality")


def show(folder: Path, number: str, place: str, shown: dict[str, object], modality: str) -> None:
    """Show other values in the row of a provider (or `-`, England) of the workbook of a table."""
    with workbook(table(folder, number)) as book:
        sheet = book["Provider"]
        columns = {cell.value: cell.column for cell in sheet[header(sheet)]}
        (row,) = (
            cells[0].row
            for cells in sheet.iter_rows(min_row=header(sheet) + 1)
            if (cells[2].value, cells[4].value) == (place, modality)
        )
        for heading, value in shown.items():
            sheet.cell(row, columns[heading]).value = value


def state(folder: Path, number: str, provider: str, modality: str, period: str, value: object) -> None:
    """State another value in the CSV file of a table."""
    (file,) = (folder / "csv").glob(f"*DID-Table-{number}-*.csv")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        if (row["org_code"], row["modality"], row["period"]) == (provider, modality, period):
            row["value"], row["status"] = value, ""
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def rewrite(file: Path, part: str, change: Callable[[str], str]) -> None:
    """Change the text of one part of a zipped file, or add that part."""
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = change(parts.get(part, b"").decode()).encode()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def edit(folder: Path, pattern: str, old: str, new: str) -> None:
    """Replace words in the one text file of that pattern."""
    (file,) = folder.glob(pattern)
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")


def named(folder: Path, finding: Finding) -> str:
    """What the cell of a finding is of, by the words beside and above it: `RJ1, Plain Radiography, May`."""
    if finding.file.endswith(".csv"):
        with (folder / finding.file).open(encoding="utf-8-sig", newline="") as opened:
            row = list(csv.DictReader(opened))[finding.row - 2]
        assert finding.column == "value"
        return f"{row['org_code']}, {row['modality']}, {row['period']}"
    sheet = openpyxl.load_workbook(folder / finding.file)[finding.sheet]
    heading = sheet[f"{finding.column}{header(sheet)}"].value
    return f"{sheet.cell(finding.row, 3).value}, {sheet.cell(finding.row, 5).value}, {heading}"


def learnt(folder: Path, findings: Sequence[Finding]) -> list[tuple[str, str, str, int | None, int | None]]:
    """Findings at cells of tables: route, number of the table, what the cell is of, low and high."""
    return sorted(
        (str(each.route), _number(each.file), named(folder, each), each.low, each.high) for each in findings
    )


def _number(file: str) -> str:
    """The number of a table: `1`, or `1 as CSV`."""
    number = file.split("-Table-")[1].split("-")[0]
    return f"{number} as CSV" if file.endswith(".csv") else number
