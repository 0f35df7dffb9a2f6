"""Secondary suppression: which further counts must be hidden, so that no hidden one can be worked out.

Rule (disclosure specification, Secondary suppression): hidden cells are chosen so that none can be bounded closer
than the policy asks, by linear programming over the whole linked system, ties broken by a fixed order.

The attacker knows every count that is shown, that a hidden one is at least 1 (zero is not hidden), and which of
the finest counts are zero. Against him stand worlds: other whole numbers for the finest counts, with which every
shown count stays as it is and every hidden one is at least 1. For all he knows, any of them is the true one. A
linear program looks for a world that protects many counts at once, at the least cost of what must be hidden for it.
Its solution is only taken where it is whole and meets every condition in whole numbers: the proof is arithmetic,
not the solver's word.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final

import highspy
import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]
Weights = NDArray[np.float64]

# What protecting a count by 1 may cost: nothing that is not hidden already, then little, in the end anything.
PRICES: Final = (0.0, 8.0, 16.0, 64.0, 256.0)
ANY_PRICE: Final = (*PRICES, 1e3, 1e5)
MOST_MISSES: Final = 2  # worlds in a row that protect hardly any, one with counts falling and one with all rising
HARDLY_ANY: Final = 0.1  # of those left
_WHOLE: Final = 1e-6
_INFINITE: Final = float("inf")


@dataclass(frozen=True)
class System:
    """Counts that are sums of finest counts, `parts` (whole numbers above zero).

    Each entry of `sums` says that the sum of that number has the part in `members`, with the sign in `signs` (1, or
    -1 in a tie: two ways of counting the same tests, whose difference is the same in every world). `costs` says
    what it costs to hide a sum; a tie, or what may never be hidden, costs infinity. `blocks` are divisions of the
    parts, from fine to coarse (the number of the block of each part): worlds are looked for within a block first.
    """

    parts: Numbers
    sums: Numbers
    members: Numbers
    signs: Numbers
    costs: Weights
    blocks: tuple[Numbers, ...] = ()

    @property
    def values(self) -> Numbers:
        """What each sum is."""
        return self.of(self.parts)

    def of(self, parts: Numbers) -> Numbers:
        """What each sum of such parts is."""
        total = np.zeros(self.costs.size, np.int64)
        np.add.at(total, self.sums, self.signs * parts[self.members])
        return total


@dataclass(frozen=True)
class Hidden:
    """Which sums are hidden, and how far below and above its true value each is in worlds that were found."""

    sums: Mask
    below: Numbers
    above: Numbers

    @property
    def width(self) -> Numbers:
        """How wide a range the attacker is left with, at least."""
        return self.below + self.above


def hide(system: System, small: Mask, width: int) -> Hidden:
    """What to hide: the sums that are `small` (a mask of those above zero), and others, so that the attacker is
    left with a range of at least `width` for each of these, and of at least 1 for every other hidden one.

    The same system gives the same sums. See `unprotected` for what could not be protected.
    """
    search = _Search(system, small, width)
    for division in system.blocks:
        for block in _blocks(system, division):
            search.within(block, PRICES)
    whole = np.zeros_like(system.parts)
    for block in _blocks(system, whole):
        search.within(block, ANY_PRICE)
        search.singly(block)
    return search.found


def unprotected(hidden: Hidden, small: Mask, width: int) -> Mask:
    """The hidden sums for which the attacker is left with a narrower range than `hide` was asked for."""
    return hidden.sums & (hidden.width < np.where(small, width, 1))


@dataclass(frozen=True)
class _Block:
    """Some parts of a system, and its sums as far as they have such parts: `numbers` are theirs in the system.

    A sum that has parts in other blocks as well is `held`: in worlds of the block it does not move.
    """

    system: System
    parts: Numbers
    numbers: Numbers
    held: Mask


def _blocks(system: System, division: Numbers) -> Iterator[_Block]:
    """The blocks of a division, in order."""
    of_entries = division[system.members]
    order = np.lexsort((system.members, system.sums, of_entries))
    ends = np.flatnonzero(np.diff(of_entries[order])) + 1
    sizes = np.bincount(system.sums, minlength=system.costs.size)
    for entries in np.split(order, ends):
        parts, members = np.unique(system.members[entries], return_inverse=True)
        numbers, sums = np.unique(system.sums[entries], return_inverse=True)
        costs = system.costs[numbers]
        block = System(system.parts[parts], sums, members, system.signs[entries], costs)
        yield _Block(block, parts, numbers, np.bincount(sums) < sizes[numbers])


class _Search:
    """What is hidden so far, and how well that is protected."""

    def __init__(self, system: System, small: Mask, width: int) -> None:
        self.values, self.small, self.asked = system.values, small, width
        self.hidden = small.copy()
        self.below, self.above = np.zeros_like(self.values), np.zeros_like(self.values)

    @property
    def found(self) -> Hidden:
        return Hidden(self.hidden, self.below, self.above)

    def within(self, block: _Block, prices: tuple[float, ...]) -> None:
        """Find worlds of the block for as many small sums as the prices allow, hiding what they move."""
        for price in prices:
            falling, misses = True, 0
            while misses < MOST_MISSES and (goals := self._goals(block, falling=falling)).any():
                self._enter(block, self._world(block, goals, price))
                left = np.count_nonzero(self._goals(block, falling=falling))
                few = np.count_nonzero(goals) - left <= HARDLY_ANY * np.count_nonzero(goals)
                falling, misses = not falling, misses + 1 if few else 0

    def singly(self, block: _Block) -> None:
        """Find a world for each small sum that is left, at any price; in whole numbers only where it must be, as
        that takes longer."""
        for each in np.flatnonzero(self._goals(block, falling=False)):
            for whole, falling in product((False, True), (False, True)):
                goals = self._goals(block, falling=falling)
                goals[np.arange(goals.size) != each] = 0
                if goals.any():
                    self._enter(block, self._world(block, goals, ANY_PRICE[-1], whole=whole))

    def _goals(self, block: _Block, *, falling: bool) -> Numbers:
        """Where each sum of the block should move to from its true value, so that its range is wide enough: up, or
        with `falling` down as far as it can; 0 where it need not move."""
        here = block.numbers
        left = np.where(self.small[here] & ~block.held, self.asked - self.below[here] - self.above[here], 0)
        room = self.values[here] - 1 - self.below[here]
        falls = (left > 0) & (room > 0) & falling
        down = -self.below[here] - np.minimum(left, room)
        return np.where(falls, down, np.where(left > 0, self.above[here] + left, 0))

    def _world(self, block: _Block, goals: Numbers, price: float, *, whole: bool = False) -> Numbers:
        """By how much the parts of the block move in a world."""
        here = block.numbers
        movable = (self.hidden[here] | (price > 0)) & ~block.held & np.isfinite(block.system.costs)
        program = _Program(block.system, self.values[here])
        program.add_goals(goals, max(price, 1.0))
        program.add_free(movable & self.hidden[here] & (goals == 0))
        program.add_dear(movable & ~self.hidden[here])
        moves = program.solve(whole=whole)
        return _in_whole_numbers(block.system, moves, self.values[here], movable)

    def _enter(self, block: _Block, moves: Numbers) -> None:
        """Keep how far the world goes; what it moves is hidden from now on."""
        here, moved = block.numbers, block.system.of(moves)
        self.hidden[here] |= moved != 0
        self.below[here] = np.maximum(self.below[here], -moved)
        self.above[here] = np.maximum(self.above[here], moved)


class _Program:
    """The linear program of one world. Its columns: how far each part moves, then how far sums move; its rows: each
    sum moves by as much as its parts. A sum without a column does not move.
    """

    def __init__(self, system: System, values: Numbers) -> None:
        self.system, self.values = system, values
        self.columns: list[tuple[Numbers, Weights, Weights, Weights, Weights]] = []

    def add_goals(self, goals: Numbers, price: float) -> None:
        """Sums that should move to a goal: each step there earns the price, each step away costs it."""
        least = 1 - self.values
        up, down = np.flatnonzero(goals > 0), np.flatnonzero(goals < 0)
        self._add(up, 1, least[up], goals[up], -price)
        self._add(up, 1, 0, _INFINITE, 0)
        self._add(down, -1, -_INFINITE, -goals[down], -price)
        self._add(down, -1, 0, goals[down] - least[down], 0)

    def add_free(self, sums: Mask) -> None:
        """Sums that are hidden already: they move for nothing, but not below 1."""
        free = np.flatnonzero(sums)
        self._add(free, 1, 1 - self.values[free], _INFINITE, 0)

    def add_dear(self, sums: Mask) -> None:
        """Sums that would have to be hidden: each step costs."""
        dear = np.flatnonzero(sums)
        self._add(dear, 1, 0, _INFINITE, self.system.costs[dear])
        self._add(dear, -1, 0, self.values[dear] - 1, self.system.costs[dear])

    def _add(self, rows: Numbers, sign: int, least: ArrayLike, most: ArrayLike, cost: ArrayLike) -> None:
        """Columns for these sums, which lead by `sign` upwards or downwards."""

        def of_each(number: ArrayLike) -> Weights:
            return np.broadcast_to(np.asarray(number, np.float64), rows.shape)

        self.columns.append((rows, of_each(-sign), of_each(least), of_each(most), of_each(cost)))

    def solve(self, *, whole: bool) -> Weights:
        """How far each part moves; nothing where no solution is found. One thread, no clock: always the same."""
        solver = highspy.Highs()
        solver.silent()
        solver.setOptionValue("threads", 1)
        solver.passModel(self._model(whole=whole))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return np.zeros(self.system.parts.size)
        return np.asarray(solver.getSolution().col_value)[: self.system.parts.size]

    def _model(self, *, whole: bool) -> highspy.HighsLp:
        parts, rows = self.system.parts, self.values.size
        order = np.lexsort((self.system.sums, self.system.members))
        starts = np.searchsorted(self.system.members[order], np.arange(parts.size + 1))
        of_sums, signs, least, most, cost = (np.concatenate(each) for each in zip(*self.columns, strict=True))
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = parts.size + of_sums.size, rows
        model.col_cost_ = np.concatenate([np.zeros(parts.size), cost])
        model.col_lower_ = np.concatenate([-parts.astype(float), least])
        model.col_upper_ = np.concatenate([np.full(parts.size, _INFINITE), most])
        model.row_lower_ = model.row_upper_ = np.zeros(rows)
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = np.concatenate([starts, starts[-1] + np.arange(1, of_sums.size + 1)])
        model.a_matrix_.index_ = np.concatenate([self.system.sums[order], of_sums])
        model.a_matrix_.value_ = np.concatenate([self.system.signs[order].astype(float), signs])
        if whole:
            model.integrality_ = [highspy.HighsVarType.kInteger] * model.num_col_
        return model


def _in_whole_numbers(system: System, moves: Weights, values: Numbers, movable: Mask) -> Numbers:
    """What of a solution is a world in whole numbers: groups of parts that are joined by sums, where all are whole
    and no part or sum goes where it may not.
    """
    nearest = np.rint(moves).astype(np.int64)
    wrong = (np.abs(moves - nearest) > _WHOLE) | (nearest < -system.parts)
    while True:
        moved = system.of(nearest)
        astray = (moved != 0) & (~movable | (values + moved < 1))
        wrong[system.members[astray[system.sums] & (nearest[system.members] != 0)]] = True
        if not wrong.any():
            return nearest
        nearest = np.where(_joined(system, wrong, (np.abs(moves) > _WHOLE) & (nearest != 0) | wrong), 0, nearest)
        wrong = np.zeros_like(wrong)


def _joined(system: System, parts: Mask, among: Mask) -> Mask:
    """Those parts, and all that are joined to them by sums of parts `among` which they are."""
    entries = among[system.members]
    sums, members = system.sums[entries], system.members[entries]
    while True:
        touched = np.zeros(system.costs.size, np.bool_)
        touched[sums[parts[members]]] = True
        reached = parts.copy()
        reached[members[touched[sums]]] = True
        if np.array_equal(reached, parts):
            return parts
        parts = reached
