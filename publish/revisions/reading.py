"""Published workbooks as the tables in them.

openpyxl's reader of values is used: for these workbooks it takes half the time of the reader of the accessibility
points, which holds how every cell looks as well.
"""

import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Final

from openpyxl import load_workbook

from publish.accessibility.package import read_parts
from publish.errors import InputRefused
from publish.period import FinancialYear, Month
from publish.revisions.headings import Role, SheetRow, columns, figure_headings, header_at, roles, words
from publish.revisions.published_table import HIDDEN, Column, Level, PublishedTable, Row, Unit, Value

LAST_ROW: Final = 20_000  # a dozen times what the longest published table has
LAST_COLUMN: Final = 80
_NOTHING: Final = ("", ".", "-")  # how editions show that there is no data, or no code
_DAMAGED: Final = "is damaged: it cannot be read as a workbook"
_TITLE: Final = re.compile(r"(?:table\s+(\d+)\s*([a-z]?)\s+)?did\b\W*(.*)", re.IGNORECASE)
_YEAR: Final = re.compile(r"(\d{4})\s*[/-]\s*(?:\d\d)?(\d\d)\b")
_QUARTER: Final = re.compile(r"\b([A-Z][a-z]{2})\s*(?:-|to)\s*([A-Z][a-z]{2})\b")
_BOARDS: Final = ("icb code", "integrated care board code")  # headings of the codes in tables without providers
_MONTHS_OF_A_QUARTER: Final = 3
_FIGURE: Final = re.compile(r"-?\d+(\.\d+)?")


@dataclass(frozen=True)
class ReadWorkbook:
    """The tables of a workbook, and in words what of it is not understood."""

    file: str
    tables: tuple[PublishedTable, ...] = ()
    reasons: tuple[str, ...] = ()


def read_workbook(file: Path) -> ReadWorkbook:
    """The tables on the visible sheets of a workbook (XLSX). Never raises for its content."""
    try:
        form, _ = read_parts(file)
        sheets = _visible_sheets(file) if form == "xlsx" else {}
    except InputRefused as refused:
        return ReadWorkbook(file.name, (), (refused.what,))
    except Exception:  # whatever is damaged, openpyxl raises something else
        return ReadWorkbook(file.name, (), (_DAMAGED,))
    return _tables(file.name, sheets)


def _visible_sheets(file: Path) -> dict[str, list[SheetRow]]:
    """The rows of every sheet that is not hidden, of formulas their last results."""
    with file.open("rb") as content, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that nobody needs here
        sheets = load_workbook(content, read_only=True, data_only=True).worksheets
        return {
            sheet.title: list(sheet.iter_rows(max_row=LAST_ROW, max_col=LAST_COLUMN, values_only=True))
            for sheet in sheets
            if sheet.sheet_state == "visible"
        }


class NotUnderstood(Exception):
    """Why a sheet with the title block of a table cannot be compared, in words that follow its name."""


def _tables(file: str, sheets: Mapping[str, list[SheetRow]]) -> ReadWorkbook:
    tables: list[PublishedTable] = []
    reasons: list[str] = []
    for name, rows in sheets.items():
        block = _title_block(rows)
        if titled := _TITLE.match(block.get("title", "")):
            try:
                tables.append(_table(file, name, rows, block, titled))
            except NotUnderstood as why:
                reasons.append(f"sheet {name!r} {why}")
    if not tables and not reasons:
        reasons.append("no visible sheet has the title block of a DID table")
    return ReadWorkbook(file, tuple(tables), tuple(reasons))


def _title_block(rows: Sequence[SheetRow]) -> dict[str, str]:
    """What stands beside labels such as `Period:` above the header; where one comes twice, the first."""
    block: dict[str, str] = {}
    for row in rows[: header_at(rows)]:
        texts = [text for text in map(words, row) if text]
        if texts and texts[0].endswith(":"):
            block.setdefault(texts[0].rstrip(": ").casefold(), texts[1] if len(texts) > 1 else "")
    return block


def _table(
    file: str, sheet: str, rows: list[SheetRow], block: Mapping[str, str], titled: re.Match[str]
) -> PublishedTable:
    header = _Header.of(rows)
    period = block.get("period", "")
    year, quarter = _year(period), _quarter(period)
    body, held = _columns_and_rows(header, header.body(rows), year, block["title"])
    months = _covered(body, held)
    return PublishedTable(
        file=file,
        sheet=sheet,
        number=f"{int(titled[1])}{titled[2].lower()}" if titled[1] else "",
        quarter=f"Q{quarter + 1}" if quarter is not None else "",
        title=titled[3] or block["title"],
        basis=block.get("basis", ""),
        status=block.get("status", ""),
        published=_published(block),
        year=year,
        covers=_of_quarter(year, quarter) if months is None else months,
        header_row=header.at + 1,
        keys=tuple((role, words(rows[header.at][at])) for at, role in header.known.items()),
        columns=body,
        rows=held,
    )


def _published(block: Mapping[str, str]) -> str:
    """The day of publication, with that of the revision where there was one."""
    revised = block.get("revised", "")
    again = f", revised {revised}" if any(map(str.isdigit, revised)) else ""
    return block.get("published", "") + again


def _year(period: str) -> FinancialYear:
    found = _YEAR.search(period)
    if not found or (int(found[1]) + 1) % 100 != int(found[2]):
        raise NotUnderstood("names no financial year such as 2021/22 as its period")
    return FinancialYear(int(found[1]))


def _quarter(period: str) -> int | None:
    """Which quarter the period is, from 0, as `2023/24 Jul-Sep`; none where it is the year."""
    found = _QUARTER.search(period)
    months = [month.short for month in FinancialYear(2023).months]
    return months.index(found[1]) // _MONTHS_OF_A_QUARTER if found and found[1] in months else None


