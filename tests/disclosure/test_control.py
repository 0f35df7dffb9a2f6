"""The disclosure rule, cell by cell."""

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import get_type_hints

import polars as pl
import pytest

from publish.disclosure.control import NO_DATA, SHOWN, SUPPRESSED, ProtectedTable, change, percentage, protect
from publish.disclosure.policy import Policy, load_policy
from publish.errors import UsageError
from publish.period import Month
from publish.tables.catalogue import TABLE_1, TABLE_2
from publish.tables.specification import Column, Measure
from publish.tables.truth import TrueTable
from publish.writing.content import ProtectedWorkbook, ReleaseTables

SHAPE = dict.fromkeys(("level", "region_code", "org_code", "provider_name", "label", "setting"), "x")
SHAPE |= {"period": "year", "column": "", "of": None}


def protected(spec, tests, value, policy=None, dated=None, **columns):
    row = {"tests": tests, "dated": tests if dated is None else dated, "value": value}
    cells = pl.DataFrame(
        [SHAPE | row | columns], schema_overrides={"value": pl.Float64, "of": pl.Int64, "population": pl.Int64}
    )
    table = protect(TrueTable(spec, (Month(2023, 4),), cells), policy or load_policy())
    return table.cells.select("value", "status").row(0)


#  tests    shown    status
COUNTS = [
    (0, None, NO_DATA),
    (1, None, SUPPRESSED),
    (2, None, SUPPRESSED),
    (3, 5, SHOWN),
    (7, 5, SHOWN),
    (8, 10, SHOWN),
    (12, 10, SHOWN),
    (13, 15, SHOWN),
    (1_234_567, 1_234_565, SHOWN),
]


@pytest.mark.parametrize(("tests", "shown", "status"), COUNTS)
def test_counts(tests, shown, status):
    assert protected(TABLE_1, tests, float(tests)) == (shown, status)


#  table    tests  value  shown  status
ZEROS = [
    (TABLE_1, 0, 0.0, None, SUPPRESSED),  # as a month without activity is: blank would say none
    (TABLE_1, 2, 2.0, None, SUPPRESSED),
    (TABLE_1, 3, 3.0, 5, SHOWN),
    (TABLE_2, 0, None, None, SUPPRESSED),
    (TABLE_2, 3, None, None, NO_DATA),  # tests without dates
]


@pytest.mark.parametrize(("spec", "tests", "value", "shown", "status"), ZEROS)
def test_a_policy_may_hide_zero(spec, tests, value, shown, status):
    policy = replace(load_policy(), hides_zero=True)
    assert protected(spec, tests, value, policy) == (shown, status)


#  tests  median   shown   status
MEDIANS = [
    (0, None, None, NO_DATA),
    (1, 4.0, None, SUPPRESSED),
    (2, 4.5, None, SUPPRESSED),
    (2, None, None, SUPPRESSED),  # hidden with its count, whether or not there is a median
    (3, 4.5, 4.5, SHOWN),
    (3, 0.0, 0.0, SHOWN),
    (50, None, None, NO_DATA),  # activity, but no dates
]


@pytest.mark.parametrize(("tests", "median", "shown", "status"), MEDIANS)
def test_medians_are_hidden_with_their_counts(tests, median, shown, status):
    assert protected(TABLE_2, tests, median) == (shown, status)


#  dated   fewest_dates   shown    status
DATED = [
    (2, 1, 4.5, SHOWN),  # as published: hidden with its count alone
    (2, 3, None, SUPPRESSED),
    (3, 3, 4.5, SHOWN),
    (0, 3, None, NO_DATA),
]


@pytest.mark.parametrize(("dated", "fewest", "shown", "status"), DATED)
def test_a_policy_may_hide_medians_that_rest_on_few_dates(dated, fewest, shown, status):
    policy = Policy(threshold=3, rounding_base=5, fewest_dates=fewest)
    assert protected(TABLE_2, 50, 4.5 if dated else None, policy, dated) == (shown, status)
    assert protected(TABLE_1, 50, 50.0, policy, dated) == (50, SHOWN)


