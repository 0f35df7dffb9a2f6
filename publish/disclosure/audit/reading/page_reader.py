"""The tables of HTML pages as sheets."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Final

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]

from publish.disclosure.audit.reading.cells import MOST_COLUMNS, TOO_LARGE, Cells, Unreadable, Values, as_words
from publish.disclosure.audit.reading.sheet import Sheet, Value

_NO_WORDS: Final = ("script", "style")
_BREAKS: Final = ("br", "p", "div", "li")
_UNSEEN: Final = "[@hidden or contains(translate(@style, ' ', ''), 'display:none')]"
_MOST_ACROSS: Final = 1_000  # columns that a cell may span (HTML standard, "Attributes common to td and th")
_MOST_DOWN: Final = 65_534  # rows, likewise


def read_page(file: Path, name: str) -> Iterator[Sheet]:
    """Every table of a page, as of the file `name`, by its caption or as "table 1" and so on.

    A cell that spans others is repeated in all of them. Tables and rows that a browser does not show are hidden
    ones. Raises errors of lxml where the file is no page.
    """
    root = _parsed(file.read_bytes())
    etree.strip_elements(root, *_NO_WORDS, with_tail=False)
    for broken in root.iter(*_BREAKS):
        broken.text, broken.tail = f" {broken.text or ''}", f" {broken.tail or ''}"
    values = Values()
    for number, table in enumerate(root.iter("table"), start=1):
        caption = as_words(_text(table.find("caption")))
        hidden = bool(table.xpath(f"ancestor-or-self::*{_UNSEEN}"))
        yield _cells(table, values).sheet(name, caption or f"table {number}", hidden=hidden)


def _parsed(content: bytes) -> Element:
    """The root of a page: in UTF-8 where it is that, otherwise as the page says."""
    try:
        content.decode()
    except UnicodeDecodeError:
        return etree.fromstring(content, etree.HTMLParser(no_network=True))
    return etree.fromstring(content, etree.HTMLParser(encoding="utf-8", no_network=True))


def _text(element: Element | None) -> str:
    return "" if element is None else "".join(str(part) for part in element.itertext())


def _cells(table: Element, values: Values) -> Cells:
    """The cells of a table's own rows, not those of tables within it."""
    cells = Cells()
    above: dict[int, tuple[int, Value]] = {}  # by column: for how many rows a cell above goes on, and its value
    own = (row for row in table.iter("tr") if next(row.iterancestors("table")) is table)
    for number, row in enumerate(own, start=1):
        if row.xpath(f"self::*{_UNSEEN}"):
            cells.hide_rows(number)
        here = _with_cells(row, above, values)
        cells.put(number, {column: value for column, (_, value) in here.items() if value is not None})
        above = {column: (down - 1, value) for column, (down, value) in here.items() if down > 1}
    return cells


def _with_cells(row: Element, above: dict[int, tuple[int, Value]], values: Values) -> dict[int, tuple[int, Value]]:
    """The cells that go on from above, and in the columns they leave free those of the row."""
    here = dict(above)
    free = count(1)
    for cell in row.iterchildren("td", "th"):
        column = next(number for number in free if number not in here)
        down, across = _span(cell, "rowspan", _MOST_DOWN), _span(cell, "colspan", _MOST_ACROSS)
        if column > MOST_COLUMNS:
            raise Unreadable(TOO_LARGE)
        here |= dict.fromkeys(range(column, column + across), (down, values[_text(cell)]))
    return here


def _span(cell: Element, name: str, most: int) -> int:
    """How many rows or columns a cell covers; a rowspan of 0 covers all that follow."""
    given = cell.get(name, "1").strip()
    if not (given.isascii() and given.isdigit()):
        return 1
    return min(int(given[:9]), most) or (most if name == "rowspan" else 1)
