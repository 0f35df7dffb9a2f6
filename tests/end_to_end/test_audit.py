"""The audit as a whole: clean releases give nothing away, and whatever is planted in a copy of one is found."""

import json
import shutil

import pytest
from openpyxl.chart import BarChart
from openpyxl.chart.data_source import NumData, NumVal
from openpyxl.chart.reference import Reference
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from pypdf import PdfWriter

from publish.counts.reduction import reduce_records
from publish.disclosure.audit.rule import Rule
from publish.disclosure.policy import Policy
from publish.gate import rule_of
from tests.end_to_end import planting
from tests.end_to_end.approving import approve
from tests.end_to_end.conftest import publish
from tests.end_to_end.planting import (
    BY_REGION,
    NAMES,
    attacked,
    copied,
    edit,
    learnt,
    rewrite,
    show,
    state,
    workbook,
)
from tests.made_records import frame, numbered
from tests.tables.test_annual import REFERENCE, batch

XRAY, PHOTOGRAPHY, FLUOROSCOPY = "Plain Radiography", "Medical Photography", "Fluoroscopy"
MRI = "Magnetic Resonance Imaging"
LEFT = [
    ("difference", "1", f"R1H, {MRI}, Apr", 1, 1),
    ("difference", "1", f"R1H, {MRI}, May", 1, 1),
    ("difference", "1", f"R1H, {MRI}, Year to date", 2, 2),
]


@pytest.fixture(scope="module")
def public(tmp_path_factory):
    """The public folder of an approved release, April to June 2023."""
    folder = tmp_path_factory.mktemp("clean")
    release = planting.draft(folder / "outputs", planting.records(folder / "records.parquet"))
    approve(release)
    return release / "public"


@pytest.fixture
def plain(public, tmp_path):
    """A copy to plant in: without the document, which takes longest to read, and without files that have tables by
    region and board too, where in so small a release much of what follows of a provider follows again.
    """
    return copied(public, tmp_path / "public", but=[".pdf", ".ods", *BY_REGION])


# What a clean release leaves.


def test_a_clean_release_gives_nothing_away(public):
    audited = attacked(public)
    assert audited.findings == ()
    assert (audited.contradictions, audited.unread, audited.not_read) == (0, (), ())
    assert learnt(public, audited.left_by_rule) == LEFT


def test_the_audit_kept_with_the_release_says_the_same(public):
    kept = json.loads((public.parent / "internal" / "audit.json").read_text(encoding="utf-8"))
    assert kept == attacked(public).as_json()


def test_what_the_rule_leaves_is_found_with_strict(public):
    audited = attacked(public, rule=Rule(strict=True))
    assert learnt(public, audited.findings) == LEFT
    assert audited.left_by_rule == ()


def test_saved_by_another_program_a_clean_release_is_clean(plain):
    for number in ("1", "2", "12"):
        with workbook(planting.table(plain, number)):
            pass
    assert attacked(plain).findings == ()


def test_an_attack_by_an_older_copy_of_itself_finds_nothing(plain, public):
    audited = attacked(plain, public)
    assert audited.findings == ()
    assert audited.tallies["time"].attacked > 0


# Plants in cells: what is shown where, and what is learnt of which cell, by which route.

