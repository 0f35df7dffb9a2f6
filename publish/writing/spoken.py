"""The period that sentences and charts speak of, and what it is compared with."""

from collections.abc import Mapping
from dataclasses import dataclass

from publish.disclosure.control import ProtectedTable
from publish.period import Month, MonthlyPeriod
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.specification import YEAR
from publish.writing.content import ReleaseTables
from publish.writing.years import whole_period, year_before, years_of


@dataclass(frozen=True)
class Spoken:
    """The latest month of a monthly release, or the year of an annual one.

    `key` is its period in the cells, `words` what it is called (`March 2023`, `2022/23`) and `tests` its published
    counts by label of Table 1, all modalities together among them. `before` and `tests_before` are those of the
    same month, or of the year, a year earlier. A count that is not shown is not there, nor the total of a year
    that lacks that of a month.
    """

    key: str
    words: str
    tests: Mapping[str, float]
    before: str
    tests_before: Mapping[str, float]


def spoken_of(tables: ReleaseTables, period: MonthlyPeriod) -> Spoken:
    """What the document of a release for that period speaks of."""
    return _year(tables, period) if period.annual else _month(tables, period.latest)


def _month(tables: ReleaseTables, latest: Month) -> Spoken:
    activity, before = tables.england["1"], latest.plus(-12)
    return Spoken(
        str(latest), latest.words, _tests(activity, str(latest)), before.words, _tests(activity, str(before))
    )


def _year(tables: ReleaseTables, period: MonthlyPeriod) -> Spoken:
    words, activity = period.year.label, tables.england["1"]
    tests = _tests(activity, YEAR)
    if whole_period(activity) is None:
        without_total = {label: count for label, count in tests.items() if label != ALL_MODALITIES}
        return Spoken(YEAR, words, without_total, "", {})
    before = year_before(years_of("1", tables, period), period)
    return Spoken(YEAR, words, tests, before.words if before else "", before.figures if before else {})


def _tests(activity: ProtectedTable, key: str) -> dict[str, float]:
    return {label: count for (label, _, period), count in activity.england.items() if period == key}
