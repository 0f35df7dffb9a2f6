"""The header of a published sheet: which row it is, what its columns say of a row, and which hold figures.

The layout wanders: the header moves by a row or two, headings carry blanks, a commissioner is a CCG or a sub-ICB
location, the year is headed `Year` or `Year to date`. So columns are known by what they are headed.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeAlias

from openpyxl.utils import get_column_letter

from publish.period import FinancialYear, Month
from publish.revisions.published_table import Column, Unit

FEWEST_HEADINGS: Final = 3
ROWS_OF_GROUPS: Final = 3  # above the header, in which headings over several columns stand
_SHORT_NAMES: Final = 3  # letters of `Apr`
_TOTALS: Final = {"year": "year", "year to date": "year", "total": "total"}

SheetRow: TypeAlias = Sequence[object]


class Role(StrEnum):
    """What a column says of a row."""

    REGION = "region"
    BOARD = "board"
    CODE = "code"
    NAME = "name"
    LABEL = "label"
    SETTING = "setting"
    ASIDE = "aside"  # what is said of a place without telling it from others


_ROLES: Final = (
    (Role.REGION, re.compile("region")),
    (Role.BOARD, re.compile("icb")),
    (Role.ASIDE, re.compile("network|ons code|population")),
    (Role.CODE, re.compile("(.+ )?code")),
    (Role.NAME, re.compile("(.+ )?name|area")),
    (Role.LABEL, re.compile("modality|test")),
    (Role.SETTING, re.compile("(patient )?source setting|sex")),
)


def words(cell: object) -> str:
    """The text of a cell with single blanks; nothing for an empty one."""
    return " ".join(str(cell).split()) if cell is not None else ""


def header_at(rows: Sequence[SheetRow]) -> int | None:
    """The place of the header, from 0: the first row with Modality or Test among other headings; none without."""
    for place, row in enumerate(rows):
        texts = [text.casefold() for text in map(words, row) if text]
        if len(texts) >= FEWEST_HEADINGS and not texts[0].endswith(":") and {"modality", "test"} & set(texts):
            return place
    return None


def roles(header: SheetRow) -> dict[int, Role]:
    """What the columns with a known heading say of a row, by their place from 0."""
    found = ((at, _role(words(cell).casefold())) for at, cell in enumerate(header))
    return {at: role for at, role in found if role}


def _role(heading: str) -> Role | None:
    return next((role for role, form in _ROLES if form.fullmatch(heading)), None)


def figure_headings(rows: Sequence[SheetRow], header: int) -> dict[int, str]:
    """The headings of the other columns by place, with that of the group where a heading stands more than once."""
    known = roles(rows[header])
    headings = {at: words(cell) for at, cell in enumerate(rows[header]) if at not in known and words(cell)}
    repeated = {text for text, times in Counter(headings.values()).items() if times > 1}
    if not repeated:
        return headings
    groups = _groups(rows, header, [at for at, text in headings.items() if text in repeated])
    return {at: f"{groups[at]}: {text}" if groups.get(at) else text for at, text in headings.items()}


def _groups(rows: Sequence[SheetRow], header: int, repeated: list[int]) -> Mapping[int, str]:
    """The heading over each column, from the nearest row above that tells the repeated ones apart."""
    for row in reversed(rows[max(0, header - ROWS_OF_GROUPS) : header]):
        over = _carried(row)
        told = Counter((over[at], words(rows[header][at])) for at in repeated)
        if max(told.values()) == 1:
            return over
    return {}


def _carried(row: SheetRow) -> dict[int, str]:
    """The text over each column: its own, or the last one to the left."""
    over: dict[int, str] = {}
    last = ""
    for at, cell in enumerate(row):
        last = words(cell) or last
        over[at] = last
    return over


def columns(headings: Mapping[int, str], units: Mapping[int, Unit], year: FinancialYear) -> Iterator[Column]:
    """The columns of figures. Of two that are still headed alike, the second one's name has a number."""
    months = {month.short.casefold(): month for month in year.months}
    names: Counter[str] = Counter()
    for at, heading in headings.items():
        month = _month(heading, months)
        plain = heading.casefold()
        name = str(month) if month else _TOTALS.get(plain, plain)
        names[name] += 1
        name = name if names[name] == 1 else f"{name} ({names[name]})"
        yield Column(name, heading, get_column_letter(at + 1), units[at], month, plain in _TOTALS)


def _month(heading: str, months: Mapping[str, Month]) -> Month | None:
    """The month that a heading names: `Apr`, `April`, `Apr-23`."""
    text = heading.casefold()
    full = re.fullmatch(r"([a-z]+)[ -]?(\d\d|\d{4})?", text)
    month = months.get(full[1][:_SHORT_NAMES]) if full else None
    named = month is not None and full is not None and full[1] in (month.short.casefold(), month.name.casefold())
    return month if named else None
