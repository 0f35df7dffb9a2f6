"""The statistical release document, as web page and as PDF."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import html5lib
import pikepdf
import polars as pl
import pytest

from publish.disclosure.control import ProtectedTable, protect
from publish.disclosure.policy import Policy, load_policy
from publish.edition import Edition
from publish.period import Month
from publish.quality.earlier_years import SCHEMA
from publish.tables.catalogue import ACTIVITY, ALL_MODALITIES, TABLE_2
from publish.tables.further import BY_AGE_AND_SEX, BY_DEPRIVATION, BY_ETHNIC_GROUP
from publish.tables.specification import TableSpec
from publish.tables.truth import YEAR, TrueTable
from publish.writing.charts import Chart
from publish.writing.content import ProtectedWorkbook, ReleaseTables
from publish.writing.document import write_document
from publish.writing.document_tables import as_text, document_table
from tests.samples import ENGLAND, sample_edition, sample_issue, sample_table, sample_tables, table_of

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="60" height="30"><text x="5" y="20">3</text></svg>'
CHARTS = ("activity-by-modality", "medians-by-modality", "activity-chest-x-ray", "providers-request-to-test")
OF_THE_YEAR = (*CHARTS, "activity-by-age-and-sex")


def sample_charts(folder: Path, names: Sequence[str] = CHARTS) -> list[Chart]:
    """Charts with the names that a release has, and next to nothing in them."""
    (folder / "charts").mkdir()
    charts: list[Chart] = []
    for name in names:
        svg, png, data = (folder / "charts" / f"{name}.{ending}" for ending in ("svg", "png", "csv"))
        svg.write_text(SVG)
        png.write_bytes(b"PNG")
        data.write_text("month,value\r\n2023-03,5\r\n")
        words = {"title": f"Title of {name}", "subtitle": f"Subtitle of {name}", "alternative": f"Seen in {name}."}
        charts.append(Chart(name=name, **words, svg=svg, png=png, data=data))
    return charts


def written(
    folder: Path, tables: ReleaseTables | None = None, edition: Edition | None = None, policy: Policy | None = None
) -> tuple[Path, Path]:
    edition = edition or sample_edition()
    charts = sample_charts(folder, OF_THE_YEAR if edition.period.annual else CHARTS)
    return write_document(tables or sample_tables(edition), charts, edition, policy or load_policy(), folder)


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    edition = sample_edition(draft=True, made_up=True)
    issues = (
        sample_issue("A & <b> Trust (RXX) did not report any activity for May 2022."),
        sample_issue('Quoted "trust" (RYY): <script>1</script>'),
    )
    folder = tmp_path_factory.mktemp("release")
    return written(folder, replace(sample_tables(edition), issues=issues), edition)


@pytest.fixture(scope="module")
def page(document: tuple[Path, Path]) -> Element:
    """The web page, read as XML: it is well formed."""
    return ElementTree.fromstring(document[0].read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def pdf(document: tuple[Path, Path]) -> pikepdf.Pdf:
    return pikepdf.open(document[1])


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


# The web page


def test_the_page_is_valid_html(document: tuple[Path, Path]) -> None:
    html5lib.HTMLParser(strict=True).parse(document[0].read_text(encoding="utf-8"))


def test_names_carry_the_marks_and_the_date(document: tuple[Path, Path]) -> None:
    stem = "DRAFT-MADE-UP-Provisional-Monthly-Diagnostic-Imaging-Dataset-Statistics-2023-07-20"
    assert [file.name for file in document] == [f"{stem}.html", f"{stem}.pdf"]


def test_sections_are_those_of_the_publication(page: Element) -> None:
    headings = [words(heading) for heading in page.iter() if heading.tag in ("h1", "h2", "h3")]
    assert headings == [
        "Diagnostic Imaging Dataset statistics",
        "Contents",
        "1 Introduction",
        "1.1 Frequently Used Acronyms",
        "2 Headline Messages",
        "3 Current Data",
        "3.1 Imaging Activity",
        "3.2 Patient Test Times",
        "3.3 Imaging Tests that could contribute to Early Diagnosis of Cancer",
        "4 Annex",
        "4.1 Glossary",
        "4.2 Data Quality Statement",
        "4.3 Contact Us",
    ]


def test_headings_never_skip_a_level(page: Element) -> None:
    levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_cover_says_whose_it_is(page: Element) -> None:
    details = page.find(".//main/dl")
    assert details is not None
    said = dict(zip(map(words, details.iter("dt")), map(words, details.iter("dd")), strict=True))
    assert said["First published"] == "20th July 2023"
    assert said["Prepared by"] == "Performance Analysis Team"
    assert said["Classification"] == "OFFICIAL"
    assert "Provisional monthly statistics, March 2022 to March 2023" in words(page)
    assert "accredited" not in words(page).lower()


def test_notices_come_first(page: Element) -> None:
    notices = [words(element) for element in page.iter("p") if element.get("class") == "notice"]
    assert notices == ["DRAFT: not for publication.", "Made-up records: a demonstration, not statistics."]
    text = words(page)
    assert text.index(notices[0]) < text.index("NHS England")


def test_a_published_page_has_no_notice(tmp_path: Path) -> None:
    text = written(tmp_path)[0].read_text(encoding="utf-8")
    assert 'class="notice"' not in text
    assert "DRAFT" not in text


def test_paragraphs_are_numbered_without_gaps(page: Element) -> None:
    numbers = [words(element) for element in page.iter("span") if element.get("class") == "number"]
    sections = sorted({number.rpartition(".")[0] for number in numbers})
    assert sections == ["3.1", "3.2", "3.3", "4.2"]
    for section in sections:
        of_section = [number for number in numbers if number.startswith(f"{section}.")]
        assert of_section == [f"{section}.{place}" for place in range(1, len(of_section) + 1)]


def test_tables_have_captions_and_scoped_headings(page: Element) -> None:
    tables = list(page.iter("table"))
    assert len(tables) == 6
    assert all(table.find("caption") is not None for table in tables)
    assert {cell.get("scope") for cell in page.iter("th")} == {"col", "row"}
    assert all(row[0].tag == "th" for table in tables for row in table.iter("tr"))


def test_wide_tables_scroll_in_a_named_region_that_keys_can_reach(page: Element) -> None:
    regions = [element for element in page.iter("div") if element.get("class") == "table-region"]
    captions = {element.get("id") for element in page.iter("caption")}
    assert {region.get("aria-labelledby") for region in regions} == captions
    assert all(region.get("role") == "region" and region.get("tabindex") == "0" for region in regions)


def test_charts_stand_in_their_sections_with_words_and_data(page: Element) -> None:
    placed = {"activity": ["activity-by-modality"], "times": ["medians-by-modality", "providers-request-to-test"]}
    placed["cancer"] = ["activity-chest-x-ray"]
    section, found = "", dict[str, list[str]]()
    for element in page.iter():
        section = element.get("id", section) if element.tag == "h3" else section
        if element.tag == "img":
            name = Path(element.get("src", "")).stem
            assert element.get("alt") == f"Seen in {name}."
            found.setdefault(section, []).append(name)
    assert found == placed
    assert "Title of medians-by-modality" in words(page)
    assert "Subtitle of medians-by-modality" in words(page)
    for name in CHARTS:
        assert f"the data of this chart: Title of {name} (CSV, 1 KB)" in words(page)
        assert f"the chart as an image: Title of {name} (SVG image, 1 KB)" in words(page)


def test_links_to_different_files_are_named_differently(page: Element) -> None:
    named = {(words(link), link.get("href")) for link in page.iter("a")}
    assert len(named) == len({name for name, _ in named})


def test_months_without_records_are_named(tmp_path: Path, page: Element) -> None:
    edition = sample_edition()
    tables = sample_tables(edition)
    cells = tables.england["1"].cells
    first = pl.col("period").is_in([str(month) for month in edition.period.document_months[:2]])
    emptied = cells.with_columns(
        value=pl.when(~first).then("value"), status=pl.when(first).then(pl.lit("no data")).otherwise("status")
    )
    england = {**tables.england, "1": replace(tables.england["1"], cells=emptied)}
    html, _ = written(tmp_path, replace(tables, england=england), edition)
    assert "There are no figures for March and April 2022," in words(
        ElementTree.fromstring(html.read_text("utf-8"))
    )
    assert "There are no figures for" not in words(page)


def test_links_lead_somewhere_and_nothing_is_fetched(page: Element, document: tuple[Path, Path]) -> None:
    targets = {element.get("id") for element in page.iter()}
    for link in page.iter("a"):
        href = link.get("href", "")
        if href.startswith("#"):
            assert href[1:] in targets
        elif not re.match(r"https://|mailto:", href):
            assert (document[0].parent / href).is_file()
    tags = {element.tag for element in page.iter()}
    assert not tags & {"script", "link", "iframe", "object"}
    assert "url(" not in words(next(page.iter("style")))
    assert all(not re.match(r"\w+:|/", image.get("src", "")) for image in page.iter("img"))


def test_the_language_and_the_way_past_the_head_are_given(page: Element) -> None:
    assert page.get("lang") == "en-GB"
    body = page.find("body")
    assert body is not None
    assert (body[0].tag, body[0].get("href")) == ("a", "#main")


def test_names_of_providers_are_text_and_never_markup(page: Element) -> None:
    items = [words(item) for item in page.iter("li")]
    assert "A & <b> Trust (RXX) did not report any activity for May 2022." in items
    assert 'Quoted "trust" (RYY): <script>1</script>' in items
    assert not list(page.iter("b"))


def test_a_release_without_issues_says_so(tmp_path: Path) -> None:
    page, _ = written(tmp_path, replace(sample_tables(sample_edition()), issues=()))
    assert "No issue with the data of a provider is known" in page.read_text(encoding="utf-8")


def test_the_rule_that_is_told_is_the_policy_s(tmp_path: Path) -> None:
    text = words(
        ElementTree.parse(
            written(tmp_path, policy=Policy(threshold=8, rounding_base=10, fewest_dates=1))[0]
        ).getroot()
    )
    assert "rounded to the nearest 10" in text
    assert "less than 8" in text
    assert "less than 3" not in text


# Tables


def fluoroscopy(months: tuple[Month, ...], cells: dict[str, tuple[int, float | None]]) -> ProtectedTable:
    """Table 2 with one row."""
    rows = [("England", *ENGLAND, "Fluoroscopy", "", period, *cell) for period, cell in cells.items()]
    return table_of(TABLE_2, months, rows)


def test_cells_show_what_the_key_says() -> None:
    months = sample_edition().period.months[:4]
    cells = {"2022-04": (1234, 12.5), "2022-05": (2, 8.0), "2022-06": (90, 0.0), "2022-07": (0, None)}
    table = fluoroscopy(months, cells | {YEAR: (1326, 4.0)})
    shown = document_table(table)
    assert shown.headings == ("Modality", "Apr 2022", "May 2022", "Jun 2022")  # July has no data at all
    assert shown.rows == (("Fluoroscopy", "12.5", "*", "0"),)
    assert shown.caption.endswith("England, April 2022 to June 2022")


def test_a_table_without_data_is_still_a_table() -> None:
    shown = document_table(fluoroscopy(sample_edition().period.months[:1], {"2022-04": (0, None)}))
    assert (shown.headings, shown.rows) == (("Modality",), ())


def test_modalities_are_in_order_of_volume_with_the_total_last() -> None:
    months = sample_edition().period.document_months
    rows = document_table(sample_table(ACTIVITY, months, providers=False)).rows
    assert [row[0] for row in rows][:4] == [
        "Plain Radiography",
        "Diagnostic Ultrasonography",
        "Computerized Axial Tomography",
        "Magnetic Resonance Imaging",
    ]
    assert rows[-1][0] == "All modalities"


@pytest.mark.parametrize(
    ("value", "status", "text"),
    [
        (1706335.0, "", "1,706,335"),
        (995.0, "", "995"),
        (12.5, "", "12.5"),
        (None, "suppressed", "*"),
        (None, "no data", ""),
    ],
)
def test_a_value_as_text(value: float | None, status: str, text: str) -> None:
    assert as_text(value, status) == text


# The annual document


def earlier_years() -> pl.DataFrame:
    """Two earlier years as they were published, the second of them provisional."""
    labels = [label.text for label in ACTIVITY.labels if label.text != ALL_MODALITIES]
    rows = [
        (year, table, label, "", value, status)
        for year, status, tests in (("2021/22", "Final", 1_000.0), ("2022/23", "Provisional", 1_100.0))
        for label in labels
        for table, value in (("1", tests), ("2", 3.5))
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def annual(folder: Path, **changes: object) -> tuple[Path, Path]:
    edition = sample_edition("2023-24")
    return written(folder, replace(sample_tables(edition), **changes), edition)


@pytest.fixture(scope="module")
def of_the_year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return annual(tmp_path_factory.mktemp("annual"), earlier=earlier_years())


@pytest.fixture(scope="module")
def annual_page(of_the_year: tuple[Path, Path]) -> Element:
    return ElementTree.fromstring(of_the_year[0].read_text(encoding="utf-8"))


def inner_headings(page: Element) -> list[str]:
    return [words(heading) for heading in page.iter("h3")]


def test_the_annual_document_is_valid_html(of_the_year: tuple[Path, Path]) -> None:
    html5lib.HTMLParser(strict=True).parse(of_the_year[0].read_text(encoding="utf-8"))


def test_final_files_carry_the_year_and_no_date(of_the_year: tuple[Path, Path]) -> None:
    stem = "Annual-Diagnostic-Imaging-Dataset-Statistics-2023-24"
    assert [file.name for file in of_the_year] == [f"{stem}.html", f"{stem}.pdf"]


def test_the_annual_document_has_sections_on_patients_and_on_earlier_years(annual_page: Element) -> None:
    assert inner_headings(annual_page)[1:6] == [
        "3.1 Imaging Activity",
        "3.2 Patient Test Times",
        "3.3 Imaging Tests that could contribute to Early Diagnosis of Cancer",
        "3.4 Activity by Characteristics of Patients",
        "3.5 Comparison with Earlier Years",
    ]
    contents = [words(link) for link in annual_page.iter("a") if link.get("href") == "#earlier"]
    assert contents == ["3.5 Comparison with Earlier Years"]


@pytest.mark.parametrize(
    ("workbooks", "earlier", "sections"),
    [
        ((), None, ["3.3 Imaging Tests that could contribute to Early Diagnosis of Cancer", "4.1 Glossary"]),
        ((), earlier_years(), ["3.4 Comparison with Earlier Years", "4.1 Glossary"]),
    ],
)
def test_what_the_release_does_not_have_is_left_out(
    tmp_path: Path, workbooks: tuple[()], earlier: pl.DataFrame | None, sections: list[str]
) -> None:
    page = ElementTree.parse(annual(tmp_path, workbooks=workbooks, earlier=earlier)[0]).getroot()
    headings = inner_headings(page)
    place = headings.index("4.1 Glossary")
    assert headings[place - 1 : place + 1] == sections


@pytest.mark.parametrize(
    ("of_the_release", "heading"),
    [
        (BY_AGE_AND_SEX, "Age and sex"),
        (BY_ETHNIC_GROUP, "Ethnic group"),
        (BY_DEPRIVATION, "Deprivation"),
    ],
)
def test_one_characteristic_alone_makes_the_section(
    tmp_path: Path, of_the_release: TableSpec, heading: str
) -> None:
    tables = sample_tables(sample_edition("2023-24"))
    kept = tuple(table for table in tables if table.spec == of_the_release)
    workbooks = (ProtectedWorkbook(tables.workbooks[0].spec, kept),)
    page = ElementTree.parse(annual(tmp_path, workbooks=workbooks)[0]).getroot()
    assert "3.4 Activity by Characteristics of Patients" in inner_headings(page)
    characteristics = [words(element) for element in page.iter("h4")]
    assert characteristics[0] == heading
    assert not {"Age and sex", "Ethnic group", "Deprivation"} & set(characteristics[1:])


def test_characteristics_stand_in_order(annual_page: Element) -> None:
    headings = [words(element) for element in annual_page.iter("h4")]
    assert headings[:3] == ["Age and sex", "Ethnic group", "Deprivation"]


def test_a_year_that_lacks_months_is_not_called_whole(tmp_path: Path, annual_page: Element) -> None:
    activity = sample_tables(sample_edition("2023-24")).england["1"]
    july = pl.col("period") == "2023-07"
    cells = activity.cells.with_columns(
        value=pl.when(~july).then("value"), status=pl.when(july).then(pl.lit("no data")).otherwise("status")
    )
    england = {**sample_tables(sample_edition("2023-24")).england, "1": replace(activity, cells=cells)}
    text = words(ElementTree.parse(annual(tmp_path, england=england)[0]).getroot())
    assert "There are no figures for July 2023," in text
    assert "They are counted from the records and replace" in text
    assert "They are counted from the records of the whole year and replace" in words(annual_page)


def test_the_introduction_names_what_is_published(page: Element, annual_page: Element) -> None:
    assert "What is published here are totals, medians and percentages:" in words(page)
    assert "What is published here are totals, medians, percentages and rates:" in words(annual_page)


def test_the_annual_document_speaks_of_the_final_year(annual_page: Element) -> None:
    text = words(annual_page)
    assert "Final annual statistics, April 2023 to March 2024" in text
    assert "All figures are final." in text
    assert "All figures are provisional" not in text and "Provisional data" not in text
    assert "Year to date" not in text
    headlines = next(words(element) for element in annual_page.iter("ul") if element.get("class") == "headlines")
    assert headlines.startswith("In 2023/24 there were ")
    assert "March 2024" not in headlines


def test_the_workbooks_listed_are_those_of_the_release(page: Element, annual_page: Element) -> None:
    for shown, period in ((page, "2023-03"), (annual_page, "2023-24")):
        named = [workbook.spec.name for workbook in sample_tables(sample_edition(period)).workbooks]
        items = [words(item) for item in shown.iter("li")]
        assert [name for name in items if name in named] == named


def test_tables_of_the_year_have_a_column_for_it(annual_page: Element) -> None:
    rows = [words(row) for table in annual_page.iter("table") for row in table.iter("tr")]
    assert sum(row.endswith("Mar 2024 Year") for row in rows) == 6
    captions = [words(caption) for caption in annual_page.iter("caption")]
    assert captions[6:] == [
        "Imaging tests by age and sex of the patient, all modalities, England, 2023/24",
        "Imaging tests by ethnic group of the patient, all modalities, England, 2023/24",
        "Imaging tests by deprivation decile of the patient, all modalities, England, 2023/24",
        "Imaging tests by modality, England, 2021/22 to 2023/24, and change on 2022/23 (provisional) in per cent",
        "Median days by modality, England, 2021/22 to 2023/24",
    ]
    assert "No total of all modalities was published for 2021/22 and 2022/23" in words(annual_page)


def test_the_annual_pdf_is_tagged_too(of_the_year: tuple[Path, Path], annual_page: Element) -> None:
    with pikepdf.open(of_the_year[1]) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.docinfo["/Title"]).endswith("final annual statistics, April 2023 to March 2024")
        assert len(of_kind(pdf, "/Table")) == len(list(annual_page.iter("table")))
        assert "Seen in activity-by-age-and-sex." in [str(f.get("/Alt", "")) for f in of_kind(pdf, "/Figure")]


# Less data than usual


@pytest.mark.parametrize("shown", ["nothing", "hidden", "one month", "April only"])
def test_little_data_still_makes_a_document(tmp_path: Path, shown: str) -> None:
    edition = sample_edition("2022-04" if shown == "April only" else "2023-03")
    tables = sample_tables(edition)
    latest = pl.col("period") == str(edition.period.latest)
    tests = {
        "nothing": pl.lit(0),
        "hidden": pl.lit(2),
        "one month": pl.when(latest).then(20_000).otherwise(0),
        "April only": pl.lit(20_000),
    }[shown]
    england = {
        number: protect(
            TrueTable(
                table.spec,
                table.months,
                table.cells.with_columns(
                    tests=tests, dated=tests, value=tests.cast(pl.Float64), of=pl.lit(None, pl.Int64)
                ).drop("status"),
            ),
            load_policy(),
        )
        for number, table in {**tables.england, "year": tables.year_to_date}.items()
    }
    year = england.pop("year")
    page, _ = written(tmp_path, replace(tables, england=england, year_to_date=year, year_before=None), edition)
    html5lib.HTMLParser(strict=True).parse(page.read_text(encoding="utf-8"))
    text = words(ElementTree.parse(page).getroot())
    assert ("could be drawn" in text) == (shown in ("nothing", "hidden"))
    assert ("imaging tests on NHS patients" in text) == (shown in ("one month", "April only"))
    assert "compared with" not in text.replace("when one month is compared with another", "")


# The PDF


def structure(pdf: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    """Every element of the PDF's structure, in reading order."""
    found: list[pikepdf.Dictionary] = []

    def walk(node: pikepdf.Object) -> None:
        if isinstance(node, pikepdf.Array):
            for child in node:
                walk(child)
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            found.append(node)
            walk(node.get("/K", pikepdf.Array()))

    walk(pdf.Root.StructTreeRoot.K)
    return found


