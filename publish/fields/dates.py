"""The dates of a record, and the month and year of its test."""

import polars as pl


def DIAGNOSTIC_TEST_REQUEST_DATE() -> pl.Expr:
    """The date on which the test was requested."""
    return pl.col("DIAGNOSTIC_TEST_REQUEST_DATE")


def DIAGNOSTIC_TEST_REQUEST_RECEIVED_DATE() -> pl.Expr:
    """The date on which the request was received."""
    return pl.col("DIAG_TEST_REQUEST_REC_DATE")


def DIAGNOSTIC_TEST_DATE() -> pl.Expr:
    """The date of test."""
    return pl.col("DIAGNOSTIC_TEST_DATE")


def MONTH_OF_TEST() -> pl.Expr:
    """The month of the date of test, 1 to 12."""
    return pl.col("DIAGNOSTIC_TEST_DATE").dt.month()


def YEAR_OF_TEST() -> pl.Expr:
    """The calendar year of the date of test."""
    return pl.col("DIAGNOSTIC_TEST_DATE").dt.year()


def SERVICE_REPORT_ISSUE_DATE() -> pl.Expr:
    """The date on which the report of the test was issued."""
    return pl.col("SERVICE_REPORT_DATE")
