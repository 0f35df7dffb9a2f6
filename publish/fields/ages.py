"""Age of the patient on the day of the test, in bands.

An age is in completed years: a test on a birthday counts the new age. Who was born on 29 February has the birthday
on 1 March in years without one. Where the birth date is missing or after the test (a fetus is imaged under its
mother's record or none), or the test date is missing, the band is `Age not known`.

Rule: records specification, Derived fields, Patient.
"""

from typing import Final

import polars as pl

from publish.fields.patient import meant

NOT_KNOWN: Final = "Age not known"
OLDEST: Final = 130  # years; whoever is older falls into the same bands
FIVE_YEARS: Final = tuple(range(0, 91, 5))
TEN_YEARS: Final = tuple(range(0, 91, 10))


def age_on_test_date() -> pl.Expr:
    """Completed years from birth to the date of test; null where one is missing, or the birth is after the test."""
    return years_between(
        calendar_number(pl.col("PERSON_BIRTH_DATE")), calendar_number(pl.col("DIAGNOSTIC_TEST_DATE"))
    )


def calendar_number(day: pl.Expr) -> pl.Expr:
    """Year, month and day as one number, as 20230411."""
    return (day.dt.year() * 100 + day.dt.month()) * 100 + day.dt.day()


def years_between(birth: pl.Expr, test: pl.Expr) -> pl.Expr:
    """Completed years between days given as calendar numbers; null where the birth is after the test."""
    return pl.when(birth <= test).then((test - birth) // 10_000)


def five_years_begin(age: pl.Expr) -> pl.Expr:
    """The first age of the band of five years in which an age lies."""
    return (age // 5 * 5).clip(upper_bound=FIVE_YEARS[-1])


def bands_of_texts(texts: pl.DataFrame) -> pl.DataFrame:
    """What bands of five years in capitals mean: AGE_BAND_5_YEARS as given, `age_band` in its words."""
    bands = {band.upper(): band for band in _bands_by_age(FIVE_YEARS).values()}
    return texts.with_columns(age_band=meant(pl.col("AGE_BAND_5_YEARS"), bands))


def AGE_BAND_5_YEARS() -> pl.Expr:
    """Age on the date of test in bands of five years: `0-4`, `5-9` to `85-89`, `90 and over`, `Age not known`."""
    return _band(FIVE_YEARS)


def AGE_BAND_10_YEARS() -> pl.Expr:
    """Age on the date of test in bands of ten years: `0-9`, `10-19` to `80-89`, `90 and over`, `Age not known`."""
    return _band(TEN_YEARS)


def AGE_BAND_CHILDREN_INC_0_YEARS() -> pl.Expr:
    """Age on the date of test: `0`, `1-4`, `5-9`, `10-15`, `16 and over`, `Age not known`."""
    return _band((0, 1, 5, 10, 16))


def AGE_BAND_INC_50_TO_74() -> pl.Expr:
    """Age on the date of test: `0-18`, `19-49`, `50-74`, `75 and over`, `Age not known`."""
    return _band((0, 19, 50, 75))


def AGE_BAND_INC_WORKING_AGE_16_TO_60() -> pl.Expr:
    """Age on the date of test: `0-15`, `16-60`, `61 and over`, `Age not known`."""
    return _band((0, 16, 61))


def AGE_BAND_INC_WORKING_AGE_16_TO_64() -> pl.Expr:
    """Age on the date of test: `0-15`, `16-64`, `65 and over`, `Age not known`."""
    return _band((0, 16, 65))


def _band(starts: tuple[int, ...]) -> pl.Expr:
    """The band of the age, for bands that begin at these ages; the last one is open."""
    age = pl.col("age_on_test_date").clip(upper_bound=OLDEST)
    return age.replace_strict(_bands_by_age(starts), default=NOT_KNOWN, return_dtype=pl.String)


def _bands_by_age(starts: tuple[int, ...]) -> dict[int, str]:
    ends = [*(start - 1 for start in starts[1:]), OLDEST]
    return {
        age: _label(start, end) for start, end in zip(starts, ends, strict=True) for age in range(start, end + 1)
    }


def _label(start: int, end: int) -> str:
    if end == OLDEST:
        return f"{start} and over"
    return str(start) if start == end else f"{start}-{end}"
