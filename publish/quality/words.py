"""How provider issues are put into words: the house's sentences and its rounding.

Rule: publication specification, Provider issues. The sentences are ours.
"""

from collections.abc import Sequence
from typing import Final

from publish.period import Month, spans

# Estimates are rounded the more coarsely the larger they are: below each limit to the step beside it.
_STEPS: Final = ((2_000, 100), (10_000, 200), (100_000, 1_000), (float("inf"), 5_000))
LEAST_TOLD: Final = 5  # an exact number in a sentence is told to the nearest 5, as in the tables


def rounded_estimate(records: float) -> int:
    """A number of records as the publication writes an estimate: 1,800; 14,000; 215,000; at least 100."""
    step = next(step for limit, step in _STEPS if records < limit)
    return max(int(records / step + 0.5) * step, 100)


def rounded_count(tests: float) -> int:
    """A number of tests to the nearest 5, as in the tables."""
    return int(tests / LEAST_TOLD + 0.5) * LEAST_TOLD


def per_cent(part: float, whole: float) -> str:
    """`26%`, worked out from rounded counts as in the tables: 99% of 100 would tell that one is not among them."""
    rounded = rounded_count(whole)
    return f"{round(100 * rounded_count(part) / rounded)}%" if rounded else "0%"


def within(months: Sequence[Month]) -> str:
    """`in May 2023`; `in May and June 2023`; `from May to July 2023`."""
    words = spans(list(months))
    return f"from {words}" if " to " in words.split(" and ")[0].split(",")[0] else f"in {words}"


def named(name: str, code: str) -> str:
    """`Alder Hey Children's NHS Foundation Trust (RBS)`."""
    return f"{name} ({code})"


def shares(ratio: float) -> str:
    """`62%` of an estimate; what is nearly nothing is not 0%."""
    return f"{max(round(100 * ratio), 1) if ratio > 0 else 0}%"
