"""What may not change a count: order, files, form, row groups, a header."""

import random

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from publish.counts.reduction import add
from tests.fuzz.made import count, csv_text, frame, records
from tests.fuzz.settings import slow


def summed(counts):
    """Counts as plain rows, the rows of a key added up."""
    found = []
    for part, number in ((counts.tests, "tests"), (counts.kept_out, "records")):
        keys = [name for name in part.columns if name != number]
        text = part.with_columns(pl.col(pl.Categorical).cast(pl.String))
        found.append(text.group_by(keys).agg(pl.col(number).sum()).sort(keys, nulls_last=True).rows())
    return found


@slow
@given(
    rows=st.lists(records, min_size=1, max_size=25),
    seed=st.integers(0, 99),
    header=st.booleans(),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([0, 1]),
    group=st.integers(1, 4),
)
def test_counts_depend_on_the_records_alone(tmp_path_factory, rows, seed, header, end, quoting, group):
    folder = tmp_path_factory.mktemp("counting")
    frame(rows).write_parquet(folder / "whole.parquet")
    whole = count(folder / "whole.parquet")
    assert whole.records == len(rows)

    shuffled = random.Random(seed).sample(rows, len(rows))
    middle = seed % len(rows)
    frame(shuffled[:middle]).write_parquet(folder / "first.parquet", row_group_size=group)
    text = csv_text(shuffled[middle:], header=header, end=end, quoting=quoting)
    (folder / "rest.csv").write_text(text, encoding="utf-8", newline="")
    parts = add([count(folder / "first.parquet"), count(folder / "rest.csv")])
    assert summed(parts) == summed(whole)


@slow
@given(rows=st.lists(records, min_size=1, max_size=10))
def test_twice_the_records_give_twice_the_counts(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("counting")
    frame(rows).write_parquet(folder / "once.parquet")
    frame(rows * 2).write_parquet(folder / "twice.parquet")
    once, twice = summed(count(folder / "once.parquet")), summed(count(folder / "twice.parquet"))
    assert [[(*row[:-1], 2 * row[-1]) for row in part] for part in once] == twice
