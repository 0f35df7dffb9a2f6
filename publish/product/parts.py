"""The files of the data product: one for each file of records and month, written a piece at a time."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import polars as pl
from polars.io.partition import FileProviderArgs
from polars.io.plugins import register_io_source

from publish.fields.asset import deriver
from publish.product.form import Form, with_meanings
from publish.product.words import words_of
from publish.records.intake import Part, Terms
from publish.records.parquet_files import MADE_UP
from publish.records.readers import is_made_up, refusing
from publish.reference.tables import ReferenceData

UNDATED: Final = "undated"  # the folder of records without a test date: only extracts can hold any
_PIECE: Final = 250_000  # records in memory at once
_ROWS_OF_A_GROUP: Final = 100_000


def write_part(
    part: Part, problems: pl.Series, reference: ReferenceData, terms: Terms, form: Form, folder: Path, name: str
) -> None:
    """Write the accepted records of a file to `folder`: in it a folder for each month, with a file of that name.

    `problems` are the sets of problems that its records have.
    """
    words = words_of(problems)
    make = deriver(_to_derive(part, words, terms), reference, terms.submitter)

    # the streaming engine would hold ever more of a whole file, as its writer is slower than what derives
    def pieces(*_asked: object) -> Iterator[pl.DataFrame]:
        for first in range(0, part.size, _PIECE):
            asset = make(_to_derive(part, words, terms, first))
            yield form.of(asset).collect(engine="in-memory")

    schema = form.schema()
    month = pl.col(form.test_date).dt.strftime("%Y-%m").fill_null(UNDATED)
    with refusing(part.file.path):
        register_io_source(pieces, schema=schema).sink_parquet(
            pl.PartitionBy(folder, key={"month": month}, include_key=False, file_path_provider=_place(name)),
            mkdir=True,
            engine="streaming",
            row_group_size=_ROWS_OF_A_GROUP,
            arrow_schema=with_meanings(schema),
            metadata={MADE_UP: "true"} if is_made_up(part.file) else None,
        )


def write_empty(form: Form, folder: Path) -> None:
    """Write a file without rows, so that a product in which no record is accepted can be read all the same."""
    schema = form.schema()
    (folder / UNDATED).mkdir()
    pl.DataFrame(schema=schema).write_parquet(
        folder / UNDATED / "part-0001.parquet", arrow_schema=with_meanings(schema)
    )


def _to_derive(part: Part, words: pl.DataFrame, terms: Terms, first: int | None = None) -> pl.LazyFrame:
    """The accepted records of the file, or of the piece of it that begins there, with where they came from."""
    piece = part.accepted() if first is None else part.accepted(first, _PIECE)
    return piece.join(words.lazy(), on="problems", how="left", maintain_order="left").with_columns(
        file=pl.lit(part.label), submitted=pl.lit(terms.submitted, pl.Date)
    )


def _place(name: str) -> Callable[[FileProviderArgs], str]:
    return lambda partition: f"{partition.partition_keys.item()}/{name}"
