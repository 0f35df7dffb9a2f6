"""Records counted in groups: the codes of a file resolved once each, and its records grouped by numbers.

What keeps a group out of the tables is decided on the groups, which are few; so no record is lost on the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from publish.fields import reasons
from publish.fields.imaging import classes_of_exams
from publish.fields.intervals import out_of_order, request_to_test, test_to_report
from publish.fields.organisation import providers_of_sites
from publish.fields.setting import settings_of_codes
from publish.records.values import clock_date, unreadable
from publish.reference.dated import join_on_day
from publish.reference.tables import VALIDITY, ReferenceData

TEST_DATE: Final = "DIAGNOSTIC_TEST_DATE"
OTHER_DATES: Final = ("DIAGNOSTIC_TEST_REQUEST_DATE", "DIAG_TEST_REQUEST_REC_DATE", "SERVICE_REPORT_DATE")
SITE: Final = ("SITE_CODE_IMAGING",)
EXAM: Final = ("IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED")
SETTING: Final = ("PATIENT_SOURCE_SETTING",)
INTERVALS: Final = {"request_to_test": request_to_test, "test_to_report": test_to_report}
UNDATED: Final = date.max  # the day on which the codes of a record without a test date are looked up
PROBLEM: Final = pl.Enum(
    [
        *(reasons.TEST_DATE_UNREADABLE, reasons.TEST_DATE_MISSING),
        *(reasons.DATE_UNREADABLE, reasons.DATES_OUT_OF_ORDER),
    ]
)


@dataclass(frozen=True)
class Meanings:
    """What the codes of one file mean.

    `meanings` are the distinct meanings, one row each, with their number in the column `number`, and what keeps a
    record out, if anything does, in `<number>_reason`. `by_code` leads from the codes as given (columns `given`)
    and the day to that number, exactly one for each record.
    """

    number: str
    given: tuple[str, ...]
    meanings: pl.DataFrame
    by_code: pl.DataFrame

    def join_to(self, records: pl.LazyFrame) -> pl.LazyFrame:
        """The records with the number of what their code means, in place of the code."""
        return join_on_day(records, self.by_code, self.given, day_of_test(), keep_order=False).drop(self.given)


@dataclass(frozen=True)
class Codes:
    """What the sites, exams and settings of a file mean on the days that its tests span, see their functions."""

    sites: pl.DataFrame
    exams: pl.DataFrame
    settings: pl.DataFrame
    first: date
    last: date


def with_dates(records: pl.LazyFrame, *others: pl.Expr) -> pl.LazyFrame:
    """The items that the counts need, dates as Date, and what is wrong with the dates of a record in `problem`."""
    kinds = records.collect_schema()
    not_dates = reasons.first_reason(
        (unreadable(TEST_DATE, kinds[TEST_DATE]), reasons.TEST_DATE_UNREADABLE),
        (clock_date(TEST_DATE, kinds[TEST_DATE]).is_null(), reasons.TEST_DATE_MISSING),
        (pl.any_horizontal(unreadable(name, kinds[name]) for name in OTHER_DATES), reasons.DATE_UNREADABLE),
    )
    read = records.select(
        *(*SITE, *EXAM, *SETTING),
        *(clock_date(name, kinds[name]).alias(name) for name in (TEST_DATE, *OTHER_DATES)),
        *others,
        problem=not_dates.cast(PROBLEM),
    )
    in_order = reasons.first_reason((out_of_order(), reasons.DATES_OUT_OF_ORDER)).cast(PROBLEM)
    return read.with_columns(problem=pl.coalesce("problem", in_order))


def resolved_codes(dated: pl.LazyFrame, reference: ReferenceData) -> Codes:
    """What every site, exam and setting code that appears in the records means, on the days they span."""
    tested = pl.col(TEST_DATE)
    days = dated.select(first=tested.min(), last=tested.max(), undated=tested.null_count())
    first, last, undated = days.collect(engine="streaming").row(0)
    first, last = first or UNDATED, UNDATED if undated or not last else last
    sites, exams, settings = (distinct(dated, given) for given in (SITE, EXAM, SETTING))
    return Codes(
        providers_of_sites(sites, reference, first, last),
        classes_of_exams(exams, reference, first, last),
        settings_of_codes(settings),
        first,
        last,
    )


def distinct(records: pl.LazyFrame, given: Sequence[str]) -> pl.DataFrame:
    """The codes that appear in the records, each once."""
    return records.select(given).unique().collect(engine="streaming")


def numbered(number: str, given: Sequence[str], resolved: pl.DataFrame) -> Meanings:
    """The meanings of codes, numbered in order. `resolved` has the codes, their days, and what they mean."""
    meaning = [name for name in resolved.columns if name not in {*given, *VALIDITY}]
    meanings = resolved.select(meaning).unique().sort(meaning).with_row_index(number)
    by_code = resolved.join(meanings, on=meaning, nulls_equal=True).drop(meaning)
    in_words = meanings.with_columns(pl.col(pl.String).cast(pl.Categorical))
    return Meanings(number, tuple(given), in_words.rename({"reason": f"{number}_reason"}, strict=False), by_code)


def with_numbers(dated: pl.LazyFrame, look_ups: Iterable[Meanings]) -> pl.LazyFrame:
    """The records with the numbers of what their codes mean, in place of the codes."""
    for look_up in look_ups:
        dated = look_up.join_to(dated)
    return dated


def grouped(records: pl.LazyFrame, look_ups: Sequence[Meanings], **keys: pl.Expr) -> pl.DataFrame:
    """The records with numbers counted by month, numbers, problem and keys; then in words, see `_explained`."""
    numbers = [look_up.number for look_up in look_ups]
    by = ("month", *numbers, "problem", *keys)
    of_records = records.select(*numbers, "problem", month=_month_number(), **keys)
    groups = of_records.group_by(by).agg(tests=pl.len().cast(pl.Int64)).collect(engine="streaming").sort(by)
    return _explained(groups, look_ups)


def day_of_test() -> pl.Expr:
    """The day on which the codes of a record are looked up."""
    return pl.col(TEST_DATE).fill_null(UNDATED)


def _month_number() -> pl.Expr:
    """The months since the year 0 of the test date."""
    return pl.col(TEST_DATE).dt.year() * 12 + pl.col(TEST_DATE).dt.month() - 1


def _explained(groups: pl.DataFrame, look_ups: Iterable[Meanings]) -> pl.DataFrame:
    """Groups of records with the meanings of their numbers, and the first reason that keeps them out."""
    for look_up in look_ups:
        groups = groups.join(look_up.meanings, on=look_up.number, maintain_order="left").drop(look_up.number)
    no_test_date = pl.col("problem").is_in([reasons.TEST_DATE_UNREADABLE, reasons.TEST_DATE_MISSING])
    problem = pl.col("problem").cast(pl.Categorical)
    of_codes = [name for name in groups.columns if name.endswith("_reason")]
    return (
        groups.rename({"month": "month_number"})
        .join(_months(groups["month"]), on="month_number", how="left", nulls_equal=True, maintain_order="left")
        .with_columns(reason=pl.coalesce(pl.when(no_test_date).then(problem), *of_codes, problem))
    )


def _months(numbers: pl.Series) -> pl.DataFrame:
    """The ISO month of each number of months: month_number, month."""
    year, month = pl.col("month_number") // 12, pl.col("month_number") % 12 + 1
    text = pl.format("{}-{}", year.cast(pl.String).str.zfill(4), month.cast(pl.String).str.zfill(2))
    return numbers.unique().to_frame("month_number").with_columns(month=text.cast(pl.Categorical))
