"""The reference data of made-up records: where sites, practices and postcodes are, how many people live there."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from publish.period import Month
from publish.reference.columns import OFFICIAL, empty
from publish.reference.tables import file_name
from publish.synthetic.homes import FIRST_DAY, bundled_dated, commissioners_of_practices, held_on, homes
from publish.synthetic.sites import ENGLAND, write_sites

_PEOPLE_PER_TEST: Final = 57 / 47  # a year: millions of people in England, and of tests
_MONTHS_OF_A_YEAR: Final = 12


def write_reference(folder: Path, months: Sequence[Month], records: int) -> None:
    """Write the tables that place every made-up site, practice and postcode to a folder for reference data.

    `sites.csv`; `parents.csv`, the commissioner of each practice, day by day; `lsoas.csv` and `postcodes.parquet`,
    as directories of the last of the months; `population.csv`, so many people for so many records of those months
    that tests per person are those of England.
    """
    write_sites(folder)
    areas = _areas(months[-1].last_day)
    _parents().write_csv(folder / file_name("parents"))
    areas.select(OFFICIAL["lsoas"]).write_csv(folder / file_name("lsoas"))
    _postcodes(areas).write_parquet(folder / file_name("postcodes"))
    _population(months, records).write_csv(folder / file_name("population"))


def _parents() -> pl.DataFrame:
    known = commissioners_of_practices().rename({"practice": "org_code", "commissioner_code": "parent_code"})
    return known.select(OFFICIAL["parents"])


def _areas(day: date) -> pl.DataFrame:
    """The homes with the commissioner and board of their practice on that day: the columns of `lsoas`, postcode."""
    of_practices = held_on(commissioners_of_practices(), day).select("practice", sub_icb_code="commissioner_code")
    commissioners = held_on(bundled_dated("commissioners"), day).select(
        "icb_code", sub_icb_code="commissioner_code", sub_icb_ons_code="ons_code"
    )
    boards = held_on(bundled_dated("icbs"), day).select("icb_code", icb_ons_code="ons_code")
    found = homes()
    for known, key in ((of_practices, "practice"), (commissioners, "sub_icb_code"), (boards, "icb_code")):
        found = found.join(known, on=key, how="left", maintain_order="left")
    return found


def _postcodes(areas: pl.DataFrame) -> pl.DataFrame:
    known = areas.with_columns(
        country=pl.lit(ENGLAND), valid_from=pl.lit(FIRST_DAY), valid_to=pl.lit(None, pl.Date)
    )
    return known.select(OFFICIAL["postcodes"]).cast(empty("postcodes").schema)


def _population(months: Sequence[Month], records: int) -> pl.DataFrame:
    """The people of every board that stood in the months. None where no board did."""
    stood = pl.col("valid_to").is_null() | (pl.col("valid_to") >= months[0].first_day)
    boards = bundled_dated("icbs").filter(pl.col("valid_from") <= months[-1].last_day, stood)
    of_boards = bundled_dated("commissioners").select("commissioner_code", "icb_code").unique()
    shares = homes().join(of_boards, on="commissioner_code").group_by("icb_code").agg(pl.col("share").sum())
    everybody = records / len(months) * _MONTHS_OF_A_YEAR * _PEOPLE_PER_TEST
    people = (pl.col("share") * everybody).round(6).ceil().cast(pl.Int64)  # in any order; nobody is no population
    counted = boards.join(shares, on="icb_code").with_columns(population=people)
    return counted.select(OFFICIAL["population"]).sort("icb_code", "valid_from")
