"""What a rule lets the attacker conclude, held to a count of everything that control would show so."""

import pytest

from publish.disclosure.audit.rule import Rule

RULES = [Rule(threshold, base) for base in (1, 3, 5, 10) for threshold in (3, 5, 6, 11)]
MOST = 60


def rounded(count, base):
    """To the nearest multiple, halves upwards."""
    return (2 * count + base) // (2 * base) * base


def by_showing(rule):
    """The counts behind each value that control shows: small ones are hidden, but not zero."""
    behind = {}
    for count in range(3 * MOST):
        if not 0 < count < rule.threshold:
            behind.setdefault(rounded(count, rule.rounding_base), []).append(count)
    return behind


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.threshold}, {rule.rounding_base}")
def test_a_shown_value_stands_for_all_counts_that_control_shows_so_and_no_other(rule):
    for value, counts in by_showing(rule).items():
        if value < MOST:
            low, high = rule.shown(value)
            assert (low, high) == (counts[0], counts[-1]), value
            assert not value or list(range(low, high + 1)) == counts


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.threshold}, {rule.rounding_base}")
def test_a_count_that_is_treated_first_is_hidden_or_shown(rule):
    for count in range(MOST):
        low, high = rule.treated(count)
        assert low <= count <= high
        expected = rule.hidden if 0 < count < rule.threshold else rule.shown(rounded(count, rule.rounding_base))
        assert (low, high) == expected


@pytest.mark.parametrize(
    ("threshold", "base", "value", "shown"),
    [
        (3, 5, 5, (3, 7)),
        (3, 5, 10, (8, 12)),
        (3, 5, 7, (7, 7)),
        (6, 5, 5, (6, 7)),
        (6, 10, 10, (6, 14)),
        (5, 3, 6, (5, 7)),
        (3, 1, 4, (4, 4)),
        (11, 10, 10, (11, 14)),
    ],
)
def test_values_as_shown(threshold, base, value, shown):
    assert Rule(threshold, base).shown(value) == shown


def test_what_the_rule_allows():
    assert [value for value in range(16) if Rule(3, 5).allows(value)] == [0, 5, 10, 15]
    assert [value for value in range(8) if Rule(3, 1).allows(value)] == [0, 3, 4, 5, 6, 7]
    assert not Rule(3, 5).allows(7.5)
    assert not Rule(3, 5).allows(2)


def test_sums_are_left_open_by_rounding_alone():
    assert Rule().leaves_sums
    assert not Rule(rounding_base=1).leaves_sums
    assert not Rule(secondary=True).leaves_sums
    assert not Rule(strict=True).leaves_sums
