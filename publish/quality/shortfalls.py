"""Records that are missing: whole months, parts of months, one site, one modality, less than before.

Rule: publication specification, Provider issues, 2.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from publish.period import Month, date_in_words
from publish.quality.gaps import Gap, Kind, gaps
from publish.quality.provider_issue import Category, Confidence, Evidence, Line, ProviderIssue
from publish.quality.reported import Reported, Series
from publish.quality.silent_days import silent_days
from publish.quality.words import named, rounded_estimate, shares, within

# Shares of a usual month of England: 200, 800, 2,000 and 4,000 of its four million tests
SMALL, NOTABLE, CONSIDERABLE, MATERIAL = 0.00005, 0.0002, 0.0005, 0.001
FEWEST: Final = 30.0  # tests expected in a month, below which a blank month may be chance
FEWEST_LACKING: Final = 100.0  # records, below which an estimate would say nothing
HALVED: Final = 0.6  # of the level before: a step down as deep as that is hardly a change of service
LASTING, LESS_FOR_LONG = 3, 0.7  # months after which less of a drop is clear too
DEEP: Final = 0.7  # of what is usual: where a month has less, records are surely lacking
# Of a provider's shortfall: by so much a site, or a modality, is the better name for it. X-rays are nearly half of
# all tests, and lack nearly half the records when all lack some.
SITE_EXPLAINS, MODALITY_EXPLAINS = 0.6, 0.75
LESS_OF_REST: Final = 0.5  # times the share that the part lacks: the rest of its provider lacks less
MOVED: Final = 0.5  # of what a site lacks: by so much the rest of its provider is above its own level
OPENED: Final = 3  # months: a site first heard of after more than that was opened then
MISSING: Final = (Kind.WHOLE, Kind.PART, Kind.LESS)


def provider_gaps(reported: Reported, gone: Mapping[str, int]) -> list[Gap]:
    """Where whole providers lack records. `gone`: who was succeeded, and from which month's place."""
    series = reported.providers
    least = max(FEWEST, SMALL * reported.month_of_england)
    found: list[Gap] = []
    for gap in gaps(series, series.levels, reported.in_period):
        over = range(gone.get(series.keys[gap.row][0], len(series.months)), len(series.months))
        left = gap.without(set(over)) if gap.kind in MISSING else None
        if left and left.expected.max() >= least and (left.kind is Kind.WHOLE or _worth_telling(left, series)):
            found.append(left)
    return found


def gaps_within(
    series: Series, reported: Reported, of_providers: Sequence[Gap], gone: Mapping[str, int]
) -> list[Gap]:
    """Where single sites (or modalities) of providers lack records, though their provider reported.

    `series` is by provider and site, or by provider and modality. What a provider as a whole lacks is not said
    again of its sites, unless a site explains it. Parts go up and down more than providers do: only what is clear
    is told, and not what other sites report instead.
    """
    rows = {key[0]: row for row, key in enumerate(reported.providers.keys)}
    short = {(gap.row, place): gap for gap in of_providers for place in gap.places}
    least = max(FEWEST, SMALL * reported.month_of_england)
    found: list[Gap] = []
    for gap in gaps(series, series.levels_in(reported.providers.season), reported.in_period):
        if gap.kind not in MISSING or gap.row not in series.parts or gap.expected.max() < least:
            continue
        code = series.keys[gap.row][0]
        over = set(range(gone.get(code, len(series.months)), len(series.months)))
        told = {p for p in gap.places if not _explains(gap, p, series, short.get((rows[code], p)), reported)}
        elsewhere = {p for p in gap.places if series.by_site and _moved(gap, p, rows[code], series, reported)}
        left = gap.without(over | told | elsewhere | _before_opening(gap, series))
        if left and _is_clear(left, series, reported):
            found.append(left)
    return found


def told_of(found: Iterable[Gap], series: Series) -> set[tuple[str, int]]:
    """The providers and places of months of which a gap is told."""
    return {(series.keys[gap.row][0], place) for gap in found for place in gap.places}


def without_told(found: Iterable[Gap], series: Series, told: set[tuple[str, int]]) -> list[Gap]:
    """The gaps without the months of which the same is told in better words."""
    left = (gap.without({p for p in gap.places if (series.keys[gap.row][0], p) in told}) for gap in found)
    return [gap for gap in left if gap]


def _explains(gap: Gap, place: int, series: Series, of_provider: Gap | None, reported: Reported) -> bool:
    """Whether the gap of a part is news: its provider is not short in that month, or mostly because of it."""
    if of_provider is None:
        return True
    if of_provider.kind is Kind.WHOLE:
        return False
    least = SITE_EXPLAINS if series.by_site else MODALITY_EXPLAINS
    usual, usual_at_all = gap.usual[place], of_provider.usual[place]
    lacking = usual - series.values[gap.row, place]
    lacking_at_all = usual_at_all - reported.providers.values[of_provider.row, place]
    rest, rest_lacking = max(usual_at_all - usual, 1.0), lacking_at_all - lacking
    return bool(lacking >= least * lacking_at_all and rest_lacking / rest <= LESS_OF_REST * lacking / usual)


