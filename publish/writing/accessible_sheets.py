"""What a sheet of the accessible edition is: lines in column A, then at most one table, from the left edge.

Rule: accessible spreadsheets, 4 Structure (S3 to S5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple, TypeAlias

LETTER, PADDING = 0.092, 0.2  # inches: a letter of Arial 12, on the broad side; the edges of a cell
LETTER_OF_TEXT: Final = 0.087  # inches: the same on average over a line
NARROWEST_FIGURES, BROADEST_TEXTS = 1.0, 3.2  # inches: figures should be in sight beside their texts
BOLD: Final = 1.06
HEADING_LINES: Final = 4  # that the heading of a column of figures may take
_CAPITAL: Final = 0.25  # what a capital is broader than other letters


class Line(Enum):
    """How a line above a table looks; the value is the name of its style in the file."""

    TITLE = "Heading_20_1"
    SECTION = "Heading_20_2"
    SAID = "Said"  # in one line, over the empty cells to its right
    PARAGRAPH = "Words"  # wrapped
    LINK = "Link"


class Said(NamedTuple):
    """A line in column A, and where it links to."""

    text: str
    line: Line = Line.SAID
    link: str = ""


class Link(NamedTuple):
    """A cell that leads somewhere."""

    text: str
    target: str


Value: TypeAlias = str | float | Link
Row: TypeAlias = Sequence[Value]


@dataclass(frozen=True)
class SheetColumn:
    """A column of a table: of figures with so many decimals, or of texts (None). The width is in inches."""

    heading: str
    decimals: int | None
    width: float


@dataclass(frozen=True)
class SheetTable:
    """A table of a sheet: the name that marks it up, its columns, its rows."""

    name: str
    columns: tuple[SheetColumn, ...]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Sheet:
    """One sheet. Without a table, column A is as wide as `width` inches."""

    name: str
    lines: tuple[Said, ...]
    table: SheetTable | None = None
    width: float = 0.0


def link_to(sheet: str) -> str:
    """The address of the first cell of a sheet."""
    return f"#{sheet}.A1"


def text_column(heading: str, texts: Sequence[str]) -> SheetColumn:
    """A column of texts, as wide as the longest of them or, where that is too much, as its longest word."""
    whole = max((_width(text) for text in texts), default=0.0)
    words = max(_width(word) for text in (heading, *texts) for word in text.split())
    return SheetColumn(heading, None, round(max(words, min(whole, BROADEST_TEXTS)), 1))


def figure_column(heading: str, decimals: int, largest: float) -> SheetColumn:
    """A column of figures, wide enough for the largest of them and for its heading in a few lines."""
    longest = max(_width(word) for word in (*heading.split(), f"{largest:,.{decimals}f}"))
    return SheetColumn(
        heading, decimals, round(max(NARROWEST_FIGURES, longest, _width(heading) / HEADING_LINES), 1)
    )


def lines_in(text: str, width: float) -> int:
    """How many lines a wrapped text takes at most in a column so wide."""
    fitting = (width - PADDING) / LETTER_OF_TEXT
    return sum(_wrapped(line, fitting) for line in text.split("\n"))


def _wrapped(line: str, fitting: float) -> int:
    """How many lines so wide hold the words of a line."""
    lines, filled = 1, 0.0
    for word in map(_length, line.split()):
        if filled and filled + 1 + word > fitting:
            lines, filled = lines + 1, word
        else:
            filled += word + (filled > 0)
    return lines


def _length(text: str) -> float:
    """How long a text is, in letters of usual width."""
    return len(text) + _CAPITAL * sum(map(str.isupper, text))


def _width(text: str) -> float:
    return _length(text) * LETTER * BOLD + PADDING
