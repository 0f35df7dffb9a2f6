"""How wide a text is when it is shown, near enough to say whether a cell crops it."""

import textwrap
from functools import cache, lru_cache
from typing import Final

from publish.accessibility.book import Cell, Look

_DIGIT_PIXELS: Final = 7.0  # the width of a digit, in which the width of columns is given
_PIXELS_PER_POINT: Final = 96 / 72
_NARROW, _WIDE = frozenset("ijltfrI|.,:;'!()[]/- "), frozenset("mwMW@%")
_EMS: Final = {"narrow": 0.3, "wide": 0.85, "capital": 0.67, "other": 0.54}  # of Arial
_BROADER: Final = {"Verdana": 1.14}
_BOLD: Final = 1.06
LINE: Final = 1.18  # the height of a line, in sizes of the font
SLACK: Final = 1.05  # what an estimate may be out by before a text counts as cropped


def text_width(text: str, look: Look) -> float:
    """The width of a text on one line, in digits of the usual font."""
    ems = _ems_of(text) * _BROADER.get(look.font, 1.0) * (_BOLD if look.bold else 1.0)
    return ems * look.size * _PIXELS_PER_POINT / _DIGIT_PIXELS


def shown(cell: Cell) -> str:
    """What a cell shows: a number as its format has it."""
    if not isinstance(cell.value, int | float) or isinstance(cell.value, bool):
        return str(cell.value or "")
    decimals, comma = cell.look.decimals, "," if cell.look.thousands else ""
    return f"{cell.value:{comma}.{decimals}f}" if decimals is not None else f"{cell.value:{comma}.10g}"


def decimals(cell: Cell) -> int:
    """How many decimal places a number shows."""
    if cell.look.decimals is not None or not isinstance(cell.value, float):
        return cell.look.decimals or 0
    return len(f"{cell.value:.10f}".rstrip("0").partition(".")[2])


def longest_word(cell: Cell) -> float:
    """The width of the longest word of a cell, or of its number, which cannot be broken over lines."""
    if not cell.text:
        return text_width(shown(cell), cell.look)
    return max((text_width(word, cell.look) for word in cell.text.split()), default=0.0)


def lines_needed(cell: Cell, width: float) -> int:
    """How many lines a wrapped text takes in a column so wide."""
    text = cell.text
    average = text_width(text, cell.look) / max(1, len(text))
    return _lines_of(text, max(1, int(width * SLACK / average)) if average else 1)


@lru_cache(maxsize=1 << 16)
def _lines_of(text: str, letters: int) -> int:
    return sum(max(1, len(textwrap.wrap(line, letters))) for line in text.split("\n"))


@lru_cache(maxsize=1 << 16)
def _ems_of(text: str) -> float:
    """Names and numbers come again and again: each is measured once."""
    return sum(map(_ems, text))


@cache
def _ems(letter: str) -> float:
    if letter in _NARROW:
        return _EMS["narrow"]
    if letter in _WIDE:
        return _EMS["wide"]
    return _EMS["capital" if letter.isupper() else "other"]
