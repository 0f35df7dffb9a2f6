"""Opening a workbook's file safely: what it is, and that nothing in it can harm the program that reads it."""

import re
import zlib
from pathlib import Path
from typing import Final, Literal
from zipfile import BadZipFile, ZipFile

from lxml import etree
from lxml.etree import _Element as Element  # pyright: ignore[reportPrivateUsage]
from openpyxl.utils.cell import range_boundaries

from publish.errors import InputRefused

MOST_BYTES: Final = 500_000_000  # of all parts together, unpacked
MOST_CELLS: Final = 2_000_000  # that a merged area or a link may cover, or a sheet repeat
_OLD_OR_LOCKED = b"\xd0\xcf\x11\xe0"
_ODS: Final = b"application/vnd.oasis.opendocument.spreadsheet"
_DECLARED = tuple("<!DOCTYPE".encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be"))
_COVERING = re.compile(rb'<(?:\w+:)?(?:mergeCell|hyperlink)\b[^>]*?\bref="([^"]{1,40})"')
SAVE_AGAIN: Final = "open it in a spreadsheet program, save it as XLSX or ODS, and check that file"

Parts = dict[str, bytes]


def read_parts(file: Path) -> tuple[Literal["xlsx", "ods"], Parts]:
    """The form of a workbook and its parts, unpacked.

    Raises InputRefused where the file is not there, is no workbook, is damaged, is locked with a password, or
    unpacks to more than `MOST_BYTES`; also where a part declares a document type, with which entities come that
    expand without end, and which no spreadsheet program writes.
    """
    try:
        with file.open("rb") as opened:
            beginning = opened.read(len(_OLD_OR_LOCKED))
    except OSError as error:
        raise InputRefused("cannot be read", where=str(file), do="check the path") from error
    if beginning == _OLD_OR_LOCKED:
        what = "is an old Excel file (.xls), or is locked with a password"
        raise InputRefused(what, where=str(file), do="save it as XLSX or ODS, without a password")
    parts = _unpacked(file)
    if any(declared in part for name, part in parts.items() if _is_xml(name) for declared in _DECLARED):
        raise InputRefused("declares a document type, as no workbook does", where=str(file), do=SAVE_AGAIN)
    return _form(parts, file), parts


def damaged(file: Path) -> InputRefused:
    """What to raise where the parts of a workbook cannot be made sense of."""
    return InputRefused("is damaged: it cannot be read as a workbook", where=str(file), do=SAVE_AGAIN)


def too_large(file: Path) -> InputRefused:
    """What to raise where reading a workbook would fill the memory."""
    return InputRefused("unpacks to more than a workbook can hold", where=str(file), do=SAVE_AGAIN)


def parsed(part: bytes) -> Element:
    """The root of an XML part. Raises etree.XMLSyntaxError where it is damaged."""
    return etree.fromstring(part, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))


def _unpacked(file: Path) -> Parts:
    try:
        with ZipFile(file) as zipped:
            if sum(part.file_size for part in zipped.infolist()) > MOST_BYTES:
                raise too_large(file)
            return {part.filename: zipped.read(part) for part in zipped.infolist() if not part.is_dir()}
    except BadZipFile as error:
        raise InputRefused("is not a workbook (XLSX or ODS)", where=str(file), do="give an XLSX or ODS") from error
    except (zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise damaged(file) from error


def _is_xml(name: str) -> bool:
    return name.endswith((".xml", ".rels", ".vml", ".rdf"))


def _form(parts: Parts, file: Path) -> Literal["xlsx", "ods"]:
    if parts.get("mimetype", b"").startswith(_ODS) and "content.xml" in parts:
        if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
            raise InputRefused("is locked with a password", where=str(file), do="save it without a password")
        return "ods"
    if "[Content_Types].xml" in parts and any(name.startswith("xl/") for name in parts):
        _refuse_vast_areas(parts, file)
        return "xlsx"
    raise InputRefused("is not a workbook (XLSX or ODS)", where=str(file), do="give an XLSX or ODS")


def _refuse_vast_areas(parts: Parts, file: Path) -> None:
    """Refuse merged areas and links of millions of cells: openpyxl makes every single one of them."""
    covered = 0
    for name, part in parts.items():
        for reference in _COVERING.findall(part) if name.startswith("xl/worksheets/") else ():
            covered += _cells_in(reference.decode("utf-8", "replace"))
    if covered > MOST_CELLS:
        raise too_large(file)


def _cells_in(reference: str) -> int:
    try:
        left, top, right, bottom = (edge or 0 for edge in range_boundaries(reference))
    except (ValueError, TypeError):
        return 0
    return (right - left + 1) * (bottom - top + 1) if left and right and top and bottom else MOST_CELLS + 1
