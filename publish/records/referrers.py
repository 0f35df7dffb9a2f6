"""Referrer codes: the patterns that they are written in, and who refers by each."""

from dataclasses import dataclass
from functools import cache
from typing import Final

from publish.reference.vocabulary import bundled_rows

NOT_KNOWN: Final = "99"  # what a code that fits no pattern is replaced by (rule DIDS023)


@dataclass(frozen=True)
class ReferrerType:
    """A form of referrer code, as a regular expression of the whole code, and who refers by it."""

    pattern: str
    referrer_type: str


@cache
def referrer_types() -> tuple[ReferrerType, ...]:
    """The forms of referrer code. A code fits one of them at most; `99` is the code for not known.

    Source: records specification, Derived fields, Referrer type, and the NHS Data Dictionary's REFERRER CODE.
    """
    return tuple(ReferrerType(**row) for row in bundled_rows("referrer_types"))


def referrer_pattern() -> str:
    """A regular expression that a code fits where it fits any of the forms."""
    return f"^(?:{'|'.join(known.pattern for known in referrer_types())})$"
