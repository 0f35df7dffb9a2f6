"""A check of a draft, and its verdict in plain words."""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How a check came out. `look` asks for a person's eye and stops nothing; `failed` must be mended or waived."""

    PASSED = "passed"
    LOOK = "look"
    FAILED = "failed"
    NOT_RUN = "not run"


@dataclass(frozen=True)
class Check:
    """One check of a draft.

    `name` is short and stable (`totals-and-parts`): waivers name it. `title` says what was asked, `said` what came
    out, in a sentence; `places` are where to look, each in words, the first ones of `found` in number.
    """

    name: str
    title: str
    verdict: Verdict
    said: str
    places: tuple[str, ...] = ()
    found: int = 0
