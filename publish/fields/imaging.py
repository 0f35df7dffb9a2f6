"""The exam: its codes, and what the exam look-up says of it on the day of the test."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import polars as pl

from publish.fields import reasons
from publish.fields.organisation import latest
from publish.fields.reasons import first_reason
from publish.records.standing import MONTHS_OF_GRACE
from publish.records.values import code
from publish.reference.dated import DAY, narrowed, stretches
from publish.reference.tables import ReferenceData
from publish.reference.vocabulary import modalities

CODES: Final = ("IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED")
CLASSIFICATION: Final = ("modality", "published_test_group", "interventional")  # what the counts need
# What the data product says of an exam: columns of the exam look-up
LOOKED_UP: Final = (
    *("modality_id", "modality", "sub_modality_id", "sub_modality", "region_id", "region"),
    *("sub_region_id", "sub_region", "system_id", "system", "sub_system_id", "sub_system"),
    *("sub_system_component_id", "sub_system_component", "morphology_id", "morphology", "fetal_id", "fetal"),
    *("early_diagnosis_of_cancer", "sub_early_diagnosis_of_cancer"),
)
_SNOMED_PREFIX: Final = "snomed_"


def IMAGING_CODE_NICIP() -> pl.Expr:
    """The NICIP code of the exam as submitted, or that to which the submitter's local code is mapped."""
    return pl.col("IMAGING_CODE_NICIP")


def IMAGING_CODE_NICIP_DESCRIPTION() -> pl.Expr:
    """What the NICIP code means, the latest description that is known."""
    return pl.col("nicip_description")


def IMAGING_CODE_SNOMED_CT() -> pl.Expr:
    """The SNOMED CT code of the exam as submitted."""
    return pl.col("IMAGING_CODE_SNOMED")


def IMAGING_CODE_SNOMED_CT_DESCRIPTION() -> pl.Expr:
    """The fully specified name of the SNOMED CT code as submitted, the latest that is known."""
    return pl.col("snomed_description")


def DERIVED_IMAGING_CODE_SNOMED_CT() -> pl.Expr:
    """The SNOMED CT code that decides what the exam is.

    The code as submitted where it is valid on the date of test, else that to which the NICIP code leads on that
    date. A code is valid on its days and for six months after its last.
    """
    return pl.col("derived_snomed_code")


def DERIVED_IMAGING_CODE_SNOMED_CT_DESCRIPTION() -> pl.Expr:
    """The fully specified name of the SNOMED CT code that decides what the exam is."""
    return pl.col("derived_snomed_description")


def MORPHOLOGY_ID() -> pl.Expr:
    """The abnormality looked for, as a SNOMED CT code; from the exam look-up on that day."""
    return pl.col("morphology_id")


def MORPHOLOGY() -> pl.Expr:
    """The abnormality looked for, in words; from the exam look-up on that day."""
    return pl.col("morphology")


def MODALITY_ID() -> pl.Expr:
    """The modality of the exam, as a SNOMED CT code; from the exam look-up on that day."""
    return pl.col("modality_id")


def MODALITY() -> pl.Expr:
    """The modality of the exam, in words; from the exam look-up on that day."""
    return pl.col("modality")


def SUB_MODALITY_ID() -> pl.Expr:
    """The kind of exam within its modality, as a SNOMED CT code; from the exam look-up on that day."""
    return pl.col("sub_modality_id")


def SUB_MODALITY() -> pl.Expr:
    """The kind of exam within its modality, in words; from the exam look-up on that day."""
    return pl.col("sub_modality")


def REGION_ID() -> pl.Expr:
    """The region of the body, as a SNOMED CT code; from the exam look-up on that day."""
    return pl.col("region_id")


def REGION() -> pl.Expr:
    """The region of the body, in words; from the exam look-up on that day."""
    return pl.col("region")


def SUB_REGION_ID() -> pl.Expr:
    """The part of the region of the body, as a SNOMED CT code; from the exam look-up on that day."""
    return pl.col("sub_region_id")


def SUB_REGION() -> pl.Expr:
    """The part of the region of the body, in words; from the exam look-up on that day."""
    return pl.col("sub_region")


def SYSTEM_ID() -> pl.Expr:
    """The system of the body, as a SNOMED CT code; from the exam look-up on that day."""
    return pl.col("system_id")


def SYSTEM() -> pl.Expr:
    """The system of the body, in words; from the exam look-up on that day."""
    return pl.col("system")


def SUB_SYSTEM_ID() -> pl.Expr:
    """The part of the system of the body, as a SNOMED CT code; from the exam look-up on that day."""
    return pl.col("sub_system_id")


def SUB_SYSTEM() -> pl.Expr:
    """The part of the system of the body, in words; from the exam look-up on that day."""
    return pl.col("sub_system")


