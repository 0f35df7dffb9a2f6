"""What the audit reads of published files: every value, and what is hidden, formatted or calculated."""

import random
import shutil
import subprocess
import zipfile
from datetime import date, datetime, time
from pathlib import Path

import pytest
from odfdo import Cell, Column, Document, Row, Table
from openpyxl import Workbook, load_workbook
from openpyxl.formula.translate import Translator

from publish.disclosure.audit.reading.folder import read_folder
from publish.errors import InputRefused

PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "published"
needs_published = pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the workbooks are not beside the project")
needs_office = pytest.mark.skipif(not shutil.which("soffice"), reason="LibreOffice is not installed")

CONTENT = """<?xml version="1.0"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
  xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0">
<office:automatic-styles>
  <number:percentage-style style:name="N1"><number:number number:decimal-places="1"/></number:percentage-style>
  <style:style style:name="share" style:family="table-cell" style:data-style-name="N1"/>
  <style:style style:name="ce1" style:family="table-cell" style:parent-style-name="share"/>
  <style:style style:name="gone" style:family="table">
    <style:table-properties table:display="false"/></style:style>
</office:automatic-styles>
<office:body><office:spreadsheet>{}</office:spreadsheet></office:body></office:document-content>"""


def read(path):
    return read_folder(path, lambda _: None)


def only(path):
    found = read(path)
    assert found.unread == ()
    (sheet,) = found.sheets
    return sheet


def saved(folder, fill, name="a.xlsx"):
    book = Workbook()
    fill(book)
    book.save(folder / name)
    return folder / name


def written(folder, name, content):
    path = folder / name
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def ods(folder, tables):
    with zipfile.ZipFile(folder / "a.ods", "w") as parts:
        parts.writestr("content.xml", CONTENT.format(tables))
    return folder / "a.ods"


def filled(sheet):
    """The values of a sheet that holds one of every kind, and how they are read."""
    for place, value in {
        "B2": "CT\n (tests)  ",
        "C2": 1250,
        "D2": 12.5,
        "E2": True,
        "F2": date(2023, 4, 1),
        "G2": datetime(2023, 4, 1, 12, 30),
        "H2": time(9, 15),
        "B3": "0042",
        "C3": "  ",
        "D3": 3.0,
    }.items():
        sheet[place] = value
    return (
        (),
        (None, "CT (tests)", 1250, 12.5, "TRUE", "2023-04-01", "2023-04-01T12:30:00", "09:15:00"),
        (None, "0042", None, 3),
    )


class TestFolders:
    def test_files_come_in_the_order_of_their_paths(self, tmp_path):
        for name in ("b.csv", "B.csv", "a/z.csv", "a.csv", "note.txt"):
            written(tmp_path, name, "x\n")
        told: list[str] = []
        found = read_folder(tmp_path, told.append)
        assert found.files == ("B.csv", "a.csv", "a/z.csv", "b.csv", "note.txt")
        assert [sheet.file for sheet in found.sheets] == ["B.csv", "a.csv", "a/z.csv", "b.csv"]
        assert told == ["Reading 5 published files"]

    def test_a_single_file_is_read_alone(self, tmp_path):
        written(tmp_path, "b.csv", "2")
        found = read(written(tmp_path, "a.csv", "1"))
        assert (found.files, found.sheets[0].rows) == (("a.csv",), [(1,)])

    def test_a_folder_that_is_none_or_empty_is_refused(self, tmp_path):
        with pytest.raises(InputRefused, match="no such folder"):
            read(tmp_path / "none")
        with pytest.raises(InputRefused, match="holds no files"):
            read(tmp_path)


