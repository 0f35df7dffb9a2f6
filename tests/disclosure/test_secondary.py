"""Secondary suppression, attacked with a linear program of its own (scipy), on the published cells alone."""

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest
from scipy.optimize import linprog
from scipy.sparse import coo_array

from publish.disclosure import secondary
from publish.disclosure.control import NO_DATA, SUPPRESSED, protect, protect_together
from publish.disclosure.linked import linked
from publish.disclosure.policy import Policy
from publish.disclosure.secondary import System, hide, unprotected
from publish.errors import InputRefused, UsageError
from publish.period import Month, MonthlyPeriod, parse_period
from publish.release_tables import release_tables
from publish.tables.builder import build
from publish.tables.catalogue import ALL_MODALITIES, TABLE_1, TABLE_4
from publish.tables.places import places_on
from publish.tables.specification import ALL_SETTINGS, GP_DIRECT_ACCESS, YEAR, Measure
from publish.tables.sums import Sums
from tests.samples import ANNUAL, annual_counts, reference

ROWS, COLUMNS = 42, 9
LP = Policy(threshold=3, rounding_base=1, fewest_dates=1, secondary="lp")


# The attacker: what is hidden is at least `least`; what is shown is known.


def pinned(sums, totals, hidden, least=1.0):
    """The hidden cells whose range is narrower than 1. `sums`: of each known total the cells, with their signs."""
    numbers = {cell: number for number, cell in enumerate(hidden)}
    entries = [
        (row, numbers[cell], sign)
        for row, cells in enumerate(sums)
        for cell, sign in cells.items()
        if cell in numbers
    ]
    if not numbers:
        return []
    row, column, sign = zip(*entries, strict=True)
    known = coo_array((np.array(sign, float), (row, column)), shape=(len(sums), len(numbers))).tocsr()
    draw = np.random.default_rng(1)

    def solve(objective):
        found = linprog(objective, A_eq=known, b_eq=totals, bounds=(least, None), method="highs")
        assert found.status in (0, 3)  # 3: without limit
        return found.x if found.status == 0 else np.full(len(numbers), np.nan)

    lowest = highest = solve(np.zeros(len(numbers)))
    for _ in range(3):
        weights = draw.uniform(0.5, 1.5, len(numbers))
        for objective in (weights, -weights * (highest - lowest < 1)):
            found = solve(objective)
            lowest, highest = np.fmin(lowest, found), np.fmax(highest, found)
    fixed = []
    for suspect in np.flatnonzero(highest - lowest < 1 - 1e-6):
        one = np.zeros(len(numbers))
        one[suspect] = 1.0
        low, high = solve(one)[suspect], solve(-one)[suspect]
        if high - low < 1 - 1e-6:  # not a number where there is no limit
            fixed.append(hidden[suspect])
    return fixed


# A table with totals of rows and columns.


def random_table(seed, small):
    """42 x 9 counts of which a share is 1 or 2."""
    draw = np.random.default_rng(seed)
    counts = draw.integers(3, 200, (ROWS, COLUMNS))
    return np.where(draw.random((ROWS, COLUMNS)) < small, draw.integers(1, 3, (ROWS, COLUMNS)), counts)


def with_totals(inside):
    return np.block([[inside, inside.sum(1, keepdims=True)], [inside.sum(0, keepdims=True), inside.sum()]])


def system_of(inside):
    """The linked system of a table: its cells row by row, each with the counts inside that it gathers."""
    rows, columns = inside.shape
    inner = np.arange(inside.size).reshape(inside.shape)
    gathered = []
    for row in range(rows + 1):
        for column in range(columns + 1):
            of_row = inner[row : row + 1] if row < rows else inner
            gathered.append((of_row[:, column : column + 1] if column < columns else of_row).ravel())
    sums = np.repeat(np.arange(len(gathered)), [len(each) for each in gathered])
    members = np.concatenate(gathered)
    costs = 1 + np.log2(with_totals(inside).ravel()) + np.arange(len(gathered)) / 1e5
    return System(inside.ravel(), sums, members, np.ones_like(sums), costs)


def pinned_in_table(inside, hidden, least=1.0):
    """As `pinned`, of a table with totals and a mask of what is hidden in it."""
    shown, places = with_totals(inside), np.indices(hidden.shape)
    cells = list(zip(*(each[hidden] for each in places), strict=True))
    sums, totals = [], []
    for axis in (0, 1):
        for line in range(hidden.shape[axis]):
            of_line = [(line, at) if axis == 0 else (at, line) for at in range(hidden.shape[1 - axis])]
            signs = {cell: -1 if number == len(of_line) - 1 else 1 for number, cell in enumerate(of_line)}
            if any(hidden[cell] for cell in of_line):
                sums.append(signs)
                totals.append(-sum(sign * shown[cell] for cell, sign in signs.items() if not hidden[cell]))
    return pinned(sums, totals, cells, least)


