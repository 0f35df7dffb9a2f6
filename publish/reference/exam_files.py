"""Files of exam codes: NICIP, the exam look-up, and what submitters' own codes stand for.

Both forms of NICIP are read: the official table with its dates, and the list of codes and terms; and the exam
look-up in full or with identifiers only.
"""

from typing import Final

import polars as pl

from publish.reference.columns import LOOK_UP, OFFICIAL, VALIDITY
from publish.reference.layers import without_overlaps
from publish.reference.ods_files import Tables
from publish.reference.official_files import Grid, with_days
from publish.reference.vocabulary import modalities

NICIP: Final = ("short_code", "sct_id", "business_start_date", "business_end_date")
NICIP_TERMS: Final = ("short_code", "preferred_term", "snomed_ct_id")
EXAM_LOOK_UP: Final = ("sct_id", "modality_id", "record_start_date", "record_end_date")
LOCAL_CODES: Final = ("submitter_organisation", "local_imaging_code", "imaging_code_nicip")
_STORED: Final = (*OFFICIAL["nicip_codes"], "interventional")


def read_nicip(grid: Grid, _kind: str) -> Tables:
    """nicip_codes, with `interventional` (Y, N) where the file has it.

    A row of the official table holds on the days of its short code and of its business dates alike.
    """
    rows = grid.headed()
    given = {
        "nicip_code": ("short_code",),
        "nicip_description": ("preferred", "preferred_term"),
        "snomed_code": ("sct_id", "snomed_ct_id"),
        "snomed_description": ("sct_fsn",),
        "interventional": ("interventional",),
    }
    named = rows.select(*(_first(rows, choices).alias(name) for name, choices in given.items()), *_dates(rows))
    starts = {"a": "business_start_date", "b": "short_code_start_date"}
    ends = {"c": "business_end_date", "d": "short_code_end_date"}
    dated = with_days(named, grid.file, **starts, **ends).with_columns(
        pl.col("nicip_code").str.to_uppercase(),
        interventional=pl.col("interventional").str.to_uppercase().replace_strict(_YES_NO, default=None),
        valid_from=pl.max_horizontal("a", "b"),
        valid_to=pl.min_horizontal("c", "d"),
    )
    return {"nicip_codes": without_overlaps(dated.select(*_STORED[:-3], *VALIDITY, "interventional"), "nicip_code")}


_YES_NO: Final = {"Y": "Y", "N": "N", "YES": "Y", "NO": "N", "1": "Y", "0": "N", "TRUE": "Y", "FALSE": "N"}


def _first(rows: pl.DataFrame, choices: tuple[str, ...]) -> pl.Expr:
    return next((pl.col(name) for name in choices if name in rows.columns), pl.lit(None, pl.String))


def _dates(rows: pl.DataFrame) -> list[str]:
    return [name for name in rows.columns if name.endswith(("start_date", "end_date"))]


def read_exam_look_up(grid: Grid, _kind: str) -> Tables:
    """exam_lookup: SNOMED codes with their classes. Names of modalities are filled in where the file has none."""
    rows = grid.headed()
    names = {m.modality_id: m.exam_lookup_name for m in modalities()}
    modality = pl.col("modality_id").replace_strict(names, default=None, return_dtype=pl.String)
    classes = {name: _first(rows, (name,)) for name in LOOK_UP if name not in {"snomed_code", *VALIDITY}}
    classes["modality"] = pl.coalesce(classes["modality"], modality)
    dated = with_days(rows, grid.file, valid_from="record_start_date", valid_to="record_end_date")
    found = dated.select(_first(rows, ("sct_id",)).alias("snomed_code"), *VALIDITY, **classes)
    return {"exam_lookup": without_overlaps(found.select(LOOK_UP), "snomed_code")}


def read_local_codes(grid: Grid, _kind: str) -> Tables:
    """local_codes: what a submitter's own code stands for."""
    rows = grid.headed().select(pl.col(name).str.to_uppercase() for name in LOCAL_CODES)
    found = rows.rename(dict(zip(LOCAL_CODES, OFFICIAL["local_codes"], strict=True))).drop_nulls()
    return {"local_codes": found.unique(["submitter_code", "local_code"], keep="last", maintain_order=True)}
