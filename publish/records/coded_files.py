"""Parquet files read as they are written: each text of a column once, and for each record which of them it has.

To look at the text of every record takes longer than all else in counting.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from publish.records.columns import columns_of
from publish.records.parquet_files import scan_parquet
from publish.records.refusing import refusing, unreadable


@dataclass(frozen=True)
class Texts:
    """A column of texts: for each record the place of its text among those that occur, -1 for none."""

    places: NDArray[np.int32]
    texts: pl.Series


@dataclass(frozen=True)
class CodedRecords:
    """Some records of a file: their texts by item, and their dates."""

    texts: Mapping[str, Texts]
    dates: pl.DataFrame


@dataclass(frozen=True)
class CodedFile:
    """A Parquet file whose items are texts and dates, and the columns in which they stand, by item."""

    path: Path
    codes: Mapping[str, str]
    dates: Mapping[str, str]

    def read(self, size: int) -> Iterator[CodedRecords]:
        """The records in order, as many row groups at a time as have no more than that many, or one; at least once.

        Raises InputRefused where the file cannot be read.
        """
        from pyarrow import ArrowException  # takes long to load

        try:
            with refusing(self.path):
                yield from self._read(size)
        except ArrowException as error:
            raise unreadable(self.path, error) from None

    def _read(self, size: int) -> Iterator[CodedRecords]:
        from pyarrow import parquet as pq

        columns = list(self.codes.values())
        with pq.ParquetFile(self.path, read_dictionary=columns, pre_buffer=True) as parquet:
            before = 0
            sizes = [parquet.metadata.row_group(group).num_rows for group in range(parquet.num_row_groups)]
            for groups in _groups(sizes, size):
                table = parquet.read_row_groups(groups, columns=columns).unify_dictionaries()
                texts = {item: _texts(table[column].combine_chunks()) for item, column in self.codes.items()}
                yield CodedRecords(texts, self._dates(before, table.num_rows))
                before += table.num_rows

    def _dates(self, before: int, records: int) -> pl.DataFrame:
        """The dates of so many records, with so many before them."""
        read = scan_parquet(self.path).select(**self.dates).slice(before, records)
        return read.collect(engine="streaming").rechunk()


def coded_file(file: Path, codes: Sequence[str], dates: Sequence[str]) -> CodedFile | None:
    """The file, where it can be read so: codes all text, dates all Date. Else None.

    Raises InputRefused as `columns_of`.
    """
    extract = scan_parquet(file)
    schema = extract.collect_schema()
    columns = columns_of(schema.names(), file, (*codes, *dates), (), extras=False)
    there = {item: column for item, column in columns.items() if column is not None}
    kinds = dict.fromkeys(codes, pl.String) | dict.fromkeys(dates, pl.Date)
    if any(schema[column] != kinds[item] for item, column in there.items()):
        return None
    return CodedFile(file, {name: there[name] for name in codes}, {name: there[name] for name in dates})


def _groups(sizes: Sequence[int], most: int) -> Iterator[list[int]]:
    """Row groups of these sizes, as many together as have no more records than that, or one."""
    together: list[int] = []
    records = 0
    for group, size in enumerate(sizes):
        if together and records + size > most:
            yield together
            together, records = [], 0
        together.append(group)
        records += size
    yield together


def _texts(column: Any) -> Texts:  # noqa: ANN401  (pyarrow has no types)
    return Texts(column.indices.fill_null(-1).to_numpy(), pl.Series(column.dictionary, dtype=pl.String))
