"""What files hold besides what they show: one planted leak at a time, the real folders, and damaged files."""

import io
import shutil
import struct
import subprocess
import warnings
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from odfdo import Annotation, Cell, Document, Row, Table
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.workbook.defined_name import DefinedName
from pypdf import PdfWriter
from pypdf.annotations import Text as Note

from publish.disclosure.audit.finding import Route
from publish.disclosure.audit.properties.number_formats import hides, holds_more
from publish.disclosure.audit.properties.old_parts import properties
from publish.disclosure.audit.properties.packages import package_findings
from publish.disclosure.audit.properties.people import is_person
from publish.disclosure.audit.properties.unseen_cells import sheet_findings
from publish.disclosure.audit.reading.sheet import Sheet

PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "published"


def found(path):
    findings = package_findings(path, path.name)
    assert all(f.route is Route.METADATA and f.low is None and f.high is None for f in findings)
    assert all(f.file == path.name for f in findings)
    return [(f.sheet, f.row, f.column, f.detail) for f in findings]


def details(path):
    return [detail for *_, detail in found(path)]


def clean_book():
    book = openpyxl.Workbook()
    book.properties.creator = book.properties.lastModifiedBy = "NHS England"
    book.active.title = "Provider"
    for row in (("Code", "Name", "May"), ("RJ1", "A trust", 15), ("R1H", "Another", 0.5)):
        book.active.append(row)
    book.active["C3"].number_format = "0.0%"
    book.defined_names["_xlnm.Print_Titles"] = DefinedName("_xlnm.Print_Titles", attr_text="Provider!$1:$1")
    return book


def plant_name(book):
    book.properties.creator = "Smith, Jane"


def plant_editor(book):
    book.properties.lastModifiedBy = "SMITH, Jane (NHS ENGLAND - X24)"


def plant_comment(book):
    book.active["C2"].comment = Comment("was 14 before", "Jane Smith")


def plant_sheet(book):
    book.create_sheet("Working").append([1, 2, "x"])
    book["Working"].sheet_state = "veryHidden"


def plant_rows(book):
    book.active.row_dimensions[2].hidden = book.active.row_dimensions[3].hidden = True


def plant_column(book):
    book.active.column_dimensions["B"].hidden = True


def plant_digits(book):
    book.active["C3"] = 7 / 12
    book.active["C3"].number_format = "0%"


def plant_star(book):
    book.active["C2"] = 2
    book.active["C2"].number_format = '[<3]"*";#,##0'


def plant_name_left_over(book):
    book.defined_names["_AMO_Text"] = DefinedName("_AMO_Text", attr_text='"secret"', hidden=True)


def plant_number_named(book):
    book.defined_names["Total"] = DefinedName("Total", attr_text="1237")


def plant_property(book):
    book.custom_doc_props.append(StringProperty(name="Reviewed by", value="x"))


def plant_formula(book):
    plant_sheet(book)
    book["Working"].sheet_state = "visible"
    book.active["D2"] = "='[1]Sheet 1'!A1"


def plant_picture(book):
    from openpyxl.drawing.image import Image

    book.active.add_image(Image(io.BytesIO(png(b"tEXt", b"Author\x00Jane Smith"))))


PLANTED = (
    (plant_name, ("", 0, "", "The properties name a person as creator: Smith, Jane.")),
    (plant_editor, ("", 0, "", "The properties name a person as last editor: SMITH, Jane (NHS ENGLAND - X24).")),
    (plant_comment, ("Provider", 2, "C", "There is a comment of 3 words by a person: Jane Smith.")),
    (plant_sheet, ("Working", 0, "", "The sheet is hidden and holds 2 numbers and 1 text.")),
    (plant_rows, ("Provider", 2, "", "Rows 2 to 3 are hidden and hold 2 numbers and 4 texts.")),
    (plant_column, ("Provider", 0, "B", "Column B is hidden and holds 0 numbers and 3 texts.")),
    (plant_digits, ("Provider", 0, "C", "Cells that hold more digits than they show: 1, among them C3.")),
    (plant_star, ("Provider", 0, "C", "Cells that hold a number that the format does not show: 1, among them C2.")),
    (plant_name_left_over, ("", 0, "", "1 defined name left over: _AMO_Text is one.")),
    (plant_number_named, ("", 0, "", "1 defined name left over: Total is one.")),
    (plant_property, ("", 0, "", "There are custom properties: Reviewed by.")),
    (plant_formula, ("Provider", 0, "", "1 formula refers to another workbook: D2 is one.")),
    (plant_picture, ("", 0, "", "image1.png: Author names a person: Jane Smith.")),
)


