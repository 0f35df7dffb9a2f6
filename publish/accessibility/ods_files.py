"""ODS files into the model of a workbook.

Read here from the XML and not by odfdo, which writes our own: what checks a file shares no code with what made it.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]
from openpyxl.utils.cell import column_index_from_string

from publish.accessibility.book import Area, Book, Cell, Drawing, Look, Place, Sheet, Table
from publish.accessibility.ods_names import attribute, count, every, tag, whole_text
from publish.accessibility.ods_styles import DIGIT, Styles, inches, points
from publish.accessibility.package import MOST_CELLS, Parts, damaged, parsed, too_large

_ROWS: Final = 1_048_576
_COLUMNS: Final = 16_384
_NUMBERS: Final = ("float", "percentage", "currency")
_FORMS: Final = tuple(map(tag, ("table:table-row-group", "table:table-rows", "table:table-header-rows")))
_DRAWN: Final = f"{tag('draw:')}*"
_CELLS: Final = tuple(map(tag, ("table:table-cell", "table:covered-table-cell")))
_NOT_READ: Final = tuple(
    map(tag, ("text:page-number", "text:page-count", "text:sheet-name", "text:date", "text:time"))
)
_PAGE_WORDS: Final = re.compile(r"\b(page|of)\b|[^\w]", re.I)
_ADDRESS: Final = re.compile(
    r"(?:\$?(?P<sheet>'(?:[^']|'')*'|[^.']*))?\.\$?(?P<column>[A-Z]{1,3})\$?(?P<row>\d{1,7})"
)


def read_ods(file: Path, parts: Parts) -> Book:
    """Read a workbook. Raises InputRefused where it is damaged, or repeats cells beyond measure."""
    try:
        content, styles = parsed(parts["content.xml"]), _part(parts, "styles.xml")
        meta, settings = _part(parts, "meta.xml"), _part(parts, "settings.xml")
    except etree.XMLSyntaxError as error:
        raise damaged(file) from error
    tables = list(every(content, "table:table"))
    if not tables:
        raise damaged(file)
    looks = Styles(styles, content)
    view, marked = _View(settings), _database_ranges(content)
    return Book(
        file=file.name,
        form="ods",
        sheets=tuple(_sheet(table, looks, styles, view, marked, file) for table in tables if _is_sheet(table)),
        title=whole_text(meta.find(f".//{tag('dc:title')}")),
        language=whole_text(meta.find(f".//{tag('dc:language')}")),
        author=_author(meta),
        keywords=", ".join(filter(None, map(whole_text, every(meta, "meta:keyword")))),
        active=view.active,
        macros=any(name.startswith(("Basic/", "Scripts/")) for name in parts),
    )


def _part(parts: Parts, name: str) -> Element:
    return parsed(parts.get(name) or b"<nothing/>")


def _is_sheet(table: Element) -> bool:
    above = table.getparent()
    return above is not None and above.tag == tag("office:spreadsheet")


def _author(meta: Element) -> str:
    """Who made the document first; who saved it last where that is not said."""
    named = (whole_text(meta.find(f".//{tag(name)}")) for name in ("meta:initial-creator", "dc:creator"))
    return next(filter(None, named), "")


class _View:
    """What the settings say of how the sheets are shown; what a program shows by itself where they say nothing."""

    def __init__(self, settings: Element) -> None:
        views = (each for each in every(settings, "config:config-item-map-indexed") if _named(each, "Views"))
        view = next((entry for each in views for entry in each), None)
        self._all = _items(view)
        self.active = self._all.get("ActiveTable", "")
        maps = (each for each in every(view, "config:config-item-map-named") if _named(each, "Tables"))
        self._sheets = {attribute(entry, "config:name"): _items(entry) for each in maps for entry in each}

    def cursor(self, sheet: str) -> str:
        """The active cell."""
        own = self._sheets.get(sheet, {})
        across, down = (_whole(own.get(f"CursorPosition{axis}", "0"), 0) for axis in "XY")
        return str(Place(min(down, _ROWS) + 1, min(across, _COLUMNS - 1) + 1))

    def panes(self, sheet: str) -> bool:
        """Whether the sheet is split, or rows or columns of it are frozen."""
        own = self._sheets.get(sheet, {})
        return any(own.get(f"{axis}SplitMode", "0") != "0" for axis in ("Horizontal", "Vertical"))

    def zoom(self, sheet: str) -> int:
        """The zoom in per cent."""
        own = self._sheets.get(sheet, {})
        return _whole(own.get("ZoomValue") or self._all.get("ZoomValue", "100"), 100)


def _named(element: Element, name: str) -> bool:
    return attribute(element, "config:name") == name


def _items(element: Element | None) -> dict[str, str]:
    own = () if element is None else element.findall(tag("config:config-item"))
    return {attribute(item, "config:name"): item.text or "" for item in own}


def _whole(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _database_ranges(content: Element) -> dict[str, list[Table]]:
    """The database ranges by sheet: what ODS has to mark up a table."""
    found: dict[str, list[Table]] = {}
    for each in every(content, "table:database-range"):
        first, _, last = attribute(each, "table:target-range-address").rpartition(":")
        start, end = _place(first or last), _place(last)
        if start and end:
            area = Area(*start[1], *end[1])
            header = attribute(each, "table:contains-header") != "false"
            buttons = attribute(each, "table:display-filter-buttons") == "true"
            table = Table(attribute(each, "table:name"), area, True, header, (), buttons)
            found.setdefault(start[0], []).append(table)
    return found


def _place(address: str) -> tuple[str, Place] | None:
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    sheet = (found["sheet"] or "").strip("'").replace("''", "'")
    return sheet, Place(int(found["row"]), column_index_from_string(found["column"]))


def _sheet(
    table: Element,
    styles: Styles,
    pages: Element,
    view: _View,
    marked: dict[str, list[Table]],
    file: Path,
) -> Sheet:
    name = attribute(table, "table:name")
    own = styles.properties("table", attribute(table, "table:style-name"))
    columns = list(_columns(table))
    reading = _Reading(styles, _usual_styles(columns), file)
    for row in _rows(table):
        reading.read_row(row)
    # A range without a name of its own is what a program makes for filter buttons: it marks nothing up.
    ranges = marked.get(name, [])
    nameless = [each for each in ranges if each.name.startswith("__Anonymous")]
    return Sheet(
        name=name,
        cells=reading.cells,
        hidden=own.get(tag("table:display")) == "false",
        hidden_rows=tuple(reading.hidden_rows),
        hidden_columns=tuple(_hidden_columns(columns)),
        merged=tuple(reading.merged),
        widths=_widths(columns, styles),
        heights=reading.heights,
        marked=tuple(each for each in ranges if each not in nameless),
        filtered=bool(nameless),
        panes=view.panes(name),
        drawings=(*reading.drawings, *_drawings(table.find(tag("table:shapes")), Place(1, 1))),
        page_texts=tuple(_page_texts(pages, own.get(tag("style:master-page-name")) or "Default")),
        zoom=view.zoom(name),
        cursor=view.cursor(name),
    )


class _Reading:
    """The cells of a sheet as they are read, row after row."""

    def __init__(self, styles: Styles, usual: dict[int, str], file: Path) -> None:
        self.cells: dict[Place, Cell] = {}
        self.merged: list[Area] = []
        self.drawings: list[Drawing] = []
        self.hidden_rows: list[int] = []
        self.heights: dict[int, float] = {}
        self._styles, self._usual, self._file, self._row = styles, usual, file, 0

    def read_row(self, row: Element) -> None:
        """Read a row, as many times as it is repeated if it holds anything."""
        first, times = self._row + 1, count(row, "table:number-rows-repeated")
        self._row += times
        held = self._read_cells(row, first)
        if attribute(row, "table:visibility") in ("collapse", "filter"):
            self.hidden_rows.append(first)
        height = self._fixed_height(row)
        if len(held) * times + len(self.cells) > MOST_CELLS:
            raise too_large(self._file)
        written = any(cell.value is not None for cell in held.values())
        for again in range(first, first + (times if written else bool(held))):
            self.cells |= {Place(again, column): cell for column, cell in held.items()}
            self.heights |= {again: height} if height else {}

    def _fixed_height(self, row: Element) -> float:
        own = self._styles.properties("table-row", attribute(row, "table:style-name"))
        optimal = own.get(tag("style:use-optimal-row-height")) != "false"
        return 0.0 if optimal else points(own.get(tag("style:row-height"), ""))

    def _read_cells(self, row: Element, number: int) -> dict[int, Cell]:
        held: dict[int, Cell] = {}
        column, usual = 1, attribute(row, "table:default-cell-style-name")
        for element in row.iterchildren(*_CELLS):
            times, place = count(element, "table:number-columns-repeated"), Place(number, column)
            style = attribute(element, "table:style-name") or usual or self._usual.get(column, "")
            cell = _cell(element, self._styles.look(style), self._styles)
            if cell.value is None and (cell.look.fill or cell.look.border):
                held[column] = cell  # the first is enough to say that there are such cells
            elif cell.value is not None:
                if times > MOST_CELLS:
                    raise too_large(self._file)
                for at in range(column, column + times):
                    held[at] = cell
            self._note(element, place)
            column += times
        return held

    def _note(self, element: Element, place: Place) -> None:
        across, down = count(element, "table:number-columns-spanned"), count(element, "table:number-rows-spanned")
        if across > 1 or down > 1:
            self.merged.append(Area(*place, place.row + down - 1, place.column + across - 1))
        self.drawings.extend(_drawings(element, place))


def _rows(table: Element) -> Iterator[Element]:
    for element in table:
        if element.tag == tag("table:table-row"):
            yield element
        elif element.tag in _FORMS:
            yield from _rows(element)


def _columns(table: Element) -> Iterator[tuple[int, int, Element]]:
    """Each run of columns that are alike: its first column, how many, and its element."""
    first = 1
    for element in every(table, "table:table-column"):
        times = count(element, "table:number-columns-repeated")
        yield first, min(times, _COLUMNS), element
        first += times


def _usual_styles(columns: list[tuple[int, int, Element]]) -> dict[int, str]:
    return {
        column: attribute(element, "table:default-cell-style-name")
        for first, times, element in columns
        for column in range(first, min(first + times, _COLUMNS + 1))
    }


def _hidden_columns(columns: list[tuple[int, int, Element]]) -> Iterator[int]:
    for first, _, element in columns:
        if attribute(element, "table:visibility") in ("collapse", "filter"):
            yield first


def _widths(columns: list[tuple[int, int, Element]], styles: Styles) -> dict[int, float]:
    widths: dict[int, float] = {}
    for first, times, element in columns:
        own = styles.properties("table-column", attribute(element, "table:style-name"))
        width = inches(own.get(tag("style:column-width"), ""))
        widths |= dict.fromkeys(range(first, min(first + times, _COLUMNS + 1)), width / DIGIT) if width else {}
    return widths


def _cell(element: Element, look: Look, styles: Styles) -> Cell:
    kind = attribute(element, "office:value-type")
    formula = bool(attribute(element, "table:formula"))
    if kind in _NUMBERS and not any(map(len, element)):  # nothing in its words looks unlike the cell
        return Cell(_float(attribute(element, "office:value")), "number", look, formula)
    paragraphs = element.findall(tag("text:p"))
    text = "\n".join(map(_text, paragraphs))
    if not kind and not text and not formula:
        return Cell(None, "other", look)
    of_parts = [paragraph for paragraph in paragraphs if len(paragraph)]  # most are of words alone
    links = [link for paragraph in of_parts for link in every(paragraph, "text:a")]
    spans = (attribute(span, "text:style-name") for each in of_parts for span in every(each, "text:span"))
    look = styles.with_spans(look, tuple(spans)) if paragraphs and len(paragraphs[0]) else look
    if kind in _NUMBERS:
        return Cell(_float(attribute(element, "office:value")), "number", look, formula)
    of: Literal["text", "date", "other"] = (
        "date" if kind == "date" else "text" if kind in ("", "string") else "other"
    )
    target = attribute(links[0], "xlink:href") if links else None
    return Cell(
        text or attribute(element, "office:string-value"), of, look, formula, target, "".join(map(_text, links))
    )


def _float(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _text(paragraph: Element) -> str:
    """The text of a paragraph, runs of spaces, tabs and new lines included; comments left out."""
    words = [paragraph.text or ""]
    for child in paragraph:
        words.append(_inside(child))
        words.append(child.tail or "")
    return "".join(words)


def _inside(child: Element) -> str:
    if child.tag == tag("text:s"):
        return " " * min(count(child, "text:c"), 1000)
    if child.tag in (tag("text:line-break"), tag("text:tab")):
        return "\n" if child.tag == tag("text:line-break") else "\t"
    left_out = child.tag == tag("office:annotation") or not isinstance(child.tag, str)
    return "" if left_out else _text(child)


def _drawings(element: Element | None, place: Place) -> Iterator[Drawing]:
    if element is None:
        return
    for drawn in element.iterchildren(_DRAWN):
        alternative = " ".join(whole_text(drawn.find(tag(name))) for name in ("svg:title", "svg:desc")).strip()
        yield Drawing(_kind(drawn), place, alternative)


def _kind(drawn: Element) -> Literal["image", "chart", "text box"]:
    if drawn.find(tag("draw:object")) is not None:
        return "chart"
    return "image" if drawn.find(tag("draw:image")) is not None else "text box"


def _page_texts(styles: Element, master: str) -> Iterator[str]:
    """What headers and footers say beyond the number of the page and the name of the sheet."""
    for page in every(styles, "style:master-page"):
        if attribute(page, "style:name") != master:
            continue
        for part in ("style:header", "style:footer", "style:header-left", "style:footer-left"):
            found = page.find(tag(part))
            if found is not None and attribute(found, "style:display") != "false":
                yield from (text for each in every(found, "text:p") if _PAGE_WORDS.sub("", text := _fixed(each)))


def _fixed(paragraph: Element) -> str:
    """The text of a header without its fields."""
    words = [paragraph.text or ""]
    for child in paragraph:
        words.append("" if child.tag in _NOT_READ else _fixed(child))
        words.append(child.tail or "")
    return "".join(words).strip()
