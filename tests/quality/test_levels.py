"""What is usual: levels, steps and the season that all have in common."""

import numpy as np
import pytest

from publish.quality.levels import levels_of, season_of

SEASON = np.array([0.96, 1.03, 1.01, 0.99, 0.98, 1.0, 1.04, 1.05, 0.91, 1.05, 0.98, 1.0])


def numbers(months):
    return np.array([float(number) for number in months.split()])


def levels(months):
    """Levels of a series of tests, the season taken out, in hundreds."""
    flat = np.ones(12)
    season = season_of(np.outer(np.full(9, 10_000.0), flat))
    return levels_of(100 * numbers(months)[None, :], season)


LEVELS = [
    # reported                                           usual
    ("100 101 99 100 100 102 98 100 100 101 99 100", "100 100 100 100 100 100 100 100 100 100 100 100"),
    ("100 100 0 100 100 100 100 100 0 0 100 100", "100 100 100 100 100 100 100 100 100 100 100 100"),
    ("100 100 55 100 100 100 100 100 100 100 100 100", "100 100 100 100 100 100 100 100 100 100 100 100"),
    ("100 100 100 100 100 100 60 60 60 60 60 60", "100 100 100 100 100 100 60 60 60 60 60 60"),
    ("100 100 100 100 100 100 100 100 100 200 200 200", "100 100 100 100 100 100 100 100 100 200 200 200"),
    # a dip between two others is no level of its own, unless it lasts
    ("100 100 100 100 60 60 60 100 100 100 100 100", "100 100 100 100 100 100 100 100 100 100 100 100"),
    ("100 100 100 60 60 60 60 60 60 100 100 100", "100 100 100 60 60 60 60 60 60 100 100 100"),
]


@pytest.mark.parametrize(("reported", "usual"), LEVELS)
def test_the_usual_level(reported, usual):
    assert levels(reported).expected[0] / 100 == pytest.approx(numbers(usual), rel=0.03)


def test_the_level_before_the_last_step_is_kept():
    before = levels("100 100 100 100 100 100 60 60 60 60 60 60").before[0]
    assert np.isnan(before[:6]).all()
    assert before[6:] / 100 == pytest.approx(np.full(6, 100.0))


def test_too_few_months_tell_nothing():
    assert np.isnan(levels("0 0 0 0 0 0 0 0 0 0 100 100").expected).all()


def test_a_month_with_next_to_nothing_is_absent():
    absent = levels("100 1 100 4 6 100 100 100 100 100 100 0").absent[0]
    assert list(np.flatnonzero(absent)) == [1, 3, 11]


def test_a_known_step_is_taken_where_the_month_alone_would_not_tell():
    months = numbers("100 100 100 150 98 150 150 150 150 150 150 150")
    flat = season_of(np.full((9, 12), 10_000.0))
    stepped = np.zeros((1, 12), dtype=bool)
    stepped[0, 3] = True
    usual = levels_of(100 * months[None, :], flat, stepped).expected[0] / 100
    assert usual == pytest.approx(numbers("100 100 100 150 150 150 150 150 150 150 150 150"), rel=0.03)


def test_the_season_is_what_all_have_in_common_and_gaps_are_no_season():
    sizes = np.arange(10.0, 20.0) * 1_000
    values = np.outer(sizes, SEASON)
    values[0, 2] = 0.0
    values[1, 5] = 400.0
    assert season_of(values).factors == pytest.approx(SEASON / SEASON.mean(), rel=0.01)


def test_no_series_is_large_enough_for_a_season():
    assert season_of(np.zeros((2, 12))).factors == pytest.approx(np.ones(12))
