"""The tables of one release: each built from the counts and passed through disclosure control, once.

Each is protected as it is built, so that true values are held of one table at a time. Only a policy with secondary
suppression needs all of them at once.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property, partial
from itertools import islice
from typing import Final

import polars as pl

from publish.counts.reduction import Counts
from publish.disclosure.control import ProtectedTable, protect, protect_together
from publish.disclosure.policy import Policy
from publish.fields.ages import NOT_KNOWN as AGE_NOT_KNOWN
from publish.fields.patient import NOT_KNOWN
from publish.period import Month, MonthlyPeriod, quarters
from publish.reference.tables import ReferenceData
from publish.tables.annual import NATIONAL
from publish.tables.builder import build
from publish.tables.catalogue import ACTIVITY, MONTHLY_TABLES
from publish.tables.places import commissioners_placed, places_on
from publish.tables.specification import TableSpec, WorkbookSpec
from publish.tables.sums import Sums
from publish.tables.truth import TrueTable
from publish.tables.workbooks import workbooks_of
from publish.writing.content import ProtectedWorkbook, ReleaseTables

YEAR_TO_DATE, YEAR_BEFORE = "year to date", "year before"
PATIENTS, CHARACTERISTIC = "patients", "characteristic"
NO_COMMISSIONERS: Final = (
    "No record leads to a commissioner in England: tables by commissioner have every test under none. Do not "
    "publish Tables 7 and 8. Are the practices or the postcodes imported (publish reference list), and in the "
    "records?"
)


@dataclass(frozen=True)
class Source:
    """What the tables of a release are made from."""

    sums: Sums
    period: MonthlyPeriod
    reference: ReferenceData
    policy: Policy

    @property
    def counts(self) -> Counts:
        """What the records of the release come down to."""
        return self.sums.counts

    def true_table(self, asked: "Asked") -> TrueTable:
        """The true values of a table, with the names of the last day of its period."""
        on = (asked.months if asked.spec.by_quarter else self.period.months)[-1].last_day
        return build(asked.spec, self.sums, asked.months, self._places(on))

    @cached_property
    def _places(self) -> Callable[[date], pl.DataFrame]:
        """`places_on`, once for each day."""
        return cache(partial(places_on, self.reference))

    def protected(self, asked: Sequence["Asked"]) -> Iterator[ProtectedTable]:
        """The tables that are asked for, protected, in their order."""
        built = (self.true_table(each) for each in asked)
        if self.policy.hides_more:
            return iter(protect_together(list(built), self.counts, self.policy))
        return (protect(table, self.policy) for table in built)


@dataclass(frozen=True)
class Asked:
    """A table that a release has: its specification, and its months."""

    spec: TableSpec
    months: tuple[Month, ...]

    @property
    def england(self) -> "Asked":
        """England's rows alone."""
        return replace(self, spec=replace(self.spec, basis=NATIONAL))


def release_tables(
    counts: Counts, period: MonthlyPeriod, reference: ReferenceData, policy: Policy, earlier: pl.DataFrame | None
) -> ReleaseTables:
    """Every table of the release: those of its workbooks, and those of its document."""
    on = period.latest.last_day
    source = Source(Sums(commissioners_placed(counts, reference, on)), period, reference, policy)
    in_workbooks, of_document = list(_workbooks(source)), _of_document(counts, period)
    asked = [each for _, tables in in_workbooks for each in tables]
    made = source.protected([*asked, *of_document.values()])
    workbooks = tuple(ProtectedWorkbook(book, tuple(islice(made, len(tables)))) for book, tables in in_workbooks)
    england = dict(zip(of_document, made, strict=True))
    return ReleaseTables(
        workbooks=workbooks,
        year_to_date=england.pop(YEAR_TO_DATE),
        year_before=england.pop(YEAR_BEFORE, None),
        england=england,
        issues=(),
        policy=policy,
        earlier=earlier,
    )


def _of_document(counts: Counts, period: MonthlyPeriod) -> dict[str, Asked]:
    """The tables of the document: by number, and the years that it compares, where the records have both."""
    by_number = {spec.number: spec for spec in (*MONTHLY_TABLES, ACTIVITY)}
    asked = {number: Asked(spec, period.document_months) for number, spec in by_number.items()}
    asked[YEAR_TO_DATE] = Asked(ACTIVITY, period.months)
    held = set(counts.tests["month"].unique().cast(pl.String))
    if all(str(month) in held for month in (*period.year_before, *period.months)):
        asked[YEAR_BEFORE] = Asked(ACTIVITY, period.year_before)
    return {name: each.england for name, each in asked.items()}


def left_out(counts: Counts, period: MonthlyPeriod, reference: ReferenceData) -> tuple[str, ...]:
    """The further tables of an annual release that are not made, and why, and whether those by commissioner know of
    any; a sentence each.
    """
    if not period.annual:
        return ()
    every = (spec for workbook in workbooks_of(annual=True) for spec in workbook.tables)
    obstacles = ((spec, _obstacle(spec, counts, period, reference)) for spec in every)
    remarks = tuple(f"{obstacle}: {spec.name} is left out." for spec, obstacle in obstacles if obstacle)
    return (*remarks, *(() if _has_commissioners(counts) else (NO_COMMISSIONERS,)))


def _obstacle(spec: TableSpec, counts: Counts, period: MonthlyPeriod, reference: ReferenceData) -> str:
    """What keeps a further table from being made; nothing where it is. The published ones are always made."""
    if any(column.per_1000 for column in spec.columns):
        if not _has_commissioners(counts):
            return "No record leads to a commissioner in England"
        known = places_on(reference, period.latest.last_day)["population"].drop_nulls()
        return f"No population of boards in {period.latest.words} is imported" if known.is_empty() else ""
    if spec.basis.counts != PATIENTS or not _nothing_known(spec, counts):
        return ""
    if _counted(spec, counts).is_empty():
        return "No deprivation deciles, or no postcodes, are imported"
    return "Nothing is known of the patients that it is made of"


def _workbooks(source: Source) -> Iterator[tuple[WorkbookSpec, list[Asked]]]:
    """The workbooks of the release that have tables, and these."""
    for workbook in workbooks_of(annual=source.period.annual):
        made = (
            spec for spec in workbook.tables if not _obstacle(spec, source.counts, source.period, source.reference)
        )
        tables = [table for spec in made for table in _tables(spec, source.period)]
        if tables:
            yield workbook, tables


def _tables(spec: TableSpec, period: MonthlyPeriod) -> Iterator[Asked]:
    """The table for the whole period, or for each quarter."""
    for months in quarters(period.year) if spec.by_quarter else (period.months,):
        yield Asked(spec, months)


def _has_commissioners(counts: Counts) -> bool:
    return counts.commissioners["commissioner_code"].drop_nulls().len() > 0


def _counted(spec: TableSpec, counts: Counts) -> pl.DataFrame:
    """The counts of patients that a table is made of."""
    return counts.patients.filter(pl.col(name) == value for name, value in spec.only if name == CHARACTERISTIC)


def _nothing_known(spec: TableSpec, counts: Counts) -> bool:
    """Whether a table by characteristic of the patient would say `Not known` alone."""
    words = _counted(spec, counts).select(pl.col("sex", "band").cast(pl.String))
    known = ~pl.col("band").is_in([NOT_KNOWN, AGE_NOT_KNOWN]) | (pl.col("sex") != NOT_KNOWN).fill_null(value=False)
    return words.filter(known).is_empty()