def next_smallest(inside):
    """The common rule: where a row or a column has one hidden count, its next smallest is hidden too, and so on."""
    hidden = with_totals(inside) < 3
    within, before = hidden[:ROWS, :COLUMNS], None
    while before is None or (within != before).any():
        before = within.copy()
        for lines, counts in ((within, inside), (within.T, inside.T)):
            for line, of_line in zip(lines, counts, strict=True):
                if line.sum() == 1:
                    line[np.argmin(np.where(line, 10**6, of_line))] = True
    return hidden


#  share of small counts   tables of 40 that the common rule leaves with a cell to derive: by an attacker who
#                          thinks that a hidden count may be 0, by one who knows that it may not
LEAKS = [(0.02, 5, 15), (0.05, 1, 20), (0.1, 0, 30), (0.2, 0, 30)]


@pytest.mark.parametrize(("small", "leaks", "leaks_to_who_knows"), LEAKS)
def test_no_cell_of_random_tables_can_be_derived(small, leaks, leaks_to_who_knows):
    leaked = {0.0: 0, 1.0: 0}
    for seed in range(40):
        inside = random_table(seed, small)
        system = system_of(inside)
        primary = system.values < 3
        found = hide(system, primary, 1)
        assert not unprotected(found, primary, 1).any()
        assert pinned_in_table(inside, found.sums.reshape(ROWS + 1, COLUMNS + 1)) == []
        for least in leaked:
            leaked[least] += bool(pinned_in_table(inside, next_smallest(inside), least))
    assert leaked[0.0] >= leaks
    assert leaked[1.0] >= leaks_to_who_knows


@pytest.mark.parametrize("threshold", [2, 4, 10])
def test_another_threshold_asks_for_a_wider_range(threshold):
    inside = random_table(7, 0.05)
    system, width = system_of(inside), max(threshold - 2, 1)
    primary = system.values < threshold
    found = hide(system, primary, width)
    assert (found.width[primary] >= width).all()
    assert (found.width[found.sums] >= 1).all()
    assert (system.values - found.below >= 1)[found.sums].all()  # zero is not hidden


def test_the_same_system_gives_the_same_cells():
    system = system_of(random_table(3, 0.1))
    first, again = (hide(system, system.values < 3, 1) for _ in range(2))
    assert np.array_equal(first.sums, again.sums)
    assert np.array_equal(first.width, again.width)


def test_nothing_is_hidden_where_nothing_is_small():
    system = system_of(random_table(3, 0.0))
    assert not hide(system, system.values < 3, 1).sums.any()


def test_what_may_not_be_hidden_is_not_and_what_cannot_be_protected_is_named():
    inside = np.array([[1, 50], [60, 70]])
    system = system_of(inside)
    primary = system.values < 3
    fixed = replace(system, costs=np.where(primary, system.costs, np.inf))
    found = hide(fixed, primary, 1)
    assert np.array_equal(found.sums, primary)
    assert np.array_equal(unprotected(found, primary, 1), primary)
    assert not unprotected(hide(system, primary, 1), primary, 1).any()


# A release: all its tables at once.


PERIOD = MonthlyPeriod(parse_period(ANNUAL).months[3])
COUNTS = annual_counts(parse_period(ANNUAL))
PLACES = ["region_code", "org_code", "label"]
PLACED = places_on(reference(), PERIOD.latest.last_day)
LEVELS = (("Provider", "England"), ("Provider", "Region"), ("ICB", "Region"), ("Region", "England"))


@cache
def monthly(policy):
    return release_tables(COUNTS, PERIOD, reference(), policy, None)


def every_table(tables):
    return [*tables, *tables.england.values(), tables.year_to_date]


def counts_shown(tables):
    """What is published of each count: its value, 0 where there is none, None where it is hidden."""
    shown = {}
    for table in every_table(tables):
        if table.spec.measure is Measure.TESTS:
            for cell, value in cells_of(table).items():
                assert shown.setdefault(cell, value) == value  # shown everywhere, or nowhere
    return shown


def cells_of(table):
    spec, ends = table.spec, f"{table.months[0]}/{table.months[-1]}"
    keys = ("level", "region_code", "org_code", "label", "setting", "period")
    rows = table.cells.with_columns(period=pl.col("period").replace(YEAR, ends)).select(*keys, "value", "status")
    return {
        (spec.labelled_by, spec.only, *row[:-2]): None if row[-1] == SUPPRESSED else row[-2] or 0
        for row in rows.iter_rows()
    }


def parts_of_totals(shown):
    """Each published total, for each way of dividing it, with the cells that add up to it."""
    found = {}
    for cell in shown:
        *what, level, region, org, label, setting, period = cell
        for part, whole in LEVELS:
            if level == part:
                place = (whole, region if whole == "Region" else "-", "-")
                found.setdefault((part, (*what, *place, label, setting, period)), []).append(cell)
        if level == "England" and label != ALL_MODALITIES and what[0] == "modality":
            total = (*what, level, region, org, ALL_MODALITIES, setting, period)
            found.setdefault(("labels", total), []).append(cell)
        if "/" in period:
            first, last = (Month.parse(each) for each in period.split("/"))
            months = [(*cell[:-1], str(month)) for month in PERIOD.year.months if first <= month <= last]
            if all(month in shown for month in months):
                found["months", cell] = months
    return [(total, parts) for (_, total), parts in found.items() if total in shown]


