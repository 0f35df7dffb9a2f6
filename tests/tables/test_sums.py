"""Sums of counts and medians of cells against the slow, obvious computation."""

from collections import Counter, defaultdict
from statistics import median

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from publish.counts.reduction import Counts
from publish.tables.medians import medians
from publish.tables.sums import EVERY_DAY, Asked, Sums, split

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


def sums_of(summed, keys, *, grouped):
    """The same of a sum; a group of its own for each day has that day."""
    found = summed.by_day.join(summed.groups.with_row_index("group"), on="group", suffix="_of_group")
    if grouped:
        assert found["days"].eq_missing(found["days_of_group"]).all()
    texts = found.select(pl.col(keys).cast(pl.String), "days", "tests")
    assert texts.select(*keys, "days").is_duplicated().any() is False
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
        parts = split(counts_of(each).tests)
        whole = parts.by_day.join(parts.groups.with_row_index("group"), on="group", maintain_order="left")
        texts = whole.select(pl.col(*KEYS, "interval").cast(pl.String), "days", "tests")
        assert texts.rows() == each


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
    by_day = pl.DataFrame(listed, schema={"cell": pl.UInt32, "days": pl.Int32, "tests": pl.Int64}, orient="row")
    found = {cell: (value, dated) for cell, value, dated in medians(by_day).iter_rows()}
    assert found == {cell: (median(spans[cell]), len(spans[cell])) for cell in range(6) if spans[cell]}
