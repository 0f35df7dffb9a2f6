"""Made-up patients, none of whom can be a real person.

NHS numbers come from the range beginning 999, which the NHS keeps for tests and gives to nobody; postcodes are
pseudo-postcodes beginning ZZ99; the GP practice is always a default code.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from publish.synthetic.draws import LEVELS, Whole, chosen, table_of_choices, words

_TEST_RANGE: Final = 999_000_000  # the first nine digits of the lowest reserved number
_TEST_NUMBERS: Final = 1_000_000
_NO_NUMBER: Final = 0.03  # part of the records
_NO_SEX: Final = 0.004
_ETHNIC: Final = {"A": 620, "B": 8, "C": 52, "D": 5, "E": 3, "F": 4, "G": 8, "H": 28, "J": 24, "K": 9, "L": 20}
_ETHNIC_TOO: Final = {"M": 11, "N": 20, "P": 8, "R": 5, "S": 20, "Z": 105, "99": 50}
_ETHNIC_CATEGORIES: Final = _ETHNIC | _ETHNIC_TOO  # records in a thousand, an assumption
_POSTCODES: Final[Mapping[str | None, float]] = {"ZZ99 3VZ": 900, "ZZ99 3WZ": 60, "ZZ99 3CZ": 20, None: 20}
_PRACTICES: Final[Mapping[str | None, float]] = {"V81999": 940, "V81997": 35, "V81998": 25}
_STATUS: Final[Mapping[str | None, float]] = {"01": 970, "02": 30}
_STATUS_NO_NUMBER: Final[Mapping[str | None, float]] = {"03": 400, "04": 300, "07": 300}


def patients(birth: Whole, women: Whole, born: tuple[int, int], draw: np.random.Generator) -> dict[str, pl.Series]:
    """The personal items for birth dates (days since 1970, within `born`) and sexes (1 for women, 0 for men).

    A number, its birth date, sex and ethnic category belong together: the same number is the same patient.
    """
    records, earliest, latest = len(birth), *born
    namesakes = len(_test_numbers()) // (2 * (latest - earliest + 1))  # patients with the same birth date and sex
    patient = ((birth - earliest) * 2 + women) * namesakes + draw.integers(0, namesakes, records)
    numbered = pl.Series(draw.random(records) >= _NO_NUMBER)
    sex = np.where(draw.random(records) < _NO_SEX, 2, women)
    return {
        "NHS_NUMBER": pl.Series(_test_numbers()[patient]).cast(pl.String).set(~numbered, None),
        "NHS_NUMBER_STATUS_IND": chosen(_STATUS, records, draw).zip_with(
            numbered, chosen(_STATUS_NO_NUMBER, records, draw)
        ),
        "PERSON_BIRTH_DATE": pl.Series(birth.astype(np.int32)).cast(pl.Date),
        "ETHNIC_CATEGORY": _ethnic_category(patient),
        "PERSON_GENDER_CODE": words(("1", "2", "9"), sex),
        "POSTCODE": chosen(_POSTCODES, records, draw),
        "PRACTICE_CODE": chosen(_PRACTICES, records, draw),
    }


def _ethnic_category(patient: Whole) -> pl.Series:
    """Always the same for the same patient: neighbouring patients are scattered over the table."""
    table = table_of_choices(list(_ETHNIC_CATEGORIES.values()))
    return words(list(_ETHNIC_CATEGORIES), table[patient * 7919 % LEVELS])


@cache
def _test_numbers() -> Whole:
    """Every valid NHS number of the reserved range (modulus 11), in order."""
    first_nine = _TEST_RANGE + np.arange(_TEST_NUMBERS)
    weighted = sum((first_nine // 10**place % 10) * (place + 2) for place in range(9))
    check = (11 - weighted % 11) % 11
    return (first_nine * 10 + check)[check < 10].astype(np.int64)
