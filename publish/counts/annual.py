"""What only the annual tables need: tests by commissioner, and by characteristics of the patient.

An extract need not have the items of the patient: what is absent is not read, and is not known. Columns of the data
product stand in for an item that is left out of it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import polars as pl

from publish.counts.groups import (
    EXAM,
    INTERVALS,
    SETTING,
    SITE,
    Codes,
    Meanings,
    distinct,
    grouped,
    numbered,
    with_dates,
    with_numbers,
)
from publish.fields.ages import AGE_BAND_5_YEARS, bands_of_texts, five_years_begin
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
    with_postcodes,
)
from publish.fields.patient import NOT_KNOWN, ethnic_groups_of_codes, sexes_of_codes
from publish.fields.reasons import OUTSIDE_ENGLAND
from publish.fields.setting import GP_DIRECT_ACCESS
from publish.records.items import DATES
from publish.records.values import clock_date, code
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
_OF_PRACTICE: Final = (f"{OF_PRACTICE}code", f"{OF_PRACTICE}ons_code")
_OF_POSTCODE: Final = (f"{OF_POSTCODE}code", f"{OF_POSTCODE}ons_code")


@dataclass(frozen=True)
class Patients:
    """Records with what is known of their patients.

    `records` has the columns of `with_dates` and, of FROM_PATIENT, those of `there`: the birth date as Date, the
    others as they are given. `areas` are those that have a commissioner at any time: `area_number`, `area`.
    `postcodes` leads from the number of a postcode to that of its area and to the deprivation decile.
    """

    records: pl.LazyFrame
    there: frozenset[str]
    codes: Codes
    reference: ReferenceData
    areas: pl.DataFrame
    postcodes: pl.DataFrame

    @property
    def lacking(self) -> tuple[str, ...]:
        """The items that the records have not, nor anything in their place."""
        return tuple(item for item, others in OF_PATIENT.items() if self.there.isdisjoint({item, *others}))

    def meanings(
        self, number: str, given: str, resolve: Callable[[pl.DataFrame], pl.DataFrame], *columns: str
    ) -> tuple[Meanings, ...]:
        """What the codes in a column mean: those columns of what `resolve` makes of them; none without it."""
        if given not in self.there:
            return ()
        forms = distinct(self.records, (given,)).with_columns(normal=code(given))
        resolved = resolve(forms.select(pl.col("normal").alias(given)).unique())
        kept = resolved.select(given, *(name for name in VALIDITY if name in resolved.columns), *columns)
        known = forms.join(kept, left_on="normal", right_on=given, how="left", nulls_equal=True)
        return (numbered(number, (given,), known.drop("normal")),)

    def meanings_by_day(
        self,
        number: str,
        given: str,
        resolve: Callable[[pl.DataFrame, ReferenceData, date, date], pl.DataFrame],
        *columns: str,
    ) -> tuple[Meanings, ...]:
        """As `meanings`, of codes that mean something by the reference data of a day."""

        def on_days(codes: pl.DataFrame) -> pl.DataFrame:
            return resolve(codes, self.reference, self.codes.first, self.codes.last)

        return self.meanings(number, given, on_days, *columns)

    def with_postcodes(self, records: pl.LazyFrame, value: str) -> pl.LazyFrame:
        """The records with that column of `postcodes`, by the postcode on the day of the test."""
        rows = self.postcodes.select("postcode", value, *VALIDITY).filter(pl.col(value).is_not_null())
        return with_postcodes(records, rows, value, self.codes.first, self.codes.last)


def no_commissioners() -> pl.DataFrame:
    """Tests by commissioner, without rows."""
    texts = dict.fromkeys(COMMISSIONER_KEYS, pl.Categorical)
    return pl.DataFrame(schema={**texts, "days": pl.Int32, "tests": pl.Int64})


def no_patients() -> pl.DataFrame:
    """Tests by characteristics of the patient, without rows."""
    return pl.DataFrame(schema={**dict.fromkeys(PATIENT_KEYS, pl.Categorical), "tests": pl.Int64})


def of_patient(records: pl.LazyFrame, codes: Codes, reference: ReferenceData) -> Patients:
    """What the records, in the types of their file, have of FROM_PATIENT: a stand-in only without its item."""
    kinds = records.collect_schema()
    stand_ins = {name for item, names in OF_PATIENT.items() if item in kinds for name in names}
    there = [name for name in FROM_PATIENT if name in kinds and name not in stand_ins]
    read = (clock_date(name, kinds[name]) if name in DATES else pl.col(name) for name in there)
    areas = reference.commissioners.select(area="ons_code").drop_nulls().unique().sort("area")
    numbers = areas.with_row_index("area_number")
    postcodes = _postcodes(reference, numbers) if "POSTCODE" in there else pl.DataFrame()
    return Patients(with_dates(records, *read), frozenset(there), codes, reference, numbers, postcodes)


def _postcodes(reference: ReferenceData, areas: pl.DataFrame) -> pl.DataFrame:
    """What is known of each postcode and its days: postcode (its number), area_number, decile, and its days."""
    every = rows_of_postcodes(reference).join(areas.lazy(), on="area", how="left")
    known = every.join(deciles_of_lsoas(reference).lazy(), on="lsoa", how="left")
    of_use = known.filter(pl.col("area_number").is_not_null() | pl.col("decile").is_not_null())
    return of_use.select("postcode", "area_number", "decile", *VALIDITY).collect(engine="streaming")


def commissioners_of(patients: Patients) -> pl.DataFrame:
    """Tests by commissioner: the columns of COMMISSIONER_KEYS, and `tests`. Sorted.

    Sites outside England stay in (publication specification, Definitions, Provider); all else that keeps a record
    out of the provider tables keeps it out here.
    """
    of_test = _meanings_for_commissioners(patients.codes)
    records, of_commissioner = _with_commissioners(with_numbers(patients.records, of_test), patients)
    look_ups = (*of_test, *of_commissioner)
    counted = [
        _by_commissioner(grouped(records, look_ups, days=days().clip(upper_bound=LONGEST)), interval)
        for interval, days in INTERVALS.items()
    ]
    return pl.concat(counted).sort(COMMISSIONER_KEYS, nulls_last=True)


def _meanings_for_commissioners(codes: Codes) -> tuple[Meanings, ...]:
    stays_in = pl.col("reason") == OUTSIDE_ENGLAND
    is_direct = pl.col("setting") == GP_DIRECT_ACCESS
    sites = codes.sites.select(*SITE, *VALIDITY, reason=pl.when(~stays_in).then("reason"))
    settings = codes.settings.select(*SETTING, "reason", setting=pl.when(is_direct).then("setting"))
    return (
        numbered("place", SITE, sites),
        numbered("exam", EXAM, codes.exams.drop("interventional")),
        numbered("setting_number", SETTING, settings),
    )


def _with_commissioners(records: pl.LazyFrame, patients: Patients) -> tuple[pl.LazyFrame, tuple[Meanings, ...]]:
    """The records with the numbers of the commissioners of practice and postcode, and what these mean."""
    by_practice = patients.meanings_by_day("practice", "PRACTICE_CODE", commissioners_of_practices, *_OF_PRACTICE)
    known = with_numbers(records, by_practice)
    if "POSTCODE" in patients.there:
        by_place = (_commissioners_by_area(patients),)
        known = patients.with_postcodes(known.with_columns(POSTCODE=_if_decisive(by_practice)), "area_number")
    else:
        by_place = patients.meanings_by_day("by_code", "CCG_CODE", commissioners_of_codes, *_OF_POSTCODE)
    return with_numbers(known, by_place), (*by_practice, *by_place)


def _if_decisive(by_practice: Sequence[Meanings]) -> pl.Expr:
    """The postcode where the practice has no commissioner: most have, and need not be looked up."""
    undecided = pl.lit(value=True)
    for each in by_practice:
        numbers = each.meanings.filter(pl.col(_OF_PRACTICE[0]).is_null())[each.number]
        undecided = pl.any_horizontal(pl.lit(value=False), *(pl.col(each.number) == number for number in numbers))
    return pl.when(undecided).then("POSTCODE")


def _commissioners_by_area(patients: Patients) -> Meanings:
    """The commissioner of each area by its number; none of no area."""
    codes, areas = patients.codes, patients.areas
    given = pl.concat([areas, areas.clear(1)]).with_columns(
        valid_from=pl.lit(codes.first), valid_to=pl.lit(codes.last)
    )
    found = commissioners_of_areas(given, patients.reference, codes.first, codes.last)
    return numbered("by_area", ("area_number",), found.select("area_number", *VALIDITY, *_OF_POSTCODE))


def _by_commissioner(groups: pl.DataFrame, interval: str) -> pl.DataFrame:
    named = _completed(groups, (*_OF_PRACTICE, *_OF_POSTCODE)).filter(pl.col("reason").is_null())
    return (
        named.with_columns(
            commissioner_code=commissioner_code().cast(pl.Categorical), interval=pl.lit(interval, pl.Categorical)
        )
        .group_by(COMMISSIONER_KEYS)
        .agg(pl.col("tests").sum())
    )


def _completed(groups: pl.DataFrame, names: Sequence[str]) -> pl.DataFrame:
    """The groups with those columns as text: empty where the records do not have what they are told from."""
    absent = [pl.lit(None, pl.String).alias(name) for name in names if name not in groups.columns]
    return groups.with_columns(absent).with_columns(pl.col(names).cast(pl.String))


def patients_of(patients: Patients) -> pl.DataFrame:
    """Tests in England by characteristics of the patient: the columns of PATIENT_KEYS, and `tests`. Sorted.

    Every test of the provider tables stands once under each characteristic; deprivation only where the reference
    data know of it.
    """
    of_test = _meanings_for_patients(patients.codes)
    records = with_numbers(patients.records, of_test)
    persons = _persons(records, of_test, patients)
    counted = (
        _by_characteristic(persons, AGE_AND_SEX, pl.col("age_band"), pl.col("sex")),
        _by_characteristic(persons, ETHNIC_GROUP, pl.col("ethnic_group")),
        *_by_deprivation(records, of_test, patients),
    )
    return pl.concat(counted).sort(PATIENT_KEYS, nulls_last=True)


def _persons(records: pl.LazyFrame, of_test: tuple[Meanings, ...], patients: Patients) -> pl.DataFrame:
    """The records grouped by sex, ethnic group and age band, in words."""
    of_person = (
        *patients.meanings("sex_number", "PERSON_GENDER_CODE", sexes_of_codes, "sex"),
        *patients.meanings("group_number", "ETHNIC_CATEGORY", ethnic_groups_of_codes, "ethnic_group"),
        *patients.meanings("band_number", "AGE_BAND_5_YEARS", bands_of_texts, "age_band"),
    )
    ages = {"age_on_test_date": five_years_begin()} if "PERSON_BIRTH_DATE" in patients.there else {}
    groups = grouped(with_numbers(records, of_person), (*of_test, *of_person), **ages)
    named = groups.with_columns(age_band=AGE_BAND_5_YEARS()) if ages else groups
    return _completed(named, ("sex", "ethnic_group", "age_band")).with_columns(
        pl.col("sex", "ethnic_group").fill_null(NOT_KNOWN), pl.col("age_band").fill_null(AGE_NOT_KNOWN)
    )


def _meanings_for_patients(codes: Codes) -> tuple[Meanings, ...]:
    return (
        numbered("place", SITE, codes.sites.select(*SITE, *VALIDITY, "region_code", "reason")),
        numbered("exam", EXAM, codes.exams.select(*EXAM, *VALIDITY, "modality", "reason")),
        numbered("setting_number", SETTING, codes.settings.select(*SETTING, "reason")),
    )


def _by_deprivation(
    records: pl.LazyFrame, of_test: tuple[Meanings, ...], patients: Patients
) -> tuple[pl.DataFrame, ...]:
    """None where the reference data have no deciles, or no postcodes by which they could be told."""
    deciles = deciles_of_lsoas(patients.reference)
    by_lsoa = patients.meanings("lsoa_number", "LOCATION_LSOA", partial(_deciles_of_areas, deciles), "decile")
    if deciles.is_empty() or not (by_lsoa or has_postcodes(patients.reference)):
        return ()
    known, keys = with_numbers(records, by_lsoa), dict[str, pl.Expr]()
    if "POSTCODE" in patients.there:
        known = patients.with_postcodes(records, "decile")
        keys = {"decile": pl.col("decile")}
    groups = _completed(grouped(known, (*of_test, *by_lsoa), **keys), ("decile",))
    return (_by_characteristic(groups, DEPRIVATION, pl.col("decile").fill_null(NOT_KNOWN)),)


def _deciles_of_areas(deciles: pl.DataFrame, lsoas: pl.DataFrame) -> pl.DataFrame:
    return lsoas.join(deciles, left_on="LOCATION_LSOA", right_on="lsoa", how="left")


def _by_characteristic(
    groups: pl.DataFrame, characteristic: str, band: pl.Expr, sex: pl.Expr | None = None
) -> pl.DataFrame:
    sex = pl.lit(None, pl.String) if sex is None else sex
    words = {"characteristic": pl.lit(characteristic), "sex": sex, "band": band}
    return (
        groups.filter(pl.col("reason").is_null())
        .with_columns(**{name: value.cast(pl.Categorical) for name, value in words.items()})
        .group_by(PATIENT_KEYS)
        .agg(pl.col("tests").sum())
    )
