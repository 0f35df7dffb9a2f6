"""Reading a workbook, whatever its form, into the model that the points are tested on."""

from dataclasses import replace
from pathlib import Path

from publish.accessibility.book import Book
from publish.accessibility.ods_files import read_ods
from publish.accessibility.package import read_parts
from publish.accessibility.xlsx_files import read_xlsx


def read_book(file: Path) -> Book:
    """Read an XLSX or ODS file; its form is known by what is in it, not by its name.

    Raises InputRefused where the file is not there, is no workbook, is damaged, locked, or made to do harm.
    """
    form, parts = read_parts(file)
    book = read_ods(file, parts) if form == "ods" else read_xlsx(file, parts)
    others = (
        each.name for each in file.parent.iterdir() if each.suffix.lower() == ".ods" and each.name != file.name
    )
    return replace(book, companions=tuple(sorted(others)))