class TestXlsx:
    def test_values(self, tmp_path):
        expected = ()

        def fill(book):
            nonlocal expected
            expected = filled(book.active)

        assert only(saved(tmp_path, fill)).rows == expected

    def test_sheets_rows_and_columns_that_are_hidden(self, tmp_path):
        def fill(book):
            book.active.append([1, 2, 3])
            book.active.append([4, 5, 6])
            book.active.row_dimensions[2].hidden = True
            book.active.row_dimensions[90].hidden = True
            book.active.column_dimensions.group("B", "XFD", hidden=True)
            book.create_sheet("Hidden").sheet_state = "hidden"
            book.create_sheet("Deep").sheet_state = "veryHidden"

        sheets = read(saved(tmp_path, fill)).sheets
        assert [(sheet.name, sheet.hidden) for sheet in sheets] == [
            ("Sheet", False),
            ("Hidden", True),
            ("Deep", True),
        ]
        assert sheets[0].hidden_rows == {2}
        assert sheets[0].hidden_columns == {2, 3}

    def test_formats_are_noted_where_they_are_not_general(self, tmp_path):
        def fill(book):
            book.active.append([0.12345, 5, 1234, "words", date(2023, 4, 1)])
            for column, code in enumerate(("0.0%", "General", "#,##0", "0.0"), start=1):
                book.active.cell(1, column).number_format = code

        assert only(saved(tmp_path, fill)).formats == {(1, 1): "0.0%", (1, 3): "#,##0"}

    def test_formulas_have_their_cached_values_beside_them(self, tmp_path):
        path = saved(tmp_path, lambda book: book.active.append([2, "=A1*3"]))
        _replace(
            path, "xl/worksheets/sheet1.xml", b"<v></v>", b"<v>6</v>", b"<v />", b"<v>6</v>", b"<v/>", b"<v>6</v>"
        )
        sheet = only(path)
        assert sheet.rows == ((2, 6),)
        assert sheet.formulas == {(1, 2): "=A1*3"}

    def test_formulas_that_are_shared_are_told_for_each_cell(self, tmp_path):
        path = saved(tmp_path, lambda book: book.active.append(["first", "second"]))
        first = b'<c r="B1"><f t="shared" ref="B1:B2" si="0">A1+$C$1</f><v>1</v></c></row>'
        second = b'<row r="2"><c r="B2"><f t="shared" si="0"/><v>2</v></c></row>'
        _put_data(path, b'<row r="1">' + first + second)
        sheet = only(path)
        assert sheet.formulas == {(1, 2): "=A1+$C$1", (2, 2): Translator("=A1+$C$1", "B1").translate_formula("B2")}
        assert sheet.rows == ((None, 1), (None, 2))

    def test_other_ways_to_write_cells(self, tmp_path):
        path = saved(tmp_path, lambda book: book.active.append(["words"]))
        cells = (
            b'<c t="inlineStr"><is><r><t>in </t></r><r><t>line</t></r><rPh><t>no</t></rPh></is></c>'
            b'<c t="str"><v>a_x000D_b</v></c><c t="e"><v>#N/A</v></c>'
            b'<c t="b"><v>0</v></c><c t="d"><v>2023-04-01</v></c>'
        )
        _put_data(path, b"<row>" + cells + b"</row><row><c><v>1E3</v></c></row>")
        assert only(path).rows == (("in line", "a b", "#N/A", "FALSE", "2023-04-01"), (1000,))

    def test_cells_that_are_only_styled_are_none(self, tmp_path):
        def fill(book):
            book.active["A1"] = 1
            for place in ("XFD1", "A1048576", "XFD1048576"):
                book.active[place].number_format = "0.0"

        assert only(saved(tmp_path, fill)).rows == ((1,),)

    def test_days_are_counted_in_both_ways(self, tmp_path):
        def fill(book):
            book.epoch = datetime(1904, 1, 1)
            book.active.append([date(2023, 4, 1)])

        assert only(saved(tmp_path, fill)).rows == (("2023-04-01",),)

    @needs_published
    @pytest.mark.parametrize("table", ["2023-24/DID-Table-4-*.xlsx", "2021-22/DID-Table-9-*.xlsx"])
    def test_published_values_are_those_that_openpyxl_reads(self, table):
        (path,) = PUBLISHED.glob(table)
        book = load_workbook(path, data_only=True)
        sheets = read(path).sheets
        assert [sheet.name for sheet in sheets] == book.sheetnames
        for sheet in sheets:
            assert _values(sheet.rows) == _values(book[sheet.name].iter_rows(values_only=True))
            assert sheet.formats == {
                (cell.row, cell.column): cell.number_format
                for row in book[sheet.name].iter_rows()
                for cell in row
                if cell.data_type == "n" and cell.value is not None and cell.number_format != "General"
            }

    @needs_published
    def test_what_is_hidden_in_published_workbooks(self):
        (turnaround,) = PUBLISHED.glob("2023-24/DID-Table-13-*.xlsx")
        (bodysites,) = PUBLISHED.glob("2023-24/DID-Table-4-*.xlsx")
        assert sum(sheet.hidden for sheet in read(turnaround).sheets) == 18
        assert [sheet.hidden_columns for sheet in read(bodysites).sheets if sheet.name == "Provider"] == [{4}]


