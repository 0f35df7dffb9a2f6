"""Small made-up counts for the finders: a few lines of tests a month of one provider, among steady ones."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

import polars as pl

from publish.counts.reduction import KEPT_OUT_KEYS, SITE_KEYS, TEST_KEYS, Counts, add
from publish.period import AnnualPeriod, FinancialYear, Month, months_between
from publish.quality.reported import Reported
from publish.reference.tables import ReferenceData, load_reference

YEAR = FinancialYear(2023)
MONTHS = YEAR.months
CT, MRI, XRAY = "Computerized Axial Tomography", "Magnetic Resonance Imaging", "Plain Radiography"
PLACE = ("region_code", "org_code", "site_code", "modality", "setting")
COLUMNS = [*PLACE, "month", "tests", "no_request", "no_report"]
SEASON = (96, 103, 101, 99, 98, 100, 104, 105, 91, 105, 98, 100)  # per cent of a usual month, April first
STRAYS = (2, -1, 3, 0, -2, 1, -3, 2, 0, -1, 1, -2)  # per cent


@dataclass(frozen=True)
class Line:
    """Tests of one site, modality and setting: one number a month, `of` each, without the season."""

    org_code: str
    months: str
    of: int = 100
    site: str = ""
    modality: str = XRAY
    setting: str = "03"
    region: str = "Y56"
    no_request: int = 0  # per cent
    no_report: int = 0
    first: Month = MONTHS[0]

    def rows(self) -> Iterable[tuple[object, ...]]:
        """Rows of COLUMNS."""
        place = (self.region, self.org_code, self.site or f"{self.org_code}01", self.modality, self.setting)
        for step, number in enumerate(self.months.split()):
            tests = round(float(number) * self.of * SEASON[step % 12] / 100)
            without = (tests * share // 100 for share in (self.no_request, self.no_report))
            yield (*place, str(self.first.plus(step)), tests, *without)


def counts_with(*lines: Line, first: Month = MONTHS[0]) -> Counts:
    """Counts of these lines and of twelve steady NHS trusts (RS1 to RS9, RSA to RSC), from that month on."""
    return counts_of(frame([*lines, *_steady(first)]))


def frame(lines: Sequence[Line]) -> pl.DataFrame:
    """The lines as a table of COLUMNS."""
    schema = dict.fromkeys([*PLACE, "month"], pl.String) | dict.fromkeys(COLUMNS[-3:], pl.Int64)
    rows = [row for line in lines for row in line.rows()]
    return pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("tests") > 0)


def reported(*lines: Line) -> Reported:
    """What the finders look at, of the year 2023-24."""
    return Reported(counts_with(*lines), AnnualPeriod.of(YEAR), reference())


@cache
def reference() -> ReferenceData:
    """The bundled reference data."""
    return load_reference(None)


def _steady(first: Month) -> list[Line]:
    """Trusts of 40,000 tests a month that stray by 3% from the season at most."""
    months = len(months_between(first, MONTHS[-1]))
    return [
        Line(
            f"RS{letter}",
            " ".join(f"{100 + STRAYS[(place + step) % 12]}" for step in range(months)),
            of=400,
            first=first,
        )
        for place, letter in enumerate("123456789ABC")
    ]


def counts_of(tests: pl.DataFrame) -> Counts:
    """Counts of tests by COLUMNS: `no_request` and `no_report` of the tests lack the date, the others wait a day.

    The tests of a site are spread evenly over the days of the month.
    """
    kinds = dict.fromkeys(TEST_KEYS, pl.Categorical) | {"interventional": pl.Boolean, "days": pl.Int32}
    intervals = {"request_to_test": "no_request", "test_to_report": "no_report"}
    dated = pl.concat([_with_days(tests, interval, column) for interval, column in intervals.items()])
    return Counts(
        tests=dated.select(*TEST_KEYS, "tests").cast(kinds),
        kept_out=pl.DataFrame(schema={**dict.fromkeys(KEPT_OUT_KEYS, pl.Categorical), "records": pl.Int64}),
        sites=by_day(tests),
    )


def _with_days(tests: pl.DataFrame, interval: str, missing: str) -> pl.DataFrame:
    known = tests.with_columns(tests=pl.col("tests") - pl.col(missing), days=pl.lit(1, pl.Int32))
    unknown = tests.with_columns(tests=pl.col(missing), days=pl.lit(None, pl.Int32))
    summed = pl.concat([known, unknown]).filter(pl.col("tests") > 0)
    return (
        summed.group_by(*PLACE, "month", "days")
        .agg(pl.col("tests").sum())
        .with_columns(
            interval=pl.lit(interval),
            interventional=pl.lit(False),
            icb_code=pl.lit(None, pl.String),
            cancer_group=pl.lit(None, pl.String),
        )
    )


def by_day(tests: pl.DataFrame) -> pl.DataFrame:
    """The tests of each site and modality, spread evenly over the days of their month."""
    first = pl.col("month").str.to_date("%Y-%m")
    summed = tests.group_by("org_code", "site_code", "modality", "month").agg(pl.col("tests").sum())
    days = summed.with_columns(
        day=pl.date_ranges(first, first.dt.month_end()), number=first.dt.month_end().dt.day().cast(pl.Int64)
    )
    each = days.explode("day").with_columns(place=pl.col("day").dt.day().cast(pl.Int64))
    upto, before = (pl.col("tests") * place // pl.col("number") for place in (pl.col("place"), pl.col("place") - 1))
    spread = each.with_columns(tests=upto - before).filter(pl.col("tests") > 0)
    return spread.select(*SITE_KEYS, "tests").cast(dict.fromkeys(SITE_KEYS[:3], pl.Categorical))


def on_days(counts: Counts, org_code: str, modality: str, days: dict[str, int], *, site: str = "") -> Counts:
    """The counts with so many more tests of a provider and modality on single days (`2023-04-11`)."""
    more = [(org_code, site or f"{org_code}01", modality, day, tests) for day, tests in days.items()]
    schema = {**dict.fromkeys(SITE_KEYS, pl.String), "tests": pl.Int64}
    sites = pl.DataFrame(more, schema=schema, orient="row").with_columns(pl.col("day").str.to_date())
    by_month: dict[str, int] = {}
    for day, tests in days.items():
        by_month[day[:7]] = by_month.get(day[:7], 0) + tests
    lines = [Line(org_code, "1", of=1, modality=modality, first=Month.parse(month)) for month in by_month]
    tests = frame(lines).with_columns(tests=pl.Series(list(by_month.values()), dtype=pl.Int64))
    only = counts_of(tests)
    kinds = dict.fromkeys(SITE_KEYS[:3], pl.Categorical)
    return add([counts, Counts(only.tests, only.kept_out, sites=sites.cast(kinds))])
