"""What the sets of problems of checked records stand for, in codes."""

from typing import Final

import polars as pl

from publish.records.checking import codes_of
from publish.records.rules import RULES, Severity

_WARNINGS: Final = frozenset(rule.code for rule in RULES if rule.severity is Severity.WARN)


def words_of(problems: pl.Series) -> pl.DataFrame:
    """What each set of problems stands for: problems, codes (a list), warnings (text, null where none)."""
    masks = problems.unique().sort()
    codes = [list(codes_of(mask)) for mask in masks]
    warnings = [" ".join(code for code in listed if code in _WARNINGS) or None for listed in codes]
    return pl.DataFrame(
        {"problems": masks, "codes": codes, "warnings": warnings},
        schema={"problems": pl.UInt64, "codes": pl.List(pl.String), "warnings": pl.String},
    )
