"""What regions, boards, providers and commissioners are called in the tables of one release."""

from dataclasses import replace
from datetime import date
from typing import Final

import polars as pl

from publish.counts.reduction import Counts
from publish.reference.tables import ReferenceData
from publish.reference.vocabulary import regions
from publish.tables.specification import Level
from publish.tables.truth import ENGLAND_CODE

SUB_ICB_LOCATIONS: Final = date(2022, 7, 1)  # from this day on they took the place of CCGs
ICB_NOT_KNOWN: Final = "ICB not known"
_PLACES: Final = {
    **dict.fromkeys(("level", "code", "provider_name", "ons_code", "icb_code", "imaging_network"), pl.String),
    "population": pl.Int64,
}
_BOARD, _SHORT = " Integrated Care Board", " ICB"


def commissioner_word(on: date) -> str:
    """What a commissioner was on that day: `CCG`, or `sub-ICB location` from July 2022."""
    return "CCG" if on < SUB_ICB_LOCATIONS else "sub-ICB location"


def places_on(reference: ReferenceData, on: date) -> pl.DataFrame:
    """The names on that day, or the last before it, of everything that a table lists.

    Columns: level, code (of a region, board, provider or commissioner; `-` where there is none), provider_name
    (whatever the level), ons_code (of commissioners), icb_code and imaging_network (of providers), population (of
    boards, and of England where every board of the day has one). What does not apply is null.
    """
    region_rows = [(region.region_code, region.region_name) for region in regions(on)]
    listed = {
        Level.ENGLAND: _without_code("ENGLAND").with_columns(population=_population_of_england(reference, on)),
        Level.REGION: pl.DataFrame(region_rows, schema=["code", "provider_name"], orient="row"),
        Level.ICB: pl.concat([_boards(reference, on), _without_code(ICB_NOT_KNOWN)], how="diagonal"),
        Level.PROVIDER: _last_before(reference.providers, "org_code", on),
        Level.COMMISSIONER: _commissioners(reference, on),
        Level.NO_COMMISSIONER: _without_code(f"No {commissioner_word(on)}"),
    }
    return pl.concat([_in_form(level, rows) for level, rows in listed.items()])


def named(rows: pl.DataFrame, places: pl.DataFrame) -> pl.DataFrame:
    """The rows of a table (level, region_code, org_code, …) with what `places_on` says of each; `-` for no code."""
    code = pl.when(pl.col("level") == Level.REGION.value).then("region_code").otherwise("org_code")
    keyed = rows.with_columns(code=code)
    said = keyed.join(places.cast({"level": rows.schema["level"]}), on=["level", "code"], how="left")
    return said.drop("code").with_columns(pl.col("ons_code", "icb_code", "imaging_network").fill_null(ENGLAND_CODE))


def commissioners_placed(counts: Counts, reference: ReferenceData, on: date) -> Counts:
    """The counts, those by commissioner with region_code and icb_code of the commissioner on that day.

    Rule: publication specification, Annual release: the unit is dated.
    """
    known = _commissioners(reference, on).select("region_code", "icb_code", commissioner_code="code")
    placed = counts.commissioners.cast({"commissioner_code": pl.String}).join(
        known, on="commissioner_code", how="left"
    )
    return replace(counts, commissioners=placed)


def _in_form(level: Level, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of one level with every column of places, in their order; null where they have none."""
    known = pl.concat(
        [pl.DataFrame(schema=_PLACES), rows.select(n for n in rows.columns if n in _PLACES)], how="diagonal_relaxed"
    )
    return known.with_columns(level=pl.lit(level.value)).select(*_PLACES).cast(pl.Schema(_PLACES))


def _without_code(name: str) -> pl.DataFrame:
    return pl.DataFrame({"code": [ENGLAND_CODE], "provider_name": [name]})


def _last_before(rows: pl.DataFrame, code: str, on: date) -> pl.DataFrame:
    """The row of each code that held on that day, or the last before it."""
    begun = rows.filter(pl.col("valid_from").fill_null(date.min) <= on).sort(code, "valid_from", nulls_last=False)
    return begun.group_by(code, maintain_order=True).last().rename({code: "code"})


def _boards(reference: ReferenceData, on: date) -> pl.DataFrame:
    boards = _last_before(reference.icbs, "icb_code", on).rename({"icb_name": "provider_name"})
    return boards.join(_populations(reference, on), on="code", how="left")


def _populations(reference: ReferenceData, on: date) -> pl.DataFrame:
    held = reference.population.filter(
        pl.col("valid_from").fill_null(date.min) <= on, pl.col("valid_to").fill_null(date.max) >= on
    )
    return held.select("population", code="icb_code")


def _population_of_england(reference: ReferenceData, on: date) -> pl.Expr:
    """The population of all boards of the day together; null where one is lacking."""
    standing = _boards(reference, on).filter(pl.col("valid_to").fill_null(date.max) >= on)["population"]
    known = not standing.is_empty() and standing.null_count() == 0
    return pl.lit(standing.sum() if known else None, pl.Int64)


def _commissioners(reference: ReferenceData, on: date) -> pl.DataFrame:
    """Commissioners of the day: code, provider_name, ons_code, region_code, icb_code."""
    boards = (
        reference.icbs.sort("icb_code", "valid_from", nulls_last=False)
        .unique("icb_code", keep="last", maintain_order=True)
        .select("icb_code", "icb_name")
    )
    rows = _last_before(reference.commissioners, "commissioner_code", on).join(
        boards, on="icb_code", how="left", maintain_order="left"
    )
    return rows.with_columns(provider_name=_in_lower_case())


def _in_lower_case() -> pl.Expr:
    """The name of a sub-ICB location, which the official table has in capitals, as its board writes its own."""
    given = pl.col("commissioner_name")
    as_board = pl.col("icb_name").str.replace(_BOARD, _SHORT, literal=True) + " - " + pl.col("code")
    return pl.when(as_board.str.to_uppercase() == given.str.to_uppercase()).then(as_board).otherwise(given)
