"""Cells as all readers make them: words, numbers, and the places they stand in."""

import re
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Final

from publish.disclosure.audit.reading.sheet import Sheet, Value

MOST_BYTES: Final = 1_000_000_000  # of a file, and of all its parts together, unpacked
MOST_ROWS: Final = 1_048_576
MOST_COLUMNS: Final = 16_384
_MOST_CELLS: Final = 5_000_000  # of a sheet, the empty ones between others included
_WHOLE_UP_TO: Final = 2**53  # beyond it, floats are no longer exact
_NUMBER: Final = re.compile(r"-?(0|[1-9]\d{0,2}(,\d{3})+|[1-9]\d*)?(\.\d+)?", re.ASCII)


class Unreadable(Exception):
    """Why a file cannot be read, in words that follow its name."""


TOO_LARGE: Final = "unpacks to more than a file of tables can hold"
LOCKED: Final = "is protected by a password"
DAMAGED: Final = "is damaged: it cannot be read"


def as_words(text: str) -> str | None:
    """A text without blanks around it, and with single blanks for any white space within; None if it is empty."""
    return " ".join(text.split()) or None


def as_number(digits: str) -> Value:
    """A number as files of spreadsheet programs store it: int where it is whole. What is none stays as it is."""
    try:
        number = float(digits)
    except ValueError:
        return as_words(digits)
    return whole_or_not(number) if isfinite(number) else as_words(digits)


def whole_or_not(number: float) -> int | float:
    """The number as an int where it is whole."""
    return int(number) if abs(number) < _WHOLE_UP_TO and number == int(number) else number


class Values(dict[str, Value]):
    """What each text of a CSV file or a page stands for: a number where it looks like one, otherwise its words.

    A number is written in digits without zeros before it, with a comma at the thousands or none: a code such as
    "0042" is no number. Each text is looked at once, however many cells hold it.
    """

    def __missing__(self, text: str) -> Value:
        words = as_words(text)
        shown = bool(words and words != "-" and _NUMBER.fullmatch(words))
        self[text] = value = as_number(words.replace(",", "")) if words and shown else words
        return value


class Cells:
    """The cells of one sheet as they are read, row after row; only those that hold something."""

    def __init__(self) -> None:
        self._rows: dict[int, tuple[Value, ...]] = {}
        self._held = self._width = 0
        self._hidden_rows: set[int] = set()
        self._hidden_columns: set[int] = set()
        self.formats: dict[tuple[int, int], str] = {}
        self.formulas: dict[tuple[int, int], str] = {}

    def put(self, row: int, cells: Mapping[int, Value], times: int = 1) -> None:
        """Put the values of a row by column, from 1, where they stand, so many times one below the other.

        Raises Unreadable where the sheet comes to hold more than a sheet can.
        """
        if not cells:
            return
        last = max(cells)
        self._held += (last + 1) * times
        if last > MOST_COLUMNS or row + times > MOST_ROWS + 1 or self._held > _MOST_CELLS:
            raise Unreadable(TOO_LARGE)
        self._width = max(self._width, last)
        self._rows |= dict.fromkeys(range(row, row + times), tuple(map(cells.get, range(1, last + 1))))

    def hide_rows(self, first: int, times: int = 1) -> None:
        """Mark rows as hidden."""
        self._hidden_rows |= set(range(first, min(first + times, MOST_ROWS + 1)))

    def hide_columns(self, first: int, times: int = 1) -> None:
        """Mark columns as hidden."""
        self._hidden_columns |= set(range(first, min(first + times, MOST_COLUMNS + 1)))

    def sheet(self, file: str, name: str, *, hidden: bool = False) -> Sheet:
        """The sheet. Rows and columns after the last that hold something are left out, also of what is hidden."""
        height = max(self._rows, default=0)
        return Sheet(
            file,
            name,
            tuple(self._rows.get(row, ()) for row in range(1, height + 1)),
            hidden,
            _up_to(height, self._hidden_rows),
            _up_to(self._width, self._hidden_columns),
            self.formats,
            self.formulas,
        )


def _up_to(last: int, numbers: Iterable[int]) -> frozenset[int]:
    return frozenset(number for number in numbers if number <= last)
