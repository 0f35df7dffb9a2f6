"""What is said of a chart in words, from the values that it shows and no others."""

from collections.abc import Sequence

from publish.period import Month
from publish.writing.chart_dots import Row
from publish.writing.chart_lines import Line
from publish.writing.chart_style import capitalised
from publish.writing.wording import days, listed


def course(line: Line, months: Sequence[Month]) -> str:
    """`CT from 545,010 in March 2022 to 601,230 in March 2023`, by the first and the last value shown."""
    (first, before), (last, now) = line.shown[0], line.shown[-1]
    if first == last:
        return f"{line.name} {now:,.0f} in {months[last].words}"
    return f"{line.name} from {before:,.0f} in {months[first].words} to {now:,.0f} in {months[last].words}"


def extremes(line: Line, months: Sequence[Month]) -> str:
    """`lowest 510,220 in December 2022, highest 640,115 in March 2023`; nothing for fewer than three values."""
    if len(line.shown) < 3:
        return ""
    lowest = min(line.shown, key=lambda shown: shown[1])
    highest = max(line.shown, key=lambda shown: shown[1])
    low, high = (f"{value:,.0f} in {months[place].words}" for place, value in (lowest, highest))
    return f" (lowest {low}, highest {high})"


def without(names: Sequence[str]) -> str:
    """A sentence on what the chart has no value for, or nothing."""
    return f"No values are shown for {listed(names)}." if names else ""


def lines_in_words(lines: Sequence[Line], months: Sequence[Month], *, with_extremes: bool = False) -> str:
    """Sentences on a panel of lines: where each begins and ends; which have no values."""
    told = [
        course(line, months) + (extremes(line, months) if with_extremes else "") for line in lines if line.shown
    ]
    empty = without([line.name for line in lines if not line.shown])
    return " ".join(part for part in (f"{capitalised('; '.join(told))}." if told else "", empty) if part)


def medians_in_words(rows: Sequence[Row]) -> str:
    """`MRI 20 days, CT 1 day`, then what has no value."""
    told = [f"{row.name} {days(row.england)}" for row in rows if row.england is not None]
    empty = without([row.name for row in rows if row.england is None])
    return " ".join(part for part in (f"{', '.join(told)}." if told else "", empty) if part)


def spread_in_words(row: Row) -> str:
    """One sentence on the providers of a row: how many, from what to what, and England."""
    england = "" if row.england is None else f"; England {days(row.england)}"
    if not row.providers:
        return f"{capitalised(row.name)}: no providers are shown{england}."
    lowest, highest = row.providers[0], row.providers[-1]
    many = f"{len(row.providers)} provider{'' if len(row.providers) == 1 else 's'}"
    reach = f"from {lowest:g} to" if lowest < highest else "at"
    return f"{capitalised(row.name)}: {many}, {reach} {days(highest)}{england}."


def bars_in_words(heading: str, names: Sequence[str], values: Sequence[float | None]) -> str:
    """`Female patients: most 1,234,560 at 70-74, fewest 210,335 at 5-9.`, then what has no value."""
    counts = [(value, name) for name, value in zip(names, values, strict=True) if value is not None]
    empty = without([name for name, value in zip(names, values, strict=True) if value is None])
    if not counts:
        return f"{heading}: {empty[:1].lower()}{empty[1:]}"
    most, fewest = (f"{count:,.0f} at {name}" for count, name in (max(counts), min(counts)))
    return " ".join(part for part in (f"{heading}: most {most}, fewest {fewest}.", empty) if part)
