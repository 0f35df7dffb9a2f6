"""The file of the accessible edition: sheets to an ODS workbook.

odfdo makes the document, with a sheet for each of ours that has one empty row. When it is packed, the rows take the
place of that one, as text: there are hundreds of thousands of cells, and odfdo would hold each as an object.

Rules: OpenDocument 1.2; accessible spreadsheets, 3 Formatting, 4 Structure, 5 Before publishing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from odfdo import Document, Element
from openpyxl.utils import get_column_letter

from publish.writing.accessible_sheets import Line, Link, Sheet, SheetColumn, SheetTable, Value, lines_in
from publish.writing.accessible_styles import (
    FIGURES_HEADING,
    FONTS,
    HEADING,
    TEXT,
    common_styles,
    figures,
    row_style,
    sizes,
    width_style,
)
from publish.writing.accessible_words import plain
from publish.writing.workbook import LANGUAGE

GENERATOR: Final = "publish"
MIMETYPE: Final = "mimetype"
# Parts of odfdo's empty document that say how a window looked on its author's machine, and its picture.
_NOT_WANTED: Final = ("Configurations2/", "Thumbnails/", "manifest.rdf")
# odfdo writes 1.4, of which nothing is used here; every program in use reads 1.2.
_VERSION, _OLDER = b':version="1.4"', b':version="1.2"'
_EMPTY_ROW: Final = "<table:table-row/>"
_HEIGHTS: Final = {Line.TITLE: 2, Line.SECTION: 2}  # in lines of the usual size
_SETTINGS: Final = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-settings xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:config="urn:oasis:names:tc:opendocument:xmlns:config:1.0" office:version="1.4"><office:settings>
<config:config-item-set config:name="ooo:view-settings">
<config:config-item-map-indexed config:name="Views"><config:config-item-map-entry>
<config:config-item config:name="ActiveTable" config:type="string">{first}</config:config-item>
<config:config-item config:name="ZoomType" config:type="short">0</config:config-item>
<config:config-item config:name="ZoomValue" config:type="int">100</config:config-item>
<config:config-item-map-named config:name="Tables">{sheets}</config:config-item-map-named>
</config:config-item-map-entry></config:config-item-map-indexed>
</config:config-item-set></office:settings></office:document-settings>
"""
_VIEW: Final = """<config:config-item-map-entry config:name="{sheet}">
<config:config-item config:name="CursorPositionX" config:type="int">0</config:config-item>
<config:config-item config:name="CursorPositionY" config:type="int">0</config:config-item>
<config:config-item config:name="PositionRight" config:type="int">0</config:config-item>
<config:config-item config:name="PositionBottom" config:type="int">0</config:config-item>
<config:config-item config:name="ZoomType" config:type="short">0</config:config-item>
<config:config-item config:name="ZoomValue" config:type="int">100</config:config-item>
</config:config-item-map-entry>"""


@dataclass(frozen=True)
class About:
    """What is said of the document. `stamp` is the only time in the file."""

    title: str
    subject: str
    keywords: tuple[str, ...]
    description: str
    organisation: str
    stamp: datetime


def write_ods(sheets: Sequence[Sheet], about: About, file: Path) -> None:
    """Write a workbook of these sheets."""
    rows = [list(_rows(sheet)) for sheet in sheets]
    document = Document("spreadsheet")
    _leave_out(document)
    document.body.clear()
    for sheet in sheets:
        document.body.append(Element.from_tag(_sheet(sheet)))
    document.body.append(Element.from_tag(_ranges(sheets)))
    _set_styles(document, sheets, {height for of_sheet in rows for height, _ in of_sheet})
    document.set_part("settings.xml", _settings(sheets).encode())
    _describe(document, about)
    _save(document, ["".join(xml for _, xml in of_sheet) for of_sheet in rows], about.stamp, file)


def _leave_out(document: Document) -> None:
    for part in document.get_parts():
        if part.startswith(_NOT_WANTED):
            document.del_part(part)
    for path in document.manifest.get_paths():
        if path.startswith(_NOT_WANTED):
            document.manifest.del_full_path(path)


def _sheet(sheet: Sheet) -> str:
    """The XML of a sheet with one empty row, for which the rows are put in."""
    columns = sheet.table.columns if sheet.table else (SheetColumn("", None, sheet.width),)
    widths = (f'<table:table-column table:style-name="{width_style(column.width)}"/>' for column in columns)
    return (
        f'<table:table table:name={quoteattr(sheet.name)} table:style-name="sheet">'
        f"{''.join(widths)}{_EMPTY_ROW}</table:table>"
    )


def _rows(sheet: Sheet) -> Iterator[tuple[int, str]]:
    """The XML of the rows of a sheet from the top, each with its height in lines."""
    for said in sheet.lines:
        wrapped = sheet.table is None and said.line in (Line.PARAGRAPH, Line.LINK)
        height = lines_in(said.text, sheet.width) if wrapped else _HEIGHTS.get(said.line, 1)
        yield height, _row(height, (_text(said.text, said.line.value, said.link),))
    if sheet.table:
        yield _header(sheet.table)
        yield from _body(sheet.table)


