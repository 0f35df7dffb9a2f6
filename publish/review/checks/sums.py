"""Totals against the sums of their parts, within one table.

Rule: publication specification, Numbers: counts are rounded after adding up, so a total need not be the sum of what
is shown, but the limits between which it lies and those of the sum of its parts must meet.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import polars as pl

from publish.disclosure.control import ProtectedTable
from publish.disclosure.policy import Policy
from publish.review.checks.draft import CheckedDraft, Outcome, failed_where, how_many, number, row_words, table_word
from publish.review.checks.limits import NO_LIMIT, ROW, apart, count_columns, counts_of, of_level, period_word
from publish.tables.specification import YEAR, Column, Days, Level

CELL: Final = ("label", "setting", "period", "column")
_LOWER: Final = (
    (Level.REGION,),
    (Level.ICB,),
    (Level.PROVIDER,),
    (Level.COMMISSIONER, Level.NO_COMMISSIONER),
)
_IN_REGIONS: Final = ((Level.ICB,), (Level.PROVIDER,))


def totals_and_parts(draft: CheckedDraft) -> Outcome:
    """Months to year, rows to England and regions, columns to totals, modalities to all of them, percentages."""
    of_document = (*draft.tables.england.values(), draft.tables.year_to_date, draft.tables.year_before)
    tables = [*draft.tables, *(table for table in of_document if table)]
    places = [place for table in tables for place in _places(table, draft.policy)]
    return failed_where(
        places,
        f"{how_many(len(places), 'total differs', 'totals differ')} from the sum of the parts by "
        "more than rounding and suppression explain.",
        f"In {len(tables)} tables every total agrees with its parts, as far as rounding and suppression let one "
        "see: months, regions, providers, settings, bands of days and percentages.",
    )


def _places(table: ProtectedTable, policy: Policy) -> Iterator[str]:
    counts = counts_of(table, policy)
    if not counts.is_empty():
        for found, parts in (
            (_months(counts), "the months"),
            *_levels(table, counts),
            *((found, "the columns") for found in _columns(table, counts)),
            (_labels(table, counts), "the modalities"),
            (_divided(table, counts), f"the rows by {table.spec.divided_by}"),
        ):
            yield from _in_words(found, parts, table)
    yield from _percentages(table, policy)


def _months(counts: pl.DataFrame) -> pl.DataFrame:
    """All months together against each of them; a table of other columns has none."""
    by_month = counts.filter(pl.col("column") == "")
    wholes, parts = by_month.filter(pl.col("period") == YEAR), by_month.filter(pl.col("period") != YEAR)
    return apart(wholes, parts, list(ROW))


def _levels(table: ProtectedTable, counts: pl.DataFrame) -> Iterator[tuple[pl.DataFrame, str]]:
    """England against the rows of every other level, and regions against those within them."""
    levels = table.spec.basis.levels
    england = of_level(counts, Level.ENGLAND)
    for lower in _LOWER:
        if lower[0] in levels:
            yield apart(england, of_level(counts, *lower), list(CELL)), f"the {_plural(lower[0])}"
    for lower in _IN_REGIONS:
        if Level.REGION in levels and lower[0] in levels:
            regions = of_level(counts, Level.REGION)
            yield apart(regions, of_level(counts, *lower), ["region_code", *CELL]), f"its {_plural(lower[0])}"


def _plural(level: Level) -> str:
    return f"{level.value if level is Level.ICB else level.value.lower()}s"


def _columns(table: ProtectedTable, counts: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Each total column against the columns that together gather all that it gathers."""
    listed = count_columns(table.spec, table.months)
    for whole in listed:
        for parts in _partitions(whole, listed):
            names = [part.name for part in parts]
            wholes, rows = (
                counts.filter(pl.col("column") == whole.name),
                counts.filter(pl.col("column").is_in(names)),
            )
            yield apart(wholes, rows, list(ROW))


def _partitions(whole: Column, columns: Sequence[Column]) -> Iterator[list[Column]]:
    if whole.is_period or whole.days or whole.undated:
        return
    by_days = [each for each in columns if each.gathers == whole.gathers and (each.days or each.undated)]
    if _cover_all_days(by_days):
        yield by_days
    by_words = [each for each in columns if len(each.gathers) == 1 and not each.days and not each.undated]
    if not whole.gathers and len({each.gathers[0][0] for each in by_words}) == 1:
        yield by_words


def _cover_all_days(columns: Sequence[Column]) -> bool:
    """Whether the columns are bands one after the other from 0 days on, without an end, and those without a day."""
    days = sorted((each.days for each in columns if each.days), key=lambda band: band.first)
    return _follow(days) and any(each.undated for each in columns)


def _follow(days: Sequence[Days]) -> bool:
    starts = [0, *(-1 if band.last is None else band.last + 1 for band in days)]
    return bool(days) and [band.first for band in days] == starts[:-1] and days[-1].last is None


def _labels(table: ProtectedTable, counts: pl.DataFrame) -> pl.DataFrame:
    """A label that gathers what all others gather, such as `All modalities`, against these."""
    *others, last = table.spec.labels
    gathered = [value for label in others for value in label.gathers]
    if not others or sorted(gathered) != sorted(last.gathers):
        return counts.clear()
    is_whole = pl.col("label") == last.text
    keys = ["level", "region_code", "org_code", "setting", "period", "column"]
    return apart(counts.filter(is_whole), counts.filter(~is_whole), keys)