@pytest.mark.parametrize(("tests", "shown"), [(9, None), (10, 10), (14, 10), (15, 20)])
def test_another_policy(tests, shown):
    assert (
        protected(TABLE_1, tests, float(tests), Policy(threshold=10, rounding_base=10, fewest_dates=1))[0] == shown
    )


#  persons   shown   status
PERSONS = [
    (None, 10, SHOWN),  # not known: the tests alone
    (0, 10, SHOWN),
    (1, None, SUPPRESSED),
    (2, None, SUPPRESSED),
    (3, 10, SHOWN),
]


@pytest.mark.parametrize(("persons", "shown", "status"), PERSONS)
def test_many_tests_of_few_persons_are_hidden(persons, shown, status):
    assert protected(TABLE_1, 9, 9.0, persons=persons) == (shown, status)
    assert protected(TABLE_1, 2, 2.0, persons=persons) == (None, SUPPRESSED)
    assert protected(TABLE_1, 0, 0.0, persons=None) == (None, NO_DATA)


def test_true_values_do_not_leave():
    cells = pl.DataFrame([SHAPE | {"tests": 2, "dated": 2, "value": 2.0}], schema_overrides={"of": pl.Int64})
    table = protect(TrueTable(TABLE_1, (Month(2023, 4),), cells), load_policy())
    assert not {"tests", "dated"} & set(table.cells.columns)


def test_only_control_makes_a_protected_table():
    with pytest.raises(TypeError, match=r"made by publish\.disclosure\.control"):
        ProtectedTable(TABLE_1, (), pl.DataFrame(), object())


def test_writers_take_protected_tables_alone():
    """No module that writes names what holds true values, and what a release holds are protected tables."""
    root = Path(__file__).parents[2] / "publish"
    for file in (root / "writing").rglob("*.py"):
        imported = re.findall(r"^\s*(?:from|import) .*", file.read_text(encoding="utf-8"), re.MULTILINE)
        assert not re.search(r"\b(TrueTable|Counts|release_tables|builder)\b", " ".join(imported)), file.name
    assert get_type_hints(ProtectedWorkbook)["tables"] == tuple[ProtectedTable, ...]
    held = get_type_hints(ReleaseTables)
    assert held["england"] == Mapping[str, ProtectedTable]
    assert (held["year_to_date"], held["year_before"]) == (ProtectedTable, ProtectedTable | None)


def test_nothing_else_in_the_project_applies_the_rule():
    """Only control names the seal; it, release_tables and link know `protect`, it and kept files `restore`."""
    root = Path(__file__).parents[2] / "publish"
    users = {word: set() for word in ("_SEAL", "protect(", "restore(")}
    for file in root.rglob("*.py"):
        for word, files in users.items():
            if word in file.read_text(encoding="utf-8"):
                files.add(file.relative_to(root).as_posix())
    control = "disclosure/control.py"
    assert users["_SEAL"] == {control}
    assert users["protect("] == {control, "linkage/link.py", "release_tables.py"}
    assert users["restore("] == {control, "writing/protected_files.py"}


def test_every_measure_is_protected():
    measures = [measure for measure in Measure if measure not in (Measure.PER_CENT, Measure.PER_1000)]
    assert {protected(replace(TABLE_1, measure=measure), 2, 2.0) for measure in measures} == {(None, SUPPRESSED)}
    assert protected(SHARES, 2, None, of=50, column="Share") == (None, SUPPRESSED)
    assert protected(SHARES, 2, None, population=50, column="Rate") == (None, SUPPRESSED)


SHARES = replace(
    TABLE_1, columns=(Column("Share", of=Column("Total")), Column("Rate", per_1000=True), Column("Total"))
)


