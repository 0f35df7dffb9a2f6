"""A small accessible workbook, written as XLSX by openpyxl and as ODS by odfdo, for tests that break one thing."""

from dataclasses import dataclass
from pathlib import Path

from odfdo import Cell, Column, Document, Element, Paragraph, Row, Style, Table
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.table import Table as MarkedUp
from openpyxl.worksheet.table import TableColumn

SHORTHAND = "Some shorthand is used: [c] = confidential, [x] = not available."
SITE = "https://www.england.nhs.uk/statistics/"
COVER = [
    ["Imaging tests in England, April to June 2022"],
    ["Numbers of imaging tests of NHS patients, by provider."],
    ["Imaging tests: the release on the website of NHS England"],
    ["Source: Diagnostic Imaging Dataset."],
    ["Published on 20 July 2023. Next release: 10 August 2023."],
    ["These figures are provisional. They are rounded to the nearest 5, so parts may not add up to totals."],
    [SHORTHAND],
    ["Note markers stand in square brackets, as in: [note 1]."],
    ["For the press: media@nhs.net. For statistics: england.did@nhs.net."],
]
CONTENTS = [
    ["Table of contents"],
    ["This worksheet contains one table."],
    ["Sheet", "What it holds"],
    ["Table_1", "Imaging tests by provider"],
    ["Notes", "Notes to the table"],
]
DATA = [
    ["Table 1: Imaging tests by provider, England, April to June 2022"],
    ["This worksheet contains one table. It has notes, which are on the sheet called Notes."],
    [SHORTHAND],
    ["Provider code", "Provider name", "CT\n(tests)\n[note 1]", "MRI\n(tests)"],
    ["R1A", "Ambridge Hospitals", 1250, 745],
    ["R1B", "Borchester Hospitals", 2410, "[c]"],
    ["R1C", "Felpersham Hospitals", 30, "[x]"],
]
NOTES = [
    ["Notes"],
    ["This worksheet contains one table."],
    ["Note", "What it says"],
    ["note 1", "CT is computed tomography."],
]
SHEETS = {"Cover": COVER, "Contents": CONTENTS, "Table_1": DATA, "Notes": NOTES}
MARKED = {"Contents": ("contents", "A3:B5"), "Table_1": ("imaging_tests", "A4:D7"), "Notes": ("notes", "A3:B4")}
HEADER_ROWS = {"Contents": 3, "Table_1": 4, "Notes": 3}
LINKS = {("Cover", 3, 1): SITE, ("Contents", 4, 1): "Table_1", ("Contents", 5, 1): "Notes"}
TITLE, LANGUAGE, AUTHOR, KEYWORDS = "Imaging tests in England", "en-GB", "NHS England", "imaging, NHS"
STEM = "imaging-tests-2022"


@dataclass(frozen=True)
class Shape:
    """How the cell of a place looks."""

    table: bool
    right: bool
    title: bool
    linked: bool


def shape(sheet: str, row: int, column: int) -> Shape:
    inside = row >= HEADER_ROWS.get(sheet, 99)
    right = sheet == "Table_1" and inside and column > 2
    return Shape(inside, right, row == 1, (sheet, row, column) in LINKS)


def xlsx() -> Workbook:
    """The accessible workbook, for openpyxl to break and save."""
    book = Workbook()
    book.remove(book.active)
    for name, rows in SHEETS.items():
        sheet = book.create_sheet(name)
        for letter in "ABCD":
            sheet.column_dimensions[letter].width = 24
        for row, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells, start=1):
                _write(sheet.cell(row, column), value, shape(name, row, column))
    for (name, row, column), target in LINKS.items():
        cell = book[name].cell(row, column)
        cell.hyperlink = target if target == SITE else f"#{target}!A1"
        cell.font = Font(name="Arial", size=12, underline="single", color="0000FF")
    for name, (called, area) in MARKED.items():
        table = MarkedUp(displayName=called, ref=area)
        heads = [cell.value for cell in book[name][HEADER_ROWS[name]] if cell.value]
        table.tableColumns = [TableColumn(id=number, name=head) for number, head in enumerate(heads, start=1)]
        book[name].add_table(table)
    about = book.properties
    about.title, about.language, about.creator, about.keywords = TITLE, LANGUAGE, AUTHOR, KEYWORDS
    return book


def _write(cell, value, shaped):
    cell.value = value
    cell.font = Font(name="Arial", size=16 if shaped.title else 12, bold=shaped.title)
    cell.alignment = Alignment(wrap_text=shaped.table, horizontal="right" if shaped.right else None)
    if isinstance(value, int):
        cell.number_format = "#,##0"


