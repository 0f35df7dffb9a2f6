"""Counts made straight from published workbooks, so that the finders can be tried on a real year in seconds.

The published counts stand for records: a cell of 120 is 120 tests of that provider, modality and month (`*` is 1).
Days are spread evenly over each month, and settings (Table 11) evenly over the months of the year. Report dates
are missing for as many tests as Table 10 or 13 has as not known, and dates of either kind where a median is blank.
Which site a test was done at is not published: each provider has one.
"""

from functools import cache
from pathlib import Path

import openpyxl
import polars as pl

from publish.counts.reduction import Counts
from publish.period import FinancialYear, Month
from publish.reference.vocabulary import modalities
from tests.quality.made_counts import COLUMNS, counts_of

SHARED = Path(__file__).resolve().parents[3] / "shared"
KEY = ["region_code", "org_code", "modality"]
MONTHS = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]
SETTING_COLUMNS = {
    "05": "A&E",
    "02": "Day case",
    "01": "Inpatient",
    "03": "Outpatient",
    "04": "GP Direct Access",
    "06": "Other Health Care Provider",
    "07": "Other",
}


def published_counts(year: FinancialYear) -> Counts:
    """The counts of a year whose workbooks stand beside the project, with what of them is there."""
    folder = SHARED / "published" / str(year)
    tests = (
        by_month(folder, 1, year).filter(pl.col("value") > 0).select(*KEY, "month", tests=whole(pl.col("value")))
    )
    no_request = blank_medians(tests, by_month(folder, 2, year))
    no_report = not_known(tests, blank_medians(tests, by_month(folder, 3, year)), folder, year)
    divided = by_setting(tests, shares_of_settings(folder)).with_columns(site_code=pl.col("org_code") + "01")
    for missing, shares in (("no_request", no_request), ("no_report", no_report)):
        divided = divided.join(shares, on=[*KEY, "month"], how="left").with_columns(
            whole(pl.col("tests") * pl.col("share").fill_null(0.0)).alias(missing)
        )
        divided = divided.drop("share")
    return counts_of(divided.select(COLUMNS))


def by_setting(tests: pl.DataFrame, settings: pl.DataFrame) -> pl.DataFrame:
    """The tests divided over settings in the shares of the year; outpatients where these are not published."""
    shared = tests.join(settings, on=KEY, how="left").with_columns(
        pl.col("setting").fill_null("03"), pl.col("share").fill_null(1.0)
    )
    upto = whole(pl.col("tests") * pl.col("share").cum_sum().over([*KEY, "month"]))
    of_setting = upto - upto.shift(1, fill_value=0).over([*KEY, "month"])
    return shared.with_columns(tests=of_setting).filter(pl.col("tests") > 0).drop("share")


def whole(tests: pl.Expr) -> pl.Expr:
    """The nearest whole number of tests."""
    return tests.round().cast(pl.Int64)


