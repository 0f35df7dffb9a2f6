"""The closest bounds of unknowns that hang together, by linear and integer programmes (HiGHS).

What is found holds without trust in the solver's arithmetic. A solution counts only where it holds in whole
numbers. A bound counts only where it follows from the rows by adding them up, each times a multiplier, in whole
numbers (weak duality); one that took a search by branches is searched for again, without the first search's short
cuts. Limits are numbers of steps and nodes, never of seconds, so that the same system has the same bounds
everywhere.
"""

import math
from dataclasses import dataclass
from typing import Final

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, hstack

from publish.disclosure.audit.bounding.system import UNBOUNDED, Mask, System, Whole

ROUNDS: Final = 12  # of solutions that push many unknowns at once
NODES: Final = 1_000  # of one search by branches
SHORT: Final = 30  # unknowns of a row: a whole solution is sought along rows that have no more
LARGE: Final = 5_000  # unknowns: more are not searched by branches
STEPS: Final = 20_000  # of the simplex method, over all searches of one kind in one component: no other begins then
_STEP: Final = 2**20  # multipliers are taken to whole parts of 1 / this
_EXACT: Final = 2**53  # whole numbers up to here are exact in floating point
_MIXED: Final = 2654435761  # Knuth's multiplier: signs in no pattern that tables have

Costs = NDArray[np.float64]


@dataclass
class Found:
    """What is known of a component: `low` and `high` are proven, `least` and `most` are seen in solutions.

    `possible` is false where the rows cannot hold together.
    """

    low: Whole
    high: Whole
    least: Whole
    most: Whole
    possible: bool = True

    @property
    def open_below(self) -> Mask:
        """Unknowns not seen as low as they may be."""
        return self.least > self.low

    @property
    def open_above(self) -> Mask:
        """Unknowns not seen as high as they may be."""
        return self.most < self.high

    def see(self, values: Whole) -> None:
        """A solution in whole numbers."""
        np.minimum(self.least, values, out=self.least)
        np.maximum(self.most, values, out=self.most)


class _Programme:
    """The component as the solver has it: unknowns counted from their lower bound, costs to be set."""

    def __init__(self, system: System, *, whole: bool, short_cuts: bool = True) -> None:
        self.system = system
        self.highs = highspy.Highs()
        for option, value in {
            "output_flag": False,
            "threads": 1,
            "random_seed": 0 if short_cuts else 1,
            "presolve": "on" if whole and short_cuts else "off",
            "simplex_iteration_limit": 5 * STEPS,
            "mip_max_nodes": NODES,
            "mip_rel_gap": 0.0,
            "mip_abs_gap": 0.999,
        }.items():
            self.highs.setOptionValue(option, value)
        self.highs.passModel(_model(system, whole=whole))
        self.every = np.arange(system.low.size, dtype=np.int32)
        self.steps = STEPS + 1 if whole and system.low.size > LARGE else 0

    @property
    def tired(self) -> bool:
        """Whether it did all the work that it may: searches by branches of large components may do none."""
        return self.steps > STEPS

    def minimise(self, costs: Costs) -> highspy.HighsModelStatus:
        self.highs.changeColsCost(self.every.size, self.every, costs)
        self.highs.run()
        self.steps += max(self.highs.getInfo().simplex_iteration_count, 0)
        return self.highs.getModelStatus()

    def any_solution(self, costs: Costs) -> highspy.HighsModelStatus:
        """The first solution in whole numbers that comes up on the way to the least costs."""
        self.highs.setOptionValue("mip_max_improving_sols", 1)
        status = self.minimise(costs)
        self.highs.setOptionValue("mip_max_improving_sols", 2**31 - 1)
        return status

    def values(self) -> Costs:
        """What the solver says of each unknown, over its lower bound: zeros where it says nothing."""
        values = np.array(self.highs.getSolution().col_value)
        return values if values.size else np.zeros(self.every.size)

    def solution(self) -> Whole | None:
        """The values of the last solution, where they hold in whole numbers."""
        values = self.values()
        if not (np.abs(values) < UNBOUNDED).all():
            return None
        values = np.rint(values).astype(np.int64) + self.system.low
        return values if self.system.holds(values) else None

    def proven(self, costs: Costs) -> int | None:
        """The least that the last costs can come to, over what the lower bounds cost, by the rows' multipliers."""
        multipliers = np.rint(np.array(self.highs.getSolution().row_dual) * _STEP)
        return _proven(self.system, np.rint(costs * _STEP), multipliers)

    def searched(self) -> int | None:
        """The same by the search by branches: what the solver says."""
        bound = self.highs.getInfo().mip_dual_bound
        return math.ceil(bound - 1e-6) if math.isfinite(bound) else None


