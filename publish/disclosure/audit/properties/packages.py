"""What files hold besides their cells and words (route METADATA)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from publish.disclosure.audit.finding import Finding, Route
from publish.disclosure.audit.properties.documents import document_finds
from publish.disclosure.audit.properties.excel_parts import Told, excel_tells
from publish.disclosure.audit.properties.old_parts import old_finds
from publish.disclosure.audit.properties.open_parts import open_tells
from publish.disclosure.audit.properties.package_parts import Parts
from publish.disclosure.audit.properties.page_source import json_finds, page_finds
from publish.disclosure.audit.properties.pictures import picture_finds
from publish.disclosure.audit.properties.unseen_cells import sheet_findings, visible_numbers
from publish.disclosure.audit.reading.ods_reader import read_ods
from publish.disclosure.audit.reading.sheet import Sheet
from publish.disclosure.audit.reading.xls_reader import read_xls
from publish.disclosure.audit.reading.xlsx_reader import read_xlsx

_ZIPPED: Final = (".xlsx", ".xlsm", ".docx", ".pptx", ".xls")
_OPEN: Final = (".ods", ".odt")
_BOOKS: Final = (".xlsx", ".xlsm", ".xls")
_OLD: Final = b"\xd0\xcf\x11\xe0"  # how files of older Office programs begin, whatever they are called
_FINDS: Final[dict[str, Callable[[bytes], list[str]]]] = {
    ".pdf": document_finds,
    ".html": page_finds,
    ".htm": page_finds,
    ".json": json_finds,
    ".svg": picture_finds,
    ".png": picture_finds,
    ".jpg": picture_finds,
    ".jpeg": picture_finds,
}


def package_findings(path: Path, file: str, sheets: Sequence[Sheet] | None = None) -> list[Finding]:
    """What one file gives away besides what it shows (route METADATA); `file` is the path to name in findings.

    Names of people as authors, editors or commenters (people.py says what a person's name is; organisations, teams
    and programs are none), comments, hidden sheets, rows and columns, digits that a format does not show, names,
    links and data left over, data of charts that no visible cell holds, attached files, paths, and what pictures
    and pages keep in their source. `low` and `high` are None. `sheets` are those of a workbook where they were read
    before. What is damaged gives no finding, and no error. Rule: disclosure specification, route 6.
    """
    suffix = path.suffix.lower()
    if suffix in _FINDS:
        return [_finding(file, ("", 0, "", detail)) for detail in _FINDS[suffix](_content(path))]
    held = _sheets(path, file) if sheets is None else sheets
    return [*sheet_findings(held), *(_finding(file, each) for each in _told(path, held))]


def _finding(file: str, told: Told) -> Finding:
    sheet, row, column, detail = told
    return Finding(file, sheet, row, column, Route.METADATA, None, None, detail)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _is_old(path: Path) -> bool:
    try:
        with path.open("rb") as opened:
            return opened.read(len(_OLD)) == _OLD
    except OSError:
        return False


def _sheets(path: Path, file: str) -> Sequence[Sheet]:
    """The sheets of a workbook; none where it is no workbook, or cannot be read (its reader reports that)."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".ods":
            return tuple(read_ods(path, file))
        if suffix in _BOOKS:
            return tuple((read_xls if _is_old(path) else read_xlsx)(path, file))
    except Exception:  # there is no end to the kinds of error that damaged files bring about
        return ()
    return ()


def _told(path: Path, sheets: Sequence[Sheet]) -> list[Told]:
    suffix = path.suffix.lower()
    if suffix in _ZIPPED and _is_old(path):
        return [("", 0, "", detail) for detail in old_finds(_content(path))]
    parts = Parts.of(path) if suffix in (*_ZIPPED, *_OPEN) else None
    if parts is None:
        return []
    return list(open_tells(parts) if suffix in _OPEN else excel_tells(parts, lambda: visible_numbers(sheets)))
