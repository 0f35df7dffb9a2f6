"""The tables of one release: each built from the counts and passed through disclosure control, once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from publish.counts.reduction import Counts
from publish.disclosure.control import ProtectedTable, protect
from publish.disclosure.policy import Policy
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

# The items of a patient that tables hang on: one of each group must be in the records.
NEEDED_ITEMS: Final = {
    "commissioners": ("PRACTICE_CODE", "POSTCODE"),
    "age and sex": ("PERSON_BIRTH_DATE", "PERSON_GENDER_CODE"),
    "ethnic group": ("ETHNIC_CATEGORY",),
    "deprivation decile": ("POSTCODE",),
}
NO_COMMISSIONERS: Final = (
    "No record leads to a commissioner in England: tables by commissioner have every test under none. Import the "
    "practices or the postcodes by: publish reference import epraccur|postcodes FILE"
)


@dataclass(frozen=True)
class Source:
    """What the tables of a release are made from."""

    counts: Counts
    period: MonthlyPeriod
    places: pl.DataFrame
    policy: Policy

    def table(self, spec: TableSpec, months: tuple[Month, ...]) -> ProtectedTable:
        """The protected table of a specification for these months."""
        return protect(build(spec, self.counts, months, self.places), self.policy)

    def england(self, spec: TableSpec, months: tuple[Month, ...]) -> ProtectedTable:
        """England's rows alone."""
        return self.table(replace(spec, basis=NATIONAL), months)


def release_tables(
    counts: Counts, period: MonthlyPeriod, reference: ReferenceData, policy: Policy, earlier: pl.DataFrame | None
) -> ReleaseTables:
    """Every table of the release: those of its workbooks, and those of its document."""
    on = period.latest.last_day
    source = Source(commissioners_placed(counts, reference, on), period, places_on(reference, on), policy)
    of_document = {spec.number: spec for spec in (*MONTHLY_TABLES, ACTIVITY)}
    held = set(counts.tests["month"].unique().cast(pl.String))
    comparable = all(str(month) in held for month in (*period.year_before, *period.months))
    workbooks = tuple(_workbooks(source))
    return ReleaseTables(
        workbooks=workbooks,
        england={number: source.england(spec, period.document_months) for number, spec in of_document.items()},
        year_to_date=source.england(ACTIVITY, period.months),
        year_before=source.england(ACTIVITY, period.year_before) if comparable else None,
        issues=missing_months(workbooks[0].tables[0]),
        policy=policy,
        earlier=earlier,
    )


def left_out(counts: Counts, period: MonthlyPeriod) -> tuple[str, ...]:
    """The tables that cannot be made because the records lack the items they need, and those in which nothing but
    what is not known would stand; a sentence each.
    """
    every = [spec for workbook in workbooks_of(annual=period.annual) for spec in workbook.tables]
    without = [(spec, _lacking(spec, counts)) for spec in every]
    remarks = [
        f"The records have no {' and no '.join(items)}: {spec.name} is left out."
        for spec, items in without
        if items
    ]
    if period.annual and not remarks and counts.commissioners["commissioner_code"].drop_nulls().is_empty():
        remarks.append(NO_COMMISSIONERS)
    return tuple(remarks)


def _workbooks(source: Source) -> Iterator[ProtectedWorkbook]:
    for workbook in workbooks_of(annual=source.period.annual):
        tables = tuple(
            table for spec in workbook.tables if _possible(spec, source) for table in _tables(spec, source)
        )
        if tables:
            yield ProtectedWorkbook(workbook, tables)


def _tables(spec: TableSpec, source: Source) -> Iterator[ProtectedTable]:
    """The table for the whole period, or for each quarter."""
    for months in quarters(source.period.year) if spec.by_quarter else (source.period.months,):
        yield source.table(spec, months)


def _possible(spec: TableSpec, source: Source) -> bool:
    """Whether records and reference data have what the table needs."""
    if any(column.per_1000 for column in spec.columns):
        return source.places["population"].drop_nulls().len() > 0 and not _lacking(spec, source.counts)
    if spec.basis.counts == "patients":
        counted = source.counts.patients.filter(pl.col(name) == value for name, value in spec.only)
        return not counted.is_empty() and not _lacking(spec, source.counts)
    return not _lacking(spec, source.counts)


def _lacking(spec: TableSpec, counts: Counts) -> tuple[str, ...]:
    """The items that the table hangs on, where the records have none of them."""
    of_table = dict(spec.only).get("characteristic", spec.basis.counts)
    items = NEEDED_ITEMS.get(str(of_table), ())
    return items if items and set(items) <= set(counts.lacking) else ()
