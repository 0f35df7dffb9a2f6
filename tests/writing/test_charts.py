"""The charts: what is drawn, what is said of it, and that nothing hidden shows in either."""

import csv
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import matplotlib
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from publish.disclosure.control import ProtectedTable
from publish.edition import Edition
from publish.period import Month
from publish.reference.vocabulary import modalities
from publish.tables.catalogue import ACTIVITY, TABLE_2, TABLE_3, TABLE_4
from publish.tables.further import BY_AGE_AND_SEX
from publish.tables.specification import TableSpec
from publish.tables.truth import YEAR
from publish.tables.workbooks import MONTHLY
from publish.writing.chart_dots import swarm
from publish.writing.chart_lines import Line
from publish.writing.chart_style import COLOURS, INK, QUIET_INK, spread_out
from publish.writing.charts import Chart, activity_chart, medians_chart, spread_chart, write_charts
from publish.writing.content import ProtectedWorkbook, ReleaseTables
from publish.writing.patients import found
from publish.writing.spoken import spoken_of
from tests.samples import ENGLAND, sample_edition, sample_tables, table_of

SVG = "{http://www.w3.org/2000/svg}"
NAMES = (
    "activity-by-modality",
    "medians-by-modality",
    "activity-abdomen-or-pelvis-ultrasound",
    "activity-brain-mri",
    "activity-chest-x-ray",
    "activity-chest-or-abdomen-ct",
    "activity-kidney-or-bladder-ultrasound",
    "providers-request-to-test",
)
XRAY, CT, MRI = "Plain Radiography", "Computerized Axial Tomography", "Magnetic Resonance Imaging"
PROVIDER = ("Y56", "RF4", "Barking, Havering and Redbridge University Hospitals NHS Trust")

Cell = tuple[int, float | None]  # tests, value


def table(
    spec: TableSpec,
    months: tuple[Month, ...],
    filled: dict[tuple[str, str, str], Cell],
    providers: dict[str, list[Cell]] | None = None,
) -> ProtectedTable:
    """A table without data but for the cells (label, setting, period) and providers' years (by label) given."""
    rows = [
        ("England", *ENGLAND, label.text, setting, period, *filled.get((label.text, setting, period), (0, None)))
        for label in spec.labels
        for setting in spec.setting_texts
        for period in (*map(str, months), YEAR)
    ]
    rows += [
        ("Provider", PROVIDER[0], f"R{place:02}", PROVIDER[2], label, "", YEAR, *cell)
        for label, cells in (providers or {}).items()
        for place, cell in enumerate(cells)
    ]
    return table_of(spec, months, rows)


def counted(tests: int) -> Cell:
    return tests, float(tests)


def sparse(edition: Edition, **england: dict[tuple[str, str, str], Cell]) -> ReleaseTables:
    """A release without data but for what is given, by table: `activity`, `waits`, `reports`, `cancer`."""
    months = edition.period.document_months
    specs = {
        "1": (ACTIVITY, "activity"),
        "2": (TABLE_2, "waits"),
        "3": (TABLE_3, "reports"),
        "4": (TABLE_4, "cancer"),
    }
    return replace(
        sample_tables(edition),
        england={number: table(spec, months, england.get(name, {})) for number, (spec, name) in specs.items()},
        workbooks=alone(table(TABLE_2, edition.period.months, {})),
    )


def alone(table: ProtectedTable) -> tuple[ProtectedWorkbook, ...]:
    """One workbook with one table, the second."""
    return (ProtectedWorkbook(MONTHLY[1], (table,)),)


def drawn(tables: ReleaseTables, folder: Path, edition: Edition | None = None) -> dict[str, Chart]:
    return {chart.name: chart for chart in write_charts(tables, edition or sample_edition(), folder)}


def one(name: str, tables: ReleaseTables, folder: Path) -> Chart:
    """One chart alone."""
    edition = sample_edition()
    spoken = spoken_of(tables, edition.period)
    if name == "activity-by-modality":
        return activity_chart(tables.england["1"], spoken, edition, folder)
    if name == "medians-by-modality":
        return medians_chart(tables, spoken, edition, folder)
    return spread_chart(tables.provider["2"], edition, folder)


def texts(chart: Chart) -> list[str]:
    return [text.text or "" for text in ElementTree.parse(chart.svg).iter(f"{SVG}text")]


def strokes(chart: Chart, colour: str) -> list[str]:
    """The paths of the thick lines of a colour."""
    paths = ElementTree.parse(chart.svg).iter(f"{SVG}path")
    wanted = (f"stroke: {colour.lower()}", "stroke-width: 2.2")
    return [path.get("d", "") for path in paths if all(style in path.get("style", "") for style in wanted)]


