"""The GP practice and the commissioner of the patient on the day of the test.

Rule: records specification, Derived fields, Commissioner: that of the GP practice on the test date, else of the
postcode.
"""

from datetime import date
from typing import Final

import polars as pl

from publish.fields.organisation import latest
from publish.fields.patient import meant
from publish.reference.dated import narrowed, stretches
from publish.reference.names import names_by_succession
from publish.reference.tables import ReferenceData
from publish.reference.vocabulary import default_practices

ENGLISH: Final = "E"  # ONS codes of English commissioners begin so
_AS_NAMED: Final = {"commissioner_code": "code", "commissioner_name": "name"}
MEANING: Final = ("code", "name", "ons_code", "region_code", "icb_code")  # what is looked up of a commissioner
OF_PRACTICE: Final = "practice_commissioner_"
OF_POSTCODE: Final = "postcode_commissioner_"


def GP_CODE() -> pl.Expr:
    """The code of the GP practice as submitted."""
    return pl.col("PRACTICE_CODE")


def GP_DESCRIPTION() -> pl.Expr:
    """The name of the GP practice, the latest that is known. V81997 is `Not Registered`, V81998 and V81999 are what
    the NHS Data Dictionary says of them.
    """
    return pl.col("practice_name")


def CCG_CODE() -> pl.Expr:
    """The commissioner on the date of test: that of the GP practice, else of the postcode.

    A clinical commissioning group to June 2022, a sub-ICB location since, by its code on that day. A practice in
    Wales has the code of its health board. A postcode gives the location of the directory that was imported, from
    the day on which its code began.
    """
    return _of_commissioner("code")


def CCG_NAME() -> pl.Expr:
    """The name of the commissioner, by its successor where it has been succeeded by one organisation."""
    return _of_commissioner("name")


def COMMISSIONING_ORGANISATION_CODE() -> pl.Expr:
    """The organisation that paid for the test. Always empty: no item of the records says."""
    return pl.lit(None)


def COMMISSIONING_ORGANISATION_NAME() -> pl.Expr:
    """The name of the organisation that paid for the test. Always empty: no item of the records says."""
    return pl.lit(None)


def commissioner_code() -> pl.Expr:
    """The ODS code of the English commissioner on the date of test; null where there is none."""
    return _if_english("code")


def commissioner_ons_code() -> pl.Expr:
    """The ONS code of the English commissioner on the date of test; null where there is none."""
    return _if_english("ons_code")


def commissioner_region() -> pl.Expr:
    """The region of the English commissioner on the date of test, by its ODS code; null where there is none."""
    return _if_english("region_code")


def commissioner_icb() -> pl.Expr:
    """The integrated care board of the English commissioner on the date of test; null where there is none."""
    return _if_english("icb_code")


def commissioners_of_practices(
    practices: pl.DataFrame, reference: ReferenceData, first: date, last: date
) -> pl.DataFrame:
    """The commissioner of each practice, for the codes as they stand in the records.

    `practices` has PRACTICE_CODE. Columns of the result: this, `valid_from`, `valid_to` (together the window, every
    day once), and of the commissioner `practice_commissioner_` `code`, `name`, `ons_code`, `region_code`,
    `icb_code`, null on days on which the practice had none.
    """
    given = practices.with_columns(valid_from=pl.lit(first), valid_to=pl.lit(last))
    known = reference.parents.filter(pl.col("org_code").is_in(practices["PRACTICE_CODE"].implode()))
    with_parents = narrowed(given, stretches(known, "org_code", first, last), "PRACTICE_CODE", "org_code")
    described = _described(reference, "commissioner_code", first, last)
    found = narrowed(with_parents, described, "parent_code", "commissioner_code").rename({"parent_code": "code"})
    return _named(found, reference, OF_PRACTICE)


def commissioners_of_areas(areas: pl.DataFrame, reference: ReferenceData, first: date, last: date) -> pl.DataFrame:
    """The commissioner of each area, for postcodes with the days on which they lay in it.

    `areas` has `area`, the ONS code of a sub-ICB location, `valid_from` and `valid_to`. The result has its columns,
    days divided further where the commissioner changes, and of the commissioner `postcode_commissioner_` `code`,
    `name`, `ons_code`, `region_code`, `icb_code`, null on days on which there was none.
    """
    described = _described(reference, "ons_code", first, last).with_columns(area="ons_code")
    found = narrowed(areas, described, "area", "area").rename({"commissioner_code": "code"})
    return _named(found, reference, OF_POSTCODE)


def commissioners_of_codes(codes: pl.DataFrame, reference: ReferenceData, first: date, last: date) -> pl.DataFrame:
    """What the commissioners are that an extract of the data product names.

    `codes` has CCG_CODE. Columns of the result: this, days and names as of `commissioners_of_areas`: what is known
    only by its code is in the place of the commissioner of the postcode, for the practice goes before it.
    """
    given = codes.with_columns(valid_from=pl.lit(first), valid_to=pl.lit(last))
    described = _described(reference, "commissioner_code", first, last)
    found = narrowed(given, described, "CCG_CODE", "commissioner_code").with_columns(code="CCG_CODE")
    return _named(found, reference, OF_POSTCODE)


def names_of_practices(practices: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """What each practice is called: PRACTICE_CODE, `practice_name`. `names` has `code` and `name`."""
    known = practices.join(names, left_on="PRACTICE_CODE", right_on="code", how="left")
    by_default = meant(pl.col("PRACTICE_CODE"), default_practices())
    return known.select("PRACTICE_CODE", practice_name=pl.coalesce(by_default, "name"))


def _described(reference: ReferenceData, key: str, first: date, last: date) -> pl.DataFrame:
    rows = reference.commissioners.filter(pl.col(key).is_not_null())
    kept = rows.select("commissioner_code", "ons_code", "region_code", "icb_code", "valid_from", "valid_to")
    return stretches(kept, key, first, last)


def _named(found: pl.DataFrame, reference: ReferenceData, prefix: str) -> pl.DataFrame:
    """With the name of the commissioner of column `code`, and `prefix` before all that is said of it."""
    own = pl.concat(
        [
            latest(reference.commissioners, "commissioner_code", "commissioner_name").rename(_AS_NAMED),
            latest(reference.organisations, "org_code", "org_name").rename(
                {"org_code": "code", "org_name": "name"}
            ),
        ]
    )
    names = names_by_succession(own.unique("code", keep="first", maintain_order=True), reference.successions)
    named = found.join(names, on="code", how="left", maintain_order="left")
    return named.rename({name: prefix + name for name in MEANING})


def _of_commissioner(name: str) -> pl.Expr:
    """What is known of the practice's commissioner where it has one, else of the postcode's."""
    of_practice = pl.col(OF_PRACTICE + "code").is_not_null()
    return pl.when(of_practice).then(OF_PRACTICE + name).otherwise(OF_POSTCODE + name)


def _if_english(name: str) -> pl.Expr:
    is_english = _of_commissioner("ons_code").str.starts_with(ENGLISH)
    return pl.when(is_english).then(_of_commissioner(name))
