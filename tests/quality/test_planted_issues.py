"""Issues planted in made-up records of a year are found, at the right provider, months and number of records.

Each is planted at a trust of its own. What the made-up records lack by design (a month of a few trusts, request
dates of a few) is found too, and nothing else is sure.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

import polars as pl
import pytest

from publish.counts.reduction import reduce_records
from publish.period import AnnualPeriod, FinancialYear, Month
from publish.quality.issues import find_issues
from publish.quality.provider_issue import Category, Confidence
from publish.reference.tables import load_reference
from publish.synthetic import synthesise
from publish.synthetic.exams import exam_codes

PERIOD = AnnualPeriod.of(FinancialYear(2023))
RECORDS = 600_000
CT, MRI = "Computerized Axial Tomography", "Magnetic Resonance Imaging"
BY_DESIGN = {  # of these months, period and seed: trusts that lack a month, and that lack request dates
    Category.SHORTFALL: {"RTK", "RXQ", "RGP", "RNS", "RRJ", "RGR"},
    Category.MISSING_DATES: {"RR7", "RGN", "RK5", "RJE"},
}
TESTED, SITE = pl.col("DIAGNOSTIC_TEST_DATE"), pl.col("SITE_CODE_IMAGING")
Records = pl.DataFrame


def of(org_code: str, *months: str) -> pl.Expr:
    """The records of a trust, in these months or in all."""
    in_months = TESTED.dt.strftime("%Y-%m").is_in(months) if months else pl.lit(True)
    return SITE.str.starts_with(org_code) & in_months & TESTED.is_not_null()


def of_modality(modality: str) -> pl.Expr:
    codes = exam_codes().filter(pl.col("modality") == modality)
    nicip = pl.col("IMAGING_CODE_NICIP").is_in(codes["nicip_code"].to_list())
    return nicip.fill_null(False) | pl.col("IMAGING_CODE_SNOMED").is_in(codes["snomed_code"].drop_nulls().to_list())


def without(which: pl.Expr) -> Callable[[Records], tuple[Records, int]]:
    """Leave records out."""
    return lambda records: (records.filter(~which.fill_null(False)), records.filter(which).height)


def twice(which: pl.Expr, **changed: pl.Expr) -> Callable[[Records], tuple[Records, int]]:
    """Add records once more, with other values where given."""

    def plant(records: Records) -> tuple[Records, int]:
        more = records.filter(which).with_columns(**changed)
        return pl.concat([records, more]), more.height

    return plant


def with_values(which: pl.Expr, **changed: pl.Expr) -> Callable[[Records], tuple[Records, int]]:
    """Change values of records."""

    def plant(records: Records) -> tuple[Records, int]:
        put = {name: pl.when(which).then(value).otherwise(pl.col(name)) for name, value in changed.items()}
        return records.with_columns(**put), records.filter(which).height

    return plant


def some(tenths: int) -> pl.Expr:
    """So many of ten records."""
    return pl.col("RADIOLOGICAL_ACCESSION_NUM").str.slice(-1).cast(pl.Int64) < tenths


@dataclass(frozen=True)
class Planted:
    """What is done to the records of a trust, and the finding that must come of it."""

    org_code: str
    months: str
    plant: Callable[[Records], tuple[Records, int]]
    category: Category
    kind: str
    confidence: Confidence = Confidence.HIGH
    about: dict[str, str] = field(default_factory=dict)

    @property
    def expected_months(self) -> tuple[Month, ...]:
        return tuple(Month.parse(month) for month in self.months.split()) or PERIOD.months


REQUEST_DATES = ("DIAGNOSTIC_TEST_REQUEST_DATE", "DIAG_TEST_REQUEST_REC_DATE")
ALL_DATES = (*REQUEST_DATES, "DIAGNOSTIC_TEST_DATE", "SERVICE_REPORT_DATE")
NO_REQUEST = dict.fromkeys(REQUEST_DATES, pl.lit(None, pl.Date))
THREE_DAYS = pl.date(2023, 4, 11) + pl.duration(days=TESTED.dt.day() % 3)
PLANTED = {
    "whole months": Planted(
        "RR8", "2023-06 2023-07", without(of("RR8", "2023-06", "2023-07")), Category.SHORTFALL, "whole"
    ),
    "half a month": Planted(
        "RTG", "2023-10", without(of("RTG", "2023-10") & (TESTED.dt.day() > 15)), Category.SHORTFALL, "part"
    ),
    "a site with too little": Planted(
        "R1H",
        "2023-09 2023-10 2023-11 2023-12",
        without(of("R1H02", "2023-09", "2023-10", "2023-11", "2023-12") & some(8)),
        Category.SHORTFALL,
        "part",
        about={"site_code": "R1H02"},
    ),
    "a site with nothing": Planted(
        "RRK",
        "2023-11",
        without(of("RRK01", "2023-11")),
        Category.SHORTFALL,
        "whole",
        about={"site_code": "RRK01"},
    ),
    "a modality": Planted(
        "RX1",
        "2023-08 2023-09",
        without(of("RX1", "2023-08", "2023-09") & of_modality(MRI)),
        Category.SHORTFALL,
        "whole",
        about={"modality": MRI},
    ),
    "resubmitted without overwriting": Planted(
        "RHQ", "2024-01", twice(of("RHQ", "2024-01")), Category.EXCESS, "more"
    ),
    "two site codes": Planted(
        "RTH",
        "2023-05",
        twice(of("RTH03", "2023-05"), SITE_CODE_IMAGING=pl.lit("RTH02")),
        Category.EXCESS,
        "two site codes",
        confidence=Confidence.MEDIUM,
    ),
    "a spike": Planted(
        "RGT",
        "2023-04",
        twice(
            of("RGT", *(f"2023-{month:02}" for month in range(5, 11))) & of_modality(CT),
            **dict.fromkeys(ALL_DATES, THREE_DAYS),
        ),
        Category.EXCESS,
        "spike 2023-04-11",
        about={"modality": CT},
    ),
    "a setting": Planted(
        "RTD",
        "2024-02",
        with_values(of("RTD", "2024-02"), PATIENT_SOURCE_SETTING=pl.lit("07")),
        Category.SETTING,
        "07",
    ),
    "request dates": Planted("RHM", "", with_values(of("RHM") & some(3), **NO_REQUEST), Category.MISSING_DATES, ""),
    "report dates": Planted(
        "RJ7",
        "",
        with_values(of("RJ7") & some(5), SERVICE_REPORT_DATE=pl.lit(None, pl.Date)),
        Category.MISSING_DATES,
        "",
    ),
    "a trust that another took over": Planted(
        "RWP",
        "2023-10",
        with_values(of("RWP") & (date(2023, 10, 1) <= TESTED), SITE_CODE_IMAGING=pl.lit("RL401")),
        Category.CHANGE,
        "succeeded",
        confidence=Confidence.MEDIUM,
    ),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Made-up records of a year and their reference data."""
    file = tmp_path_factory.mktemp("planted") / "records.parquet"
    synthesise(PERIOD.months, RECORDS, 1, file)
    return pl.read_parquet(file), load_reference(file.with_name("records-reference"))


