"""What workbooks in the published layout cannot meet, each with its reason.

Readers' programs look for cells by their place, so the places stay. A workbook has that layout if it begins with
a sheet called `Title page` and the labels of a title block stand in column B of another, from one of its first
rows on.
Rule: publication specification, Workbook style.
"""

import re
from typing import Final, NamedTuple

from publish.accessibility.book import Book, Place, Sheet
from publish.accessibility.point import Finding

_FIRST_SHEET: Final = "Title page"
_BLOCK_STARTS: Final = (1, 2, 3)
_LABELS: Final = ("Title:", "Summary:", "Period:")


class Exempt(NamedTuple):
    """A point, what of its findings the layout forces (a pattern of their sentences), and why."""

    point: str
    findings: str
    reason: str


_TITLE: Final = "The title stands in C2 beside its label, and on the title page in A4."
_SYMBOL: Final = "The published tables have * for a suppressed value."

EXCEPTIONS: Final = (
    Exempt("T4", "the row is blank", "One empty row stands between England and the providers."),
    Exempt("T9", "'-' stands", "The published tables have - for the region and the code of England."),
    Exempt("T11", "", "The published headings have no units."),
    Exempt(
        "T12", "the heading is written", "The published headings of some tables differ from each other in a word."
    ),
    Exempt("T13", "shows another number", "A median shows a decimal only where it has a half day, as published."),
    Exempt("T15", "a code stands in one cell", "The official names of sub-ICB locations end in their codes."),
    Exempt("N1", r"the symbol \*", _SYMBOL),
    Exempt("N6", r"'\*' stands", _SYMBOL),
    Exempt("N8", "[&%] is written", "The published headings have & and %."),
    Exempt("F3", "the text has a colour", "Titles are blue, and the notices of a draft red, as published."),
    Exempt("F4", "", _TITLE),
    Exempt("F6", "", "The published header is shaded, and its cells and the rows have thin lines."),
    Exempt("F10", "a year is shortened", "The published period is written as 2022/23."),
    Exempt("S1", "the name is longer", "The published names of sheets have spaces."),
    Exempt("S3", "", "Column A is a margin; labels stand in column B and their values beside them."),
    Exempt("S4", "", "The table begins in column B, beside the margin."),
    Exempt("S5", "", "Notes and key stand below the table; the title page goes on below its list of regions."),
    Exempt("S6", "", "Headings repeat under two groups: such a table is marked up in two parts, side by side."),
    Exempt("S8", "", "The title page lists the sheets, each with a link."),
    Exempt("S10", "", _TITLE),
    Exempt("P7", "the name of the file", "Readers find the files by their published names."),
)


def excepted(number: str, findings: tuple[Finding, ...]) -> tuple[str, tuple[Finding, ...]]:
    """Why the published layout cannot meet a point, and the findings that are none the less to be mended."""
    for exempt in EXCEPTIONS:
        if exempt.point == number:
            return exempt.reason, tuple(each for each in findings if not re.match(exempt.findings, each.sentence))
    return "", findings


def has_published_layout(book: Book) -> bool:
    """Whether a workbook keeps the layout of the published ones."""
    return book.sheets[0].name == _FIRST_SHEET and any(map(_has_title_block, book.sheets[1:]))


def _has_title_block(sheet: Sheet) -> bool:
    return any(_labels(sheet, row) == _LABELS for row in _BLOCK_STARTS)


def _labels(sheet: Sheet, first: int) -> tuple[str, ...]:
    cells = (sheet.written.get(Place(row, 2)) for row in range(first, first + len(_LABELS)))
    return tuple(cell.text.strip() if cell else "" for cell in cells)