#  tests   of      decimals   shown   status
PERCENTAGES = [
    (0, 50, 0, 0, SHOWN),
    (1, 50, 0, None, SUPPRESSED),  # its count is hidden
    (2, 2, 0, None, SUPPRESSED),
    (0, 2, 0, None, SUPPRESSED),  # its base is hidden
    (0, 0, 0, None, NO_DATA),  # nothing to take a percentage of
    (3, 3, 0, 100, SHOWN),
    (7, 13, 0, 33, SHOWN),  # 5 of 15, not 7 of 13: 54
    (8, 13, 0, 67, SHOWN),  # 10 of 15
    (62, 100, 0, 60, SHOWN),
    (63, 100, 0, 65, SHOWN),
    (5, 1000, 0, 1, SHOWN),  # half a per cent is rounded up
    (20, 4001, 0, 1, SHOWN),
    (20, 4003, 0, 0, SHOWN),  # 20 of 4,005
    (1, 1_000_000, 0, None, SUPPRESSED),
    (333_333, 1_000_000, 1, 33.3, SHOWN),
    (40, 690, 1, 5.8, SHOWN),
]


@pytest.mark.parametrize(("tests", "of", "decimals", "shown", "status"), PERCENTAGES)
def test_percentages_are_of_rounded_counts(tests, of, decimals, shown, status):
    policy = replace(load_policy(), percentage_decimals=decimals)
    assert protected(SHARES, tests, None, policy, of=of, column="Share") == (shown, status)


#  tests    population   shown    status
RATES = [
    (0, 1000, 0, SHOWN),
    (2, 1000, None, SUPPRESSED),
    (7, 1000, 5, SHOWN),  # of 5 tests, not of 7
    (1_234_567, 10_000_000, 123.5, SHOWN),
    (5, None, None, NO_DATA),
]


@pytest.mark.parametrize(("tests", "population", "shown", "status"), RATES)
def test_rates_are_of_rounded_counts(tests, population, shown, status):
    assert protected(SHARES, tests, None, population=population, column="Rate") == (shown, status)


@pytest.mark.parametrize(("tests", "shown", "status"), [(0, 0, SHOWN), (2, None, SUPPRESSED), (3, 5, SHOWN)])
def test_none_is_zero_in_a_column_that_is_no_month(tests, shown, status):
    assert protected(SHARES, tests, float(tests), column="Total") == (shown, status)


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(1, 3, 33), (2, 3, 67), (1, 8, 13), (5, 5, 100), (None, 5, None), (5, None, None), (5, 0, None)],
)
def test_percentages_are_whole_and_only_of_what_is_shown(part, whole, shown):
    assert percentage(part, whole) == shown


@pytest.mark.parametrize(
    ("now", "before", "shown"),
    [(105, 100, 5.0), (95, 100, -5.0), (1001, 1000, 0.1), (5, 0, None), (None, 5, None), (5, None, None)],
)
def test_changes(now, before, shown):
    assert change(now, before) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("threshold = 0", "rounding_base = 10", "treshold = 3", 'threshold = "3"', "threshold ="),
        *('secondary = "yes"', 'secondary = "lp"', 'secondary = "lp"\nrounding_base = 2', "secondary = true"),
    ],
)
def test_a_policy_that_cannot_be_used_is_refused(tmp_path, text):
    (tmp_path / "policy.toml").write_text(text)
    with pytest.raises(UsageError):
        load_policy(tmp_path / "policy.toml")


def test_secondary_suppression_is_for_counts_that_are_not_rounded(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text('secondary = "lp"')
    with pytest.raises(UsageError, match="is for counts that are not rounded") as refusal:
        load_policy(file)
    assert "set rounding_base = 1" in str(refusal.value)
    file.write_text('secondary = "l"')
    with pytest.raises(UsageError, match="'l' is not known") as refusal:
        load_policy(file)
    assert 'write "none" or "lp"' in str(refusal.value)
    file.write_text('secondary = "lp"\nrounding_base = 1\nhides_zero = true')
    with pytest.raises(UsageError, match="here zero is hidden"):
        load_policy(file)
    file.write_text('secondary = "lp"\nrounding_base = 1')
    policy = load_policy(file)
    assert policy.hides_more
    assert Policy(**asdict(policy)) == policy  # as approval reads it from the manifest
    assert not Policy(threshold=3, rounding_base=5, fewest_dates=1).hides_more
