"""Words that the document and the charts share: lists, days, counts, changes, and how large a count must be to be
spoken of."""

from collections.abc import Iterable, Mapping
from typing import Final

from publish.disclosure.control import change

# Below so many published tests nothing is ranked, compared or given a percentage: rounding alone moves a smaller
# count by more than two per cent.
FEWEST_TESTS: Final = 100
LITTLE_CHANGED: Final = 0.5  # per cent


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


def ranked(counts: Mapping[str, float | None]) -> list[tuple[str, float]]:
    """The counts that are shown and large enough to rank, largest first; ties keep their order."""
    large = [(name, count) for name, count in counts.items() if count is not None and enough(count)]
    return sorted(large, key=lambda entry: -entry[1])


def large_change(now: float | None, before: float | None) -> float | None:
    """The change in per cent between two counts that are both large enough, else None."""
    return change(now, before) if enough(now) and enough(before) else None


def moved(by: float) -> str:
    """`rose by 3.2 per cent`, `fell by …`, or `was little changed` below half a per cent."""
    if abs(by) < LITTLE_CHANGED:
        return "was little changed"
    return f"{'rose' if by > 0 else 'fell'} by {amount(by)}"


def amount(by: float) -> str:
    """`3.2 per cent`: the size of a change, whichever way it went."""
    return f"{abs(by):.1f} per cent"


def per_cent(share: float) -> str:
    """`29 per cent`, `less than 1 per cent`."""
    return f"{share:.0f} per cent" if share else "less than 1 per cent"


def many(count: float, of: float) -> str:
    """A count in words: `1.71 million`, `78.9 thousand`, `6,545`, on the scale that suits `of`.

    Rule: publication specification (millions to two decimals); thousands and single tests where small. The counts
    of a sentence share a scale, but none is ever shown as zero or to a single digit of it.
    """
    if of >= 500_000 and count >= 100_000:
        return f"{count / 1_000_000:,.2f} million"
    if of >= 10_000 and count >= 1_000:
        return f"{count / 1_000:,.1f} thousand"
    return f"{count:,.0f}"


def tests(count: float) -> str:
    """`test` of one, else `tests`."""
    return "test" if count == 1 else "tests"


def were(count: float) -> str:
    """`was` of one, else `were`."""
    return "was" if count == 1 else "were"
