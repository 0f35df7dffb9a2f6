"""What recognition makes of sheets: tables of figures, each with what it is of."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import Final, NamedTuple

from publish.disclosure.audit.reading.sheet import Sheet, Value
from publish.disclosure.audit.recognising.headings import MOST_TEXTS, plain

Months = tuple[int, int]  # the first and the last month of a period, counted from year 0; (0, 0) where not known
NO_MONTHS: Final = (0, 0)
Place = tuple[str, str, str]  # level, region code and own code
PATIENTS: Final = "patients"  # the basis of tables by the board that a patient belongs to
ENGLAND: Final = ("England", "", "")


class Key(NamedTuple):
    """What a figure is of: equal keys, equal numbers.

    `place` is its level, region code and own code; `setting` codes joined by `+`, `days` the interval
    (`request` or `report`) with its days, `sex` and `band` what is said of patients; each empty where not divided.
    """

    basis: str
    label: str
    place: Place
    setting: str
    months: Months
    days: tuple[object, ...]
    sex: str
    band: str


class State(IntEnum):
    """What a cell shows. An unclear one holds words that are neither a number nor a known mark."""

    SHOWN = 0
    HIDDEN = 1
    EMPTY = 2
    UNCLEAR = 3


class Kind(IntEnum):
    """What a figure is: a count of tests, a median of days, a share of a count."""

    COUNT = 0
    MEDIAN = 1
    SHARE = 2


class Figure(NamedTuple):
    """One cell with a figure. `value` is null unless it is shown."""

    row: int
    column: int
    kind: Kind
    state: State
    value: float | None
    key: Key


@dataclass(frozen=True)
class Table:
    """One recognised table: its sheet, its figures in reading order, the names of its places by `Key.place`.

    `of` is what its shares are of: 1 where they are stored as fractions, 100 as per cent. `not_read` are headings
    of columns with numbers, and settings of rows, that were not understood.
    """

    sheet: Sheet
    figures: Sequence[Figure]
    names: Mapping[Place, str]
    of: int = 1
    not_read: tuple[str, ...] = ()


HIDDEN_MARKS: Final = frozenset({"*", "[c]", "c", "suppressed", "x*"})
EMPTY_MARKS: Final = frozenset(
    {".", "-", "", "[x]", "[z]", ":", "..", "...", "n/a", "na", "z", "no data", "null", "–", "—"}
)
LOW_MARK: Final = "[low]"
_BELOW: Final = re.compile(r"[<≤] ?\d+")
# A number stored as words: with commas, as a percentage, or marked as revised, provisional or estimated.
_NUMBER: Final = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)? ?(?:(%)|[rpe]|\((?:r|p|e)\))?")
_NOTHING: Final = State.EMPTY, None
_SHOWN: Final = State.SHOWN


def state_of(cell: Value) -> tuple[State, float | None]:
    """What a cell of figures shows, and its number."""
    if cell is None:
        return _NOTHING
    return _state_of_words(cell) if isinstance(cell, str) else (_SHOWN, cell)


@lru_cache(MOST_TEXTS)
def _state_of_words(cell: str) -> tuple[State, float | None]:
    marks = {cell.strip().casefold(), plain(cell)}
    if LOW_MARK in marks:
        return State.SHOWN, 0
    if marks & HIDDEN_MARKS or any(map(_BELOW.fullmatch, marks)):
        return State.HIDDEN, None
    if found := _NUMBER.fullmatch(plain(cell)):
        return State.SHOWN, _number(found)
    return (State.EMPTY if marks & EMPTY_MARKS else State.UNCLEAR), None


def _number(found: re.Match[str]) -> float:
    digits = Decimal(found[1].replace(",", "") + (found[2] or ""))
    value = digits / 100 if found[3] else digits
    return int(value) if value == int(value) else float(value)


def is_per_cent(cell: Value) -> bool:
    """Whether a cell holds a percentage in words, which is read as a fraction."""
    return isinstance(cell, str) and cell.endswith("%") and state_of(cell)[0] is State.SHOWN


def is_number(cell: Value) -> bool:
    """Whether a cell holds a number, also one that is stored as words."""
    return cell is not None and state_of(cell)[1] is not None
