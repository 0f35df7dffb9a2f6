"""The four dates of a made-up record: request, request received, test, report. Never out of order."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from publish.synthetic.draws import Flags, Real, Whole, days, places
from publish.synthetic.shape import NHS_TRUST

_NO_REQUEST: Final = 1 / 7  # part of the records without the date of request but with the date received
_NO_RECEIPT: Final = 0.08  # the other way about
_NEITHER: Final = 0.01
_NO_REPORT: Final = 0.02
_NEITHER_AT_SOME: Final = (0.2, 0.6)  # part of the records with neither date, at a few providers
_PROVIDERS_WITHOUT_REQUESTS: Final = 4
_LARGE: Final = 100_000  # tests a year of a provider whose missing dates are noticed
_UNREPORTED: Final = "Fluoroscopy"  # the modality for which one provider sends no report dates
_PACE: Final = 0.25  # spread of providers' waits about the national ones
_DAYS_TO_RECEIVE: Final = (60, 20, 8, 5, 3, 2, 1, 1)  # requests in a hundred received after 0, 1, 2 … days


@dataclass(frozen=True)
class Habits:
    """How providers differ, by their place in `providers`: waits as a multiple of the national, missing dates."""

    request_pace: Real
    report_pace: Real
    without_requests: Real  # part of the records with neither request date
    unreported: tuple[str, str]  # the provider (org_code) and modality without report dates


@dataclass(frozen=True)
class Intervals:
    """For each record its test (days since 1970) and the days from request to test and from test to report."""

    test: Whole
    request_to_test: Whole
    test_to_report: Whole


def habits(providers: pl.DataFrame, draw: np.random.Generator) -> Habits:
    """Habits for providers, in their order (columns org_code, sector, tests)."""
    large = np.flatnonzero((providers["tests"] > _LARGE) & (providers["sector"] == NHS_TRUST))
    some = draw.choice(large, _PROVIDERS_WITHOUT_REQUESTS + 1, replace=False)
    without_requests = np.full(providers.height, _NEITHER)
    without_requests[some[1:]] = draw.uniform(*_NEITHER_AT_SOME, len(some) - 1)
    return Habits(
        request_pace=draw.lognormal(0, _PACE, providers.height),
        report_pace=draw.lognormal(0, _PACE, providers.height),
        without_requests=without_requests,
        unreported=(providers["org_code"][int(some[0])], _UNREPORTED),
    )


def dates(
    of: Intervals, without_requests: Real, unreported: Flags, draw: np.random.Generator
) -> dict[str, pl.Series]:
    """The four dates, some of them missing: `without_requests` is the part with neither request date.

    Where the date of request is missing, the date received is the day of the request: it stands in for it in the
    published medians.
    """
    records = len(of.test)
    neither = draw.random(records) < without_requests
    no_request = draw.random(records) < _NO_REQUEST
    no_receipt = ~no_request & (draw.random(records) < _NO_RECEIPT)
    delay = np.where(no_request, 0, np.minimum(places(_DAYS_TO_RECEIVE, records, draw), of.request_to_test))
    request = of.test - of.request_to_test
    return {
        "DIAGNOSTIC_TEST_REQUEST_DATE": days(request, neither | no_request),
        "DIAG_TEST_REQUEST_REC_DATE": days(request + delay, neither | no_receipt),
        "DIAGNOSTIC_TEST_DATE": days(of.test, np.zeros(records, np.bool_)),
        "SERVICE_REPORT_DATE": days(of.test + of.test_to_report, unreported | (draw.random(records) < _NO_REPORT)),
    }
