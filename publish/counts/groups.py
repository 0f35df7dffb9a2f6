"""Records counted in groups: all that is told of a record as one number, and these numbers sorted and counted."""

from collections.abc import Sequence
from math import prod
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from publish.counts.pieces import Numbered, Numbers, narrowest
from publish.counts.runs import begins
from publish.fields import reasons

MEASURED: Final = ("days", "tests")  # the columns of counts that are no part of a group
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
    if _widest(told, further) < _WIDEST:
        packed = [_packed_with_each(told, further, part) for part in range(len(further[0].numbers))]
        return [
            _unpacked(parts, (*told, each)) for parts, each in zip(zip(*packed, strict=True), further, strict=True)
        ]
    compact, compact_further = [_compact(each) for each in told], [_compact(each) for each in further]
    if _widest(compact, compact_further) < _WIDEST:
        return grouped_with_each(compact, compact_further)
    halves = (
        grouped_with_each([_half(each, half) for each in compact], [_half(each, half) for each in compact_further])
        for half in range(2)
    )
    of_both = (
        pl.concat(both).group_by(pl.exclude("tests"), maintain_order=True) for both in zip(*halves, strict=True)
    )
    return [both.agg(pl.col("tests").sum()) for both in of_both]


def _size(told: Numbered) -> int:
    return len(told.meanings)


def _widest(told: Sequence[Numbered], further: Sequence[Numbered]) -> int:
    return prod(map(_size, told)) * max(map(_size, further))


def _packed_with_each(told: Sequence[Numbered], further: Sequence[Numbered], part: int) -> list[Numbers]:
    """What is told of the records of a part and one of what is further told as one number, for each of these."""
    packed, size = np.zeros(len(further[0].numbers[part]), np.uint8), 1
    for each in told:
        packed, size = _with(packed, size, each, part), size * _size(each)
    return [_with(packed, size, each, part) for each in further]


def _with(packed: Numbers, size: int, each: Numbered, part: int) -> Numbers:
    """The numbers below that size, told further apart."""
    if _size(each) == 1:
        return packed
    kind = narrowest(size * _size(each) + 1)
    further = packed.astype(kind)
    further *= kind(_size(each))
    return np.add(further, each.numbers[part], out=further, casting="unsafe")


def _unpacked(parts: Sequence[Numbers], told: Sequence[Numbered]) -> pl.DataFrame:
    """The numbers of the parts counted, and what they tell."""
    numbers, tests = _counted(parts, prod(map(_size, told)))
    columns: list[pl.DataFrame] = []
    for each in reversed(told):
        size = numbers.dtype.type(_size(each))
        of_more = numbers // size  # several times faster than with the rest of the division
        columns.append(each.meanings[numbers - of_more * size])
        numbers = of_more
    return pl.concat([*reversed(columns), pl.DataFrame({"tests": tests}, {"tests": pl.Int64})], how="horizontal")


def _counted(parts: Sequence[Numbers], size: int) -> tuple[Numbers, NDArray[np.intp]]:
    """The numbers that occur, all below the size, in order, and how often each does."""
    if size * len(parts) <= sum(map(len, parts)):
        tests = np.sum([np.bincount(part, minlength=size) for part in parts], axis=0)
        numbers = np.flatnonzero(tests)
        return numbers.astype(narrowest(size + 1)), tests[numbers]
    numbers = np.concatenate(parts)
    numbers.sort()
    first = begins([numbers], len(numbers))
    return numbers[first], np.diff(first, append=len(numbers))


def _compact(told: Numbered) -> Numbered:
    """What is told of the records, without meanings that do not occur."""
    there = np.unique(np.concatenate([np.unique(part) for part in told.numbers]))
    kind = narrowest(len(there))
    return Numbered([np.searchsorted(there, part).astype(kind) for part in told.numbers], told.meanings[there])


def _half(told: Numbered, half: int) -> Numbered:
    """What is told of the first or the second half of the parts; of one part alone, of half its records."""
    parts = told.numbers if len(told.numbers) > 1 else np.array_split(told.numbers[0], 2)
    middle = len(parts) // 2
    return Numbered((parts[:middle], parts[middle:])[half], told.meanings)


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


def first_rows(counts: pl.DataFrame) -> pl.DataFrame:
    """The first of neighbouring rows that are alike but for MEASURED: the other columns, and its place `first`."""
    keys = [name for name in counts.columns if name not in MEASURED]
    coded = [pl.col(key).to_physical() if counts.schema[key] == pl.Categorical else pl.col(key) for key in keys]
    differs = pl.any_horizontal(code.ne_missing(code.shift()) for code in coded)
    rows = counts.lazy().select(keys).with_row_index("first")
    return rows.filter(differs | (pl.col("first") == 0)).select(*keys, "first").collect(engine="streaming")
