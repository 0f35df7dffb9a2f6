"""The bundled shape of made-up records against the published workbooks, where they stand beside the project."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from publish.period import Month
from publish.reference.vocabulary import bundled_rows, modalities, source_settings

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "published"
THE_YEAR = "2023-24"
NAMES = {modality.modality.casefold(): modality.modality for modality in modalities()}
SUPPRESSED_AS = 2
pytestmark = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published workbooks are not here")


@cache
def published(table: int, year: str = THE_YEAR) -> list[dict[str, object]]:
    """The rows of a provider table: its headings, with `label` for the modality or test."""
    (file,) = (PUBLISHED / year).glob(f"DID-Table-{table}-*.xlsx")
    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    rows = list(rows_of(book[book.sheetnames[1]].iter_rows(values_only=True)))
    book.close()
    return rows


def rows_of(rows: Iterator[tuple[object, ...]]) -> Iterator[dict[str, object]]:
    heading = next(row for row in rows if "Org Code" in row)
    for row in rows:
        named = {str(name).strip(): cell for name, cell in zip(heading, row, strict=True) if name}
        label = str(named.get("Modality") or named.get("Test") or "").strip()
        if label and named["Org Code"]:
            yield named | {"label": NAMES.get(label.casefold(), label)}


def england(table: int, year: str = THE_YEAR) -> dict[tuple[str, str], dict[str, object]]:
    rows = (row for row in published(table, year) if str(row["Provider name"]).strip().upper() == "ENGLAND")
    return {(str(row["label"]), str(row.get("Source setting") or "All").strip()): row for row in rows}


def number(cell: object) -> int:
    if cell in (None, ""):
        return 0
    return SUPPRESSED_AS if cell == "*" else int(str(cell))


def test_months_are_the_england_totals():
    interventional_only = {modality.modality for modality in modalities() if not modality.in_provider_tables}
    for row in bundled_rows("shape_months"):
        month = Month.parse(row["month"])
        table = england(12 if row["modality"] in interventional_only else 1, str(month.financial_year))
        assert int(row["tests"]) == number(table[row["modality"], "All"][month.short])


def test_provider_sizes_are_the_year_of_each_provider_row():
    ours = {
        (row["region_code"], row["org_code"], row["modality"]): int(row["tests"])
        for row in bundled_rows("shape_providers")
    }
    in_table_1 = {name for name, _ in england(1)}
    rows = [*published(1), *(row for row in published(12) if row["label"] not in in_table_1)]
    theirs = {
        (str(row["Region"]).strip(), str(row["Org Code"]).strip(), str(row["label"])): number(row["Year"])
        for row in rows
        if str(row["Provider name"]).strip().upper() != "ENGLAND"
    }
    assert ours == theirs


def test_settings_add_up_to_england():
    headings = {setting.code: setting.table_name for setting in source_settings()}
    ours: dict[tuple[str, str], int] = {}
    for row in bundled_rows("shape_settings"):
        key = (row["modality"], headings[row["source_setting"]])
        ours[key] = ours.get(key, 0) + int(row["tests"])
    for (modality, _), row in england(11).items():
        for heading in headings.values():
            # A sum of rounded rows of independent providers can exceed a rounded total by a little.
            assert ours.get((modality, heading), 0) == pytest.approx(number(row[heading]), abs=30)


def test_exam_classes_add_up_to_england():
    ours: dict[tuple[str, str], list[int]] = {}
    for row in bundled_rows("shape_exam_classes"):
        named = row["modality"] if row["exam_class"] == "Interventional" else row["exam_class"]
        counts = ours.setdefault((row["exam_class"], named), [0, 0])
        counts[0] += int(row["tests"])
        counts[1] += int(row["gp_direct_access_tests"])
    for (exam_class, named), (tests, by_gps) in ours.items():
        table = england(12 if exam_class == "Interventional" else 4)
        assert tests == number(table[named, "All"]["Year"])
        if exam_class != "Interventional":
            assert by_gps == number(table[named, "GP Direct Access"]["Year"])


def test_medians_are_the_published_ones():
    for row in bundled_rows("shape_medians"):
        tables = (5, 6) if row["cancer_group"] else (2, 3)
        key = (row["cancer_group"] or row["modality"], row["settings"])
        for name, table in zip(("request_to_test", "test_to_report"), tables, strict=True):
            assert float(row[name]) == float(str(england(table)[key]["Year"]))