EXACT_ENGLAND = {"Apr": 91, "May": 56, "Jun": 99, "Year to date": 246}
CELLS = [
    (
        "one total that is not rounded",
        lambda folder: show(folder, "1", "RF4", {"Year to date": 74}, XRAY),
        [("unrounded", "1", f"RF4, {XRAY}, Year to date", 74, 74)],
    ),
    (
        "an England row that is not rounded",
        lambda folder: show(folder, "1", "-", EXACT_ENGLAND, XRAY),
        [("unrounded", "1", f"-, {XRAY}, Apr", 91, 91)],
    ),
    (
        "a small count that is not hidden",
        lambda folder: show(folder, "1", "RJ1", {"May": 1}, XRAY),
        [
            ("difference", "1 as CSV", f"RJ1, {XRAY}, 2023-05", 1, 1),
            ("unrounded", "1", f"RJ1, {XRAY}, May", 1, 1),
        ],
    ),
    (
        "a count hidden in the workbook and shown in the CSV file",
        lambda folder: state(folder, "1", "RJ1", XRAY, "2023-05", 5),
        [("difference", "1", f"RJ1, {XRAY}, May", 3, 7)],
    ),
    (
        "hidden months of a row with an exact total",
        lambda folder: show(folder, "1", "R1H", {"Year to date": 4}, FLUOROSCOPY),
        [
            ("difference", "1", f"R1H, {FLUOROSCOPY}, Apr", 2, 2),
            ("difference", "1", f"R1H, {FLUOROSCOPY}, May", 2, 2),
            ("unrounded", "1", f"R1H, {FLUOROSCOPY}, Year to date", 4, 4),
        ],
    ),
    (
        "an exact total of England over a rounded and a hidden provider",
        lambda folder: show(folder, "1", "-", {"Apr": 14}, PHOTOGRAPHY),
        [
            ("difference", "1", f"-, {PHOTOGRAPHY}, Year to date", 14, 14),
            ("difference", "1", f"RF4, {PHOTOGRAPHY}, Apr", 12, 12),
            ("difference", "1", f"RF4, {PHOTOGRAPHY}, Year to date", 12, 12),
            ("difference", "1", f"RJ1, {PHOTOGRAPHY}, Apr", 2, 2),
            ("difference", "1", f"RJ1, {PHOTOGRAPHY}, Year to date", 2, 2),
            ("unrounded", "1", f"-, {PHOTOGRAPHY}, Apr", 14, 14),
        ],
    ),
    (
        "a median of whole days beside a hidden count",
        lambda folder: show(folder, "2", "RJ1", {"May": 5}, XRAY),
        [("median", "2", f"RJ1, {XRAY}, May", 1, 2)],
    ),
    (
        "a median of half a day beside a hidden count",
        lambda folder: show(folder, "3", "RJ1", {"May": 3.5}, XRAY),
        [("median", "3", f"RJ1, {XRAY}, May", 2, 2)],
    ),
    (
        "a hidden median beside a shown count",
        lambda folder: show(folder, "2", "RF4", {"May": "*"}, XRAY),
        [("median", "2", f"RF4, {XRAY}, May", 1, 2)],
    ),
]


@pytest.mark.parametrize(("plant", "found"), [each[1:] for each in CELLS], ids=[each[0] for each in CELLS])
def test_what_is_planted_in_cells_is_found_where_it_is_and_nothing_else(plain, plant, found):
    plant(plain)
    assert learnt(plain, attacked(plain).findings) == found


def test_what_follows_of_regions_and_boards_is_found_too(public, tmp_path):
    folder = copied(public, tmp_path / "public", but=[".pdf"])
    show(folder, "1", "-", EXACT_ENGLAND, XRAY)
    exact, *regions = sorted(attacked(folder).findings, key=lambda finding: "-Regions-" in finding.file)
    assert learnt(folder, [exact]) == [("unrounded", "1", f"-, {XRAY}, Apr", 91, 91)]
    assert {finding.route for finding in regions} == {"difference"}
    assert [(finding.sheet, planting.named(folder, finding), finding.low, finding.high) for finding in regions] == [
        ("Table 1", f"-, {XRAY}, {month}", value, value) for month, value in EXACT_ENGLAND.items()
    ]


# Annual releases, under other policies too; plants in percentages.

POLICIES = [
    Policy(threshold=3, rounding_base=5, fewest_dates=1),
    Policy(threshold=6, rounding_base=10, fewest_dates=1, percentage_decimals=1),
    Policy(threshold=3, rounding_base=5, fewest_dates=3, percentage_decimals=3),
    Policy(threshold=5, rounding_base=5, fewest_dates=1, percentage_decimals=2, hides_zero=True),
]


@pytest.fixture(scope="module")
def counts():
    return reduce_records(frame(numbered(batch(seed=5, kinds=250))).lazy(), REFERENCE, annual=True)


