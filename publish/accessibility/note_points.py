"""The points about footnotes and shorthand (N1 to N8)."""

import re
from collections.abc import Iterator
from typing import Final

from publish.accessibility.book import Book, Cell, Place, Sheet, Table, is_stand_in
from publish.accessibility.point import (
    Finding,
    NotApplicable,
    at,
    columns_of_numbers,
    desirable,
    essential,
    headers,
    on,
    shortened,
    texts,
)

_SYMBOLS: Final = re.compile(r"[*†‡^§¶⁰¹²³⁴⁵⁶⁷⁸⁹]")
MARKER: Final = re.compile(r"\[note (\d+)\]")
_LIKE_A_MARKER: Final = re.compile(r"\[\s*(?:foot)?notes?\b[^\]]*\]|\((?:foot)?note \d+\)|\[\d+\]", re.I)
_SEPARATED: Final = re.compile(r"\[note \d+\](?:[,;]\s*| +)\[note \d+\]")
_LISTED: Final = re.compile(r"\[?note (\d+)\]?", re.I)
_SHORTHAND: Final = re.compile(r"\[(?!note\b)([a-z]{1,4}\d{0,2})\]")
_EXPLAINED: Final = re.compile(
    r"\[(?!note\b)([a-z]{1,4}\d{0,2})\]\W{0,2}\s*(?:=|:|means?|is|indicates?|stands? for)\s*\w"
)
_BESIDE_A_NUMBER: Final = re.compile(r"\d\s*\[(?!note\b)|\[(?!note\b)[a-z]{1,4}\d{0,2}\]\s*\d")
_BESIDE_A_HEADING: Final = re.compile(r"[^\n\]] *\[note")
_SAYS_NOTES: Final = re.compile(r"\bnotes?\b", re.I)
_BARE_SYMBOLS: Final = re.compile(r"[%&]|#(?!\w)|(?<!\w)#|\s@\s")


def no_symbols(book: Book) -> Iterator[Finding]:
    """N1."""
    for sheet, place, cell in texts(book):
        found = _SYMBOLS.search(cell.text)
        if found:
            yield at(sheet, place, f"the symbol {found[0]} is no marker that is read out")
        elif cell.look.raised:
            yield at(sheet, place, "part of the text is raised or lowered")


def markers_as_they_should_be(book: Book) -> Iterator[Finding]:
    """N2."""
    _markers_or_not_applicable(book)
    for sheet, place, cell in texts(book):
        odd = next((mark for mark in _LIKE_A_MARKER.findall(cell.text) if not MARKER.fullmatch(mark)), None)
        if odd or _SEPARATED.search(cell.text):
            yield at(sheet, place, f"the marker {odd or 'of several notes'} is not written as [note 1][note 2]")


def _markers_or_not_applicable(book: Book) -> None:
    if not any(_LIKE_A_MARKER.search(cell.text) for _, _, cell in texts(book)):
        raise NotApplicable("it has no note markers")


def markers_in_their_place(book: Book) -> Iterator[Finding]:
    """N3."""
    _markers_or_not_applicable(book)
    for sheet in book.of_data:
        for table in sheet.tables:
            yield from _markers_in_headings(sheet, table)
            yield from _markers_among_figures(sheet, table)


def _markers_in_headings(sheet: Sheet, table: Table) -> Iterator[Finding]:
    for place, cell in headers(sheet, table):
        if cell and _BESIDE_A_HEADING.search(cell.text):
            yield at(sheet, place, "the marker does not stand on a line of its own under the heading")


def _markers_among_figures(sheet: Sheet, table: Table) -> Iterator[Finding]:
    for column in range(table.area.left, table.area.right + 1):
        if sheet.is_of_numbers(table, column):
            marked = (place for place, cell in sheet.column(table, column).items() if MARKER.search(cell.text))
            yield from (at(sheet, place, "a note marker stands among the figures") for place in marked)


def notes_listed_and_used(book: Book) -> Iterator[Finding]:
    """N4. Markers on the cover explain how they look; those of the Notes sheet list the notes."""
    notes, cover = book.notes, book.cover
    used: dict[str, Finding] = {}
    for sheet, place, cell in texts(book):
        if sheet not in (notes, cover):
            for number in MARKER.findall(cell.text):
                used.setdefault(number, at(sheet, place, f"[note {number}] is not on a sheet called Notes"))
    if not used and notes is None:
        raise NotApplicable("it has no note markers and no sheet called Notes")
    listed = _listed(notes) if notes else {}
    yield from (finding for number, finding in used.items() if number not in listed)
    if notes:
        unused = ((number, place) for number, place in listed.items() if number not in used)
        yield from (at(notes, place, f"[note {number}] is used nowhere") for number, place in unused)
        if len(notes.tables) != 1:
            yield on(notes, "the notes are not in one table")


def _listed(notes: Sheet) -> dict[str, Place]:
    cells = ((place, _LISTED.fullmatch(cell.text.strip())) for place, cell in notes.written.items())
    return {found[1]: place for place, found in cells if found}


