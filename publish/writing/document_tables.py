"""The tables of the document as text, from protected tables."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from publish.disclosure.control import NO_DATA, SUPPRESSED, ProtectedTable
from publish.period import in_words, spans
from publish.reference.vocabulary import Modality, modalities
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.specification import YEAR, Level


@dataclass(frozen=True)
class DocumentTable:
    """A table of the document as text; the first `row_headings` cells of a row head it."""

    anchor: str
    caption: str
    headings: tuple[str, ...]
    row_headings: int
    rows: tuple[tuple[str, ...], ...]
    total: str = ALL_MODALITIES


def document_table(table: ProtectedTable, year: str = "") -> DocumentTable:
    """A protected table as text, without months and rows that have no data; modalities in order of volume.

    Months go across and, where `year` heads a column for it, all of them together.
    """
    spec = table.spec
    submitted = table.cells.filter((pl.col("status") != NO_DATA) & (pl.col("period") != YEAR))
    months = [month for month in table.months if str(month) in submitted["period"].unique().to_list()]
    columns = {str(month): f"{month.short} {month.year}" for month in months}
    columns |= {YEAR: year} if months and year else {}
    keys = submitted.select("label", "setting").unique(maintain_order=True).rows()
    text = {tuple(key): as_text(value, status) for *key, value, status in texts(table)}
    rows = [
        (label, *((setting,) if spec.settings else ()), *(text[label, setting, period] for period in columns))
        for label, setting in sorted(keys, key=lambda key: place_by_volume(key[0]))
    ]
    row_headings = (spec.label_heading, *((spec.setting_heading,) if spec.settings else ()))
    return DocumentTable(
        anchor=f"table-{spec.number}",
        caption=f"{spec.title}, England, {in_words(tuple(months)) if months else 'no data'}",
        headings=(*row_headings, *columns.values()),
        row_headings=len(row_headings),
        rows=tuple(rows),
    )


def texts(table: ProtectedTable) -> Sequence[tuple[str, str, str, float | None, str]]:
    """Label, setting, period, value and status of each England cell."""
    england = table.cells.filter(pl.col("level") == Level.ENGLAND.value)
    return england.select("label", "setting", "period", "value", "status").rows()


def as_text(value: float | None, status: str) -> str:
    """`1,234`, `12.5`, `*` where suppressed, empty without data: as the key of every table says."""
    if status == SUPPRESSED:
        return "*"
    return "" if value is None else f"{value:,g}" if value < 1000 else f"{value:,.0f}"


def months_without_data(table: ProtectedTable) -> str:
    """In words, the months for which a table has no data at all; nothing where it has some for each.

    A hidden value is data.
    """
    submitted = set(table.cells.filter(pl.col("status") != NO_DATA)["period"])
    months = [month for month in table.months if str(month) not in submitted]
    return spans(months) if months else ""


def by_volume() -> list[Modality]:
    """The modalities of Tables 1 to 3 in the document's order: by usual volume."""
    return sorted((m for m in modalities() if m.in_provider_tables), key=lambda m: m.volume_order)


def place_by_volume(label: str) -> int:
    """The place of a modality in the document's order; every other label stands after them."""
    order = [modality.modality for modality in by_volume()]
    return order.index(label) if label in order else len(order)
