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
from publish.tables.annual import TOTAL
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.further import BY_AGE_AND_SEX, NOT_KNOWN
from publish.tables.specification import ALL_SETTINGS, GP_DIRECT_ACCESS, YEAR, Level
from publish.writing.chart_bars import BAR_ROW, draw_bars
from publish.writing.chart_dots import DAYS_HEIGHT, ROW, SPREAD_ROW, Row, draw_medians, draw_providers
from publish.writing.chart_lines import PANEL_HEIGHT, Line, draw_line_panels
from publish.writing.chart_style import EDGE, HEADING_HEIGHT, Page, capitalised, house_style, new_page, save
from publish.writing.chart_words import bars_in_words, lines_in_words, medians_in_words, spread_in_words
from publish.writing.content import ReleaseTables
from publish.writing.csv_files import tidy, write_csv
from publish.writing.patients import FEMALE, MALE, age_bands, commonest_ages, found, shown
from publish.writing.spoken import Spoken, spoken_of
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

    Activity by modality; medians by modality; activity in each cancer test group; the spread of providers; where
    the release has it, activity by age and sex.
    """
    spoken = spoken_of(tables, edition.period)
    by_age = found(tables, BY_AGE_AND_SEX)
    return (
        activity_chart(tables.england["1"], spoken, edition, folder),
        medians_chart(tables, spoken, edition, folder),
        *(cancer_chart(tables.england["4"], group, spoken, edition, folder) for group in cancer_groups()),
        spread_chart(tables.provider["2"], edition, folder),
        *((age_and_sex_chart(by_age, spoken, edition, folder),) if by_age else ()),
    )


def activity_chart(table: ProtectedTable, spoken: Spoken, edition: Edition, folder: Path) -> Chart:
    """Tests by modality over the months of the table: the four largest modalities, below them the others."""
    names, values = modality_names(table), table.england
    lines = [Line(name, over_months(values, label, "", table.months)) for label, name in names.items()]
    large, small = lines[:LARGEST], lines[LARGEST:]
    words = Words(
        "activity-by-modality",
        activity_title(names, spoken),
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


def activity_title(names: Mapping[str, str], spoken: Spoken) -> str:
    """Which modality had most tests in the period, or only what the chart is of."""
    counts = sorted((spoken.tests.get(label, 0.0), name) for label, name in names.items())
    (runner_up, _), (count, name) = counts[-2:]
    if count == runner_up:
        return "Imaging tests by modality"
    return f"{capitalised(name)} was the commonest modality in {spoken.words}, with {count:,.0f} tests"


def medians_chart(tables: ReleaseTables, spoken: Spoken, edition: Edition, folder: Path) -> Chart:
    """Medians of the period by modality, longest wait for a test first."""
    waits, reports = (period_rows(tables.england[number], spoken) for number in ("2", "3"))
    order = sorted(waits, key=lambda name: (waits[name].england is None, -(waits[name].england or 0)))
    panels = [("Request to test", in_order(waits, order)), ("Test to report", in_order(reports, order))]
    told = " ".join(f"{heading}: {medians_in_words(rows)}" for heading, rows in panels)
    words = Words(
        "medians-by-modality",
        medians_title(panels[0][1], period_rows(tables.england["1"], spoken)),
        f"Median days from request to test and from test to report by modality, England, {spoken.words}",
        f"Dot chart of median days by modality in {spoken.words}, in two columns. {told}",
    )
    data = pl.concat(of_period(tidy(tables.england[number]), spoken) for number in ("2", "3"))
    with house_style(words.name):
        page = new_page(EDGE + HEADING_HEIGHT + ROW * len(order) + DAYS_HEIGHT, edition)
        draw_medians(page, EDGE, panels)
        return write_chart(page, words, data, edition, folder)


def period_rows(table: ProtectedTable, spoken: Spoken) -> dict[str, Row]:
    """England's value of the period by common name of the modality, commonest modality first."""
    values, names = table.england, modality_names(table)
    return {name: Row(name, values.get((label, "", spoken.key))) for label, name in names.items()}


def in_order(rows: Mapping[str, Row], order: Sequence[str]) -> list[Row]:
    """The rows of those names."""
    return [rows[name] for name in order]


def medians_title(rows: Sequence[Row], counts: Mapping[str, Row]) -> str:
    """Which modality had the longest median wait; only what the chart is of where two had, or it had few tests."""
    large = [row for row in rows if row.england is not None and enough(counts[row.name].england)]
    if len(large) < 2 or large[0].england == large[1].england or large[0] is not rows[0]:
        return "Median days from request to test and from test to report"
    return f"The longest median wait for a test was {days(large[0].england or 0)}, for {large[0].name}"


