"""Disclosure control: the only place where a true value becomes a published one.

Rule (disclosure specification): counts below the threshold are hidden, zero is not; every other count is shown
to the nearest rounding base; a median is hidden where its count is, or where too few of its tests have both dates;
a table that knows its persons hides a count of fewer persons than the threshold as well;
a percentage is worked out from published counts, to whole per cent, so that it gives away nothing that they do not.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import polars as pl

from publish.disclosure.policy import Policy
from publish.period import Month
from publish.tables.specification import TableSpec
from publish.tables.truth import ENGLAND_CODE, YEAR, TrueTable

SUPPRESSED: Final = "suppressed"
NO_DATA: Final = "no data"
SHOWN: Final = ""
PERSONS: Final = "persons"
KEYS: Final = ("region_code", "org_code", "provider_name", "label", "setting", "period")

_SEAL: Final = object()


@dataclass(frozen=True)
class ProtectedTable:
    """A table that may be published. Only `protect` makes one.

    `cells` has a row for every row of the table and every period, in published order:
    region_code, org_code, provider_name (`-`, `-`, `ENGLAND` for England), label, setting (empty where the
    table does not divide by it), period (ISO month, or `year` for all `months` together), value (tests or
    days; null where hidden or without data), status (`suppressed`, `no data` or empty).
    """

    spec: TableSpec
    months: tuple[Month, ...]
    cells: pl.DataFrame
    _seal: object

    def __post_init__(self) -> None:
        if self._seal is not _SEAL:
            raise TypeError("a protected table is made by publish.disclosure.control alone")

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods of its columns: the ISO months, then `year`."""
        return (*map(str, self.months), YEAR)

    @property
    def england(self) -> dict[tuple[str, str, str], float]:
        """England's values that are shown, by label, setting and period; none that is hidden or absent."""
        shown = self.cells.filter(pl.col("org_code") == ENGLAND_CODE, pl.col("value").is_not_null())
        return {row[:3]: row[3] for row in shown.select("label", "setting", "period", "value").iter_rows()}


def protect(table: TrueTable, policy: Policy) -> ProtectedTable:
    """Apply the policy to a table of true values.

    Where its cells have the column `persons` (the distinct persons whose tests they count; null where not known),
    a cell of 1 to `threshold - 1` persons is hidden too, however many tests it counts.
    """
    tests, value = pl.col("tests"), pl.col("value")
    hidden = tests.is_between(1, policy.threshold - 1)
    if table.spec.measure.is_median:
        hidden |= pl.col("dated").is_between(1, policy.fewest_dates - 1)
    if PERSONS in table.cells.columns:
        hidden |= pl.col(PERSONS).is_between(1, policy.threshold - 1).fill_null(value=False)
    shown = value if table.spec.measure.is_median else rounded(tests, policy.rounding_base)
    cells = table.cells.select(
        *KEYS,
        value=pl.when(~hidden & (tests > 0)).then(shown).cast(pl.Float64),
        status=pl.when(hidden)
        .then(pl.lit(SUPPRESSED))
        .when((tests == 0) | value.is_null())
        .then(pl.lit(NO_DATA))
        .otherwise(pl.lit(SHOWN)),
    )
    return ProtectedTable(table.spec, table.months, cells, _SEAL)


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
