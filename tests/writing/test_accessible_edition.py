"""The accessible edition: every point of the page, and every cell as disclosure control left it."""

import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from itertools import cycle

import polars as pl
import pytest
from odfdo import Document

from publish.accessibility.checking import check_workbook
from publish.accessibility.point import Outcome
from publish.accessibility.workbooks import read_book
from publish.counts.reduction import reduce_records
from publish.disclosure.control import NO_DATA, SUPPRESSED, restore
from publish.disclosure.policy import Policy, load_policy
from publish.period import parse_period
from publish.reference.columns import empty
from publish.reference.tables import load_reference
from publish.release_tables import release_tables
from publish.tables.specification import Measure
from publish.writing.accessible_edition import write_accessible_edition
from publish.writing.content import ReleaseTables
from tests.fields.test_organisation import table
from tests.made_records import frame, record
from tests.samples import sample_edition, sample_issue, sample_tables

NAME = "diagnostic-imaging-tables.ods"
SITES = [
    {"site_code": "RF401", "org_code": "RF4", "region_code": "Y56"},
    {"site_code": "RT301", "org_code": "RT3", "region_code": "Y56"},
    {"site_code": "NT958", "org_code": "NT9", "region_code": "Y58"},
]
SENTENCE_OF_NOTES = "Notes: the numbers after the title lead to the notes on the worksheet called Notes."


def annual_edition(**more):
    return replace(sample_edition(**more), period=parse_period("2023-24"))


def annual_records():
    """A record a day or so in turn, and six thousand CT scans on one day, beside which few round to 0 per cent."""
    days = [date(2023, 4, 1) + timedelta(days=3 * number % 366) for number in range(600)]
    exams, sites = cycle(["XCHES", "CABDO", "MSKUH", "U1"]), cycle(["RF401", "RT301", "NT958", "RF401", "RF401"])
    settings, waits = cycle(["01", "03", "04", "05", "06", "03", "03"]), cycle([0, 1, 5, 12, 40, 90, None])
    many = [record(IMAGING_CODE_NICIP="CABDO", SITE_CODE_IMAGING="RF401") for _ in range(6000)]
    few = [
        record(
            DIAGNOSTIC_TEST_DATE=day,
            DIAGNOSTIC_TEST_REQUEST_DATE=None if wait is None else day - timedelta(days=wait),
            SERVICE_REPORT_DATE=None if wait is None else day + timedelta(days=wait),
            IMAGING_CODE_NICIP=exam,
            SITE_CODE_IMAGING=site,
            PATIENT_SOURCE_SETTING=setting,
            PERSON_BIRTH_DATE=date(1950, 1, 1) + timedelta(days=40 * number),
            ETHNIC_CATEGORY="A",
            PRACTICE_CODE="F82001" if number % 11 else None,
            POSTCODE="RM1 1AA" if number % 11 else None,
        )
        for number, (day, exam, site, setting, wait) in enumerate(zip(days, exams, sites, settings, waits))  # noqa: B905
    ]
    return frame(many + few).lazy()


def official(name, rows):
    """Rows of an official table, empty where nothing is given."""
    schema = empty(name).schema
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def annual_tables() -> ReleaseTables:
    bundled = load_reference()
    boards = bundled.icbs["icb_code"].unique().sort()
    reference = replace(
        bundled,
        sites=table("sites", SITES),
        parents=official("parents", [{"org_code": "F82001", "parent_code": "A3A8R"}]),
        lsoas=official("lsoas", [{"lsoa": "E01000001", "imd_decile": 10}]),
        postcodes=official("postcodes", [{"postcode": "RM1 1AA", "lsoa": "E01000001"}]).lazy(),
        population=official("population", [{"icb_code": code, "population": 1_234_567} for code in boards]),
    )
    counts = reduce_records(annual_records(), reference, annual=True)
    return release_tables(counts, parse_period("2023-24"), reference, load_policy(), None)


