"""What a provider, a site or a modality usually reports in a month: its own level, the season, steps, the spread.

Months are judged against the rest of the same series, so a whole month that is lacking, a part of one and a step to
another level are told apart. What moves all providers together (season, trend, a pandemic) is expected of each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]

ABSENT_BELOW: Final = 0.05  # of a series' second highest month: what is less is as good as nothing
FEWEST_MONTHS: Final = 3  # in which a series must report before anything can be expected of it
STEADY: Final = 1_000  # tests a month from which a series takes part in telling the season
LEAST_SPREAD: Final = 0.06  # of the logarithm: even large providers differ by this from month to month
SAMPLING: Final = 1.5  # times one over the root of the tests, the spread of small numbers
COMMON_SPREAD: Final = 1.5  # times the spread of all in a month, by which each may stray in it
# Costs of a fit in spreads: what a month off its level costs at most (low ones a little less: records are lacking
# more often than doubled), and a step to another level.
LOW_COST, HIGH_COST, STEP_COST = 4.0, 4.5, 7.0
LONGEST_DIP: Final = 5  # months: a level between two others that lasts no longer is no level of its own
DIP, BUMP = 0.8, 1.3  # of the lower and of the higher of its neighbours


@dataclass(frozen=True)
class Levels:
    """What is usual, for each series (row) and month (column).

    `expected`: tests; NaN where too little is known. `before`: tests, had the series kept the level it had before
    its last step; NaN before a first step. `absent`: as good as nothing was reported. `spread`: of the logarithm.
    """

    expected: Numbers
    before: Numbers
    absent: Flags
    spread: Numbers

    def distance(self, values: Numbers) -> Numbers:
        """How many spreads the values lie above (below: negative) what is expected."""
        return (np.log(np.maximum(values, 1.0)) - np.log(np.maximum(self.expected, 1.0))) / self.spread


@dataclass(frozen=True)
class Season:
    """What all series have in common: a factor for each month, and how far they stray from it in that month."""

    factors: Numbers
    spread: Numbers


def season_of(values: Numbers) -> Season:
    """The season and trend of series of tests by month; none where no series is large and steady enough."""
    shown = _present(values)
    middle = _medians(np.where(shown, values, np.nan))
    steady = np.where(shown, values, np.nan)[(middle >= min(STEADY, np.nanmax([*middle, 0.0]) / 10)) & (middle > 0)]
    factors = np.ones(values.shape[1])
    if not len(steady):
        return Season(factors, np.zeros(values.shape[1]))
    for _ in range(5):
        levels = _medians(steady / factors)
        found = _medians((steady / levels[:, None]).T)
        factors = np.where(np.isfinite(found) & (found > 0), found, 1.0)
        factors = factors / factors.mean()
    strayed = np.log(np.maximum(steady, 1.0)) - np.log(_medians(steady / factors)[:, None] * factors)
    return Season(factors, np.nan_to_num(1.4826 * _medians(np.abs(strayed - _medians(strayed.T)).T)))


def levels_of(values: Numbers, season: Season, steps: Flags | None = None) -> Levels:
    """What is usual for series of tests by month.

    `steps`: the months from which a series is known to have another level.
    """
    shown = _present(values)
    logs = np.where(shown, np.log(np.maximum(values, 1.0) / season.factors), np.nan)
    spread = np.maximum(_spread(logs, values)[:, None], COMMON_SPREAD * season.spread)
    level, before = _fitted(logs, spread, np.zeros(logs.shape, dtype=np.bool_) if steps is None else steps)
    known = shown.sum(axis=1) >= FEWEST_MONTHS
    level[~known] = np.nan
    return Levels(
        expected=np.exp(level) * season.factors,
        before=np.exp(np.where(known[:, None], before, np.nan)) * season.factors,
        absent=~shown,
        spread=spread,
    )


def _present(values: Numbers) -> Flags:
    second = np.sort(values, axis=1)[:, -2] if values.shape[1] > 1 else values[:, 0]
    return values > ABSENT_BELOW * second[:, None]


def _spread(logs: Numbers, values: Numbers) -> Numbers:
    """The spread of each series: of its changes from month to month, at least what small numbers come to."""
    changes = np.abs(np.diff(logs, axis=1))
    own = np.nan_to_num(1.4826 * _medians(changes) / np.sqrt(2)) if changes.shape[1] else np.zeros(len(logs))
    sampling = SAMPLING / np.sqrt(np.maximum(np.nan_to_num(_medians(np.where(values > 0, values, np.nan))), 1.0))
    return np.maximum(np.maximum(own, sampling), LEAST_SPREAD)


def _fitted(logs: Numbers, spread: Numbers, steps: Flags) -> tuple[Numbers, Numbers]:
    """The level of each series in each month, and the one before its last step (logarithms; NaN where none is).

    The steps are those of the least cost: of months off their level, and of the steps.
    """
    cuts = _cuts(logs, spread, np.where(steps, 0.0, STEP_COST))
    level, before = np.full(logs.shape, np.nan), np.full(logs.shape, np.nan)
    of_stretches = _levels_of_stretches(logs, cuts)
    for row, stretches in enumerate(cuts):
        _fill(level[row], before[row], stretches, [of_stretches[stretch][row] for stretch in stretches])
    return level, before


def _levels_of_stretches(
    logs: Numbers, cuts: Sequence[Sequence[tuple[int, int]]]
) -> dict[tuple[int, int], dict[int, float]]:
    """The level of each stretch of months, by the row of each series that has such a stretch."""
    rows: dict[tuple[int, int], list[int]] = {}
    for row, stretches in enumerate(cuts):
        for stretch in stretches:
            rows.setdefault(stretch, []).append(row)
    return {
        (start, end): dict(zip(those, _medians(logs[those, start:end]).tolist(), strict=True))
        for (start, end), those in rows.items()
    }


def _cuts(logs: Numbers, spread: Numbers, step_costs: Numbers) -> list[list[tuple[int, int]]]:
    """For each series the stretches of months with one level: first month, and the month after the last."""
    series, months = logs.shape
    best = np.full((months + 1, series), np.inf)
    best[0] = 0.0
    back = np.zeros((months + 1, series), dtype=np.int64)
    for end in range(1, months + 1):
        for start in range(end):
            step = step_costs[:, start] if start else 0.0
            cost = best[start] + _cost(logs[:, start:end], spread[:, start:end]) + step
            better = cost < best[end] - 1e-9
            best[end][better], back[end][better] = cost[better], start
    return [_stretches(back[:, row], months) for row in range(series)]


def _stretches(back: NDArray[np.int64], months: int) -> list[tuple[int, int]]:
    stretches: list[tuple[int, int]] = []
    end = months
    while end:
        stretches.append((int(back[end]), end))
        end = int(back[end])
    return stretches[::-1]


def _cost(logs: Numbers, spread: Numbers) -> Numbers:
    """What it costs each series to have one level, its median, in these months."""
    off = (logs - _medians(logs)[:, None]) / spread
    each = np.where(off < 0, np.minimum(-off, LOW_COST), np.minimum(off, HIGH_COST))
    return np.nansum(each, axis=1)


def _fill(level: Numbers, before: Numbers, stretches: Sequence[tuple[int, int]], found: Sequence[float]) -> None:
    """Write the levels of one series, as found; a dip or a bump between two has the level of its neighbours."""
    kept = list(found)
    for place in range(1, len(found) - 1):
        neighbours = found[place - 1], found[place + 1]
        start, end = stretches[place]
        low, high = min(neighbours) + np.log(DIP), max(neighbours) + np.log(BUMP)
        if end - start <= LONGEST_DIP and not low <= found[place] <= high:
            kept[place] = float(np.mean(neighbours))
    for place, (start, end) in enumerate(stretches):
        level[start:end] = kept[place]
        if place and kept[place] == found[place]:
            before[start:end] = kept[place - 1]


def _medians(rows: Numbers) -> Numbers:
    """The median of each row, of what is known of it; NaN where nothing is."""
    ordered = np.sort(rows, axis=1)  # NaN last
    known = np.isfinite(ordered).sum(axis=1)
    last = np.maximum(known - 1, 0)
    places = np.arange(len(rows))
    if rows.shape[1] == 0:
        return np.full(len(rows), np.nan)
    middle = (ordered[places, last // 2] + ordered[places, (last + 1) // 2]) / 2
    return np.where(known > 0, middle, np.nan)
