"""The charts of a release, each as SVG and PNG with its data and its words.

Only published values are drawn. A hidden or missing value leaves a gap; nothing is worked out from others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from publish.disclosure.control import ProtectedTable
from publish.edition import Edition
from publish.period import Month, in_words
from publish.reference.vocabulary import CancerGroup, Modality, cancer_groups, modalities
from publish.tables.specification import ALL_SETTINGS, GP_DIRECT_ACCESS
from publish.tables.truth import ENGLAND_CODE, YEAR
from publish.writing.chart_dots import DAYS_HEIGHT, ROW, SPREAD_ROW, Row, draw_medians, draw_providers
from publish.writing.chart_lines import PANEL_HEIGHT, Line, draw_line_panels
from publish.writing.chart_style import EDGE, HEADING_HEIGHT, Page, capitalised, house_style, new_page, save
from publish.writing.chart_words import lines_in_words, medians_in_words, spread_in_words
from publish.writing.content import ReleaseTables
from publish.writing.csv_files import tidy, write_csv
from publish.writing.wording import days, enough, listed

LARGEST: Final = 4  # modalities in the first panel: their counts would flatten those of the others
SPREAD_ROWS: Final = 6
REGION_NOTE: Final = "A provider with sites in several regions has a dot for each."
GAP_NOTE: Final = "A gap in a line: no value is shown for that month."
SETTING_NAMES: Final = {ALL_SETTINGS: "all requests", GP_DIRECT_ACCESS: "GP direct access"}

Values = Mapping[tuple[str, str, str], float]  # by label, source setting and period


@dataclass(frozen=True)
class Chart:
    """A chart as written.

    `name` is its file stem without the marks of a draft, `title` and `subtitle` are for the text of the page,
    `alternative` says in words what is seen, `data` holds its values as CSV.
    """

    name: str
    title: str
    subtitle: str
    alternative: str
    svg: Path
    png: Path
    data: Path


@dataclass(frozen=True)
class Words:
    """What a page says of a chart."""

    name: str
    title: str
    subtitle: str
    alternative: str


def write_charts(tables: ReleaseTables, edition: Edition, folder: Path) -> tuple[Chart, ...]:
    """Write every chart of a release: `<name>.svg`, `.png` and `.csv`, with the marks of a draft in their names.

    Activity by modality; medians by modality; activity in each cancer test group; the spread of providers.
    """
    return (
        activity_chart(tables.england["1"], edition, folder),
        medians_chart(tables, edition, folder),
        *(cancer_chart(tables.england["4"], group, edition, folder) for group in cancer_groups()),
        spread_chart(tables.provider["2"], edition, folder),
    )


def activity_chart(table: ProtectedTable, edition: Edition, folder: Path) -> Chart:
    """Tests by modality over the months of the table: the four largest modalities, below them the others."""
    names, values = modality_names(table), table.england
    lines = [Line(name, over_months(values, label, "", table.months)) for label, name in names.items()]
    large, small = lines[:LARGEST], lines[LARGEST:]
    words = Words(
        "activity-by-modality",
        activity_title(lines, table.months[-1]),
        f"Imaging tests a month by modality, England, {in_words(table.months)}",
        f"Line charts of imaging tests a month in two panels. {lines_in_words(large, table.months)} "
        f"In the second panel, on a scale of its own: {lines_in_words(small, table.months)}",
    )
    heading = capitalised(listed([line.name for line in large]))
    panels = {heading: large, "Other modalities, on a scale of their own": small}
    data = months_of(tidy(table), table.months).filter(pl.col("modality").is_in(list(names)))
    with house_style(words.name):
        page = new_page(EDGE + len(panels) * PANEL_HEIGHT, edition, gap_note(lines))
        draw_line_panels(page, EDGE, table.months, panels)
        return write_chart(page, words, data, edition, folder)


def activity_title(lines: Sequence[Line], latest: Month) -> str:
    """Which modality had most tests in the latest month, or only what the chart is of."""
    shown = sorted((line.values[-1] or 0.0, line.name) for line in lines)
    (runner_up, _), (count, name) = shown[-2:]
    if count == runner_up:
        return "Imaging tests by modality"
    return f"{capitalised(name)} was the commonest modality in {latest.words}, with {count:,.0f} tests"


def medians_chart(tables: ReleaseTables, edition: Edition, folder: Path) -> Chart:
    """Medians of the latest month by modality, longest wait for a test first."""
    latest = edition.period.latest
    waits, reports = (latest_rows(tables.england[number], latest) for number in ("2", "3"))
    order = sorted(waits, key=lambda name: (waits[name].england is None, -(waits[name].england or 0)))
    panels = [("Request to test", in_order(waits, order)), ("Test to report", in_order(reports, order))]
    told = " ".join(f"{heading}: {medians_in_words(rows)}" for heading, rows in panels)
    words = Words(
        "medians-by-modality",
        medians_title(panels[0][1], latest_rows(tables.england["1"], latest)),
        f"Median days from request to test and from test to report by modality, England, {latest.words}",
        f"Dot chart of median days by modality in {latest.words}, in two columns. {told}",
    )
    data = pl.concat(months_of(tidy(tables.england[number]), (latest,)) for number in ("2", "3"))
    with house_style(words.name):
        page = new_page(EDGE + HEADING_HEIGHT + ROW * len(order) + DAYS_HEIGHT, edition)
        draw_medians(page, EDGE, panels)
        return write_chart(page, words, data, edition, folder)


def latest_rows(table: ProtectedTable, latest: Month) -> dict[str, Row]:
    """England's median of the month by common name of the modality, commonest modality first."""
    values, names = table.england, modality_names(table)
    return {name: Row(name, values.get((label, "", str(latest)))) for label, name in names.items()}