@pytest.fixture(scope="module")
def annual():
    return annual_tables()


@pytest.fixture(scope="module")
def monthly():
    return sample_tables(sample_edition())


@pytest.fixture(scope="module")
def read_monthly(monthly, tmp_path_factory):
    return sheets(monthly, sample_edition(), tmp_path_factory.mktemp("monthly"))


@pytest.fixture(scope="module")
def read_annual(annual, tmp_path_factory):
    return sheets(annual, annual_edition(), tmp_path_factory.mktemp("annual"))


@pytest.fixture(scope="module", params=["monthly", "annual"])
def release(request):
    return request.getfixturevalue(
        request.param
    ), sample_edition() if request.param == "monthly" else annual_edition()


@pytest.fixture(scope="module", params=["monthly", "annual"])
def read_release(request):
    return request.getfixturevalue(request.param), request.getfixturevalue(f"read_{request.param}")


def written(tables, edition, folder):
    write_accessible_edition(tables, edition, folder / NAME)
    return folder / NAME


def sheets(tables, edition, folder):
    return {sheet.name: sheet for sheet in read_book(written(tables, edition, folder)).sheets}


def values(sheet):
    """The cells of the table of a sheet, row by row, its header first."""
    (marked,) = sheet.marked
    held = [
        sheet.written[row, column].value
        for row in range(marked.area.top, marked.area.bottom + 1)
        for column in range(marked.area.left, marked.area.right + 1)
    ]
    return in_rows(held, marked.area.right)


def in_rows(cells, width):
    return [cells[first : first + width] for first in range(0, len(cells), width)]


def said(sheet):
    """What stands above the table."""
    return [cell.text for place, cell in sheet.written.items() if place.row < sheet.top]


def of_tables(read):
    return [sheet for name, sheet in read.items() if name.startswith("Table_") and name != "Table_of_contents"]


def only(tables, number):
    """The release with one of its tables alone."""
    (workbook,) = (book for book in tables.workbooks if book.spec.number == number)
    return replace(tables, workbooks=(workbook,))


def with_cells(tables, number, change):
    """The release with one of its tables alone, whose cells are changed."""
    (workbook,) = only(tables, number).workbooks
    first = workbook.tables[0]
    changed = restore(first.spec, first.months, first.cells.with_columns(change))
    return replace(tables, workbooks=(replace(workbook, tables=(changed,)),))


@pytest.mark.parametrize("marked", [{}, {"draft": True, "made_up": True}])
def test_every_point_that_a_program_can_check_is_met(release, marked, tmp_path):
    tables, edition = release
    checked = check_workbook(written(tables, replace(edition, **marked), tmp_path))
    failed = [verdict for verdict in checked.verdicts if verdict.outcome is Outcome.FAILED]
    assert failed == []


def test_every_cell_is_as_disclosure_control_left_it(read_release):
    tables, read = read_release[0], of_tables(read_release[1])
    assert len(read) == len(list(tables))
    for sheet, protected in zip(read, tables, strict=True):
        shown = [row[-len(protected.columns) :] for row in values(sheet)[1:]]
        expected = in_rows(list(map(as_shown, *published(protected))), len(protected.columns))
        assert [[0 if value == "[low]" else value for value in row] for row in shown] == expected, sheet.name


def published(protected):
    return protected.cells["value"], protected.cells["status"]


def as_shown(value, status):
    return {SUPPRESSED: "[c]", NO_DATA: "[x]"}.get(status, value)


def test_what_a_row_is_about_is_as_published(read_release):
    tables, read = read_release
    for sheet, protected in zip(of_tables(read), tables, strict=True):
        header, *rows = values(sheet)
        spec = protected.spec
        names = {spec.label_heading: "label"} | ({spec.setting_heading: "setting"} if spec.settings else {})
        named = next(
            (heading for heading in header if heading.endswith(" name") and heading != "Region name"), None
        )
        names |= {named: "provider_name"} if named else {}
        names |= {"Region code": "region_code"} if "Region code" in header else {}
        each = protected.cells.gather_every(len(protected.columns))
        for heading, name in names.items():
            expected = each[name].replace({"-": "[z]", "ENGLAND": "England"}).str.replace(" - A3A8R$", "").to_list()
            assert [row[header.index(heading)] for row in rows] == expected, (sheet.name, heading)


