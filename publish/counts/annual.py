"""What only the annual tables need: tests by commissioner, and by characteristics of the patient.

An extract need not have the items of the patient: what is absent is not read, and is not known. Columns of the data
product stand in for an item that is left out of it.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from publish.counts.codes import Codes
from publish.counts.groups import grouped, grouped_with_each, in_tables
from publish.counts.pieces import (
    EXAM,
    INTERVALS,
    SETTING,
    SITE,
    Numbered,
    Piece,
    narrowest,
    numbered,
    told_of,
)
from publish.fields.ages import AGE_BAND_5_YEARS, bands_of_texts, calendar_number, five_years_begin, years_between
from publish.fields.ages import NOT_KNOWN as AGE_NOT_KNOWN
from publish.fields.commissioner import (
    OF_POSTCODE,
    OF_PRACTICE,
    commissioner_code,
    commissioners_of_areas,
    commissioners_of_codes,
    commissioners_of_practices,
)
from publish.fields.geography import (
    deciles_of_lsoas,
    has_postcodes,
    rows_of_postcodes,
    values_of_postcodes,
)
from publish.fields.patient import NOT_KNOWN, ethnic_groups_of_codes, sexes_of_codes
from publish.fields.reasons import OUTSIDE_ENGLAND
from publish.fields.setting import GP_DIRECT_ACCESS
from publish.records.coded_files import looked_up
from publish.records.items import DATES
from publish.records.values import code
from publish.reference.dated import narrowed
from publish.reference.tables import VALIDITY, ReferenceData

COMMISSIONER_KEYS: Final = (
    *("month", "commissioner_code", "modality", "cancer_group", "setting", "interval", "days"),
)
PATIENT_KEYS: Final = ("month", "region_code", "modality", "characteristic", "sex", "band")
AGE_AND_SEX: Final = "age and sex"
ETHNIC_GROUP: Final = "ethnic group"
DEPRIVATION: Final = "deprivation decile"
LONGEST: Final = 366  # days; stands for itself and all above
# The items of a patient, and the columns of the data product that stand in where it leaves one out
OF_PATIENT: Final[dict[str, tuple[str, ...]]] = {
    "PRACTICE_CODE": (),
    "POSTCODE": ("CCG_CODE", "LOCATION_LSOA"),
    "PERSON_BIRTH_DATE": ("AGE_BAND_5_YEARS",),
    "PERSON_GENDER_CODE": (),
    "ETHNIC_CATEGORY": (),
}
FROM_PATIENT: Final = (*OF_PATIENT, *(name for names in OF_PATIENT.values() for name in names))
_NEVER: Final = 99991232  # after the last day, as a calendar number
_OF_PRACTICE: Final = (f"{OF_PRACTICE}code", f"{OF_PRACTICE}ons_code")
_OF_POSTCODE: Final = (f"{OF_POSTCODE}code", f"{OF_POSTCODE}ons_code")


@dataclass(frozen=True)
class Patients:
    """What the records of a file have of their patients, and what the reference data know of it.

    `there` are those of FROM_PATIENT that the records have. `areas` are those that have a commissioner at any time:
    `area_number`, `area`. `postcodes` leads from the number of a postcode to that of its area and to the
    deprivation decile.
    """

    there: frozenset[str]
    reference: ReferenceData
    areas: pl.DataFrame
    postcodes: pl.DataFrame

    @property
    def codes(self) -> tuple[str, ...]:
        """The columns that are there and hold codes."""
        return tuple(name for name in FROM_PATIENT if name in self.there and name not in DATES)

    @property
    def dates(self) -> tuple[str, ...]:
        """The columns that are there and hold dates."""
        return tuple(name for name in FROM_PATIENT if name in self.there and name in DATES)

    @property
    def lacking(self) -> tuple[str, ...]:
        """The items that the records have not, nor anything in their place."""
        return tuple(item for item, others in OF_PATIENT.items() if self.there.isdisjoint({item, *others}))

    def told(
        self, piece: Piece, given: str, resolve: Callable[[pl.DataFrame], pl.DataFrame], *columns: str
    ) -> tuple[Numbered, ...]:
        """What the codes in a column mean: those columns of what `resolve` makes of them; nothing without it."""
        if given not in self.there:
            return ()
        coded = piece.coded((given,))
        forms = coded.codes.with_columns(normal=code(given))
        resolved = resolve(forms.select(pl.col("normal").alias(given)).unique())
        kept = resolved.select(given, *(name for name in VALIDITY if name in resolved.columns), *columns)
        known = forms.join(kept, left_on="normal", right_on=given, how="left", nulls_equal=True).drop("normal")
        return (piece.told_by(coded, known),)

    def told_by_day(
        self,
        piece: Piece,
        given: str,
        resolve: Callable[[pl.DataFrame, ReferenceData, date, date], pl.DataFrame],
        *columns: str,
    ) -> tuple[Numbered, ...]:
        """As `told`, of codes that mean something by the reference data of a day."""

        def on_days(codes: pl.DataFrame) -> pl.DataFrame:
            return resolve(codes, self.reference, *piece.span)

        return self.told(piece, given, on_days, *columns)

    def by_postcode(self, piece: Piece, resolve: Callable[[pl.DataFrame], pl.DataFrame], value: str) -> Numbered:
        """What `resolve` makes of that column of `postcodes`, by the postcode on the day of the test."""
        rows = self.postcodes.select("postcode", value, *VALIDITY).filter(pl.col(value).is_not_null())
        given = piece.coded(("POSTCODE",))
        return piece.told_by(given, resolve(values_of_postcodes(given.codes, rows, value, *piece.span)))


def no_commissioners() -> pl.DataFrame:
    """Tests by commissioner, without rows."""
    texts = dict.fromkeys(COMMISSIONER_KEYS, pl.Categorical)
    return pl.DataFrame(schema={**texts, "days": pl.Int32, "tests": pl.Int64})


def no_patients() -> pl.DataFrame:
    """Tests by characteristics of the patient, without rows."""
    return pl.DataFrame(schema={**dict.fromkeys(PATIENT_KEYS, pl.Categorical), "tests": pl.Int64})


def of_patient(columns: Collection[str], reference: ReferenceData) -> Patients:
    """What records with these columns have of FROM_PATIENT: a stand-in only without its item."""
    stand_ins = {name for item, names in OF_PATIENT.items() if item in columns for name in names}
    there = frozenset(name for name in FROM_PATIENT if name in columns and name not in stand_ins)
    areas = reference.commissioners.select(area="ons_code").drop_nulls().unique().sort("area")
    numbers = areas.with_row_index("area_number")
    postcodes = _postcodes(reference, numbers) if "POSTCODE" in there else pl.DataFrame()
    return Patients(there, reference, numbers, postcodes)


def _postcodes(reference: ReferenceData, areas: pl.DataFrame) -> pl.DataFrame:
    """What is known of each postcode and its days: postcode (its number), area_number, decile, and its days."""
    every = rows_of_postcodes(reference).join(areas.lazy(), on="area", how="left")
    known = every.join(deciles_of_lsoas(reference).lazy(), on="lsoa", how="left")
    of_use = known.filter(pl.col("area_number").is_not_null() | pl.col("decile").is_not_null())
    return of_use.select("postcode", "area_number", "decile", *VALIDITY).collect(engine="streaming")


def commissioners_of(codes: Codes, patients: Patients) -> pl.DataFrame:
    """Tests by commissioner: the columns of COMMISSIONER_KEYS, and `tests`. Sorted.

    Sites outside England stay in (publication specification, Definitions, Provider); all else that keeps a record
    out of the provider tables keeps it out here.
    """
    piece = codes.piece
    told = (
        piece.month,
        *_of_test_for_commissioners(codes),
        *_commissioners(piece, patients),
        piece.problem,
    )
    no_longer = pl.col("days").clip(upper_bound=LONGEST)
    of_intervals = [Numbered(each.numbers, each.meanings.select(no_longer)) for each in piece.days_of_intervals]
    groups = grouped_with_each(told, of_intervals)
    counted = [_by_commissioner(group, interval) for group, interval in zip(groups, INTERVALS, strict=True)]
    return pl.concat(counted).sort(COMMISSIONER_KEYS, nulls_last=True)


def _of_test_for_commissioners(codes: Codes) -> tuple[Numbered, ...]:
    stays_in = pl.col("reason") == OUTSIDE_ENGLAND
    is_direct = pl.col("setting") == GP_DIRECT_ACCESS
    return codes.told(
        codes.sites.select(*SITE, *VALIDITY, reason=pl.when(~stays_in).then("reason")),
        codes.exams.drop("interventional"),
        codes.settings.select(*SETTING, "reason", setting=pl.when(is_direct).then("setting")),
    )


def _commissioners(piece: Piece, patients: Patients) -> tuple[Numbered, ...]:
    """The commissioners of practice and postcode."""
    by_practice = patients.told_by_day(piece, "PRACTICE_CODE", commissioners_of_practices, *_OF_PRACTICE)
    if "POSTCODE" in patients.there:
        by_area = patients.by_postcode(piece, partial(_commissioners_of_areas, patients, piece), "area_number")
        return (*by_practice, _where_undecided(by_area, by_practice))
    return (*by_practice, *patients.told_by_day(piece, "CCG_CODE", commissioners_of_codes, *_OF_POSTCODE))


def _commissioners_of_areas(patients: Patients, piece: Piece, postcodes: pl.DataFrame) -> pl.DataFrame:
    """The commissioners of postcodes, by their areas: POSTCODE, days, and the columns of _OF_POSTCODE."""
    first, last = piece.span
    areas = patients.areas.with_columns(valid_from=pl.lit(first), valid_to=pl.lit(last))
    named = commissioners_of_areas(areas, patients.reference, first, last)
    of_areas = named.select("area_number", *VALIDITY, *_OF_POSTCODE)
    return narrowed(postcodes, of_areas, "area_number", "area_number").drop("area_number")


def _where_undecided(by_area: Numbered, by_practice: Sequence[Numbered]) -> Numbered:
    """The commissioner of the area only where the practice has none: most have one, and groups are fewer so."""
    meanings = pl.concat([by_area.meanings.clear(1), by_area.meanings])
    numbers = [part + narrowest(len(meanings))(1) for part in by_area.numbers]
    for each in by_practice:
        undecided = each.meanings[_OF_PRACTICE[0]].is_null().cast(pl.UInt8).to_numpy()
        numbers = [
            part * looked_up(undecided, of_part) for part, of_part in zip(numbers, each.numbers, strict=True)
        ]
    return Numbered(numbers, meanings)


def _by_commissioner(groups: pl.DataFrame, interval: str) -> pl.DataFrame:
    return (
        _completed(in_tables(groups), (*_OF_PRACTICE, *_OF_POSTCODE))
        .with_columns(
            commissioner_code=commissioner_code().cast(pl.Categorical), interval=pl.lit(interval, pl.Categorical)
        )
        .group_by(COMMISSIONER_KEYS)
        .agg(pl.col("tests").sum())
    )


def _completed(groups: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The groups with those columns as text: empty where the records do not have what they are told from."""
    absent = [pl.lit(None, pl.String).alias(name) for name in names if name not in groups.columns]
    return groups.with_columns(absent).with_columns(pl.col(names).cast(pl.String))