def notes_announced(book: Book) -> Iterator[Finding]:
    """N5."""
    _markers_or_not_applicable(book)
    for sheet in book.of_data:
        inside = any(MARKER.search(cell.text) for cell in sheet.written.values())
        if inside and not _SAYS_NOTES.search(MARKER.sub("", _statements(sheet))):
            yield on(sheet, "column A does not say above the table that there are notes, and where")
    if book.cover and not any(MARKER.search(cell.text) for cell in book.cover.written.values()):
        yield on(book.cover, "the cover does not show what note markers look like")


def _statements(sheet: Sheet) -> str:
    """What column A says above the tables, the title left out."""
    return sheet.above.removeprefix(sheet.title)


def shorthand_explained(book: Book) -> Iterator[Finding]:
    """N6."""
    used_at: dict[str, Finding] = {}
    legends: set[str] = set()
    for sheet in book.shown:
        used, legend = _shorthand_in(sheet), dict.fromkeys(_EXPLAINED.findall(sheet.above))
        legends |= set(legend)
        missing = ((token, place) for token, place in used.items() if token not in legend)
        yield from (at(sheet, place, f"[{token}] is not explained above in column A") for token, place in missing)
        if sheet.tables and sheet not in (book.cover, book.notes):
            idle = (token for token in legend if token not in used)
            yield from (at(sheet, "A", f"[{token}] is explained, but not used in the table") for token in idle)
        for token, place in used.items():
            used_at.setdefault(token, at(sheet, place, f"[{token}] is not explained on the cover"))
        yield from _without_brackets(sheet)
    if not used_at and not legends and not _stand_ins(book):
        raise NotApplicable("it has no shorthand")
    yield from _not_on_the_cover(book, used_at)


def _shorthand_in(sheet: Sheet) -> dict[str, Place]:
    """The shorthand of the tables of a sheet, each with the first cell that has it."""
    used: dict[str, Place] = {}
    bodies = [(table.area, sheet.body(table)) for table in sheet.tables]
    for place, cell in sheet.texts.items():
        found = _SHORTHAND.findall(cell.text) if "[" in cell.text else ()
        if found and any(area.holds(place) and place.row in body for area, body in bodies):
            for token in found:
                used.setdefault(token, place)
    return used


def _without_brackets(sheet: Sheet) -> Iterator[Finding]:
    for table in sheet.tables:
        for column in range(table.area.left, table.area.right + 1):
            cells = sheet.column(table, column) if sheet.is_of_numbers(table, column) else {}
            for place, cell in cells.items():
                if is_stand_in(cell) and not cell.text.strip().startswith("["):
                    yield at(sheet, place, f"{cell.text.strip()!r} stands for a value without square brackets")


def _stand_ins(book: Book) -> bool:
    return any(True for sheet in book.shown for _ in _without_brackets(sheet))


def _not_on_the_cover(book: Book, used: dict[str, Finding]) -> Iterator[Finding]:
    if book.cover:
        said = "\n".join(cell.text for cell in book.cover.written.values())
        known = _EXPLAINED.findall(said)
        yield from (finding for token, finding in used.items() if token not in known)


def shorthand_alone(book: Book) -> Iterator[Finding]:
    """N7."""
    for sheet, table, column in columns_of_numbers(book):
        for place, cell in sheet.column(table, column).items():
            if _BESIDE_A_NUMBER.search(cell.text):
                yield at(sheet, place, "shorthand stands beside a number in one cell")


def words_for_symbols(book: Book) -> Iterator[Finding]:
    """N8. The body of a table is left out: names of organisations are as they are."""
    for sheet, place, cell in texts(book):
        found = None if _is_body(sheet, place, cell) else _BARE_SYMBOLS.search(cell.text)
        if found:
            yield at(sheet, place, f"{found[0].strip()} is written for a word: {shortened(cell.text)}")


def _is_body(sheet: Sheet, place: Place, cell: Cell) -> bool:
    inside = (table for table in sheet.tables if table.area.holds(place))
    return bool(cell.link) or any(place.row in sheet.body(table) for table in inside)


POINTS = (
    essential("N1", "No raised numbers and no symbols point to notes or stand for values.", no_symbols),
    desirable("N2", "Note markers are written [note 1], several as [note 1][note 2].", markers_as_they_should_be),
    desirable(
        "N3", "Markers stand in titles, labels, or under headings; never in figures.", markers_in_their_place
    ),
    desirable(
        "N4", "Notes stand in one table on a sheet called Notes, all used and none missing.", notes_listed_and_used
    ),
    desirable("N5", "Above a table it is said that there are notes; on the cover how they look.", notes_announced),
    essential(
        "N6", "Shorthand has square brackets and is explained above its table in column A.", shorthand_explained
    ),
    desirable("N7", "Shorthand takes the place of a value and never stands beside it.", shorthand_alone),
    desirable("N8", "Words stand for symbols: per cent, and.", words_for_symbols),
)
