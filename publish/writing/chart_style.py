"""How every chart looks, and how it becomes files: SVG with real text, PNG, the same bytes every time.

Rules: Analysis Function, accessible charts: no title in the picture, sans serif and horizontal text, direct labels,
few light grid lines, contrast of 3:1 for marks and 4.5:1 for text, colour never the only carrier.
"""

import textwrap
from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from matplotlib.typing import RcKeyType

from publish.edition import Edition

# Analysis Function categorical palette, each with a dash and an end mark of its own.
COLOURS: Final = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
DASHES: Final[tuple[Any, ...]] = (
    "-",
    (0, (6, 2)),
    (0, (2, 1.2)),
    (0, (7, 2, 1.5, 2)),
    (0, (4, 1.2)),
    (0, (1.2, 1.2)),
)
MARKS: Final = ("o", "s", "^", "D", "v", "P")
INK: Final = "#0B0C0C"
QUIET_INK: Final = "#505A5F"  # 7:1 on white
GRID: Final = "#D9D9D9"

WIDTH: Final = 6.0  # inches: text of 11 points can still be read when the picture is as narrow as a phone
DOTS_PER_INCH: Final = 200
LINE: Final = 0.2  # inches, a line of text
EDGE: Final = 0.06
HEADING_HEIGHT: Final = 2 * LINE + 0.12
FOOT_LINE: Final = 0.17
FOOT_WIDTH: Final = 80  # characters of a line at the foot

RC: Final[dict[RcKeyType, Any]] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "sans-serif"],
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": QUIET_INK,
    "axes.spines.left": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "xtick.color": QUIET_INK,
    "ytick.color": QUIET_INK,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "ytick.major.size": 0,
    "svg.fonttype": "none",
}


@dataclass(frozen=True)
class Files:
    """Where a chart was written."""

    svg: Path
    png: Path


@contextmanager
def house_style(name: str) -> Generator[None]:
    """Matplotlib's own defaults and the house's style, whatever the user has set; put back afterwards."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(RC)
        matplotlib.rcParams["svg.hashsalt"] = name
        yield


class Page:
    """A figure on which axes are placed from the top down, in inches, above the lines at the foot."""

    def __init__(self, height: float, foot: Sequence[str], notices: Sequence[str]) -> None:
        lines = [(line, False) for text in foot for line in textwrap.wrap(text, FOOT_WIDTH)]
        lines += [(line, True) for text in notices for line in textwrap.wrap(text, FOOT_WIDTH - 10)]
        self.height = height + FOOT_LINE * len(lines) + 2 * EDGE
        self.figure = Figure(figsize=(WIDTH, self.height), facecolor="white")
        self.canvas = FigureCanvasAgg(self.figure)
        for row, (line, is_notice) in enumerate(lines):
            self.text(EDGE, height + EDGE + FOOT_LINE * row, line, size=9, bold=is_notice, quiet=not is_notice)

    def axes(self, left: float, top: float, width: float, height: float) -> Axes:
        """Axes whose left edge and top edge are so many inches from those of the figure."""
        bottom = self.height - top - height
        return self.figure.add_axes((left / WIDTH, bottom / self.height, width / WIDTH, height / self.height))

    def text(
        self, left: float, top: float, text: str, *, size: float = 11, bold: bool = False, quiet: bool = False
    ) -> None:
        """Text whose upper left corner is so many inches from that of the figure."""
        self.figure.text(
            left / WIDTH,
            1 - top / self.height,
            text,
            verticalalignment="top",
            fontsize=size,
            fontweight="bold" if bold else "normal",
            color=QUIET_INK if quiet else INK,
        )

    def widest(self, texts: Iterable[str], *, bold: bool = False) -> float:
        """Inches that the widest of some texts takes."""
        return max((self.extent(text, bold=bold) for text in texts), default=0.0)

    def extent(self, text: str, *, bold: bool) -> float:
        """Inches that a text takes."""
        trial = self.figure.text(0, 0, text, fontweight="bold" if bold else "normal")
        width = trial.get_window_extent(self.canvas.get_renderer()).width / self.figure.dpi
        trial.remove()
        return width


def new_page(height: float, edition: Edition, *notes: str) -> Page:
    """A page with what a chart says at its foot, as its file travels alone: notes, source, status, notices."""
    source = f"Source: {edition.house.source}."
    status = f"{edition.status}, published {edition.published_in_words}."
    return Page(height, [*(note for note in notes if note), source, status], edition.notices)


def capitalised(name: str) -> str:
    """`X-ray`, `Brain MRI`: a common name at the beginning of a label or a sentence."""
    return name[:1].upper() + name[1:]


def write_heading(page: Page, top: float, heading: str, unit: str, left: float = EDGE) -> None:
    """The heading of a panel and, below it, the unit of its values."""
    page.text(left, top, heading, bold=True)
    page.text(left, top + LINE, unit, quiet=True)


def round_ticks(largest: float) -> list[float]:
    """At most seven round numbers, from zero to the largest value or just beyond it."""
    locator = MaxNLocator(nbins=5, steps=[1, 2, 2.5, 5, 10])
    return [float(tick) for tick in locator.tick_values(0, largest)]


def spread_out(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """The positions nearest to those wanted that keep order, are `gap` apart and lie between low and high.

    Equal wishes keep the order in which they are given, the first the lowest. Too many for the room: they begin
    at `low`, still `gap` apart.
    """
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index], index))
    blocks: list[tuple[float, int]] = []  # the sum of wishes less their places within the block, and its size
    for index in order:
        total, size = wanted[index], 1
        while blocks and blocks[-1][0] / blocks[-1][1] + blocks[-1][1] * gap > total / size:
            before, count = blocks.pop()
            total, size = before + total - size * count * gap, count + size
        blocks.append((total, size))
    placed: list[float] = []
    for total, size in blocks:
        placed.extend(total / size + step * gap for step in range(size))
    placed = held_within(placed, gap, low, high)
    return [position for _, position in sorted(zip(order, placed, strict=True))]


def held_within(placed: list[float], gap: float, low: float, high: float) -> list[float]:
    """Push positions in rising order down from `high`, then up from `low`."""
    for step, index in enumerate(reversed(range(len(placed)))):
        placed[index] = min(placed[index], high - step * gap)
    return [max(position, low + step * gap) for step, position in enumerate(placed)]


def save(page: Page, stem: Path, title: str, description: str, creator: str) -> Files:
    """Write `<stem>.svg` and `<stem>.png`; the title and the description go into the SVG for screen readers."""
    files = Files(svg=stem.with_name(f"{stem.name}.svg"), png=stem.with_name(f"{stem.name}.png"))
    picture = BytesIO()
    page.figure.savefig(picture, format="svg", metadata={"Title": title, "Creator": creator, "Date": None})
    files.svg.write_text(described(picture.getvalue().decode("utf-8"), description), encoding="utf-8", newline="\n")
    software = {"Title": title, "Software": "publish"}
    page.figure.savefig(files.png, format="png", dpi=DOTS_PER_INCH, metadata=software)
    return files


def described(svg: str, description: str) -> str:
    """The SVG as an English image with a description after its title."""
    svg = svg.replace("<svg ", '<svg role="img" xml:lang="en" ', 1)
    return svg.replace("</title>", f"</title>\n <desc>{escape(description)}</desc>", 1)