def save_xlsx(book: Workbook, folder: Path, name: str = f"{STEM}.xlsx") -> Path:
    """Save it with an ODS beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "imaging-tests.ods").touch()
    book.save(folder / name)
    return folder / name


SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-settings xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:config="urn:oasis:names:tc:opendocument:xmlns:config:1.0" office:version="1.2"><office:settings>
<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">
<config:config-item-map-entry>
<config:config-item config:name="ActiveTable" config:type="string">{active}</config:config-item>
<config:config-item-map-named config:name="Tables"><config:config-item-map-entry config:name="Table_1">
<config:config-item config:name="CursorPositionX" config:type="int">{column}</config:config-item>
<config:config-item config:name="CursorPositionY" config:type="int">0</config:config-item>
<config:config-item config:name="VerticalSplitMode" config:type="short">{split}</config:config-item>
<config:config-item config:name="ZoomValue" config:type="int">{zoom}</config:config-item>
</config:config-item-map-entry></config:config-item-map-named></config:config-item-map-entry>
</config:config-item-map-indexed></config:config-item-set></office:settings></office:document-settings>
"""
FORMAT = """<number:number-style style:name="whole">
<number:number number:decimal-places="0" number:grouping="true"/></number:number-style>"""


def ods() -> Document:
    """The accessible workbook, for odfdo to break and save."""
    book = Document("spreadsheet")
    book.body.clear()
    automatic = book.get_part("content.xml").get_element("//office:automatic-styles")
    automatic.append(Element.from_tag(FORMAT))
    for style in _styles():
        book.insert_style(style, automatic=True)
    for name, rows in SHEETS.items():
        book.body.append(_ods_sheet(name, rows))
    book.body.append(Element.from_tag(_ranges()))
    settings(book)
    book.meta.title, book.meta.language, book.meta.keyword = TITLE, LANGUAGE, KEYWORDS
    book.meta.initial_creator = AUTHOR
    return book


def settings(book: Document, active: str = "Cover", column: int = 0, split: int = 0, zoom: int = 100) -> None:
    """Say how the sheets are shown."""
    text = SETTINGS.format(active=active, column=column, split=split, zoom=zoom)
    book.container.set_part("settings.xml", text.encode())


def cell_style(name: str, size: str = "12pt", **more: str) -> Style:
    """A style of cells: Arial, and whatever else is given."""
    properties = {"fo:font-family": "Arial", "fo:font-size": size, "style:use-window-font-color": "true", **more}
    style = Style("table-cell", name=name)
    for area in ("text", "table-cell", "paragraph"):
        own = {key: value for key, value in properties.items() if _area(key) == area}
        if own:
            style.set_properties(own, area=area)
    return style


def _area(key: str) -> str:
    if key in ("fo:wrap-option", "style:rotation-angle", "fo:background-color", "fo:border"):
        return "table-cell"
    return "paragraph" if key in ("fo:text-align", "fo:margin-left") else "text"


def _styles():
    yield Style("table-column", name="wide", width="2in")
    raised = Style("text", name="up")
    raised.set_properties({"style:text-position": "super 58%"}, area="text")
    yield raised
    yield cell_style("title", "16pt", **{"fo:font-weight": "bold"})
    yield cell_style("plain")
    yield cell_style("text", **{"fo:wrap-option": "wrap"})
    yield cell_style("link", **{"style:text-underline-style": "solid"})
    figures = cell_style("figures", **{"fo:wrap-option": "wrap", "fo:text-align": "end"})
    figures.set_attribute("style:data-style-name", "whole")
    yield figures


def _ods_sheet(name, rows):
    table = Table(name)
    table.append(Column(repeated=4, style="wide"))
    for number, cells in enumerate(rows, start=1):
        row = Row()
        for column, value in enumerate(cells, start=1):
            row.append_cell(_ods_cell(name, number, column, value))
        table.append(row)
    return table


def _ods_cell(name, row, column, value):
    shaped = shape(name, row, column)
    style = "title" if shaped.title else "figures" if shaped.right else "text" if shaped.table else "plain"
    if isinstance(value, int):
        return Cell(value, style=style)
    cell = Cell(style="link" if shaped.linked else style)
    cell.set_attribute("office:value-type", "string")
    for line in value.split("\n"):
        cell.append(_linked(name, row, column, line) if shaped.linked else Paragraph(line))
    return cell


def _linked(name, row, column, text):
    target = LINKS[name, row, column]
    href = target if target == SITE else f"#{target}.A1"
    return Element.from_tag(f'<text:p><text:a xlink:type="simple" xlink:href="{href}">{text}</text:a></text:p>')


def _ranges():
    each = "".join(
        f'<table:database-range table:name="{called}" table:target-range-address="'
        f'{name}.{area.replace(":", f":{name}.")}" table:contains-header="true"/>'
        for name, (called, area) in MARKED.items()
    )
    return f"<table:database-ranges>{each}</table:database-ranges>"


def save_ods(book: Document, folder: Path, name: str = f"{STEM}.ods") -> Path:
    """Save it."""
    folder.mkdir(parents=True, exist_ok=True)
    book.save(folder / name)
    return folder / name
