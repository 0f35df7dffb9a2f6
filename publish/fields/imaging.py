"""Modality, cancer test group and interventional flag of an exam, on every day of a window."""

from datetime import date
from typing import Final

import polars as pl

from publish.fields import reasons
from publish.fields.reasons import first_reason
from publish.records.values import code
from publish.reference.dated import DAY, narrowed, stretches
from publish.reference.tables import ReferenceData
from publish.reference.vocabulary import modalities

GRACE: Final = "6mo"  # a code counts as valid for so long after its last day
CLASSIFICATION: Final = ("modality", "published_test_group", "interventional")
_SNOMED_PREFIX: Final = "snomed_"


def classes_of_exams(exams: pl.DataFrame, reference: ReferenceData, first: date, last: date) -> pl.DataFrame:
    """What an exam is, for the codes as they stand in the records.

    `exams` has IMAGING_CODE_NICIP and IMAGING_CODE_SNOMED. Columns of the result: these two, `valid_from`,
    `valid_to` (together the window, every day once), `modality` and `cancer_group` (published names),
    `interventional`, `reason` (null where the exam is known).

    Rule: records specification, Derived fields, Imaging: the SNOMED code where given and valid on that day, else
    the NICIP code.
    """
    given = exams.with_columns(
        nicip_code=code("IMAGING_CODE_NICIP"),
        snomed_code=code("IMAGING_CODE_SNOMED"),
        valid_from=pl.lit(first),
        valid_to=pl.lit(last),
    )
    by_snomed = _classified(reference.exam_codes, "snomed_code", first, last).rename(
        {name: _SNOMED_PREFIX + name for name in CLASSIFICATION}
    )
    by_nicip = _classified(reference.exam_codes, "nicip_code", first, last)
    found = narrowed(narrowed(given, by_snomed, "snomed_code", "snomed_code"), by_nicip, "nicip_code", "nicip_code")
    return found.select(
        *("IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED", "valid_from", "valid_to"),
        modality=MODALITY(),
        cancer_group=_of_valid_code("published_test_group"),
        interventional=_of_valid_code("interventional") == "Y",
        reason=kept_out(),
    )


def MODALITY() -> pl.Expr:
    """The published name of the exam's modality, null where it is none of the publication's."""
    names = {_plain(m.exam_lookup_name): m.modality for m in modalities()}
    looked_up = _of_valid_code("modality").str.to_lowercase().str.strip_suffix(" (procedure)")
    return looked_up.replace_strict(names, default=None, return_dtype=pl.String)


def kept_out() -> pl.Expr:
    """Why records of this exam do not reach the tables on these days, or null."""
    return first_reason(
        (pl.col("nicip_code").is_null() & pl.col("snomed_code").is_null(), reasons.EXAM_MISSING),
        (_of_valid_code("modality").is_null(), reasons.EXAM_UNKNOWN),
        (MODALITY().is_null(), reasons.MODALITY_UNKNOWN),
    )


def _plain(modality: str) -> str:
    return modality.lower().removesuffix(" (procedure)")


def _of_valid_code(name: str) -> pl.Expr:
    """The value that the SNOMED code gives where it is valid, else what the NICIP code gives."""
    snomed_valid = pl.col(_SNOMED_PREFIX + "modality").is_not_null()
    return pl.when(snomed_valid).then(_SNOMED_PREFIX + name).otherwise(name)


def _classified(exam_codes: pl.DataFrame, key: str, first: date, last: date) -> pl.DataFrame:
    """The stretches of each code with its classification. Several terms of one code and class count as one row."""
    forever = pl.lit(date.max)
    rows = (
        exam_codes.filter(pl.col(key).is_not_null())
        .with_columns(pl.col(key).str.to_uppercase())
        .group_by(key, *CLASSIFICATION, maintain_order=True)
        .agg(pl.col("valid_from").fill_null(date.min).min(), pl.col("valid_to").fill_null(forever).max())
        .sort(key, "valid_from")
    )
    next_begins = pl.col("valid_from").shift(-1).over(key)
    open_ended = pl.col("valid_to") == forever
    until = pl.when(open_ended).then("valid_to").otherwise(pl.col("valid_to").dt.offset_by(GRACE))
    # the grace of a code ends where its next row begins, but never before the code's own last day
    cut = pl.max_horizontal("valid_to", pl.min_horizontal(until, next_begins - DAY))
    return stretches(rows.with_columns(valid_to=cut), key, first, last)
