"""What goes with the figures: notes and key of every table, guidance, the release note.

Rule: publication specification, Workbook style: notes and key stand at the foot of every sheet.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from publish.review.check import Verdict
from publish.review.checks.dates import tables_of_sheets
from publish.review.checks.draft import Outcome, failed_where, how_many, look_where, table_word
from publish.review.checks.finished import FinishedFiles, Page, words
from publish.review.seen import Line, Workbook

GUIDANCE: Final = "When using this data"
QUALITY: Final = "Data Quality Statement"
WHAT_CHANGED: Final = "What has changed"
NO_CHANGES: Final = "No changes have been recorded"
_NOTE: Final = re.compile(r"\d+\. \S")
_MARKER: Final = re.compile(r"\[note \d+\]")
_MEANING: Final = re.compile(r"\[[a-z]+\] = \S|.+ = \S")


def notes(finished: FinishedFiles) -> Outcome:
    """Every table has notes and a key: at its foot, in the accessible edition by its markers."""
    books = [book for book in finished.workbooks if not book.refused]
    tables = {id(table): table_word(table) for table in finished.tables}
    seen: set[int] = set()
    places: list[str] = []
    for book in books:
        listed = tables_of_sheets(book, finished) if book.form == "xlsx" else []
        seen |= {id(table) for _, table in listed}
        names = tuple(sheet for sheet, _ in listed) or book.of_figures
        places += [place for sheet in names for place in _lacking(book, sheet)]
    places += [f"{word}: no sheet of a workbook holds it" for key, word in tables.items() if key not in seen]
    return failed_where(
        places,
        f"{how_many(len(places), 'table lacks', 'tables lack')} notes or a key, or a sheet of a workbook.",
        f"All {len(tables)} tables have notes and a key, in the workbooks and in the accessible edition.",
    )


def _lacking(book: Workbook, sheet: str) -> Iterator[str]:
    lines = [line for line in book.lines if line.sheet == sheet]
    if book.form == "ods":
        if not lines or not _MARKER.search(lines[0].text):
            yield f"{book.file}, {sheet}: no marker of a note stands in the title of the table"
        return
    if not any(map(_NOTE.match, _under(lines, "Notes:"))):
        yield f"{book.file}, {sheet}: no note stands under the table"
    if not any(map(_MEANING.match, _under(lines, "Key"))):
        yield f"{book.file}, {sheet}: no key stands under the table"


def _under(lines: Sequence[Line], heading: str) -> list[str]:
    """The texts under the last line that says so, up to the next heading."""
    starts = [place for place, line in enumerate(lines) if line.text.strip() == heading]
    following = [line.text.strip() for line in lines[starts[-1] + 1 :]] if starts else []
    end = next((place for place, text in enumerate(following) if text in ("Key", "Notes:")), len(following))
    return following[:end]


def footnotes_unused(finished: FinishedFiles) -> Outcome:
    """Numbers of notes that no table uses, or that are used and not given."""
    places = [f"{book.file}, {found}" for book in finished.workbooks for found in book.footnotes]
    return look_where(
        places,
        f"{how_many(len(places), 'note is', 'notes are')} used and not given, or given and used nowhere.",
        "Every note that a marker names is given, and every note is used.",
    )


def data_guidance(finished: FinishedFiles) -> Outcome:
    """How to use the figures stands on every title page, and how good they are in the document."""
    places = [
        f"{book.file}: its title page does not say {GUIDANCE!r}"
        for book in finished.workbooks
        if book.form == "xlsx" and not _has_guidance(book)
    ]
    document = finished.document
    if document is None or not _section(document, QUALITY):
        places.append(f"{document.file if document else 'the statistical release document'}: no {QUALITY}")
    return failed_where(
        places,
        f"Guidance on the data is missing in {how_many(len(places), 'file', 'files')}.",
        f"Every title page says {GUIDANCE!r}, and the document has its {QUALITY}.",
    )


def _has_guidance(book: Workbook) -> bool:
    front = [line for line in book.lines if line.sheet == book.sheets[0]]
    places = [place for place, line in enumerate(front) if line.text.strip() == GUIDANCE]
    return bool(places) and any(line.column > front[places[0]].column for line in front[places[0] + 1 :][:1])


def _section(page: Page, heading: str) -> list[str]:
    """The words between a heading and the next of its rank; nothing where there is no such heading."""
    for found in page.root.iter("h1", "h2", "h3"):
        if words(found).endswith(heading):
            following = found.itersiblings()
            held: list[str] = []
            for element in following:
                if element.tag in ("h1", "h2", found.tag):
                    break
                held.append(words(element))
            return [text for text in held if text]
    return []


def release_note(finished: FinishedFiles) -> Outcome:
    """The landing page says what changed, and the statistical release document is there in both its forms."""
    page = finished.landing_page
    if page is None:
        return Outcome(Verdict.FAILED, "There is no landing page.", ("index.html is not there",))
    changes = [text for text in _section(page, WHAT_CHANGED) if not text.startswith(NO_CHANGES)]
    places = [] if changes else [f"{page.file}: nothing stands under {WHAT_CHANGED!r}"]
    forms = {file.rpartition(".")[2] for file in finished.files if "/" not in file and file != page.file}
    places += [
        f"the statistical release document is not there as {form.upper()}"
        for form in ("html", "pdf")
        if form not in forms
    ]
    return failed_where(
        places,
        "What goes with the release is incomplete.",
        "The landing page says what has changed, and the statistical release document is there as page and PDF.",
    )
