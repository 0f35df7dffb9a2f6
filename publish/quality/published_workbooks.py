"""One published workbook of a provider table: what its title block says, and England's figures of the whole year.

The layout wanders from year to year: the header moves by a row or two, labels carry blanks, the year is headed
`Year` or `Year to date`, sheets and files have other names. So everything is found by its text, nothing by its
place: the title block by its labels, the header by the headings of its keys.
"""

import re
import warnings
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Final, TypeAlias

from openpyxl import load_workbook

from publish.edition import DRAFT_NOTICE, MADE_UP_NOTICE
from publish.period import FinancialYear
from publish.reference.vocabulary import cancer_groups, modalities, source_settings
from publish.tables.specification import ALL_SETTINGS, GP_DIRECT_ACCESS

BY_MODALITY: Final = ("1", "2", "3", "11")
BY_CANCER_GROUP: Final = ("4", "5", "6")
INTERVENTIONAL: Final = "12"
BY_SETTING: Final = "11"  # the one of them whose columns are source settings, not months
LAST_ROW: Final = 80  # the title block and England's block end long before
LAST_COLUMN: Final = 40
STATUSES: Final = ("Final", "Provisional")
_REGION, _NAME, _SETTING, _TOTAL = "region", "provider name", "source setting", "total"
_LABEL_HEADINGS: Final = ("modality", "test")
_ENGLAND: Final = "england"
_OURS, _BASIS = "DID", "provider"
_WHOLE, _SO_FAR = "year", "year to date"
_MONTHS: Final = tuple(month.short.casefold() for month in FinancialYear(2023).months)
_NAMES_OF_MONTHS: Final = tuple(month.name.casefold() for month in sorted(FinancialYear(2023).months))
_TITLE: Final = re.compile(r"table\s+(\d+)([a-z]?)\b", re.IGNORECASE)
_YEAR: Final = re.compile(r"(\d{4})\s*[/-]\s*(?:\d\d)?(\d\d)")
_DAY: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?\s+([A-Za-z]+)\s+(\d{4})")

Row: TypeAlias = tuple[object, ...]
Figures: TypeAlias = dict[tuple[str, str], float]  # by label and source setting, in our words


@dataclass(frozen=True)
class PublishedTable:
    """England's figures of a table and year, as one workbook has them.

    `day` is when it came out or was revised; `unknown` are labels of England that are none of ours; `made_up` says
    that its records are.
    """

    file: Path
    table: str
    year: FinancialYear
    status: str
    day: date
    figures: Figures
    unknown: tuple[str, ...] = ()
    made_up: bool = False


@dataclass(frozen=True)
class Workbook:
    """What a workbook holds: its tables, and in words what cannot be used; `known` where it has such a table."""

    tables: tuple[PublishedTable, ...] = ()
    reasons: tuple[str, ...] = ()
    known: bool = True


class NotUsed(Exception):
    """Why a sheet cannot be used, in words."""


def read_published(file: Path) -> Workbook:
    """The tables of a workbook: Tables 1 to 6, 11 and 12 on its visible sheets. Never raises for its content."""
    try:
        sheets = _visible_sheets(file)
    except Exception:  # whatever is damaged, openpyxl raises something else
        return Workbook(reasons=("cannot be read as a workbook: damaged, locked, or of another type",), known=False)
    blocks = [(rows, _title_block(rows)) for rows in sheets]
    if not any(_OURS in block.get("title", "") for _, block in blocks):
        return Workbook(reasons=("no visible sheet has the title block of a DID table",), known=False)
    return _workbook(file, [(rows, block) for rows, block in blocks if _is_compared(block)])


def _is_compared(block: dict[str, str]) -> bool:
    """Whether it is that of a table that is read, by provider: others of that number may go by region."""
    return _number(block) in _labels() and block.get("basis", _BASIS).casefold() == _BASIS


def _workbook(file: Path, sheets: list[tuple[list[Row], dict[str, str]]]) -> Workbook:
    tables: list[PublishedTable] = []
    reasons: list[str] = []
    for rows, block in sheets:
        try:
            tables.append(_table(file, rows, block, _number(block)))
        except NotUsed as reason:
            reasons.append(str(reason))
    reasons.extend(
        f"Table {table.table} has labels that are not known, left out here ({'; '.join(table.unknown)})"
        for table in tables
        if table.unknown
    )
    return Workbook(tuple(tables), tuple(reasons), known=bool(sheets))


def _visible_sheets(file: Path) -> list[list[Row]]:
    """The first rows of every sheet that is not hidden; of formulas their last results."""
    with file.open("rb") as content, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that nobody needs here
        sheets = load_workbook(content, read_only=True, data_only=True).worksheets
        return [
            list(sheet.iter_rows(max_row=LAST_ROW, max_col=LAST_COLUMN, values_only=True))
            for sheet in sheets
            if sheet.sheet_state == "visible"
        ]


def _text(cell: object) -> str:
    return " ".join(str(cell).split()) if cell is not None else ""


def _title_block(rows: Sequence[Row]) -> dict[str, str]:
    """What stands beside the labels of the title block, such as `Period:`; where one comes twice, the first."""
    block: dict[str, str] = {}
    for row in rows:
        texts = [text for text in map(_text, row) if text]
        if texts and texts[0].endswith(":"):
            block.setdefault(texts[0].rstrip(": ").casefold(), texts[1] if len(texts) > 1 else "")
    return block


def _number(block: dict[str, str]) -> str:
    """`1` of `Table 1 DID - ...`, `7a` of Table 7a; empty where the title is no such title."""
    found = _TITLE.match(block.get("title", ""))
    return f"{int(found[1])}{found[2].lower()}" if found else ""


