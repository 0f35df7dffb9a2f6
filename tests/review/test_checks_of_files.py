"""The checks of finished files: those of a small draft pass, and each planted fault is found and named."""

import json
from dataclasses import replace
from datetime import date

import pytest
from openpyxl import load_workbook

from publish.accessibility.checking import check_workbook, check_workbooks
from publish.accessibility.several import of_each
from publish.errors import InputRefused
from publish.review.check import Verdict
from publish.review.checks import listing
from publish.review.checks.accessible import accessibility
from publish.review.checks.dates import dates_the_same
from publish.review.checks.finished import Page, named_in_csv
from publish.review.checks.finished import _parsed as parsed
from publish.review.checks.links import links, wrong_address
from publish.review.checks.listing import FINISHED, NO_FILES, checks_of_files
from publish.review.checks.notes import data_guidance, footnotes_unused, notes, release_note
from publish.review.checks.spelling import spelling_of_names
from publish.review.seen import Line
from tests.review.checked_release import copied, draft, edition, finished, read_again

TABLE_1 = "tables/DRAFT-DID-Table-1-2023-24-Modality-Provider-Counts-2024-07-18.xlsx"
REGIONS = "tables/DRAFT-DID-2023-24-Regions-and-ICBs-2024-07-18.xlsx"
ODS = "tables/draft-diagnostic-imaging-tables-2024-03.ods"
METADATA = "csv/DRAFT-DID-Table-1-2023-24-Modality-Provider-Counts-2024-07-18.csv-metadata.json"
CSV = METADATA.removesuffix("-metadata.json")
PAGE = "DRAFT-index.html"
ROYAL_DEVON = "Royal Devon University Healthcare NHS Foundation Trust"


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    return finished(tmp_path_factory.mktemp("release") / "draft")


@pytest.fixture
def files(clean, tmp_path):
    return copied(clean, tmp_path / "draft")


def edited(files, file, change):
    """The finished files after a change to one workbook."""
    book = load_workbook(files.folder / file, rich_text=True)
    change(book)
    book.save(files.folder / file)
    return read_again(files, file)


def rewritten(files, file, old, new):
    """The finished files after a change to the text of a page."""
    text = (files.folder / file).read_text(encoding="utf-8")
    assert old in text
    (files.folder / file).write_text(text.replace(old, new), encoding="utf-8")
    pages = tuple(
        Page(page.file, parsed(files.folder / file)) if page.file == file else page for page in files.pages
    )
    return replace(files, pages=pages)


def put(sheet, cell, value):
    """A change to one cell."""

    def change(book):
        book[sheet][cell].value = value

    return change


def cell_of(book, sheet, text):
    return next(cell for row in book[sheet].iter_rows() for cell in row if str(cell.value) == text)


# A clean draft


@pytest.mark.parametrize("listed", FINISHED, ids=lambda listed: listed.name)
def test_a_finished_draft_passes(listed, clean):
    outcome = listed.run(clean)
    assert (outcome.verdict, outcome.places) == (Verdict.PASSED, ()), outcome


def test_they_can_be_run_alone(clean, monkeypatch):
    monkeypatch.setattr(listing, "read_finished", lambda *_: clean)
    told = []
    checks = checks_of_files(clean.folder, clean.tables, clean.edition, told.append)
    assert [check.name for check in checks] == [listed.name for listed in FINISHED]
    assert told == ["Checking the finished files"]


def test_nothing_to_look_at_is_no_pass(tmp_path):
    checks = checks_of_files(tmp_path, draft().tables, draft().edition, [].append)
    assert {(check.verdict, check.said) for check in checks} == {(Verdict.NOT_RUN, NO_FILES)}


# Accessibility


def test_a_merged_cell_fails(files):
    outcome = accessibility(edited(files, TABLE_1, lambda book: book["Title page"].merge_cells("B30:B31")))
    assert outcome.verdict is Verdict.FAILED
    assert f"{TABLE_1}: Title page!B30:B31: cells are merged (T3: No cell is merged" in "\n".join(outcome.places)


def test_a_desirable_point_asks_for_a_look(files):
    def zoomed(book):
        book["Provider"].sheet_view.zoomScale = 80

    outcome = accessibility(edited(files, TABLE_1, zoomed))
    assert outcome.verdict is Verdict.LOOK
    assert "the zoom is 80 per cent" in outcome.places[0]


def test_a_damaged_workbook_fails(files):
    (files.folder / TABLE_1).write_bytes(b"PK\x03\x04 no workbook")
    outcome = accessibility(read_again(files, TABLE_1))
    assert outcome.verdict is Verdict.FAILED
    assert outcome.places[0].startswith(f"{TABLE_1}: ")


def test_files_are_read_together_as_one_by_one(files):
    paths = [files.folder / name for name in (TABLE_1, ODS)]
    assert check_workbooks(paths) == [check_workbook(path) for path in paths]
    assert of_each(len, []) == []


