"""The one builder: counts and a specification to a table of true values.

Texts stay categorical until only the rows of the table are left, and a cell is known by its number, row by row and
column by column: a year has millions of counts.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import polars as pl

from publish.counts.runs import Whole
from publish.period import Month
from publish.tables.gathered import GROUP, Gathered, InCells, selected
from publish.tables.medians import CELL, medians
from publish.tables.places import named
from publish.tables.specification import Column, Level, TableSpec
from publish.tables.sums import EVERY_DAY, Asked, Sums
from publish.tables.truth import ENGLAND_CODE, TrueTable

WORDS: Final = ("label", "row_setting")
LEVELS: Final = pl.Enum([level.value for level in Level])
# The columns of the counts that tell the rows of a level apart: the first is the region, the last the code.
KEYS: Final[dict[Level, tuple[str, ...]]] = {
    Level.ENGLAND: (),
    Level.REGION: ("region_code",),
    Level.ICB: ("region_code", "icb_code"),
    Level.PROVIDER: ("region_code", "org_code"),
    Level.COMMISSIONER: ("region_code", "commissioner_code"),
    Level.NO_COMMISSIONER: (),
}
# The columns by which the counts of a level are summed: a provider's with its boards, so that tables by provider
# and tables by board start from one sum; commissioners with those that have none.
SUMMED_BY: Final = KEYS | {
    Level.PROVIDER: ("region_code", "icb_code", "org_code"),
    Level.NO_COMMISSIONER: KEYS[Level.COMMISSIONER],
}
_OF_COMMISSIONER: Final = {
    Level.COMMISSIONER: pl.col("commissioner_code").is_not_null(),
    Level.NO_COMMISSIONER: pl.col("commissioner_code").is_null(),
}


def build(spec: TableSpec, sums: Sums, months: Sequence[Month], places: pl.DataFrame) -> TrueTable:
    """The table of the specification for these months and all of them together.

    `places` are the names of regions, boards, providers and commissioners (see `places_on`). Rows: England, every
    label and setting; then the other levels of the table's basis, by region code, name (case-blind) and code, a row
    only where there was such activity. England's values come from the counts, never from those of other rows.
    """
    columns = spec.columns_for(tuple(months))
    # the finest first: the others are summed from it
    chosen = {level: _chosen(level, spec, columns, sums, months) for level in reversed(spec.basis.levels)}
    rows = _rows(spec, chosen, places)
    placed = [_placed(level, of_level, rows) for level, of_level in chosen.items()]
    values = _values(spec, columns, placed, rows.height * len(columns))
    cells = rows.join(_order_of(columns), how="cross", maintain_order="left_right")
    return TrueTable(spec, tuple(months), _complete(spec, cells.hstack(values)))


def _chosen(
    level: Level, spec: TableSpec, columns: Sequence[Column], sums: Sums, months: Sequence[Month]
) -> Gathered:
    """The counts that the rows of a level gather."""
    summed = sums.by(_asked(spec, columns), _keys_of_counts(level, spec, columns))
    of_table = summed.groups.with_row_index(GROUP).filter(
        pl.col("month").is_in([str(month) for month in months]),
        *(pl.col(name) == value for name, value in spec.only),
        *([_OF_COMMISSIONER[level]] if level in _OF_COMMISSIONER else []),
    )
    labels = pl.DataFrame(
        [(gathered, label.text) for label in spec.labels for gathered in label.gathers],
        schema={spec.labelled_by: pl.Categorical, "label": pl.Categorical},
        orient="row",
    )
    labelled = of_table.join(labels, on=spec.labelled_by)
    settings = [(setting.text, setting.gathers) for setting in spec.settings] or [("", ())]
    groups = pl.concat([_of_setting(spec, labelled, text, gathers) for text, gathers in settings])
    return Gathered(selected(groups, columns), summed)


def _asked(spec: TableSpec, columns: Sequence[Column]) -> Asked:
    """The counts of the table, with every day for medians, else with the bands of days that its columns tell apart.

    Patients are counted whatever the days.
    """
    by_days = [each for each in gathering(columns) if each.days or each.undated]
    starts = EVERY_DAY if spec.measure.is_median else starts_of_bands(by_days)
    return Asked(spec.basis.counts, spec.interval, spec.labelled_by, starts, grouped=bool(by_days))


def starts_of_bands(columns: Sequence[Column]) -> tuple[int, ...]:
    """The days on which a band of days of these columns begins, or the one before has ended; 0 where any of them
    asks for days at all.
    """
    bands = [each.days for each in columns if each.days]
    ends = {band.last + 1 for band in bands if band.last is not None}
    asks = bool(bands) or any(each.undated for each in columns)
    return tuple(sorted({0} | {band.first for band in bands} | ends)) if asks else ()


def gathering(columns: Sequence[Column]) -> list[Column]:
    """The columns, and those that they are percentages of."""
    return [each for column in columns for each in (column, column.of) if each]


def _keys_of_counts(level: Level, spec: TableSpec, columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns of counts on which rows and columns of the table hang."""
    settings = (spec.divided_by,) if spec.settings else ()
    only = (name for name, _ in spec.only)
    gathered = (name for column in gathering(columns) for name, _ in column.gathers)
    return tuple(dict.fromkeys((*SUMMED_BY[level], spec.labelled_by, "month", *settings, *only, *gathered)))