def _proven(system: System, costs: Costs, multipliers: Costs) -> int | None:
    """Weak duality: costs.x = (costs - multipliers.rows).x + multipliers.(rows.x), each term at its least.

    All numbers are whole, and below what floating point holds exactly where it is `None` otherwise.
    """
    at_low: Whole = system.rows @ system.low
    multipliers = np.where((multipliers > 0) & (system.least <= -UNBOUNDED), 0, multipliers)
    multipliers = np.where((multipliers < 0) & (system.most >= UNBOUNDED), 0, multipliers)
    left = costs - system.rows.T @ multipliers
    if (left[system.high >= UNBOUNDED] < 0).any():
        return None
    of_unknowns = np.minimum(left, 0) * (system.high - system.low)
    of_rows = multipliers * (np.where(multipliers > 0, system.least, system.most) - at_low)
    if np.abs(of_unknowns).sum() + np.abs(of_rows).sum() > _EXACT:
        return None
    return math.ceil((of_unknowns.sum() + of_rows.sum()) / _STEP)


def _model(system: System, *, whole: bool) -> highspy.HighsLp:
    at_low: Whole = system.rows @ system.low
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = system.low.size, system.least.size
    model.col_cost_ = np.zeros(system.low.size)
    model.col_lower_ = np.zeros(system.low.size)
    model.col_upper_ = _or_infinite(system.high, system.high - system.low)
    model.row_lower_ = -_or_infinite(-system.least, at_low - system.least)
    model.row_upper_ = _or_infinite(system.most, system.most - at_low)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = system.rows.indptr.astype(np.int32)
    model.a_matrix_.index_ = system.rows.indices.astype(np.int32)
    model.a_matrix_.value_ = system.rows.data.astype(np.float64)
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * system.low.size
    return model


def _or_infinite(limits: Whole, values: Whole) -> Costs:
    return np.where(limits >= UNBOUNDED, highspy.kHighsInf, values)


def closest(system: System, attacked: Mask) -> Found:
    """The closest bounds of the attacked unknowns that are found within the limits.

    First come solutions that push many unknowns at once, some up and some down: an unknown seen at both ends of
    what is allowed is done. What is left is searched for one by one, the narrowest first, as far as STEPS allow: by
    the linear programme, and by branches where its solution is not whole and the component not too LARGE.
    """
    size = system.low.size
    found = Found(system.low.copy(), system.high.copy(), np.full(size, UNBOUNDED), np.full(size, -1))
    programmes = _Programme(system, whole=False), _Programme(system, whole=True)
    _push(found, attacked, *programmes)
    if found.possible:
        _each(found, attacked, *programmes)
    return found


def _push(found: Found, attacked: Mask, linear: _Programme, whole: _Programme) -> None:
    """Solutions with as many open ends as possible, while they still close some."""
    left = 2 * attacked.sum() + 1
    for turn in range(ROUNDS):
        below, above = attacked & found.open_below, attacked & found.open_above & (found.high < UNBOUNDED)
        before, left = left, below.sum() + above.sum()
        if not left or (turn > 2 and left > 0.8 * before):
            return
        _solve(found, _signs(turn, below, above), linear, whole)
        if not found.possible:
            return


