"""Patient source settings that look mislabelled: the share of one jumps, or is rare among NHS trusts.

Rule: publication specification, Provider issues, 5.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl

from publish.period import Month
from publish.quality.levels import Flags, Numbers
from publish.quality.provider_issue import Category, Confidence, Evidence, Line, ProviderIssue
from publish.quality.reported import Reported, Series
from publish.quality.words import named, per_cent, rounded_estimate, within
from publish.reference.vocabulary import source_settings

JUMP, SURE_JUMP = 0.2, 0.35  # of a provider's tests in a month, above its usual share
OTHERS: Final = ("06", "07")  # what a default is: Other Health Care Provider, Other
USUAL: Final = 0.25  # the quantile of the months' shares that is usual: most months may be wrong
FEWEST: Final = 30.0
FEWEST_MONTHS: Final = 3  # in which a provider must report before a share of it is usual
SMALL, NOTABLE, CONSIDERABLE, MATERIAL = 0.00005, 0.0002, 0.0005, 0.001  # of a usual month of England
LONGEST: Final = 6  # months: what stands so for longer may be how the provider works
CHANCE: Final = 6.0  # standard errors of a share
MANY: Final = 10  # providers from which their middle one tells what all have in common


@dataclass(frozen=True)
class _Shares:
    """The tests of one setting (`code`) among all tests of each row of a series, by month."""

    code: str
    series: Series
    tests: Numbers
    least: float

    @property
    def name(self) -> str:
        return next(each.source_setting for each in source_settings() if each.code == self.code)

    @cached_property
    def there(self) -> Flags:
        """Where there are enough tests for a share to say something."""
        return self.series.values >= self.least

    @cached_property
    def shares(self) -> Numbers:
        """NaN where there are too few tests."""
        shares = np.full(self.tests.shape, np.nan)
        return np.divide(self.tests, self.series.values, out=shares, where=self.there)

    @cached_property
    def usual(self) -> Numbers:
        """The usual share of each row; NaN where too few months are known."""
        known, in_order = self.there.sum(axis=1), np.sort(self.shares, axis=1)  # what is not known stands last
        usual = np.full(len(self.tests), np.nan)
        for months in np.unique(known[known >= FEWEST_MONTHS]):
            usual[known == months] = np.quantile(in_order[known == months, :months], USUAL, axis=1)
        return usual

    @property
    def jumped(self) -> Flags:
        """Where the share is far above the usual one, beyond what all have in common in that month."""
        usual = self.usual[:, None]
        above = self.shares - usual
        error = np.sqrt(np.maximum(usual * (1 - usual), 0.01) / np.maximum(self.series.values, 1.0))
        return (above - _common(above) >= JUMP) & (above >= CHANCE * error)


@dataclass(frozen=True)
class _Found:
    """Months (places) in which a row of a series has too much of one setting, and its usual share."""

    of: _Shares
    row: int
    places: tuple[int, ...]
    usual: float

    @property
    def org_code(self) -> str:
        """The provider."""
        return self.of.series.keys[self.row][0]

    @property
    def is_sure(self) -> bool:
        """Whether a default jumped far, and not for long."""
        far = self.share - self.usual >= SURE_JUMP
        return self.of.code in OTHERS and far and len(self.places) <= LONGEST

    @property
    def tests(self) -> float:
        """Tests with the setting in these months."""
        return float(self.of.tests[self.row, list(self.places)].sum())

    @property
    def all_tests(self) -> float:
        """All tests in these months."""
        return float(self.of.series.values[self.row, list(self.places)].sum())

    @property
    def share(self) -> float:
        """The share of the setting in these months."""
        return self.tests / self.all_tests

    @property
    def excess(self) -> float:
        """How many tests more than usual have the setting."""
        return self.tests - self.usual * self.all_tests


def setting_issues(reported: Reported) -> Iterator[ProviderIssue]:
    """Settings that jump in some months of the release: of a provider, else of one of its modalities; and the
    defaults (Other, Other Health Care Provider) of trusts that stand at a high share throughout.
    """
    every = [setting.code for setting in source_settings()]
    of_providers = _defaults_before_others(_jumps(reported.providers, every, NOTABLE, reported))
    told = {found.org_code for found in of_providers}
    # within a modality only defaults are told: its other settings go up and down with its clinics
    within = _largest(_jumps(reported.modalities, OTHERS, CONSIDERABLE, reported), told)
    throughout = _throughout(reported, told | {found.org_code for found in within})
    for found in [*of_providers, *within]:
        yield _issue(
            found, reported, _usually(found.usual), Confidence.HIGH if found.is_sure else Confidence.MEDIUM
        )
    for found in throughout:
        yield _issue(found, reported, f"{_share(found.usual)} among all NHS trusts", Confidence.LOW)


def _jumps(series: Series, settings: Sequence[str], least: float, reported: Reported) -> Iterator[_Found]:
    for setting in settings:
        of = _shares_of(setting, series, reported)
        usual, jumped = of.usual, of.jumped
        for row in np.flatnonzero(jumped[:, list(reported.in_period)].any(axis=1)):
            places = tuple(place for place in reported.in_period if jumped[row, place])
            found = _Found(of, int(row), places, float(usual[row]))
            if found.excess >= max(FEWEST, least * reported.month_of_england):
                yield found


def _defaults_before_others(jumps: Iterable[_Found]) -> list[_Found]:
    """The jumps without those of other settings where a default jumps: they are what is left of the year."""
    found = list(jumps)
    defaulted = {each.org_code for each in found if each.of.code in OTHERS}
    return [each for each in found if each.of.code in OTHERS or each.org_code not in defaulted]


def _largest(jumps: Iterable[_Found], told: set[str]) -> list[_Found]:
    """Of each provider of which none is told, and each setting, the jump of most tests."""
    largest: dict[tuple[str, str], _Found] = {}
    for found in sorted(jumps, key=lambda found: found.excess):
        if found.org_code not in told:
            largest[found.org_code, found.of.code] = found
    return list(largest.values())


def _throughout(reported: Reported, told: set[str]) -> Iterator[_Found]:
    """Trusts with so high a share of a default in all their months of the release that a jump would be told."""
    trusts = [row for row, (code,) in enumerate(reported.providers.keys) if reported.is_trust(code)]
    for setting in OTHERS:
        of = _shares_of(setting, reported.providers, reported)
        everywhere = float(of.tests[trusts].sum() / max(of.series.values[trusts].sum(), 1.0))
        for row in trusts:
            places = tuple(place for place in reported.in_period if of.there[row, place])
            found = _Found(of, row, places, everywhere)
            high = bool(places) and found.share - everywhere >= JUMP and found.org_code not in told
            if high and found.excess >= MATERIAL * reported.month_of_england:
                yield found


def _shares_of(setting: str, series: Series, reported: Reported) -> _Shares:
    least = max(FEWEST, SMALL * reported.month_of_england)
    return _Shares(setting, series, _of_setting(setting, series, reported), least)


def _of_setting(setting: str, series: Series, reported: Reported) -> Numbers:
    """The tests of that setting, by row and month of the series (of providers, or of providers and modalities)."""
    keys = ["org_code", "modality"][: len(series.keys[0])]
    rows = {key: row for row, key in enumerate(series.keys)}
    columns = {str(month): place for place, month in enumerate(series.months)}
    tests = np.zeros(series.values.shape)
    of_setting = reported.tests.filter(pl.col("setting") == setting, pl.col("month").is_in(list(columns)))
    for *key, month, summed in of_setting.group_by(*keys, "month").agg(pl.col("tests").sum()).iter_rows():
        tests[rows[tuple(key)], columns[month]] = summed
    return tests


def _common(above: Numbers) -> Numbers:
    """By how much the share of the middle provider is above its usual one in each month, where there are many."""
    common = np.zeros(above.shape[1])
    many = np.isfinite(above).sum(axis=0) >= MANY
    common[many] = np.maximum(np.nanmedian(above[:, many], axis=0), 0.0) if many.any() else 0.0
    return common


def _issue(found: _Found, reported: Reported, compared: str, confidence: Confidence) -> ProviderIssue:
    code, *part = found.of.series.keys[found.row]
    months = tuple(reported.months[place] for place in found.places)
    modality = part[0] if part else None
    return ProviderIssue(
        category=Category.SETTING,
        org_code=code,
        provider_name=reported.names.get(code, code),
        months=months,
        modality=modality,
        site_code=None,
        interval=None,
        estimated_records=rounded_estimate(found.excess),
        confidence=confidence,
        text=_sentence(found, named(reported.names.get(code, code), code), modality, months, compared, confidence),
        evidence=_evidence(found, months, compared),
        kind=found.of.code,
    )


def _sentence(
    found: _Found,
    subject: str,
    modality: str | None,
    months: Sequence[Month],
    compared: str,
    confidence: Confidence,
) -> str:
    records = f"{modality} records" if modality else "records"
    seem = "may be" if confidence is Confidence.LOW else "appear to be"
    return (
        f"{subject} reported {per_cent(found.tests, found.all_tests)} of its {records} {within(months)} with the "
        f"patient source setting ‘{found.of.name}’, compared with {compared}: about "
        f"{rounded_estimate(found.excess):,} of them {seem} from other settings."
    )


def _evidence(found: _Found, months: Sequence[Month], compared: str) -> Evidence:
    of = found.of
    shares = 100 * np.nan_to_num(of.shares[found.row])
    return Evidence(
        title=f"Share of ‘{of.name}’ by month",
        unit="per cent",
        along=tuple(str(month) for month in of.series.months),
        lines=(Line(of.name, tuple(round(float(share), 1) for share in shares)),),
        marked=tuple(str(month) for month in months),
        numbers=(
            ("Tests with this setting in these months", f"{found.tests:,.0f}"),
            ("All tests in these months", f"{found.all_tests:,.0f}"),
            ("Compared with", compared),
        ),
    )


def _usually(share: float) -> str:
    """`usually 12%`; what is nearly nothing is not 0%."""
    return _share(share) if share < 0.005 else f"usually {_share(share)}"


def _share(share: float) -> str:
    return "fewer than 1%" if share < 0.005 else f"{share:.0%}"
