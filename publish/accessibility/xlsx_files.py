"""XLSX files into the model of a workbook, read by openpyxl."""

import posixpath
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.styles.colors import COLOR_INDEX
from openpyxl.styles.numbers import is_date_format
from openpyxl.utils import range_boundaries

from publish.accessibility.book import Area, Book, Cell, Drawing, Kind, Look, Place, Sheet, Table
from publish.accessibility.package import Parts, damaged, parsed

Opened: TypeAlias = Any  # what openpyxl gives: it carries no complete types
_WORKBOOK: Final = "xl/workbook.xml"
_SHEETS: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ID: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_RELATIONS: Final = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_MAIN: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_THEME_ORDER: Final = (1, 0, 3, 2, 4, 5, 6, 7, 8, 9, 10, 11)  # light before dark, unlike in the theme's part
_CODES = re.compile(r'&(?:[A-Z]|\[[^\]]*\]|"[^"]*"|\d+|K[0-9A-Fa-f]{6})', re.I)
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_KINDS: Final[Mapping[str, Kind]] = {
    "s": "text",
    "inlineStr": "text",
    "str": "text",
    "n": "number",
    "d": "date",
}


def read_xlsx(file: Path, parts: Parts) -> Book:
    """Read a workbook. Raises InputRefused where it is damaged."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what openpyxl cannot write again, which nobody wants
            book: Any = load_workbook(BytesIO(file.read_bytes()), rich_text=True, keep_vba=False)
            return _book(book, file, parts)
    except Exception as error:
        # Whatever a damaged part makes openpyxl stumble over: there is no end to the kinds of error it raises.
        raise damaged(file) from error


def _book(book: Opened, file: Path, parts: Parts) -> Book:
    about, theme = book.properties, _theme(book.loaded_theme)
    looks: dict[int, Look] = {}
    return Book(
        file=file.name,
        form="xlsx",
        sheets=tuple(_sheet(sheet, parts, theme, looks) for sheet in book.worksheets),
        title=about.title or "",
        language=about.language or "",
        author=about.creator or "",
        keywords=about.keywords or "",
        active=book.active.title if book.active is not None else "",
        macros=any(name.endswith("vbaProject.bin") for name in parts),
    )


def _sheet(sheet: Opened, parts: Parts, theme: list[str], looks: dict[int, Look]) -> Sheet:
    columns = [(each, range(each.min or each.index, (each.max or 0) + 1)) for each in _columns(sheet)]
    return Sheet(
        name=sheet.title,
        cells=_cells(sheet, theme, looks),
        hidden=sheet.sheet_state != "visible",
        hidden_rows=tuple(sorted(row for row, each in sheet.row_dimensions.items() if each.hidden)),
        hidden_columns=tuple(number for each, span in columns if each.hidden for number in span),
        merged=tuple(sorted(_area(merged.coord) for merged in sheet.merged_cells.ranges)),
        widths={number: each.width for each, span in columns if each.customWidth for number in span},
        usual_width=sheet.sheet_format.defaultColWidth or 8.43,
        heights={row: each.height for row, each in sheet.row_dimensions.items() if each.height},
        marked=tuple(map(_table, sheet.tables.values())),
        filtered=bool(sheet.auto_filter.ref),
        panes=sheet.sheet_view.pane is not None,
        drawings=tuple(_drawings(sheet, parts)),
        page_texts=tuple(_page_texts(sheet)),
        zoom=int(sheet.sheet_view.zoomScale or 100),
        cursor=_cursor(sheet.sheet_view),
    )


def _columns(sheet: Opened) -> Iterator[Any]:
    for letter, each in sheet.column_dimensions.items():
        if not each.min:
            each.min = each.max = range_boundaries(f"{letter}1")[0]
        yield each


def _cells(sheet: Opened, theme: list[str], looks: dict[int, Look]) -> dict[Place, Cell]:
    """The cells that the file has, never the whole rectangle they span: it can be of billions."""
    cells: dict[Place, Cell] = {}
    for (row, column), cell in sheet._cells.items():
        number = cell.style_id
        look = looks.get(number) or looks.setdefault(number, _look(cell, theme))
        if cell.value is not None or look.fill or look.border:
            cells[Place(row, column)] = _cell(cell, look)
    return cells


def _cell(cell: Opened, look: Look) -> Cell:
    value, linked = cell.value, getattr(cell, "hyperlink", None)
    if value is None:
        return Cell(None, "other", look)
    if isinstance(value, CellRichText):
        look = _with_runs(look, value)
    kind: Kind = _KINDS.get(cell.data_type, "other")
    shown: Any = value if kind == "number" else str(value)
    target = _target(linked) if linked else None
    return Cell(shown, kind, look, cell.data_type == "f", target, str(value) if target else "")


def _with_runs(look: Look, text: CellRichText) -> Look:
    fonts = [run.font for run in text if isinstance(run, TextBlock)]
    return replace(
        look,
        raised=look.raised or any(font.vertAlign in ("superscript", "subscript") for font in fonts),
        italic=look.italic or any(bool(font.i) for font in fonts),
        underline=look.underline or any(font.u not in (None, "none") for font in fonts),
    )


def _target(linked: Opened) -> str:
    return linked.target or f"#{linked.location or ''}"


def _look(cell: Opened, theme: list[str]) -> Look:
    font, alignment, sides = cell.font, cell.alignment, cell.border
    code = cell.number_format or "General"
    plain = _LITERAL.sub("", code.split(";")[0])
    decimals = re.search(r"[0#?]\.([0#?]+)", plain)
    horizontal = alignment.horizontal or "general"
    return Look(
        font=font.name or "",
        size=font.sz or 11.0,
        bold=bool(font.b),
        italic=bool(font.i),
        underline=font.u not in (None, "none"),
        raised=font.vertAlign in ("superscript", "subscript"),
        rotated=bool(alignment.textRotation),
        colour=_colour(font.color, theme),
        fill=_fill(cell.fill, theme),
        border=any(side is not None and side.style for side in (sides.left, sides.right, sides.top, sides.bottom)),
        horizontal=horizontal if horizontal in ("general", "left", "right") else "other",
        indented=bool(alignment.indent),
        wrapped=bool(alignment.wrap_text),
        decimals=len(decimals[1]) if decimals else None if plain in ("General", "", "@") else 0,
        thousands="," in plain,
        date_format=code if is_date_format(code) else "",
    )


def _fill(fill: Opened, theme: list[str]) -> str | None:
    if getattr(fill, "fill_type", None) is None:
        return None
    return _colour(getattr(fill, "fgColor", None), theme) or "FFFFFF"


def _colour(colour: Opened, theme: list[str]) -> str | None:
    """A colour as RRGGBB; nothing where it is the automatic one, or black, which is the same on paper."""
    if colour is None:
        return None
    found: str | None = None
    if colour.type == "rgb" and isinstance(colour.rgb, str):
        found = colour.rgb[-6:]
    elif colour.type == "theme" and colour.theme is not None and colour.theme < len(theme):
        found = _tinted(theme[colour.theme], colour.tint or 0.0)
    elif colour.type == "indexed" and colour.indexed is not None and colour.indexed < len(COLOR_INDEX) - 2:
        found = COLOR_INDEX[colour.indexed][-6:]
    return None if found in (None, "000000") else found.upper()


def _tinted(colour: str, tint: float) -> str:
    """Lighter (tint above 0) or darker, as Excel shows it near enough for contrast."""
    parts = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
    shades = (part * (1 + tint) if tint < 0 else part + (255 - part) * tint for part in parts)
    return "".join(f"{round(shade):02X}" for shade in shades)


def _theme(theme: bytes | None) -> list[str]:
    if not theme:
        return []
    scheme = parsed(theme).find(f".//{_MAIN}clrScheme")
    found = [child for colour in (scheme if scheme is not None else ()) for child in colour]
    colours = [str(child.get("lastClr") or child.get("val") or "000000") for child in found]
    return [colours[at] for at in _THEME_ORDER] if len(colours) >= len(_THEME_ORDER) else []


def _table(table: Opened) -> Table:
    names = tuple(_unescaped(column.name or "") for column in table.tableColumns)
    buttons = table.autoFilter is not None and not _all_buttons_hidden(table.autoFilter, len(names))
    return Table(table.displayName, _area(table.ref), True, table.headerRowCount != 0, names, buttons)


def _all_buttons_hidden(filters: Opened, columns: int) -> bool:
    return columns > 0 and sum(bool(each.hiddenButton) for each in filters.filterColumn) >= columns


def _unescaped(name: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda code: chr(int(code[1], 16)), name)


def _area(reference: str) -> Area:
    left, top, right, bottom = range_boundaries(reference)
    return Area(int(top or 1), int(left or 1), int(bottom or top or 1), int(right or left or 1))


def _page_texts(sheet: Opened) -> Iterator[str]:
    for name in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
        for part in ("left", "center", "right"):
            text = getattr(getattr(sheet, name), part).text or ""
            yield from filter(None, [_CODES.sub("", text).strip()])


def _cursor(view: Opened) -> str:
    """The active cell; the cell in the corner where the sheet is scrolled away from its beginning."""
    pane = view.pane.activePane if view.pane is not None else None
    of_pane = [each for each in view.selection if each.pane == pane] or list(view.selection)
    active = (of_pane[0].activeCell if of_pane else None) or "A1"
    return view.topLeftCell if active == "A1" and view.topLeftCell else active


def _drawings(sheet: Opened, parts: Parts) -> Iterator[Drawing]:
    for relation in _related(_part_of(sheet, parts), parts).values():
        if relation.startswith("xl/drawings/") and relation.endswith(".xml") and relation in parts:
            for anchor in parsed(parts[relation]):
                yield from _anchored(anchor)


def _part_of(sheet: Opened, parts: Parts) -> str:
    """The part that holds a sheet, found by what the workbook's part calls it."""
    listed = parsed(parts[_WORKBOOK]).iter(f"{_SHEETS}sheet") if _WORKBOOK in parts else ()
    known = next((str(each.get(_ID)) for each in listed if each.get("name") == sheet.title), "")
    return _related(_WORKBOOK, parts).get(known, "")


def _related(part: str, parts: Parts) -> dict[str, str]:
    """The parts that a part refers to, by the number it gives them."""
    folder, name = posixpath.split(part)
    held = parts.get(f"{folder}/_rels/{name}.rels")
    return {
        str(relation.get("Id")): posixpath.normpath(
            posixpath.join("/", folder, str(relation.get("Target")))
        ).lstrip("/")
        for relation in (parsed(held).iter(_RELATIONS) if held else ())
    }


def _anchored(anchor: Element) -> Iterator[Drawing]:
    place = Place(_number(anchor, "row") + 1, _number(anchor, "col") + 1)
    kinds: tuple[tuple[str, Literal["image", "chart", "text box"]], ...] = (
        ("pic", "image"),
        ("graphicFrame", "chart"),
        ("sp", "text box"),
    )
    for tag, kind in kinds:
        for drawn in anchor.iter(f"{_DRAWING}{tag}"):
            about = drawn.find(f".//{_DRAWING}cNvPr")
            yield Drawing(kind, place, str(about.get("descr") or "") if about is not None else "")


def _number(anchor: Element, name: str) -> int:
    found = anchor.find(f"{_DRAWING}from/{_DRAWING}{name}")
    return int(found.text or 0) if found is not None else 0
