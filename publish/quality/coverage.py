"""Coverage: what every provider reported by month against what it usually does, and what became of its records."""

from typing import Any

import polars as pl

from publish.quality.levels import Numbers
from publish.quality.reported import Reported
from publish.tables.ledger import IN_TABLES
from publish.tables.places import places_on
from publish.tables.specification import Level


def coverage(reported: Reported, submitted: str | None) -> dict[str, Any]:
    """The months of the release and, for each provider, its tests in them, what is expected, and its latest test.

    True numbers, for reviewers alone. `submitted` is the day on which the files were submitted, where it is known.
    """
    series, places = reported.providers, reported.in_period
    latest = _latest_tests(reported)
    regions = _region_names(reported)
    providers = [
        {
            "org_code": code,
            "provider_name": reported.names.get(code, code),
            "region": regions.get(reported.regions.get(code, ""), ""),
            "usual": _usual(series.levels.expected[row], places),
            "latest": latest.get(code),
            "submitted": submitted,
            "tests": [int(series.values[row, place]) or None for place in places],
            "expected": [_whole(series.levels.expected[row, place]) for place in places],
        }
        for code, row in covered(reported).items()
    ]
    return {"months": [str(series.months[place]) for place in places], "providers": sorted(providers, key=_by_name)}


def covered(reported: Reported) -> dict[str, int]:
    """The providers that reported in the months of the release, or were to, and their row of the series."""
    series, places = reported.providers, list(reported.in_period)
    return {
        code: row
        for row, (code,) in enumerate(series.keys)
        if series.values[row, places].any() or series.levels.expected[row, places].any()
    }


def modalities_by_month(reported: Reported) -> list[dict[str, Any]]:
    """England's tests of each modality by month of the release, and of the same months a year before."""
    series, places = reported.modalities, reported.in_period
    held = {month: place for place, month in enumerate(series.months)}
    before = [held.get(series.months[place].plus(-12)) for place in places]
    totals: dict[str, Numbers] = {}
    for (_, modality), values in zip(series.keys, series.values, strict=True):
        totals[modality] = totals[modality] + values if modality in totals else values.copy()
    return [
        {
            "modality": modality,
            "months": [str(series.months[place]) for place in places],
            "tests": [int(values[place]) for place in places],
            "before": [None if place is None else int(values[place]) for place in before],
        }
        for modality, values in sorted(totals.items(), key=lambda item: (-item[1].sum(), item[0]))
    ]


def ledger_in_words(ledger: pl.DataFrame, reported: Reported) -> dict[str, Any]:
    """What became of the records, by reason and month, and by provider. `ledger` as `make_ledger` makes it."""
    months = [str(month) for month in reported.months]
    by_reason = (
        ledger.group_by("outcome").agg(pl.col("records").sum()).sort("records", "outcome", descending=[True, False])
    )
    reasons = [
        {"reason": reason, "records": records, "by_month": [_in(ledger, reason, month) for month in months]}
        for reason, records in by_reason.select("outcome", "records").iter_rows()
    ]
    by_provider = (
        ledger.drop_nulls("org_code")
        .group_by("org_code")
        .agg(
            submitted=pl.col("records").sum(),
            in_tables=pl.col("records").filter(pl.col("outcome") == IN_TABLES).sum(),
        )
    )
    providers = [
        {
            "org_code": code,
            "provider_name": reported.names.get(code, code),
            "submitted": submitted,
            "in_tables": in_tables,
            "kept_out": submitted - in_tables,
        }
        for code, submitted, in_tables in by_provider.sort("org_code").iter_rows()
    ]
    return {"months": months, "reasons": reasons, "providers": providers}


def _in(ledger: pl.DataFrame, reason: str, month: str) -> int:
    return int(ledger.filter(pl.col("outcome") == reason, pl.col("month") == month)["records"].sum())


def _latest_tests(reported: Reported) -> dict[str, str]:
    """The last day with a test of each provider."""
    rows = reported.days.group_by("org_code").agg(pl.col("day").max().dt.to_string())
    return dict(rows.iter_rows())


def _region_names(reported: Reported) -> dict[str, str]:
    places = places_on(reported.reference, reported.period.latest.last_day)
    return dict(places.filter(pl.col("level") == Level.REGION.value).select("code", "provider_name").iter_rows())


def _usual(expected: Numbers, places: tuple[int, ...]) -> int | None:
    known = [expected[place] for place in places if expected[place] > 0]
    return _whole(sum(known) / len(known)) if known else None


def _whole(number: float) -> int | None:
    return int(number + 0.5) if number > 0 else None


def _by_name(provider: dict[str, Any]) -> tuple[str, str]:
    return str(provider["provider_name"]).casefold(), str(provider["org_code"])
