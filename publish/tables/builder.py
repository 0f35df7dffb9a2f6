"""The one builder: counts and a specification to a table of true values.

Texts stay categorical until only the rows of the table are left, and a cell is known by two numbers, its row and
its place among the columns: a year has millions of counts.
"""

from collections.abc import Sequence
from typing import Final

import polars as pl

from publish.counts.medians import median_days
from publish.counts.reduction import Counts
from publish.period import Month
from publish.tables.places import named
from publish.tables.specification import Column, Level, TableSpec
from publish.tables.truth import ENGLAND_CODE, TrueTable

WORDS: Final = ("label", "row_setting")
CELL: Final = ("row", "place")
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
_HAS_COMMISSIONER: Final = {Level.COMMISSIONER: True, Level.NO_COMMISSIONER: False}


def build(spec: TableSpec, counts: Counts, months: Sequence[Month], places: pl.DataFrame) -> TrueTable:
    """The table of the specification for these months and all of them together.

    `places` are the names of regions, boards, providers and commissioners (see `places_on`). Rows: England, every
    label and setting; then the other levels of the table's basis, by region code, name (case-blind) and code, a row
    only where there was such activity. England's values come from the counts, never from those of other rows.
    """
    columns = spec.columns_for(tuple(months))
    chosen = _chosen(spec, columns, getattr(counts, spec.basis.counts), months)
    rows = _rows(spec, chosen, places)
    placed = pl.concat([_placed(level, chosen, rows) for level in spec.basis.levels])
    cells = rows.join(_order_of(columns), how="cross").join(_values(spec, columns, placed), on=CELL, how="left")
    return TrueTable(spec, tuple(months), _complete(spec, cells.sort(CELL)))


def _chosen(
    spec: TableSpec, columns: Sequence[Column], counts: pl.DataFrame, months: Sequence[Month]
) -> pl.DataFrame:
    """The counts that the table gathers by place, label, row_setting, month, days and what its columns gather."""
    of_table = counts.lazy().filter(
        pl.col("month").is_in([str(month) for month in months]),
        *([pl.col("interval") == spec.interval] if spec.interval else []),
        *(pl.col(name) == value for name, value in spec.only),
    )
    if not _needs_days(spec, columns):  # one count in place of one for each day
        of_table = of_table.with_columns(days=pl.lit(None, pl.Int32))
    labels = pl.LazyFrame(
        [(gathered, label.text) for label in spec.labels for gathered in label.gathers],
        schema={spec.labelled_by: pl.Categorical, "label": pl.Categorical},
        orient="row",
    )
    labelled = of_table.join(labels, on=spec.labelled_by)
    keys = _keys_of_counts(spec, columns)
    settings = [(setting.text, setting.gathers) for setting in spec.settings] or [("", ())]
    return (
        pl.concat([_of_setting(spec, labelled, text, gathers) for text, gathers in settings])
        .filter(pl.any_horizontal(column.selects for column in columns))
        .group_by(*WORDS, *keys)
        .agg(pl.col("tests").sum())
        .with_columns(pl.col(pl.String).cast(pl.Categorical))
        .collect()
    )


def _needs_days(spec: TableSpec, columns: Sequence[Column]) -> bool:
    """Whether medians or columns of the table hang on days; patients are counted whatever the days."""
    return spec.measure.is_median or any(column.days or column.undated for column in gathering(columns))


def gathering(columns: Sequence[Column]) -> list[Column]:
    """The columns, and those that they are percentages of."""
    return [each for column in columns for each in (column, column.of) if each]


def _keys_of_counts(spec: TableSpec, columns: Sequence[Column]) -> tuple[str, ...]:
    """The columns of counts on which rows and columns of the table hang."""
    levels = spec.basis.levels
    of_levels = (
        name for level in levels for name in KEYS[Level.COMMISSIONER if level in _HAS_COMMISSIONER else level]
    )
    gathered = (name for column in gathering(columns) for name, _ in column.gathers)
    return tuple(dict.fromkeys((*of_levels, "month", "days", *gathered)))


