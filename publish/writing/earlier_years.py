"""The section of the annual document that compares England with earlier years."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from publish.edition import Edition
from publish.period import MonthlyPeriod
from publish.tables.catalogue import ALL_MODALITIES
from publish.writing.content import ReleaseTables
from publish.writing.document_tables import DocumentTable, as_text, by_volume
from publish.writing.headlines import everyday_names
from publish.writing.spoken import Spoken
from publish.writing.wording import (
    LITTLE_CHANGED,
    amount,
    days,
    enough,
    large_change,
    listed,
)
from publish.writing.years import PROVISIONAL, Year, year_before, years_of

INTERVALS: Final = {"2": "Request to test", "3": "Test to report"}
# What is said to come from where, by the tables that it is in.
SUBJECTS: Final[Mapping[tuple[str, ...], str]] = {
    ("1",): "Numbers of tests",
    ("2", "3"): "Median times",
    ("2",): "Median times from request to test",
    ("3",): "Median times from test to report",
    ("1", "2"): "Numbers of tests and median times from request to test",
    ("1", "3"): "Numbers of tests and median times from test to report",
}


@dataclass(frozen=True)
class Comparison:
    """The section: where its figures come from, what can be said, a table of tests, and one of medians or None.

    `provisional` says whether a year is, `without_total` which years, in words, have no total of all modalities.
    """

    sources: tuple[str, ...]
    provisional: bool
    without_total: str
    on_tests: tuple[str, ...]
    on_medians: tuple[str, ...]
    tests: DocumentTable
    medians: DocumentTable | None


def earlier_years(tables: ReleaseTables, spoken: Spoken, edition: Edition) -> Comparison | None:
    """The comparison of the year of a release with earlier ones; None where there is none to compare with."""
    period = edition.period
    years = years_of("1", tables, period)
    if len(years) == 1:
        return None
    medians = {number: years_of(number, tables, period) for number in INTERVALS}
    every = {"1": years, **medians}
    return Comparison(
        sources=(*sources(every), *of_made_up_records(every, edition), *incomplete(spoken)),
        provisional=any(year.status == PROVISIONAL for of_table in every.values() for year in of_table),
        without_total=listed(year.year for year in years if ALL_MODALITIES not in year.figures),
        on_tests=most_changed(spoken),
        on_medians=changed_waits(medians["2"], year_before(years, period), spoken, period),
        tests=tests_table(years, spoken),
        medians=medians_table(medians) if any(len(of_table) > 1 for of_table in medians.values()) else None,
    )


def sources(every: Mapping[str, tuple[Year, ...]]) -> tuple[str, ...]:
    """Where the figures of each earlier year come from, by table, and which of them were provisional."""
    *earlier, now = every["1"]
    counted = [year.year for year in earlier if not year.published]
    said = (
        (
            by_subject(every, {number: published_in(years) for number, years in every.items()}),
            "{} for {} are those of the workbooks that were published, and have not been counted again.",
        ),
        (
            by_subject(every, {number: provisional_in(years) for number, years in every.items()}),
            "{} for {} are provisional: they were published before the records were complete.",
        ),
        (
            {SUBJECTS["1",]: counted} if counted else {},
            f"{{}} for {{}} are counted from records, in the same way as those for {now.year}.",
        ),
    )
    return tuple(
        sentence.format(subject, listed(named))
        for subjects, sentence in said
        for subject, named in subjects.items()
    )


def published_in(years: Iterable[Year]) -> list[str]:
    """The years that have the figures of published workbooks."""
    return [year.year for year in years if year.published]


def provisional_in(years: Iterable[Year]) -> list[str]:
    """The years that have provisional figures."""
    return [year.year for year in years if year.status == PROVISIONAL]


def by_subject(
    every: Mapping[str, tuple[Year, ...]], named: Mapping[str, Collection[str]]
) -> Mapping[str, list[str]]:
    """The years named of each table by what they are named of: `Figures` where of all tables that have the year."""
    found: dict[str, list[str]] = {}
    for year in sorted({year for of_table in named.values() for year in of_table}):
        having = tuple(number for number, years in every.items() if any(each.year == year for each in years))
        told = tuple(number for number in having if year in named[number])
        found.setdefault("Figures" if told == having else SUBJECTS[told], []).append(year)
    return found


def of_made_up_records(every: Mapping[str, tuple[Year, ...]], edition: Edition) -> tuple[str, ...]:
    """That made-up records are compared with published figures, where they are."""
    if not edition.made_up or not any(year.published for years in every.values() for year in years):
        return ()
    return (
        "The records that are counted here are made up, and the published figures need not be: differences between "
        "them say nothing of tests that were done.",
    )


def incomplete(spoken: Spoken) -> tuple[str, ...]:
    """Why no change is given, where a month of the year of the release shows no total."""
    if ALL_MODALITIES in spoken.tests:
        return ()
    return (f"There is no total for every month of {spoken.words}, so no change in the number of tests is given.",)


def most_changed(spoken: Spoken) -> tuple[str, ...]:
    """The modalities with the largest rise and the largest fall on the year before, in per cent."""
    changes = {
        name: by
        for name, label in everyday_names()
        if (by := large_change(spoken.tests.get(label), spoken.tests_before.get(label))) is not None
    }
    rise, fall = max(changes.values(), default=0.0), min(changes.values(), default=0.0)
    words = [
        f"the largest {course} was in {listed(name for name in changes if changes[name] == by)} ({amount(by)})"
        for course, by in (("rise", rise), ("fall", fall))
        if abs(by) >= LITTLE_CHANGED and (by > 0) == (course == "rise")
    ]
    return (f"Compared with {spoken.before}, {listed(words)}.",) if words else ()


def changed_waits(
    medians: tuple[Year, ...], before: Year | None, spoken: Spoken, period: MonthlyPeriod
) -> tuple[str, ...]:
    """How the median times from request to test differ from those of the year before, of modalities with enough
    tests in both years."""
    then, now = year_before(medians, period), medians[-1]
    if then is None or before is None:
        return ()
    names = {
        name: (then.figures[label], now.figures[label])
        for name, label in everyday_names()
        if enough(spoken.tests.get(label)) and enough(before.figures.get(label))
        if label in then.figures and label in now.figures
    }
    courses = {
        "longer": _with_days((name, *both) for name, both in names.items() if both[1] > both[0]),
        "shorter": _with_days((name, *both) for name, both in names.items() if both[1] < both[0]),
        "the same": [name for name, both in names.items() if both[0] == both[1]],
    }
    words = [f"{course} for {listed(named)}" for course, named in courses.items() if named]
    if not words:
        return ()
    compared = f"Compared with {then.words}, the median time from request to test in {spoken.words} was"
    return (f"{compared} {'; it was '.join(words)}.",)


def _with_days(medians: Iterable[tuple[str, float, float]]) -> list[str]:
    return [f"{name} ({days(now)}, {before:,g} before)" for name, before, now in medians]


def tests_table(years: tuple[Year, ...], spoken: Spoken) -> DocumentTable:
    """Tests by modality and year and, where the last year can be compared with the one before, the change."""
    changes = bool(spoken.tests_before)
    compared = f", and change on {spoken.before} in per cent" if changes else ""
    labels = [*(modality.modality for modality in by_volume()), ALL_MODALITIES]
    return DocumentTable(
        anchor="table-earlier-years",
        caption=f"Imaging tests by modality, England, {years[0].year} to {years[-1].year}{compared}",
        headings=("Modality", *(year.words for year in years), *(("Change",) if changes else ())),
        row_headings=1,
        rows=tuple(
            (label, *figures(years, label), *((change_on_year(spoken, label),) if changes else ()))
            for label in labels
        ),
    )


def change_on_year(spoken: Spoken, label: str) -> str:
    """`+3.2`, `-1.0`, `0.0`: the change on the year before in per cent, or nothing."""
    by = large_change(spoken.tests.get(label), spoken.tests_before.get(label))
    return "" if by is None else f"{by:+.1f}" if by else "0.0"


def medians_table(medians: Mapping[str, tuple[Year, ...]]) -> DocumentTable:
    """Median days by modality, interval and year."""
    headings = dict(sorted((year.year, year.words) for years in medians.values() for year in years))
    values = {(number, year.year): year.figures for number, years in medians.items() for year in years}
    rows = [
        (
            modality.modality,
            interval,
            *(as_text(values.get((number, year), {}).get(modality.modality), "") for year in headings),
        )
        for modality in by_volume()
        for number, interval in INTERVALS.items()
    ]
    first, *_, last = headings
    return DocumentTable(
        anchor="table-earlier-medians",
        caption=f"Median days by modality, England, {first} to {last}",
        headings=("Modality", "Interval", *headings.values()),
        row_headings=2,
        rows=tuple(rows),
    )


def figures(years: Iterable[Year], label: str) -> tuple[str, ...]:
    """The figures of a modality over the years as text, empty where there is none."""
    return tuple(as_text(year.figures.get(label), "") for year in years)
