"""The points about how a workbook is made up (S1 to S10)."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from publish.accessibility.book import Book, Place, Sheet
from publish.accessibility.point import Finding, NotApplicable, all_tables, at, desirable, essential, of_book, on

_LONGEST_NAME: Final = 31
_GIVEN_NAME: Final = re.compile(r"(sheet|tabelle|feuille?)\d*", re.I)
_NAME: Final = re.compile(r"\w+")
_NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COVER: Final = {
    "source": r"\bsource\b",
    "the day of publication": r"\bpubli(?:shed|cation)\b[^\n]*\b(?:19|20)\d\d\b",
    "the next update": r"\bnext (?:release|update|publication|edition)\b",
    "whether figures are provisional or final": r"\b(?:provisional|final|revised)\b",
    "a contact for statistics": r"\S@\S",
    "a contact for the press": r"\b(?:press|media)\b",
}
_MANY_SHEETS: Final = 4  # cover, notes and one table are found without a list of contents
_INSIDE: Final = re.compile(r"#\$?'?(?P<sheet>.+?)'?[!.]\$?(?P<cell>[A-Z]+\$?\d+)(?::.*)?")
_NUMBERED: Final = re.compile(r"(?:Table|Worksheet) \d+[a-z]?: ?\S", re.I)
_WORKSHEET: Final = re.compile(r"Worksheet \w+: ", re.I)


def tab_names(book: Book) -> Iterator[Finding]:
    """S1."""
    times = Counter(sheet.name.casefold() for sheet in book.sheets)
    for sheet in book.shown:
        if len(sheet.name) > _LONGEST_NAME or not _NAME.fullmatch(sheet.name):
            yield on(
                sheet, f"the name is longer than {_LONGEST_NAME} letters, or has spaces or signs but underscores"
            )
        elif _GIVEN_NAME.fullmatch(sheet.name) or times[sheet.name.casefold()] > 1:
            yield on(sheet, "the name says nothing, or another sheet has it too")


def no_blank_sheets(book: Book) -> Iterator[Finding]:
    """S2."""
    blank = (sheet for sheet in book.sheets if not sheet.written and not sheet.drawings)
    yield from (on(sheet, "the sheet is blank") for sheet in blank)


def column_a(book: Book) -> Iterator[Finding]:
    """S3. Cover and sheets without tables are left out."""
    sheets = [sheet for sheet in book.shown if sheet.tables and sheet is not book.cover]
    if not sheets:
        raise NotApplicable("it has no sheets with tables")
    for sheet in sheets:
        if not _is_text(sheet, 1):
            yield at(sheet, "A1", "there is no title above the table")
        if not _says_how_many(sheet):
            yield at(sheet, "A2", f"does not say: This worksheet contains {_how_many(sheet)}.")
        beside = [place for place in sheet.written if place.row < sheet.top and place.column > 1]
        yield from (at(sheet, place, "stands above the table, not in column A") for place in beside)


def _is_text(sheet: Sheet, row: int) -> bool:
    first = sheet.written.get(Place(row, 1))
    return first is not None and bool(first.text.strip()) and row < sheet.top


def _says_how_many(sheet: Sheet) -> bool:
    second = sheet.written.get(Place(2, 1))
    said = f"This worksheet contains {_how_many(sheet)}"
    return second is not None and bool(re.match(rf"{said}\b", second.text, re.I))


def _how_many(sheet: Sheet) -> str:
    tables = len(sheet.tables)
    number = _NUMBERS[tables] if tables < len(_NUMBERS) else str(tables)
    return f"{number} table{'s' if tables != 1 else ''}"


def at_the_left_edge(book: Book) -> Iterator[Finding]:
    """S4."""
    for sheet, table in all_tables(book):
        left_of_it = (each.area.right for each in sheet.tables if each.area.right < table.area.left)
        if table.area.left - max(left_of_it, default=-1) > 2:
            yield at(sheet, table.area, "the table does not begin in column A")


def nothing_below(book: Book) -> Iterator[Finding]:
    """S5."""
    all_tables(book)
    for sheet in book.shown:
        last = max((table.area.bottom for table in sheet.tables), default=None)
        below = (place for place in sheet.written if last is not None and place.row > last)
        yield from (at(sheet, place, "stands below the table") for place in below)


def one_table_a_sheet(book: Book) -> Iterator[Finding]:
    """S6."""
    several = [sheet for sheet in book.shown if len(sheet.tables) > 1]
    for sheet in several:
        if not _WORKSHEET.match(sheet.title) or not _says_how_many(sheet):
            yield on(sheet, f"there are {_how_many(sheet)}, and A1 and A2 do not say so (Worksheet 1: …)")
        for table in sheet.tables:
            heading = Place(table.area.top - 1, table.area.left)
            if heading not in sheet.written:
                yield at(sheet, table.area, "the table has no title of its own right above it")
        yield from _spaced(sheet)


def _spaced(sheet: Sheet) -> Iterator[Finding]:
    """Between two tables, the title of the second left out, there is one blank row."""
    for above, below in zip(sheet.tables, sheet.tables[1:], strict=False):
        under = above.area.left <= below.area.right and below.area.left <= above.area.right
        if under and below.area.top - above.area.bottom != 3:
            yield at(sheet, below.area, "there is not just one blank row between the table above and its title")


def cover(book: Book) -> Iterator[Finding]:
    """S7."""
    if len(book.shown) == 1:
        raise NotApplicable("it has one sheet only")
    if book.cover is None:
        yield of_book("there is no cover: the first sheet holds figures")
        return
    said = "\n".join(str(cell.value) for cell in book.cover.written.values())
    missing = (what for what, words in _COVER.items() if not re.search(words, said, re.I))
    yield from (on(book.cover, f"the cover does not give {what}") for what in missing)
    if not any(cell.link and not cell.link.startswith(("mailto:", "#")) for cell in book.cover.written.values()):
        yield on(book.cover, "the cover has no link to the release")


def contents(book: Book) -> Iterator[Finding]:
    """S8."""
    listing = book.contents
    if listing is None and len(book.shown) < _MANY_SHEETS:
        raise NotApplicable(f"it has fewer than {_MANY_SHEETS} sheets")
    if listing is None:
        yield of_book("there is no sheet of contents")
        return
    if not any(table.marked for table in listing.tables):
        yield on(listing, "the contents are not a marked-up table")
    yield from _links_of(listing, book)


def _links_of(listing: Sheet, book: Book) -> Iterator[Finding]:
    linked: set[str] = set()
    for place, cell in listing.written.items():
        found = _INSIDE.fullmatch(cell.link or "")
        if found:
            linked.add(found["sheet"].replace("''", "'"))
            if found["cell"].replace("$", "") != "A1":
                yield at(listing, place, "the link does not lead to cell A1")
            if found["sheet"].replace("''", "'") not in [sheet.name for sheet in book.shown]:
                yield at(listing, place, "the link leads to no sheet")
    missing = (sheet for sheet in book.shown if sheet not in (listing, book.cover) and sheet.name not in linked)
    yield from (on(listing, f"there is no link to the sheet {sheet.name}") for sheet in missing)


def notes_sheet(book: Book) -> Iterator[Finding]:
    """S9."""
    marked = any("[note " in cell.text for sheet in book.of_data for cell in sheet.written.values())
    if not marked and book.notes is None:
        raise NotApplicable("it has no notes")
    if book.notes is None:
        yield of_book("there is no sheet called Notes")


def numbered(book: Book) -> Iterator[Finding]:
    """S10."""
    if not book.of_data:
        raise NotApplicable("it has no sheets with figures")
    for sheet in book.of_data:
        if not _NUMBERED.match(sheet.title):
            yield at(sheet, "A1", "the title does not begin with a number, as in: Table 1: …")


POINTS = (
    essential("S1", "Names of sheets differ, say something, and have underscores for spaces.", tab_names),
    essential("S2", "No sheet is blank.", no_blank_sheets),
    essential("S3", "Column A holds the title, then how many tables, then notes, then the table.", column_a),
    essential("S4", "Tables begin in column A.", at_the_left_edge),
    desirable("S5", "Nothing stands below a table.", nothing_below),
    desirable("S6", "One table a sheet; several are announced, titled and one blank row apart.", one_table_a_sheet),
    essential("S7", "The cover gives source, dates, status, contacts and a link to the release.", cover),
    essential("S8", "A marked-up table of contents links to cell A1 of every sheet.", contents),
    desirable("S9", "Notes have a sheet of their own.", notes_sheet),
    desirable("S10", "Titles of tables are numbered (what they say of the place: a person).", numbered),
)
