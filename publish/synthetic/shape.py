"""How many made-up tests each provider does each month, by modality, exam class and source setting.

The proportions are those of the published 2023-24 totals: the bundled tables `shape_*.csv`.
"""

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from publish.bundled import bundled
from publish.period import Month, months_between

GROWTH_PER_YEAR: Final = 1.03  # for months before and after those of the bundled totals
NHS_TRUST: Final = "NHS trust"
INTERVENTIONAL: Final = "Interventional"
GP_DIRECT_ACCESS: Final = "04"
URGENT: Final = ("01", "02", "05")  # inpatients, day cases, accident and emergency
_SHAPE_MONTHS: Final = months_between(Month(2022, 4), Month(2024, 3))  # those of the bundled national totals
_PROVIDERS_BEGIN: Final = date(2018, 4, 1)  # the first day of the bundled provider table
_MONTH_TO_MONTH: Final = 0.08  # spread of a provider's monthly count about its share, as a proportion
_PROVIDERS_MISSING_A_MONTH: Final = 6
_MIDDLING: Final = (20_000, 300_000)  # tests a year of a provider whose missing month is noticed but changes little
_KIND: Final = ["modality", "sector", "kind"]
_MIX: Final = ["modality", "sector", "exam_class", "source_setting"]
_CELL: Final = ["month", "region_code", "org_code", "modality", "exam_class", "source_setting"]


def shape_table(name: str) -> pl.DataFrame:
    """A bundled table `shape_<name>.csv`: codes and names as text, the other columns as numbers."""
    codes = {"source_setting": pl.String, "cancer_group": pl.String}
    table = pl.read_csv(bundled("reference_data") / f"shape_{name}.csv", schema_overrides=codes)
    return table.with_columns(pl.col(pl.String).fill_null(""))


def providers() -> pl.DataFrame:
    """A row for each provider and region: region_code, org_code, sector, tests (in the year of the totals)."""
    every = shape_table("providers").group_by("region_code", "org_code").agg(pl.col("tests").sum())
    return every.with_columns(sector=_sector()).sort("region_code", "org_code")


def exam_mix() -> pl.DataFrame:
    """How the tests of a modality divide: modality, sector, exam_class, source_setting, share (adds up to 1).

    `exam_class` is a cancer test group, `Interventional`, or empty for every other exam. GP direct access takes
    its published part of each group (Table 4) and none of interventional radiology; what is left of each
    setting (Table 11) are the other exams.
    """
    settings = shape_table("settings").with_columns(kind=_kind_of_setting())
    of_its_kind = pl.col("tests") / pl.col("tests").sum().over(_KIND)
    named = _named_classes().join(settings.with_columns(part=of_its_kind).drop("tests"), on=_KIND)
    named = named.select(*_MIX, tests=pl.col("n") * pl.col("part"))
    mix = pl.concat([named, _other_exams(settings, named)]).filter(pl.col("tests") > 0).sort(_MIX)
    return mix.select(*_MIX, share=pl.col("tests") / pl.col("tests").sum().over("modality", "sector"))