class TestXls:
    @needs_office
    def test_values_and_what_is_hidden(self, tmp_path):
        expected = ()

        def fill(book):
            nonlocal expected
            expected = filled(book.active)
            book.active["D2"].number_format = "0.00"
            book.active.row_dimensions[3].hidden = True
            book.active.column_dimensions["C"].hidden = True
            book.create_sheet("Gone").sheet_state = "hidden"
            book["Gone"].append([1, "=A1+1"])

        sheet, gone = read(_converted(saved(tmp_path, fill), "xls")).sheets
        assert (sheet.rows, sheet.hidden, sheet.hidden_rows, sheet.hidden_columns) == (expected, False, {3}, {3})
        assert sheet.formats == {(2, 4): "0.00"}
        assert (gone.rows, gone.hidden) == (((1, 2),), True)


class TestOds:
    def test_values_written_by_odfdo(self, tmp_path):
        document, table = Document("spreadsheet"), Table("Table_1")
        document.body.clear()
        for values in (["CT (tests)", 1250, 12.5, True], ["0042", None, 3.0, date(2023, 4, 1)]):
            row = Row()
            row.set_values(values)
            table.append(row)
        document.body.append(table)
        document.save(tmp_path / "a.ods")
        sheet = only(tmp_path / "a.ods")
        assert sheet.name == "Table_1"
        assert sheet.rows == (("CT (tests)", 1250, 12.5, "TRUE"), ("0042", None, 3, "2023-04-01"))

    def test_repeats_are_spread_and_empty_ones_are_not(self, tmp_path):
        tables = """<table:table table:name="T">
        <table:table-row table:number-rows-repeated="2">
          <table:table-cell table:number-columns-repeated="2" office:value-type="float" office:value="5"/>
          <table:table-cell/><table:covered-table-cell office:value-type="string"><text:p>a<text:s/>b</text:p>
          <text:p>c</text:p></table:covered-table-cell>
          <table:table-cell table:number-columns-repeated="16380"/></table:table-row>
        <table:table-row table:number-rows-repeated="1048574">
          <table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>"""
        assert only(ods(tmp_path, tables)).rows == ((5, 5, None, "a b c"), (5, 5, None, "a b c"))

    def test_what_is_hidden_formatted_and_calculated(self, tmp_path):
        tables = """<table:table table:name="T" table:style-name="gone">
        <table:table-column/><table:table-column table:visibility="collapse" table:default-cell-style-name="ce1"/>
        <table:table-row table:visibility="filter"><table:table-cell office:value-type="float" office:value="0.25"/>
          <table:table-cell office:value-type="percentage" office:value="0.1234567"
            table:formula="of:=[.A1]/2"><text:p>12.3%</text:p></table:table-cell></table:table-row></table:table>"""
        sheet = only(ods(tmp_path, tables))
        assert (sheet.hidden, sheet.hidden_rows, sheet.hidden_columns) == (True, {1}, {2})
        assert sheet.rows == ((0.25, 0.1234567),)
        assert sheet.formats == {(1, 2): "0.0%"}
        assert sheet.formulas == {(1, 2): "=[.A1]/2"}

    def test_tables_within_cells_and_notes_are_no_cells(self, tmp_path):
        tables = """<table:table table:name="T"><table:table-row><table:table-cell office:value-type="string">
        <office:annotation><text:p>a note</text:p></office:annotation><text:p>words</text:p>
        <table:table table:name="inner"><table:table-row><table:table-cell office:value-type="float"
        office:value="9"/></table:table-row></table:table></table:table-cell></table:table-row></table:table>"""
        assert only(ods(tmp_path, tables)).rows == (("words",),)

    @needs_office
    def test_the_same_workbook_in_both_forms(self, tmp_path):
        def fill(book):
            filled(book.active)
            book.active["E2"] = book.active["H2"] = None  # LibreOffice writes truths and times in ways of its own
            book.active["D2"].number_format = "0.00"
            book.active["I2"] = "=C2*2"
            book.active.row_dimensions[3].hidden = True
            book.active.column_dimensions["C"].hidden = True
            book.create_sheet("Gone").sheet_state = "hidden"

        path = saved(tmp_path, fill)
        first, second = (read(_converted(path, form)).sheets for form in ("ods", "xlsx"))
        for one, other in zip(first, second, strict=True):
            assert (one.name, one.rows, one.hidden, one.formats) == (
                *(other.name, other.rows, other.hidden, other.formats),
            )
            assert (one.hidden_rows, one.hidden_columns) == (other.hidden_rows, other.hidden_columns)
            assert one.formulas.keys() == other.formulas.keys()


