"""What the columns of figures of a table count."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from publish.disclosure.audit.reading.sheet import Sheet, Value
from publish.disclosure.audit.recognising.context import Context
from publish.disclosure.audit.recognising.figures import NO_MONTHS, Key, Months, is_number, is_per_cent
from publish.disclosure.audit.recognising.headings import (
    ALL_DAYS,
    EVERY,
    EVERY_SETTING,
    NOT_ADMITTED,
    OTHER_SETTING,
    OTHER_SETTINGS,
    OUTPATIENTS_AND_GPS,
    UNKNOWN_DAYS,
    Selection,
    plain,
    select,
)
from publish.disclosure.audit.recognising.rows import KEYS, OfRow

ROWS_OF_GROUPS: Final = 3  # above the header, where words over several columns stand
_COUNT_GROUPS: Final = frozenset({"count", "percentage", "per cent", "%"})
_OF_DAYS: Final = re.compile(r"\bdays?\b")


@dataclass(frozen=True)
class Block:
    """Where a table stands: its headings, in the row `header` from 0, and its rows up to before `end`.

    `start` is where the table before it ended. A header of two rows is one here: what stands lower holds.
    """

    sheet: Sheet
    heads: Sequence[Value]
    start: int
    header: int
    end: int

    def cells(self, place: int) -> list[Value]:
        """The cells of a column, those of short rows left out."""
        return [row[place] for row in self.sheet.rows[self.header + 1 : self.end] if place < len(row)]


def columns_of(
    block: Block, keys: Mapping[str, int], context: Context
) -> tuple[dict[int, Selection], tuple[str, ...]]:
    """What each column of figures selects, and the headings with numbers that were not understood.

    Two columns that would select the same are not understood either: something tells them apart that is not read.
    """
    heads, groups = block.heads, _groups(block)
    first = min(keys.values())
    days = not context.of_patients and (context.of_days or any(_OF_DAYS.search(plain(cell)) for cell in heads))
    chosen = {
        place: select(str(cell), groups.get(place, ""), of_days=days)
        for place, cell in enumerate(heads)
        if cell is not None and plain(cell) not in KEYS and place > first
    }
    patients = context.of_patients or any(each.band.startswith(("age ", "decile ")) for each in chosen.values())
    chosen = _settled(of_patients(chosen, heads) if patients else chosen, context)
    chosen = {
        place: replace(each, share=True) if _holds_shares(block, place) else each for place, each in chosen.items()
    }
    counted = {place: each for place, each in chosen.items() if not each.rate}
    known = {place: each for place, each in counted.items() if each.read or patients}
    times = Counter(known.values())
    known = {place: each for place, each in known.items() if times[each] == 1}
    lost = [place for place in counted if place not in known and any(map(is_number, block.cells(place)))]
    return known, tuple(str(heads[place]) for place in lost)


def _settled(chosen: dict[int, Selection], context: Context) -> dict[int, Selection]:
    """The columns, with what other columns and the title say of Other and of Outpatients."""
    if not any(each.setting == "06" for each in chosen.values()):
        chosen = with_both_others(chosen)
    if context.turnaround:
        chosen = {place: _with_others(each) for place, each in chosen.items()}
    return chosen


def of_patients(columns: Mapping[int, Selection], heads: Sequence[object]) -> dict[int, Selection]:
    """The columns of a table by a characteristic of the patient. Bands are named with it: `not known` is another
    band of ages than of deciles.
    """
    chosen = {place: _of_patients(each, heads[place]) for place, each in columns.items()}
    words = " ".join(each.band for each in chosen.values())
    of = "age" if "age " in words else "decile" if "decile " in words else "group"
    return {
        place: replace(each, band=f"{of}: {each.band}") if each.band else each for place, each in chosen.items()
    }


def _of_patients(chosen: Selection, heading: object) -> Selection:
    """A column of a table by characteristic: what is no total there is a band of patients."""
    if chosen.read and chosen.days == UNKNOWN_DAYS:
        return Selection(band="not known")
    if chosen.read and chosen.setting != EVERY:  # "Other" is a group of patients here
        return Selection(band=plain(heading))
    return chosen


def with_both_others(columns: Mapping[int, Selection]) -> dict[int, Selection]:
    """Where other health care providers are not apart, Other holds them."""
    return {
        place: replace(each, setting=OTHER_SETTINGS) if each.setting == OTHER_SETTING else each
        for place, each in columns.items()
    }


def _with_others(chosen: Selection) -> Selection:
    """In the tables of report turnaround, Outpatients and GP direct access hold all that are not admitted."""
    return replace(chosen, setting=NOT_ADMITTED) if chosen.setting == OUTPATIENTS_AND_GPS else chosen


def _groups(block: Block) -> dict[int, str]:
    """The words over each column that say what all of several columns select."""
    over: dict[int, str] = {}
    for row in block.sheet.rows[max(block.start, block.header - ROWS_OF_GROUPS) : block.header]:
        current = ""
        for place in range(len(block.heads)):
            cell = row[place] if place < len(row) else None
            if cell is not None:
                current = str(cell) if _is_group(str(cell)) else ""
            if current:
                over[place] = current
    return over


def _is_group(words: str) -> bool:
    return plain(words) in _COUNT_GROUPS or (select(words).read and select(words) != Selection())


def _holds_shares(block: Block, place: int) -> bool:
    """Whether a column has fractions of 1, by its number formats or its values."""
    rows = range(block.header + 1, block.end)
    formats = [block.sheet.formats.get((number + 1, place + 1)) for number in rows]
    shown = [text for text in formats if text is not None]
    if shown and sum("%" in text for text in shown) * 2 > len(shown):
        return True
    cells = block.cells(place)
    values = [cell for cell in cells if isinstance(cell, int | float)]
    fractions = any(isinstance(each, float) and each % 1 for each in values) and all(
        0 <= each <= 1 for each in values
    )
    return fractions or any(map(is_per_cent, cells))


def printed_months(context: Context, columns: Mapping[int, Selection]) -> Months:
    """From the first to the last month that the table has a column for."""
    months = [context.month(each) for each in columns.values() if (each.month or 0) > 0]
    return (min(months), max(months)) if months else NO_MONTHS


def key_of(of_row: OfRow, chosen: Selection, months: Months, interval: str) -> Key:
    """What the figure in a row and a column is of."""
    setting = chosen.setting if chosen.setting != EVERY else of_row.setting
    if setting == EVERY_SETTING:
        setting = EVERY
    days: tuple[object, ...] = () if chosen.days == ALL_DAYS else (interval, chosen.days)
    return Key(of_row.basis, of_row.label, of_row.place, setting, months, days, of_row.sex, chosen.band)