def cancer_chart(
    table: ProtectedTable, group: CancerGroup, spoken: Spoken, edition: Edition, folder: Path
) -> Chart:
    """Tests of one cancer test group over the months of the table: all requests and GP direct access."""
    name, months = capitalised(group.common_name), table.months
    lines = group_lines(table, group)
    words = Words(
        f"activity-{group.common_name.lower().replace(' ', '-')}",
        cancer_title(table, group, spoken),
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


def cancer_title(table: ProtectedTable, group: CancerGroup, spoken: Spoken) -> str:
    """The period's tests and those requested directly by a GP, or only what the chart is of."""
    name, values = capitalised(group.common_name), table.england
    every, by_gp = (values.get((group.cancer_group, setting, spoken.key)) for setting in SETTING_NAMES)
    if every is None or by_gp is None:
        return f"{name} tests: all requests and GP direct access"
    return f"{name}: {every:,.0f} tests in {spoken.words}, {by_gp:,.0f} of them through GP direct access"


def spread_chart(table: ProtectedTable, edition: Edition, folder: Path) -> Chart:
    """Medians from request to test in the months of the table together: every provider's and England's, of the
    commonest modalities."""
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
    data = tidy(table).filter(pl.col("modality").is_in(list(names)), pl.col("period_type") != "month")
    with house_style(words.name):
        page = new_page(EDGE + HEADING_HEIGHT + SPREAD_ROW * len(rows) + DAYS_HEIGHT, edition, REGION_NOTE)
        draw_providers(page, EDGE, rows)
        return write_chart(page, words, data, edition, folder)


def age_and_sex_chart(table: ProtectedTable, spoken: Spoken, edition: Edition, folder: Path) -> Chart:
    """Tests on female and on male patients by age, all modalities together."""
    counts, bands = shown(table), age_bands()
    panels = [(f"{sex} patients", [counts.get((sex, band)) for band in bands]) for sex in (FEMALE, MALE)]
    words = Words(
        "activity-by-age-and-sex",
        age_title(counts, spoken),
        f"Imaging tests by age and sex of the patient, all modalities, England, {spoken.words}",
        "Bar chart of imaging tests by age band, in two columns. "
        + " ".join(bars_in_words(heading, bands, values) for heading, values in panels),
    )
    data = tidy(table).filter(
        pl.col("level") == Level.ENGLAND.value,
        pl.col("modality") == ALL_MODALITIES,
        pl.col("sex").is_in([FEMALE, MALE]),
        ~pl.col("column").is_in([NOT_KNOWN, TOTAL]),
    )
    with house_style(words.name):
        page = new_page(EDGE + HEADING_HEIGHT + BAR_ROW * len(bands) + EDGE, edition)
        draw_bars(page, EDGE, bands, panels, "Tests, by age in years")
        return write_chart(page, words, data, edition, folder)


def age_title(counts: Mapping[tuple[str, str], float], spoken: Spoken) -> str:
    """The age band with the most tests, or only what the chart is of."""
    first = commonest_ages(counts)
    if len(first) != 1:
        return "Imaging tests by age and sex"
    return f"Patients aged {first[0][0]} had the most tests in {spoken.words}: {first[0][1]:,.0f}"


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
    of_provider = (pl.col("level") == Level.PROVIDER.value) & (pl.col("period") == YEAR)
    gathered = (
        table.cells.filter(of_provider, pl.col("value").is_not_null()).group_by("label").agg(pl.col("value").sort())
    )
    return {label: tuple(values) for label, values in gathered.iter_rows()}


def over_months(values: Values, label: str, setting: str, months: Sequence[Month]) -> tuple[float | None, ...]:
    """The values of a row over the months, None where there is none to show."""
    return tuple(values.get((label, setting, str(month))) for month in months)


def months_of(frame: pl.DataFrame, months: Sequence[Month]) -> pl.DataFrame:
    """The rows of a tidy frame for those months, without the year."""
    return frame.filter(pl.col("period").is_in([str(month) for month in months]))


def of_period(frame: pl.DataFrame, spoken: Spoken) -> pl.DataFrame:
    """The rows of a tidy frame for the period spoken of."""
    whole = pl.col("period_type") != "month"
    return frame.filter(whole if spoken.key == YEAR else pl.col("period") == spoken.key)


def gap_note(lines: Sequence[Line]) -> str:
    """The note on gaps, where a line has one."""
    return GAP_NOTE if any(line.shown and None in line.values for line in lines) else ""