def _signs(turn: int, below: Mask, above: Mask) -> Costs:
    """Costs that push unknowns with one open end to it, and of those with two one half each way, then the other."""
    mixed = (np.arange(below.size, dtype=np.uint64) * np.uint64(_MIXED)) >> np.uint64(8 + turn // 2)
    up = (mixed + np.uint64(turn)) % np.uint64(2) == 0
    return np.where(above & (up | ~below), -1.0, np.where(below, 1.0, 0.0))


def _solve(found: Found, costs: Costs, linear: _Programme, whole: _Programme) -> None:
    """See a solution that costs little: that of the linear programme, if whole."""
    status = linear.minimise(costs)
    values = linear.solution()
    if values is None and status == highspy.HighsModelStatus.kOptimal:
        values = _mended(linear, costs)
    if values is None and status != highspy.HighsModelStatus.kInfeasible and not whole.tired:
        status = whole.any_solution(costs)
        values = whole.solution()
    if values is not None:
        found.see(values)
    elif status == highspy.HighsModelStatus.kInfeasible:
        found.possible = False


def _mended(linear: _Programme, costs: Costs) -> Whole | None:
    """The last solution made whole by a search among the unknowns that share a short row with one that is not."""
    system, values = linear.system, linear.values()
    broken = np.abs(values - np.rint(values)) > 1e-6
    values = np.rint(values).astype(np.int64) + system.low
    links = abs(system.rows)
    short = np.diff(links.indptr) <= SHORT
    near = np.flatnonzero(broken | (links.T @ ((links @ broken.astype(np.int64)) * short) > 0))
    rows = np.flatnonzero(links[:, near].sum(axis=1))
    part = system.part(rows, near, np.where(np.isin(np.arange(values.size), near), system.low, values), system.high)
    if near.size > LARGE:
        return None
    search = _Programme(part, whole=True)
    search.any_solution(costs[near])
    linear.steps += search.steps
    found = search.solution()
    if found is None:
        return None
    values[near] = found
    return values if system.holds(values) else None


def _each(found: Found, attacked: Mask, linear: _Programme, whole: _Programme) -> None:
    """Search for the open ends one by one, the narrowest unknown first, as far as the work allows."""
    ends = np.flatnonzero(attacked & (found.open_below | found.open_above))
    narrowest = ends[np.argsort((found.high - found.low)[ends], kind="stable")]
    for unknown in narrowest:
        for sign in (1, -1):
            wanted = (found.open_below if sign > 0 else found.open_above)[unknown]
            if wanted and found.possible and not linear.tired:
                _end(found, unknown, sign, linear, whole)


def _end(found: Found, unknown: int, sign: int, linear: _Programme, whole: _Programme) -> None:
    """Search for the low end (sign 1) or the high end (-1) of one unknown."""
    costs = np.zeros(found.low.size)
    costs[unknown] = sign
    status = linear.minimise(costs)
    if status == highspy.HighsModelStatus.kUnbounded:
        found.most[unknown] = UNBOUNDED if found.least[unknown] < UNBOUNDED else -1
        return
    _learn(found, unknown, sign, linear, linear.proven(costs))
    if status == highspy.HighsModelStatus.kInfeasible:
        found.possible = False
    elif (found.open_below if sign > 0 else found.open_above)[unknown] and not whole.tired:
        status = whole.minimise(costs)
        found.possible = status != highspy.HighsModelStatus.kInfeasible
        bound = whole.searched() if found.possible else None
        _learn(found, unknown, sign, whole, bound if _again(whole.system, unknown, sign, bound) else None)


def _learn(found: Found, unknown: int, sign: int, programme: _Programme, bound: int | None) -> None:
    """Take up a solution, and a bound of one unknown."""
    values = programme.solution()
    if values is not None:
        found.see(values)
    if bound is not None and sign > 0:
        found.low[unknown] = max(found.low[unknown], programme.system.low[unknown] + bound)
    if bound is not None and sign < 0:
        found.high[unknown] = min(found.high[unknown], programme.system.low[unknown] - bound)


def _again(system: System, unknown: int, sign: int, bound: int | None) -> bool:
    """Whether a fresh search, without short cuts, finds no solution beyond the bound either."""
    if bound is None:
        return False
    low, high = system.low.copy(), system.high.copy()
    if sign > 0:
        high[unknown] = system.low[unknown] + bound - 1
    else:
        low[unknown] = system.low[unknown] - bound + 1
    if low[unknown] > high[unknown]:
        return True
    beyond = System(low, high, system.rows, system.least, system.most)
    status = _Programme(beyond, whole=True, short_cuts=False).minimise(np.zeros(low.size))
    return status == highspy.HighsModelStatus.kInfeasible


def against(system: System) -> Whole:
    """Rows of an impossible component to leave out: those that give way where all may, at the least amount in all.

    None are found only where a limit of the search is reached.
    """
    rows, unknowns = system.least.size, system.low.size
    one = csr_array(eye_array(rows)).astype(np.int64)
    give = csr_array(hstack([system.rows, one, -one]))
    low = np.concatenate([system.low, np.zeros(2 * rows, np.int64)])
    high = np.concatenate([system.high, np.full(2 * rows, UNBOUNDED)])
    costs = (np.arange(low.size) >= unknowns).astype(np.float64)
    for whole in (False, True) if unknowns <= LARGE else (False,):
        programme = _Programme(System(low, high, give, system.least, system.most), whole=whole)
        programme.minimise(costs)
        given = programme.values()[unknowns:].reshape(2, rows).sum(axis=0) > 1e-6
        if given.any():
            return np.flatnonzero(given)
    return np.zeros(0, np.int64)
