"""What a number format shows of a number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

# Texts in quotes, characters after a backslash, blanks as wide as a character, characters that fill, and brackets.
_LITERAL: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_QUOTED: Final = re.compile(r'"[^"]*"|\\.')
_CONDITION: Final = re.compile(r"\[(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\]")
_NO_DECIMALS: Final = re.compile(r"general|[@ymdhse/]", re.IGNORECASE)  # as it is, text, dates and times, fractions
_BETWEEN: Final = re.compile(r";(?=(?:[^\"]*\"[^\"]*\")*[^\"]*$)")  # semicolons outside quotes
_ELAPSED: Final = re.compile(r"\[[hms]+\]", re.IGNORECASE)
_PLACE: Final = re.compile(r"[0#?]")
_THOUSANDS: Final = re.compile(r"[0#?](,+)(?=[^0#?,]*$)")
_NEAR: Final = 1e-6  # of the last digit shown: what binary fractions may be off by


@dataclass(frozen=True)
class _Section:
    """A part of a format: to which numbers it applies, and how many digits after the point it shows of them.

    `places` is None where it shows them otherwise (a date, a fraction, as they are); `nothing`: it shows none.
    """

    condition: tuple[str, float] | None
    places: int | None
    nothing: bool


def hides(code: str, number: float) -> bool:
    """Whether a format shows nothing of a number other than zero: `;;;`, or `"*"` for those below a bound."""
    return number != 0 and _section(code, number).nothing


def holds_more(code: str, number: float) -> bool:
    """Whether a number has digits that its format does not show: 0.58333 as `0%`, 12345 as `#,##0,`."""
    places = _section(code, number).places
    if places is None or (places >= 0 and isinstance(number, int)):
        return False
    shown = number * 10.0**places
    return abs(shown - round(shown)) > _NEAR + abs(shown) * 1e-12


def _section(code: str, number: float) -> _Section:
    """The part of a format that applies to a number."""
    sections = _sections(code)
    if any(section.condition for section in sections):
        applying = (part for part in sections if part.condition is None or _fulfils(number, *part.condition))
        return next(applying, sections[-1])
    if number < 0 and len(sections) > 1:
        return sections[1]
    return sections[2] if number == 0 and len(sections) > 2 else sections[0]


def _fulfils(number: float, sign: str, bound: float) -> bool:
    below, above, same = number < bound, number > bound, number == bound
    return {"<": below, ">": above, "=": same, "<=": below or same, ">=": above or same, "<>": not same}[sign]


@lru_cache(maxsize=1024)
def _sections(code: str) -> Sequence[_Section]:
    return tuple(map(_read, _BETWEEN.split(code)))


def _read(section: str) -> _Section:
    condition = _CONDITION.search(_QUOTED.sub("", section))
    literal = _LITERAL.sub("", section)
    otherwise = bool(_ELAPSED.search(section) or _NO_DECIMALS.search(literal))
    nothing = not otherwise and not _PLACE.search(literal)
    places = None if otherwise or nothing else _places(literal)
    return _Section((condition[1], float(condition[2])) if condition else None, places, nothing)


def _places(literal: str) -> int:
    thousands = _THOUSANDS.search(literal)
    decimals = len(_PLACE.findall(literal.partition(".")[2]))
    return decimals + 2 * literal.count("%") - (3 * len(thousands[1]) if thousands else 0)