def derived(tables):
    """The counts that can be derived from a release, by an attacker who thinks that a hidden one may be 0."""
    shown = counts_shown(tables)
    hidden, sums, totals = [cell for cell, value in shown.items() if value is None], [], []
    for total, parts in parts_of_totals(shown):
        sums.append({total: -1} | dict.fromkeys(parts, 1))
        totals.append((shown[total] or 0) - sum(shown[part] or 0 for part in parts))
    for cell in shown:
        direct, rest = (*cell[:6], GP_DIRECT_ACCESS, cell[7]), (*cell[:6], "other settings", cell[7])
        if cell[6] == ALL_SETTINGS and direct in shown:
            hidden.append(rest)
            sums.append({cell: -1, direct: 1, rest: 1})
            totals.append((shown[cell] or 0) - (shown[direct] or 0))
    assert len(sums) > 500
    return [cell for cell in pinned(sums, totals, hidden, least=0.0) if cell in shown]


def test_no_count_of_a_release_can_be_derived():
    assert len(derived(monthly(replace(LP, secondary="none")))) > 10
    assert derived(monthly(LP)) == []


def test_what_the_rule_hides_stays_hidden_and_little_else_is():
    alone, together = (every_table(monthly(policy)) for policy in (replace(LP, secondary="none"), LP))
    more = 0
    for one, other in zip(alone, together, strict=True):
        assert one.spec == other.spec
        hidden, still = (table.cells["status"] == SUPPRESSED for table in (one, other))
        assert not (hidden & ~still).any()
        more += (still & ~hidden).sum()
        kept = one.cells.filter(~still)
        assert kept.equals(other.cells.filter(~still))  # nothing that is shown is changed
        if not one.spec.measure.is_median:  # a median is hidden with its count, whether or not there is one
            assert not (still & (one.cells["status"] == NO_DATA)).any()
    assert 0 < more < 0.3 * sum(table.cells.height for table in alone)


def test_medians_are_hidden_with_counts_that_protect_others():
    by_number = {table.spec.number: table for table in monthly(LP).provider.values()}
    for counted, medians in (("1", "2"), ("1", "3"), ("4", "5"), ("4", "6")):
        hidden = by_number[counted].cells["status"] == SUPPRESSED
        assert (by_number[medians].cells["status"] == SUPPRESSED).equals(hidden)


def test_an_annual_release_is_protected_too():
    period = parse_period(ANNUAL)
    counts = replace(COUNTS, patients=COUNTS.patients.clear())  # with them it takes a minute
    tables = release_tables(counts, period, reference(), LP, None)
    cells = {table.spec.number: table.cells for table in tables if table.spec.number}
    totals = cells["11"].filter(pl.col("column") == "Total").sort("level", *PLACES)
    year = cells["1"].filter(pl.col("period") == YEAR).sort("level", *PLACES)
    assert totals["status"].str.replace("no data", "").equals(year["status"].str.replace("no data", ""))


def test_the_same_counts_give_the_same_release():
    built = [build(spec, Sums(COUNTS), PERIOD.months, PLACED) for spec in (TABLE_1, TABLE_4)]
    first, again = (protect_together(built, COUNTS, LP) for _ in range(2))
    assert all(one.cells.equals(other.cells) for one, other in zip(first, again, strict=True))


def test_unknowns_are_the_counts_of_the_tables():
    built = [build(spec, Sums(COUNTS), PERIOD.months, PLACED) for spec in (TABLE_1, TABLE_4, TABLE_1)]
    found = linked(built, COUNTS)
    assert np.array_equal(found.tests[0], found.tests[2])  # the same count is the same unknown
    for table, numbers in zip(built, found.tests, strict=True):
        counted = table.cells["tests"].to_numpy()
        assert np.array_equal(np.append(found.system.values, 0)[numbers], counted)
    other = replace(COUNTS, tests=COUNTS.tests.with_columns(pl.col("tests") + 1))
    with pytest.raises(ArithmeticError, match="does not give the counts of Table 1"):
        linked(built, other)


def test_a_table_by_itself_is_not_protected_under_such_a_policy():
    built = build(TABLE_1, Sums(COUNTS), PERIOD.months, PLACED)
    with pytest.raises(UsageError, match="which are protected together"):
        protect(built, LP)


def test_a_release_that_cannot_be_protected_is_refused(monkeypatch):
    monkeypatch.setattr(secondary, "ANY_PRICE", (0.0,))
    monkeypatch.setattr(secondary, "PRICES", (0.0,))
    built = [build(TABLE_1, Sums(COUNTS), PERIOD.months, PLACED)]
    with pytest.raises(InputRefused, match="no further counts can be hidden that protect the hidden ones of Ta"):
        protect_together(built, COUNTS, LP)
