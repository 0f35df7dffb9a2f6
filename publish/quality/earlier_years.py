"""England's figures of earlier years, from folders of published workbooks: NHS England's or our own."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import polars as pl

from publish.errors import UsageError
from publish.period import FinancialYear
from publish.quality.published_workbooks import STATUSES, PublishedTable, read_published

INSIDE: Final = ("", "tables")  # where workbooks lie in a folder: by themselves, or as in one of our releases
LOCK: Final = "~$"  # what Excel puts beside a workbook while it is open
SCHEMA: Final = {
    **dict.fromkeys(("year", "table", "label", "setting"), pl.String),
    "value": pl.Float64,
    "status": pl.String,
}

Remark: TypeAlias = tuple[Path, str]  # a workbook, and why it or a part of it is not used


@dataclass(frozen=True)
class EarlierYears:
    """England's figures of whole years that are published, and what of the folders could not be used.

    Columns of `figures`: year (`2021/22`), table (`1` to `6`, `11`, `12`), label (as in the catalogue), setting
    (empty; `All`, `GP Direct Access`; for Table 11 its column, `All` for the total), value (tests, or a median in
    days, as published), status (`Final`, `Provisional`). Sorted by year, table, label and setting. A cell without a
    figure has no row.
    """

    figures: pl.DataFrame
    remarks: tuple[str, ...] = ()


def read_earlier_years(folders: Sequence[Path], before: FinancialYear, *, made_up: bool = False) -> EarlierYears:
    """The figures of the years before that one in the workbooks of the folders (or of `tables` in them).

    Those of made-up records are used only where the release is of such records too (`made_up`).

    Of the same table and year a final workbook goes before a provisional one, then the later publication or
    revision, then the folder named first. Raises UsageError where a folder is not there, or holds no workbook of
    these tables. A workbook that cannot be used is remarked on.
    """
    tables: list[PublishedTable] = []
    remarks: list[Remark] = []
    for folder in folders:
        for table, remark in _in_folder(folder):
            tables.extend(table)
            remarks.extend(remark)
    remarks.extend((table.file, "is of made-up records") for table in tables if table.made_up and not made_up)
    tables = [table for table in tables if made_up or not table.made_up]
    earlier = [table for table in tables if table.year < before]
    remarks.extend((table.file, _not_before(table, before)) for table in tables if table.year >= before)
    chosen, contradictions = _chosen(earlier)
    return EarlierYears(_figures(chosen), (*_told(remarks), *contradictions))


def _in_folder(folder: Path) -> Iterator[tuple[Sequence[PublishedTable], Sequence[Remark]]]:
    workbooks = {file: read_published(file) for file in _files(folder)}
    if not any(workbook.known for workbook in workbooks.values()):
        raise UsageError(
            f"{str(folder)!r} holds no published workbook of Tables 1 to 6, 11 or 12",
            where="--previous",
            do="name the folder in which the workbooks of an earlier release lie, unpacked",
        )
    for file, workbook in workbooks.items():
        yield workbook.tables, [(file, reason) for reason in workbook.reasons]


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(
            f"there is no folder {str(folder)!r}", where="--previous", do="check the name of the folder"
        )
    try:
        places = [folder / inside for inside in INSIDE if (folder / inside).is_dir()]
        files = [file for place in places for file in sorted(place.iterdir())]
    except OSError as error:
        raise UsageError(
            f"the folder {str(folder)!r} cannot be opened ({error.strerror})",
            where="--previous",
            do="check who may read it",
        ) from None
    return [file for file in files if file.suffix.lower() == ".xlsx" and not file.name.startswith(LOCK)]


def _not_before(table: PublishedTable, before: FinancialYear) -> str:
    return f"is of {table.year.label}, and only years before {before.label} are compared with"


def _told(remarks: Iterable[Remark]) -> Iterator[str]:
    """A sentence for each folder and reason, with the workbooks it is true of."""
    together: dict[tuple[Path, str], list[str]] = {}
    for file, reason in remarks:
        names = together.setdefault((file.parent, reason), [])
        names.extend([file.name] if file.name not in names else [])
    for (folder, reason), names in together.items():
        yield f"{folder}: {', '.join(names)}: {reason}."


def _chosen(tables: Sequence[PublishedTable]) -> tuple[list[PublishedTable], list[str]]:
    """The best workbook of each table and year; and a sentence for each that contradicts it."""
    best: dict[tuple[FinancialYear, str], PublishedTable] = {}
    for table in sorted(tables, key=_rank):
        best.setdefault((table.year, table.table), table)
    contradictions = [
        _contradiction(table, best[table.year, table.table])
        for table in tables
        if _contradict(table, best[table.year, table.table])
    ]
    return list(best.values()), list(dict.fromkeys(contradictions))


def _rank(table: PublishedTable) -> tuple[int, int]:
    return STATUSES.index(table.status), -table.day.toordinal()


def _contradict(one: PublishedTable, other: PublishedTable) -> bool:
    """Whether they differ, though both are final or both provisional."""
    return one.status == other.status and one.figures != other.figures


def _contradiction(left: PublishedTable, taken: PublishedTable) -> str:
    keys = {*left.figures, *taken.figures}
    differ = sum(left.figures.get(key) != taken.figures.get(key) for key in keys)
    return (
        f"{left.file} and {taken.file}: Table {taken.table} of {taken.year.label}, {taken.status.lower()} in both, "
        f"differs in {differ} of {len(keys)} figures of England. Those of the second are used."
    )


def _figures(tables: Iterable[PublishedTable]) -> pl.DataFrame:
    rows = [
        (table.year.label, table.table, label, setting, value, table.status)
        for table in tables
        for (label, setting), value in table.figures.items()
    ]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return frame.sort("year", pl.col("table").cast(pl.Int64), "label", "setting")
