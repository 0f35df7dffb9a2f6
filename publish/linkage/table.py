"""The linked table, and the account of what was read, as tables of true values for disclosure control."""

from typing import Final

import polars as pl

from publish.linkage.bands import ALL_BANDS, bands, no_event
from publish.linkage.nearest import (
    EVENT_DATE_MISSING,
    IN_TABLE,
    LINKED_TO,
    MODALITY_UNKNOWN,
    PERSON_MISSING,
    PROVIDER_MISSING,
    TEST_DATE_MISSING,
    Counted,
)
from publish.reference.vocabulary import modalities
from publish.tables.catalogue import ALL_MODALITIES
from publish.tables.specification import Label, Level, Measure, TableSpec
from publish.tables.truth import ENGLAND_CODE, YEAR, TrueTable

ALL_READ: Final = "read"
ENGLAND: Final = {
    "level": Level.ENGLAND.value,
    "region_code": ENGLAND_CODE,
    "org_code": ENGLAND_CODE,
    "provider_name": "ENGLAND",
}
NO_REGION: Final = ""  # a provider is one row, wherever its sites are
TESTS: Final = (ALL_READ, IN_TABLE, PERSON_MISSING, TEST_DATE_MISSING, PROVIDER_MISSING, MODALITY_UNKNOWN)
EVENTS: Final = (ALL_READ, LINKED_TO, PERSON_MISSING, EVENT_DATE_MISSING)

ACCOUNT: Final = TableSpec(
    number="L2",
    title="What was read for the link",
    summary="Tests and events read, and what became of them",
    file_stem="Link-Account",
    measure=Measure.TESTS,
    labelled_by="source",
    label_heading="Source",
    labels=(Label("tests", ("tests",)), Label("events", ("events",))),
    settings=tuple(Label(outcome) for outcome in dict.fromkeys((*TESTS, *EVENTS))),
)


def linked_spec(within: int) -> TableSpec:
    """The table of a link: providers by modality, divided by the band of the nearest event."""
    every = Label(ALL_MODALITIES, tuple(m.modality for m in modalities()))
    return TableSpec(
        number="L",
        title="Imaging before and after events, by provider, modality and days between",
        summary=(
            "Imaging tests by the days between the test and the nearest event of the same person in another data "
            f"set, up to {within} days before or after it"
        ),
        file_stem="Link",
        measure=Measure.TESTS,
        labelled_by="modality",
        label_heading="Modality",
        labels=(every, *(Label(m.modality, (m.modality,)) for m in modalities())),
        settings=tuple(map(Label, (ALL_BANDS, *(band.text for band in bands(within)), no_event(within)))),
    )


def linked_table(counted: Counted, within: int) -> TrueTable:
    """England (each modality and all together), then providers by name, each modality with any test, every band.

    England's values come from the counts, never from those of providers.
    """
    named = counted.cells.join(counted.names, on="org_code", how="left")
    is_england = pl.col("org_code").is_null()
    own = {
        "level": pl.lit(Level.PROVIDER.value),
        "region_code": pl.lit(NO_REGION),
        "org_code": pl.col("org_code"),
        "provider_name": pl.col("provider_name"),
    }
    places = (
        pl.when(is_england).then(pl.lit(value)).otherwise(own[name]).alias(name) for name, value in ENGLAND.items()
    )
    return _true_table(
        linked_spec(within), named.with_columns(places).rename({"modality": "label", "band": "setting"})
    )


def account_table(counted: Counted) -> TrueTable:
    """What became of every test and event that was read; England alone."""
    rows = counted.account.rename({"source": "label", "outcome": "setting", "records": "tests"})
    # all that was read is of no fewer persons than a part of it
    every = rows.group_by("label").agg(pl.col("tests").sum(), pl.col("persons").max(), setting=pl.lit(ALL_READ))
    places = [pl.lit(value).alias(name) for name, value in ENGLAND.items()]
    return _true_table(ACCOUNT, pl.concat([rows, every.select(rows.columns)]).with_columns(places))


def _true_table(spec: TableSpec, counts: pl.DataFrame) -> TrueTable:
    """Every row of the counts with every setting of the table, in published order, over the whole of the data."""
    row = (*ENGLAND, "label")
    values = counts.select(*row, "setting", "tests", "persons")
    rows = values.select(row).unique().sort(_order(spec)).with_row_index("row")
    settings = pl.DataFrame({"setting": spec.setting_texts}).with_row_index("column")
    cells = rows.join(settings, how="cross").join(values, on=[*row, "setting"], how="left").sort("row", "column")
    tests = pl.col("tests").fill_null(0)
    return TrueTable(
        spec,
        (),
        cells.select(
            *row,
            "setting",
            "persons",
            period=pl.lit(YEAR),
            column=pl.lit(""),
            of=pl.lit(None, pl.Int64),
            tests=tests,
            dated=tests,
            value=tests.cast(pl.Float64),
        ),
    )


def _order(spec: TableSpec) -> tuple[pl.Expr, ...]:
    """England first, then providers by name (case-blind) and code; labels in the order of the table."""
    labels = [label.text for label in spec.labels]
    return (
        pl.col("org_code") != ENGLAND["org_code"],
        pl.col("provider_name").str.to_lowercase(),
        pl.col("org_code"),
        pl.col("label").replace_strict(labels, range(len(labels)), return_dtype=pl.UInt32),
    )
