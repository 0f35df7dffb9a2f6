"""A folder of published files as sheets, whatever their kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publish.disclosure.audit.reading.cells import DAMAGED, MOST_BYTES, TOO_LARGE, Unreadable
from publish.disclosure.audit.reading.csv_reader import read_csv
from publish.disclosure.audit.reading.ods_reader import read_ods
from publish.disclosure.audit.reading.page_reader import read_page
from publish.disclosure.audit.reading.sheet import Sheet
from publish.disclosure.audit.reading.xls_reader import read_xls
from publish.disclosure.audit.reading.xlsx_reader import read_xlsx
from publish.errors import InputRefused

WORTH_TELLING: Final = 4 << 20  # bytes: smaller files take no time
_OLD_OR_LOCKED: Final = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class ReadFolder:
    """What a folder holds: the sheets of all `files` in the order of their paths.

    Paths are below the folder, with `/`. `unread` are the files of a kind that holds tables but that could not be
    read, each with why, in words that follow its name.
    """

    sheets: tuple[Sheet, ...]
    files: tuple[str, ...]
    unread: tuple[tuple[str, str], ...]


def read_folder(folder: Path, tell: Callable[[str], None]) -> ReadFolder:
    """Read all published files of a folder and the folders below it, or of one file alone.

    XLSX, XLSM, XLS, ODS, CSV and HTML; files of other kinds are named only. `tell` is called as it begins, and with
    each large file. Raises InputRefused where there is no such folder, or nothing in it. Rule: disclosure
    specification, "The attacker".
    """
    paths = dict(sorted(_paths(folder)))
    tell(f"Reading {len(paths):,} published {'file' if len(paths) == 1 else 'files'}")
    sheets: list[Sheet] = []
    unread: list[tuple[str, str]] = []
    for name, path in paths.items():
        if path.suffix.lower() in _READERS:
            if path.stat().st_size >= WORTH_TELLING:
                tell(f"Reading {name}")
            try:
                sheets += _read(path, name)
            except Unreadable as why:
                unread.append((name, str(why)))
    return ReadFolder(tuple(sheets), tuple(paths), tuple(unread))


def _paths(folder: Path) -> Iterator[tuple[str, Path]]:
    if folder.is_file():
        return iter([(folder.name, folder)])
    if not folder.is_dir():
        raise InputRefused(
            "there is no such folder", where=str(folder), do="give the folder of the published files"
        )
    found = [(path.relative_to(folder).as_posix(), path) for path in folder.rglob("*") if path.is_file()]
    if not found:
        raise InputRefused("holds no files", where=str(folder), do="give the folder of the published files")
    return iter(found)


def _read(path: Path, name: str) -> list[Sheet]:
    """The sheets of a file. Raises Unreadable, whatever a damaged part makes its reader stumble over."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise Unreadable(TOO_LARGE)
        return list(_READERS[path.suffix.lower()](path, name))
    except Unreadable:
        raise
    except Exception as error:
        # There is no end to the kinds of error that damaged files bring about.
        raise Unreadable(DAMAGED) from error


def _read_workbook(path: Path, name: str) -> Iterator[Sheet]:
    """By what the file is: locked XLSX files look like XLS, and XLSX files are found under the older name."""
    with path.open("rb") as opened:
        old = opened.read(len(_OLD_OR_LOCKED)) == _OLD_OR_LOCKED
    return read_xls(path, name) if old else read_xlsx(path, name)


_READERS: Final[dict[str, Callable[[Path, str], Iterator[Sheet]]]] = {
    ".xlsx": _read_workbook,
    ".xlsm": _read_workbook,
    ".xls": _read_workbook,
    ".ods": read_ods,
    ".csv": read_csv,
    ".html": read_page,
    ".htm": read_page,
}
