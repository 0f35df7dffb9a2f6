"""Each point, in a workbook that breaks it and nothing else: which point finds it, and where."""

from datetime import date

import pytest
from odfdo import Cell, Element, Row
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.worksheet.table import Table

from publish.accessibility.checking import POINTS, check_workbook
from publish.accessibility.point import Outcome
from tests.accessibility import made
from tests.accessibility.made import cell_style


def failures(file):
    """The points that failed, each with the places."""
    checked = check_workbook(file)
    failed = (verdict for verdict in checked.verdicts if verdict.outcome is Outcome.FAILED)
    return {verdict.point.number: [finding.place for finding in verdict.findings] for verdict in failed}


def test_clean_xlsx_passes_every_point(tmp_path):
    assert failures(made.save_xlsx(made.xlsx(), tmp_path)) == {}


def test_clean_ods_passes_every_point(tmp_path):
    assert failures(made.save_ods(made.ods(), tmp_path)) == {}


# -- XLSX -------------------------------------------------------------------------------------------------------


def text(sheet, place, value):
    """Another text in a cell that is there; the look stays."""

    def broken(book):
        book[sheet][place].value = value

    return broken


def look(place, sheet="Table_1", **styles):
    """Another look of a cell."""

    def broken(book):
        for name, style in styles.items():
            setattr(book[sheet][place], name, style)

    return broken


def of_sheet(broken, sheet="Table_1"):
    return lambda book: broken(book[sheet])


def heading(sheet, place, value):
    """Another heading, in the mark-up too."""

    def broken(book):
        cell = book[sheet][place]
        (table,) = book[sheet].tables.values()
        table.tableColumns[cell.column - 1].name = cell.value = value

    return broken


def unmark(sheet):
    del sheet.tables["imaging_tests"]


def rename(name):
    def broken(sheet):
        sheet.tables["imaging_tests"].displayName = name

    return broken


def grow(area):
    def broken(sheet):
        sheet.tables["imaging_tests"].ref = area

    return broken


def arial(size=12, **more):
    return Font(name="Arial", size=size, **more)


def setting(path, value):
    """Set what a path of attributes leads to, as `sheet_view.zoomScale`."""

    def broken(thing):
        *way, last = path.split(".")
        for name in way:
            thing = getattr(thing, name)
        setattr(thing, last, value)

    return broken


def hide(kind, key):
    def broken(sheet):
        (sheet.row_dimensions if kind == "row" else sheet.column_dimensions)[key].hidden = True

    return broken


def own_number(sheet):
    """A number of one decimal place among whole ones."""
    sheet["C5"].value, sheet["C5"].number_format = 1250.5, "#,##0.0"


def no_thousands(sheet):
    sheet["C5"].number_format = "0"


def chart(sheet):
    sheet.add_chart(BarChart(), "C12")


def filters(sheet):
    sheet.auto_filter.ref = "A4:D7"


def cells_below(sheet):
    sheet["A9"].value, sheet["A9"].font = "Provisional.", arial()


def second_table(sheet):
    for row, cells in enumerate((("Region", "Place"), ("Y56", "London")), start=13):
        for column, value in enumerate(cells, start=1):
            sheet.cell(row, column, value).font = arial()
            sheet.cell(row, column).alignment = Alignment(wrap_text=True)
    table = Table(displayName="regions", ref="A13:B14")
    table._initialise_columns()
    table.autoFilter = None
    for column, name in zip(table.tableColumns, ("Region", "Place"), strict=True):
        column.name = name
    sheet.add_table(table)


def link(place, target, words):
    def broken(book):
        cell = book["Cover"][place]
        cell.value, cell.hyperlink = words, target
        cell.font = arial(underline="single", color="0000FF")

    return broken


def raised(sheet):
    sheet["A2"].value = CellRichText(
        sheet["A2"].value, TextBlock(InlineFont(rFont="Arial", sz=12, vertAlign="superscript"), "a")
    )


