"""Months, financial years, the period of a release, and publication dates."""

import re
from calendar import month_name, monthrange
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import groupby

from publish.errors import UsageError

COMPARISON_MONTHS = 12  # the document looks at a month and the 12 before it

_TIME = re.compile(r"(\d{1,2})(?:[.:](\d{2}))? ?(am|pm)")
YEARS = range(1981, 2100)  # those that every kind of file can be dated with: workbooks begin with 1980


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> "Month":
        """Read `2023-03`. Raises UsageError for anything else."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) not in YEARS:
            raise UsageError(
                f"{text!r} is neither a month nor a financial year",
                where="period",
                do="write the latest month as 2023-03, or the financial year as 2023-24",
            )
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04}-{self.number:02}"

    def plus(self, months: int) -> "Month":
        """The month so many months later (earlier where negative)."""
        index = self.year * 12 + self.number - 1 + months
        return Month(index // 12, index % 12 + 1)

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """Its last day."""
        return date(self.year, self.number, monthrange(self.year, self.number)[1])

    @property
    def name(self) -> str:
        """`March`."""
        return month_name[self.number]

    @property
    def short(self) -> str:
        """`Mar`, the column heading of the tables."""
        return self.name[:3]

    @property
    def words(self) -> str:
        """`March 2023`."""
        return f"{self.name} {self.year}"

    @property
    def financial_year(self) -> "FinancialYear":
        """The financial year (April to March) in which it lies."""
        return FinancialYear(self.year if self.number >= 4 else self.year - 1)


@dataclass(frozen=True, order=True)
class FinancialYear:
    """April of `start` to March of the year after."""

    start: int

    @classmethod
    def parse(cls, text: str) -> "FinancialYear":
        """Read `2023-24`. Raises UsageError for anything else."""
        if not cls.is_written(text):
            raise UsageError(
                f"{text!r} is not a financial year", where="year", do="write the financial year as 2023-24"
            )
        return cls(int(text[:4]))

    @staticmethod
    def is_written(text: str) -> bool:
        """Whether the text is a financial year: two years that follow each other, as `2023-24`."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text)
        return bool(found) and (int(found[1]) + 1) % 100 == int(found[2]) and int(found[1]) in YEARS

    def __str__(self) -> str:
        return f"{self.start}-{(self.start + 1) % 100:02}"

    @property
    def label(self) -> str:
        """`2022/23`, as the title block writes it."""
        return f"{self.start}/{(self.start + 1) % 100:02}"

    @property
    def next(self) -> "FinancialYear":
        """The year after it."""
        return FinancialYear(self.start + 1)

    @property
    def months(self) -> tuple[Month, ...]:
        """Its twelve months, April first."""
        return months_between(Month(self.start, 4), Month(self.start + 1, 3))


@dataclass(frozen=True)
class MonthlyPeriod:
    """What a monthly release covers: the financial year so far, up to its latest month."""

    latest: Month

    @property
    def year(self) -> FinancialYear:
        """The financial year of the tables."""
        return self.latest.financial_year

    @property
    def months(self) -> tuple[Month, ...]:
        """The month columns of the tables: April to the latest month."""
        return months_between(self.year.months[0], self.latest)

    @property
    def annual(self) -> bool:
        """Whether it is that of a final release of a whole year."""
        return False

    @property
    def status(self) -> str:
        """`Provisional`, as the title block says."""
        return "Provisional"

    @property
    def name(self) -> str:
        """`2023-03`, by which a release is called for."""
        return str(self.latest)

    @property
    def document_months(self) -> tuple[Month, ...]:
        """The months of the document: the latest and the twelve before it."""
        return months_between(self.latest.plus(-COMPARISON_MONTHS), self.latest)

    @property
    def year_before(self) -> tuple[Month, ...]:
        """The same months of the financial year before."""
        return tuple(month.plus(-12) for month in self.months)

    @property
    def usable(self) -> tuple[Month, ...]:
        """Every month that the release uses: the document's, the year so far, the same a year before."""
        return months_between(min(self.document_months[0], self.year_before[0]), self.latest)

    @property
    def words(self) -> str:
        """`April 2022 to March 2023`."""
        return in_words(self.months)


