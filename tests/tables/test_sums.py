"""Sums of counts and medians of cells against the slow, obvious computation."""

from collections import Counter, defaultdict
from statistics import median

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from publish.counts.reduction import Counts
from publish.counts.runs import in_order
from publish.tables.medians import medians
from publish.tables.sums import EVERY_DAY, NO_DAY, Asked, Sums, split

KEYS = ("month", "org_code", "modality")
rows = st.lists(
    st.tuples(
        st.sampled_from(["2023-04", "2023-05"]),
        st.sampled_from(["RF4", "RH8", None]),
        st.sampled_from(["CT", "MRI", None]),
        st.sampled_from(["request_to_test", "test_to_report"]),
        st.one_of(st.none(), st.integers(0, 40)),
        st.integers(1, 9),
    ),
    max_size=40,
)


def counts_of(listed):
    schema = dict.fromkeys((*KEYS, "interval"), pl.Categorical) | {"days": pl.Int32, "tests": pl.Int64}
    none_kept_out = pl.DataFrame(schema={"month": pl.Categorical, "org_code": pl.Categorical, "records": pl.Int64})
    return Counts(pl.DataFrame(listed, schema=schema, orient="row"), none_kept_out)


def start_of(day, starts):
    if day is None or starts == ():
        return None
    return day if starts is EVERY_DAY else max(start for start in starts if start <= day)


def slow_sums(listed, keys, starts):
    """{(the values of the keys, the day or the first of its band): tests}, row by row."""
    held = [row for row in listed if row[3] == "request_to_test" and row[2] is not None]
    tests = Counter()
    for row in held:
        values = dict(zip(KEYS, row, strict=False))
        tests[*(values[key] for key in keys), start_of(row[4], starts)] += row[5]
    return dict(tests)


def told(summed):
    """The groups of a sum with each of their days, and the tests on it."""
    of_days = [number for number, size in enumerate(summed.sizes) for _ in range(size)]
    days = [None if day == NO_DAY else int(day) for day in summed.days]
    by_day = pl.DataFrame({"day": days, "tests": summed.tests}, {"day": pl.Int32, "tests": pl.Int64})
    return summed.groups[of_days].cast({pl.Categorical: pl.String}).hstack(by_day)


def sums_of(summed, keys, *, grouped):
    """The same of a sum; a group of its own for each day has that day."""
    texts = told(summed).select(*keys, "days" if grouped else "day", "tests")
    assert texts.drop("tests").is_duplicated().any() is False
    return {row[:-1]: row[-1] for row in texts.iter_rows()}


@given(rows)
def test_a_sum_is_that_of_the_rows_one_by_one_whichever_was_made_before(listed):
    for starts, grouped in ((EVERY_DAY, False), (EVERY_DAY, True), ((0, 2, 15), True), ((), False)):
        sums = Sums(counts_of(listed))
        for keys in (KEYS, ("org_code", "modality"), ("month", "modality"), ("modality",)):
            summed = sums.by(Asked("tests", "request_to_test", "modality", starts, grouped), keys)
            assert sums_of(summed, keys, grouped=grouped) == slow_sums(listed, keys, starts)


@given(rows, st.randoms())
def test_counts_in_any_order_are_split_without_loss(listed, order):
    shuffled = order.sample(listed, len(listed))
    for each in (sorted(listed, key=str), shuffled):
        assert told(split(counts_of(each).tests)).rows() == each


@given(st.lists(st.lists(st.integers(0, 400), min_size=9, max_size=9), min_size=1, max_size=30))
def test_groups_told_apart_by_more_than_one_whole_number_holds(listed):
    rows = [*listed, *([number] * 9 for number in range(400)), *listed]
    counts = pl.DataFrame([[*row, 1] for row in rows], schema=[*"abcdefghi", "tests"], orient="row")
    summed = split(counts).by([*"abcdefghi"])
    assert told(summed).drop("day").rows() == [(*row, tests) for row, tests in Counter(map(tuple, rows)).items()]


@given(st.lists(st.tuples(st.integers(0, 2**40), st.sampled_from([1, 7, 2**30]))))
def test_keys_are_put_in_order_with_their_tests_whether_or_not_both_fit_in_one_number(listed):
    keys, tests = (np.array([pair[place] for pair in listed], np.int64) for place in (0, 1))
    ordered = list(zip(*(each.tolist() for each in in_order(keys, tests)), strict=True))
    assert sorted(ordered) == sorted(listed)
    assert [key for key, _ in ordered] == sorted(key for key, _ in listed)


def test_neighbours_that_differ_in_days_alone_are_one_group():
    days = [("2023-04", "RF4", "CT", "request_to_test", day, 1) for day in (None, 0, 1)]
    other = [("2023-04", "RF4", None, "request_to_test", 0, 1)]
    assert split(counts_of(days + other).tests).groups.height == 2


@given(
    st.lists(
        st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 3000)), st.integers(1, 6)), max_size=60
    )
)
def test_medians_are_those_of_every_test_written_out(listed):
    spans = defaultdict(list)
    for cell, day, tests in listed:
        spans[cell] += [day] * tests if day is not None else []
    days = [(cell, NO_DAY if day is None else day, tests) for cell, day, tests in listed]
    of_days = (np.array([each[place] for each in days], np.int64) for place in range(3))
    found = {cell: (value, dated) for cell, value, dated in medians(*of_days).iter_rows()}
    assert found == {cell: (median(spans[cell]), len(spans[cell])) for cell in range(6) if spans[cell]}