def blank_row(sheet):
    sheet.tables["imaging_tests"].ref = "A4:D9"
    for letter in "ABCD":
        sheet[f"{letter}9"].value = {"A": "R1D", "B": "Lakey Green"}.get(letter, 10)
        sheet[f"{letter}9"].font = arial()
        sheet[f"{letter}9"].alignment = Alignment(horizontal="right" if letter in "CD" else None)


def without(number):
    def broken(book):
        book["Cover"][f"A{number}"].value = "Nothing of the kind."

    return broken


def another_note(book):
    sheet = book["Notes"]
    sheet.tables["notes"].ref = "A3:B5"
    for place, words in (("A5", "note 2"), ("B5", "Nobody points to this.")):
        sheet[place].value, sheet[place].font = words, arial()


def in_column_b(sheet):
    sheet.move_range("A4:D7", cols=1)
    sheet.tables["imaging_tests"].ref = "B4:E7"
    sheet.column_dimensions["E"].width = 24


def with_a_space(book):
    book["Table_1"].title = "Table 1"
    book["Contents"]["A4"].hyperlink = "#'Table 1'!A1"
    book["Contents"]["A4"].font = arial(underline="single")


def nothing_but_contents(book):
    book["Contents"].title = "List"
    book["List"].tables["contents"].name = "list"


def active(book):
    book.active = 2
    for sheet in book.worksheets:
        sheet.sheet_view.tabSelected = sheet.title == "Table_1"


