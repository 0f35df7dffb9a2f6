"""Files of commissioners and integrated care boards, and the change from 42 boards to 36."""

from typing import Final

import polars as pl

from publish.reference.columns import OFFICIAL
from publish.reference.layers import without_overlaps
from publish.reference.ods_files import Tables
from publish.reference.official_files import Grid, with_days

COMMISSIONERS: Final = ("commissioner_code", "commissioner_name", "operational_start_date")
ICBS: Final = ("icb_code", "ons_code", "name", "start_date", "end_date", "region_code")
ICB_CHANGES: Final = ("old_icb", "new_icb", "effective")
_ONS: Final = r"([A-Z]\d{8})(?:\s*\((?:from (\d{4}-\d{2}-\d{2}))?\s*(?:to (\d{4}-\d{2}-\d{2}))?\))?"


def read_commissioners(grid: Grid, _kind: str) -> Tables:
    """commissioners, without regions and ONS codes, which the file has not; and the successions that it names.

    A commissioner that is inactive ends on the day before its successor began, where that is later.
    """
    rows = with_days(grid.headed(), grid.file, legal="legal_start_date", operational="operational_start_date")
    given = {
        name: name if name in rows.columns else None for name in ("parent_icb_code", "successor_code", "status")
    }
    rows = rows.with_columns(
        pl.lit(None, pl.String).alias(name) for name, column in given.items() if column is None
    )
    coded = rows.with_columns(
        pl.col("commissioner_code", "parent_icb_code", "successor_code").str.to_uppercase(),
        valid_from=pl.coalesce("legal", "operational"),
    ).filter(pl.col("commissioner_code").is_not_null())
    starts = coded.select(successor_code="commissioner_code", succeeded="valid_from").unique(
        "successor_code", keep="first", maintain_order=True
    )
    followed = coded.join(starts, on="successor_code", how="left", maintain_order="left")
    ended = (pl.col("status").str.to_lowercase() == "inactive") & (pl.col("succeeded") > pl.col("valid_from"))
    found = followed.select(
        "commissioner_code",
        "commissioner_name",
        pl.lit(None, pl.String).alias("ons_code"),
        pl.lit(None, pl.String).alias("region_code"),
        pl.col("parent_icb_code").alias("icb_code"),
        "valid_from",
        valid_to=pl.when(ended).then(pl.col("succeeded") - pl.duration(days=1)),
    )
    successions = followed.filter(ended).select(
        predecessor="commissioner_code",
        successor="successor_code",
        valid_from="succeeded",
        valid_to=pl.lit(None, pl.Date),
    )
    return {"commissioners": without_overlaps(found, "commissioner_code"), "successions": successions}


def read_icbs(grid: Grid, _kind: str) -> Tables:
    """icbs: a cell with several ONS codes, each with its days, becomes as many rows."""
    rows = with_days(grid.headed(), grid.file, valid_from="start_date", valid_to="end_date")
    codes = rows.with_columns(ons=pl.col("ons_code").str.split(";")).explode(
        "ons", keep_nulls=True, empty_as_null=True
    )
    parts = codes.with_columns(
        pl.col("ons").str.extract(_ONS, 1).alias("ons_code"),
        pl.col("ons").str.extract(_ONS, 2).alias("from"),
        pl.col("ons").str.extract(_ONS, 3).alias("to"),
    )
    dated = with_days(parts, grid.file, code_from="from", code_to="to")
    found = dated.select(
        pl.col("icb_code").str.to_uppercase(),
        "ons_code",
        pl.col("name").alias("icb_name"),
        pl.col("region_code").str.to_uppercase(),
        valid_from=pl.max_horizontal("valid_from", "code_from"),
        valid_to=pl.min_horizontal("valid_to", "code_to"),
    ).drop_nulls("icb_code")
    return {"icbs": without_overlaps(found.select(OFFICIAL["icbs"]), "icb_code")}


def read_icb_changes(grid: Grid, _kind: str) -> Tables:
    """successions of boards: one that went to several has a row for each, so that no name follows them."""
    rows = with_days(grid.headed(), grid.file, valid_from="effective", valid_to=None)
    found = rows.select(
        pl.col("old_icb").str.to_uppercase().alias("predecessor"),
        pl.col("new_icb").str.to_uppercase().alias("successor"),
        "valid_from",
        "valid_to",
    )
    return {"successions": found.drop_nulls(["predecessor", "successor"])}
