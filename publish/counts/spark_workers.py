"""What a worker of a cluster does: the records of its partition to rows of counts, a piece at a time.

Nothing of polars is loaded before the first piece is there: polars takes its number of threads as it is loaded, and
a task has the cores that Spark gives it, not the machine.
"""

import json
import os
import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import polars as pl

    from publish.counts.reduction import Counts
    from publish.errors import PublishError

RECORDS_AT_A_TIME: Final = 2_000_000  # of a piece: its reduction is worth the fixed cost, and fits in memory
ROWS_AT_A_TIME: Final = 100_000  # rows of counts that are handed on at once
ROWS_IN_A_FILE: Final = 1_000_000  # rows of counts that travel to the driver together
# The columns of a row of counts in Spark's types: the set that it is of (see `Counts`), the keys of all, the count
ROW: Final = {
    "set": "string",
    **dict.fromkeys(("month", "region_code", "icb_code", "org_code", "site_code", "commissioner_code"), "string"),
    **dict.fromkeys(("modality", "cancer_group"), "string"),
    "interventional": "boolean",
    **dict.fromkeys(("setting", "interval"), "string"),
    "days": "int",
    "day": "date",
    **dict.fromkeys(("reason", "characteristic", "sex", "band"), "string"),
    "count": "bigint",
}
# The sets of `Counts` that records come down to, with the column that holds the count
SETS: Final = {
    "tests": "tests",
    "kept_out": "records",
    "sites": "tests",
    "commissioners": "tests",
    "patients": "tests",
}
REFUSED: Final = "refused"  # the set of a row that says, in `reason`, why the records cannot be counted


@dataclass(frozen=True)
class Work:
    """What every worker needs beside the records.

    `reference` is the pickled `ReferenceData` without its postcodes, `postcodes` their table as Parquet.
    `submitter` is as for `with_local_codes_mapped`, `annual` as for `reduce_records`.
    """

    reference: bytes
    postcodes: bytes
    submitter: str | None
    annual: bool

    def reduce_batches(self, batches: Iterator[Any]) -> Iterator[Any]:
        """The Arrow batches of one partition (the items by name) to Arrow batches of rows of counts (ROW)."""
        _take_the_cores_of_the_task()
        for piece in pieces(batches, RECORDS_AT_A_TIME):
            for rows in self._rows_of(piece):
                yield from rows.to_arrow().cast(_arrow_schema()).to_batches()

    def _rows_of(self, piece: Any) -> Iterator["pl.DataFrame"]:  # noqa: ANN401 - pyarrow has no types
        from publish.errors import PublishError

        try:
            counts = self.counts_of(to_frame(piece))
        except PublishError as error:
            yield refusal(error)
            return
        except Exception as error:
            # what Spark writes to its logs is the message of an error, and that could show a value of a record
            raise RuntimeError(type(error).__name__) from None
        yield from rows_of(counts)

    def counts_of(self, records: "pl.DataFrame") -> "Counts":
        """The counts of records that have the items by name."""
        import polars as pl

        from publish.counts.reduction import reduce_records
        from publish.records.values import with_local_codes_mapped

        postcodes = pl.read_parquet(BytesIO(self.postcodes)).lazy()
        reference = replace(pickle.loads(self.reference), postcodes=postcodes)
        mapped = with_local_codes_mapped(records.lazy(), reference, self.submitter)
        return reduce_records(mapped, reference, annual=self.annual)


def _take_the_cores_of_the_task() -> None:
    from pyspark import TaskContext

    task = TaskContext.get()
    if task is not None:
        os.environ.setdefault("POLARS_MAX_THREADS", str(task.cpus()))


def pieces(batches: Iterable[Any], most: int) -> Iterator[Any]:
    """The Arrow batches as tables of so many rows, or a batch more."""
    import pyarrow as pa

    piece: list[Any] = []
    rows = 0
    for batch in batches:
        piece.append(batch)
        rows += batch.num_rows
        if rows >= most:
            yield pa.Table.from_batches(piece)
            piece, rows = [], 0
    if rows:
        yield pa.Table.from_batches(piece)


def to_frame(table: Any) -> "pl.DataFrame":  # noqa: ANN401 - pyarrow has no types
    """An Arrow table of Spark's. Timestamps with a time zone are in UTC, whatever the zone of the session."""
    import polars as pl
    import pyarrow as pa

    moment = pa.timestamp("us", tz="UTC")
    fields = [
        each.with_type(moment) if pa.types.is_timestamp(each.type) and each.type.tz else each
        for each in table.schema
    ]
    frame = pl.from_arrow(table.cast(pa.schema(fields)))
    assert isinstance(frame, pl.DataFrame)
    return frame


def rows_of(counts: "Counts") -> Iterator["pl.DataFrame"]:
    """The counts of every set, so many rows at a time: columns as ROW, null where a set has no such key."""
    import polars as pl

    for name, count in SETS.items():
        of_set: pl.DataFrame = getattr(counts, name).rename({count: "count"})
        absent = [pl.lit(None).alias(column) for column in ROW if column not in {*of_set.columns, "set"}]
        for rows in of_set.iter_slices(ROWS_AT_A_TIME):
            yield rows.with_columns(*absent, set=pl.lit(name)).cast({pl.Categorical: pl.String}).select(*ROW)


def pack(batches: Iterator[Any]) -> Iterator[Any]:
    """Arrow batches of rows of counts to rows of one column, `packed`: each a Parquet file, to travel small."""
    import pyarrow as pa

    _take_the_cores_of_the_task()
    for piece in pieces(batches, ROWS_IN_A_FILE):
        packed = BytesIO()
        to_frame(piece).write_parquet(packed)
        yield pa.RecordBatch.from_arrays([pa.array([packed.getvalue()], pa.binary())], ["packed"])


def refusal(error: "PublishError") -> "pl.DataFrame":
    """Why the records cannot be counted, as a row of ROW."""
    import polars as pl

    said = json.dumps([error.what, error.where, error.do])
    return pl.DataFrame([dict.fromkeys(ROW) | {"set": REFUSED, "reason": said, "count": 1}])


def _arrow_schema() -> Any:  # noqa: ANN401 - pyarrow has no types
    import pyarrow as pa

    kinds = {"boolean": pa.bool_(), "int": pa.int32(), "date": pa.date32(), "bigint": pa.int64()}
    return pa.schema([(name, kinds.get(kind, pa.string())) for name, kind in ROW.items()])