def test_what_is_raised_of_a_file_is_raised(files, tmp_path):
    with pytest.raises(InputRefused) as refused:
        check_workbooks([files.folder / TABLE_1, tmp_path / "absent.xlsx", files.folder / ODS])
    assert refused.value.where.endswith("absent.xlsx")


# Dates


def test_another_date_in_one_file_is_found(files):
    outcome = dates_the_same(edited(files, TABLE_1, put("Provider", "C7", "17th July 2024")))
    assert outcome.places == (
        f"{TABLE_1}, Provider: Published is '17th July 2024', and should be '18th July 2024'",
    )


@pytest.mark.parametrize(
    ("cell", "value", "said"),
    [
        ("C4", "2022/23", "Period is '2022/23'"),
        ("C8", "8th August 2024", "Revised is '8th August 2024', and should be '-'"),
        ("C9", "Final", "Status is 'Final'"),
        ("C10", "someone@nhs.net", "Contact is 'someone@nhs.net'"),
        ("B10", None, "Contact is not given"),
    ],
)
def test_each_part_of_the_title_block_is_compared(files, cell, value, said):
    outcome = dates_the_same(edited(files, TABLE_1, put("Provider", cell, value)))
    assert outcome.verdict is Verdict.FAILED
    assert said in outcome.places[0]


def test_a_revised_table_has_its_date(clean):
    revised = replace(edition("2024-03"), revised=(("Modality-Provider-Counts", date(2024, 8, 8)),))
    outcome = dates_the_same(replace(clean, edition=revised))
    assert outcome.places == (f"{TABLE_1}, Provider: Revised is '-', and should be '8th August 2024'",)


def test_the_title_page_the_landing_page_and_the_metadata_are_compared(files):
    changed = edited(files, TABLE_1, put("Title page", "A6", "April 2022 to March 2023"))
    changed = rewritten(changed, PAGE, "<dd>Provisional</dd>", "<dd>Final</dd>")
    described = dict(changed.described)
    described[METADATA] = json.loads(json.dumps(described[METADATA]).replace("2024-07-18", "2024-07-19"))
    said = "\n".join(dates_the_same(replace(changed, described=described)).places)
    assert f"{TABLE_1}, Title page: the period is 'April 2022 to March 2023'" in said
    assert f"{PAGE}: Status is 'Final', and should be 'Provisional'" in said
    assert f"{METADATA}: the day of publication (dc:issued) is '2024-07-19'" in said


def test_the_document_and_the_accessible_edition_are_compared(clean):
    later = replace(edition("2024-03"), published=date(2024, 7, 25))
    said = "\n".join(dates_the_same(replace(clean, edition=later)).places)
    assert f"{ODS}, Cover: Published is '18 July 2024', and should be '25 July 2024'" in said
    assert ".html: First published is '18th July 2024', and should be '25th July 2024'" in said
    assert ".pdf: First published is 'First published 18th July 2024', and should be 'First published 25th" in said


# Links


def test_a_file_that_is_gone_is_found(clean):
    gone = replace(clean, files=clean.files - {CSV})
    said = links(gone).places
    assert any(f"{PAGE}: '{CSV}' leads to a file that is not there" in place for place in said)
    assert any(place.startswith(f"{METADATA}: ") for place in said)


def test_a_file_on_no_page_is_found(clean):
    more = replace(clean, files=clean.files | {"tables/left-over.xlsx"})
    assert links(more).places == (f"{PAGE}: no link leads to tables/left-over.xlsx",)


def test_a_link_to_no_sheet_and_to_no_part_of_the_page_is_found(files):
    def lost(book):
        linked = next(
            cell for row in book["Title page"].iter_rows() for cell in row
            if cell.hyperlink and (cell.hyperlink.location or cell.hyperlink.target or "").find("Table 1") >= 0
        )  # fmt: skip
        linked.hyperlink.target, linked.hyperlink.location = None, "'Table 99'!A1"

    document = next(page.file for page in files.pages if page.file != PAGE)
    changed = rewritten(edited(files, REGIONS, lost), document, 'href="#quality"', 'href="#qualify"')
    said = "\n".join(links(changed).places)
    assert "\"#'Table 99'!A1\" leads to no sheet" in said
    assert f"{document}: '#qualify' leads to no part of the page" in said


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("https://www.england.nhs.uk/statistics/", ""),
        ("mailto:england.did@nhs.net", ""),
        ("https:/www.england.nhs.uk", "is no address on the web"),
        ("https://localhost/x", "is no address on the web"),
        ("file:///C:/draft.xlsx", "is no address on the web"),
        ("mailto:england.did.nhs.net", "is no email address"),
        ("https://www.england.nhs.uk/DRAFT-DID-Table-1.xlsx", "leads to a draft"),
    ],
)
def test_addresses_are_read_not_visited(target, said):
    found = wrong_address(target)
    assert (said in found) if said else not found


def test_the_public_form_does_not_lead_to_a_draft(files):
    public = replace(
        rewritten(files, PAGE, "csv/DRAFT-DID-All", "../draft/DRAFT-DID-All"),
        edition=edition("2024-03", draft=False),
    )
    said = "\n".join(links(public).places)
    assert "leads to a draft, which is not published by that name" in said


