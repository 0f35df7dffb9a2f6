"""Records in pieces that fit into memory: what is told of each record as a number, however it is written.

A code is looked up once, and what it means is found for a record by its number.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import chain
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from publish.fields import reasons
from publish.fields.intervals import out_of_order, request_to_test, test_to_report
from publish.records.coded_files import CALENDAR, PART, CodedFile, Texts, coded, distinct, looked_up
from publish.records.values import clock_date, unreadable
from publish.reference.tables import VALIDITY

TEST_DATE: Final = "DIAGNOSTIC_TEST_DATE"
OTHER_DATES: Final = ("DIAGNOSTIC_TEST_REQUEST_DATE", "DIAG_TEST_REQUEST_REC_DATE", "SERVICE_REPORT_DATE")
SITE: Final = ("SITE_CODE_IMAGING",)
EXAM: Final = ("IMAGING_CODE_NICIP", "IMAGING_CODE_SNOMED")
SETTING: Final = ("PATIENT_SOURCE_SETTING",)
INTERVALS: Final = {"request_to_test": request_to_test, "test_to_report": test_to_report}
UNDATED: Final = date.max  # the day on which the codes of a record without a test date are looked up
PIECE: Final = 6_000_000  # records held at once: more than those of a month
PROBLEMS: Final = (
    None,
    *(reasons.TEST_DATE_UNREADABLE, reasons.TEST_DATE_MISSING),
    *(reasons.DATE_UNREADABLE, reasons.DATES_OUT_OF_ORDER),
)

Numbers = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class Numbered:
    """Something told of every record of a piece: a number for each, part by part, and what each number means.

    Row 3 of `meanings` is what the number 3 stands for; it has at least one row, where there are records.
    """

    numbers: Sequence[Numbers]
    meanings: pl.DataFrame


@dataclass(frozen=True)
class Coded:
    """The codes of one item, or of a pair, and which of them the records of a piece have.

    For each part of the piece: the places of its records (see `Texts`), and the row of `codes` for each place, with
    one more for records that have none.
    """

    codes: pl.DataFrame
    places: Sequence[Any]
    rows: Sequence[NDArray[np.intp]]

    def told(self, values: NDArray[Any]) -> list[NDArray[Any]]:
        """For each record, part by part, the value of its code: that of its row. Not to be written to."""
        return [looked_up(values[rows], places) for places, rows in zip(self.places, self.rows, strict=True)]


@dataclass(frozen=True)
class Piece:
    """Some records in parts: their codes by item, and for each part their dates as Date.

    In `dates` stand too the days of each of INTERVALS, -1 where they are not known, and as `problem` what is wrong
    with the dates that count: its place in PROBLEMS.
    """

    codes: Mapping[str, Coded]
    dates: Sequence[pl.DataFrame]

    @cached_property
    def span(self) -> tuple[date, date]:
        """The first and the last of the days on which codes are looked up."""
        days = self.day.meanings["day"]
        first, last = days.min(), days.max()
        if not isinstance(first, date) or not isinstance(last, date):
            return UNDATED, UNDATED
        return first, UNDATED if days.has_nulls() else last

    def coded(self, given: Sequence[str]) -> Coded:
        """The codes of an item or a pair of items, as they are given."""
        if len(given) == 1:
            return self.codes[given[0]]
        first, second = (self.codes[name] for name in given)
        if second.codes.height == 1:  # as where a file has no SNOMED codes
            return Coded(first.codes.join(second.codes, how="cross"), first.places, first.rows)
        of_first = np.arange(first.codes.height, dtype=np.int64) * second.codes.height
        of_second = np.arange(second.codes.height, dtype=np.int64)
        both = zip(first.told(of_first), second.told(of_second), strict=True)
        pairs = [coded(one + other) for one, other in both]
        there, rows = distinct(pairs)
        codes = [first.codes[there // second.codes.height], second.codes[there % second.codes.height]]
        return Coded(pl.concat(codes, how="horizontal"), [pair.places for pair in pairs], rows)

    def told_by(self, coded: Coded, resolved: pl.DataFrame, *, reason: str = "") -> Numbered:
        """What is told of the records by their codes, on the day of each.

        `resolved` has the codes, each with the days on which it holds (`valid_from`, `valid_to`: together every day
        of the piece once) but where it always does, and what it means. The meanings stand in order of the columns;
        `reason` is the name that the column of that name gets.
        """
        given = coded.codes.columns
        meaning = [name for name in resolved.columns if name not in {*given, *VALIDITY}]
        meanings = resolved.select(meaning).unique().sort(meaning).with_row_index("number")
        by_code = resolved.join(coded.codes.with_row_index("row"), on=given, nulls_equal=True)
        found = by_code.join(meanings, on=meaning, nulls_equal=True)
        words = meanings.drop("number").with_columns(pl.col(pl.String).cast(pl.Categorical))
        return Numbered(
            self._numbers(coded, found, narrowest(len(meanings))),
            words.rename({"reason": reason}, strict=False) if reason else words,
        )

    def _numbers(self, coded: Coded, found: pl.DataFrame, kind: type[np.unsignedinteger[Any]]) -> list[Numbers]:
        """The number that `found` has for each record: by `row`, and by day where one has several."""
        table = np.zeros(coded.codes.height, kind)
        table[found["row"].to_numpy()] = found["number"].to_numpy()
        numbers = coded.told(table)
        changing = found.filter(pl.len().over("row") > 1)
        return self._by_day(coded, changing, numbers) if changing.height else numbers

    def _by_day(self, coded: Coded, changing: pl.DataFrame, numbers: Sequence[Numbers]) -> list[Numbers]:
        """The numbers with those of codes that have several: of `row`, the `number` that holds on the day."""
        starts = changing.select(begins=pl.col("valid_from").unique().sort()).with_row_index("period")
        of_period = changing.join_where(
            starts, pl.col("valid_from") <= pl.col("begins"), pl.col("begins") <= pl.col("valid_to")
        )
        rows = changing["row"].unique().sort().to_numpy()
        table = np.zeros((len(rows) + 1, starts.height), numbers[0].dtype)
        places = np.searchsorted(rows, of_period["row"].to_numpy()) + 1
        table[places, of_period["period"].to_numpy()] = of_period["number"].to_numpy()
        place = np.zeros(coded.codes.height, np.uint32)
        place[rows] = np.arange(1, len(rows) + 1)
        days = self.day.meanings["day"].fill_null(UNDATED).to_physical().to_numpy()
        period = np.searchsorted(starts["begins"].to_physical().to_numpy(), days, side="right") - 1
        parts = zip(numbers, coded.told(place), self.day.numbers, strict=True)
        return [np.where(at > 0, table[at, period[day]], number) for number, at, day in parts]

    @cached_property
    def days_of_intervals(self) -> list[Numbered]:
        """The `days` of each of INTERVALS: nothing too where they are fewer than none, which is a problem."""
        return [_days([part[interval].to_numpy() for part in self.dates]) for interval in INTERVALS]

    @cached_property
    def day(self) -> Numbered:
        """The `day` of the test."""
        return self.days(TEST_DATE)

    def days(self, name: str) -> Numbered:
        """The `day` of that date of the records: none first, then every day from the first to the last."""
        days = numbered([part[name].to_physical().alias("day") for part in self.dates])
        return Numbered(days.numbers, days.meanings.cast(pl.Date))

    @cached_property
    def month(self) -> Numbered:
        """The `month` of the test, ISO."""
        year, month = pl.col("day").dt.year().cast(pl.String), pl.col("day").dt.month().cast(pl.String)
        months = told_of(self.day, pl.format("{}-{}", year.str.zfill(4), month.str.zfill(2)).alias("month"))
        return Numbered(months.numbers, months.meanings.cast(pl.Categorical))

    @cached_property
    def problem(self) -> Numbered:
        """What is wrong with the dates of the record: `problem`."""
        numbers = [part["problem"].to_numpy() for part in self.dates]
        words = pl.DataFrame({"problem": PROBLEMS}, schema={"problem": pl.Categorical})
        return Numbered(numbers, words.head(max(part.max(initial=0) for part in numbers) + 1))


def pieces(records: pl.LazyFrame, *further: str, dates: Sequence[str] = ()) -> Iterator[Piece]:
    """The records, in the types of their file, in pieces: the items that the counts need, and further ones.

    `further` items are codes, `dates` further dates. There is at least one piece.
    """
    of_codes, of_dates = (*SITE, *EXAM, *SETTING, *further), (TEST_DATE, *OTHER_DATES, *dates)
    read = records.select(pl.col(of_codes).cast(pl.String), pl.col(of_dates))
    held = read.collect_batches(chunk_size=PIECE, maintain_order=True, engine="streaming")
    first = next(held, read.clear().collect())
    for batch in chain([first], held):
        parts = [part.rechunk() for part in batch.iter_slices(PART)] or [batch]
        codes = {name: _coded(name, [coded(part[name]) for part in parts]) for name in of_codes}
        yield Piece(codes, [_with_intervals(part.select(of_dates)) for part in parts])


def coded_pieces(file: CodedFile) -> Iterator[Piece]:
    """As `pieces`, of the items of a file that says of each record which of its texts it has."""
    for parts in file.read(PIECE):
        codes = {name: _coded(name, [part.texts[name] for part in parts]) for name in parts[0].texts}
        yield Piece(codes, [_with_intervals(part.dates, in_calendar=True) for part in parts])


def numbered(parts: Sequence[pl.Series]) -> Numbered:
    """Whole numbers that Int32 holds, or nothing, as what is told of records: nothing first, then the least."""
    bounds = [bound for part in parts for bound in (part.min(), part.max()) if isinstance(bound, int)]
    first, last = min(bounds, default=0), max(bounds, default=-1)
    nothing = [None] if last < first or any(part.has_nulls() for part in parts) else []
    kind, below = narrowest(last - first + 2), first - len(nothing)
    numbers = [(part.fill_null(below).to_numpy() - below).astype(kind) for part in parts]
    every = pl.Series(parts[0].name, [*nothing, *range(first, last + 1)], dtype=pl.Int32)
    return Numbered(numbers, every.to_frame())


def told_of(told: Numbered, value: pl.Expr) -> Numbered:
    """What a value of the meanings comes to, as what is told of records: nothing first, then in order."""
    of_each = told.meanings.select(value)
    values = of_each.unique().sort(pl.all()).with_row_index("number")
    numbers = of_each.join(values, on=of_each.columns, how="left", nulls_equal=True, maintain_order="left")[
        "number"
    ]
    table = numbers.to_numpy().astype(narrowest(values.height))
    return Numbered([looked_up(table, part) for part in told.numbers], values.drop("number"))


def _days(parts: Sequence[NDArray[np.int32]]) -> Numbered:
    """The `days` of an interval, as `Piece.dates` has them; nothing too where they are fewer than none."""
    known = [part if part.min(initial=0) >= -1 else np.maximum(part, -1) for part in parts]
    last = max(part.max(initial=-1) for part in known)
    kind = narrowest(last + 2)
    numbers = [part.astype(kind) + kind(1) for part in known]  # so that -1 comes to 0
    return Numbered(numbers, pl.DataFrame({"days": [None, *range(last + 1)]}, {"days": pl.Int32}))


def narrowest(size: int) -> type[np.unsignedinteger[Any]]:
    """The least type that holds the numbers below the size."""
    return next(kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64) if size <= np.iinfo(kind).max + 1)


def _coded(name: str, parts: Sequence[Texts]) -> Coded:
    """The codes of a column in parts: none has the first row, where a record has none."""
    texts, rows = distinct(parts)
    nothing = [None] if texts.is_empty() or any(part.places.null_count for part in parts) else []
    codes = pl.concat([pl.Series(name, nothing, dtype=pl.String), texts.alias(name)])
    return Coded(
        codes.to_frame(),
        [part.places for part in parts],
        [np.append(of_part + len(nothing), 0) for of_part in rows],
    )


def _with_intervals(dates: pl.DataFrame, *, in_calendar: bool = False) -> pl.DataFrame:
    """The dates as Date, the days between them, and what is wrong with those that count: its place in PROBLEMS.

    `in_calendar` says that all are dates already, of years that a calendar has.
    """
    kinds = dates.schema
    written = [name for name in dates.columns if not (in_calendar or _are_dates(dates[name]))]
    no_date = {name: f"{name} is no date" for name in (TEST_DATE, *OTHER_DATES) if name in written}
    read = dates.with_columns(
        *(clock_date(name, kinds[name]).alias(name) for name in written),
        **{flag: unreadable(name, kinds[name]) for name, flag in no_date.items()},
    )
    cases = (
        *((pl.col(flag), 1) for name, flag in no_date.items() if name == TEST_DATE),
        (pl.col(TEST_DATE).is_null(), 2),
        *((pl.col(flag), 3) for name, flag in no_date.items() if name != TEST_DATE),
        (out_of_order(), 4),
    )
    problem = pl.lit(0, pl.UInt8)
    for applies, place in reversed(cases):  # the first that applies counts
        problem = pl.when(applies).then(pl.lit(place, pl.UInt8)).otherwise(problem)
    days = {interval: of_interval().fill_null(-1) for interval, of_interval in INTERVALS.items()}
    return read.select(pl.exclude(*OTHER_DATES, *no_date.values()), problem=problem, **days)


def _are_dates(column: pl.Series) -> bool:
    """Whether all that is given are dates, of years that a calendar has."""
    if not isinstance(column.dtype, pl.Date):
        return False
    first, last = column.to_physical().min(), column.to_physical().max()
    return not isinstance(first, int) or not isinstance(last, int) or (first >= CALENDAR[0] and last <= CALENDAR[1])
