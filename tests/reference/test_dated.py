"""Dated look-ups: every day of a code once, and the row that held on it."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.errors import InputRefused
from publish.reference.dated import narrowed, stretches

FIRST, LAST = date(2023, 1, 1), date(2023, 3, 1)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
SCHEMA = {"code": pl.String, "meaning": pl.String, "valid_from": pl.Date, "valid_to": pl.Date}

day = st.dates(FIRST - timedelta(days=40), LAST + timedelta(days=40))


@st.composite
def dated_rows(draw, codes="AB", meanings="pqr"):
    """Rows whose dates do not overlap within a code, with gaps, open ends and rows outside the window."""
    rows = []
    for code in codes:
        cuts = sorted(draw(st.lists(day, max_size=6, unique=True)))
        for start, end in zip(cuts[::2], cuts[1::2], strict=False):
            rows.append((code, draw(st.sampled_from(meanings)), start, end))
        if rows and rows[-1][0] == code and draw(st.booleans()):
            rows[-1] = (*rows[-1][:3], None)
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def meaning_on(rows: pl.DataFrame, code: str, on: date) -> str | None:
    for row_code, meaning, start, end in rows.select("code", "meaning", "valid_from", "valid_to").iter_rows():
        if row_code == code and (start is None or start <= on) and (end is None or on <= end):
            return meaning
    return None


@given(dated_rows())
def test_stretches_hold_every_day_of_a_code_once(rows):
    found = stretches(rows, "code", FIRST, LAST)
    for code in found["code"].unique():
        mine = found.filter(pl.col("code") == code)
        for on in DAYS:
            holding = mine.filter(pl.lit(on).is_between("valid_from", "valid_to"))
            assert holding["meaning"].to_list() == [meaning_on(rows, code, on)]


@given(dated_rows(codes="AB", meanings="AB"), dated_rows(codes="AB", meanings="xyz"))
def test_narrowed_follows_two_tables_day_by_day(sites, names):
    left = stretches(sites, "code", FIRST, LAST)
    right = stretches(names, "code", FIRST, LAST).rename({"code": "of", "meaning": "name"})
    found = narrowed(left, right, "meaning", "of")
    for code in found["code"].unique():
        for on in DAYS:
            holding = found.filter(pl.col("code") == code, pl.lit(on).is_between("valid_from", "valid_to"))
            middle = meaning_on(sites, code, on)
            assert holding.select("meaning", "name").rows() == [
                (middle, meaning_on(names, middle, on) if middle else None)
            ]


def test_two_rows_for_a_day_are_refused():
    rows = pl.DataFrame([("A", "p", FIRST, LAST), ("A", "q", LAST, None)], schema=SCHEMA, orient="row")
    with pytest.raises(InputRefused, match="code A has two rows for 2023-03-01"):
        stretches(rows, "code", FIRST, LAST)
