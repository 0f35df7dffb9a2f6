"""Lines over months: panels from zero, each line named at its end. A missing value leaves a gap."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from matplotlib.axes import Axes

from publish.period import Month
from publish.writing.chart_style import (
    COLOURS,
    DASHES,
    EDGE,
    HEADING_HEIGHT,
    LINE,
    MARKS,
    WIDTH,
    Page,
    capitalised,
    round_ticks,
    spread_out,
    write_heading,
)

NOTHING: Final = "No values to show"
LEFT: Final = 0.62  # inches for the labels of the value axis
LEADER: Final = 0.22  # inches from the end of a line to its name
BEFORE: Final = 0.4  # months between the left edge and the first month
AFTER: Final = 0.25  # months between the latest month and the right edge
PLOT_HEIGHT: Final = 2.0
MONTHS_HEIGHT: Final = 0.6
PANEL_HEIGHT: Final = HEADING_HEIGHT + PLOT_HEIGHT + MONTHS_HEIGHT
EVERY_MONTH: Final = 6  # up to so many months each has its label, beyond that every third


@dataclass(frozen=True)
class Line:
    """A line over months: a value or None for each. The name begins in lower case where the word does."""

    name: str
    values: tuple[float | None, ...]

    @property
    def shown(self) -> list[tuple[int, float]]:
        """The position of each month that has a value, and the value."""
        return [(place, value) for place, value in enumerate(self.values) if value is not None]

    @property
    def lone(self) -> list[tuple[int, float]]:
        """Values without a neighbour, which no stroke would show."""
        places = {place for place, _ in self.shown}
        return [(place, value) for place, value in self.shown if not places & {place - 1, place + 1}]


def draw_line_panels(page: Page, top: float, months: Sequence[Month], panels: Mapping[str, Sequence[Line]]) -> None:
    """Panels of lines by heading, below one another and equally wide, each on a scale of its own from zero."""
    names = page.widest(capitalised(line.name) for lines in panels.values() for line in lines)
    width = WIDTH - LEFT - LEADER - names - 3 * EDGE
    for place, (heading, lines) in enumerate(panels.items()):
        draw_lines(page, top + place * PANEL_HEIGHT, width, heading, months, lines)


def draw_lines(
    page: Page, top: float, width: float, heading: str, months: Sequence[Month], lines: Sequence[Line]
) -> None:
    """A panel of lines from zero, each with its name at its end."""
    largest = max((value for line in lines for _, value in line.shown), default=0.0)
    divisor, unit = scale(largest)
    write_heading(page, top, heading, f"{unit} a month" if largest else NOTHING)
    axes = page.axes(LEFT, top + HEADING_HEIGHT, width, PLOT_HEIGHT)
    highest = value_axis(axes, largest, divisor)
    month_axis(axes, months)
    for place, line in enumerate(lines):
        if line.shown:
            draw_line(axes, line, place)
    name_lines(axes, lines, highest, width, len(months))


def scale(largest: float) -> tuple[int, str]:
    """What to divide counts by so that the axis stays short, and its name."""
    if largest >= 1_000_000:
        return 1_000_000, "Millions of tests"
    return (1_000, "Thousands of tests") if largest >= 10_000 else (1, "Tests")


def value_axis(axes: Axes, largest: float, divisor: int) -> float:
    """Ticks and light lines from zero to beyond the largest value. Returns the top of the axis."""
    ticks = round_ticks(max(largest, 1) / divisor)
    highest = ticks[-1] * divisor
    axes.set_ylim(0, highest)
    decimals = max(len(f"{tick:g}".partition(".")[2]) for tick in ticks)
    shown = ticks if largest else []  # an axis without values has no scale
    axes.set_yticks([tick * divisor for tick in shown], [f"{tick:,.{decimals}f}" for tick in shown])
    axes.grid(axis="y")
    return highest


def month_axis(axes: Axes, months: Sequence[Month]) -> None:
    """A tick for every month; labels counted back from the latest, the year under the first of each year."""
    last = len(months) - 1
    labelled = [place for place in range(last + 1) if last < EVERY_MONTH or (last - place) % 3 == 0]
    new_year = {labelled[0], *(b for a, b in pairwise(labelled) if months[a].year != months[b].year)}
    axes.set_xlim(-BEFORE, last + AFTER)
    axes.set_xticks(range(last + 1), minor=True)
    axes.set_xticks(
        labelled,
        [f"{months[place].short}\n{months[place].year if place in new_year else ''}" for place in labelled],
    )


def draw_line(axes: Axes, line: Line, place: int) -> None:
    """A stroke broken where a value is missing, a mark at its end and on values without a neighbour."""
    colour = COLOURS[place]
    heights = [float("nan") if value is None else value for value in line.values]
    axes.plot(range(len(heights)), heights, color=colour, linestyle=DASHES[place], linewidth=2.2, clip_on=False)
    marked = dict([*line.lone, *line.shown[-1:]])
    axes.plot(list(marked.keys()), list(marked.values()), MARKS[place], color=colour, markersize=6.5, clip_on=False)


def name_lines(axes: Axes, lines: Sequence[Line], highest: float, width: float, months: int) -> None:
    """Names beside the ends of the lines, moved apart where they would meet, each tied to its line."""
    drawn = [(place, line, *line.shown[-1]) for place, line in enumerate(lines) if line.shown]
    heights = spread_out([value / highest * PLOT_HEIGHT for *_, value in drawn], LINE, 0.0, PLOT_HEIGHT)
    edge = months - 1 + AFTER
    month = (edge + BEFORE) / width  # months to an inch
    for (place, line, end, value), height in zip(drawn, heights, strict=True):
        level = height / PLOT_HEIGHT * highest
        tie = edge + (LEADER - 0.05) * month
        dash = "-" if end == months - 1 else ":"  # a line that ends early is not carried on
        axes.plot([end, tie], [value, level], dash, color=COLOURS[place], linewidth=0.8, clip_on=False)
        axes.text(edge + LEADER * month, level, capitalised(line.name), verticalalignment="center_baseline")