@pytest.fixture(scope="module")
def year(counts, tmp_path_factory):
    """An annual release by the publication's rule, of made-up records."""
    return planting.annual(tmp_path_factory.mktemp("annual") / "public", counts, POLICIES[0])


def test_a_clean_annual_release_gives_nothing_away(year):
    audited = attacked(year)
    assert audited.findings == ()
    assert (audited.contradictions, audited.unread, audited.not_read) == (0, (), ())
    assert min(audited.tallies[route].attacked for route in ("percentage", "difference", "median")) > 1000


@pytest.mark.parametrize("policy", POLICIES[1:])
def test_under_another_policy_a_clean_annual_release_gives_nothing_away(counts, tmp_path, policy):
    folder = planting.annual(tmp_path / "public", counts, policy)
    assert attacked(folder, rule=rule_of(policy)).findings == ()


def test_without_rounding_hidden_counts_follow_by_subtraction(counts, tmp_path):
    folder = planting.annual(tmp_path / "public", counts, Policy(threshold=3, rounding_base=1, fewest_dates=1))
    (tmp_path / "policy.toml").write_text("rounding_base = 1\n", encoding="utf-8")
    options = ("--policy", "policy.toml", "--json", "found.json", "--quiet")
    done = publish("audit", folder, *options, cwd=tmp_path)
    assert (done.exit_code, done.err) == (4, "")
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))["findings"]
    differences = [finding for finding in found if finding["route"] == "difference"]
    assert len(differences) > 150
    assert all(finding["low"] == finding["high"] in (1, 2) for finding in differences)


def percentages(sheet, first, rows=None):
    """Percentages of true counts beside rounded totals: of a true total one the same day, all but one by the next
    day. Of which totals, by row.
    """
    totals = {}
    for row in range(14, sheet.max_row):
        known = sheet.cell(row, first + 2).value
        if isinstance(known, int) and known and (rows is None or row in rows):
            totals[row] = true = known - 1
            for column, share in ((first, 1 / true), (first + 1, (true - 1) / true)):
                sheet.cell(row, column, share).number_format = "General"
    return totals


def by_route(folder, route):
    """The findings by a route, all in Table 10."""
    findings = attacked(folder).findings
    assert {finding.sheet for finding in findings} == {"Table 10"}
    assert {finding.route for finding in findings} <= {"percentage", "difference"}
    return [
        (finding.row, finding.column, finding.low, finding.high, finding.detail)
        for finding in findings
        if finding.route == route
    ]


def told(letters, row, true):
    """The finding of a row: which counts its two percentages can only be, and of how many tests."""
    first, second = letters
    shown = f"of {true} tests (shown as {true + 1})"
    detail = f"the percentages in {first}, {second} can only be 1, {true - 1} {shown}"
    return row, first, 1, 1, detail


@pytest.fixture
def of_year(year, tmp_path):
    """A copy of Table 10 alone: what percentages tell of a total is not in other tables then."""
    folder = tmp_path / "public"
    (folder / "tables").mkdir(parents=True)
    shutil.copy2(planting.table(year, "10"), folder / "tables")
    return folder


def test_one_row_of_percentages_of_true_counts_is_found_and_what_follows_from_it(of_year):
    """The one provider with such tests is all of England, whose total follows; nothing else does."""
    with workbook(planting.table(of_year, "10")) as book:
        totals = percentages(book["Table 10"], 6, rows=[24])
    assert by_route(of_year, "percentage") == [told("FG", 24, totals[24])]
    (england,) = by_route(of_year, "difference")
    assert england[:4] == (14, "H", totals[24], totals[24])


def test_a_table_of_percentages_of_true_counts_is_found_row_by_row(of_year):
    with workbook(planting.table(of_year, "10")) as book:
        sheet = book["Table 10"]
        totals = {"FG": percentages(sheet, 6), "KL": percentages(sheet, 11)}
    told_of_all = [told(letters, row, true) for letters, rows in totals.items() for row, true in rows.items()]
    assert len(told_of_all) > 20
    assert by_route(of_year, "percentage") == sorted(told_of_all)


# Plants in what a file keeps besides its cells.


