"""Who asked for the test."""

from datetime import date

from tests.fields.derived import derived, reference_of
from tests.made_records import record

#  given        REFERRER_CODE  DERIVED_REFERRER_TYPE
REFERRERS = [
    ("C1234567", "C1234567", "Consultant"),
    ("C9999998", "C9999998", "Consultant"),
    ("CD123456", "CD123456", "Dental Consultant"),
    ("D1234567", "D1234567", "Dentist"),
    ("CH123456", "CH123456", "Chiropodist"),
    ("DT123456", "DT123456", "Dietician"),
    ("G1234567", "G1234567", "General Practitioner"),
    ("S1234567", "S1234567", "General Practitioner (Scotland)"),
    ("ZE123456", "ZE123456", "General Practitioner (Northern Ireland)"),
    ("ZN123456", "ZN123456", "General Practitioner (Northern Ireland)"),
    ("ZS123456", "ZS123456", "General Practitioner (Northern Ireland)"),
    ("ZW123456", "ZW123456", "General Practitioner (Northern Ireland)"),
    ("12A3456B", "12A3456B", "Nurse"),
    ("PH123456", "PH123456", "Physiotherapist"),
    ("SL123456", "SL123456", "Speech Therapist"),
    ("A9999998", "A9999998", "Ministry of Defence Doctor"),
    ("P9999981", "P9999981", "Prison Doctor"),
    ("M9999998", "M9999998", "Midwife"),
    ("H9999998", "H9999998", "Other"),
    ("R9999981", "R9999981", "Other"),
    ("c1234567", "C1234567", "Consultant"),  # lower case
    (" ph123456 ", "PH123456", "Physiotherapist"),
    ("99", "99", "Not Known"),
    ("ZX123456", "99", "Not Known"),  # what fits no pattern becomes 99
    ("C123456", "99", "Not Known"),  # a digit short
    ("C12345678", "99", "Not Known"),  # a digit over
    ("XC1234567", "99", "Not Known"),
    ("A9999999", "99", "Not Known"),
    ("M1234567", "99", "Not Known"),  # M, H, P, R and A stand for nobody but by their defaults
    ("DR SMITH", "99", "Not Known"),
    ("", None, None),
    (None, None, None),
]


def test_referrers():
    columns = ("REFERRER_CODE", "DERIVED_REFERRER_TYPE", "DERIVED_REFERRER_CODE")
    found = derived([record(REFERRER=given) for given, *_ in REFERRERS], columns)
    assert [(given, *row[:2]) for (given, *_), row in zip(REFERRERS, found, strict=True)] == REFERRERS
    assert all(code == derived_code for code, _, derived_code in found)


REFERENCE = reference_of(
    organisations=[
        {"org_code": "V13453", "org_name": "DENTAL CLINIC"},
        {"org_code": "RAA", "org_name": "A TRUST", "valid_to": date(2023, 3, 31)},
        {"org_code": "RBB", "org_name": "A LARGER TRUST", "valid_from": date(2023, 4, 1)},
        {"org_code": "RCC", "org_name": "OLD NAME", "valid_to": date(2020, 3, 31)},
        {"org_code": "RCC", "org_name": "NEW NAME", "valid_from": date(2020, 4, 1)},
    ],
    providers=[{"org_code": "RBB", "provider_name": "As providers.csv has it"}],
    successions=[{"predecessor": "RAA", "successor": "RBB", "valid_from": date(2023, 4, 1)}],
)

#  given     code      name
ORGANISATIONS = [
    ("V13453", "V13453", "DENTAL CLINIC"),
    (" v13453", "V13453", "DENTAL CLINIC"),
    ("RBB", "RBB", "A LARGER TRUST"),  # official names go before those of providers.csv
    ("RAA", "RAA", "A LARGER TRUST"),  # the code stays, the name is its successor's
    ("RCC", "RCC", "NEW NAME"),  # the latest name, whatever the day
    ("X99999", "X99999", None),
    (None, None, None),
]


def test_referring_organisation():
    columns = ("REFERRER_ORGANISATION_CODE", "REFERRER_ORGANISATION_DESCRIPTION")
    early = record(DIAGNOSTIC_TEST_DATE=date(2019, 4, 11))
    found = derived([early | {"REFERRING_ORG_CODE": given} for given, *_ in ORGANISATIONS], columns, REFERENCE)
    assert [(given, *row) for (given, *_), row in zip(ORGANISATIONS, found, strict=True)] == ORGANISATIONS
