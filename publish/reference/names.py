"""Names that follow successions: what an organisation that is no more is called by today."""

from collections.abc import Mapping
from typing import Final

import polars as pl

_SPLIT: Final = ""  # stands for the successor of a code that has several


def names_by_succession(named: pl.DataFrame, successions: pl.DataFrame) -> pl.DataFrame:
    """The name of each code, or that of its successor at the end of the chain.

    `named` has `code` and `name`, one row a code; `successions` has `predecessor` and `successor`. Columns of the
    result: `code`, `name`, one row for each code that has a name or a successor with one, in order of code. A name
    follows its successions to their end where each step has exactly one successor. Where the chain splits, comes
    back to itself, or ends in a code without a name, the own name stays.

    Rule: records specification, Derived fields, Organisations.
    """
    own = dict(named.select("code", "name").drop_nulls().sort("code", "name").iter_rows())
    following = _successor_of_each(successions)
    codes = sorted(own.keys() | following.keys())
    names = (own.get(_end_of_chain(code, following), own.get(code)) for code in codes)
    return pl.DataFrame({"code": codes, "name": names}, schema={"code": pl.String, "name": pl.String}).drop_nulls()


def _successor_of_each(successions: pl.DataFrame) -> dict[str, str]:
    """The one successor of each predecessor, or _SPLIT where it has several."""
    pairs = successions.select("predecessor", "successor").drop_nulls()
    steps = pairs.filter(pl.col("predecessor") != pl.col("successor")).group_by("predecessor")
    only = steps.agg(pl.col("successor").min(), several=pl.col("successor").n_unique() > 1)
    return dict(
        only.select("predecessor", pl.when("several").then(pl.lit(_SPLIT)).otherwise("successor")).iter_rows()
    )


def _end_of_chain(code: str, following: Mapping[str, str]) -> str:
    """The last code of the chain, or the code itself where the chain splits or goes round."""
    passed, last = {code}, code
    while last in following:
        last = following[last]
        if last == _SPLIT or last in passed:
            return code
        passed.add(last)
    return last
