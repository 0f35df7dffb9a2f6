"""The attack by sums, held to every world of true counts that prints the same tables."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from publish.disclosure.audit.bounding.bounds import bounds
from publish.disclosure.audit.reading.sheet import Sheet
from publish.disclosure.audit.recognising.linked import counts_of, linked
from publish.disclosure.audit.recognising.recognition import recognise
from publish.disclosure.audit.routes.differences import attack_differences, attack_over_time
from publish.disclosure.audit.rule import Rule

RULE = Rule()
TITLE = [None, "Title:", "Table 1 DID - Count of Imaging Activity by Modality"]
HEADS = (None, "Region", "Org Code", "Provider name", "Modality")
MODALITY = "Fluoroscopy"


def quiet(_):
    pass


def shown(count):
    return "*" if 0 < count < 3 else 5 * ((count + 2) // 5)


def table(title, period, heads, rows):
    """`rows`: a name and the true counts of its columns."""
    top = [[None, "Title:", title], [None, "Period:", period], []]
    body = [
        [None, *(("-", "-") if name == "ENGLAND" else ("Y56", name[:3])), name, MODALITY, *map(shown, counts)]
        for name, counts in rows
    ]
    return Sheet(f"{title}.xlsx", "Provider", [*top, [*HEADS, *heads], *body])


def with_total(counts):
    return [*counts, sum(counts)]


def by_month(world):
    """Two providers in two months, the year so far, and England."""
    one, other = world[:2], world[2:]
    both = [a + b for a, b in zip(one, other, strict=True)]
    rows = [("ENGLAND", both), ("RAA First Trust", one), ("RBB Second Trust", other)]
    return [("Table 1 Count", "2023/24", ("Apr", "May", "YTD"), [(name, with_total(each)) for name, each in rows])]


def by_setting_and_month(world):
    """One provider: a table by month, and one by source setting, of the same tests."""
    months, settings = (world[0] + world[1], world[2] + world[3]), (world[0] + world[2], world[1] + world[3])
    period = "April to May 2023"
    return [
        ("Table 1 Count", "2023/24", ("Apr", "May", "Year to date"), [("RAA First Trust", with_total(months))]),
        (
            "Table 11 Count by setting",
            period,
            ("A&E / Admitted", "OP / GP direct access", "Total"),
            [("RAA First Trust", with_total(settings))],
        ),
    ]


def by_day(world):
    """Bands that hold each other, and one that is not printed: 2 to 28 days."""
    same, next_day, _, later = world
    counts = (same, same + next_day, later, sum(world))
    heads = ("Same day", "By next day", "> 28 days", "Total cases")
    return [("Table 13 DID - Report turnaround", "2023/24 Q1", heads, [("RAA First Trust", counts)])]


def printed(tables):
    return repr([table(*each).rows for each in tables])


def worlds_of(release):
    """The worlds by what they print: every one there is for each print. Leaves are printed themselves in the first
    release; in the others they are not, and all are there that add up to no more than a total shown as 10 can be.
    """
    every = product(range(8), repeat=4) if release is by_month else product(range(13), repeat=4)
    worlds = defaultdict(list)
    for world in every:
        if release is by_month or sum(world) <= 12:
            worlds[printed(release(world))].append(world)
    return [*worlds.values()]


def cells(tables):
    return [count for *_, rows in tables for _, counts in rows for count in counts]


@pytest.mark.parametrize("release", [by_month, by_setting_and_month, by_day])
def test_bounds_are_those_of_all_worlds_that_print_the_same(release):
    alike = worlds_of(release)
    for same in alike[:: 1 + len(alike) // 200]:
        by_trying = np.array([cells(release(world)) for world in same])
        low, high = by_trying.min(axis=0), by_trying.max(axis=0)
        tables = [found for each in release(same[0]) for found in recognise(table(*each))]
        keys = [figure.key for of_sheet in tables for figure in of_sheet.figures]
        counts = counts_of(tables, RULE)
        links = linked(counts)
        system = links.system((count.low, count.high) for count in counts.values())
        found = bounds(system, np.ones(len(counts), np.bool_), quiet)
        at = [links.keys.index(key) for key in keys]
        assert (found.low[at] == low).all(), same
        assert (found.high[at] == high).all(), same
        open_cells = {key for key, count in counts.items() if count.low < count.high}
        single = {key for key, least, most in zip(keys, low, high, strict=True) if least == most}
        assert attack_differences(tables, counts, {}, RULE, quiet).recovered == open_cells & single


def year_to_date(*months):
    return table(
        "Table 1 Count",
        "2023/24",
        (*("Apr", "May", "Jun")[: len(months)], "YTD"),
        [("RAA Trust", with_total(months))],
    )


def test_a_later_year_to_date_less_an_earlier_one():
    """Apr and May of 1 each: the year to May is hidden, so both are 1; the month of June is rounded."""
    tables, older = recognise(year_to_date(1, 1, 30)), counts_of(recognise(year_to_date(1, 1)), RULE)
    counts = counts_of(tables, RULE)
    assert not attack_differences(tables, counts, {}, RULE, quiet).recovered
    later = attack_over_time(tables, counts, [older], {}, frozenset(), RULE, quiet)
    assert {key.months for key in later.recovered} == {(24279, 24279), (24280, 24280)}
    assert later.tried == 2
    assert not later.findings
    assert len(later.by_rule) == 2


def test_what_the_rule_would_have_hidden_is_a_finding():
    """An unrounded year gives away a hidden month: the rule does not leave that open."""
    rows = [[None, *HEADS[1:], "Apr", "May", "YTD"], [None, "Y56", "RAA", "First Trust", MODALITY, "*", 0, 2]]
    tables = recognise(Sheet("a.xlsx", "Provider", [TITLE, [None, "Period:", "2023/24"], *rows]))
    solved = attack_differences(tables, counts_of(tables, RULE), {}, RULE, quiet)
    assert [(finding.low, finding.high, finding.column) for finding in solved.findings] == [(2, 2, "F")]
    assert not solved.by_rule
