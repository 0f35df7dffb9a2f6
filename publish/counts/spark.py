"""Records to counts on a cluster: the same reduction over partitions, and Apache Spark adds up.

Each source (see `SparkSource`) is a job of its own, so what has been counted is kept although the run is stopped
later. Workers read only the columns that the counts need; what comes back to this machine are counts.
"""

import json
import pickle
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from publish.counts.annual import FROM_PATIENT
from publish.counts.files import known_by
from publish.counts.reduction import NEEDED, Counts, in_order
from publish.counts.spark_workers import REFUSED, ROW, SETS, Work, pack, to_frame
from publish.counts.store import CountStore
from publish.errors import InputRefused
from publish.progress import Tell
from publish.records.columns import columns_of, items_of, there_of
from publish.records.items import EXTRAS
from publish.records.spark_session import refusing_spark
from publish.records.spark_sources import SparkSource
from publish.reference.columns import empty
from publish.reference.tables import ReferenceData

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_DO: Final = "look at the logs of the executors: they may lack memory, or this program"
_JOBS_AT_A_TIME: Final = 16
_SUBMITTER: Final = "SUBMITTER_ORGANISATION"  # of what passes through, all that counts hang on


def count_sources(
    sources: Sequence[SparkSource],
    reference: ReferenceData,
    submitter: str | None,
    store: CountStore,
    tell: Tell,
    session: "SparkSession",
) -> list[Counts]:
    """The counts of every source, in the order given: from the store, or counted on the cluster and kept there.

    Row for row they are the counts that one machine makes. Raises InputRefused where a source cannot be read.
    """
    work = _work(reference, submitter, annual=store.annual)

    def count(numbered: tuple[int, SparkSource]) -> Counts:
        number, source = numbered
        place = f"{source.name} ({number} of {len(sources)})"
        known = known_by(source, submitter)
        counts = store.counts_of(known) if source.sha256 else None
        if counts is not None:
            tell(f"Already counted: {place}")
            return counts
        tell(f"Reading {place}")
        counts = count_source(source, work, session)
        if source.sha256:
            store.keep(known, counts)
        return counts

    with ThreadPoolExecutor(_JOBS_AT_A_TIME) as pool:
        begun = [pool.submit(count, numbered) for numbered in enumerate(sources, start=1)]
        try:
            return [each.result() for each in begun]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _work(reference: ReferenceData, submitter: str | None, *, annual: bool) -> Work:
    """The reference data in a form that travels. Postcodes are millions: they go along only where they count."""
    without = replace(reference, postcodes=empty("postcodes").lazy())
    postcodes = BytesIO()
    (reference if annual else without).postcodes.collect().write_parquet(postcodes)
    return Work(pickle.dumps(without), postcodes.getvalue(), submitter, annual)


def count_source(source: SparkSource, work: Work, session: "SparkSession") -> Counts:
    """The counts of one source, made on the cluster."""
    records = _items(source, source.records(session), annual=work.annual)
    with refusing_spark("could not be counted by Spark", source.address, _DO):
        none = to_frame(records.limit(0).toArrow())
        items = [name for name in none.columns if name not in EXTRAS]
        checked = items_of(none.lazy(), source.address, items, (), extras=True).collect()
        packed = _packed(records, work).toArrow().column("packed")
    rows = (pl.read_parquet(BytesIO(each.as_py())) for each in packed)
    return counts_of_rows(rows, work.counts_of(checked))


def _items(source: SparkSource, extract: "DataFrame", *, annual: bool) -> "DataFrame":
    """The items that the counts need, under their names."""
    from pyspark.sql import functions as of

    of_patient = there_of(extract.columns, FROM_PATIENT) if annual else ()
    columns = columns_of(extract.columns, source.address, (*NEEDED, *of_patient), (), extras=True)
    quoted = {name: "`{}`".format(column.replace("`", "``")) for name, column in columns.items() if column}
    needed = [name for name in quoted if name not in EXTRAS or name == _SUBMITTER]
    return extract.select(*(of.col(quoted[name]).alias(name) for name in needed))


def _packed(records: "DataFrame", work: Work) -> "DataFrame":
    """The rows of counts (ROW) of the records, each key once, as Parquet files in the column `packed`."""
    from pyspark.sql import functions as of

    columns = ", ".join(f"`{name}` {kind}" for name, kind in ROW.items())

    def reduce_batches(batches: Iterator[Any]) -> Iterator[Any]:  # Spark takes a function, not a method
        return work.reduce_batches(batches)

    rows = records.mapInArrow(reduce_batches, columns)
    summed = rows.groupBy(*(name for name in ROW if name != "count")).agg(of.sum("count").alias("count"))
    return summed.mapInArrow(pack, "packed binary")


def counts_of_rows(parts: Iterable[pl.DataFrame], none: Counts) -> Counts:
    """The counts in rows of ROW, in the types and with what is lacking of `none`, the counts of no record.

    Raises InputRefused where a worker could not count its records: reference data that contradict themselves, say.
    """
    sets: dict[str, list[pl.DataFrame]] = {name: [getattr(none, name)] for name in SETS}
    for rows in parts:
        _refuse(rows)
        for name, found in sets.items():
            of_set = rows.filter(pl.col("set") == name).rename({"count": SETS[name]})
            found.append(of_set.select(pl.col(key).cast(kind) for key, kind in found[0].schema.items()))
    return replace(none, **{name: in_order(name, pl.concat(found)) for name, found in sets.items()})


def _refuse(rows: pl.DataFrame) -> None:
    for said in rows.filter(pl.col("set") == REFUSED)["reason"].sort():
        what, where, do = json.loads(said)
        raise InputRefused(what, where=where, do=do)
