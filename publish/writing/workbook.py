"""The published workbook of one table: its title page, its data sheet, and the file that holds them."""

from collections.abc import Sequence
from datetime import datetime, time
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl.workbook import Workbook
from openpyxl.writer.excel import ExcelWriter

from publish.disclosure.control import ProtectedTable
from publish.disclosure.policy import Policy
from publish.edition import Edition
from publish.tables.specification import TableSpec
from publish.writing.data_sheet import write_data_sheet
from publish.writing.title_page import write_title_page
from publish.writing.workbook_styles import add_styles

LANGUAGE: Final = "en-GB"


def write_workbook(
    table: ProtectedTable, edition: Edition, policy: Policy, issues: Sequence[str], file: Path
) -> None:
    """Write the published workbook of a protected table.

    `policy` fills in the threshold and the rounding base that the notes and the key name; `issues` are the
    provider issues for the title page, a sentence each. The same inputs give the same bytes.

    Rule: publication specification, Workbook style.
    """
    workbook = Workbook()
    add_styles(workbook)
    write_title_page(workbook.worksheets[0], table.spec, edition, issues)
    write_data_sheet(workbook.create_sheet(), table, edition, policy)
    _describe(workbook, table.spec, edition)
    workbook.calculation.fullCalcOnLoad = False  # nothing to work out, so closing it need not offer to save it
    _save(workbook, edition, file)


def _describe(workbook: Workbook, spec: TableSpec, edition: Edition) -> None:
    """Title, language and author of the document. The author is the organisation, never a person."""
    about, house = workbook.properties, edition.house
    about.title = f"{house.title}: {spec.name}, {edition.period.words}"
    about.subject = spec.summary
    about.keywords = f"diagnostic imaging, NHS, England, statistics, {edition.status.lower()}"
    about.description = " ".join(edition.notices) or None
    about.creator = about.lastModifiedBy = house.organisation
    about.language = LANGUAGE
    about.created = about.modified = _stamp(edition)


def _stamp(edition: Edition) -> datetime:
    """The only time in the file: the day of publication. The clock is never asked."""
    return datetime.combine(edition.published, time())


def _save(workbook: Workbook, edition: Edition, file: Path) -> None:
    """Write the file with the date of publication on every part of it.

    `Workbook.save` would stamp the time of saving on the document and on its parts, so its writer is called
    directly, into memory, and the parts are then packed with a date of our own.
    """
    held = BytesIO()
    ExcelWriter(workbook, ZipFile(held, "w")).save()
    with ZipFile(held) as parts, ZipFile(file, "w") as packed:
        for name in parts.namelist():
            part = ZipInfo(name, date_time=_stamp(edition).timetuple()[:6])
            part.create_system = 0  # otherwise Windows and Linux give different bytes
            packed.writestr(part, parts.read(name), compress_type=ZIP_DEFLATED)
