"""Where the patient lives: the postcode, and the small areas that it lay in on the day of the test."""

from datetime import date
from typing import Final

import polars as pl

from publish.fields.commissioner import commissioners_of_areas
from publish.reference.dated import narrowed, stretches
from publish.reference.tables import ReferenceData

NOWHERE: Final = "ZZ99"  # postcodes of patients without an address in England begin so
_INWARD: Final = 3  # characters of a postcode after the blank


def POSTCODE() -> pl.Expr:
    """The postcode of the usual address: in capitals, one blank before its last three characters."""
    compact = _without_blanks(pl.col("POSTCODE"))
    written = pl.concat_str(compact.str.head(-_INWARD), compact.str.tail(_INWARD), separator=" ")
    return written.str.strip_chars_start(" ")  # where nothing stands before the last three characters


def LOCATION_LSOA() -> pl.Expr:
    """The lower layer super output area (data zone in Scotland) of the postcode on the date of test.

    Postcodes that begin with ZZ99 have none.
    """
    return pl.col("lsoa")


def LOCATION_MSOA() -> pl.Expr:
    """The middle layer super output area (intermediate zone in Scotland) of the postcode on the date of test.

    From the table of postcodes, else from that of lower layer super output areas. Postcodes that begin with ZZ99
    have none.
    """
    return pl.col("msoa")


def areas_of_postcodes(postcodes: pl.DataFrame, reference: ReferenceData, first: date, last: date) -> pl.DataFrame:
    """Where each postcode lies, for postcodes as they stand in the records.

    `postcodes` has POSTCODE. Columns of the result: this, `valid_from`, `valid_to` (together the window, every day
    once), `lsoa`, `msoa`, and the commissioner of the area, as `commissioners_of_areas` names it.
    """
    given = postcodes.select("POSTCODE", postcode=POSTCODE()).with_columns(
        valid_from=pl.lit(first), valid_to=pl.lit(last)
    )
    known = stretches(_rows_of(given, reference.postcodes), "postcode", first, last)
    found = narrowed(given, known, "postcode", "postcode")
    areas = found.join(_areas_of_lsoas(reference), on="lsoa", how="left", maintain_order="left").select(
        *("POSTCODE", "valid_from", "valid_to", "lsoa"),
        msoa=pl.coalesce("msoa", "msoa_of_lsoa"),
        area=pl.coalesce("sub_icb_ons_code", "area"),
    )
    return commissioners_of_areas(areas, reference, first, last).drop("area")


def postcode_number(postcode: pl.Expr) -> pl.Expr:
    """A postcode as it stands in records or tables as a whole number, by which millions of them are joined.

    Null for what cannot be a postcode. No two have the same: the number is what a 1 and the characters without
    blanks, in capitals, are to the base 36.
    """
    capitals = postcode.cast(pl.String).str.strip_chars().str.to_uppercase()
    marked = pl.lit("1") + _without_blanks(capitals)  # so that zeros or a sign at the beginning count
    return marked.str.to_integer(base=36, dtype=pl.Int64, strict=False)


def rows_of_postcodes(reference: ReferenceData) -> pl.LazyFrame:
    """The whole table of postcodes by number: `postcode` (see `postcode_number`), `lsoa`, `area`, and its days.

    `area` is as in `areas_of_postcodes`. `valid_from` and `valid_to` are never null. Postcodes that begin with ZZ99
    are left out.
    """
    of_lsoas = _areas_of_lsoas(reference).lazy()
    somewhere = reference.postcodes.filter(~pl.col("postcode").str.starts_with(NOWHERE))
    return somewhere.join(of_lsoas, on="lsoa", how="left").select(
        "lsoa",
        postcode=postcode_number(pl.col("postcode")),
        area=pl.coalesce("sub_icb_ons_code", "area"),
        valid_from=pl.col("valid_from").fill_null(date.min),
        valid_to=pl.col("valid_to").fill_null(date.max),
    )


def values_of_postcodes(
    postcodes: pl.DataFrame, rows: pl.DataFrame, value: str, first: date, last: date
) -> pl.DataFrame:
    """What the row of each postcode has in the column `value` on each day, for postcodes as they stand in records.

    `postcodes` has POSTCODE. `rows` has `postcode` (see `postcode_number`), `value`, and its days. Columns of the
    result: POSTCODE, `valid_from`, `valid_to` (together the window, every day once), `value`, null where there is
    none. Raises InputRefused where two rows of a postcode hold on the same day of first..last.
    """
    given = postcodes.select(
        "POSTCODE", postcode=postcode_number(pl.col("POSTCODE")), valid_from=pl.lit(first), valid_to=pl.lit(last)
    )
    known = rows.join(given, on="postcode", how="semi").select("postcode", value, "valid_from", "valid_to")
    return narrowed(given, stretches(known, "postcode", first, last), "postcode", "postcode").drop("postcode")


def has_postcodes(reference: ReferenceData) -> bool:
    """Whether a table of postcodes is in use."""
    return not reference.postcodes.select("postcode").head(1).collect().is_empty()


def deciles_of_lsoas(reference: ReferenceData) -> pl.DataFrame:
    """The deprivation decile of each area that has one: `lsoa`, `decile`, 1 (the most deprived tenth) to 10."""
    decile = pl.col("imd_decile").cast(pl.UInt8, strict=False)
    known = reference.lsoas.select("lsoa", decile=decile).filter(pl.col("decile").is_between(1, 10))
    return known.unique("lsoa", keep="first", maintain_order=True)


def _without_blanks(postcode: pl.Expr) -> pl.Expr:
    return postcode.str.replace_all(" ", "", literal=True)


def _areas_of_lsoas(reference: ReferenceData) -> pl.DataFrame:
    return reference.lsoas.select("lsoa", msoa_of_lsoa="msoa", area="sub_icb_ons_code").unique(
        "lsoa", keep="first", maintain_order=True
    )


def _rows_of(given: pl.DataFrame, postcodes: pl.LazyFrame) -> pl.DataFrame:
    """The rows of the postcodes given. The whole table has millions: it is scanned, never held."""
    somewhere = given.lazy().filter(~pl.col("postcode").str.starts_with(NOWHERE)).select("postcode").unique()
    columns = ("postcode", "lsoa", "msoa", "sub_icb_ons_code", "valid_from", "valid_to")
    return postcodes.select(columns).join(somewhere, on="postcode", how="semi").collect(engine="streaming")
