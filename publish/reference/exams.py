"""The effective tables of exam codes: official NICIP codes and exam look-up before the contract's rows.

Rule: records specification, Derived fields, Imaging (NICIP to SNOMED on the day, then the exam look-up on the day).
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

from publish.reference.columns import CLASSIFIED, COLUMNS, LOOK_UP, OFFICIAL, VALIDITY
from publish.reference.layers import in_order, on_days_of_both, without_overlaps
from publish.reference.vocabulary import bundled_rows, cancer_groups, modalities

_CODES: Final = ("nicip_code", "nicip_description", "snomed_code", "snomed_description")
_CLASSES: Final = tuple(name for name in LOOK_UP if name not in {"snomed_code", *VALIDITY})
_ROW: Final = (*COLUMNS["exam_codes"], *CLASSIFIED)


@dataclass(frozen=True)
class Exams:
    """The effective tables: `exam_codes` (columns of the contract and CLASSIFIED), and those of OFFICIAL."""

    exam_codes: pl.DataFrame
    nicip_codes: pl.DataFrame
    snomed_codes: pl.DataFrame


def effective_exams(
    contract: pl.DataFrame, nicip: pl.DataFrame, look_up: pl.DataFrame, snomed: pl.DataFrame
) -> Exams:
    """The exam codes in use.

    `contract` has the columns of exam_codes and CLASSIFIED, `nicip` those of nicip_codes and `interventional`,
    `look_up` those of LOOK_UP, `snomed` those of snomed_codes. An official table goes before the contract code by
    code; where there is none, the contract stands as it is.
    """
    codes = _nicip_codes(contract, nicip)
    snomed_codes = _snomed_codes(snomed, look_up, codes, contract)
    official = bool(nicip.height or look_up.height)
    return Exams(
        exam_codes=_exam_codes(contract, codes, look_up) if official else contract.select(_ROW),
        nicip_codes=codes.select(OFFICIAL["nicip_codes"]),
        snomed_codes=snomed_codes,
    )


def _unlisted(rows: pl.DataFrame, listed: pl.DataFrame, key: str) -> pl.DataFrame:
    """The rows whose code the other table does not have."""
    return rows.filter(pl.col(key).is_not_null()).join(
        listed.select(key), on=key, how="anti", maintain_order="left"
    )


def _nicip_codes(contract: pl.DataFrame, nicip: pl.DataFrame) -> pl.DataFrame:
    """The official codes, and the contract's that they do not list: with `interventional`."""
    own = _unlisted(contract.select(*_CODES, "interventional", *VALIDITY), nicip, "nicip_code")
    return in_order(pl.concat([nicip.select(own.columns), without_overlaps(own, "nicip_code")]), "nicip_code")


def _snomed_codes(
    snomed: pl.DataFrame, look_up: pl.DataFrame, codes: pl.DataFrame, contract: pl.DataFrame
) -> pl.DataFrame:
    """The codes that may be used, by the first table that lists each: what holds on any of its days."""
    terms = pl.concat([snomed, codes.select(snomed.columns), contract.select(snomed.columns)])
    described = terms.drop_nulls("snomed_description").unique("snomed_code", keep="first", maintain_order=True)
    dates = ("snomed_code", *VALIDITY)
    found = without_overlaps(snomed.select(dates), "snomed_code")
    for table in (look_up, codes, contract):
        found = pl.concat([found, _spells(_unlisted(table.select(dates), found, "snomed_code"))])
    named = found.join(described.select("snomed_code", "snomed_description"), on="snomed_code", how="left")
    return in_order(named.select(OFFICIAL["snomed_codes"]), "snomed_code")


def _spells(rows: pl.DataFrame) -> pl.DataFrame:
    """The days of each SNOMED code, rows that overlap or touch put together."""
    begins = pl.col("valid_from").fill_null(pl.date(1, 1, 1))
    ends = pl.col("valid_to").fill_null(pl.date(9999, 12, 31))
    reached = ends.cum_max().shift(1).over("snomed_code")
    new = (begins.cast(pl.Int32) > reached.cast(pl.Int32) + 1).fill_null(value=True)
    ordered = rows.sort("snomed_code", begins, ends).with_columns(spell=new.cum_sum().over("snomed_code"))
    spells = ordered.group_by("snomed_code", "spell", maintain_order=True).agg(
        valid_from=pl.when(pl.col("valid_from").is_not_null().all()).then(pl.col("valid_from").min()),
        valid_to=pl.when(pl.col("valid_to").is_not_null().all()).then(pl.col("valid_to").max()),
    )
    return spells.drop("spell")