# What was broken, and what is to be found: each point with its places.
XLSX = [
    ({"T1": ["Table_1!A4:D7"]}, of_sheet(unmark)),
    ({"T2": ["Table_1!A4:D7"]}, of_sheet(rename("Table1"))),
    ({"T3": ["Table_1!A2:B2"]}, of_sheet(lambda sheet: sheet.merge_cells("A2:B2"))),
    ({"T4": ["Table_1!A8"]}, of_sheet(blank_row)),
    ({"T4": ["Table_1!A4:D90"]}, of_sheet(grow("A4:D90"))),
    ({"T5": ["Table_1!B4"]}, text("Table_1", "B4", "Name of provider")),
    ({"T5": ["Table_1!A4", "Table_1!B4"]}, heading("Table_1", "B4", "Provider code")),
    (
        {"T6": ["Table_1!B6"]},
        text("Table_1", "B6", "Borchester Hospitals and Felpersham"),
        look("B6", alignment=Alignment()),
    ),
    ({"T7": ["Table_1!B6"]}, text("Table_1", "B6", "Llanfairpwllgwyngyllgogerychwyrndrobwll")),
    ({"T8": ["Table_1"]}, of_sheet(setting("freeze_panes", "C5"))),
    ({"T8": ["Table_1"]}, of_sheet(filters)),
    ({"T9": ["Table_1!D5"]}, text("Table_1", "D5", None)),
    ({"T9": ["Table_1!B6"]}, text("Table_1", "B6", "N/A")),
    ({"T10": ["Table_1!row 6"]}, of_sheet(hide("row", 6))),
    ({"T10": ["Table_1!column B"]}, of_sheet(hide("column", "B"))),
    ({"T11": ["Table_1!D4"]}, text("Table_1", "D4", "MRI (tests)")),
    ({"T12": ["Notes!B3"]}, heading("Notes", "B3", "what it holds")),
    ({"T13": ["Table_1!C5"]}, of_sheet(own_number)),
    ({"T13": ["Table_1!C5"]}, of_sheet(no_thousands)),
    ({"T13": ["Table_1!C5"]}, text("Table_1", "C5", "about a thousand")),
    ({"T14": ["Table_1!C5"]}, look("C5", alignment=Alignment(horizontal="center", wrap_text=True))),
    ({"T15": ["Table_1!B5"]}, text("Table_1", "B5", "Ambridge (R1A)")),
    ({"T17": [""]}, text("Cover", "A6", "These figures are provisional. They are rounded to the nearest 5.")),
    ({"N1": ["Table_1!B5"]}, text("Table_1", "B5", "Ambridge Hospitals†")),
    ({"N1": ["Table_1!A2"]}, of_sheet(raised)),
    ({"N2": ["Table_1!B5"]}, text("Table_1", "B5", "Ambridge Hospitals (note 1)")),
    ({"N3": ["Table_1!D6"]}, text("Table_1", "D6", "[c][note 1]")),
    ({"N3": ["Table_1!C4"]}, heading("Table_1", "C4", "CT [note 1]\n(tests)")),
    ({"N4": ["Table_1!B5"]}, text("Table_1", "B5", "Ambridge Hospitals\n[note 2]")),
    ({"N4": ["Notes!A5"]}, another_note),
    ({"N5": ["Table_1"]}, text("Table_1", "A2", "This worksheet contains one table.")),
    ({"N5": ["Cover"]}, without(8)),
    ({"N6": ["Table_1!D7", "Table_1!A", "Table_1!D7"]}, text("Table_1", "D7", "[u]")),
    ({"N6": ["Table_1!D6", "Table_1!D7"]}, without(7)),
    ({"N6": ["Table_1!D5"]}, text("Table_1", "D5", "c")),
    ({"N7": ["Table_1!C5"], "T13": ["Table_1!C5"]}, text("Table_1", "C5", "1,250 [c]")),
    ({"N8": ["Cover!A2"]}, text("Cover", "A2", "Numbers & percentages.")),
    ({"F2": ["Cover!A3"]}, text("Cover", "A3", "Click here")),
    ({"F2": ["Cover!A2"]}, text("Cover", "A2", "See www.england.nhs.uk for more.")),
    ({"F2": ["Cover!A3"]}, look("A3", "Cover", font=arial(color="0000FF"))),
    ({"F2": ["Cover!A3"]}, link("A3", "https://www.england.nhs.uk/a.pdf", "Methods of imaging tests")),
    ({"F2": ["Cover!A10"]}, link("A10", made.SITE, "The same release")),
    ({"F3": ["Cover!A2"]}, look("A2", "Cover", font=Font(name="Times New Roman", size=12))),
    ({"F3": ["Cover!A2"]}, look("A2", "Cover", font=arial(9))),
    ({"F3": ["Cover!A2"]}, look("A2", "Cover", font=arial(italic=True))),
    ({"F3": ["Cover!A2"]}, look("A2", "Cover", font=arial(color="0000AA"))),
    ({"F3": ["Cover!A2"], "F7": ["Cover!A2"]}, look("A2", "Cover", font=arial(color="AAAAAA"))),
    ({"F4": ["Cover!A1"]}, text("Cover", "A1", None)),
    ({"F4": ["Notes!A1"]}, text("Notes", "A1", "Table of contents")),
    ({"F5": ["Table_1"]}, of_sheet(setting("oddHeader.center.text", "Not for publication"))),
    ({"F6": ["Cover!A2"]}, look("A2", "Cover", fill=PatternFill("solid", fgColor="FFFFFF"))),
    ({"F6": ["Cover!C9"]}, look("C9", "Cover", border=Border(top=Side("thin")))),
    ({"F8": ["Cover!C12"]}, of_sheet(chart, "Cover")),
    ({"F9": ["Cover!A2"]}, text("Cover", "A2", '="Numbers of imaging tests"')),
    ({"F10": ["Cover!A5"]}, text("Cover", "A5", "Published on 20/07/2023. Next release: 10 August 2023.")),
    ({"F10": ["Cover!A2"]}, text("Cover", "A2", "Numbers of imaging tests in 2022-23.")),
    ({"F10": ["Cover!A2"]}, text("Cover", "A2", "Numbers of imaging tests, April-June.")),
    ({"F10": ["Cover!A2"]}, text("Cover", "A2", "Numbers of imaging tests in Q1.")),
    ({"F10": ["Cover!A12"]}, text("Cover", "A12", date(2022, 4, 1)), look("A12", "Cover", font=arial())),
    ({"F11": ["Cover!A2"]}, text("Cover", "A2", "Numbers of imaging tests. ")),
    ({"F11": ["Cover!A2"]}, look("A2", "Cover", alignment=Alignment(indent=1, horizontal="left"))),
    ({"F12": ["Table_1"]}, of_sheet(setting("sheet_view.zoomScale", 85))),
    ({"S1": ["Table 1"]}, with_a_space),
    ({"F4": ["Blank!A1"], "S2": ["Blank"], "S8": ["Contents"]}, lambda book: book.create_sheet("Blank")),
    ({"S3": ["Table_1!A2"]}, text("Table_1", "A2", "Here is a table. It has notes.")),
    ({"S3": ["Table_1!C2"]}, text("Table_1", "C2", "Provisional"), look("C2", font=arial())),
    ({"S4": ["Table_1!B4:E7"]}, of_sheet(in_column_b)),
    ({"S5": ["Table_1!A9"]}, of_sheet(cells_below)),
    ({"S3": ["Table_1!A2"], "S6": ["Table_1", *["Table_1!A13:B14"] * 2]}, of_sheet(second_table)),
    ({"S7": ["Cover"]}, without(4)),
    ({"S7": ["Cover"]}, text("Cover", "A9", "For statistics: england.did@nhs.net.")),
    ({"S8": ["Contents!A4"]}, of_sheet(lambda sheet: setting("hyperlink", "#Table_1!B4")(sheet["A4"]), "Contents")),
    ({"S8": [""], "S10": ["List!A1"]}, nothing_but_contents),
    ({"N4": ["Table_1!C4"], "S8": ["Contents!A5"], "S9": [""]}, lambda book: book.remove(book["Notes"])),
    ({"S10": ["Table_1!A1"]}, text("Table_1", "A1", "Imaging tests by provider")),
    ({"P3": [""]}, setting("properties.title", None)),
    ({"P3": [""]}, setting("properties.language", None)),
    ({"P3a": [""]}, setting("properties.creator", "Archer, Jennifer (NHS ENGLAND)")),
    ({"P3a": [""]}, setting("properties.creator", "Jennifer Archer")),
    ({"P3a": [""]}, setting("properties.creator", "openpyxl")),
    ({"P3a": [""]}, setting("properties.keywords", None)),
    ({"P4": ["Table_1"]}, active),
    ({"P4": ["Table_1!C9"]}, of_sheet(lambda sheet: setting("activeCell", "C9")(sheet.sheet_view.selection[0]))),
]


