"""The one builder: counts and a specification to a table of true values."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from publish.counts.medians import median_days
from publish.counts.reduction import Counts
from publish.period import Month
from publish.tables.places import named
from publish.tables.specification import Column, Level, TableSpec
from publish.tables.truth import ENGLAND_CODE, TrueTable

ROW: Final = ("level", "region_code", "org_code", "label", "row_setting")
CELL: Final = (*ROW, "period", "column")
LEVELS: Final = pl.Enum([level.value for level in Level])
_NOWHERE: Final = pl.lit(ENGLAND_CODE)
_CODE: Final = {Level.ICB: "icb_code", Level.PROVIDER: "org_code", Level.COMMISSIONER: "commissioner_code"}
_IN_REGION: Final = (Level.REGION, *_CODE)  # levels whose rows lie in one region each


def build(spec: TableSpec, counts: Counts, months: Sequence[Month], places: pl.DataFrame) -> TrueTable:
    """The table of the specification for these months and all of them together.

    `places` are the names of regions, boards, providers and commissioners (see `places_on`). Rows: England, every
    label and setting; then the other levels of the table's basis, by region code, name (case-blind) and code, a row
    only where there was such activity. England's values come from the counts, never from those of other rows.
    """
    columns = spec.columns_for(tuple(months))
    of_basis: pl.DataFrame = getattr(counts, spec.basis.counts)
    if "days" not in of_basis.columns:  # patients are counted whatever the days
        of_basis = of_basis.with_columns(days=pl.lit(None, pl.Int32))
    chosen = _chosen(spec, of_basis, months)
    everywhere = pl.concat([_placed(level, chosen) for level in spec.basis.levels])
    rows = _rows(spec, everywhere.select(ROW).unique(), places)
    cells = rows.join(_order_of(columns), how="cross").join(_values(spec, columns, everywhere), on=CELL, how="left")
    return TrueTable(spec, tuple(months), _complete(spec, cells.sort("row", "place")))


def _chosen(spec: TableSpec, counts: pl.DataFrame, months: Sequence[Month]) -> pl.DataFrame:
    """The counts that the table gathers by place, `label`, `row_setting`, month, days and what its columns "
    "gather."""
    of_table = counts.lazy().filter(
        pl.col("month").is_in([str(month) for month in months]),
        *([pl.col("interval") == spec.interval] if spec.interval else []),
        *(pl.col(name) == value for name, value in spec.only),
    )
    labels = pl.LazyFrame(
        [(gathered, label.text) for label in spec.labels for gathered in label.gathers],
        schema={spec.labelled_by: pl.Categorical, "label": pl.String},
        orient="row",
    )
    labelled = of_table.join(labels, on=spec.labelled_by)
    keys = [name for name in _needed(spec) if name in counts.columns]
    return (
        pl.concat([_of_setting(spec, labelled, text, gathers) for text, gathers in _settings(spec)])
        .group_by("label", "row_setting", *keys)
        .agg(pl.col("tests").sum())
        .with_columns(pl.col(pl.Categorical).cast(pl.String))
        .collect()
    )


def _needed(spec: TableSpec) -> list[str]:
    """The columns of counts on which rows and columns of the table hang."""
    columns = [each for column in spec.columns for each in (column, column.of) if each]
    gathered = (name for column in columns for name, _ in column.gathers)
    places = ("region_code", *(code for level, code in _CODE.items() if level in _with_none(spec)))
    return list(dict.fromkeys((*places, "month", "days", *gathered)))


def _with_none(spec: TableSpec) -> tuple[Level, ...]:
    """The levels of a table; whoever has no commissioner is told from the commissioners."""
    levels = spec.basis.levels
    return (*levels, Level.COMMISSIONER) if Level.NO_COMMISSIONER in levels else levels


def _settings(spec: TableSpec) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((setting.text, setting.gathers) for setting in spec.settings) or (("", ()),)


