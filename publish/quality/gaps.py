"""Months in which a series lacks or has too many records, by what is usual for it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from publish.quality.levels import Levels, Numbers
from publish.quality.reported import Series

LOW, HIGH = 0.8, 1.3  # of what is expected: less may lack records, more may be too many
FAR: Final = 4.0  # spreads from what is expected
STEP_DOWN, STEP_UP = 0.75, 1.35  # of the level before, for good


class Kind(StrEnum):
    """How a series departs from what is usual: nothing at all, less, less for good; more, more for good."""

    WHOLE = "whole"
    PART = "part"
    LESS = "less"
    MORE = "more"
    MORE_FOR_GOOD = "more for good"


@dataclass(frozen=True)
class Gap:
    """Months (places in the series) in which one row of a series departs from `usual` (tests, for every month)."""

    row: int
    kind: Kind
    places: tuple[int, ...]
    usual: Numbers

    def records(self, series: Series) -> float:
        """How many records are missing, or too many."""
        return abs(float((self.expected - self.reported(series)).sum()))

    @property
    def expected(self) -> Numbers:
        """What is usual in its months."""
        return self.usual[list(self.places)]

    def reported(self, series: Series) -> Numbers:
        """What was reported in its months."""
        return series.values[self.row, list(self.places)]

    def ratio(self, series: Series) -> float:
        """What was reported, as a share of what is usual."""
        return float(self.reported(series).sum() / self.expected.sum())

    def without(self, places: set[int]) -> "Gap | None":
        """The gap without these months; None where nothing is left."""
        left = tuple(place for place in self.places if place not in places)
        return replace(self, places=left) if left else None


def gaps(series: Series, levels: Levels, in_period: Sequence[int]) -> Iterator[Gap]:
    """Every gap and excess of the series in these months, by row."""
    values, distance = series.values, levels.distance(series.values)
    usual, before = np.nan_to_num(levels.expected), np.nan_to_num(levels.before)
    known, stepped, there = np.isfinite(levels.expected), np.isfinite(levels.before), ~levels.absent
    part = there & known & (values < LOW * usual) & (distance < -FAR)
    more = there & known & (values > HIGH * usual) & (distance > FAR)
    off = part | more
    flags = {
        Kind.WHOLE: known & levels.absent,
        Kind.PART: part,
        Kind.LESS: there & ~off & stepped & (usual < STEP_DOWN * before),
        Kind.MORE: more,
        Kind.MORE_FOR_GOOD: there & ~off & stepped & (usual > STEP_UP * before) & (before > 0),
    }
    for row in range(len(values)):
        for kind, flagged in flags.items():
            places = tuple(place for place in in_period if flagged[row, place])
            if places:
                of = before if kind in (Kind.LESS, Kind.MORE_FOR_GOOD) else usual
                yield Gap(row, kind, places, of[row])
