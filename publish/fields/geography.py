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
    compact = pl.col("POSTCODE").str.replace_all(" ", "", literal=True)
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
    of_lsoas = reference.lsoas.select("lsoa", msoa_of_lsoa="msoa", area="sub_icb_ons_code").unique(
        "lsoa", keep="first", maintain_order=True
    )
    areas = found.join(of_lsoas, on="lsoa", how="left", maintain_order="left").select(
        *("POSTCODE", "valid_from", "valid_to", "lsoa"),
        msoa=pl.coalesce("msoa", "msoa_of_lsoa"),
        area=pl.coalesce("sub_icb_ons_code", "area"),
    )
    return commissioners_of_areas(areas, reference, first, last).drop("area")


def _rows_of(given: pl.DataFrame, postcodes: pl.LazyFrame) -> pl.DataFrame:
    """The rows of the postcodes given. The whole table has millions: it is scanned, never held."""
    somewhere = given.lazy().filter(~pl.col("postcode").str.starts_with(NOWHERE)).select("postcode").unique()
    columns = ("postcode", "lsoa", "msoa", "sub_icb_ons_code", "valid_from", "valid_to")
    return postcodes.select(columns).join(somewhere, on="postcode", how="semi").collect(engine="streaming")