@pytest.mark.parametrize(("found", "breaks"), [(found, breaks) for found, *breaks in XLSX])
def test_a_broken_xlsx(tmp_path, found, breaks):
    book = made.xlsx()
    for each in breaks:
        each(book)
    assert failures(made.save_xlsx(book, tmp_path)) == found


@pytest.mark.parametrize(
    ("name", "point"), [("Imaging_Tests.xlsx", "P7"), ("imaging-tests-v2.xlsx", "P7"), ("imaging-final.xlsx", "P7")]
)
def test_the_name_of_the_file(tmp_path, name, point):
    assert failures(made.save_xlsx(made.xlsx(), tmp_path, name)) == {point: [""]}


def test_xlsx_alone(tmp_path):
    file = made.save_xlsx(made.xlsx(), tmp_path)
    (tmp_path / "imaging-tests.ods").unlink()
    assert failures(file) == {"P5": [""]}


# -- ODS --------------------------------------------------------------------------------------------------------


def put(sheet, place, *parts, style="plain", **attributes):
    """Another cell: texts are paragraphs of their own; XML is taken as it is."""

    def broken(book):
        cell = Cell(style=style)
        for key, value in attributes.items():
            cell.set_attribute(key, value)
        for part in parts:
            xml = part if part.startswith("<") else f"<text:p>{part}</text:p>"
            cell.append(Element.from_tag(xml))
        book.body.get_table(name=sheet).set_cell(place, cell)

    return broken


