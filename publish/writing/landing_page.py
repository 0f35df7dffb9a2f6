"""The landing page of a release: what it is, what changed, and every file for download."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publish.edition import Edition
from publish.period import date_in_words
from publish.reference.vocabulary import cancer_groups
from publish.writing.content import ReleaseTables
from publish.writing.csv_files import csv_stem
from publish.writing.fillings import Fillings
from publish.writing.page import write_page

DOCUMENT: Final = "Statistical release document"
ACCESSIBLE: Final = "Accessible edition: every table in one workbook, for screen readers and other programs"
DOCUMENT_FORMS: Final = (".html", ".pdf")
ALL_TABLES: Final = "All tables together"
# The folders of a release in the order of the page, each with its heading and what is in it.
FOLDERS: Final = {
    "tables": (
        "Tables",
        "England and each provider, region, board or commissioner, with notes on how to use the figures.",
    ),
    "csv": ("Data files", "The figures of the tables with a line for each, for use by other programs."),
    "charts": ("Charts and their data", "The charts of the statistical release document."),
}
OTHER_FILES: Final = ("Other files", "")

CHART_NAMES: Final = {
    "activity-by-modality": "Activity by modality",
    "medians-by-modality": "Median times by modality",
    "providers-request-to-test": "Median time from request to test, by provider",
    "activity-by-age-and-sex": "Activity by age and sex",
    **{
        f"activity-{group.common_name.lower().replace(' ', '-')}": f"Activity: {group.common_name}"
        for group in cancer_groups()
    },
}


@dataclass(frozen=True)
class Download:
    """What can be downloaded about one subject, in one or more forms."""

    subject: str
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Group:
    """A heading of the landing page and its downloads."""

    heading: str
    explanation: str
    downloads: tuple[Download, ...]


def write_landing_page(
    tables: ReleaseTables, edition: Edition, files: Sequence[Path], changes: Sequence[str], folder: Path
) -> Path:
    """Write the page that lists `files`, all of them inside `folder`, and return it.

    Called `index.html`, as a web server looks for it, with the mark of a draft alone: made-up records are named
    in the page. Rule: publication specification, Calendar (date, time, next release).
    """
    names = names_of_stems(tables, edition)
    subjects = {file: subject(file, names, edition) for file in files}
    document = [file for file in files if subjects[file] == DOCUMENT]
    return write_page(
        "index.html.jinja",
        folder / f"{'DRAFT-' if edition.draft else ''}index.html",
        edition=edition,
        house=edition.house,
        next_published=date_in_words(edition.next_published),
        changes=changes,
        document=Download(DOCUMENT, tuple(sorted(document, key=lambda file: DOCUMENT_FORMS.index(file.suffix)))),
        groups=tuple(grouped((file for file in files if file not in document), subjects, names.values(), folder)),
        folder=folder,
    )


def grouped(
    files: Iterable[Path], subjects: Mapping[Path, str], published: Iterable[str], folder: Path
) -> Iterator[Group]:
    """The groups of the page that have files: by folder, in published order, the rest as given."""
    order = [ACCESSIBLE, *dict.fromkeys(published), *CHART_NAMES.values()]
    found: dict[tuple[str, str], dict[str, list[Path]]] = {words: {} for words in (*FOLDERS.values(), OTHER_FILES)}
    for file in files:
        words = FOLDERS.get(file.relative_to(folder).parts[0], OTHER_FILES)
        found[words].setdefault(subjects[file], []).append(file)
    for (heading, explanation), downloads in found.items():
        if downloads:
            ordered = sorted(downloads, key=lambda name: order.index(name) if name in order else len(order))
            yield Group(
                heading, explanation, tuple(Download(subject, tuple(downloads[subject])) for subject in ordered)
            )


def names_of_stems(tables: ReleaseTables, edition: Edition) -> dict[str, str]:
    """What the workbooks and CSV files of the tables are about, by file stem, in published order."""
    names: dict[str, str] = {}
    for workbook in tables.workbooks:
        spec = workbook.spec
        names[edition.table_stem(spec.number, spec.file_stem)] = spec.name
        for table in workbook.tables:
            filled = Fillings(table, edition, tables.policy)
            ending = f", {filled.quarter}" if filled.quarter else ""
            names.setdefault(csv_stem(table, spec, edition, tables.policy), table.spec.name + ending)
    return names


def subject(file: Path, names: Mapping[str, str], edition: Edition) -> str:
    """What a file is about: `Table 1: Count of …`, `Activity by modality`; else its name in plain words."""
    stem = file.name.split(".")[0]
    if stem in names:
        return names[stem]
    plain = stem.removeprefix(edition.file_name(""))
    if file.suffix in DOCUMENT_FORMS:
        return DOCUMENT
    if file.suffix == ".ods":
        return ACCESSIBLE
    if plain.startswith("DID-All-Tables"):
        return ALL_TABLES
    return CHART_NAMES.get(plain, plain.replace("-", " ").capitalize())
