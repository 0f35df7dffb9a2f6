"""Source settings."""

import polars as pl

from publish.fields.reasons import SETTING_MISSING, SETTING_UNKNOWN
from publish.fields.setting import settings_of_codes
from tests.fields.derived import derived
from tests.made_records import record

#  given     setting   why it is kept out
CASES = [
    ("01", "01", None),
    (" 07 ", "07", None),
    ("00", None, SETTING_UNKNOWN),
    ("08", None, SETTING_UNKNOWN),
    ("4", None, SETTING_UNKNOWN),
    ("", None, SETTING_MISSING),
    (None, None, SETTING_MISSING),
]

#  given   code  description
SETTINGS = [
    ("01", "01", "Admitted Patient Care - Inpatient (this Health Care Provider)"),
    ("02", "02", "Admitted Patient Care - Day case (this Health Care Provider)"),
    ("03", "03", "Outpatient (this Health Care Provider)"),
    ("04", "04", "GP Direct Access"),
    ("05", "05", "Accident and Emergency Department (this Health Care Provider)"),
    ("06", "06", "Other Health Care Provider"),
    ("07", "07", "Other"),
    (" 04 ", "04", "GP Direct Access"),
    ("08", "08", None),
    ("4", "4", None),
    (None, None, None),
]


def test_source_settings():
    given = pl.DataFrame({"PATIENT_SOURCE_SETTING": [case[0] for case in CASES]})
    assert settings_of_codes(given).rows() == CASES


def test_source_settings_of_the_data_product():
    columns = ("PATIENT_SOURCE_SETTING", "PATIENT_SOURCE_SETTING_DESCRIPTION")
    found = derived([record(PATIENT_SOURCE_SETTING=given) for given, *_ in SETTINGS], columns)
    assert [(given, *row) for (given, *_), row in zip(SETTINGS, found, strict=True)] == SETTINGS