def _other_exams(settings: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """What the named classes leave of each setting: _MIX, tests."""
    of_setting = ["modality", "sector", "source_setting"]
    taken = named.group_by(of_setting).agg(taken=pl.col("tests").sum())
    left = (pl.col("tests") - pl.col("taken").fill_null(0)).clip(lower_bound=0)
    both = settings.join(taken, on=of_setting, how="left").with_columns(exam_class=pl.lit(""), tests=left)
    return both.select(*_MIX, "tests")


def _kind_of_setting() -> pl.Expr:
    """`urgent` (accident and emergency, inpatients, day cases), `gp` (GP direct access) or `planned`."""
    setting = pl.col("source_setting")
    urgent = pl.when(setting.is_in(URGENT)).then(pl.lit("urgent"))
    return urgent.when(setting == GP_DIRECT_ACCESS).then(pl.lit("gp")).otherwise(pl.lit("planned"))


def _named_classes() -> pl.DataFrame:
    """The cancer groups and interventional radiology by kind of setting: _KIND, exam_class, n."""
    tests, gp, planned = (pl.col(name) for name in ("tests", "gp_direct_access_tests", "planned_tests"))
    by_kind = {"gp": gp, "planned": planned, "urgent": tests - gp - planned}
    of_class = ["modality", "sector", "exam_class"]
    wide = shape_table("exam_classes").select(*of_class, **by_kind)
    return wide.unpivot(list(by_kind), index=of_class, variable_name="kind", value_name="n")


def _sector() -> pl.Expr:
    """NHS trusts have codes beginning with R; every other provider of the tables is independent."""
    is_trust = pl.col("org_code").str.starts_with("R")
    return pl.when(is_trust).then(pl.lit(NHS_TRUST)).otherwise(pl.lit("Independent"))


def cells(months: Sequence[Month], records: int, seed: int) -> pl.DataFrame:
    """Exactly so many tests divided over cells: month (its place in `months`), region_code, org_code, modality,
    exam_class, source_setting, tests. Ordered by all of these; cells without tests are left out.
    """
    draw = np.random.default_rng((seed, 1))
    expected = _activity(months, draw).join(exam_mix(), on=["modality", "sector"])
    # Modality straight after month: then rounding keeps the national count of each to within one test.
    expected = expected.sort("month", "modality", "org_code", "region_code", "exam_class", "source_setting")
    share = (expected["weight"] * expected["share"]).to_numpy()
    counted = expected.with_columns(tests=_whole_numbers(share, records, draw.random()))
    return counted.filter(pl.col("tests") > 0).select(*_CELL, "tests").sort(_CELL)


def _whole_numbers(share: np.ndarray, total: int, start: float) -> pl.Series:
    """Whole numbers in proportion to the shares that add up to exactly the total.

    The running total is rounded, not each number, so any stretch of neighbours is within one of its share. The
    largest remainders would all fall to the same large providers when there are fewer records than cells.
    """
    running = np.cumsum(share)
    running *= total / running[-1]
    running[-1] = total
    return pl.Series(np.diff(np.floor(running + start), prepend=0).astype(np.int64))


def _activity(months: Sequence[Month], draw: np.random.Generator) -> pl.DataFrame:
    """Relative activity: month, region_code, org_code, sector, modality, weight.

    The weights of a month and modality add up to the national total, whichever providers submitted that month.
    """
    work = shape_table("providers").with_columns(sector=_sector()).join(_national(months), on="modality")
    work = work.join(_submitting(months), on=["month", "org_code"], how="semi")
    work = work.join(_missing(len(months), draw), on=["month", "org_code"], how="anti")
    work = work.sort("month", "region_code", "org_code", "modality")
    work = work.with_columns(size=work["tests"] * pl.Series(draw.lognormal(0, _MONTH_TO_MONTH, work.height)))
    share = pl.col("size") / pl.col("size").sum().over("month", "modality")
    return work.select("month", "region_code", "org_code", "sector", "modality", weight=pl.col("national") * share)


def _national(months: Sequence[Month]) -> pl.DataFrame:
    """month (its place), modality, national: the published count of that month, or of the nearest year, grown."""
    years = [_years_from_shape(month) for month in months]
    calendar = pl.DataFrame(
        {
            "shape_month": [str(month.plus(-12 * away)) for month, away in zip(months, years, strict=True)],
            "growth": [GROWTH_PER_YEAR**away for away in years],
        }
    )
    totals = shape_table("months").rename({"month": "shape_month"})
    joined = calendar.with_row_index("month").join(totals, on="shape_month")
    return joined.select("month", "modality", national=pl.col("tests") * pl.col("growth"))


def _years_from_shape(month: Month) -> int:
    """How many years a month lies after the bundled totals; before them it is negative."""
    first, last = (end.financial_year.start for end in (_SHAPE_MONTHS[0], _SHAPE_MONTHS[-1]))
    start = month.financial_year.start
    return start - min(max(start, first), last)


def _submitting(months: Sequence[Month]) -> pl.DataFrame:
    """month (its place), org_code: the providers that existed by the bundled provider table."""
    known = pl.read_csv(bundled("reference_data") / "providers.csv", try_parse_dates=True)
    days = [max(month.first_day, _PROVIDERS_BEGIN) for month in months]
    each = pl.DataFrame({"day": days}).with_row_index("month").join(known, how="cross")
    not_ended = pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("day"))
    return each.filter(pl.col("valid_from") <= pl.col("day"), not_ended).select("month", "org_code").unique()


def _missing(months: int, draw: np.random.Generator) -> pl.DataFrame:
    """month (its place), org_code: a few middling providers that submitted nothing for one month."""
    trusts = providers().filter(pl.col("sector") == NHS_TRUST, pl.col("tests").is_between(*_MIDDLING))["org_code"]
    chosen = draw.choice(trusts.to_numpy(), _PROVIDERS_MISSING_A_MONTH if months > 1 else 0, replace=False)
    latest_year = max(0, months - 12)  # where a release shows it
    which = pl.Series("month", draw.integers(latest_year, months, len(chosen)), dtype=pl.UInt32)
    return pl.DataFrame([which, pl.Series("org_code", chosen, dtype=pl.String)])