def _of_setting(spec: TableSpec, labelled: pl.LazyFrame, text: str, gathers: tuple[str, ...]) -> pl.LazyFrame:
    if gathers:
        labelled = labelled.filter(pl.col(spec.divided_by).is_in(gathers))
    return labelled.with_columns(row_setting=pl.lit(text, pl.Categorical))


def _of_level(level: Level, chosen: pl.DataFrame) -> pl.DataFrame:
    """The counts that belong to rows of the level."""
    if level not in _HAS_COMMISSIONER:
        return chosen
    return chosen.filter(pl.col("commissioner_code").is_not_null() == _HAS_COMMISSIONER[level])


def _rows(spec: TableSpec, chosen: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Every row in published order, with its number: all of England's, and of other levels those with activity.

    Rule: publication specification, Definitions, Sort. What has no code or region stands last in its level.
    """
    words = [(label.text, text) for label in spec.labels for text in spec.setting_texts]
    order = pl.DataFrame(words, schema=WORDS, orient="row").with_row_index("words_place")
    of_levels = [_rows_of_level(level, chosen, order) for level in spec.basis.levels]
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


def _rows_of_level(level: Level, chosen: pl.DataFrame, order: pl.DataFrame) -> pl.DataFrame:
    """level, region_code, org_code (`-` where there is none), label, row_setting."""
    keys = KEYS[level]
    found = order if level is Level.ENGLAND else _of_level(level, chosen).select(*keys, *WORDS).unique()
    region = pl.col(keys[0]).cast(pl.String).fill_null(ENGLAND_CODE) if keys else pl.lit(ENGLAND_CODE)
    code = pl.col(keys[-1]).cast(pl.String).fill_null(ENGLAND_CODE) if len(keys) > 1 else pl.lit(ENGLAND_CODE)
    words = {name: pl.col(name).cast(pl.String) for name in WORDS}
    return found.select(level=pl.lit(level.value, LEVELS), region_code=region, org_code=code, **words)


def _placed(level: Level, chosen: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """The counts of the level's rows by the number of the row, and by what tells the columns apart."""
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
    joined = _of_level(level, chosen).join(numbers, on=[*keys, *WORDS], nulls_equal=True)
    places = {name for names in KEYS.values() for name in names}
    by = [name for name in joined.columns if name not in {*places, *WORDS, "tests", "row"}]
    return joined.group_by("row", *by).agg(pl.col("tests").sum())


def _values(spec: TableSpec, columns: Sequence[Column], placed: pl.DataFrame) -> pl.DataFrame:
    """What each cell that has any counts holds: row, place, tests, dated, value, of."""
    by_column = pl.concat([_of_column(place, column, placed) for place, column in enumerate(columns)])
    values = by_column.group_by(CELL).agg(pl.col("tests").sum())
    if spec.measure.is_median:
        values = values.join(median_days(by_column, CELL), on=CELL, how="left")
    else:
        values = values.with_columns(value=pl.col("tests").cast(pl.Float64), dated=pl.col("tests"))
    wholes = [_of_column(place, column.of, placed) for place, column in enumerate(columns) if column.of]
    if not wholes:
        return values.with_columns(of=pl.lit(None, pl.Int64))
    of = pl.concat(wholes).group_by(CELL).agg(of=pl.col("tests").sum())
    return values.join(of, on=CELL, how="full", coalesce=True)


def _of_column(place: int, column: Column, placed: pl.DataFrame) -> pl.DataFrame:
    """The counts that a column selects, as those of the column in that place."""
    return placed.lazy().filter(column.selects).select("row", "days", "tests", place=_number(place)).collect()


def _number(place: int) -> pl.Expr:
    return pl.lit(place, pl.UInt32)


def _order_of(columns: Sequence[Column]) -> pl.DataFrame:
    words = [(column.period, column.name, column.of is not None) for column in columns]
    schema = {"period": pl.String, "column": pl.String, "is_share": pl.Boolean}
    return pl.DataFrame(words, schema=schema, orient="row").with_row_index("place")


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
