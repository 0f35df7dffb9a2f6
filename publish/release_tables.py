"""The tables of one release: each built from the counts and passed through disclosure control, once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from publish.counts.reduction import Counts
from publish.disclosure.control import ProtectedTable, protect
from publish.disclosure.policy import Policy
from publish.fields.ages import NOT_KNOWN as AGE_NOT_KNOWN
from publish.fields.patient import NOT_KNOWN
from publish.period import Month, MonthlyPeriod, quarters
from publish.quality.missing_months import missing_months
from publish.reference.tables import ReferenceData
from publish.tables.annual import NATIONAL
from publish.tables.builder import build
from publish.tables.catalogue import ACTIVITY, MONTHLY_TABLES
from publish.tables.places import commissioners_placed, places_on
from publish.tables.specification import TableSpec
from publish.tables.workbooks import workbooks_of
from publish.writing.content import ProtectedWorkbook, ReleaseTables

PATIENTS, CHARACTERISTIC = "patients", "characteristic"
NO_COMMISSIONERS: Final = (
    "No record leads to a commissioner in England: tables by commissioner have every test under none. Do not "
    "publish Tables 7 and 8. Are the practices or the postcodes imported (publish reference list), and in the "
    "records?"
)


@dataclass(frozen=True)
class Source:
    """What the tables of a release are made from."""

    counts: Counts
    period: MonthlyPeriod
    reference: ReferenceData
    policy: Policy

    def table(self, spec: TableSpec, months: tuple[Month, ...]) -> ProtectedTable:
        """The protected table of a specification for these months, with the names of the last day of its period."""
        on = (months if spec.by_quarter else self.period.months)[-1].last_day
        return protect(build(spec, self.counts, months, places_on(self.reference, on)), self.policy)

    def england(self, spec: TableSpec, months: tuple[Month, ...]) -> ProtectedTable:
        """England's rows alone."""
        return self.table(replace(spec, basis=NATIONAL), months)


def release_tables(
    counts: Counts, period: MonthlyPeriod, reference: ReferenceData, policy: Policy, earlier: pl.DataFrame | None
) -> ReleaseTables:
    """Every table of the release: those of its workbooks, and those of its document."""
    on = period.latest.last_day
    source = Source(commissioners_placed(counts, reference, on), period, reference, policy)
    of_document = {spec.number: spec for spec in (*MONTHLY_TABLES, ACTIVITY)}
    held = set(counts.tests["month"].unique().cast(pl.String))
    comparable = all(str(month) in held for month in (*period.year_before, *period.months))
    workbooks = tuple(_workbooks(source))
    return ReleaseTables(
        workbooks=workbooks,
        england={number: source.england(spec, period.document_months) for number, spec in of_document.items()},
        year_to_date=source.england(ACTIVITY, period.months),
        year_before=source.england(ACTIVITY, period.year_before) if comparable else None,
        issues=missing_months(workbooks[0].tables[0], reference.successions),
        policy=policy,
        earlier=earlier,
    )


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


def _workbooks(source: Source) -> Iterator[ProtectedWorkbook]:
    for workbook in workbooks_of(annual=source.period.annual):
        made = (
            spec for spec in workbook.tables if not _obstacle(spec, source.counts, source.period, source.reference)
        )
        tables = tuple(table for spec in made for table in _tables(spec, source))
        if tables:
            yield ProtectedWorkbook(workbook, tables)


def _tables(spec: TableSpec, source: Source) -> Iterator[ProtectedTable]:
    """The table for the whole period, or for each quarter."""
    for months in quarters(source.period.year) if spec.by_quarter else (source.period.months,):
        yield source.table(spec, months)


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