@pytest.mark.parametrize(("plant", "finding"), PLANTED)
def test_what_is_planted_in_a_workbook_is_all_that_is_found(tmp_path, plant, finding):
    book = clean_book()
    plant(book)
    book.save(tmp_path / "a.xlsx")
    assert found(tmp_path / "a.xlsx") == [finding]


def test_a_clean_workbook_gives_nothing_away(tmp_path):
    clean_book().save(tmp_path / "a.xlsx")
    assert found(tmp_path / "a.xlsx") == []


def with_parts(path, parts, changed=None):
    """A clean workbook with other parts, and with texts of its own parts changed."""
    clean_book().save(path)
    with zipfile.ZipFile(path) as made:
        held = {name: made.read(name) for name in made.namelist()}
    for name, (old, new) in (changed or {}).items():
        assert old in held[name]
        held[name] = held[name].replace(old, new)
    with zipfile.ZipFile(path, "w") as written:
        for name, content in (held | parts).items():
            written.writestr(name, content)


SPACE = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
CHART = b'<c:chartSpace xmlns:c="c"><c:numCache><c:pt><c:v>%b</c:v></c:pt></c:numCache></c:chartSpace>'
PARTS = (
    (
        "xl/persons/person.xml",
        b'<personList><person displayName="Jane Smith"/></personList>',
        "in its list of people",
    ),
    ("xl/persons/person.xml", b'<personList><person displayName="NHS England"/></personList>', ""),
    (
        "xl/threadedComments/threadedComment1.xml",
        b'<t><threadedComment ref="C2"><text>was 2</text></threadedComment></t>',
        "a comment of 2 words",
    ),
    ("xl/externalLinks/externalLink1.xml", b"<e><cell><v>2</v></cell></e>", "keeps 1 value of it"),
    ("xl/connections.xml", b"<connections><connection/></connections>", "data connection"),
    ("xl/queryTables/queryTable1.xml", b"<queryTable/>", "query table"),
    ("xl/pivotCache/pivotCacheRecords1.xml", b"<p><r><n v='1'/></r><r/></p>", "keeps 2 records"),
    ("xl/embeddings/oleObject1.bin", b"x", "embedded"),
    ("customXml/item1.xml", b"<a/>", "1 part of custom XML"),
    ("xl/charts/chart1.xml", CHART % b"14", "chart1 has 1 number that no visible cell holds: 14"),
    ("xl/charts/chart1.xml", CHART % b"15", ""),
    ("xl/printerSettings/printerSettings1.bin", b"x", ""),
    (
        "xl/_rels/workbook2.xml.rels",
        b'<r><Relationship TargetMode="External" Target="file:///C:/x.xlsx"/></r>',
        "disk",
    ),
)


@pytest.mark.parametrize(("name", "content", "words"), PARTS)
def test_parts_of_a_workbook(tmp_path, name, content, words):
    with_parts(tmp_path / "a.xlsx", {name: content})
    told = details(tmp_path / "a.xlsx")
    assert len(told) == bool(words)
    assert all(words in detail for detail in told)


def test_the_path_of_the_author_is_found(tmp_path):
    path = b'<x:absPath xmlns:x="x" url="C:\\work\\"/><sheets>'
    with_parts(tmp_path / "a.xlsx", {}, {"xl/workbook.xml": (b"<sheets>", path)})
    assert details(tmp_path / "a.xlsx") == ["The workbook keeps the path of the folder it was saved in."]


PRINTED = (
    (b"<oddFooter>&amp;L&amp;8&amp;Z&amp;F</oddFooter>", 1),
    (b"<firstHeader>&amp;LC:\\work\\tests.xlsx</firstHeader>", 1),
    (b"<evenHeader>&amp;C\\\\server\\share</evenHeader><oddHeader>&amp;Z</oddHeader>", 1),
    (b"<oddFooter>&amp;F &amp;A R&amp;&amp;Z, https://www.england.nhs.uk/</oddFooter>", 0),
    (b"<oddFooter>Page &amp;P</oddFooter>", 0),
)


@pytest.mark.parametrize(("pages", "told"), PRINTED)
def test_paths_on_printed_pages(tmp_path, pages, told):
    sheet = (b"</worksheet>", b"<headerFooter>" + pages + b"</headerFooter></worksheet>")
    with_parts(tmp_path / "a.xlsx", {}, {"xl/worksheets/sheet1.xml": sheet})
    expected = ["sheet1: a page header, footer or message tells the path of a file."]
    assert details(tmp_path / "a.xlsx") == expected * told


