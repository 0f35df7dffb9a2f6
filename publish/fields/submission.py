"""Where a record came from: its file, its submitter, and the days on which the data product holds it."""

import polars as pl


def META() -> pl.Expr:
    """FILE: the name of the file that the record came in. RECORD: its number in that file, from 1. WARNINGS: the
    codes of the rules that warn of it. Empty where not known.
    """
    return pl.struct(
        pl.col("file").cast(pl.String).alias("FILE"),
        pl.col("record").cast(pl.UInt32).alias("RECORD"),
        pl.col("warnings").cast(pl.String).alias("WARNINGS"),
    )


def RADIOLOGICAL_ACCESSION_NUMBER() -> pl.Expr:
    """The radiological accession number as submitted: with the site code, the key of the record."""
    return pl.col("RADIOLOGICAL_ACCESSION_NUM")


def SUBMITTER_ORGANISATION() -> pl.Expr:
    """The code of the organisation that submitted the record: the one that the command was told, else the one that
    the record gives.
    """
    return pl.col("submitter")


def SUBMITTER_ORGANISATION_NAME() -> pl.Expr:
    """The name of the organisation that submitted the record, by its successor where it has been succeeded."""
    return pl.col("submitter_name")


def MIGRATION_DATE() -> pl.Expr:
    """When the record was moved from an older system. Always empty: only the national system knows."""
    return pl.lit(None)


def SUBMISSION_DATA_ID() -> pl.Expr:
    """The number of the submission in the national system. Always empty: only that system gives it."""
    return pl.lit(None)


def EFFECTIVE_FROM() -> pl.Expr:
    """When the record took effect: the date of its submission. Empty where that is not known."""
    return pl.col("submitted")


def EFFECTIVE_TO() -> pl.Expr:
    """When the record was replaced. Always empty: the data product holds only records that stand."""
    return pl.lit(None)
