"""The counts of a release, summed over what a table does not tell apart.

A year has millions of counts, most of which differ in their days alone. So they are split once into groups, which
say everything but the days and are few, and the tests of each group by day, which are numbers alone; and a sum that
several tables, or several levels of a table, start from is made once.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from publish.counts.groups import first_rows
from publish.counts.reduction import Counts
from publish.counts.runs import Whole, begins, in_order, sums

EVERY_DAY: Final = None  # in place of the first days of bands
NO_DAY: Final = -1  # in place of a day that is not known, or does not matter
_MOST: Final = 2**62  # groups that one whole number tells apart

Starts = tuple[int, ...] | None


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
    starts: Starts
    grouped: bool


@dataclass(frozen=True)
class Summed:
    """Counts in groups, with the tests of each group by day.

    `groups` has columns of the counts. The first `sizes[0]` of `days` and of `tests` are those of its first row,
    the next `sizes[1]` those of its second, and so on: a day (or NO_DAY), and how many tests there are on it.
    """

    groups: pl.DataFrame
    sizes: Whole
    days: Whole
    tests: Whole

    @cached_property
    def begins(self) -> Whole:
        """The place of the first day of each group."""
        return np.cumsum(self.sizes) - self.sizes

    @cached_property
    def tests_of_groups(self) -> Whole:
        """All tests of each group."""
        return sums(self.tests, self.begins)

    def of(self, held: NDArray[np.bool_]) -> "Summed":
        """The groups that are held, alone."""
        days = np.repeat(held, self.sizes)
        return Summed(self.groups.filter(held), self.sizes[held], self.days[days], self.tests[days])

    def by(self, keys: Sequence[str]) -> "Summed":
        """The tests by these columns of the groups, and by day; each is there once."""
        groups, numbers = _numbered(self.groups.select(keys))
        width = int(self.days.max(initial=0) + 1).bit_length()
        packed = np.repeat(numbers << width, self.sizes) + (self.days + 1)
        packed, tests = in_order(packed, self.tests)
        first = begins([packed], len(packed))
        told = packed[first]
        sizes = np.bincount(told >> width, minlength=groups.height)
        days = ((told & (1 << width) - 1) - 1).astype(np.int32)
        return Summed(groups, sizes, days, sums(tests, first))

    def in_bands(self, starts: tuple[int, ...]) -> "Summed":
        """The same by band of days, each standing at its first day.

        Neighbours alone are summed: a band may be there several times.
        """
        every = np.arange(NO_DAY, int(self.days.max(initial=0)) + 1)
        first_days = np.array([NO_DAY, *starts], np.int32)[np.searchsorted(starts, every, side="right")]
        days = first_days[self.days + 1]
        of_days = np.repeat(np.arange(len(self.sizes)), self.sizes)
        first = begins([of_days, days], len(days))
        sizes = np.bincount(of_days[first], minlength=len(self.sizes))
        return Summed(self.groups, sizes, days[first], sums(self.tests, first))

    def grouped_by_day(self) -> "Summed":
        """The same with a group of its own for each day of a group, which is its column `days`."""
        of_days = np.repeat(np.arange(len(self.sizes)), self.sizes)
        days = pl.select(days=pl.when(pl.lit(pl.Series(self.days)) != NO_DAY).then(pl.lit(pl.Series(self.days))))
        groups = self.groups[of_days].with_columns(days)
        return Summed(groups, np.ones_like(of_days), np.full_like(self.days, NO_DAY), self.tests)


@dataclass(frozen=True)
class Sums:
    """The counts of a release with the sums of them that were made so far."""

    counts: Counts
    _counted: dict[tuple[str, str | None, Starts], Summed] = field(
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
                smallest = min(finer, key=lambda summed: len(summed.days))
                made[names] = smallest.by([*keys, *(["days"] if asked.grouped else [])])
            else:
                made[names] = self._first(asked, keys)
        return made[names]

    def _first(self, asked: Asked, keys: Collection[str]) -> Summed:
        """A sum straight from the counts."""
        counted = self.counted(asked.counts, asked.interval, asked.starts)
        labelled = counted.of(counted.groups[asked.labelled_by].is_not_null().to_numpy())
        summed = labelled.by([*keys])
        return summed.grouped_by_day() if asked.grouped else summed

    def counted(self, name: str, interval: str | None, starts: Starts) -> Summed:
        """A set of counts, split once. In bands of days it is many times smaller."""
        key = (name, interval, starts)
        if key not in self._counted:
            if starts is not None:  # not EVERY_DAY
                self._counted[key] = self.counted(name, interval, EVERY_DAY).in_bands(starts)
            elif interval is not None:
                every = self.counted(name, None, EVERY_DAY)
                self._counted[key] = every.of((every.groups["interval"] == interval).to_numpy())
            else:
                self._counted[key] = split(getattr(self.counts, name))
        return self._counted[key]


def split(counts: pl.DataFrame) -> Summed:
    """A set of counts in groups of neighbouring rows that differ in their days alone.

    The counts stand sorted, so that these are the groups; were they not, a group would be there several times,
    which a sum does not mind.
    """
    groups = first_rows(counts)
    sizes = np.diff(groups["first"].to_numpy().astype(np.intp), append=counts.height)
    tests = counts["tests"].cast(pl.Int32).to_numpy()
    days = counts["days"].fill_null(NO_DAY).to_numpy() if "days" in counts.columns else np.full_like(tests, NO_DAY)
    return Summed(groups.drop("first").with_columns(pl.col(pl.String).cast(pl.Categorical)), sizes, days, tests)


def _numbered(groups: pl.DataFrame) -> tuple[pl.DataFrame, Whole]:
    """Every row that is there, once, in the order in which they are met, and for each that was given its number."""
    packed, size = np.zeros(groups.height, np.int64), 1
    for name in groups.columns:
        codes, several = _without_gaps(_codes(groups[name]))
        if size * several > _MOST:
            packed, size = _without_gaps(np.unique(packed, return_inverse=True)[1])
        packed, size = packed * several + codes, size * several
    _, first, numbers = np.unique(packed, return_index=True, return_inverse=True)
    by_place = np.argsort(first)
    return groups[first[by_place]], np.argsort(by_place)[numbers]


def _without_gaps(codes: NDArray[np.integer[Any]]) -> tuple[Whole, int]:
    """The codes as whole numbers from 0, and how many there are."""
    there = np.zeros(int(codes.max(initial=0)) + 1, np.bool_)
    there[codes] = True
    return (np.cumsum(there) - 1)[codes], int(there.sum())


def _codes(values: pl.Series) -> NDArray[np.uint32]:
    """A whole number for each text, flag or day, and another for none."""
    numbers = (values.to_physical() if values.dtype == pl.Categorical else values).cast(pl.UInt32)
    known = numbers.max()
    return numbers.fill_null(known + 1 if isinstance(known, int) else 0).to_numpy()
