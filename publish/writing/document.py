"""The statistical release document: one template, given as an accessible web page and as tagged PDF/UA.

The PDF is made from the web page itself: `templates/document.typ` reads it and sets each element, so that the
words, tables and charts of both forms are the same.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from typing import Final

import matplotlib as mpl
import polars as pl
import typst

from publish.bundled import bundled
from publish.disclosure.control import NO_DATA, SUPPRESSED, ProtectedTable
from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.period import date_in_words, in_words, spans
from publish.reference.vocabulary import Modality, modalities
from publish.tables.catalogue import ALL_MODALITIES, MONTHLY_TABLES
from publish.tables.truth import ENGLAND_CODE, YEAR
from publish.writing import headlines
from publish.writing.charts import Chart
from publish.writing.content import ReleaseTables
from publish.writing.page import write_page
from publish.writing.wording import FEWEST_TESTS

FILE_STEM: Final = "Provisional-Monthly-Diagnostic-Imaging-Dataset-Statistics"
VERSION: Final = "1.0"

# The section in which a chart stands, by the beginning of its name; others stand at the end of section 3.
CHART_SECTIONS: Final = (("activity-by-modality", "activity"), ("medians", "times"), ("providers", "times"))
LAST_SECTION: Final = "cancer"


@dataclass(frozen=True)
class DocumentTable:
    """A table of the document as text: months across, modalities or groups of tests down."""

    anchor: str
    caption: str
    headings: tuple[str, ...]
    row_headings: int
    rows: tuple[tuple[str, ...], ...]
    total: str = ALL_MODALITIES


def write_document(
    tables: ReleaseTables, charts: Sequence[Chart], edition: Edition, policy: Policy, folder: Path
) -> tuple[Path, Path]:
    """Write the document to `folder` and return its HTML and its PDF.

    The charts' files must be inside `folder`. Same inputs, same bytes. Rule: publication specification,
    The statistical release document.
    """
    name = edition.file_name(f"{FILE_STEM}-{edition.published.isoformat()}")
    page, paper = folder / f"{name}.html", folder / f"{name}.pdf"
    write_page(
        "document.html.jinja",
        page,
        **about_release(edition),
        **computed_sentences(tables, edition),
        page_name=page.name,
        pdf_name=paper.name,
        folder=folder,
        policy=policy,
        tables={number: document_table(table) for number, table in tables.england.items()},
        charts_of=partial(charts_of, charts),
        issues=tables.issues,
        empty_months=months_without_data(tables.england["1"]),
        paragraph=paragraph_numbers(),
    )
    write_pdf(page, paper, edition)
    return page, paper


def about_release(edition: Edition) -> dict[str, object]:
    """What the template says of the release, and the published names that it lists."""
    return {
        "edition": edition,
        "house": edition.house,
        "version": VERSION,
        "period": in_words(edition.period.document_months),
        "latest": edition.period.latest,
        "next_published": date_in_words(edition.next_published),
        "workbooks": MONTHLY_TABLES,
        "modalities": by_volume(),
    }


def computed_sentences(tables: ReleaseTables, edition: Edition) -> dict[str, object]:
    """The sentences worked out from the tables, by their name in the template."""
    latest = edition.period.latest
    return {
        "headline_messages": headlines.headline_messages(tables, latest),
        "commonest_modalities": headlines.commonest_modalities(tables, latest),
        "modality_changes": headlines.modality_changes(tables, latest),
        "same_day_tests": headlines.same_day_tests(tables, latest),
        "longest_waits": headlines.longest_waits(tables, latest),
        "report_times": headlines.report_times(tables, latest),
        "cancer_groups": headlines.cancer_group_sentences(tables, latest),
        "fewest_tests": FEWEST_TESTS,
    }


def document_table(table: ProtectedTable) -> DocumentTable:
    """A protected table as text, without months and rows that have no data; modalities in order of volume."""
    spec = table.spec
    submitted = table.cells.filter((pl.col("status") != NO_DATA) & (pl.col("period") != YEAR))
    months = [month for month in table.months if str(month) in submitted["period"].unique().to_list()]
    keys = submitted.select("label", "setting").unique(maintain_order=True).rows()
    text = {tuple(key): as_text(value, status) for *key, value, status in texts(table)}
    places = {modality.modality: place for place, modality in enumerate(by_volume())}
    rows = [
        (label, *((setting,) if spec.settings else ()), *(text[label, setting, str(month)] for month in months))
        for label, setting in sorted(keys, key=lambda key: places.get(key[0], len(places)))
    ]
    row_headings = (spec.label_heading, *(("Source setting",) if spec.settings else ()))
    return DocumentTable(
        anchor=f"table-{spec.number}",
        caption=f"{spec.title}, England, {in_words(tuple(months)) if months else 'no data'}",
        headings=(*row_headings, *(f"{month.short} {month.year}" for month in months)),
        row_headings=len(row_headings),
        rows=tuple(rows),
    )


def months_without_data(table: ProtectedTable) -> str:
    """In words, the months for which a table has no data at all; nothing where it has some for each.

    A hidden value is data.
    """
    submitted = set(table.cells.filter(pl.col("status") != NO_DATA)["period"])
    months = [month for month in table.months if str(month) not in submitted]
    return spans(months) if months else ""


def texts(table: ProtectedTable) -> list[tuple[str, str, str, float | None, str]]:
    """Label, setting, period, value and status of each England cell."""
    england = table.cells.filter(pl.col("org_code") == ENGLAND_CODE)
    return england.select("label", "setting", "period", "value", "status").rows()


def as_text(value: float | None, status: str) -> str:
    """`1,234`, `12.5`, `*` where suppressed, empty without data: as the key of every table says."""
    if status == SUPPRESSED:
        return "*"
    return "" if value is None else f"{value:,g}" if value < 1000 else f"{value:,.0f}"


def by_volume() -> list[Modality]:
    """The modalities of Tables 1 to 3 in the document's order: by usual volume."""
    return sorted((m for m in modalities() if m.in_provider_tables), key=lambda m: m.volume_order)


def charts_of(charts: Sequence[Chart], section: str) -> list[Chart]:
    """The charts that stand in a section of the document, in the order given."""
    return [chart for chart in charts if section_of(chart) == section]


def section_of(chart: Chart) -> str:
    """The section in which a chart stands."""
    return next((section for start, section in CHART_SECTIONS if chart.name.startswith(start)), LAST_SECTION)


def paragraph_numbers() -> Callable[[str], str]:
    """What numbers the paragraphs of each section: `3.1.1`, `3.1.2`."""
    used: Counter[str] = Counter()

    def number(section: str) -> str:
        used[section] += 1
        return f"{section}.{used[section]}"

    return number


def write_pdf(page: Path, paper: Path, edition: Edition) -> None:
    """Set the web page as PDF/UA-1, refused where it breaks that standard.

    Dated with the release and set in fonts that come with matplotlib: the same bytes on every machine.
    """
    about = {
        "page": page.name,
        "published": edition.published.isoformat(),
        "author": edition.house.organisation,
    }
    fonts = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[Path(mpl.get_data_path()) / "fonts" / "ttf"],
    )
    style = (bundled("templates") / "document.typ").read_bytes()
    typst.Compiler(style, root=page.parent, font_paths=fonts, sys_inputs=about).compile(
        output=paper,
        pdf_standards="ua-1",
        timestamp=datetime.combine(edition.published, time(), UTC),
    )
