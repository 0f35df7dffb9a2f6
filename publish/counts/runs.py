"""Whole numbers in order, and the runs of equal ones among them: several times faster than grouping rows."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.signedinteger[Any]]
_BITS: Final = 63  # of a whole number that is not negative


def in_order(keys: Whole, tests: Whole) -> tuple[Whole, Whole]:
    """The keys in order, each with its tests; none may be negative.

    Where both find room in one number they are sorted as one, which is three times as fast as putting the tests in
    the order of the keys.
    """
    if not (keys[1:] < keys[:-1]).any():
        return keys, tests
    width = int(tests.max(initial=0)).bit_length()
    if int(keys.max(initial=0)).bit_length() + width > _BITS:
        order = np.argsort(keys)
        return keys[order], tests[order]
    packed = keys.astype(np.int64) << width
    packed |= tests
    packed.sort()
    keys = packed >> width
    packed &= (1 << width) - 1
    return keys, packed


def begins(columns: Iterable[NDArray[Any]], rows: int) -> NDArray[np.intp]:
    """The rows, of so many, that differ from the row before in any of the columns; the first one is among them."""
    differs = np.ones(rows, np.bool_)
    differs[1:] = False
    for column in columns:
        differs[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(differs)


def sums(numbers: Whole, first: NDArray[np.intp]) -> Whole:
    """The sum of each run, by the row where it begins."""
    return np.add.reduceat(numbers, first, dtype=np.int64) if len(first) else np.zeros(0, np.int64)
