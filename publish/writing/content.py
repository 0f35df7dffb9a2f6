"""What the writers are given: the protected tables of one release, and nothing else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from publish.disclosure.control import ProtectedTable
from publish.disclosure.policy import Policy
from publish.quality.provider_issue import ProviderIssue
from publish.tables.specification import WorkbookSpec


@dataclass(frozen=True)
class ProtectedWorkbook:
    """One workbook of a release: its protected tables in order, one for each quarter where they are by quarter."""

    spec: WorkbookSpec
    tables: tuple[ProtectedTable, ...]


@dataclass(frozen=True)
class ReleaseTables:
    """The protected tables of a release.

    `workbooks` are the published ones in their order, then those beyond them. `england` are the tables of the
    document by number (`1` to `6`, `12`), England rows only, for its months; `1` has a last label `All modalities`.
    `year_to_date` and `year_before` are `england["1"]` for the months of the release and for the same months a year
    earlier (None where the records lack any of them). `issues` are the provider issues to be told: those accepted,
    and in a draft those not decided yet. `policy` is the rule that protects the tables. `earlier` are England's
    figures of earlier years as they were published (see `EarlierYears`), of an annual release.
    """

    workbooks: tuple[ProtectedWorkbook, ...]
    england: Mapping[str, ProtectedTable]
    year_to_date: ProtectedTable
    year_before: ProtectedTable | None
    issues: tuple[ProviderIssue, ...]
    policy: Policy
    earlier: pl.DataFrame | None = None

    def __iter__(self) -> Iterator[ProtectedTable]:
        """Every table of every workbook."""
        return (table for workbook in self.workbooks for table in workbook.tables)

    @property
    def published(self) -> tuple[ProtectedWorkbook, ...]:
        """The workbooks of the publication itself, which have a number."""
        return tuple(workbook for workbook in self.workbooks if workbook.spec.number)

    @property
    def provider(self) -> Mapping[str, ProtectedTable]:
        """The tables by provider and month, by number."""
        single = (table for workbook in self.published for table in workbook.tables)
        return {table.spec.number: table for table in single if not table.spec.columns}
