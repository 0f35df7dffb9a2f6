"""The patient source setting."""

from typing import Final

import polars as pl

from publish.fields.patient import meant
from publish.fields.reasons import SETTING_MISSING, SETTING_UNKNOWN, first_reason
from publish.records.values import code
from publish.reference.vocabulary import source_settings

GP_DIRECT_ACCESS: Final = "04"


def PATIENT_SOURCE_SETTING() -> pl.Expr:
    """The code of the patient source setting as submitted, 01 to 07."""
    return pl.col("PATIENT_SOURCE_SETTING")


def PATIENT_SOURCE_SETTING_DESCRIPTION() -> pl.Expr:
    """What the source setting means, in the words of the NHS Data Dictionary; empty for an unknown code."""
    return meant(PATIENT_SOURCE_SETTING(), {setting.code: setting.source_setting for setting in source_settings()})


def settings_of_codes(settings: pl.DataFrame) -> pl.DataFrame:
    """What the source settings as they stand in the records mean.

    `settings` has PATIENT_SOURCE_SETTING. Columns of the result: this, `setting` (code 01 to 07) and `reason`
    (null where the setting is known; rules DIDS020, 021).
    """
    given = code("PATIENT_SOURCE_SETTING")
    known = given.is_in([setting.code for setting in source_settings()])
    return settings.with_columns(
        setting=pl.when(known).then(given),
        reason=first_reason((given.is_null(), SETTING_MISSING), (~known, SETTING_UNKNOWN)),
    )