# Notes and guidance


def test_a_table_without_notes_or_key_is_found(files):
    def without(*texts):
        def change(book):
            for text in texts:
                cell_of(book, "Provider", text).value = None

        return change

    outcome = notes(edited(files, TABLE_1, without("Notes:", "Key")))
    assert outcome.places == (
        f"{TABLE_1}, Provider: no note stands under the table",
        f"{TABLE_1}, Provider: no key stands under the table",
    )


def test_a_table_in_no_workbook_is_found(clean):
    fewer = replace(clean, workbooks=tuple(book for book in clean.workbooks if book.file != TABLE_1))
    assert notes(fewer).places == ("Table 1: no sheet of a workbook holds it",)


def without_marker(book):
    lines = tuple(
        Line(line.sheet, line.row, line.column, line.text.partition(" [note")[0])
        if line.sheet == "Table_1" and line.row == 1 else line
        for line in book.lines
    )  # fmt: skip
    return replace(book, lines=lines)


def test_the_accessible_edition_needs_its_markers(clean):
    books = tuple(without_marker(book) if book.file == ODS else book for book in clean.workbooks)
    assert notes(replace(clean, workbooks=books)).places == (
        f"{ODS}, Table_1: no marker of a note stands in the title of the table",
    )


def test_a_footnote_that_nobody_uses_asks_for_a_look(clean):
    books = tuple(
        replace(book, footnotes=("Notes!A9: [note 7] is used nowhere",)) if book.file == ODS else book
        for book in clean.workbooks
    )
    outcome = footnotes_unused(replace(clean, workbooks=books))
    assert outcome.verdict is Verdict.LOOK
    assert outcome.places == (f"{ODS}, Notes!A9: [note 7] is used nowhere",)


def test_missing_guidance_is_found(files):
    def silent(book):
        cell_of(book, "Title page", "When using this data").value = "Other"

    document = next(page.file for page in files.pages if page.file != PAGE)
    changed = rewritten(edited(files, TABLE_1, silent), document, "Data Quality Statement</h", "Other</h")
    assert data_guidance(changed).places == (
        f"{TABLE_1}: its title page does not say 'When using this data'",
        f"{document}: no Data Quality Statement",
    )


def test_a_release_without_a_note_is_found(files):
    changed = rewritten(files, PAGE, "<h2>What has changed</h2>", "<h2>News</h2>")
    assert release_note(changed).places == (f"{PAGE}: nothing stands under 'What has changed'",)
    pdf = {file for file in files.files if file.endswith(".pdf")}
    assert release_note(replace(files, files=files.files - pdf)).places == (
        "the statistical release document is not there as PDF",
    )


# Spelling


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (ROYAL_DEVON.upper(), " (capitals)"),
        (ROYAL_DEVON.replace(" NHS", "  NHS"), " (spaces)"),
        ("Royal Devon", ""),
    ],
)
def test_a_name_spelt_otherwise_in_one_file_is_found(files, name, why):
    def change(book):
        cell_of(book, "Provider", ROYAL_DEVON).value = name

    outcome = spelling_of_names(edited(files, TABLE_1, change))
    assert outcome.places == (f"{TABLE_1}, Provider: RH8 is written {name!r}, in the tables {ROYAL_DEVON!r}{why}",)


def test_a_name_in_a_csv_file_is_compared(files):
    file = files.folder / CSV
    file.write_text(
        file.read_text(encoding="utf-8").replace(ROYAL_DEVON, ROYAL_DEVON.replace("NHS", "N.H.S.")),
        encoding="utf-8",
    )
    outcome = spelling_of_names(files)
    assert outcome.verdict is Verdict.FAILED
    assert outcome.places[0].startswith(f"{CSV}: RH8 is written 'Royal Devon University Healthcare N.H.S.")


def test_a_code_of_no_table_is_found(files):
    def change(book):
        at = cell_of(book, "Provider", ROYAL_DEVON)
        book["Provider"].cell(at.row, at.column - 1).value = "RZ9"

    said = spelling_of_names(edited(files, TABLE_1, change)).places
    assert said == (f"{TABLE_1}, Provider: the code RZ9 ({ROYAL_DEVON}) is in no table",)


def test_a_provider_issue_is_compared(files):
    document = next(page.file for page in files.pages if page.file != PAGE)
    changed = rewritten(files, document, f"{ROYAL_DEVON} (RH8)", "Royal Devon University Health Care (RH8)")
    outcome = spelling_of_names(changed)
    assert outcome.verdict is Verdict.FAILED
    assert outcome.places[0].startswith(f"{document}: RH8 is written ")


def test_names_of_a_file_are_those_beside_its_codes(tmp_path):
    file = tmp_path / "table.csv"
    file.write_text(
        "region_code,icb_code,area_name,value\nY58,,South West,5\nY58,QJK,Devon,2\n,,England,7\n", encoding="utf-8"
    )
    assert [named[1:] for named in named_in_csv(file)] == [("Y58", "South West"), ("QJK", "Devon")]
