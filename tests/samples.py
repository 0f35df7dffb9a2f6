"""Small made-up protected tables for the tests of the writers, without records.

Monthly ones are drawn cell by cell; annual ones are what the builder makes of a few random counts.
"""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl

from publish.counts.annual import AGE_AND_SEX, DEPRIVATION, ETHNIC_GROUP
from publish.counts.pieces import INTERVALS
from publish.counts.reduction import COMMISSIONER_KEYS, KEPT_OUT_KEYS, PATIENT_KEYS, TEST_KEYS, Counts
from publish.disclosure.control import ProtectedTable, protect
from publish.disclosure.policy import load_policy
from publish.edition import Edition
from publish.house import load_house
from publish.period import AnnualPeriod, Month, parse_period
from publish.quality.provider_issue import Category, Confidence, ProviderIssue, Status
from publish.reference.tables import ReferenceData, load_reference
from publish.reference.vocabulary import cancer_groups, modalities
from publish.release_tables import release_tables
from publish.tables.catalogue import ACTIVITY, MONTHLY_TABLES
from publish.tables.further import BY_AGE_AND_SEX, BY_DEPRIVATION, BY_ETHNIC_GROUP
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


ANNUAL = "2023-24"  # the period of the annual samples
IN_BOARDS = {"RF4": "QMF", "RH8": "QJK", "RCB": "QOQ", "NT9": None}
COMMISSIONERS = ("A3A8R", "15N", "03Q", None)


def sample_edition(period: str = "2023-03", *, draft: bool = False, made_up: bool = False) -> Edition:
    """The edition of a monthly release up to that month, or of the annual one of that year."""
    house = load_house()
    annual = parse_period(period).annual
    return Edition(
        period=parse_period(period),
        published=date(2024, 11, 21) if annual else date(2023, 7, 20),
        next_published=date(2024, 12, 12) if annual else date(2023, 8, 10),
        house=house,
        draft=draft,
        made_up=made_up,
    )


def sample_issue(text: str, category: Category = Category.SHORTFALL, **about: Any) -> ProviderIssue:
    """An accepted provider issue of one provider of the samples."""
    known = {
        "org_code": "NT9",
        "provider_name": "Alliance Medical",
        "months": (Month(2022, 5),),
        "modality": None,
        "site_code": None,
        "interval": None,
        "estimated_records": 1_000,
        "confidence": Confidence.HIGH,
    }
    return ProviderIssue(category=category, text=text, status=Status.ACCEPTED, **(known | about))


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
    return table_of(spec, months, rows)


def table_of(spec: TableSpec, months: tuple[Month, ...], rows: Sequence[tuple[object, ...]]) -> ProtectedTable:
    """A protected table with a column for each month: KEYS, tests and value of each cell."""
    schema = {**dict.fromkeys(KEYS, pl.String), "tests": pl.Int64, "value": pl.Float64}
    cells = pl.DataFrame(rows, schema=schema, orient="row")
    blanks = {"column": pl.lit(""), "of": pl.lit(None, pl.Int64)}
    return protect(TrueTable(spec, months, cells.with_columns(dated="tests", **blanks)), load_policy())


def sample_tables(edition: Edition) -> ReleaseTables:
    """The tables of the published workbooks of a monthly release, or of every workbook of an annual one."""
    period = edition.period
    if period.annual:
        return annual_tables(AnnualPeriod(period.latest))
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
        issues=(sample_issue("Alliance Medical (NT9) did not report any activity in May and June 2022."),),
        policy=load_policy(),
    )


@cache
def annual_tables(period: AnnualPeriod) -> ReleaseTables:
    """Every table of an annual release, as built from `annual_counts`."""
    issues = (sample_issue("Alliance Medical (NT9) did not report any activity in May and June 2023."),)
    return replace(release_tables(annual_counts(period), period, reference(), load_policy(), None), issues=issues)