def _of_quarter(year: FinancialYear, quarter: int | None) -> tuple[Month, ...]:
    first = 0 if quarter is None else quarter * _MONTHS_OF_A_QUARTER
    return year.months if quarter is None else year.months[first : first + _MONTHS_OF_A_QUARTER]


def _covered(body: Sequence[Column], rows: Sequence[Row]) -> tuple[Month, ...] | None:
    """The months in whose columns a row has something; none where no column is for a month."""
    months = {at: column.month for at, column in enumerate(body) if column.month}
    if not months:
        return None
    return tuple(sorted(month for at, month in months.items() if any(row.values[at] is not None for row in rows)))


@dataclass(frozen=True)
class _Header:
    """A header: its row, from 0; by place what columns say of a row, and what the other ones are headed."""

    at: int
    known: Mapping[int, Role]
    headings: Mapping[int, str]
    of_boards: bool

    @classmethod
    def of(cls, rows: list[SheetRow]) -> "_Header":
        """That of a sheet. Raises NotUnderstood where there is none."""
        at = header_at(rows)
        if at is None:
            raise NotUnderstood("has no header with Modality or Test")
        of_boards = any(words(cell).casefold() in _BOARDS for cell in rows[at])
        return cls(at, roles(rows[at]), figure_headings(rows, at), of_boards)

    def body(self, rows: list[SheetRow]) -> list[tuple[int, SheetRow]]:
        """The rows of the table below the header, with their numbers."""
        below = enumerate(rows[self.at + 1 :], self.at + 2)
        return [(number, row) for number, row in below if _is_of_table(row, self.known, self.headings)]


def _columns_and_rows(
    header: _Header, body: Sequence[tuple[int, SheetRow]], year: FinancialYear, title: str
) -> tuple[tuple[Column, ...], tuple[Row, ...]]:
    """The columns of figures, and the rows. Columns of words alone tell rows apart as well."""
    values = {at: [_value(row[at]) for _, row in body] for at in header.headings}
    of_words = [at for at, column in values.items() if _is_of_words(column)]
    headings = {at: heading for at, heading in header.headings.items() if at not in of_words}
    if not headings or not body:
        raise NotUnderstood("has no rows of figures below its header")
    units = {at: _unit(title, heading, values[at]) for at, heading in headings.items()}
    by_row = zip(*(values[at] for at in headings), strict=True)
    rows = (_row(header, place, of_words, held) for place, held in zip(body, by_row, strict=True))
    return tuple(columns(headings, units, year)), tuple(rows)


def _is_of_table(row: SheetRow, known: Mapping[int, Role], figures: Mapping[int, str]) -> bool:
    """Whether a row below the header belongs to the table: notes and key have neither label nor figures."""
    told = {role for at, role in known.items() if words(row[at])}
    named = Role.LABEL in told and bool({Role.CODE, Role.NAME} & told)
    return named or (Role.LABEL in told and any(words(row[at]) for at in figures))


def _is_of_words(values: Sequence[Value]) -> bool:
    """Whether a column holds words other than `*` and errors such as `#N/A`, and no figure."""
    texts = [value for value in values if isinstance(value, str)]
    figures = any(isinstance(value, float) for value in values)
    return not figures and any(text != HIDDEN and not text.startswith("#") for text in texts)


def _unit(title: str, heading: str, values: Sequence[Value]) -> Unit:
    """What a column counts: by the title and the heading; shares by their values as well."""
    if "per 1,000" in heading:
        return Unit.PER_1000
    if "median" in title.casefold():
        return Unit.DAYS
    figures = [value for value in values if isinstance(value, float)]
    shares = any(value % 1 for value in figures) and max(figures) <= 1
    return Unit.PER_CENT if shares or "%" in heading or "percentage" in heading.casefold() else Unit.TESTS


def _row(header: _Header, place: tuple[int, SheetRow], of_words: Sequence[int], values: tuple[Value, ...]) -> Row:
    number, row = place
    told = {role: _told(row[at]) for at, role in header.known.items()}
    setting = ", ".join(filter(None, (told.get(Role.SETTING, ""), *(_told(row[at]) for at in of_words))))
    region, board, code, name = (told.get(role, "") for role in (Role.REGION, Role.BOARD, Role.CODE, Role.NAME))
    level = _level(told, header.of_boards)
    return Row(level, region, board, code, name, told[Role.LABEL], setting, number, values)


def _level(told: Mapping[Role, str], of_boards: bool) -> Level:
    """What a row is about, by what is told of it: a region or board is named, but has no code of its own."""
    if told.get(Role.NAME, "").casefold() in ("england", ""):
        return Level.ENGLAND
    if of_boards or (not told.get(Role.CODE) and (told.get(Role.REGION) or told.get(Role.BOARD))):
        return Level.AREA
    return Level.PLACE


def _told(cell: object) -> str:
    text = words(cell)
    return "" if text in _NOTHING else text


def _value(cell: object) -> Value:
    """The figure in a cell, also where it is kept as text (`1,250`); `*` and other words; none for no data."""
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and isfinite(cell):
        return float(cell)
    text = words(cell)
    if text in _NOTHING:
        return None
    plain = text.replace(",", "")
    return float(plain) if _FIGURE.fullmatch(plain) else text


def reasons_of(read: Sequence[ReadWorkbook]) -> Iterator[str]:
    """A sentence for each thing that is not understood, beginning with the file."""
    for workbook in read:
        yield from (f"{workbook.file}: {reason}." for reason in workbook.reasons)
