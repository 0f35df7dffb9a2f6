"""What the data product looks like: which columns, under which names, with which meanings."""

from dataclasses import dataclass

import polars as pl
from arro3.core import Schema, Table

from publish.fields.asset import ASSET, EXTRACT, extract_columns
from publish.product.pseudonyms import pseudonymised


@dataclass(frozen=True)
class Form:
    """The form of a product.

    `extract` gives the analysts' extract in its plain names instead of the whole asset; a `key` replaces what
    identifies a patient (see `pseudonymised`).
    """

    extract: bool = False
    key: bytes | None = None

    @property
    def test_date(self) -> str:
        """The name of the column with the date of test."""
        return "Diagnostic Test Date" if self.extract else "DIAGNOSTIC_TEST_DATE"

    def of(self, asset: pl.LazyFrame) -> pl.LazyFrame:
        """The product in this form, from the columns of ASSET."""
        made = pseudonymised(asset, self.key) if self.key else asset
        return made.select(extract_columns()) if self.extract else made

    def schema(self) -> pl.Schema:
        """The columns of a product in this form, and their types."""
        return self.of(pl.LazyFrame(schema={column.name: column.kind for column in ASSET})).collect_schema()


def with_meanings(schema: pl.Schema) -> Schema:
    """The columns of a product for Parquet, each with its meaning as `description`."""
    meanings = {column.name: column.meaning for column in ASSET}
    meanings |= {plain: meanings[name] for plain, name in EXTRACT.items()}
    plain = Table.from_arrow(pl.DataFrame(schema=schema)).schema
    fields = (plain.field(name) for name in plain.names)
    return Schema([field.with_metadata({"description": meanings[field.name]}) for field in fields])
