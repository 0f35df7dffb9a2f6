"""The statistical release document: one template, given as an accessible web page and as tagged PDF/UA.

The PDF is made from the web page itself: `templates/document.typ` reads it and sets each element, so that the
words, tables and charts of both forms are the same.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, time
from functools import partial
from pathlib import Path
from typing import Final

import matplotlib as mpl
import typst

from publish.bundled import bundled
from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.period import date_in_words, in_words
from publish.tables.further import USE_BY_BOARD
from publish.writing import headlines
from publish.writing.charts import Chart
from publish.writing.content import ReleaseTables
from publish.writing.document_tables import by_volume, document_table, months_without_data
from publish.writing.earlier_years import earlier_years
from publish.writing.fillings import others_too
from publish.writing.page import write_page
from publish.writing.patients import age_and_sex, deprivation, ethnic_groups, found, use_by_board
from publish.writing.provider_issues import NO_ISSUES, by_heading
from publish.writing.spoken import Spoken, spoken_of
from publish.writing.wording import FEWEST_TESTS

MONTHLY_STEM: Final = "Provisional-Monthly-Diagnostic-Imaging-Dataset-Statistics"
ANNUAL_STEM: Final = "Annual-Diagnostic-Imaging-Dataset-Statistics"  # then the year
VERSION: Final = "1.0"

# The chapters of the document and their sections, by the name under which other parts of the page lead to them.
CHAPTERS: Final = {
    "introduction": ("Introduction", {"acronyms": "Frequently Used Acronyms"}),
    "headlines": ("Headline Messages", {}),
    "data": (
        "Current Data",
        {
            "activity": "Imaging Activity",
            "times": "Patient Test Times",
            "cancer": "Imaging Tests that could contribute to Early Diagnosis of Cancer",
            "patients": "Activity by Characteristics of Patients",
            "earlier": "Comparison with Earlier Years",
        },
    ),
    "annex": (
        "Annex",
        {"glossary": "Glossary", "quality": "Data Quality Statement", "contact": "Contact Us"},
    ),
}
# The section in which a chart stands, by the beginning of its name; others stand at the end of section 3.3.
CHART_SECTIONS: Final = (
    ("activity-by-modality", "activity"),
    ("activity-by-age", "patients"),
    ("medians", "times"),
    ("providers", "times"),
)
LAST_SECTION: Final = "cancer"


def write_document(
    tables: ReleaseTables, charts: Sequence[Chart], edition: Edition, policy: Policy, folder: Path
) -> tuple[Path, Path]:
    """Write the document to `folder` and return its HTML and its PDF.

    The charts' files must be inside `folder`. Same inputs, same bytes. Rule: publication specification,
    The statistical release document.
    """
    page, paper = (folder / f"{file_stem(edition)}.{ending}" for ending in ("html", "pdf"))
    write_page(
        "document.html.jinja",
        page,
        **content(tables, edition),
        page_name=page.name,
        pdf_name=paper.name,
        folder=folder,
        policy=policy,
        others_too=others_too(policy),
        charts_of=partial(charts_of, charts),
        paragraph=paragraph_numbers(),
    )
    write_pdf(page, paper, edition)
    return page, paper


def file_stem(edition: Edition) -> str:
    """The names of its files without their ending, with the marks of a draft and, monthly, the date."""
    return edition.dated(f"{ANNUAL_STEM}-{edition.period.year}" if edition.period.annual else MONTHLY_STEM)


def content(tables: ReleaseTables, edition: Edition) -> dict[str, object]:
    """What the document says, by its name in the template."""
    spoken, year = spoken_of(tables, edition.period), "Year" if edition.period.annual else ""
    of_the_year = parts_of_the_year(tables, spoken, edition)
    return {
        **about_release(tables, edition),
        **computed_sentences(tables, spoken),
        **of_the_year,
        "spoken": spoken,
        "sections": sections(without=[part for part in ("patients", "earlier") if not of_the_year[part]]),
        "tables": {number: document_table(table, year) for number, table in tables.england.items()},
        "issues": by_heading(tables.issues),
        "no_issues": NO_ISSUES,
        "empty_months": months_without_data(tables.england["1"]),
    }


def about_release(tables: ReleaseTables, edition: Edition) -> dict[str, object]:
    """What the template says of the release, and the published names that it lists."""
    return {
        "edition": edition,
        "house": edition.house,
        "version": VERSION,
        "annual": edition.period.annual,
        "kind": "annual" if edition.period.annual else "monthly",
        "year": edition.period.year.label,
        "period": in_words(edition.period.document_months),
        "next_published": date_in_words(edition.next_published),
        "workbooks": [workbook.spec for workbook in tables.workbooks],
        "modalities": by_volume(),
    }


def computed_sentences(tables: ReleaseTables, spoken: Spoken) -> dict[str, object]:
    """The sentences worked out from the tables, by their name in the template."""
    return {
        "headline_messages": headlines.headline_messages(tables, spoken),
        "commonest_modalities": headlines.commonest_modalities(spoken),
        "modality_changes": headlines.modality_changes(spoken),
        "same_day_tests": headlines.same_day_tests(tables, spoken),
        "longest_waits": headlines.longest_waits(tables, spoken),
        "report_times": headlines.report_times(tables, spoken),
        "cancer_groups": headlines.cancer_group_sentences(tables, spoken),
        "fewest_tests": FEWEST_TESTS,
    }


def parts_of_the_year(tables: ReleaseTables, spoken: Spoken, edition: Edition) -> dict[str, object]:
    """What only the annual document has, by its name in the template; nothing where there is no such table."""
    characteristics = {
        "age_and_sex": age_and_sex(tables, spoken),
        "ethnic_groups": ethnic_groups(tables, spoken),
        "deprivation": deprivation(tables, spoken),
    }
    return {
        "patients": any(characteristics.values()),
        **characteristics,
        "rates": found(tables, USE_BY_BOARD) is not None,
        "use_by_board": use_by_board(tables, spoken),
        "earlier": earlier_years(tables, spoken, edition) if edition.period.annual else None,
    }


def sections(without: Collection[str]) -> dict[str, tuple[str, str]]:
    """The number and the heading of each chapter and section, but for those that this document does not have."""
    found: dict[str, tuple[str, str]] = {}
    for chapter, (name, (heading, inner)) in enumerate(CHAPTERS.items(), start=1):
        found[name] = (str(chapter), heading)
        kept = {inner_name: words for inner_name, words in inner.items() if inner_name not in without}
        found |= {each: (f"{chapter}.{place}", words) for place, (each, words) in enumerate(kept.items(), start=1)}
    return found


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
