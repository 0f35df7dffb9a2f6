"""The points about formatting (F1 to F12)."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Final

from publish.accessibility.book import Book, Cell, Look
from publish.accessibility.point import (
    Finding,
    NotApplicable,
    at,
    desirable,
    essential,
    of_book,
    on,
    shortened,
    texts,
)

_BARE_ADDRESS: Final = re.compile(r"\bhttps?://|\bwww\.", re.I)
_SAYS_NOTHING: Final = re.compile(
    r"(click |tap )?(here|this|link|this link|more|read more|find out more|learn more|see more|more information|"
    r"download|this page|website|page|document)[.:]?",
    re.I,
)
_DOCUMENT: Final = re.compile(r"\.(pdf|xlsx?|xlsm|ods|odt|csv|docx?|pptx?|zip|json|parquet)(?:[?#]|$)", re.I)
_TYPE_AND_SIZE: Final = re.compile(
    r"\b(pdf|xlsx?|xlsm|ods|odt|csv|docx?|pptx?|zip|json|parquet)\b.*\d.*[kMG]B\b", re.I
)
_SANS_SERIF: Final = frozenset(
    (
        *("arial", "arial narrow", "helvetica", "verdana", "calibri", "carlito", "tahoma", "aptos", "aptos narrow"),
        *("segoe ui", "liberation sans", "dejavu sans", "noto sans", "open sans", "trebuchet ms", "frutiger"),
        *("roboto", "source sans pro", "lato", "gill sans mt", "century gothic", "public sans", "inter"),
    )
)
_SMALLEST, _SMALLEST_TITLE = 10.0, 12.0  # points
_LONGEST_TITLE: Final = 250
_CONTRAST, _CONTRAST_OF_LARGE = 4.5, 3.0
_LARGE, _LARGE_BOLD = 18.0, 14.0  # points
_MONTH: Final = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATES: Final = {
    "a date is written in figures": re.compile(r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b|\b\d{4}-\d{2}-\d{2}\b"),
    "a year is shortened": re.compile(
        rf"\b(?:19|20)\d\d[-–/]\d\d\b(?!-)|\b{_MONTH}[ '’-]+\d\d\b(?![\d,]| {_MONTH})"
    ),
    "a dash stands for `to`": re.compile(
        rf"\b(?:19|20)\d\d ?[-–] ?(?:19|20)\d\d\b|\b{_MONTH}(?: \d+)? ?[-–] ?{_MONTH}"
    ),
}
_QUARTER: Final = re.compile(r"\bQ[1-4]\b")
_QUARTER_DEFINED: Final = re.compile(r"\bQ[1-4]\b\s*(?:=|:|is|means|\()|\bquarter 1\b\s*\(", re.I)


def links_described(book: Book) -> Iterator[Finding]:
    """F2."""
    names: dict[str, str] = {}
    for sheet, place, cell in texts(book):
        if cell.link is None:
            if _BARE_ADDRESS.search(cell.text):
                yield at(sheet, place, "an address is written out; it should be a link with a text of its own")
            continue
        yield from (at(sheet, place, problem) for problem in _problems_of_link(cell))
        first = names.setdefault(cell.link, cell.text.strip())
        if first != cell.text.strip():
            yield at(sheet, place, f"the same link is called {shortened(first)!r} elsewhere")


def _problems_of_link(cell: Cell) -> Iterator[str]:
    text, target = cell.text.strip(), cell.link or ""
    if _BARE_ADDRESS.search(text) or _SAYS_NOTHING.fullmatch(text):
        yield f"the link's text does not say where it leads: {shortened(text)}"
    if cell.link_text.strip() != text:
        yield "only part of the cell is the link"
    if not cell.look.underline:
        yield "the link is not underlined"
    if _DOCUMENT.search(target) and not target.startswith("#") and not _TYPE_AND_SIZE.search(text):
        yield "the link leads to a document, and does not give its type and size"


def plain_fonts(book: Book) -> Iterator[Finding]:
    """F3."""
    known: dict[tuple[int, bool, bool], str] = {}
    for sheet in book.shown:
        for place, cell in sheet.written.items():
            of = (id(cell.look), cell.link is not None, place == (1, 1))  # looks are few
            if of not in known:
                known[of] = _wrong_font(cell.look, *of[1:])
            if known[of]:
                yield at(sheet, place, known[of])


def _wrong_font(look: Look, is_link: bool, is_title: bool) -> str:
    least = _SMALLEST_TITLE if is_title else _SMALLEST
    problems = (
        (look.font.casefold() not in _SANS_SERIF, f"the font is {look.font}, not one without serifs"),
        (look.size < least, f"the font has {look.size:g} points, less than {least:g}"),
        (look.italic, "the text is in italics"),
        (look.underline and not is_link, "the text is underlined and is no link"),
        (look.rotated, "the text is not horizontal"),
        (bool(look.colour) and not is_link, f"the text has a colour of its own, {look.colour}"),
    )
    return next((sentence for wrong, sentence in problems if wrong), "")


def titles(book: Book) -> Iterator[Finding]:
    """F4."""
    known: dict[str, str] = {}
    for sheet in book.shown:
        title = sheet.title.strip()
        if not title:
            yield at(sheet, "A1", "there is no title")
        elif len(title) > _LONGEST_TITLE or title.endswith("."):
            yield at(sheet, "A1", "is a sentence or longer, not a title")
        elif title in known:
            yield at(sheet, "A1", f"the sheet {known[title]} has the same title")
        known.setdefault(title, sheet.name)


def nothing_outside_cells(book: Book) -> Iterator[Finding]:
    """F5. A header that only repeats what a cell of its sheet says takes nothing from those who cannot read it."""
    for sheet in book.shown:
        said = " ".join(" ".join(str(cell.value).split()) for cell in sheet.written.values())
        only_there = (text for text in sheet.page_texts if " ".join(text.split()) not in said)
        yield from (
            on(sheet, f"a header or footer says what no cell says: {shortened(text)}") for text in only_there
        )
        boxes = (drawn for drawn in sheet.drawings if drawn.kind == "text box")
        yield from (at(sheet, drawn.place, "there is a text box or a shape") for drawn in boxes)


def no_shading(book: Book) -> Iterator[Finding]:
    """F6."""
    for sheet in book.shown:
        for place, cell in sorted(sheet.cells.items()):
            if cell.look.fill or cell.look.border:
                yield at(
                    sheet, place, "the cell is filled with a colour" if cell.look.fill else "the cell has a border"
                )


def enough_contrast(book: Book) -> Iterator[Finding]:
    """F7."""
    for sheet in book.shown:
        for place, cell in sheet.written.items():
            look, contrast = cell.look, _contrast(cell.look.colour or "000000", cell.look.fill or "FFFFFF")
            large = look.size >= _LARGE or (look.bold and look.size >= _LARGE_BOLD)
            if contrast < (_CONTRAST_OF_LARGE if large else _CONTRAST):
                yield at(sheet, place, f"text and background have too little contrast, {contrast:.1f} to 1")


@cache
def _contrast(text: str, background: str) -> float:
    light, dark = sorted((_brightness(text), _brightness(background)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _brightness(colour: str) -> float:
    """Relative luminance, as the Web Content Accessibility Guidelines define it."""
    shades = [int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (shade / 12.92 if shade <= 0.04045 else ((shade + 0.055) / 1.055) ** 2.4 for shade in shades)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def images_described(book: Book) -> Iterator[Finding]:
    """F8."""
    drawn = [(sheet, each) for sheet in book.shown for each in sheet.drawings if each.kind != "text box"]
    if not drawn:
        raise NotApplicable("it has no images and charts")
    for sheet, each in drawn:
        if not each.alternative.strip():
            yield at(sheet, each.place, f"the {each.kind} has no text in its place")
        elif each.place.column == 1:
            yield at(sheet, each.place, f"the {each.kind} covers column A")
        elif each.kind == "chart" and sheet.tables:
            yield at(sheet, each.place, "the chart is not on a sheet of its own")


def values_only(book: Book) -> Iterator[Finding]:
    """F9."""
    if book.macros:
        yield of_book("the workbook has macros")
    for sheet in book.sheets:
        formulas = (place for place, cell in sheet.written.items() if cell.formula)
        yield from (at(sheet, place, "the cell holds a formula, not a value") for place in formulas)


def dates_in_words(book: Book) -> Iterator[Finding]:
    """F10."""
    defined = any(_QUARTER_DEFINED.search(cell.text) for _, _, cell in texts(book))
    for sheet in book.shown:
        for place, cell in sheet.written.items():
            problem = _wrong_date(cell, defined)
            if problem:
                yield at(sheet, place, problem)


def _wrong_date(cell: Cell, quarters_defined: bool) -> str:
    if cell.kind == "date":
        shown = cell.look.date_format.casefold()
        plain = "mmm" in shown and shown.count("y") in (0, 4)
        return "" if plain else "the date is shown in figures, or with a shortened year"
    return _wrong_words(cell.text, quarters_defined)


@lru_cache(maxsize=1 << 16)
def _wrong_words(text: str, quarters_defined: bool) -> str:
    if _QUARTER.search(text) and not quarters_defined:
        return "a quarter is not explained, as in: Q1 (April to June)"
    return next((f"{why}: {shortened(text)}" for why, found in _DATES.items() if found.search(text)), "")


def no_padding(book: Book) -> Iterator[Finding]:
    """F11."""
    for sheet in book.shown:
        if sheet.name != sheet.name.strip():
            yield on(sheet, "the name of the sheet begins or ends with a space")
        for place, cell in sheet.written.items():
            if cell.look.indented:
                yield at(sheet, place, "the cell is indented")
            elif cell.text != cell.text.strip():
                yield at(sheet, place, "the text begins or ends with a space")


def usual_zoom(book: Book) -> Iterator[Finding]:
    """F12."""
    zoomed = (sheet for sheet in book.shown if sheet.zoom != 100)
    yield from (on(sheet, f"the zoom is {sheet.zoom} per cent") for sheet in zoomed)


POINTS = (
    essential("F1", "Texts are plain, and abbreviations are written out where they first occur."),
    essential("F2", "A link is a whole, underlined cell whose text says where it leads.", links_described),
    desirable("F3", "Fonts without serifs, 10 points or more, upright, of automatic colour.", plain_fonts),
    essential("F4", "Cell A1 of every sheet holds its title, unlike the others.", titles),
    essential("F5", "No text boxes; headers and footers say nothing that no cell says.", nothing_outside_cells),
    desirable("F6", "No fills, borders and patterns.", no_shading),
    essential("F7", "Text contrasts with its background (what colour alone tells: a person).", enough_contrast),
    desirable("F8", "Images and charts have a text in their place; charts a sheet of their own.", images_described),
    desirable("F9", "No macros and no formulas, only values.", values_only),
    desirable("F10", "Dates are in words, years in full, ranges with `to`, quarters explained.", dates_in_words),
    desirable("F11", "No indentation, and no spaces at the beginning or the end.", no_padding),
    desirable("F12", "The zoom is 100 per cent.", usual_zoom),
)