def hidden_sheet(book):
    book.create_sheet("Working").append([1, 2, "x"])
    book["Working"].sheet_state = "veryHidden"


def hidden_row(book):
    book["Provider"].row_dimensions[14].hidden = True


def hidden_column(book):
    book["Provider"].column_dimensions["F"].hidden = True


def comment(book):
    book["Provider"]["F14"].comment = Comment("was 14 before", "Jane Smith")


def author(book):
    book.properties.creator = "Smith, Jane"


def last_editor(book):
    book.properties.lastModifiedBy = "Jane Smith"


def name_of_a_path(book):
    book.defined_names["Source"] = DefinedName("Source", attr_text=r"'C:\Users\jsmith\[true.xlsx]Sheet1'!$A$1")


def chart_cache(book):
    sheet = book["Provider"]
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=6, min_row=14, max_row=15))
    chart.series[0].val.numRef.numCache = NumData(pt=[NumVal(idx=0, v="8191")])
    sheet.add_chart(chart, "K2")


def digits(book):
    book["Provider"]["K16"] = 20.25
    book["Provider"]["K16"].number_format = "0"


OF_A_WORKBOOK = [
    (hidden_sheet, ("Working", 0, "", "The sheet is hidden and holds 2 numbers and 1 text.")),
    (hidden_row, ("Provider", 14, "", "Row 14 is hidden and holds 0 numbers and 4 texts.")),
    (hidden_column, ("Provider", 0, "F", "Column F is hidden and holds 0 numbers and 2 texts.")),
    (comment, ("Provider", 14, "F", "There is a comment of 3 words by a person: Jane Smith.")),
    (author, ("", 0, "", "The properties name a person as creator: Smith, Jane.")),
    (last_editor, ("", 0, "", "The properties name a person as last editor: Jane Smith.")),
    (name_of_a_path, ("", 0, "", "1 defined name left over: Source is one.")),
    (digits, ("Provider", 0, "K", "Cells that hold more digits than they show: 1, among them K16.")),
    (chart_cache, ("", 0, "", "The data of chart1 has 1 number that no visible cell holds: 8191 is one.")),
]


@pytest.mark.parametrize(("plant", "found"), OF_A_WORKBOOK, ids=[each[0].__name__ for each in OF_A_WORKBOOK])
def test_what_is_left_in_a_workbook_is_found_and_nothing_else(plain, plant, found):
    file = planting.table(plain, "12")
    with workbook(file) as book:
        plant(book)
    assert metadata(plain) == [(file.name, *found)]


def metadata(folder):
    """The findings of a folder, all of them by the route of metadata: file, sheet, row, column, detail."""
    findings = attacked(folder).findings
    assert {(finding.route, finding.low, finding.high) for finding in findings} <= {("metadata", None, None)}
    return [
        (finding.file.rpartition("/")[2], finding.sheet, finding.row, finding.column, finding.detail)
        for finding in findings
    ]


def embedded_file(folder):
    rewrite(planting.table(folder, "12"), "xl/embeddings/oleObject1.bin", lambda _: "secret")


def formula_of_another_workbook(folder):
    """A formula with its cached value (openpyxl would drop it) in the row of England's first modality."""
    formula = '<c r="K14"><f>[1]Sheet1!$A$1</f><v>20</v></c>'
    rewrite(
        planting.table(folder, "12"),
        "xl/worksheets/sheet2.xml",
        lambda text: text.replace('<row r="15"', "@", 1).replace("</row>@", f"{formula}</row>" + '<row r="15"'),
    )


def comment_in_a_page(folder):
    edit(folder, "index.html", "</body>", "<!-- the true count is 14 --></body>")


def in_the_ods(part, old, new):
    """Words replaced in a part of the accessible edition; in its contents, in the sheet of Table 12."""

    def plant(folder):
        (file,) = (folder / "tables").glob("*.ods")
        rewrite(file, part, replaced)

    def replaced(text):
        before, name, sheet = text.partition('table:name="Table_12"')
        if not sheet:
            before, sheet = "", text
        assert old in sheet
        return before + name + sheet.replace(old, new, 1)

    return plant