@cache
def reference() -> ReferenceData:
    """The bundled tables, with a population of every integrated care board."""
    bundled = load_reference()
    boards = bundled.icbs.select("icb_code", "valid_from", "valid_to")
    people = boards.with_row_index("number").select(
        "icb_code", pl.col("number").cast(pl.Int64).alias("population") * 1_000 + 5_000, "valid_from", "valid_to"
    )
    return replace(bundled, population=people)


def annual_counts(period: AnnualPeriod) -> Counts:
    """Random counts of a year: from none to some hundreds by provider, commissioner and kind of patient."""
    draw = random.Random(str(period.year))
    return Counts(
        tests=_counts(TEST_KEYS, _tests(draw, period)),
        kept_out=pl.DataFrame(schema={**dict.fromkeys(KEPT_OUT_KEYS, pl.Categorical), "records": pl.Int64}),
        commissioners=_counts(COMMISSIONER_KEYS, _of_commissioners(draw, period)),
        patients=_counts(PATIENT_KEYS, _of_patients(draw, period)),
    )


def _counts(keys: Sequence[str], rows: list[tuple[object, ...]]) -> pl.DataFrame:
    kinds = dict.fromkeys(keys, pl.Categorical) | {"interventional": pl.Boolean, "days": pl.Int32}
    schema = {name: kinds[name] for name in keys} | {"tests": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _exams() -> list[tuple[str, str | None, bool]]:
    """Modality, cancer group, interventional: every label of every table has its exam."""
    named = [modality.modality for modality in modalities()]
    groups = {"Brain (MRI)": "Magnetic Resonance Imaging", "Chest (X-ray)": "Plain Radiography"}
    groups["Chest and/or abdomen (CT)"] = "Computerized Axial Tomography"
    return [
        *((name, None, False) for name in named),
        *((name, None, True) for name in named[:5]),
        *(
            (groups.get(group.cancer_group, "Diagnostic Ultrasonography"), group.cancer_group, False)
            for group in cancer_groups()
        ),
    ]


def _tests(draw: random.Random, period: AnnualPeriod) -> list[tuple[object, ...]]:
    return [
        (str(month), region, IN_BOARDS[org], org, *exam, setting, interval, _days(draw), tests)
        for month in period.months
        for region, org, _ in PROVIDERS
        for exam in _exams()
        if draw.random() < 0.5
        for setting, tests in ((f"0{draw.randint(1, 7)}", draw.choice((1, 2, 4, 40, draw.randint(3, 900)))),)
        for interval in INTERVALS
    ]


def _of_commissioners(draw: random.Random, period: AnnualPeriod) -> list[tuple[object, ...]]:
    return [
        (str(month), commissioner, *exam[:2], setting, interval, _days(draw), tests)
        for month in period.months
        for commissioner in COMMISSIONERS
        for exam in _exams()
        for setting in ("04", None)
        if draw.random() < 0.15
        for tests in (draw.choice((1, 1, 2, 40, 900)),)
        for interval in INTERVALS
    ]


def _days(draw: random.Random) -> int | None:
    return draw.choice((None, 0, 0, 1, draw.randint(2, 40), draw.randint(2, 366)))


def _of_patients(draw: random.Random, period: AnnualPeriod) -> list[tuple[object, ...]]:
    return [
        (str(month), region, exam[0], characteristic, sex, band, draw.choice((1, 1, 2, 40, 900)))
        for month in period.months[:3]
        for region in sorted({region for region, *_ in PROVIDERS})
        for exam in _exams()
        for characteristic, sexes, bands in _characteristics()
        for sex in sexes
        for band in bands
        if draw.random() < 0.06
    ]


def _characteristics() -> list[tuple[str, tuple[str | None, ...], list[str]]]:
    """Each characteristic with the sexes and the bands that the counts have of it."""
    kinds = (
        (BY_AGE_AND_SEX, AGE_AND_SEX, ("Female", "Male", "Not known")),
        (BY_ETHNIC_GROUP, ETHNIC_GROUP, (None,)),
        (BY_DEPRIVATION, DEPRIVATION, (None,)),
    )
    return [
        (characteristic, sexes, [band for column in spec.columns for _, bands in column.gathers for band in bands])
        for spec, characteristic, sexes in kinds
    ]