def patients_of(codes: Codes, patients: Patients) -> pl.DataFrame:
    """Tests in England by characteristics of the patient: the columns of PATIENT_KEYS, and `tests`. Sorted.

    Every test of the provider tables stands once under each characteristic; deprivation only where the reference
    data know of it.
    """
    of_test = (codes.piece.month, *_of_test_for_patients(codes), codes.piece.problem)
    persons = _persons(codes.piece, of_test, patients)
    counted = (
        _by_characteristic(persons, AGE_AND_SEX, pl.col("age_band"), pl.col("sex")),
        _by_characteristic(persons, ETHNIC_GROUP, pl.col("ethnic_group")),
        *_by_deprivation(codes.piece, of_test, patients),
    )
    return pl.concat(counted).sort(PATIENT_KEYS, nulls_last=True)


def _of_test_for_patients(codes: Codes) -> tuple[Numbered, ...]:
    return codes.told(
        codes.sites.select(*SITE, *VALIDITY, "region_code", "reason"),
        codes.exams.select(*EXAM, *VALIDITY, "modality", "reason"),
        codes.settings.select(*SETTING, "reason"),
    )


def _persons(piece: Piece, of_test: tuple[Numbered, ...], patients: Patients) -> pl.DataFrame:
    """The records of the tables grouped by sex, ethnic group and age band, in words."""
    of_person = (
        *patients.told(piece, "PERSON_GENDER_CODE", sexes_of_codes, "sex"),
        *patients.told(piece, "ETHNIC_CATEGORY", ethnic_groups_of_codes, "ethnic_group"),
        *patients.told(piece, "AGE_BAND_5_YEARS", bands_of_texts, "age_band"),
    )
    ages = (_ages(piece),) if "PERSON_BIRTH_DATE" in patients.there else ()
    groups = in_tables(grouped((*of_test, *of_person, *ages)))
    named = groups.with_columns(age_band=AGE_BAND_5_YEARS()) if ages else groups
    return _completed(named, ("sex", "ethnic_group", "age_band")).with_columns(
        pl.col("sex", "ethnic_group").fill_null(NOT_KNOWN), pl.col("age_band").fill_null(AGE_NOT_KNOWN)
    )