def _of_setting(spec: TableSpec, labelled: pl.DataFrame, text: str, gathers: tuple[str, ...]) -> pl.DataFrame:
    if gathers:
        labelled = labelled.filter(pl.col(spec.divided_by).is_in(gathers))
    return labelled.with_columns(row_setting=pl.lit(text, pl.Categorical))


def _rows(spec: TableSpec, chosen: Mapping[Level, Gathered], places: pl.DataFrame) -> pl.DataFrame:
    """Every row in published order, with its number: all of England's, and of other levels those with activity.

    Rule: publication specification, Definitions, Sort. What has no code or region stands last in its level.
    """
    words = [(label.text, text) for label in spec.labels for text in spec.setting_texts]
    order = pl.DataFrame(words, schema=WORDS, orient="row").with_row_index("words_place")
    of_levels = [_rows_of_level(level, chosen[level].groups, order) for level in spec.basis.levels]
    rows = named(pl.concat(of_levels).join(order, on=WORDS), places)
    in_order = rows.sort(
        "level",
        pl.col("region_code") == ENGLAND_CODE,
        "region_code",
        pl.col("org_code") == ENGLAND_CODE,
        pl.col("provider_name").str.to_lowercase(),
        "org_code",
        "words_place",
    )
    return in_order.drop("words_place").with_row_index("row")


def _rows_of_level(level: Level, groups: pl.DataFrame, order: pl.DataFrame) -> pl.DataFrame:
    """level, region_code, org_code (`-` where there is none), label, row_setting."""
    keys = KEYS[level]
    found = order if level is Level.ENGLAND else groups.select(*keys, *WORDS).unique()
    region = pl.col(keys[0]).cast(pl.String).fill_null(ENGLAND_CODE) if keys else pl.lit(ENGLAND_CODE)
    code = pl.col(keys[-1]).cast(pl.String).fill_null(ENGLAND_CODE) if len(keys) > 1 else pl.lit(ENGLAND_CODE)
    words = {name: pl.col(name).cast(pl.String) for name in WORDS}
    return found.select(level=pl.lit(level.value, LEVELS), region_code=region, org_code=code, **words)


def _placed(level: Level, chosen: Gathered, rows: pl.DataFrame) -> Gathered:
    """What the rows of a level gather, with the number of the `row`."""
    keys = KEYS[level]
    of_level = rows.filter(pl.col("level") == level.value)
    as_counted = dict(zip(keys, ("region_code", "org_code"), strict=False))
    numbers = of_level.select(
        "row",
        *(
            pl.col(name).replace(ENGLAND_CODE, None).alias(key).cast(pl.Categorical)
            for key, name in as_counted.items()
        ),
        *(pl.col(name).cast(pl.Categorical) for name in WORDS),
    )
    return Gathered(chosen.groups.join(numbers, on=[*keys, *WORDS], nulls_equal=True), chosen.summed)


def _values(spec: TableSpec, columns: Sequence[Column], placed: Sequence[Gathered], cells: int) -> pl.DataFrame:
    """What each of so many cells holds: tests, dated, value (null where there is none), of (of a percentage)."""
    in_cells = [of_level.in_cells(columns) for of_level in placed]
    tests, of = _tests(in_cells, cells), _of(columns, placed, cells)
    if spec.measure.is_median:
        found = pl.concat([medians(*each.by_day()) for each in in_cells])
        numbered = pl.DataFrame({"tests": tests, "of": of}).with_row_index(CELL)
        return numbered.join(found, on=CELL, how="left", maintain_order="left").drop(CELL)
    value = pl.when(pl.col("tests") > 0).then(pl.col("tests").cast(pl.Float64))
    return pl.DataFrame({"tests": tests, "of": of}).with_columns(value=value, dated="tests")


def _of(columns: Sequence[Column], placed: Sequence[Gathered], cells: int) -> Whole:
    """The tests of which each cell is a percentage; none where it is none."""
    wholes = [column.of for column in columns]
    return _tests([of_level.in_cells(wholes) for of_level in placed] if any(wholes) else [], cells)


def _tests(in_cells: Sequence[InCells], cells: int) -> Whole:
    """The tests of each of so many cells; the rows of each level are others."""
    return sum((of_level.tests(cells) for of_level in in_cells), np.zeros(cells, np.int64))


def _order_of(columns: Sequence[Column]) -> pl.DataFrame:
    words = [(column.period, column.name, column.of is not None) for column in columns]
    schema = {"period": pl.String, "column": pl.String, "is_share": pl.Boolean}
    return pl.DataFrame(words, schema=schema, orient="row")


def _complete(spec: TableSpec, cells: pl.DataFrame) -> pl.DataFrame:
    """Every cell, whether or not there was activity."""
    return cells.select(
        pl.col("level").cast(pl.String),
        *("region_code", "org_code", "provider_name", *spec.basis.further, "label"),
        pl.col("row_setting").alias("setting"),
        *("period", "column", "tests"),
        pl.col("dated").fill_null(0),
        "value",
        of=pl.when("is_share").then("of"),
    )
