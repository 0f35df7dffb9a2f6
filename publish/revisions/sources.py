"""What is compared: a release of ours, a folder of published workbooks, or one workbook, as its tables."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from publish.accessibility.several import of_each
from publish.errors import InputRefused
from publish.folders import DRAFT, PUBLIC
from publish.period import in_words
from publish.revisions.published_table import PublishedTable
from publish.revisions.reading import ReadWorkbook, read_workbook, reasons_of

INSIDE: Final = ("", "tables")  # where workbooks lie in a folder: by themselves, or as in one of our releases
FORMS: Final = (".xlsx", ".xlsm")
WORTH_PROCESSES: Final = 1 << 20  # bytes: what takes longer to read than further processes take to start
LOCK: Final = "~$"  # what Excel puts beside a workbook while it is open
_WHAT_TO_DO: Final = "name a release, a folder of published workbooks (XLSX), or one of them"


@dataclass(frozen=True)
class Side:
    """One of the two editions: what it is called, its tables by what is the same in every edition, and remarks."""

    name: str
    tables: Mapping[tuple[str, str, str], PublishedTable]
    remarks: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """`2022/23 provisional, April 2022 to March 2023, published 20th July 2023`, of most of its tables."""
        (year, status, published), _ = Counter(
            (table.year, table.status.casefold(), table.published) for table in self.tables.values()
        ).most_common(1)[0]
        months = sorted({month for table in self.tables.values() if table.year == year for month in table.covers})
        said = (f"{year.label} {status}".strip(), in_words(tuple(months)) if months else "")
        return ", ".join(filter(None, (*said, f"published {published}" if published else "")))


def read_sides(old: Path, new: Path) -> tuple[Side, Side]:
    """The tables of both, several workbooks at once.

    Raises InputRefused where one of them is not there, or has no table of the Diagnostic Imaging Dataset.
    """
    files = [workbooks_of(old), workbooks_of(new)]
    read = _read([*files[0], *files[1]])
    return _side(old, read[: len(files[0])]), _side(new, read[len(files[0]) :])


def _read(files: Sequence[Path]) -> list[ReadWorkbook]:
    """Read the files, in several processes where that is quicker than to start them."""
    small = sum(file.stat().st_size for file in files) < WORTH_PROCESSES
    return [read_workbook(file) for file in files] if small else of_each(read_workbook, files)


def workbooks_of(named: Path) -> list[Path]:
    """The workbook itself; those in a folder; of a release those that are public or, before that, of its draft."""
    if named.is_file():
        return [named]
    if not named.is_dir():
        raise InputRefused("there is no such folder or workbook", where=str(named), do=_WHAT_TO_DO)
    folder = _published_part(named)
    try:
        files = [file for inside in INSIDE for file in _in_folder(folder / inside)]
    except OSError as error:
        raise InputRefused(
            f"cannot be opened ({error.strerror})", where=str(folder), do="check who may read it"
        ) from None
    if not files:
        raise InputRefused("holds no workbooks", where=str(folder), do=_WHAT_TO_DO)
    return files


def _published_part(named: Path) -> Path:
    """Of a release what is public, or its draft where nothing is public yet; any other folder as it is."""
    parts = [named / part for part in (PUBLIC, DRAFT)]
    return next((part for part in parts if part.is_dir() and any(part.iterdir())), named)


def _in_folder(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for file in sorted(folder.iterdir()):
            if file.suffix.lower() in FORMS and not file.name.startswith(LOCK) and file.is_file():
                yield file


def _side(named: Path, read: Sequence[ReadWorkbook]) -> Side:
    tables, remarks = _latest([table for workbook in read for table in workbook.tables])
    if not tables:
        raise InputRefused(
            "has no table that is understood as one of the Diagnostic Imaging Dataset",
            where=str(named),
            do=" ".join((_WHAT_TO_DO, *(f"({reason})" for reason in list(reasons_of(read))[:1]))),
        )
    return Side(named.resolve().name, tables, (*reasons_of(read), *remarks))


def _latest(
    found: Sequence[PublishedTable],
) -> tuple[dict[tuple[str, str, str], PublishedTable], list[str]]:
    """Each table once: of those that stand twice the one for the latest month, by name the last."""
    tables: dict[tuple[str, str, str], PublishedTable] = {}
    remarks: list[str] = []
    for table in sorted(found, key=lambda each: (each.year, each.covers[-1:], each.file)):
        if before := tables.get(table.identity):
            remarks.append(f"{before.file}: {before.name} is not compared: {table.file} has it too.")
        tables[table.identity] = table
    return dict(sorted(tables.items(), key=lambda each: each[1].order)), remarks