def marks(chart: Chart, colour: str) -> int:
    """How many end marks and lone values of a colour there are."""
    uses = ElementTree.parse(chart.svg).iter(f"{SVG}use")
    return sum(f"fill: {colour.lower()}" in use.get("style", "") for use in uses)


def rows(chart: Chart) -> list[dict[str, str]]:
    with chart.data.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chart]:
    return drawn(sample_tables(sample_edition()), tmp_path_factory.mktemp("charts"))


def test_every_chart_is_written_as_svg_png_and_data_under_its_name(charts: dict[str, Chart]) -> None:
    assert tuple(charts) == NAMES
    for name, chart in charts.items():
        assert [file.name for file in (chart.svg, chart.png, chart.data)] == [
            f"{name}.svg",
            f"{name}.png",
            f"{name}.csv",
        ]
        with Image.open(chart.png) as picture:
            assert (picture.format, picture.width) == ("PNG", 1200)


def test_an_svg_is_an_english_image_with_title_description_and_real_text(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        root = ElementTree.parse(chart.svg).getroot()
        assert root.get("role") == "img"
        assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"
        assert root.findtext(f"{SVG}title") == f"{chart.title}. {chart.subtitle}"
        assert root.findtext(f"{SVG}desc") == chart.alternative
        styles = [text.get("style", "") for text in root.iter(f"{SVG}text")]
        assert len(styles) > 8
        assert all("'DejaVu Sans', 'Verdana', sans-serif" in style for style in styles)


def test_the_title_stands_in_the_page_and_the_source_in_the_picture(charts: dict[str, Chart]) -> None:
    for chart in charts.values():
        words = texts(chart)
        assert chart.title not in words and chart.subtitle not in words
        assert words.count("Source: Diagnostic Imaging Dataset - NHS England.") == 1
        assert "Provisional, published 20th July 2023." in words
        assert "England" in chart.subtitle and "2023" in chart.subtitle


def test_a_draft_and_made_up_records_are_marked_in_the_name_and_in_the_picture(tmp_path: Path) -> None:
    edition = sample_edition(draft=True, made_up=True)
    for name, chart in drawn(sample_tables(edition), tmp_path, edition).items():
        assert chart.svg.name == f"DRAFT-MADE-UP-{name}.svg"
        assert chart.data.name == f"DRAFT-MADE-UP-{name}.csv"
        assert {"DRAFT: not for publication.", "Made-up records: a demonstration, not statistics."} <= {
            *texts(chart)
        }


def test_every_series_is_named_beside_its_end_in_order_of_its_value(charts: dict[str, Chart]) -> None:
    words = texts(charts["activity-by-modality"])
    for modality in modalities():
        if modality.in_provider_tables:
            assert modality.common_name[:1].upper() + modality.common_name[1:] in words
    for name in NAMES[2:7]:
        assert {"All requests", "GP direct access"} <= {*texts(charts[name])}


def test_the_words_of_a_cancer_group_are_those_of_its_values(tmp_path: Path) -> None:
    values = {
        ("Chest (X-ray)", "All", "2022-03"): counted(715_343),
        ("Chest (X-ray)", "All", "2022-12"): counted(800_000),
        ("Chest (X-ray)", "All", "2023-03"): counted(648_941),
        ("Chest (X-ray)", "GP Direct Access", "2023-03"): counted(187_931),
    }
    chart = drawn(sparse(sample_edition(), cancer=values), tmp_path)["activity-chest-x-ray"]
    assert chart.title == "Chest X-ray: 648,940 tests in March 2023, 187,930 of them through GP direct access"
    assert chart.subtitle == (
        "Chest X-ray tests a month, all requests and GP direct access, England, March 2022 to March 2023"
    )
    assert chart.alternative == (
        "Line chart of chest X-ray tests a month. All requests from 715,345 in March 2022 to 648,940 in March 2023 "
        "(lowest 648,940 in March 2023, highest 800,000 in December 2022); GP direct access 187,930 in March 2023."
    )


def test_medians_are_sorted_written_as_numbers_and_told(tmp_path: Path) -> None:
    waits = {(XRAY, "", "2023-03"): (90, 0.0), (CT, "", "2023-03"): (80, 1.0), (MRI, "", "2023-03"): (70, 12.5)}
    reports = {(XRAY, "", "2023-03"): (90, 1.5)}
    chart = one("medians-by-modality", sparse(sample_edition(), waits=waits, reports=reports), tmp_path)
    assert chart.alternative.startswith(
        "Dot chart of median days by modality in March 2023, in two columns. Request to test: MRI 12.5 days, "
        "CT 1 day, X-ray 0 days. No values are shown for ultrasound, fluoroscopy, nuclear medicine, PET, SPECT and "
        "medical photography. Test to report: X-ray 1.5 days. No values are shown for MRI, CT, "
    )
    words = texts(chart)
    assert [word for word in words if word in ("MRI", "CT", "X-ray")] == ["MRI", "CT", "X-ray"]
    assert {"12.5", "1.5"} <= {*words} and words.count("no value shown") == 6 + 8
    assert chart.title == "Median days from request to test and from test to report"  # a longer one may be hidden


def test_the_longest_wait_is_the_title_where_every_median_is_shown(tmp_path: Path) -> None:
    waits = {(label.text, "", "2023-03"): (900, place / 2) for place, label in enumerate(TABLE_2.labels)}
    activity = dict.fromkeys(waits, (900, 900.0))
    few = activity | {("Single Photon Emission Computerized Tomography", "", "2023-03"): (90, 90.0)}
    chart = one("medians-by-modality", sparse(sample_edition(), waits=waits, activity=activity), tmp_path)
    assert chart.title == "The longest median wait for a test was 4 days, for SPECT"
    chart = one("medians-by-modality", sparse(sample_edition(), waits=waits, activity=few), tmp_path)
    assert chart.title == "Median days from request to test and from test to report"  # the longest seen is on few


def test_a_missing_month_breaks_the_line_and_a_lone_value_has_a_mark(tmp_path: Path) -> None:
    months = [str(month) for month in sample_edition().period.document_months]
    values = {(XRAY, "", month): counted(5000) for month in months}
    values[XRAY, "", months[4]] = (0, None)
    values[XRAY, "", months[11]] = counted(2)
    chart = one("activity-by-modality", sparse(sample_edition(), activity=values), tmp_path)
    (stroke,) = strokes(chart, COLOURS[0])
    assert [len(part.split("L")) for part in stroke.split("M")[1:]] == [4, 6, 1]  # March alone is a mark
    assert marks(chart, COLOURS[0]) == 1
    assert "A gap in a line: no value is shown for that month." in texts(chart)


def test_no_gap_is_noted_where_there_is_none(charts: dict[str, Chart]) -> None:
    assert not any("A gap in a line" in text for chart in charts.values() for text in texts(chart))


def test_a_hidden_value_shows_nowhere(tmp_path: Path) -> None:
    values = {(CT, "", "2023-02"): counted(40), (CT, "", "2023-03"): counted(2)}
    waits = {(CT, "", "2023-02"): (40, 33.5), (CT, "", "2023-03"): (2, 77.5)}
    charts = drawn(sparse(sample_edition(), activity=values, waits=waits), tmp_path)
    activity, medians = charts["activity-by-modality"], charts["medians-by-modality"]
    assert "CT 40 in February 2023." in activity.alternative and "March 2023, with" not in activity.title
    assert "77.5" not in medians.svg.read_text(encoding="utf-8") + medians.data.read_text(encoding="utf-8")
    assert "CT" not in medians.alternative.split("No values are shown")[0]
    hidden = [row for row in rows(activity) + rows(medians) if row["status"] == "suppressed"]
    assert [(row["modality"], row["period"], row["value"]) for row in hidden] == [(CT, "2023-03", "")] * 2


def test_the_data_are_the_values_of_the_chart(charts: dict[str, Chart]) -> None:
    activity = rows(charts["activity-by-modality"])
    assert [*activity[0]] == [
        "period",
        "period_type",
        "level",
        "region_code",
        "org_code",
        "provider_name",
        "modality",
        "measure",
        "value",
        "status",
    ]
    assert len(activity) == 9 * 13 and {row["period_type"] for row in activity} == {"month"}
    group = rows(charts["activity-brain-mri"])
    assert len(group) == 2 * 13 and {row["test"] for row in group} == {"Brain (MRI)"}
    medians = rows(charts["medians-by-modality"])
    assert {row["period"] for row in medians} == {"2023-03"}
    assert {row["measure"] for row in medians} == {"median days request to test", "median days test to report"}
    last = next(row for row in activity if row["modality"] == CT and row["period"] == "2023-03")
    assert (
        f"CT from {activity_value(activity, CT, '2022-03')} in March 2022 to {int(last['value']):,} in March 2023"
        in (charts["activity-by-modality"].alternative)
    )


def activity_value(found: list[dict[str, str]], modality: str, period: str) -> str:
    return next(f"{int(row['value']):,}" for row in found if (row["modality"], row["period"]) == (modality, period))


def test_the_spread_draws_a_dot_for_every_provider_that_is_not_hidden(tmp_path: Path) -> None:
    edition = sample_edition()
    providers = {MRI: [(50, 3.0), (40, 20.5), (2, 99.5), (0, None)], CT: [(2, 88.5)]}
    waits = table(TABLE_2, edition.period.months, {(MRI, "", YEAR): (92, 11.0)}, providers)
    tables = replace(sparse(edition), workbooks=alone(waits))
    chart = one("providers-request-to-test", tables, tmp_path)
    assert marks(chart, COLOURS[0]) == 2 and marks(chart, COLOURS[3]) == 1
    assert "MRI: 2 providers, from 3 to 20.5 days; England 11 days." in chart.alternative
    assert "CT: no providers are shown." in chart.alternative
    everything = chart.svg.read_text(encoding="utf-8") + chart.data.read_text(encoding="utf-8")
    assert "99.5" not in everything and "88.5" not in everything


@pytest.fixture(scope="module")
def of_the_year(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Chart]:
    edition = sample_edition("2023-24")
    return drawn(sample_tables(edition), tmp_path_factory.mktemp("annual"), edition)


def test_the_annual_release_has_a_chart_of_age_and_sex_as_well(of_the_year: dict[str, Chart]) -> None:
    assert tuple(of_the_year) == (*NAMES, "activity-by-age-and-sex")
    chart = of_the_year["activity-by-age-and-sex"]
    assert chart.title == "Patients aged 80-84 had the most tests in 2023/24: 13,880"
    assert chart.alternative == (
        "Bar chart of imaging tests by age band, in two columns. Female patients: most 5,480 at 90 and over, "
        "fewest 15 at 25-29. Male patients: most 7,360 at 80-84, fewest 165 at 5-9."
    )
    shown = texts(chart)
    assert {"Female patients", "Male patients", "0-4", "90 and over", "7,360"} <= {*shown}
    data = rows(chart)
    assert len(data) == 2 * 19 and {row["sex"] for row in data} == {"Female", "Male"}
    assert {f"{int(row['value']):,}" for row in data} <= {*shown}


def test_charts_of_the_year_speak_of_the_year(of_the_year: dict[str, Chart]) -> None:
    assert (
        of_the_year["activity-by-modality"].title == "CT was the commonest modality in 2023/24, with 11,450 tests"
    )
    assert "Chest X-ray: 3,370 tests in 2023/24, 80 of them" in of_the_year["activity-chest-x-ray"].title
    medians = of_the_year["medians-by-modality"]
    assert medians.subtitle.endswith("by modality, England, 2023/24")
    assert {row["period"] for row in rows(medians)} == {"2023-04/2024-03"}
    assert len(rows(medians)) == 2 * 9
    assert all("Final, published 21st November 2024." in texts(chart) for chart in of_the_year.values())


def test_a_hidden_age_shows_as_words_and_nowhere_else(tmp_path: Path) -> None:
    edition = sample_edition("2023-24")
    tables = sample_tables(edition)
    by_age = found(tables, BY_AGE_AND_SEX)
    assert by_age is not None
    of_band = (pl.col("column") == "80-84") & (pl.col("setting") == "Male") & (pl.col("level") == "England")
    hidden = by_age.cells.with_columns(
        value=pl.when(~of_band).then("value"),
        status=pl.when(of_band).then(pl.lit("suppressed")).otherwise("status"),
    )
    workbook = ProtectedWorkbook(MONTHLY[1], (tables.provider["2"], replace(by_age, cells=hidden)))
    chart = drawn(replace(tables, workbooks=(workbook,)), tmp_path, edition)["activity-by-age-and-sex"]
    assert texts(chart).count("no value shown") == 1 and "7,360" not in texts(chart)
    assert chart.alternative.endswith("No values are shown for 80-84.")


@pytest.mark.parametrize("hidden", [False, True])
def test_a_release_without_a_value_still_has_its_charts_and_says_so(tmp_path: Path, *, hidden: bool) -> None:
    months = [str(month) for month in sample_edition().period.document_months]
    cell = counted(2) if hidden else (0, None)
    values = {(label.text, "", month): cell for label in ACTIVITY.labels for month in months}
    charts = drawn(sparse(sample_edition(), activity=values), tmp_path)
    activity = charts["activity-by-modality"]
    assert activity.title == "Imaging tests by modality"
    assert texts(activity).count("No values to show") == 2
    assert "No values are shown for X-ray, ultrasound, CT and MRI." in activity.alternative
    assert charts["activity-brain-mri"].title == "Brain MRI tests: all requests and GP direct access"
    numbers = [word for word in texts(activity) if re.fullmatch(r"[\d.,]+", word)]
    assert {*numbers} == {"2022", "2023"}


def test_two_months_of_data_are_drawn_on_the_axis_of_thirteen(tmp_path: Path) -> None:
    values = {(XRAY, "", month): counted(6000) for month in ("2023-02", "2023-03")}
    chart = one("activity-by-modality", sparse(sample_edition(), activity=values), tmp_path)
    assert len(strokes(chart, COLOURS[0])) == 1
    words = texts(chart)
    assert [word for word in words if word in ("Mar", "Jun", "Sep", "Dec")][:5] == [
        "Mar",
        "Jun",
        "Sep",
        "Dec",
        "Mar",
    ]
    assert "X-ray from 6,000 in February 2023 to 6,000 in March 2023." in chart.alternative


def test_the_first_month_of_a_financial_year_is_a_chart_too(tmp_path: Path) -> None:
    edition = sample_edition("2023-04")
    chart = drawn(sample_tables(edition), tmp_path, edition)["providers-request-to-test"]
    assert chart.subtitle.endswith("providers and England, April 2023")
    assert {row["period"] for row in rows(chart)} == {"2023-04/2023-04"}


def test_the_same_release_gives_the_same_bytes_whatever_the_users_settings(tmp_path: Path) -> None:
    tables = sample_tables(sample_edition())
    for folder in ("once", "again"):
        (tmp_path / folder).mkdir()
    drawn(tables, tmp_path / "once")
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "savefig.dpi": 40, "axes.grid": True}):
        drawn(tables, tmp_path / "again")
        assert matplotlib.rcParams["font.size"] == 30
    files = sorted((tmp_path / "once").iterdir())
    assert len(files) == 3 * len(NAMES)
    for file in files:
        assert file.read_bytes() == (tmp_path / "again" / file.name).read_bytes(), file.name
    svg = (tmp_path / "once" / "activity-brain-mri.svg").read_text(encoding="utf-8")
    assert "dc:date" not in svg and "Matplotlib" not in svg  # no clock, no version of a library


def luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_lines_have_a_contrast_of_three_and_text_of_four_and_a_half_on_white() -> None:
    assert min(1.05 / (luminance(colour) + 0.05) for colour in COLOURS) >= 3
    assert min(1.05 / (luminance(colour) + 0.05) for colour in (INK, QUIET_INK)) >= 4.5


def test_labels_that_would_meet_are_moved_apart_as_little_as_needed() -> None:
    assert spread_out([1.0, 5.0], 1, 0, 10) == [1, 5]
    assert spread_out([5.0, 5.0], 1, 0, 10) == [4.5, 5.5]
    assert spread_out([5.2, 5.0, 9.0], 1, 0, 10) == pytest.approx([5.6, 4.6, 9])
    assert spread_out([0.0, 0.0, 0.1], 1, 0, 10) == pytest.approx([0, 1, 2])
    assert spread_out([10.0, 10.0], 1, 0, 10) == [9, 10]


@given(st.lists(st.floats(0, 2), min_size=1, max_size=6))
def test_labels_never_overlap_nor_leave_the_panel(wanted: list[float]) -> None:
    placed = spread_out(wanted, 0.2, 0, 2)
    ordered = sorted(placed)
    assert all(after - before > 0.2 - 1e-9 for before, after in pairwise(ordered))
    assert ordered[0] > -1e-9 and ordered[-1] < 2 + 1e-9
    assert sorted(range(len(wanted)), key=lambda i: (wanted[i], i)) == sorted(
        range(len(wanted)), key=placed.__getitem__
    )


def test_near_values_lie_on_both_sides_of_their_row_and_far_ones_on_it() -> None:
    assert swarm([0.0, 0.0, 0.0, 50.0], 1) == pytest.approx([0, -0.12, 0.12, 0])
    assert max(map(abs, swarm([0.0] * 200, 1))) < 0.4


def test_lone_values_are_those_without_a_neighbour() -> None:
    assert Line("x", (1.0, None, 2.0, 3.0, None, 4.0)).lone == [(0, 1.0), (5, 4.0)]
