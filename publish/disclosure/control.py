"""Disclosure control: the only place where a true value becomes a published one.

Rule (disclosure specification): counts below the threshold are hidden, and zero where the policy says so; every
other count is shown to the nearest rounding base; a median is hidden where its count is, or where too few of its
tests have both dates; a table that knows its persons hides a count of fewer persons than the threshold as well; a
percentage or a rate is worked out from rounded counts, to few digits, so that it gives away nothing that they do
not, and hidden where its count or its base is. Under a policy with secondary suppression the tables of a release
are protected together: what rests on a count that protects another is hidden too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from publish.counts.reduction import Counts
from publish.disclosure.policy import Policy
from publish.errors import InputRefused, UsageError
from publish.period import Month
from publish.tables.specification import PLACE, Column, Level, Measure, TableSpec
from publish.tables.truth import TrueTable

SUPPRESSED: Final = "suppressed"
NO_DATA: Final = "no data"
SHOWN: Final = ""
PERSONS: Final = "persons"
KEYS: Final = ("level", *PLACE, "label", "setting", "period", "column")
RATE_DECIMALS: Final = 1  # of tests per 1,000 population

_SEAL: Final = object()


@dataclass(frozen=True)
class ProtectedTable:
    """A table that may be published. Only `protect` and `protect_together` make one.

    `cells` has a row for every row of the table and every column of figures, in published order: level (see
    `Level`), region_code, org_code, provider_name (`-`, `-`, `ENGLAND` for England), what else its basis says of a
    place, label, setting (empty where the table does not divide by it), period (ISO month, or `year` for all
    `months` together), column (its name; empty for a month), value (tests, days, per cent or tests per 1,000
    population; null where hidden or without data), status (`suppressed`, `no data` or empty).
    """

    spec: TableSpec
    months: tuple[Month, ...]
    cells: pl.DataFrame
    _seal: object

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("a protected table is made by publish.disclosure.control alone")

    @property
    def columns(self) -> tuple[Column, ...]:
        """Its columns of figures, in published order."""
        return self.spec.columns_for(self.months)

    @property
    def england(self) -> dict[tuple[str, str, str], float]:
        """England's values of months, and of all months, that are shown, by label, setting and period."""
        in_months = pl.col("column") == ""
        shown = self.cells.filter(pl.col("level") == Level.ENGLAND.value, in_months, pl.col("value").is_not_null())
        return {row[:3]: row[3] for row in shown.select("label", "setting", "period", "value").iter_rows()}


def protect(table: TrueTable, policy: Policy) -> ProtectedTable:
    """Apply the policy to a table of true values.

    Where its cells have the column `persons` (the distinct persons whose tests they count; null where not known),
    a cell of 1 to `threshold - 1` persons is hidden too, however many tests it counts. A month without tests has no
    data; in any other column none is shown as zero, unless the policy hides it. Raises UsageError where the policy
    has secondary suppression, which a table by itself cannot have.
    """
    if policy.hides_more:
        raise UsageError(
            f"secondary = {policy.secondary!r} is for the tables of a release, which are protected together",
            where="policy",
            do='give a policy with secondary = "none" and with rounding',
        )
    return _protected(table, policy, pl.lit(value=False))


def protect_together(tables: Sequence[TrueTable], counts: Counts, policy: Policy) -> list[ProtectedTable]:
    """Apply a policy with secondary suppression to all tables of a release, which were built from these counts.

    What `protect` would hide is hidden, and whatever rests on a count that is hidden anywhere, or is a part of it:
    so a count is shown in all tables or in none, and a median, a percentage or a rate tells of shown counts alone.
    Which further counts are hidden: see `publish.disclosure.secondary`. For a count of 1 to `threshold - 1` the
    attacker is left with a range as wide as that; for no hidden one with less than two possible values. Raises
    InputRefused where that cannot be reached.
    """
    # Loading the solver takes longer than building a table: only this policy waits for it.
    from publish.disclosure.linked import linked
    from publish.disclosure.secondary import hide, unprotected

    found = linked(tables, counts)
    values = found.system.values
    small = np.isfinite(found.system.costs) & (values >= 1) & (values < policy.threshold)
    width = max(policy.threshold - 2, 1)
    hidden = hide(found.system, small, width)
    weak, sums = unprotected(hidden, small, width), hidden.sums
    _refuse_weak([table for table, tests in zip(tables, found.tests, strict=True) if _among(weak, tests).any()])
    return [
        _protected(table, policy, pl.lit(pl.Series(_among(sums, tests) | _among(sums, of))))
        for table, tests, of in zip(tables, found.tests, found.of, strict=True)
    ]


