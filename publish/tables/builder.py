"""The one builder: counts and a specification to a table of true values.

Texts stay categorical until only the rows of the table are left, and a cell is known by its number, row by row and
column by column: a year has millions of counts.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import polars as pl

from publish.period import Month
from publish.tables.medians import CELL, medians
from publish.tables.places import named
from publish.tables.specification import Column, Level, TableSpec
from publish.tables.sums import EVERY_DAY, GROUP, Asked, Summed, Sums
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
    values = pl.concat([_values(spec, columns, of_level) for of_level in placed])
    cells = rows.join(_order_of(columns), how="cross", maintain_order="left_right").with_row_index(CELL)
    return TrueTable(spec, tuple(months), _complete(spec, cells.join(values, on=CELL, how="left").sort(CELL)))


def _chosen(
    level: Level, spec: TableSpec, columns: Sequence[Column], sums: Sums, months: Sequence[Month]
) -> Summed:
    """The counts that the rows of a level gather, in groups: by its keys, label, row_setting, month, days where its
    columns tell them apart, and what else these gather; `group`, as `by_day` names it.

    A group stands in several rows where several labels or settings gather it.
    """
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
    return Summed(groups.filter(pl.any_horizontal(column.selects for column in columns)), summed.by_day)


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


def _rows(spec: TableSpec, chosen: Mapping[Level, Summed], places: pl.DataFrame) -> pl.DataFrame:
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


def _placed(level: Level, chosen: Summed, rows: pl.DataFrame) -> Summed:
    """What the rows of a level gather, with the number of the row in place of what it is about."""
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
    return Summed(chosen.groups.join(numbers, on=[*keys, *WORDS], nulls_equal=True), chosen.by_day)


def _values(spec: TableSpec, columns: Sequence[Column], placed: Summed) -> pl.DataFrame:
    """What each cell that has any counts holds: cell, tests, dated, value, of."""
    by_day = _of_columns(columns, placed)
    values = by_day.group_by(CELL).agg(pl.col("tests").sum())
    if spec.measure.is_median:
        values = values.join(medians(by_day), on=CELL, how="left")
    else:
        values = values.with_columns(value=pl.col("tests").cast(pl.Float64), dated=pl.col("tests"))
    wholes = [column.of for column in columns]
    if not any(wholes):
        return values.with_columns(of=pl.lit(None, pl.Int64))
    of = _of_columns(wholes, placed).group_by(CELL).agg(of=pl.col("tests").sum())
    return values.join(of, on=CELL, how="full", coalesce=True)


def _of_columns(columns: Sequence[Column | None], placed: Summed) -> pl.DataFrame:
    """The counts that each column selects, by the number of the cell: cell, days, tests."""
    first = pl.col("row") * len(columns)
    selected = [
        placed.groups.lazy().filter(column.selects).select(GROUP, (first + place).alias(CELL))
        for place, column in enumerate(columns)
        if column
    ]
    return placed.by_day.join(pl.concat(selected).collect(), on=GROUP).select(CELL, "days", "tests")


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
        *("period", "column"),
        pl.col("tests", "dated").fill_null(0),
        "value",
        of=pl.when("is_share").then(pl.col("of").fill_null(0)),
    )
