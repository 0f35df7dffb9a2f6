"""The small charts of the review pack: where their lines run, and what they show in words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10
from typing import Any, Final

from publish.period import Month

WIDTH: Final = 440
HEIGHT: Final = 150
LEFT: Final = 62
RIGHT: Final = 434
TOP: Final = 16
BOTTOM: Final = 124
MOST_DOTS: Final = 40  # of more places the line alone is drawn
MOST_LABELS: Final = 12  # that fit beneath it


@dataclass(frozen=True)
class DrawnLine:
    """One line: its name, its path and the points that get a dot (x, y)."""

    name: str
    path: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class DrawnChart:
    """A chart in the coordinates of its picture, 440 by 150.

    `bands` are the marked places (left edge, width, middle), `levels` the horizontal lines (y, label), `labels` the
    places named beneath (x, label).
    """

    lines: tuple[DrawnLine, ...]
    bands: tuple[tuple[float, float, float], ...]
    levels: tuple[tuple[float, str], ...]
    labels: tuple[tuple[float, str], ...]


def number_in_words(value: float | None) -> str:
    """`12,345`, `41.5`, or `none`."""
    if value is None:
        return "none"
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"


def place_in_words(place: str) -> str:
    """`2023-04` as `April 2023`, `2023-04-17` as `17 April 2023`, anything else as it is."""
    year, _, rest = place.partition("-")
    number, _, day = rest.partition("-")
    if not (len(year) == 4 and year.isdecimal() and number.isdecimal() and 1 <= int(number) <= 12):
        return place
    words = f"{Month(int(year), int(number)).name} {year}"
    return f"{int(day)} {words}" if day.isdecimal() else words


def drawn(along: Sequence[str], lines: Sequence[Mapping[str, Any]], marked: Sequence[str]) -> DrawnChart:
    """Lay a chart out. `along` are months or days, each line has `name` and `values`, one for each place."""
    top = _round_above(max((value or 0 for line in lines for value in line["values"]), default=0))
    step = (RIGHT - LEFT) / max(len(along), 1)
    across = [round(LEFT + step * (index + 0.5), 1) for index in range(len(along))]
    bands = [
        (round(x - step / 2, 1), round(step, 1), x)
        for x, place in zip(across, along, strict=True)
        if place in marked
    ]
    return DrawnChart(
        lines=tuple(_drawn_line(line["name"], line["values"], across, top) for line in lines),
        bands=tuple(bands),
        levels=tuple((_height(value, top), number_in_words(value)) for value in (0, top / 2, top)),
        labels=tuple(_labels(along, across)),
    )


def _round_above(value: float) -> float:
    """The next round number: what the vertical axis ends with."""
    if value <= 0:
        return 1
    size = 10 ** floor(log10(value))
    return next(step * size for step in (1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10) if step * size >= value)


def _height(value: float, top: float) -> float:
    return round(BOTTOM - (BOTTOM - TOP) * max(value, 0) / top, 1)


def _drawn_line(name: str, values: Sequence[float | None], across: Sequence[float], top: float) -> DrawnLine:
    points = [None if value is None else (x, _height(value, top)) for x, value in zip(across, values, strict=True)]
    dots = tuple(point for point in points if point) if len(points) <= MOST_DOTS else ()
    return DrawnLine(name, " ".join(_path(points)), dots)


def _path(points: Sequence[tuple[float, float] | None]) -> Iterator[str]:
    """The steps of an SVG path: where a value is missing the line is broken."""
    before = None
    for point in points:
        if point:
            yield f"{'L' if before else 'M'}{point[0]:g} {point[1]:g}"
        before = point


def _labels(along: Sequence[str], across: Sequence[float]) -> Iterator[tuple[float, str]]:
    every = -(-len(along) // MOST_LABELS) or 1
    for index in range(0, len(along), every):
        words = place_in_words(along[index]).split()
        yield across[index], words[0] if words[0].isdecimal() else words[0][:3]


def alternative(evidence: Mapping[str, Any]) -> str:
    """What a chart shows, for those who do not see it."""
    along = evidence["along"]
    if not along or not evidence["lines"]:
        return f"{evidence['title']}: nothing to draw."
    span = f"{evidence['title']}, {place_in_words(along[0])} to {place_in_words(along[-1])}, in {evidence['unit']}."
    return " ".join([span, *map(_span_of, evidence["lines"]), *_marked(evidence)])


def _span_of(line: Mapping[str, Any]) -> str:
    values = [value for value in line["values"] if value is not None]
    name = f"{line['name'][:1].upper()}{line['name'][1:]}"
    if not values:
        return f"{name}: none."
    missing = len(line["values"]) - len(values)
    none = f", none in {missing} of {len(line['values'])} places" if missing else ""
    return f"{name}: from {number_in_words(min(values))} to {number_in_words(max(values))}{none}."


def _marked(evidence: Mapping[str, Any]) -> Iterator[str]:
    """What each line has at the marked places, the first few of them."""
    for index, place in enumerate(evidence["along"]):
        if place in evidence["marked"][:6]:
            values = [f"{line['name']} {number_in_words(line['values'][index])}" for line in evidence["lines"]]
            yield f"Marked: {place_in_words(place)} ({', '.join(values)})."