def _header(table: SheetTable) -> tuple[int, str]:
    headings = (
        (column.heading, HEADING if column.decimals is None else FIGURES_HEADING) for column in table.columns
    )
    height = max(lines_in(column.heading, column.width) for column in table.columns)
    return height, _row(height, (_text(text, style) for text, style in headings))


def _body(table: SheetTable) -> Iterator[tuple[int, str]]:
    texts = [(number, column.width) for number, column in enumerate(table.columns) if column.decimals is None]
    decimals = [column.decimals for column in table.columns]
    for row in table.rows:
        height = max(_height(row[number], width) for number, width in texts)
        yield height, _row(height, map(_cell, row, decimals))


def _row(height: int, cells: Iterable[str]) -> str:
    return f'<table:table-row table:style-name="{row_style(height)}">{"".join(cells)}</table:table-row>'


@lru_cache(maxsize=1 << 16)
def _height(value: Value, width: float) -> int:
    return lines_in(value.text if isinstance(value, Link) else str(value), width)


@lru_cache(maxsize=1 << 16)
def _cell(value: Value, decimals: int | None) -> str:
    """The XML of a cell in a column of figures with so many decimals, or of texts."""
    if isinstance(value, Link):
        return _text(value.text, Line.LINK.value, value.target)
    if isinstance(value, str):
        return _text(value, TEXT if decimals is None else figures(decimals))
    number = int(value) if float(value).is_integer() else value
    return (
        f'<table:table-cell table:style-name="{figures(decimals or 0)}" office:value-type="float" '
        f'office:value="{number}"><text:p>{number:,.{decimals or 0}f}</text:p></table:table-cell>'
    )


def _text(text: str, style: str, link: str = "") -> str:
    """The XML of a cell that holds text, whatever the text begins with: a paragraph for each of its lines."""
    lines = escape(plain(text)).split("\n")
    paragraphs = "".join(f"<text:p>{_linked(line, link)}</text:p>" for line in lines)
    return (
        f'<table:table-cell table:style-name="{style}" office:value-type="string">{paragraphs}</table:table-cell>'
    )


def _linked(text: str, link: str) -> str:
    return f'<text:a xlink:type="simple" xlink:href={quoteattr(link)}>{text}</text:a>' if link else text


def _ranges(sheets: Sequence[Sheet]) -> str:
    """What marks the tables up: a named range each, its header included, without buttons to filter by."""
    each = (_range(sheet.name, len(sheet.lines) + 1, sheet.table) for sheet in sheets if sheet.table)
    return f"<table:database-ranges>{''.join(each)}</table:database-ranges>"


def _range(sheet: str, first: int, table: SheetTable) -> str:
    last = f"{get_column_letter(len(table.columns))}{first + len(table.rows)}"
    return (
        f"<table:database-range table:name={quoteattr(table.name)} "
        f'table:target-range-address="{sheet}.A{first}:{sheet}.{last}" table:contains-header="true" '
        'table:display-filter-buttons="false"/>'
    )


def _set_styles(document: Document, sheets: Sequence[Sheet], lines: set[int]) -> None:
    columns = [column for sheet in sheets if sheet.table for column in sheet.table.columns]
    widths = [*(column.width for column in columns), *(sheet.width for sheet in sheets if not sheet.table)]
    decimals = [column.decimals for column in columns if column.decimals is not None]
    document.set_part("styles.xml", common_styles(decimals).encode())
    for xml in (FONTS, sizes(widths, lines)):
        made = Element.from_tag(xml)
        old = document.content.get_element(f"//{made.tag}")
        if old is not None:
            old.clear()
            old.extend(made.children)


def _settings(sheets: Sequence[Sheet]) -> str:
    """How the sheets are shown: the first one, each from its first cell, at full size."""
    views = "".join(_VIEW.format(sheet=sheet.name) for sheet in sheets)
    return _SETTINGS.format(first=sheets[0].name, sheets=views)


def _describe(document: Document, about: About) -> None:
    meta = document.meta
    meta.strip(generator=GENERATOR, creation_date=about.stamp)
    meta.title, meta.subject, meta.language = about.title, about.subject, LANGUAGE
    meta.keyword = ", ".join(about.keywords)
    meta.initial_creator = meta.creator = about.organisation
    if about.description:
        meta.description = about.description


def _save(document: Document, rows: Sequence[str], stamp: datetime, file: Path) -> None:
    """Write the file with one date on every part of it: odfdo would put the time of saving there."""
    held = BytesIO()
    document.save(held)
    with ZipFile(held) as parts, ZipFile(file, "w") as packed:
        for name in parts.namelist():  # the type of the file comes first, and as it is
            part = ZipInfo(name, date_time=stamp.timetuple()[:6])
            part.create_system = 0  # otherwise Windows and Linux give different bytes
            part.compress_type = ZIP_STORED if name == MIMETYPE else ZIP_DEFLATED
            with packed.open(part, "w") as written:
                for piece in _with_rows(parts.read(name).replace(_VERSION, _OLDER), rows):
                    written.write(piece)


def _with_rows(part: bytes, rows: Sequence[str]) -> Iterator[bytes]:
    """A part of the file, each empty row replaced by the rows of its sheet; only the content has any."""
    first, *others = part.split(_EMPTY_ROW.encode())
    yield first
    for of_sheet, following in zip(rows, others, strict=False):
        yield of_sheet.encode()
        yield following
