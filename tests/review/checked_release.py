"""A small release for the tests of the checks: its figures fit together and are steady, so that faults show."""

import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import polars as pl

from publish.counts.annual import AGE_AND_SEX, COMMISSIONER_KEYS, DEPRIVATION, ETHNIC_GROUP, PATIENT_KEYS
from publish.counts.pieces import INTERVALS
from publish.counts.reduction import KEPT_OUT_KEYS, TEST_KEYS, Counts
from publish.disclosure.control import ProtectedTable, restore
from publish.disclosure.policy import Policy, load_policy
from publish.edition import Edition
from publish.house import load_house
from publish.period import AnnualPeriod, MonthlyPeriod, months_between, parse_period
from publish.quality.reported import Reported
from publish.reference.tables import load_reference
from publish.release_tables import release_tables
from publish.review.checks.draft import CheckedDraft
from publish.review.checks.finished import FinishedFiles, read_finished
from publish.review.seen import workbook_of
from publish.tables.workbooks import workbooks_of
from publish.writing.beside import beside_the_rest
from publish.writing.outputs import write_outputs
from tests.samples import sample_issue

BOARDS = {"RF4": ("Y56", "QMF"), "RH8": ("Y58", "QJK"), "RCB": ("Y63", "QOQ")}
SIZES = {
    ("Plain Radiography", "Chest (X-ray)"): 700,
    ("Plain Radiography", None): 900,
    ("Computerized Axial Tomography", None): 300,
    ("Magnetic Resonance Imaging", "Brain (MRI)"): 130,
    ("Fluoroscopy", None): 2,
}
SETTINGS = {"01": 0.2, "02": 0.05, "03": 0.35, "04": 0.25, "05": 0.14, "06": 0.01}
DAYS = {0: 0.3, 1: 0.2, 5: 0.2, 20: 0.15, 45: 0.1, None: 0.05}


@cache
def counts() -> Counts:
    """Two years of tests of three providers: the same every month, give or take a few in a hundred."""
    draw = random.Random(7)
    rows = []
    for month in months_between(parse_period("2022-04").latest, parse_period("2024-03").latest):
        for org, (region, icb) in BOARDS.items():
            for (modality, group), size in SIZES.items():
                for setting, share in SETTINGS.items():
                    tests = round(size * share * draw.uniform(0.97, 1.03))
                    place = (str(month), region, icb, org, modality, group, modality == "Fluoroscopy", setting)
                    rows += [(*place, *cell) for cell in _by_days(tests)]
    kinds = dict.fromkeys(TEST_KEYS, pl.Categorical) | {"interventional": pl.Boolean, "days": pl.Int32}
    tests = pl.DataFrame(rows, schema={**{key: kinds[key] for key in TEST_KEYS}, "tests": pl.Int64}, orient="row")
    kept_out = pl.DataFrame(schema={**dict.fromkeys(KEPT_OUT_KEYS, pl.Categorical), "records": pl.Int64})
    return Counts(tests, kept_out, commissioners=_commissioners(tests), patients=_patients(tests))


def _by_days(tests: int) -> list[tuple[str, int | None, int]]:
    """The tests of a cell by days, for both intervals."""
    of_days = {days: int(tests * share) for days, share in DAYS.items()}
    of_days[0] += tests - sum(of_days.values())
    return [(interval, days, count) for interval in INTERVALS for days, count in of_days.items() if count]


def _commissioners(tests: pl.DataFrame) -> pl.DataFrame:
    setting = pl.when(pl.col("setting").cast(pl.String) == "04").then(pl.lit("04"))
    rows = tests.with_columns(commissioner_code=pl.lit("15N"), setting=setting).cast(
        {"commissioner_code": pl.Categorical, "setting": pl.Categorical}
    )
    return rows.group_by(COMMISSIONER_KEYS).agg(pl.col("tests").sum()).sort(COMMISSIONER_KEYS, nulls_last=True)


def _patients(tests: pl.DataFrame) -> pl.DataFrame:
    once = tests.filter(pl.col("interval").cast(pl.String) == "request_to_test")
    kinds = ((AGE_AND_SEX, "Female", "40-44"), (ETHNIC_GROUP, None, "White"), (DEPRIVATION, None, "3"))
    rows = pl.concat(
        once.with_columns(characteristic=pl.lit(kind), sex=pl.lit(sex, pl.String), band=pl.lit(band)).cast(
            {"characteristic": pl.Categorical, "sex": pl.Categorical, "band": pl.Categorical}
        )
        for kind, sex, band in kinds
    )
    return rows.group_by(PATIENT_KEYS).agg(pl.col("tests").sum()).sort(PATIENT_KEYS, nulls_last=True)


def edition(period: str, *, draft: bool = True) -> Edition:
    return Edition(parse_period(period), date(2024, 7, 18), date(2024, 8, 15), load_house(), draft, made_up=False)


@cache
def draft(period: str = "2024-03", policy: Policy | None = None) -> CheckedDraft:
    """The draft of a monthly or an annual release of these counts, without files."""
    policy = policy or load_policy()
    of, reference = parse_period(period), load_reference()
    asked = AnnualPeriod(of.latest) if of.annual else MonthlyPeriod(of.latest)
    tables = release_tables(counts(), asked, reference, policy, None)
    issue = sample_issue(
        "Royal Devon University Healthcare NHS Foundation Trust (RH8) did not submit records for May 2023."
    )
    tables = replace(tables, issues=(issue,))
    reported = Reported(counts(), asked, reference)
    return CheckedDraft(Path(), tables, reported, edition(period), reference, policy)


def with_tests(of: CheckedDraft, tests: pl.DataFrame) -> CheckedDraft:
    """The draft with other counts of tests behind the same tables."""
    return replace(of, reported=replace(of.reported, counts=replace(of.counts, tests=tests)))


def with_cells(
    given: CheckedDraft, number: str, change: Callable[[pl.DataFrame], pl.DataFrame], *, place: int = 0
) -> CheckedDraft:
    """The draft with other cells in one of the tables of a number (the first one by default)."""
    listed = [table for table in given.tables if table.spec.number == number]
    changed = listed[place]
    other = restore(changed.spec, changed.months, change(changed.cells))

    def put(table: ProtectedTable) -> ProtectedTable:
        return other if table is changed else table

    workbooks = tuple(replace(book, tables=tuple(map(put, book.tables))) for book in given.tables.workbooks)
    return replace(given, tables=replace(given.tables, workbooks=workbooks))


def of_annual_tables() -> set[str]:
    return {spec.number for book in workbooks_of(annual=True) for spec in book.tables}


def finished(folder: Path) -> FinishedFiles:
    """The finished files of the monthly draft, written into a new folder."""
    given = draft()
    with beside_the_rest() as beside:
        write_outputs(given.tables, given.edition, folder, beside, list[str]().append)
    return read_finished(folder, given.tables, given.edition)


def copied(files: FinishedFiles, folder: Path) -> FinishedFiles:
    """The same in another folder, where they can be changed."""
    shutil.copytree(files.folder, folder)
    return replace(files, folder=folder)


def read_again(files: FinishedFiles, file: str) -> FinishedFiles:
    """The finished files with one workbook read again."""
    again = workbook_of(files.folder / file, files.folder)
    return replace(files, workbooks=tuple(again if book.file == file else book for book in files.workbooks))