def of_kind(pdf: pikepdf.Pdf, *kinds: str) -> Sequence[pikepdf.Dictionary]:
    return [element for element in structure(pdf) if str(element.S) in kinds]


def test_the_pdf_is_tagged_and_says_so(pdf: pikepdf.Pdf) -> None:
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en-GB"
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert str(pdf.docinfo["/Title"]).startswith("Diagnostic Imaging Dataset statistics: provisional monthly")
    with pdf.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"


def test_the_pdf_has_bookmarks_for_every_section(pdf: pikepdf.Pdf) -> None:
    with pdf.open_outline() as outline:
        titles = [str(title.title) for title in outline.root]
        inner = [str(section.title) for title in outline.root for section in title.children]
    assert titles[-4:] == ["1 Introduction", "2 Headline Messages", "3 Current Data", "4 Annex"]
    assert inner[:2] == ["1.1 Frequently Used Acronyms", "3.1 Imaging Activity"]


def test_charts_of_the_pdf_have_text_alternatives(pdf: pikepdf.Pdf) -> None:
    figures = [str(figure.get("/Alt", "")) for figure in of_kind(pdf, "/Figure")]
    assert sorted(figures) == sorted(f"Seen in {name}." for name in CHARTS)


def test_tables_of_the_pdf_have_header_cells(pdf: pikepdf.Pdf) -> None:
    assert len(of_kind(pdf, "/Table")) == 6
    assert len(of_kind(pdf, "/TH")) == 3 * (1 + 13) + 3 * (2 + 13)
    assert len(of_kind(pdf, "/Caption")) == 6


def test_headings_of_the_pdf_are_those_of_the_page(pdf: pikepdf.Pdf, page: Element) -> None:
    levels = [str(heading.S)[-1] for heading in of_kind(pdf, "/H1", "/H2", "/H3")]
    assert levels == [str(int(e.tag[1]) - 1) for e in page.iter() if e.tag in ("h2", "h3", "h4")]


def test_pages_are_a4(pdf: pikepdf.Pdf) -> None:
    sizes = {tuple(round(float(side)) for side in sheet.mediabox[2:]) for sheet in pdf.pages}
    assert sizes == {(595, 842), (842, 595)}  # wide tables lie on their side


def test_same_release_same_bytes(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        folder.mkdir()
    first, second = ([file.read_bytes() for file in written(folder)] for folder in folders)
    assert first == second
