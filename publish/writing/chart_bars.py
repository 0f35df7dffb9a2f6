"""Bars side by side: counts of two groups of patients over the same bands, each bar with its number at its end."""

from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes

from publish.writing.chart_style import COLOURS, EDGE, HEADING_HEIGHT, INK, QUIET_INK, WIDTH, Page, write_heading

BAR_ROW: Final = 0.27  # inches
BAR: Final = 0.72  # of a row
NAME_PAD: Final = 0.1  # inches between a name and its bar
NUMBER_GAP: Final = 4  # points between the end of a bar and its number


def draw_bars(
    page: Page, top: float, names: Sequence[str], panels: Sequence[tuple[str, Sequence[float | None]]], unit: str
) -> None:
    """Panels side by side, the same rows on the same scale from zero, each of a colour of its own.

    A value of a panel is None where there is none to show.
    """
    left = page.widest(names) + EDGE + NAME_PAD
    width = (WIDTH - left - EDGE) / len(panels)
    largest = max((value or 0 for _, values in panels for value in values), default=0)
    numbers = page.widest([f"{largest:,.0f}"]) + NUMBER_GAP / 72 + EDGE
    for place, (heading, values) in enumerate(panels):
        start = left + place * width
        write_heading(page, top, heading, unit, left=start)
        axes = page.axes(start, top + HEADING_HEIGHT, width - EDGE, BAR_ROW * len(names))
        row_axis(axes, names if place == 0 else [""] * len(names), largest * width / (width - numbers))
        for level, value in enumerate(values):
            draw_bar(axes, level, value, COLOURS[place])


def row_axis(axes: Axes, names: Sequence[str], highest: float) -> None:
    """Rows from the top down with their names; the numbers at the bars stand in for an axis of values."""
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", pad=72 * NAME_PAD - 2)
    axes.set_xlim(0, highest or 1)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.spines["left"].set_visible(True)


def draw_bar(axes: Axes, level: int, value: float | None, colour: str) -> None:
    """One bar and its number; or words where there is none."""
    axes.barh([level], [value or 0], BAR, color=colour)
    axes.annotate(
        "no value shown" if value is None else f"{value:,.0f}", (value or 0, level), (NUMBER_GAP, 0),
        textcoords="offset points", verticalalignment="center_baseline", fontsize=10,
        color=QUIET_INK if value is None else INK,
    )  # fmt: skip
