"""Two editions of the publication held against each other: every table that both have, and what only one has."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from publish.progress import Tell
from publish.revisions.difference import Difference, Kind
from publish.revisions.matching import places_in_regions
from publish.revisions.published_table import Level, PublishedTable
from publish.revisions.sources import Side, read_sides
from publish.revisions.structure import NameChange, StructureChange, several_names
from publish.revisions.table_comparison import TableComparison, compare_table


@dataclass(frozen=True)
class Comparison:
    """What changed from `old` to `new`: `tables` are those that both have, in the order of their numbers."""

    old: Side
    new: Side
    tables: tuple[TableComparison, ...]

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """Every value and row that is not as it was, in the order of the tables."""
        return tuple(difference for table in self.tables for difference in table.differences)

    @property
    def only_old(self) -> list[PublishedTable]:
        """The tables that only the old edition has."""
        return [table for identity, table in self.old.tables.items() if identity not in self.new.tables]

    @property
    def only_new(self) -> list[PublishedTable]:
        """The tables that only the new edition has."""
        return [table for identity, table in self.new.tables.items() if identity not in self.old.tables]

    @property
    def of_other_years(self) -> bool:
        """Whether no table has a month or a period in common with its older edition: nothing can be a revision."""
        return bool(self.tables) and not any(table.months for table in self.tables)

    @property
    def structure(self) -> tuple[StructureChange, ...]:
        """Tables that came or went, and what changed of the structure of the others."""
        gone = (StructureChange(table.name, "table", table.title, "") for table in self.only_old)
        new = (StructureChange(table.name, "table", "", table.title) for table in self.only_new)
        return (*gone, *new, *(change for table in self.tables for change in table.structure))

    @property
    def names(self) -> tuple[NameChange, ...]:
        """Places with another name or in another region, each once however many tables tell it."""
        return tuple(dict.fromkeys(change for table in self.tables for change in table.names))

    @property
    def several_names(self) -> tuple[dict[str, tuple[str, ...]], dict[str, tuple[str, ...]]]:
        """The places that one table of the old, of the new edition lists under several names, by their code."""
        old: dict[str, tuple[str, ...]] = {}
        new: dict[str, tuple[str, ...]] = {}
        for table in self.tables:
            old |= several_names(table.old)
            new |= several_names(table.new)
        return old, new

    def of_kind(self, *kinds: Kind) -> list[Difference]:
        """The differences of these kinds, the largest first."""
        found = [difference for difference in self.differences if difference.kind in kinds]
        return sorted(found, key=lambda difference: -difference.size)

    def places(self, kind: Kind) -> dict[tuple[str, str], str]:
        """The providers and commissioners that appeared in, or went from, the tables that both have.

        The names by basis (`provider`) and code.
        """
        before, after = _places(table.old for table in self.tables), _places(table.new for table in self.tables)
        found, others = (after, before) if kind is Kind.APPEARED else (before, after)
        return {key: name for key, name in sorted(found.items()) if key not in others}


def compare_folders(old: Path, new: Path, tell: Tell) -> Comparison:
    """Compare two editions: releases of ours, folders of published workbooks, or single workbooks.

    Of a release folder what is public is read, or its draft where nothing is public yet. Raises InputRefused where
    one of them is not there, or has no table of the Diagnostic Imaging Dataset; a workbook that is not understood
    is a remark.
    """
    tell("Reading the tables of both")
    before, after = read_sides(old, new)
    tell("Comparing the tables")
    in_regions = places_in_regions([*before.tables.values(), *after.tables.values()])
    tables = (
        compare_table(before.tables[identity], table, in_regions)
        for identity, table in after.tables.items()
        if identity in before.tables
    )
    return Comparison(before, after, tuple(tables))


def _places(tables: Iterator[PublishedTable]) -> dict[tuple[str, str], str]:
    return {
        (table.basis.casefold(), row.code): row.name
        for table in tables
        if not table.by_area
        for row in table.rows
        if row.code and row.level is Level.PLACE
    }
