"""Who asked for the test: the referrer, the type of referrer by the pattern of the code, and the organisation."""

from typing import Final

import polars as pl

from publish.records.referrers import NOT_KNOWN, referrer_types

NOT_KNOWN_NAME: Final = "Not Known"


def REFERRER_CODE() -> pl.Expr:
    """The code of the referrer as submitted, 99 where it fits no type of referrer; empty where none was given."""
    given = pl.col("REFERRER")
    fits_none = given.is_not_null() & pl.col("referrer_type").is_null()
    return pl.when(fits_none).then(pl.lit(NOT_KNOWN)).otherwise(given)


def DERIVED_REFERRER_CODE() -> pl.Expr:
    """The code of the referrer from which the type was derived: the same as REFERRER_CODE."""
    return REFERRER_CODE()


def DERIVED_REFERRER_TYPE() -> pl.Expr:
    """The type of referrer, by the pattern of the code; `Not Known` where it fits none, empty where there is none.

    Rule: records specification, Derived fields, Referrer type.
    """
    given = pl.col("REFERRER").is_not_null()
    return pl.when(given).then(pl.col("referrer_type").fill_null(NOT_KNOWN_NAME))


def REFERRER_ORGANISATION_CODE() -> pl.Expr:
    """The code of the referring organisation as submitted."""
    return pl.col("REFERRING_ORG_CODE")


def REFERRER_ORGANISATION_DESCRIPTION() -> pl.Expr:
    """The name of the referring organisation, by its successor where it has been succeeded by one organisation."""
    return pl.col("referring_organisation_name")


def types_of_referrers(referrers: pl.DataFrame) -> pl.DataFrame:
    """The type of each referrer: REFERRER, `referrer_type` (null where the code fits no pattern).

    `referrers` has REFERRER, in capitals.
    """
    fits = (
        pl.when(pl.col("REFERRER").str.contains(f"^(?:{known.pattern})$")).then(pl.lit(known.referrer_type))
        for known in referrer_types()
    )
    return referrers.with_columns(referrer_type=pl.coalesce(fits))