def _divided(table: ProtectedTable, counts: pl.DataFrame) -> pl.DataFrame:
    """Everybody against the sexes. Source settings are not divided so: GP direct access is only one of them."""
    if table.spec.divided_by == "setting" or not table.spec.settings:
        return counts.clear()
    is_whole = pl.col("setting") == table.spec.settings[0].text
    keys = ["level", "region_code", "org_code", "label", "period", "column"]
    return apart(counts.filter(is_whole), counts.filter(~is_whole), keys)


def _in_words(found: pl.DataFrame, parts: str, table: ProtectedTable) -> Iterator[str]:
    if found.is_empty():
        return
    for row in found.sort(*ROW, "period", "column", nulls_last=True).iter_rows(named=True):
        column = row["column"] or period_word(row["period"] or YEAR)
        where = row_words(row["provider_name"] or "", row["org_code"] or "", row["label"], row["setting"], column)
        shown = "hidden" if row["status"] else number(row["value"])
        yield f"{table_word(table)}: {where}: the total is {shown}, and {parts} make {_between(row)}"


def _between(row: dict[str, float]) -> str:
    least, most = row["parts_least"], row["parts_most"]
    if most >= NO_LIMIT:
        return f"at least {number(least)}"
    return number(least) if least == most else f"{number(least)} to {number(most)}"


def _percentages(table: ProtectedTable, policy: Policy) -> Iterator[str]:
    """No percentage of more days below one of fewer; those that exclude each other make no more than 100."""
    listed = [column for column in table.columns if column.of]
    for group in dict.fromkeys((column.group, column.of) for column in listed):
        of_group = [column for column in listed if (column.group, column.of) == group]
        wide = _side_by_side(table, of_group)
        yield from _falling(table, wide, of_group)
        yield from _beyond_all(table, wide, of_group, policy)


def _side_by_side(table: ProtectedTable, columns: Sequence[Column]) -> pl.DataFrame:
    """A row for each row of the table, with the values of the columns by name."""
    names = [column.name for column in columns]
    cells = table.cells.filter(pl.col("column").is_in([*names, *(each.name for each in _wholes(table, columns))]))
    return cells.pivot(on="column", index=[*ROW, "provider_name"], values="value", aggregate_function="first")


def _wholes(table: ProtectedTable, columns: Sequence[Column]) -> list[Column]:
    """The column that these are percentages of, where the table shows it, or the counts that make it."""
    of = columns[0].of
    same = [each for each in table.columns if each == of]
    counted = [each for each in table.columns if not each.of and each.days]
    return same or [each for each in counted if of and each.gathers == of.gathers]


def _falling(table: ProtectedTable, wide: pl.DataFrame, columns: Sequence[Column]) -> Iterator[str]:
    from_start = [column for column in columns if column.days and column.days.first == 0]
    nested = sorted(from_start, key=_last)
    for fewer, more in pairwise(nested):
        for row in wide.filter(pl.col(fewer.name) > pl.col(more.name)).iter_rows(named=True):
            where = row_words(row["provider_name"], row["org_code"], row["label"], row["setting"])
            yield (
                f"{table_word(table)}: {where}: '{fewer.heading}' is {number(row[fewer.name])} per cent, and "
                f"'{more.heading}', which includes it, {number(row[more.name])}"
            )


def _beyond_all(
    table: ProtectedTable, wide: pl.DataFrame, columns: Sequence[Column], policy: Policy
) -> Iterator[str]:
    separate, wholes = _separate(columns), _wholes(table, columns)
    if len(separate) < 2 or not wholes:
        return
    step, among = 10.0**-policy.percentage_decimals, len(separate) + len(wholes)
    total = pl.sum_horizontal(pl.col(column.name).fill_null(0.0) for column in separate)
    whole = pl.sum_horizontal(pl.col(column.name).fill_null(0.0) for column in wholes)
    slack = len(separate) * step / 2 + 100 * among * policy.rounding_base / 2 / whole
    measured = wide.with_columns(total=total, slack=pl.when(whole > 0).then(slack))
    complete = pl.lit(value=_are_all(separate)) & pl.all_horizontal(
        pl.col(column.name).is_not_null() for column in separate
    )
    wrong = (pl.col("total") > 100 + pl.col("slack")) | (complete & (pl.col("total") < 100 - pl.col("slack")))
    for row in measured.filter(wrong).iter_rows(named=True):
        where = row_words(row["provider_name"], row["org_code"], row["label"], row["setting"], columns[0].group)
        yield f"{table_word(table)}: {where}: the percentages make {number(row['total'])}, not 100"


def _separate(columns: Sequence[Column]) -> list[Column]:
    """The percentages that no test is in two of: of those that include each other, the widest."""
    kept: list[Column] = []
    widest_first = sorted(columns, key=lambda column: _last(column) - _first(column), reverse=True)
    for column in widest_first:
        if all(_last(column) < _first(other) or _first(column) > _last(other) for other in kept):
            kept.append(column)
    return kept


def _first(column: Column) -> int:
    return column.days.first if column.days else -1


def _last(column: Column) -> int:
    """The last day of a band; those without a day stand before the first."""
    if column.days is None:
        return -1
    return NO_LIMIT if column.days.last is None else column.days.last


def _are_all(columns: Sequence[Column]) -> bool:
    """Whether every test that they are percentages of is in one of them."""
    days = sorted((column.days for column in columns if column.days), key=lambda band: band.first)
    of = columns[0].of
    return _follow(days) and (any(column.undated for column in columns) or bool(of and of.days))
