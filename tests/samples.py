"""Small made-up protected tables for the tests of the writers, without records."""

import random
from datetime import date

import polars as pl

from publish.disclosure.control import ProtectedTable, protect
from publish.disclosure.policy import load_policy
from publish.edition import Edition
from publish.house import load_house
from publish.period import Month, MonthlyPeriod
from publish.tables.catalogue import ACTIVITY, MONTHLY_TABLES
from publish.tables.specification import TableSpec
from publish.tables.truth import YEAR, TrueTable
from publish.tables.workbooks import MONTHLY
from publish.writing.content import ProtectedWorkbook, ReleaseTables

PROVIDERS = (
    ("Y56", "NT9", "Alliance Medical"),
    ("Y56", "RF4", "Barking, Havering and Redbridge University Hospitals NHS Trust"),
    ("Y58", "NT9", "Alliance Medical"),
    ("Y58", "RH8", "Royal Devon University Healthcare NHS Foundation Trust"),
    ("Y63", "RCB", "York and Scarborough Teaching Hospitals NHS Foundation Trust"),
)
ENGLAND = ("-", "-", "ENGLAND")
KEYS = ("level", "region_code", "org_code", "provider_name", "label", "setting", "period")


def sample_edition(month: str = "2023-03", *, draft: bool = False, made_up: bool = False) -> Edition:
    period, house = MonthlyPeriod(Month.parse(month)), load_house()
    return Edition(
        period=period,
        published=date(2023, 7, 20),
        next_published=date(2023, 8, 10),
        house=house,
        draft=draft,
        made_up=made_up,
    )


def sample_table(
    spec: TableSpec, months: tuple[Month, ...], *, providers: bool = True, seed: int = 1
) -> ProtectedTable:
    """England and a few providers with counts from none to many thousands; some cells empty, some to be hidden."""
    draw = random.Random(f"{spec.number} {seed}")
    rows = []
    for place in (ENGLAND, *(PROVIDERS if providers else ())):
        scale = 50_000 if place == ENGLAND else 900
        for order, label in enumerate(spec.labels):
            for setting in spec.setting_texts:
                for period in (*map(str, months), YEAR):
                    size = scale // (1 + order * order)
                    tests = draw.randrange(size // 2, size + 4) * (len(months) if period == YEAR else 1)
                    if place != ENGLAND:
                        tests = draw.choice((0, 1, 2, tests, tests, tests))
                    median = draw.randrange(0, 90) / 2
                    value = (median if spec.measure.is_median else float(tests)) if tests else None
                    level = "England" if place == ENGLAND else "Provider"
                    rows.append((level, *place, label.text, setting, period, tests, value))
    cells = pl.DataFrame(
        rows,
        schema={
            **dict.fromkeys((*KEYS,), pl.String),
            "tests": pl.Int64,
            "value": pl.Float64,
        },
        orient="row",
    )
    blanks = {"column": pl.lit(""), "of": pl.lit(None, pl.Int64)}
    return protect(TrueTable(spec, months, cells.with_columns(dated="tests", **blanks)), load_policy())


def sample_tables(edition: Edition) -> ReleaseTables:
    period = edition.period
    england = {spec.number: spec for spec in MONTHLY_TABLES} | {"1": ACTIVITY}
    return ReleaseTables(
        workbooks=tuple(
            ProtectedWorkbook(workbook, tuple(sample_table(spec, period.months) for spec in workbook.tables))
            for workbook in MONTHLY[: len(MONTHLY_TABLES)]
        ),
        england={
            number: sample_table(spec, period.document_months, providers=False) for number, spec in england.items()
        },
        year_to_date=sample_table(ACTIVITY, period.months, providers=False),
        year_before=sample_table(ACTIVITY, period.year_before, providers=False, seed=2),
        issues=("Alliance Medical (NT9) did not report any activity for May and June 2022.",),
        policy=load_policy(),
    )
