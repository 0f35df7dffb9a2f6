"""The counts of a release, summed over what a table does not tell apart.

A year has millions of counts, most of which differ in their days alone. So they are split once into groups, which
say everything but the days and are few, and the tests of each group by day, which are numbers alone; and a sum that
several tables, or several levels of a table, start from is made once.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from publish.counts.reduction import Counts

GROUP: Final = "group"
EVERY_DAY: Final = None  # in place of the first days of bands
_MEASURED: Final = ("days", "tests")  # the columns of the counts that are no part of a group
_SHIFT: Final = 2**32  # packs a group and a day into one number


@dataclass(frozen=True)
class Asked:
    """Which counts are summed: those of a set (`tests`, `commissioners`, `patients`), of one interval (None where
    the set has none), with a value in the column `labelled_by`.

    `starts` are the first days of the bands of days that are told apart, each band standing at its first day: none
    where days do not matter, or EVERY_DAY. With `grouped` a group has one day, or band, in its own column `days`.
    """

    counts: str
    interval: str | None
    labelled_by: str
    starts: tuple[int, ...] | None
    grouped: bool


@dataclass(frozen=True)
class Summed:
    """Counts in groups: `groups` has columns of the counts, the place of a row is the number of its group; `by_day`
    has group, days (null where not known, or where days do not matter) and tests, each group and day once.
    """

    groups: pl.DataFrame
    by_day: pl.DataFrame

    def by(self, keys: Collection[str], day: pl.Expr, held: pl.Expr) -> "Summed":
        """The tests of the held groups by these columns of theirs and by `day`, an expression of `days`."""
        kept = self.groups.lazy().filter(held).select(keys).unique().with_row_index(GROUP).collect()
        found = self.groups.with_columns(held=held).join(
            kept.with_columns(held=pl.lit(value=True)),
            on=[*keys, "held"],
            how="left",
            nulls_equal=True,
            maintain_order="left",
        )
        return Summed(kept.drop(GROUP), self._by_day(found[GROUP], day))

    def _by_day(self, number: pl.Series, day: pl.Expr) -> pl.DataFrame:
        """The tests by day, of the groups that have a new number. `number`: that of each group, or null.

        Polars groups by one number several times faster than by two columns.
        """
        packed = pl.col(GROUP).cast(pl.Int64) * _SHIFT + day.fill_null(-1).cast(pl.Int64) + 1
        summed = (
            self.by_day.lazy()
            .with_columns(number.gather(self.by_day[GROUP]))
            .filter(pl.col(GROUP).is_not_null())
            .group_by(packed=packed)
            .agg(pl.col("tests").sum())
            .collect(engine="streaming")
        )
        days = (pl.col("packed") % _SHIFT - 1).cast(pl.Int32)
        group = (pl.col("packed") // _SHIFT).cast(pl.UInt32).alias(GROUP)
        return summed.select(group, pl.when(days >= 0).then(days).alias("days"), "tests")

    def grouped_by_day(self) -> "Summed":
        """The same with a group of its own for each day of a group, which is its column `days`."""
        groups = self.groups[self.by_day[GROUP]].with_columns(self.by_day["days"])
        return Summed(groups, self.by_day.drop(GROUP).with_row_index(GROUP))


@dataclass(frozen=True)
class Sums:
    """The counts of a release with the sums of them that were made so far."""

    counts: Counts
    _split: dict[tuple[str, str | None, bool], Summed] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _made: dict[Asked, dict[frozenset[str], Summed]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def by(self, asked: Asked, keys: Collection[str]) -> Summed:
        """The counts that are asked for, summed by these columns: from the smallest sum that has them all."""
        made, names = self._made.setdefault(asked, {}), frozenset(keys)
        if names not in made:
            finer = [summed for finer_names, summed in made.items() if finer_names > names]
            if finer:
                of_group = ["days"] if asked.grouped else []
                smallest = min(finer, key=lambda summed: summed.by_day.height)
                made[names] = smallest.by([*keys, *of_group], pl.col("days"), pl.lit(value=True))
            else:
                made[names] = self._first(asked, keys)
        return made[names]

    def _first(self, asked: Asked, keys: Collection[str]) -> Summed:
        """A sum straight from the counts."""
        counted = self._counted(asked.counts, asked.interval, with_days=asked.starts != ())
        summed = counted.by(keys, _day(asked.starts), pl.col(asked.labelled_by).is_not_null())
        return summed.grouped_by_day() if asked.grouped else summed

    def _counted(self, name: str, interval: str | None, *, with_days: bool) -> Summed:
        """A set of counts, split once. Without days it is a hundred times fewer."""
        key = (name, interval, with_days)
        if key not in self._split:
            if with_days:
                counts: pl.DataFrame = getattr(self.counts, name)
                made = split(counts.filter(pl.col("interval") == interval) if interval else counts)
            else:
                counted = self._counted(name, interval, with_days=True)
                made = counted.by(counted.groups.columns, _day(()), pl.lit(value=True))
            self._split[key] = made
        return self._split[key]


def split(counts: pl.DataFrame) -> Summed:
    """A set of counts in groups of neighbouring rows that differ in their days alone.

    The counts stand sorted, so that these are the groups; were they not, a group would be there several times,
    which a sum does not mind.
    """
    keys = [name for name in counts.columns if name not in _MEASURED]
    coded = [pl.col(name) if counts.schema[name] == pl.Boolean else pl.col(name).to_physical() for name in keys]
    differs = pl.any_horizontal(code.ne_missing(code.shift()) for code in coded)
    begins = counts.select((differs | (pl.int_range(pl.len()) == 0)).alias("begins"))["begins"]
    days = [] if "days" in counts.columns else [pl.lit(None, pl.Int32).alias("days")]
    group = (begins.cum_sum() - 1).cast(pl.UInt32).alias(GROUP)
    groups = counts.filter(begins).select(keys).with_columns(pl.col(pl.String).cast(pl.Categorical))
    return Summed(groups, counts.with_columns(group, *days).select(GROUP, *_MEASURED))


def _day(starts: tuple[int, ...] | None) -> pl.Expr:
    """The day, or the first day of its band."""
    if starts is None:  # EVERY_DAY
        return pl.col("days")
    first = pl.lit(None, pl.Int32)
    for start in starts:
        first = pl.when(pl.col("days") >= start).then(pl.lit(start, pl.Int32)).otherwise(first)
    return first