class TestCsv:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            *(("1250", 1250), ("1,234", 1234), ("1,234,567.5", 1234567.5), ("12.50", 12.5), ("3.0", 3), ("-4", -4)),
            *(("0", 0), ("0.5", 0.5), ("0042", "0042"), ("00R", "00R"), ("1E5", "1E5"), ("12,34", "12,34")),
            *(
                ("-", "-"),
                ("12%", "12%"),
                ("٣", "٣"),
                ("[c]", "[c]"),
                ("nan", "nan"),
                (" a\n b ", "a b"),
                ("  ", None),
            ),
        ],
    )
    def test_what_a_text_stands_for(self, tmp_path, text, value):
        assert only(written(tmp_path, "a.csv", f'first,"{text}",last\n')).rows == [("first", value, "last")]

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("between", [",", ";", "\t"])
    def test_encodings_and_what_stands_between_values(self, tmp_path, encoding, between):
        lines = [["Tests", "£"], ['"Ambridge, Hospital"', "5"], ["Borchester", "10"]]
        text = "\r\n".join(between.join(line) for line in lines)
        rows = only(written(tmp_path, "a.csv", text.encode(encoding))).rows
        assert rows == [("Tests", "£"), ("Ambridge, Hospital", 5), ("Borchester", 10)]

    def test_decimal_commas_do_not_stand_between_values(self, tmp_path):
        rows = only(written(tmp_path, "a.csv", "name;share\na;1,5\nb;2,5\n")).rows
        assert rows == [("name", "share"), ("a", "1,5"), ("b", "2,5")]

    def test_every_record_counts_and_empty_ends_do_not(self, tmp_path):
        text = 'Title\n\n"a\nb",1,,\n,,\n2,3\n\n,,\n'
        assert only(written(tmp_path, "a.csv", text)).rows == [("Title",), (), ("a b", 1), (), (2, 3)]


class TestPages:
    def test_tables_by_caption_or_number(self, tmp_path):
        page = """<!doctype html><html><body><table><caption>Tests by<br>modality</caption>
        <tr><th>Modality<th>Tests</tr><tr><td>CT <b>scan</b><style>td{}</style></td><td>1,250</td></tr></table>
        <table><tr><td>0042</td><td>£</td></tr></table></body></html>"""
        first, second = read(written(tmp_path, "a.html", page)).sheets
        assert (first.name, first.rows) == ("Tests by modality", (("Modality", "Tests"), ("CT scan", 1250)))
        assert (second.name, second.rows) == ("table 2", (("0042", "£"),))

    def test_cells_that_span_others_are_repeated(self, tmp_path):
        page = """<table><tr><th rowspan="2">Provider<th colspan="2">Tests<tr><th>CT<th>MRI
        <tr><td>R1A<td>5<td>10</table>"""
        assert only(written(tmp_path, "a.htm", page)).rows == (
            ("Provider", "Tests", "Tests"),
            ("Provider", "CT", "MRI"),
            ("R1A", 5, 10),
        )

    def test_what_a_browser_does_not_show_is_hidden(self, tmp_path):
        page = """<table><tr><td>1<tr hidden><td>2</table>
        <div style="display: none"><table><tr><td>3<table><tr><td>4</table></table></div>"""
        sheets = read(written(tmp_path, "a.html", page)).sheets
        assert [(sheet.hidden, sheet.hidden_rows) for sheet in sheets] == [
            (False, {2}),
            (True, set()),
            (True, set()),
        ]
        assert [len(sheet.rows) for sheet in sheets] == [2, 1, 1]

    def test_pages_in_older_encodings(self, tmp_path):
        page = '<meta charset="windows-1252"><table><tr><td>£5</table>'.encode("cp1252")
        assert only(written(tmp_path, "a.html", page)).rows == (("£5",),)