def SUB_SYSTEM_COMPONENT_ID() -> pl.Expr:
    """The component of that part of the system, as a SNOMED CT code; from the exam look-up on that day."""
    return pl.col("sub_system_component_id")


def SUB_SYSTEM_COMPONENT() -> pl.Expr:
    """The component of that part of the system, in words; from the exam look-up on that day."""
    return pl.col("sub_system_component")


def FETAL_ID() -> pl.Expr:
    """The fetal body structure, as a SNOMED CT code; from the exam look-up on that day."""
    return pl.col("fetal_id")


def FETAL() -> pl.Expr:
    """The fetal body structure, in words; from the exam look-up on that day."""
    return pl.col("fetal")


def EARLY_CANCER_DIAGNOSIS() -> pl.Expr:
    """The cancer that the exam could help to find early; from the exam look-up on the date of test."""
    return pl.col("early_diagnosis_of_cancer")


def SUB_EARLY_CANCER_DIAGNOSIS() -> pl.Expr:
    """The kind of exam among those that could help to find that cancer early; from the exam look-up."""
    return pl.col("sub_early_diagnosis_of_cancer")


def classes_of_exams(exams: pl.DataFrame, reference: ReferenceData, first: date, last: date) -> pl.DataFrame:
    """What an exam is in the tables, for the codes as they stand in the records.

    `exams` has IMAGING_CODE_NICIP and IMAGING_CODE_SNOMED. Columns of the result: these two, `valid_from`,
    `valid_to` (together the window, every day once), `modality` and `cancer_group` (published names),
    `interventional`, `reason` (null where the exam is known).

    Rule: records specification, Derived fields, Imaging: the SNOMED code where given and valid on that day, else
    the NICIP code.
    """
    found = _found(exams, reference.exam_codes, CLASSIFICATION, first, last)
    return found.select(
        *(*CODES, "valid_from", "valid_to"),
        modality=published_modality(),
        cancer_group=of_valid_code("published_test_group"),
        interventional=of_valid_code("interventional") == "Y",
        reason=kept_out(),
    )


def look_up_of_exams(exams: pl.DataFrame, reference: ReferenceData, first: date, last: date) -> pl.DataFrame:
    """All that the exam look-up says of an exam, for the codes as they stand in the records.

    `exams` has IMAGING_CODE_NICIP and IMAGING_CODE_SNOMED. Columns of the result: these two, `valid_from`,
    `valid_to` (together the window, every day once), those of LOOKED_UP, `nicip_description`, `snomed_description`,
    `derived_snomed_code`, `derived_snomed_description`.

    Rule: as for `classes_of_exams`. Where neither code is in the look-up, a SNOMED code that is valid by the table
    of SNOMED codes still stands, then that to which the NICIP code leads.
    """
    exam_codes = _with_columns(reference.exam_codes, LOOKED_UP).with_columns(leads_to="snomed_code")
    found = _found(exams, exam_codes, (*LOOKED_UP, "leads_to"), first, last)
    listed = (
        ("snomed_listed", reference.snomed_codes, "snomed_code"),
        ("nicip_leads_to", reference.nicip_codes, "nicip_code"),
    )
    for name, table, key in listed:
        rows = table.with_columns(pl.col("snomed_code").alias(name))
        found = narrowed(found, _valid(rows, key, (name,), first, last), key, key)
    resolved = found.select(
        *(*CODES, "nicip_code", "snomed_code", "valid_from", "valid_to"),
        *(of_valid_code(name).alias(name) for name in LOOKED_UP),
        derived_snomed_code=pl.coalesce(of_valid_code("leads_to"), "snomed_listed", "nicip_leads_to"),
    )
    return _described(resolved, reference)


def published_modality() -> pl.Expr:
    """The published name of the exam's modality, null where it is none of the publication's."""
    names = {_plain(m.exam_lookup_name): m.modality for m in modalities()}
    looked_up = of_valid_code("modality").str.to_lowercase().str.strip_suffix(" (procedure)")
    return looked_up.replace_strict(names, default=None, return_dtype=pl.String)


def kept_out() -> pl.Expr:
    """Why records of this exam do not reach the tables on these days, or null."""
    return first_reason(
        (pl.col("nicip_code").is_null() & pl.col("snomed_code").is_null(), reasons.EXAM_MISSING),
        (of_valid_code("modality").is_null(), reasons.EXAM_UNKNOWN),
        (published_modality().is_null(), reasons.MODALITY_UNKNOWN),
    )


def of_valid_code(name: str) -> pl.Expr:
    """The value that the SNOMED code gives where it is valid, else what the NICIP code gives."""
    snomed_valid = pl.col(_SNOMED_PREFIX + "modality").is_not_null()
    return pl.when(snomed_valid).then(_SNOMED_PREFIX + name).otherwise(name)


def _plain(modality: str) -> str:
    return modality.lower().removesuffix(" (procedure)")


