"""Words that the document and the charts share: lists, days, and how large a count must be to be spoken of."""

from collections.abc import Iterable
from typing import Final

# Below so many published tests nothing is ranked, compared or given a percentage: rounding alone moves a smaller
# count by more than two per cent.
FEWEST_TESTS: Final = 100


def listed(words: Iterable[str]) -> str:
    """`CT`, `CT and MRI`, `CT, MRI and PET`."""
    every = list(words)
    return " and ".join((", ".join(every[:-1]), every[-1])) if len(every) > 1 else "".join(every)


def days(median: float) -> str:
    """`1 day`, `12.5 days`, `0 days`."""
    return f"{median:,g} {'day' if median == 1 else 'days'}"


def enough(count: float | None) -> bool:
    """Whether a published count is large enough for a ranking, a percentage or a change."""
    return count is not None and count >= FEWEST_TESTS
