"""Days as dots: England's medians side by side, and the spread of providers."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from matplotlib.axes import Axes

from publish.writing.chart_style import (
    COLOURS,
    EDGE,
    HEADING_HEIGHT,
    INK,
    LINE,
    QUIET_INK,
    WIDTH,
    Page,
    capitalised,
    round_ticks,
    write_heading,
)

ROW: Final = 0.3  # inches
SPREAD_ROW: Final = 0.64
DAYS_HEIGHT: Final = 0.35  # inches for the labels of the axis of days
LEAST_DAYS: Final = 5.0  # the shortest axis: its ticks are whole days
NAME_PAD: Final = 0.14  # inches between a name and the axis: a dot at zero reaches over it
DOT_DAYS: Final = 60  # a dot is about as wide as this part of the axis
DOT_ROWS: Final = 0.12  # and as high as this part of a row
SWARM: Final = 0.62  # the part of a row over which dots are spread
ENGLAND_ABOVE: Final = 0.44  # of a row


@dataclass(frozen=True)
class Row:
    """A row of dots: England's value, and the providers' in rising order (in a drawing of providers)."""

    name: str
    england: float | None
    providers: tuple[float, ...] = ()


def draw_medians(page: Page, top: float, panels: Sequence[tuple[str, Sequence[Row]]]) -> None:
    """Panels side by side, the same rows on the same scale: a dot on a stem from zero, and its value in days."""
    names = [capitalised(row.name) for row in panels[0][1]]
    left = page.widest(names) + EDGE + NAME_PAD
    width = (WIDTH - left - EDGE) / len(panels)
    largest = max((row.england or 0 for _, rows in panels for row in rows), default=0)
    for place, (heading, rows) in enumerate(panels):
        start = left + place * width
        write_heading(page, top, heading, "Median days", left=start)
        axes = page.axes(start, top + HEADING_HEIGHT, width - 0.2, ROW * len(rows))
        row_axis(axes, names if place == 0 else [""] * len(names), largest * 1.3)
        for level, row in enumerate(rows):
            draw_median(axes, level, row.england)


def draw_median(axes: Axes, level: int, value: float | None) -> None:
    """One median: a stem from zero, a dot and the number; or words where there is none."""
    if value is None:
        write_missing(axes, level)
        return
    axes.plot([0, value], [level, level], color=COLOURS[0], linewidth=2.5)
    axes.plot([value], [level], "o", color=COLOURS[0], markersize=8, clip_on=False, zorder=3)
    axes.annotate(
        f"{value:g}", (value, level), (8, 0), textcoords="offset points", verticalalignment="center_baseline"
    )


def write_missing(axes: Axes, level: int) -> None:
    """Words in place of a value that is not shown."""
    axes.annotate(
        "no value shown", (0, level), (6, 0), textcoords="offset points", verticalalignment="center_baseline",
        fontsize=10, color=QUIET_INK,
    )  # fmt: skip


def row_axis(axes: Axes, names: Sequence[str], largest: float) -> None:
    """Rows from the top down, their names on the left, and an axis of days from zero."""
    highest = max(largest, LEAST_DAYS)
    ticks = [tick for tick in round_ticks(highest) if tick <= highest]
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", pad=72 * NAME_PAD - 2)
    axes.set_xlim(0, highest)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.spines["left"].set_visible(True)
    axes.grid(axis="x")


def draw_providers(page: Page, top: float, rows: Sequence[Row]) -> None:
    """A dot for each provider, a triangle for England, its median written at the right."""
    names = [capitalised(row.name) for row in rows]
    left = page.widest(names) + EDGE + NAME_PAD
    right = page.widest(["England"], bold=True) + 3 * EDGE
    write_heading(page, top, "Each dot is a provider, each triangle is England", "Median days")
    page.text(WIDTH - right + EDGE, top + LINE, "England", bold=True)
    axes = page.axes(left, top + HEADING_HEIGHT, WIDTH - left - right, SPREAD_ROW * len(rows))
    largest = max((value for row in rows for value in (*row.providers, row.england or 0)), default=0)
    row_axis(axes, names, largest * 1.03)
    for level, row in enumerate(rows):
        draw_spread(axes, level, row.providers, max(largest, LEAST_DAYS) / DOT_DAYS)
        draw_england(axes, level, row.england)


def draw_spread(axes: Axes, level: int, values: Sequence[float], near: float) -> None:
    """The providers of a row, those with nearly the same value above and below one another."""
    if not values:
        write_missing(axes, level)
    places = [level + shift for shift in swarm(values, near)]
    axes.plot(
        values,
        places,
        "o",
        color=COLOURS[0],
        markersize=4.5,
        markeredgewidth=0,
        alpha=0.65,
        zorder=3,
        clip_on=False,
    )


def draw_england(axes: Axes, level: int, value: float | None) -> None:
    """England in a row: a triangle above the dots, which it must not hide, and its number at the right."""
    if value is not None:
        place = level - ENGLAND_ABOVE
        axes.plot(
            [value], [place], "v", color=COLOURS[3], markeredgecolor=INK, markersize=8, clip_on=False, zorder=4
        )
    axes.annotate(
        "none" if value is None else f"{value:g}", (1, level), (10, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", verticalalignment="center_baseline",
    )  # fmt: skip


def swarm(values: Sequence[float], near: float) -> list[float]:
    """How far to move each value off its row, so that near ones do not hide one another.

    The values come in rising order. Those of the same stretch of `near` days are laid out from the row outwards,
    below and above in turn, within SWARM of a row.
    """
    shifts: list[float] = []
    for _, stretch in groupby(values, key=lambda value: int(value / near)):
        size = len(list(stretch))
        step = min(DOT_ROWS, SWARM / max(size - 1, 1))
        shifts.extend((place + 1) // 2 * step * (-1) ** place for place in range(size))
    return shifts
