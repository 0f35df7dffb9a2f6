"""Intervals in whole days, null where either end is missing (records specification, Derived fields)."""

import polars as pl


def days_between(start: str, end: str) -> pl.Expr:
    """Whole days from one date item to another, as Int32."""
    # a date is a number of days: a duration would be one of milliseconds, and take ten times as long
    return pl.col(end).to_physical() - pl.col(start).to_physical()


def TEST_REQUEST_TO_TEST_REQUEST_RECEIVED() -> pl.Expr:
    """Days from the date of test request to the date on which the request was received."""
    return days_between("DIAGNOSTIC_TEST_REQUEST_DATE", "DIAG_TEST_REQUEST_REC_DATE")


def TEST_REQUEST_TO_TEST() -> pl.Expr:
    """Days from the date of test request to the date of test."""
    return days_between("DIAGNOSTIC_TEST_REQUEST_DATE", "DIAGNOSTIC_TEST_DATE")


def TEST_REQUEST_TO_SERVICE_REPORT_ISSUED() -> pl.Expr:
    """Days from the date of test request to the date on which the report was issued."""
    return days_between("DIAGNOSTIC_TEST_REQUEST_DATE", "SERVICE_REPORT_DATE")


def TEST_REQUEST_RECEIVED_TO_TEST() -> pl.Expr:
    """Days from the date on which the test request was received to the date of test."""
    return days_between("DIAG_TEST_REQUEST_REC_DATE", "DIAGNOSTIC_TEST_DATE")


def TEST_REQUEST_RECEIVED_TO_SERVICE_REPORT_ISSUED() -> pl.Expr:
    """Days from the date on which the test request was received to the date on which the report was issued."""
    return days_between("DIAG_TEST_REQUEST_REC_DATE", "SERVICE_REPORT_DATE")


def TEST_TO_SERVICE_REPORT_ISSUED() -> pl.Expr:
    """Days from the date of test to the date on which its report was issued."""
    return days_between("DIAGNOSTIC_TEST_DATE", "SERVICE_REPORT_DATE")


def request_to_test() -> pl.Expr:
    """Days from request to test as published: the request date or, where that is missing, the date received.

    Rule: publication specification, Numbers, Medians.
    """
    return pl.coalesce(TEST_REQUEST_TO_TEST(), TEST_REQUEST_RECEIVED_TO_TEST())


def test_to_report() -> pl.Expr:
    """Days from test to report as published."""
    return TEST_TO_SERVICE_REPORT_ISSUED()


def out_of_order() -> pl.Expr:
    """Whether a test comes before its request, or a report before its test (rules DIDS034, 043, 048)."""
    spans = (TEST_REQUEST_TO_TEST(), TEST_REQUEST_RECEIVED_TO_TEST(), TEST_TO_SERVICE_REPORT_ISSUED())
    return pl.any_horizontal(*(span < 0 for span in spans)).fill_null(value=False)