def _exam_codes(contract: pl.DataFrame, codes: pl.DataFrame, look_up: pl.DataFrame) -> pl.DataFrame:
    """NICIP codes with the classes of their SNOMED codes; SNOMED codes alone; what only the contract classifies.

    A row stands for each SNOMED code alone too: it may be given where no NICIP code leads to it.
    """
    classes = _classes_of_snomed_codes(contract, look_up, codes)
    by_nicip = on_days_of_both(codes.drop("interventional"), classes, ["snomed_code"])
    alone = classes.with_columns(pl.lit(None, pl.String).alias(name) for name in _CODES if name != "snomed_code")
    left = _only_in_contract(contract, by_nicip, classes)
    every = [rows.select(_ROW) for rows in (by_nicip, alone, left)]
    return in_order(pl.concat(every), "nicip_code", "snomed_code").with_columns(
        pl.col("interventional").fill_null("N")
    )


def _only_in_contract(contract: pl.DataFrame, by_nicip: pl.DataFrame, classes: pl.DataFrame) -> pl.DataFrame:
    """The contract's rows of NICIP codes that have no class yet, without a SNOMED code where that one has."""
    snomed_code = pl.col("snomed_code")
    rest = contract.join(by_nicip.select("nicip_code"), on="nicip_code", how="anti", maintain_order="left")
    known = snomed_code.is_in(classes["snomed_code"].implode())
    return rest.with_columns(snomed_code=pl.when(~known).then(snomed_code)).filter(
        pl.any_horizontal(pl.col("nicip_code", "snomed_code").is_not_null())
    )


def _classes_of_snomed_codes(contract: pl.DataFrame, look_up: pl.DataFrame, codes: pl.DataFrame) -> pl.DataFrame:
    """snomed_code, its classes, published_test_group, interventional, VALIDITY: at most one row of a code on a day.

    The look-up's where it has the code, else the contract's, else the modality that its NICIP term begins with.
    """
    own = contract.filter(pl.col("snomed_code").is_not_null(), pl.col("modality").is_not_null())
    own_rows = own.select("snomed_code", *_CLASSES, "published_test_group", *VALIDITY)
    theirs = _with_groups(look_up, own).select(own_rows.columns)
    rest = without_overlaps(_unlisted(own_rows, look_up, "snomed_code"), "snomed_code")
    known = pl.concat([theirs, rest])
    by_term = without_overlaps(_unlisted(_by_term(codes), known, "snomed_code"), "snomed_code")
    flags = _interventional(codes, own)
    every = pl.concat([known, by_term], how="diagonal")
    return every.join(flags, on="snomed_code", how="left", maintain_order="left")


def _by_term(codes: pl.DataFrame) -> pl.DataFrame:
    """The modality of codes whose NICIP term begins with its abbreviation: snomed_code, modality_id, modality.

    NICIP codes begin with a letter for the modality, and most terms with its abbreviation (`MRI Hand`). A code
    counts only where both say the same. What the term says of the body is left to the official look-up.
    """
    modality = pl.DataFrame([(m.modality_id, m.exam_lookup_name) for m in modalities()], orient="row")
    terms = pl.DataFrame(bundled_rows("exam_terms")).join(
        modality.rename({"column_0": "modality_id", "column_1": "modality"}), on="modality_id"
    )
    begins = codes.with_columns(
        nicip_begins=pl.col("nicip_code").str.slice(0, 1),
        term_begins=pl.col("nicip_description").str.extract(r"^(\S+) "),
    )
    found = begins.join(terms, on=["nicip_begins", "term_begins"], maintain_order="left")
    return found.select("snomed_code", "modality_id", "modality", *VALIDITY)


def _with_groups(look_up: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """The look-up with the published group of each early diagnosis value.

    A copy of the look-up without any such value cannot tell the groups: then they are the contract's.
    """
    early = "early_diagnosis_of_cancer"
    if look_up[early].null_count() < look_up.height:
        groups = {group.early_diagnosis_of_cancer: group.cancer_group for group in cancer_groups()}
        group = pl.col(early).replace_strict(groups, default=None, return_dtype=pl.String)
        return look_up.with_columns(published_test_group=group)
    given = ("snomed_code", early, "sub_early_diagnosis_of_cancer", "published_test_group")
    known = own.select(given).unique("snomed_code", keep="first", maintain_order=True)
    return look_up.drop(given[1:3]).join(known, on="snomed_code", how="left", maintain_order="left")


def _interventional(codes: pl.DataFrame, own: pl.DataFrame) -> pl.DataFrame:
    """snomed_code, interventional: by the NICIP codes that lead to it, else the contract's.

    One mark for a SNOMED code, so that a record means the same by whichever code it was looked up: Y where any
    of its NICIP codes has Y.
    """
    given = codes.select("snomed_code", "interventional").drop_nulls()
    rest = _unlisted(own.select("snomed_code", "interventional").drop_nulls(), given, "snomed_code")
    return pl.concat([given, rest]).group_by("snomed_code").agg(pl.col("interventional").max())