def styled(sheet, place, properties):
    """The same text in a style of its own."""

    def broken(book):
        book.insert_style(cell_style("own", **properties), automatic=True)
        table = book.body.get_table(name=sheet)
        cell = table.get_cell(place)
        cell.style = "own"
        table.set_cell(place, cell)

    return broken


def attribute(path, name, value):
    """Another attribute of the first element of a path."""

    def broken(book):
        book.body.get_element(path).set_attribute(name, value)

    return broken


def hidden_sheet(book):
    properties = '<style:table-properties table:display="false"/>'
    style = Element.from_tag(f'<style:style style:name="gone" style:family="table">{properties}</style:style>')
    book.get_part("content.xml").get_element("//office:automatic-styles").append(style)
    book.body.get_table(name="Notes").set_attribute("table:style-name", "gone")


def no_ranges(book):
    book.body.get_element("//table:database-ranges").delete()


def nameless_range(book):
    area = 'table:target-range-address="Table_1.A4:Table_1.D7"'
    xml = f'<table:database-range table:name="__Anonymous_Sheet_DB__0" {area}/>'
    book.body.get_element("//table:database-ranges").append(Element.from_tag(xml))


def shown(**settings):
    return lambda book: made.settings(book, **settings)


def about(name, value):
    return lambda book: setattr(book.meta, name, value)


