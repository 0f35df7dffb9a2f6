"""Changes of organisation: names, mergers, providers that started or stopped.

Rule: publication specification, Provider issues, 1.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import numpy as np
import polars as pl

from publish.period import Month
from publish.quality.gaps import LOW, Gap, Kind
from publish.quality.provider_issue import Category, Confidence, ProviderIssue
from publish.quality.reported import Reported
from publish.quality.shortfalls import FEWEST, SMALL, evidence
from publish.quality.words import named

TAKEN_OVER: Final = (0.6, 1.7)  # of what a provider reported: a step of another by so much took it over
LONG: Final = 3  # months without any report from or up to which an independent provider has started or stopped
GONE: Final = 2  # months without any report after which another may have taken a trust over


def successors(reported: Reported) -> dict[str, tuple[tuple[str, ...], int]]:
    """Providers that report no more since they were succeeded: the successors, and the place of that month.

    By the reference table of successions or, where that has nothing, by the records: another provider of the
    region stepped up in the same month by about as much.
    """
    return _inferred(reported) | _known(reported)


def change_issues(
    reported: Reported, succeeded: Mapping[str, tuple[tuple[str, ...], int]]
) -> Iterator[ProviderIssue]:
    """Names that changed, and providers that were succeeded, in the months of the release."""
    there = {
        key[0]
        for key, values in zip(reported.providers.keys, reported.providers.values, strict=True)
        if values.any()
    }
    yield from _renamed(reported, there)
    known = _known(reported)
    for code, (taken, place) in sorted(succeeded.items()):
        month = reported.months[place]
        if month in reported.period.months:
            yield _merger(code, taken, month, reported, sure=code in known)


def started_or_stopped(gap: Gap, reported: Reported) -> ProviderIssue | None:
    """A gap of an independent provider at either end of the months, as a provider that started or stopped."""
    series = reported.providers
    (code,) = series.keys[gap.row]
    if gap.kind is not Kind.WHOLE or reported.is_trust(code) or len(gap.places) < LONG:
        return None
    absent = series.levels.absent[gap.row]
    first, last = int(np.argmin(absent)), len(absent) - 1 - int(np.argmin(absent[::-1]))
    subject = named(reported.names.get(code, code), code)
    if all(place < first for place in gap.places):
        kind, month = "began", series.months[first]
        said = f"{subject} began to report in {month.words}."
    elif all(place > last for place in gap.places):
        kind, month = "stopped", series.months[last]
        said = f"{subject} has not reported since {month.words}."
    else:
        return None
    return _change(kind, code, (month,), said, reported, Confidence.MEDIUM, gap)


def _known(reported: Reported) -> dict[str, tuple[tuple[str, ...], int]]:
    """Successions of the reference table that began in these months, of providers with no report from then on."""
    found: dict[str, tuple[tuple[str, ...], int]] = {}
    begun = reported.reference.successions.drop_nulls(["predecessor", "successor", "valid_from"])
    for code, successor, day in begun.select("predecessor", "successor", "valid_from").sort(pl.all()).iter_rows():
        place = _place_of(reported, day)
        row = _row_of(reported, code)
        if row is not None and place is not None and reported.providers.levels.absent[row, place:].all():
            taken, first = found.get(code, ((), place))
            found[code] = (*taken, successor), min(first, place)
    return found


def _inferred(reported: Reported) -> dict[str, tuple[tuple[str, ...], int]]:
    """Trusts that report no more from the month in which another of their region stepped up by about as much."""
    found: dict[str, tuple[tuple[str, ...], int]] = {}
    for row, place, usual in _gone(reported):
        for other, (successor,) in enumerate(reported.providers.keys):
            step = _step_up(other, place, reported)
            near = TAKEN_OVER[0] * usual <= step <= TAKEN_OVER[1] * usual
            if near and other != row and _same_region(row, other, reported):
                found[reported.providers.keys[row][0]] = (successor,), place
    return found


def _gone(reported: Reported) -> Iterator[tuple[int, int, float]]:
    """Rows of trusts that report no more, the place of the first month without them, and their usual tests."""
    series, levels = reported.providers, reported.providers.levels
    least = max(FEWEST, SMALL * reported.month_of_england)
    for row, (code,) in enumerate(series.keys):
        place = len(series.months) - int(np.argmin(levels.absent[row][::-1]))
        usual = float(levels.expected[row, place - 1])
        if place <= len(series.months) - GONE and usual >= least and reported.is_trust(code):
            yield row, place, usual


def _step_up(row: int, place: int, reported: Reported) -> float:
    """By how many tests a provider stepped up in that month, with so many ever since; 0 if it did not."""
    series, levels = reported.providers, reported.providers.levels
    before, usual = levels.before[row], levels.expected[row, place:]
    stepped = not np.isclose(*(before[[place - 1, place]] / series.season.factors[[place - 1, place]]))
    held = (series.values[row, place:] >= LOW * usual).all()
    return float(usual[0] - before[place]) if stepped and held and np.isfinite(before[place]) else 0.0


def _same_region(row: int, other: int, reported: Reported) -> bool:
    (one,), (another,) = (reported.providers.keys[each] for each in (row, other))
    return reported.regions.get(one) == reported.regions.get(another)


def _renamed(reported: Reported, there: set[str]) -> Iterator[ProviderIssue]:
    """Providers whose name in the reference table changed within the months of the release."""
    first, last = reported.period.months[0].first_day, reported.period.latest.last_day
    rows = reported.reference.providers.unique(["org_code", "provider_name", "valid_from"]).sort(
        "org_code", "valid_from"
    )
    before = pl.col("provider_name").shift(1).over("org_code")
    changed = rows.with_columns(former=before).filter(
        pl.col("former") != pl.col("provider_name"),
        pl.col("valid_from").is_between(first, last),
        pl.col("org_code").is_in(there),
    )
    for code, name, former, day in changed.select("org_code", "provider_name", "former", "valid_from").iter_rows():
        if name.casefold() == former.casefold():
            continue
        until = _month_of(day - timedelta(days=1))
        # tables of years know no more than the year in which a name was used
        by_year = day == until.financial_year.next.months[0].first_day
        when = f"in the year to {until.words}" if by_year else f"until {until.words}"
        said = f"{named(name, code)} was called {former} {when}."
        sure = Confidence.MEDIUM if by_year else Confidence.HIGH
        yield _change(f"renamed {day}", code, (_month_of(day),), said, reported, sure)


def _merger(code: str, taken: Sequence[str], month: Month, reported: Reported, *, sure: bool) -> ProviderIssue:
    one, *others = (named(reported.names.get(each, each), each) for each in (code, *taken))
    other = " and ".join(others)
    said = (
        f"{one} became part of {other} from {month.words}."
        if sure
        else (
            f"{one} has not reported since {month.plus(-1).words}; its activity appears to be reported by {other} "
            f"from {month.words}."
        )
    )
    return _change("succeeded", code, (month,), said, reported, Confidence.HIGH if sure else Confidence.MEDIUM)


def _change(
    kind: str,
    code: str,
    months: tuple[Month, ...],
    text: str,
    reported: Reported,
    confidence: Confidence,
    gap: Gap | None = None,
) -> ProviderIssue:
    return ProviderIssue(
        category=Category.CHANGE,
        org_code=code,
        provider_name=reported.names.get(code, code),
        months=months,
        modality=None,
        site_code=None,
        interval=None,
        estimated_records=None,
        confidence=confidence,
        text=text,
        evidence=evidence(gap, reported.providers, reported) if gap else None,
        kind=kind,
    )


def _place_of(reported: Reported, day: date) -> int | None:
    month = _month_of(day)
    return reported.months.index(month) if month in reported.months else None


def _row_of(reported: Reported, code: str) -> int | None:
    return reported.providers.keys.index((code,)) if (code,) in reported.providers.keys else None


def _month_of(day: date) -> Month:
    return Month(day.year, day.month)