def _moved(gap: Gap, place: int, provider: int, series: Series, reported: Reported) -> bool:
    """Whether the rest of the provider reported so much more than usual that the site's activity is in it."""
    levels = reported.providers.levels
    usual = np.nanmax([levels.expected[provider, place], levels.before[provider, place], 0.0])
    lacking = gap.usual[place] - series.values[gap.row, place]
    lacking_at_all = usual - reported.providers.values[provider, place]
    return bool(lacking - lacking_at_all >= MOVED * lacking)


def _before_opening(gap: Gap, series: Series) -> set[int]:
    """The months before a part is first heard of, where these are many."""
    first = int(np.argmax(series.values[gap.row] > 0))
    return set(range(first)) if first > OPENED else set()


def _is_clear(gap: Gap, series: Series, reported: Reported) -> bool:
    """Whether a part of a provider reported nothing, or far too little to be a change of its service."""
    enough = gap.records(series) >= max(FEWEST_LACKING, NOTABLE * reported.month_of_england)
    lasts = gap.kind is Kind.LESS and len(gap.places) >= LASTING
    return enough and (gap.kind is Kind.WHOLE or gap.ratio(series) < (LESS_FOR_LONG if lasts else HALVED))


def _worth_telling(gap: Gap, series: Series) -> bool:
    return gap.records(series) >= FEWEST_LACKING


def shortfall_issues(found: Iterable[Gap], series: Series, reported: Reported) -> Iterator[ProviderIssue]:
    """The gaps of providers, sites or modalities as provider issues."""
    for gap in found:
        code, *part = series.keys[gap.row]
        site, modality = series.part_of(tuple(part))
        months = tuple(series.months[place] for place in gap.places)
        estimate = rounded_estimate(gap.records(series))
        yield ProviderIssue(
            category=Category.SHORTFALL,
            org_code=code,
            provider_name=reported.names.get(code, code),
            months=months,
            modality=modality,
            site_code=site,
            interval=None,
            estimated_records=estimate,
            confidence=_confidence(gap, code, series, reported),
            text=_sentence(gap, code, site, modality, months, estimate, series, reported),
            evidence=evidence(gap, series, reported),
            kind=str(gap.kind),
        )


def _confidence(gap: Gap, code: str, series: Series, reported: Reported) -> Confidence:
    """Whole months of a trust are sure; less than usual is, where it is much of it and of the publication."""
    month = reported.month_of_england
    lacking, mean = gap.records(series), gap.records(series) / len(gap.places)
    if len(series.keys[gap.row]) > 1:
        sure = mean >= CONSIDERABLE * month and (gap.kind is Kind.WHOLE or gap.ratio(series) < HALVED)
    elif gap.kind is Kind.WHOLE:
        sure = lacking >= NOTABLE * month
    elif gap.kind is Kind.PART:
        sure = lacking >= MATERIAL * month and gap.ratio(series) < DEEP
    else:
        sure = lacking >= MATERIAL * month and gap.ratio(series) < HALVED
    return Confidence.HIGH if sure and reported.is_trust(code) else Confidence.MEDIUM


def _sentence(
    gap: Gap,
    code: str,
    site: str | None,
    modality: str | None,
    months: tuple[Month, ...],
    estimate: int,
    series: Series,
    reported: Reported,
) -> str:
    subject = named(reported.names.get(code, code), code)
    of = f" for {_site_in_words(site, reported)}" if site else ""
    kind = f"{modality} activity" if modality else "activity"
    ending = f"resulting in an estimated shortfall of {estimate:,} records."
    nothing = not gap.reported(series).any()
    if gap.kind is Kind.WHOLE:
        amount = "did not report any" if nothing else "reported almost no"
        return f"{subject} {amount} {kind}{of} {within(months)}, {ending}"
    share = shares(gap.ratio(series))
    silent = silent_days(reported, code, months[0]) if len(months) == 1 and not (site or modality) else None
    if silent:
        return f"{subject} did not report any activity from {silent[0].day} to {date_in_words(silent[1])}, {ending}"
    if gap.kind is Kind.PART:
        return (
            f"{subject} reported only part of its {kind}{of} {within(months)} ({share} of what is usual), {ending}"
        )
    return f"{subject} has reported less {kind}{of} {within(months)} than before ({share} of it), {ending}"


def _site_in_words(site: str, reported: Reported) -> str:
    """`its Royal Bournemouth Hospital (R0D02) site`; `its site R0D02` where the name is not known."""
    name = reported.site_names.get(site)
    return f"its {named(name, site)} site" if name else f"its site {site}"


def evidence(gap: Gap, series: Series, reported: Reported) -> Evidence:
    """Tests by month with what is expected, and the numbers of the months in question."""
    values = series.values[gap.row]
    along = tuple(str(month) for month in series.months)
    expected = tuple(round(float(each)) if each > 0 else None for each in gap.usual)
    marked = tuple(along[place] for place in gap.places)
    return Evidence(
        title="Tests by month",
        unit="tests",
        along=along,
        lines=(
            Line("Reported", tuple(float(value) for value in values)),
            Line("Expected", expected),
        ),
        marked=marked,
        numbers=(
            ("Reported in these months", f"{gap.reported(series).sum():,.0f}"),
            ("Expected in these months", f"{gap.expected.sum():,.0f}"),
            ("Difference", f"{gap.records(series):,.0f}"),
            ("Reported as a share of expected", shares(gap.ratio(series))),
            (
                "Provider's tests in these months",
                f"{reported.of_provider(series.keys[gap.row][0], gap.places):,.0f}",
            ),
        ),
    )
