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
from publish.records.coded_files import CodedFile, Texts
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
_DAYS: Final = tuple((day - date(1970, 1, 1)).days for day in (date.min, date.max))
_DENSE: Final = 1 << 22  # pairs of codes that a table has room for, whether they occur or not

Numbers = NDArray[np.unsignedinteger[Any]]


@dataclass(frozen=True)
class Numbered:
    """Something told of every record of a piece: a number for each, and what each number means.

    Row 3 of `meanings` is what the number 3 stands for; it has at least one row, where there are records.
    """

    numbers: Numbers
    meanings: pl.DataFrame


@dataclass(frozen=True)
class Coded:
    """The codes of one item, or of a pair: for each record the row of `codes` that it has."""

    rows: Numbers
    codes: pl.DataFrame


@dataclass(frozen=True)
class Piece:
    """Some records: their codes by item, and their dates as Date.

    In `dates` stand too the days of each of INTERVALS, and as `problem` what is wrong with the dates that count:
    its place in PROBLEMS.
    """

    codes: Mapping[str, Coded]
    dates: pl.DataFrame

    @cached_property
    def days(self) -> NDArray[np.int32]:
        """The day on which the codes of each record are looked up, in days since 1970."""
        return self.dates[TEST_DATE].fill_null(UNDATED).to_physical().to_numpy()

    @cached_property
    def span(self) -> tuple[date, date]:
        """The first and the last of those days."""
        tested = self.dates[TEST_DATE]
        first, last = tested.min(), tested.max()
        if not isinstance(first, date) or not isinstance(last, date):
            return UNDATED, UNDATED
        return first, UNDATED if tested.has_nulls() else last

    def coded(self, given: Sequence[str]) -> Coded:
        """The codes of an item or a pair of items, as they are given."""
        if len(given) == 1:
            return self.codes[given[0]]
        first, second = (self.codes[name] for name in given)
        if second.codes.height == 1:  # as where a file has no SNOMED codes
            return Coded(first.rows, first.codes.join(second.codes, how="cross"))
        size = first.codes.height * second.codes.height
        pairs = first.rows.astype(np.intp) * second.codes.height + second.rows
        rows, there = _places(pairs, size)
        of_first, of_second = np.divmod(there, second.codes.height)
        return Coded(rows, pl.concat([first.codes[of_first], second.codes[of_second]], how="horizontal"))

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

    def _numbers(self, coded: Coded, found: pl.DataFrame, kind: type[np.unsignedinteger[Any]]) -> Numbers:
        """The number that `found` has for each record: by `row`, and by day where one has several."""
        if found["number"].max() == 0:  # all mean the same
            return np.zeros(len(coded.rows), kind)
        if found.height == coded.codes.height:
            table = np.zeros(coded.codes.height, kind)
            table[found["row"].to_numpy()] = found["number"].to_numpy()
            return table.take(coded.rows, mode="clip")  # no look at each row whether it is there
        starts = found.select(begins=pl.col("valid_from").unique().sort())
        of_period = found.join_where(
            starts.with_row_index("period"),
            pl.col("valid_from") <= pl.col("begins"),
            pl.col("begins") <= pl.col("valid_to"),
        )
        table = np.zeros((coded.codes.height, starts.height), kind)
        table[of_period["row"].to_numpy(), of_period["period"].to_numpy()] = of_period["number"].to_numpy()
        begins = starts["begins"].to_physical().to_numpy()
        return table[coded.rows, np.searchsorted(begins, self.days, side="right") - 1]

    @cached_property
    def days_of_intervals(self) -> list[Numbered]:
        """The `days` of each of INTERVALS."""
        return [numbered(self.dates[interval].alias("days")) for interval in INTERVALS]

    def of_dates(self, date: str, value: pl.Expr) -> pl.Series:
        """What a date of each record comes to: worked out for each day, from `day`, as there are far fewer."""
        days = self.day if date == TEST_DATE else numbered_days(self.dates[date])
        return days.meanings.select(value).to_series().gather(days.numbers)

    @cached_property
    def day(self) -> Numbered:
        """The `day` of the test."""
        return numbered_days(self.dates[TEST_DATE])

    @cached_property
    def month(self) -> Numbered:
        """The `month` of the test, ISO."""
        year, month = pl.col("day").dt.year().cast(pl.String), pl.col("day").dt.month().cast(pl.String)
        of_days = self.day.meanings.select(month=pl.format("{}-{}", year.str.zfill(4), month.str.zfill(2)))
        months = of_days.unique().sort("month").with_row_index("number")
        numbers = of_days.join(months, on="month", how="left", nulls_equal=True, maintain_order="left")["number"]
        table = numbers.to_numpy().astype(narrowest(months.height))
        return Numbered(
            table.take(self.day.numbers, mode="clip"), months.select(pl.col("month").cast(pl.Categorical))
        )

    @cached_property
    def problem(self) -> Numbered:
        """What is wrong with the dates of the record: `problem`."""
        numbers = self.dates["problem"].to_numpy()
        words = pl.DataFrame({"problem": PROBLEMS}, schema={"problem": pl.Categorical})
        return Numbered(numbers, words.head(numbers.max(initial=0) + 1))