def _ages(piece: Piece) -> Numbered:
    """The first age of the band of five years in which the age on the date of test lies: `age_on_test_date`."""
    births = _calendar_numbers(piece.days("PERSON_BIRTH_DATE"), _NEVER)  # so that no test follows an unknown birth
    tests = _calendar_numbers(piece.day, 0)
    age = years_between(pl.col("birth"), pl.col("test")).alias("age")
    parts = [pl.DataFrame({"birth": birth, "test": test}) for birth, test in zip(births, tests, strict=True)]
    ages = numbered([part.select(age).to_series() for part in parts])
    return told_of(ages, five_years_begin(pl.col("age")).alias("age_on_test_date"))


def _calendar_numbers(days: Numbered, unknown: int) -> list[NDArray[np.int32]]:
    """The days of records as calendar numbers: worked out once for each day, as there are far fewer."""
    numbers = days.meanings.select(calendar_number(pl.col("day")).fill_null(unknown)).to_series().to_numpy()
    return [looked_up(numbers, part) for part in days.numbers]


def _by_deprivation(piece: Piece, of_test: tuple[Numbered, ...], patients: Patients) -> tuple[pl.DataFrame, ...]:
    """None where the reference data have no deciles, or no postcodes by which they could be told."""
    deciles = deciles_of_lsoas(patients.reference)
    by_lsoa = patients.told(piece, "LOCATION_LSOA", partial(_deciles_of_areas, deciles), "decile")
    if deciles.is_empty() or not (by_lsoa or has_postcodes(patients.reference)):
        return ()
    has_home = "POSTCODE" in patients.there
    of_home = (patients.by_postcode(piece, lambda postcodes: postcodes, "decile"),) if has_home else by_lsoa
    groups = _completed(in_tables(grouped((*of_test, *of_home))), ("decile",))
    return (_by_characteristic(groups, DEPRIVATION, pl.col("decile").fill_null(NOT_KNOWN)),)


def _deciles_of_areas(deciles: pl.DataFrame, lsoas: pl.DataFrame) -> pl.DataFrame:
    return lsoas.join(deciles, left_on="LOCATION_LSOA", right_on="lsoa", how="left")


def _by_characteristic(
    groups: pl.DataFrame, characteristic: str, band: pl.Expr, sex: pl.Expr | None = None
) -> pl.DataFrame:
    sex = pl.lit(None, pl.String) if sex is None else sex
    words = {"characteristic": pl.lit(characteristic), "sex": sex, "band": band}
    return (
        groups.with_columns(**{name: value.cast(pl.Categorical) for name, value in words.items()})
        .group_by(PATIENT_KEYS)
        .agg(pl.col("tests").sum())
    )
