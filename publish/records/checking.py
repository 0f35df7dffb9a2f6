"""Records judged by the validation rules: which rules each of them breaks, as a set of bits."""

from datetime import date
from typing import Final

import polars as pl

from publish.records.rules import RULES, Severity
from publish.records.standing import STANDINGS, with_standings
from publish.records.values import read_items, unreadable_names
from publish.reference.tables import ReferenceData

PROBLEMS: Final = "problems"
_BITS: Final = {rule.code: 1 << place for place, rule in enumerate(RULES)}
_JUDGED_BY: Final = (*STANDINGS, "snomed_fits_nicip", "submitted")


def check(
    records: pl.LazyFrame,
    reference: ReferenceData,
    submitted: date | None = None,
    submitter: str | None = None,
) -> pl.LazyFrame:
    """The normalised records with the rules that they break: one row for each record, in their order.

    `records` and the columns of the result as `values.normalised` says; the result always has `record` (UInt32,
    from 1 where it is not given) and `problems` (UInt64): bit i is set where RULES[i] applies. `submitted` is the
    day of submission: without it the rules that need one (DIDS049, 051, 055, 066) do not apply. `submitter` is the
    organisation whose local codes are used. The distinct codes of the records are read here, the rest when the
    result is collected.

    Raises InputRefused where two rows of a reference table hold on the same day.
    """
    items = read_items(_numbered(records), reference, submitter)
    judged = with_standings(items, reference).with_columns(submitted=pl.lit(submitted, pl.Date))
    return judged.with_columns(_broken().alias(PROBLEMS)).drop(*unreadable_names(), *_JUDGED_BY)


def _numbered(records: pl.LazyFrame) -> pl.LazyFrame:
    if "record" in records.collect_schema():
        return records.with_columns(pl.col("record").cast(pl.UInt32))
    return records.with_row_index("record", offset=1)


def _broken() -> pl.Expr:
    bits = (rule.applies.cast(pl.UInt64) * rule_bit(rule.code) for rule in RULES if rule.applies is not None)
    return pl.sum_horizontal(bits)


def rule_bit(code: str) -> int:
    """The number that stands for the rule in `problems`: a power of two. Raises KeyError for a code of no rule."""
    return _BITS[code]


def codes_of(problems: int) -> tuple[str, ...]:
    """The codes of the rules in a value of `problems`, in order."""
    return tuple(rule.code for place, rule in enumerate(RULES) if problems >> place & 1)


def rejected() -> pl.Expr:
    """Whether a record breaks a rule that rejects it."""
    bits = sum(rule_bit(rule.code) for rule in RULES if rule.severity is Severity.REJECT)
    return (pl.col(PROBLEMS) & pl.lit(bits, pl.UInt64)) != 0