def author_of_the_document(folder):
    (file,) = folder.glob("*.pdf")
    writer = PdfWriter(file)
    writer.add_metadata({"/Author": "Jane Smith"})
    writer.write(file)


TABLE_12, ODS = "*-Table-12-*.xlsx", "*.ods"
UNITS = "<text:p>Units: "
NOTE = "<office:annotation><dc:creator>Jane Smith</dc:creator><text:p>was 14 before</text:p></office:annotation>"
CELL = '<table:table-cell table:style-name="Said" office:value-type="string">' + UNITS
ROW = '<table:table-row table:style-name="lines1">' + CELL
COLUMN = '<table:table-column table:style-name="width11"'
STYLES = "<office:automatic-styles>"
UNSEEN = (
    '<style:style style:name="unseen" style:family="table"><style:table-properties table:display="false"/>'
    "</style:style>"
)
OF_FILES = [
    ("embedded file", embedded_file, TABLE_12, ("", 0, "", "A file is embedded.")),
    (
        "formula of another workbook",
        formula_of_another_workbook,
        TABLE_12,
        ("Provider", 0, "", "1 formula refers to another workbook: K14 is one."),
    ),
    ("comment in a page", comment_in_a_page, "index.html", ("", 0, "", "A comment in its source holds a number.")),
    (
        "last editor in the ODS file",
        in_the_ods("meta.xml", "<dc:creator>NHS England<", "<dc:creator>Jane Smith<"),
        ODS,
        ("", 0, "", "The properties name a person as last editor: Jane Smith."),
    ),
    (
        "hidden row in the ODS file",
        in_the_ods("content.xml", ROW, ROW.replace("row ", 'row table:visibility="collapse" ', 1)),
        ODS,
        ("Table_12", 8, "", "Row 8 is hidden and holds 0 numbers and 1 text."),
    ),
    (
        "hidden column in the ODS file",
        in_the_ods("content.xml", COLUMN, COLUMN + ' table:visibility="collapse"'),
        ODS,
        ("Table_12", 0, "A", "Column A is hidden and holds 0 numbers and 17 texts."),
    ),
    (
        "comment in the ODS file",
        in_the_ods("content.xml", UNITS, NOTE + UNITS),
        ODS,
        ("Table_12", 8, "A", "There is a comment of 3 words by a person: Jane Smith."),
    ),
    (
        "formula of another workbook in the ODS file",
        in_the_ods(
            "content.xml",
            CELL,
            CELL.replace("cell ", "cell table:formula=\"of:=['file:///C:/true.ods'#$Sheet1.A1]\" ", 1),
        ),
        ODS,
        ("Table_12", 0, "", "1 formula refers to another workbook: A8 is one."),
    ),
]


@pytest.mark.parametrize(("plant", "file", "found"), [each[1:] for each in OF_FILES], ids=[e[0] for e in OF_FILES])
def test_what_is_left_in_other_files_is_found_and_nothing_else(public, tmp_path, plant, file, found):
    folder = copied(public, tmp_path / "public", but=[".pdf", *BY_REGION] + [".ods"] * (file != ODS))
    plant(folder)
    assert metadata(folder) == [(next(folder.rglob(file)).name, *found)]


def test_a_hidden_sheet_of_the_ods_file_is_found_and_nothing_else(public, tmp_path):
    folder = copied(public, tmp_path / "public", but=[".pdf", *BY_REGION])
    (file,) = (folder / "tables").glob("*.ods")
    rewrite(file, "content.xml", lambda text: text.replace(STYLES, STYLES + UNSEEN, 1))
    shown, unseen = (
        'table:name="Table_12" table:style-name="sheet"',
        'table:name="Table_12" table:style-name="unseen"',
    )
    rewrite(file, "content.xml", lambda text: text.replace(shown, unseen, 1))
    ((name, sheet, row, column, detail),) = metadata(folder)
    assert (name, sheet, row, column) == (file.name, "Table_12", 0, "")
    assert detail.startswith("The sheet is hidden and holds ")


