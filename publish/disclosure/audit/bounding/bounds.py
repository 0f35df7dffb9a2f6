"""How closely the published tables bound every unknown count."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import block_array, csr_array
from scipy.sparse.csgraph import connected_components

from publish.disclosure.audit.bounding.propagation import Propagated, propagate
from publish.disclosure.audit.bounding.search import Found, against, closest
from publish.disclosure.audit.bounding.system import UNBOUNDED, Mask, System, Whole

WORTH_TELLING: Final = 2_000  # unknowns that are searched together: fewer take no time


@dataclass(frozen=True)
class Bounds:
    """What can be learnt of each unknown of a system.

    `low` and `high` (tests) hold in every solution of the rows that were kept. `exact` is true for attacked
    unknowns whose two ends were both seen in solutions in whole numbers: nothing closer can be learnt. `left_out`
    are rows that cannot hold together with the others.
    """

    low: Whole
    high: Whole
    exact: Mask
    left_out: Mask


@dataclass(frozen=True)
class _Component:
    """Unknowns that hang together by rows, as a system of their own. `tree`: no two rows share two unknowns."""

    unknowns: Whole
    rows: Whole
    system: System
    tree: bool

    @property
    def key(self) -> tuple[bytes, ...]:
        """The same for the same rows over the same bounds."""
        parts = self.unknowns, self.rows, self.system.low, self.system.high
        return tuple(part.tobytes() for part in parts)


def bounds(system: System, attacked: Mask, tell: Callable[[str], None]) -> Bounds:
    """Bound the unknowns of a system: as closely as whole numbers allow for the attacked ones, truly for all.

    Bounds follow from single rows first. Then unknowns that hang together by rows are searched together (see
    `search.closest`), but for rows that form a tree, where single rows say all there is. Rows that cannot hold with
    the others are left out, one of those that contradict each other, and all is done again without them. Every
    `low` must be at most its `high`. Rule: disclosure specification, "Audit" and "Routes", 3: differences.
    """
    left_out, done = _impossible(system), dict[tuple[bytes, ...], Found]()
    while True:
        reached = propagate(system, left_out)
        exact = attacked & (reached.low == reached.high)
        left_out = reached.left_out.copy()
        parts = [part for part in _components(system, reached) if attacked[part.unknowns].any()]
        for number, part in enumerate(parts, 1):
            if part.tree and reached.settled:
                exact[part.unknowns] = attacked[part.unknowns]
                continue
            if part.key not in done:
                if part.unknowns.size >= WORTH_TELLING:
                    tell(f"Bounding {part.unknowns.size:,} linked counts ({number} of {len(parts)} groups)")
                done[part.key] = closest(part.system, attacked[part.unknowns])
            _take(part, done[part.key], reached, exact, left_out)
        if (left_out == reached.left_out).all():
            return Bounds(reached.low, reached.high, exact & attacked, left_out)


def _impossible(system: System) -> Mask:
    """Rows without an unknown that do not hold."""
    return (np.diff(system.rows.indptr) == 0) & ((system.least > 0) | (system.most < 0))


def _take(part: _Component, found: Found, reached: Propagated, exact: Mask, left_out: Mask) -> None:
    """Take up in place what was found of a component, or the rows that make it impossible."""
    if not found.possible:
        left_out[part.rows[against(part.system)]] = True
        return
    reached.low[part.unknowns], reached.high[part.unknowns] = found.low, found.high
    exact[part.unknowns] = ~(found.open_below | found.open_above)


def _components(system: System, reached: Propagated) -> Iterator[_Component]:
    """The unknowns that are still open, by the rows that say something of them beyond their bounds."""
    unknowns = np.flatnonzero(reached.low < reached.high)
    rows = np.flatnonzero(~reached.left_out)
    whole = system.part(rows, unknowns, reached.low, reached.high)
    telling = np.flatnonzero(_telling(whole))
    whole = whole.part(telling, np.arange(unknowns.size), whole.low, whole.high)
    yield from _split(whole, unknowns, rows[telling])


def _telling(system: System) -> Mask:
    """Rows that do not hold by the bounds alone."""
    up, down = system.rows.maximum(0), system.rows.minimum(0)
    bottom: Whole = up @ system.low + down @ system.high
    top: Whole = up @ system.high + down @ system.low
    below = (system.least > -UNBOUNDED) & (bottom < system.least)
    above = (system.most < UNBOUNDED) & (top > system.most)
    return below | above


def _split(system: System, unknowns: Whole, rows: Whole) -> Iterator[_Component]:
    """The components of a system, in the order of their first unknowns."""
    across = abs(system.rows)
    count, label = connected_components(block_array([[None, across.T], [across, None]]), directed=False)
    of_unknown, of_row = label[: unknowns.size], label[unknowns.size :]
    by_unknown, by_row = np.argsort(of_unknown, kind="stable"), np.argsort(of_row, kind="stable")
    ordered = csr_array(csr_array(system.rows[by_row])[:, by_unknown])
    left = np.searchsorted(of_unknown[by_unknown], np.arange(count + 1))
    top = np.searchsorted(of_row[by_row], np.arange(count + 1))
    for number in range(count):
        columns, lines = slice(left[number], left[number + 1]), slice(top[number], top[number + 1])
        own, kept = by_unknown[columns], by_row[lines]
        part = System(
            system.low[own],
            system.high[own],
            _block(ordered, columns, lines),
            system.least[kept],
            system.most[kept],
        )
        yield _Component(unknowns[own], rows[kept], part, _is_tree(part))


def _block(rows: csr_array, columns: slice, lines: slice) -> csr_array:
    starts = rows.indptr[lines.start : lines.stop + 1]
    within = slice(starts[0], starts[-1])
    shape = lines.stop - lines.start, columns.stop - columns.start
    return csr_array((rows.data[within], rows.indices[within] - columns.start, starts - starts[0]), shape=shape)


def _is_tree(system: System) -> bool:
    """Whether each unknown is reached from another in one way only, and one more of it is one more in its row."""
    rows, unknowns = system.least.size, system.low.size
    return system.rows.nnz == rows + unknowns - 1 and bool((np.abs(system.rows.data) == 1).all())
