"""Records counted in groups: all that is told of a record as one number, and these numbers sorted and counted."""

from collections.abc import Sequence
from math import prod
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from publish.counts.pieces import Numbered, Numbers, narrowest
from publish.fields import reasons

_WIDEST: Final = 1 << 64  # numbers that tell groups apart
_OF_TEST_DATE: Final = (reasons.TEST_DATE_UNREADABLE, reasons.TEST_DATE_MISSING)


def grouped(told: Sequence[Numbered]) -> pl.DataFrame:
    """The records counted by all that is told of them: the columns of the meanings, and `tests`.

    The groups stand in the order of what is told, the first foremost.
    """
    (groups,) = grouped_with_each(told[:-1], told[-1:])
    return groups


def grouped_with_each(told: Sequence[Numbered], further: Sequence[Numbered]) -> list[pl.DataFrame]:
    """As `grouped`, by what is told and one of what is further told at a time.

    Where so much is told that no whole number tells the groups apart, halves of the records are counted, and the
    groups of the second half stand after those of the first.
    """
    widest = max(map(_size, further))
    if prod(map(_size, told)) * widest < _WIDEST:
        common = _packed(told)
        return [_unpacked(_with(common, prod(map(_size, told)), each), (*told, each)) for each in further]
    compact, compact_further = [_compact(each) for each in told], [_compact(each) for each in further]
    if prod(map(_size, compact)) * max(map(_size, compact_further)) < _WIDEST:
        return grouped_with_each(compact, compact_further)
    middle = len(told[0].numbers) // 2
    halves = [
        grouped_with_each([_part(each, half) for each in compact], [_part(each, half) for each in compact_further])
        for half in (slice(middle), slice(middle, None))
    ]
    of_both = (
        pl.concat(both).group_by(pl.exclude("tests"), maintain_order=True) for both in zip(*halves, strict=True)
    )
    return [both.agg(pl.col("tests").sum()) for both in of_both]


def _size(told: Numbered) -> int:
    return len(told.meanings)


def _packed(told: Sequence[Numbered]) -> Numbers:
    """All that is told of a record as one number."""
    packed, size = np.zeros(len(told[0].numbers), np.uint8), 1
    for each in told:
        packed, size = _with(packed, size, each), size * _size(each)
    return packed


def _with(packed: Numbers, size: int, each: Numbered) -> Numbers:
    """The numbers below that size, told further apart."""
    if _size(each) == 1:
        return packed
    kind = narrowest(size * _size(each) + 1)
    further = packed * kind(_size(each)) if packed.dtype == kind else packed.astype(kind) * kind(_size(each))
    further += each.numbers
    return further


def _unpacked(packed: Numbers, told: Sequence[Numbered]) -> pl.DataFrame:
    """The numbers counted, and what they tell."""
    numbers, tests = _counted(packed, prod(map(_size, told)))
    columns: list[pl.DataFrame] = []
    for each in reversed(told):
        numbers, of_each = np.divmod(numbers, _size(each))
        columns.append(each.meanings[of_each])
    return pl.concat([*reversed(columns), pl.DataFrame({"tests": tests}, {"tests": pl.Int64})], how="horizontal")


def _counted(packed: Numbers, size: int) -> tuple[Numbers, NDArray[np.intp]]:
    """The numbers that occur, all below the size, in order, and how often each does."""
    if size <= len(packed):
        tests = np.bincount(packed)
        numbers = np.flatnonzero(tests)
        return numbers.astype(packed.dtype), tests[numbers]
    in_order = np.sort(packed)
    last = np.flatnonzero(np.append(in_order[1:] != in_order[:-1], in_order.size > 0))
    return in_order[last], np.diff(last, prepend=-1)


def _compact(told: Numbered) -> Numbered:
    """What is told of the records, without meanings that do not occur."""
    there, numbers = np.unique(told.numbers, return_inverse=True)
    return Numbered(numbers.astype(narrowest(len(there))), told.meanings[there])


def _part(told: Numbered, records: slice) -> Numbered:
    return Numbered(told.numbers[records], told.meanings)


def in_tables(groups: pl.DataFrame) -> pl.DataFrame:
    """The groups that nothing keeps out of the tables, without the columns that would say what."""
    reasons_of = _reasons(groups)
    return groups.filter(pl.all_horizontal(pl.col(reasons_of).is_null())).drop(reasons_of)


def kept_out(groups: pl.DataFrame) -> pl.DataFrame:
    """The other groups with the first `reason` that keeps them out: no test date, that of a code, another date."""
    first, *of_codes = _reasons(groups)
    no_test_date = pl.col(first).cast(pl.String).is_in(_OF_TEST_DATE)
    others = groups.filter(pl.any_horizontal(pl.col(first, *of_codes).is_not_null()))
    return others.with_columns(reason=pl.coalesce(pl.when(no_test_date).then(first), *of_codes, first))


def _reasons(groups: pl.DataFrame) -> list[str]:
    """The columns that say what keeps a group out: `problem`, then those of its codes."""
    return ["problem", *(name for name in groups.columns if name.endswith("_reason"))]
