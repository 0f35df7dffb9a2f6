"""Every provider issue that the counts of a release show, each with its evidence and a drafted sentence."""

from collections.abc import Iterator
from typing import Final

from publish.counts.reduction import Counts
from publish.period import MonthlyPeriod
from publish.quality.changes import change_issues, started_or_stopped, successors
from publish.quality.excesses import excess_issues
from publish.quality.missing_dates import missing_date_issues
from publish.quality.provider_issue import Category, Confidence, ProviderIssue
from publish.quality.reported import Reported
from publish.quality.settings import setting_issues
from publish.quality.shortfalls import gaps_within, provider_gaps, shortfall_issues, told_of, without_told
from publish.reference.tables import ReferenceData

_CATEGORIES: Final = tuple(Category)
_CONFIDENCES: Final = tuple(Confidence)


def find_issues(counts: Counts, period: MonthlyPeriod, reference: ReferenceData) -> tuple[ProviderIssue, ...]:
    """The provider issues that the counts of a release show: see `issues_of`."""
    return issues_of(Reported(counts, period, reference))


def issues_of(reported: Reported) -> tuple[ProviderIssue, ...]:
    """The provider issues of the months of a release, by category, surest first, then by provider.

    Rule: publication specification, Provider issues. A provider is compared with its own other months (and those of
    the year before, where the records hold them), with the season and trend of all, so what moves all is no issue.
    """
    if not reported.providers.keys:
        return ()
    return tuple(sorted(_found(reported), key=_order))


def _found(reported: Reported) -> Iterator[ProviderIssue]:
    succeeded = successors(reported)
    yield from change_issues(reported, succeeded)
    yield from _shortfalls(reported, {code: place for code, (_, place) in succeeded.items()})
    yield from excess_issues(reported, {successor for taken, _ in succeeded.values() for successor in taken})
    yield from missing_date_issues(reported)
    yield from setting_issues(reported)


def _shortfalls(reported: Reported, gone: dict[str, int]) -> Iterator[ProviderIssue]:
    """What providers lack, said of a site or else of a modality where that explains it."""
    sites, modalities = reported.sites, reported.modalities
    whole = provider_gaps(reported, gone)
    of_sites = gaps_within(sites, reported, whole, gone)
    told = told_of(of_sites, sites)
    of_modalities = without_told(gaps_within(modalities, reported, whole, gone), modalities, told)
    told |= told_of(of_modalities, modalities) & told_of(whole, reported.providers)
    for gap in without_told(whole, reported.providers, told):
        change = started_or_stopped(gap, reported)
        yield from (change,) if change else shortfall_issues([gap], reported.providers, reported)
    yield from shortfall_issues(of_sites, sites, reported)
    yield from shortfall_issues(of_modalities, modalities, reported)


def _order(issue: ProviderIssue) -> tuple[int, int, str, str, str]:
    return (
        _CATEGORIES.index(issue.category),
        _CONFIDENCES.index(issue.confidence),
        issue.provider_name.casefold(),
        issue.org_code,
        issue.identity,
    )
