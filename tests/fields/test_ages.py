"""Age of the patient on the day of the test."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fields.derived import derived
from tests.fuzz.settings import slow
from tests.made_records import record

FIVE, TEN = "AGE_BAND_5_YEARS", "AGE_BAND_10_YEARS"
CHILDREN, SCREENING = "AGE_BAND_CHILDREN_INC_0_YEARS", "AGE_BAND_INC_50_TO_74"
TO_60, TO_64 = "AGE_BAND_INC_WORKING_AGE_16_TO_60", "AGE_BAND_INC_WORKING_AGE_16_TO_64"
BANDS = (FIVE, TEN, CHILDREN, SCREENING, TO_60, TO_64)
UNKNOWN = "Age not known"

#   age  FIVE           TEN            CHILDREN       SCREENING      TO_60          TO_64
AGES = [
    (0, "0-4", "0-9", "0", "0-18", "0-15", "0-15"),
    (1, "0-4", "0-9", "1-4", "0-18", "0-15", "0-15"),
    (4, "0-4", "0-9", "1-4", "0-18", "0-15", "0-15"),
    (5, "5-9", "0-9", "5-9", "0-18", "0-15", "0-15"),
    (9, "5-9", "0-9", "5-9", "0-18", "0-15", "0-15"),
    (10, "10-14", "10-19", "10-15", "0-18", "0-15", "0-15"),
    (15, "15-19", "10-19", "10-15", "0-18", "0-15", "0-15"),
    (16, "15-19", "10-19", "16 and over", "0-18", "16-60", "16-64"),
    (18, "15-19", "10-19", "16 and over", "0-18", "16-60", "16-64"),
    (19, "15-19", "10-19", "16 and over", "19-49", "16-60", "16-64"),
    (20, "20-24", "20-29", "16 and over", "19-49", "16-60", "16-64"),
    (29, "25-29", "20-29", "16 and over", "19-49", "16-60", "16-64"),
    (30, "30-34", "30-39", "16 and over", "19-49", "16-60", "16-64"),
    (39, "35-39", "30-39", "16 and over", "19-49", "16-60", "16-64"),
    (40, "40-44", "40-49", "16 and over", "19-49", "16-60", "16-64"),
    (49, "45-49", "40-49", "16 and over", "19-49", "16-60", "16-64"),
    (50, "50-54", "50-59", "16 and over", "50-74", "16-60", "16-64"),
    (59, "55-59", "50-59", "16 and over", "50-74", "16-60", "16-64"),
    (60, "60-64", "60-69", "16 and over", "50-74", "16-60", "16-64"),
    (61, "60-64", "60-69", "16 and over", "50-74", "61 and over", "16-64"),
    (64, "60-64", "60-69", "16 and over", "50-74", "61 and over", "16-64"),
    (65, "65-69", "60-69", "16 and over", "50-74", "61 and over", "65 and over"),
    (74, "70-74", "70-79", "16 and over", "50-74", "61 and over", "65 and over"),
    (75, "75-79", "70-79", "16 and over", "75 and over", "61 and over", "65 and over"),
    (84, "80-84", "80-89", "16 and over", "75 and over", "61 and over", "65 and over"),
    (89, "85-89", "80-89", "16 and over", "75 and over", "61 and over", "65 and over"),
    (90, "90 and over", "90 and over", "16 and over", "75 and over", "61 and over", "65 and over"),
    (130, "90 and over", "90 and over", "16 and over", "75 and over", "61 and over", "65 and over"),
    (150, "90 and over", "90 and over", "16 and over", "75 and over", "61 and over", "65 and over"),
]

#  born          tested        CHILDREN, FIVE
DAYS = [
    ("2018-06-15", "2023-06-14", "1-4", "0-4"),  # the day before the fifth birthday
    ("2018-06-15", "2023-06-15", "5-9", "5-9"),  # on it
    ("2018-06-15", "2023-06-16", "5-9", "5-9"),
    ("2018-12-31", "2023-01-01", "1-4", "0-4"),  # no birthday yet in that year
    ("2023-06-15", "2023-06-15", "0", "0-4"),  # born on the day
    ("2022-06-15", "2023-06-14", "0", "0-4"),
    ("2022-06-15", "2023-06-15", "1-4", "0-4"),
    ("2023-06-16", "2023-06-15", UNKNOWN, UNKNOWN),  # born after it
    (None, "2023-06-15", UNKNOWN, UNKNOWN),
    ("2018-06-15", None, UNKNOWN, UNKNOWN),
    (None, None, UNKNOWN, UNKNOWN),
    ("2016-02-29", "2021-02-28", "1-4", "0-4"),  # born on 29 February: in a common year five on 1 March
    ("2016-02-29", "2021-03-01", "5-9", "5-9"),
    ("2008-02-29", "2024-02-28", "10-15", "15-19"),  # ... and in a leap year 16 on 29 February
    ("2008-02-29", "2024-02-29", "16 and over", "15-19"),
    ("2008-02-29", "2024-03-01", "16 and over", "15-19"),
    ("2018-02-28", "2024-02-28", "5-9", "5-9"),
    ("2019-03-01", "2024-02-29", "1-4", "0-4"),  # born on 1 March, tested on 29 February
    ("2019-03-01", "2024-03-01", "5-9", "5-9"),
    ("1900-02-28", "2000-02-29", "16 and over", "90 and over"),
]


def day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def person(born: date | None, tested: date | None) -> dict[str, object]:
    return record(PERSON_BIRTH_DATE=born, DIAGNOSTIC_TEST_DATE=tested)


def test_bands_of_each_age():
    tested = date(2030, 6, 15)
    people = [person(tested.replace(year=2030 - age), tested) for age, *_ in AGES]
    assert derived(people, BANDS) == [tuple(bands) for _, *bands in AGES]


def test_bands_of_an_age_that_is_not_known():
    assert derived([person(None, date(2023, 6, 15))], BANDS) == [(UNKNOWN,) * 6]


def test_ages_turn_on_birthdays():
    people = [person(day(born), day(tested)) for born, tested, *_ in DAYS]
    found = derived(people, (CHILDREN, FIVE))
    assert [(*case[:2], *bands) for case, bands in zip(DAYS, found, strict=True)] == DAYS


def test_every_label_there_is():
    """Every age from 0 to 130: the labels of each kind of band, in order of age."""
    tested = date(2130, 6, 15)
    found = derived([person(tested.replace(year=2130 - age), tested) for age in range(131)], BANDS)
    labels = {name: list(dict.fromkeys(row[place] for row in found)) for place, name in enumerate(BANDS)}
    assert labels == {
        FIVE: [
            *("0-4", "5-9", "10-14", "15-19", "20-24", "25-29", "30-34", "35-39", "40-44", "45-49", "50-54"),
            *("55-59", "60-64", "65-69", "70-74", "75-79", "80-84", "85-89", "90 and over"),
        ],
        TEN: [
            *("0-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80-89", "90 and over"),
        ],
        CHILDREN: ["0", "1-4", "5-9", "10-15", "16 and over"],
        SCREENING: ["0-18", "19-49", "50-74", "75 and over"],
        TO_60: ["0-15", "16-60", "61 and over"],
        TO_64: ["0-15", "16-64", "65 and over"],
    }


def age_by_counting(born: date, tested: date) -> int | None:
    """The birthdays after the birth up to the test, each counted; for 29 February, 1 March in common years."""
    if born > tested:
        return None
    return sum(birthday(born, year) <= tested for year in range(born.year + 1, tested.year + 1))


def birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def band(age: int | None, starts: tuple[int, ...]) -> str:
    if age is None:
        return UNKNOWN
    start = max(start for start in starts if start <= age)
    after = [later for later in starts if later > start]
    if not after:
        return f"{start} and over"
    return f"{start}" if after[0] == start + 1 else f"{start}-{after[0] - 1}"


days = st.dates(date(1890, 1, 1), date(2040, 12, 31))
near_birthdays = st.tuples(days, st.integers(0, 120), st.integers(-2, 2)).map(
    lambda drawn: (drawn[0], birthday(drawn[0], drawn[0].year + drawn[1]) + timedelta(days=drawn[2]))
)


@settings(slow, max_examples=30)  # each example is many people
@given(st.lists(st.one_of(st.tuples(days, days), near_birthdays), min_size=1, max_size=200))
def test_bands_are_those_of_an_age_counted_in_birthdays(pairs):
    found = derived([person(*pair) for pair in pairs], (FIVE, TEN, CHILDREN, SCREENING, TO_60, TO_64))
    kinds = (
        *(tuple(range(0, 91, 5)), tuple(range(0, 91, 10)), (0, 1, 5, 10, 16)),
        *((0, 19, 50, 75), (0, 16, 61), (0, 16, 65)),
    )
    ages = [age_by_counting(*pair) for pair in pairs]
    assert found == [tuple(band(age, starts) for starts in kinds) for age in ages]


@pytest.mark.parametrize(
    ("born", "tested", "age"),
    [("2016-02-29", "2021-02-28", 4), ("2016-02-29", "2021-03-01", 5), ("2016-02-29", "2020-02-29", 4)],
)
def test_the_count_of_birthdays_is_right_itself(born, tested, age):
    assert age_by_counting(day(born), day(tested)) == age
