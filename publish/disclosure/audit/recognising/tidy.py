"""Tidy files: a row for each figure."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from publish.disclosure.audit.reading.sheet import Sheet, Value
from publish.disclosure.audit.recognising.columns import key_of, of_patients, with_both_others
from publish.disclosure.audit.recognising.context import OF_PATIENTS
from publish.disclosure.audit.recognising.figures import (
    HIDDEN_MARKS,
    NO_MONTHS,
    PATIENTS,
    Figure,
    Key,
    Kind,
    Months,
    Place,
    State,
    Table,
    state_of,
)
from publish.disclosure.audit.recognising.headings import (
    MONTHS,
    MOST_TEXTS,
    OTHER_SETTING,
    OTHER_SETTINGS,
    Selection,
    month_of,
    plain,
    select,
    setting_of,
)
from publish.disclosure.audit.recognising.rows import KEYS, OfRow, key_columns, label_of, place_of, sex_of

_NEEDED: Final = frozenset({"period", "value", "measure"})
_FIGURES: Final = ("value", "tests", "count", "activity", "number", "number_of_tests")
_PERIODS: Final = ("period", "month")
_OF_FIGURE: Final = frozenset({"measure", "period_type", "column_group", "column", "status", *_PERIODS, *_FIGURES})
# How this module calls the keys that other tables have under many headings.
_KEY_COLUMNS: Final = {
    "level": "level",
    "region": "region_code",
    "icb": "icb_code",
    "code": "org_code",
    "name": "provider_name",
    "label": "modality",
    "setting": "source_setting",
    "sex": "sex",
}


def is_tidy(sheet: Sheet) -> bool:
    """Whether a sheet has in its first row the columns of a tidy file, or of a long one: a period or a month, what
    the figures are of, and one column of figures, which are of tests.
    """
    if not sheet.rows:
        return False
    heads = [plain(cell) for cell in sheet.rows[0] if cell is not None]
    return {*heads} >= _NEEDED or _is_long([head.replace("_", " ") for head in heads])


def _is_long(heads: Sequence[str]) -> bool:
    figures = [head for head in heads if head.replace(" ", "_") in _FIGURES]
    others = (head for head in heads if head not in figures and head not in KEYS)
    if len(figures) != 1 or not any(head in _PERIODS for head in heads) or not any(head in KEYS for head in heads):
        return False
    return not any(select(head, of_days=True).read for head in others)


def read_tidy(sheet: Sheet) -> Table:
    """A table with a row for each figure, or several of them told apart by a column `table`.

    Rows of a file without measures that are of the same and differ are left out: what tells them apart is not read.
    """
    at = {plain(cell).replace(" ", "_"): place for place, cell in enumerate(sheet.rows[0])}
    measured = at.keys() >= _NEEDED
    if not measured:
        at = _with_keys(sheet.rows[0], at)
    numbers: dict[str, list[int]] = {}
    for number, row in enumerate(sheet.rows[1:], start=1):
        numbers.setdefault(_cell(row, at, "table"), []).append(number)
    figures: list[Figure] = []
    names: dict[Place, str] = {}
    for table, of_table in numbers.items():
        reader = _Tidy(sheet, at, table, of_table)
        figures += [figure for number in of_table if (figure := reader.figure(number)) is not None]
        names |= reader.names
    told = figures if measured else _told_apart(figures)
    not_read = ("rows that differ and are of the same",) if len(told) < len(figures) else ()
    return Table(sheet, told, names, of=100, not_read=not_read)


def _with_keys(heads: Sequence[Value], at: Mapping[str, int]) -> dict[str, int]:
    """The columns by name, those of keys also by the names that are read here."""
    keys = key_columns([None if cell is None else plain(cell).replace("_", " ") for cell in heads])
    return {**{_KEY_COLUMNS[key]: place for key, place in keys.items() if key in _KEY_COLUMNS}, **at}


def _told_apart(figures: Sequence[Figure]) -> list[Figure]:
    shown: dict[tuple[Key, Kind], set[tuple[State, float | None]]] = {}
    for figure in figures:
        shown.setdefault((figure.key, figure.kind), set()).add((figure.state, figure.value))
    return [figure for figure in figures if len(shown[figure.key, figure.kind]) == 1]


def _cell(row: Sequence[Value], at: Mapping[str, int], *names: str) -> str:
    """The words in the first of these columns that the file has."""
    for name in names:
        place = at.get(name)
        if place is not None:
            return "" if place >= len(row) or row[place] is None else str(row[place])
    return ""


class _Tidy:
    """Reads the figures of one tidy table. Where the file holds all tables, their published numbers tell them."""

    def __init__(self, sheet: Sheet, at: Mapping[str, int], table: str, numbers: Sequence[int]) -> None:
        self.sheet, self.at = sheet, at
        self.names: dict[Place, str] = {}
        file = plain(sheet.file.rsplit("/", 1)[-1]).replace("-", " ")
        self.interval = "report" if "report" in file or table in {"7b", "10", "13"} else "request"
        of_commissioners = "commissioner_code" in at or table in {"7a", "7b", "8"}
        self.basis = "commissioner" if of_commissioners else "provider"
        if "population" in at:
            self.basis = PATIENTS  # by the boards that patients belong to, not those of providers
        if "intervention" in file or table == "12":
            self.basis += ", interventional"
        words = {cell for number in numbers for cell in sheet.rows[number] if isinstance(cell, str)}
        self.both_others = "Other Health Care Provider" not in words
        self.of_patients = bool(OF_PATIENTS.search(file)) or "sex" in at
        self.of_row = [place for name, place in at.items() if name not in _OF_FIGURE]
        self.figures = next(at[name] for name in _FIGURES if name in at)
        self.rows: dict[tuple[Value, ...], OfRow] = {}
        self.columns = self._columns(numbers)

    def figure(self, number: int) -> Figure | None:
        """The figure of a row; None for rates and populations, which are not attacked."""
        row, at = self.sheet.rows[number], self.at
        kind = _kind(_cell(row, at, "measure"))
        if kind is None:
            return None
        place = self.figures
        state, value = state_of(row[place] if place < len(row) else None)
        if plain(_cell(row, at, "status")) in HIDDEN_MARKS:
            state, value = State.HIDDEN, None
        months = _period(_cell(row, at, *_PERIODS))
        key = key_of(self._of_row(row), self.columns[self._named(row)], months, self.interval)
        return Figure(number + 1, place + 1, kind, state, value, key)

    def _of_row(self, row: Sequence[Value]) -> OfRow:
        """What a row is of: read once for all figures of the same."""
        width = len(row)
        cells = tuple([row[place] if place < width else None for place in self.of_row])
        found = self.rows.get(cells)
        if found is None:
            found = self.rows[cells] = self._read(row)
        return found

    def _read(self, row: Sequence[Value]) -> OfRow:
        at = self.at
        words = {
            "level": _cell(row, at, "level"),
            "region": _cell(row, at, "region_code"),
            "icb": _cell(row, at, "icb_code"),
            "code": _cell(row, at, "org_code", "commissioner_code"),
            "name": _cell(row, at, "provider_name", "commissioner_name", "area_name", "org_name"),
        }
        setting = setting_of(_cell(row, at, "source_setting", "patient_source_setting"))
        if setting == OTHER_SETTING and self.both_others:
            setting = OTHER_SETTINGS
        place = place_of(words)
        self.names.setdefault(place, words["name"] or place[0])
        label = label_of(_cell(row, at, "modality", "test", "modality_or_test"))
        return OfRow(self.basis, label, place, setting, sex_of(_cell(row, at, "sex")))

    def _columns(self, numbers: Sequence[int]) -> dict[tuple[str, str], Selection]:
        """What each column of figures of the table selects, by its group and its heading."""
        names = dict.fromkeys(self._named(self.sheet.rows[number]) for number in numbers)
        chosen = {
            place: select(heading, group, of_days=not self.of_patients)
            for place, (group, heading) in enumerate(names)
        }
        if self.of_patients:
            chosen = of_patients(chosen, [heading for _, heading in names])
        elif self.both_others:
            chosen = with_both_others(chosen)
        return {name: chosen[place] if name[1] else Selection() for place, name in enumerate(names)}

    def _named(self, row: Sequence[Value]) -> tuple[str, str]:
        return _cell(row, self.at, "column_group"), _cell(row, self.at, "column")


@lru_cache(MOST_TEXTS)
def _kind(measure: str) -> Kind | None:
    words = plain(measure)
    if "per 1,000" in words or "population" in words:
        return None
    return Kind.MEDIAN if "median" in words else Kind.SHARE if "per cent" in words else Kind.COUNT


@lru_cache(MOST_TEXTS)
def _period(words: str) -> Months:
    """`2023-04` or `2023-04/2024-03`; `April 2023` or `Apr-23`."""
    if (named := month_of(plain(words))) and named[0] is not None:
        month = 12 * named[0] + named[1] - 1
        return month, month
    found = [(int(year), int(month)) for year, month in re.findall(r"(20\d\d)-(\d\d)", words)]
    if not found or any(not 1 <= month <= len(MONTHS) for _, month in found):
        return NO_MONTHS
    return 12 * found[0][0] + found[0][1] - 1, 12 * found[-1][0] + found[-1][1] - 1
