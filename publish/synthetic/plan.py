"""What all made-up records of a file are drawn from, made once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import polars as pl

from publish.period import Month
from publish.reference.vocabulary import cancer_groups, modalities, source_settings
from publish.synthetic.dates import Habits, habits
from publish.synthetic.draws import Whole, table_of_ages, table_of_days, table_of_waits
from publish.synthetic.exams import exam_classes
from publish.synthetic.flaws import flaws
from publish.synthetic.homes import home_regions, table_of_homes
from publish.synthetic.shape import GP_DIRECT_ACCESS, URGENT, cells, providers, shape_table
from publish.synthetic.sites import sites

MODALITIES: Final = tuple(modality.modality for modality in modalities())
SETTINGS: Final = tuple(setting.code for setting in source_settings())
_GROUPS: Final = tuple(group.cancer_group for group in cancer_groups())


@dataclass(frozen=True)
class Tables:
    """Tables of equally likely values: a row for each key of the cells (see draws.look_up)."""

    days: Whole  # days from the first of the month; planned and urgent for each month
    request_to_test: Whole  # days
    test_to_report: Whole  # days
    ages: Whole  # days, by modality
    exams: Whole  # places in exam_codes, by exam class
    homes: Whole  # places in homes, by region


@dataclass(frozen=True)
class Plan:
    """What every record is drawn from.

    `cells` has an array for each of month, provider, modality, setting, exams, request_to_test, test_to_report
    (places in the other lists and tables), urgent and gp (1 or 0); `ends` is the running total of their tests.
    """

    seed: int
    records: int
    month_starts: Whole  # days since 1970
    cells: dict[str, Whole]
    ends: Whole
    tables: Tables
    women: Whole  # per cent, by modality
    providers: pl.DataFrame
    habits: Habits
    flaws: dict[str, Whole]

    def cells_of(self, first: int, records: int) -> dict[str, Whole]:
        """The properties of the cells of so many records, a value for each record."""
        cell = np.searchsorted(self.ends, np.arange(first, first + records), side="right")
        return {name: values[cell] for name, values in self.cells.items()}


def plan(months: Sequence[Month], records: int, seed: int) -> Plan:
    """The plan of so many records of those months."""
    draw = np.random.default_rng((seed, 2))
    requests, request_to_test = table_of_waits("request to test")
    reports, test_to_report = table_of_waits("test to report")
    classes, exams = exam_classes()
    filled = cells(months, records, seed)
    return Plan(
        seed=seed,
        records=records,
        month_starts=np.array([(month.first_day - date(1970, 1, 1)).days for month in months], np.int64),
        cells=_in_places(filled, {"request_to_test": requests, "test_to_report": reports, "exams": classes}),
        ends=np.cumsum(filled["tests"].to_numpy()),
        tables=Tables(
            days=table_of_days(months),
            request_to_test=request_to_test,
            test_to_report=test_to_report,
            ages=table_of_ages(MODALITIES),
            exams=exams,
            homes=table_of_homes(),
        ),
        women=_women(),
        providers=_providers_with_sites(),
        habits=habits(providers(), draw),
        flaws=flaws(records, draw),
    )


def _in_places(filled: pl.DataFrame, keys: dict[str, pl.DataFrame]) -> dict[str, Whole]:
    """The cells with places in lists and tables instead of names; `keys` are those of the tables."""
    group = pl.when(pl.col("exam_class").is_in(_GROUPS)).then("exam_class").otherwise(pl.lit(""))
    named = filled.with_columns(cancer_group=group)
    for name, key in {"provider": providers().select("region_code", "org_code"), **keys}.items():
        named = named.join(key.with_row_index(name), on=key.columns, how="left", maintain_order="left")
    placed = named.select(
        "month",
        "provider",
        "request_to_test",
        "test_to_report",
        "exams",
        modality=pl.col("modality").replace_strict(MODALITIES, range(len(MODALITIES))),
        setting=pl.col("source_setting").replace_strict(SETTINGS, range(len(SETTINGS))),
        urgent=pl.col("source_setting").is_in(URGENT),
        gp=pl.col("source_setting") == GP_DIRECT_ACCESS,
    )
    return {column.name: column.to_numpy().astype(np.int64) for column in placed}


def _women() -> Whole:
    """Women per hundred patients, by modality."""
    ages = shape_table("ages").select("modality", "women_percent").rows()
    return np.array([dict(ages)[modality] for modality in MODALITIES], np.int64)


def _providers_with_sites() -> pl.DataFrame:
    """org_code, region (place in `home_regions`), first_site (place in `sites`) and sites (how many), in the order
    of `providers`.
    """
    counted = sites().group_by("region_code", "org_code", maintain_order=True).agg(sites=pl.len().cast(pl.Int64))
    region = pl.col("region_code").replace_strict(list(home_regions()), range(len(home_regions())))
    first_site = pl.col("sites").cum_sum() - pl.col("sites")
    return counted.select("org_code", "sites", region=region.cast(pl.Int64), first_site=first_site)