def test_a_path_in_a_message_to_those_who_fill_in_a_cell(tmp_path):
    check = b'<dataValidations><dataValidation prompt="see \\\\server\\x &amp;Z"/></dataValidations></worksheet>'
    with_parts(tmp_path / "a.xlsx", {}, {"xl/worksheets/sheet1.xml": (b"</worksheet>", check)})
    assert details(tmp_path / "a.xlsx") == ["sheet1: a page header, footer or message tells the path of a file."]


def test_a_formula_to_a_hidden_sheet_is_found_besides_the_sheet(tmp_path):
    book = clean_book()
    plant_sheet(book)
    book.active["D2"] = "=Working!A1"
    book.save(tmp_path / "a.xlsx")
    assert "1 formula refers to a hidden sheet: D2 is one." in details(tmp_path / "a.xlsx")


def test_a_chart_that_keeps_no_numbers_of_its_own_gives_none_away(tmp_path):
    book = clean_book()
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=3, min_row=2, max_row=3))
    book.active.add_chart(chart)
    book.save(tmp_path / "a.xlsx")
    assert found(tmp_path / "a.xlsx") == []


def test_sheets_read_before_need_not_be_read_again(tmp_path):
    book = clean_book()
    plant_sheet(book)
    book.save(tmp_path / "a.xlsx")
    assert package_findings(tmp_path / "a.xlsx", "a.xlsx", ()) == []


HELD = (
    ('IF(2<3,"*",2)', "*", "Cells that show a hidden mark by a formula: 1, among them C2."),
    ('IF(B9<3,"[c]",B9)', "[c]", "Cells that show a hidden mark by a formula: 1, among them C2."),
    ("ROUND(78,-1)", 80, "Cells that hold a number in their formula: 1, among them C2."),
    ("1237", 1237, "Cells that hold a number in their formula: 1, among them C2."),
    ("LOG10(1E3)", 3, "Cells that hold a number in their formula: 1, among them C2."),
    ("A1", 15, ""),
    ("SUM($B$2:$B$9)", 15, ""),
    ("SUM(B:B)*5", 15, ""),
    ("SUM(Table1[Tests])+1", 15, ""),
    ("0.5", 0.5, ""),
    ("Total", 15, ""),
    ('HYPERLINK("#Notes!A1","Note 5")', "Note 5", ""),
)


@pytest.mark.parametrize(("formula", "value", "detail"), HELD)
def test_formulas_that_hold_what_they_do_not_show(formula, value, detail):
    rows = (("Code", "Name", "May"), ("RJ1", "A trust", value))
    findings = sheet_findings([Sheet("a.xlsx", "Provider", rows, formulas={(2, 3): f"={formula}"})])
    assert [(f.row, f.column, f.detail) for f in findings] == ([(0, "C", detail)] if detail else [])


def test_formulas_of_a_column_are_one_finding():
    formulas = {(2, 1): "=12", (3, 1): "=13", (2, 2): "=SUM(4,5)"}
    findings = sheet_findings([Sheet("a.xlsx", "Provider", (("x", "y"), (12, 9), (13,)), formulas=formulas)])
    assert [(f.column, f.detail.rpartition(": ")[2]) for f in findings] == [
        ("A", "2, among them A2."),
        ("B", "1, among them B2."),
    ]


FORMATS = (
    ("0%", 7 / 12, True), ("0.0%", 0.583, False), ("0.000", 0.583, False), ("#,##0", 15, False),
    ("#,##0", 5.5, True), ("#,##0,", 12345, True), ("#,##0,", 12000, False), ("General", 0.123456789, False),
    ("yyyy-mm-dd", 45000.25, False), ("0.00E+00", 0.12345, False), ("# ?/?", 0.583333, False), ("@", 1.25, False),
    ('_-* #,##0_-;-* #,##0_-;_-* "-"??_-;_-@_-', 1234, False),
    ('0.0" days"', 1.25, True), ('0.0" days"', 1.5, False),
    ("[>=1000]#,##0;0.0", 2.25, True), ("[>=1000]#,##0;0.0", 2.5, False), ("[Red]0", 0.5, True),
)  # fmt: skip


@pytest.mark.parametrize(("code", "number", "more"), FORMATS)
def test_digits_that_a_format_does_not_show(code, number, more):
    assert holds_more(code, number) is more