def by_month(folder: Path, table: int, year: FinancialYear) -> pl.DataFrame:
    """The provider cells of a table by month: KEY, month, value; null where blank."""
    rows = [
        (*key, str(month), None if value is None else 1.0 if value == "*" else float(value))
        for key, row in cells(folder, table).items()
        for short, month in zip(MONTHS, year.months, strict=True)
        for value in (row[short],)
    ]
    schema = {**dict.fromkeys([*KEY, "month"], pl.String), "value": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def blank_medians(tests: pl.DataFrame, medians: pl.DataFrame) -> pl.DataFrame:
    """The cells with tests and no median: KEY, month, share (1: every date is missing)."""
    blank = medians.filter(pl.col("value").is_null()).select(*KEY, "month")
    return tests.join(blank, on=[*KEY, "month"], how="semi").select(*KEY, "month", share=pl.lit(1.0))


def not_known(tests: pl.DataFrame, blank: pl.DataFrame, folder: Path, year: FinancialYear) -> pl.DataFrame:
    """Report dates missing: every one where a median is blank, and so many elsewhere that as many are not known
    over the quarter (Table 13) or the year (Table 10) as published: KEY, month, share.
    """
    schema = {**dict.fromkeys([*KEY, "month", "span"], pl.String), "share": pl.Float64}
    printed = pl.DataFrame([*of_quarters(folder, year), *of_year(folder, year)], schema=schema, orient="row")
    gone, span = pl.col("tests") * pl.col("share").fill_null(0.0), [*KEY, "span"]
    joined = (
        tests.join(blank.rename({"share": "blank"}), on=[*KEY, "month"], how="left")
        .join(printed, on=[*KEY, "month"], how="left")
        .with_columns(pl.col("blank").fill_null(0.0))
        .with_columns(left=gone.sum().over(span) - (pl.col("tests") * pl.col("blank")).sum().over(span))
        .with_columns(open=(pl.col("tests") * (1 - pl.col("blank"))).sum().over(span))
    )
    elsewhere = (pl.col("left") / pl.max_horizontal("open", 1.0)).clip(0.0, 1.0)
    return joined.select(*KEY, "month", share=pl.max_horizontal("blank", elsewhere))


Shares = list[
    tuple[str, str, str, str, str, float]
]  # KEY, month, the span it is of, share of report dates not known


def of_quarters(folder: Path, year: FinancialYear) -> Shares:
    """Table 13: shares of the cases of two groups of settings, a sheet for each quarter. None without the table."""
    found: Shares = []
    for number in range(4 if has(folder, 13) else 0):
        for row in sheet(folder, 13, number + 1)[11:]:
            if row[4] and row[6]:
                cases = [number_in(row[11]), number_in(row[18])]
                unknown = number_in(row[10]) * cases[0] + number_in(row[17]) * cases[1]
                found += spread_over((row[1], row[4], row[6]), year.months[3 * number :][:3], unknown, sum(cases))
    return found


def of_year(folder: Path, year: FinancialYear) -> Shares:
    """Table 10: counts of two groups of settings. None without the table."""
    found: Shares = []
    for row in sheet(folder, 10, 1)[13:] if has(folder, 10) else ():
        if row[2] and row[2] != "-" and row[4]:
            unknown, cases = number_in(row[8]) + number_in(row[13]), number_in(row[9]) + number_in(row[14])
            found += spread_over((row[1], row[2], row[4]), year.months, unknown, cases)
    return found


def spread_over(key: tuple[object, ...], months: tuple[Month, ...], unknown: float, cases: float) -> Shares:
    """The same share in each of the months."""
    region, org_code, modality = (str(each).strip() for each in key)
    place = (region, org_code, modality_of(modality))
    return [(*place, str(month), str(months), min(unknown / cases, 1.0)) for month in months if cases]


def number_in(cell: object) -> float:
    """A published number; what is hidden or blank is nothing."""
    return float(cell) if isinstance(cell, int | float) else 0.0


def shares_of_settings(folder: Path) -> pl.DataFrame:
    """Table 11: the settings of each provider and modality: KEY, setting, share; none without the table."""
    rows = [
        (*key, setting, number_in(row[column]))
        for key, row in (cells(folder, 11).items() if has(folder, 11) else ())
        for setting, column in SETTING_COLUMNS.items()
    ]
    schema = {**dict.fromkeys([*KEY, "setting"], pl.String), "tests": pl.Float64}
    found = pl.DataFrame(rows, schema=schema, orient="row").filter(pl.col("tests") > 0)
    return found.select(*KEY, "setting", share=pl.col("tests") / pl.col("tests").sum().over(KEY))


def cells(folder: Path, table: int) -> dict[tuple[str, ...], dict[str, object]]:
    """The provider rows of a table: {KEY: {column: value}}; blanks are None, as is what only means one."""
    rows = iter(sheet(folder, table, 1))
    heading = next(row for row in rows if "Modality" in row)
    found: dict[tuple[str, ...], dict[str, object]] = {}
    for row in rows:
        named = dict(zip(heading, row, strict=True))
        code = str(named.get("Org Code") or named.get("Provider code") or "-").strip()
        if code != "-" and named["Modality"]:
            found[str(named["Region"]).strip(), code, modality_of(str(named["Modality"]))] = {
                column: None if value in ("", ".", "-") else value for column, value in named.items()
            }
    return found


def sheet(folder: Path, table: int, place: int) -> list[tuple[object, ...]]:
    """The rows of a sheet of a published workbook."""
    (path,) = folder.glob(f"DID-Table-{table}-*.xlsx")
    with path.open("rb") as file:
        book = openpyxl.load_workbook(file, read_only=True, data_only=True)
        return list(book.worksheets[place].iter_rows(values_only=True))


def has(folder: Path, table: int) -> bool:
    """Whether that table of the year is there."""
    return any(folder.glob(f"DID-Table-{table}-*.xlsx"))


@cache
def modalities_in_words() -> dict[str, str]:
    """Names of modalities by their lower case: some tables have them in sentence case."""
    return {modality.modality.casefold(): modality.modality for modality in modalities()}


def modality_of(text: str) -> str:
    """The name of a modality as the project has it."""
    return modalities_in_words()[text.strip().casefold()]
