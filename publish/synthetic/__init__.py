"""Made-up records shaped like the published totals. No record is a real person's.

The shape comes from NHS England's published tables for 2023-24, kept as the bundled tables `shape_*.csv`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl
from polars.io.plugins import register_io_source

from publish.errors import UsageError
from publish.folders import writable
from publish.period import Month
from publish.synthetic.plan import Plan, plan
from publish.synthetic.records import SCHEMA, make_records
from publish.synthetic.reference import write_reference

MADE_UP: Final = {"made-up": "true"}  # Parquet metadata, by which a reader knows the records
EARLIEST: Final = Month(2019, 4)  # the regions changed in that month
_AT_A_TIME: Final = 200_000  # records in memory at once
_ROW_GROUPS: Final = (10_000, 100_000)  # fewest and most records of a row group


def synthesise(months: tuple[Month, ...], records: int, seed: int, file: Path) -> None:
    """Write exactly so many made-up records of those months to one Parquet file, in order of month and provider.

    The columns are the 18 items of DIDS v1.0, dates as dates and the rest as text. Beside the file a folder
    `<file stem>-reference` gets the reference data that place every made-up site, GP practice and postcode (see
    `reference`). The same months, number and seed give the same bytes. Raises UsageError where there is nothing to
    make, or nowhere to write it.
    """
    if not months or records < 1 or seed < 0:
        raise UsageError(
            f"cannot make {records} records of {len(months)} months with seed {seed}",
            where="synthesise",
            do="ask for at least one record and one month, and a seed of 0 or more",
        )
    if months[0] < EARLIEST:
        raise UsageError(
            f"the made-up sites lie in regions that did not stand in {months[0].words}",
            where="synthesise",
            do=f"name the year {EARLIEST.financial_year.next} or a later one",
        )
    if file.suffix.lower() != ".parquet" or file.is_dir():
        raise UsageError(
            "is not the name of a Parquet file", where=str(file), do="give a name such as made-up.parquet"
        )
    writable(file.parent)
    fewest, most = _ROW_GROUPS
    source = register_io_source(_source(plan(months, records, seed)), schema=SCHEMA)
    write_reference(file.parent / f"{file.stem}-reference", months, records)
    source.sink_parquet(file, metadata=MADE_UP, row_group_size=min(max(records // len(months), fewest), most))


def _source(of: Plan) -> Callable[..., Iterator[pl.DataFrame]]:
    """All records, a stretch at a time: memory does not grow with their number.

    What polars asks for (columns, a filter, a limit) is always everything, as the file takes it all.
    """

    def stretches(*_asked: object) -> Iterator[pl.DataFrame]:
        for first in range(0, of.records, _AT_A_TIME):
            yield make_records(of, first, min(_AT_A_TIME, of.records - first))

    return stretches
