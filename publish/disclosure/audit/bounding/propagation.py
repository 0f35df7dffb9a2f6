"""Bounds by repeated subtraction: what each row, on its own, says of each of its unknowns."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from publish.disclosure.audit.bounding.system import UNBOUNDED, Mask, System, Whole

SWEEPS: Final = 500
"""Bounds that still creep after so many sweeps are left where they are: they are true, if not the closest."""
_OPEN: Final = 2**62  # further than any row can reach
_FAR: Final = UNBOUNDED // 2  # what follows from no limit is no limit


@dataclass(frozen=True)
class Propagated:
    """Bounds of every unknown, the rows left out, and whether nothing more follows from any single row."""

    low: Whole
    high: Whole
    left_out: Mask
    settled: bool


class _Entries:
    """The coefficients of some of the rows, one after the other."""

    def __init__(self, system: System, chosen: Mask) -> None:
        lengths = np.diff(system.rows.indptr)
        within = np.repeat(chosen, lengths)
        self.rows = np.flatnonzero(chosen & (lengths > 0))
        self.lengths = lengths[self.rows]
        self.starts = np.cumsum(self.lengths) - self.lengths
        self.unknown: Whole = system.rows.indices[within].astype(np.int64)
        self.by: Whole = system.rows.data[within].astype(np.int64)
        self.least = np.where(system.least > -UNBOUNDED, system.least, -_OPEN)[self.rows]
        self.most = np.where(system.most < UNBOUNDED, system.most, _OPEN)[self.rows]

    def each(self, of_rows: Whole) -> Whole:
        """What belongs to a row, beside each of its coefficients."""
        return np.repeat(of_rows, self.lengths)

    def narrowed(self, low: Whole, high: Whole) -> tuple[Whole, Whole, Mask]:
        """The bounds that each row sets to each of its unknowns, and whether the row can hold at all."""
        up = self.by > 0
        at_low, at_high = self.by * low[self.unknown], self.by * high[self.unknown]
        smallest, largest = np.where(up, at_low, at_high), np.where(up, at_high, at_low)
        bottom, top = np.add.reduceat(smallest, self.starts), np.add.reduceat(largest, self.starts)
        most = self.each(self.most - bottom) + smallest
        least = self.each(self.least - top) + largest
        upper = np.where(up, most, least) // self.by
        lower = -(-np.where(up, least, most) // self.by)
        return lower, upper, (bottom <= self.most) & (top >= self.least)


def propagate(system: System, left_out: Mask) -> Propagated:
    """Narrow the bounds row by row until nothing more follows, without the rows in `left_out`.

    A row that cannot hold with the bounds that the rows before it allow contradicts them: it is left out as well,
    and all begins again without it. Rule: disclosure specification, "Routes", 3: differences.
    """
    out = left_out.copy()
    while True:
        low, high, against, settled = _fixpoint(system, ~out)
        if not against.size:
            return Propagated(low, high, out, settled)
        out[against] = True


def _fixpoint(system: System, within: Mask) -> tuple[Whole, Whole, Whole, bool]:
    """The bounds, rows that contradict (then the bounds are worth nothing), and whether all is settled."""
    low, high = system.low.copy(), system.high.copy()
    active = within
    for _ in range(SWEEPS):
        entries = _Entries(system, active)
        if not entries.rows.size:
            return low, high, entries.rows, True
        changed, against = _sweep(entries, low, high)
        if against.size:
            return low, high, _apart(system, against), True
        active = within & _touching(system, changed)
    return low, high, np.zeros(0, np.int64), False


def _sweep(entries: _Entries, low: Whole, high: Whole) -> tuple[Mask, Whole]:
    """Narrow `low` and `high` in place by these rows: which unknowns changed, and which rows contradict."""
    lower, upper, possible = entries.narrowed(low, high)
    if not possible.all():
        return np.zeros(low.size, np.bool_), entries.rows[~possible]
    upper = np.where(upper > _FAR, UNBOUNDED, upper)
    before = low.copy(), high.copy()
    np.maximum.at(low, entries.unknown, lower)
    np.minimum.at(high, entries.unknown, upper)
    crossed = low > high
    blamed = crossed[entries.unknown] & (
        (lower > before[0][entries.unknown]) | (upper < before[1][entries.unknown])
    )
    against = _last(entries.each(entries.rows)[blamed], entries.unknown[blamed], low.size)
    return (low != before[0]) | (high != before[1]), against


def _last(rows: Whole, unknowns: Whole, size: int) -> Whole:
    """For each unknown that rows disagree about, the last of the rows."""
    last = np.full(size, -1, np.int64)
    np.maximum.at(last, unknowns, rows)
    return np.unique(last[last >= 0])


def _touching(system: System, unknowns: Mask) -> Mask:
    """The rows that have one of these unknowns."""
    return np.bincount(_row_of_each(system)[unknowns[system.rows.indices]], minlength=system.least.size) > 0


def _apart(system: System, rows: Whole) -> Whole:
    """Of rows that share an unknown, the first alone: without it the others may hold."""
    chosen = np.zeros(system.least.size, np.bool_)
    chosen[rows] = True
    entries = _Entries(system, chosen)
    if not entries.rows.size:
        return rows
    first = np.full(system.low.size, system.least.size, np.int64)
    np.minimum.at(first, entries.unknown, entries.each(entries.rows))
    return entries.rows[np.minimum.reduceat(first[entries.unknown], entries.starts) == entries.rows]


def _row_of_each(system: System) -> Whole:
    return np.repeat(np.arange(system.least.size), np.diff(system.rows.indptr))