def _found(
    exams: pl.DataFrame, exam_codes: pl.DataFrame, columns: Sequence[str], first: date, last: date
) -> pl.DataFrame:
    """The exams with what each of their two codes leads to; what SNOMED leads to has a prefix."""
    given = exams.with_columns(
        nicip_code=code("IMAGING_CODE_NICIP"),
        snomed_code=code("IMAGING_CODE_SNOMED"),
        valid_from=pl.lit(first),
        valid_to=pl.lit(last),
    )
    by_snomed = _valid(exam_codes, "snomed_code", columns, first, last)
    prefixed = by_snomed.rename({name: _SNOMED_PREFIX + name for name in columns})
    by_nicip = _valid(exam_codes, "nicip_code", columns, first, last)
    return narrowed(narrowed(given, prefixed, "snomed_code", "snomed_code"), by_nicip, "nicip_code", "nicip_code")


def _valid(rows: pl.DataFrame, key: str, columns: Sequence[str], first: date, last: date) -> pl.DataFrame:
    """The stretches of each code with those columns, and with its grace."""
    said = _said_together(rows, key, columns).sort(key, "valid_from")
    next_begins = pl.col("valid_from").shift(-1).over(key)
    open_ended = pl.col("valid_to") == date.max
    until = pl.when(open_ended).then("valid_to").otherwise(pl.col("valid_to").dt.offset_by(MONTHS_OF_GRACE))
    # the grace of a code ends where its next row begins, but never before the code's own last day
    cut = pl.max_horizontal("valid_to", pl.min_horizontal(until, next_begins - DAY))
    return stretches(said.with_columns(valid_to=cut), key, first, last)


def _said_together(rows: pl.DataFrame, key: str, columns: Sequence[str]) -> pl.DataFrame:
    """What all rows of a code say between two days on which any of them begins or ends.

    Several terms may stand for one SNOMED code: it means what they have in common, and nothing where they differ.
    Where they differ in what decides in which table a test is, they stay two rows, which are refused.
    """
    dated = rows.filter(pl.col(key).is_not_null()).select(
        pl.col(key).str.to_uppercase(),
        *columns,
        valid_from=pl.col("valid_from").fill_null(date.min),
        valid_to=pl.col("valid_to").fill_null(pl.lit(date.max)),
    )
    both = dated.join(_between_changes(dated, key), on=key, suffix="_between")
    holding = both.filter(pl.col("valid_from_between").is_between("valid_from", "valid_to"))
    decisive = [name for name in columns if name in CLASSIFICATION]
    days = {"valid_from_between": "valid_from", "valid_to_between": "valid_to"}
    return holding.group_by(key, *days, *decisive).agg(_agreed(columns, decisive)).rename(days)


def _agreed(columns: Sequence[str], decisive: Sequence[str]) -> list[pl.Expr]:
    others = [name for name in columns if name not in decisive]
    return [pl.when(pl.col(name).n_unique() == 1).then(pl.col(name).first()) for name in others]


def _between_changes(dated: pl.DataFrame, key: str) -> pl.DataFrame:
    """For each code the spans of days between which no row of it begins or ends."""
    begins = dated.select(key, "valid_from")
    ends = dated.filter(pl.col("valid_to") < date.max).select(key, valid_from=pl.col("valid_to") + DAY)
    starts = pl.concat([begins, ends]).unique().sort(key, "valid_from")
    next_start = pl.col("valid_from").shift(-1).over(key)
    return starts.with_columns(valid_to=(next_start - DAY).fill_null(date.max))


def _described(resolved: pl.DataFrame, reference: ReferenceData) -> pl.DataFrame:
    """With what the codes given and the one derived mean in words, the latest that is known."""
    nicip, snomed = _descriptions(reference, "nicip"), _descriptions(reference, "snomed")
    derived = snomed.rename({name: f"derived_{name}" for name in snomed.columns})
    for words in (nicip, snomed, derived):
        resolved = resolved.join(words, on=words.columns[0], how="left", maintain_order="left")
    return resolved.drop("nicip_code", "snomed_code")


def _descriptions(reference: ReferenceData, kind: str) -> pl.DataFrame:
    """What each code means, one row a code, from the official tables where they have it: `nicip_code` and
    `nicip_description`, or `snomed_code` and `snomed_description`.
    """
    columns = (f"{kind}_code", f"{kind}_description")
    tables = (reference.snomed_codes, reference.nicip_codes, _with_columns(reference.exam_codes, columns))
    known = [latest(table, *columns) for table in tables if set(columns) <= set(table.columns)]
    return pl.concat(known).unique(columns[0], keep="first", maintain_order=True)


def _with_columns(exam_codes: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The exam codes with those of the columns that the table lacks, empty."""
    lacking = [name for name in names if name not in exam_codes.columns]
    return exam_codes.with_columns(pl.lit(None, pl.String).alias(name) for name in lacking)