@dataclass(frozen=True)
class AnnualPeriod(MonthlyPeriod):
    """What an annual, final release covers: a whole financial year. `latest` is its March."""

    @classmethod
    def of(cls, year: FinancialYear) -> "AnnualPeriod":
        """The period of that year."""
        return cls(year.months[-1])

    @property
    def annual(self) -> bool:
        """Whether it is that of a final release of a whole year."""
        return True

    @property
    def status(self) -> str:
        """`Final`, as the title block says."""
        return "Final"

    @property
    def name(self) -> str:
        """`2023-24`, by which a release is called for."""
        return str(self.year)

    @property
    def document_months(self) -> tuple[Month, ...]:
        """The months of the document: those of the year."""
        return self.months


def parse_period(text: str) -> MonthlyPeriod:
    """Read `2023-03`, a monthly release up to that month, or `2023-24`, the annual one.

    What could be either (`2011-12`) is a month: no financial year before 2012-13 was collected. Raises UsageError
    for anything else.
    """
    if FinancialYear.is_written(text) and int(text[-2:]) > 12:
        return AnnualPeriod.of(FinancialYear.parse(text))
    return MonthlyPeriod(Month.parse(text))


def quarters(year: FinancialYear) -> tuple[tuple[Month, ...], ...]:
    """The months of each quarter of a financial year."""
    return tuple(year.months[first : first + 3] for first in range(0, 12, 3))


def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """Every month from first to last, both included."""
    count = (last.year - first.year) * 12 + last.number - first.number + 1
    return tuple(first.plus(step) for step in range(count))


def in_words(months: tuple[Month, ...]) -> str:
    """`April 2022 to March 2023`, or `April 2022` for a single month."""
    first, last = months[0], months[-1]
    return first.words if first == last else f"{first.words} to {last.words}"


def spans(months: list[Month]) -> str:
    """Months in words, those that follow each other as a span: `May 2023 and August to October 2023`."""
    runs = groupby(enumerate(months), key=lambda pair: pair[1].plus(-pair[0]))
    words = [_span([month for _, month in run]) for _, run in runs]
    if len(words) == 1:
        return words[0]
    before_last = "," if " and " in words[-1] or " and " in words[-2] else ""
    return f"{', '.join(words[:-1])}{before_last} and {words[-1]}"


def _span(months: list[Month]) -> str:
    first, last = months[0], months[-1]
    if first == last:
        return first.words
    joined = "and" if len(months) == 2 else "to"
    return f"{first.name if first.year == last.year else first.words} {joined} {last.words}"


def date_in_words(day: date) -> str:
    """`20th July 2023`, as the title block writes it."""
    ending = "th" if 11 <= day.day <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return f"{day.day}{ending} {month_name[day.month]} {day.year}"


def publication_date(latest: Month, weekday: int, weeks_after: int) -> date:
    """The last such weekday (Monday is 0) no later than so many weeks after the month's end.

    Rule: publication specification, Calendar (Thursdays, 15 to 16 weeks after the last month). It gives
    20 July 2023 for March 2023, as published.
    """
    latest_day = latest.last_day + timedelta(weeks=weeks_after)
    return latest_day - timedelta(days=(latest_day.weekday() - weekday) % 7)


def time_of_day(text: str, where: str = "[calendar] time") -> time:
    """Read `9.30am` or `2 pm`. Raises UsageError for anything else, with `where` it stands."""
    found = _TIME.fullmatch(text.strip().lower())
    hour, minute = (int(found[1]), int(found[2] or 0)) if found else (0, 60)
    if not found or not 1 <= hour <= 12 or minute > 59:
        raise UsageError(f"{text!r} is no time of day", where=where, do="write it as 9.30am")
    return time(hour % 12 + (12 if found[3] == "pm" else 0), minute)
