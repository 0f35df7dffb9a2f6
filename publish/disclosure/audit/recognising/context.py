"""What the words above a table, and the names of its sheet and file, say of all its figures."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from publish.disclosure.audit.reading.sheet import Sheet
from publish.disclosure.audit.recognising.figures import NO_MONTHS, Months
from publish.disclosure.audit.recognising.headings import (
    MONTH_AND_YEAR,
    WHOLE_YEAR,
    YEAR_SO_FAR,
    Selection,
    financial_year,
    month_number,
    month_of,
    plain,
    with_century,
)

_TITLE: Final = re.compile(r"\btable \d|^(?:median|count|number) ")
_SPAN: Final = re.compile(rf"\b{MONTH_AND_YEAR} ?(?:-|to) ?{MONTH_AND_YEAR}(?![a-z\d])")
_QUARTER: Final = re.compile(r"\b(?:q|quarter )([1-4])\b")
OF_PATIENTS: Final = re.compile(r"\b(age|sex|ethnic|deprivation|decile)\b")
_OF_DAYS: Final = re.compile(r"\b(?:days?|request|report|turnaround|waiting)\b")
_OF_TIMES: Final = re.compile(r"\b(?:request to test|test to report)\b")
MOST_IN_TITLE_ROW: Final = 2  # cells: a label, and what it labels
YEAR: Final = 12  # months
APRIL: Final = 3  # from 0


@dataclass(frozen=True)
class Context:
    """What the words around a table say of it.

    `year` is that in which the financial year begins, 0 where nothing says it; `span` the months that its period
    names. `of_times` tells that it may be of medians although nothing says so: its files are named by an interval.
    """

    median: bool
    of_times: bool
    interval: str
    interventional: bool
    of_patients: bool
    of_days: bool
    turnaround: bool
    year: int
    span: Months

    def month(self, chosen: Selection) -> int:
        """The month of a column that has one. Where no year is known, that of an unknown financial year."""
        month = chosen.month or 0
        year = self.year + (month <= APRIL) if chosen.year is None else chosen.year
        return YEAR * year + month - 1

    def months(self, chosen: Selection, printed: Months) -> Months:
        """The months of a column: its own, those that have columns (`printed`), or those of the title."""
        if chosen.month not in (None, YEAR_SO_FAR, WHOLE_YEAR):
            return (month := self.month(chosen)), month
        if chosen.year not in (None, self.year):
            return _whole(chosen.year)
        if printed != NO_MONTHS:
            return _so_far(printed) if _is_so_far(chosen, printed) else printed
        if self.span != NO_MONTHS:
            return self.span
        return _whole(self.year) if self.year else NO_MONTHS


def _is_so_far(chosen: Selection, printed: Months) -> bool:
    """Whether a column goes from April on: a year to date, or a year beside more months than one has."""
    too_many = printed[1] - printed[0] >= YEAR
    return chosen.month == YEAR_SO_FAR or (chosen.month == WHOLE_YEAR and too_many)


def _so_far(printed: Months) -> Months:
    last = printed[1]
    return last - (last - APRIL) % YEAR, last


def _whole(year: int | None) -> Months:
    start = YEAR * (year or 0) + APRIL
    return start, start + YEAR - 1


def context_of(sheet: Sheet, start: int, header: int) -> Context:
    """The context of the table whose header stands in the row `header`, from 0; the one before ended at `start`."""
    above = _words(sheet.rows[:header])
    own = _titles(_words(sheet.rows[start:header], MOST_IN_TITLE_ROW)) if start else []
    title = plain(own[-1] if own else next(iter(_titles(above)), next(iter(above), sheet.name)))
    file = plain(sheet.file.rsplit("/", 1)[-1]).replace("-", " ")
    near = _labelled(above, "period"), sheet.name or sheet.file.rsplit("/", 1)[-1]
    named = f"{title} {plain(sheet.name)} {file}".replace("-", " ").replace("_", " ")
    year = financial_year(" ".join((*near, title, sheet.file.rsplit("/", 1)[-1], *above)))
    spans = (_span(plain(each).replace("_", " "), year) for each in (*near, title))
    span = next((span for span in spans if span != NO_MONTHS), NO_MONTHS)
    return Context(
        median="median" in title or "median" in plain(sheet.name),
        of_times="count" not in title and _OF_TIMES.search(named) is not None,
        interval=_interval(title, plain(sheet.name), file),
        interventional="intervention" in named,
        of_patients=OF_PATIENTS.search(named) is not None,
        of_days=_OF_DAYS.search(named) is not None,
        turnaround="turnaround" in named,
        year=year or _year_of(span),
        span=span,
    )


def _words(rows: Iterable[Sequence[object]], most: int | None = None) -> list[str]:
    """The texts of the rows, or of those with at most so many cells."""
    filled = ([cell for cell in row if cell is not None] for row in rows)
    return [cell for row in filled if most is None or len(row) <= most for cell in row if isinstance(cell, str)]


def _titles(words: Sequence[str]) -> list[str]:
    """The titles among some words: those that are labelled so, or look like one."""
    labelled = _labelled(words, "title")
    return [labelled] if labelled else [each for each in words if _TITLE.search(plain(each))]


def _labelled(words: Sequence[str], label: str) -> str:
    """What stands behind a label, in its own cell or in the next one."""
    for before, after in pairwise((*words, "")):
        name, colon, rest = before.partition(":")
        if plain(name) == label:
            return rest.strip() if colon and rest.strip() else after
    return ""


def _interval(*words: str) -> str:
    """`report` or `request`, by the first of these words that name one of them alone."""
    for each in words:
        report, request = "report" in each, "request" in each
        if report != request:
            return "report" if report else "request"
    return "report" if "report" in words[0] else "request"


def _span(words: str, year: int | None) -> Months:
    """The months that a period names (`Apr-Jun`, `Q1`, `April 2018 to March 2019`, `April 2018`)."""
    for found in _SPAN.finditer(words):
        first, last = month_number(found[1]), month_number(found[3])
        if first and last:
            return _ends(first, last, with_century(found[2]), with_century(found[4]), year)
    if year and (found := _QUARTER.search(words)):
        start = YEAR * year + APRIL + 3 * (int(found[1]) - 1)
        return start, start + 2
    alone = month_of(words)
    if alone is None or alone[0] is None:
        return NO_MONTHS
    return (month := YEAR * alone[0] + alone[1] - 1), month


def _ends(first: int, last: int, first_year: int | None, last_year: int | None, year: int | None) -> Months:
    """The months from the first to the last; a missing year follows from the other, or from the financial one."""
    if last_year is None:
        if year is None:
            return NO_MONTHS
        last_year = year + (last <= APRIL)
    if first_year is None:
        first_year = last_year - (first > last)
    ends = YEAR * first_year + first - 1, YEAR * last_year + last - 1
    return ends if ends[0] <= ends[1] else NO_MONTHS


def _year_of(span: Months) -> int:
    """The financial year of a span, where it lies in one; otherwise 0."""
    first, last = ((month - APRIL) // YEAR for month in span)
    return first if span != NO_MONTHS and first == last else 0