def _among(sums: NDArray[np.bool_], numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each unknown is among the sums; that of a cell that counts nothing is not."""
    return np.append(sums, np.False_)[numbers]


def _refuse_weak(tables: Sequence[TrueTable]) -> None:
    if tables:
        raise InputRefused(
            f"no further counts can be hidden that protect the hidden ones of {tables[0].spec.name}",
            where="secondary suppression",
            do='give a policy with rounding and secondary = "none"',
        )


def _protected(table: TrueTable, policy: Policy, hides_more: pl.Expr) -> ProtectedTable:
    """The table under the policy; `hides_more` says of each of its cells whether it is hidden in any case."""
    spec, tests = table.spec, pl.col("tests")
    cells = pl.concat(
        [
            rows.with_columns(
                value=_shown(column, spec, policy).cast(pl.Float64), empty=_without_data(column, spec)
            )
            for column, rows in _by_kind(table, hides_more)
        ]
    )
    hidden = pl.col("further") | _few(tests, policy) | _few(pl.col("of"), policy).fill_null(value=False)
    if spec.measure.is_median:
        hidden |= pl.col("dated").is_between(1, policy.fewest_dates - 1)
    if PERSONS in table.cells.columns:
        hidden |= _few(pl.col(PERSONS), policy).fill_null(value=False)
    status = pl.when(hidden).then(pl.lit(SUPPRESSED)).when("empty").then(pl.lit(NO_DATA)).otherwise(pl.lit(SHOWN))
    shown = pl.when(~hidden & ~pl.col("empty")).then("value")
    kept = dict.fromkeys((*KEYS, *spec.basis.further))
    return ProtectedTable(spec, table.months, cells.sort("place").select(*kept, value=shown, status=status), _SEAL)


def _by_kind(table: TrueTable, hides_more: pl.Expr) -> list[tuple[Column, pl.DataFrame]]:
    """The cells of all columns that show theirs in the same way, with one of these, their place in the table,
    and whether they are hidden to protect others.
    """
    columns = {(column.period, column.name): column for column in table.spec.columns_for(table.months)}
    kind_of = {key: (column.measure(table.spec.measure), column.is_period) for key, column in columns.items()}
    marked = table.cells.with_row_index("place").with_columns(further=hides_more)
    parts = marked.partition_by("period", "column", as_dict=True, maintain_order=True)
    of_kinds: dict[object, list[tuple[str, str]]] = {}
    for key in parts:
        of_kinds.setdefault(kind_of[key], []).append(key)
    return [(columns[keys[0]], pl.concat([parts[key] for key in keys])) for keys in of_kinds.values()]


def _few(count: pl.Expr, policy: Policy) -> pl.Expr:
    return count.is_between(policy.least_hidden, policy.threshold - 1)


def _shown(column: Column, spec: TableSpec, policy: Policy) -> pl.Expr:
    """What the cells of a column show where they show anything."""
    measure = column.measure(spec.measure)
    if measure.is_median:
        return pl.col("value")
    count = rounded(pl.col("tests"), policy.rounding_base)
    if measure is Measure.PER_CENT:
        return _quotient(100 * count, rounded(pl.col("of"), policy.rounding_base), policy.percentage_decimals)
    return _quotient(1000 * count, pl.col("population"), RATE_DECIMALS) if measure is Measure.PER_1000 else count


def _without_data(column: Column, spec: TableSpec) -> pl.Expr:
    """Whether there is nothing to show: no activity in the month, no dates, nothing to take a share of."""
    if column.is_period:
        return (pl.col("tests") == 0) | pl.col("value").is_null()
    measure = column.measure(spec.measure)
    if measure is Measure.PER_CENT:
        return pl.col("of") == 0
    return pl.col("population").is_null() if measure is Measure.PER_1000 else pl.lit(value=False)


def _quotient(part: pl.Expr, whole: pl.Expr, decimals: int) -> pl.Expr:
    """Part by whole to so many decimals, a half upwards: whole numbers until the last step, so it is exact."""
    scale = 10**decimals
    in_steps = pl.when(whole > 0).then((2 * scale * part + whole) // (2 * whole))
    return (in_steps / scale).round(decimals)  # polars divides by multiplying: 58 / 10 would be 5.800000000000001


def restore(spec: TableSpec, months: tuple[Month, ...], cells: pl.DataFrame) -> ProtectedTable:
    """A protected table as it was kept between review and approval: `cells` are those that `protect` made."""
    return ProtectedTable(spec, months, cells, _SEAL)


def rounded(count: pl.Expr, base: int) -> pl.Expr:
    """A whole number to the nearest multiple of `base`, a half upwards."""
    return (count + base // 2) // base * base


def percentage(part: float | None, whole: float | None) -> float | None:
    """Part of whole in per cent, to whole per cent. None where either is not shown, or the whole is zero.

    Takes published counts alone. Rule (disclosure specification, route 1): worked out from the rounded counts
    and shown to few digits, a percentage gives away nothing that its counts do not.
    """
    return None if part is None or not whole else _half_up(Decimal(part) * 100 / Decimal(whole), places="1")


def change(now: float | None, before: float | None) -> float | None:
    """Change on `before` in per cent, to one decimal. None where either is not shown, or `before` is zero.

    Takes published counts alone, by the rule of `percentage`.
    """
    if now is None or not before:
        return None
    return _half_up((Decimal(now) - Decimal(before)) * 100 / Decimal(before), places="0.1")


def _half_up(number: Decimal, places: str) -> float:
    # Python's round() takes a half to the even digit; the field rounds it away from zero.
    return float(number.quantize(Decimal(places), ROUND_HALF_UP))
