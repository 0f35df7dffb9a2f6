"""Parquet files read as they are written: each text of a column once, and for each record which of them it has.

To look at the text of every record takes longer than all else in counting.
"""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from publish.records.columns import columns_of
from publish.records.parquet_files import scan_parquet
from publish.records.refusing import refusing, unreadable

CALENDAR: Final = tuple((day - date(1970, 1, 1)).days for day in (date.min, date.max))
PART: Final = 1 << 18  # records read at once: what is worked out of them stays near the processor


@dataclass(frozen=True)
class Texts:
    """A column of texts: for each record the place of its text among those that occur, nothing where it has none.

    Both are Arrow arrays, of whole numbers and of texts.
    """

    places: Any  # pyarrow has no types
    texts: Any


@dataclass(frozen=True)
class CodedRecords:
    """Some records: their texts by item, and their dates."""

    texts: Mapping[str, Texts]
    dates: pl.DataFrame


@dataclass(frozen=True)
class CodedFile:
    """A Parquet file whose items are texts and dates, and the columns in which they stand, by item.

    `empty` are the items of texts of which it says that no record has one: they are not read.
    """

    path: Path
    codes: Mapping[str, str]
    dates: Mapping[str, str]
    empty: Sequence[str]

    def read(self, size: int) -> Iterator[list[CodedRecords]]:
        """The records in order, so many at a time or a part more, in parts of at most PART; at least once.

        Raises InputRefused where the file cannot be read.
        """
        with _refusing(self.path):
            yield from _together(self._parts(), size)

    def _parts(self) -> Iterator[CodedRecords]:
        from pyarrow import RecordBatch
        from pyarrow import parquet as pq

        texts, dates = list(self.codes.values()), list(self.dates.values())
        with pq.ParquetFile(self.path, read_dictionary=texts, memory_map=True) as parquet:
            # on one thread, as another file is read beside it
            for batch in parquet.iter_batches(PART, columns=[*texts, *dates], use_threads=False):
                yield self._coded(batch)
            if not parquet.metadata.num_rows:
                yield self._coded(RecordBatch.from_pylist([], schema=parquet.schema_arrow))

    def _coded(self, part: Any) -> CodedRecords:  # noqa: ANN401
        texts = {item: _as_coded(part[column]) for item, column in self.codes.items()}
        for column in texts.values():
            column.texts.validate(full=True)  # Arrow reads bytes that are no text, and polars would trust it
        without = {item: _nothing(len(part)) for item in self.empty}
        dates = {item: pl.Series(part[column]) for item, column in self.dates.items()}
        return CodedRecords(texts | without, pl.DataFrame(dates))


def _together(parts: Iterable[CodedRecords], size: int) -> Iterator[list[CodedRecords]]:
    """As many parts together as have so many records, or a part more."""
    together: list[CodedRecords] = []
    records = 0
    for part in parts:
        together.append(part)
        records += part.dates.height
        if records >= size:
            yield together
            together, records = [], 0
    if together:
        yield together


@contextmanager
def _refusing(file: Path) -> Generator[None]:
    """As `refusing`, what Arrow raises too."""
    from pyarrow import ArrowException  # takes long to load

    try:
        with refusing(file):
            yield
    except ArrowException as error:
        raise unreadable(file, error) from None


def coded_file(file: Path, codes: Sequence[str], dates: Sequence[str]) -> CodedFile | None:
    """The file, where it can be read so: codes all text, dates all Date of years that a calendar has. Else None.

    Raises InputRefused as `columns_of`.
    """
    extract = scan_parquet(file)
    schema = extract.collect_schema()
    columns = columns_of(schema.names(), file, (*codes, *dates), (), extras=False)
    there = {item: column for item, column in columns.items() if column is not None}
    kinds = dict.fromkeys(codes, pl.String) | dict.fromkeys(dates, pl.Date)
    if any(schema[column] != kinds[item] for item, column in there.items()):
        return None
    said = _statistics(file)
    if not all(_is_of_calendar(group) for name in dates for group in said[there[name]]):
        return None
    empty = [name for name in codes if all(map(_is_empty, said[there[name]]))]
    texts = {name: there[name] for name in codes if name not in empty}
    return CodedFile(file, texts, {name: there[name] for name in dates}, empty)


def _statistics(file: Path) -> Mapping[str, list[Any]]:
    """What the file says of each column in each of its row groups: pyarrow's Statistics, or None."""
    from pyarrow import parquet as pq

    with _refusing(file):
        metadata = pq.read_metadata(file)
    # the path of a column within another is no name of one
    names = [metadata.schema.column(place).path for place in range(metadata.num_columns)]
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return {name: [group.column(place).statistics for group in groups] for place, name in enumerate(names)}


def _is_empty(said: Any) -> bool:  # noqa: ANN401
    return bool(said and said.has_null_count and not said.num_values)


def _is_of_calendar(said: Any) -> bool:  # noqa: ANN401
    """Whether all dates lie in years that a calendar has."""
    if not said or not said.has_min_max:
        return _is_empty(said)
    return bool(said.min_raw >= CALENDAR[0] and said.max_raw <= CALENDAR[1])


def coded(column: pl.Series | NDArray[Any]) -> Texts:
    """A column of texts of some records, or of numbers in their place."""
    import pyarrow as pa

    values = column.rechunk().to_arrow() if isinstance(column, pl.Series) else pa.array(column)
    return _as_coded(values.dictionary_encode())


def _nothing(records: int) -> Texts:
    import pyarrow as pa

    return Texts(pa.nulls(records, pa.int32()), pa.array([], pa.string()))


def _as_coded(column: Any) -> Texts:  # noqa: ANN401
    return Texts(column.indices, column.dictionary)


def distinct(columns: Sequence[Texts]) -> tuple[pl.Series, list[NDArray[np.intp]]]:
    """The texts (or numbers) of the parts of a column, each once, and for each part the places there of its own."""
    import pyarrow as pa

    every = pa.chunked_array([column.texts for column in columns]).combine_chunks().dictionary_encode()
    ends = np.cumsum([len(column.texts) for column in columns])[:-1]
    return pl.Series(every.dictionary), np.split(every.indices.to_numpy().astype(np.intp), ends)


def looked_up(values: NDArray[Any], places: Any) -> NDArray[Any]:  # noqa: ANN401
    """For each of the places, in an Arrow or a NumPy array, the number at it; for nothing the last one."""
    import pyarrow as pa
    from pyarrow import compute as pc

    at = places if isinstance(places, pa.Array) else pa.array(places)
    found = pc.take(pa.array(values), at, boundscheck=False)
    return (found.fill_null(values[-1]) if at.null_count else found).to_numpy()
