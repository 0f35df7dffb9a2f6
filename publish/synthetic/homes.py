"""Made-up homes: a postcode in a small area, and the GP practice of those who live there.

None can be real. Practices that begin with Z are those of Northern Ireland, none of them with Z9; no postcode
begins with Q, nor ends in any of the letters C, I, K, M, O and V; the codes of small areas end long before E01999.
"""

from datetime import date, timedelta
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from publish.bundled import bundled
from publish.synthetic.draws import Whole, table_of_choices
from publish.synthetic.shape import providers

FIRST_DAY: Final = date(2019, 4, 1)  # of the earliest records
_HOMES_OF_EACH: Final = 2  # for each commissioner of that day: most of them have been merged since
_SEED: Final = 5  # homes are the same whatever the seed of the records
_MIDDLING: Final = 9  # logarithm of the size of a home: several thousand
_SPREAD: Final = 0.4  # of these logarithms
_DECILES: Final = 10
_PRACTICES_BEFORE: Final = 90_000  # the first is Z90001
_OF_A_DISTRICT: Final = 10  # postcodes that differ only in the digit after the blank
_DAY: Final = timedelta(days=1)


@cache
def homes() -> pl.DataFrame:
    """A row for each home, in order of region and commissioner.

    Columns: region_code, commissioner_code (of today), practice, postcode, lsoa, msoa, imd_decile (1, the most
    deprived, to 10), share (of all patients; regions have the shares of their published tests).
    """
    size = np.random.default_rng(_SEED).lognormal(_MIDDLING, _SPREAD, _commissioned().height)
    number = pl.col("number")
    places = _commissioned().with_columns(
        postcode=pl.format("QM{} {}KM", number // _OF_A_DISTRICT + 1, number % _OF_A_DISTRICT),
        lsoa=pl.format("E01999{}", number.cast(pl.String).str.zfill(3)),
        msoa=pl.format("E02999{}", number.cast(pl.String).str.zfill(3)),
        imd_decile=number % _DECILES + 1,
        size=pl.Series(size.astype(np.int64)),  # whole numbers add up the same in any order
    )
    of_region = pl.col("size") / pl.col("size").sum().over("region_code")
    return (
        places.join(_regions(), on="region_code", how="left", maintain_order="left")
        .with_columns(share=of_region * pl.col("region_share"))
        .drop("number", "size", "region_share")
    )


def home_regions() -> dict[str, float]:
    """The regions in order, and which share of all patients lives in each."""
    return dict(_regions().iter_rows())


def table_of_homes() -> Whole:
    """A row of places in `homes` for each of `home_regions`, as often as patients live there."""
    placed = homes().select("region_code", "share").with_row_index("place")
    by_region = placed.group_by("region_code", maintain_order=True).agg("place", "share")
    rows = by_region.select("place", "share").iter_rows()
    return np.stack([np.array(places, np.int64)[table_of_choices(shares)] for places, shares in rows])


def commissioners_of_practices() -> pl.DataFrame:
    """Who commissions for each practice: practice, commissioner_code, valid_from, valid_to (null where open)."""
    ends = pl.col("valid_from").shift(-1).over("practice") - _DAY
    return _lines().sort("practice", "valid_from").with_columns(valid_to=ends)


def bundled_dated(table: str) -> pl.DataFrame:
    """A bundled reference table as text, `valid_from` and `valid_to` as dates."""
    rows = pl.read_csv(bundled("reference_data") / f"{table}.csv", infer_schema=False)
    return rows.with_columns(pl.col("valid_from", "valid_to").str.to_date())


def held_on(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    """The rows that hold on that day."""
    not_ended = pl.col("valid_to").is_null() | (pl.col("valid_to") >= day)
    return rows.filter(pl.col("valid_from") <= day, not_ended)


def _regions() -> pl.DataFrame:
    """region_code, region_share: of the published tests."""
    tests = providers().group_by("region_code").agg(pl.col("tests").sum()).sort("region_code")
    return tests.select("region_code", region_share=pl.col("tests") / pl.col("tests").sum())


def _commissioned() -> pl.DataFrame:
    """number, practice, commissioner_code (of today) and its region_code: a row for each practice, in order."""
    every = bundled_dated("commissioners").sort("valid_from")
    regions = every.group_by("commissioner_code").agg(pl.col("region_code").last())
    of_today = commissioners_of_practices().filter(pl.col("valid_to").is_null())
    placed = of_today.join(regions, on="commissioner_code").sort("region_code", "commissioner_code", "practice")
    return placed.select("number", "practice", "commissioner_code", "region_code")


@cache
def _lines() -> pl.DataFrame:
    """number, practice, commissioner_code, valid_from: a row for each time that the commissioner changed."""
    first = held_on(bundled_dated("commissioners"), FIRST_DAY).select("commissioner_code").sort("commissioner_code")
    practices = first.select(pl.col("commissioner_code").repeat_by(_HOMES_OF_EACH).explode())
    number = pl.int_range(1, pl.len() + 1)
    return _with_successors(
        practices.select(
            number.alias("number"),
            pl.format("Z{}", number + _PRACTICES_BEFORE).alias("practice"),
            "commissioner_code",
            pl.lit(FIRST_DAY).alias("valid_from"),
        )
    )


def _with_successors(lines: pl.DataFrame) -> pl.DataFrame:
    """The commissioners with all that succeeded them."""
    successions = bundled_dated("successions").select("predecessor", "successor", begins="valid_from")
    later = lines.join(successions, left_on="commissioner_code", right_on="predecessor").select(
        "number", "practice", commissioner_code="successor", valid_from="begins"
    )
    return lines if later.is_empty() else pl.concat([lines, _with_successors(later)])
