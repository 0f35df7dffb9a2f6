"""Codes and names in the tables against the reference data of the day.

Rule: publication specification, Definitions: names are those of the last day of the period.
"""

from collections.abc import Iterator
from datetime import date
from typing import Final

import polars as pl

from publish.disclosure.control import ProtectedTable
from publish.edition import Edition
from publish.period import date_in_words
from publish.reference.tables import ReferenceData
from publish.reference.vocabulary import dated_regions
from publish.review.checks.draft import CheckedDraft, Outcome, failed_where, how_many, look_where, table_word, worst
from publish.tables.specification import Level
from publish.tables.truth import ENGLAND_CODE

KNOWN_AS: Final = {
    Level.REGION: "region",
    Level.ICB: "integrated care board",
    Level.PROVIDER: "provider",
    Level.COMMISSIONER: "commissioner",
}
_ROWS: Final = {"level": pl.String, "code": pl.String, "name": pl.String, "day": pl.Date, "table": pl.String}


def names_and_codes(draft: CheckedDraft) -> Outcome:
    """Every code and name of the tables: known, by the name of the last day, and open then or in the period."""
    held = _held(draft.reference)
    listed = pl.concat([_listed(table, draft.edition) for table in draft.tables])
    rows = listed.unique(["level", "code", "name", "day"], maintain_order=True)
    wrong = [*_unknown(rows, held), *_named_otherwise(rows, held)]
    closed = list(_closed(rows, held, draft.edition.period.months[0].first_day))
    codes = rows.select("level", "code").unique().height
    amiss = how_many(len(wrong), "code or name is", "codes or names are")
    gone = how_many(len(closed), "organisation", "organisations")
    return worst(
        failed_where(
            wrong,
            f"{amiss} not as in the reference data on the last day of the period.",
            f"All {codes:,} codes are in the reference data, by the name of the last day of the period.",
        ),
        look_where(closed, f"Tests are listed for {gone} closed before the period began.", ""),
    )


def _listed(table: ProtectedTable, edition: Edition) -> pl.DataFrame:
    """Who a table lists: level, code, name, the day of which its names are, and the table."""
    spec = table.spec
    day = (table.months if spec.by_quarter else edition.period.months)[-1].last_day
    code = pl.when(pl.col("level") == Level.REGION.value).then("region_code").otherwise("org_code")
    regions = table.cells.filter(pl.col("level") != Level.ENGLAND.value).select(
        level=pl.lit(Level.REGION.value), code="region_code", name=pl.lit(None, pl.String)
    )
    rows = table.cells.select("level", code=code, name="provider_name")
    every = pl.concat([rows, regions]).unique(maintain_order=True)
    told = every.filter(pl.col("level").is_in([level.value for level in KNOWN_AS]), pl.col("code") != ENGLAND_CODE)
    return told.with_columns(day=pl.lit(day), table=pl.lit(table_word(table))).cast(pl.Schema(_ROWS))


def _held(reference: ReferenceData) -> pl.DataFrame:
    """The names of the reference data and their days: level, code, known_name, from, to."""
    kinds = (
        (Level.REGION, dated_regions(), "region_code", "region_name"),
        (Level.ICB, reference.icbs, "icb_code", "icb_name"),
        (Level.PROVIDER, reference.providers, "org_code", "provider_name"),
        (Level.COMMISSIONER, reference.commissioners, "commissioner_code", "commissioner_name"),
    )
    return pl.concat(
        rows.select(
            level=pl.lit(level.value),
            code=code,
            known_name=name,
            begins=pl.col("valid_from").fill_null(date.min),
            ends=pl.col("valid_to").fill_null(date.max),
        )
        for level, rows, code, name in kinds
    )


def _unknown(rows: pl.DataFrame, held: pl.DataFrame) -> Iterator[str]:
    unknown = rows.join(held, on=["level", "code"], how="anti").unique(["level", "code"], maintain_order=True)
    for row in unknown.iter_rows(named=True):
        name = f" ({row['name']})" if row["name"] else ""
        yield f"{row['table']}: the code {row['code']}{name} is of no {KNOWN_AS[Level(row['level'])]}"


def _named_otherwise(rows: pl.DataFrame, held: pl.DataFrame) -> Iterator[str]:
    """Names that the code did not have on the day, or on the last day before it that it had any."""
    with_names = rows.drop_nulls("name").with_row_index("row")
    then = with_names.join(held, on=["level", "code"]).filter(pl.col("begins") <= pl.col("day"))
    latest = (
        then.filter(pl.col("ends").clip(upper_bound=pl.col("day")) == _last_day())
        .group_by("row", maintain_order=True)
        .agg(pl.col("name", "code", "level", "day", "table").first(), "known_name")
    )
    for row in latest.iter_rows(named=True):
        if not any(_same(row["name"], known, row["code"], row["level"]) for known in row["known_name"]):
            day, kind = date_in_words(row["day"]), KNOWN_AS[Level(row["level"])]
            yield (
                f"{row['table']}: the {kind} {row['code']} is called {row['name']!r}; on {day} its name was "
                f"{row['known_name'][-1]!r}"
            )


def _last_day() -> pl.Expr:
    return pl.col("ends").clip(upper_bound=pl.col("day")).max().over("row")


def _same(name: str, known: str, code: str, level: str) -> bool:
    """Official tables have names in capitals, and commissioners by their board's full name; ours as people do."""
    if level == Level.COMMISSIONER.value:
        forms = {text.upper().replace(" INTEGRATED CARE BOARD", " ICB") for text in (known, f"{known} - {code}")}
        return name.upper() in forms
    return name == known or (known.isupper() and name.upper() == known)


def _closed(rows: pl.DataFrame, held: pl.DataFrame, begins: date) -> Iterator[str]:
    """Organisations that the reference data end before the period: they can have no tests in it."""
    ends = held.group_by("level", "code").agg(ends=pl.col("ends").max())
    once = rows.drop_nulls("name").unique(["level", "code"], maintain_order=True)
    gone = once.join(ends, on=["level", "code"], maintain_order="left").filter(pl.col("ends") < begins)
    for row in gone.iter_rows(named=True):
        yield f"{row['table']}: {row['name']} ({row['code']}) was closed on {date_in_words(row['ends'])}"
