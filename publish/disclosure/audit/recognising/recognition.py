"""From sheets to tables: which cells are figures, and of what each is the figure.

Nothing is told by a table's number or by where it stands: headings, labels and the words above them say what is
counted. So tables of other years, with other header rows and other marks for no data, are read the same way.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from itertools import pairwise
from typing import Final, NamedTuple

from publish.disclosure.audit.reading.sheet import Sheet, Value
from publish.disclosure.audit.recognising.headings import (
    ALL_DAYS,
    EVERY,
    EVERY_SETTING,
    MONTHS,
    NOT_ADMITTED,
    OTHER_SETTING,
    OTHER_SETTINGS,
    OUTPATIENTS_AND_GPS,
    UNKNOWN_DAYS,
    YEAR_SO_FAR,
    Selection,
    plain,
    select,
    setting_of,
)

Months = tuple[int, int]  # the first and the last month of a period, counted from year 0; (0, 0) where not known
NO_MONTHS: Final = (0, 0)
ENGLAND: Final = ("England", "", "")


class Key(NamedTuple):
    """What a figure is of: equal keys, equal numbers.

    `place` is its level, region code and own code; `setting` codes joined by `+`, `days` the interval
    (`request` or `report`) with its days, `sex` and `band` what is said of patients; each empty where not divided.
    """

    basis: str
    label: str
    place: tuple[str, str, str]
    setting: str
    months: Months
    days: tuple[object, ...]
    sex: str
    band: str


class State(IntEnum):
    """What a cell shows."""

    SHOWN = 0
    HIDDEN = 1
    EMPTY = 2


class Kind(IntEnum):
    """What a figure is: a count of tests, a median of days, a share of a count."""

    COUNT = 0
    MEDIAN = 1
    SHARE = 2


class Figure(NamedTuple):
    """One cell with a figure. `value` is null unless it is shown."""

    row: int
    column: int
    kind: Kind
    state: State
    value: float | None
    key: Key


@dataclass(frozen=True)
class Table:
    """One recognised table: its sheet, its figures in reading order, the names of its places by `Key.place`.

    `of` is what its shares are of: 1 where they are stored as fractions, 100 as per cent. `not_read` are headings
    of columns with numbers that were not understood.
    """

    sheet: Sheet
    figures: Sequence[Figure]
    names: Mapping[tuple[str, str, str], str]
    of: int = 1
    not_read: tuple[str, ...] = ()


HIDDEN_MARKS: Final = frozenset({"*", "[c]", "c", "suppressed", "<3", "<5", "<6", "<7", "<10", "≤5", "x*"})
EMPTY_MARKS: Final = frozenset({".", "-", "", "[x]", "[z]", ":", "..", "n/a", "z", "no data", "–"})
LOW_MARK: Final = "[low]"
_KEY_HEADINGS: Final = {
    "level": ("geography type", "level", "geography"),
    "region": ("region", "region code"),
    "icb": ("icb", "icb code", "integrated care board code"),
    "code": (
        *("org code", "organisation code", "provider code", "code", "trust code", "ccg code", "pct code"),
        *("sub-icb location code", "sub-icb code", "commissioner code", "organisation"),
    ),
    "name": (
        *("provider name", "provider", "trust name", "ccg name", "sub-icb location name", "commissioner name"),
        *("name", "area", "area name", "org name", "organisation name", "pct name", "ccg", "sub-icb name"),
    ),
    "label": ("modality", "test", "body site", "bodysite", "test group", "imaging test"),
    "setting": ("source setting", "patient source setting", "setting", "patient source"),
    "sex": ("sex", "gender"),
    "other": (
        *("region name", "network", "imaging network", "ons code", "population", "report turnaround time band"),
        *("period_type", "measure", "status"),
    ),
}
_KEYS: Final = {heading: key for key, headings in _KEY_HEADINGS.items() for heading in headings}
_OF_COMMISSIONERS: Final = re.compile(r"\b(ccg|pct|sub-icb|commissioner)")
_FINANCIAL_YEAR: Final = re.compile(r"(20\d\d) ?[/_-] ?(?:20)?(\d\d)(?![\d-])")
_QUARTER: Final = re.compile(r"\b(apr|jul|oct|jan)[a-z]*[ _]*(?:-|to|–)[ _]*(jun|sep|dec|mar)[a-z]*\b|\bq([1-4])\b")
_OF_PATIENTS: Final = re.compile(r"\b(age|sex|ethnic|deprivation|decile)\b")
_COUNT_GROUPS: Final = frozenset({"count", "percentage", "per cent"})
ROWS_OF_GROUPS: Final = 3  # above the header, where words over several columns stand


def recognise(sheet: Sheet) -> list[Table]:
    """The tables of a sheet: none where it holds words alone."""
    if sheet.rows and {"period", "value", "measure"} <= {plain(cell) for cell in sheet.rows[0] if cell is not None}:
        return [_tidy(sheet)]
    headers = [place for place, row in enumerate(sheet.rows) if _is_header(row)]
    ends = [*headers[1:], len(sheet.rows)][: len(headers)]
    tables = [_wide(sheet, header, end) for header, end in zip(headers, ends, strict=True)]
    return [table for table in tables if table.figures]


def _is_header(row: Sequence[Value]) -> bool:
    """Whether a row names key columns and at least two columns of figures."""
    words = [cell for cell in row if isinstance(cell, str | int) and str(cell).strip()]
    if len(words) < 3 or not any(plain(word) in _KEYS for word in words[:8]):
        return False
    return sum(plain(word) not in _KEYS and select(str(word)).read for word in words) >= 2


@dataclass(frozen=True)
class _Context:
    """What the words above a table, and the names of its sheet and file, say of all its figures."""

    median: bool
    interval: str
    interventional: bool
    year: int  # in which the financial year begins; 0 where nothing says it
    quarter: int  # 0 to 3; -1 for none
    of_patients: bool
    turnaround: bool

    def months(self, chosen: Selection, latest: Months) -> Months:
        """The months of a column: its own, those so far, the quarter, or the whole year."""
        if chosen.month not in (None, YEAR_SO_FAR):
            month = self._month(chosen.month, chosen.year)
            return month, month
        if chosen.month == YEAR_SO_FAR and latest != NO_MONTHS:
            return latest
        start = 12 * self.year + 3
        if self.quarter >= 0:
            return start + 3 * self.quarter, start + 3 * self.quarter + 2
        return (start, start + 11) if self.year else NO_MONTHS

    def _month(self, month: int, year: int | None) -> int:
        if year is None:
            year = self.year + (month < 4) if self.year else 0
        return 12 * year + month - 1


def _context(sheet: Sheet, header: int) -> _Context:
    above = [str(cell) for row in sheet.rows[:header] for cell in row if isinstance(cell, str)]
    titled = [after for before, after in pairwise(above) if before.lower().startswith("title")]
    title = plain(titled[0] if titled else next(iter(above), sheet.name))
    period = [after for before, after in pairwise(above) if before.startswith("Period")]
    near = " ".join((*period[:1], sheet.name))
    found = _FINANCIAL_YEAR.search(" ".join((near, title, sheet.file.rsplit("/", 1)[-1], *above)))
    quarter = _QUARTER.search(plain(near.replace("_", " ")))
    named = f"{title} {plain(sheet.name)} {plain(sheet.file).rsplit('/', 1)[-1]}"
    return _Context(
        median="median" in title,
        interval="report" if "report" in title else "request",
        interventional="intervention" in named,
        year=int(found[1]) if found else 0,
        quarter=_quarter(quarter) if quarter else -1,
        of_patients=bool(_OF_PATIENTS.search(named.replace("-", " "))),
        turnaround="turnaround" in named,
    )


def _quarter(found: re.Match[str]) -> int:
    return int(found[3]) - 1 if found[3] else ("apr", "jul", "oct", "jan").index(found[1])


def _wide(sheet: Sheet, header: int, end: int) -> Table:
    """A table with a row for each place and label, and several columns of figures."""
    heads, context = sheet.rows[header], _context(sheet, header)
    keys = {_KEYS[plain(cell)]: place for place, cell in reversed([*enumerate(heads)]) if plain(cell) in _KEYS}
    columns, not_read = _columns(sheet, header, end, keys, context)
    of_commissioners = any(_OF_COMMISSIONERS.search(plain(cell)) for cell in heads if cell)
    rows = _Rows(sheet, keys, "commissioner" if of_commissioners else "provider", context)
    shares = {place for place, chosen in columns.items() if chosen.share}
    latest = _so_far(context, columns)
    months = {place: context.months(chosen, latest) for place, chosen in columns.items()}
    figures: list[Figure] = []
    for number in range(header + 1, end):
        of_row = rows.read(number)
        if of_row is None:
            continue
        row = sheet.rows[number]
        for place, chosen in columns.items():
            state, value = state_of(row[place] if place < len(row) else None)
            kind = Kind.SHARE if place in shares else Kind.MEDIAN if context.median else Kind.COUNT
            key = _key(of_row, chosen, months[place], context.interval)
            figures.append(Figure(number + 1, place + 1, kind, state, value, key))
    per_cent = any("per cent" in plain(heads[place]) for place in shares)
    return Table(sheet, figures, rows.names, 100 if per_cent else 1, not_read)


def _columns(
    sheet: Sheet, header: int, end: int, keys: Mapping[str, int], context: _Context
) -> tuple[dict[int, Selection], tuple[str, ...]]:
    """What each column of figures selects, and the headings with numbers that were not understood."""
    heads = sheet.rows[header]
    groups = _groups(sheet, header)
    first = min(keys.values())
    chosen = {
        place: select(str(cell), groups.get(place, ""))
        for place, cell in enumerate(heads)
        if cell is not None and plain(cell) not in _KEYS and place > first
    }
    of_patients = context.of_patients or any(each.band.startswith(("age ", "decile ")) for each in chosen.values())
    if of_patients:
        chosen = {place: _of_patients(each, heads[place]) for place, each in chosen.items()}
        chosen = _characterised(chosen)
    if not any(each.setting == "06" for each in chosen.values()):
        chosen = {place: _both_others(each) for place, each in chosen.items()}
    if context.turnaround:
        chosen = {place: _with_others(each) for place, each in chosen.items()}
    chosen = {
        place: replace(each, share=True) if _holds_shares(sheet, header + 1, end, place) else each
        for place, each in chosen.items()
    }
    known = {place: each for place, each in chosen.items() if (each.read or of_patients) and not each.rate}
    lost = [str(heads[place]) for place, each in chosen.items() if place not in known and not each.rate]
    return known, tuple(lost)


def _of_patients(chosen: Selection, heading: object) -> Selection:
    """A column of a table by characteristic: what is no total there is a band of patients."""
    if chosen.read and chosen.days == UNKNOWN_DAYS:
        return Selection(band="not known")
    if chosen.read and chosen.setting != EVERY:  # "Other" is a group of patients here
        return Selection(band=plain(heading))
    return chosen


def _characterised(columns: Mapping[int, Selection]) -> dict[int, Selection]:
    """Bands with the characteristic that they are of: `not known` is another band of ages than of deciles."""
    words = " ".join(each.band for each in columns.values())
    of = "age" if "age " in words else "decile" if "decile " in words else "group"
    return {
        place: replace(each, band=f"{of}: {each.band}") if each.band else each for place, each in columns.items()
    }


def _both_others(chosen: Selection) -> Selection:
    """Where other health care providers are not apart, Other holds them."""
    return replace(chosen, setting=OTHER_SETTINGS) if chosen.setting == OTHER_SETTING else chosen


def _with_others(chosen: Selection) -> Selection:
    """In the tables of report turnaround, Outpatients and GP direct access hold all that are not admitted."""
    return replace(chosen, setting=NOT_ADMITTED) if chosen.setting == OUTPATIENTS_AND_GPS else chosen


def _groups(sheet: Sheet, header: int) -> dict[int, str]:
    """The words over each column that say what all of several columns select."""
    over: dict[int, str] = {}
    for row in sheet.rows[max(0, header - ROWS_OF_GROUPS) : header]:
        current = ""
        for place, width in enumerate(range(len(sheet.rows[header]))):
            cell = row[place] if place < len(row) else None
            if cell is not None:
                current = str(cell) if setting_of(str(cell)) or plain(cell) in _COUNT_GROUPS else ""
            if current:
                over[width] = current
    return over


def _holds_shares(sheet: Sheet, first: int, end: int, place: int) -> bool:
    """Whether a column has fractions of 1, by its number formats or its values."""
    formats = [sheet.formats.get((number + 1, place + 1)) for number in range(first, end)]
    shown = [text for text in formats if text is not None]
    if shown and sum("%" in text for text in shown) * 2 > len(shown):
        return True
    cells = (sheet.rows[number] for number in range(first, end))
    values = [cell for row in cells if place < len(row) and isinstance(cell := row[place], int | float)]
    return any(isinstance(each, float) and each % 1 for each in values) and all(0 <= each <= 1 for each in values)


def _so_far(context: _Context, columns: Mapping[int, Selection]) -> Months:
    """From April to the latest month that the table has a column for."""
    months = [context.months(each, NO_MONTHS)[0] for each in columns.values() if each.month]
    return (max(months) - (max(months) - 3) % 12, max(months)) if months else NO_MONTHS


class _OfRow(NamedTuple):
    basis: str
    label: str
    place: tuple[str, str, str]
    setting: str
    sex: str


def _key(of_row: _OfRow, chosen: Selection, months: Months, interval: str) -> Key:
    setting = chosen.setting if chosen.setting != EVERY else of_row.setting
    if setting == EVERY_SETTING:
        setting = EVERY
    days: tuple[object, ...] = () if chosen.days == ALL_DAYS else (interval, chosen.days)
    return Key(of_row.basis, of_row.label, of_row.place, setting, months, days, of_row.sex, chosen.band)


class _Rows:
    """Reads what the rows of a table are of."""

    def __init__(self, sheet: Sheet, keys: Mapping[str, int], basis: str, context: _Context) -> None:
        self.sheet, self.keys = sheet, keys
        self.basis = f"{basis}, interventional" if context.interventional else basis
        self.names: dict[tuple[str, str, str], str] = {}
        settings = {plain(cell) for cell in self._column("setting")}
        self.both_others = "other health care provider" not in settings

    def _column(self, key: str) -> Iterator[Value]:
        place = self.keys.get(key)
        if place is not None:
            yield from (row[place] for row in self.sheet.rows if place < len(row) and row[place] is not None)

    def read(self, number: int) -> _OfRow | None:
        """What a row is of; None where it is no row of figures."""
        row = self.sheet.rows[number]
        words = {key: _word(row, place) for key, place in self.keys.items()}
        label = plain(words.get("label", ""))
        if not label or label in EMPTY_MARKS or not any(words.get(key) for key in ("name", "code", "label")):
            return None
        if "name" in self.keys and not words["name"]:
            return None
        place = self._apart(place_of(words), words.get("name", ""))
        setting = setting_of(words.get("setting", ""))
        if setting == OTHER_SETTING and self.both_others:
            setting = OTHER_SETTINGS
        sex = plain(words.get("sex", ""))
        return _OfRow(self.basis, label, place, setting, EVERY if sex in {"all", "total", "persons"} else sex)

    def _apart(self, place: tuple[str, str, str], name: str) -> tuple[str, str, str]:
        """The place, told from an earlier one of its codes with another name: an organisation that was renamed has
        a row for each name, and a region's tests of no known board stand below those of the region.
        """
        if plain(self.names.setdefault(place, name or place[0])) == plain(name or place[0]):
            return place
        level, region, code = place
        other = ("ICB", region, plain(name)) if level == "Region" else (level, region, f"{code} {plain(name)}")
        self.names.setdefault(other, name)
        return other


def _word(row: Sequence[Value], place: int) -> str:
    cell = str(row[place]).strip() if place < len(row) and row[place] is not None else ""
    return "" if cell in EMPTY_MARKS else cell


def place_of(words: Mapping[str, str]) -> tuple[str, str, str]:
    """Level, region code and own code of a row, by the words of its key columns."""
    name, level = plain(words.get("name", "")), plain(words.get("level", ""))
    region, icb, code = (words.get(key, "") for key in ("region", "icb", "code"))
    if level == "england" or name == "england" or (not name and not (region or icb or code)):
        return ENGLAND
    if name.startswith("no ") or level.startswith("no "):
        return "None", "", ""
    if code or level in {"provider", "commissioner", "sub-icb location", "ccg"}:
        return "Organisation", region, code or name
    if icb or level in {"icb", "integrated care board"}:
        return "ICB", region, icb or name
    return ("Region", region, "") if region or level == "region" else ("Organisation", "", name)


def state_of(cell: Value) -> tuple[State, float | None]:
    """What a cell of figures shows, and its number."""
    if isinstance(cell, int | float):
        return State.SHOWN, cell
    if cell is None:
        return State.EMPTY, None
    words = plain(cell) or cell.strip().casefold()
    if cell.strip() == LOW_MARK:
        return State.SHOWN, 0
    return (State.HIDDEN if words in HIDDEN_MARKS or cell.strip() in HIDDEN_MARKS else State.EMPTY), None


def _tidy(sheet: Sheet) -> Table:
    """A table with a row for each figure, or several of them told apart by a column `table`."""
    at = {plain(cell).replace(" ", "_"): place for place, cell in enumerate(sheet.rows[0])}
    numbers: dict[str, list[int]] = {}
    for number, row in enumerate(sheet.rows[1:], start=1):
        numbers.setdefault(_cell(row, at, "table"), []).append(number)
    figures: list[Figure] = []
    names: dict[tuple[str, str, str], str] = {}
    for table, of_table in numbers.items():
        reader = _Tidy(sheet, at, table, of_table)
        figures += [figure for number in of_table if (figure := reader.figure(number)) is not None]
        names |= reader.names
    return Table(sheet, figures, names, of=100)


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
        self.names: dict[tuple[str, str, str], str] = {}
        file = plain(sheet.file.rsplit("/", 1)[-1]).replace("-", " ")
        self.interval = "report" if "report" in file or table in {"7b", "10", "13"} else "request"
        of_commissioners = "commissioner_code" in at or table in {"7a", "7b", "8"}
        self.basis = "commissioner" if of_commissioners else "provider"
        if "intervention" in file or table == "12":
            self.basis += ", interventional"
        words = {str(cell) for number in numbers for cell in sheet.rows[number] if isinstance(cell, str)}
        self.both_others = "Other Health Care Provider" not in words
        self.of_patients = bool(_OF_PATIENTS.search(file)) or "sex" in at
        self.columns = self._columns(numbers)

    def figure(self, number: int) -> Figure | None:
        """The figure of a row; None for rates and populations, which are not attacked."""
        row, at = self.sheet.rows[number], self.at
        measure = plain(_cell(row, at, "measure"))
        if "per 1,000" in measure or "population" in measure:
            return None
        kind = Kind.MEDIAN if "median" in measure else Kind.SHARE if "per cent" in measure else Kind.COUNT
        place = at["value"]
        state, value = state_of(row[place] if place < len(row) else None)
        if plain(_cell(row, at, "status")) in HIDDEN_MARKS:
            state, value = State.HIDDEN, None
        months = _period(_cell(row, at, "period"))
        key = _key(self._of_row(row), self.columns[self._named(row)], months, self.interval)
        return Figure(number + 1, place + 1, kind, state, value, key)

    def _of_row(self, row: Sequence[Value]) -> _OfRow:
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
        sex = plain(_cell(row, at, "sex"))
        place = place_of(words)
        self.names.setdefault(place, words["name"] or place[0])
        label = plain(_cell(row, at, "modality", "test", "modality_or_test"))
        return _OfRow(self.basis, label, place, setting, EVERY if sex == "all" else sex)

    def _columns(self, numbers: Sequence[int]) -> dict[tuple[str, str], Selection]:
        """What each column of figures of the table selects, by its group and its heading."""
        names = dict.fromkeys(self._named(self.sheet.rows[number]) for number in numbers)
        chosen = {place: select(heading, group) for place, (group, heading) in enumerate(names)}
        if self.of_patients:
            chosen = {place: _of_patients(chosen[place], heading) for place, (_, heading) in enumerate(names)}
            chosen = _characterised(chosen)
        elif self.both_others:
            chosen = {place: _both_others(each) for place, each in chosen.items()}
        return {name: chosen[place] if name[1] else Selection() for place, name in enumerate(names)}

    def _named(self, row: Sequence[Value]) -> tuple[str, str]:
        return _cell(row, self.at, "column_group"), _cell(row, self.at, "column")


def _period(words: str) -> Months:
    """`2023-04` or `2023-04/2024-03`."""
    found = [(int(year), int(month)) for year, month in re.findall(r"(20\d\d)-(\d\d)", words)]
    if not found or any(not 1 <= month <= len(MONTHS) for _, month in found):
        return NO_MONTHS
    return 12 * found[0][0] + found[0][1] - 1, 12 * found[-1][0] + found[-1][1] - 1
