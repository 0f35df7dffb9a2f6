"""What was reported, as the finders of provider issues look at it: series of tests by month."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from publish.counts.pieces import INTERVALS
from publish.counts.reduction import Counts
from publish.counts.runs import sums
from publish.fields.organisation import NHS_TRUST
from publish.period import Month, MonthlyPeriod
from publish.quality.levels import Flags, Levels, Numbers, Season, levels_of, season_of
from publish.reference.tables import ReferenceData
from publish.tables.places import places_on
from publish.tables.specification import Level
from publish.tables.sums import NO_DAY, Summed, split

NEARLY_ALL: Final = 0.9  # of a provider's tests: a site or modality with so many stands for the provider
ONCE: Final = next(iter(INTERVALS))  # every test is counted once for each interval


@dataclass(frozen=True)
class Series:
    """Tests by month of each thing named by its key (provider; provider and modality; provider and site).

    `values` has a row for each key and a column for each of `months`. `steps` are the months from which one is
    known to have another level.
    """

    keys: tuple[tuple[str, ...], ...]
    months: tuple[Month, ...]
    values: Numbers
    by_site: bool = False
    steps: Flags | None = None

    @cached_property
    def parts(self) -> frozenset[int]:
        """The rows that are a part of a provider: not nearly all of it."""
        totals: dict[str, float] = {}
        for key, values in zip(self.keys, self.values, strict=True):
            totals[key[0]] = totals.get(key[0], 0.0) + float(values.sum())
        rows = enumerate(zip(self.keys, self.values, strict=True))
        return frozenset(row for row, (key, values) in rows if values.sum() < NEARLY_ALL * totals[key[0]])

    def part_of(self, part: tuple[str, ...]) -> tuple[str | None, str | None]:
        """The site and the modality that the rest of a key names."""
        if not part:
            return None, None
        return (part[0], None) if self.by_site else (None, part[0])

    @cached_property
    def season(self) -> Season:
        """What all of them have in common."""
        return season_of(self.values)

    @cached_property
    def levels(self) -> Levels:
        """What is usual for each of them."""
        return levels_of(self.values, self.season, self.steps)

    def levels_in(self, season: Season) -> Levels:
        """What is usual for each of them in a season that others tell better."""
        return levels_of(self.values, season, self.steps)


@dataclass(frozen=True)
class Reported:
    """The counts of a release, and what the finders need to know to judge and to name them.

    `months` are all that the records hold of those that the release uses; findings are about those of `period`.
    """

    counts: Counts
    period: MonthlyPeriod
    reference: ReferenceData

    @cached_property
    def groups(self) -> pl.DataFrame:
        """The counts of tests without their days: the columns of `Counts.tests` that say neither, tests, undated
        (those of them without a day). A group may be there several times.
        """
        undated = np.where(self._split.days == NO_DAY, self._split.tests, 0)
        return self._split.groups.with_columns(
            tests=self._split.tests_of_groups, undated=sums(undated, self._split.begins)
        )

    @cached_property
    def alike(self) -> pl.DataFrame:
        """Tests that differ in their days alone, every test once: the columns of `groups` but undated, days (how
        many different ones there are), odd (on how many of these the number of tests is odd).
        """
        once = self._split.of((self._split.groups["interval"] == ONCE).to_numpy())
        summed = once.by(once.groups.columns)
        odd = sums(summed.tests & 1, summed.begins)
        return summed.groups.with_columns(tests=summed.tests_of_groups, days=summed.sizes, odd=odd)

    @cached_property
    def _split(self) -> Summed:
        return split(self.counts.tests)

    @cached_property
    def tests(self) -> pl.DataFrame:
        """Tests by month (ISO), org_code, modality, setting; of the months that the release uses."""
        usable = [str(month) for month in self.period.usable]
        grouped = self.alike.group_by("month", "org_code", "modality", "setting").agg(pl.col("tests").sum())
        return _in_texts(grouped).filter(pl.col("month").is_in(usable))

    @cached_property
    def months(self) -> tuple[Month, ...]:
        """The months with records, without those before a month that has none."""
        held = {Month.parse(text) for text in self.tests["month"].unique()}
        unbroken = [*self.period.months]
        while unbroken[0].plus(-1) in held and unbroken[0] > self.period.usable[0]:
            unbroken.insert(0, unbroken[0].plus(-1))
        return tuple(month for month in unbroken if month in held)

    @cached_property
    def in_period(self) -> tuple[int, ...]:
        """The places of the months that findings are about."""
        return tuple(place for place, month in enumerate(self.months) if month in self.period.months)

    @cached_property
    def providers(self) -> Series:
        """Tests of each provider by month. From the month in which it succeeded another it has another level."""
        series = self._series(self.tests, ("org_code",))
        begun = self.reference.successions.drop_nulls(["successor", "valid_from"])
        took_over = {
            (code, Month(day.year, day.month)) for code, day in begun.select("successor", "valid_from").iter_rows()
        }
        steps = [[(code, month) in took_over for month in self.months] for (code,) in series.keys]
        return replace(series, steps=np.array(steps, dtype=np.bool_).reshape(series.values.shape))

    @cached_property
    def modalities(self) -> Series:
        """Tests of each provider and modality by month."""
        return self._series(self.tests, ("org_code", "modality"))

    @cached_property
    def sites(self) -> Series:
        """Tests of each provider and site by month."""
        first = pl.col("day").dt.month_start()
        by_site = self.days.group_by("org_code", "site_code", month=first).agg(pl.col("tests").sum())
        in_words = by_site.with_columns(pl.col("month").dt.strftime("%Y-%m"))
        return replace(self._series(in_words, ("org_code", "site_code")), by_site=True)

    @cached_property
    def site_levels(self) -> Levels:
        """What is usual for each site, in the season of all providers."""
        return self.sites.levels_in(self.providers.season)

    @cached_property
    def days(self) -> pl.DataFrame:
        """Tests by org_code, site_code, modality and day, of the months with records."""
        first, last = self.months[0].first_day, self.months[-1].last_day
        of_months = self.counts.sites.lazy().filter(pl.col("day").is_between(first, last))
        summed = of_months.group_by("org_code", "site_code", "modality", "day").agg(pl.col("tests").sum())
        return _in_texts(summed.collect(engine="streaming"))

    @cached_property
    def month_of_england(self) -> float:
        """The tests of all providers in a usual month: what is small and large is told by it."""
        return float(np.median(self.providers.values.sum(axis=0)))

    @cached_property
    def names(self) -> dict[str, str]:
        """What each provider is called in the tables of the release."""
        places = places_on(self.reference, self.period.latest.last_day)
        rows = places.filter(pl.col("level") == Level.PROVIDER.value).select("code", "provider_name")
        return dict(rows.iter_rows())

    @cached_property
    def regions(self) -> dict[str, str]:
        """The region in which each provider has most of its tests."""
        by_region = self.groups.group_by("org_code", "region_code").agg(pl.col("tests").sum())
        ordered = _in_texts(by_region).sort("tests", "region_code")
        return dict(ordered.select("org_code", "region_code").iter_rows())

    @cached_property
    def site_names(self) -> dict[str, str]:
        """What each site is called, the latest name that is known."""
        named = self.reference.sites.drop_nulls("site_name").sort("site_code", "valid_from", nulls_last=False)
        return dict(named.select("site_code", "site_name").iter_rows())

    def is_trust(self, code: str) -> bool:
        """Whether it is an NHS trust, which is always there: its blank months are gaps."""
        return re.match(NHS_TRUST, code) is not None

    def of_provider(self, code: str, places: Sequence[int]) -> float:
        """The tests of a provider in those months."""
        return float(self.providers.values[self.providers.keys.index((code,)), list(places)].sum())

    def _series(self, rows: pl.DataFrame, keys: Sequence[str]) -> Series:
        months = [str(month) for month in self.months]
        summed = rows.filter(pl.col("month").is_in(months)).group_by(*keys, "month").agg(pl.col("tests").sum())
        wide = summed.pivot("month", index=keys, values="tests").sort(keys)
        columns = [
            wide[name].fill_null(0).to_numpy() if name in wide.columns else np.zeros(wide.height) for name in months
        ]
        values = np.column_stack(columns).astype(np.float64) if columns else np.zeros((wide.height, 0))
        return Series(tuple(wide.select(keys).iter_rows()), self.months, values)


def _in_texts(summed: pl.DataFrame) -> pl.DataFrame:
    """Sums with texts for codes."""
    return summed.cast({pl.Categorical: pl.String})