@pytest.mark.parametrize(
    ("code", "number", "hidden"),
    [(";;;", 5, True), ('[<3]"*";0', 2, True), ('[<3]"*";0', 3, False), ('0;0;"-"', 0, False), ("0", 5, False)],
)
def test_numbers_that_a_format_does_not_show(code, number, hidden):
    assert hides(code, number) is hidden


PEOPLE = ("Jones, Emlyn", "SMITH, Jane (NHS ENGLAND - X24)", "Jane Smith", "J. van der Berg",
          "Jane O’Neill", "Ruby Power",
          "jsmith", "HOME\\jsmith", "jane.smith@nhs.net", "NHS England; Jane Smith")  # fmt: skip
OTHERS = ("NHS England", "Office for National Statistics", "ONS", "openpyxl", "LibreOffice", "Microsoft Excel",
          "Matplotlib v3.11.0", "Typst 0.15.1", "Performance Analysis Team", "england.did@nhs.net", "", "-",
          "Department of Health & Social Care")  # fmt: skip


def test_people_and_others():
    assert [name for name in PEOPLE if not is_person(name)] == []
    assert [name for name in OTHERS if is_person(name)] == []


def open_book(path, change):
    document = Document("spreadsheet")
    document.body.clear()
    table = Table("Provider")
    row = Row()
    row.append_cell(Cell(15))
    table.append_row(row)
    document.body.append(table)
    document.meta.creator = document.meta.initial_creator = "NHS England"
    change(document, table)
    document.save(path)


def plant_open_author(document, _):
    document.meta.creator = "Jane Smith"


def plant_open_comment(_, table):
    cell = table.get_cell((0, 0))
    cell.append(Annotation("was 2", creator="Jane Smith"))
    table.set_cell((0, 0), cell)


def plant_open_property(document, _):
    document.meta.set_user_defined_metadata("Reviewed", "x")


OPEN = (
    (lambda *_: None, None),
    (plant_open_author, "The properties name a person as last editor: Jane Smith."),
    (plant_open_comment, "There is a comment of 2 words by a person: Jane Smith."),
    (plant_open_property, "There are user-defined properties: Reviewed."),
)


@pytest.mark.parametrize(("plant", "detail"), OPEN)
def test_what_is_planted_in_an_open_document(tmp_path, plant, detail):
    open_book(tmp_path / "a.ods", plant)
    assert details(tmp_path / "a.ods") == ([detail] if detail else [])
    if "comment" in (detail or ""):
        assert found(tmp_path / "a.ods")[0][:3] == ("Provider", 1, "A")


CONTENT = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><office:automatic-styles>
<style:style style:name="h" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet>{before}<table:table table:name="A"{style}>{columns}
<table:table-row{row}><table:table-cell office:value-type="float" office:value="2"><text:p>2</text:p>
</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


@pytest.mark.parametrize(
    ("parts", "detail"),
    [
        ({"style": ' table:style-name="h"'}, "The sheet is hidden and holds 1 number and 0 texts."),
        ({"row": ' table:visibility="filter"'}, "Row 1 is hidden and holds 1 number and 0 texts."),
        ({"columns": '<table:table-column table:visibility="collapse"/>'}, "Column A is hidden and holds 1 number"),
        (
            {"before": "<table:tracked-changes><table:cell-content-change/></table:tracked-changes>"},
            "tracked changes, 1 of them",
        ),
    ],
)
def test_what_an_open_document_hides(tmp_path, parts, detail):
    filled = CONTENT.format(**({"before": "", "style": "", "columns": "", "row": ""} | parts))
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as written:
        written.writestr("content.xml", filled)
    (told,) = details(tmp_path / "a.ods")
    assert detail in told


def test_documents(tmp_path):
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_metadata({"/Author": "NHS England", "/Creator": "Typst 0.15.1"})
    writer.write(tmp_path / "clean.pdf")
    assert details(tmp_path / "clean.pdf") == []
    writer.add_metadata({"/Author": "Jane Smith"})
    writer.add_attachment("a.csv", b"2")
    writer.add_annotation(0, Note(rect=(1, 1, 9, 9), text="was 2 before"))
    writer.write(tmp_path / "a.pdf")
    assert details(tmp_path / "a.pdf") == [
        "The properties name a person as author: Jane Smith.",
        "A file is attached: a.csv.",
        "There is a comment on page 1 of 3 words.",
    ]