def test_the_same_inputs_give_the_same_bytes(release, tmp_path):
    tables, edition = release
    first = written(tables, edition, tmp_path).read_bytes()
    assert written(tables, edition, tmp_path).read_bytes() == first
    with zipfile.ZipFile(tmp_path / NAME) as packed:
        parts = packed.infolist()
        assert {part.date_time for part in parts} == {(2023, 7, 20, 0, 0, 0)}
        assert (parts[0].filename, parts[0].compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert not any(b'version="1.4"' in packed.read(part) for part in parts)
        listed = packed.read("META-INF/manifest.xml").decode()
    assert all(
        f'full-path="{part.filename}"' in listed for part in parts[1:] if part.filename != "META-INF/manifest.xml"
    )


def test_sheets_have_names_that_stay(read_monthly, read_annual):
    first = ["Cover", "Table_of_contents", "Notes", "Provider_issues"]
    assert list(read_monthly) == [*first, *(f"Table_{number}" for number in ("1", "2", "3", "4", "5", "6", "12"))]
    quarters = ("Apr_to_Jun", "Jul_to_Sep", "Oct_to_Dec", "Jan_to_Mar")
    numbers = ("1", "2", "3", "4", "5", "6", "7a", "7b", "8", "9", "10", "11", "12")
    by_region = (*(f"{number}r" for number in numbers if number not in ("7a", "7b", "8", "9")),)
    assert list(read_annual) == [
        *first,
        *(f"Table_{number}" for number in numbers),
        *(f"Table_13_{quarter}" for quarter in quarters),
        *("Table_14", "Table_15", "Table_16"),
        *(f"Table_{number}" for number in by_region),
        *(f"Table_13r_{quarter}" for quarter in quarters),
        "Table_17",
    ]


def test_the_document_says_what_it_is(annual, tmp_path):
    file = written(annual, annual_edition(draft=True), tmp_path)
    meta = Document(file).meta
    assert meta.title == "Diagnostic Imaging Dataset: imaging tests in England, April 2023 to March 2024"
    assert (meta.language, meta.creator, meta.initial_creator) == ("en-GB", "NHS England", "NHS England")
    assert meta.description == "DRAFT: not for publication."
    assert "final" in meta.keyword
    assert meta.generator == "publish"


def test_headings_are_in_words_with_their_units(read_annual):
    assert values(read_annual["Table_1"])[0] == [
        *("Geography type", "Region code", "Region name", "Organisation code", "Provider name", "Modality"),
        *(f"{month} 2023\n(tests)" for month in ("April", "May", "June", "July", "August", "September")),
        *("October 2023\n(tests)", "November 2023\n(tests)", "December 2023\n(tests)"),
        *("January 2024\n(tests)", "February 2024\n(tests)", "March 2024\n(tests)", "Year\n(tests)"),
    ]
    assert values(read_annual["Table_2"])[0][-1] == "Year\n(median days)"
    assert values(read_annual["Table_9"])[0] == [
        *("Modality", "Patient Source Setting"),
        *(f"Count: {band}\n(tests)" for band in ("0 to 7 days", "8 to 31 days", "32 to 62 days")),
        "Count: more than 62 days\n(tests)",
        *(f"Percentage: {band}\n(per cent)" for band in ("0 to 7 days", "8 to 31 days", "32 to 62 days")),
        "Percentage: more than 62 days\n(per cent)",
    ]
    assert values(read_annual["Table_10"])[0][6:10] == [
        *(f"Accident and emergency, inpatients and day cases: {by} day\n(per cent)" for by in ("same", "by next")),
        *(
            f"Accident and emergency, inpatients and day cases: {known}\n(tests)"
            for known in ("total known", "not known")
        ),
    ]
    turnaround = values(read_annual["Table_13_Apr_to_Jun"])[0]
    assert "Accident and emergency and admitted: more than 28 days\n(per cent)" in turnaround
    assert "Outpatients and GP direct access: by 7 days\n(per cent)" in turnaround
    assert values(read_annual["Table_14"])[0][6:8] == ["Age 0 to 4\n(tests)", "Age 5 to 9\n(tests)"]
    assert values(read_annual["Table_17"])[0] == [
        *("Geography type", "Region code", "Region name", "Integrated care board code", "Area name"),
        *("Population\n(people)", "Modality", "Tests\n(number)", "Tests per 1,000 population\n(number)"),
    ]


@pytest.mark.parametrize(
    ("year", "word", "in_sentence"),
    [("2021-22", "CCG", "CCG"), ("2023-24", "Sub-ICB location", "sub-ICB location")],
)
def test_commissioners_are_called_what_they_were(annual, year, word, in_sentence, tmp_path):
    edition = replace(annual_edition(), period=parse_period(year))
    header, *rows = values(sheets(only(annual, "8"), edition, tmp_path)["Table_8"])
    assert f"{word} code" in header
    assert {row[0] for row in rows} == {"England", word, f"No {in_sentence}"}


def test_shorthand_is_explained_where_it_is_used(read_annual):
    lines = said(read_annual["Table_1"])
    assert lines[0].startswith(
        "Table 1: Count of Imaging Activity by Modality, England and providers, April 2023 to"
    )
    assert lines[1] == "This worksheet contains one table."
    assert "[c] = confidential: values of less than 3 are suppressed." in lines
    assert "0 = zero activity submitted." in lines
    assert SENTENCE_OF_NOTES in lines
    assert not any("[low]" in line for line in lines)


def test_low_stands_only_where_the_count_beside_it_tells(read_annual):
    header, *rows = values(read_annual["Table_9"])
    half = (len(header) - 2) // 2
    pairs = [pair for row in rows for pair in zip(row[2 : 2 + half], row[2 + half :], strict=True)]
    low = [count for count, percentage in pairs if percentage == "[low]"]
    assert low
    assert all(count > 0 for count in low)
    assert all(count == 0 for count, percentage in pairs if percentage == 0)
    assert "[low] = a percentage or rate that is not 0 but rounds to it." in said(read_annual["Table_9"])
    others = [sheet for sheet in of_tables(read_annual) if sheet.name not in ("Table_9", "Table_17")]
    assert not any("[low]" in row for sheet in others for row in values(sheet))
    assert {row[-1] for row in values(read_annual["Table_17"]) if row[-2] == 120} == {"[low]"}
    assert "0 = zero activity submitted." in said(read_annual["Table_9"])
    assert "0 = zero activity submitted, or a percentage that rounds to zero." in said(read_annual["Table_10"])


def test_every_note_stands_once_and_is_used(read_release):
    _, read = read_release
    rows = values(read["Notes"])[1:]
    assert [row[0] for row in rows] == [f"note {number}" for number in range(1, len(rows) + 1)]
    assert len({row[1] for row in rows}) == len(rows)
    titles = "".join(sheet.title for sheet in of_tables(read))
    assert all(f"[{row[0]}]" in titles for row in rows)


def test_the_notes_of_a_table_are_its_own(read_monthly):
    notes = dict(values(read_monthly["Notes"])[1:])
    texts = [notes[marker] for marker in re.findall(r"\[(note \d+)\]", read_monthly["Table_3"].title)]
    assert any(text.startswith("A median of 0 means that at least half of the reports") for text in texts)
    assert not any(text.startswith("A median of 0 means that at least half of the tests") for text in texts)


def test_every_provider_issue_is_there(monthly, tmp_path):
    said = [f"Chelsea & Westminster {number} did not report." for number in range(40)]
    read = sheets(replace(monthly, issues=tuple(map(sample_issue, said))), sample_edition(), tmp_path)
    kind = "The following providers had shortfalls in their data for the months shown"
    assert values(read["Provider_issues"])[1:] == [[kind, each] for each in said]
    assert values(sheets(replace(monthly, issues=()), sample_edition(), tmp_path)["Provider_issues"])[1:] == [
        [
            "None known",
            "No issue with the data of a provider is known that would affect these figures. Others may exist.",
        ]
    ]


def test_the_cover_says_whom_to_ask(read_monthly):
    cover = read_monthly["Cover"]
    said_there = [cell.text for cell in cover.written.values()]
    assert "For statistics: Performance Analysis Team, NHS England, Quarry House, Leeds LS2 7UE" in said_there
    assert "For the press: NHS England media team, nhsengland.media@nhs.net" in said_there
    assert "mailto:england.did@nhs.net" in [cell.link for cell in cover.written.values()]


def test_contents_lead_to_every_sheet(read_release):
    _, read = read_release
    links = [cell.link for cell in read["Table_of_contents"].written.values() if cell.link]
    assert links == [f"#{name}.A1" for name in read if name not in ("Cover", "Table_of_contents")]


@pytest.mark.parametrize("name", ["=1+1", "-2+3", "@SUM(A1)", "+44", "=HYPERLINK(\"a\")<b>&'c'"])
def test_text_stays_text_whatever_it_begins_with(monthly, name, tmp_path):
    changed = with_cells(monthly, "1", pl.lit(name).alias("provider_name"))
    file = written(changed, sample_edition(), tmp_path)
    sheet = read_book(file).sheets[4]
    assert {row[4] for row in values(sheet)[1:]} == {"England", name}
    assert not any(cell.formula for cell in sheet.written.values())
    assert b"table:formula" not in zipfile.ZipFile(file).read("content.xml")


def test_what_a_file_may_not_hold_is_left_out(monthly, tmp_path):
    changed = with_cells(monthly, "1", pl.lit("  A\x00 trust\x0b of\ttwo \n lines\ufffe ").alias("provider_name"))
    rows = values(sheets(changed, sample_edition(), tmp_path)["Table_1"])[1:]
    assert {row[4] for row in rows} == {"England", "A trust of two\nlines"}


def test_a_policy_that_hides_and_rounds_nothing_is_not_said_to(monthly, tmp_path):
    policy = Policy(threshold=1, rounding_base=1, fewest_dates=1)
    cover = sheets(replace(monthly, policy=policy), sample_edition(), tmp_path)["Cover"]
    text = "\n".join(cell.text for cell in cover.written.values())
    assert "Rounding:" not in text
    assert "Suppression:" not in text


def test_percentages_show_as_many_decimals_as_the_policy(annual, tmp_path):
    file = written(
        replace(annual, policy=replace(annual.policy, percentage_decimals=2)), annual_edition(), tmp_path
    )
    sheet = next(sheet for sheet in read_book(file).sheets if sheet.name == "Table_10")
    header = values(sheet)[0]
    decimals = {
        header[place.column - 1].split("\n")[1]: cell.look.decimals
        for place, cell in sheet.written.items()
        if cell.kind == "number"
    }
    assert decimals == {"(per cent)": 2, "(tests)": 0}


def test_measures_have_one_precision_each(annual, read_annual):
    for sheet, protected in zip(of_tables(read_annual), annual, strict=True):
        first = sheet.marked[0].area.right - len(protected.columns)
        for number, column in enumerate(protected.columns, start=first + 1):
            measure = column.measure(protected.spec.measure)
            expected = 1 if measure.is_median or measure is Measure.PER_1000 else 0
            found = {
                cell.look.decimals
                for cell in sheet.column(sheet.marked[0], number).values()
                if cell.kind == "number"
            }
            assert found <= {expected}, (sheet.name, number)