@cache
def _labels() -> dict[str, dict[str, str]]:
    """The labels of each table that is read, by the label as it is compared."""
    by_modality = _by_text(each.modality for each in modalities() if each.in_provider_tables)
    by_group = _by_text(group.cancer_group for group in cancer_groups())
    interventional = _by_text(each.interventional_name for each in modalities() if each.interventional_name)
    found = dict.fromkeys(BY_MODALITY, by_modality) | dict.fromkeys(BY_CANCER_GROUP, by_group)
    return found | {INTERVENTIONAL: interventional}


def _by_text(texts: Iterable[str]) -> dict[str, str]:
    return {text.casefold(): text for text in texts}


@cache
def _settings(number: str) -> dict[str, str]:
    """The source settings of a table by the text as it is compared; for a table without them only nothing."""
    if number == BY_SETTING:
        return _by_text(each.table_name for each in source_settings()) | {_TOTAL: ALL_SETTINGS}
    return _by_text((ALL_SETTINGS, GP_DIRECT_ACCESS) if number in BY_CANCER_GROUP else ("",))


def _table(file: Path, rows: list[Row], block: dict[str, str], number: str) -> PublishedTable:
    year, status = _year(number, block), _status(number, block)
    notices = " ".join(_text(cell) for row in rows[:1] for cell in row)
    if DRAFT_NOTICE in notices:
        raise NotUsed(f"Table {number} is a draft, not published")
    header, england = _england(number, rows)
    figures = dict(_figures(number, header, england))
    if not figures:
        raise NotUsed(f"Table {number} holds no figure of England for the year under a label that is known")
    unknown, made_up = _unknown(number, header, england), MADE_UP_NOTICE in notices
    return PublishedTable(file, number, year, status, _day(block), figures, unknown, made_up)


def _unknown(number: str, header: tuple[str, ...], england: list[Row]) -> tuple[str, ...]:
    labels = (_text(row[_label_at(header)]) for row in england)
    return tuple(dict.fromkeys(label for label in labels if label.casefold() not in _labels()[number]))


def _label_at(header: tuple[str, ...]) -> int:
    return next(header.index(heading) for heading in _LABEL_HEADINGS if heading in header)


def _year(number: str, block: dict[str, str]) -> FinancialYear:
    found = _YEAR.fullmatch(block.get("period", ""))
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        raise NotUsed(f"the period of Table {number} is not a financial year such as 2021/22")
    return FinancialYear(int(found[1]))


def _status(number: str, block: dict[str, str]) -> str:
    given = block.get("status", "").casefold()
    for status in STATUSES:
        if given.startswith(status.casefold()):
            return status
    raise NotUsed(f"the status of Table {number} is neither Final nor Provisional")


def _day(block: dict[str, str]) -> date:
    """The day of publication, or of the revision where there was one; the earliest of all where neither is said."""
    return max(_as_day(block.get(label, "")) for label in ("published", "revised"))


def _as_day(text: str) -> date:
    found = _DAY.search(text)
    try:
        if found:
            return date(int(found[3]), _NAMES_OF_MONTHS.index(found[2].casefold()) + 1, int(found[1]))
        return datetime.fromisoformat(text).date()
    except ValueError:
        return date.min


def _england(number: str, rows: list[Row]) -> tuple[tuple[str, ...], list[Row]]:
    """The headings as they are compared, and the rows of England that stand right below them."""
    for place, row in enumerate(rows):
        header = tuple(_text(cell).casefold() for cell in row)
        if {_REGION, _NAME} <= set(header) and not set(header).isdisjoint(_LABEL_HEADINGS):
            return header, list(_of_england(rows[place + 1 :], header.index(_NAME)))
    raise NotUsed(f"Table {number} has no header with Region, Provider name, and Modality or Test")


def _of_england(rows: list[Row], name: int) -> Iterator[Row]:
    filled = (row for row in rows if any(map(_text, row)))
    return takewhile(lambda row: _text(row[name]).casefold() == _ENGLAND, filled)


def _figures(number: str, header: tuple[str, ...], england: list[Row]) -> Iterator[tuple[tuple[str, str], float]]:
    """The figures of the year, row by row from below: of rows with the same label the first counts."""
    values_at = _values_at(number, header, england)
    for row in reversed(england):
        label = _labels()[number].get(_text(row[_label_at(header)]).casefold())
        in_row = _text(row[header.index(_SETTING)]).casefold() if _SETTING in header else ""
        for heading, place in values_at.items():
            setting = _settings(number).get(heading if number == BY_SETTING else in_row)
            value = _figure(row[place])
            if label is not None and setting is not None and value is not None:
                yield (label, setting), value


def _values_at(number: str, header: tuple[str, ...], england: list[Row]) -> dict[str, int]:
    """The columns of the year: its only one, or one for each source setting."""
    if number == BY_SETTING:
        return {heading: header.index(heading) for heading in _settings(number) if heading in header}
    if _WHOLE in header:
        return {_WHOLE: header.index(_WHOLE)}
    if _SO_FAR not in header:
        raise NotUsed(f"Table {number} has no column Year or Year to date")
    if not all(month in header and _has_data(england, header.index(month)) for month in _MONTHS):
        raise NotUsed(f"Table {number} covers a part of its year only")
    return {_SO_FAR: header.index(_SO_FAR)}


def _has_data(rows: list[Row], place: int) -> bool:
    """Whether a row has something in the column: a figure, or `*` for one that is hidden."""
    return any(_text(row[place]) not in ("", ".", "-") for row in rows)


def _figure(cell: object) -> float | None:
    """The figure in a cell, also where it is kept as text (`1,250`); None for `*`, `.`, `-`, blank, or an error."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return float(cell)
    text = _text(cell).replace(",", "")
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else None
