"""The attack by sums and differences, within a folder and over time: what linked tables leave open of each count.

Rule: disclosure specification, routes 3 and 4. Every total is the sum of its parts, wherever they are published; a
count that only one number fits is recovered.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from publish.disclosure.audit.bounding.bounds import Bounds, bounds
from publish.disclosure.audit.finding import Finding, Route
from publish.disclosure.audit.recognising.figures import Key, Table
from publish.disclosure.audit.recognising.linked import Count, Counts, Linked, Relation, linked
from publish.disclosure.audit.routes.cells_shown import found_at
from publish.disclosure.audit.rule import Rule

MOST_NAMED = 3  # of the sums from which a count follows

Tell = Callable[[str], None]
Flags = NDArray[np.bool_]


@dataclass
class Solved:
    """What the sums leave open: findings; those that the rule itself leaves; counts tried, and narrowed ones.

    `unproven` counts were bounded, but a search reached its limit before it found both ends of what is possible.
    """

    tried: int
    narrowed: int
    contradictions: int
    unproven: int
    findings: list[Finding] = field(default_factory=list[Finding])
    by_rule: list[Finding] = field(default_factory=list[Finding])
    recovered: set[Key] = field(default_factory=set[Key])


def attack_differences(
    tables: Sequence[Table], counts: Counts, learnt: Mapping[Key, tuple[int, int]], rule: Rule, tell: Tell
) -> Solved:
    """Sums and differences within one folder; `learnt` is what other routes tell, and have found, of counts."""
    return _Attack(tables, counts, rule, Route.DIFFERENCE, frozenset(learnt)).solve(_with(counts, learnt), tell)


def attack_over_time(
    tables: Sequence[Table],
    counts: Counts,
    older: Sequence[Counts],
    learnt: Mapping[Key, tuple[int, int]],
    already: frozenset[Key],
    rule: Rule,
    tell: Tell,
) -> Solved:
    """The same with older folders: a count that both have is one unknown, unless it was revised so far that no
    number fits both. What is recovered without the older ones (`already`) is not found again.
    """
    together = _with(counts, learnt)
    for release in older:
        for key, count in release.items():
            together[key] = _met(together[key], count) if key in together else count
    solved = _Attack(tables, counts, rule, Route.TIME, already).solve(together, tell)
    solved.tried = sum(any(key in release for release in older) for key in counts)
    return solved


def _with(counts: Counts, learnt: Mapping[Key, tuple[int, int]]) -> Counts:
    """The counts, with what other routes tell of them."""
    together = dict(counts)
    for key, (low, high) in learnt.items():
        if key in together:
            count = together[key]
            together[key] = _met(count, replace(count, low=low, high=high))
    return together


def _met(count: Count, other: Count) -> Count:
    """A count with what another cell says of it too, where both can be so."""
    low, high = max(count.low, other.low), min(count.high, other.high)
    least, most = max(count.ruled[0], other.ruled[0]), min(count.ruled[1], other.ruled[1])
    if low > high:
        return count
    return replace(count, low=low, high=high, ruled=(least, most) if least <= most else count.ruled)


@dataclass(frozen=True)
class _Attack:
    """One search: for the counts of a folder, `already` without those that were found before."""

    tables: Sequence[Table]
    counts: Counts
    rule: Rule
    route: Route
    already: frozenset[Key]

    def solve(self, together: Counts, tell: Tell) -> Solved:
        """What the linked counts leave open of those of the folder."""
        links, every = linked(together), list(together.values())
        starts = np.array([self._start(key) for key in links.keys], dtype=np.int64).reshape(-1, 2)
        attacked = starts[:, 0] < starts[:, 1]
        found = bounds(links.system((count.low, count.high) for count in every), attacked, tell)
        exact = attacked & (found.low == found.high)
        by_rule = self._by_rule(links, every, exact, tell)
        closer = (found.low > starts[:, 0]) | (found.high < starts[:, 1])
        solved = Solved(
            tried=int(attacked.sum()),
            narrowed=int((attacked & closer & ~exact).sum()),
            contradictions=int(found.left_out.sum()),
            unproven=int((attacked & ~exact & ~found.exact).sum()),
        )
        for place in np.flatnonzero(exact):
            key = links.keys[place]
            if key not in self.already:
                finding = self._finding(key, int(found.low[place]), _sums(links, int(place), found))
                (solved.by_rule if by_rule[place] else solved.findings).append(finding)
                solved.recovered.add(key)
        return solved

    def _start(self, key: Key) -> tuple[int, int]:
        """Between which numbers a count of the folder lies by its own cells; nothing is attacked of others."""
        count = self.counts.get(key)
        return (0, 0) if count is None else (count.low, count.high)

    def _by_rule(self, links: Linked, every: Sequence[Count], exact: Flags, tell: Tell) -> Flags:
        """Which of the recovered counts would be so if every cell had been treated by the rule."""
        if not self.rule.leaves_sums or not exact.any():
            return np.zeros_like(exact)
        if all((count.low, count.high) == count.ruled for count in every):
            return exact
        tell("Asking what the rule itself leaves open")
        ruled = bounds(links.system(count.ruled for count in every), exact, tell)
        return exact & (ruled.low == ruled.high)

    def _finding(self, key: Key, value: int, sums: str) -> Finding:
        count = self.counts[key]
        source = count.hidden or count.source
        table = self.tables[source.table]
        shown = "hidden" if count.hidden else "rounded"
        return found_at(
            table, table.figures[source.figure], self.route, (value, value), f"a {shown} count follows from {sums}"
        )


def _sums(links: Linked, unknown: int, found: Bounds) -> str:
    """The sums from which a count follows, in words: those of which nothing is left open, or all that it is in."""
    relations = [links.relations[place] for place in links.touching[unknown]]
    closed = [relation for relation in relations if _is_closed(relation, found)]
    words = sorted({relation.words for relation in closed or relations})
    return f"sums over {' and '.join(words[:MOST_NAMED])}" if words else "another cell of it"


def _is_closed(relation: Relation, found: Bounds) -> bool:
    places = [relation.total, *relation.parts]
    return bool((found.low[places] == found.high[places]).all())
