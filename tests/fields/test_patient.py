"""What the data product says of the patient."""

from datetime import date

import polars as pl
import pytest

from publish.fields.asset import derive
from publish.fields.patient import CONFIDENCE
from tests.fields.derived import NOTHING, derived
from tests.made_records import frame, record

#  given         NHS_NUMBER    supplied  Person_ID
NHS_NUMBERS = [
    ("9990000107", "9990000107", 1, "9990000107"),
    ("999 000 0107", "9990000107", 1, "9990000107"),  # blanks and hyphens are taken out
    ("999-000-0107", "9990000107", 1, "9990000107"),
    ("9990000108", "9990000108", 1, None),  # wrong check digit: supplied, but no person
    ("9434765919", "9434765919", 1, "9434765919"),
    ("9434765918", "9434765918", 1, None),
    ("0000000000", "0000000000", 1, "0000000000"),
    ("4000000004", "4000000004", 1, "4000000004"),
    ("1000000010", "1000000010", 1, None),  # the check digit would be 10: no such number
    ("999000010", "999000010", 1, None),  # nine digits
    ("99900001070", "99900001070", 1, None),  # eleven
    ("+990000107", "+990000107", 1, None),
    ("-999000010", "999000010", 1, None),
    ("99900O0107", "99900O0107", 1, None),  # a letter O
    ("", None, 0, None),
    ("   ", None, 0, None),
    (None, None, 0, None),
]

#  given   code  description
STATUSES = [
    ("01", "01", "Number present and verified"),
    ("02", "02", "Number present but not traced"),
    ("03", "03", "Trace required"),
    ("04", "04", "Trace attempted - No match or multiple match found"),
    ("05", "05", "Trace needs to be resolved - (NHS Number or patient detail conflict)"),
    ("06", "06", "Trace in progress"),
    ("07", "07", "Number not present and trace not required"),
    ("08", "08", "Trace postponed (baby under six weeks old)"),
    (" 01 ", "01", "Number present and verified"),
    ("09", "09", None),
    ("1", "1", None),
    (None, None, None),
]

#  given  code  description                   group
ETHNIC_CATEGORIES = [
    ("A", "A", "British", "White"),
    ("B", "B", "Irish", "White"),
    ("C", "C", "Any other White background", "White"),
    ("D", "D", "White and Black Caribbean", "Mixed"),
    ("E", "E", "White and Black African", "Mixed"),
    ("F", "F", "White and Asian", "Mixed"),
    ("G", "G", "Any other mixed background", "Mixed"),
    ("H", "H", "Indian", "Asian or Asian British"),
    ("J", "J", "Pakistani", "Asian or Asian British"),
    ("K", "K", "Bangladeshi", "Asian or Asian British"),
    ("L", "L", "Any other Asian background", "Asian or Asian British"),
    ("M", "M", "Caribbean", "Black or Black British"),
    ("N", "N", "African", "Black or Black British"),
    ("P", "P", "Any other Black background", "Black or Black British"),
    ("R", "R", "Chinese", "Other Ethnic Groups"),
    ("S", "S", "Any other ethnic group", "Other Ethnic Groups"),
    ("Z", "Z", "Not stated", "Not stated"),
    ("99", "99", "Not known", "Not known"),
    (" a ", "A", "British", "White"),
    ("I", "I", None, None),  # between H and J there is no code, nor between N and P
    ("O", "O", None, None),
    ("Q", "Q", None, None),
    (None, None, None, None),
]

#  given  code  description
GENDERS = [
    ("0", 0, "Not Known"),
    ("1", 1, "Male"),
    ("2", 2, "Female"),
    ("9", 9, "Not Specified"),
    (" 2", 2, "Female"),
    ("3", 3, None),
    ("X", None, None),
    (None, None, None),
]


def test_nhs_number_and_person():
    found = derived(
        [record(NHS_NUMBER=given) for given, *_ in NHS_NUMBERS], ("NHS_NUMBER", "NHS_NUMBER_SUPPLIED", "Person_ID")
    )
    assert [(given, *row) for (given, *_), row in zip(NHS_NUMBERS, found, strict=True)] == NHS_NUMBERS


@pytest.mark.parametrize(
    ("item", "columns", "cases"),
    [
        ("NHS_NUMBER_STATUS_IND", ("NHS_NUMBER_STATUS", "NHS_NUMBER_STATUS_DESCRIPTION"), STATUSES),
        (
            "ETHNIC_CATEGORY",
            ("ETHNIC_CATEGORY_CODE", "ETHNIC_CATEGORY_DESCRIPTION", "ETHNIC_CATEGORY_GROUP"),
            ETHNIC_CATEGORIES,
        ),
        ("PERSON_GENDER_CODE", ("GENDER_CODE", "GENDER_DESCRIPTION"), GENDERS),
    ],
)
def test_codes_and_what_they_mean(item, columns, cases):
    found = derived([record(**{item: given}) for given, *_ in cases], columns)
    assert [(given, *row) for (given, *_), row in zip(cases, found, strict=True)] == cases


def test_date_of_birth():
    cases = [date(1950, 3, 1), date(2016, 2, 29), None]
    assert derived([record(PERSON_BIRTH_DATE=born) for born in cases], ["DATE_OF_BIRTH"]) == [(b,) for b in cases]


#  Person_ID given  NHS number    Person_ID
PERSONS = [
    ("P123abc", "9990000107", "P123abc"),  # passed through, in its own case
    ("P123abc", None, "P123abc"),
    (None, "9990000107", "9990000107"),
    (None, "9990000108", None),
    (None, None, None),
]


def test_person_is_passed_through():
    records = frame([record(NHS_NUMBER=number) for _, number, _ in PERSONS])
    given = records.with_columns(Person_ID=pl.Series([person for person, *_ in PERSONS], dtype=pl.String))
    found = derive(given.lazy(), NOTHING).collect()["Person_ID"].to_list()
    assert found == [expected for *_, expected in PERSONS]


def test_confidence_is_passed_through():
    sure = dict.fromkeys(name for name in CONFIDENCE.to_schema()) | {"MatchedConfidencePercentage": 97.5}
    given = frame([record()]).with_columns(MPSConfidence=pl.Series([sure], dtype=CONFIDENCE))
    assert derive(given.lazy(), NOTHING).collect()["MPSConfidence"].to_list() == [sure]
    assert derived([record()], ["MPSConfidence"]) == [(None,)]


def test_confidence_of_another_form_keeps_the_fields_that_are_known():
    given = frame([record()]).with_columns(MPSConfidence=pl.struct(Other=1, MatchedConfidencePercentage=90))
    (found,) = derive(given.lazy(), NOTHING).collect()["MPSConfidence"].to_list()
    assert found == dict.fromkeys(CONFIDENCE.to_schema()) | {"MatchedConfidencePercentage": 90.0}