def test_the_author_of_the_document_is_found_and_nothing_else(public, tmp_path):
    folder = copied(public, tmp_path / "public", but=[".ods", *BY_REGION])
    author_of_the_document(folder)
    found = ("", 0, "", "The properties name a person as author: Jane Smith.")
    assert metadata(folder) == [(next(folder.glob("*.pdf")).name, *found)]


# Plants in words.

SENTENCE = f"In May 2023 {NAMES['RJ1']} did 1 test."


def on_a_title_page(folder):
    with workbook(planting.table(folder, "1")) as book:
        book["Title page"]["B90"] = SENTENCE
    return "*-Table-1-*.xlsx", "Title page", 90, ""


def on_a_page(folder):
    edit(folder, "index.html", "</main>", f"<p>{SENTENCE}</p></main>")
    return "index.html", "", None, ""


def of_a_chart(folder):
    edit(folder, "charts/activity-by-modality.svg", "<desc>", f"<desc>{SENTENCE} ")
    return "activity-by-modality.svg", "", 2, "desc"


def of_a_csv_file(folder):
    edit(folder, "csv/*-Table-1-*.json", '"dc:description": "', f'"dc:description": "{SENTENCE} ')
    return "*-Table-1-*.json", "", None, "dc:description"


@pytest.mark.parametrize("plant", [on_a_title_page, on_a_page, of_a_chart, of_a_csv_file])
def test_a_hidden_count_in_words_is_found_and_nothing_else(plain, plant):
    file, sheet, row, column = plant(plain)
    (found,) = attacked(plain).findings
    assert (found.route, found.low, found.high) == ("text", 1, 1)
    assert found.file == next(plain.rglob(file)).relative_to(plain).as_posix()
    assert (found.sheet, found.column) == (sheet, column)
    assert found.row == row or (row is None and found.row > 0)
    assert NAMES["RJ1"] in found.detail


# The JSON file, the exit codes, what is said where.

KEYS = ["file", "sheet", "row", "column", "route", "low", "high", "detail"]


def test_the_command_says_what_it_found_and_writes_it_as_json(plain, tmp_path):
    show(plain, "1", "RJ1", {"May": 1}, XRAY)
    files = []
    for number in (1, 2):
        files.append(tmp_path / f"{number}.json")
        done = publish("audit", plain, "--json", files[-1], *["--quiet"] * (number - 1), cwd=tmp_path)
        assert done.exit_code == 4
        assert "2 findings." in done.out.splitlines()
        assert bool(done.err) == (number == 1)
        assert "Traceback" not in done.err
    assert files[0].read_bytes() == files[1].read_bytes()
    found = json.loads(files[0].read_text(encoding="utf-8"))
    assert [*found] == ["findings", "summary"]
    assert [[*finding] for finding in found["findings"]] == [KEYS] * 2
    assert [finding["route"] for finding in found["findings"]] == ["difference", "unrounded"]
    assert [*found["summary"]["routes"]] == [
        *("percentage", "unrounded", "difference", "time", "median", "metadata", "text")
    ]


def test_a_clean_folder_ends_with_code_0(plain, tmp_path):
    done = publish("audit", plain, "--quiet", cwd=tmp_path)
    assert (done.exit_code, done.err) == (0, "")
    assert done.out.splitlines()[-1] == "No findings."


def test_a_damaged_file_is_named_and_the_rest_is_attacked(plain):
    file = planting.table(plain, "12")
    file.write_bytes(file.read_bytes()[:2000])
    audited = attacked(plain)
    ((unread, _),) = audited.unread
    assert (plain / unread, audited.findings) == (file, ())


@pytest.mark.parametrize(
    ("folder", "says"),
    [
        ("words", "no table of the publication is recognised there"),
        ("empty", "holds no files"),
        ("nowhere", "there is no such folder"),
    ],
)
def test_where_no_table_is_recognised_the_code_is_3(tmp_path, folder, says):
    (tmp_path / "empty").mkdir()
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "a.csv").write_text("a,b\n1,2\n")
    done = publish("audit", folder, cwd=tmp_path)
    assert (done.exit_code, done.out) == (3, "")
    assert says in " ".join(done.err.replace("│", " ").split())
    assert "Traceback" not in done.err