def in_order(rows: Mapping[str, Row], order: Sequence[str]) -> list[Row]:
    """The rows of those names."""
    return [rows[name] for name in order]


def medians_title(rows: Sequence[Row], counts: Mapping[str, Row]) -> str:
    """Which modality had the longest median wait; only what the chart is of where two had, or it had few tests."""
    large = [row for row in rows if row.england is not None and enough(counts[row.name].england)]
    if len(large) < 2 or large[0].england == large[1].england or large[0] is not rows[0]:
        return "Median days from request to test and from test to report"
    return f"The longest median wait for a test was {days(large[0].england or 0)}, for {large[0].name}"


def cancer_chart(table: ProtectedTable, group: CancerGroup, edition: Edition, folder: Path) -> Chart:
    """Tests of one cancer test group over the months of the table: all requests and GP direct access."""
    name, months = capitalised(group.common_name), table.months
    lines = group_lines(table, group)
    words = Words(
        f"activity-{group.common_name.lower().replace(' ', '-')}",
        cancer_title(name, lines, months[-1]),
        f"{name} tests a month, all requests and GP direct access, England, {in_words(months)}",
        f"Line chart of {group.common_name} tests a month. {lines_in_words(lines, months, with_extremes=True)}",
    )
    data = months_of(tidy(table), months).filter(pl.col("test") == group.cancer_group)
    with house_style(words.name):
        page = new_page(EDGE + PANEL_HEIGHT, edition, gap_note(lines))
        draw_line_panels(page, EDGE, months, {name: lines})
        return write_chart(page, words, data, edition, folder)


def group_lines(table: ProtectedTable, group: CancerGroup) -> list[Line]:
    """All requests, and GP direct access."""
    values = table.england
    return [
        Line(name, over_months(values, group.cancer_group, setting, table.months))
        for setting, name in SETTING_NAMES.items()
    ]


def cancer_title(name: str, lines: Sequence[Line], latest: Month) -> str:
    """The latest month's tests and those requested directly by a GP, or only what the chart is of."""
    every, by_gp = (line.values[-1] for line in lines)
    if every is None or by_gp is None:
        return f"{name} tests: all requests and GP direct access"
    return f"{name}: {every:,.0f} tests in {latest.words}, {by_gp:,.0f} of them through GP direct access"


def spread_chart(table: ProtectedTable, edition: Edition, folder: Path) -> Chart:
    """Medians from request to test in the year so far: every provider's and England's, commonest modalities."""
    names = dict(list(modality_names(table).items())[:SPREAD_ROWS])
    england, providers = table.england, provider_values(table)
    rows = [Row(name, england.get((label, "", YEAR)), providers.get(label, ())) for label, name in names.items()]
    months = in_words(table.months)
    words = Words(
        "providers-request-to-test",
        "How long patients wait for a test, provider by provider",
        f"Median days from request to test by modality, providers and England, {months}",
        f"Dot chart of the median days from request to test of each provider, {months}. "
        + " ".join(map(spread_in_words, rows)),
    )
    data = tidy(table).filter(pl.col("modality").is_in(list(names)), pl.col("period_type") == "year_to_date")
    with house_style(words.name):
        page = new_page(EDGE + HEADING_HEIGHT + SPREAD_ROW * len(rows) + DAYS_HEIGHT, edition, REGION_NOTE)
        draw_providers(page, EDGE, rows)
        return write_chart(page, words, data, edition, folder)


def write_chart(page: Page, words: Words, data: pl.DataFrame, edition: Edition, folder: Path) -> Chart:
    """Write the picture twice and its data, and gather what a page needs to show it."""
    stem = folder / edition.file_name(words.name)
    files = save(page, stem, f"{words.title}. {words.subtitle}", words.alternative, edition.house.organisation)
    table = stem.with_name(f"{stem.name}.csv")
    write_csv(data, table)
    return Chart(words.name, words.title, words.subtitle, words.alternative, files.svg, files.png, table)


def modality_names(table: ProtectedTable) -> dict[str, str]:
    """Common names by label, commonest modality first; without the row for all modalities together."""
    known = {modality.modality: modality for modality in modalities()}
    labelled = [known[label.text] for label in table.spec.labels if label.text in known]
    return {modality.modality: modality.common_name for modality in sorted(labelled, key=by_volume)}


def by_volume(modality: Modality) -> int:
    """Its place when modalities are sorted by volume."""
    return modality.volume_order


def provider_values(table: ProtectedTable) -> dict[str, tuple[float, ...]]:
    """The values for the year so far of every provider that has one, in rising order, by label."""
    shown = (pl.col("org_code") != ENGLAND_CODE) & (pl.col("period") == YEAR) & pl.col("value").is_not_null()
    gathered = table.cells.filter(shown).group_by("label").agg(pl.col("value").sort())
    return {label: tuple(values) for label, values in gathered.iter_rows()}


def over_months(values: Values, label: str, setting: str, months: Sequence[Month]) -> tuple[float | None, ...]:
    """The values of a row over the months, None where there is none to show."""
    return tuple(values.get((label, setting, str(month))) for month in months)


def months_of(frame: pl.DataFrame, months: Sequence[Month]) -> pl.DataFrame:
    """The rows of a tidy frame for those months, without the year."""
    return frame.filter(pl.col("period").is_in([str(month) for month in months]))


def gap_note(lines: Sequence[Line]) -> str:
    """The note on gaps, where a line has one."""
    return GAP_NOTE if any(line.shown and None in line.values for line in lines) else ""
