"""Source settings."""

import polars as pl

from publish.fields.reasons import SETTING_MISSING, SETTING_UNKNOWN
from publish.fields.setting import settings_of_codes

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


def test_source_settings():
    given = pl.DataFrame({"PATIENT_SOURCE_SETTING": [case[0] for case in CASES]})
    assert settings_of_codes(given).rows() == CASES