PAGES = (
    ('<p>5 tests</p><p class="unseen">7 tests for screen readers</p>', None),
    ("<!-- no number --><!--[if lt IE 9]><p>x</p><![endif]-->", None),
    ("<!-- was 2 -->", "A comment in its source holds a number."),
    ("<!-- checked by Jane Smith -->", "A comment in its source names a person."),
    ('<meta name="author" content="NHS England">', None),
    ('<meta name="author" content="Jane Smith">', "The page names a person as its author: Jane Smith."),
    ('<p style="display: none">was <b>2</b></p>', "A hidden element <p> holds 1 number."),
    ("<div hidden><p>2 and 3</p></div>", "A hidden element <div> holds 2 numbers."),
    ("<style>.gone {color: red; display:none}</style><p class='gone'>2</p>",
     "A hidden element <p> holds 1 number."),
    ("<style>@media print { .skip { display: none; } }</style><p class='skip'>2</p>", None),
    ('<td data-true="1234">1,235</td>', "Attributes data-true hold numbers that are not shown."),
    ('<td data-sort="1235">1,235</td>', None),
    ('<script type="application/json">[1, 2]</script>',
     "Data within the page, which it does not show, hold numbers."),
)  # fmt: skip


@pytest.mark.parametrize(("source", "detail"), PAGES)
def test_pages(tmp_path, source, detail):
    (tmp_path / "a.html").write_text(f"<!DOCTYPE html><html><body>{source}</body></html>", encoding="utf-8")
    assert details(tmp_path / "a.html") == ([detail] if detail else [])


def test_metadata_of_tables(tmp_path):
    file = tmp_path / "a.csv-metadata.json"
    file.write_text('{"dc:publisher": {"schema:name": "NHS England"}, "dc:creator": "NHS England"}')
    assert details(file) == []
    file.write_text('{"dc:creator": {"schema:name": "Jane Smith"}, "source": "C:\\\\work\\\\a.csv"}')
    assert details(file) == ["It names a person as creator: Jane Smith.", "It holds a path of a file."]


def png(kind, held):
    def chunk(kind, held):
        return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))

    size = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", size), (kind, held), (b"IDAT", zlib.compress(b"\x00\x00")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*each) for each in chunks)


def exif(order, tag, words):
    held = words.encode() + b"\x00"
    start = b"MM\x00*" if order == ">" else b"II*\x00"
    entry = struct.pack(order + "IHHHIII", 8, 1, tag, 2, len(held), 26, 0)
    return start + entry + held


SVG = '<svg xmlns="http://www.w3.org/2000/svg">{}</svg>'
PICTURES = (
    ("a.png", png(b"tEXt", b"Software\x00Matplotlib"), None),
    ("a.png", png(b"tEXt", b"Author\x00Jane Smith"), "Author names a person: Jane Smith."),
    ("a.png", png(b"zTXt", b"Artist\x00\x00" + zlib.compress(b"Jane Smith")), "Artist names a person: Jane Smith."),
    ("a.png", png(b"iTXt", b"Source\x00\x00\x00\x00\x00/home/jane/chart.py"), "Source holds a path."),
    ("a.png", png(b"eXIf", exif(">", 0x013B, "Jane Smith")), "EXIF names a person: Jane Smith."),
    ("a.jpg", b"\xff\xd8\xff\xe1" + struct.pack(">H", 45) + b"Exif\x00\x00" + exif("<", 0x013B, "Jane Smith"),
     "EXIF names a person: Jane Smith."),
    ("a.svg", SVG.format("<text>1,235</text>").encode(), None),
    ("a.svg", SVG.format('<g id="text_1"><!-- 1,000 --><path/></g>').encode(), None),
    ("a.svg", SVG.format("<metadata><creator>Jane Smith</creator></metadata>").encode(),
     "The metadata name a person as creator: Jane Smith."),
    ("a.svg", SVG.format("<!-- true value 2 -->").encode(), "A comment in its source holds a number."),
    ("a.svg", SVG.format('<text style="display: none">2</text>').encode(),
     "A label that is not shown holds a number."),
)  # fmt: skip