class TestUnread:
    def test_why_files_cannot_be_read(self, tmp_path):
        written(tmp_path, "binary.csv", b"\x00\x01")
        written(tmp_path, "empty.xlsx", b"")
        written(tmp_path, "locked.xlsx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"))
        written(tmp_path, "words.ods", b"words")
        with zipfile.ZipFile(tmp_path / "locked.ods", "w") as parts:
            parts.writestr("META-INF/manifest.xml", "<manifest:encryption-data/>")
        found = read(tmp_path)
        assert found.sheets == ()
        assert dict(found.unread) == {
            "binary.csv": "is damaged: it cannot be read",
            "empty.xlsx": "is damaged: it cannot be read",
            "locked.ods": "is protected by a password",
            "locked.xlsx": "is protected by a password",
            "words.ods": "is damaged: it cannot be read",
        }

    def test_what_unpacks_beyond_measure(self, tmp_path):
        cell = (
            '<table:table-cell table:number-columns-repeated="16000" office:value-type="float" office:value="1"/>'
        )
        row = f'<table:table-row table:number-rows-repeated="100000">{cell}</table:table-row>'
        assert (
            _why(ods(tmp_path, f"<table:table>{row}</table:table>"))
            == "unpacks to more than a file of tables can hold"
        )
        page = f"<table><tr>{'<td colspan=1000>1' * 5000}</table>"
        assert _why(written(tmp_path, "a.html", page)) == "unpacks to more than a file of tables can hold"

    def test_entities_are_not_resolved(self, tmp_path):
        written(tmp_path, "secret.txt", "77113")
        path = ods(tmp_path, "<table:table table:name='T'/>")
        cell = '<table:table-cell office:value-type="string"><text:p>&e;</text:p></table:table-cell>'
        content = CONTENT.format(f"<table:table><table:table-row>{cell}</table:table-row></table:table>")
        declared = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>'
        with zipfile.ZipFile(path, "w") as parts:
            parts.writestr("content.xml", content.replace("?>", f"?>{declared}", 1))
        assert "77113" not in str(read(path).sheets)

    @pytest.mark.parametrize("form", ["xlsx", "ods", "csv", "html"])
    @pytest.mark.parametrize("seed", range(40))
    def test_damaged_files_are_read_or_told(self, tmp_path, form, seed):
        path = _made(tmp_path, form)
        path.write_bytes(_damaged(path.read_bytes(), random.Random(seed)))
        assert [name for name, _ in read(path).unread] in ([], [path.name])

    @pytest.mark.parametrize("form", ["xlsx", "ods"])
    @pytest.mark.parametrize("seed", range(60))
    def test_damaged_and_missing_parts_are_read_or_told(self, tmp_path, form, seed):
        path, chance = _made(tmp_path, form), random.Random(seed)
        with zipfile.ZipFile(path) as opened:
            parts = {name: opened.read(name) for name in opened.namelist()}
        name = chance.choice(sorted(parts))
        parts[name] = _damaged(parts[name], chance)
        with zipfile.ZipFile(path, "w") as made:
            for each in sorted(parts):
                if each != name or chance.random() < 0.8:
                    made.writestr(each, parts[each])
        assert [name for name, _ in read(path).unread] in ([], [path.name])


def _why(path):
    ((name, why),) = read(path).unread
    assert name == path.name
    return why


def _made(folder, form):
    if form == "xlsx":
        return saved(folder, lambda book: filled(book.active))
    if form == "ods":
        document, table = Document("spreadsheet"), Table("T")
        table.append(Column())
        row = Row()
        row.append(Cell(value=5, cell_type="float"))
        table.append(row)
        document.body.append(table)
        document.save(folder / "a.ods")
        return folder / "a.ods"
    page = "<table><caption>T</caption><tr><td colspan=2>a<td>1,250</table>"
    return written(folder, f"a.{form}", 'a;"b";1\n' * 9 if form == "csv" else page)


def _damaged(content, chance):
    changed = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed[: chance.randrange(len(changed) + 1)] if chance.random() < 0.3 else changed)


def _replace(path, part, *pairs):
    with zipfile.ZipFile(path) as opened:
        parts = {name: opened.read(name) for name in opened.namelist()}
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        parts[part] = parts[part].replace(old, new)
    with zipfile.ZipFile(path, "w") as made:
        for name, content in parts.items():
            made.writestr(name, content)


def _put_data(path, data):
    with zipfile.ZipFile(path) as opened:
        sheet = opened.read("xl/worksheets/sheet1.xml")
    start, end = sheet.index(b"<sheetData>") + len(b"<sheetData>"), sheet.index(b"</sheetData>")
    _replace(path, "xl/worksheets/sheet1.xml", sheet[start:end], data)


def _converted(path, form):
    folder = path.parent / form
    command = ["soffice", f"-env:UserInstallation={(path.parent / 'office').as_uri()}", "--headless"]
    subprocess.run(
        [*command, "--convert-to", form, "--outdir", folder, path], check=True, capture_output=True, timeout=120
    )
    return folder / f"{path.stem}.{form}"


def _values(rows):
    """Values by place, as the audit has them, from the rows of either reader."""
    places = {
        (number, column): _value(value)
        for number, row in enumerate(rows, start=1)
        for column, value in enumerate(row, start=1)
    }
    return {place: value for place, value in places.items() if value is not None}


def _value(value):
    if isinstance(value, str):
        return " ".join(value.split()) or None
    if isinstance(value, datetime):
        return (value.date() if value.time() == time() else value).isoformat()
    return value