def _of_setting(spec: TableSpec, labelled: pl.LazyFrame, text: str, gathers: tuple[str, ...]) -> pl.LazyFrame:
    if gathers:
        labelled = labelled.filter(pl.col(spec.divided_by).cast(pl.String).is_in(gathers))
    return labelled.with_columns(row_setting=pl.lit(text))


def _placed(level: Level, chosen: pl.DataFrame) -> pl.DataFrame:
    """The counts of the level's rows, with level, region_code and org_code of the row: `-` where it has none."""
    if level in (Level.COMMISSIONER, Level.NO_COMMISSIONER):
        has_none = pl.col("commissioner_code").is_null()
        chosen = chosen.filter(has_none if level is Level.NO_COMMISSIONER else ~has_none)
    region = pl.col("region_code").fill_null(ENGLAND_CODE) if level in _IN_REGION else _NOWHERE
    code = pl.col(_CODE[level]).fill_null(ENGLAND_CODE) if level in _CODE else _NOWHERE
    placed = chosen.with_columns(level=pl.lit(level.value, LEVELS), region_code=region, row_code=code)
    keys = [name for name in placed.columns if name not in {*_CODE.values(), "row_code", "tests"}]
    gathered = placed.group_by(*keys, "row_code").agg(pl.col("tests").sum())
    return gathered.rename({"row_code": "org_code"}).select(*keys, "org_code", "tests")


def _values(spec: TableSpec, columns: Sequence[Column], everywhere: pl.DataFrame) -> pl.DataFrame:
    """What each cell that has any counts holds: CELL, tests, dated, value, of."""
    by_column = pl.concat([_of_column(column, column, everywhere) for column in columns])
    values = by_column.group_by(CELL).agg(pl.col("tests").sum())
    if spec.measure.is_median:
        values = values.join(median_days(by_column, CELL), on=CELL, how="left")
    else:
        values = values.with_columns(value=pl.col("tests").cast(pl.Float64), dated=pl.col("tests"))
    shares = [(column, column.of) for column in columns if column.of]
    if not shares:
        return values.with_columns(of=pl.lit(None, pl.Int64))
    wholes = pl.concat([_of_column(column, whole, everywhere) for column, whole in shares])
    of = wholes.group_by(CELL).agg(of=pl.col("tests").sum())
    return values.join(of, on=CELL, how="full", coalesce=True)


def _of_column(column: Column, gathering: Column, everywhere: pl.DataFrame) -> pl.DataFrame:
    """The counts that `gathering` selects, as those of a column."""
    words = {"period": pl.lit(column.period), "column": pl.lit(column.name)}
    return everywhere.filter(gathering.selects).select(*ROW, "days", "tests", **words)


def _order_of(columns: Sequence[Column]) -> pl.DataFrame:
    words = [(column.period, column.name, column.of is not None) for column in columns]
    schema = {"period": pl.String, "column": pl.String, "is_share": pl.Boolean}
    return pl.DataFrame(words, schema=schema, orient="row").with_row_index("place")


def _rows(spec: TableSpec, found: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """Every row in published order: all of England's, and of other levels those with activity.

    Rule: publication specification, Definitions, Sort. What has no code or region stands last in its level.
    """
    words = [(label.text, text) for label in spec.labels for text in spec.setting_texts]
    order = pl.DataFrame(words, schema=["label", "row_setting"], orient="row").with_row_index("words_place")
    england = order.with_columns(
        level=pl.lit(Level.ENGLAND.value, LEVELS), region_code=_NOWHERE, org_code=_NOWHERE
    ).drop("words_place")
    others = found.filter(pl.col("level") != Level.ENGLAND.value)
    rows = pl.concat([england.select(ROW), others.select(ROW)]).join(order, on=["label", "row_setting"])
    return (
        named(rows, places)
        .sort(
            "level",
            pl.col("region_code") == ENGLAND_CODE,
            "region_code",
            pl.col("org_code") == ENGLAND_CODE,
            pl.col("provider_name").str.to_lowercase(),
            "org_code",
            "words_place",
        )
        .drop("words_place")
        .with_row_index("row")
    )


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