def pieces(records: pl.LazyFrame, *further: str, dates: Sequence[str] = ()) -> Iterator[Piece]:
    """The records, in the types of their file, in pieces: the items that the counts need, and further ones.

    `further` items are codes, `dates` further dates. There is at least one piece.
    """
    of_codes, of_dates = (*SITE, *EXAM, *SETTING, *further), (TEST_DATE, *OTHER_DATES, *dates)
    read = records.select(pl.col(of_codes).cast(pl.String), pl.col(of_dates))
    held = read.collect_batches(chunk_size=PIECE, maintain_order=True, engine="streaming")
    first = next(held, read.clear().collect())
    for batch in chain([first], held):
        codes = {name: _coded(name, _texts(batch[name])) for name in of_codes}
        yield Piece(codes, _with_intervals(batch.select(of_dates).rechunk()))


def coded_pieces(file: CodedFile) -> Iterator[Piece]:
    """As `pieces`, of the items of a file that says of each record which of its texts it has."""
    for held in file.read(PIECE):
        codes = {name: _coded(name, texts) for name, texts in held.texts.items()}
        yield Piece(codes, _with_intervals(held.dates))


def numbered_days(dates: pl.Series) -> Numbered:
    """Dates as what is told of records: `day`, as `numbered` has it."""
    days = numbered(dates.to_physical().alias("day"))
    return Numbered(days.numbers, days.meanings.cast(pl.Date))


def numbered(values: pl.Series) -> Numbered:
    """Whole numbers that Int32 holds, or nothing, as what is told of records: nothing first, then the least."""
    whole = values.cast(pl.Int32)
    least, most = whole.min(), whole.max()
    first, last = (least, most) if isinstance(least, int) and isinstance(most, int) else (0, -1)
    nothing = [None] if whole.has_nulls() or last < first else []
    numbers = (whole - (first - len(nothing))).fill_null(0).to_numpy().astype(narrowest(last - first + 2))
    every = pl.Series(values.name, [*nothing, *range(first, last + 1)], dtype=values.dtype)
    return Numbered(numbers, every.to_frame())


def narrowest(size: int) -> type[np.unsignedinteger[Any]]:
    """The least type that holds the numbers below the size."""
    return next(kind for kind in (np.uint8, np.uint16, np.uint32, np.uint64) if size <= np.iinfo(kind).max + 1)


def _texts(column: pl.Series) -> Texts:
    """A column of texts as places among those that occur."""
    categories = column.rechunk().cast(pl.Categorical)
    distinct = categories.unique().drop_nulls()
    numbers = distinct.to_physical().to_numpy()
    places = np.zeros(numbers.max(initial=0) + 1, np.int32)
    places[numbers] = np.arange(len(numbers))
    of_records = places.take(categories.to_physical().fill_null(0).to_numpy())
    of_records[categories.is_null().to_numpy()] = -1
    return Texts(of_records, distinct.cast(pl.String))


def _coded(name: str, texts: Texts) -> Coded:
    """The rows of the texts: none has the first, where a record has none."""
    nothing = [None] if texts.places.min(initial=0) < 0 or not len(texts.texts) else []
    rows = np.zeros(len(texts.places), narrowest(len(texts.texts) + 1))
    if len(texts.texts):
        np.add(texts.places, len(nothing), out=rows, casting="unsafe")
    return Coded(rows, pl.concat([pl.Series(name, nothing, dtype=pl.String), texts.texts.alias(name)]).to_frame())


def _places(numbers: NDArray[np.intp], size: int) -> tuple[Numbers, NDArray[np.intp]]:
    """For each of the numbers, all below the size, its place among those that occur, and these in order."""
    if size > _DENSE:
        there = np.unique(numbers)
        return np.searchsorted(there, numbers).astype(narrowest(len(there))), there
    there = np.flatnonzero(np.bincount(numbers, minlength=1))
    places = np.zeros(size, narrowest(len(there)))
    places[there] = np.arange(len(there))
    return places.take(numbers), there


def _with_intervals(dates: pl.DataFrame) -> pl.DataFrame:
    """The dates as Date, the days between them, and what is wrong with those that count: its place in PROBLEMS."""
    kinds = dates.schema
    written = [name for name in dates.columns if not _are_dates(dates[name])]
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
    days = {interval: of_interval() for interval, of_interval in INTERVALS.items()}
    return read.with_columns(problem=problem, **days).drop(no_date.values())


def _are_dates(column: pl.Series) -> bool:
    """Whether all that is given are dates, of years that a calendar has."""
    if not isinstance(column.dtype, pl.Date):
        return False
    first, last = column.to_physical().min(), column.to_physical().max()
    return not isinstance(first, int) or not isinstance(last, int) or (first >= _DAYS[0] and last <= _DAYS[1])
