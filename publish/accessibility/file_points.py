"""The points about the file and the document, before it is published (P1 to P8)."""

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from publish.accessibility.book import Book
from publish.accessibility.point import Finding, at, desirable, essential, of_book, on

_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_PROGRAMS: Final = re.compile(r"openpyxl|microsoft|user|admin(istrator)?|unknown|libreoffice|odfdo|.*\bUser", re.I)
_ORGANISATION: Final = re.compile(
    r"\b(?:NHS|England|Wales|Scotland|Ireland|Britain|UK|Kingdom|Office|Department|Ministry|Trust|Teams?|Service|"
    r"Statistics|Statistical|University|Council|Agency|Authority|Board|Institute|Directorate|Analysis|Ltd|Limited|"
    r"Government|Health|Commission|Centre|Unit|Organisation)\b"
)
_NAME_OF_A_PERSON: Final = re.compile(
    r"[A-Z][\w'’-]+(?: [A-Z]\.?)*(?: [A-Z][\w'’-]+){1,2}|[^,]+, ?[^,]+(?:\(.*\))?"
)
_LONGEST_NAME: Final = 60
_FILE_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.(?:xlsx|ods)")
_VERSION: Final = re.compile(r"(?:^|-)(?:v\d+|version|final|draft|copy|new|latest)(?:-|\.|$)")


def described(book: Book) -> Iterator[Finding]:
    """P3: what is essential of it."""
    if not book.title.strip():
        yield of_book("the document has no title among its properties")
    if not _LANGUAGE.fullmatch(book.language.strip()):
        yield of_book("the document has no language among its properties")


def author_and_keywords(book: Book) -> Iterator[Finding]:
    """P3: what is desirable of it.

    Who the author is cannot be known. The name counts as a person's where it has a comma, as `Last, First`, or is
    two or three capitalised words, unless one of its words is one that organisations have.
    """
    author = book.author.strip()
    if not author or _PROGRAMS.fullmatch(author):
        yield of_book("the document has no author among its properties, or the name of a program")
    elif _NAME_OF_A_PERSON.fullmatch(author) and not _is_organisation(author):
        yield of_book("the author of the document is a person, not the organisation, by the look of the name")
    if not book.keywords.strip():
        yield of_book("the document has no keywords among its properties")


def _is_organisation(author: str) -> bool:
    """A word of an organisation counts before the comma only: `Last, First (NHS ENGLAND)` is a person."""
    return "," not in author and bool(_ORGANISATION.search(author))


def cursor_at_the_beginning(book: Book) -> Iterator[Finding]:
    """P4."""
    for sheet in book.shown:
        if sheet.cursor != "A1":
            yield at(sheet, sheet.cursor, "the cursor stands here, or the sheet is scrolled here, not at A1")
    if book.active and book.shown and book.active != book.shown[0].name:
        yield on(next((each for each in book.sheets if each.name == book.active), book.shown[0]), "is shown first")


def open_format(book: Book) -> Iterator[Finding]:
    """P5."""
    if book.form != "ods" and not book.companions:
        yield of_book("the file is no ODS, and no ODS stands beside it in its folder")


def file_name(book: Book) -> Iterator[Finding]:
    """P7."""
    if not _FILE_NAME.fullmatch(book.file):
        yield of_book("the name of the file is not of lower-case letters, figures and dashes")
    if len(PurePath(book.file).stem) > _LONGEST_NAME:
        yield of_book(f"the name of the file is longer than {_LONGEST_NAME} letters")
    if _VERSION.search(PurePath(book.file).stem.casefold()):
        yield of_book("the name of the file gives a version, or says that it is a draft or final")


POINTS = (
    essential("P1", "Spelling and grammar are right."),
    desirable("P2", "The accessibility checker of a spreadsheet program has been run."),
    essential("P3", "The document has a title and a language.", described),
    desirable("P3a", "The author is the organisation, not a person, and there are keywords.", author_and_keywords),
    essential("P4", "The cursor is in A1 of every sheet, and the first sheet is shown.", cursor_at_the_beginning),
    desirable("P5", "The file is an ODS, or one stands beside it.", open_format),
    desirable("P6", "Of all versions of the data at least one is accessible."),
    desirable("P7", "The name of the file: lower case, dashes, 60 letters at most, no version.", file_name),
    desirable("P8", "The landing page has a summary, a contact, and links."),
)
