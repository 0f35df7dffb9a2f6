"""Files of the population of integrated care boards: patients of GP practices, or a plain table of boards.

"Patients Registered at a GP Practice" (NHS England) has a row for each practice, with the commissioner that it
belonged to on the day of the extract; the board is the commissioner's on that day. An extract holds from the first
day of the financial year in which it lies. This is a provisional choice, so that the tests of a year are set
against one population, whichever month of it was extracted.
"""

from datetime import date
from typing import Final

import polars as pl

from publish.errors import InputRefused
from publish.reference.columns import OFFICIAL
from publish.reference.layers import without_overlaps
from publish.reference.ods_files import Tables
from publish.reference.official_files import Grid, with_days
from publish.reference.reading import checked

BOARDS: Final = OFFICIAL["population"]
PRACTICES: Final = ("extract_date", "sex", "age", "number_of_patients")
COMMISSIONER: Final = ("sub_icb_location_code", "ccg_code")  # now, and before July 2022
_SHORT_YEAR: Final = r"^(\d{1,2}-[A-Za-z]{3}-)(\d{2})$"  # no extract is older than 2013
_CODE, _DAY, _PEOPLE = "commissioner_code", "valid_from", "population"


def is_of_practices(grid: Grid) -> bool:
    """Whether the file has a row for each practice."""
    return set(PRACTICES) <= set(grid.heading) and not set(COMMISSIONER).isdisjoint(grid.heading)


def is_population(grid: Grid) -> bool:
    """Whether the file is in one of the two layouts."""
    return is_of_practices(grid) or set(BOARDS) <= set(grid.heading)


def read_population(grid: Grid, _kind: str) -> Tables:
    """population: the boards as they stand in the file; or a row for each practice, on the day of the extract."""
    if is_of_practices(grid):
        return {"population": _of_practices(grid)}
    return {"population": checked("population", grid.headed(), grid.file)}


def _of_practices(grid: Grid) -> pl.DataFrame:
    in_full = pl.col("extract_date").fill_null("none").str.replace(_SHORT_YEAR, "${1}20${2}")
    dated = with_days(grid.headed().with_columns(in_full), grid.file, valid_from="extract_date", valid_to=None)
    everyone = pl.col("sex", "age").str.to_uppercase() == "ALL"
    rows = dated.filter(pl.all_horizontal(everyone).fill_null(value=False))
    if rows.is_empty() and not dated.is_empty():
        raise InputRefused(
            "has no row for patients of both sexes and all ages together (ALL in SEX and AGE)",
            where=str(grid.file),
            do="give the file of all practices, gp-reg-pat-prac-all.csv",
        )
    commissioner = next(name for name in COMMISSIONER if name in rows.columns)
    practices = rows.select(
        pl.col(commissioner).str.to_uppercase().alias(_CODE), pl.col("number_of_patients"), _DAY, "valid_to"
    )
    return _counted(practices, grid)


def _counted(practices: pl.DataFrame, grid: Grid) -> pl.DataFrame:
    counted = practices.with_columns(
        pl.when(pl.col("number_of_patients").str.contains(r"^\d{1,9}$"))
        .then("number_of_patients")
        .cast(pl.Int64)
        .alias(_PEOPLE)
    )
    if counted[_PEOPLE].has_nulls():
        raise InputRefused(
            "number_of_patients holds something that is not a whole number of patients",
            where=str(grid.file),
            do="download it again, and give it as it is",
        )
    return counted.select(_CODE, _PEOPLE, _DAY, "valid_to")


def of_boards(rows: pl.DataFrame, commissioners: pl.DataFrame, icbs: pl.DataFrame) -> pl.DataFrame:
    """The population of boards from what `read_population` gave; of practices, from the year of the extract on.

    A board that has ended has its population to its last day. Raises InputRefused where no commissioner of the
    file belongs to a board on the day of the extract.
    """
    if _CODE not in rows.columns:
        return rows.select(BOARDS)
    placed = _placed(rows, commissioners)
    if placed.is_empty():
        raise InputRefused(
            "the extract is of a day on which none of its commissioners belongs to an integrated care board",
            where="population",
            do="give an extract from July 2022 on, and import the commissioners of that day before it",
        )
    ends = icbs.sort("icb_code", _DAY).group_by("icb_code").agg(valid_to=pl.col("valid_to").last())
    summed = placed.group_by("icb_code", _DAY).agg(pl.col(_PEOPLE).sum()).filter(pl.col(_PEOPLE) > 0)
    found = summed.join(ends, on="icb_code", how="left").sort("icb_code", _DAY)
    return without_overlaps(found.with_columns(_first_of_year(pl.col(_DAY))).select(BOARDS), "icb_code")


def _first_of_year(day: pl.Expr) -> pl.Expr:
    """1 April of the financial year of the day."""
    return pl.date(day.dt.offset_by("-3mo").dt.year(), 4, 1).alias(_DAY)


def _placed(rows: pl.DataFrame, commissioners: pl.DataFrame) -> pl.DataFrame:
    """The rows of practices whose commissioner belongs to a board on the day, with that board."""
    first, last = pl.col("begins").fill_null(date.min), pl.col("ends").fill_null(date.max)
    boards = commissioners.select(_CODE, "icb_code", begins=_DAY, ends="valid_to").drop_nulls("icb_code")
    days = rows.select(_CODE, _DAY).unique().join(boards, on=_CODE)
    on_day = days.filter(pl.col(_DAY).is_between(first, last)).sort(_CODE, _DAY, "icb_code")
    return rows.drop("valid_to").join(on_day.unique([_CODE, _DAY], keep="first"), on=[_CODE, _DAY])


def not_placed(rows: pl.DataFrame, commissioners: pl.DataFrame) -> tuple[str, ...]:
    """What to say of practices whose commissioner belongs to no board on the day of the extract."""
    if _CODE not in rows.columns:
        return ()
    rest = rows.join(_placed(rows, commissioners).select(_CODE, _DAY).unique(), on=[_CODE, _DAY], how="anti")
    if rest.is_empty():
        return ()
    codes = ", ".join(rest[_CODE].fill_null("none").unique().sort())
    return (
        f"{rest[_PEOPLE].sum():,} patients are left out, whose commissioner belongs to no board on the day of the "
        f"extract: {codes}.",
    )


def unknown_boards(population: pl.DataFrame, icbs: pl.DataFrame) -> tuple[str, ...]:
    """The codes in a table of population that are no board on any day."""
    return tuple(population.join(icbs, on="icb_code", how="anti")["icb_code"].unique().sort())
