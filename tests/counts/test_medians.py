"""Medians from counts of days are those of the records."""

from collections import Counter
from statistics import median

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from publish.counts.medians import median_days

days = st.one_of(st.none(), st.integers(0, 6), st.integers(0, 5000))


@given(st.dictionaries(st.sampled_from("abc"), st.lists(days, min_size=1, max_size=30)))
def test_medians_are_those_of_the_days_themselves(by_key):
    counted = Counter((key, day) for key, listed in by_key.items() for day in listed)
    counts = pl.DataFrame(
        [(key, day, tests) for (key, day), tests in counted.items()],
        schema={"key": pl.String, "days": pl.Int32, "tests": pl.Int64},
        orient="row",
    )
    known = {key: [day for day in listed if day is not None] for key, listed in by_key.items()}
    found = {key: (value, dated) for key, value, dated in median_days(counts, ["key"]).iter_rows()}
    assert found == {key: (median(listed), len(listed)) for key, listed in known.items() if listed}
