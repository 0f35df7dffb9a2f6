"""Made-up patients, none of whom can be a real person.

NHS numbers come from the range beginning 999, which the NHS keeps for tests and gives to nobody; postcodes and GP
practices are those of made-up homes (see `homes`), or pseudo-postcodes beginning ZZ99 and default codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import polars as pl

from publish.synthetic.draws import LEVELS, Whole, chosen, places, scattered, table_of_choices, words
from publish.synthetic.homes import home_regions, homes

_TEST_RANGE: Final = 999_000_000  # the first nine digits of the lowest reserved number
_TEST_NUMBERS: Final = 1_000_000
_NO_NUMBER: Final = 0.03  # part of the records
_NO_SEX: Final = 0.004
_ETHNIC: Final = {"A": 620, "B": 8, "C": 52, "D": 5, "E": 3, "F": 4, "G": 8, "H": 28, "J": 24, "K": 9, "L": 20}
_ETHNIC_TOO: Final = {"M": 11, "N": 20, "P": 8, "R": 5, "S": 20, "Z": 105, "99": 50}
_ETHNIC_CATEGORIES: Final = _ETHNIC | _ETHNIC_TOO  # records in a thousand, an assumption
_STAY: Final = 92  # patients in a hundred who live in the region of the provider
_TRAVEL: Final = 8  # the others, who may live in any
_HOME: Final = "home"
# The postcode and practice of patients in a thousand: those of the home, others, or none.
_ADDRESSES: Final[Mapping[tuple[str | None, str], float]] = {
    (_HOME, _HOME): 910,
    (_HOME, "V81999"): 35,
    (_HOME, "V81997"): 10,
    ("ZZ99 3VZ", _HOME): 10,
    ("ZZ99 3VZ", "V81997"): 10,
    ("ZZ99 3WZ", "V81999"): 5,
    ("ZZ99 3CZ", "V81998"): 5,
    (None, _HOME): 10,
    (None, "V81999"): 5,
}
_SCATTER_HOMES: Final = 2_654_435_769
_SCATTER_ADDRESSES: Final = 2_246_822_519
_STATUS: Final[Mapping[str | None, float]] = {"01": 970, "02": 30}
_STATUS_NO_NUMBER: Final[Mapping[str | None, float]] = {"03": 400, "04": 300, "07": 300}


@dataclass(frozen=True)
class Persons:
    """For each record the birth date (days since 1970, from `earliest` to `latest`), 1 for women and 0 for men, and
    the region of the provider (place in `home_regions`).
    """

    birth: Whole
    women: Whole
    region: Whole
    earliest: int
    latest: int

    @property
    def namesakes(self) -> int:
        """How many patients there are with the same birth date and sex."""
        return len(_test_numbers()) // (2 * (self.latest - self.earliest + 1))


def patients(of: Persons, homes_by_region: Whole, draw: np.random.Generator) -> dict[str, pl.Series]:
    """The personal items. `homes_by_region` is the table of homes of the plan.

    A number, its birth date, sex, ethnic category, postcode and practice belong together: the same number is the
    same patient.
    """
    records, namesake = len(of.birth), draw.integers(0, of.namesakes, len(of.birth))
    numbered = pl.Series(draw.random(records) >= _NO_NUMBER)
    sex = np.where(draw.random(records) < _NO_SEX, 2, of.women)
    status = chosen(_STATUS, records, draw).zip_with(numbered, chosen(_STATUS_NO_NUMBER, records, draw))
    region = _home_region(of.region, draw)
    patient = _patient(of, region, namesake)
    return {
        "NHS_NUMBER": pl.Series(_test_numbers()[patient]).cast(pl.String).set(~numbered, None),
        "NHS_NUMBER_STATUS_IND": status,
        "PERSON_BIRTH_DATE": pl.Series(of.birth.astype(np.int32)).cast(pl.Date),
        "ETHNIC_CATEGORY": _ethnic_category(patient),
        "PERSON_GENDER_CODE": words(("1", "2", "9"), sex),
        **_address(patient, homes_by_region[region, scattered(patient, _SCATTER_HOMES)]),
    }


def _home_region(of_provider: Whole, draw: np.random.Generator) -> Whole:
    travels = places((_STAY, _TRAVEL), len(of_provider), draw)
    anywhere = places(list(home_regions().values()), len(of_provider), draw)
    return np.where(travels, anywhere, of_provider)


def _patient(of: Persons, region: Whole, namesake: Whole) -> Whole:
    """The patient by number: namesakes live in the regions in turn, and one of those who live there is taken."""
    regions = len(home_regions())
    of_the_region = (of.namesakes - 1 - region) // regions + 1
    resident = region + namesake % of_the_region * regions
    return ((of.birth - of.earliest) * 2 + of.women) * of.namesakes + resident


def _address(patient: Whole, home: Whole) -> dict[str, pl.Series]:
    """Postcode and practice of the home, but for the patients of whom one or both are not known."""
    which = table_of_choices(list(_ADDRESSES.values()))[scattered(patient, _SCATTER_ADDRESSES)]
    postcodes, practices = zip(*_ADDRESSES, strict=True)
    return {
        "POSTCODE": _of_home(words(postcodes, which), words(homes()["postcode"].to_list(), home)),
        "PRACTICE_CODE": _of_home(words(practices, which), words(homes()["practice"].to_list(), home)),
    }


def _of_home(known: pl.Series, home: pl.Series) -> pl.Series:
    return home.zip_with((known == _HOME).fill_null(value=False), known)


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
