"""Records to counts: the one additive reduction from which everything published is computed.

A file of records becomes two small tables. Counts add up over files and months, and days are whole numbers, so
medians are exact from them and no record is needed again.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
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
from publish.reference.tables import ReferenceData

VERSION: Final = 5  # goes up when the reduction changes, so that stored counts are made again
TEST_DATE: Final = "DIAGNOSTIC_TEST_DATE"
OTHER_DATES: Final = ("DIAGNOSTIC_TEST_REQUEST_DATE", "DIAG_TEST_REQUEST_REC_DATE", "SERVICE_REPORT_DATE")
SITE: Final = ("SITE_CODE_IMAGING",)
EXAM: Final = ("IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED")
SETTING: Final = ("PATIENT_SOURCE_SETTING",)
NEEDED: Final = (*SITE, *EXAM, *SETTING, TEST_DATE, *OTHER_DATES)  # the items that the counts need
INTERVALS: Final = {"request_to_test": request_to_test, "test_to_report": test_to_report}
UNDATED: Final = date.max  # the day on which the codes of a record without a test date are looked up
PROBLEM: Final = pl.Enum(
    [
        *(reasons.TEST_DATE_UNREADABLE, reasons.TEST_DATE_MISSING),
        *(reasons.DATE_UNREADABLE, reasons.DATES_OUT_OF_ORDER),
    ]
)

TEST_KEYS: Final = (
    *("month", "region_code", "icb_code", "org_code", "modality", "cancer_group", "interventional", "setting"),
    *("interval", "days"),
)
COMMISSIONER_KEYS: Final = (
    *("month", "commissioner_code", "modality", "cancer_group", "setting", "interval", "days"),
)
PATIENT_KEYS: Final = ("month", "region_code", "modality", "characteristic", "sex", "band")
KEPT_OUT_KEYS: Final = ("month", "org_code", "reason")
RULE_KEYS: Final = ("month", "org_code", "rule", "severity")


def _no_rules() -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(RULE_KEYS, pl.String), "records": pl.Int64})


def _no_commissioners() -> pl.DataFrame:
    texts = dict.fromkeys(COMMISSIONER_KEYS, pl.Categorical)
    return pl.DataFrame(schema={**texts, "days": pl.Int32, "tests": pl.Int64})


def _no_patients() -> pl.DataFrame:
    return pl.DataFrame(schema={**dict.fromkeys(PATIENT_KEYS, pl.Categorical), "tests": pl.Int64})


@dataclass(frozen=True)
class Counts:
    """What records come down to.

    `tests`: month (ISO), region_code, icb_code (null where not known, or before there were such boards), org_code,
    modality, cancer_group (null for most), interventional, setting (code), interval (`request_to_test` or
    `test_to_report`), days (null where a date is missing), tests. Each test is there once for each interval.
    `kept_out`: month (null where not known), org_code (null where not known), reason, records.
    `rules`: month, org_code (both as in `kept_out`), rule (code of a validation rule), severity, records that it
    applies to; none where the records were not validated.

    Only the annual tables need the other two, which have no rows where they were not asked for:
    `commissioners`: month, commissioner_code (of the English commissioner on the date of test; null where there is
    none), modality, cancer_group, setting (`04` for GP direct access, else null), interval, days (366 stands for
    366 and over; null where a date is missing), tests. Those of `tests`, and those of sites outside England.
    `patients`: month, region_code, modality, characteristic (`age and sex`, `ethnic group`,
    `deprivation decile`), sex (null but for the first), band, tests. Those of `tests`, each once under each
    characteristic. `lacking` names the items of a patient that the records do not have.
    Texts are categorical but for those of `rules`.
    """

    tests: pl.DataFrame
    kept_out: pl.DataFrame
    rules: pl.DataFrame = field(default_factory=_no_rules)
    commissioners: pl.DataFrame = field(default_factory=_no_commissioners)
    patients: pl.DataFrame = field(default_factory=_no_patients)
    lacking: tuple[str, ...] = ()

    @property
    def records(self) -> int:
        """How many records they count."""
        once = self.tests.filter(pl.col("interval") == next(iter(INTERVALS)))
        return int(once["tests"].sum()) + int(self.kept_out["records"].sum())

    @property
    def months(self) -> tuple[str, ...]:
        """The months in which they hold a record, in order."""
        every = pl.concat([self.tests["month"], self.kept_out["month"]])
        return tuple(sorted(every.drop_nulls().unique().cast(pl.String)))


@dataclass(frozen=True)
class Meanings:
    """What the codes of one file mean.

    `meanings` are the distinct meanings, one row each, with a `reason` where they keep a record out and their
    number in the column `number`. `by_code` leads from the codes as given (columns `given`) and the day to that
    number, exactly one for each record.
    """

    number: str
    given: tuple[str, ...]
    meanings: pl.DataFrame
    by_code: pl.DataFrame

    def join_to(self, records: pl.LazyFrame) -> pl.LazyFrame:
        """The records with the number of what their code means, in place of the code."""
        day = pl.col(TEST_DATE).fill_null(UNDATED)
        return join_on_day(records, self.by_code, self.given, day, keep_order=False).drop(self.given)


def add(parts: Iterable[Counts]) -> Counts:
    """The counts of several files together. A key may stand in several rows: whoever reads them adds them up."""
    listed = list(parts)
    return Counts(
        pl.concat([part.tests for part in listed]),
        pl.concat([part.kept_out for part in listed]),
        pl.concat([part.rules for part in listed]),
        pl.concat([part.commissioners for part in listed]),
        pl.concat([part.patients for part in listed]),
        tuple(sorted({item for part in listed for item in part.lacking})),
    )


def reduce_records(records: pl.LazyFrame, reference: ReferenceData) -> Counts:
    """Reduce the records of one file (the 18 items, in the types of the file) to counts.

    Codes are resolved once each, on small tables; the records are then only grouped, and what keeps a group out
    of the tables is decided on the groups. So every record is counted exactly once for each interval.
    """
    dated = _dated(records)
    look_ups = _look_ups(dated, reference)
    # one after the other: collected together, what they share would be held in memory
    groups = [_grouped(dated, look_ups, interval) for interval in INTERVALS]
    # a number stands for one meaning, so what is in the tables has each key once already
    in_tables = [group.filter(pl.col("reason").is_null()).select(*TEST_KEYS, "tests") for group in groups]
    kept_out = groups[0].filter(pl.col("reason").is_not_null())
    return Counts(
        pl.concat(in_tables),
        kept_out.group_by(KEPT_OUT_KEYS).agg(records=pl.col("tests").sum()).sort(KEPT_OUT_KEYS, nulls_last=True),
    )


def _grouped(dated: pl.LazyFrame, look_ups: tuple[Meanings, ...], interval: str) -> pl.DataFrame:
    """The records counted by month, meanings, problem and days of the interval; then in words, see `_explained`."""
    for look_up in look_ups:
        dated = look_up.join_to(dated)
    numbers = [look_up.number for look_up in look_ups]
    keys = ("month", *numbers, "problem", "days")
    numbered = dated.select(*numbers, "problem", month=_month_number(), days=INTERVALS[interval]())
    groups = numbered.group_by(keys).agg(tests=pl.len().cast(pl.Int64)).collect(engine="streaming").sort(keys)
    return _explained(groups, look_ups).with_columns(interval=pl.lit(interval, pl.Categorical))


def _month_number() -> pl.Expr:
    """The months since the year 0 of the test date."""
    return pl.col(TEST_DATE).dt.year() * 12 + pl.col(TEST_DATE).dt.month() - 1


def _dated(records: pl.LazyFrame) -> pl.LazyFrame:
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
        problem=not_dates.cast(PROBLEM),
    )
    in_order = reasons.first_reason((out_of_order(), reasons.DATES_OUT_OF_ORDER)).cast(PROBLEM)
    return read.with_columns(problem=pl.coalesce("problem", in_order))


def _look_ups(dated: pl.LazyFrame, reference: ReferenceData) -> tuple[Meanings, ...]:
    """The meanings of every site, exam and setting code that appears in the records, on the days they span."""
    tested = pl.col(TEST_DATE)
    days = dated.select(first=tested.min(), last=tested.max(), undated=tested.null_count())
    first, last, undated = days.collect(engine="streaming").row(0)
    first, last = first or UNDATED, UNDATED if undated or not last else last
    sites, exams, settings = (
        dated.select(given).unique().collect(engine="streaming") for given in (SITE, EXAM, SETTING)
    )
    return (
        _numbered("place", SITE, providers_of_sites(sites, reference, first, last)),
        _numbered("exam", EXAM, classes_of_exams(exams, reference, first, last)),
        _numbered("setting_number", SETTING, settings_of_codes(settings)),
    )


def _numbered(number: str, given: tuple[str, ...], resolved: pl.DataFrame) -> Meanings:
    meaning = [name for name in resolved.columns if name not in {*given, "valid_from", "valid_to"}]
    meanings = resolved.select(meaning).unique().sort(meaning).with_row_index(number)
    by_code = resolved.join(meanings, on=meaning, nulls_equal=True).drop(meaning)
    return Meanings(number, given, meanings.with_columns(pl.col(pl.String).cast(pl.Categorical)), by_code)


def _explained(groups: pl.DataFrame, look_ups: tuple[Meanings, ...]) -> pl.DataFrame:
    """Groups of records with the meanings of their numbers, and the first reason that keeps them out."""
    for look_up in look_ups:
        meanings = look_up.meanings.rename({"reason": f"{look_up.number}_reason"})
        groups = groups.join(meanings, on=look_up.number, maintain_order="left").drop(look_up.number)
    no_test_date = pl.col("problem").is_in([reasons.TEST_DATE_UNREADABLE, reasons.TEST_DATE_MISSING])
    problem = pl.col("problem").cast(pl.Categorical)
    of_codes = (f"{look_up.number}_reason" for look_up in look_ups)
    return (
        groups.rename({"month": "month_number", "PROVIDER_CODE": "org_code"})
        .join(_months(groups["month"]), on="month_number", how="left", nulls_equal=True, maintain_order="left")
        .with_columns(reason=pl.coalesce(pl.when(no_test_date).then(problem), *of_codes, problem))
    )


def _months(numbers: pl.Series) -> pl.DataFrame:
    """The ISO month of each number of months: month_number, month."""
    year, month = pl.col("month_number") // 12, pl.col("month_number") % 12 + 1
    text = pl.format("{}-{}", year.cast(pl.String).str.zfill(4), month.cast(pl.String).str.zfill(2))
    return numbers.unique().to_frame("month_number").with_columns(month=text.cast(pl.Categorical))