@pytest.mark.parametrize(("name", "content", "detail"), PICTURES)
def test_pictures(tmp_path, name, content, detail):
    (tmp_path / name).write_bytes(content)
    assert details(tmp_path / name) == ([detail] if detail else [])


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published workbooks are not beside the project")
@pytest.mark.parametrize("year", ["2021-22", "2022-23", "2023-24"])
def test_published_workbooks_name_their_creator_and_last_editor(year):
    for path in sorted((PUBLISHED / year).glob("*.xlsx")):
        people = [detail for detail in details(path) if "name a person" in detail]
        assert [("creator" in detail, "last editor" in detail) for detail in people] == [
            (True, False),
            (False, True),
        ]


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published workbooks are not beside the project")
def test_published_tables_13_and_4_hide_sheets_and_a_column():
    (table_13,) = (PUBLISHED / "2023-24").glob("*Table-13*.xlsx")
    (table_4,) = (PUBLISHED / "2023-24").glob("*Table-4-*.xlsx")
    assert sum("The sheet is hidden" in detail for detail in details(table_13)) == 18
    assert [f[:3] for f in found(table_4) if "Column" in f[3]] == [("Provider", 0, "D")]


def property_set(texts):
    """A stream of properties as older Office programs write it: (number, kind, bytes)."""
    entries, values = b"", b""
    for number, kind, words in texts:
        entries += struct.pack("<II", number, 8 + 8 * len(texts) + len(values))
        values += struct.pack("<II", kind, len(words) // (2 if kind == 31 else 1)) + words
    held = struct.pack("<II", 0, len(texts)) + entries + values
    return b"\xfe\xff" + bytes(42) + struct.pack("<I", 48) + held


def test_properties_of_older_files():
    texts = ((4, 30, b"Smith, Jane\x00"), (8, 31, "Jane O’Neill\x00".encode("utf-16-le")), (9, 3, b"\x00" * 4))
    stream = property_set(texts)
    assert properties(stream) == [(4, "Smith, Jane"), (8, "Jane O’Neill")]
    assert all(isinstance(properties(stream[:end]), list) for end in range(len(stream)))


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice, which writes XLS, is not installed")
def test_people_and_hidden_sheets_of_an_older_workbook(tmp_path):
    book = clean_book()
    plant_name(book)
    plant_sheet(book)
    book.save(tmp_path / "a.xlsx")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xls", "--outdir", str(tmp_path), "a.xlsx"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert found(tmp_path / "a.xls") == [
        ("Working", 0, "", "The sheet is hidden and holds 2 numbers and 1 text."),
        ("", 0, "", "The properties name a person as creator: Smith, Jane."),
    ]


NAMES = ("a.xlsx", "a.xlsm", "a.xls", "a.ods", "a.pdf", "a.html", "a.json", "a.svg", "a.png", "a.jpg", "a.docx")


@pytest.mark.parametrize("name", NAMES)
def test_files_that_are_empty_absent_or_something_else_give_nothing_away(tmp_path, name):
    assert found(tmp_path / name) == []
    for content in (b"", b"\x00\xff" * 50, b"PK\x03\x04" + b"\x00" * 20):
        (tmp_path / name).write_bytes(content)
        assert found(tmp_path / name) == []


def test_entities_are_not_expanded(tmp_path):
    bomb = b'<!DOCTYPE a [<!ENTITY a "Jane Smith"><!ENTITY b "&a;&a;&a;">]><p><creator>&b;</creator></p>'
    with_parts(tmp_path / "a.xlsx", {"docProps/core.xml": bomb})
    assert details(tmp_path / "a.xlsx") == []


@settings(max_examples=120, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_damaged_files_raise_nothing(tmp_path, whole, data):
    name, content = data.draw(st.sampled_from(whole))
    damaged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 12))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    (tmp_path / name).write_bytes(damaged[: data.draw(st.integers(len(damaged) // 2, len(damaged)))])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert isinstance(package_findings(tmp_path / name, name), list)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A file of each kind. Workbooks are stored, not packed, so that what is damaged is their XML as well."""
    folder = tmp_path_factory.mktemp("whole")
    book = clean_book()
    for plant in (plant_comment, plant_digits, plant_sheet, plant_property):
        plant(book)
    book.save(folder / "packed.xlsx")
    with zipfile.ZipFile(folder / "packed.xlsx") as made, zipfile.ZipFile(folder / "a.xlsx", "w") as stored:
        for name in made.namelist():
            stored.writestr(name, made.read(name))
    open_book(folder / "a.ods", plant_open_comment)
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.add_attachment("a.csv", b"2")
    writer.write(folder / "a.pdf")
    for name, content, _ in PICTURES:
        (folder / name).write_bytes(content)
    (folder / "a.html").write_bytes(PAGES[6][0].encode())
    (folder / "a.json").write_bytes(b'{"creator": ["Jane Smith"]}')
    return [(path.name, path.read_bytes()) for path in sorted(folder.iterdir())]
