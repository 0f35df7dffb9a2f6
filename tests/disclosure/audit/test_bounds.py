"""The bounds of the audit, held to all solutions one by one, and to another solver."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from pyscipopt import Model, quicksum
from scipy.sparse import csr_array

from publish.disclosure.audit.bounding.bounds import bounds
from publish.disclosure.audit.bounding.system import UNBOUNDED, System

SMALL = settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
HIDDEN = (1, 2)


def quiet(_):
    pass


def system(cells, rows):
    """`cells`: (low, high) of each; `rows`: ({cell: coefficient}, least, most)."""
    low, high = np.array(cells, np.int64).reshape(-1, 2).T
    table = np.zeros((len(rows), len(cells)), np.int64)
    for number, (parts, _, _) in enumerate(rows):
        for cell, by in parts.items():
            table[number, cell] = by
    sides = np.array([row[1:] for row in rows], np.int64).reshape(-1, 2).T
    return System(low.copy(), high.copy(), csr_array(table), *(side.copy() for side in sides))


def equation(total, parts):
    return {total: 1} | dict.fromkeys(parts, -1), 0, 0


def all_bounded(given_system):
    return bounds(given_system, np.ones(given_system.low.size, np.bool_), quiet)


def solutions(cells, rows):
    """Every solution in whole numbers, by trying: cell by cell, as long as no row is out of reach."""
    by_cell = [
        [(number, parts[cell]) for number, (parts, _, _) in enumerate(rows) if cell in parts]
        for cell in range(len(cells))
    ]
    bottom = [sum(min(by * v for v in cells[cell]) for cell, by in parts.items()) for parts, _, _ in rows]
    top = [sum(max(by * v for v in cells[cell]) for cell, by in parts.items()) for parts, _, _ in rows]
    values = [0] * len(cells)

    def fill(cell):
        if cell == len(cells):
            yield tuple(values)
            return
        for value in range(cells[cell][0], cells[cell][1] + 1):
            values[cell] = value
            for number, by in by_cell[cell]:
                bottom[number] += by * value - min(by * v for v in cells[cell])
                top[number] += by * value - max(by * v for v in cells[cell])
            if all(
                bottom[number] <= rows[number][2] and top[number] >= rows[number][1] for number, _ in by_cell[cell]
            ):
                yield from fill(cell + 1)
            for number, by in by_cell[cell]:
                bottom[number] -= by * value - min(by * v for v in cells[cell])
                top[number] -= by * value - max(by * v for v in cells[cell])

    if all(low <= most and high >= least for low, high, (_, least, most) in zip(bottom, top, rows, strict=True)):
        yield from fill(0)


def ends(cells, rows):
    """The least and the most of each cell over every solution; none where there is no solution."""
    found = np.array(list(solutions(cells, rows)), np.int64)
    return (found.min(axis=0).tolist(), found.max(axis=0).tolist()) if found.size else None


def same_as_tried(cells, rows, open_cells=()):
    """The bounds are those of all solutions; where there is none, those of the rows that were kept."""
    tried = [(low, 60) if cell in open_cells else (low, high) for cell, (low, high) in enumerate(cells)]
    found = all_bounded(system(cells, rows))
    expected = ends(tried, rows)
    assert found.left_out.any() == (expected is None)
    if expected is None:
        expected = ends(tried, [row for row, out in zip(rows, found.left_out, strict=True) if not out])
    assert expected is not None
    if not open_cells or not found.left_out.any():
        assert (found.low.tolist(), found.high.tolist()) == expected
        assert found.exact.all()
    return found


def rounded(value, base=5):
    if value == 0:
        return 0, 0
    if value < 3:
        return HIDDEN
    middle = base * ((value + base // 2) // base)
    return max(3, middle - base // 2), middle + (base - 1) // 2


@st.composite
def tables(draw, shapes, shift=False):
    """A table with all its totals, published by the rule: cells, and a row for each total and direction."""
    shape = draw(shapes)
    truth = np.array(draw(st.lists(st.integers(0, 9), min_size=int(np.prod(shape)), max_size=int(np.prod(shape)))))
    truth = truth.reshape(shape)
    for axis in range(len(shape)):
        truth = np.concatenate([truth, truth.sum(axis=axis, keepdims=True)], axis=axis)
    number = np.arange(truth.size).reshape(truth.shape)
    cells, room, inner = [], 1, set(number[tuple(slice(0, -1) for _ in shape)].ravel().tolist())
    for cell, value in enumerate(truth.ravel().tolist()):
        how = draw(st.sampled_from(["shown", "shown", "exact"]))
        low, high = rounded(value) if how == "shown" else (value, value)
        if cell in inner and room * (high - low + 1) > 400:
            low, high = value, value
        room *= high - low + 1 if cell in inner else 1
        if shift and draw(st.integers(0, 9)) == 0:
            low, high = low + 1, high + 1
        cells.append((low, high))
    rows = []
    for axis in range(len(shape)):
        lines = np.moveaxis(number, axis, -1).reshape(-1, truth.shape[axis]).tolist()
        rows += [equation(total, parts) for *parts, total in lines]
    return cells, rows


FLAT = st.tuples(st.integers(1, 3), st.integers(2, 3))
DEEP = st.just((2, 2, 2))


@SMALL
@seed(1)
@given(tables(FLAT))
def test_tables_with_totals(table):
    same_as_tried(*table)


@SMALL
@seed(2)
@given(tables(DEEP))
def test_tables_of_three_dimensions(table):
    same_as_tried(*table)


@SMALL
@seed(3)
@given(tables(FLAT | DEEP, shift=True))
def test_tables_that_contradict_themselves(table):
    same_as_tried(*table)


@SMALL
@seed(4)
@given(tables(FLAT), st.data())
def test_hidden_counts_of_any_size(table, data):
    cells, rows = table
    hidden = data.draw(st.integers(0, len(cells) - 1))
    cells = [(1, UNBOUNDED) if cell == hidden else bounds_ for cell, bounds_ in enumerate(cells)]
    same_as_tried(cells, rows, open_cells={hidden})


COEFFICIENTS = st.sampled_from([-2, -1, -1, 1, 1, 1, 2, 3])


@st.composite
def systems(draw):
    """Any rows over a few cells: equations, ranges, and rows open on one side."""
    count = draw(st.integers(2, 6))
    cells = [
        (low, low + draw(st.integers(0, 3)))
        for low in draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))
    ]
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        parts = draw(st.dictionaries(st.integers(0, count - 1), COEFFICIENTS, min_size=1, max_size=count))
        about = sum(by * draw(st.integers(*cells[cell])) for cell, by in parts.items())
        least, most = draw(
            st.sampled_from([(about, about), (about - 1, about), (-UNBOUNDED, about), (about, UNBOUNDED)])
        )
        rows.append((parts, least, most))
    return cells, rows


@settings(SMALL, max_examples=1000)
@seed(5)
@given(systems())
def test_any_rows(given_system):
    same_as_tried(*given_system)


def table_of(shape, number, hide):
    """Some published table with all its totals: its truth, its cells, its rows and the hidden ones."""
    chance = np.random.default_rng(number)
    truth = chance.poisson(chance.gamma(0.5, 12, shape))
    for axis in range(len(shape)):
        truth = np.concatenate([truth, truth.sum(axis=axis, keepdims=True)], axis=axis)
    cells = [hide(value, chance) for value in truth.ravel().tolist()]
    cell = np.arange(truth.size).reshape(truth.shape)
    lines = [
        line for axis in range(len(shape)) for line in np.moveaxis(cell, axis, -1).reshape(-1, truth.shape[axis])
    ]
    return truth.ravel(), cells, [equation(line[-1], line[:-1].tolist()) for line in lines]


def by_the_rule(value, _):
    return rounded(value)


def unrounded(value, chance):
    """Nothing is rounded; small counts are hidden, and one in seven of the others, to protect them."""
    return (1, UNBOUNDED) if 0 < value < 3 or (value and chance.random() < 1 / 7) else (value, value)


def other_solver(cells, rows, cell, sense):
    """The least or the most of one cell, by SCIP."""
    model = Model()
    model.hideOutput()
    unknown = [model.addVar(vtype="I", lb=low, ub=None if high >= UNBOUNDED else high) for low, high in cells]
    for parts, least, most in rows:
        model.addCons((quicksum(by * unknown[part] for part, by in parts.items()) <= most) >= least)
    model.setObjective(unknown[cell], sense)
    model.optimize()
    return UNBOUNDED if model.getStatus() == "unbounded" else round(model.getObjVal())


@pytest.mark.parametrize("hide", [by_the_rule, unrounded])
@pytest.mark.parametrize("number", range(3))
def test_as_another_solver_says(number, hide):
    truth, cells, rows = table_of((11, 12), number, hide)
    wanted = np.array([high - low > 0 for low, high in cells])
    found = bounds(system(cells, rows), wanted, quiet)
    assert found.exact[wanted].all()
    assert ((found.low <= truth) & (truth <= found.high)).all()
    for cell in np.flatnonzero(wanted)[::4].tolist():
        assert found.low[cell] == other_solver(cells, rows, cell, "minimize")
        assert found.high[cell] == other_solver(cells, rows, cell, "maximize")


def test_three_dimensions_without_rounding_are_sound_and_the_same_every_time():
    truth, cells, rows = table_of((12, 6, 5), 7, unrounded)
    wanted = np.array([high > low for low, high in cells])
    found, again = (bounds(system(cells, rows), wanted, quiet) for _ in range(2))
    assert ((found.low <= truth) & (truth <= found.high)).all()
    assert [part.tobytes() for part in vars(found).values()] == [part.tobytes() for part in vars(again).values()]


def test_a_year_gives_away_its_hidden_month():
    """Eleven months shown as zero, a year hidden: the month that is left is the year."""
    cells = [(5, 5), (1, 2), (3, 3), (0, 0)]
    found = all_bounded(system(cells, [equation(0, [1, 2, 3])]))
    assert (found.low[1], found.high[1], found.exact[1]) == (2, 2, True)


def test_without_a_limit_it_stays_without():
    cells = [(1, UNBOUNDED), (1, UNBOUNDED), (2, UNBOUNDED)]
    found = all_bounded(system(cells, [equation(2, [0, 1]), ({0: 1, 1: -1}, 0, UNBOUNDED)]))
    assert found.high.tolist() == [UNBOUNDED] * 3
    assert found.low.tolist() == [1, 1, 2]
    assert found.exact.all()


def test_of_contradicting_rows_one_is_left_out_and_the_rest_still_holds():
    """Three months add up to one year in one table and to another in the next: one of them is wrong."""
    cells = [(1, 2), (1, 2), (1, 2), (6, 6), (20, 20)]
    rows = [equation(3, [0, 1, 2]), equation(4, [0, 1, 2])]
    found = all_bounded(system(cells, rows))
    assert found.left_out.tolist() == [False, True]
    assert found.low[:3].tolist() == found.high[:3].tolist() == [2, 2, 2]


def test_a_row_without_unknowns_that_cannot_hold_is_left_out():
    found = all_bounded(system([(1, 2)], [({}, 1, 1), ({}, 0, 0)]))
    assert found.left_out.tolist() == [True, False]


def test_only_attacked_unknowns_are_called_exact():
    cells = [(0, 9), (0, 9), (7, 7)]
    found = bounds(system(cells, [equation(2, [0, 1])]), np.array([True, False, False]), quiet)
    assert found.exact.tolist() == [True, False, False]
    assert found.high.tolist() == [7, 7, 7]


def test_nothing_to_bound():
    assert all_bounded(system([], [])).low.size == 0