RANGE = "//table:database-range[@table:name='imaging_tests']"
ROW_6 = "//table:table[@table:name='Table_1']/table:table-row[6]"
FRAME = '<draw:frame svg:width="1in" svg:height="1in">{}</draw:frame>'
IMAGE, BOX = (
    FRAME.format('<draw:image xlink:href="a.png"/>'),
    FRAME.format("<draw:text-box><text:p>Hi</text:p></draw:text-box>"),
)
ODS = [
    ({"N4": ["Notes"], "S8": ["Contents"], "T1": ["Contents!A3:B5", "Table_1!A4:D7"]}, no_ranges),
    ({"T2": ["Table_1!A4:D7"]}, attribute(RANGE, "table:name", "Table1")),
    ({"T3": ["Cover!B2:C2"]}, put("Cover", "B2", **{"table:number-columns-spanned": "2"})),
    (
        {"N3": ["Table_1!C4"], "T5": ["Table_1!A4:D7"], "T13": ["Table_1!C4"]}
        | {"T14": [f"Table_1!D{row}" for row in range(4, 8)]},
        attribute(RANGE, "table:contains-header", "false"),
    ),
    (
        {"T4": ["Table_1!A4:XFD1048576"]},
        attribute(RANGE, "table:target-range-address", "Table_1.A4:Table_1.XFD1048576"),
    ),
    ({"T5": ["Table_1!A4", "Table_1!B4"]}, put("Table_1", "B4", "Provider code", style="text")),
    ({"T6": ["Table_1!B6"]}, put("Table_1", "B6", "Borchester Hospitals and Felpersham Hospitals")),
    ({"T8": ["Table_1"]}, shown(split=2)),
    ({"T8": ["Table_1"]}, attribute(RANGE, "table:display-filter-buttons", "true")),
    ({"T8": ["Table_1"]}, nameless_range),
    ({"T9": ["Table_1!D5"]}, put("Table_1", "D5")),
    ({"T10": ["Table_1!row 6"]}, attribute(ROW_6, "table:visibility", "collapse")),
    (
        {"N1": ["Cover!A2"]},
        put("Cover", "A2", '<text:p>Tests<text:span text:style-name="up">1</text:span></text:p>'),
    ),
    ({"N1": ["Table_1!D6"], "N6": ["Table_1!A", "Table_1!D6"]}, put("Table_1", "D6", "*", style="figures")),
    (
        {"F2": ["Cover!A3"]},
        put(
            "Cover",
            "A3",
            f'<text:p>See <text:a xlink:href="{made.SITE}">the release</text:a></text:p>',
            style="link",
        ),
    ),
    ({"F3": ["Cover!A2"]}, styled("Cover", "A2", {"fo:font-size": "9pt"})),
    ({"F3": ["Cover!A2"]}, styled("Cover", "A2", {"fo:font-style": "italic"})),
    ({"F3": ["Cover!A2"]}, styled("Cover", "A2", {"fo:font-family": "Georgia"})),
    ({"F5": ["Cover!C2"]}, put("Cover", "C2", BOX)),
    ({"F6": ["Cover!A2"]}, styled("Cover", "A2", {"fo:background-color": "#ffffff"})),
    ({"F6": ["Cover!A2"]}, styled("Cover", "A2", {"fo:border": "0.5pt solid #000000"})),
    ({"F8": ["Cover!C2"]}, put("Cover", "C2", IMAGE)),
    ({"F9": ["Cover!A2"]}, put("Cover", "A2", "Numbers", **{"table:formula": 'of:="Numbers"'})),
    ({"F10": ["Cover!A2"]}, put("Cover", "A2", "Numbers of tests", "in Apr 22")),
    ({"F11": ["Cover!A2"]}, put("Cover", "A2", '<text:p>Numbers<text:s text:c="2"/></text:p>')),
    ({"F11": ["Cover!A2"]}, styled("Cover", "A2", {"fo:margin-left": "0.2in", "fo:text-align": "start"})),
    ({"F12": ["Table_1"]}, shown(zoom=85)),
    ({"S5": ["Table_1!A9"]}, put("Table_1", "A9", "Provisional.")),
    ({"P3": [""]}, lambda book: book.meta.get_element("//dc:language").delete()),
    ({"P3": [""]}, about("title", "")),
    ({"P3a": [""]}, about("initial_creator", "Jennifer Archer")),
    ({"P4": ["Table_1"]}, shown(active="Table_1")),
    ({"P4": ["Table_1!C1"]}, shown(column=2)),
]


@pytest.mark.parametrize(("found", "broken"), ODS)
def test_a_broken_ods(tmp_path, found, broken):
    book = made.ods()
    broken(book)
    assert failures(made.save_ods(book, tmp_path)) == found


def test_a_hidden_sheet(tmp_path):
    book = made.ods()
    hidden_sheet(book)
    assert failures(made.save_ods(book, tmp_path))["T10"] == ["Notes"]


def test_cells_repeated_in_an_ods(tmp_path):
    """A row and a cell given once and repeated count as often as they are repeated."""
    book = made.ods()
    row = Row()
    row.append_cell(Cell("More", repeated=2, style="plain"))
    row.repeated = 2
    book.body.get_table(name="Table_1").append(row)
    assert failures(made.save_ods(book, tmp_path))["S5"] == [
        f"Table_1!{place}" for place in ("A8", "B8", "A9", "B9")
    ]


# -- the list of points -----------------------------------------------------------------------------------------


def test_every_point_that_a_program_can_check_is_broken_above():
    broken = {number for found, *_ in (*XLSX, *ODS) for number in found} | {"P5", "P7"}
    assert {point.number for point in POINTS if point.test} == broken


def test_no_point_is_left_out():
    numbers = [*(f"T{n}" for n in range(1, 19)), *(f"N{n}" for n in range(1, 9)), *(f"F{n}" for n in range(1, 13))]
    numbers += [*(f"S{n}" for n in range(1, 11)), *(f"P{n}" for n in range(1, 9))]
    assert sorted({point.number.removesuffix("a") for point in POINTS}) == sorted(numbers)
