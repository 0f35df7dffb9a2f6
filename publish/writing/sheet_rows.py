"""The rows of figures of a data sheet as XML, put into the sheet when its file is packed.

openpyxl makes an object of every cell, of which a release has hundreds of thousands: that took most of the time of
writing it. What stands around the rows it writes, with one row that these take the place of (see
`accessible_ods`, which does the same).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final
from xml.sax.saxutils import escape

from openpyxl.compat import safe_string
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

_NOT_OF_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_STAND_IN: Final = 1  # the height of the row that stands for all
_LETTERS: Final = tuple(get_column_letter(column) for column in range(1, 703))  # A to ZZ

Shown = tuple[str | float | None, str]  # the value of a cell, and the name of its style


@dataclass(frozen=True)
class Rows:
    """Rows that stand in for the one in the place of the first of them."""

    first: int
    xml: str

    def stand_in(self, sheet: Worksheet) -> None:
        """Give the sheet the one row."""
        sheet.row_dimensions[self.first].height = _STAND_IN

    def put_into(self, part: bytes) -> bytes:
        """The file of the sheet with the rows in place of the one. Raises ValueError where it does not have it."""
        before, stand_in, after = part.partition(
            f'<row r="{self.first}" ht="{_STAND_IN}" customHeight="1"></row>'.encode()
        )
        if not stand_in:
            raise ValueError(f"row {self.first} is not as openpyxl wrote it before")
        return before + self.xml.encode("ascii", "xmlcharrefreplace") + after


class Written(dict[Shown, str]):
    """The cells of a sheet as XML, each after its address: worked out once, as most stand in it many times.

    They name their styles by number: that of its workbook or, where no cell had the style before, the next one.
    """

    def __init__(self, sheet: Worksheet) -> None:
        super().__init__()
        book: Any = sheet.parent
        self._of_cells = book._cell_styles
        self._by_name = {style.name: style.as_tuple() for style in book._named_styles}
        self._numbers: dict[str, int] = {}

    def __missing__(self, cell: Shown) -> str:
        value, style = cell
        if style not in self._numbers:
            self._numbers[style] = self._of_cells.add(self._by_name[style])
        self[cell] = xml = _content(value, self._numbers[style])
        return xml


def number_styles(sheet: Worksheet) -> None:
    """Number the styles of the cells of a sheet, from the top, as openpyxl does when it writes them.

    So those of the rows that are put in have their numbers in between, as they stand there.
    """
    cells: dict[tuple[int, int], Any] = sheet._cells
    for _, cell in sorted(cells.items()):
        if cell.has_style:
            _ = cell.style_id


def row_xml(row: int, first: int, cells: Iterable[Shown], height: float, written: Written) -> str:
    """A row whose cells stand from the column `first` on."""
    letters = _LETTERS[first - 1 :]
    each = "".join([f'<c r="{letter}{row}"{written[cell]}' for letter, cell in zip(letters, cells, strict=False)])
    return f'<row r="{row}" ht="{safe_string(height)}" customHeight="1">{each}</row>'


@lru_cache(maxsize=1 << 16)
def _content(value: str | float | None, style: int) -> str:
    """A cell after its address. A text is written as text, whatever it begins with."""
    if isinstance(value, str):
        text = _NOT_OF_XML.sub("", value)
        space = ' xml:space="preserve"' if text != text.strip() else ""
        inside = f"<is><t{space}>{escape(text, {chr(13): '&#13;'})}</t></is>" if text else ""
        return f' s="{style}" t="inlineStr">{inside}</c>'
    return f' s="{style}" t="n">{"" if value is None else f"<v>{safe_string(value)}</v>"}</c>'
