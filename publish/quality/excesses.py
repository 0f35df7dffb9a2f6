"""Too many records: resubmitted without overwriting, and far more of a month or a modality than is usual.

Rule: publication specification, Provider issues, 3.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import polars as pl

from publish.period import Month
from publish.quality.excess import excess_issue
from publish.quality.gaps import HIGH, Gap, Kind, gaps
from publish.quality.levels import Levels
from publish.quality.provider_issue import ProviderIssue
from publish.quality.reported import Reported, Series
from publish.quality.shortfalls import CONSIDERABLE, FEWEST, FEWEST_LACKING, MATERIAL, SMALL, evidence
from publish.quality.site_codes import double_site_issues
from publish.quality.spikes import spike_issues
from publish.quality.words import named, rounded_estimate, shares, within

DOUBLED: Final = (1.85, 2.15)  # times what is usual: submitted twice
FEWEST_ALIKE: Final = 50  # groups of alike tests, from which their being even says something
LONGEST_EXCESS: Final = 6  # months: what is more for longer is growth
RARELY_ODD: Final = 0.3  # of the share that is usual for England: records that stand twice come in even numbers
EXPLAINED: Final = 0.5  # of what a month has too much: by so much a spike is the better name for it


def excess_issues(reported: Reported, successors: set[str]) -> Iterator[ProviderIssue]:
    """Every excess. `successors` took over another provider's activity: their step up is no excess."""
    spikes, found = list(spike_issues(reported)), list(double_site_issues(reported))
    found += _stand_twice(reported, _told(found))
    found += _too_many(reported, successors, _told(found) | _told(s for s in spikes if _explains(s, reported)))
    found += spikes
    found += _too_many_of_modality(reported, successors, _told(found))
    yield from found


def _told(found: Iterable[ProviderIssue]) -> set[tuple[str, Month]]:
    return {(issue.org_code, month) for issue in found for month in issue.months}


def _explains(spike: ProviderIssue, reported: Reported) -> bool:
    """Whether what the provider has too much of in the month is mostly the spike."""
    series, (month,) = reported.providers, spike.months
    row, place = series.keys.index((spike.org_code,)), series.months.index(month)
    too_many = float(series.values[row, place] - series.levels.expected[row, place])
    return (spike.estimated_records or 0) >= EXPLAINED * too_many


def _stand_twice(reported: Reported, told: set[tuple[str, Month]]) -> Iterator[ProviderIssue]:
    """Months in which nearly all records stand twice: alike tests come in even numbers."""
    series = reported.providers
    rows = _odd_shares(reported).filter(pl.col("groups") >= FEWEST_ALIKE)
    usual = rows["odd"].median() or 0.0
    even = set(rows.filter(pl.col("odd") < RARELY_ODD * pl.lit(usual)).select("org_code", "month").iter_rows())
    for row, (code,) in enumerate(series.keys):
        twice = (p for p in reported.in_period if (code, str(series.months[p])) in even)
        places = tuple(p for p in twice if (code, series.months[p]) not in told)
        gap = Gap(row, Kind.MORE, places, series.values[row] / 2)
        if places and gap.records(series) >= FEWEST_LACKING:
            yield _excess(gap, series, reported, sure=True)


def _odd_shares(reported: Reported) -> pl.DataFrame:
    """Of each provider and month: how many groups of alike tests there are, and the share with an odd number."""
    months = [str(month) for month in reported.months]
    by_month = reported.alike.filter(pl.col("month").is_in(months)).group_by("org_code", "month")
    alike = by_month.agg(groups=pl.col("days").sum(), odd=pl.col("odd").sum() / pl.col("days").sum())
    return alike.cast({pl.Categorical: pl.String})


def _too_many(reported: Reported, successors: set[str], told: set[tuple[str, Month]]) -> Iterator[ProviderIssue]:
    """Months in which a provider has far more records than usual, above all about twice as many."""
    series = reported.providers
    least = max(FEWEST, SMALL * reported.month_of_england)
    for gap in _more(series, series.levels, reported, successors, told):
        if gap.expected.max() >= least and gap.records(series) >= FEWEST_LACKING:
            sure = _is_doubled(gap, series) and gap.records(series) >= MATERIAL * reported.month_of_england
            yield _excess(gap, series, reported, sure=sure)


def _too_many_of_modality(
    reported: Reported, successors: set[str], told: set[tuple[str, Month]]
) -> Iterator[ProviderIssue]:
    """Months in which one modality of a provider has far more records than usual, though the provider has not."""
    series = reported.modalities
    least = CONSIDERABLE * reported.month_of_england
    for gap in _more(series, series.levels_in(reported.providers.season), reported, successors, told):
        enough = gap.records(series) >= max(FEWEST_LACKING, least) and gap.expected.max() >= FEWEST
        of_part = gap.row in series.parts and series.keys[gap.row][0] not in successors
        if enough and of_part and gap.kind is Kind.MORE:
            yield _excess(gap, series, reported, sure=False)


def _more(
    series: Series, levels: Levels, reported: Reported, successors: set[str], told: set[tuple[str, Month]]
) -> Iterator[Gap]:
    """Where a series has more records than usual, without the months of which an excess is told already.

    More for good is growth where it lasts, a return where there was as much before, and expected of a successor.
    """
    for gap in gaps(series, levels, reported.in_period):
        code = series.keys[gap.row][0]
        left = gap.without({place for place in gap.places if (code, series.months[place]) in told})
        stepped = gap.kind is Kind.MORE_FOR_GOOD and code not in successors and not _is_growth(gap, series, levels)
        if left and (gap.kind is Kind.MORE or stepped):
            yield left


def _is_growth(gap: Gap, series: Series, levels: Levels) -> bool:
    """Whether more for good lasts for long, or is a return to the level of an earlier month."""
    level, first = levels.expected[gap.row] / series.season.factors, gap.places[0]
    return len(gap.places) > LONGEST_EXCESS or bool((level[:first] * HIGH > level[first]).any())


def _excess(gap: Gap, series: Series, reported: Reported, *, sure: bool) -> ProviderIssue:
    code, *part = series.keys[gap.row]
    _, modality = series.part_of(tuple(part))
    months = tuple(series.months[place] for place in gap.places)
    estimate = rounded_estimate(gap.records(series))
    return excess_issue(
        *(code, months, modality, None, estimate, sure),
        _sentence(gap, series, named(reported.names.get(code, code), code), modality, months, estimate),
        *(evidence(gap, series, reported), str(gap.kind), reported),
    )


def _sentence(
    gap: Gap, series: Series, subject: str, modality: str | None, months: tuple[Month, ...], estimate: int
) -> str:
    ending = f"resulting in an excess of {estimate:,} records."
    activity, share = f"{modality} activity" if modality else "activity", shares(gap.ratio(series))
    if _is_doubled(gap, series) and not modality:
        return f"{subject} appears to have resubmitted records {within(months)} without overwriting, {ending}"
    if gap.kind is Kind.MORE_FOR_GOOD:
        return (
            f"{subject} has reported more {activity} {within(months)} than before ({share} of it), about "
            f"{estimate:,} records more."
        )
    return f"{subject} reported more {activity} than usual {within(months)} ({share} of what is usual), {ending}"


def _is_doubled(gap: Gap, series: Series) -> bool:
    """Whether there is about twice as much as usual: submitted twice."""
    return DOUBLED[0] <= gap.ratio(series) <= DOUBLED[1]
