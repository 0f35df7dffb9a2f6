"""The one builder: counts and a specification to a table of true values."""

from collections.abc import Sequence
from typing import Final

import polars as pl

from publish.counts.medians import median_days
from publish.period import Month
from publish.reference.vocabulary import source_settings
from publish.tables.specification import ALL_SETTINGS, Measure, TableSpec
from publish.tables.truth import ENGLAND_CODE, YEAR, TrueTable

INTERVAL_OF: Final = {
    Measure.TESTS: "request_to_test",  # every test stands once under each interval
    Measure.REQUEST_TO_TEST: "request_to_test",
    Measure.TEST_TO_REPORT: "test_to_report",
}
SETTING_CODES: Final = {setting.table_name: setting.code for setting in source_settings()}
PLACE: Final = ("region_code", "org_code")
ROW: Final = (*PLACE, "label", "setting")
ENGLAND: Final = {"region_code": ENGLAND_CODE, "org_code": ENGLAND_CODE, "provider_name": "ENGLAND"}


def build(
    spec: TableSpec, tests: pl.DataFrame, months: Sequence[Month], names: pl.DataFrame | None = None
) -> TrueTable:
    """The table of the specification for these months and all of them together.

    `tests` as in `Counts`. `names` (org_code, provider_name) gives the table rows for providers; without it, it
    has England alone. Rows: England, every label and setting; then providers by region code, name (case-blind)
    and code, a row only where there was such activity. England's values come from the counts, never from those
    of providers.
    """
    chosen = _chosen(spec, tests, months)
    england = chosen.with_columns(pl.lit(ENGLAND_CODE).alias(column) for column in PLACE)
    every_place = england if names is None else pl.concat([england, chosen])
    by_period = pl.concat([every_place, every_place.with_columns(period=pl.lit(YEAR))])
    keys = (*ROW, "period")
    values = by_period.group_by(keys).agg(tests=pl.col("tests").sum())
    if spec.measure.is_median:
        values = values.join(median_days(by_period, keys), on=keys, how="left")
    else:
        values = values.with_columns(value=pl.col("tests").cast(pl.Float64), dated=pl.col("tests"))
    return TrueTable(spec, tuple(months), _complete(spec, values, months, names))


def _chosen(spec: TableSpec, tests: pl.DataFrame, months: Sequence[Month]) -> pl.DataFrame:
    """The counts that the table gathers: region_code, org_code, label, setting, period, days, tests."""
    of_table = tests.lazy().filter(
        pl.col("interval") == INTERVAL_OF[spec.measure],
        pl.col("month").is_in([str(month) for month in months]),
        pl.lit(value=True) if not spec.interventional_only else pl.col("interventional"),
    )
    labels = pl.LazyFrame(
        [(gathered, label.text) for label in spec.labels for gathered in label.gathers],
        schema={spec.labelled_by: pl.Categorical, "label": pl.String},
        orient="row",
    )
    labelled = of_table.join(labels, on=spec.labelled_by)
    return (
        pl.concat(
            [
                _of_setting(labelled, setting)
                .group_by(*PLACE, "label", "setting", "month", "days")
                .agg(pl.col("tests").sum())
                .rename({"month": "period"})
                for setting in spec.settings or ("",)
            ]
        )
        .with_columns(pl.col(pl.Categorical).cast(pl.String))
        .collect()
    )


def _of_setting(labelled: pl.LazyFrame, setting: str) -> pl.LazyFrame:
    if setting not in {"", ALL_SETTINGS}:
        labelled = labelled.filter(pl.col("setting").cast(pl.String) == SETTING_CODES[setting])
    return labelled.with_columns(setting=pl.lit(setting))


def _complete(
    spec: TableSpec, values: pl.DataFrame, months: Sequence[Month], names: pl.DataFrame | None
) -> pl.DataFrame:
    """Every row in published order with every period, whether or not there was activity."""
    rows = _england_rows(spec)
    if names is not None:
        of_providers = values.filter(pl.col("org_code") != ENGLAND_CODE).select(ROW).unique()
        rows = pl.concat([rows, _provider_rows(spec, of_providers, names)])
    periods = pl.DataFrame({"period": [*map(str, months), YEAR]})
    cells = rows.with_row_index("row").join(periods.with_row_index("column"), how="cross")
    return (
        cells.join(values, on=[*ROW, "period"], how="left")
        .sort("row", "column")
        .select(
            *PLACE, "provider_name", "label", "setting", "period", pl.col("tests", "dated").fill_null(0), "value"
        )
    )


def _england_rows(spec: TableSpec) -> pl.DataFrame:
    rows = [
        {**ENGLAND, "label": label.text, "setting": setting}
        for label in spec.labels
        for setting in spec.settings or ("",)
    ]
    return pl.DataFrame(rows)


def _provider_rows(spec: TableSpec, rows: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """Rows in published order (publication specification, Definitions, Sort)."""
    labels, settings = [label.text for label in spec.labels], list(spec.settings or ("",))
    order = (
        pl.col("region_code"),
        pl.col("provider_name").str.to_lowercase(),
        pl.col("org_code"),
        pl.col("label").replace_strict(labels, range(len(labels)), return_dtype=pl.UInt32),
        pl.col("setting").replace_strict(settings, range(len(settings)), return_dtype=pl.UInt32),
    )
    named = rows.join(names, on="org_code", how="left")
    return named.sort(order).select(*ENGLAND, "label", "setting")
