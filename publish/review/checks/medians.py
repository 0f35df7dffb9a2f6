"""Medians of this year against those of the year before."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from publish.counts.medians import median_days
from publish.period import Month
from publish.review.check import Verdict
from publish.review.checks.draft import CheckedDraft, Outcome, how_many, look_where, number, row_words, worst
from publish.tables.catalogue import BY_MODALITY
from publish.tables.specification import Level

FEWEST_MONTHS: Final = 6  # of the year before, for a range
FEWEST_TESTS: Final = 100  # with both dates, in a month that counts; fewer make a median jump
LEAST_DAYS, LEAST_SHARE = 1.0, 0.25  # how far beyond the range is worth a look: a day, and a quarter of its end
INTERVALS: Final = {"request_to_test": "request to test", "test_to_report": "test to report"}
_TABLES: Final = {"2": "request to test", "3": "test to report"}
NOTHING: Final = (
    "The records hold too few months of the year before, and no earlier release was given (--previous): there is "
    "nothing to compare with."
)


def medians_and_last_year(draft: CheckedDraft) -> Outcome:
    """England's medians and providers' by modality, against last year's months or what was published."""
    before = {str(month.plus(-12)) for month in draft.edition.period.months}
    if len(before & set(draft.counts.months)) >= FEWEST_MONTHS:
        return _against_records(draft, before)
    return _against_published(draft) if draft.previous is not None else Outcome(Verdict.NOT_RUN, NOTHING)


def _against_records(draft: CheckedDraft, before: set[str]) -> Outcome:
    now = {str(month) for month in draft.edition.period.months}
    tests = draft.counts.tests.filter(
        pl.col("modality").cast(pl.String).is_in([label.text for label in BY_MODALITY])
    ).with_columns(pl.col("month", "org_code", "modality", "interval").cast(pl.String))
    england, providers = (_beyond(tests, [*by, "modality", "interval"], before, now) for by in ((), ("org_code",)))
    names = _names(draft)
    places = [*_in_words(england, {}, "England"), *_in_words(providers, names, "")]
    return look_where(
        places,
        f"{how_many(england.height, 'median of England in a month', 'medians of England in months')} and "
        f"{how_many(providers.height, 'median of a provider', 'medians of providers')} lie outside the range of "
        "last year's months by more than a day and a quarter.",
        "Every median of England by modality and month, and of providers over the period, lies within the range of "
        "the months of the year before, or within a day or a quarter of it.",
    )


def _beyond(tests: pl.DataFrame, keys: list[str], before: set[str], now: set[str]) -> pl.DataFrame:
    """The medians that lie beyond the range of last year's months, the farthest first.

    Of England each month is looked at, of providers all months together. Columns: keys, month (null of providers),
    value, low, high (days), beyond (days).
    """
    by_month = median_days(tests.filter(pl.col("month").is_in(list(before))), [*keys, "month"])
    usual = by_month.filter(pl.col("dated") >= FEWEST_TESTS)
    ranges = usual.group_by(keys).agg(low=pl.col("value").min(), high=pl.col("value").max(), months=pl.len())
    alone = [] if "org_code" in keys else ["month"]
    medians = median_days(tests.filter(pl.col("month").is_in(list(now))), [*keys, *alone])
    both = medians.filter(pl.col("dated") >= FEWEST_TESTS).join(
        ranges.filter(pl.col("months") >= FEWEST_MONTHS), on=keys
    )
    beyond = pl.max_horizontal(pl.col("low") - pl.col("value"), pl.col("value") - pl.col("high"))
    end = pl.when(pl.col("value") < pl.col("low")).then("low").otherwise("high")
    slack = pl.max_horizontal(pl.lit(LEAST_DAYS), LEAST_SHARE * end)
    found = both.with_columns(beyond=beyond).filter(pl.col("beyond") > slack)
    named = found if alone else found.with_columns(month=pl.lit(None, pl.String))
    return named.sort("beyond", *keys, "month", descending=[True, *[False] * (len(keys) + 1)], nulls_last=True)


def _names(draft: CheckedDraft) -> dict[str, str]:
    rows = draft.tables.provider["1"].cells.filter(pl.col("level") == Level.PROVIDER.value)
    return dict(rows.select("org_code", "provider_name").unique(maintain_order=True).iter_rows())


def _in_words(found: pl.DataFrame, names: dict[str, str], all_of: str) -> Iterator[str]:
    for row in found.iter_rows(named=True):
        code = str(row.get("org_code") or "")
        who = all_of or names.get(code) or code
        month = Month.parse(row["month"]).words if row["month"] else "all months"
        where = row_words(who, code, row["modality"], INTERVALS[row["interval"]], month)
        same = row["low"] == row["high"]
        usual = number(row["low"]) if same else f"{number(row['low'])} to {number(row['high'])}"
        yield f"{where}: a median of {number(row['value'])} days; the months of last year had {usual}"


def _against_published(draft: CheckedDraft) -> Outcome:
    """England's medians of the year against those of the latest year that was published."""
    if draft.previous is None or draft.previous.is_empty():
        return Outcome(Verdict.NOT_RUN, NOTHING)
    latest = draft.previous["year"].max()
    told = draft.previous.filter(pl.col("year") == latest, pl.col("table").is_in(list(_TABLES)))
    before = {row[:2]: row[2] for row in told.select("table", "label", "value").iter_rows()}
    places = [
        f"England, {label}, {_TABLES[number_of]}: a median of {number(value)} days; that of {latest} was "
        f"{number(before[number_of, label])}"
        for number_of in _TABLES
        for label, value in _of_year(draft, number_of).items()
        if (number_of, label) in before and _differ(value, before[number_of, label])
    ]
    if not before:
        return Outcome(Verdict.NOT_RUN, NOTHING)
    england = look_where(
        places,
        f"{how_many(len(places), 'median of England differs', 'medians of England differ')} from that published "
        f"for {latest} by more than a day and a quarter.",
        f"England's medians by modality are within a day or a quarter of those published for {latest}.",
    )
    said = " Medians of providers were not compared: the records do not hold the year before."
    return worst(Outcome(england.verdict, england.said + said, england.places))


def _of_year(draft: CheckedDraft, number_of: str) -> dict[str, float]:
    england = draft.tables.provider[number_of].england
    return {label: value for (label, _, period), value in england.items() if period == "year"}


def _differ(value: float, before: float) -> bool:
    return abs(value - before) > max(LEAST_DAYS, LEAST_SHARE * before)