@pytest.fixture(scope="module")
def unplanted(made):
    records, reference = made
    return find_issues(reduce_records(records.lazy(), reference), PERIOD, reference)


@pytest.fixture(scope="module")
def planted(made):
    """The findings with everything planted, and how many records each planting touched."""
    records, reference = made
    touched = {}
    for name, each in PLANTED.items():
        records, touched[name] = each.plant(records)
    return find_issues(reduce_records(records.lazy(), reference), PERIOD, reference), touched


def test_made_up_records_have_no_sure_issue_but_those_of_their_design(unplanted):
    sure = {
        category: {issue.org_code for issue in unplanted if issue.confidence is Confidence.HIGH}
        & {issue.org_code for issue in unplanted if issue.category is category}
        for category in Category
    }
    assert {category: codes for category, codes in sure.items() if codes} == BY_DESIGN


@pytest.mark.parametrize("name", PLANTED)
def test_it_is_found(planted, name):
    issues, touched = planted
    each = PLANTED[name]
    (found,) = (issue for issue in issues if issue.org_code == each.org_code and issue.category is each.category)
    assert (found.kind, found.months) == (each.kind, each.expected_months)
    assert found.confidence is each.confidence
    assert {what: getattr(found, what) for what in each.about} == each.about
    if found.estimated_records:
        assert found.estimated_records == pytest.approx(touched[name], rel=0.35, abs=100)


def test_the_providers_have_no_other_issue(planted):
    issues, _ = planted
    found = [issue for issue in issues if issue.org_code in {each.org_code for each in PLANTED.values()}]
    assert sorted(issue.org_code for issue in found) == sorted(each.org_code for each in PLANTED.values())


def test_silent_days_are_named(planted):
    issues, _ = planted
    (half,) = (issue for issue in issues if issue.org_code == "RTG")
    assert "did not report any activity from 16 to 31st October 2023, resulting in an estimated" in half.text
