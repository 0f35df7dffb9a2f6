"""Records as the data product has them: in normal form and derived, from reference tables made for the test."""

from collections.abc import Sequence

import polars as pl

from publish.fields.asset import derive
from publish.records.values import normalised
from publish.reference.columns import CLASSIFIED, COLUMNS, OFFICIAL, VALIDITY
from publish.reference.tables import ReferenceData
from tests.made_records import frame

COLUMNS_OF = COLUMNS | OFFICIAL | {"exam_codes": (*COLUMNS["exam_codes"], *CLASSIFIED)}


def reference_of(**tables: list[dict[str, object]]) -> ReferenceData:
    """Reference data of these rows: the tables by name, columns that a row leaves out empty."""
    made = {name: rows_of(name, tables.get(name, [])) for name in COLUMNS_OF}
    return ReferenceData(files=(), **made | {"postcodes": made["postcodes"].lazy()})


def rows_of(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    columns = COLUMNS_OF[name]
    assert all(set(row) <= set(columns) for row in rows), name
    return pl.DataFrame(
        [dict.fromkeys(columns) | row for row in rows],
        schema={column: pl.Date if column in VALIDITY else pl.String for column in columns},
    )


NOTHING = reference_of()


def derived(
    records: list[dict[str, object]],
    columns: Sequence[str],
    reference: ReferenceData = NOTHING,
    submitter: str | None = None,
) -> list[tuple[object, ...]]:
    """Those columns of the data product, a row for each record."""
    items = normalised(frame(records).lazy(), reference, submitter)
    return derive(items, reference, submitter).select(columns).collect().rows()
