"""The landing page: what the release is and every file of it."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import html5lib
import pytest

from publish.edition import Edition
from publish.writing.landing_page import names_of_stems, subject, write_landing_page
from publish.writing.page import size, type_and_size
from tests.samples import sample_edition, sample_tables

DAY = "2023-07-20"
STEMS = {
    "1": "Modality-Provider-Counts",
    "12": "Interventional-Provider-Counts",
    "2": "Modality-Provider-Median-Request-to-Test",
}
DOCUMENT = f"Provisional-Monthly-Diagnostic-Imaging-Dataset-Statistics-{DAY}"


def release_files(folder: Path, edition: Edition) -> list[Path]:
    """Files as a release has them, in alphabetical order within their folders."""
    tables = [edition.table_stem(number, stem) for number, stem in STEMS.items()]
    names = [
        *(f"tables/{table}.xlsx" for table in tables),
        *(f"csv/{table}.csv" for table in tables),
        *(f"csv/{table}.csv-metadata.json" for table in tables),
        f"csv/{edition.file_name(f'DID-All-Tables-2022-23-{DAY}')}.csv",
        *(f"charts/{edition.file_name('activity-chest-x-ray')}.{ending}" for ending in ("csv", "png", "svg")),
        f"charts/{edition.file_name('activity-by-modality')}.csv",
        f"{edition.file_name(DOCUMENT)}.pdf",
        f"{edition.file_name(DOCUMENT)}.html",
        "datapackage.json",
    ]
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"x" * 3000)
    return [folder / name for name in names]


def page_of(folder: Path, edition: Edition, changes: Sequence[str] = ()) -> Element:
    file = write_landing_page(sample_tables(edition), edition, release_files(folder, edition), changes, folder)
    text = file.read_text(encoding="utf-8")
    html5lib.HTMLParser(strict=True).parse(text)
    return ElementTree.fromstring(text)


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def links(page: Element) -> list[str]:
    return [link.get("href", "") for link in page.iter("a")]


@pytest.mark.parametrize(
    ("draft", "made_up", "name"),
    [
        (False, False, "index.html"),
        (False, True, "index.html"),  # a web server looks for it; the page says that the records are made up
        (True, False, "DRAFT-index.html"),
        (True, True, "DRAFT-index.html"),
    ],
)
def test_name_and_notices(tmp_path: Path, draft: bool, made_up: bool, name: str) -> None:
    edition = sample_edition(draft=draft, made_up=made_up)
    file = write_landing_page(sample_tables(edition), edition, [], (), tmp_path)
    assert file == tmp_path / name
    text = file.read_text(encoding="utf-8")
    assert ("DRAFT: not for publication." in text) == draft
    assert ("Made-up records: a demonstration, not statistics." in text) == made_up


@pytest.mark.parametrize("draft", [False, True])
def test_every_file_is_linked_once_and_is_there(tmp_path: Path, draft: bool) -> None:
    edition = sample_edition(draft=draft, made_up=draft)
    files = {file.relative_to(tmp_path).as_posix() for file in release_files(tmp_path, edition)}
    local = [href for href in links(page_of(tmp_path, edition)) if not re.match(r"https://|mailto:|#", href)]
    assert sorted(local) == sorted(files)


def test_the_document_comes_first_as_web_page_then_pdf(tmp_path: Path) -> None:
    local = [href for href in links(page_of(tmp_path, sample_edition())) if "/" not in href and "@" not in href]
    assert local == ["#main", f"{DOCUMENT}.html", f"{DOCUMENT}.pdf", "datapackage.json"]


def test_groups_and_tables_are_in_published_order(tmp_path: Path) -> None:
    page = page_of(tmp_path, sample_edition())
    assert [words(heading) for heading in page.iter("h2")] == [
        "Statistical release document",
        "What has changed",
        "Tables",
        "Data files",
        "Charts and their data",
        "Other files",
        "Contact",
        "More about these statistics",
    ]
    workbooks = [href for href in links(page) if href.endswith(".xlsx")]
    assert [href.split("-")[2] for href in workbooks] == ["1", "2", "12"]
    charts = [href for href in links(page) if href.startswith("charts/")]
    assert [Path(href).stem for href in charts] == ["activity-by-modality", *["activity-chest-x-ray"] * 3]


def test_each_link_names_its_subject_type_and_size(tmp_path: Path) -> None:
    said = [words(link) for link in page_of(tmp_path, sample_edition()).iter("a")]
    assert "Table 1: Count of Imaging Activity by Modality: Excel workbook, 3 KB" in said
    assert "Table 1: Count of Imaging Activity by Modality: CSV, 3 KB" in said
    assert "Table 1: Count of Imaging Activity by Modality: Metadata in JSON, 3 KB" in said
    assert "All tables together: CSV, 3 KB" in said
    assert "Activity: chest X-ray: SVG image, 3 KB" in said
    assert "Statistical release document: PDF, 3 KB" in said
    assert len(said) == len(set(said)) + said.count("england.did@nhs.net") - 1


def test_the_release_is_described(tmp_path: Path) -> None:
    page = page_of(tmp_path, sample_edition())
    details = dict(zip(map(words, page.iter("dt")), map(words, page.iter("dd")), strict=True))
    assert details == {
        "Period": "April 2022 to March 2023",
        "Status": "Provisional",
        "Published": "20th July 2023, 9.30am",
        "Next release": "10th August 2023, 9.30am",
    }
    assert "Provisional means that the records of the year are not yet complete" in words(page)
    assert "mailto:england.did@nhs.net" in links(page)
    assert "https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/" in links(page)


def test_changes_are_listed_as_text(tmp_path: Path) -> None:
    page = page_of(tmp_path, sample_edition(), ["May 2022 revised for A & <b> Trust."])
    assert "May 2022 revised for A & <b> Trust." in [words(item) for item in page.iter("li")]
    assert "No changes have been recorded" not in words(page)


def test_a_release_without_changes_says_so(tmp_path: Path) -> None:
    assert "No changes have been recorded for this release." in words(page_of(tmp_path, sample_edition()))


def test_the_page_is_accessible_and_fetches_nothing(tmp_path: Path) -> None:
    page = page_of(tmp_path, sample_edition())
    assert page.get("lang") == "en-GB"
    levels = [int(element.tag[1]) for element in page.iter() if re.fullmatch(r"h[1-6]", element.tag)]
    assert levels[0] == 1
    assert set(levels[1:]) == {2}
    assert not {element.tag for element in page.iter()} & {"script", "link", "img", "iframe"}
    assert "#main" in links(page)
    assert page.find(".//main[@id='main']") is not None


def test_same_release_same_bytes(tmp_path: Path) -> None:
    edition = sample_edition()
    files = release_files(tmp_path, edition)
    first = write_landing_page(sample_tables(edition), edition, files, (), tmp_path).read_bytes()
    assert write_landing_page(sample_tables(edition), edition, files, (), tmp_path).read_bytes() == first


@pytest.mark.parametrize(
    ("name", "about"),
    [
        (
            "DID-Table-12-2022-23-Interventional-Provider-Counts-2023-07-20.xlsx",
            "Table 12: Count of Interventional",
        ),
        ("DRAFT-MADE-UP-activity-by-modality.svg", "Activity by modality"),
        ("read-me-first.txt", "Read me first"),
        ("diagnostic-imaging-tables-2023-03.ods", "Accessible edition"),
    ],
)
def test_subject_of_a_file(name: str, about: str) -> None:
    marked = name.startswith("DRAFT")
    edition = sample_edition(draft=marked, made_up=marked)
    names = names_of_stems(sample_tables(edition), edition)
    assert subject(Path(name), names, edition).startswith(about)


@pytest.mark.parametrize(
    ("count", "words_"),
    [(0, "1 KB"), (1, "1 KB"), (1535, "1 KB"), (1536, "2 KB"), (215_040, "210 KB"), (1_048_576, "1.0 MB")],
)
def test_size(count: int, words_: str) -> None:
    assert size(count) == words_


def test_a_type_that_is_not_known_is_named_by_its_ending(tmp_path: Path) -> None:
    for name, said in (("a.parquet", "PARQUET, 1 KB"), ("LICENCE", "file, 1 KB")):
        (tmp_path / name).write_text("x")
        assert type_and_size(tmp_path / name) == said
