"""Patient source settings that look mislabelled: the share of one jumps.

Rule: publication specification, Provider issues, 5.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
import polars as pl

from publish.quality.levels import Numbers
from publish.quality.provider_issue import Category, Confidence, Evidence, Line, ProviderIssue
from publish.quality.reported import Reported
from publish.quality.words import named, per_cent, rounded_estimate, within
from publish.reference.vocabulary import source_settings

JUMP, SURE_JUMP = 0.2, 0.35  # of a provider's tests in a month, above its usual share
OTHERS: Final = ("06", "07")  # what a default is: Other Health Care Provider, Other
USUAL: Final = 0.25  # the quantile of the months' shares that is usual: most months may be wrong
FEWEST: Final = 30.0
SMALL, NOTABLE = 0.00005, 0.0002  # of a usual month of England
CHANCE: Final = 6.0  # standard errors of a share


def setting_issues(reported: Reported) -> Iterator[ProviderIssue]:
    """Providers of which the share of one setting is far above its usual one in some months of the release."""
    least = max(FEWEST, SMALL * reported.month_of_england)
    by_setting = {setting: _of_setting(reported, setting) for setting in (each.code for each in source_settings())}
    totals = reported.providers.values
    for row, (code,) in enumerate(reported.providers.keys):
        for setting, values in by_setting.items():
            places, usual = _jumps(values[row], totals[row], least)
            wanted = tuple(place for place in places if place in reported.in_period)
            excess = float((values[row] - usual * totals[row])[list(wanted)].sum())
            if wanted and excess >= max(FEWEST, NOTABLE * reported.month_of_england):
                yield _issue(code, setting, wanted, usual, values[row], totals[row], excess, reported)


def _of_setting(reported: Reported, setting: str) -> Numbers:
    """The tests of that setting, of each provider by month."""
    months = [str(month) for month in reported.months]
    rows = reported.tests.filter(pl.col("setting") == setting, pl.col("month").is_in(months))
    summed: dict[tuple[str, str], int] = {
        (code, month): tests
        for code, month, tests in rows.group_by("org_code", "month").agg(pl.col("tests").sum()).iter_rows()
    }
    return np.array(
        [[summed.get((code, month), 0) for month in months] for (code,) in reported.providers.keys], float
    )


def _jumps(values: Numbers, totals: Numbers, least: float) -> tuple[tuple[int, ...], float]:
    """The months in which the share is far above the usual one, and the usual one."""
    there = totals >= least
    if there.sum() < 3:
        return (), 0.0
    shares = np.divide(values, totals, out=np.zeros_like(values), where=totals > 0)
    usual = float(np.quantile(shares[there], USUAL))
    error = np.sqrt(max(usual * (1 - usual), 0.01) / np.maximum(totals, 1.0))
    jumped = there & (shares - usual >= JUMP) & (shares - usual >= CHANCE * error)
    return tuple(int(place) for place in np.flatnonzero(jumped)), usual


def _issue(
    code: str,
    setting: str,
    places: tuple[int, ...],
    usual: float,
    values: Numbers,
    totals: Numbers,
    excess: float,
    reported: Reported,
) -> ProviderIssue:
    name = next(each.source_setting for each in source_settings() if each.code == setting)
    months = tuple(reported.months[place] for place in places)
    here, all_here = float(values[list(places)].sum()), float(totals[list(places)].sum())
    estimate = rounded_estimate(excess)
    said = (
        f"{named(reported.names.get(code, code), code)} reported {per_cent(here, all_here)} of its records {within(months)} "
        f"with the patient source setting ‘{name}’, compared with {_usually(usual)}: about {estimate:,} of them appear "
        "to be from other settings."
    )
    sure = setting in OTHERS and here / all_here - usual >= SURE_JUMP
    shares = np.divide(100 * values, totals, out=np.zeros_like(values), where=totals > 0)
    along = tuple(str(month) for month in reported.months)
    return ProviderIssue(
        category=Category.SETTING,
        org_code=code,
        provider_name=reported.names.get(code, code),
        months=months,
        modality=None,
        site_code=None,
        interval=None,
        estimated_records=estimate,
        confidence=Confidence.HIGH if sure else Confidence.MEDIUM,
        text=said,
        evidence=Evidence(
            title=f"Share of ‘{name}’ by month",
            unit="per cent",
            along=along,
            lines=(Line(name, tuple(round(float(share), 1) for share in shares)),),
            marked=tuple(str(month) for month in months),
            numbers=(
                ("Tests with this setting in these months", f"{here:,.0f}"),
                ("All tests in these months", f"{all_here:,.0f}"),
                ("Usual share", _usually(usual)),
            ),
        ),
        kind=setting,
    )


def _usually(share: float) -> str:
    return "fewer than 1%" if share < 0.005 else f"usually {share:.0%}"
