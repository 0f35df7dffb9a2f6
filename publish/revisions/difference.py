"""What is different in a cell or a row, and how large it is."""

from dataclasses import dataclass
from enum import StrEnum
from math import isclose
from typing import Final

from publish.period import Month
from publish.revisions.published_table import HIDDEN, Level, Unit, Value

# One step of rounding: counts are published to the nearest 5, shares to three decimals at most. Medians are not
# rounded. Rule: publication specification, Numbers.
ROUNDING_STEPS: Final = {Unit.TESTS: 5.0, Unit.PER_CENT: 0.001}
_AS_GOOD_AS_EQUAL: Final = 1e-9  # workbooks keep 0.958 as 0.9580000000000001


class Kind(StrEnum):
    """What became of a value or a row."""

    REVISION = "revision"  # a number became another number
    SUPPRESSION = "suppression"  # a number was hidden, or a hidden one is shown
    DATA = "data"  # a value came where there was none, or went
    APPEARED = "row appeared"
    GONE = "row gone"


@dataclass(frozen=True)
class Of:
    """What a difference is about: a row of a table. `row` is its number in the newer sheet that has it."""

    table: str
    level: Level
    region: str
    code: str
    place: str
    label: str
    setting: str
    row: int

    @property
    def words(self) -> str:
        """`A Trust (RF4), Plain Radiography, All`."""
        return ", ".join(filter(None, (self.place, self.label, self.setting)))


@dataclass(frozen=True)
class Difference:
    """A value, or a row, that is not as it was.

    `cell` is where it stands in the newer sheet (in the older one for a row that is gone); `heading` that of its
    column, empty for a row. The values of a row are its largest figure, a total where it has one. `month` is none
    for columns over all months.
    """

    of: Of
    kind: Kind
    unit: Unit
    cell: str
    heading: str
    month: Month | None
    old: Value
    new: Value

    @property
    def change(self) -> float | None:
        """By how much a number changed; nothing unless both are numbers."""
        return self.new - self.old if isinstance(self.old, float) and isinstance(self.new, float) else None

    @property
    def per_cent(self) -> float | None:
        """The change in per cent of the old number; nothing where there is none, or it is 0."""
        whole = self.old if isinstance(self.old, float) else 0.0
        return self.change / whole * 100 if self.change is not None and whole else None

    @property
    def within_rounding(self) -> bool:
        """Whether a revision is no larger than one step of rounding: either number may stem from it."""
        step = ROUNDING_STEPS.get(self.unit, 0.0)
        return self.change is not None and abs(self.change) <= step + _AS_GOOD_AS_EQUAL

    @property
    def size(self) -> float:
        """How large it is: the change, or the number that is hidden, shown, new or gone."""
        if self.change is not None:
            return abs(self.change)
        return max((abs(value) for value in (self.old, self.new) if isinstance(value, float)), default=0.0)


def kind_of(old: Value, new: Value) -> Kind | None:
    """What became of a value; nothing where it is the same."""
    if isinstance(old, float) and isinstance(new, float):
        return None if isclose(old, new, rel_tol=_AS_GOOD_AS_EQUAL, abs_tol=_AS_GOOD_AS_EQUAL) else Kind.REVISION
    if old == new:
        return None
    shown = isinstance(old, float) or isinstance(new, float)
    return Kind.SUPPRESSION if shown and HIDDEN in (old, new) else Kind.DATA


def shown(value: Value, unit: Unit) -> str | None:
    """A value as it is printed: `1,250` tests, `12.5` days, `95.8%`; nothing for no data."""
    if value is None or isinstance(value, str):
        return value
    if unit is Unit.PER_CENT:
        return f"{value * 100:.4g}%"
    return f"{value:,.0f}" if unit is Unit.TESTS else f"{value:,g}"


def change_shown(difference: Difference) -> str:
    """The change as it is printed: `+1,200, +100.0%`, `-2.5 days`, `+0.3 points`."""
    change, per_cent = difference.change, difference.per_cent
    if change is None:
        return ""
    if difference.unit is Unit.PER_CENT:
        return f"{change * 100:+.3g} points"
    if difference.unit is Unit.DAYS:
        return f"{change:+g} days"
    size = f"{change:+,.0f}" if difference.unit is Unit.TESTS else f"{change:+,g}"
    return size if per_cent is None else f"{size}, {per_cent:+.1f}%"
