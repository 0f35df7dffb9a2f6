"""What the rows and columns of a table gather of a sum."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from publish.counts.runs import Whole
from publish.tables.specification import Column
from publish.tables.sums import Summed

GROUP: Final = "group"


@dataclass(frozen=True)
class InCells:
    """Groups of a sum in the cells of a table: the number of a cell, and that of a group which it gathers."""

    cells: Whole
    groups: Whole
    summed: Summed

    def tests(self, several: int) -> Whole:
        """The tests of each of so many cells."""
        tests = self.summed.tests_of_groups[self.groups]
        return np.bincount(self.cells, tests, several).astype(np.int64)  # exact: far below 2**53

    def by_day(self) -> tuple[Whole, Whole, Whole]:
        """Cell, days (NO_DAY where they are not known) and tests of each day of the groups."""
        sizes = self.summed.sizes[self.groups]
        shift = self.summed.begins[self.groups] - (np.cumsum(sizes) - sizes)
        places = np.arange(int(sizes.sum())) + np.repeat(shift, sizes)
        return np.repeat(self.cells, sizes), self.summed.days[places], self.summed.tests[places]


@dataclass(frozen=True)
class Gathered:
    """The groups of a sum that the rows of a level gather; one stands in several rows where several gather it.

    `groups` has their columns, label, row_setting, group (its number in the sum), and which columns of the table
    select it (see `selected`); once rows are numbered, row.
    """

    groups: pl.DataFrame
    summed: Summed

    def in_cells(self, columns: Sequence[Column | None]) -> InCells:
        """Those that each column selects, in its cells: the cells of a row are numbered one after the other."""
        names = [repr(column) for column in columns if column]
        rows = [np.flatnonzero(self.groups[name]) for name in names]
        places = [place for place, column in enumerate(columns) if column]
        row, group = (self.groups[name].to_numpy().astype(np.intp) for name in ("row", GROUP))
        of_columns = np.concatenate(rows)
        cells = row[of_columns] * len(columns) + np.repeat(places, [len(each) for each in rows])
        return InCells(cells, group[of_columns], self.summed)


def selected(groups: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """The groups that any of the columns selects, with whether it does, and whether the columns do that these are
    percentages of: a column of flags is named by the `repr` of the column.
    """
    names = {repr(column): column for column in columns}
    wholes = {repr(column.of): column.of for column in columns if column.of}
    held = {name: column.selects.fill_null(value=False) for name, column in (names | wholes).items()}
    return groups.with_columns(**held).filter(pl.any_horizontal(*names))
