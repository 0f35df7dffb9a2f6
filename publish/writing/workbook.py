"""A published workbook: its title page, a data sheet for each of its tables, and the file that holds them."""

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.writing.content import ProtectedWorkbook, ReleaseTables
from publish.writing.data_sheet import write_data_sheet
from publish.writing.fillings import Fillings
from publish.writing.sheet_rows import Rows, number_styles
from publish.writing.title_page import Front, write_title_page
from publish.writing.workbook_styles import add_styles

LANGUAGE: Final = "en-GB"


def write_workbook(workbook: ProtectedWorkbook, tables: ReleaseTables, edition: Edition, file: Path) -> None:
    """Write one workbook of a release: its title page, then a sheet for each of its tables.

    `tables` are those of the whole release: the title page lists its workbooks and provider issues, and the policy
    fills in the threshold and the rounding base that notes and key name. The same inputs give the same bytes.

    Rule: publication specification, Workbook style.
    """
    book, policy = Workbook(), tables.policy
    add_styles(book, policy.percentage_decimals)
    write_title_page(book.worksheets[0], Front(workbook, tables, edition))
    number_styles(book.worksheets[0])
    rows = [write_data_sheet(book.create_sheet(), table, edition, tables) for table in workbook.tables]
    _describe(book, workbook, edition, policy)
    book.calculation.fullCalcOnLoad = False  # nothing to work out, so closing it need not offer to save it
    _save(book, rows, edition, file)


def _describe(book: Workbook, workbook: ProtectedWorkbook, edition: Edition, policy: Policy) -> None:
    """Title, language and author of the document. The author is the organisation, never a person."""
    about, house = book.properties, edition.house
    first = workbook.tables[0]
    about.title = f"{house.title}: {workbook.spec.name}, {edition.period.words}"
    about.subject = Fillings(first, edition, policy)(
        first.spec.summary if len(workbook.tables) == 1 else workbook.spec.title
    )
    about.keywords = f"diagnostic imaging, NHS, England, statistics, {edition.status.lower()}"
    about.description = " ".join(edition.notices) or None
    about.creator = about.lastModifiedBy = house.organisation
    about.language = LANGUAGE
    about.created = about.modified = _stamp(edition)


def _stamp(edition: Edition) -> datetime:
    """The only time in the file: the day of publication. The clock is never asked."""
    return datetime.combine(edition.published, time())


def _save(workbook: Workbook, rows: Sequence[Rows], edition: Edition, file: Path) -> None:
    """Write the file with the date of publication on every part of it.

    `Workbook.save` would stamp the time of saving on the document and on its parts, so its writer is called
    directly, into memory, and the parts are then packed with a date of our own, and with the rows of data sheets.
    """
    held = BytesIO()
    ExcelWriter(workbook, ZipFile(held, "w")).save()
    sheets: list[Any] = workbook.worksheets[1:]  # the first is the title page
    of_part = {sheet.path.removeprefix("/"): of_sheet for sheet, of_sheet in zip(sheets, rows, strict=True)}
    with ZipFile(held) as parts, ZipFile(file, "w") as packed:
        for name in parts.namelist():
            part = ZipInfo(name, date_time=_stamp(edition).timetuple()[:6])
            part.create_system = 0  # otherwise Windows and Linux give different bytes
            content = parts.read(name)
            written = of_part[name].put_into(content) if name in of_part else content
            packed.writestr(part, written, compress_type=ZIP_DEFLATED)
